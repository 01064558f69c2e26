//! Solves with eight columns, the width of Lanczos blocks. There the factor's way from memory is what takes the time: a
//! general matrix product reads a few rows of many columns at a time, these kernels read eight columns from top to
//! bottom, as memory delivers fastest.

use pulp::{Simd, WithSimd};

use super::symbolic::Symbolic;

/// Columns of the block.
pub(super) const LANES: usize = 8;

/// Rows of a panel whose values stay in the nearest caches.
const ROWS: usize = 512;

/// One equation in all columns.
type Row = [f64; LANES];

/// L Z = Z for a block in the order of elimination, in place.
pub(super) fn forward<'a>(symbolic: &'a Symbolic, panels: impl Fn(usize) -> &'a [f64], values: &mut [f64]) {
    let values = rows_of(values);
    let mut products = [[0.0; LANES]; ROWS];
    for p in 0..symbolic.panel_count() {
        let (begin, end) = (symbolic.begin[p] as usize, symbolic.begin[p + 1] as usize);
        let panel = Panel { values: panels(p), height: symbolic.panel_height(p), width: end - begin };
        let (done, ahead) = values.split_at_mut(end);
        let (own, below) = (&mut done[begin..], symbolic.rows_below(p));
        pulp::Arch::new().dispatch(Down { panel, own, below, ahead, end, products: &mut products });
    }
}

/// L' Z = Z for a block in the order of elimination, in place.
pub(super) fn backward<'a>(symbolic: &'a Symbolic, panels: impl Fn(usize) -> &'a [f64], values: &mut [f64]) {
    let values = rows_of(values);
    let mut gathered = [[0.0; LANES]; ROWS];
    for p in (0..symbolic.panel_count()).rev() {
        let (begin, end) = (symbolic.begin[p] as usize, symbolic.begin[p + 1] as usize);
        let panel = Panel { values: panels(p), height: symbolic.panel_height(p), width: end - begin };
        let (done, ahead) = values.split_at_mut(end);
        let (own, below) = (&mut done[begin..], symbolic.rows_below(p));
        pulp::Arch::new().dispatch(Up { panel, own, below, ahead, end, gathered: &mut gathered });
    }
}

fn rows_of(values: &mut [f64]) -> &mut [Row] {
    let (rows, rest) = values.as_chunks_mut::<LANES>();
    assert!(rest.is_empty(), "whole rows");
    rows
}

/// A panel of the factor, column-major.
#[derive(Clone, Copy)]
struct Panel<'a> {
    values: &'a [f64],
    height: usize,
    width: usize,
}

/// Columns of the factor that are read together, where so many are left.
#[inline(always)]
fn piece(left: usize) -> usize {
    match left {
        8.. => 8,
        4..8 => 4,
        2..4 => 2,
        _ => 1,
    }
}

/// The part of a row from `lane` on that fills a vector.
#[inline(always)]
fn load<S: Simd>(_: S, row: &Row, lane: usize) -> S::f64s {
    S::as_simd_f64s(&row[lane..lane + S::F64_LANES]).0[0]
}

#[inline(always)]
fn store<S: Simd>(_: S, row: &mut Row, lane: usize, value: S::f64s) {
    S::as_mut_simd_f64s(&mut row[lane..lane + S::F64_LANES]).0[0] = value;
}

impl<'a> Panel<'a> {
    #[inline(always)]
    fn at(&self, row: usize, col: usize) -> f64 {
        self.values[col * self.height + row]
    }

    /// targets -= L(first_row.., cols) own(cols), in one vector of lanes.
    #[inline(always)]
    fn subtract<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        lane: usize,
        first_row: usize,
        first_col: usize,
        own: &[Row],
        targets: &mut [Row],
    ) {
        let rows = targets.len();
        let mut columns = [&self.values[..0]; COUNT];
        let mut minus = [simd.splat_f64s(0.0); COUNT];
        for k in 0..COUNT {
            let begin = (first_col + k) * self.height + first_row;
            columns[k] = &self.values[begin..begin + rows];
            minus[k] = simd.neg_f64s(load(simd, &own[k], lane));
        }
        for r in 0..rows {
            let mut sum = load(simd, &targets[r], lane);
            for k in 0..COUNT {
                sum = simd.mul_add_f64s(simd.splat_f64s(columns[k][r]), minus[k], sum);
            }
            store(simd, &mut targets[r], lane, sum);
        }
    }

    /// own(cols) -= L(first_row.., cols)' rows, in one vector of lanes.
    #[inline(always)]
    fn reduce<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        lane: usize,
        first_row: usize,
        first_col: usize,
        rows: &[Row],
        own: &mut [Row],
    ) {
        let mut columns = [&self.values[..0]; COUNT];
        let mut sums = [simd.splat_f64s(0.0); COUNT];
        for k in 0..COUNT {
            let begin = (first_col + k) * self.height + first_row;
            columns[k] = &self.values[begin..begin + rows.len()];
        }
        for r in 0..rows.len() {
            let row = load(simd, &rows[r], lane);
            for k in 0..COUNT {
                sums[k] = simd.mul_add_f64s(simd.splat_f64s(columns[k][r]), row, sums[k]);
            }
        }
        for k in 0..COUNT {
            let value = load(simd, &own[k], lane);
            store(simd, &mut own[k], lane, simd.sub_f64s(value, sums[k]));
        }
    }

    /// targets -= L(first_row.., cols) own.
    #[inline(always)]
    fn subtract_all<S: Simd>(
        &self,
        simd: S,
        lane: usize,
        first_row: usize,
        own: &[Row],
        targets: &mut [Row],
    ) {
        let mut col = 0;
        while col < self.width {
            let count = piece(self.width - col);
            match count {
                8 => self.subtract::<S, 8>(simd, lane, first_row, col, &own[col..], targets),
                4 => self.subtract::<S, 4>(simd, lane, first_row, col, &own[col..], targets),
                2 => self.subtract::<S, 2>(simd, lane, first_row, col, &own[col..], targets),
                _ => self.subtract::<S, 1>(simd, lane, first_row, col, &own[col..], targets),
            }
            col += count;
        }
    }

    /// own -= L(first_row.., cols)' rows.
    #[inline(always)]
    fn reduce_all<S: Simd>(&self, simd: S, lane: usize, first_row: usize, rows: &[Row], own: &mut [Row]) {
        let mut col = 0;
        while col < self.width {
            let count = piece(self.width - col);
            match count {
                8 => self.reduce::<S, 8>(simd, lane, first_row, col, rows, &mut own[col..]),
                4 => self.reduce::<S, 4>(simd, lane, first_row, col, rows, &mut own[col..]),
                2 => self.reduce::<S, 2>(simd, lane, first_row, col, rows, &mut own[col..]),
                _ => self.reduce::<S, 1>(simd, lane, first_row, col, rows, &mut own[col..]),
            }
            col += count;
        }
    }
}

/// One panel on the way down.
struct Down<'a> {
    panel: Panel<'a>,
    own: &'a mut [Row],
    below: &'a [u32],
    ahead: &'a mut [Row],
    end: usize,
    products: &'a mut [Row; ROWS],
}

impl WithSimd for Down<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { panel, own, below, ahead, end, products } = self;
        let mut lane = 0;
        while lane < LANES {
            let mut first = 0;
            while first < panel.width {
                let count = piece(panel.width - first);
                let (now, later) = own[first..].split_at_mut(count);
                for k in 0..count {
                    let pivot = simd.splat_f64s(panel.at(first + k, first + k));
                    let solved = simd.div_f64s(load(simd, &now[k], lane), pivot);
                    store(simd, &mut now[k], lane, solved);
                    let minus = simd.neg_f64s(solved);
                    for r in k + 1..count {
                        let factor = simd.splat_f64s(panel.at(first + r, first + k));
                        let value = simd.mul_add_f64s(factor, minus, load(simd, &now[r], lane));
                        store(simd, &mut now[r], lane, value);
                    }
                }
                match count {
                    8 => panel.subtract::<S, 8>(simd, lane, first + 8, first, now, later),
                    4 => panel.subtract::<S, 4>(simd, lane, first + 4, first, now, later),
                    2 => panel.subtract::<S, 2>(simd, lane, first + 2, first, now, later),
                    _ => panel.subtract::<S, 1>(simd, lane, first + 1, first, now, later),
                }
                first += count;
            }
            lane += S::F64_LANES;
        }
        for (tile, rows) in below.chunks(ROWS).enumerate() {
            let products = &mut products[..rows.len()];
            products.fill([0.0; LANES]);
            let mut lane = 0;
            while lane < LANES {
                panel.subtract_all(simd, lane, panel.width + tile * ROWS, own, products);
                lane += S::F64_LANES;
            }
            for k in 0..rows.len() {
                let value = &mut ahead[rows[k] as usize - end];
                for j in 0..LANES {
                    value[j] += products[k][j];
                }
            }
        }
    }
}

/// One panel on the way up.
struct Up<'a> {
    panel: Panel<'a>,
    own: &'a mut [Row],
    below: &'a [u32],
    ahead: &'a [Row],
    end: usize,
    gathered: &'a mut [Row; ROWS],
}

impl WithSimd for Up<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { panel, own, below, ahead, end, gathered } = self;
        for (tile, rows) in below.chunks(ROWS).enumerate() {
            let gathered = &mut gathered[..rows.len()];
            for k in 0..rows.len() {
                gathered[k] = ahead[rows[k] as usize - end];
            }
            let mut lane = 0;
            while lane < LANES {
                panel.reduce_all(simd, lane, panel.width + tile * ROWS, gathered, own);
                lane += S::F64_LANES;
            }
        }
        let mut lane = 0;
        while lane < LANES {
            let mut end = panel.width;
            while end > 0 {
                let count = piece(end);
                let first = end - count;
                let (now, later) = own[first..].split_at_mut(count);
                match count {
                    8 => panel.reduce::<S, 8>(simd, lane, end, first, later, now),
                    4 => panel.reduce::<S, 4>(simd, lane, end, first, later, now),
                    2 => panel.reduce::<S, 2>(simd, lane, end, first, later, now),
                    _ => panel.reduce::<S, 1>(simd, lane, end, first, later, now),
                }
                for k in (0..count).rev() {
                    let mut value = load(simd, &now[k], lane);
                    for r in k + 1..count {
                        let factor = simd.splat_f64s(-panel.at(first + r, first + k));
                        value = simd.mul_add_f64s(factor, load(simd, &now[r], lane), value);
                    }
                    let pivot = simd.splat_f64s(panel.at(first + k, first + k));
                    store(simd, &mut now[k], lane, simd.div_f64s(value, pivot));
                }
                end = first;
            }
            lane += S::F64_LANES;
        }
    }
}
