//! Eigenvalues and eigenvectors of many symmetric matrices.

mod gather;
mod one;
mod reduction;
mod root_free;
mod windows;

use faer::MatRef;
use pulp::{Simd, WithSimd};

use super::batch::{BatchOptions, Driver, Group, Kernel, square};
use super::lane_buffer::LaneBuffer;
use super::lanes::Lanes;
use super::pair::Vectors;
use super::source::Matrices;
use super::{EigenError, Operand, Spectra};
use gather::{fill_lane, largest, unit};
use reduction::{Reduced, tridiagonalize};
use windows::MAX_LANES;

pub(super) use one::{One, symmetric_into, symmetric_scratch};

/// Largest size that is worked on in lanes.
const LARGEST_IN_LANES: usize = 100_000;

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
    matrix: LaneBuffer,
    vectors: LaneBuffer,
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
        self.options.instruction_set.run(InLanes { kernel: self, group: &mut group, work });
        let _ = LARGEST_IN_LANES;
    }
}

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
        let n = self.group.n;
        let width = Lanes::<S>::COUNT;
        let Workspace { dense, matrix, vectors, .. } = self.work;
        dense.resize(n * n, 0.0);
        let a = matrix.reals::<S>(n * n);
        let vectors = vectors.reals::<S>(5 * n);
        let (d, rest) = vectors.split_at_mut(n);
        let (e, rest) = rest.split_at_mut(n);
        let (tau, work) = rest.split_at_mut(n);
        let mut units = [1.0; MAX_LANES];
        for lane in 0..width {
            if let Some(&index) = self.group.members.get(lane) {
                self.kernel.matrices.copy_into(index, dense);
                let found = largest(dense, n, Operand::Matrix);
                self.group.outcomes[lane] = found.map(|_| ());
                units[lane] = unit(found.unwrap_or(0.0));
            } else {
                dense.fill(0.0);
            }
            fill_lane(lanes, a, lane, dense, n, units[lane]);
        }
        let mut reduced = Reduced { diagonal: d, below: e, tau };
        tridiagonalize(lanes, a, n, &mut reduced, work);
        let failed = root_free::eigenvalues(lanes, d, e);
        assert!(!failed.contains(&true));
        let d = lanes.all_numbers(d);
        for (lane, values) in self.group.values.chunks_exact_mut(n).enumerate() {
            for (value, d) in values.iter_mut().zip(d.chunks_exact(width)) {
                *value = d[lane] / units[lane];
            }
            values.sort_unstable_by(f64::total_cmp);
        }
    }
}
