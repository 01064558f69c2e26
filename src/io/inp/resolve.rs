//! The end of a deck: numbers and names become what they stand for.

use std::collections::HashMap;

use super::deck::{Deck, Place, Target};
use super::error::DeckError;
use super::fault::{Fault, Read};
use super::keywords::printable;
use super::members::{Mesh, fill, find_set, number_of_instance};
use super::names::{Names, key};
use super::numbers::Numbers;
use super::parts::Parts;
use super::reading::Reading;
use super::sets::Sets;
use crate::io::error::IoError;

/// Decks of few bytes may still have sets of so many members.
const MEMBERS_AT_LEAST: u64 = 1 << 20;

impl Reading {
    /// The deck with everything resolved, or what it lacks.
    pub fn finish(mut self) -> Result<Deck, IoError> {
        self.check_end().map_err(|fault| self.locate(fault))?;
        if self.deck.nodes.is_empty() {
            return Err(IoError::new(&self.deck.files[0], None, DeckError::NoNodes.into()));
        }
        self.resolve().map_err(|fault| self.locate(fault))?;
        let (nodes, elements) = (self.node_sets, self.element_sets);
        Ok(Deck {
            node_sets: named(nodes, &self.parts),
            element_sets: named(elements, &self.parts),
            ..self.deck
        })
    }

    fn check_end(&mut self) -> Read {
        self.end_block()?;
        match self.deck.steps.last() {
            Some(step) if self.in_step => Err(Fault::at(step.place, DeckError::OpenStep)),
            _ => self.parts.check(),
        }
    }

    fn resolve(&mut self) -> Read {
        let deck = &self.deck;
        let name_place = |place, from| Self::name_place(&deck.files, place, from);
        let places = |at: usize| deck.nodes[at].place;
        let nodes = Numbers::new("node", deck.nodes.iter().map(|node| node.id), places, name_place)?;
        let mut starts = Vec::with_capacity(deck.elements.len());
        let mut count = 0;
        for block in &deck.elements {
            starts.push(count);
            count += block.ids.len();
        }
        let ids = deck.elements.iter().flat_map(|block| block.ids.iter().copied());
        let places = |at: usize| {
            let block = starts.partition_point(|&start| start <= at) - 1;
            deck.elements[block].places[at - starts[block]]
        };
        let elements = Numbers::new("element", ids, places, name_place)?;
        check_elements(deck, &nodes)?;

        let left = MEMBERS_AT_LEAST.max(2 * self.bytes);
        let (nodes, elements, parts) = (&nodes, &elements, &self.parts);
        let mut mesh = Mesh { deck, parts, nodes, elements, starts: &starts, left };
        let missing_elements = fill(&mut self.element_sets, None, &mut mesh)?;
        let missing_nodes = fill(&mut self.node_sets, Some(&self.element_sets), &mut mesh)?;
        let mut notes = Vec::new();
        note_missing(&self.node_sets, &missing_nodes, &mut notes);
        note_missing(&self.element_sets, &missing_elements, &mut notes);
        self.deck.notes.append(&mut notes);

        let of = |sets| Resolver { names: &self.names, parts, sets, numbers: nodes };
        let node_targets = of(&self.node_sets);
        let element_targets = Resolver { numbers: elements, ..of(&self.element_sets) };
        resolve_sections(&mut self.deck, &element_targets, &self.materials)?;
        resolve_targets(&mut self.deck, &node_targets, &element_targets)
    }
}

fn check_elements(deck: &Deck, nodes: &Numbers) -> Read {
    for block in &deck.elements {
        let missing = block.nodes.iter().position(|&node| !nodes.contains(node));
        if let Some(at) = missing {
            let (element, node) = (at / block.kind.nodes(), block.nodes[at]);
            let error = DeckError::MissingNode { element: block.ids[element], node };
            return Err(Fault::at(block.places[element], error));
        }
    }
    Ok(())
}

fn note_missing(sets: &Sets, missing: &[u64], notes: &mut Vec<String>) {
    for (set, &missing) in sets.list.iter().zip(missing).filter(|(_, missing)| **missing > 0) {
        let (what, name) = (sets.what, printable(&set.name));
        notes.push(format!("{what} set {name}: {missing} numbers of GENERATE belong to no {what}"));
    }
}

fn resolve_sections(deck: &mut Deck, elements: &Resolver, materials: &HashMap<String, usize>) -> Read {
    for section in &mut deck.sections {
        section.element_set = elements.set(section.element_set, section.place)?;
        if let Some(material) = &mut section.material {
            let name = elements.names.get(*material);
            let Some(&at) = materials.get(&name.key) else {
                let name = printable(&name.text);
                return Err(Fault::at(section.place, DeckError::UnknownMaterial { name }));
            };
            *material = at;
        }
    }
    Ok(())
}

fn resolve_targets(deck: &mut Deck, nodes: &Resolver, elements: &Resolver) -> Read {
    for boundary in &mut deck.boundaries {
        boundary.target = nodes.target(boundary.target, boundary.place)?;
    }
    for step in &mut deck.steps {
        for boundary in &mut step.boundaries.1 {
            boundary.target = nodes.target(boundary.target, boundary.place)?;
        }
        for load in &mut step.point_loads.1 {
            load.target = nodes.target(load.target, load.place)?;
        }
        for load in &mut step.distributed_loads.1 {
            load.target = elements.target(load.target, load.place)?;
        }
    }
    Ok(())
}

/// What names and numbers of nodes, or of elements, stand for.
struct Resolver<'a> {
    names: &'a Names,
    parts: &'a Parts,
    sets: &'a Sets,
    numbers: &'a Numbers,
}

impl Resolver<'_> {
    /// The set that a name (its index) stands for.
    fn set(&self, name: usize, place: Place) -> Read<usize> {
        let name = self.names.get(name);
        find_set(self.sets, self.parts, &name.key, name.scope).ok_or_else(|| {
            let name = printable(&name.text);
            Fault::at(place, DeckError::UnknownSet { what: self.sets.what, name })
        })
    }

    fn target(&self, target: Target, place: Place) -> Read<Target> {
        let number = match target {
            Target::One(number) => number,
            Target::Set(name) => {
                let single = number_of_instance(self.parts, &self.names.get(name).key);
                match (self.set(name, place), single) {
                    (Err(_), Some(number)) => number,
                    (found, _) => return found.map(Target::Set),
                }
            }
        };
        match self.numbers.contains(number) {
            true => Ok(Target::One(number)),
            false => Err(Fault::at(place, DeckError::Missing { what: self.sets.what, number })),
        }
    }
}

/// The sets; where a part and the assembly have sets of the same name, the name of the part comes before it.
fn named(sets: Sets, parts: &Parts) -> Vec<super::DeckSet> {
    let ambiguous: Vec<_> = sets.list.iter().map(|set| sets.is_ambiguous(&key(&set.name))).collect();
    let mut list = sets.list;
    for ((set, scope), ambiguous) in list.iter_mut().zip(sets.scopes).zip(ambiguous) {
        if let Some(part) = parts.name(scope).filter(|_| ambiguous) {
            set.name = format!("{part}.{}", set.name);
        }
    }
    list
}
