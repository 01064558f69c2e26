//! Eigenvalues of many general real matrices, several at once in SIMD lanes.
//!
//! Each matrix is balanced by itself. Matrices of one size then go side by side, one per lane: up to
//! [`LARGEST_REDUCED_IN_LANES`] rows the Hessenberg reduction already runs in lanes, above it is
//! a blocked one, matrix by matrix; Francis' QR iteration runs in lanes up to [`LARGEST_IN_LANES`] rows. Larger
//! matrices, and those that do not pass the trace check, are solved by faer alone.

mod balance;
mod fallback;
mod francis;
mod hessenberg;
mod order;
mod reduction;
mod sweep;
mod vectors;
mod workspace;

use faer::c64;

use super::batch::{BatchOptions, Driver, Group, Kernel, square};
use super::lanes::MAX_LANES;
use super::source::Matrices;
use super::{EigenError, InstructionSet, Operand, Spectra};
use fallback::NotConverged;
use workspace::{LARGEST_REDUCED_IN_LANES, Prepared, Workspace};

/// Up to this size the iteration runs in lanes; above, a matrix that comes alone would be slower than by faer.
const LARGEST_IN_LANES: usize = 400;

/// Eigenvalues, and eigenvectors on request, of general real matrices, many at a time.
///
/// ```text
/// A x = lambda x
/// ```
///
/// Keep the solver: its memory is used again, and once it has met the largest size nothing is allocated
/// per matrix.
///
/// # Method
/// Balancing (rows and columns that isolate an eigenvalue, then powers of two), Householder reduction to Hessenberg form,
/// Francis' double-shift QR iteration. Eight matrices are worked on at once with AVX-512, four with AVX2. A
/// matrix whose iteration fails, or whose eigenvalues do not sum to its trace, is solved again by faer; so are those
/// of more than 400 equations, and all of them where eigenvectors are wanted.
///
/// # Results
/// In the order of descending magnitude, conjugates adjacent, the one with positive imaginary part first; equal
/// magnitudes in descending order of the real part.
///
/// # Accuracy
/// The eigenvalues are those of a matrix that differs from the balanced one by a modest multiple of `n eps` times
/// its norm: how far each is from an eigenvalue of `A` depends on its condition, and a defective one of multiplicity `m`
/// may be off by the `m`-th root.
///
/// # Cost
/// About `10 n^3` flops a matrix; per thread `8 (n + 1)^2` numbers of memory (AVX-512).
///
/// ```
/// use modalsweep::eigen::{BatchOptions, GeneralSolver, Spectra};
///
/// // A rotation by 90 degrees, and an oscillator x'' = -4 x.
/// let stack = ndarray::array![[[0.0, -1.0], [1.0, 0.0]], [[0.0, 1.0], [-4.0, 0.0]]];
/// let mut spectra = Spectra::new();
/// GeneralSolver::new(BatchOptions::default())?.solve(&stack, &mut spectra);
/// assert!((spectra.get(0)?.values[0].im - 1.0).abs() < 1e-15);
/// assert!((spectra.get(1)?.values[0].im - 2.0).abs() < 1e-15);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
///
/// # Source
/// G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition 2013, chapter 7; E. Anderson et al., LAPACK
/// Users' Guide, 3rd edition 1999 (`dgebal`, `dgehrd`, `dlahqr`), doi:10.1137/1.9780898719604.
#[derive(Debug, Default)]
pub struct GeneralSolver {
    options: BatchOptions,
    driver: Driver<Workspace>,
}

impl GeneralSolver {
    /// A solver without memory yet.
    ///
    /// # Errors
    /// [`EigenError::InstructionSetMissing`] where the machine lacks the chosen instructions.
    pub fn new(options: BatchOptions) -> Result<Self, EigenError> {
        options.instruction_set.check()?;
        Ok(Self { options, driver: Driver::default() })
    }

    /// Eigenvalues of all matrices, in the order of the input, on the current rayon pool.
    ///
    /// A matrix without a result does not touch the others. Its reason in `spectra` is one of
    /// [`EigenError::NotSquare`], [`EigenError::NonFinite`] (the first such entry, by columns),
    /// [`EigenError::OutOfRange`] (an eigenvalue that overflows) and [`EigenError::NotConverged`]. On one machine the
    /// bits depend on the matrix and the instruction set only, not on its neighbours or the number of threads.
    pub fn solve(&mut self, matrices: &(impl Matrices + ?Sized), spectra: &mut Spectra<c64>) {
        let kernel = GeneralKernel::new(&matrices, &self.options, Vectors::None);
        self.driver.run(&kernel, matrices.len(), spectra);
    }

    /// As [`solve`](Self::solve), with right eigenvectors of length one: [`Spectrum::eigenvector`](super::Spectrum::eigenvector).
    ///
    /// One matrix at a time, balanced and then solved by faer, hence about six times the work; the eigenvalues
    /// may differ from those of `solve` in the last digits. A defective matrix has fewer independent eigenvectors than
    /// columns: some come out nearly parallel.
    pub fn solve_with_vectors(&mut self, matrices: &(impl Matrices + ?Sized), spectra: &mut Spectra<c64>) {
        let kernel = GeneralKernel::new(&matrices, &self.options, Vectors::Normalized);
        self.driver.run(&kernel, matrices.len(), spectra);
    }
}

/// Whether eigenvectors are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vectors {
    None,
    Normalized,
}

/// Eigenvalues of general real matrices, each in descending magnitude: [`GeneralSolver`] with default options.
pub fn general_eigenvalues(matrices: &(impl Matrices + ?Sized)) -> Spectra<c64> {
    let mut spectra = Spectra::new();
    GeneralSolver::default().solve(matrices, &mut spectra);
    spectra
}

/// Eigenvalues and eigenvectors of general real matrices: [`GeneralSolver::solve_with_vectors`] with default options.
///
/// ```
/// use modalsweep::eigen::general_eigen;
///
/// let spectra = general_eigen(&[faer::mat![[0.0, -4.0], [1.0, 0.0]]][..]);
/// let spectrum = spectra.get(0)?;
/// let x: Vec<_> = spectrum.eigenvector(0).expect("asked for").collect();
/// assert!((spectrum.values[0] * x[1] - x[0]).norm() < 1e-15);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
pub fn general_eigen(matrices: &(impl Matrices + ?Sized)) -> Spectra<c64> {
    let mut spectra = Spectra::new();
    GeneralSolver::default().solve_with_vectors(matrices, &mut spectra);
    spectra
}

/// Behind a pointer, so that the kernels are compiled once for all sources of matrices.
struct GeneralKernel<'a> {
    matrices: &'a dyn Matrices,
    set: InstructionSet,
    vectors: Vectors,
    /// Sweeps for one eigenvalue after which a matrix goes to the other path.
    most_sweeps: u32,
}

impl Kernel for GeneralKernel<'_> {
    type Value = c64;
    type Workspace = Workspace;

    fn size(&self, index: usize) -> Result<usize, EigenError> {
        square(self.matrices.shape(index), Operand::Matrix)
    }

    fn vectors(&self) -> bool {
        self.vectors == Vectors::Normalized
    }

    fn group_size(&self, n: usize) -> usize {
        if self.one_at_a_time(n) { 1 } else { self.set.lanes() }
    }

    fn solve(&self, mut group: Group<'_, c64>, work: &mut Workspace) {
        if self.one_at_a_time(group.n) {
            for member in 0..group.members.len() {
                group.outcomes[member] = self.solve_alone(&mut group, member, work);
            }
            return;
        }
        let in_lanes = self.set.for_lanes(group.members.len());
        work.reserve(group.n, in_lanes);
        let mut prepared: [Prepared; MAX_LANES] = Default::default();
        for (lane, prepared) in prepared[..in_lanes.lanes()].iter_mut().enumerate() {
            *prepared = self.load(&mut group, (lane, in_lanes.lanes()), work);
        }
        let sizes = prepared.each_ref().map(|state| state.active.len());
        let failed = work.iterate(group.n, (sizes, self.most_sweeps), in_lanes);
        for lane in 0..group.members.len() {
            if group.outcomes[lane].is_ok() {
                let Prepared { active, .. } = &prepared[lane];
                let values = &mut group.values[lane * group.n..][active.clone()];
                values.copy_from_slice(&work.values[lane * group.n..][..active.len()]);
                let again = failed[lane]
                    || prepared[lane].finish(&mut group.values[lane * group.n..][..group.n]).is_err();
                group.outcomes[lane] = if again { self.solve_alone(&mut group, lane, work) } else { Ok(()) };
            }
        }
    }
}

impl<'a> GeneralKernel<'a> {
    fn new(matrices: &'a dyn Matrices, options: &BatchOptions, vectors: Vectors) -> Self {
        Self { matrices, set: options.instruction_set, vectors, most_sweeps: francis::MOST_SWEEPS }
    }

    /// Whether matrices of this size are left to faer.
    fn one_at_a_time(&self, n: usize) -> bool {
        self.vectors() || n > LARGEST_IN_LANES
    }

    /// Prepares one matrix and puts it into its lane; nothing where there is none or it is no good.
    fn load(
        &self,
        group: &mut Group<'_, c64>,
        (lane, lanes): (usize, usize),
        work: &mut Workspace,
    ) -> Prepared {
        let n = group.n;
        let mut state = Prepared::default();
        if let Some(&index) = group.members.get(lane) {
            self.matrices.copy_into(index, &mut work.dense[..n * n]);
            let prepared = work.prepare(n, &mut group.values[lane * n..][..n]);
            group.outcomes[lane] = prepared.map(|prepared| state = prepared);
        }
        if n <= LARGEST_REDUCED_IN_LANES {
            work.scatter(n, state.active.clone(), (lane, lanes));
        } else {
            // Not the set of the lanes: the bits of this reduction depend on the set.
            work.reduce(n, state.active.clone(), (lane, lanes), self.set);
        }
        state
    }

    /// The same matrix by faer, from the start.
    fn solve_alone(
        &self,
        group: &mut Group<'_, c64>,
        member: usize,
        work: &mut Workspace,
    ) -> Result<(), EigenError> {
        let n = group.n;
        work.dense.resize(work.dense.len().max(n * n), 0.0);
        self.matrices.copy_into(group.members[member], &mut work.dense[..n * n]);
        let values = &mut group.values[member * n..][..n];
        let state = work.prepare(n, values)?;
        let converged = if self.vectors() {
            let vectors = &mut group.vectors[member * n * n..][..n * n];
            work.sorted_vectors(n, values, vectors)
        } else {
            work.fallback.solve(&work.dense[..n * n], n, values, None)
        };
        let not_converged =
            |NotConverged| EigenError::NotConverged { sum: f64::NAN, trace: state.trace * state.scale };
        converged.map_err(not_converged)?;
        state.finish(&mut group.values[member * n..][..n])
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::{Family, stack};
    use super::*;

    /// Where the iteration gives up at once, the other path gives the same eigenvalues.
    #[test]
    fn a_matrix_that_does_not_converge_gets_a_second_try() {
        for n in [3, 10, 70] {
            let matrices = stack(Family::Ginibre, 11, n, 5);
            let (mut first, mut second) = (Spectra::new(), Spectra::new());
            let options = BatchOptions::default();
            let mut kernel = GeneralKernel::new(&matrices, &options, Vectors::None);
            Driver::default().run(&kernel, 11, &mut first);
            kernel.most_sweeps = 1;
            Driver::default().run(&kernel, 11, &mut second);
            for (a, b) in first.iter().zip(second.iter()) {
                let (a, b) = (a.expect("eigenvalues").values, b.expect("eigenvalues").values);
                assert_ne!(a, b, "the other path rounds in another way");
                assert!(a.iter().zip(b).all(|(a, b)| (a - b).norm() < 1e-10 * a.norm().max(1.0)));
            }
        }
    }
}
