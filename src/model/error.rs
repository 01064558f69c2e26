//! Why a deck makes no model.

use std::path::PathBuf;

use super::ElementKind;

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
    /// No elements at all.
    #[error("no elements")]
    NoElements,
    /// A coordinate that leaves no room for lengths and volumes.
    #[error("node {node} has the coordinate {value:e}")]
    Coordinate {
        /// Its number.
        node: i64,
        /// The first such coordinate.
        value: f64,
    },
    /// An element that names a node that is not there.
    #[error("element {element} names node {node}, which does not exist")]
    UnknownNode {
        /// Its number.
        element: i64,
        /// The node that is missing.
        node: i64,
    },
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
    /// An element that two sections claim.
    #[error("element {element} has two sections, of the sets {first} and {second}")]
    TwoSections {
        /// Its number.
        element: i64,
        /// The element set of the first section.
        first: String,
        /// The element set of the second.
        second: String,
    },
    /// A section of another kind than its element needs.
    #[error("element {element} ({}) needs a *{needed}, its set {set} has another section", kind.name())]
    WrongSection {
        /// Its number.
        element: i64,
        /// Its type.
        kind: ElementKind,
        /// The keyword of the section that it needs.
        needed: &'static str,
        /// The element set of the section that it has.
        set: String,
    },
    /// A section without material.
    #[error("the section of set {set} has no material")]
    NoMaterial {
        /// The element set.
        set: String,
    },
    /// A material that says nothing of stiffness.
    #[error("material {material} has no *ELASTIC")]
    NoElastic {
        /// Its name.
        material: String,
    },
    /// A number that no material and no cross-section can have.
    #[error("{owner}: {property} is {value}, it must {must}")]
    BadProperty {
        /// `material NAME` or `section of set NAME`.
        owner: String,
        /// What the number is.
        property: &'static str,
        /// The number.
        value: f64,
        /// What is asked of it.
        must: &'static str,
    },
    /// A beam whose cross-section has no direction.
    #[error(
        "the first axis ({}, {}, {}) of the cross-section lies along element {element}",
        axis[0], axis[1], axis[2]
    )]
    AxisAlongBeam {
        /// Its number.
        element: i64,
        /// The first axis as the section gives it.
        axis: [f64; 3],
    },
    /// A load or a given displacement where nothing resists.
    #[error("node {node} has no stiffness in component {component}")]
    NoStiffness {
        /// Its number.
        node: i64,
        /// Component, from 1.
        component: u32,
    },
    /// A pressure against a face that the element does not have.
    #[error("element {element} ({}) has no face {face}", kind.name())]
    NoFace {
        /// Its number.
        element: i64,
        /// Its type.
        kind: ElementKind,
        /// The face, from 1.
        face: u32,
    },
    /// Gravity without a direction.
    #[error("GRAV has no direction: (0, 0, 0)")]
    NoDirection,
    /// A step whose supports are not those of the first step.
    #[error("steps with different supports are not supported: {step} {change} {node}.{component}")]
    OtherSupports {
        /// The step.
        step: String,
        /// `holds` or `releases`.
        change: &'static str,
        /// The node.
        node: i64,
        /// Component, from 1.
        component: u32,
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
    /// A sum of element matrices overflows.
    #[error("the sum of the element matrices has entries that are not finite")]
    Overflow,
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
        use ModelErrorKind as Kind;
        let help = match &self.kind {
            Kind::NoElements => "give the deck *ELEMENT lines: nodes alone have no stiffness",
            Kind::Coordinate { .. } => "coordinates up to 1e100 are taken: look for a field without a comma",
            Kind::UnknownNode { .. } => "give the node by *NODE, or correct the element's line",
            Kind::Volume { .. } => "check the order of the element's nodes and their coordinates",
            Kind::NoSection { .. } => {
                "put it in the set of a *SOLID SECTION, or of a *BEAM GENERAL SECTION for beams"
            }
            Kind::TwoSections { .. } => "take it out of one of the two sets",
            Kind::WrongSection { .. } => {
                "beams need a *BEAM GENERAL SECTION; solids and trusses need a *SOLID SECTION"
            }
            Kind::NoMaterial { .. } => {
                "name one by MATERIAL=, or give beams their moduli on the third data line"
            }
            Kind::NoElastic { .. } => "give it Young's modulus and Poisson's ratio by *ELASTIC",
            Kind::BadProperty { .. } => "correct the number",
            Kind::AxisAlongBeam { .. } => {
                "give the direction of n1 on the second data line of *BEAM GENERAL SECTION; default is (0, 0, -1)"
            }
            Kind::NoStiffness { component: 4.., .. } => {
                "only nodes of beams turn: load solids and trusses by forces, in components 1 to 3"
            }
            Kind::NoStiffness { .. } => "give the node an element, or take it out of the set",
            Kind::NoFace { .. } => {
                "faces are P1 to P4 for tetrahedra and P1 to P6 for hexahedra; others have none"
            }
            Kind::NoDirection => "give a direction of any length but zero",
            Kind::OtherSupports { .. } => "make one deck for each set of supports",
            Kind::NoEquations => "leave at least one component of a node free",
            Kind::TooLarge { .. } => "split the model",
            Kind::NotFinite { .. } | Kind::Overflow => {
                "look at the size of the coordinates and of the material's numbers"
            }
            Kind::UnknownSet { .. } => "name an element set of the deck; `modalsweep inspect` lists them",
            Kind::ParametersOverlap { .. } => "let the sets of the two parameters have no element in common",
            Kind::NoArea { .. } => "only trusses and beams have an area: name a set of these",
            Kind::ParameterValue { .. } => "give a finite number",
            Kind::NoDensity { .. } => "give it a *DENSITY",
        };
        Some(help.to_owned())
    }
}

fn place(path: Option<&std::path::Path>, line: Option<u64>) -> String {
    match (path, line) {
        (Some(path), Some(line)) => format!("{}:{line}: ", path.display()),
        (Some(path), None) => format!("{}: ", path.display()),
        _ => String::new(),
    }
}
