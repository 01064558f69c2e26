//! What can be wrong with a matrix that was read without a syntax error.

use thiserror::Error;

/// Why a table of numbers is not a symmetric matrix. Positions are 0-based in the fields and 1-based
/// in the message.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MatrixError {
    /// The table has no rows.
    #[error("the matrix is empty")]
    Empty,
    /// Rows and columns differ in number.
    #[error("not square: {n_rows} rows, {n_cols} columns")]
    NotSquare {
        /// Number of rows.
        n_rows: usize,
        /// Number of columns.
        n_cols: usize,
    },
    /// An entry and its mirror image differ by more than the tolerance.
    #[error(
        "not symmetric: entry ({}, {}) is {lower:?}, entry ({}, {}) is {upper:?}",
        row + 1, col + 1, col + 1, row + 1
    )]
    NotSymmetric {
        /// Row of the entry below the diagonal.
        row: usize,
        /// Its column.
        col: usize,
        /// The entry below the diagonal.
        lower: f64,
        /// Its mirror image above the diagonal.
        upper: f64,
    },
    /// NaN or an infinity.
    #[error("entry ({}, {}) is {value}, not a finite number", row + 1, col + 1)]
    NonFinite {
        /// Row of the first offender.
        row: usize,
        /// Its column.
        col: usize,
        /// What stands there.
        value: f64,
    },
    /// An index at or beyond the size.
    #[error("entry ({}, {}) is outside of a matrix of size {size}", row + 1, col + 1)]
    OutOfRange {
        /// Row of the first offender.
        row: usize,
        /// Its column.
        col: usize,
        /// Size of the matrix.
        size: usize,
    },
    /// Rows of a column not strictly ascending, or above the diagonal.
    #[error(
        "column {} does not list its lower triangle in ascending rows without repetition (at row {})",
        col + 1, row + 1
    )]
    NotLowerSorted {
        /// Row of the first offender.
        row: usize,
        /// Its column.
        col: usize,
    },
    /// Array lengths that don't belong together.
    #[error("column pointers, row indices and values do not belong together")]
    BrokenPointers,
    /// A name that no equation has.
    #[error("no equation is called {name}")]
    UnknownDof {
        /// The name as given.
        name: String,
    },
    /// A name that several equations have.
    #[error("{count} equations are called {name}")]
    AmbiguousDof {
        /// The name as given.
        name: String,
        /// How many equations have it.
        count: usize,
    },
    /// Two matrices of one model differ in size.
    #[error("K has {stiffness} equations, M has {mass}")]
    SizesDiffer {
        /// Size of the stiffness.
        stiffness: usize,
        /// Size of the mass.
        mass: usize,
    },
    /// A term of a sum has another size than its constant.
    #[error("term {} of the sum has {found} equations, the constant {size}", term + 1)]
    TermSize {
        /// The term, from 0.
        term: usize,
        /// Its size.
        found: usize,
        /// Size of the constant.
        size: usize,
    },
    /// More than 32-bit places can count.
    #[error("{entries} entries are more than a sum can have")]
    TooManyEntries {
        /// Number of entries.
        entries: usize,
    },
}

impl MatrixError {
    /// What the user can do about it, one sentence.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotSymmetric { .. } => {
                "export the symmetric part, or switch off unsymmetric storage (friction, follower \
                 loads, damping) in the exporting program"
                    .into()
            }
            Self::NotSquare { .. } | Self::SizesDiffer { .. } => {
                "export K and M of the same model in the same step, with the same constraints".into()
            }
            Self::NonFinite { .. } => "look at the element at this entry in the exporting program".into(),
            Self::UnknownDof { .. } => {
                "names are node.component as in the .dof file, or 1-based equation numbers".into()
            }
            Self::AmbiguousDof { .. } => {
                "use the 1-based equation number: expanded shells and beams repeat their labels".into()
            }
            _ => return None,
        })
    }
}
