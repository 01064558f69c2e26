//! Condensation of a model to a few of its degrees of freedom, and how far to trust it.
//!
//! [`condense`] is Guyan's static condensation; [`GuyanPlan`] keeps the symbolic work for many
//! stiffnesses of one pattern. [`choose_masters`] finds masters, [`Certificate`] says what the
//! reduced model is good for, [`compare()`] sets its modes beside those of the full one.

mod balance;
mod certificate;
mod compare;
mod error;
mod excess;
mod fixed_interface;
mod guyan;
mod mass;
mod masters;
mod partition;
mod stiffness;

pub use balance::{Grounding, MassBalance};
pub use certificate::{Certificate, DoubtfulDof, Known, RigidBodyCheck};
pub use compare::{CompareOptions, ComparedMode, Comparison, Counterpart, ReducedModes, compare};
pub use error::CondenseError;
pub use excess::frequency_excess;
pub use fixed_interface::FixedInterface;
pub use guyan::{Guyan, GuyanOptions, GuyanPlan, MassMethod, Recovery, condense};
pub use masters::choose_masters;
pub use partition::Partition;
