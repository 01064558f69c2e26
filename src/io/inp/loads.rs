//! `*BOUNDARY`, `*CLOAD` and `*DLOAD`.

use super::deck::{DeckBoundary, DistributedLoad, LoadKind, PointLoad, Target};
use super::error::DeckError;
use super::fault::Read;
use super::keywords::{allow, misplaced, printable, refuse_value};
use super::names::{from_field, key};
use super::numbers::parse_number;
use super::reading::{Data, Reading};
use super::sections::direction;
use super::sets::Content;
use super::steps::operation;
use crate::io::error::{IoErrorKind, excerpt};
use crate::io::keyword::Keyword;
use crate::io::number::{comma_fields, is_integer, parse_integer, parse_real};

/// The set that gravity without a set acts on; with a comma in it, no deck can name it.
const ALL_ELEMENTS: &str = "all elements, by *DLOAD";

/// Supports by name: the ranges of components that they hold.
const NAMED_SUPPORTS: [(&str, &[(u32, u32)]); 8] = [
    ("ENCASTRE", &[(1, 6)]),
    ("PINNED", &[(1, 3)]),
    ("XSYMM", &[(1, 1), (5, 6)]),
    ("YSYMM", &[(2, 2), (4, 4), (6, 6)]),
    ("ZSYMM", &[(3, 5)]),
    ("XASYMM", &[(2, 4)]),
    ("YASYMM", &[(1, 1), (3, 3), (5, 5)]),
    ("ZASYMM", &[(1, 2), (6, 6)]),
];

impl Reading {
    pub fn begin_boundaries(&mut self, keyword: &Keyword) -> Read<Data> {
        if !self.in_step && !self.deck.steps.is_empty() {
            return Err(misplaced(keyword, "behind a step").into());
        }
        allow(keyword, &["OP", "TYPE"])?;
        if let Some(kind) = keyword.parameter("TYPE").filter(|kind| key(kind) != "DISPLACEMENT") {
            return Ok(refuse_value(keyword, "TYPE", kind)?);
        }
        let said = operation(keyword, self.operations.boundaries)?;
        if let Some(step) = self.deck.steps.last_mut() {
            self.operations.boundaries = Some(said);
            step.boundaries.0 = said;
        }
        Ok(Data::Boundaries)
    }

    pub fn begin_point_loads(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["OP"])?;
        let said = operation(keyword, self.operations.point_loads)?;
        if let Some(step) = self.deck.steps.last_mut() {
            self.operations.point_loads = Some(said);
            step.point_loads.0 = said;
        }
        Ok(Data::PointLoads)
    }

    pub fn begin_distributed_loads(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["OP"])?;
        let said = operation(keyword, self.operations.distributed_loads)?;
        if let Some(step) = self.deck.steps.last_mut() {
            self.operations.distributed_loads = Some(said);
            step.distributed_loads.0 = said;
        }
        Ok(Data::DistributedLoads)
    }

    pub fn boundary_line(&mut self, line: &[u8]) -> Read {
        let fields: Vec<_> = comma_fields(line).collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let target = self.target("node", field(0))?;
        if let Some(ranges) = named_support(field(1)) {
            refuse_behind(&fields, 2)?;
            ranges.iter().for_each(|&range| self.push_boundary(target, range, 0.0));
            return Ok(());
        }
        refuse_behind(&fields, 4)?;
        let first = component(field(1))?;
        let last = if field(2).is_empty() { first } else { component(field(2))? };
        if last < first {
            return Err(DeckError::ComponentOrder { first, last }.into());
        }
        let value = if field(3).is_empty() { 0.0 } else { parse_real("value", field(3))? };
        self.push_boundary(target, (first, last), value);
        Ok(())
    }

    fn push_boundary(&mut self, target: Target, components: (u32, u32), value: f64) {
        let list = match self.deck.steps.last_mut() {
            Some(step) => &mut step.boundaries.1,
            None => &mut self.deck.boundaries,
        };
        list.push(DeckBoundary { target, components, value, place: self.place });
    }

    pub fn point_load_line(&mut self, line: &[u8]) -> Read {
        let fields: Vec<_> = comma_fields(line).collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let target = self.target("node", field(0))?;
        let component = component(field(1))?;
        let value = parse_real("value", field(2))?;
        refuse_behind(&fields, 3)?;
        if let Some(step) = self.deck.steps.last_mut() {
            step.point_loads.1.push(PointLoad { target, component, value, place: self.place });
        }
        Ok(())
    }

    pub fn distributed_load_line(&mut self, line: &[u8]) -> Read {
        let fields: Vec<_> = comma_fields(line).collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let label = key(&from_field(field(1)));
        let (target, load) = match label.as_str() {
            "" => return Err(IoErrorKind::MissingField { field: "load type" }.into()),
            "GRAV" => {
                let target = match field(0).is_empty() {
                    true => self.all_elements(),
                    false => self.target("element", field(0))?,
                };
                let value = parse_real("value", field(2))?;
                let direction = direction(fields.get(3..).unwrap_or_default())?;
                refuse_behind(&fields, 6)?;
                (target, LoadKind::Gravity { value, direction })
            }
            "P1" | "P2" | "P3" | "P4" | "P5" | "P6" => {
                let face = parse_integer("face", &label.as_bytes()[1..])?;
                let value = parse_real("value", field(2))?;
                refuse_behind(&fields, 3)?;
                (self.target("element", field(0))?, LoadKind::Pressure { face, value })
            }
            other => return Err(DeckError::UnsupportedLoad { label: printable(other) }.into()),
        };
        if let Some(step) = self.deck.steps.last_mut() {
            step.distributed_loads.1.push(DistributedLoad { target, load, place: self.place });
        }
        Ok(())
    }

    /// Gravity without a set acts on all.
    fn all_elements(&mut self) -> Target {
        let known = self.element_sets.list.len();
        let set = self.element_sets.declare(ALL_ELEMENTS, 0, self.place);
        if set == known {
            self.element_sets.add(set, self.place, Content::AllElements);
        }
        Target::Set(self.names.index(0, ALL_ELEMENTS))
    }

    /// A number, or the name of a set as an index into the names.
    fn target(&mut self, what: &'static str, field: &[u8]) -> Read<Target> {
        if field.is_empty() || is_integer(field) {
            return Ok(Target::One(parse_number(what, field)?));
        }
        Ok(Target::Set(self.names.index(self.parts.current(), &from_field(field))))
    }
}

fn named_support(field: &[u8]) -> Option<&'static [(u32, u32)]> {
    let support = NAMED_SUPPORTS.iter().find(|support| field.eq_ignore_ascii_case(support.0.as_bytes()));
    support.map(|support| support.1)
}

fn component(field: &[u8]) -> Read<u32> {
    match parse_integer("component", field)? {
        found @ 1..=6 => Ok(found as u32),
        found => Err(DeckError::Component { found }.into()),
    }
}

fn refuse_behind(fields: &[&[u8]], count: usize) -> Read {
    match fields.iter().skip(count).find(|field| !field.is_empty()) {
        Some(found) => Err(IoErrorKind::UnexpectedText { found: excerpt(found) }.into()),
        None => Ok(()),
    }
}
