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
    /// Everything is held.
    #[error("no equations: the supports hold every component")]
    NoEquations,
    /// Beyond 32-bit indices.
    #[error("{elements} elements with {nodes} nodes are more than can be counted")]
    TooLarge {
        /// Number of elements.
        elements: usize,
        /// Number of nodes.
        nodes: usize,
    },
    /// The matrix of an element overflows.
    #[error("element {element}: its matrix has entries that are not finite")]
    NotFinite {
        /// Its number.
        element: i64,
    },
    /// No element set has this name.
    #[error("no element set is called {name}")]
    UnknownSet {
        /// The name.
        name: String,
    },
    /// Two parameters for the same property of an element.
    #[error("{first} and {second} both change element {element}")]
    ParametersOverlap {
        /// One parameter.
        first: String,
        /// The other.
        second: String,
        /// Number of the first such element.
        element: i64,
    },
    /// Solids have no area.
    #[error("{parameter}: element {element} has no cross-section")]
    NoArea {
        /// The parameter.
        parameter: String,
        /// Number of the first such element.
        element: i64,
    },
    /// A parameter that is not a finite number, or too large.
    #[error("parameter {} is {value}", parameter + 1)]
    ParameterValue {
        /// Its place in the list, from 0.
        parameter: usize,
        /// Its value.
        value: f64,
    },
    /// A mass is asked for, and a material has no density.
    #[error("material {material} has no density")]
    NoDensity {
        /// Its name.
        material: String,
    },
}

impl From<ModelErrorKind> for ModelError {
    fn from(kind: ModelErrorKind) -> Self {
        Self { path: None, line: None, kind }
    }
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
