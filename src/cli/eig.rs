//! `modalsweep eig`.

mod plan;
mod report;
mod results;
mod run;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueEnum};
use modalsweep::eigen::InstructionSet;
use modalsweep::eigen::random::Family;

use super::failure::Failure;
use super::{Cli, Common, Outcome};
use plan::Plan;

#[derive(Debug, Args)]
#[command(after_help = "\
The result is count x n: general eigenvalues are complex, of descending magnitude; symmetric ones real and \
ascending; with --mass they are omega^2, ascending, motions without mass last as infinity. The rows of matrices \
that fail are NaN. In the JSON matrices count from 0, as in NumPy; in messages from 1.")]
pub struct EigArgs {
    /// Stack of matrices, .npy, count x n x n (or one, n x n)
    #[arg(value_name = "FILE", required_unless_present = "random", conflicts_with = "random")]
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
    /// Eigenvalues, .npy; without it only the summary is given
    #[arg(short, long, value_name = "OUT.npy")]
    output: Option<PathBuf>,
    /// Write the sorted |lambda| instead, largest first
    #[arg(long)]
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
pub enum KindChoice {
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

    /// Where the eigenvectors go: `OUT.vectors.npy` beside `OUT.npy`.
    fn vectors_path(&self) -> Option<PathBuf> {
        let path = self.output.as_deref().filter(|_| self.vectors)?;
        let mut name = match path.extension() {
            Some(extension) if extension == "npy" => path.file_stem()?.to_owned(),
            _ => path.file_name()?.to_owned(),
        };
        name.push(OsStr::new(".vectors.npy"));
        Some(path.with_file_name(name))
    }

    /// No result may take the place of an input.
    fn check_overwriting(&self) -> Result<(), Failure> {
        let results: Vec<PathBuf> = [self.output.clone(), self.vectors_path()]
            .into_iter()
            .flatten()
            .filter_map(|path| path.canonicalize().ok())
            .collect();
        for input in [&self.file, &self.mass].into_iter().flatten() {
            if input.canonicalize().is_ok_and(|path| results.contains(&path)) {
                return Err(Failure::new(format!(
                    "{}: this input lies where a result would be",
                    input.display()
                ))
                .with_help("choose another file with -o"));
            }
        }
        Ok(())
    }
}

/// Says what is wrong as the parser of the options does, and ends the program with exit status 2.
fn wrong_usage(message: &str) -> ! {
    Cli::command().error(ErrorKind::ArgumentConflict, message).exit()
}

/// Reads, solves and writes piece by piece, then prints.
pub fn run(args: &EigArgs, common: &Common) -> Result<Outcome> {
    let started = Instant::now();
    let kind = args.kind();
    args.check_overwriting()?;
    let (plan, inputs) = Plan::new(args, common, kind)?;
    let done = run::solve(args, common, &plan, inputs)?;
    let total_seconds = started.elapsed().as_secs_f64();
    report::Report { plan: &plan, done: &done, total_seconds }.print(common)?;
    Ok(if done.summary.failed == 0 { Outcome::Done } else { Outcome::SomeFailed })
}
