//! Nodes and elements of a deck by their numbers.

use super::fail;
use crate::io::inp::{Deck, ElementKind, Place, Target};
use crate::model::{Block, ElementAt, ModelError, ModelErrorKind};

/// Nodes by ascending number.
pub(super) struct NodeTable {
    pub ids: Vec<i64>,
    pub positions: Vec<[f64; 3]>,
}

/// Coordinates beyond have volumes and squares of lengths out of the range of numbers.
const LARGEST_COORDINATE: f64 = 1e100;

impl NodeTable {
    pub fn new(deck: &Deck) -> Result<Self, ModelError> {
        let nodes = deck.nodes.len();
        // Six components of each node must have 32-bit numbers, one of which is taken for "held".
        if nodes >= u32::MAX as usize / 6 {
            return Err(fail(deck, None, ModelErrorKind::TooLarge { elements: count(deck), nodes }));
        }
        for node in &deck.nodes {
            if let Some(value) = node.position.into_iter().find(|x| x.abs() > LARGEST_COORDINATE) {
                let kind = ModelErrorKind::Coordinate { node: node.id, value };
                return Err(fail(deck, Some(node.place), kind));
            }
        }
        let mut order: Vec<u32> = (0..nodes as u32).collect();
        if !deck.nodes.is_sorted_by_key(|node| node.id) {
            order.sort_unstable_by_key(|&at| deck.nodes[at as usize].id);
        }
        let sorted = || order.iter().map(|&at| &deck.nodes[at as usize]);
        Ok(Self {
            ids: sorted().map(|node| node.id).collect(),
            positions: sorted().map(|node| node.position).collect(),
        })
    }

    /// The index of a node.
    pub fn find(&self, id: i64) -> Option<u32> {
        // Most decks number their nodes from 1 without gaps.
        let guess = usize::try_from(id.wrapping_sub(1)).unwrap_or(usize::MAX);
        if self.ids.get(guess) == Some(&id) {
            return Some(guess as u32);
        }
        self.ids.binary_search(&id).ok().map(|at| at as u32)
    }

    /// The nodes of a target; those that don't exist are passed over, the reader has refused them.
    pub fn of_target<'a>(&'a self, deck: &'a Deck, target: Target) -> impl Iterator<Item = u32> + 'a {
        members(target, |set| &deck.node_sets[set].members).filter_map(|id| self.find(id))
    }
}

fn members<'a>(target: Target, set: impl Fn(usize) -> &'a [i64]) -> impl Iterator<Item = i64> + 'a {
    let (one, many) = match target {
        Target::One(id) => (Some(id), None),
        Target::Set(index) => (None, Some(set(index))),
    };
    one.into_iter().chain(many.into_iter().flatten().copied())
}

/// An element as the deck has it.
pub(super) struct DeckElement {
    pub id: i64,
    /// Index into the deck's groups of elements, and into the group.
    group: u32,
    at: u32,
}

/// Number of elements of a deck.
fn count(deck: &Deck) -> usize {
    deck.elements.iter().map(|group| group.ids.len()).sum()
}

/// Elements by ascending number.
pub(super) struct ElementTable {
    pub elements: Vec<DeckElement>,
}

impl ElementTable {
    pub fn new(deck: &Deck) -> Self {
        let mut elements = Vec::with_capacity(count(deck));
        for (group, given) in deck.elements.iter().enumerate() {
            let numbered = given.ids.iter().enumerate();
            elements.extend(numbered.map(|(at, &id)| DeckElement { id, group: group as u32, at: at as u32 }));
        }
        if !elements.is_sorted_by_key(|element| element.id) {
            elements.sort_unstable_by_key(|element| element.id);
        }
        Self { elements }
    }

    /// The index of an element.
    pub fn find(&self, id: i64) -> Option<usize> {
        self.elements.binary_search_by_key(&id, |element| element.id).ok()
    }

    pub fn kind(&self, deck: &Deck, index: usize) -> ElementKind {
        deck.elements[self.elements[index].group as usize].kind
    }

    pub fn place(&self, deck: &Deck, index: usize) -> Place {
        let element = &self.elements[index];
        let places = &deck.elements[element.group as usize].places;
        places.get(element.at as usize).copied().unwrap_or_default()
    }

    /// Node numbers of an element.
    pub fn nodes<'a>(&self, deck: &'a Deck, index: usize) -> &'a [i64] {
        let element = &self.elements[index];
        let group = &deck.elements[element.group as usize];
        let (count, at) = (group.kind.nodes(), element.at as usize);
        &group.nodes[at * count..(at + 1) * count]
    }

    /// Where each element is in the blocks.
    pub fn places(&self, blocks: &[Block]) -> PlaceTable {
        let mut places = vec![ElementAt { block: 0, element: 0 }; self.elements.len()];
        let ids: Vec<i64> = self.elements.iter().map(|element| element.id).collect();
        for (block, own) in blocks.iter().enumerate() {
            // Both ascend: one walk over all of them finds the elements of a block.
            let mut at = 0;
            for (element, &id) in own.ids.iter().enumerate() {
                at += ids[at..].partition_point(|&other| other < id);
                places[at] = ElementAt { block, element };
            }
        }
        PlaceTable { ids, places }
    }
}

/// Elements by ascending number, with their places in the blocks.
pub(super) struct PlaceTable {
    ids: Vec<i64>,
    places: Vec<ElementAt>,
}

impl PlaceTable {
    /// The elements of a target.
    pub fn of_target<'a>(&'a self, deck: &'a Deck, target: Target) -> impl Iterator<Item = ElementAt> + 'a {
        members(target, |set| &deck.element_sets[set].members)
            .filter_map(|id| self.ids.binary_search(&id).ok().map(|at| self.places[at]))
    }
}
