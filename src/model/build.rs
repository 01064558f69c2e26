//! From what a deck says to a model: checks, numbering, blocks, equations, load cases.
//!
//! - `lookup`: nodes and elements by number
//! - `sections`: materials and cross-sections as the kernels take them, blocks of elements
//! - `supports`: which components are held, the equations
//! - `steps`: what acts in each static step

mod lookup;
mod sections;
mod steps;
mod supports;

use super::{Block, Model, ModelError, ModelErrorKind};
use crate::io::inp::{Deck, Place};

impl Model {
    /// Makes a model from a deck.
    ///
    /// - Nodes that belong to no element carry no equation; a note counts them.
    /// - Equations are the free components by ascending node number, then component: three for each node, six
    ///   where a beam ends there. What `*BOUNDARY` names before the steps and in the first step is held, and
    ///   all other steps must hold the same.
    /// - Each `*STATIC` step is a load case, with what earlier steps left: a force of an earlier step on the same
    ///   node and component is replaced, others are kept (`OP=MOD`) or forgotten (`OP=NEW`), and within one step
    ///   forces add up. So it is for a pressure on the same element and face, and for gravity in the same
    ///   direction on the same set. These are the rules of CalculiX (`forcadd.f`, `loadadd.f`, `bodyadd.f`).
    ///
    /// Cost: O(n log n) in nodes and elements, and the length of the load cases.
    ///
    /// ```
    /// use modalsweep::{io::inp::read_deck, model::Model};
    /// let path = std::env::temp_dir().join("modalsweep-doc-model.inp");
    /// let deck = "*NODE\n1\n2, 2.\n*ELEMENT, TYPE=T3D2, ELSET=BAR\n1, 1, 2\n*MATERIAL, NAME=STEEL\n*ELASTIC\n210e9, 0.3\n\
    ///             *SOLID SECTION, ELSET=BAR, MATERIAL=STEEL\n1e-4\n*BOUNDARY\n1, 1, 3\n2, 2, 3\n";
    /// std::fs::write(&path, deck)?;
    /// let model = Model::from_deck(&read_deck(&path)?)?;
    /// assert_eq!(model.equations().labels()[0].to_string(), "2.1");
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`ModelError`] with the line of the deck: elements without section, with two, or turned inside out;
    /// missing nodes and materials; numbers that cannot be; loads where nothing resists; steps with other supports.
    pub fn from_deck(deck: &Deck) -> Result<Self, ModelError> {
        let nodes = lookup::NodeTable::new(deck)?;
        let elements = lookup::ElementTable::new(deck);
        let (sections, blocks) = sections::blocks(deck, &nodes, &elements)?;
        let components = components_of_nodes(nodes.ids.len(), &blocks);
        let places = elements.places(&blocks);
        let mut held = supports::Supports::new(deck, &nodes, &components);
        let load_cases = steps::load_cases(deck, &nodes, &places, &blocks, &mut held)?;
        let equations = supports::equations(&nodes, &components, held.first_step());
        let mut notes = deck.notes.clone();
        notes.extend(note_of_unused(&nodes.ids, &components));
        Ok(Self {
            node_ids: nodes.ids,
            positions: nodes.positions,
            blocks,
            sections,
            node_sets: deck.node_sets.clone(),
            element_sets: deck.element_sets.clone(),
            equations,
            load_cases,
            notes,
        })
    }

    /// Number of components of each node: 6 where a beam ends, 3 at other nodes of elements, 0 at nodes of none.
    pub fn components_of_nodes(&self) -> Vec<u8> {
        components_of_nodes(self.node_ids.len(), &self.blocks)
    }
}

fn components_of_nodes(nodes: usize, blocks: &[Block]) -> Vec<u8> {
    let mut components = vec![0u8; nodes];
    for block in blocks {
        let own = block.kind.components() as u8;
        for &node in &block.nodes {
            let most = &mut components[node as usize];
            *most = own.max(*most);
        }
    }
    components
}

fn note_of_unused(ids: &[i64], components: &[u8]) -> Option<String> {
    let first = components.iter().position(|&count| count == 0)?;
    let count = components.iter().filter(|&&count| count == 0).count();
    Some(match count {
        1 => format!("node {} belongs to no element and carries no equation", ids[first]),
        _ => format!("{count} nodes belong to no element and carry no equation, the first is {}", ids[first]),
    })
}

/// An error at a place of the deck, or at its first file as a whole.
fn fail(deck: &Deck, place: Option<Place>, kind: ModelErrorKind) -> ModelError {
    let file = place.map_or(0, |place| place.file as usize);
    ModelError { path: deck.files.get(file).cloned(), line: place.map(|place| place.line.into()), kind }
}
