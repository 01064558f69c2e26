//! What an iteration works with, what it looks for, and what it finds.

use std::cmp::Ordering;
use std::time::Instant;

use super::super::orthonormal::Mass;
use super::super::result::Effort;
use crate::factor::Factor;

/// K - sigma M, factorized, and M, all in the order of elimination.
#[derive(Debug, Clone, Copy)]
pub(in crate::modes) struct Operator<'a> {
    pub factor: &'a Factor,
    pub sigma: f64,
    pub mass: &'a Mass,
}

impl Operator<'_> {
    /// (K - sigma M)^-1 of a packed block, in place.
    pub fn solve(&self, block: &mut [f64], width: usize, effort: &mut Effort) {
        let started = Instant::now();
        if width > 0 {
            self.factor.solve_elimination_order(block, width);
        }
        effort.solve_seconds += started.elapsed().as_secs_f64();
        effort.solved_columns += width;
    }

    pub fn eigenvalue(&self, theta: f64) -> f64 {
        self.sigma + theta.recip()
    }
}

/// Which Ritz values have to converge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::modes) enum Target {
    /// The lowest; sigma lies below all eigenvalues.
    Lowest(usize),
    /// The nearest to sigma.
    Nearest(usize),
    /// So many within an interval of eigenvalues.
    Inside { low: f64, high: f64, count: usize },
}

impl Target {
    pub fn count(self) -> usize {
        match self {
            Self::Lowest(count) | Self::Nearest(count) | Self::Inside { count, .. } => count,
        }
    }
}

/// An approximate eigenvalue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::modes) struct Ritz {
    pub eigenvalue: f64,
    pub theta: f64,
    /// || A x - theta x ||_M for || x ||_M = 1.
    pub residual: f64,
    pub converged: bool,
    /// Column of the basis where locked, else column of `Lanczos::coefficients` plus the number of locked ones.
    pub at: usize,
}

impl Ritz {
    /// Whether its eigenvalue lies above the shift.
    pub fn is_above_shift(&self) -> bool {
        self.theta > 0.0
    }
}

/// How an iteration came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::modes) enum Ending {
    /// The target is reached.
    Reached,
    /// The basis spans all motions that have mass: there are no further eigenvalues.
    Exhausted,
    /// Too many steps.
    GaveUp,
    /// More vectors are wanted than the basis has room for.
    Full,
    /// In the inner product of M motions without mass have grown: that of K - sigma M is needed.
    Polluted,
}

/// Settings of one iteration.
#[derive(Debug, Clone, Copy)]
pub(in crate::modes) struct Settings {
    pub tolerance: f64,
    pub width: usize,
    pub most_steps: usize,
    /// Whether to stop where the inner product of M is not good enough ([`Ending::Polluted`]).
    pub heed_pollution: bool,
}

/// Nearest to the shift first.
pub(super) fn by_nearness(a: &Ritz, b: &Ritz) -> Ordering {
    b.theta.abs().total_cmp(&a.theta.abs()).then(a.at.cmp(&b.at))
}
