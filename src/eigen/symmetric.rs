//! Eigenvalues and eigenvectors of many symmetric matrices.

mod columns;
mod gather;
mod one;
mod reduction;
mod root_free;
mod rotations;
mod spectrum;
mod windows;

use faer::{MatMut, MatRef};
use pulp::{Simd, WithSimd};

use super::batch::{BatchOptions, Driver, Group, Kernel, square};
use super::lane_buffer::{LaneBuffer, column_stride};
use super::lanes::Lanes;
use super::source::Matrices;
use super::{EigenError, Operand, Spectra};

use gather::largest;
pub(super) use gather::{gather, unit, write_values, write_vectors};
pub(super) use one::{One, symmetric_into, symmetric_scratch};
pub(super) use spectrum::{SpectrumWork, spectrum};

/// Largest size that is worked on in lanes, without eigenvectors and with them.
const LARGEST_IN_LANES: usize = 5000;
const LARGEST_WITH_VECTORS: usize = 5000;

/// Eigenvalues of symmetric matrices, many at a time.
#[derive(Debug, Default)]
pub struct SymmetricSolver {
    options: BatchOptions,
    driver: Driver<Workspace>,
}

impl SymmetricSolver {
    /// A solver without memory yet.
    ///
    /// # Errors
    /// [`EigenError::InstructionSetMissing`] where the machine lacks the chosen instructions.
    pub fn new(options: BatchOptions) -> Result<Self, EigenError> {
        options.instruction_set.check()?;
        Ok(Self { options, driver: Driver::default() })
    }

    /// Eigenvalues of all matrices, each in ascending order.
    pub fn solve(&mut self, matrices: &(impl Matrices + ?Sized), spectra: &mut Spectra<f64>) {
        let kernel = SymmetricKernel { matrices, options: &self.options, vectors: false };
        self.driver.run(&kernel, matrices.len(), spectra);
    }

    /// Eigenvalues, each in ascending order, and orthonormal eigenvectors of all matrices.
    pub fn solve_with_vectors(&mut self, matrices: &(impl Matrices + ?Sized), spectra: &mut Spectra<f64>) {
        let kernel = SymmetricKernel { matrices, options: &self.options, vectors: true };
        self.driver.run(&kernel, matrices.len(), spectra);
    }
}

/// Eigenvalues of all matrices, each in ascending order.
pub fn symmetric_eigenvalues(matrices: &(impl Matrices + ?Sized)) -> Spectra<f64> {
    let mut spectra = Spectra::new();
    SymmetricSolver::default().solve(matrices, &mut spectra);
    spectra
}

/// Eigenvalues and eigenvectors.
pub fn symmetric_eigen(matrices: &(impl Matrices + ?Sized)) -> Spectra<f64> {
    let mut spectra = Spectra::new();
    SymmetricSolver::default().solve_with_vectors(matrices, &mut spectra);
    spectra
}

#[derive(Debug, Default)]
struct Workspace {
    dense: Vec<f64>,
    order: Vec<usize>,
    matrix: LaneBuffer,
    vectors: LaneBuffer,
    spectrum: SpectrumWork,
    one: One,
}

struct SymmetricKernel<'a, M: ?Sized> {
    matrices: &'a M,
    options: &'a BatchOptions,
    vectors: bool,
}

impl<M: Matrices + ?Sized> Kernel for SymmetricKernel<'_, M> {
    type Value = f64;
    type Workspace = Workspace;

    fn size(&self, index: usize) -> Result<usize, EigenError> {
        square(self.matrices.shape(index), Operand::Matrix)
    }

    fn vectors(&self) -> bool {
        self.vectors
    }

    fn group_size(&self, _n: usize) -> usize {
        self.options.instruction_set.lanes()
    }

    fn solve(&self, mut group: Group<'_, f64>, work: &mut Workspace) {
        let n = group.n;
        let group = &mut group;
        let largest_in_lanes = if self.vectors { LARGEST_WITH_VECTORS } else { LARGEST_IN_LANES };
        if n <= largest_in_lanes {
            self.options.instruction_set.run(InLanes { kernel: self, group, work });
        } else {
            group.outcomes.fill(AGAIN);
        }
        for (member, &index) in group.members.iter().enumerate() {
            if group.outcomes[member] == AGAIN {
                let values = &mut group.values[member * n..(member + 1) * n];
                let vectors = self.vectors.then(|| &mut group.vectors[member * n * n..(member + 1) * n * n]);
                group.outcomes[member] = self.solve_one(index, (values, vectors), work);
            }
        }
    }
}

/// Marks a matrix that the lanes leave to the other path.
const AGAIN: Result<(), EigenError> = Err(EigenError::NotConverged { sum: 0.0, trace: 0.0 });

impl<M: Matrices + ?Sized> SymmetricKernel<'_, M> {
    /// One matrix by the other path.
    fn solve_one(
        &self,
        index: usize,
        (values, vectors): (&mut [f64], Option<&mut [f64]>),
        work: &mut Workspace,
    ) -> Result<(), EigenError> {
        let n = values.len();
        work.dense.resize(n * n, 0.0);
        let dense = &mut work.dense[..n * n];
        self.matrices.copy_into(index, dense);
        let unit = unit(largest(dense, n, Operand::Matrix)?);
        dense.iter_mut().for_each(|value| *value *= unit);
        let matrix = MatRef::from_column_major_slice(&*dense, n, n);
        let vectors = vectors.map(|vectors| MatMut::from_column_major_slice_mut(vectors, n, n));
        work.one.solve(matrix, values, vectors)?;
        values.iter_mut().for_each(|value| *value /= unit);
        Ok(())
    }
}

/// The group in lanes.
struct InLanes<'a, 'b, M: ?Sized> {
    kernel: &'a SymmetricKernel<'a, M>,
    group: &'a mut Group<'b, f64>,
    work: &'a mut Workspace,
}

impl<M: Matrices + ?Sized> WithSimd for InLanes<'_, '_, M> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = Lanes(simd);
        let (n, group, with_vectors) = (self.group.n, self.group, self.kernel.vectors);
        let Workspace { dense, order, matrix, vectors, spectrum: memory, .. } = self.work;
        let a = matrix.reals::<S>(n * column_stride(n));
        group.outcomes.fill(Ok(()));
        let source = (self.kernel.matrices, Operand::Matrix);
        let units = gather(lanes, source, unit, (n, group.members), (dense, a), group.outcomes);
        let x = vectors.reals::<S>(if with_vectors { n * column_stride(n) } else { 0 });
        let found = spectrum(lanes, a, n, with_vectors.then_some(&mut *x), memory);
        for (lane, outcome) in group.outcomes.iter_mut().enumerate() {
            if outcome.is_err() {
                continue;
            }
            if found.failed[lane] {
                *outcome = AGAIN;
                continue;
            }
            let values = &mut group.values[lane * n..(lane + 1) * n];
            write_values(lanes, (found.values, lane), 1.0 / units[lane], values);
            if with_vectors {
                let target = &mut group.vectors[lane * n * n..(lane + 1) * n * n];
                write_vectors(lanes, (found.values, x, lane), 1.0, order, target);
            }
        }
    }
}
