//! `*NSET` and `*ELSET`: what stands in the deck; [`members`](super::members) makes the lists of numbers.

use std::collections::HashMap;

use super::deck::{DeckSet, Place};
use super::error::DeckError;
use super::fault::Read;
use super::keywords::{allow, refuse};
use super::names::{from_field, key};
use super::numbers::parse_number;
use super::parts::{Scope, optional, required};
use super::reading::{Data, Reading, SetLines};
use crate::io::error::{IoErrorKind, excerpt};
use crate::io::keyword::Keyword;
use crate::io::number::{comma_fields, is_integer, parse_integer};

/// The node sets or the element sets.
pub(super) struct Sets {
    /// Node or element.
    pub what: &'static str,
    pub list: Vec<DeckSet>,
    /// Where the name of each belongs.
    pub scopes: Vec<Scope>,
    /// By name in capitals: the set of each scope.
    index: HashMap<String, Vec<(Scope, usize)>>,
    /// In the order of the deck.
    pub entries: Vec<Entry>,
    /// Numbers that are listed, and their lines.
    pub numbers: Vec<i64>,
    pub lines: Vec<u32>,
}

/// Something that a set is given.
pub(super) struct Entry {
    pub set: usize,
    pub place: Place,
    pub content: Content,
}

pub(super) enum Content {
    /// Range of [`Sets::numbers`].
    Numbers { start: usize, end: usize },
    /// Of GENERATE.
    Generated { first: i64, last: i64, step: i64 },
    /// The members of another set.
    Set { name: String, scope: Scope },
    /// Nodes by their position in the deck; `end` comes with the next keyword.
    Nodes { start: usize, end: usize },
    /// The elements of one `*ELEMENT`.
    Elements { block: usize },
    /// All elements.
    AllElements,
    /// The nodes of the elements of a set.
    NodesOf { name: String, scope: Scope },
}

impl Sets {
    pub fn new(what: &'static str) -> Self {
        let (list, scopes, index, entries, numbers, lines) = Default::default();
        Self { what, list, scopes, index, entries, numbers, lines }
    }

    /// The set of this name, which is new or goes on.
    pub fn declare(&mut self, name: &str, scope: Scope, place: Place) -> usize {
        let next = self.list.len();
        let same_name = self.index.entry(key(name)).or_default();
        if let Some(known) = same_name.iter().find(|known| known.0 == scope) {
            return known.1;
        }
        same_name.push((scope, next));
        self.list.push(DeckSet { name: name.to_owned(), members: Vec::new(), place });
        self.scopes.push(scope);
        next
    }

    pub fn add(&mut self, set: usize, place: Place, content: Content) {
        self.entries.push(Entry { set, place, content });
    }

    /// Ends the nodes that a `*NODE` gives to a set, with the last node so far.
    pub fn end_nodes(&mut self, entry: usize, nodes: usize) {
        if let Content::Nodes { end, .. } = &mut self.entries[entry].content {
            *end = nodes;
        }
    }

    /// The set of a name in capitals: that of the scope, else that of the assembly, else the only one.
    pub fn find(&self, name: &str, scope: Scope) -> Option<usize> {
        let same_name = self.index.get(name)?;
        let of = |scope| same_name.iter().find(|known| known.0 == scope).map(|known| known.1);
        let only = if same_name.len() == 1 { Some(same_name[0].1) } else { None };
        of(scope).or(of(0)).or(only)
    }

    /// Whether several parts have a set of this name (in capitals).
    pub fn is_ambiguous(&self, name: &str) -> bool {
        self.index.get(name).is_some_and(|same_name| same_name.len() > 1)
    }

    pub fn data_line(&mut self, line: &[u8], lines: SetLines, scope: Scope, place: Place) -> Read {
        match lines {
            SetLines::Generated(set) => self.generated_line(line, set, place),
            SetLines::Listed(set) => self.listed_line(line, set, scope, place),
        }
    }

    fn listed_line(&mut self, line: &[u8], set: usize, scope: Scope, place: Place) -> Read {
        let start = self.numbers.len();
        for field in comma_fields(line).filter(|field| !field.is_empty()) {
            if is_integer(field) {
                self.numbers.push(parse_number(self.what, field)?);
                self.lines.push(place.line);
            } else {
                self.add(set, place, Content::Set { name: from_field(field), scope });
            }
        }
        let new_end = self.numbers.len();
        match self.entries.last_mut() {
            // Thousands of lines with a number each are one entry.
            Some(Entry { set: last, place: at, content: Content::Numbers { end, .. } })
                if (*last, at.file, *end) == (set, place.file, start) =>
            {
                *end = new_end;
            }
            _ if start < new_end => self.add(set, place, Content::Numbers { start, end: new_end }),
            _ => {}
        }
        Ok(())
    }

    fn generated_line(&mut self, line: &[u8], set: usize, place: Place) -> Read {
        let fields: Vec<_> = comma_fields(line).collect();
        let number = |at: usize, what| parse_integer(what, fields.get(at).copied().unwrap_or_default());
        let (first, last) = (number(0, "first number")?, number(1, "last number")?);
        let step = match fields.get(2) {
            Some(field) if !field.is_empty() => parse_integer("increment", field)?,
            _ => 1,
        };
        if let Some(found) = fields.iter().skip(3).find(|field| !field.is_empty()) {
            return Err(IoErrorKind::UnexpectedText { found: excerpt(found) }.into());
        }
        if first < 1 || last < first || step < 1 {
            return Err(DeckError::BadGenerate { first, last, step }.into());
        }
        self.add(set, place, Content::Generated { first, last, step });
        Ok(())
    }
}

impl Reading {
    pub fn begin_node_set(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["NSET", "ELSET", "GENERATE", "UNSORTED", "INSTANCE", "INTERNAL"])?;
        let set = self.node_sets.declare(required(keyword, "NSET")?, self.parts.current(), self.place);
        let Some(elements) = optional(keyword, "ELSET")? else {
            return Ok(Data::NodeSet(set_lines(keyword, set)));
        };
        if keyword.parameter("GENERATE").is_some() {
            return Ok(refuse(keyword, "both ELSET and GENERATE")?);
        }
        let content = Content::NodesOf { name: elements.to_owned(), scope: self.parts.current() };
        self.node_sets.add(set, self.place, content);
        Ok(Data::Nothing)
    }

    pub fn begin_element_set(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["ELSET", "GENERATE", "UNSORTED", "INSTANCE", "INTERNAL"])?;
        let set = self.element_sets.declare(required(keyword, "ELSET")?, self.parts.current(), self.place);
        Ok(Data::ElementSet(set_lines(keyword, set)))
    }
}

fn set_lines(keyword: &Keyword, set: usize) -> SetLines {
    match keyword.parameter("GENERATE") {
        Some(_) => SetLines::Generated(set),
        None => SetLines::Listed(set),
    }
}
