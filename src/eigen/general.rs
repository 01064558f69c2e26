//! Eigenvalues of many general real matrices.

mod fallback;

use faer::c64;

use super::batch::{BatchOptions, Driver, Group, Kernel, check_finite, square};
use super::source::Matrices;
use super::{EigenError, Operand, Spectra};
use fallback::Fallback;

/// Eigenvalues of general real matrices, many at a time.
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

    /// Eigenvalues of all matrices, each in descending magnitude.
    pub fn solve(&mut self, matrices: &(impl Matrices + ?Sized), spectra: &mut Spectra<c64>) {
        let kernel = GeneralKernel { matrices, options: &self.options };
        self.driver.run(&kernel, matrices.len(), spectra);
    }
}

/// Eigenvalues of all matrices, each in descending magnitude.
pub fn general_eigenvalues(matrices: &(impl Matrices + ?Sized)) -> Spectra<c64> {
    let mut spectra = Spectra::new();
    GeneralSolver::default().solve(matrices, &mut spectra);
    spectra
}

#[derive(Debug, Default)]
struct Workspace {
    dense: Vec<f64>,
    fallback: Fallback,
}

struct GeneralKernel<'a, M: ?Sized> {
    matrices: &'a M,
    options: &'a BatchOptions,
}

impl<M: Matrices + ?Sized> Kernel for GeneralKernel<'_, M> {
    type Value = c64;
    type Workspace = Workspace;

    fn size(&self, index: usize) -> Result<usize, EigenError> {
        square(self.matrices.shape(index), Operand::Matrix)
    }

    fn vectors(&self) -> bool {
        false
    }

    fn group_size(&self, _n: usize) -> usize {
        self.options.instruction_set.lanes()
    }

    fn solve(&self, group: Group<'_, c64>, work: &mut Workspace) {
        let n = group.n;
        let results = group.values.chunks_exact_mut(n).zip(group.outcomes);
        for (&index, (values, outcome)) in group.members.iter().zip(results) {
            work.dense.resize(n * n, 0.0);
            let dense = &mut work.dense[..n * n];
            self.matrices.copy_into(index, dense);
            *outcome = check_finite(dense, n, Operand::Matrix)
                .and_then(|()| work.fallback.eigenvalues(dense, n, values));
        }
    }
}
