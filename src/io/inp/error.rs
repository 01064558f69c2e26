//! What can be wrong with a deck.

use std::io;

/// What is wrong with a deck, in names and numbers; the file and the line stand in [`IoError`](crate::io::IoError).
///
/// `what` is `node` or `element`; keywords stand in capitals, without their star.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeckError {
    /// A keyword that would change the model and is not supported.
    #[error("*{keyword} is not supported")]
    UnsupportedKeyword {
        /// The keyword.
        keyword: String,
    },
    /// A parameter that would change what its keyword means and is not supported.
    #[error("*{keyword} with {parameter} is not supported")]
    UnsupportedParameter {
        /// The keyword.
        keyword: String,
        /// The parameter, with its value where that is the trouble.
        parameter: String,
    },
    /// A keyword that lacks a parameter.
    #[error("*{keyword} lacks {parameter}=")]
    MissingParameter {
        /// The keyword.
        keyword: String,
        /// The parameter.
        parameter: &'static str,
    },
    /// An element type that is not known.
    #[error("element type {found} is not supported")]
    UnknownElementType {
        /// As the deck names it.
        found: String,
    },
    /// A load that is not known.
    #[error("load type {label} is not supported")]
    UnsupportedLoad {
        /// Its label.
        label: String,
    },
    /// A material that depends on temperature or fields.
    #[error("*{keyword} that depends on temperature is not supported")]
    TemperatureDependent {
        /// The keyword.
        keyword: String,
    },
    /// Text or bytes before the first keyword.
    #[error("this is no deck: data before the first keyword{}", looks_like.map(|what| format!(" (looks like {what})")).unwrap_or_default())]
    NotADeck {
        /// What the first bytes belong to, if that is known.
        looks_like: Option<&'static str>,
    },
    /// A deck without nodes.
    #[error("no *NODE with data lines found")]
    NoNodes,
    /// A keyword that stands where it has no meaning.
    #[error("*{keyword} stands {position}")]
    Misplaced {
        /// The keyword.
        keyword: String,
        /// Where it stands.
        position: &'static str,
    },
    /// A keyword without the data lines that it needs.
    #[error("*{keyword} has no data lines")]
    NoData {
        /// The keyword.
        keyword: String,
    },
    /// More data lines than a keyword takes.
    #[error("unexpected data line of *{keyword}")]
    UnexpectedData {
        /// The keyword.
        keyword: String,
    },
    /// An element without all of its nodes.
    #[error("element {element} has {found} of {expected} nodes")]
    CutElement {
        /// Its number.
        element: i64,
        /// Number of nodes found.
        found: usize,
        /// Number of nodes of its type.
        expected: usize,
    },
    /// A step that the deck does not end.
    #[error("the step has no *END STEP")]
    OpenStep,
    /// A step with two procedures.
    #[error("*{keyword} in a step that has another procedure")]
    SecondProcedure {
        /// The second one.
        keyword: String,
    },
    /// `OP=MOD` and `OP=NEW` in one step.
    #[error("*{keyword} with OP=MOD and with OP=NEW in one step")]
    MixedOperations {
        /// The keyword.
        keyword: String,
    },
    /// A number of a node or an element below 1.
    #[error("{what} {number}: numbers begin at 1")]
    NotPositive {
        /// Node or element.
        what: &'static str,
        /// The number.
        number: i64,
    },
    /// The same number or name twice.
    #[error("{what} {name} is given twice, first in {first}")]
    Duplicate {
        /// What is given twice.
        what: &'static str,
        /// Number or name.
        name: String,
        /// Where it stands first.
        first: String,
    },
    /// A node or an element that does not exist.
    #[error("there is no {what} {number}")]
    Missing {
        /// Node or element.
        what: &'static str,
        /// Its number.
        number: i64,
    },
    /// An element of a node that does not exist.
    #[error("element {element}: there is no node {node}")]
    MissingNode {
        /// The element.
        element: i64,
        /// The node.
        node: i64,
    },
    /// A set that does not exist.
    #[error("there is no {what} set `{name}`")]
    UnknownSet {
        /// Node or element.
        what: &'static str,
        /// As the deck names it.
        name: String,
    },
    /// A set made of a set that does not exist yet.
    #[error("there is no {what} set `{name}` before this line")]
    UnknownMemberSet {
        /// Node or element.
        what: &'static str,
        /// As the deck names it.
        name: String,
    },
    /// A material that does not exist.
    #[error("there is no material `{name}`")]
    UnknownMaterial {
        /// As the deck names it.
        name: String,
    },
    /// A line of GENERATE that makes no numbers.
    #[error("GENERATE from {first} to {last} by {step} makes no numbers")]
    BadGenerate {
        /// First number.
        first: i64,
        /// Last number.
        last: i64,
        /// Increment.
        step: i64,
    },
    /// A line of GENERATE of which nothing exists.
    #[error("GENERATE from {first} to {last} by {step}: there is no such {what}")]
    EmptyGenerate {
        /// Node or element.
        what: &'static str,
        /// First number.
        first: i64,
        /// Last number.
        last: i64,
        /// Increment.
        step: i64,
    },
    /// Small text that makes sets out of all proportion to it.
    #[error("the sets are out of proportion to the deck")]
    SetsTooLarge,
    /// A component of a node that is none of the displacements and rotations.
    #[error("component {found} is outside 1..=6")]
    Component {
        /// The component.
        found: i64,
    },
    /// Components from a larger to a smaller.
    #[error("components from {first} to {last}")]
    ComponentOrder {
        /// First component.
        first: u32,
        /// Last component.
        last: u32,
    },
    /// A direction of length zero.
    #[error("the direction is zero")]
    ZeroDirection,
    /// A file of `*INCLUDE` or `INPUT=` that cannot be opened.
    #[error("cannot open `{file}`: {cause}")]
    Include {
        /// As the deck names it.
        file: String,
        /// What the operating system says.
        cause: io::Error,
    },
    /// So many included files that only a mistake can mean it.
    #[error("more than {limit} included files")]
    TooManyFiles {
        /// The largest number that is read.
        limit: usize,
    },
    /// A part that does not exist.
    #[error("there is no part `{name}`")]
    UnknownPart {
        /// As the deck names it.
        name: String,
    },
    /// A part that is used more than once.
    #[error("part `{name}` has a second instance")]
    SecondInstance {
        /// Its name.
        name: String,
    },
    /// A part that is not used.
    #[error("part `{name}` has no instance")]
    NoInstance {
        /// Its name.
        name: String,
    },
}

impl DeckError {
    /// What to do next, in one sentence.
    pub(in crate::io) fn help(&self) -> &'static str {
        use DeckError::*;
        match self {
            UnsupportedKeyword { keyword } if keyword == "DSLOAD" => {
                "give the pressure by *DLOAD with P1 to P6, on the element set of each face of the surface"
            }
            UnsupportedKeyword { keyword } if keyword == "BEAM SECTION" => {
                "give the cross-section by *BEAM GENERAL SECTION, for elements of type B33"
            }
            UnsupportedKeyword { .. } => {
                "it would change the model; take it out if the model is linear and complete without it"
            }
            UnsupportedParameter { .. } => "take the parameter out if the model means the same without it",
            MissingParameter { .. } => "compare the line with the manual of Abaqus or CalculiX",
            UnknownElementType { .. } => "supported are T3D2, B33, C3D4, C3D10, C3D8, C3D20 and C3D20R",
            UnsupportedLoad { .. } => "supported are the pressures P1 to P6 and GRAV",
            TemperatureDependent { .. } => "keep the one line that holds at the temperature of the model",
            NotADeck { .. } => "a deck begins with a keyword such as *HEADING or *NODE",
            NoNodes => "give a deck with *NODE and *ELEMENT; write out the mesh with it",
            Misplaced { .. } => "mesh and sections stand before the first *STEP, loads in a step",
            NoData { .. } | CutElement { .. } => "the deck may be cut off or edited; write it again",
            UnexpectedData { .. } => "a star may be missing in front of a keyword, or a line may be doubled",
            OpenStep => "the deck may be cut off; end each *STEP by *END STEP",
            SecondProcedure { .. } => "put each of *STATIC and *FREQUENCY in a step of its own",
            MixedOperations { .. } => "give all of them in the step the same OP",
            NotPositive { .. } => "number nodes and elements from 1 on",
            Duplicate { what: "node" | "element", .. } => {
                "give each number once; export the parts of an assembly with distinct numbers"
            }
            Duplicate { .. } => "give it once",
            Missing { .. } | MissingNode { .. } => {
                "check the number, and that all files of the mesh are included"
            }
            UnknownSet { .. } | UnknownMaterial { .. } | UnknownPart { .. } => {
                "check the name, and that all files of the model are included"
            }
            UnknownMemberSet { .. } => "define a set before it is used in another",
            BadGenerate { .. } => "write first, last and an increment of at least 1, first not above last",
            EmptyGenerate { .. } => "check the numbers, and that all files of the mesh are included",
            SetsTooLarge => "the same nodes or elements are listed over and over; list them once",
            Component { .. } => "1 to 3 are displacements, 4 to 6 rotations",
            ComponentOrder { .. } => "write the smaller one first",
            ZeroDirection => "give the direction of gravity, such as 0., 0., -1.",
            Include { .. } => "the path starts at the folder of the deck that names it",
            TooManyFiles { .. } => "check whether the files include each other",
            SecondInstance { .. } | NoInstance { .. } => "write the deck flat, without parts and instances",
        }
    }
}
