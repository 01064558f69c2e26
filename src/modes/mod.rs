//! Mode shapes of one model: how alike two sets are, which mode is which, and how much mass moves in each.
//!
//! - [`mac`]: MAC_ij = |a_i' W b_j|^2 / ((a_i' W a_i)(b_j' W b_j)), W = I or W = M; [`subspace_mac`] for
//!   close pairs;
//! - [`pair_modes`]: the modes of one set beside those of another, by optimal assignment ([`assign`]);
//! - [`participation`]: participation factors phi' M r and effective modal masses.
//!
//! Shapes are columns, one row per equation, of any scale and sign.

mod assignment;
mod error;
mod mac;
mod pairing;
mod participation;
mod subspace;

pub use assignment::assign;
pub use error::ModesError;
pub use mac::mac;
pub use pairing::{ModeGroup, ModePair, ModeSet, Pairing, PairingOptions, pair_modes};
pub use participation::{
    DirectionParticipation, Participation, ParticipationOptions, RotationPoint, participation,
};
pub use subspace::subspace_mac;
