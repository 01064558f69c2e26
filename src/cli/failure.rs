//! Errors as the user sees them: one line `error: ...`, then `help: ...` where there is one.

use std::convert::Infallible;
use std::fmt::Display;
use std::path::Path;

use modalsweep::condense::CondenseError;
use modalsweep::eigen::EigenError;
use modalsweep::io::IoError;
use modalsweep::matrix::{DofNames, MatrixError};
use modalsweep::model::ModelError;
use modalsweep::modes::ModesError;
use modalsweep::stress::StressError;

/// A failure with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with the place where it happened before it.
    pub fn in_front(mut self, place: impl Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    /// A file that could be read and does not hold what it should.
    pub fn in_file(path: &Path, error: &MatrixError, names: Option<&DofNames>) -> Self {
        let place = match (error, names.filter(|names| names.labels().is_some())) {
            (
                MatrixError::NotSymmetric { row, col, .. } | MatrixError::NonFinite { row, col, .. },
                Some(names),
            ) => {
                format!(" (DOFs {} and {})", names.name(*row), names.name(*col))
            }
            _ => String::new(),
        };
        Self { message: format!("{}: {error}{place}", path.display()), help: error.help() }
    }

    /// A deck that can't be assembled; where the error knows no file, the deck itself stands for it.
    pub fn of_deck(path: &Path, error: ModelError) -> Self {
        let is_placed = error.path.is_some();
        let failure = Self::from(error);
        if is_placed { failure } else { failure.in_front(path.display()) }
    }

    /// A pair without modes.
    pub fn in_modes(error: &ModesError, names: &DofNames) -> Self {
        Self { message: error.describe(names), help: error.help() }
    }

    /// A model that can't be condensed.
    pub fn in_model(error: &CondenseError, names: &DofNames) -> Self {
        Self { message: error.describe(names), help: error.help() }
    }
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Self {
        Self { help: error.help(), message: error.to_string() }
    }
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        Self { help: error.help(), message: error.to_string() }
    }
}

impl From<StressError> for Failure {
    fn from(error: StressError) -> Self {
        Self { help: error.help(), message: error.to_string() }
    }
}

impl From<EigenError> for Failure {
    fn from(error: EigenError) -> Self {
        Self { help: error.help(), message: error.to_string() }
    }
}

impl From<ModesError> for Failure {
    fn from(error: ModesError) -> Self {
        Self { help: error.help(), message: error.to_string() }
    }
}

impl From<Infallible> for Failure {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Prints an error on standard error.
pub fn print(error: &anyhow::Error) {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    eprintln!("error: {}", one_line(&format!("{error:#}")));
    if let Some(help) = error.downcast_ref::<Failure>().and_then(|failure| failure.help.as_deref()) {
        eprintln!("help: {}", one_line(help));
    }
}
