//! Lowest modes of one large sparse pair K phi = lambda M phi, with the proof that none is missing.

mod band;
mod batch;
mod dense;
mod error;
mod finish;
mod interval;
mod lanczos;
mod lowest;
mod nearest;
mod options;
mod orthonormal;
mod plan;
mod problem;
mod result;
mod tall;

pub use error::ModesError;
pub use options::{ModesOptions, PlanOptions, RigidModes, Wanted};
pub use plan::{ModesPlan, modes};
pub use result::{Effort, Modes, Proof, SturmCount};

/// Consecutive pairs that start from each other's modes ([`ModesPlan::modes_of_many`]).
pub const PAIRS_PER_CHAIN: usize = 8;
