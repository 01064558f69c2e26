//! `*PART`, `*INSTANCE`, `*ASSEMBLY`: read flat, as far as that means the same.
//!
//! Each part is used once, where it stands, and numbers are unique in the whole deck. The names of sets belong to
//! their part: Abaqus/CAE likes to call both a set of the part and a set of the assembly `Set-1`.

use std::collections::HashMap;

use super::deck::Place;
use super::error::DeckError;
use super::fault::{Fault, Read};
use super::keywords::printable;
use super::names::key;
use super::reading::{Data, Reading};
use crate::io::keyword::Keyword;

/// Where names belong: 0 to the assembly or a flat deck, others to a part.
pub(super) type Scope = u32;

/// The parts of a deck.
#[derive(Debug, Default)]
pub(super) struct Parts {
    list: Vec<Part>,
    /// By the name of the part or of its instance, in capitals.
    index: HashMap<String, Scope>,
    current: Scope,
}

#[derive(Debug)]
struct Part {
    name: String,
    has_instance: bool,
    place: Place,
    /// The number of nodes of the deck when it began, and when it ended.
    nodes: (usize, usize),
}

impl Parts {
    pub fn current(&self) -> Scope {
        self.current
    }

    /// The scope of an instance or a part, by its name in capitals.
    pub fn scope(&self, name: &str) -> Option<Scope> {
        self.index.get(name).copied()
    }

    /// The name of the part, if the scope is one.
    pub fn name(&self, scope: Scope) -> Option<&str> {
        let part = self.list.get((scope as usize).checked_sub(1)?)?;
        Some(&part.name)
    }

    /// Refuses parts whose nodes are used by nothing.
    pub fn check(&self) -> Read {
        match self.list.iter().find(|part| !part.has_instance && part.nodes.0 < part.nodes.1) {
            Some(part) => Err(Fault::at(part.place, DeckError::NoInstance { name: printable(&part.name) })),
            None => Ok(()),
        }
    }
}

impl Reading {
    pub fn begin_part(&mut self, keyword: &Keyword) -> Read<Data> {
        let name = required(keyword, "NAME")?;
        let scope = self.parts.list.len() as Scope + 1;
        if let Some(known) = self.parts.index.insert(key(name), scope) {
            let first = self.parts.list[known as usize - 1].place;
            let first = Self::name_place(&self.deck.files, first, self.place);
            return Err(DeckError::Duplicate { what: "part", name: printable(name), first }.into());
        }
        let count = self.deck.nodes.len();
        let part =
            Part { name: name.to_owned(), has_instance: false, place: self.place, nodes: (count, count) };
        self.parts.list.push(part);
        self.parts.current = scope;
        Ok(Data::Nothing)
    }

    pub fn begin_instance(&mut self, keyword: &Keyword) -> Read<Data> {
        let part = required(keyword, "PART")?;
        let name = required(keyword, "NAME")?;
        let Some(scope) = self.parts.scope(&key(part)) else {
            return Err(DeckError::UnknownPart { name: printable(part) }.into());
        };
        if std::mem::replace(&mut self.parts.list[scope as usize - 1].has_instance, true) {
            return Err(DeckError::SecondInstance { name: printable(part) }.into());
        }
        self.parts.index.insert(key(name), scope);
        self.parts.current = scope;
        Ok(Data::Instance)
    }

    pub fn end_part(&mut self) -> Data {
        if let Some(part) = self.parts.list.get_mut((self.parts.current as usize).wrapping_sub(1)) {
            part.nodes.1 = self.deck.nodes.len();
        }
        self.parts.current = 0;
        Data::Nothing
    }
}

/// The value of a parameter that may be left out, but not its value.
pub(super) fn optional<'a>(
    keyword: &'a Keyword,
    parameter: &'static str,
) -> Result<Option<&'a str>, DeckError> {
    keyword.parameter(parameter).map(|_| required(keyword, parameter)).transpose()
}

/// The value of a parameter that must be there.
pub(super) fn required<'a>(keyword: &'a Keyword, parameter: &'static str) -> Result<&'a str, DeckError> {
    keyword
        .parameter(parameter)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| DeckError::MissingParameter { keyword: keyword.title.clone(), parameter })
}
