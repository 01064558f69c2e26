//! Dense matrices with names: those whose eigenvalues are known, and those that break eigensolvers.

use faer::{Mat, c64};

use super::random::Random;

/// -1, 2, -1: eigenvalues `4 sin^2(k pi / (2 n + 2))`.
pub fn second_difference(n: usize) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| [2.0, -1.0, 0.0][i.abs_diff(j).min(2)])
}

/// A single Jordan block: `lambda` on the diagonal, ones above it.
pub fn jordan(n: usize, lambda: f64) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| if i == j { lambda } else { f64::from(u8::from(j == i + 1)) })
}

/// The permutation `i -> i + 1`: all roots of one; the double-shift QR stands still without exceptional shifts.
pub fn cyclic(n: usize) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| f64::from(u8::from((j + 1) % n == i)))
}

/// The `n` roots of one.
pub fn roots_of_one(n: usize) -> Vec<c64> {
    let root = |k: usize| (2.0 * std::f64::consts::PI * k as f64 / n as f64).sin_cos();
    (0..n).map(|k| c64::new(root(k).1, root(k).0)).collect()
}

/// `diag(d)`
pub fn diagonal(d: &[f64]) -> Mat<f64> {
    Mat::from_fn(d.len(), d.len(), |i, j| if i == j { d[i] } else { 0.0 })
}

/// Random entries on and above the diagonal.
pub fn upper_triangular(random: &mut Random, n: usize) -> Mat<f64> {
    let full = random.matrix(n, n);
    Mat::from_fn(n, n, |i, j| if j >= i { full[(i, j)] } else { 0.0 })
}

/// Rows and columns in the same random order.
pub fn permuted(random: &mut Random, a: &Mat<f64>) -> Mat<f64> {
    let order = shuffled(random, a.nrows());
    Mat::from_fn(a.nrows(), a.nrows(), |i, j| a[(order[i], order[j])])
}

/// The numbers `0 .. n` in random order.
pub fn shuffled(random: &mut Random, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, ((0.5 + 0.5 * random.uniform()) * (i + 1) as f64) as usize);
    }
    order
}

/// `D A D^-1` with powers of two from `2^-range` to `2^range`: exact, so the eigenvalues stay.
pub fn badly_scaled(random: &mut Random, a: &Mat<f64>, range: f64) -> Mat<f64> {
    let powers: Vec<f64> = (0..a.nrows()).map(|_| (range * random.uniform()).round()).collect();
    Mat::from_fn(a.nrows(), a.nrows(), |i, j| a[(i, j)] * (powers[i] - powers[j]).exp2())
}

/// A random orthogonal matrix: product of `n` reflections.
pub fn orthogonal(random: &mut Random, n: usize) -> Mat<f64> {
    let mut q = Mat::<f64>::identity(n, n);
    for _ in 0..n {
        let v = random.matrix(n, 1);
        let square: f64 = (0..n).map(|i| v[(i, 0)] * v[(i, 0)]).sum();
        for j in 0..n {
            let along: f64 = (0..n).map(|i| v[(i, 0)] * q[(i, j)]).sum::<f64>() * 2.0 / square;
            (0..n).for_each(|i| q[(i, j)] -= along * v[(i, 0)]);
        }
    }
    q
}

/// How the magnitudes of a given spectrum are spread (LAPACK's `dlatme`, modes 1 to 5), from 1 down to `low`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// One is 1, the others `low`.
    ClusteredLow,
    /// One is `low`, the others 1.
    ClusteredAtOne,
    /// Equal ratios.
    Geometric,
    /// Equal steps.
    Arithmetic,
    /// Random, the logarithm uniform.
    LogUniform,
}

impl Spread {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::ClusteredLow, Self::ClusteredAtOne, Self::Geometric, Self::Arithmetic, Self::LogUniform];

    /// `n` magnitudes.
    pub fn magnitudes(self, random: &mut Random, n: usize, low: f64) -> Vec<f64> {
        let along = |k: usize| k as f64 / (n.max(2) - 1) as f64;
        let mut magnitude = |k: usize| match self {
            Self::ClusteredLow => [1.0, low][usize::from(k > 0)],
            Self::ClusteredAtOne => [1.0, low][usize::from(k + 1 == n)],
            Self::Geometric => low.powf(along(k)),
            Self::Arithmetic => 1.0 - along(k) * (1.0 - low),
            Self::LogUniform => low.powf(0.5 + 0.5 * random.uniform()),
        };
        (0..n).map(&mut magnitude).collect()
    }
}

/// Whether a given spectrum is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spectra {
    /// Real numbers with random signs.
    Real,
    /// About half of them in pairs `m e^(+-i t)`.
    Pairs,
}

/// A block-diagonal matrix with these magnitudes, and its eigenvalues.
pub fn normal_form(random: &mut Random, magnitudes: &[f64], kind: Spectra) -> (Mat<f64>, Vec<c64>) {
    let n = magnitudes.len();
    let (mut d, mut values) = (Mat::zeros(n, n), Vec::new());
    while values.len() < n {
        let k = values.len();
        let pair = kind == Spectra::Pairs && k + 1 < n && random.uniform() < 0.3;
        if pair {
            let (sin, cos) = (3.0 * random.uniform()).sin_cos();
            let (re, im) = (magnitudes[k] * cos, magnitudes[k] * sin);
            (d[(k, k)], d[(k + 1, k + 1)], d[(k, k + 1)], d[(k + 1, k)]) = (re, re, im, -im);
            values.extend([c64::new(re, im), c64::new(re, -im)]);
        } else {
            d[(k, k)] = magnitudes[k].copysign(random.uniform());
            values.push(c64::new(d[(k, k)], 0.0));
        }
    }
    (d, values)
}

/// `X D X^-1` with `X = U S V'`, `S` geometric from 1 down to `1 / condition`; `X` is orthogonal for 1.
pub fn similar(random: &mut Random, d: &Mat<f64>, condition: f64) -> Mat<f64> {
    let n = d.nrows();
    let (u, v) = (orthogonal(random, n), orthogonal(random, n));
    let s: Vec<f64> = (0..n).map(|k| condition.powf(-(k as f64) / (n.max(2) - 1) as f64)).collect();
    let x = &u * Mat::from_fn(n, n, |i, j| s[i] * v[(j, i)]);
    let inverse = &v * Mat::from_fn(n, n, |i, j| u[(j, i)] / s[i]);
    &x * d * inverse
}
