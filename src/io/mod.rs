//! Files: one module per format, plain tables out, nothing checked but the syntax.

mod coordinates;

pub use coordinates::{Contents, Coordinates, DeclaredSymmetry, DofLabel, Format, MatrixFile};
