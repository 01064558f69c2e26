//! `modalsweep bench stress`.

mod work;

use std::fmt::{self, Write};
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use modalsweep::model::{Model, tetrahedral_block};
use modalsweep::parallel::{Progress, with_threads};
use modalsweep::stress::StressRecovery;
use serde_json::{Value, json};

use super::super::deck::check_memory;
use super::super::failure::Failure;
use super::super::figures::grouped;
use super::super::machine::peak_memory_bytes;
use super::super::output::tell;
use super::super::progress::Display;
use super::super::{Common, Outcome};
use super::median;
use work::{Bars, Cases, Copy, Matrices, Work};

/// Number of bars.
const BARS: usize = 1_000_000;

/// Cubes of the block whose stresses are recovered, six elements each: 50,400.
const STRESS_CELLS: [usize; 3] = [20, 20, 21];

/// Numbers of cases.
const CASES: [usize; 3] = [1, 10, 100];

/// Cubes of the block that is assembled: 101,400 elements.
const ASSEMBLY_CELLS: [usize; 3] = [26, 26, 25];

/// What is measured, one line of the table each.
const ROWS: u64 = 2 + CASES.len() as u64 + 1 + 1;

#[derive(Debug, Args)]
pub struct BenchStressArgs {
    /// Rounds; the table gives the median
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// What one kind of work took.
struct Measured {
    name: String,
    /// What is counted, and how many of them.
    unit: Unit,
    count: f64,
    sequential_seconds: f64,
    parallel_seconds: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    ElementCases,
    Elements,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::ElementCases => "element_cases",
            Self::Elements => "elements",
        }
    }

    /// A rate as people read it.
    fn rate(self, per_second: f64) -> String {
        match self {
            Self::Bytes => format!("{:.2} GB/s", per_second / 1e9),
            Self::ElementCases => format!("{:.2} M element-cases/s", per_second / 1e6),
            Self::Elements => format!("{:.0} k elements/s", per_second / 1e3),
        }
    }
}

impl Measured {
    fn speed_up(&self) -> f64 {
        self.sequential_seconds / self.parallel_seconds
    }

    fn as_json(&self) -> Value {
        json!({
            "work": self.name,
            "unit": self.unit.name(),
            "count": self.count,
            "sequential_seconds": self.sequential_seconds,
            "parallel_seconds": self.parallel_seconds,
            "speed_up": self.speed_up(),
            "sequential_per_second": self.count / self.sequential_seconds,
            "parallel_per_second": self.count / self.parallel_seconds,
        })
    }
}

/// Measures all kinds of work; what they need is made before the clock starts.
pub fn run(args: &BenchStressArgs, common: &Common) -> Result<Outcome> {
    check_memory(common, "bench stress", bytes_needed(), "raise --memory")?;
    let display = Display::new(common.quiet);
    display.begin("measurements", ROWS);
    let mut bench = Bench { rounds: args.rounds, display: &display, table: Vec::new() };
    bench.bars()?;
    bench.stresses()?;
    bench.assembly()?;
    display.end();
    let table = bench.table;
    tell(common, || as_json(args, &table), |page| write_page(page, args, &table))?;
    Ok(Outcome::Done)
}

struct Bench<'a> {
    rounds: u32,
    display: &'a Display,
    table: Vec<Measured>,
}

impl Bench<'_> {
    fn bars(&mut self) -> Result<(), Failure> {
        let bytes = (work::BYTES_PER_BAR * BARS) as f64;
        let name = format!("{} bars", grouped(BARS as u64));
        self.measure(name, Unit::Bytes, bytes, &mut Bars::new(BARS))?;
        self.measure("copy of as many bytes".into(), Unit::Bytes, bytes, &mut Copy::new(BARS))
    }

    fn stresses(&mut self) -> Result<(), Failure> {
        let model = Model::from_deck(&tetrahedral_block(STRESS_CELLS, [1.0; 3]))?;
        let recovery = StressRecovery::new(&model);
        let elements = elements(STRESS_CELLS);
        let mut work = Cases::new(&recovery, CASES[CASES.len() - 1]);
        for cases in CASES {
            work.take_stresses(cases);
            let name = format!("{} C3D10, stresses of {cases} case(s)", grouped(elements as u64));
            self.measure(name, Unit::ElementCases, (elements * cases) as f64, &mut work)?;
        }
        let cases = CASES[CASES.len() - 1];
        work.take_envelope();
        let name = format!("{} C3D10, envelope of {cases} cases", grouped(elements as u64));
        self.measure(name, Unit::ElementCases, (elements * cases) as f64, &mut work)
    }

    fn assembly(&mut self) -> Result<(), Failure> {
        let model = Model::from_deck(&tetrahedral_block(ASSEMBLY_CELLS, [1.0; 3]))?;
        let elements = elements(ASSEMBLY_CELLS);
        let name = format!("{} C3D10, K and M", grouped(elements as u64));
        self.measure(name, Unit::Elements, elements as f64, &mut Matrices(&model))
    }

    /// Sequential and parallel rounds take turns, so that a slow spell of the machine meets both.
    fn measure(&mut self, name: String, unit: Unit, count: f64, work: &mut dyn Work) -> Result<(), Failure> {
        let (mut ones, mut alls) = (Vec::new(), Vec::new());
        // The first round fetches memory, and is not counted.
        for round in 0..=self.rounds {
            let one = with_threads(1, || seconds(work))
                .map_err(|error| Failure::new(format!("can't start a thread: {error}")))??;
            let all = seconds(work)?;
            if round > 0 {
                ones.push(one);
                alls.push(all);
            }
        }
        let (sequential_seconds, parallel_seconds) = (median(ones), median(alls));
        self.table.push(Measured { name, unit, count, sequential_seconds, parallel_seconds });
        self.display.advance(1);
        Ok(())
    }
}

fn seconds(work: &mut dyn Work) -> Result<f64, Failure> {
    let started = Instant::now();
    work.run()?;
    Ok(started.elapsed().as_secs_f64())
}

fn elements(cells: [usize; 3]) -> usize {
    6 * cells.iter().product::<usize>()
}

/// The largest of what is in memory at once: displacements and stresses of all cases, or K and M while they are assembled.
fn bytes_needed() -> u64 {
    let nodes = |cells: [usize; 3]| cells.map(|count| 2 * count as u64 + 1).iter().product::<u64>();
    let cases = CASES[CASES.len() - 1] as u64;
    let points = 4 * elements(STRESS_CELLS) as u64;
    let stresses = 24 * nodes(STRESS_CELLS) * (cases + 32) + 48 * points * cases;
    // 40 entries of the lower triangle for each equation of a mesh of C3D10, and the model itself.
    let assembly = 3 * nodes(ASSEMBLY_CELLS) * 42 * 24 + 400 * elements(ASSEMBLY_CELLS) as u64;
    stresses.max(assembly)
}

fn as_json(args: &BenchStressArgs, table: &[Measured]) -> Value {
    let compute: f64 = table.iter().map(|row| row.sequential_seconds + row.parallel_seconds).sum();
    json!({
        "command": "bench stress",
        "version": env!("CARGO_PKG_VERSION"),
        "rounds": args.rounds,
        "cases": table.iter().map(Measured::as_json).collect::<Vec<_>>(),
        "bars_share_of_copy": table[1].parallel_seconds / table[0].parallel_seconds,
        "compute_seconds": compute,
        "threads": rayon::current_num_threads(),
        "peak_memory_bytes": peak_memory_bytes(),
    })
}

fn write_page(page: &mut String, args: &BenchStressArgs, table: &[Measured]) -> fmt::Result {
    let together = format!("{} thread(s)", rayon::current_num_threads());
    writeln!(page, "stress kernels and assembly, median of {} round(s)\n", args.rounds)?;
    writeln!(
        page,
        "{:38}  1 thread, s  {together:>12}, s  speed-up  {:>22}  {:>22}",
        "work", "rate, 1 thread", "rate, all"
    )?;
    for row in table {
        writeln!(
            page,
            "{:38}  {:11.4}  {:15.4}  {:8.2}  {:>22}  {:>22}",
            row.name,
            row.sequential_seconds,
            row.parallel_seconds,
            row.speed_up(),
            row.unit.rate(row.count / row.sequential_seconds),
            row.unit.rate(row.count / row.parallel_seconds)
        )?;
    }
    Ok(())
}
