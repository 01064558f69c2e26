//! The first fixed-interface frequency: the lowest eigenvalue of K_ss phi = lambda M_ss phi, at which
//! the slaves vibrate by themselves while the masters stand still. Static condensation knows nothing
//! of it: it is the limit of validity.
//!
//! Found by the iteration of [`modes`](crate::modes) with the factor of K_ss that the condensation has made.

use serde::Serialize;

use crate::factor::Factor;
use crate::matrix::SymmetricMatrix;
use crate::modes::{LowestEigenvalue, lowest_eigenvalue};

/// Residual at which the iteration stops: the error is about its square.
const TOLERANCE: f64 = 1e-4;

const MOST_STEPS: usize = 100;

/// What is known of the first fixed-interface frequency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FixedInterface {
    /// The frequency in Hz.
    Found {
        /// The frequency.
        hz: f64,
    },
    /// The slaves have no mass: there is no such frequency, the condensation is exact.
    NoMass,
    /// The iteration did not come to an end.
    NotConverged {
        /// Its steps.
        steps: usize,
    },
    /// No mass was given.
    Unknown,
}

/// The first fixed-interface frequency, from the lowest eigenvalue lambda = (2 pi f)^2 of (K_ss, M_ss).
///
/// Cost: some 3 to 10 solves with a block of columns.
pub(super) fn fixed_interface(factor: &Factor, mass: &SymmetricMatrix) -> FixedInterface {
    match lowest_eigenvalue(factor, mass, TOLERANCE, MOST_STEPS) {
        Ok(LowestEigenvalue::Found(lambda)) => {
            FixedInterface::Found { hz: lambda.sqrt() / std::f64::consts::TAU }
        }
        Ok(LowestEigenvalue::NoMass) => FixedInterface::NoMass,
        Ok(LowestEigenvalue::NotConverged { steps }) => FixedInterface::NotConverged { steps },
        // No memory for a basis, or a mass so wrong that the reduced modes will say so.
        Err(_) => FixedInterface::NotConverged { steps: 0 },
    }
}
