//! What a deck says: plain tables, names resolved, each item with the place where it stands.

use std::path::PathBuf;

/// Where something stands in a deck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Index into [`Deck::files`].
    pub file: u32,
    /// Line, counted from 1.
    pub line: u32,
}

/// The element types that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ElementKind {
    /// Truss of two nodes.
    T3D2,
    /// Euler-Bernoulli beam of two nodes, cubic.
    B33,
    /// Tetrahedron of four nodes.
    C3D4,
    /// Tetrahedron of ten nodes.
    C3D10,
    /// Hexahedron of eight nodes, selectively reduced.
    C3D8,
    /// Hexahedron of twenty nodes, 27 integration points.
    C3D20,
    /// Hexahedron of twenty nodes, 8 integration points.
    C3D20R,
}

impl ElementKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::T3D2, Self::B33, Self::C3D4, Self::C3D10, Self::C3D8, Self::C3D20, Self::C3D20R];

    /// As decks name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::T3D2 => "T3D2",
            Self::B33 => "B33",
            Self::C3D4 => "C3D4",
            Self::C3D10 => "C3D10",
            Self::C3D8 => "C3D8",
            Self::C3D20 => "C3D20",
            Self::C3D20R => "C3D20R",
        }
    }

    /// Number of nodes.
    pub fn nodes(self) -> usize {
        match self {
            Self::T3D2 | Self::B33 => 2,
            Self::C3D4 => 4,
            Self::C3D8 => 8,
            Self::C3D10 => 10,
            Self::C3D20 | Self::C3D20R => 20,
        }
    }

    /// Degrees of freedom of each node: 6 for beams, else 3.
    pub fn components(self) -> usize {
        if self == Self::B33 { 6 } else { 3 }
    }

    /// Whether it is a solid, with six stress components.
    pub fn is_solid(self) -> bool {
        !matches!(self, Self::T3D2 | Self::B33)
    }
}

/// A deck as read: names resolved, sets written out; whether it makes a model is not checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deck {
    /// The files that were read, the deck first.
    pub files: Vec<PathBuf>,
    /// The lines of `*HEADING`, at most a thousand.
    pub heading: Vec<String>,
    /// In the order of the deck; numbers are unique.
    pub nodes: Vec<DeckNode>,
    /// One for each `*ELEMENT`; element numbers are unique.
    pub elements: Vec<DeckElements>,
    /// Node sets, names unique without regard to case.
    pub node_sets: Vec<DeckSet>,
    /// Element sets, names unique without regard to case.
    pub element_sets: Vec<DeckSet>,
    /// Materials.
    pub materials: Vec<DeckMaterial>,
    /// Sections: what the elements of a set are made of.
    pub sections: Vec<DeckSection>,
    /// Supports before the first step.
    pub boundaries: Vec<DeckBoundary>,
    /// Steps.
    pub steps: Vec<DeckStep>,
    /// What a user should know, one sentence each (GENERATE of numbers that don't exist, ...).
    pub notes: Vec<String>,
}

/// A node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeckNode {
    /// Number, at least 1.
    pub id: i64,
    /// x, y, z.
    pub position: [f64; 3],
    /// Where it stands.
    pub place: Place,
}

/// The elements of one `*ELEMENT`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckElements {
    /// Type.
    pub kind: ElementKind,
    /// Numbers, at least 1.
    pub ids: Vec<i64>,
    /// Node numbers, [`ElementKind::nodes`] for each element.
    pub nodes: Vec<i64>,
    /// Where each stands (its first line).
    pub places: Vec<Place>,
}

/// A set with its members.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckSet {
    /// As first written.
    pub name: String,
    /// Numbers, ascending, each once; all exist.
    pub members: Vec<i64>,
    /// Where it is first named.
    pub place: Place,
}

/// A material.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckMaterial {
    /// As written.
    pub name: String,
    /// Young's modulus and Poisson's ratio.
    pub elastic: Option<(f64, f64)>,
    /// Mass density.
    pub density: Option<f64>,
    /// Where it stands.
    pub place: Place,
}

/// What the elements of a set are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckSection {
    /// Index into [`Deck::element_sets`].
    pub element_set: usize,
    /// Index into [`Deck::materials`]; beams may do without.
    pub material: Option<usize>,
    /// Cross-section.
    pub profile: DeckProfile,
    /// Where it stands.
    pub place: Place,
}

/// Cross-section.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DeckProfile {
    /// `*SOLID SECTION`; the number on its data line, which for trusses is the area (default 1, as Abaqus
    /// and CalculiX have it).
    Solid {
        /// The area of trusses.
        area: Option<f64>,
    },
    /// `*BEAM GENERAL SECTION`.
    Beam(DeckBeam),
}

/// `*BEAM GENERAL SECTION`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckBeam {
    /// Cross-section.
    pub shape: BeamShape,
    /// Direction of the first axis n1 of the cross-section; default (0, 0, -1).
    pub first_axis: [f64; 3],
    /// Young's and shear modulus of the third data line.
    pub moduli: Option<(f64, f64)>,
    /// `DENSITY=` of the keyword.
    pub density: Option<f64>,
}

/// Cross-section of a beam by its dimensions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum BeamShape {
    /// `SECTION=GENERAL`: A, I11, I12, I22, J.
    General {
        /// A.
        area: f64,
        /// I11, for bending about the first axis n1.
        i11: f64,
        /// I12.
        i12: f64,
        /// I22, for bending about the second axis n2.
        i22: f64,
        /// Torsional constant J.
        torsion: f64,
    },
    /// `SECTION=CIRC`: a full circle.
    Circle {
        /// Radius.
        radius: f64,
    },
    /// `SECTION=PIPE`: a thin or thick ring.
    Pipe {
        /// Outer radius.
        radius: f64,
        /// Thickness of the wall.
        thickness: f64,
    },
    /// `SECTION=RECT`: a full rectangle.
    Rectangle {
        /// Length along the first axis n1.
        first: f64,
        /// Length along the second axis n2.
        second: f64,
    },
}

/// Nodes or elements that something applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// One, by its number; it exists.
    One(i64),
    /// Index into the sets.
    Set(usize),
}

/// `*BOUNDARY`: displacements that are given.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckBoundary {
    /// Nodes.
    pub target: Target,
    /// First and last component, 1 to 6.
    pub components: (u32, u32),
    /// The displacement, zero for a support.
    pub value: f64,
    /// Where it stands.
    pub place: Place,
}

/// Whether what a step gives comes beside that of the steps before (`OP=MOD`) or replaces all of it (`OP=NEW`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operation {
    /// Beside; the same node and component, or element and load type, is replaced.
    #[default]
    Modify,
    /// All of the steps before is forgotten.
    New,
}

/// What a step computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepKind {
    /// `*STATIC`.
    Static,
    /// `*FREQUENCY`.
    Frequency {
        /// Number of modes asked for.
        count: Option<u64>,
    },
    /// No procedure, as in Abaqus' steps of `*MATRIX GENERATE`.
    None,
}

/// `*STEP` to `*END STEP`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeckStep {
    /// `NAME=` of the keyword.
    pub name: Option<String>,
    /// Procedure.
    pub kind: StepKind,
    /// `PERTURBATION` of the keyword.
    pub is_perturbation: bool,
    /// Supports.
    pub boundaries: (Operation, Vec<DeckBoundary>),
    /// `*CLOAD`.
    pub point_loads: (Operation, Vec<PointLoad>),
    /// `*DLOAD`.
    pub distributed_loads: (Operation, Vec<DistributedLoad>),
    /// Where it begins.
    pub place: Place,
}

/// One line of `*CLOAD`.
#[derive(Debug, Clone, PartialEq)]
pub struct PointLoad {
    /// Nodes; each gets the whole load.
    pub target: Target,
    /// Component, 1 to 6.
    pub component: u32,
    /// Force or moment.
    pub value: f64,
    /// Where it stands.
    pub place: Place,
}

/// One line of `*DLOAD`.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributedLoad {
    /// Elements.
    pub target: Target,
    /// What acts on them.
    pub load: LoadKind,
    /// Where it stands.
    pub place: Place,
}

/// What acts on an element.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum LoadKind {
    /// `P1` ... `P6`: force per area against a face.
    Pressure {
        /// Face, 1 to 6, as Abaqus numbers them.
        face: u32,
        /// Positive towards the element.
        value: f64,
    },
    /// `GRAV`: an acceleration.
    Gravity {
        /// Magnitude.
        value: f64,
        /// Direction as written, of any length but zero.
        direction: [f64; 3],
    },
}
