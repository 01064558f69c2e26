//! One file per subcommand; the common options, exit codes and how errors look are here.

mod assemble;
mod bench;
mod comparison;
mod condense;
mod deck;
mod eig;
mod failure;
mod figures;
mod inspect;
mod machine;
mod masters;
mod model;
mod modes;
mod ordering;
mod output;
mod progress;
mod stress;
mod summary;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use failure::Failure;

/// From a finite-element model to reduced models, natural frequencies and stresses, on all cores, with a
/// certificate that says how far to trust each number.
#[derive(Debug, Parser)]
#[command(name = "modalsweep", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of all commands")]
struct Common {
    /// Threads to use, at most 1024; 0: one per core
    #[arg(long, global = true, value_name = "N", default_value_t = 0, value_parser = threads)]
    threads: usize,
    /// Print one JSON object on standard output, and nothing else there
    #[arg(long, global = true)]
    json: bool,
    /// No progress, no summary
    #[arg(long, global = true)]
    quiet: bool,
    /// Most memory to use, such as 8G, 500M or 60% of what is free
    #[arg(long, global = true, value_name = "SIZE", default_value = "80%")]
    memory: machine::MemoryLimit,
}

/// The value of `--threads`.
fn threads(text: &str) -> Result<usize, String> {
    const MOST: usize = 1024;
    let number = text.parse().ok().filter(|&threads| threads <= MOST);
    number.ok_or_else(|| format!("`{text}` is not a number from 0 to {MOST}"))
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Guyan condensation of K and M to a few masters
    Condense(condense::CondenseArgs),
    /// Stiffness and mass matrix of a mesh deck, and their parts by parameters
    Assemble(assemble::AssembleArgs),
    /// Static solution and stresses of a mesh deck, or stresses of given displacements
    Stress(stress::StressArgs),
    /// Lowest natural frequencies and mode shapes of K and M or a mesh deck, and proof that none is missing
    Modes(modes::ModesArgs),
    /// Eigenvalues of many dense matrices
    Eig(eig::EigArgs),
    /// What is this file: size, entries, symmetry, definiteness, suspicious DOFs
    Inspect(inspect::InspectArgs),
    /// Sequential against parallel on this machine, as a table
    Bench(bench::BenchArgs),
}

/// How a command that did not fail ended.
enum Outcome {
    Done,
    SomeFailed,
}

/// Parses the command line, runs the command, and says how it went.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(&cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::from(3),
        Err(error) => {
            failure::print(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: &Cli) -> Result<Outcome> {
    let work = || match &cli.command {
        Command::Condense(args) => condense::run(args, &cli.common),
        Command::Assemble(args) => assemble::run(args, &cli.common),
        Command::Stress(args) => stress::run(args, &cli.common),
        Command::Modes(args) => modes::run(args, &cli.common),
        Command::Eig(args) => eig::run(args, &cli.common),
        Command::Bench(args) => bench::run(args, &cli.common),
        Command::Inspect(args) => inspect::run(args, &cli.common),
    };
    modalsweep::parallel::with_threads(cli.common.threads, work)
        .map_err(|error| Failure::new(format!("can't start {} threads: {error}", cli.common.threads)))?
}
