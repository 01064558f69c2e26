//! Eigenvalues and eigenvectors of many symmetric matrices.
//!
//! The stages, each for as many matrices at once as there are lanes: [`gather`] brings them to the size of one
//! and into lanes, [`reduction`] makes them tridiagonal, [`root_free`] finds the eigenvalues; where
//! eigenvectors are wanted, [`columns`] forms the orthogonal matrix of the reduction and [`rotations`] turns it
//! into them. [`windows`] keeps each lane within its own unfinished rows.

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

use super::batch::{BatchOptions, Driver, Group, Kernel, largest, square};
use super::lane_buffer::{LaneBuffer, column_stride};
use super::lanes::Lanes;
use super::source::Matrices;
use super::{EigenError, Operand, Spectra};

pub(super) use gather::{gather, unit, write_values, write_vectors};
pub(super) use one::{One, symmetric_into, symmetric_scratch};
pub(super) use spectrum::{SpectrumWork, spectrum};

/// Largest size that is worked on in lanes, without eigenvectors and with them. Beyond, one matrix at a time by
/// faer is as fast: the lanes' matrices no longer fit into the caches together.
const LARGEST_IN_LANES: usize = 800;
const LARGEST_WITH_VECTORS: usize = 300;

/// Eigenvalues, and eigenvectors on request, of symmetric matrices, many at a time.
///
/// ```text
/// A x = lambda x,   A = A',   X' X = I
/// ```
///
/// Keep the solver: its memory is used again, and once it has met the largest size nothing is allocated
/// per matrix.
///
/// # Input
/// Each matrix is `n x n`; only its lower triangle is read. Sizes may differ from matrix to matrix.
///
/// # Method
/// Householder reduction to tridiagonal form, then the QL iteration: without square roots for eigenvalues alone
/// (Pal, Walker and Kahan), implicit with eigenvectors. Eight matrices are worked on at once with AVX-512, four
/// with AVX2. A matrix whose iteration fails, or whose eigenvalues do not sum to its trace, is solved again by
/// faer; so are those of more than 800 equations (300 with eigenvectors).
///
/// # Accuracy
/// Each eigenvalue has an absolute error of a modest multiple of `eps ||A||`, so small ones are not exact
/// relative to their own size. The two methods differ in the last digits. With one instruction set the result of
/// a matrix depends on nothing but that matrix: not on its neighbours, nor on the number of threads.
///
/// # Cost
/// `4/3 n^3` flops for the eigenvalues and about `8 n^3` with eigenvectors, for each matrix; per thread
/// `8 n^2` numbers of memory, `16 n^2` with eigenvectors (AVX-512).
///
/// # Example
/// ```
/// use modalsweep::eigen::{Spectra, SymmetricSolver};
/// use ndarray::array;
///
/// let matrices = array![[[2.0, -1.0], [-1.0, 2.0]], [[0.0, 3.0], [3.0, 0.0]]];
/// let (mut solver, mut spectra) = (SymmetricSolver::default(), Spectra::new());
/// solver.solve(&matrices, &mut spectra);
/// assert!((spectra.get(0)?.values[0] - 1.0).abs() < 1e-15);
/// assert!((spectra.get(1)?.values[1] - 3.0).abs() < 1e-15);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
///
/// # Source
/// B. N. Parlett, The Symmetric Eigenvalue Problem, SIAM 1998, chapters 7 and 8,
/// doi:10.1137/1.9781611971163; G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition 2013, section 8.3.
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
    ///
    /// A matrix without a result does not touch the others. Its reason in `spectra` is one of
    /// [`EigenError::NotSquare`], [`EigenError::NonFinite`] (the first such entry of the lower triangle, by
    /// columns), [`EigenError::OutOfRange`] (an eigenvalue that overflows) and [`EigenError::NotConverged`].
    pub fn solve(&mut self, matrices: &(impl Matrices + ?Sized), spectra: &mut Spectra<f64>) {
        let kernel = SymmetricKernel { matrices: &matrices, options: &self.options, vectors: false };
        self.driver.run(&kernel, matrices.len(), spectra);
    }

    /// As [`solve`](Self::solve), with orthonormal eigenvectors in the order of the eigenvalues.
    pub fn solve_with_vectors(&mut self, matrices: &(impl Matrices + ?Sized), spectra: &mut Spectra<f64>) {
        let kernel = SymmetricKernel { matrices: &matrices, options: &self.options, vectors: true };
        self.driver.run(&kernel, matrices.len(), spectra);
    }
}

/// Eigenvalues of all matrices, each in ascending order: [`SymmetricSolver::solve`] with the default options.
///
/// ```
/// use modalsweep::eigen::symmetric_eigenvalues;
///
/// let matrices = vec![faer::mat![[1.0, 2.0], [2.0, 1.0]]];
/// let spectra = symmetric_eigenvalues(&matrices);
/// assert!((spectra.get(0)?.values[0] + 1.0).abs() < 1e-15);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
pub fn symmetric_eigenvalues(matrices: &(impl Matrices + ?Sized)) -> Spectra<f64> {
    let mut spectra = Spectra::new();
    SymmetricSolver::default().solve(matrices, &mut spectra);
    spectra
}

/// Eigenvalues and eigenvectors of all matrices: [`SymmetricSolver::solve_with_vectors`] with the default options.
///
/// ```
/// use modalsweep::eigen::symmetric_eigen;
///
/// let matrices = vec![faer::mat![[1.0, 2.0], [2.0, 1.0]]];
/// let spectra = symmetric_eigen(&matrices);
/// let x = spectra.get(0)?.vectors.expect("asked for");
/// assert!((x[(0, 1)].abs() - 0.5_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
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

/// Behind a pointer, so that the kernels are compiled once for all sources of matrices.
struct SymmetricKernel<'a> {
    matrices: &'a dyn Matrices,
    options: &'a BatchOptions,
    vectors: bool,
}

impl Kernel for SymmetricKernel<'_> {
    type Value = f64;
    type Workspace = Workspace;

    fn size(&self, index: usize) -> Result<usize, EigenError> {
        square(self.matrices.shape(index), Operand::Matrix)
    }

    fn vectors(&self) -> bool {
        self.vectors
    }

    fn group_size(&self, n: usize) -> usize {
        if n <= self.largest_in_lanes() { self.options.instruction_set.lanes() } else { 1 }
    }

    fn solve(&self, mut group: Group<'_, f64>, work: &mut Workspace) {
        let n = group.n;
        let group = &mut group;
        if n <= self.largest_in_lanes() {
            let set = self.options.instruction_set.for_lanes(group.members.len());
            set.run(InLanes { kernel: self, group, work });
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

impl SymmetricKernel<'_> {
    fn largest_in_lanes(&self) -> usize {
        if self.vectors { LARGEST_WITH_VECTORS } else { LARGEST_IN_LANES }
    }

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
        let unit = unit(largest(dense, |col| col..n, n, Operand::Matrix)?);
        dense.iter_mut().for_each(|value| *value *= unit);
        let matrix = MatRef::from_column_major_slice(&*dense, n, n);
        let vectors = vectors.map(|vectors| MatMut::from_column_major_slice_mut(vectors, n, n));
        work.one.solve(matrix, values, vectors).map_err(|error| match error {
            EigenError::NotConverged { sum, trace } => {
                EigenError::NotConverged { sum: sum / unit, trace: trace / unit }
            }
            error => error,
        })?;
        values.iter_mut().for_each(|value| *value /= unit);
        in_range(values)
    }
}

/// That no eigenvalue overflowed.
fn in_range(values: &[f64]) -> Result<(), EigenError> {
    let finite = values.iter().all(|value| value.is_finite());
    if finite { Ok(()) } else { Err(EigenError::OutOfRange) }
}

/// The group in lanes.
struct InLanes<'a, 'b> {
    kernel: &'a SymmetricKernel<'a>,
    group: &'a mut Group<'b, f64>,
    work: &'a mut Workspace,
}

impl WithSimd for InLanes<'_, '_> {
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
            *outcome = in_range(values);
            if with_vectors {
                let target = &mut group.vectors[lane * n * n..(lane + 1) * n * n];
                write_vectors(lanes, (found.values, x, lane), 1.0, order, target);
            }
        }
    }
}
