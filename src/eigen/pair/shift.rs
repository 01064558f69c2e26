//! Free bodies: the shift `s` that makes `K + s M` definite, and which modes are rigid.
//!
//! The smaller the shift, the less of a low elastic eigenvalue is lost in `lambda = 1 / mu - s`; the
//! larger, the better conditioned the sum. A shift about as large as the lowest elastic eigenvalue
//! loses one bit. It is not known beforehand, so a first shift comes from the diagonals and the next
//! from the eigenvalue found with it.

use faer::Mat;

use super::super::EigenError;
use super::reduction::{Pivots, diagnose, factor, reduce, spectrum};
use super::shapes::{Shapes, shapes};
use super::{PairOptions, PairWorkspace, Pencil, Split};

/// Shifts tried before the last one is taken as it is.
const MAX_SHIFTS: usize = 4;

/// A shift within this factor of the lowest elastic eigenvalue is good enough.
const CLOSE_ENOUGH: f64 = 16.0;

/// One shift and what came of it.
pub(super) struct Shifted {
    pub shift: f64,
    pub pivots: Pivots,
    pub split: Split,
    pub shapes: Shapes,
}

/// Modes of a pair whose stiffness is singular or nearly so.
pub(super) fn solve_shifted(
    work: &mut PairWorkspace,
    pencil: Pencil<'_>,
    options: &PairOptions,
) -> Result<Shifted, EigenError> {
    let first = first_shift(pencil);
    let mut best = attempt(work, pencil, options, first)?.ok_or_else(|| diagnose(pencil, first))?;
    for _ in 1..MAX_SHIFTS {
        let Some(next) = next_shift(&best, options) else {
            break;
        };
        match attempt(work, pencil, options, next) {
            Ok(Some(better)) => best = better,
            _ => break,
        }
    }
    Ok(best)
}

/// All modes with one shift; `None` where the sum cannot be factored with it.
fn attempt(
    work: &mut PairWorkspace,
    pencil: Pencil<'_>,
    options: &PairOptions,
    shift: f64,
) -> Result<Option<Shifted>, EigenError> {
    let pivots = match factor(work, pencil, shift) {
        Ok(pivots) if pivots.ratio <= options.singular_pivot_ratio => pivots,
        _ => return Ok(None),
    };
    let Some(unit) = reduce(work, pencil)? else {
        return Ok(None);
    };
    let mut y = Mat::zeros(work.n, work.n);
    spectrum(work, Some(y.as_mut()))?;
    let split = Split::of(&work.mu, options);
    let shapes = shapes(work, pencil, y.as_ref(), (unit, shift), split.finite);
    Ok(Some(Shifted { shift, pivots, split, shapes }))
}

/// `1 / mean(M_ii / K_ii)`: between the lowest and the highest eigenvalue for any units, mostly
/// near the low end of what the equations do one by one.
fn first_shift(pencil: Pencil<'_>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    let (mut stiffness, mut mass) = (0.0, 0.0);
    for i in 0..pencil.stiffness.nrows() {
        let (k, m) = (pencil.stiffness[(i, i)].max(0.0), pencil.mass[(i, i)].max(0.0));
        stiffness += k;
        mass += m;
        if k > 0.0 && m > 0.0 {
            sum += m / k;
            count += 1.0;
        }
    }
    let candidates = [count / sum, stiffness / mass];
    let usable = |s: &f64| s.is_finite() && *s > 0.0;
    candidates.into_iter().find(usable).unwrap_or(1.0)
}

/// The lowest elastic eigenvalue where the shift is far from it.
///
/// Modes of an unstable structure are negative: the shift must stay above them.
fn next_shift(found: &Shifted, options: &PairOptions) -> Option<f64> {
    let shapes = &found.shapes;
    let elastic = shapes.eigenvalues.iter().zip(&shapes.energy_ratios);
    let lowest = elastic
        .filter(|&(_, &ratio)| !options.is_rigid(ratio))
        .map(|(lambda, _)| lambda.abs())
        .fold(f64::INFINITY, f64::min);
    let unstable = shapes.energy_ratios.iter().any(|&r| r < 0.0 && !options.is_rigid(r));
    let close = found.shift < CLOSE_ENOUGH * lowest && lowest < CLOSE_ENOUGH * found.shift;
    (lowest.is_finite() && lowest > 0.0 && !close && !unstable).then_some(lowest)
}
