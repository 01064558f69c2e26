//! What is known while a deck is read, and which data lines go where.

use std::collections::HashMap;
use std::path::PathBuf;

use super::deck::{Deck, Place};
use super::error::DeckError;
use super::fault::{Fault, Read};
use super::names::Names;
use super::parts::Parts;
use super::sections::BeamHead;
use super::sets::Sets;
use super::steps::{Acting, Operations};
use crate::io::detect::stranger;
use crate::io::error::IoErrorKind;

/// Titles beyond are forgotten: they would take more room than they have in the file.
const MOST_TITLES: usize = 1000;

/// A deck half read: names are not resolved, [`Target::Set`](super::Target::Set) and the indices in sections point
/// to [`Names`].
pub(super) struct Reading {
    pub deck: Deck,
    /// The line being read; of a keyword its first.
    pub place: Place,
    /// Bytes of text so far.
    pub bytes: u64,
    pub data: Data,
    pub block: Block,
    pub names: Names,
    pub node_sets: Sets,
    pub element_sets: Sets,
    pub parts: Parts,
    /// Materials by name in capitals.
    pub materials: HashMap<String, usize>,
    /// Whether the last of the steps goes on.
    pub in_step: bool,
    pub operations: Operations,
    pub acting: Acting,
}

/// What data lines mean.
#[derive(Debug, Clone, Copy)]
pub(super) enum Data {
    BeforeFirstKeyword,
    /// None may come.
    Nothing,
    /// Of a keyword that is passed over.
    Anything,
    Heading,
    /// With the entry of the set that they go to.
    Nodes(Option<usize>),
    Elements,
    NodeSet(SetLines),
    ElementSet(SetLines),
    Elastic,
    Density,
    SolidSection,
    Beam(BeamHead),
    Boundaries,
    PointLoads,
    DistributedLoads,
    Static,
    Frequency,
    /// They move and turn a part.
    Instance,
}

/// How the members of a set (index into its [`Sets`]) are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum SetLines {
    Listed(usize),
    Generated(usize),
}

/// A keyword and its data lines.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub keyword: String,
    pub place: Place,
    /// Data lines so far.
    pub lines: u64,
    /// Whether it means nothing without data lines.
    pub needs_data: bool,
}

impl Reading {
    pub fn new() -> Self {
        Self {
            deck: Deck::default(),
            place: Place::default(),
            bytes: 0,
            data: Data::BeforeFirstKeyword,
            block: Block::default(),
            names: Names::default(),
            node_sets: Sets::new("node"),
            element_sets: Sets::new("element"),
            parts: Parts::default(),
            materials: HashMap::new(),
            in_step: false,
            operations: Operations::default(),
            acting: Acting::default(),
        }
    }

    pub fn data_line(&mut self, line: &[u8]) -> Read {
        self.block.lines += 1;
        match self.data {
            Data::BeforeFirstKeyword => Err(DeckError::NotADeck { looks_like: stranger(line) }.into()),
            Data::Nothing => Err(DeckError::UnexpectedData { keyword: self.block.keyword.clone() }.into()),
            Data::Anything => Ok(()),
            Data::Heading => {
                if self.deck.heading.len() < MOST_TITLES {
                    self.deck.heading.push(String::from_utf8_lossy(line).into_owned());
                }
                Ok(())
            }
            Data::Nodes(_) => self.node_line(line),
            Data::Elements => self.element_line(line),
            Data::NodeSet(lines) => self.node_sets.data_line(line, lines, self.parts.current(), self.place),
            Data::ElementSet(lines) => {
                self.element_sets.data_line(line, lines, self.parts.current(), self.place)
            }
            Data::Elastic => self.elastic_line(line),
            Data::Density => self.density_line(line),
            Data::SolidSection => self.solid_section_line(line),
            Data::Beam(head) => self.beam_line(line, head),
            Data::Boundaries => self.boundary_line(line),
            Data::PointLoads => self.point_load_line(line),
            Data::DistributedLoads => self.distributed_load_line(line),
            Data::Static => self.static_line(line),
            Data::Frequency => self.frequency_line(line),
            Data::Instance => Err(IoErrorKind::NodePlacement { keyword: "INSTANCE".into() }.into()),
        }
    }

    /// Whether a line without anything counts as a data line, as that with the default direction of a beam does.
    pub fn takes_blank_line(&self) -> bool {
        matches!(self.data, Data::Beam(_)) && self.block.lines == 1
    }

    /// What the last keyword still lacks when the next one comes, or the end.
    pub fn end_block(&mut self) -> Read {
        match self.data {
            Data::Elements => self.check_last_element()?,
            Data::Nodes(Some(entry)) => self.node_sets.end_nodes(entry, self.deck.nodes.len()),
            _ => {}
        }
        if self.block.needs_data && self.block.lines == 0 {
            let keyword = self.block.keyword.clone();
            return Err(Fault::at(self.block.place, DeckError::NoData { keyword }));
        }
        Ok(())
    }

    /// A place as it is named in a message about `from`: without its file where that is the same.
    pub fn name_place(files: &[PathBuf], place: Place, from: Place) -> String {
        match place.file == from.file {
            true => format!("line {}", place.line),
            false => {
                let name = files[place.file as usize].file_name().unwrap_or_default().to_string_lossy();
                format!("{}:{}", name.replace(char::is_control, "?"), place.line)
            }
        }
    }
}
