//! `modalsweep bench eig`.

use std::fmt::{self, Write};
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};
use modalsweep::eigen::random::{Family, chain_pairs, stack};
use modalsweep::eigen::stream::{Footprint, StreamOptions};
use modalsweep::eigen::{
    BatchOptions, EigenError, GeneralSolver, InstructionSet, PairSolver, Spectra, SymmetricSolver, Vectors,
};
use modalsweep::parallel::{Progress, with_threads};
use ndarray::Array3;
use serde_json::json;

use super::super::failure::Failure;
use super::super::figures::megabytes;
use super::super::machine::peak_memory_bytes;
use super::super::output::say;
use super::super::progress::Display;
use super::super::{Common, Outcome};
use super::median;

/// Count and size of the matrices.
const CASES: [(usize, usize); 3] = [(20, 100), (80, 200), (100, 300)];

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BenchKind {
    /// Real matrices; complex eigenvalues
    General,
    /// Real eigenvalues
    Symmetric,
    /// Stiffness and mass of chains
    Pair,
}

#[derive(Debug, Args)]
pub struct BenchEigArgs {
    /// Kind of the matrices
    #[arg(long, value_enum, default_value_t = BenchKind::General)]
    kind: BenchKind,
    /// Rounds; the table gives the median
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Vector instructions: plain, neon, avx2 or avx512; default the widest of this machine
    #[arg(long, value_name = "SET")]
    instructions: Option<InstructionSet>,
}

/// What one case took.
struct Measured {
    count: usize,
    size: usize,
    sequential_seconds: f64,
    parallel_seconds: f64,
}

impl Measured {
    fn speed_up(&self) -> f64 {
        self.sequential_seconds / self.parallel_seconds
    }

    fn milliseconds_each(&self, seconds: f64) -> f64 {
        1000.0 * seconds / self.count as f64
    }
}

/// Measures all cases; inputs are made before the clock starts.
pub fn run(args: &BenchEigArgs, common: &Common) -> Result<Outcome> {
    let mut options = BatchOptions::default();
    if let Some(set) = args.instructions {
        options = options.with_instruction_set(set);
    }
    check_memory(args.kind, &options, common)?;
    let display = Display::new(common.quiet);
    display.begin("cases", CASES.len() as u64);
    let mut table = Vec::new();
    for (count, size) in CASES {
        table.push(measure(args, &options, count, size)?);
        display.advance(1);
    }
    display.end();
    print(args, common, &options, &table)?;
    Ok(Outcome::Done)
}

/// That the largest case has room: its matrices, and both solvers with their results.
fn check_memory(kind: BenchKind, options: &BatchOptions, common: &Common) -> Result<(), Failure> {
    let Some(budget) = common.memory.budget() else { return Ok(()) };
    let mut whole = StreamOptions::default();
    whole.read_ahead = 0;
    for (count, size) in CASES {
        let footprint = Footprint {
            size,
            count,
            matrices: if kind == BenchKind::Pair { 2 } else { 1 },
            shared_masses: 0,
            vectors: 0,
            lanes: options.instruction_set.lanes(),
            threads: rayon::current_num_threads(),
            solvers: 1,
        };
        let bytes =
            |threads: usize| Footprint { threads, ..footprint }.bytes(count, &whole).saturating_mul(2);
        let needed = bytes(footprint.threads);
        if needed > budget.remaining() {
            let needed = megabytes(needed);
            let message = format!("{count} matrices of {size} x {size} need {needed}, {budget}");
            let help = match bytes(1) {
                fewer if fewer <= budget.remaining() => "take fewer --threads, or raise --memory",
                _ => "raise --memory",
            };
            return Err(Failure::new(message).with_help(help));
        }
    }
    Ok(())
}

/// Sequential and parallel rounds take turns, so that a slow spell of the machine meets both.
fn measure(
    args: &BenchEigArgs,
    options: &BatchOptions,
    count: usize,
    size: usize,
) -> Result<Measured, Failure> {
    let matrices = match args.kind {
        BenchKind::General => (stack(Family::Ginibre, count, size, 0), None),
        BenchKind::Symmetric => (stack(Family::Goe, count, size, 0), None),
        BenchKind::Pair => {
            let (stiffness, mass) = chain_pairs(count, size, 0);
            (stiffness, Some(mass))
        }
    };
    let mut alone = Solver::new(args.kind, options)?;
    let mut together = Solver::new(args.kind, options)?;
    let mut sequential = || {
        with_threads(1, || alone.seconds(&matrices))
            .map_err(|error| Failure::new(format!("can't start a thread: {error}")))?
    };
    let (mut ones, mut alls) = (Vec::new(), Vec::new());
    // The first round fetches memory, and is not counted.
    for round in 0..=args.rounds {
        let (one, all) = (sequential()?, together.seconds(&matrices)?);
        if round > 0 {
            ones.push(one);
            alls.push(all);
        }
    }
    Ok(Measured { count, size, sequential_seconds: median(ones), parallel_seconds: median(alls) })
}

/// Matrices, and masses where they are pairs.
type Problems = (Array3<f64>, Option<Array3<f64>>);

/// The solver of each kind with its results.
enum Solver {
    General(GeneralSolver, Spectra<faer::c64>),
    Symmetric(SymmetricSolver, Spectra<f64>),
    Pair(Box<PairSolver>, Spectra<f64>),
}

impl Solver {
    fn new(kind: BenchKind, options: &BatchOptions) -> Result<Self, EigenError> {
        Ok(match kind {
            BenchKind::General => Self::General(GeneralSolver::new(options.clone())?, Spectra::new()),
            BenchKind::Symmetric => Self::Symmetric(SymmetricSolver::new(options.clone())?, Spectra::new()),
            BenchKind::Pair => {
                Self::Pair(PairSolver::new(options.clone(), Vectors::None)?.into(), Spectra::new())
            }
        })
    }

    /// Seconds for all matrices on the current pool; all must have a result.
    fn seconds(&mut self, (matrices, masses): &Problems) -> Result<f64, Failure> {
        let started = Instant::now();
        match self {
            Self::General(solver, spectra) => solver.solve(matrices, spectra),
            Self::Symmetric(solver, spectra) => solver.solve(matrices, spectra),
            Self::Pair(solver, spectra) => {
                let masses = masses.as_ref().expect("made for pairs");
                solver.solve(matrices, masses, spectra)?;
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        let failure = match self {
            Self::General(_, spectra) => spectra.failures().next(),
            Self::Symmetric(_, spectra) | Self::Pair(_, spectra) => spectra.failures().next(),
        };
        match failure {
            Some((index, reason)) => Err(Failure::from(reason).in_front(format!("matrix {}", index + 1))),
            None => Ok(seconds),
        }
    }
}

fn print(args: &BenchEigArgs, common: &Common, options: &BatchOptions, table: &[Measured]) -> Result<()> {
    let kind = match args.kind {
        BenchKind::General => "general",
        BenchKind::Symmetric => "symmetric",
        BenchKind::Pair => "pair",
    };
    let set = options.instruction_set;
    let threads = rayon::current_num_threads();
    if common.json {
        let cases = table.iter().map(|case| {
            json!({
                "count": case.count,
                "size": case.size,
                "sequential_seconds": case.sequential_seconds,
                "parallel_seconds": case.parallel_seconds,
                "speed_up": case.speed_up(),
                "sequential_milliseconds_each": case.milliseconds_each(case.sequential_seconds),
                "parallel_milliseconds_each": case.milliseconds_each(case.parallel_seconds),
            })
        });
        let compute: f64 = table.iter().map(|case| case.sequential_seconds + case.parallel_seconds).sum();
        let object = json!({
            "command": "bench eig",
            "version": env!("CARGO_PKG_VERSION"),
            "kind": kind,
            "rounds": args.rounds,
            "cases": cases.collect::<Vec<_>>(),
            "compute_seconds": compute,
            "threads": threads,
            "instruction_set": options.instruction_set.name(),
            "peak_memory_bytes": peak_memory_bytes(),
        });
        say(&format!("{object}\n"))?;
    } else if !common.quiet {
        let things = if args.kind == BenchKind::Pair { "s" } else { " matrices" };
        let mut page = format!("{kind}{things}, {set}, median of {} round(s)\n\n", args.rounds);
        write_table(&mut page, threads, table)?;
        say(&page)?;
    }
    Ok(())
}

fn write_table(page: &mut String, threads: usize, table: &[Measured]) -> fmt::Result {
    let together = format!("{threads} thread(s)");
    writeln!(
        page,
        "matrices        size  1 thread, s  {together:>12}, s  speed-up  ms each, 1 thread  ms each, all"
    )?;
    for case in table {
        writeln!(
            page,
            "{:8}  {:>10}  {:11.4}  {:15.4}  {:8.2}  {:17.3}  {:12.3}",
            case.count,
            format!("{0} x {0}", case.size),
            case.sequential_seconds,
            case.parallel_seconds,
            case.speed_up(),
            case.milliseconds_each(case.sequential_seconds),
            case.milliseconds_each(case.parallel_seconds)
        )?;
    }
    Ok(())
}
