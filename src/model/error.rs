//! Why a deck makes no model.

use std::path::PathBuf;

/// A deck that makes no model. Prints as one line, `path:line: what is wrong`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{kind}", place(path.as_deref(), *line))]
#[non_exhaustive]
pub struct ModelError {
    /// The file, where the trouble belongs to one.
    pub path: Option<PathBuf>,
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// What is wrong.
    pub kind: ModelErrorKind,
}

/// What is wrong with a model, in names and numbers.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelErrorKind {
    /// An element that is turned inside out, or flat.
    #[error("element {element} has a volume that is not positive ({volume:e})")]
    Volume {
        /// Its number.
        element: i64,
        /// Its volume, or the Jacobian where that is the trouble.
        volume: f64,
    },
    /// An element that no section says what it is made of.
    #[error("element {element} has no section")]
    NoSection {
        /// Its number.
        element: i64,
    },
    /// A mass is asked for, and a material has no density.
    #[error("material {material} has no density")]
    NoDensity {
        /// Its name.
        material: String,
    },
}

impl ModelError {
    /// What to do next, in one sentence, where there is something to say.
    pub fn help(&self) -> Option<String> {
        None
    }
}

fn place(path: Option<&std::path::Path>, line: Option<u64>) -> String {
    match (path, line) {
        (Some(path), Some(line)) => format!("{}:{line}: ", path.display()),
        (Some(path), None) => format!("{}: ", path.display()),
        _ => String::new(),
    }
}
