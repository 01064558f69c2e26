//! What `assemble` prints: a page for people, or one JSON object.

use std::fmt::{self, Write};

use anyhow::Result;
use modalsweep::matrix::AffineSum;
use modalsweep::model::AffineModel;
use serde_json::{Value, json};

use super::super::Common;
use super::super::deck::{DeckModel, merge};
use super::super::figures::{counted, grouped, megabytes};
use super::super::machine::peak_memory_bytes;
use super::super::output::tell;
use super::{AssembleArgs, Assembled, MassChoice, affine};

/// Where the time went.
pub struct Seconds {
    pub read: f64,
    pub compute: f64,
    pub write: f64,
}

/// An assembly, done.
pub struct Report<'a> {
    pub args: &'a AssembleArgs,
    pub deck: &'a DeckModel,
    pub assembled: &'a Assembled,
    pub seconds: Seconds,
    pub files: Vec<String>,
}

impl Report<'_> {
    pub fn print(&self, common: &Common) -> Result<()> {
        tell(common, || self.as_json(), |page| self.write_page(page))?;
        for warning in &self.assembled.warnings {
            eprintln!("warning: {warning}");
        }
        Ok(())
    }

    fn as_json(&self) -> Value {
        let (assembled, seconds) = (self.assembled, &self.seconds);
        let notes = self.deck.model.notes().iter().chain(&assembled.warnings);
        let own = json!({
            "command": "assemble",
            "version": env!("CARGO_PKG_VERSION"),
            "stiffness_entries": assembled.stiffness.entries(),
            "mass_entries": assembled.mass.as_ref().map(|mass| mass.entries()),
            "mass_scheme": assembled.mass.as_ref().map(|_| self.args.mass_choice().name()),
            "total_mass": assembled.inertia.map(|inertia| inertia.mass),
            "centre_of_mass": assembled.inertia.and_then(|inertia| inertia.centre),
            "parameters": assembled.affine.as_ref().map(|terms| affine::parameters(self.args, terms)),
            "stiffness_terms": assembled.affine.as_ref().map(|terms| terms.stiffness.term_count()),
            "mass_terms": assembled.affine.as_ref().map(mass_terms),
            "read_seconds": seconds.read,
            "assemble_seconds": seconds.compute,
            "compute_seconds": seconds.compute,
            "write_seconds": seconds.write,
            "peak_memory_bytes": peak_memory_bytes(),
            "threads": rayon::current_num_threads(),
            "warnings": notes.collect::<Vec<_>>(),
            "output": self.args.output.display().to_string(),
            "files": self.files,
        });
        merge(self.deck.as_json(), own)
    }

    fn write_page(&self, page: &mut String) -> fmt::Result {
        let (assembled, seconds) = (self.assembled, &self.seconds);
        self.deck.write_page(page)?;
        writeln!(
            page,
            "stiffness   {} entries (one triangle)",
            grouped(assembled.stiffness.entries() as u64)
        )?;
        if let Some(mass) = &assembled.mass {
            let scheme = self.args.mass_choice().name();
            let entries = grouped(mass.entries() as u64);
            writeln!(
                page,
                "mass        {entries} entries, {scheme}{}",
                other_schemes(self.deck, self.args.mass)
            )?;
        }
        if let Some(inertia) = assembled.inertia {
            write!(page, "total mass  {:.6e}", inertia.mass)?;
            match inertia.centre {
                Some([x, y, z]) => writeln!(page, ", centre at ({x:.6}, {y:.6}, {z:.6})")?,
                None => writeln!(page)?,
            }
        }
        if let Some(terms) = &assembled.affine {
            for (parameter, nominal) in self.args.parameter.iter().zip(&terms.nominal) {
                let value = nominal.map_or("not the same everywhere".into(), |value| format!("{value:e}"));
                writeln!(page, "parameter   {parameter}, in the deck {value}")?;
            }
            let (k, m) = (terms.stiffness.term_count(), mass_terms(terms));
            writeln!(page, "terms       {k} of K and {m} of M beside the constants")?;
        }
        writeln!(
            page,
            "seconds     read {:.3}, assemble {:.3}, write {:.3}; {}",
            seconds.read,
            seconds.compute,
            seconds.write,
            counted(rayon::current_num_threads(), "thread")
        )?;
        if let Some(peak) = peak_memory_bytes() {
            writeln!(page, "memory      {} at most", megabytes(peak))?;
        }
        let folder = self.args.output.display();
        writeln!(page, "\nwritten to {folder}: {}", self.files.join(", "))
    }
}

/// Where another program would have another mass, unless the scheme was chosen.
pub fn other_schemes(deck: &DeckModel, chosen: Option<MassChoice>) -> String {
    if chosen.is_some() {
        return String::new();
    }
    let kinds = deck.elements();
    let own = |others: &[&'static str]| -> Vec<_> {
        others.iter().copied().filter(|kind| kinds.contains_key(kind)).collect()
    };
    let (lumped, fewer_points) = (own(&["T3D2", "C3D4", "C3D8"]), own(&["C3D4", "C3D10", "C3D20R"]));
    let mut text = String::new();
    if !lumped.is_empty() {
        text += &format!("; Abaqus lumps {} (--mass abaqus)", lumped.join(", "));
    }
    if !fewer_points.is_empty() {
        let kinds = fewer_points.join(", ");
        text += &format!("; CalculiX takes fewer points for {kinds} (--mass calculix)");
    }
    text
}

/// Number of terms of M beside the constant.
fn mass_terms(terms: &AffineModel) -> usize {
    terms.mass.as_ref().map_or(0, AffineSum::term_count)
}
