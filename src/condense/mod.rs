//! Condensation of a model to a few of its degrees of freedom, and how far to trust it.
//!
//! [`condense`] is Guyan's static condensation; [`GuyanPlan`] keeps the symbolic work for many
//! stiffnesses of one pattern. [`choose_masters`] finds masters, [`Certificate`] says what the
//! reduced model is good for.

mod balance;
mod certificate;
mod error;
mod fixed_interface;
mod guyan;
mod mass;
mod masters;
mod partition;
mod stiffness;

pub use balance::{Grounding, MassBalance};
pub use certificate::{Certificate, DoubtfulDof, Known, RigidBodyCheck, frequency_excess};
pub use error::CondenseError;
pub use fixed_interface::FixedInterface;
pub use guyan::{Guyan, GuyanOptions, GuyanPlan, MassMethod, Recovery, condense};
pub use masters::choose_masters;
pub use partition::Partition;
