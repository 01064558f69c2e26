//! `modalsweep eig`.

mod plan;
mod report;
mod results;
mod run;

use std::ffi::OsStr;
use std::path::{Path, PathBuf, is_separator};
use std::str::FromStr;
use std::time::Instant;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{ArgGroup, Args, CommandFactory, ValueEnum};
use modalsweep::eigen::random::Family;
use modalsweep::eigen::{EigenError, InstructionSet, Operand};

use super::failure::Failure;
use super::{Cli, Common, Outcome};
use plan::Plan;

#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("matrices").required(true).args(["file", "random"])),
    after_help = "\
The result is count x n: general eigenvalues are complex, of descending magnitude; symmetric ones real and \
ascending; with --mass they are omega^2, ascending, motions without mass last as infinity, with columns of zeros in \
OUT.vectors.npy. Pairs come from files: --random makes single matrices.

Matrices that fail do not stop the others: their rows are NaN, the JSON object has their indices, and the exit status \
is 3, also where all of several fail. Where there is one matrix and it fails, nothing is written, and the exit status \
is 1. In the JSON matrices count from 0, as in NumPy; in messages from 1."
)]
pub struct EigArgs {
    /// Stack of matrices, .npy, count x n x n (or one, n x n)
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Random matrices instead of a file, such as 80x200
    #[arg(long, value_name = "COUNTxN")]
    random: Option<RandomShape>,
    /// Seed of the random matrices; default 0
    #[arg(long, value_name = "S", conflicts_with = "file")]
    seed: Option<u64>,
    /// Random family: uniform, ginibre, goe, wishart, chain; default ginibre, symmetric goe
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    family: Option<Family>,
    /// Kind of the matrices; default general, with --mass symmetric
    #[arg(long, value_enum)]
    kind: Option<KindChoice>,
    /// Mass matrices M of K x = lambda M x, a stack like FILE, or one matrix for all
    #[arg(long, value_name = "FILE", conflicts_with = "random")]
    mass: Option<PathBuf>,
    /// Eigenvalues, .npy, in a folder that is made where it is missing; without it only the summary is given. An
    /// OUT.vectors.npy of an earlier run goes away
    #[arg(short, long, value_name = "OUT.npy")]
    output: Option<PathBuf>,
    /// Write the sorted |lambda| instead, largest first
    #[arg(long, requires = "output")]
    magnitudes: bool,
    /// Also write the eigenvectors of symmetric matrices (with --mass: mode shapes) as columns, count x n x n, to
    /// OUT.vectors.npy
    #[arg(long, requires = "output", conflicts_with = "magnitudes")]
    vectors: bool,
    /// Matrices that are read and solved together; default by size and threads
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    chunk: Option<u64>,
    /// Vector instructions: plain, neon, avx2 or avx512; default the widest of this machine
    #[arg(long, value_name = "SET")]
    instructions: Option<InstructionSet>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindChoice {
    /// Any real matrices; complex eigenvalues
    General,
    /// Real eigenvalues
    Symmetric,
}

/// What is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    General,
    Symmetric,
    Pair,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Symmetric => "symmetric",
            Self::Pair => "pair",
        }
    }
}

/// The value of `--random`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RandomShape {
    count: usize,
    size: usize,
}

impl FromStr for RandomShape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once(['x', 'X']).map(|(count, size)| (count.parse(), size.parse()));
        match numbers {
            Some((Ok(count), Ok(size @ 1..=1_000_000))) => Ok(Self { count, size }),
            _ => Err(format!("`{text}` is not COUNTxN, such as 80x200 for 80 matrices of 200 x 200")),
        }
    }
}

impl EigArgs {
    /// What is solved, after what the options say about each other.
    fn kind(&self) -> Kind {
        let kind = match (self.kind, &self.mass) {
            (Some(KindChoice::General), Some(_)) => {
                wrong_usage("--mass needs symmetric matrices, not --kind general")
            }
            (_, Some(_)) => Kind::Pair,
            (Some(KindChoice::Symmetric), None) => Kind::Symmetric,
            (_, None) => Kind::General,
        };
        if self.vectors && kind == Kind::General {
            wrong_usage("--vectors needs symmetric matrices: --kind symmetric, or --mass");
        }
        if let Some(family) = self.family.filter(|family| kind != Kind::General && !family.is_symmetric()) {
            wrong_usage(&format!("--family {family} is not symmetric"));
        }
        kind
    }

    fn random_family(&self, kind: Kind) -> Family {
        self.family.unwrap_or(match kind {
            Kind::General => Family::Ginibre,
            Kind::Symmetric | Kind::Pair => Family::Goe,
        })
    }

    /// Where the eigenvectors go, if they are wanted.
    fn vectors_path(&self) -> Option<PathBuf> {
        self.beside_output().filter(|_| self.vectors)
    }

    /// Eigenvectors of an earlier run, which would not belong to these eigenvalues.
    fn outdated_vectors(&self) -> Option<PathBuf> {
        let path = self.beside_output().filter(|_| !self.vectors)?;
        // Without eigenvalues beside them they are not ours.
        let is_ours = path.is_file() && self.output.as_ref().is_some_and(|output| output.is_file());
        (is_ours && self.input_at(&path).is_none()).then_some(path)
    }

    /// `OUT.vectors.npy` beside `OUT.npy`.
    fn beside_output(&self) -> Option<PathBuf> {
        let path = self.output.as_deref()?;
        let mut name = match path.extension() {
            Some(extension) if extension == "npy" => path.file_stem()?.to_owned(),
            _ => path.file_name()?.to_owned(),
        };
        name.push(OsStr::new(".vectors.npy"));
        Some(path.with_file_name(name))
    }

    /// The input that lies at this path.
    fn input_at(&self, path: &Path) -> Option<&Path> {
        let path = path.canonicalize().ok()?;
        let inputs = [&self.file, &self.mass].into_iter().flatten();
        inputs.map(PathBuf::as_path).find(|input| input.canonicalize().is_ok_and(|input| input == path))
    }

    /// That results have a name each, and that none takes the place of an input.
    fn check_output(&self) -> Result<(), Failure> {
        let Some(output) = &self.output else { return Ok(()) };
        if output.as_os_str().as_encoded_bytes().last().is_some_and(|&byte| is_separator(byte.into())) {
            let help = format!("name a file in it, such as {}", output.join("eigenvalues.npy").display());
            let message = format!("{}: cannot write: it is a folder, not a file", output.display());
            return Err(Failure::new(message).with_help(help));
        }
        for path in [Some(output.clone()), self.vectors_path()].into_iter().flatten() {
            if let Some(input) = self.input_at(&path) {
                let message = format!("{}: this input lies where a result would be", input.display());
                return Err(Failure::new(message).with_help("choose another file with -o"));
            }
        }
        Ok(())
    }

    /// The file that a failure belongs to, if there is one.
    fn file_at_fault(&self, reason: &EigenError) -> Option<&Path> {
        match reason.operand() {
            Some(Operand::Mass) => self.mass.as_deref(),
            _ => self.file.as_deref(),
        }
    }
}

/// Says what is wrong as the parser of the options does, and ends the program with exit status 2.
fn wrong_usage(message: &str) -> ! {
    let mut program = Cli::command();
    program.build();
    let command = program.find_subcommand_mut("eig").expect("this command");
    command.error(ErrorKind::ArgumentConflict, message).exit()
}

/// Reads, solves and writes piece by piece, then prints.
pub fn run(args: &EigArgs, common: &Common) -> Result<Outcome> {
    let started = Instant::now();
    let kind = args.kind();
    args.check_output()?;
    let (plan, inputs) = Plan::new(args, common, kind)?;
    let done = run::solve(args, common, &plan, inputs)?;
    let total_seconds = started.elapsed().as_secs_f64();
    report::Report { args, plan: &plan, done: &done, total_seconds }.print(common)?;
    Ok(if done.summary.failed.is_empty() { Outcome::Done } else { Outcome::SomeFailed })
}
