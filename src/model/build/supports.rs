//! Which components are held, and the equations that are left.

use std::collections::BTreeMap;

use super::fail;
use super::lookup::NodeTable;
use crate::io::DofLabel;
use crate::io::inp::{Deck, DeckBoundary, DeckStep, Operation};
use crate::model::{Equations, HELD, ModelError, ModelErrorKind};

/// The supports in force, as the steps are gone through.
pub(super) struct Supports<'a> {
    deck: &'a Deck,
    nodes: &'a NodeTable,
    components: &'a [u8],
    /// Bit c of a node: component c, from 0, is held.
    held: Vec<u8>,
    /// Displacements that are given and not zero, by node and component.
    values: BTreeMap<(u32, u32), f64>,
    /// `held` of the first step.
    first: Option<Vec<u8>>,
}

impl<'a> Supports<'a> {
    pub fn new(deck: &'a Deck, nodes: &'a NodeTable, components: &'a [u8]) -> Self {
        let held = vec![0; components.len()];
        Self { deck, nodes, components, held, values: BTreeMap::new(), first: None }
    }

    /// What is held before the steps.
    pub fn begin(&mut self) -> Result<(), ModelError> {
        let deck = self.deck;
        deck.boundaries.iter().try_for_each(|boundary| self.hold(boundary, None))
    }

    /// What a step changes; all steps after the first must hold the same components.
    pub fn step(&mut self, step: &DeckStep, name: &str) -> Result<(), ModelError> {
        let (operation, boundaries) = &step.boundaries;
        let anew = *operation == Operation::New;
        if anew {
            self.held.fill(0);
            self.values.clear();
        }
        let later = self.first.is_some();
        boundaries.iter().try_for_each(|boundary| self.hold(boundary, later.then_some(name)))?;
        match &self.first {
            None => self.first = Some(self.held.clone()),
            Some(first) if anew => {
                let Some(node) = (0..first.len()).find(|&node| first[node] != self.held[node]) else {
                    return Ok(());
                };
                let component = (first[node] & !self.held[node]).trailing_zeros();
                let kind = self.other_supports(name, "releases", node, component);
                return Err(fail(self.deck, Some(step.place), kind));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Number of components of a node.
    pub fn components(&self, node: u32) -> u32 {
        self.components[node as usize].into()
    }

    /// Displacements that are given and not zero, by node, then component from 0.
    pub fn prescribed(&self) -> Vec<(u32, u32, f64)> {
        self.values.iter().map(|(&(node, component), &value)| (node, component, value)).collect()
    }

    /// Bits of the components that the first step holds, or the model where there is no step.
    pub fn first_step(&self) -> &[u8] {
        self.first.as_deref().unwrap_or(&self.held)
    }

    /// Holds what a line names. `later`: the step that it belongs to, where that is not the first.
    fn hold(&mut self, boundary: &DeckBoundary, later: Option<&str>) -> Result<(), ModelError> {
        let (first, last) = boundary.components;
        for node in self.nodes.of_target(self.deck, boundary.target) {
            for component in first.max(1) - 1..last.min(6) {
                if component >= self.components[node as usize].into() {
                    // Nothing is there to hold; but what is to move must be there.
                    if boundary.value == 0.0 {
                        continue;
                    }
                    let (node, component) = (self.nodes.ids[node as usize], component + 1);
                    let kind = ModelErrorKind::NoStiffness { node, component };
                    return Err(fail(self.deck, Some(boundary.place), kind));
                }
                let bit = 1 << component;
                let is_other = self.first.as_ref().is_some_and(|first| first[node as usize] & bit == 0);
                if let Some(step) = later.filter(|_| is_other) {
                    let kind = self.other_supports(step, "holds", node as usize, component);
                    return Err(fail(self.deck, Some(boundary.place), kind));
                }
                self.held[node as usize] |= bit;
                match boundary.value {
                    0.0 => self.values.remove(&(node, component)),
                    value => self.values.insert((node, component), value),
                };
            }
        }
        Ok(())
    }

    fn other_supports(
        &self,
        step: &str,
        change: &'static str,
        node: usize,
        component: u32,
    ) -> ModelErrorKind {
        let (node, component) = (self.nodes.ids[node], component + 1);
        ModelErrorKind::OtherSupports { step: step.to_owned(), change, node, component }
    }
}

/// Numbers the components that are not held, by node, then component.
pub(super) fn equations(nodes: &NodeTable, components: &[u8], held: &[u8]) -> Equations {
    let mut of_node = vec![[HELD; 6]; components.len()];
    let (mut labels, mut node_of) = (Vec::new(), Vec::new());
    for (node, equations) in of_node.iter_mut().enumerate() {
        for (component, equation) in equations.iter_mut().enumerate().take(components[node].into()) {
            if held[node] & (1 << component) == 0 {
                *equation = labels.len() as u32;
                labels.push(DofLabel { node: nodes.ids[node], component: component as u32 + 1 });
                node_of.push(node as u32);
            }
        }
    }
    Equations::new(of_node, labels, node_of)
}
