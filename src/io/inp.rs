//! Abaqus and CalculiX input decks (`.inp`).
//!
//! [`read_deck`] reads the keywords that make a linear model: mesh, sets, materials, sections, supports, loads and
//! steps. A keyword that only asks for output is passed over; any other that is not known here would change the
//! model, and is refused by its name.

mod deck;
pub(super) mod error;
mod fault;
mod files;
mod keywords;
mod loads;
mod members;
mod mesh;
mod names;
mod numbers;
mod parts;
mod passed_over;
mod reading;
mod resolve;
mod sections;
mod sets;
mod steps;

use std::path::Path;

use super::detect;
use super::error::IoError;
use super::source::open;
use reading::Reading;

pub use deck::{
    BeamShape, Deck, DeckBeam, DeckBoundary, DeckElements, DeckMaterial, DeckNode, DeckProfile, DeckSection,
    DeckSet, DeckStep, DistributedLoad, ElementKind, LoadKind, Operation, Place, PointLoad, StepKind, Target,
};
pub use error::DeckError;

/// Reads a deck of Abaqus or CalculiX, with the files that it includes, packed by gzip or not.
///
/// Keywords may be written in any case, with blanks and with continuation lines; names of sets and materials don't
/// depend on case. Parts and instances are read flat, which needs numbers that are unique in the whole deck.
/// Whether the deck makes a model (volumes, sections, moduli) is not checked.
///
/// Memory: a small multiple of the size of the files.
///
/// # Errors
/// A file that cannot be read or is no deck, a keyword that would change the model and is not supported, numbers
/// given twice, names and numbers that nothing belongs to, and a deck that is cut off; each with file and line.
///
/// ```
/// use modalsweep::io::inp::{ElementKind, read_deck};
/// let path = std::env::temp_dir().join("modalsweep-doc-deck.inp");
/// std::fs::write(&path, "*NODE, NSET=ENDS\n1, 0., 0.\n2, 1.5\n*ELEMENT, TYPE=T3D2, ELSET=BARS\n7, 1, 2\n")?;
/// let deck = read_deck(&path)?;
/// assert_eq!((deck.elements[0].kind, &deck.elements[0].nodes[..]), (ElementKind::T3D2, &[1, 2][..]));
/// assert_eq!((deck.nodes[1].position, &deck.node_sets[0].members[..]), ([1.5, 0.0, 0.0], &[1, 2][..]));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_deck(path: &Path) -> Result<Deck, IoError> {
    let mut reading = Reading::new();
    reading.read_file(open(path)?, 0)?;
    reading.finish()
}

/// Whether a file is a deck: its first line that is not a comment begins with a keyword, which is none of those that
/// matrix files of Abaqus begin with.
///
/// # Errors
/// A file that cannot be read.
pub fn is_deck(path: &Path) -> Result<bool, IoError> {
    Ok(detect::is_deck(open(path)?.into_text()?.peek()))
}
