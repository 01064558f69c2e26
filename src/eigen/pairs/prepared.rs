//! Cholesky factors of the masses: one for each lane, or one mass for the whole batch.

use pulp::{Simd, WithSimd};

use super::triangular::{BadPivot, Factor, cholesky};
use crate::eigen::lane_buffer::{LaneBuffer, column_stride};
use crate::eigen::lanes::{Lanes, MAX_LANES, Real};
use crate::eigen::symmetric::{gather, unit};
use crate::eigen::{EigenError, Matrices, Operand};

/// Ratio of a diagonal entry of the mass to its pivot above which a pair is solved through the stiffness.
const PIVOT_RATIO_LIMIT: f64 = 1e11;

/// Room for the factors of a group.
pub(super) struct Factors<'a, R> {
    lower: &'a mut [R],
    inverses: &'a mut [R],
    n: usize,
}

impl<'a, R> Factors<'a, R> {
    /// Of size `n`.
    #[inline(always)]
    pub fn of<S: Simd<f64s = R>>(_lanes: Lanes<S>, n: usize, buffer: &'a mut LaneBuffer) -> Self {
        let entries = n * column_stride(n);
        let (lower, inverses) = buffer.reals::<S>(entries + n).split_at_mut(entries);
        Self { lower, inverses, n }
    }

    /// To be read.
    #[inline(always)]
    pub fn factor(self) -> Factor<'a, R> {
        Factor { lower: self.lower, inverses: self.inverses, n: self.n }
    }
}

/// A power of four, so that its root is exact.
fn even_unit(largest: f64) -> f64 {
    let unit = unit(largest);
    if unit.log2() % 2.0 == 0.0 { unit } else { 0.5 * unit }
}

/// Copies and factors the masses of a group, each times its unit, which are returned.
#[inline(always)]
pub(super) fn factor_masses<S: Simd>(
    lanes: Lanes<S>,
    masses: &dyn Matrices,
    (n, members): (usize, &[usize]),
    dense: &mut Vec<f64>,
    factors: Factors<'_, Real<S>>,
    outcomes: &mut [Result<(), EigenError>],
) -> [f64; MAX_LANES] {
    let Factors { lower, inverses, .. } = factors;
    let source = (masses, Operand::Mass);
    let units = gather(lanes, source, even_unit, (n, members), (dense, lower), outcomes);
    let bad = cholesky(lanes, lower, inverses, PIVOT_RATIO_LIMIT);
    let mut usable = [1.0; MAX_LANES];
    for lane in 0..Lanes::<S>::COUNT {
        if let Some(BadPivot { dof, pivot }) = bad[lane] {
            usable[lane] = 0.0;
            if let Some(outcome) = outcomes.get_mut(lane) {
                let pivot = pivot / units[lane];
                let error = EigenError::NotPositiveDefinite { matrix: Operand::Mass, dof, pivot };
                *outcome = outcome.and(Err(error));
            }
        }
    }
    // Lanes without a factor get zeros beside a diagonal of ones, so that nothing in them overflows.
    if usable.contains(&0.0) {
        let good = lanes.gt(lanes.load(&usable), lanes.zero());
        lower.iter_mut().for_each(|entry| *entry = lanes.keep(good, *entry));
        inverses.iter_mut().for_each(|entry| *entry = lanes.select(good, *entry, lanes.splat(1.0)));
    }
    units
}

/// A mass that was factored before the batch.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// `L` by columns, then the inverses of its diagonal.
    numbers: Vec<f64>,
    unit: f64,
    error: Option<EigenError>,
    dense: Vec<f64>,
    lanes: LaneBuffer,
}

impl Prepared {
    /// Why there is no factor.
    pub fn error(&self) -> Option<EigenError> {
        self.error
    }

    /// Gives all lanes the same factor. Returns the units.
    #[inline(always)]
    pub fn spread<S: Simd>(&self, lanes: Lanes<S>, factors: Factors<'_, Real<S>>) -> [f64; MAX_LANES] {
        let targets = factors.lower.iter_mut().chain(factors.inverses);
        for (target, &number) in targets.zip(&self.numbers) {
            *target = lanes.splat(number);
        }
        [self.unit; MAX_LANES]
    }
}

/// Factors the first of the masses, which are all the same, by the operations that a group goes through.
pub(super) struct Prepare<'a> {
    pub mass: &'a dyn Matrices,
    /// Its size, not zero.
    pub size: usize,
    pub prepared: &'a mut Prepared,
}

impl WithSimd for Prepare<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (lanes, n) = (Lanes(simd), self.size);
        let Prepared { numbers, unit, error, dense, lanes: buffer } = self.prepared;
        let mut outcome = [Ok(())];
        let factors = Factors::of(lanes, n, buffer);
        let units = factor_masses(lanes, self.mass, (n, &[0]), dense, factors, &mut outcome);
        (*unit, *error) = (units[0], outcome[0].err());
        let factor = Factors::of(lanes, n, buffer).factor();
        let all = lanes.all_numbers(factor.lower).iter().chain(lanes.all_numbers(factor.inverses));
        numbers.clear();
        numbers.extend(all.step_by(Lanes::<S>::COUNT));
    }
}
