//! `modalsweep bench`: one file for each of the kernels.

mod eig;

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
}

pub fn run(args: &BenchArgs, common: &Common) -> Result<Outcome> {
    match &args.kernel {
        Kernel::Eig(args) => eig::run(args, common),
    }
}
