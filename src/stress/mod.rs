//! Stresses from displacements: statics, kernels, invariants, envelopes.
//!
//! ```text
//! sigma = D B u,      von Mises^2 = sigma' A sigma
//! ```

mod bars;
mod beams;
mod envelope;
mod error;
mod modes;
mod nodal;
mod principal;
mod recovery;
mod statics;
mod tensor;

pub use bars::{Bars, axial_stress_into, triple_stress_into};
pub use envelope::{Envelope, EnvelopeOf, Extreme, RankedElement};
pub use error::StressError;
pub use modes::StressModes;
pub use nodal::NodalAverage;
pub use principal::principal_into;
pub use recovery::{Displacements, StressRecovery};
pub use statics::{StaticOptions, StaticSolution, solve_static};
pub use tensor::{Component, Principal, StressTensor};
