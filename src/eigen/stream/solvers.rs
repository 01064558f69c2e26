//! The solvers of batches as those of chunks.

use faer::c64;
use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::ChunkSolver;
use super::chunk::StackChunk;
use crate::eigen::{
    BatchOptions, EigenError, GeneralSolver, Operand, PairSolver, Spectra, SymmetricSolver, Vectors,
    check_symmetric,
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
            check_symmetric(matrices.index_axis(Axis(0), index), Operand::Matrix)
        });
    }
}

/// Pairs of stiffness and mass of a stream. A pair with a matrix whose triangles differ fails, see
/// [`check_symmetric`].
#[derive(Debug)]
pub struct PairChunks {
    solver: PairSolver,
    /// One mass for all, or nothing: then each chunk has its own.
    mass: Option<Array2<f64>>,
}

impl PairChunks {
    /// Eigenvalues, and mode shapes if wanted; the chunks hold a mass for each stiffness.
    ///
    /// # Errors
    /// As [`PairSolver::new`].
    pub fn new(options: BatchOptions, vectors: Vectors) -> Result<Self, EigenError> {
        Ok(Self { solver: PairSolver::new(options, vectors)?, mass: None })
    }

    /// As [`new`](Self::new), with one mass for all stiffness matrices.
    ///
    /// # Errors
    /// Also those of [`check_symmetric`] for the mass.
    pub fn with_one_mass(
        options: BatchOptions,
        vectors: Vectors,
        mass: Array2<f64>,
    ) -> Result<Self, EigenError> {
        check_symmetric(mass.view(), Operand::Mass)?;
        Ok(Self { solver: PairSolver::new(options, vectors)?, mass: Some(mass) })
    }
}

impl ChunkSolver<StackChunk> for PairChunks {
    type Results = Spectra<f64>;

    fn solve(&mut self, chunk: &StackChunk, results: &mut Spectra<f64>) {
        let stiffness = chunk.matrices();
        let check = |index| check_symmetric(stiffness.index_axis(Axis(0), index), Operand::Stiffness);
        if let Some(mass) = &self.mass {
            self.solver.solve_with_one_mass(&stiffness, mass, results);
            return refuse_unsymmetric(results, chunk.count(), check);
        }
        let masses = chunk.masses().expect("a source of pairs fills masses");
        self.solver.solve(&stiffness, &masses, results).expect("and as many of them as stiffnesses");
        refuse_unsymmetric(results, chunk.count(), |index| {
            check(index).and_then(|()| check_symmetric(masses.index_axis(Axis(0), index), Operand::Mass))
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
