//! The solvers of batches as those of chunks.

use faer::c64;
use rayon::prelude::*;

use super::ChunkSolver;
use super::chunk::StackChunk;
use crate::eigen::{
    BatchOptions, EigenError, GeneralSolver, Operand, Spectra, SymmetricSolver, Vectors, check_symmetric,
};

impl ChunkSolver<StackChunk> for GeneralSolver {
    type Results = Spectra<c64>;

    fn solve(&mut self, chunk: &StackChunk, results: &mut Spectra<c64>) {
        GeneralSolver::solve(self, &chunk.matrices(), results);
    }
}

/// Symmetric problems of a stream. A matrix whose triangles differ fails, see [`check_symmetric`].
#[derive(Debug)]
pub struct SymmetricChunks {
    solver: SymmetricSolver,
    vectors: Vectors,
}

impl SymmetricChunks {
    /// Eigenvalues, and orthonormal eigenvectors if wanted.
    ///
    /// # Errors
    /// As [`SymmetricSolver::new`].
    pub fn new(options: BatchOptions, vectors: Vectors) -> Result<Self, EigenError> {
        Ok(Self { solver: SymmetricSolver::new(options)?, vectors })
    }
}

impl ChunkSolver<StackChunk> for SymmetricChunks {
    type Results = Spectra<f64>;

    fn solve(&mut self, chunk: &StackChunk, results: &mut Spectra<f64>) {
        let matrices = chunk.matrices();
        match self.vectors {
            Vectors::None => self.solver.solve(&matrices, results),
            Vectors::MassOrthonormal => self.solver.solve_with_vectors(&matrices, results),
        }
        refuse_unsymmetric(results, chunk.count(), |index| {
            check_symmetric(matrices.index_axis(ndarray::Axis(0), index), Operand::Matrix)
        });
    }
}

/// Lets all problems fail that do not pass a check.
fn refuse_unsymmetric(
    results: &mut Spectra<f64>,
    count: usize,
    check: impl Fn(usize) -> Result<(), EigenError> + Sync,
) {
    let refused: Vec<(usize, EigenError)> =
        (0..count).into_par_iter().filter_map(|index| Some((index, check(index).err()?))).collect();
    for (index, error) in refused {
        results.refuse(index, error);
    }
}
