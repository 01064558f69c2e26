//! The worst elements.

use modalsweep::stress::{Envelope, StressRecovery};
use serde_json::{Value, json};

use super::super::deck::DeckModel;
use super::source::Cases;

/// An element with what a reader wants to know of it.
pub struct Ranked<'a> {
    pub rank: usize,
    pub element: i64,
    /// Element set of its section, and material.
    pub set: &'a str,
    pub material: &'a str,
    pub value: f64,
    /// From 1, and its name.
    pub case: usize,
    pub case_name: &'a str,
    /// From 1.
    pub point: usize,
    /// Number of the node that is nearest to the point.
    pub node: i64,
}

/// The `top` elements of an envelope.
pub fn ranked<'a>(
    envelope: &Envelope,
    recovery: &StressRecovery,
    deck: &'a DeckModel,
    cases: &'a Cases,
    top: usize,
) -> Vec<Ranked<'a>> {
    let worst = envelope.ranked().into_iter().take(top).enumerate();
    let each = worst.filter_map(|(place, own)| {
        let at = deck.model.find_element(own.element)?;
        let section = &deck.model.sections()[deck.model.blocks()[at.block].section];
        let node = recovery.nearest_node(at, own.extreme.point);
        Some(Ranked {
            rank: place + 1,
            element: own.element,
            set: &section.name,
            material: &section.material,
            value: own.extreme.value,
            case: own.extreme.case + 1,
            case_name: &cases.names()[own.extreme.case],
            point: own.extreme.point + 1,
            node: deck.model.node_ids()[node],
        })
    });
    each.collect()
}

impl Ranked<'_> {
    pub fn as_json(&self) -> Value {
        json!({
            "rank": self.rank,
            "element": self.element,
            "element_set": self.set,
            "material": self.material,
            "value": self.value,
            "case": self.case,
            "case_name": self.case_name,
            "point": self.point,
            "node": self.node,
        })
    }
}
