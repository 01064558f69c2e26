//! From eigenvectors of `C` back to mode shapes, and what the shapes say about their eigenvalues.

use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Accum, Mat, MatRef, Par};

use super::{PairWorkspace, Pencil};

/// The modes of one factorization, in any order.
pub(super) struct Shapes {
    /// `n x count`, M-orthonormal.
    pub vectors: Mat<f64>,
    /// Eigenvalue of each column.
    pub eigenvalues: Vec<f64>,
    /// Strain energy of each column over that of its equations one by one,
    /// `x' K x / sum K_ii x_i^2`.
    pub energy_ratios: Vec<f64>,
    /// `||L^-1 (K x - lambda M x)|| / ||L' x||`, which bounds the distance to an eigenvalue of the pair.
    pub residuals: Vec<f64>,
}

/// Mode shapes of the `count` largest eigenvalues of `C`, with eigenvectors in `y` (all `n`).
///
/// `unit` is the `c` of `reduce`, `shift` the one that was factored.
pub(super) fn shapes(
    work: &PairWorkspace,
    pencil: Pencil<'_>,
    y: MatRef<'_, f64>,
    (unit, shift): (f64, f64),
    count: usize,
) -> Shapes {
    let n = work.n;
    let mut vectors = y.subcols(n - count, count).to_owned();
    solve_upper_triangular_in_place(work.factor.transpose(), vectors.as_mut(), Par::Seq);
    for j in 0..count {
        for i in 0..n {
            vectors[(i, j)] *= work.scale[i];
        }
    }
    let mut inertia = symmetric_times(pencil.mass, vectors.as_ref());
    for j in 0..count {
        let length = length(dot(vectors.as_ref(), inertia.as_ref(), j), work.mu[n - count + j] / unit);
        for i in 0..n {
            vectors[(i, j)] /= length;
            inertia[(i, j)] /= length;
        }
    }
    let mut force = symmetric_times(pencil.stiffness, vectors.as_ref());
    let mut result = Shapes {
        eigenvalues: Vec::with_capacity(count),
        energy_ratios: Vec::with_capacity(count),
        residuals: Vec::with_capacity(count),
        vectors,
    };
    for j in 0..count {
        let mu = work.mu[n - count + j];
        let amplification = work.mu[n - 1] / mu;
        let (lambda, ratio) = eigenvalue(pencil, &result.vectors, &force, j, |lambda| {
            (unit / mu - shift, amplification * (1.0 + shift / lambda.abs()))
        });
        result.eigenvalues.push(lambda);
        result.energy_ratios.push(ratio);
        for i in 0..n {
            force[(i, j)] = (force[(i, j)] - lambda * inertia[(i, j)]) * work.scale[i];
        }
    }
    solve_lower_triangular_in_place(work.factor.as_ref(), force.as_mut(), Par::Seq);
    for j in 0..count {
        let theta = (result.eigenvalues[j] + shift).abs();
        result.residuals.push(dot(force.as_ref(), force.as_ref(), j).sqrt() / theta.sqrt());
    }
    result
}

/// Square root of `x' M x`, which is `y' C y = mu` but for rounding.
///
/// Next to the infinite eigenvalues rounding may be all there is in the product; then `mu` is taken.
fn length(product: f64, mu: f64) -> f64 {
    let plausible = product > 0.5 * mu && product < 2.0 * mu;
    if plausible { product } else { mu }.sqrt()
}

/// Eigenvalue and energy ratio of column `j`: the more accurate one of two.
///
/// `1 / mu - s` suffers from the rounding of the largest `mu`, so it is best for low modes. The
/// Rayleigh quotient `x' K x` suffers from cancellation in the strain energy, so it is best for high
/// modes. Both losses are estimated in units of the machine precision, and the smaller one wins.
fn eigenvalue(
    pencil: Pencil<'_>,
    vectors: &Mat<f64>,
    force: &Mat<f64>,
    j: usize,
    from_mu: impl Fn(f64) -> (f64, f64),
) -> (f64, f64) {
    let quotient = dot(vectors.as_ref(), force.as_ref(), j);
    let separate: f64 =
        (0..vectors.nrows()).map(|i| pencil.stiffness[(i, i)].abs() * vectors[(i, j)].powi(2)).sum();
    let ratio = quotient / separate.max(f64::MIN_POSITIVE);
    let (reciprocal, amplification) = from_mu(quotient);
    let lambda = if amplification <= 1.0 / ratio.abs() { reciprocal } else { quotient };
    (lambda, ratio)
}

fn dot(a: MatRef<'_, f64>, b: MatRef<'_, f64>, j: usize) -> f64 {
    (0..a.nrows()).map(|i| a[(i, j)] * b[(i, j)]).sum()
}

/// `A X` from the lower triangle of `A`.
fn symmetric_times(matrix: MatRef<'_, f64>, columns: MatRef<'_, f64>) -> Mat<f64> {
    use BlockStructure::{Rectangular, StrictTriangularUpper, TriangularLower};
    let mut product = Mat::zeros(columns.nrows(), columns.ncols());
    let parts =
        [(matrix, TriangularLower, Accum::Replace), (matrix.transpose(), StrictTriangularUpper, Accum::Add)];
    for (part, structure, accumulate) in parts {
        let target = product.as_mut();
        matmul(target, Rectangular, accumulate, part, structure, columns, Rectangular, 1.0, Par::Seq);
    }
    product
}
