//! Factorize once, solve many: sparse Cholesky factors P A P' = L L' of symmetric positive definite
//! matrices, signed ones P A P' = L S L', S = diag(+-1), of indefinite matrices with their inertia, and solves
//! with blocks of columns on all cores.
//!
//! - the plan: [`Symbolic`] orders the pattern (METIS nested dissection or AMD), builds panels, and
//!   predicts flops, entries and bytes before anything large is allocated; one per pattern;
//! - the kernels: one panel of the factor, one block of right-hand sides;
//! - the batch: [`Factor::new`], [`Factor::indefinite`] and the `solve` methods spread them over the caller's rayon pool.
//!
//! Every factor is checked: pivot ratios K_ii / D_ii ([`PivotReport`]) and a residual probe.

mod checks;
mod diagonal;
mod eight;
mod error;
mod factorization;
mod gram;
mod graph;
#[cfg(feature = "metis")]
mod metis;
mod numeric;
mod ordering;
mod solve;
mod supernodes;
mod symbolic;
mod tree;

pub use crate::matrix::Pages;
pub use checks::PivotReport;
pub use error::FactorError;
pub use factorization::{Factor, FactorOptions, FactorStorage};
pub use graph::guess_nodes;
pub(crate) use graph::renumber;
pub use ordering::Ordering;
pub use solve::{Block, COLUMNS_PER_BLOCK};
pub use symbolic::{Symbolic, SymbolicOptions};
