//! One pair, checked, with what every way of computing its modes needs.

use std::time::Instant;

use super::finish::{Found, sharpen};
use super::judged::{Judged, Pair, judge};
use super::lanczos::{Operator, Settings};
use super::orthonormal::{Basis, Inner, Mass};
use super::result::{SturmCount, eigenvalue_of, frequency_hz};
use super::work::Work;
use super::{ModesError, ModesOptions, ModesPlan};
use crate::factor::{Factor, FactorError, FactorOptions};
use crate::matrix::SymmetricMatrix;
use crate::parallel::Progress;

/// Columns that are solved together.
pub(super) const BLOCK_WIDTH: usize = 8;

/// The negative shift for a singular stiffness, as part of the middle K_ii / M_ii: below the elastic modes of most
/// models, and so large that the pivots stay far from rounding. Where it is too small for the digits of the matrices
/// the next is taken.
const NEGATIVE_SHIFTS: [f64; 4] = [1e-9, 1e-7, 1e-5, 1e-3];

/// Pivot ratios K_ii / D_ii above which the stiffness is shifted as a singular one is: few digits of its lowest modes would
/// be left.
const NEARLY_SINGULAR: f64 = 1e9;

/// Backward error of a factorization that counts, where one of the shifts in question has it.
const COUNTING_PROBE: f64 = 1e-12;

/// How far a shift is moved where it can't be used, as part of itself.
const MOVES: [f64; 7] = [0.0, 1e-6, -1e-6, 1e-5, -1e-5, 1e-4, -1e-4];

/// How often found modes are sharpened by one more solve where residuals are larger than foreseen.
pub(super) const SHARPENINGS: usize = 2;

/// Diagonal masses down to minus this part of the largest are rounding.
const MASS_ROUNDING: f64 = 1e-12;

/// A pair (K, M).
pub(super) struct Problem<'a> {
    pub plan: &'a ModesPlan,
    pub stiffness: &'a SymmetricMatrix,
    pub mass: &'a SymmetricMatrix,
    /// M in the order of elimination.
    pub ordered_mass: Mass,
    stiffness_sums: Vec<f64>,
    pub options: &'a ModesOptions<'a>,
    pub progress: &'a dyn Progress,
    /// Middle |K_ii| / M_ii.
    pub scale: f64,
    /// DOFs that have mass.
    pub massive: usize,
}

impl<'a> Problem<'a> {
    pub fn new(
        plan: &'a ModesPlan,
        stiffness: &'a SymmetricMatrix,
        mass: &'a SymmetricMatrix,
        options: &'a ModesOptions<'a>,
        progress: &'a dyn Progress,
    ) -> Result<Self, ModesError> {
        plan.check_patterns(stiffness, mass)?;
        if !(options.tolerance > 0.0 && options.tolerance < 1.0) {
            let (option, value, range) = ("tolerance", options.tolerance, "0 to 1, both excluded");
            return Err(ModesError::OptionOutOfRange { option, value, range });
        }
        let stiffness_sums = stiffness.absolute_row_sums();
        let mass_sums = mass.absolute_row_sums();
        check_mass(mass)?;
        let loose: Vec<usize> = (0..stiffness.size())
            .filter(|&dof| stiffness_sums[dof] == 0.0 && mass_sums[dof] == 0.0)
            .collect();
        if !loose.is_empty() {
            return Err(ModesError::Loose { dofs: loose });
        }
        if let Some(start) = options.start.filter(|start| start.nrows() != stiffness.size()) {
            return Err(ModesError::StartSize { found: start.nrows(), size: stiffness.size() });
        }
        Ok(Self {
            plan,
            stiffness,
            mass,
            ordered_mass: Mass::new(mass.permuted_without_zeros(plan.symbolic().places())),
            stiffness_sums,
            options,
            progress,
            scale: middle_ratio(&stiffness.diagonal(), &mass.diagonal()),
            massive: mass_sums.iter().filter(|&&sum| sum > 0.0).count(),
        })
    }

    pub fn pair(&self) -> Pair<'_> {
        Pair {
            stiffness: self.stiffness,
            mass: self.mass,
            stiffness_sums: &self.stiffness_sums,
            small_eigenvalue: -self.below_rigid(),
        }
    }

    pub fn operator<'f>(&'f self, factor: &'f Factor, sigma: f64) -> Operator<'f> {
        Operator { factor, sigma, mass: &self.ordered_mass }
    }

    pub fn settings(&self) -> Settings {
        Settings {
            tolerance: self.options.tolerance,
            width: self.options.block_width.unwrap_or(BLOCK_WIDTH).clamp(1, self.stiffness.size()),
            most_steps: self.options.most_steps,
            heed_pollution: false,
        }
    }

    /// The start shapes, packed in the order of elimination.
    pub fn start(&self) -> Option<(Vec<f64>, usize)> {
        let start = self.options.start.filter(|start| start.ncols() > 0)?;
        let order = self.plan.symbolic().dof_order();
        let rows =
            order.iter().flat_map(|&dof| (0..start.ncols()).map(move |col| start[(dof as usize, col)]));
        Some((rows.collect(), start.ncols()))
    }

    /// Modes of the worker's basis memory, or of fresh memory.
    pub fn basis(&self, work: &mut Work, capacity: usize, inner: Inner) -> Result<Basis, ModesError> {
        let rows = self.stiffness.size();
        match work
            .basis
            .take()
            .filter(|basis| basis.rows() == rows && basis.v.capacity() >= capacity && basis.inner() == inner)
        {
            Some(mut basis) => {
                // No more than asked for, though there be room: restarts must not depend on what was computed before.
                (basis.len, basis.capacity) = (0, capacity);
                Ok(basis)
            }
            None => Basis::new(rows, capacity, inner),
        }
    }

    /// A factor of K - sigma M with sigma below all eigenvalues: zero, or where K is singular negative.
    pub fn definite_factor(&self, work: &mut Work) -> Result<(Factor, f64), ModesError> {
        if let Some(hz) = self.options.shift_hz {
            return self.definite_factor_at(hz, work);
        }
        let error = match self.factor(0.0, Signs::Positive, work) {
            Ok(factor) if factor.pivots().largest_ratio <= NEARLY_SINGULAR => return Ok((factor, 0.0)),
            Ok(factor) => {
                let (dofs, ratio_limit) = (vec![factor.pivots().dof], NEARLY_SINGULAR);
                work.storage = factor.into_storage();
                FactorError::Singular { dofs, ratio_limit }
            }
            Err(error) => error,
        };
        let mut last = None;
        for part in NEGATIVE_SHIFTS {
            let sigma = -part * self.scale;
            match self.factor(sigma, Signs::Positive, work) {
                Ok(factor) => {
                    work.remarks.push(format!(
                        "the stiffness is singular: shifted by {} Hz",
                        digits(frequency_hz(sigma), 3)
                    ));
                    return Ok((factor, sigma));
                }
                Err(error) => last = Some(error),
            }
        }
        Err(match last.unwrap_or(error) {
            // Singular whatever the shift: K and M have a motion in common that neither resists.
            FactorError::Singular { dofs, .. } => ModesError::Loose { dofs },
            FactorError::NotPositiveDefinite { dof, pivot, .. } => ModesError::Indefinite { dof, pivot },
            other => ModesError::Factor(other),
        })
    }

    /// As [`Problem::definite_factor`], without a remark.
    pub fn definite_factor_quietly(&self, work: &mut Work) -> Result<(Factor, f64), ModesError> {
        let remarks = work.remarks.len();
        let factor = self.definite_factor(work);
        work.remarks.truncate(remarks);
        factor
    }

    fn definite_factor_at(&self, hz: f64, work: &mut Work) -> Result<(Factor, f64), ModesError> {
        if !hz.is_finite() {
            return Err(ModesError::NotFinite { what: "the shift", value: hz });
        }
        if hz > 0.0 {
            return Err(ModesError::ShiftAbove { hz });
        }
        let sigma = eigenvalue_of(hz);
        match self.factor(sigma, Signs::Positive, work) {
            Ok(factor) => Ok((factor, sigma)),
            Err(FactorError::Singular { dofs, .. }) => {
                let suggested_hz = digits(frequency_hz(-NEGATIVE_SHIFTS[0] * self.scale), 3);
                Err(ModesError::Singular { dofs, shift_hz: hz, suggested_hz })
            }
            Err(FactorError::NotPositiveDefinite { dof, pivot, .. }) => {
                Err(ModesError::Indefinite { dof, pivot })
            }
            Err(other) => Err(ModesError::Factor(other)),
        }
    }

    fn factor(&self, sigma: f64, signs: Signs, work: &mut Work) -> Result<Factor, FactorError> {
        let shifted = match self.plan.shifted(self.stiffness, self.mass, sigma) {
            Ok(shifted) => shifted,
            Err(_) => return Err(FactorError::OutOfMemory),
        };
        let symbolic = &self.plan.symbolic;
        work.effort.factorizations += 1;
        let factor = match signs {
            Signs::Positive => {
                Factor::new_in(&mut work.storage, symbolic, &shifted, &self.options.factor, self.progress)
            }
            Signs::Both { probe_limit } => {
                let mut options: FactorOptions = self.options.factor;
                options.probe_limit = options.probe_limit.min(probe_limit);
                Factor::indefinite_in(&mut work.storage, symbolic, &shifted, &options, self.progress)
            }
        }?;
        work.effort.factor_seconds += factor.factor_seconds();
        Ok(factor)
    }

    /// A factor at the first usable of several shifts, and how many eigenvalues lie below it.
    pub fn count_at(&self, shifts: &[f64], work: &mut Work) -> Result<(Factor, SturmCount), ModesError> {
        let strict = shifts.iter().map(|&sigma| (sigma, COUNTING_PROBE));
        let lenient = shifts.iter().map(|&sigma| (sigma, self.options.factor.probe_limit));
        for (sigma, probe_limit) in strict.chain(lenient) {
            match self.factor(sigma, Signs::Both { probe_limit }, work) {
                Ok(factor) => {
                    let count = SturmCount {
                        hz: frequency_hz(sigma),
                        eigenvalue: sigma,
                        below: factor.negative_pivots(),
                        probe_residual: factor.probe_residual(),
                    };
                    work.counts.push(count);
                    return Ok((factor, count));
                }
                Err(FactorError::ZeroPivot { .. } | FactorError::ProbeFailed { .. }) => {}
                Err(other) => return Err(ModesError::Factor(other)),
            }
        }
        Err(ModesError::NoShift { hz: frequency_hz(shifts[0]) })
    }

    /// As [`Problem::count_at`], at a frequency, moved by a part of its eigenvalue, or as near to it as can be; says where
    /// it had to move.
    pub fn count_near(
        &self,
        hz: f64,
        moved: f64,
        work: &mut Work,
    ) -> Result<(Factor, SturmCount), ModesError> {
        if !hz.is_finite() {
            return Err(ModesError::NotFinite { what: "the shift", value: hz });
        }
        let sigma = eigenvalue_of(hz);
        let unit = if sigma == 0.0 { -self.scale } else { sigma };
        let parts = MOVES.iter().map(|part| sigma + (moved + part) * unit);
        // Beside a rigid-body mode a part of a tiny shift leads nowhere.
        let away = NEGATIVE_SHIFTS.map(|part| sigma - part * self.scale);
        let shifts: Vec<f64> = if moved != 0.0 && sigma.abs() <= -self.below_rigid() {
            away.to_vec()
        } else {
            parts.chain(away).collect()
        };
        let (factor, count) = self.count_at(&shifts, work)?;
        if count.eigenvalue != sigma {
            let to = digits(count.hz, 9);
            work.remarks.push(format!("the shift of {hz} Hz is on an eigenvalue: moved to {to} Hz"));
        }
        Ok((factor, count))
    }

    /// A small eigenvalue, negative: below rigid-body modes, above unstable ones that matter.
    pub fn below_rigid(&self) -> f64 {
        -NEGATIVE_SHIFTS[0] * self.scale
    }

    /// The first `number` of modes after further solves, where their residuals are larger than they should be, and what
    /// they are worth. Those behind only help.
    pub fn sharpened(
        &self,
        operator: Operator<'_>,
        mut found: Found,
        number: usize,
        rounds: usize,
        work: &mut Work,
    ) -> Result<(Found, Judged), ModesError> {
        let mut judged = self.judge(&found, work);
        for _ in 0..rounds {
            if judged.poor(self.options.tolerance).iter().all(|&mode| mode >= number) {
                break;
            }
            let count = found.len();
            found = sharpen(operator, found.weighed, count, &mut work.effort)?;
            judged = self.judge(&found, work);
        }
        if found.len() > number {
            found.eigenvalues.truncate(number);
            judged = self.judge(&found, work);
        }
        Ok((found, judged))
    }

    /// Predicts the memory of a computation with so many basis vectors and modes.
    ///
    /// # Errors
    /// [`ModesError::MemoryLimit`].
    pub fn check_memory(&self, capacity: usize, count: usize) -> Result<(), ModesError> {
        let Some(limit) = self.options.memory_limit else { return Ok(()) };
        let columns = capacity + 5 * count + 3 * self.settings().width + 64.min(2 * count);
        let matrices = 8 * self.plan.entries() + 16 * self.mass.entries();
        let needed =
            self.plan.symbolic().factor_bytes() + (matrices + 8 * self.stiffness.size() * columns) as u64;
        if needed > limit { Err(ModesError::MemoryLimit { needed, limit }) } else { Ok(()) }
    }

    /// What the modes are worth.
    pub fn judge(&self, found: &Found, work: &mut Work) -> Judged {
        let started = Instant::now();
        let judged = judge(found, &self.pair(), self.plan.symbolic().dof_order());
        work.effort.check_seconds += started.elapsed().as_secs_f64();
        judged
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Signs {
    Positive,
    Both { probe_limit: f64 },
}

/// A number with so many digits.
pub(super) fn digits(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap_or(value)
}

fn check_mass(mass: &SymmetricMatrix) -> Result<(), ModesError> {
    let diagonal = mass.diagonal();
    let largest = diagonal.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if mass.largest_entry() == 0.0 {
        return Err(ModesError::NoMass);
    }
    if let Some(dof) = diagonal.iter().position(|&value| value < -MASS_ROUNDING * largest) {
        return Err(ModesError::NegativeMass { dof, value: diagonal[dof] });
    }
    for col in 0..mass.size() {
        for (row, value) in mass.column(col).filter(|&(row, _)| row != col) {
            let bound = (1.0 + 1e-6) * diagonal[row] * diagonal[col] + (MASS_ROUNDING * largest).powi(2);
            if value * value > bound {
                return Err(ModesError::IndefiniteMass { dof: row, other: col });
            }
        }
    }
    Ok(())
}

/// The middle one of |K_ii| / M_ii where there are both.
fn middle_ratio(stiffness: &[f64], mass: &[f64]) -> f64 {
    let ratios = stiffness.iter().zip(mass).filter(|&(&k, &m)| m > 0.0 && k != 0.0).map(|(k, m)| k.abs() / m);
    let mut ratios: Vec<f64> = ratios.collect();
    if ratios.is_empty() {
        return 1.0;
    }
    let middle = ratios.len() / 2;
    *ratios.select_nth_unstable_by(middle, f64::total_cmp).1
}
