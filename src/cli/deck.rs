//! From a mesh deck to a model, and how results in a folder keep clear of it.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

use modalsweep::io::inp::{Deck, StepKind, read_deck};
use modalsweep::model::Model;
use serde_json::{Value, json};

use super::Common;
use super::failure::Failure;
use super::figures::{grouped, megabytes};

/// A model and the files that it is from.
pub struct DeckModel {
    pub path: PathBuf,
    /// The deck and what it includes.
    pub files: Vec<PathBuf>,
    pub model: Model,
    /// The first `*FREQUENCY` step.
    pub frequency: Option<FrequencyStep>,
}

/// What a `*FREQUENCY` step says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrequencyStep {
    /// Number of modes asked for.
    pub count: Option<u64>,
    /// Whether it is a `PERTURBATION` after a static step, whose stresses CalculiX adds to the stiffness.
    pub is_preloaded: bool,
}

impl FrequencyStep {
    fn first_of(deck: &Deck) -> Option<Self> {
        let kinds = || deck.steps.iter().map(|step| step.kind);
        let (at, count) = kinds().enumerate().find_map(|(at, kind)| match kind {
            StepKind::Frequency { count } => Some((at, count)),
            _ => None,
        })?;
        let is_preloaded =
            deck.steps[at].is_perturbation && kinds().take(at).any(|kind| kind == StepKind::Static);
        Some(Self { count, is_preloaded })
    }
}

impl DeckModel {
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let mut deck = read_deck(path)?;
        let model = Model::from_deck(&deck)?;
        let frequency = FrequencyStep::first_of(&deck);
        Ok(Self { path: path.to_owned(), files: std::mem::take(&mut deck.files), model, frequency })
    }

    /// Number of elements of each kind, as decks name it.
    pub fn elements(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for block in self.model.blocks() {
            *counts.entry(block.kind.name()).or_insert(0) += block.len();
        }
        counts
    }

    /// Name of the deck without its folder and ending.
    pub fn stem(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.strip_suffix(".inp").unwrap_or(name).to_owned()
    }

    /// What every command says of a deck.
    pub fn as_json(&self) -> Value {
        json!({
            "deck": self.path.display().to_string(),
            "nodes": self.model.node_ids().len(),
            "elements": self.elements(),
            "equations": self.model.equations().count(),
        })
    }

    /// Nodes, elements and equations, one line each, then the notes of the deck.
    pub fn write_page(&self, page: &mut String) -> fmt::Result {
        let kinds: Vec<_> =
            self.elements().iter().map(|(kind, &n)| format!("{} {kind}", grouped(n as u64))).collect();
        let nodes = grouped(self.model.node_ids().len() as u64);
        writeln!(page, "deck        {}: {nodes} nodes, {} elements", self.path.display(), kinds.join(", "))?;
        for note in self.model.notes() {
            writeln!(page, "            {note}")?;
        }
        if self.elements().contains_key("C3D8") {
            writeln!(
                page,
                "            C3D8 as Abaqus has it (mean change of volume); that of CalculiX is stiffer"
            )?;
        }
        writeln!(page, "equations   {}", grouped(self.model.equations().count() as u64))
    }
}

/// No result may take the place of an input.
pub fn check_overwriting<'a>(
    inputs: impl IntoIterator<Item = &'a PathBuf>,
    folder: &Path,
    results: impl IntoIterator<Item = String>,
) -> Result<(), Failure> {
    let results: Vec<PathBuf> =
        results.into_iter().filter_map(|name| folder.join(name).canonicalize().ok()).collect();
    for input in inputs {
        if input.canonicalize().is_ok_and(|path| results.contains(&path)) {
            let message = format!("{}: this input lies where a result would be", input.display());
            return Err(Failure::new(message).with_help("choose another folder with -o"));
        }
    }
    Ok(())
}

/// That there is memory for what comes: `what` needs `bytes`.
pub fn check_memory(common: &Common, what: &str, bytes: u64, help: &str) -> Result<(), Failure> {
    match common.memory.budget() {
        Some(budget) if bytes > budget.remaining() => {
            Err(Failure::new(format!("{what} needs {}, {budget}", megabytes(bytes))).with_help(help))
        }
        _ => Ok(()),
    }
}

/// Adds the entries of one JSON object to another.
pub fn merge(mut object: Value, more: Value) -> Value {
    if let (Value::Object(all), Value::Object(more)) = (&mut object, more) {
        all.extend(more);
    }
    object
}
