//! The members of sets: what the deck says of them, as ascending numbers that exist.

use super::deck::{Deck, Place};
use super::error::DeckError;
use super::fault::{Fault, Read};
use super::keywords::printable;
use super::names::key;
use super::numbers::Numbers;
use super::parts::{Parts, Scope};
use super::sets::{Content, Entry, Sets};
use crate::io::number::is_integer;

/// What sets are made of.
pub(super) struct Mesh<'a> {
    pub deck: &'a Deck,
    pub parts: &'a Parts,
    pub nodes: &'a Numbers,
    pub elements: &'a Numbers,
    /// Of each `*ELEMENT`, how many elements come before it.
    pub starts: &'a [usize],
    /// How many more members may be looked at: small text must not make large sets.
    pub left: u64,
}

impl Mesh<'_> {
    fn spend(&mut self, members: usize) -> Result<(), DeckError> {
        self.left = self.left.checked_sub(members as u64 + 1).ok_or(DeckError::SetsTooLarge)?;
        Ok(())
    }

    fn numbers(&self, what: &str) -> &Numbers {
        if what == "node" { self.nodes } else { self.elements }
    }

    /// The nodes of an element that exists.
    fn nodes_of(&self, element: i64) -> &[i64] {
        let Some(position) = self.elements.position(element) else {
            return &[];
        };
        let block = self.starts.partition_point(|&start| start <= position) - 1;
        let elements = &self.deck.elements[block];
        let at = (position - self.starts[block]) * elements.kind.nodes();
        &elements.nodes[at..at + elements.kind.nodes()]
    }
}

/// The set of a name, which may have that of an instance before it.
pub(super) fn find_set(sets: &Sets, parts: &Parts, name: &str, scope: Scope) -> Option<usize> {
    let of_instance = || {
        let (instance, name) = name.split_once('.')?;
        sets.find(name, parts.scope(instance)?)
    };
    sets.find(name, scope).or_else(of_instance)
}

/// `instance.12`: the number of a node or an element.
pub(super) fn number_of_instance(parts: &Parts, name: &str) -> Option<i64> {
    let (instance, number) = name.split_once('.')?;
    parts.scope(instance).filter(|_| is_integer(number.as_bytes()))?;
    number.parse().ok()
}

/// Fills the lists of all sets in the order of the deck, so that a set made of others takes what they have so far.
/// Comes back with how many numbers of GENERATE don't exist, for each set.
pub(super) fn fill(sets: &mut Sets, element_sets: Option<&Sets>, mesh: &mut Mesh) -> Read<Vec<u64>> {
    let mut lists: Vec<Members> = sets.list.iter().map(|_| Members::default()).collect();
    for entry in &sets.entries {
        // The list grows in the hand: it may be copied from another one.
        let mut list = std::mem::take(&mut lists[entry.set]);
        let filled = list.fill(entry, sets, &mut lists, element_sets, mesh);
        lists[entry.set] = list;
        filled.map_err(|fault| Fault { place: fault.place.or(Some(entry.place)), ..fault })?;
    }
    let missing = lists.iter().map(|list| list.missing).collect();
    for (set, mut list) in sets.list.iter_mut().zip(lists) {
        list.put_in_order();
        list.numbers.shrink_to_fit();
        set.members = list.numbers;
    }
    Ok(missing)
}

/// The members of a set so far.
#[derive(Default)]
struct Members {
    numbers: Vec<i64>,
    /// Some may come twice, or not by ascending numbers.
    in_disorder: bool,
    /// Something has been said of the set.
    begun: bool,
    /// Numbers of GENERATE that don't exist.
    missing: u64,
}

impl Members {
    fn extend(&mut self, numbers: impl IntoIterator<Item = i64>) {
        for number in numbers {
            self.in_disorder |= self.numbers.last().is_some_and(|&last| last >= number);
            self.numbers.push(number);
        }
    }

    fn put_in_order(&mut self) {
        if std::mem::take(&mut self.in_disorder) {
            self.numbers.sort_unstable();
            self.numbers.dedup();
        }
    }

    fn fill(
        &mut self,
        entry: &Entry,
        sets: &Sets,
        others: &mut [Self],
        element_sets: Option<&Sets>,
        mesh: &mut Mesh,
    ) -> Read {
        let deck = mesh.deck;
        match &entry.content {
            &Content::Numbers { start, end } => {
                self.listed(sets, start..end, entry.place, mesh)?;
            }
            &Content::Generated { first, last, step } => {
                self.generated(sets.what, [first, last, step], mesh)?;
            }
            Content::Set { name, scope } => self.other(sets, &key(name), *scope, entry.set, others, mesh)?,
            &Content::Nodes { start, end } => {
                mesh.spend(end - start)?;
                self.extend(deck.nodes[start..end].iter().map(|node| node.id));
            }
            &Content::Elements { block } => {
                mesh.spend(deck.elements[block].ids.len())?;
                self.extend(deck.elements[block].ids.iter().copied());
            }
            Content::AllElements => {
                self.extend(deck.elements.iter().flat_map(|block| block.ids.iter().copied()))
            }
            Content::NodesOf { name, scope } => {
                let found = element_sets.and_then(|sets| {
                    find_set(sets, mesh.parts, &key(name), *scope).map(|set| &sets.list[set].members)
                });
                let Some(elements) = found else {
                    let name = printable(name);
                    return Err(DeckError::UnknownSet { what: "element", name }.into());
                };
                for &element in elements {
                    mesh.spend(mesh.nodes_of(element).len())?;
                    self.extend(mesh.nodes_of(element).iter().copied());
                }
            }
        }
        self.begun = true;
        Ok(())
    }

    fn listed(&mut self, sets: &Sets, range: std::ops::Range<usize>, place: Place, mesh: &mut Mesh) -> Read {
        let numbers = mesh.numbers(sets.what);
        for at in range {
            let number = sets.numbers[at];
            if !numbers.contains(number) {
                let place = Place { line: sets.lines[at], ..place };
                return Err(Fault::at(place, DeckError::Missing { what: sets.what, number }));
            }
            self.extend([number]);
        }
        Ok(())
    }

    /// Costs no more than what exists, however many numbers are declared.
    fn generated(&mut self, what: &'static str, [first, last, step]: [i64; 3], mesh: &mut Mesh) -> Read {
        let numbers = mesh.numbers(what);
        let declared = (last - first) as u64 / step as u64 + 1;
        let existing = numbers.between(first, last);
        let before = self.numbers.len();
        if declared < existing.len() as u64 {
            let candidates = (0..declared as i64).map(|count| first + count * step);
            self.extend(candidates.filter(|&number| numbers.contains(number)));
        } else {
            let candidates = existing.iter().map(|entry| entry.0);
            self.extend(candidates.filter(|number| (number - first) % step == 0));
        }
        let looked_at = declared.min(existing.len() as u64) as usize;
        let found = self.numbers.len() - before;
        mesh.spend(looked_at)?;
        self.missing = self.missing.saturating_add(declared - found as u64);
        match found {
            0 => Err(DeckError::EmptyGenerate { what, first, last, step }.into()),
            _ => Ok(()),
        }
    }

    fn other(
        &mut self,
        sets: &Sets,
        name: &str,
        scope: Scope,
        own: usize,
        others: &mut [Self],
        mesh: &mut Mesh,
    ) -> Read {
        let what = sets.what;
        let unknown = || DeckError::UnknownMemberSet { what, name: printable(name) };
        match find_set(sets, mesh.parts, name, scope) {
            // Nothing new.
            Some(set) if set == own && self.begun => Ok(()),
            Some(set) if others[set].begun => {
                let other = &mut others[set];
                mesh.spend(other.numbers.len())?;
                other.put_in_order();
                self.extend(other.numbers.iter().copied());
                Ok(())
            }
            Some(_) => Err(unknown().into()),
            None => {
                let number = number_of_instance(mesh.parts, name).ok_or_else(unknown)?;
                match mesh.numbers(what).contains(number) {
                    true => self.extend([number]),
                    false => return Err(DeckError::Missing { what, number }.into()),
                }
                Ok(())
            }
        }
    }
}
