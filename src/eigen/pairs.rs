//! Eigenvalues and mode shapes of many symmetric-definite pairs.
//!
//! The stages, each for as many pairs at once as there are lanes: [`prepared`] factors the masses,
//! [`congruence`] makes one symmetric matrix of each pair, whose spectrum the symmetric solver finds, and
//! [`triangular`] brings its eigenvectors back. [`second_try`] takes the pairs whose mass has no useful factor.

mod congruence;
mod prepared;
mod second_try;
mod triangular;

use pulp::{Simd, WithSimd};

use super::batch::{BatchOptions, Driver, Group, Kernel, square};
use super::lane_buffer::{LaneBuffer, column_stride};
use super::lanes::Lanes;
use super::pair::Vectors;
use super::source::{DenseMatrix, Matrices};
use super::symmetric::{SpectrumWork, gather, spectrum, unit, write_values, write_vectors};
use super::{EigenError, Operand, Spectra};
use congruence::congruence;
use prepared::{Factors, Prepare, Prepared, factor_masses};
use second_try::SecondTry;
use triangular::{BadPivot, inverse_transpose_times};

/// Largest size that is worked on in lanes. Beyond, their matrices no longer fit into the caches together.
const LARGEST_IN_LANES: usize = 800;

/// Eigenvalues, and mode shapes on request, of symmetric-definite pairs, many at a time.
///
/// ```text
/// K x = lambda M x,   M = L L',   C = L^-1 K L^-T,   C y = lambda y,   x = L^-T y,   X' M X = I
/// ```
///
/// This is what reduced models need. Keep the solver: its memory is used again, and once it has met the largest
/// size nothing is allocated per pair that is solved in lanes.
///
/// # Input
/// `K` and `M` are `n x n` and symmetric; only their lower triangles are read. `M` must be positive
/// definite, `K` need not be. Sizes may differ from pair to pair.
///
/// # Results
/// `n` eigenvalues in ascending order. Where `M` is singular, indefinite by rounding, or loses more than
/// eleven digits in its factorization, the pair is solved by [`definite_pair`](super::definite_pair), which
/// goes through `K`: motions without mass then come as [`f64::INFINITY`] at the end, with zero columns for
/// their shapes. Pairs of more than 800 equations go the same way, where a strongly unstable `K` is refused.
///
/// # Accuracy
/// Each eigenvalue has an absolute error of a modest multiple of `eps ||K|| ||M^-1||`: where the highest
/// frequency is a million times the lowest, four digits of the lowest eigenvalue are left. [`definite_pair`](super::definite_pair)
/// finds the lowest ones to full precision, at several times the cost. The result of a pair depends on nothing but that
/// pair and the instruction set.
///
/// # Cost
/// About `3 n^3` flops for the eigenvalues and `11 n^3` with mode shapes, for each pair; per thread `16 n^2`
/// numbers of memory, `24 n^2` with shapes (AVX-512).
///
/// # Example
/// ```
/// use modalsweep::eigen::{PairSolver, Spectra};
/// use ndarray::array;
///
/// let stiffness = array![[[2.0, -1.0], [-1.0, 2.0]], [[8.0, -4.0], [-4.0, 8.0]]];
/// let mass = faer::mat![[2.0, 0.0], [0.0, 2.0]];
/// let (mut solver, mut spectra) = (PairSolver::default(), Spectra::new());
/// solver.solve_with_one_mass(&stiffness, &mass, &mut spectra);
/// assert!((spectra.get(0)?.values[0] - 0.5).abs() < 1e-15);
/// assert!((spectra.get(1)?.values[1] - 6.0).abs() < 1e-14);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
///
/// # Source
/// G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition 2013, section 8.7.2; B. N. Parlett, The
/// Symmetric Eigenvalue Problem, SIAM 1998, chapter 15, doi:10.1137/1.9781611971163.
#[derive(Debug, Default)]
pub struct PairSolver {
    options: BatchOptions,
    vectors: Vectors,
    driver: Driver<Workspace>,
    prepared: Prepared,
}

impl PairSolver {
    /// A solver without memory yet, for eigenvalues alone or with mode shapes.
    ///
    /// # Errors
    /// [`EigenError::InstructionSetMissing`] where the machine lacks the chosen instructions.
    pub fn new(options: BatchOptions, vectors: Vectors) -> Result<Self, EigenError> {
        options.instruction_set.check()?;
        Ok(Self { options, vectors, driver: Driver::default(), prepared: Prepared::default() })
    }

    /// Solves all pairs, each with its own mass.
    ///
    /// A pair without a result does not touch the others. Its reason in `spectra` is one of
    /// [`EigenError::NotSquare`], [`EigenError::SizeMismatch`], [`EigenError::NonFinite`] (the first such entry
    /// of a lower triangle, by columns), [`EigenError::NotPositiveDefinite`] with the pivot of the mass,
    /// [`EigenError::SharedNullVector`], [`EigenError::OutOfRange`] and [`EigenError::NotConverged`].
    ///
    /// # Errors
    /// [`EigenError::CountMismatch`] where there are not as many masses as stiffnesses.
    pub fn solve(
        &mut self,
        stiffness: &(impl Matrices + ?Sized),
        mass: &(impl Matrices + ?Sized),
        spectra: &mut Spectra<f64>,
    ) -> Result<(), EigenError> {
        let (expected, found) = (stiffness.len(), mass.len());
        if expected != found {
            return Err(EigenError::CountMismatch { expected, found });
        }
        let (options, vectors) = (&self.options, self.vectors == Vectors::MassOrthonormal);
        let kernel = PairKernel { stiffness: &stiffness, mass: &mass, options, vectors, prepared: None };
        self.driver.run(&kernel, expected, spectra);
        Ok(())
    }

    /// Solves all pairs of the stiffnesses with one mass, which is factored once.
    ///
    /// The results have the same bits as those of [`solve`](Self::solve) with as many copies of the mass, and
    /// fail for the same reasons; where both matrices of a pair are bad, the mass is named.
    pub fn solve_with_one_mass(
        &mut self,
        stiffness: &(impl Matrices + ?Sized),
        mass: &(impl DenseMatrix + ?Sized),
        spectra: &mut Spectra<f64>,
    ) {
        let count = stiffness.len();
        let mass = Repeated { matrix: mass, count };
        let size = square(mass.matrix.shape(), Operand::Mass).unwrap_or(0);
        if count > 0 && size > 0 {
            let prepare = Prepare { mass: &mass, size, prepared: &mut self.prepared };
            self.options.instruction_set.run(prepare);
        }
        let (options, vectors) = (&self.options, self.vectors == Vectors::MassOrthonormal);
        let prepared = Some(&self.prepared);
        let kernel = PairKernel { stiffness: &stiffness, mass: &mass, options, vectors, prepared };
        self.driver.run(&kernel, count, spectra);
    }
}

/// Eigenvalues of all pairs, each in ascending order: [`PairSolver::solve`] with the default options.
///
/// # Errors
/// [`EigenError::CountMismatch`] where there are not as many masses as stiffnesses.
///
/// ```
/// use modalsweep::eigen::pair_eigenvalues;
///
/// let stiffness = vec![faer::mat![[1.0, 2.0], [2.0, 1.0]]];
/// let mass = vec![faer::mat![[2.0, 0.0], [0.0, 2.0]]];
/// let spectra = pair_eigenvalues(&stiffness, &mass)?;
/// assert!((spectra.get(0)?.values[1] - 1.5).abs() < 1e-15);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
pub fn pair_eigenvalues(
    stiffness: &(impl Matrices + ?Sized),
    mass: &(impl Matrices + ?Sized),
) -> Result<Spectra<f64>, EigenError> {
    let mut spectra = Spectra::new();
    PairSolver::default().solve(stiffness, mass, &mut spectra)?;
    Ok(spectra)
}

/// The same matrix again and again.
struct Repeated<'a, D: ?Sized> {
    matrix: &'a D,
    count: usize,
}

impl<D: DenseMatrix + ?Sized> Matrices for Repeated<'_, D> {
    fn len(&self) -> usize {
        self.count
    }

    fn shape(&self, _index: usize) -> (usize, usize) {
        self.matrix.shape()
    }

    fn copy_into(&self, _index: usize, target: &mut [f64]) {
        self.matrix.copy_into(target);
    }
}

#[derive(Debug, Default)]
struct Workspace {
    order: Vec<usize>,
    dense: Vec<f64>,
    stiffness: LaneBuffer,
    mass: LaneBuffer,
    vectors: LaneBuffer,
    spectrum: SpectrumWork,
    second: SecondTry,
}

/// Behind pointers, so that the kernels are compiled once for all sources of matrices.
struct PairKernel<'a> {
    stiffness: &'a dyn Matrices,
    mass: &'a dyn Matrices,
    options: &'a BatchOptions,
    vectors: bool,
    prepared: Option<&'a Prepared>,
}

/// Marks a pair that the lanes leave to the other path for another reason than its mass.
const AGAIN: EigenError = EigenError::NotConverged { sum: 0.0, trace: 0.0 };

impl Kernel for PairKernel<'_> {
    type Value = f64;
    type Workspace = Workspace;

    fn size(&self, index: usize) -> Result<usize, EigenError> {
        let expected = square(self.stiffness.shape(index), Operand::Stiffness)?;
        let found = square(self.mass.shape(index), Operand::Mass)?;
        let matrix = Operand::Mass;
        if found == expected { Ok(found) } else { Err(EigenError::SizeMismatch { matrix, expected, found }) }
    }

    fn vectors(&self) -> bool {
        self.vectors
    }

    fn group_size(&self, n: usize) -> usize {
        if n <= LARGEST_IN_LANES { self.options.instruction_set.lanes() } else { 1 }
    }

    fn solve(&self, mut group: Group<'_, f64>, work: &mut Workspace) {
        let n = group.n;
        let group = &mut group;
        match self.prepared.and_then(Prepared::error) {
            Some(error) => group.outcomes.fill(Err(error)),
            None if n > LARGEST_IN_LANES => group.outcomes.fill(Err(AGAIN)),
            None => self.options.instruction_set.run(InLanes { kernel: self, group, work }),
        }
        for (member, &index) in group.members.iter().enumerate() {
            let bad = match group.outcomes[member] {
                Err(EigenError::NotPositiveDefinite { dof, pivot, .. }) => Some(BadPivot { dof, pivot }),
                Err(error) if error == AGAIN => None,
                _ => continue,
            };
            let values = &mut group.values[member * n..(member + 1) * n];
            let vectors = self.vectors.then(|| &mut group.vectors[member * n * n..(member + 1) * n * n]);
            let (stiffness, mass) = work.second.matrices(n);
            self.stiffness.copy_into(index, stiffness);
            self.mass.copy_into(index, mass);
            group.outcomes[member] = work.second.solve(bad, values, vectors);
        }
    }
}

/// The group in lanes.
struct InLanes<'a, 'b> {
    kernel: &'a PairKernel<'a>,
    group: &'a mut Group<'b, f64>,
    work: &'a mut Workspace,
}

impl WithSimd for InLanes<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = Lanes(simd);
        let (kernel, group, work) = (self.kernel, self.group, self.work);
        let (n, with_vectors) = (group.n, kernel.vectors);
        group.outcomes.fill(Ok(()));
        let dense = &mut work.dense;
        let k = work.stiffness.reals::<S>(n * column_stride(n));
        let source = (kernel.stiffness, Operand::Stiffness);
        let k_units = gather(lanes, source, unit, (n, group.members), (dense, k), group.outcomes);
        let masses = Factors::of(lanes, n, &mut work.mass);
        let m_units = match kernel.prepared {
            Some(prepared) => prepared.spread(lanes, masses),
            None => factor_masses(lanes, kernel.mass, (n, group.members), dense, masses, group.outcomes),
        };
        let factor = Factors::of(lanes, n, &mut work.mass).factor();
        let c_units = congruence(lanes, k, factor);
        let x = work.vectors.reals::<S>(if with_vectors { n * column_stride(n) } else { 0 });
        let found = spectrum(lanes, k, n, with_vectors.then_some(&mut *x), &mut work.spectrum);
        if with_vectors {
            inverse_transpose_times(lanes, factor, x);
        }
        for (lane, outcome) in group.outcomes.iter_mut().enumerate() {
            if outcome.is_err() {
                continue;
            }
            let values = &mut group.values[lane * n..(lane + 1) * n];
            let scale = m_units[lane] / k_units[lane] / c_units[lane];
            write_values(lanes, (found.values, lane), scale, values);
            if found.failed[lane] || !values.iter().all(|value| value.is_finite()) {
                *outcome = Err(AGAIN);
            } else if with_vectors {
                let target = &mut group.vectors[lane * n * n..(lane + 1) * n * n];
                let scale = m_units[lane].sqrt();
                write_vectors(lanes, (found.values, x, lane), scale, &mut work.order, target);
            }
        }
    }
}
