//! `modalsweep bench`: one file for each of the kernels.

mod eig;
mod stress;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{Common, Outcome};

#[derive(Debug, Args)]
pub struct BenchArgs {
    #[command(subcommand)]
    kernel: Kernel,
}

#[derive(Debug, Subcommand)]
enum Kernel {
    /// Eigenvalues: 20 matrices of 100 x 100, 80 of 200 x 200 and 100 of 300 x 300
    Eig(eig::BenchEigArgs),
    /// Stresses of 1,000,000 bars and of 50,400 C3D10 in 1, 10 and 100 cases; K and M of 101,400 C3D10
    Stress(stress::BenchStressArgs),
}

pub fn run(args: &BenchArgs, common: &Common) -> Result<Outcome> {
    match &args.kernel {
        Kernel::Eig(args) => eig::run(args, common),
        Kernel::Stress(args) => stress::run(args, common),
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let half = seconds.len() / 2;
    if seconds.len() % 2 == 1 { seconds[half] } else { 0.5 * (seconds[half - 1] + seconds[half]) }
}
