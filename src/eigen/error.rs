//! What can go wrong before or during a dense eigenproblem.

use std::fmt;

use super::InstructionSet;

/// The matrix that an error speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// The only matrix of the problem.
    Matrix,
    /// The stiffness matrix `K`.
    Stiffness,
    /// The mass matrix `M`.
    Mass,
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operand::Matrix => "matrix",
            Operand::Stiffness => "stiffness matrix",
            Operand::Mass => "mass matrix",
        })
    }
}

/// Why a dense eigenproblem has no answer.
///
/// Rows, columns and degrees of freedom are 0-based here; the messages print 1-based equations.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EigenError {
    /// A matrix is not square.
    #[error("the {matrix} is {rows} x {cols}, it must be square")]
    NotSquare {
        /// Which matrix.
        matrix: Operand,
        /// Its number of rows.
        rows: usize,
        /// Its number of columns.
        cols: usize,
    },

    /// Stiffness and mass, or the workspace and the matrices, differ in size.
    #[error("the sizes differ: {expected} equations expected, the {matrix} has {found}")]
    SizeMismatch {
        /// Which matrix has the wrong size.
        matrix: Operand,
        /// Number of equations expected.
        expected: usize,
        /// Number of equations found.
        found: usize,
    },

    /// A matrix holds a NaN or an infinity: the first one, by columns, of what is read of it.
    #[error(
        "the {matrix} has a value that is not finite at equation {}, {}",
        row + 1,
        col + 1
    )]
    NonFinite {
        /// Which matrix.
        matrix: Operand,
        /// Row of the value, 0-based.
        row: usize,
        /// Column of the value, 0-based.
        col: usize,
    },

    /// An entry and its mirror image differ by more than rounding; the worst pair.
    #[error(
        "the {matrix} is not symmetric: entry ({}, {}) is {lower:e}, entry ({}, {}) is {upper:e}",
        row + 1, col + 1, col + 1, row + 1
    )]
    NotSymmetric {
        /// Which matrix.
        matrix: Operand,
        /// Row of the entry below the diagonal, 0-based.
        row: usize,
        /// Its column, 0-based.
        col: usize,
        /// The entry below the diagonal.
        lower: f64,
        /// Its mirror image above the diagonal.
        upper: f64,
    },

    /// Some motion has neither stiffness nor mass, so that every number is an eigenvalue.
    #[error(
        "a motion that is largest at equation {} has neither stiffness nor mass; \
         remove that equation or give it one of the two",
        dof + 1
    )]
    SharedNullVector {
        /// Where the motion is largest, 0-based.
        dof: usize,
        /// Strain energy of the motion over that of its equations one by one: rounding only.
        energy_ratio: f64,
    },

    /// `K + shift M` has a clearly negative direction: a negative spring, or a mass with a large
    /// negative part on a body that can move freely.
    #[error(
        "stiffness + {shift:e} mass is indefinite, most of it at equation {} \
         (smallest scaled eigenvalue {eigenvalue:e}); look for negative stiffness or mass there",
        dof + 1
    )]
    NotDefinite {
        /// The multiple of the mass that was added.
        shift: f64,
        /// Where the negative direction is largest, 0-based.
        dof: usize,
        /// Smallest eigenvalue of the sum after scaling its diagonal to about one.
        eigenvalue: f64,
    },

    /// A matrix that must be positive definite is not; the first pivot of its Cholesky factorization that is
    /// negative, zero or rounding only.
    #[error("the {matrix} is not positive definite: pivot {pivot:e} at equation {}", dof + 1)]
    NotPositiveDefinite {
        /// Which matrix.
        matrix: Operand,
        /// Equation of the pivot, 0-based.
        dof: usize,
        /// What is left of its diagonal entry.
        pivot: f64,
    },

    /// A batch of pairs has not as many masses as stiffnesses.
    #[error("{expected} stiffness matrices, but {found} mass matrices")]
    CountMismatch {
        /// Number of stiffness matrices.
        expected: usize,
        /// Number of mass matrices.
        found: usize,
    },

    /// An eigenvalue, or the ratio of mass to stiffness, leaves the range of `f64`.
    #[error("a result leaves the range of double precision; use consistent units")]
    OutOfRange,

    /// The machine has no such vector instructions.
    #[error("this machine has no {set} instructions")]
    InstructionSetMissing {
        /// The instructions asked for.
        set: InstructionSet,
    },

    /// The eigensolver lost its way: the eigenvalues do not sum to the trace.
    #[error("the eigenvalues sum to {sum:e}, the trace is {trace:e}: no convergence")]
    NotConverged {
        /// Sum of the eigenvalues found.
        sum: f64,
        /// Trace of the matrix.
        trace: f64,
    },
}

impl EigenError {
    /// The matrix at fault, where it is one of them alone.
    pub fn operand(&self) -> Option<Operand> {
        match *self {
            Self::NotSquare { matrix, .. }
            | Self::SizeMismatch { matrix, .. }
            | Self::NonFinite { matrix, .. }
            | Self::NotSymmetric { matrix, .. }
            | Self::NotPositiveDefinite { matrix, .. } => Some(matrix),
            _ => None,
        }
    }

    /// The message with the caller's names of the equations (0-based) in the place of numbers.
    pub fn describe(&self, name: impl Fn(usize) -> String) -> String {
        match self {
            Self::NonFinite { matrix, row, col } => {
                format!("the {matrix} has a value that is not finite at DOFs {}, {}", name(*row), name(*col))
            }
            Self::SharedNullVector { dof, .. } => format!(
                "a motion that is largest at DOF {} has neither stiffness nor mass; \
                 remove that DOF or give it one of the two",
                name(*dof)
            ),
            Self::NotDefinite { shift, dof, .. } => format!(
                "stiffness + {shift:e} mass is indefinite, most of it at DOF {}; \
                 look for negative stiffness or mass there",
                name(*dof)
            ),
            Self::NotPositiveDefinite { matrix, dof, pivot } => {
                format!("the {matrix} is not positive definite: pivot {pivot:e} at DOF {}", name(*dof))
            }
            other => other.to_string(),
        }
    }

    /// What the user can do about it, where there is something to say.
    pub fn help(&self) -> Option<String> {
        let sentence = match self {
            Self::NotSymmetric { matrix: Operand::Matrix, .. } => {
                "export both triangles, or solve the matrices as general ones (--kind general)"
            }
            Self::NotSymmetric { .. } => "export the symmetric part, both triangles",
            Self::NonFinite { .. } => {
                "the run that made the matrix has failed or overflowed; look at what stands there"
            }
            Self::SizeMismatch { .. } | Self::CountMismatch { .. } => {
                "give one mass matrix of the same size for all, or as many as there are stiffness matrices"
            }
            Self::NotPositiveDefinite { matrix: Operand::Mass, .. } => {
                "look for negative or missing mass at that equation; a semidefinite mass is accepted"
            }
            Self::NotSquare { .. } => {
                "eigenvalues belong to square matrices; look at how the matrix was cut out"
            }
            Self::NotConverged { .. } => {
                "two methods have failed; look for entries that differ by hundreds of orders of magnitude"
            }
            Self::InstructionSetMissing { .. } => "leave the choice to the program",
            _ => return None,
        };
        Some(sentence.into())
    }
}
