//! The crate error, made of the rooms' errors: for callers that go through several rooms.

use thiserror::Error;

use crate::condense::CondenseError;
use crate::eigen::EigenError;
use crate::factor::FactorError;
use crate::io::IoError;
use crate::matrix::MatrixError;
use crate::model::ModelError;
use crate::modes::ModesError;
use crate::stress::StressError;

/// Any error of this crate; each room's own error converts into it by `?`.
///
/// ```
/// use std::path::Path;
/// use modalsweep::{Error, io::read_matrix, matrix::SymmetricMatrix};
///
/// fn load(path: &Path) -> Result<SymmetricMatrix, Error> {
///     Ok(SymmetricMatrix::from_contents(&read_matrix(path)?.contents)?.0)
/// }
///
/// let error = load(Path::new("missing.mtx")).unwrap_err();
/// assert!(error.to_string().starts_with("missing.mtx: "));
/// assert!(error.help().is_some());
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A file.
    #[error(transparent)]
    Io(#[from] IoError),
    /// A matrix that is not symmetric, not finite, not of the right size.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    /// A deck that makes no model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A factorization.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// A condensation.
    #[error(transparent)]
    Condense(#[from] CondenseError),
    /// The modes of a large pair.
    #[error(transparent)]
    Modes(#[from] ModesError),
    /// A dense eigenproblem.
    #[error(transparent)]
    Eigen(#[from] EigenError),
    /// A static solution.
    #[error(transparent)]
    Stress(#[from] StressError),
}

impl Error {
    /// What the user can do about it, where there is something to say.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Io(error) => error.help(),
            Self::Matrix(error) => error.help(),
            Self::Model(error) => error.help(),
            Self::Condense(error) => error.help(),
            Self::Modes(error) => error.help(),
            Self::Eigen(error) => error.help(),
            Self::Stress(error) => error.help(),
            Self::Factor(_) => None,
        }
    }
}

/// Bytes in a unit that reads well.
pub(crate) fn size(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes >= 1e9 => format!("{:.2} GB", bytes / 1e9),
        bytes if bytes >= 1e6 => format!("{:.1} MB", bytes / 1e6),
        bytes if bytes >= 1e3 => format!("{:.1} kB", bytes / 1e3),
        bytes => format!("{bytes} bytes"),
    }
}

/// Four significant digits, without an exponent in the usual range.
pub(crate) fn significant(value: f64) -> String {
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    if (1e-3..1e7).contains(&value) { format!("{value:.digits$}") } else { format!("{value:.3e}") }
}
