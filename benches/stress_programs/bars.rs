//! Bars, and a copy of as many bytes.

use std::path::Path;

use modalsweep::stress::{Bars, triple_stress_into};
use rayon::prelude::*;

use super::{Error, Program, Ready, read};

/// Doubles that a thread copies at a time: as many bytes as the library's jobs move.
const COPIED: usize = 8192 * 3;

/// As many bytes as the textbook form moves, six doubles a bar, half read and half written.
struct Copy {
    source: Vec<f64>,
    target: Vec<f64>,
}

pub fn copy(folder: &Path) -> Ready {
    let source = read(folder, "triples")?;
    Ok(Box::new(Copy { target: vec![0.0; source.len()], source }))
}

impl Program for Copy {
    fn run(&mut self) -> Result<(), Error> {
        let chunks = self.target.par_chunks_mut(COPIED).zip(self.source.par_chunks(COPIED));
        chunks.for_each(|(target, source)| target.copy_from_slice(source));
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        self.target.clone()
    }
}

/// sigma = E |d| / L
struct Triples {
    young: Vec<f64>,
    lengths: Vec<f64>,
    triples: Vec<f64>,
    stress: Vec<f64>,
}

pub fn triples(folder: &Path) -> Ready {
    let young = read(folder, "young")?;
    Ok(Box::new(Triples {
        stress: vec![0.0; young.len()],
        young,
        lengths: read(folder, "lengths")?,
        triples: read(folder, "triples")?,
    }))
}

impl Program for Triples {
    fn run(&mut self) -> Result<(), Error> {
        triple_stress_into(&self.young, self.triples.as_chunks().0, &self.lengths, &mut self.stress);
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        self.stress.clone()
    }
}

/// sigma = E t'(u_2 - u_1) / L, bars by the numbers of their ends.
struct ByEnds {
    bars: Bars,
    young: Vec<f64>,
    displacements: Vec<f64>,
    stress: Vec<f64>,
}

pub fn by_ends(folder: &Path) -> Ready {
    let (young, positions, ends) =
        (read(folder, "young")?, read(folder, "positions")?, read(folder, "conn")?);
    let ends: Vec<u32> = ends.into_iter().map(|node| node as u32).collect();
    Ok(Box::new(ByEnds {
        bars: Bars::new(positions.as_chunks().0, ends.as_chunks().0)?,
        stress: vec![0.0; young.len()],
        young,
        displacements: read(folder, "displacements")?,
    }))
}

impl Program for ByEnds {
    fn run(&mut self) -> Result<(), Error> {
        self.bars.stress_into(&self.young, self.displacements.as_chunks().0, &mut self.stress);
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        self.stress.clone()
    }
}
