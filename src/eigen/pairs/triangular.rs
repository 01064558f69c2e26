//! Cholesky factors and their inverses applied to matrices, one in each lane.
//!
//! All loops work on tiles of a few rows and columns, which stay in registers while a product of
//! columns after the other is taken off.
#![allow(clippy::needless_range_loop)] // rows and columns of tiles read best by their numbers

use pulp::Simd;

use crate::eigen::lane_buffer::column_stride;
use crate::eigen::lanes::{Lanes, MAX_LANES, Mask, Real};

/// Columns of a tile.
const WIDE: usize = 4;
/// Rows of a tile where there are 32 vector registers, and where there are 16.
const HIGH: usize = 4;
const LOW: usize = 2;

/// The first pivot of a matrix that is too small: its equation, and what is left of the diagonal entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BadPivot {
    pub dof: usize,
    pub pivot: f64,
}

/// Cholesky factors.
#[derive(Clone, Copy)]
pub(super) struct Factor<'a, R> {
    /// `L`, lower triangle, `n x n`.
    pub lower: &'a [R],
    /// `1 / L_ii`
    pub inverses: &'a [R],
    /// Size.
    pub n: usize,
}

/// Rows of a result that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// All of them.
    All,
    /// Those from the diagonal on.
    Lower,
}

/// `C` columns of `R` rows each.
type Tile<V, const R: usize, const C: usize> = [[V; R]; C];

/// Puts `L` in the place of the lower triangle of `a = L L'`, `n x n`, and `1 / L_ii` into `inverses`.
///
/// A pivot must be positive and larger than its diagonal entry over `ratio_limit`; of each lane the first
/// one that is not is returned, and 1 takes its place.
#[inline(always)]
pub(super) fn cholesky<S: Simd>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    inverses: &mut [Real<S>],
    ratio_limit: f64,
) -> [Option<BadPivot>; MAX_LANES] {
    let n = inverses.len();
    let mut pivots = Pivots { limit: lanes.splat(1.0 / ratio_limit), bad: [None; MAX_LANES] };
    let mut j = 0;
    while n - j >= WIDE {
        cholesky_block::<S, WIDE>(lanes, a, inverses, j, &mut pivots);
        j += WIDE;
    }
    while j < n {
        cholesky_block::<S, 1>(lanes, a, inverses, j, &mut pivots);
        j += 1;
    }
    pivots.bad
}

/// Columns `j .. j + W` of the factor.
#[inline(always)]
fn cholesky_block<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    inverses: &mut [Real<S>],
    j: usize,
    pivots: &mut Pivots<Real<S>>,
) {
    let (n, ld) = (inverses.len(), column_stride(inverses.len()));
    let (done, block) = a.split_at_mut(j * ld);
    let (done, block) = (&*done, &mut block[..W * ld]);
    let entries = load::<_, W, W>(block, ld, j);
    let mut corner = less_product::<S, W, W>(lanes, entries, (done, j), (done, j), ld);
    for c in 0..W {
        for b in 0..c {
            for r in c..W {
                corner[c][r] = lanes.fnma(corner[b][r], corner[b][c], corner[c][r]);
            }
        }
        let pivot = pivots.check(lanes, (j + c, corner[c][c]), entries[c][c]);
        let root = lanes.sqrt(pivot);
        inverses[j + c] = lanes.div(lanes.splat(1.0), root);
        corner[c][c] = root;
        for r in c + 1..W {
            corner[c][r] = lanes.mul(corner[c][r], inverses[j + c]);
        }
    }
    store(block, ld, j, &corner);
    let right = Right { columns: done, corner, inverses: part(inverses, j), first: j };
    right.solve_rows(lanes, (done, block), n, j + W);
}

/// Looks after the pivots.
struct Pivots<R> {
    limit: R,
    bad: [Option<BadPivot>; MAX_LANES],
}

impl<R: Copy> Pivots<R> {
    /// The pivot, or 1 in the lanes where it is too small.
    #[inline(always)]
    fn check<S: Simd<f64s = R>>(&mut self, lanes: Lanes<S>, (dof, pivot): (usize, R), entry: R) -> R {
        let bound = lanes.max(lanes.mul(lanes.abs(entry), self.limit), lanes.zero());
        let good: Mask<S> = lanes.gt(pivot, bound);
        if lanes.any(lanes.not(good)) {
            let (found, bounds) = (lanes.numbers(&pivot), lanes.numbers(&bound));
            for (bad, (&pivot, &bound)) in self.bad.iter_mut().zip(found.iter().zip(bounds)) {
                let too_small = pivot.is_nan() || pivot <= bound;
                if too_small && bad.is_none() {
                    *bad = Some(BadPivot { dof, pivot });
                }
            }
        }
        lanes.select(good, pivot, lanes.splat(1.0))
    }
}

/// `A L^-T` in the place of `a`, `n x n`; its other rows are not touched or spoiled.
#[inline(always)]
pub(super) fn times_inverse_transpose<S: Simd>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    factor: Factor<'_, Real<S>>,
    rows: Rows,
) {
    let n = factor.n;
    let mut j = 0;
    while n - j >= WIDE {
        solve_block::<S, WIDE>(lanes, a, factor, j, rows);
        j += WIDE;
    }
    while j < n {
        solve_block::<S, 1>(lanes, a, factor, j, rows);
        j += 1;
    }
}

#[inline(always)]
fn solve_block<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    factor: Factor<'_, Real<S>>,
    j: usize,
    rows: Rows,
) {
    let (n, ld) = (factor.n, column_stride(factor.n));
    let (done, block) = a.split_at_mut(j * ld);
    let (columns, corner) = factor.lower.split_at(j * ld);
    let right = Right {
        columns,
        corner: load::<_, W, W>(corner, ld, j),
        inverses: part(factor.inverses, j),
        first: j,
    };
    let first_row = if rows == Rows::All { 0 } else { j };
    right.solve_rows(lanes, (&*done, &mut block[..W * ld]), n, first_row);
}

/// `W` rows of a factor, transposed: what columns `first .. first + W` are solved with.
struct Right<'a, V, const W: usize> {
    /// The columns before `first`.
    columns: &'a [V],
    /// The lower triangle on the diagonal, and its inverse diagonal.
    corner: Tile<V, W, W>,
    inverses: [V; W],
    first: usize,
}

impl<V: Copy, const W: usize> Right<'_, V, W> {
    /// `X = (block - done columns') corner^-T` for the rows from `row` on.
    #[inline(always)]
    fn solve_rows<S: Simd<f64s = V>>(
        &self,
        lanes: Lanes<S>,
        (done, block): (&[V], &mut [V]),
        n: usize,
        mut row: usize,
    ) {
        while S::REGISTER_COUNT >= 32 && n - row >= HIGH {
            self.solve_tile::<S, HIGH>(lanes, (done, block), n, row);
            row += HIGH;
        }
        while n - row >= LOW {
            self.solve_tile::<S, LOW>(lanes, (done, block), n, row);
            row += LOW;
        }
        while row < n {
            self.solve_tile::<S, 1>(lanes, (done, block), n, row);
            row += 1;
        }
    }

    #[inline(always)]
    fn solve_tile<S: Simd<f64s = V>, const R: usize>(
        &self,
        lanes: Lanes<S>,
        (done, block): (&[V], &mut [V]),
        n: usize,
        row: usize,
    ) {
        let ld = column_stride(n);
        let entries = load::<_, R, W>(block, ld, row);
        let mut tile = less_product::<S, R, W>(lanes, entries, (done, row), (self.columns, self.first), ld);
        for c in 0..W {
            for r in 0..R {
                for b in 0..c {
                    tile[c][r] = lanes.fnma(tile[b][r], self.corner[b][c], tile[c][r]);
                }
                tile[c][r] = lanes.mul(tile[c][r], self.inverses[c]);
            }
        }
        store(block, ld, row, &tile);
    }
}

/// `tile_rc - sum_k left_(row + r, k) right_(col + c, k)`
#[inline(always)]
fn less_product<S: Simd, const R: usize, const W: usize>(
    lanes: Lanes<S>,
    mut tile: Tile<Real<S>, R, W>,
    (left, row): (&[Real<S>], usize),
    (right, col): (&[Real<S>], usize),
    ld: usize,
) -> Tile<Real<S>, R, W> {
    for (left, right) in left.chunks_exact(ld).zip(right.chunks_exact(ld)) {
        let (left, right): ([_; R], [_; W]) = (part(left, row), part(right, col));
        for c in 0..W {
            for r in 0..R {
                tile[c][r] = lanes.fnma(left[r], right[c], tile[c][r]);
            }
        }
    }
    tile
}

/// `X = L^-T X`, from the last row up, for the `n` columns of `x`.
#[inline(always)]
pub(super) fn inverse_transpose_times<S: Simd>(
    lanes: Lanes<S>,
    factor: Factor<'_, Real<S>>,
    x: &mut [Real<S>],
) {
    let ld = column_stride(factor.n);
    let mut blocks = x.chunks_exact_mut(WIDE * ld);
    for block in &mut blocks {
        back_substitute::<S, WIDE>(lanes, factor, block);
    }
    for column in blocks.into_remainder().chunks_exact_mut(ld) {
        back_substitute::<S, 1>(lanes, factor, column);
    }
}

#[inline(always)]
fn back_substitute<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    factor: Factor<'_, Real<S>>,
    block: &mut [Real<S>],
) {
    let mut row = factor.n;
    while S::REGISTER_COUNT >= 32 && row >= HIGH {
        row -= HIGH;
        back_tile::<S, HIGH, W>(lanes, factor, block, row);
    }
    while row >= LOW {
        row -= LOW;
        back_tile::<S, LOW, W>(lanes, factor, block, row);
    }
    while row > 0 {
        row -= 1;
        back_tile::<S, 1, W>(lanes, factor, block, row);
    }
}

/// Rows `row .. row + R` of `W` columns, after those below them.
#[inline(always)]
fn back_tile<S: Simd, const R: usize, const W: usize>(
    lanes: Lanes<S>,
    factor: Factor<'_, Real<S>>,
    block: &mut [Real<S>],
    row: usize,
) {
    let (n, ld, behind) = (factor.n, column_stride(factor.n), row + R);
    let mut tile = load::<_, R, W>(block, ld, row);
    let left: [&[Real<S>]; R] =
        std::array::from_fn(|r| &factor.lower[(row + r) * ld + behind..][..n - behind]);
    let right: [&[Real<S>]; W] = std::array::from_fn(|c| &block[c * ld + behind..][..n - behind]);
    for k in 0..n - behind {
        for c in 0..W {
            for r in 0..R {
                tile[c][r] = lanes.fnma(left[r][k], right[c][k], tile[c][r]);
            }
        }
    }
    let corner = load::<_, R, R>(&factor.lower[row * ld..], ld, row);
    for r in (0..R).rev() {
        for c in 0..W {
            for below in r + 1..R {
                tile[c][r] = lanes.fnma(corner[r][below], tile[c][below], tile[c][r]);
            }
            tile[c][r] = lanes.mul(tile[c][r], factor.inverses[row + r]);
        }
    }
    store(block, ld, row, &tile);
}

/// `N` numbers from `start` on.
#[inline(always)]
fn part<V: Copy, const N: usize>(values: &[V], start: usize) -> [V; N] {
    *values[start..].first_chunk::<N>().expect("inside the matrix")
}

#[inline(always)]
fn load<V: Copy, const R: usize, const C: usize>(columns: &[V], ld: usize, row: usize) -> Tile<V, R, C> {
    std::array::from_fn(|c| part(columns, c * ld + row))
}

#[inline(always)]
fn store<V: Copy, const R: usize, const C: usize>(
    columns: &mut [V],
    ld: usize,
    row: usize,
    tile: &Tile<V, R, C>,
) {
    for (c, part) in tile.iter().enumerate() {
        columns[c * ld + row..][..R].copy_from_slice(part);
    }
}
