//! What `condense` prints: a page for people, or one JSON object.

use std::fmt::{self, Write};
use std::path::Path;

use anyhow::Result;
use modalsweep::condense::{Certificate, Guyan, MassMethod};
use modalsweep::factor::Symbolic;
use serde_json::json;

use super::Common;
use super::comparison::write_comparison;
use super::figures::{grouped, megabytes};
use super::machine::peak_memory_bytes;
use super::model::{Loaded, Model};
use super::output::tell;

/// Where the time went.
#[derive(Default)]
pub struct Seconds {
    pub read: f64,
    pub masters: f64,
    pub certificate: f64,
    pub compare: f64,
    pub compute: f64,
    pub write: f64,
}

/// One condensation, done.
pub struct Run<'a> {
    pub model: &'a Model,
    pub guyan: &'a Guyan,
    pub certificate: &'a Certificate,
    pub warnings: Vec<String>,
    pub seconds: Seconds,
    pub files: Vec<String>,
    pub folder: &'a Path,
}

/// Modes in the printed table.
const TABLE_ROWS: usize = 10;

impl Run<'_> {
    pub fn print(&self, common: &Common) -> Result<()> {
        tell(common, || self.as_json(), |page| self.write_page(page))?;
        for warning in &self.warnings {
            eprintln!("warning: {warning}");
        }
        Ok(())
    }

    fn as_json(&self) -> serde_json::Value {
        let factor = self.guyan.factor();
        let symbolic = factor.symbolic();
        json!({
            "command": "condense",
            "version": env!("CARGO_PKG_VERSION"),
            "equations": self.model.names.size(),
            "masters": self.guyan.partition().masters().len(),
            "slaves": self.guyan.partition().slaves().len(),
            "stiffness_entries": self.model.stiffness.matrix.entries(),
            "mass_entries": self.model.mass.as_ref().map(|mass| mass.matrix.entries()),
            "ordering": symbolic.ordering().to_string(),
            "predicted_flops": symbolic.flops(),
            "factor_entries": symbolic.factor_entries(),
            "factor_bytes": symbolic.factor_bytes(),
            "read_seconds": self.seconds.read,
            "masters_seconds": self.seconds.masters,
            "order_seconds": symbolic.order_seconds(),
            "symbolic_seconds": symbolic.symbolic_seconds(),
            "factor_seconds": factor.factor_seconds(),
            "solve_seconds": self.guyan.solve_seconds(),
            "mass_seconds": self.guyan.mass_seconds(),
            "mass_method": self.guyan.mass_method().map(|method| match method {
                MassMethod::StoredColumns => "stored columns",
                MassMethod::SecondSolve => "second solve",
            }),
            "certificate_seconds": self.seconds.certificate,
            "compare_seconds": self.seconds.compare,
            "compute_seconds": self.seconds.compute,
            "write_seconds": self.seconds.write,
            "peak_memory_bytes": peak_memory_bytes(),
            "threads": rayon::current_num_threads(),
            "frequencies_hz": self.certificate.frequencies_hz,
            "certificate": self.certificate,
            "warnings": self.warnings,
            "output": self.folder.display().to_string(),
            "files": self.files,
        })
    }

    fn write_page(&self, page: &mut String) -> fmt::Result {
        let factor = self.guyan.factor();
        let symbolic = factor.symbolic();
        write_matrix(page, "stiffness", &self.model.stiffness)?;
        if let Some(mass) = &self.model.mass {
            write_matrix(page, "mass", mass)?;
        }
        writeln!(
            page,
            "condensed   {} equations to {} masters, {} slaves",
            self.model.names.size(),
            self.guyan.partition().masters().len(),
            self.guyan.partition().slaves().len()
        )?;
        write_factor(page, symbolic)?;
        let seconds = &self.seconds;
        write!(page, "seconds     read {:.3}", seconds.read)?;
        if seconds.masters > 1e-4 {
            write!(page, ", masters {:.3}", seconds.masters)?;
        }
        write!(page, ", order {:.3}, symbolic {:.3}", symbolic.order_seconds(), symbolic.symbolic_seconds())?;
        write!(page, ", factor {:.3}, columns {:.3}", factor.factor_seconds(), self.guyan.solve_seconds())?;
        if self.model.mass.is_some() {
            write!(page, ", mass {:.3}", self.guyan.mass_seconds())?;
        }
        write!(page, ", certificate {:.3}", seconds.certificate)?;
        if self.certificate.comparison.is_some() {
            write!(page, ", full modes {:.3}", seconds.compare)?;
        }
        writeln!(page, ", write {:.3}", seconds.write)?;
        if let Some(peak) = peak_memory_bytes() {
            writeln!(page, "memory      {} at most", megabytes(peak))?;
        }
        self.write_frequencies(page)?;
        if let Some(comparison) = &self.certificate.comparison {
            write_comparison(page, comparison)?;
        }
        writeln!(page)?;
        for sentence in self.certificate.in_words() {
            writeln!(page, "- {sentence}")?;
        }
        writeln!(page, "\nwritten to {}: {}", self.folder.display(), self.files.join(", "))
    }

    fn write_frequencies(&self, page: &mut String) -> fmt::Result {
        let certificate = self.certificate;
        if certificate.frequencies_hz.is_empty() {
            return Ok(());
        }
        writeln!(page, "\n mode           Hz   too high by (estimate)")?;
        let limit = certificate.first_fixed_interface_hz.unwrap_or(f64::INFINITY);
        let excess = |mode: usize, hz: f64| match certificate.frequency_excess.get(mode) {
            _ if hz == 0.0 => "rigid body".to_string(),
            _ if hz < 0.0 => "unstable".to_string(),
            _ if hz > limit => "above the first fixed-interface mode".to_string(),
            Some(excess) if *excess < 5e-5 => "< 0.01 %".to_string(),
            Some(excess) if excess.is_finite() => format!("{:.2} %", 100.0 * excess),
            _ => String::new(),
        };
        for (mode, hz) in certificate.frequencies_hz.iter().take(TABLE_ROWS).enumerate() {
            writeln!(page, "{:5} {hz:12.4}   {}", mode + 1, excess(mode, *hz))?;
        }
        let more = certificate.frequencies_hz.len().saturating_sub(TABLE_ROWS);
        if more > 0 || certificate.infinite_frequencies > 0 {
            writeln!(page, "      and {more} more; {} infinite", certificate.infinite_frequencies)?;
        }
        Ok(())
    }
}

/// Size, entries and notes of one file.
pub fn write_matrix(page: &mut String, name: &str, loaded: &Loaded) -> fmt::Result {
    writeln!(
        page,
        "{name:11} {} equations, {} entries, {} triangle(s)",
        loaded.matrix.size(),
        grouped(loaded.report.entries_read as u64),
        loaded.report.triangles
    )?;
    for note in &loaded.notes {
        writeln!(page, "            {note}")?;
    }
    Ok(())
}

/// The line on the factor that a plan leads to.
pub fn write_factor(page: &mut String, symbolic: &Symbolic) -> fmt::Result {
    writeln!(
        page,
        "factor      {}, {} entries ({}), {:.2e} flops",
        symbolic.ordering(),
        grouped(symbolic.factor_entries()),
        megabytes(symbolic.factor_bytes()),
        symbolic.flops()
    )
}
