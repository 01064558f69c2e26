//! The Rust side of `benches/peers/modes.py`: the lowest modes of K.npz and M.npz of a folder.
//!
//! ```text
//! modes_once time FOLDER COUNT THREADS OUT.npy
//! ```
//!
//! Prints one JSON object: seconds of the plan (order, symbolic work) and of the modes with their proof,
//! seconds of the modes of a second pair with the same plan, the proof, and the most memory that the process
//! had after the first pair; OUT.npy gets the frequencies in Hz. Run by cargo without arguments it does
//! nothing.

use std::path::Path;
use std::time::Instant;

use modalsweep::io::{read_matrix, write_npy};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::modes::{Modes, ModesOptions, ModesPlan, PlanOptions, Wanted};
use modalsweep::parallel::{Silent, with_threads};
use ndarray::ArrayView1;
use serde_json::json;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Of the second pair: no value is as in the first.
const STIFFER: f64 = 1.21;
const HEAVIER: f64 = 1.1;

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(()),
        ["time", folder, count, threads, out] => {
            let count = count.parse()?;
            let folder = Path::new(folder);
            let pair = (read(&folder.join("K.npz"))?, read(&folder.join("M.npz"))?);
            with_threads(threads.parse()?, || time(&pair, count, Path::new(out)))?
        }
        _ => Err("see the head of benches/modes_once.rs".into()),
    }
}

fn read(path: &Path) -> Result<SymmetricMatrix, Error> {
    Ok(SymmetricMatrix::from_contents(&read_matrix(path)?.contents)?.0)
}

fn time(
    (stiffness, mass): &(SymmetricMatrix, SymmetricMatrix),
    count: usize,
    out: &Path,
) -> Result<(), Error> {
    let start = Instant::now();
    let plan = ModesPlan::new(stiffness, mass, &PlanOptions::default())?;
    let plan_seconds = start.elapsed().as_secs_f64();
    let (modes, modes_seconds) = solve(&plan, stiffness, mass, count)?;
    let peak_memory_bytes = peak_memory_bytes();
    let second = (scaled(stiffness, STIFFER)?, scaled(mass, HEAVIER)?);
    let (_, second_seconds) = solve(&plan, &second.0, &second.1, count)?;
    println!(
        "{}",
        json!({
            "plan_seconds": plan_seconds,
            "order_seconds": plan.symbolic().order_seconds(),
            "symbolic_seconds": plan.symbolic().symbolic_seconds(),
            "modes_seconds": modes_seconds,
            "second_seconds": second_seconds,
            "peak_memory_bytes": peak_memory_bytes,
            "factor_entries": plan.symbolic().factor_entries(),
            "proof": modes.proof,
            "effort": modes.effort,
            "largest_residual": modes.residuals.iter().fold(0.0, |most: f64, &residual| most.max(residual)),
            "orthogonality_defect": modes.orthogonality_defect,
        })
    );
    write_npy(out, ArrayView1::from(&modes.frequencies_hz()))?;
    Ok(())
}

fn solve(
    plan: &ModesPlan,
    stiffness: &SymmetricMatrix,
    mass: &SymmetricMatrix,
    count: usize,
) -> Result<(Modes, f64), Error> {
    let start = Instant::now();
    let modes = plan.modes(stiffness, mass, Wanted::Lowest(count), &ModesOptions::default(), &Silent)?;
    Ok((modes, start.elapsed().as_secs_f64()))
}

fn scaled(matrix: &SymmetricMatrix, factor: f64) -> Result<SymmetricMatrix, Error> {
    Ok(matrix.with_values(matrix.values().iter().map(|value| factor * value).collect())?)
}

/// Linux's VmHWM; `None` elsewhere.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}
