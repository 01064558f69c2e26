//! Eigenvalues of several upper Hessenberg matrices at once: Francis' implicit QR with double shifts.
//!
//! Each lane has its own active window, shifts and iteration count; the sweep covers the union of
//! the windows. Deflation, shifts and exceptional shifts are those of LAPACK's `dlahqr` (Ahues and
//! Tisseur 1997, LAPACK Working Note 122, for the criterion).
//!
//! A lane that is done waits for the others of its group: matrices of one size end within a few per cent of
//! each other (n = 100 to 200: the union of the windows covers 2 to 6 % more than each lane needs), while one that begins
//! anew beside others near their end would make every sweep as large as its own.
//!
//! Aggressive early deflation was tried on a model: with windows of 8 to 24 rows it saves a quarter of the
//! products at n = 200 and none at n = 100, before its own overhead in lanes.

use faer::c64;
use pulp::{Simd, WithSimd};

use super::super::lane_buffer::column_stride;
use super::super::lanes::{Lanes, MAX_LANES, Mask, Real};
use super::sweep::{LaneMatrix, Shifts, Windows};

/// Sweeps for one eigenvalue after which a matrix is given up.
pub(super) const MOST_SWEEPS: u32 = 60;

/// Sweeps after which an exceptional shift is tried, again and again.
const EXCEPTIONAL: u32 = 10;

/// A window this many times as small as the largest has its sweeps before the others.
const MUCH_SMALLER: usize = 4;

/// Windows so many rows apart can be swept together.
const NEAR: usize = 6;

/// Rows of a lane matrix for problems of size `n`: one more for the bulge.
pub(super) fn stride(n: usize) -> usize {
    column_stride(n + 1)
}

/// Numbers in the buffer for problems of size `n`.
pub(super) fn entries(n: usize) -> usize {
    (n + 1) * stride(n)
}

/// Upper Hessenberg matrices in lanes, `stride(n)` x `n + 1`, overwritten.
pub(super) struct Francis<'a> {
    /// Of the matrices, interleaved.
    pub hessenberg: &'a mut [f64],
    /// Size of the largest.
    pub n: usize,
    /// Size of each; 0 for an idle lane.
    pub sizes: [usize; MAX_LANES],
    /// Sweeps for one eigenvalue after which a lane is given up.
    pub most_sweeps: u32,
    /// Room for `n` eigenvalues of each lane, lane by lane.
    pub values: &'a mut [c64],
}

impl WithSimd for Francis<'_> {
    /// Lanes that did not converge.
    type Output = [bool; MAX_LANES];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let lanes = Lanes(simd);
        let stride = stride(self.n);
        let matrix = LaneMatrix { entries: bytemuck::cast_slice_mut(self.hessenberg), stride };
        let mut state = State::<S> {
            matrix,
            values: self.values,
            room: self.n,
            end: self.sizes,
            top: [0; MAX_LANES],
            sweeps: [0; MAX_LANES],
            most_sweeps: self.most_sweeps,
            failed: [false; MAX_LANES],
            smallest: f64::MIN_POSITIVE * (self.n as f64 / f64::EPSILON),
        };
        state.iterate(lanes);
        state.failed
    }
}

struct State<'a, S: Simd> {
    matrix: LaneMatrix<'a, S>,
    values: &'a mut [c64],
    room: usize,
    /// One past the last row of each active window; 0 when the lane is done.
    end: [usize; MAX_LANES],
    /// First row of each active window.
    top: [usize; MAX_LANES],
    /// Sweeps since the last deflation.
    sweeps: [u32; MAX_LANES],
    most_sweeps: u32,
    failed: [bool; MAX_LANES],
    /// A subdiagonal entry below is zero.
    smallest: f64,
}

#[allow(clippy::inline_always)]
impl<S: Simd> State<'_, S> {
    /// Sweeps until all lanes are done.
    #[inline(always)]
    fn iterate(&mut self, lanes: Lanes<S>) {
        loop {
            self.find_tops(lanes);
            if self.deflate() {
                continue;
            }
            let Some(windows) = self.windows(lanes) else {
                return;
            };
            self.matrix.sweep(lanes, &windows);
        }
    }

    /// One entry of one lane.
    #[inline(always)]
    fn number(&self, lane: usize, row: usize, col: usize) -> f64 {
        let numbers: &[f64] = bytemuck::cast_slice(self.matrix.entries);
        numbers[(col * self.matrix.stride + row) * Lanes::<S>::COUNT + lane]
    }

    /// Looks from each bottom upwards for a negligible subdiagonal entry.
    #[inline(always)]
    fn find_tops(&mut self, lanes: Lanes<S>) {
        let end = lanes.load(&self.end.map(|end| end as f64));
        let mut top = lanes.zero();
        let mut open = lanes.gt(end, lanes.splat(1.0));
        let last = self.end[..Lanes::<S>::COUNT].iter().copied().max().unwrap_or(0);
        for k in (1..last).rev() {
            let row = lanes.splat(k as f64);
            let here = lanes.and(open, lanes.lt(row, end));
            let found = lanes.and(here, self.negligible(lanes, k, end, here));
            if lanes.any(found) {
                top = lanes.select(found, row, top);
                let entry = self.matrix.at(k, k - 1);
                self.matrix.set(k, k - 1, lanes.select(found, lanes.zero(), entry));
                open = lanes.and(open, lanes.not(found));
                if !lanes.any(open) {
                    break;
                }
            }
        }
        let top: &[f64] = bytemuck::cast_slice(std::slice::from_ref(&top));
        for (target, &row) in self.top.iter_mut().zip(top) {
            *target = row as usize;
        }
    }

    /// Whether the subdiagonal entry left of the diagonal in row `k` is negligible, in the lanes `here`.
    #[inline(always)]
    fn negligible(&self, lanes: Lanes<S>, k: usize, end: Real<S>, here: Mask<S>) -> Mask<S> {
        let (ulp, smallest) = (lanes.splat(f64::EPSILON), lanes.splat(self.smallest));
        let [above, below, sub] =
            [self.matrix.at(k - 1, k - 1), self.matrix.at(k, k), lanes.abs(self.matrix.at(k, k - 1))];
        let mut size = lanes.add(lanes.abs(above), lanes.abs(below));
        let nothing = lanes.and(here, lanes.eq(size, lanes.zero()));
        if lanes.any(nothing) {
            let mut around = lanes.zero();
            if k >= 2 {
                around = lanes.abs(self.matrix.at(k - 1, k - 2));
            }
            let inside = lanes.lt(lanes.splat((k + 1) as f64), end);
            around = lanes.add(around, lanes.keep(inside, lanes.abs(self.matrix.at(k + 1, k))));
            size = lanes.select(nothing, around, size);
        }
        let tiny = lanes.le(sub, smallest);
        let small = lanes.le(sub, lanes.mul(ulp, size));
        if !lanes.any(lanes.and(here, small)) {
            return tiny;
        }
        let sup = lanes.abs(self.matrix.at(k - 1, k));
        let (ab, ba) = (lanes.max(sub, sup), lanes.min(sub, sup));
        let (d, gap) = (lanes.abs(below), lanes.abs(lanes.sub(above, below)));
        let (aa, bb) = (lanes.max(d, gap), lanes.min(d, gap));
        let s = lanes.add(aa, ab);
        let left = lanes.mul(ba, lanes.div(ab, s));
        let right = lanes.mul(ulp, lanes.mul(bb, lanes.div(aa, s)));
        lanes.or(tiny, lanes.and(small, lanes.le(left, lanes.max(right, smallest))))
    }

    /// Takes the eigenvalues of windows of one or two rows; whether there were any.
    #[inline(always)]
    fn deflate(&mut self) -> bool {
        let mut any = false;
        for lane in 0..Lanes::<S>::COUNT {
            let (top, end) = (self.top[lane], self.end[lane]);
            let entry = |i, j| self.number(lane, top + i, top + j);
            let pair = match end - top {
                1 => [c64::new(entry(0, 0), 0.0); 2],
                2 => eigenvalues_2x2([[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]),
                _ => continue,
            };
            self.values[lane * self.room..][top..end].copy_from_slice(&pair[..end - top]);
            self.end[lane] = top;
            self.sweeps[lane] = 0;
            any = true;
        }
        any
    }

    /// The windows and shifts of the next sweep; `None` when all lanes are done.
    #[inline(always)]
    fn windows(&mut self, lanes: Lanes<S>) -> Option<Windows<S>> {
        let mut plan = Plan::default();
        for lane in 0..Lanes::<S>::COUNT {
            if self.end[lane] > 0 && self.sweeps[lane] >= self.most_sweeps {
                self.failed[lane] = true;
                self.end[lane] = 0;
            }
        }
        let turn = self.whose_turn(Lanes::<S>::COUNT);
        for lane in (0..Lanes::<S>::COUNT).filter(|&lane| turn[lane]) {
            self.sweeps[lane] += 1;
            let rows = self.top[lane]..self.end[lane];
            for (value, new) in plan.blocks.iter_mut().zip(self.shift_block(lane)) {
                value[lane] = new;
            }
            (plan.top[lane], plan.bottom[lane]) = (rows.start as f64, (rows.end - 1) as f64);
            plan.lowest_top = plan.lowest_top.min(rows.start);
            plan.highest_bottom = plan.highest_bottom.max(rows.end - 1);
        }
        if plan.lowest_top >= plan.highest_bottom {
            return None;
        }
        Some(Windows {
            top: lanes.load(&plan.top),
            bottom: lanes.load(&plan.bottom),
            shifts: shifts(lanes, plan.blocks.map(|x| lanes.load(&x))),
            lowest_top: plan.lowest_top,
            highest_bottom: plan.highest_bottom,
        })
    }

    /// The lanes that take part in the next sweep: all, unless one has a window much smaller than another's.
    ///
    /// Then it comes first, with those whose windows are at the same place, so that no lane waits
    /// for the large sweeps of its neighbours. A lane makes the same sweeps in either case.
    #[inline(always)]
    fn whose_turn(&self, count: usize) -> [bool; MAX_LANES] {
        let active = |lane: &usize| self.end[*lane] > 0;
        let length = |lane: &usize| self.end[*lane] - self.top[*lane];
        let lanes = (0..count).filter(active);
        let mut turn = [false; MAX_LANES];
        let (Some(smallest), Some(largest)) =
            (lanes.clone().min_by_key(length), lanes.clone().max_by_key(length))
        else {
            return turn;
        };
        let apart = MUCH_SMALLER * length(&smallest) <= length(&largest);
        let (from, to) = (self.top[smallest].saturating_sub(NEAR), self.end[smallest] + NEAR);
        for lane in lanes {
            turn[lane] = !apart || (self.top[lane] >= from && self.end[lane] <= to);
        }
        turn
    }

    /// The 2x2 block whose eigenvalues are the shifts of a lane, by columns.
    #[inline(always)]
    fn shift_block(&self, lane: usize) -> [f64; 4] {
        let (l, i) = (self.top[lane], self.end[lane] - 1);
        let entry = |row, col| self.number(lane, row, col);
        let sweeps = self.sweeps[lane];
        let exceptional = |s: f64, d: f64| [0.75 * s + d, s, -0.4375 * s, 0.75 * s + d];
        if sweeps.is_multiple_of(2 * EXCEPTIONAL) {
            exceptional(entry(i, i - 1).abs() + entry(i - 1, i - 2).abs(), entry(i, i))
        } else if sweeps.is_multiple_of(EXCEPTIONAL) {
            exceptional(entry(l + 1, l).abs() + entry(l + 2, l + 1).abs(), entry(l, l))
        } else {
            [entry(i - 1, i - 1), entry(i, i - 1), entry(i - 1, i), entry(i, i)]
        }
    }
}

/// What each lane brings to the next sweep.
struct Plan {
    top: [f64; MAX_LANES],
    bottom: [f64; MAX_LANES],
    /// The last 2x2 block, by columns.
    blocks: [[f64; MAX_LANES]; 4],
    lowest_top: usize,
    highest_bottom: usize,
}

impl Default for Plan {
    /// Idle lanes: a window that ends before all rows and begins beyond them.
    fn default() -> Self {
        Self {
            top: [f64::INFINITY; MAX_LANES],
            bottom: [-1.0; MAX_LANES],
            blocks: [[0.0; MAX_LANES]; 4],
            lowest_top: usize::MAX,
            highest_bottom: 0,
        }
    }
}

/// The eigenvalues of a 2x2 block; where they are real, twice the one that is closer to the last entry.
#[inline(always)]
#[allow(clippy::inline_always)]
fn shifts<S: Simd>(lanes: Lanes<S>, [h11, h21, h12, h22]: [Real<S>; 4]) -> Shifts<S> {
    let zero = lanes.zero();
    let size = |a, b| lanes.add(lanes.abs(a), lanes.abs(b));
    let s = lanes.add(size(h11, h12), size(h21, h22));
    let inverse = lanes.keep(lanes.gt(s, zero), lanes.div(lanes.splat(1.0), s));
    let [h11, h21, h12, h22] = [h11, h21, h12, h22].map(|h| lanes.mul(h, inverse));
    let mean = lanes.mul(lanes.splat(0.5), lanes.add(h11, h22));
    let product = lanes.mul(lanes.sub(h11, mean), lanes.sub(h22, mean));
    let determinant = lanes.fnma(h12, h21, product);
    let root = lanes.sqrt(lanes.abs(determinant));
    let (plus, minus) = (lanes.add(mean, root), lanes.sub(mean, root));
    let distance = |x| lanes.abs(lanes.sub(x, h22));
    let real = lanes.select(lanes.le(distance(plus), distance(minus)), plus, minus);
    let is_real = lanes.lt(determinant, zero);
    let re = lanes.mul(s, lanes.select(is_real, real, mean));
    Shifts { re1: re, re2: re, im: lanes.mul(s, lanes.select(is_real, zero, root)) }
}

/// Eigenvalues of a real 2x2 matrix, the one with positive imaginary part first.
///
/// Real ones without cancellation: the larger root by its formula, the other one from the product.
fn eigenvalues_2x2([[a, b], [c, d]]: [[f64; 2]; 2]) -> [c64; 2] {
    let scale = a.abs().max(b.abs()).max(c.abs()).max(d.abs());
    if scale == 0.0 || b == 0.0 || c == 0.0 {
        return [c64::new(a, 0.0), c64::new(d, 0.0)];
    }
    // A zero has no sign of its own: the sweeps of neighbours may have changed it.
    let p = 0.5 * (a - d) + 0.0;
    let (larger, smaller) = (b.abs().max(c.abs()), b.abs().min(c.abs()) * (b.signum() * c.signum()));
    // The discriminant p^2 + b c, scaled.
    let size = p.abs().max(larger);
    let z = p / size * p + larger / size * smaller;
    if z >= 0.0 {
        let z = p + (size.sqrt() * z.sqrt()).copysign(p);
        return [c64::new(d + z, 0.0), c64::new(d - larger / z * smaller, 0.0)];
    }
    let middle = d + p;
    let im = size.sqrt() * (-z).sqrt();
    [c64::new(middle, im), c64::new(middle, -im)]
}
