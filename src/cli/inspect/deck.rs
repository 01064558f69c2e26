//! What a deck holds: mesh, sets, materials, sections, supports and steps.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};
use std::path::Path;
use std::time::Instant;

use modalsweep::io::IoError;
use modalsweep::io::inp::{
    BeamShape, Deck, DeckBoundary, DeckMaterial, DeckProfile, DeckSection, DeckSet, DeckStep, StepKind,
    Target, read_deck,
};
use serde_json::{Value, json};

use super::super::figures::grouped;

/// Lines written out for each kind of thing.
const SHOWN: usize = 20;

/// A deck and how long it took to read.
pub struct Report {
    file: String,
    deck: Deck,
    read_seconds: f64,
}

impl Report {
    /// Reads a deck.
    pub fn of(path: &Path) -> Result<Self, IoError> {
        let started = Instant::now();
        let deck = read_deck(path)?;
        Ok(Self { file: path.display().to_string(), deck, read_seconds: started.elapsed().as_secs_f64() })
    }

    /// Number of elements of each type.
    fn element_counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for block in &self.deck.elements {
            *counts.entry(block.kind.name()).or_default() += block.ids.len();
        }
        counts
    }

    /// Smallest and largest coordinates; a deck has at least one node.
    fn extent(&self) -> [[f64; 2]; 3] {
        let mut extent = [[f64::INFINITY, f64::NEG_INFINITY]; 3];
        for node in &self.deck.nodes {
            for (range, value) in extent.iter_mut().zip(node.position) {
                *range = [range[0].min(value), range[1].max(value)];
            }
        }
        extent
    }

    pub fn as_json(&self) -> Value {
        let deck = &self.deck;
        let sets = |sets: &[DeckSet]| -> Vec<_> {
            sets.iter().map(|set| json!({ "name": set.name, "size": set.members.len() })).collect()
        };
        json!({
            "file": self.file,
            "format": "Deck",
            "files": deck.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
            "heading": deck.heading,
            "nodes": deck.nodes.len(),
            "extent": self.extent(),
            "elements": self.element_counts(),
            "node_sets": sets(&deck.node_sets),
            "element_sets": sets(&deck.element_sets),
            "materials": deck.materials.iter().map(material_json).collect::<Vec<_>>(),
            "sections": deck.sections.iter().map(|section| self.section_json(section)).collect::<Vec<_>>(),
            "supports": deck.boundaries.iter().map(|held| self.support_json(held)).collect::<Vec<_>>(),
            "steps": deck.steps.iter().map(|step| self.step_json(step)).collect::<Vec<_>>(),
            "notes": deck.notes,
            "read_seconds": self.read_seconds,
            "compute_seconds": 0.0,
        })
    }

    fn section_json(&self, section: &DeckSection) -> Value {
        json!({
            "element_set": self.deck.element_sets[section.element_set].name,
            "material": section.material.map(|material| &self.deck.materials[material].name),
            "profile": profile(&section.profile),
        })
    }

    fn support_json(&self, held: &DeckBoundary) -> Value {
        json!({
            "nodes": self.target(held.target),
            "first_component": held.components.0,
            "last_component": held.components.1,
            "value": held.value,
        })
    }

    fn step_json(&self, step: &DeckStep) -> Value {
        let (procedure, modes) = match step.kind {
            StepKind::Static => ("static", None),
            StepKind::Frequency { count } => ("frequency", count),
            _ => ("none", None),
        };
        json!({
            "name": step.name,
            "procedure": procedure,
            "modes": modes,
            "supports": step.boundaries.1.iter().map(|held| self.support_json(held)).collect::<Vec<_>>(),
            "point_loads": step.point_loads.1.len(),
            "distributed_loads": step.distributed_loads.1.len(),
        })
    }

    pub fn write_page(&self, page: &mut String) -> fmt::Result {
        let deck = &self.deck;
        let count = |count: usize| grouped(count as u64);
        writeln!(page, "{}", self.file)?;
        let files =
            if deck.files.len() > 1 { format!(", {} files", deck.files.len()) } else { String::new() };
        writeln!(page, "  format        Deck{files}")?;
        rows(page, "title", &deck.heading, String::as_str)?;
        let [x, y, z] = self.extent().map(|[from, to]| format!("{from} to {to}"));
        writeln!(page, "  nodes         {}; x {x}, y {y}, z {z}", count(deck.nodes.len()))?;
        let kinds: Vec<_> = self.element_counts().into_iter().collect();
        rows(page, "elements", &kinds, |(kind, number)| format!("{} {kind}", count(*number)))?;
        let set = |set: &DeckSet| format!("{}: {}", set.name, count(set.members.len()));
        rows(page, "node sets", &deck.node_sets, set)?;
        rows(page, "element sets", &deck.element_sets, set)?;
        rows(page, "materials", &deck.materials, material)?;
        rows(page, "sections", &deck.sections, |section| self.section(section))?;
        rows(page, "supports", &deck.boundaries, |held| self.support(held))?;
        rows(page, "steps", &deck.steps, |step| self.step(step))?;
        rows(page, "note", &deck.notes, String::as_str)?;
        writeln!(page, "  seconds       read {:.3}", self.read_seconds)
    }

    fn section(&self, section: &DeckSection) -> String {
        let set = &self.deck.element_sets[section.element_set].name;
        let material = section.material.map(|material| format!("{}, ", self.deck.materials[material].name));
        format!("{set}: {}{}", material.unwrap_or_default(), profile(&section.profile))
    }

    fn support(&self, held: &DeckBoundary) -> String {
        let (first, last) = held.components;
        let components = if first == last { first.to_string() } else { format!("{first} to {last}") };
        let value = if held.value == 0.0 { String::new() } else { format!(" = {}", held.value) };
        format!("{}: {components}{value}", self.target(held.target))
    }

    /// The name of a set of nodes, or the number of a node.
    fn target(&self, target: Target) -> String {
        match target {
            Target::One(number) => number.to_string(),
            Target::Set(set) => self.deck.node_sets[set].name.clone(),
        }
    }

    fn step(&self, step: &DeckStep) -> String {
        let mut text = match step.kind {
            StepKind::Static => "static".to_owned(),
            StepKind::Frequency { count: Some(1) } => "frequency, 1 mode".to_owned(),
            StepKind::Frequency { count: Some(count) } => format!("frequency, {count} modes"),
            StepKind::Frequency { count: None } => "frequency".to_owned(),
            _ => "no procedure".to_owned(),
        };
        if let Some(name) = &step.name {
            text = format!("{name}: {text}");
        }
        let parts = [
            ("supports", step.boundaries.1.len()),
            ("point loads", step.point_loads.1.len()),
            ("distributed loads", step.distributed_loads.1.len()),
        ];
        for (what, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
            let lines = if count == 1 { "line" } else { "lines" };
            text += &format!(", {count} {lines} of {what}");
        }
        text
    }
}

fn material(material: &DeckMaterial) -> String {
    let elastic = match material.elastic {
        Some((young, poisson)) => format!("E {young:e}, nu {poisson}"),
        None => "no E".to_owned(),
    };
    let density =
        material.density.map_or_else(|| "no density".to_owned(), |density| format!("density {density:e}"));
    format!("{}: {elastic}, {density}", material.name)
}

fn material_json(material: &DeckMaterial) -> Value {
    json!({
        "name": material.name,
        "young": material.elastic.map(|elastic| elastic.0),
        "poisson": material.elastic.map(|elastic| elastic.1),
        "density": material.density,
    })
}

fn profile(profile: &DeckProfile) -> String {
    let beam = match profile {
        DeckProfile::Solid { area: Some(area) } => return format!("solid, area {area}"),
        DeckProfile::Beam(beam) => beam,
        _ => return "solid".to_owned(),
    };
    match beam.shape {
        BeamShape::General { area, i11, i12, i22, torsion } => {
            format!("beam, A {area}, I11 {i11}, I12 {i12}, I22 {i22}, J {torsion}")
        }
        BeamShape::Circle { radius } => format!("beam, circle of radius {radius}"),
        BeamShape::Pipe { radius, thickness } => {
            format!("beam, pipe of radius {radius}, thickness {thickness}")
        }
        BeamShape::Rectangle { first, second } => format!("beam, rectangle {first} x {second}"),
        _ => "beam".to_owned(),
    }
}

/// One line for each item, the label before the first.
fn rows<'a, T, D: Display>(
    page: &mut String,
    label: &str,
    items: &'a [T],
    text: impl Fn(&'a T) -> D,
) -> fmt::Result {
    for (place, item) in items.iter().take(SHOWN).enumerate() {
        let label = if place == 0 { label } else { "" };
        // Names and titles come from the file; they must not steer the terminal.
        let item = text(item).to_string().replace(char::is_control, "?");
        writeln!(page, "  {label:<14}{item}")?;
    }
    match items.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(page, "  {:<14}and {more} more", ""),
    }
}
