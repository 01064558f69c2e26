//! `modalsweep modes`.

mod goal;
mod masses;
mod pair;
mod report;
mod vtu;
mod words;
mod write;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::{ArgGroup, Args};
use modalsweep::modes::{Modes, ModesError, ModesOptions, ModesPlan, PlanOptions, RigidModes};
use modalsweep::parallel::Progress;

use super::deck::check_memory;
use super::failure::Failure;
use super::ordering::OrderingChoice;
use super::output::{OutputFolder, OutputFormat};
use super::progress::Display;
use super::stress::timed;
use super::{Common, Outcome};
use goal::{Band, Goal};
use masses::Masses;
use pair::Pair;

#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("pair").required(true).args(["deck", "stiffness"])),
    after_help = "\
Examples:
  modalsweep modes -k bracket.sti -m bracket.mas -n 20 -o modes
  modalsweep modes bracket.inp --mass calculix -o modes
  modalsweep modes -k K.mtx -m M.mtx --band 100:2000 -o modes
  modalsweep modes satellite.inp -n 30 --elastic -o modes

Written to DIR: frequencies.npy (count, in Hz), shapes.npy (equations x count, phi' M phi = 1, rows in the order of K), \
dofs.txt (node.component of each row, where names are known), modes.json (the record: residual of each mode, counts, \
proof) and, of a deck, modes.vtu (the mesh with one field of displacements for each mode). `stress DECK.inp -u \
DIR/shapes.npy --kind modes` finds the stresses of the modes.

Every run counts the eigenvalues below its last mode, or in its band, by the signs of the pivots of K - sigma M (Sturm \
count), and says whether as many were found. Where modes are missing, what converged is written, standard error names the \
interval, and the exit status is 3; so it is where the residual of a listed mode is too large. Rigid-body modes are \
listed first with frequency 0 unless --elastic leaves them out; those of a structure that no support holds are found \
without a shift being given."
)]
pub struct ModesArgs {
    /// Mesh deck of Abaqus or CalculiX, .inp or .inp.gz, instead of -k and -m
    #[arg(value_name = "DECK.inp", conflicts_with_all = ["dofs", "nodes"])]
    deck: Option<PathBuf>,
    /// Stiffness matrix: Matrix Market, CalculiX .sti, Abaqus .mtx, Harwell-Boeing, .npz or .npy
    #[arg(short = 'k', long, value_name = "FILE", requires = "mass")]
    stiffness: Option<PathBuf>,
    /// Mass matrix, in any of these formats; with a deck how it is made: consistent (default), calculix, lumped or abaqus
    #[arg(short, long, value_name = "FILE|SCHEME")]
    mass: Option<PathBuf>,
    /// Names of the equations, one node.component a line; default: the .dof file beside K
    #[arg(long, value_name = "FILE")]
    dofs: Option<PathBuf>,
    /// Coordinates for the moments of inertia of the modes: a table `node x y z` or a deck with *NODE
    #[arg(long, value_name = "FILE")]
    nodes: Option<PathBuf>,
    /// Number of modes, from the lowest; default: what *FREQUENCY of the deck says, else 10
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = count, allow_negative_numbers = true)]
    count: Option<u32>,
    /// All modes between two frequencies in Hz, both included; a band from 0 includes rigid-body modes
    #[arg(long, value_name = "LO:HI", conflicts_with_all = ["count", "shift"], allow_hyphen_values = true)]
    band: Option<Band>,
    /// Positive: the COUNT modes nearest to this frequency in Hz, by the distance of f^2. Zero or negative: shift of the
    /// factorization for the lowest modes, in Hz; default: zero, or chosen where K is singular
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = hertz)]
    shift: Option<f64>,
    /// Leave rigid-body modes out of the list: COUNT is of elastic modes
    #[arg(long)]
    elastic: bool,
    /// Residual ||K phi - lambda M phi|| / (lambda ||M phi||) at which a mode counts as converged
    #[arg(long, value_name = "RATIO", default_value = "1e-8", value_parser = tolerance)]
    tolerance: f64,
    /// Block steps after which modes that have not converged are given up
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    most_steps: u32,
    /// Order of elimination
    #[arg(long, value_enum, default_value_t = OrderingChoice::Auto)]
    ordering: OrderingChoice,
    /// Folder for frequencies, shapes and modes.json
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Format of the written matrices
    #[arg(long, value_enum, default_value_t = OutputFormat::Npy)]
    format: OutputFormat,
}

fn count(text: &str) -> Result<u32, String> {
    let count = text.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| format!("a number of modes is a whole number from 1 to {}", u32::MAX))
}

/// What is no finite number is refused later, by name.
fn hertz(text: &str) -> Result<f64, String> {
    text.trim().parse().map_err(|_| "a frequency is a number of Hz, such as 250 or -10".into())
}

fn tolerance(text: &str) -> Result<f64, String> {
    let tolerance = text.parse().ok().filter(|tolerance: &f64| (f64::EPSILON..1.0).contains(tolerance));
    tolerance.ok_or_else(|| "a tolerance is a number from 2.3e-16 to 1, such as 1e-8".into())
}

/// Where the time went.
#[derive(Default)]
struct Seconds {
    read: f64,
    assemble: f64,
    compute: f64,
    write: f64,
}

/// What was found, and how.
struct Found {
    plan: ModesPlan,
    modes: Modes,
    goal: Goal,
    masses: Masses,
}

/// Reads, solves, writes, prints.
pub fn run(args: &ModesArgs, common: &Common) -> Result<Outcome> {
    let started = Instant::now();
    Goal::check(args)?;
    let folder = OutputFolder::open(&args.output)?;
    let mut seconds = Seconds::default();
    let display = Display::new(common.quiet);
    let pair = Pair::load(args, common, &mut seconds.assemble, &display)?;
    seconds.read = started.elapsed().as_secs_f64() - seconds.assemble;

    seconds.compute = seconds.assemble;
    let found = timed(&mut seconds.compute, || find(args, common, &pair, &display))?;
    let files = timed(&mut seconds.write, || write::write(args, &pair, &found, folder))?;
    report::Report { args, pair: &pair, found: &found, seconds, files }.print(common)?;
    let is_sound = words::doubts(&found.modes, args.tolerance).is_empty();
    Ok(if is_sound { Outcome::Done } else { Outcome::SomeFailed })
}

/// Plans and computes.
fn find(args: &ModesArgs, common: &Common, pair: &Pair, progress: &dyn Progress) -> Result<Found, Failure> {
    let nodes = pair.names().node_groups();
    let mut planned = PlanOptions::default();
    planned.ordering = args.ordering.into();
    planned.nodes = nodes.as_deref();
    planned.memory_limit = common.memory.remaining();
    let failure = |error| in_pair(args, error, common, pair);
    let plan = ModesPlan::new(pair.stiffness(), pair.mass(), &planned).map_err(failure)?;

    let mut goal = Goal::new(args, pair);
    let mut options = ModesOptions::default();
    options.shift_hz = goal.shift_hz;
    options.tolerance = args.tolerance;
    options.most_steps = args.most_steps as usize;
    options.rigid = if args.elastic { RigidModes::Remove } else { RigidModes::List };
    options.memory_limit = common.memory.remaining();
    let solve = |goal: &Goal| plan.modes(pair.stiffness(), pair.mass(), goal.wanted, &options, progress);
    let modes = match solve(&goal) {
        // Nobody asked for more than there are.
        Err(ModesError::TooMany { exist, .. }) if goal.take_fewer(exist) => solve(&goal),
        result => result,
    };
    let modes = modes.map_err(failure)?;
    Ok(Found { masses: Masses::of(pair, &modes)?, modes, plan, goal })
}

/// An error with the file that it belongs to, and with the limit as it was given.
fn in_pair(args: &ModesArgs, error: ModesError, common: &Common, pair: &Pair) -> Failure {
    let failure = Failure::in_modes(&error, pair.names());
    if let ModesError::MemoryLimit { needed, .. } = error {
        let help = error.help().unwrap_or_default();
        return check_memory(common, "the computation of the modes", needed, &help).err().unwrap_or(failure);
    }
    match args.file_at_fault(&error) {
        Some(path) => failure.in_front(path.display()),
        None => failure,
    }
}
