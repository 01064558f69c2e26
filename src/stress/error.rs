//! Why there are no stresses.

use thiserror::Error;

use crate::eigen::EigenError;
use crate::error::size;
use crate::factor::FactorError;
use crate::io::DofLabel;
use crate::matrix::DofNames;
use crate::model::{FreeMotion, ModelError};

/// Why loads can't be solved for, in the names of the deck.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum StressError {
    /// A deck without loads.
    #[error("the deck has no *STATIC step: nothing to solve")]
    NoStaticStep,
    /// Parts that can move as rigid bodies.
    #[error("{}", unrestrained(motions))]
    Unrestrained {
        /// Every motion that no support prevents, part by part.
        motions: Vec<FreeMotion>,
    },
    /// Components that no element resists: across a truss, for instance.
    #[error("no stiffness at DOF(s) {}", list(dofs))]
    NoStiffness {
        /// `node.component` of each.
        dofs: Vec<DofLabel>,
    },
    /// Motions without strain that are no rigid-body motions of a part: hinges, mechanisms.
    #[error("not restrained: {} motion(s) without strain, found at DOF(s) {}", dofs.len(), list(dofs))]
    Mechanism {
        /// `node.component` of each vanishing pivot.
        dofs: Vec<DofLabel>,
    },
    /// A stiffness that is not positive definite.
    #[error("the stiffness is not positive definite: pivot {pivot:.2e} at DOF {dof}")]
    Indefinite {
        /// `node.component`.
        dof: DofLabel,
        /// Its pivot.
        pivot: f64,
    },
    /// More memory than allowed.
    #[error("the solution would take {}, the memory limit is {}", size(*needed), size(*limit))]
    MemoryLimit {
        /// Predicted bytes.
        needed: u64,
        /// Allowed bytes.
        limit: u64,
    },
    /// A bar between nodes that do not exist.
    #[error("bar {}: node {} of {nodes}", bar + 1, node + 1)]
    BarNode {
        /// The bar, from 0.
        bar: usize,
        /// The node, from 0.
        node: u32,
        /// Number of nodes.
        nodes: usize,
    },
    /// A bar without length.
    #[error("bar {} has the length {length}", bar + 1)]
    BarLength {
        /// The bar, from 0.
        bar: usize,
        /// Its length.
        length: f64,
    },
    /// Displacements that do not belong to the model.
    #[error("displacements of {found} equations, the model has {equations}")]
    DisplacementSize {
        /// Values of each case.
        found: usize,
        /// Equations of the model.
        equations: usize,
    },
    /// NaN or an infinity among displacements.
    #[error("the displacement of {dof} in case {} is {value}", case + 1)]
    DisplacementNotFinite {
        /// node.component.
        dof: DofLabel,
        /// The case, from 0.
        case: usize,
        /// What stands there.
        value: f64,
    },
    /// Another number of modal amplitudes, or of rows or columns of a covariance, than of stress modes.
    #[error("{found} amplitudes for {modes} stress modes")]
    ModeCount {
        /// What was given.
        found: usize,
        /// Number of stress modes.
        modes: usize,
    },
    /// NaN or an infinity in a covariance.
    #[error("the covariance of modes {} and {} is {value}", row + 1, col + 1)]
    CovarianceNotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        col: usize,
        /// What stands there.
        value: f64,
    },
    /// A covariance is symmetric.
    #[error("the covariance of modes {} and {} differs from that of {} and {}", row + 1, col + 1, col + 1, row + 1)]
    CovarianceNotSymmetric {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        col: usize,
    },
    /// A covariance has no negative eigenvalue.
    #[error("the covariance has the negative eigenvalue {eigenvalue:e}")]
    CovarianceIndefinite {
        /// The eigenvalue.
        eigenvalue: f64,
    },
    /// The eigenvalues of a covariance.
    #[error(transparent)]
    Eigen(#[from] EigenError),
    /// The loads.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The factorization failed for another reason.
    #[error(transparent)]
    Factor(FactorError),
}

impl StressError {
    /// Names the equations of a factorization.
    pub(super) fn from_factor(error: FactorError, labels: &[DofLabel]) -> Self {
        match error {
            FactorError::Singular { dofs, .. } => {
                Self::Mechanism { dofs: dofs.into_iter().map(|dof| labels[dof]).collect() }
            }
            FactorError::NotPositiveDefinite { dof, pivot, .. } => {
                Self::Indefinite { dof: labels[dof], pivot }
            }
            FactorError::MemoryLimit { needed, limit } => Self::MemoryLimit { needed, limit },
            other => Self::Factor(other),
        }
    }

    /// What the user can do about it, one sentence.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoStaticStep => {
                "give the deck a *STEP with *STATIC and loads, or give displacements with -u".into()
            }
            Self::Unrestrained { .. } => {
                "hold the part by *BOUNDARY against each of these motions, or join it to one that is held".into()
            }
            Self::NoStiffness { .. } => {
                "hold them by *BOUNDARY: trusses resist along their own line alone (hold component 3 of all nodes of a \
                 plane truss), and nothing but beams resists rotations"
                    .into()
            }
            Self::Mechanism { .. } => {
                "hold these DOFs by *BOUNDARY, or look for hinges: parts that share one node or two, trusses in a row"
                    .into()
            }
            Self::Indefinite { .. } => {
                "look for elements that are badly distorted or of a material with Poisson's ratio near 0.5".into()
            }
            Self::MemoryLimit { .. } => "raise --memory, or solve fewer load cases at once".into(),
            Self::BarNode { .. } => "nodes are counted from 0 here".into(),
            Self::BarLength { .. } => "give its ends two positions that differ".into(),
            Self::DisplacementSize { .. } => {
                "give cases x equations, in the order of dofs.txt that assemble writes for this deck".into()
            }
            Self::DisplacementNotFinite { .. } => "displacements are finite numbers".into(),
            Self::ModeCount { .. } => "give one amplitude, or one row and column of the covariance, for each mode".into(),
            Self::CovarianceNotFinite { .. } => "covariances are finite numbers".into(),
            Self::CovarianceNotSymmetric { .. } | Self::CovarianceIndefinite { .. } => {
                "a covariance E[q q'] is symmetric and has no negative eigenvalue".into()
            }
            Self::Eigen(error) => return error.help(),
            Self::Model(error) => return error.help(),
            Self::Factor(FactorError::ProbeFailed { .. }) => {
                "the stiffness is too ill-conditioned: look for elements of very different size or modulus".into()
            }
            Self::Factor(_) => return None,
        })
    }
}

/// At most eight names.
fn list(dofs: &[DofLabel]) -> String {
    let all: Vec<usize> = (0..dofs.len()).collect();
    DofNames::labelled(dofs.to_vec()).list(&all, 8)
}

/// One line: the first part with its motions, and how many others there are.
fn unrestrained(motions: &[FreeMotion]) -> String {
    let Some(first) = motions.first() else { return "nothing can move".into() };
    let own: Vec<_> = motions.iter().take_while(|motion| motion.node == first.node).collect();
    let others = motions[own.len()..].chunk_by(|a, b| a.node == b.node).count();
    let how = match own.len() {
        6 => "in all six motions".to_owned(),
        _ => own.iter().map(|free| free.motion.to_string()).collect::<Vec<_>>().join("; "),
    };
    let more = match others {
        0 => String::new(),
        1 => "; and 1 other part is free".to_owned(),
        _ => format!("; and {others} other parts are free"),
    };
    format!("the part with node {} ({} nodes) is free: {how}{more}", first.node, first.nodes)
}
