//! Block shift-invert Lanczos.
//!
//! The operator A = (K - sigma M)^-1 M has the eigenvalues theta = 1 / (lambda - sigma) and is symmetric in the inner
//! products of M and of K - sigma M ([`Inner`]). From a block V_1 the iteration builds an orthonormal basis of its Krylov
//! space, fully reorthogonalized, so that T = V' B A V is known to rounding; eigenvectors of T give Ritz vectors
//! x = V s with
//!
//! ```text
//! A x - theta x = W s_last,  || A x - theta x ||_M = sqrt(s_last' (W' M W) s_last)
//! ```
//!
//! where W is what the last block leaves over. When the basis is full it is cut down to the best Ritz vectors (thick
//! restart); those that have converged are locked: orthogonalized against, but no longer part of T. Eigenvalues far nearer
//! to the shift than all others (rigid-body modes; a mode that happens to lie at the shift) are locked as soon as they
//! have converged, since rounding in T is as large as they make it.
//!
//! R. G. Grimes, J. G. Lewis, H. D. Simon, SIAM J. Matrix Anal. Appl. 15 (1994) 228-272, doi:10.1137/S0895479888151111;
//! K. Wu, H. Simon, SIAM J. Matrix Anal. Appl. 22 (2000) 602-616, doi:10.1137/S0895479898334605; semidefinite M: B.
//! Nour-Omid, B. N. Parlett, T. Ericsson, P. S. Jensen, Math. Comp. 48 (1987) 663-673,
//! doi:10.1090/S0025-5718-1987-0878698-5.

mod restart;
mod ritz;
mod start;

use std::time::Instant;

use faer::{Mat, MatRef};

use super::ModesError;
use super::dense::symmetric_eigen;
use super::orthonormal::{Basis, Block, Inner};
use super::result::Effort;
use crate::parallel::Progress;

pub(super) use ritz::{Ending, Operator, Ritz, Settings, Target};

use ritz::by_nearness;
use start::{draw, mix};

/// Columns whose norm is below this part of the largest |theta| are rounding.
const NEGLIGIBLE: f64 = 1e-13;

/// The same in the inner product of K - sigma M, where rounding of the solves is seen too.
const NEGLIGIBLE_STIFFNESS: f64 = 1e-11;

/// Norm of columns, once of norm one, below which a second solve has found them to be rounding.
const SETTLED: f64 = 1e-2;

/// Eigenvalues theta below this part of the largest belong to motions without mass.
const INFINITE: f64 = 1e-12;

/// Negative thetas of this part of the largest are no rounding, where K - sigma M is definite.
const NEGATIVE: f64 = 1e-9;

/// Random columns that keep less than this part of their norm beside the basis have nothing new.
const EXHAUSTED: f64 = 1e-9;

/// Where the random blocks of an iteration beside known vectors begin.
const DRAWS_BESIDE_KNOWN: u64 = 512;

/// The basis has room for the wanted vectors twice, and for so many blocks more.
const SPARE_BLOCKS: usize = 12;

/// Ritz values are looked at when the basis has grown by this part.
const GROWTH_BEFORE_CHECK: usize = 16;

/// Parts of the tolerance that the iteration aims at, as the residual of K and M differs a little from that of A.
const CAUTION: f64 = 0.5;

/// An iteration on its way.
pub(super) struct Lanczos<'a> {
    pub operator: Operator<'a>,
    settings: Settings,
    basis: Basis,
    /// The first columns of the basis are locked; their thetas.
    locked: Vec<f64>,
    /// How many of them were known from the start.
    given: usize,
    /// V' M A V of the columns behind, but for the last block that was appended.
    t: Mat<f64>,
    /// The next block, orthonormal, not yet in the basis.
    next: Block,
    /// Columns of the basis that `ritz` and `coefficients` speak of.
    known: usize,
    /// W' M W of what the last block left over.
    remainder: Mat<f64>,
    ritz: Vec<Ritz>,
    coefficients: Mat<f64>,
    largest_theta: f64,
    draws: u64,
    exhausted: bool,
    polluted: bool,
    /// A makes of the next block something with components along the columns from here on.
    recent: usize,
}

impl<'a> Lanczos<'a> {
    /// An iteration from `start` (packed, in the order of elimination, any number of columns), beside the columns that
    /// `basis` has already: those are eigenvectors with the eigenvalues `known`.
    pub fn new(
        operator: Operator<'a>,
        settings: Settings,
        basis: Basis,
        known: &[f64],
        start: Option<(&[f64], usize)>,
        effort: &mut Effort,
    ) -> Result<Self, ModesError> {
        let size = operator.mass.matrix.size();
        let locked: Vec<f64> = known.iter().map(|eigenvalue| (eigenvalue - operator.sigma).recip()).collect();
        let next = Block::new(size, settings.width)?;
        let t = Mat::zeros(basis.capacity, basis.capacity);
        let mut lanczos = Self {
            operator,
            settings,
            basis,
            given: locked.len(),
            locked,
            t,
            next,
            known: 0,
            remainder: Mat::zeros(0, 0),
            ritz: Vec::new(),
            coefficients: Mat::zeros(0, 0),
            largest_theta: 0.0,
            // Beside known vectors other numbers than those that the known ones came from.
            draws: if known.is_empty() { 0 } else { DRAWS_BESIDE_KNOWN },
            exhausted: false,
            polluted: false,
            recent: 0,
        };
        lanczos.fresh_block(start, effort)?;
        lanczos.look()?;
        Ok(lanczos)
    }

    /// Columns of a basis for so many wanted vectors.
    pub fn capacity(size: usize, wanted: usize, width: usize) -> usize {
        (2 * wanted + SPARE_BLOCKS * width).min(size + width)
    }

    /// Goes on until the target is reached, to `tighten` times the tolerance.
    pub fn run(
        &mut self,
        target: Target,
        tighten: f64,
        progress: &dyn Progress,
        effort: &mut Effort,
    ) -> Result<Ending, ModesError> {
        let mut shown = 0;
        loop {
            self.judge(tighten);
            self.lock_giants();
            let reached = self.reached(target);
            let count = reached.min(target.count());
            progress.advance(count.saturating_sub(shown) as u64);
            shown = shown.max(count);
            if reached >= target.count() {
                return Ok(Ending::Reached);
            }
            if self.exhausted {
                return Ok(Ending::Exhausted);
            }
            if self.polluted && self.settings.heed_pollution {
                return Ok(Ending::Polluted);
            }
            if self.is_full() {
                return Ok(Ending::Full);
            }
            if effort.steps >= self.settings.most_steps {
                return Ok(Ending::GaveUp);
            }
            self.advance(target, effort)?;
        }
    }

    /// A motion with negative mass: where K - sigma M is positive definite theta says which sign x' M x has. In the inner
    /// product of M such motions don't come so far.
    pub fn negative_mass(&self) -> Option<Ritz> {
        let negative = |ritz: &&Ritz| {
            ritz.theta < -NEGATIVE * self.largest_theta && ritz.residual <= 0.01 * ritz.theta.abs()
        };
        self.ritz.iter().find(negative).filter(|_| self.basis.inner() == Inner::Stiffness).copied()
    }

    /// Ritz values with finite eigenvalues, nearest to the shift first.
    pub fn ritz(&self) -> &[Ritz] {
        &self.ritz
    }

    /// The basis, and what combines its columns to the Ritz vectors in question.
    pub fn vectors(&self, which: &[Ritz]) -> (&Basis, Mat<f64>) {
        let locked = self.locked.len();
        let by = Mat::from_fn(self.known, which.len(), |i, j| match which[j].at.checked_sub(locked) {
            None => f64::from(u8::from(i == which[j].at)),
            Some(_) if i < locked => 0.0,
            Some(at) => self.coefficients[(i - locked, at)],
        });
        (&self.basis, by)
    }

    /// The memory of the basis, for the next iteration.
    pub fn into_basis(self) -> Basis {
        let mut basis = self.basis;
        basis.len = 0;
        basis
    }

    /// Whether a Ritz value belongs to the eigenvectors that were known from the start.
    pub fn is_given(&self, ritz: &Ritz) -> bool {
        ritz.at < self.given
    }

    /// Whether a Ritz value is new, has converged and lies within an interval.
    pub fn is_inside(&self, ritz: &Ritz, target: Target) -> bool {
        let Target::Inside { low, high, .. } = target else { return false };
        !self.is_given(ritz) && ritz.converged && (low..=high).contains(&ritz.eigenvalue)
    }

    /// How many of the wanted Ritz values have converged, counted up to the first that has not.
    fn reached(&self, target: Target) -> usize {
        let leading = |ritz: &mut dyn Iterator<Item = &Ritz>| ritz.take_while(|ritz| ritz.converged).count();
        match target {
            Target::Lowest(_) => leading(&mut self.ritz.iter().filter(|ritz| ritz.is_above_shift())),
            Target::Nearest(_) => leading(&mut self.ritz.iter()),
            Target::Inside { .. } => self.ritz.iter().filter(|ritz| self.is_inside(ritz, target)).count(),
        }
    }

    /// Whether the locked vectors leave no room for a restart.
    fn is_full(&self) -> bool {
        let (width, capacity) = (self.next.width.max(1), self.basis.capacity);
        self.basis.len + width > capacity && self.locked.len() + width + 1 > capacity
    }

    /// One block step: the next block enters the basis, and what A makes of it is orthogonalized.
    fn advance(&mut self, target: Target, effort: &mut Effort) -> Result<(), ModesError> {
        if self.next.width == 0 {
            self.fresh_block(None, effort)?;
            if self.next.width == 0 {
                self.exhausted = true;
                return self.look();
            }
        }
        if self.basis.len + self.next.width > self.basis.capacity {
            if self.known < self.basis.len {
                self.look()?;
            }
            self.restart(target);
            effort.restarts += 1;
        }
        let (begin, width) = (self.basis.len, self.next.width);
        self.basis.append(&self.next);
        self.next.become_loads(self.operator.mass);
        self.operator.solve(self.next.w_mut(), width, effort);
        effort.steps += 1;
        let started = Instant::now();
        // In exact arithmetic there are components along the last two blocks alone; what rounding leaves along the others
        // is small, and taken out once.
        let recent = self.recent;
        let near = self.basis.remove_recent_from(recent, &mut self.next, self.operator.mass);
        let mut h = self.basis.remove_from(&mut self.next, self.operator.mass);
        let mut part = h.as_mut().subrows_mut(recent, near.nrows());
        part += &near;
        self.recent = begin;
        self.note(h.as_ref(), begin);
        let negligible = self.largest_theta
            * match self.basis.inner() {
                Inner::Mass => NEGLIGIBLE,
                Inner::Stiffness => NEGLIGIBLE_STIFFNESS,
            };
        let mass_gram = match self.basis.inner() {
            Inner::Mass => None,
            Inner::Stiffness => Some(self.next.mass_gram(self.operator.mass)),
        };
        let (gram, polluted) = self.next.orthonormalize(self.operator.mass, &self.basis, negligible)?;
        (self.remainder, self.polluted) = (mass_gram.unwrap_or(gram), self.polluted | polluted);
        self.settle(effort)?;
        effort.orthogonalize_seconds += started.elapsed().as_secs_f64();
        let grown = self.basis.len - self.known;
        if grown * GROWTH_BEFORE_CHECK >= self.known || self.next.width == 0 { self.look() } else { Ok(()) }
    }

    /// Enters the columns of T that belong to the block from column `begin` of the basis on.
    fn note(&mut self, h: MatRef<'_, f64>, begin: usize) {
        let locked = self.locked.len();
        for j in 0..h.ncols() {
            for i in locked..h.nrows() {
                let value =
                    if i >= begin { 0.5 * (h[(i, j)] + h[(begin + j, i - begin)]) } else { h[(i, j)] };
                self.t[(i - locked, begin + j - locked)] = value;
                self.t[(begin + j - locked, i - locked)] = value;
                self.largest_theta = self.largest_theta.max(value.abs());
            }
        }
    }

    /// A next block from given columns, or from random ones, of what A makes of them: free of motions without mass.
    fn fresh_block(&mut self, start: Option<(&[f64], usize)>, effort: &mut Effort) -> Result<(), ModesError> {
        let mass = self.operator.mass;
        // A restart needs room for one column beside the block.
        let room = self.basis.capacity - self.locked.len();
        let width = self.settings.width.min(room.saturating_sub(1).max(1));
        self.next.width = width;
        self.draws += 1;
        let places = self.operator.factor.symbolic().dof_order();
        draw(self.next.w_mut(), width, places, self.draws);
        if let Some((block, given)) = start {
            mix(self.next.w_mut(), width, block, given);
        }
        // Motions that A makes huge are taken out before, so that what is left is not their rounding.
        self.basis.loads_beside(&mut self.next, mass);
        self.operator.solve(self.next.w_mut(), width, effort);
        let before = self.next.largest_norm(mass, self.basis.inner());
        self.basis.remove_from(&mut self.next, self.operator.mass);
        self.basis.remove_from(&mut self.next, self.operator.mass);
        self.next.orthonormalize(mass, &self.basis, EXHAUSTED * before)?;
        self.remainder = Mat::zeros(0, 0);
        self.recent = 0;
        self.settle(effort)
    }

    /// In the inner product of B = K - sigma M: solves for the next block again, since W and B W went through the same
    /// combinations and, where those cancelled, no longer belong together to all digits.
    fn settle(&mut self, effort: &mut Effort) -> Result<(), ModesError> {
        if self.basis.inner() == Inner::Mass || self.next.width == 0 {
            return Ok(());
        }
        let width = self.next.width;
        self.next.become_own_loads();
        self.operator.solve(self.next.w_mut(), width, effort);
        self.basis.remove_from(&mut self.next, self.operator.mass);
        self.next.orthonormalize(self.operator.mass, &self.basis, SETTLED)?;
        Ok(())
    }

    /// Rayleigh and Ritz: the eigenvalues of T.
    fn look(&mut self) -> Result<(), ModesError> {
        let locked = self.locked.len();
        self.known = self.basis.len;
        let size = self.known - locked;
        let (thetas, coefficients) =
            symmetric_eigen(self.t.as_ref().submatrix(0, 0, size, size)).ok_or(ModesError::NotANumber)?;
        self.coefficients = coefficients;
        self.largest_theta = thetas.iter().fold(0.0, |largest: f64, theta| largest.max(theta.abs()));
        let residual = |at: usize| {
            let (first, gram) = (size - self.remainder.nrows().min(size), &self.remainder);
            let last = |i: usize| self.coefficients[(first + i, at)];
            let width = size - first;
            // In the inner product of K - sigma M the Ritz vectors have || x ||_M^2 = theta.
            let weight = if self.basis.inner() == Inner::Stiffness { thetas[at].abs() } else { 1.0 };
            let square: f64 =
                (0..width).map(|i| (0..width).map(|j| last(i) * gram[(i, j)] * last(j)).sum::<f64>()).sum();
            (square.max(0.0) / weight).sqrt()
        };
        let known = self.locked.iter().enumerate().map(|(at, &theta)| (theta, 0.0, at));
        let active = thetas.iter().enumerate().map(|(at, &theta)| (theta, residual(at), locked + at));
        let ritz = known.chain(active).map(|(theta, residual, at)| Ritz {
            eigenvalue: self.operator.eigenvalue(theta),
            theta,
            residual,
            converged: false,
            at,
        });
        let infinite = INFINITE * self.largest_theta;
        self.ritz = ritz.filter(|ritz| ritz.at < locked || ritz.theta.abs() > infinite).collect();
        self.ritz.sort_by(by_nearness);
        Ok(())
    }

    /// Which Ritz values have converged. What A leaves over, r / |theta|, is the residual of K and M times
    /// |lambda - sigma| / |lambda|.
    fn judge(&mut self, tighten: f64) {
        let (sigma, aim) = (self.operator.sigma, CAUTION * tighten * self.settings.tolerance);
        for ritz in &mut self.ritz {
            let nearness = (ritz.eigenvalue / (ritz.eigenvalue - sigma)).abs().clamp(1e-4, 1.0);
            ritz.converged = ritz.residual <= aim * nearness * ritz.theta.abs();
        }
    }
}
