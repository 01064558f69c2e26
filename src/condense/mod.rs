//! Condensation of a model to a few of its degrees of freedom, and how far to trust it.
//!
//! [`condense`] is Guyan's static condensation; [`GuyanPlan`] keeps the symbolic work for many
//! stiffnesses of one pattern. [`choose_masters`] finds masters, [`Certificate`] says what the
//! reduced model is good for.

mod error;
mod guyan;
mod mass;
mod partition;
mod stiffness;

pub use error::CondenseError;
pub use guyan::{Guyan, GuyanOptions, GuyanPlan, Recovery, condense};
pub use partition::Partition;
