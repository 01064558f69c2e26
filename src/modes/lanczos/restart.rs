//! Cutting the basis down, and locking what has converged.

use faer::Mat;

use super::ritz::by_nearness;
use super::{Lanczos, Ritz, Target};

/// Ritz values this much larger than all that follow are locked as soon as their residual is below `GIANT_RESIDUAL` theta.
const GIANT: f64 = 1e3;
const GIANT_RESIDUAL: f64 = 1e-10;

impl Lanczos<'_> {
    /// Cuts the basis down to the best Ritz vectors, and locks those whose residuals can't disturb the others.
    pub(super) fn restart(&mut self, target: Target) {
        let (locked, capacity) = (self.locked.len(), self.basis.capacity);
        let active: Vec<Ritz> = self.ritz.iter().filter(|ritz| ritz.at >= locked).copied().collect();
        let room = capacity - locked - self.next.width;
        let wanted = target.count().saturating_sub(locked - self.given).min(room / 2);
        let keep = (wanted + (room - wanted) / 2).clamp(1, room.saturating_sub(self.settings.width).max(1));
        let kept = &active[..keep.min(active.len())];
        let smallest = kept.get(wanted.max(1) - 1).or(kept.last()).map_or(0.0, |ritz| ritz.theta.abs());
        let limit = 0.1 * self.settings.tolerance * smallest;
        let (fixed, rest): (Vec<Ritz>, Vec<Ritz>) = kept.iter().partition(|ritz| ritz.residual <= limit);
        self.recombine(&fixed, &rest);
    }

    /// Locks Ritz vectors that have converged and whose theta is far above those of all others.
    pub(super) fn lock_giants(&mut self) {
        let locked = self.locked.len();
        if self.known < self.basis.len || self.exhausted {
            return;
        }
        let active: Vec<Ritz> = self.ritz.iter().filter(|ritz| ritz.at >= locked).copied().collect();
        let sharp = |ritz: &&Ritz| ritz.residual <= GIANT_RESIDUAL * ritz.theta.abs();
        let candidates = active.iter().take_while(sharp).count().min(active.len().saturating_sub(1));
        let far = |&count: &usize| active[count - 1].theta.abs() >= GIANT * active[count].theta.abs();
        if let Some(giants) = (1..=candidates).rev().find(far) {
            // The others carry rounding of the size of the giants: they are built up again.
            self.recombine(&active[..giants], &[]);
            self.next.width = 0;
        }
    }

    /// Makes the given Ritz vectors the basis, the first ones locked.
    fn recombine(&mut self, fixed: &[Ritz], rest: &[Ritz]) {
        let locked = self.locked.len();
        let order: Vec<Ritz> = fixed.iter().chain(rest).copied().collect();
        let by = Mat::from_fn(self.known - locked, order.len(), |i, j| {
            self.coefficients[(i, order[j].at - locked)]
        });
        self.basis.v.combine(locked..self.known, by.as_ref());
        if let Some(bv) = &mut self.basis.bv {
            bv.combine(locked..self.known, by.as_ref());
        }
        self.basis.len = locked + order.len();
        self.locked.extend(fixed.iter().map(|ritz| ritz.theta));
        self.t.fill(0.0);
        for (at, ritz) in rest.iter().enumerate() {
            self.t[(at, at)] = ritz.theta;
        }
        self.ritz.retain(|ritz| ritz.at < locked);
        self.ritz.extend(order.iter().enumerate().map(|(k, ritz)| Ritz { at: locked + k, ..*ritz }));
        self.ritz.sort_by(by_nearness);
        self.coefficients = Mat::identity(rest.len(), rest.len());
        (self.known, self.recent) = (self.basis.len, 0);
        self.largest_theta = rest.iter().fold(0.0, |largest: f64, ritz| largest.max(ritz.theta.abs()));
    }
}
