//! The solvers of batches as those of chunks.

use faer::c64;

use super::ChunkSolver;
use super::chunk::StackChunk;
use crate::eigen::{GeneralSolver, Spectra};

impl ChunkSolver<StackChunk> for GeneralSolver {
    type Results = Spectra<c64>;

    fn solve(&mut self, chunk: &StackChunk, results: &mut Spectra<c64>) {
        GeneralSolver::solve(self, &chunk.matrices(), results);
    }
}
