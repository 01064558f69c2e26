//! The programs of `stress_once`: each calls the library as its users can, on memory that it keeps.

use std::path::Path;

use modalsweep::io::read_npy;
use rayon::prelude::*;

/// Any of the library's, or a word about the arguments.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A program that is ready to run.
pub trait Program {
    /// What is timed; its results stay in memory.
    fn run(&mut self) -> Result<(), Error>;

    /// What must agree with the other programs.
    fn result(&self) -> Vec<f64>;
}

/// A name, and how it gets ready from the files of a folder.
pub type Named = (&'static str, fn(&Path) -> Result<Box<dyn Program>, Error>);

/// All programs.
pub const PROGRAMS: &[Named] = &[("copy", Copy::prepare)];

/// An array as one slice of f64, whatever its type in the file.
fn read(folder: &Path, name: &str) -> Result<Vec<f64>, Error> {
    Ok(read_npy(&folder.join(name).with_extension("npy"))?.into_iter().collect())
}

/// As many bytes as the bars' textbook form moves, six doubles a bar, half read and half written.
struct Copy {
    source: Vec<f64>,
    target: Vec<f64>,
}

impl Copy {
    /// Doubles that a thread copies at a time.
    const CHUNK: usize = 1 << 16;

    fn prepare(folder: &Path) -> Result<Box<dyn Program>, Error> {
        let source = read(folder, "triples")?;
        Ok(Box::new(Self { target: vec![0.0; source.len()], source }))
    }
}

impl Program for Copy {
    fn run(&mut self) -> Result<(), Error> {
        let chunks = self.target.par_chunks_mut(Self::CHUNK).zip(self.source.par_chunks(Self::CHUNK));
        chunks.for_each(|(target, source)| target.copy_from_slice(source));
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        self.target.clone()
    }
}
