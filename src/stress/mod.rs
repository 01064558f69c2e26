//! Stresses from displacements: kernels, invariants, envelopes.
//!
//! ```text
//! sigma = D B u,      von Mises^2 = sigma' A sigma
//! ```

mod bars;
mod error;
mod recovery;
mod tensor;

pub use bars::{Bars, axial_stress_into, triple_stress_into};
pub use error::StressError;
pub use recovery::{Displacements, StressRecovery};
pub use tensor::{Component, Principal, StressTensor};
