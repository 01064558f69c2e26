//! Products of a tall block with one of eight columns: the width of the Lanczos blocks, for which a general matrix
//! product leaves most of the vector registers idle.

use faer::MatMut;
use faer::reborrow::ReborrowMut;
use pulp::NullaryFnOnce;

/// Columns of the narrow block.
pub(super) const LANES: usize = 8;

/// Columns of the tall block that are held in registers together.
const TOGETHER: usize = 12;

/// Rows that are held in registers together.
const ROWS: usize = 8;

/// Some rows of a tall block, row-major.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub values: &'a [f64],
    pub stride: usize,
    /// First column in use.
    pub first: usize,
    /// Columns in use.
    pub width: usize,
}

/// A' B, B with [`LANES`] columns.
pub(super) fn cross(a: Rows<'_>, b: Rows<'_>, to: MatMut<'_, f64>) {
    pulp::Arch::new().dispatch(Cross { a, b, to });
}

/// W += A H for packed rows W of [`LANES`] columns.
pub(super) fn add_product(a: Rows<'_>, h: &[[f64; LANES]], w: &mut [f64]) {
    pulp::Arch::new().dispatch(AddProduct { a, h, w });
}

/// Compiled for the vector units that the machine has: a struct, since a closure is not.
struct Cross<'a> {
    a: Rows<'a>,
    b: Rows<'a>,
    to: MatMut<'a, f64>,
}

impl NullaryFnOnce for Cross<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { a, b, mut to } = self;
        let mut first = 0;
        while first < a.width {
            let columns = Rows { first: a.first + first, width: a.width - first, ..a };
            first += match a.width - first {
                TOGETHER.. => cross_columns::<TOGETHER>(columns, b, to.rb_mut().subrows_mut(first, TOGETHER)),
                4.. => cross_columns::<4>(columns, b, to.rb_mut().subrows_mut(first, 4)),
                _ => cross_columns::<1>(columns, b, to.rb_mut().subrows_mut(first, 1)),
            };
        }
    }
}

struct AddProduct<'a> {
    a: Rows<'a>,
    h: &'a [[f64; LANES]],
    w: &'a mut [f64],
}

impl NullaryFnOnce for AddProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { a, h, w } = self;
        let whole = w.len() / (ROWS * LANES) * ROWS;
        let (most, rest) = w.split_at_mut(whole * LANES);
        for (at, w) in most.chunks_exact_mut(ROWS * LANES).enumerate() {
            add_rows::<ROWS>(&a, at * ROWS, h, w);
        }
        for (at, w) in rest.chunks_exact_mut(LANES).enumerate() {
            add_rows::<1>(&a, whole + at, h, w);
        }
    }
}

#[inline(always)]
fn cross_columns<const COLUMNS: usize>(a: Rows<'_>, b: Rows<'_>, mut to: MatMut<'_, f64>) -> usize {
    let mut sums = [[0.0; LANES]; COLUMNS];
    for (left, right) in a.values.chunks_exact(a.stride).zip(b.values.chunks_exact(b.stride)) {
        let left = &left[a.first..a.first + COLUMNS];
        let right = &right[b.first..b.first + LANES];
        for i in 0..COLUMNS {
            for j in 0..LANES {
                sums[i][j] = left[i].mul_add(right[j], sums[i][j]);
            }
        }
    }
    for (i, sums) in sums.iter().enumerate() {
        for (j, sum) in sums.iter().enumerate() {
            to[(i, j)] = *sum;
        }
    }
    COLUMNS
}

#[inline(always)]
fn add_rows<const COUNT: usize>(a: &Rows<'_>, first: usize, h: &[[f64; LANES]], w: &mut [f64]) {
    let mut sums = [[0.0; LANES]; COUNT];
    for r in 0..COUNT {
        sums[r].copy_from_slice(&w[r * LANES..(r + 1) * LANES]);
    }
    let mut rows = [&a.values[..0]; COUNT];
    for r in 0..COUNT {
        let begin = (first + r) * a.stride + a.first;
        rows[r] = &a.values[begin..begin + h.len()];
    }
    for (i, h) in h.iter().enumerate() {
        for r in 0..COUNT {
            let value = rows[r][i];
            for j in 0..LANES {
                sums[r][j] = value.mul_add(h[j], sums[r][j]);
            }
        }
    }
    for r in 0..COUNT {
        w[r * LANES..(r + 1) * LANES].copy_from_slice(&sums[r]);
    }
}
