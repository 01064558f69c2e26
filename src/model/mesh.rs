//! The mesh with its supports and loads.

use std::sync::Arc;

use super::{ElementKind, Equations, Section};
use crate::io::inp::DeckSet;

/// A finite-element model.
///
/// Nodes are kept by ascending number and spoken of by their index. Elements are kept in blocks of one kind and one
/// section; blocks come in the order of their smallest element number, elements in a block by ascending number.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) node_ids: Vec<i64>,
    pub(super) positions: Vec<[f64; 3]>,
    pub(super) blocks: Vec<Block>,
    pub(super) sections: Vec<Section>,
    pub(super) node_sets: Vec<DeckSet>,
    pub(super) element_sets: Vec<DeckSet>,
    pub(super) equations: Equations,
    pub(super) load_cases: Vec<LoadCase>,
    pub(super) notes: Vec<String>,
}

/// Elements of one kind and one section.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Type.
    pub kind: ElementKind,
    /// Index into [`Model::sections`].
    pub section: usize,
    /// Numbers, ascending.
    pub ids: Vec<i64>,
    /// Node indices, [`ElementKind::nodes`] for each element.
    pub nodes: Vec<u32>,
}

impl Block {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Never true in a model.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The node indices of one element.
    pub fn nodes_of(&self, element: usize) -> &[u32] {
        let count = self.kind.nodes();
        &self.nodes[element * count..(element + 1) * count]
    }
}

/// An element by its block and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ElementAt {
    /// Index into [`Model::blocks`].
    pub block: usize,
    /// Index into [`Block::ids`].
    pub element: usize,
}

/// What acts in one static step, with what earlier steps left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadCase {
    /// `NAME=` of the step, else `step N`.
    pub name: String,
    /// Force or moment: node index, component from 0, value.
    pub forces: Vec<(u32, u32, f64)>,
    /// Pressure against a face (from 1): element, face, value.
    pub pressures: Vec<(ElementAt, u32, f64)>,
    /// Acceleration of gravity on elements.
    pub gravity: Vec<Gravity>,
    /// Displacements that are given and not zero: node index, component from 0, value; ascending.
    pub prescribed: Vec<(u32, u32, f64)>,
}

/// Gravity on some elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Gravity {
    /// In the order of their numbers; one list for all load cases that have it.
    pub elements: Arc<[ElementAt]>,
    /// Acceleration.
    pub acceleration: [f64; 3],
}

impl Model {
    /// Node numbers, ascending.
    pub fn node_ids(&self) -> &[i64] {
        &self.node_ids
    }

    /// x, y, z of each node.
    pub fn positions(&self) -> &[[f64; 3]] {
        &self.positions
    }

    /// Elements by kind and section.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Sections.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Node sets; members are node numbers.
    pub fn node_sets(&self) -> &[DeckSet] {
        &self.node_sets
    }

    /// Element sets; members are element numbers.
    pub fn element_sets(&self) -> &[DeckSet] {
        &self.element_sets
    }

    /// An element set by its name, in any case.
    pub fn element_set(&self, name: &str) -> Option<&DeckSet> {
        self.element_sets.iter().find(|set| set.name.eq_ignore_ascii_case(name))
    }

    /// Where the element with a number is; looks into one block after the other.
    pub fn find_element(&self, id: i64) -> Option<ElementAt> {
        let find = |block: &Block| block.ids.binary_search(&id).ok();
        let found = self.blocks.iter().enumerate().find_map(|(block, own)| Some((block, find(own)?)));
        found.map(|(block, element)| ElementAt { block, element })
    }

    /// All elements by ascending number: for many look-ups, however many blocks there are.
    pub(super) fn elements_by_number(&self) -> Vec<(i64, ElementAt)> {
        let blocks = self.blocks.iter().enumerate();
        let of_block = |(block, own): (usize, &Block)| {
            let numbered = own.ids.iter().enumerate();
            numbered.map(|(element, &id)| (id, ElementAt { block, element })).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = blocks.flat_map(of_block).collect();
        all.sort_unstable();
        all
    }

    /// Which component of which node is which equation.
    pub fn equations(&self) -> &Equations {
        &self.equations
    }

    /// One for each static step.
    pub fn load_cases(&self) -> &[LoadCase] {
        &self.load_cases
    }

    /// What a user should know, one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
