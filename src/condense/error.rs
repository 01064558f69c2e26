//! Why a model can't be condensed to the wanted masters.

use thiserror::Error;

use crate::error::size;
use crate::factor::FactorError;
use crate::matrix::{DofNames, MatrixError};

/// DOFs are 0-based equations of the full model; [`CondenseError::describe`] names them.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CondenseError {
    /// An empty list of masters.
    #[error("no masters")]
    NoMasters,
    /// Every equation is a master.
    #[error("all {size} equations are masters: nothing is left to condense")]
    AllMasters {
        /// Equations of the model.
        size: usize,
    },
    /// A master beyond the last equation.
    #[error("master {} is out of range: the model has {size} equations", dof + 1)]
    MasterOutOfRange {
        /// The master.
        dof: usize,
        /// Equations of the model.
        size: usize,
    },
    /// A master that is listed twice.
    #[error("master {} is listed twice", dof + 1)]
    MasterTwice {
        /// The master.
        dof: usize,
    },
    /// More masters wanted than there are candidates.
    #[error("{wanted} masters wanted, the model has {candidates} equations with mass")]
    TooFewCandidates {
        /// Wanted masters.
        wanted: usize,
        /// Equations that can be chosen.
        candidates: usize,
    },
    /// The slaves can move without strain while the masters are held.
    #[error("not restrained: {} slave DOF(s), first equation {}", dofs.len(), dofs[0] + 1)]
    Mechanism {
        /// The DOFs.
        dofs: Vec<usize>,
        /// Limit of the pivot ratio.
        ratio_limit: f64,
    },
    /// K_ss has a negative eigenvalue.
    #[error("stiffness is not positive definite: pivot {pivot:.2e} at equation {}", dof + 1)]
    Indefinite {
        /// The DOF.
        dof: usize,
        /// Its pivot.
        pivot: f64,
    },
    /// A negative entry on the diagonal of M.
    #[error("negative mass {value:?} on the diagonal at equation {}", dof + 1)]
    NegativeMass {
        /// The DOF.
        dof: usize,
        /// The entry.
        value: f64,
    },
    /// K and M differ in size.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    /// More memory than allowed.
    #[error("the condensation would take {}, the memory limit leaves {}", size(*needed), size(*limit))]
    MemoryLimit {
        /// Predicted bytes.
        needed: u64,
        /// Allowed bytes.
        limit: u64,
    },
    /// The factorization failed for another reason.
    #[error(transparent)]
    Factor(FactorError),
}

impl CondenseError {
    /// Moves the DOFs of a factorization of K_ss to equations of the full model.
    pub(super) fn from_factor(error: FactorError, slaves: &[usize]) -> Self {
        match error {
            FactorError::Singular { dofs, ratio_limit } => {
                Self::Mechanism { dofs: dofs.into_iter().map(|dof| slaves[dof]).collect(), ratio_limit }
            }
            FactorError::NotPositiveDefinite { dof, pivot, .. } => {
                Self::Indefinite { dof: slaves[dof], pivot }
            }
            FactorError::MemoryLimit { needed, limit } => Self::MemoryLimit { needed, limit },
            other => Self::Factor(other),
        }
    }

    /// The message with the user's own names of the DOFs, one line.
    pub fn describe(&self, names: &DofNames) -> String {
        match self {
            Self::MasterTwice { dof } => format!("master {} is listed twice", names.name(*dof)),
            Self::Mechanism { dofs, .. } => format!(
                "not restrained: with the masters held, {} independent motion(s) without strain, found at DOF(s) {}",
                dofs.len(),
                names.list(dofs, 8)
            ),
            Self::Indefinite { dof, pivot } => {
                format!("stiffness is not positive definite: pivot {pivot:.2e} at DOF {}", names.name(*dof))
            }
            Self::NegativeMass { dof, value } => {
                format!("negative mass {value:?} on the diagonal at DOF {}", names.name(*dof))
            }
            other => other.to_string(),
        }
    }

    /// What the user can do about it, one sentence.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoMasters | Self::MasterOutOfRange { .. } => {
                "name masters as 1-based equations (1,2,7-12), node.component (12.1,12.2), @FILE or auto:N"
                    .into()
            }
            Self::AllMasters { .. } => "leave at least one equation out of the list".into(),
            Self::MasterTwice { .. } => "remove the repetition".into(),
            Self::TooFewCandidates { candidates, .. } => format!("ask for at most {candidates}"),
            Self::Mechanism { .. } => {
                "restrain these DOFs in the model, or make them (or enough DOFs of that part) masters".into()
            }
            Self::Indefinite { .. } => {
                "check the sign of the stiffness (negative springs, Lagrange multipliers, buckled state, wrong file for -k)".into()
            }
            Self::NegativeMass { .. } => "check the file given as -m, and point masses of the model".into(),
            Self::Matrix(error) => return error.help(),
            Self::MemoryLimit { .. } => {
                "raise --memory, or keep fewer masters; without --recovery less is needed".into()
            }
            Self::Factor(FactorError::ProbeFailed { .. }) => {
                "the matrix is too ill-conditioned: look at its scaling with `modalsweep inspect`".into()
            }
            _ => return None,
        })
    }
}
