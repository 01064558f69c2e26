//! Products of a tall block with one of eight columns: the width of the Lanczos blocks, for which a general matrix
//! product leaves most of the vector registers idle.

use faer::MatMut;
use faer::reborrow::ReborrowMut;
use pulp::{Simd, WithSimd};

/// Columns of the narrow block.
pub(super) const LANES: usize = 8;

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

struct Cross<'a> {
    a: Rows<'a>,
    b: Rows<'a>,
    to: MatMut<'a, f64>,
}

impl WithSimd for Cross<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, b, mut to } = self;
        let mut lane = 0;
        while lane < LANES {
            let mut first = 0;
            while first < a.width {
                let left = a.width - first;
                first += match left {
                    16.. => cross_columns::<S, 16>(simd, &a, first, &b, lane, to.rb_mut()),
                    8..16 => cross_columns::<S, 8>(simd, &a, first, &b, lane, to.rb_mut()),
                    4..8 => cross_columns::<S, 4>(simd, &a, first, &b, lane, to.rb_mut()),
                    _ => cross_columns::<S, 1>(simd, &a, first, &b, lane, to.rb_mut()),
                };
            }
            lane += S::F64_LANES;
        }
    }
}

/// Some columns of A with the columns of B from `lane` on that fill a vector.
#[inline(always)]
fn cross_columns<S: Simd, const COLUMNS: usize>(
    simd: S,
    a: &Rows<'_>,
    first: usize,
    b: &Rows<'_>,
    lane: usize,
    mut to: MatMut<'_, f64>,
) -> usize {
    let mut sums = [simd.splat_f64s(0.0); COLUMNS];
    for (left, right) in a.values.chunks_exact(a.stride).zip(b.values.chunks_exact(b.stride)) {
        let left = &left[a.first + first..a.first + first + COLUMNS];
        let right = vector(simd, &right[b.first + lane..b.first + LANES]);
        for i in 0..COLUMNS {
            sums[i] = simd.mul_add_f64s(simd.splat_f64s(left[i]), right, sums[i]);
        }
    }
    for i in 0..COLUMNS {
        let mut values = [0.0; LANES];
        S::as_mut_simd_f64s(&mut values).0[0] = sums[i];
        for j in 0..S::F64_LANES {
            to[(first + i, lane + j)] = values[j];
        }
    }
    COLUMNS
}

/// The first numbers of a slice that fill a vector.
#[inline(always)]
fn vector<S: Simd>(_: S, values: &[f64]) -> S::f64s {
    S::as_simd_f64s(&values[..S::F64_LANES]).0[0]
}

struct AddProduct<'a> {
    a: Rows<'a>,
    h: &'a [[f64; LANES]],
    w: &'a mut [f64],
}

impl WithSimd for AddProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, h, w } = self;
        let rows = w.len() / LANES;
        let mut lane = 0;
        while lane < LANES {
            let mut row = 0;
            while row < rows {
                row += match rows - row {
                    8.. => add_rows::<S, 8>(simd, &a, row, h, lane, w),
                    _ => add_rows::<S, 1>(simd, &a, row, h, lane, w),
                };
            }
            lane += S::F64_LANES;
        }
    }
}

/// Some rows of W, in the columns from `lane` on that fill a vector.
#[inline(always)]
fn add_rows<S: Simd, const COUNT: usize>(
    simd: S,
    a: &Rows<'_>,
    row: usize,
    h: &[[f64; LANES]],
    lane: usize,
    w: &mut [f64],
) -> usize {
    let (mut sums, mut rows) = ([simd.splat_f64s(0.0); COUNT], [&a.values[..0]; COUNT]);
    for r in 0..COUNT {
        let begin = (row + r) * a.stride + a.first;
        rows[r] = &a.values[begin..begin + h.len()];
        sums[r] = vector(simd, &w[(row + r) * LANES + lane..]);
    }
    for i in 0..h.len() {
        let factors = vector(simd, &h[i][lane..]);
        for r in 0..COUNT {
            sums[r] = simd.mul_add_f64s(simd.splat_f64s(rows[r][i]), factors, sums[r]);
        }
    }
    for (r, sum) in sums.into_iter().enumerate() {
        let begin = (row + r) * LANES + lane;
        S::as_mut_simd_f64s(&mut w[begin..begin + S::F64_LANES]).0[0] = sum;
    }
    COUNT
}
