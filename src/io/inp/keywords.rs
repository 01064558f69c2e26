//! Which keyword begins what.

use super::error::DeckError;
use super::fault::Read;
use super::parts::{optional, required};
use super::passed_over::is_passed_over;
use super::reading::{Block, Data, Reading};
use crate::io::keyword::Keyword;
use crate::io::nodes::check_system;

impl Reading {
    /// Ends the last keyword and begins this one; comes back with the file that it includes, if it does.
    pub fn keyword(&mut self, keyword: &Keyword) -> Read<Option<String>> {
        if keyword.name == "INCLUDE" {
            // The data lines of the keyword before may go on in the file.
            allow(keyword, &["INPUT"])?;
            return Ok(Some(required(keyword, "INPUT")?.to_owned()));
        }
        self.end_block()?;
        self.block = Block {
            keyword: keyword.title.clone(),
            place: self.place,
            lines: 0,
            needs_data: needs_data(keyword),
        };
        self.data = Data::Nothing;
        self.data = self.begin(keyword)?;
        let takes_file = matches!(self.data, Data::Nodes(_) | Data::Elements);
        let file = if takes_file { optional(keyword, "INPUT")? } else { None };
        Ok(file.map(str::to_owned))
    }

    fn begin(&mut self, keyword: &Keyword) -> Read<Data> {
        match keyword.name.as_str() {
            "HEADING" => Ok(Data::Heading),
            "SYSTEM" => {
                Err(check_system(keyword).err().map_or_else(|| unsupported(keyword).into(), Into::into))
            }
            "NODE" => self.in_model(keyword, Self::begin_nodes),
            "ELEMENT" => self.in_model(keyword, Self::begin_elements),
            "NSET" => self.begin_node_set(keyword),
            "ELSET" => self.begin_element_set(keyword),
            "PART" => self.in_model(keyword, Self::begin_part),
            "INSTANCE" => self.in_model(keyword, Self::begin_instance),
            "ASSEMBLY" | "ENDPART" | "ENDINSTANCE" | "ENDASSEMBLY" => Ok(self.end_part()),
            "MATERIAL" => self.in_model(keyword, Self::begin_material),
            "ELASTIC" => self.in_material(keyword, Self::begin_elastic),
            "DENSITY" => self.in_material(keyword, Self::begin_density),
            "SOLIDSECTION" => self.in_model(keyword, Self::begin_solid_section),
            "BEAMGENERALSECTION" => self.in_model(keyword, Self::begin_beam_section),
            "STEP" => self.begin_step(keyword),
            "ENDSTEP" => self.in_step(keyword, Self::end_step),
            "STATIC" => self.in_step(keyword, Self::begin_static),
            "FREQUENCY" => self.in_step(keyword, Self::begin_frequency),
            "BOUNDARY" => self.begin_boundaries(keyword),
            "CLOAD" => self.in_step(keyword, Self::begin_point_loads),
            "DLOAD" => self.in_step(keyword, Self::begin_distributed_loads),
            "RESTART" if keyword.parameter("READ").is_some() => {
                let (keyword, parameter) = (keyword.title.clone(), "READ".into());
                Err(DeckError::UnsupportedParameter { keyword, parameter }.into())
            }
            name if is_passed_over(name) => Ok(Data::Anything),
            _ => Err(unsupported(keyword).into()),
        }
    }

    fn in_model(
        &mut self,
        keyword: &Keyword,
        begin: impl FnOnce(&mut Self, &Keyword) -> Read<Data>,
    ) -> Read<Data> {
        match self.in_step {
            true => Err(misplaced(keyword, "within a step").into()),
            false => begin(self, keyword),
        }
    }

    fn in_step(
        &mut self,
        keyword: &Keyword,
        begin: impl FnOnce(&mut Self, &Keyword) -> Read<Data>,
    ) -> Read<Data> {
        match self.in_step {
            true => begin(self, keyword),
            false => Err(misplaced(keyword, "outside of a step").into()),
        }
    }

    fn in_material(
        &mut self,
        keyword: &Keyword,
        begin: impl FnOnce(&mut Self, &Keyword) -> Read<Data>,
    ) -> Read<Data> {
        match self.deck.materials.is_empty() {
            true => Err(misplaced(keyword, "outside of a material").into()),
            false => self.in_model(keyword, begin),
        }
    }
}

/// Whether the keyword means nothing without data lines.
fn needs_data(keyword: &Keyword) -> bool {
    match keyword.name.as_str() {
        "NODE" | "ELEMENT" | "ELSET" | "ELASTIC" | "DENSITY" | "BEAMGENERALSECTION" => true,
        "NSET" => keyword.parameter("ELSET").is_none(),
        // All of the steps before may be taken away, and nothing added.
        "BOUNDARY" | "CLOAD" | "DLOAD" => {
            keyword.parameter("OP").is_none_or(|said| !said.eq_ignore_ascii_case("NEW"))
        }
        _ => false,
    }
}

pub(super) fn misplaced(keyword: &Keyword, position: &'static str) -> DeckError {
    DeckError::Misplaced { keyword: keyword.title.clone(), position }
}

fn unsupported(keyword: &Keyword) -> DeckError {
    let keyword = if keyword.title.is_empty() { "?".into() } else { printable(&keyword.title) };
    DeckError::UnsupportedKeyword { keyword }
}

/// Refuses all parameters but these.
pub(super) fn allow(keyword: &Keyword, known: &[&str]) -> Result<(), DeckError> {
    match keyword.parameter_names().find(|name| !known.contains(name)) {
        Some(name) => refuse(keyword, name),
        None => Ok(()),
    }
}

/// Refuses a parameter.
pub(super) fn refuse<T>(keyword: &Keyword, parameter: &str) -> Result<T, DeckError> {
    let keyword = keyword.title.clone();
    Err(DeckError::UnsupportedParameter { keyword, parameter: printable(parameter) })
}

/// Refuses a parameter for its value.
pub(super) fn refuse_value<T>(keyword: &Keyword, parameter: &str, value: &str) -> Result<T, DeckError> {
    refuse(keyword, &format!("{parameter}={value}"))
}

/// Text of a deck as it can stand in a message.
pub(super) fn printable(text: &str) -> String {
    crate::io::error::excerpt(text.as_bytes())
}
