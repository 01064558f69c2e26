//! The programs of `stress_once`: each calls the library as its users can, on memory that it keeps.

mod bars;
mod solids;

use std::path::Path;

use modalsweep::io::read_npy;

/// Any of the library's, or a word about the arguments.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A program that is ready to run.
pub trait Program {
    /// What is timed; its results stay in memory.
    fn run(&mut self) -> Result<(), Error>;

    /// What must agree with the other programs.
    fn result(&self) -> Vec<f64>;
}

/// What getting ready leaves.
pub type Ready = Result<Box<dyn Program>, Error>;

/// A name, and how it gets ready from the files of a folder.
pub type Named = (&'static str, fn(&Path) -> Ready);

/// All programs.
pub const PROGRAMS: &[Named] = &[
    ("copy", bars::copy),
    ("bars", bars::triples),
    ("bars_by_ends", bars::by_ends),
    ("stress1", solids::stress::<1>),
    ("stress10", solids::stress::<10>),
    ("stress100", solids::stress::<100>),
    ("mises1", solids::mises::<1>),
    ("mises10", solids::mises::<10>),
    ("mises100", solids::mises::<100>),
    ("envelope100", solids::envelope::<100>),
    ("assembly", solids::assembly),
];

/// An array as one vector of f64, whatever its type in the file.
fn read(folder: &Path, name: &str) -> Result<Vec<f64>, Error> {
    Ok(read_npy(&folder.join(name).with_extension("npy"))?.into_iter().collect())
}
