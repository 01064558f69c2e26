//! The lowest eigenvalue alone, where a factor of K is at hand already.

use super::ModesError;
use super::lanczos::{Ending, Lanczos, Operator, Settings, Target};
use super::orthonormal::{Basis, Inner, Mass};
use super::problem::BLOCK_WIDTH;
use super::result::Effort;
use crate::factor::Factor;
use crate::matrix::SymmetricMatrix;
use crate::parallel::Silent;

/// What [`lowest_eigenvalue`] has found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum LowestEigenvalue {
    /// The eigenvalue.
    Found(f64),
    /// No motion has mass: there is none.
    NoMass,
    /// The iteration did not come to an end.
    NotConverged {
        /// Its block steps.
        steps: usize,
    },
}

/// The lowest eigenvalue of K phi = lambda M phi with the factor of a positive definite K. No Sturm count: a
/// factorization more would cost as much as all of this.
///
/// `tolerance`: of the residual of 1 / lambda; the error of lambda is about its square.
pub(crate) fn lowest_eigenvalue(
    factor: &Factor,
    mass: &SymmetricMatrix,
    tolerance: f64,
    most_steps: usize,
) -> Result<LowestEigenvalue, ModesError> {
    if mass.largest_entry() == 0.0 {
        return Ok(LowestEigenvalue::NoMass);
    }
    let mass = Mass::new(mass.permuted_without_zeros(factor.symbolic().places()));
    let size = mass.matrix.size();
    let settings = Settings { tolerance, width: BLOCK_WIDTH.min(size), most_steps, heed_pollution: false };
    let basis = Basis::new(size, Lanczos::capacity(size, 1, settings.width), Inner::Mass)?;
    let operator = Operator { factor, sigma: 0.0, mass: &mass };
    let mut effort = Effort::default();
    let mut lanczos = Lanczos::new(operator, settings, basis, &[], None, &mut effort)?;
    let ending = lanczos.run(Target::Lowest(1), 1.0, &Silent, &mut effort)?;
    let first = lanczos.ritz().iter().find(|ritz| ritz.is_above_shift());
    Ok(match (ending, first) {
        (Ending::GaveUp | Ending::Full, _) => LowestEigenvalue::NotConverged { steps: effort.steps },
        (_, Some(ritz)) => LowestEigenvalue::Found(ritz.eigenvalue),
        (_, None) => LowestEigenvalue::NoMass,
    })
}
