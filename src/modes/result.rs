//! Modes, and what they are worth.

use faer::Mat;
use serde::Serialize;

/// The number of eigenvalues below a frequency, by the inertia of K - sigma M = L D L' (Sylvester's law).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SturmCount {
    /// The frequency, Hz; negative for a negative eigenvalue.
    pub hz: f64,
    /// sigma, the eigenvalue of that frequency.
    pub eigenvalue: f64,
    /// How many eigenvalues lie below.
    pub below: usize,
    /// Backward error of the factorization that counted, ||b - A x|| / (||A|| ||x|| + ||b||).
    pub probe_residual: f64,
}

/// Whether the list of modes is proved to be whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Proof {
    /// Between the two frequencies there are as many eigenvalues as were found.
    Complete {
        /// Lower end, Hz; `None`: from below all eigenvalues.
        from_hz: Option<f64>,
        /// Upper end, Hz.
        to_hz: Option<f64>,
        /// Eigenvalues between them, by Sturm counts.
        counted: usize,
    },
    /// Modes are missing between the two frequencies; where more were found than counted, a factorization that counts or the
    /// pair itself (a mass that is not semidefinite) is at fault.
    Short {
        /// Lower end, Hz; `None`: from below all eigenvalues.
        from_hz: Option<f64>,
        /// Upper end, Hz; `None`: not known.
        to_hz: Option<f64>,
        /// Converged modes there.
        found: usize,
        /// Modes that should be there.
        counted: usize,
    },
}

impl Proof {
    /// Whether no mode is missing.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Complete { .. })
    }
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Effort {
    /// Numeric factorizations, those of the counts included.
    pub factorizations: usize,
    /// Block steps of the Lanczos iteration.
    pub steps: usize,
    /// Columns that went through a solve.
    pub solved_columns: usize,
    /// Thick restarts.
    pub restarts: usize,
    /// Columns solved together.
    pub block_width: usize,
    /// Slices of a band.
    pub slices: usize,
    /// Seconds in numeric factorizations.
    pub factor_seconds: f64,
    /// Seconds in solves.
    pub solve_seconds: f64,
    /// Seconds of orthogonalization, with the products with M that it takes.
    pub orthogonalize_seconds: f64,
    /// Seconds of measuring the modes: residuals and orthogonality.
    pub check_seconds: f64,
    /// Seconds in all, without symbolic work.
    pub seconds: f64,
}

impl Effort {
    pub(super) fn add(&mut self, other: &Self) {
        self.factorizations += other.factorizations;
        self.steps += other.steps;
        self.solved_columns += other.solved_columns;
        self.restarts += other.restarts;
        self.factor_seconds += other.factor_seconds;
        self.solve_seconds += other.solve_seconds;
        self.orthogonalize_seconds += other.orthogonalize_seconds;
        self.check_seconds += other.check_seconds;
    }
}

/// Modes of K phi = lambda M phi, ascending.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Modes {
    /// lambda = omega^2, in (rad/time)^2; rigid-body modes are exactly 0, a negative one is an unstable mode.
    pub eigenvalues: Vec<f64>,
    /// Shapes, `n x eigenvalues.len()`, phi' M phi = 1; the entry of largest magnitude is positive.
    pub shapes: Mat<f64>,
    /// ||K phi - lambda M phi|| / (lambda ||M phi||), 2-norms; for a rigid-body mode ||K phi|| / || |K| |phi| ||.
    pub residuals: Vec<f64>,
    /// The residual that rounding of K phi alone may leave, eps || |K| |phi| || / (lambda ||M phi||).
    pub attainable: Vec<f64>,
    /// Listed modes (0-based) whose residual is above the tolerance, and above what rounding explains (16 times the
    /// attainable one): they exist, but their shapes are less accurate than asked for.
    pub unconverged: Vec<usize>,
    /// Largest |phi_i' M phi_j - delta_ij|.
    pub orthogonality_defect: f64,
    /// Rigid-body modes among the modes that were computed, listed or removed: all of the structure's, unless so few modes
    /// are asked for that only unstable ones below them come.
    pub rigid_count: usize,
    /// The shift of the (first) factorization: eigenvalue units.
    pub shift: f64,
    /// Whether the list is whole.
    pub proof: Proof,
    /// The counts that the proof rests on, ascending.
    pub counts: Vec<SturmCount>,
    /// What else is worth knowing: a shift that was moved, a shift that was chosen.
    pub remarks: Vec<String>,
    /// What was done.
    pub effort: Effort,
}

impl Modes {
    /// Natural frequencies sqrt(lambda) / (2 pi), Hz where time is in seconds; an unstable mode as
    /// -sqrt(-lambda) / (2 pi).
    pub fn frequencies_hz(&self) -> Vec<f64> {
        self.eigenvalues.iter().copied().map(frequency_hz).collect()
    }
}

/// sign(lambda) sqrt(|lambda|) / (2 pi).
pub(super) fn frequency_hz(eigenvalue: f64) -> f64 {
    // Not -0.
    if eigenvalue == 0.0 {
        0.0
    } else {
        eigenvalue.signum() * eigenvalue.abs().sqrt() / std::f64::consts::TAU
    }
}

/// sign(f) (2 pi f)^2.
pub(super) fn eigenvalue_of(hz: f64) -> f64 {
    hz.signum() * (std::f64::consts::TAU * hz).powi(2)
}
