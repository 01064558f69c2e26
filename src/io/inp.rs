//! Abaqus and CalculiX input decks (`.inp`).
//!
//! [`read_deck`] reads the keywords that make a linear model: mesh, sets, materials, sections, supports, loads and
//! steps. A keyword that only asks for output is passed over; any other that is not known here would change the
//! model, and is refused by its name.

mod deck;
mod error;

pub use deck::{
    BeamShape, Deck, DeckBeam, DeckBoundary, DeckElements, DeckMaterial, DeckNode, DeckProfile, DeckSection,
    DeckSet, DeckStep, DistributedLoad, ElementKind, LoadKind, Operation, Place, PointLoad, StepKind, Target,
};
pub use error::DeckError;
