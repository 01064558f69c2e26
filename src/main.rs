//! The program: parses, calls the library, prints.
fn main() {}
