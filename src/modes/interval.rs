//! All modes of an interval of eigenvalues whose number is known.

use super::ModesError;
use super::finish::{Found, refine};
use super::lanczos::{Ending, Lanczos, Ritz, Target};
use super::orthonormal::Inner;
use super::problem::{Problem, SHARPENINGS};
use super::result::{Proof, frequency_hz};
use super::work::Work;
use crate::factor::Factor;

/// Eigenvalues between two shifts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    /// `None`: from below all.
    pub low: Option<f64>,
    pub high: f64,
    pub counted: usize,
    /// Whether nothing lies below.
    pub is_first: bool,
}

impl Interval {
    pub fn short(&self, found: usize) -> Proof {
        let (from_hz, to_hz) = (self.low.map(frequency_hz), Some(frequency_hz(self.high)));
        Proof::Short { from_hz, to_hz, found, counted: self.counted }
    }

    pub fn proof(&self, found: usize) -> Proof {
        if found != self.counted {
            return self.short(found);
        }
        Proof::Complete {
            from_hz: self.low.map(frequency_hz),
            to_hz: Some(frequency_hz(self.high)),
            counted: self.counted,
        }
    }
}

/// Looks for the modes of an interval that are missing beside the found ones, with the factor at `sigma`. Returns all,
/// and whether none is missing now.
pub(super) fn fill(
    problem: &Problem<'_>,
    factor: Factor,
    sigma: f64,
    found: Found,
    interval: Interval,
    work: &mut Work,
) -> Result<(Found, bool), ModesError> {
    let missing = interval.counted - found.len();
    let settings = problem.settings();
    let wanted = found.len() + missing;
    let capacity = found.len() + Lanczos::capacity(problem.stiffness.size(), wanted, settings.width);
    let mut basis = problem.basis(work, capacity, Inner::Mass)?;
    found.lock_into(&mut basis);
    let operator = problem.operator(&factor, sigma);
    let mut lanczos = Lanczos::new(operator, settings, basis, &found.eigenvalues, None, &mut work.effort)?;
    let target = Target::Inside {
        low: interval.low.unwrap_or(f64::NEG_INFINITY),
        high: interval.high,
        count: missing,
    };
    problem.progress.begin("missing modes", missing as u64);
    let ending = lanczos.run(target, 1.0, problem.progress, &mut work.effort);
    problem.progress.end();
    let ending = ending?;
    let mut which = lanczos.inside(target);
    which.sort_by_key(|ritz| ritz.at);
    let found = refine(&lanczos, &which, &mut work.effort)?;
    let (found, _) = problem.sharpened(operator, found, which.len(), SHARPENINGS, work)?;
    work.basis = Some(lanczos.into_basis());
    work.storage = factor.into_storage();
    let complete = ending == Ending::Reached && found.len() == interval.counted;
    Ok((found, complete))
}

/// All modes of an interval, with a factor at a shift in its middle.
pub(super) fn all_inside(
    problem: &Problem<'_>,
    interval: Interval,
    work: &mut Work,
) -> Result<(Found, bool), ModesError> {
    // The lowest modes are far from the middle, seen from zero: a shift below them keeps their digits.
    if interval.is_first
        && let Ok((factor, sigma)) = problem.definite_factor_quietly(work)
    {
        return fill(problem, factor, sigma, Found::none(problem.stiffness.size())?, interval, work);
    }
    let low = interval.low.unwrap_or_else(|| interval.high.min(0.0) + problem.below_rigid());
    let shifts: Vec<f64> =
        [0.5, 0.45, 0.55, 0.4, 0.6].iter().map(|part| low + part * (interval.high - low)).collect();
    let counts = work.counts.len();
    let (factor, count) = problem.count_at(&shifts, work)?;
    work.counts.truncate(counts);
    fill(problem, factor, count.eigenvalue, Found::none(problem.stiffness.size())?, interval, work)
}

impl Lanczos<'_> {
    /// The Ritz values that were given, and the converged ones within the interval.
    fn inside(&self, target: Target) -> Vec<Ritz> {
        self.ritz()
            .iter()
            .filter(|ritz| self.is_given(ritz) || self.is_inside(ritz, target))
            .copied()
            .collect()
    }
}
