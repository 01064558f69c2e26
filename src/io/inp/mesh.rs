//! `*NODE` and `*ELEMENT`.

use super::deck::{DeckElements, DeckNode, ElementKind};
use super::error::DeckError;
use super::fault::{Fault, Read};
use super::keywords::{allow, printable};
use super::numbers::parse_number;
use super::parts::{optional, required};
use super::reading::{Data, Reading};
use super::sets::Content;
use crate::io::error::{IoErrorKind, excerpt};
use crate::io::keyword::Keyword;
use crate::io::nodes::{check_system, parse_node};
use crate::io::number::comma_fields;

impl Reading {
    pub fn begin_nodes(&mut self, keyword: &Keyword) -> Read<Data> {
        check_system(keyword)?;
        allow(keyword, &["NSET", "INPUT", "SYSTEM"])?;
        let Some(name) = optional(keyword, "NSET")? else {
            return Ok(Data::Nodes(None));
        };
        let set = self.node_sets.declare(name, self.parts.current(), self.place);
        let start = self.deck.nodes.len();
        self.node_sets.add(set, self.place, Content::Nodes { start, end: start });
        Ok(Data::Nodes(Some(self.node_sets.entries.len() - 1)))
    }

    pub fn node_line(&mut self, line: &[u8]) -> Read {
        let fields: Vec<_> = comma_fields(line).collect();
        let (id, position) = parse_node(&fields)?;
        if id < 1 {
            return Err(DeckError::NotPositive { what: "node", number: id }.into());
        }
        // The normal of a beam or shell at the node could stand there.
        if let Some(found) = fields.iter().skip(4).find(|field| !field.is_empty()) {
            return Err(IoErrorKind::UnexpectedText { found: excerpt(found) }.into());
        }
        let position = position.map(|value| value.unwrap_or(0.0));
        self.deck.nodes.push(DeckNode { id, position, place: self.place });
        Ok(())
    }

    pub fn begin_elements(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["TYPE", "ELSET", "INPUT"])?;
        let name = required(keyword, "TYPE")?;
        let kind = ElementKind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name));
        let kind = kind.ok_or_else(|| DeckError::UnknownElementType { found: printable(name) })?;
        if let Some(name) = optional(keyword, "ELSET")? {
            let set = self.element_sets.declare(name, self.parts.current(), self.place);
            self.element_sets.add(set, self.place, Content::Elements { block: self.deck.elements.len() });
        }
        let (ids, nodes, places) = Default::default();
        self.deck.elements.push(DeckElements { kind, ids, nodes, places });
        Ok(Data::Elements)
    }

    /// An element goes on over as many lines as its nodes take.
    pub fn element_line(&mut self, line: &[u8]) -> Read {
        let Some(block) = self.deck.elements.last_mut() else {
            return Ok(());
        };
        let per_element = block.kind.nodes();
        let end = line.iter().rposition(|byte| !matches!(byte, b',' | b' ' | b'\t')).map_or(0, |at| at + 1);
        for (place, field) in comma_fields(&line[..end]).enumerate() {
            if block.nodes.len() < per_element * block.ids.len() {
                block.nodes.push(parse_number("node", field)?);
            } else if place == 0 {
                block.ids.push(parse_number("element", field)?);
                block.places.push(self.place);
            } else {
                return Err(IoErrorKind::UnexpectedText { found: excerpt(field) }.into());
            }
        }
        Ok(())
    }

    /// Refuses an element whose lines do not hold all its nodes.
    pub fn check_last_element(&self) -> Read {
        let Some(block) = self.deck.elements.last() else {
            return Ok(());
        };
        let expected = block.kind.nodes();
        let missing = expected * block.ids.len() - block.nodes.len();
        match (block.ids.last(), block.places.last()) {
            (Some(&element), Some(&place)) if missing > 0 => {
                let found = expected - missing;
                Err(Fault::at(place, DeckError::CutElement { element, found, expected }))
            }
            _ => Ok(()),
        }
    }
}
