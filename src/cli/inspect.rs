//! `modalsweep inspect`.

mod deck;
mod matrix;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use modalsweep::io::{IoErrorKind, Quantity, inp::is_deck};
use serde_json::{Value, json};

use super::failure::{self, Failure};
use super::machine::peak_memory_bytes;
use super::output::say;
use super::{Common, Outcome};

/// How much is looked at.
#[derive(Clone, Copy)]
enum Look {
    Whole,
    Quick,
}

#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Matrix files, or decks (.inp)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Read and check the entries; leave out the factorization that tells definiteness
    #[arg(long)]
    quick: bool,
    /// Of a file with both, look at the mass
    #[arg(long)]
    mass: bool,
}

/// Looks at each file; one that can't be read does not stop the others.
pub fn run(args: &InspectArgs, common: &Common) -> Result<Outcome> {
    let look = if args.quick { Look::Quick } else { Look::Whole };
    let quantity = if args.mass { Quantity::Mass } else { Quantity::Stiffness };
    let mut reports = Vec::new();
    let mut failures = Vec::new();
    for path in &args.files {
        match Report::of(path, quantity, look, common) {
            Ok(report) if common.json => reports.push(report.as_json()),
            Ok(report) => {
                if !common.quiet {
                    let mut page = String::new();
                    report.write_page(&mut page)?;
                    say(&page)?;
                }
                reports.push(Value::Null);
            }
            Err(failure) => {
                reports.push(json!({ "file": path.display().to_string(), "error": failure.message() }));
                failures.push(anyhow::Error::from(failure));
            }
        }
    }
    if common.json && failures.len() < args.files.len() {
        let compute: f64 = reports.iter().filter_map(|r| r["compute_seconds"].as_f64()).sum();
        let read: f64 = reports.iter().filter_map(|r| r["read_seconds"].as_f64()).sum();
        let object = json!({
            "command": "inspect",
            "version": env!("CARGO_PKG_VERSION"),
            "files": reports,
            "read_seconds": read,
            "compute_seconds": compute,
            "peak_memory_bytes": peak_memory_bytes(),
            "threads": rayon::current_num_threads(),
        });
        say(&format!("{object}\n"))?;
    }
    let all_failed = failures.len() == args.files.len();
    let last = if all_failed { failures.pop() } else { None };
    failures.iter().for_each(failure::print);
    match last {
        Some(error) => Err(error),
        None if failures.is_empty() => Ok(Outcome::Done),
        None => Ok(Outcome::SomeFailed),
    }
}

/// What was found in one file.
enum Report {
    Matrix(matrix::Report),
    Deck(deck::Report),
}

impl Report {
    /// Whatever is no matrix may be a deck.
    fn of(path: &Path, quantity: Quantity, look: Look, common: &Common) -> Result<Self, Failure> {
        match matrix::Report::of(path, quantity, look, common) {
            Ok(report) => Ok(Self::Matrix(report)),
            Err(error) if matches!(error.kind, IoErrorKind::UnknownFormat { .. }) && is_deck(path)? => {
                Ok(Self::Deck(deck::Report::of(path)?))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn as_json(&self) -> Value {
        match self {
            Self::Matrix(report) => report.as_json(),
            Self::Deck(report) => report.as_json(),
        }
    }

    fn write_page(&self, page: &mut String) -> fmt::Result {
        match self {
            Self::Matrix(report) => report.write_page(page),
            Self::Deck(report) => report.write_page(page),
        }
    }
}
