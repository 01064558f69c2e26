//! Stresses from displacements: statics, kernels, invariants, envelopes.

mod error;
mod statics;

pub use error::StressError;
pub use statics::{StaticOptions, StaticSolution, solve_static};
