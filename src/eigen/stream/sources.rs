//! Where stacks come from: one file, several files, a file of each matrix of a pair, random families.

use std::convert::Infallible;
use std::path::PathBuf;

use rayon::prelude::*;

use super::chunk::{EntryOrder, StackChunk};
use super::{Chunking, Source};
use crate::eigen::random::Family;
use crate::eigen::{EigenError, Operand};
use crate::io::{IoError, NpyStack};

impl Source for NpyStack {
    type Chunk = StackChunk;
    type Error = IoError;

    fn fill(&mut self, chunking: Chunking, chunk: &mut StackChunk) -> Result<usize, IoError> {
        chunk.n = self.size();
        chunk.entries = EntryOrder::ByRows;
        chunk.count = self.read_next(chunking.count(self.size()), &mut chunk.values)?;
        Ok(chunk.count)
    }
}

/// The stacks of several `.npy` files, one after the other. Sizes may differ from file to file.
pub struct StackFiles {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<NpyStack>,
}

impl StackFiles {
    /// The files in the given order; each is opened when its turn comes.
    pub fn new(files: Vec<PathBuf>) -> Self {
        Self { files: files.into_iter(), open: None }
    }
}

impl Source for StackFiles {
    type Chunk = StackChunk;
    type Error = IoError;

    fn fill(&mut self, chunking: Chunking, chunk: &mut StackChunk) -> Result<usize, IoError> {
        loop {
            if let Some(stack) = &mut self.open {
                let count = stack.fill(chunking, chunk)?;
                if count > 0 {
                    return Ok(count);
                }
            }
            let Some(path) = self.files.next() else { return Ok(0) };
            self.open = Some(NpyStack::open(&path)?);
        }
    }
}

/// Stiffness and mass of many pairs, a stack of each.
pub struct PairStacks {
    stiffness: NpyStack,
    mass: NpyStack,
}

impl PairStacks {
    /// Pair `i` is matrix `i` of both stacks.
    ///
    /// # Errors
    /// [`EigenError::SizeMismatch`] or [`EigenError::CountMismatch`] where the stacks don't go together.
    pub fn new(stiffness: NpyStack, mass: NpyStack) -> Result<Self, EigenError> {
        let (expected, found) = (stiffness.size(), mass.size());
        if expected != found {
            return Err(EigenError::SizeMismatch { matrix: Operand::Mass, expected, found });
        }
        let (expected, found) = (stiffness.count(), mass.count());
        if expected != found {
            return Err(EigenError::CountMismatch { expected, found });
        }
        Ok(Self { stiffness, mass })
    }
}

impl Source for PairStacks {
    type Chunk = StackChunk;
    type Error = IoError;

    fn fill(&mut self, chunking: Chunking, chunk: &mut StackChunk) -> Result<usize, IoError> {
        let count = self.stiffness.fill(chunking, chunk)?;
        self.mass.read_next(count, &mut chunk.masses)?;
        Ok(count)
    }
}

/// Matrices of a random family: matrix `i` depends on the seed and `i` alone. They are made on the way, by the thread
/// that reads, or [all at once](Self::prepare).
#[derive(Debug, Clone)]
pub struct RandomStack {
    family: Family,
    count: usize,
    n: usize,
    seed: u64,
    done: usize,
    /// All of them, or nothing.
    prepared: Vec<f64>,
}

impl RandomStack {
    /// `count` matrices of size `n`.
    pub fn new(family: Family, count: usize, n: usize, seed: u64) -> Self {
        Self { family, count, n, seed, done: 0, prepared: Vec::new() }
    }

    /// Makes all matrices now, on the current rayon pool: one thread may be slower than many that solve. Takes
    /// `8 count n^2` bytes.
    pub fn prepare(&mut self) {
        let entries = self.n * self.n;
        self.prepared = vec![0.0; self.count * entries];
        let matrices = self.prepared.par_chunks_exact_mut(entries.max(1)).enumerate();
        matrices.for_each(|(index, matrix)| self.family.matrix_into(self.seed, index as u64, self.n, matrix));
    }
}

impl Source for RandomStack {
    type Chunk = StackChunk;
    type Error = Infallible;

    fn fill(&mut self, chunking: Chunking, chunk: &mut StackChunk) -> Result<usize, Infallible> {
        let entries = self.n * self.n;
        chunk.n = self.n;
        chunk.entries = EntryOrder::ByColumns;
        chunk.count = chunking.count(self.n).min(self.count - self.done);
        let place = self.done * entries..(self.done + chunk.count) * entries;
        if let Some(prepared) = self.prepared.get(place) {
            chunk.values.clear();
            chunk.values.extend_from_slice(prepared);
        } else {
            chunk.values.resize(chunk.count * entries, 0.0);
            for (matrix, index) in chunk.values.chunks_exact_mut(entries.max(1)).zip(self.done..) {
                self.family.matrix_into(self.seed, index as u64, self.n, matrix);
            }
        }
        self.done += chunk.count;
        Ok(chunk.count)
    }
}
