//! Lowest modes of one large sparse pair K phi = lambda M phi, with the proof that none is missing; how alike two sets
//! of modes are, and how much mass moves in each.
//!
//! - the plan: [`ModesPlan`], the symbolic factorization of K - sigma M, one per pair of patterns;
//! - the modes: block shift-invert Lanczos, Sturm counts by the inertia of K - sigma M = L S L' ([`ModesPlan::modes`]);
//! - the batch: [`ModesPlan::modes_of_many`], many pairs with one pattern, one per thread;
//! - [`mac`]: MAC_ij = |a_i' W b_j|^2 / ((a_i' W a_i)(b_j' W b_j)), W = I or W = M; [`subspace_mac`] for
//!   close pairs;
//! - [`pair_modes`]: the modes of one set beside those of another, by optimal assignment ([`assign`]);
//! - [`participation`]: participation factors phi' M r and effective modal masses.
//!
//! Shapes are columns, one row per equation; those that are given may have any scale and sign.

mod assignment;
mod band;
mod batch;
mod dense;
mod error;
mod factored;
mod finish;
mod interval;
mod judged;
mod lanczos;
mod lowest;
mod mac;
mod narrow;
mod nearest;
mod options;
mod orthonormal;
mod pairing;
mod participation;
mod plan;
mod problem;
mod result;
mod small;
mod subspace;
mod tall;
mod work;

pub use assignment::assign;
pub use error::ModesError;
pub(crate) use factored::{LowestEigenvalue, lowest_eigenvalue};
pub use mac::mac;
pub use options::{ModesOptions, PlanOptions, RigidModes, Wanted};
pub use pairing::{ModeGroup, ModePair, ModeSet, Pairing, PairingOptions, pair_modes};
pub use participation::{
    DirectionParticipation, Participation, ParticipationOptions, RotationPoint, participation,
};
pub use plan::{ModesPlan, modes};
pub use result::{Effort, Modes, Proof, SturmCount};
pub use subspace::subspace_mac;

/// Consecutive pairs that start from each other's modes ([`ModesPlan::modes_of_many`]).
pub const PAIRS_PER_CHAIN: usize = 8;
