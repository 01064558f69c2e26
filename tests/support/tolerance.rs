//! Every tolerance of the tests, as a function of the machine precision, the size and a norm.
//!
//! The ratios and their thresholds are those of LAPACK's own test suite (LAPACK Working Note 41,
//! section on the symmetric eigenproblem; `dsgt01.f`, `dstt21.f`).

use faer::{Mat, MatRef};

/// Unit in the last place of one, LAPACK's `ulp`.
pub const ULP: f64 = f64::EPSILON;

/// LAPACK's threshold for `pair_ratio`.
pub const PAIR_RATIO: f64 = 20.0;

/// LAPACK's threshold for `orthogonality_ratio`.
pub const ORTHOGONALITY_RATIO: f64 = 60.0;

/// LAPACK's threshold for eigenvectors of general matrices (`ddrvev`, `nep.in`).
pub const EIGENVECTOR_RATIO: f64 = 20.0;

/// `||K Z - M Z D|| / (||K|| ||Z|| n ulp)` in the 1-norm; `K` and `M` with both triangles.
pub fn pair_ratio(
    stiffness: MatRef<'_, f64>,
    mass: MatRef<'_, f64>,
    shapes: MatRef<'_, f64>,
    eigenvalues: &[f64],
) -> f64 {
    let mut inertia = product(mass, shapes);
    for (j, lambda) in eigenvalues.iter().enumerate() {
        for i in 0..inertia.nrows() {
            inertia[(i, j)] *= lambda;
        }
    }
    let rest = difference(product(stiffness, shapes).as_ref(), inertia.as_ref());
    over(norm_1(rest.as_ref()), norm_1(stiffness) * norm_1(shapes) * stiffness.nrows() as f64 * ULP)
}

/// `||Z' M Z - I|| / (n ulp)` in the 1-norm.
pub fn orthogonality_ratio(mass: MatRef<'_, f64>, shapes: MatRef<'_, f64>) -> f64 {
    let gram = product(shapes.transpose(), product(mass, shapes).as_ref());
    let identity = Mat::<f64>::identity(gram.nrows(), gram.ncols());
    let rest = difference(gram.as_ref(), identity.as_ref());
    over(norm_1(rest.as_ref()), mass.nrows() as f64 * ULP)
}

/// Largest column sum.
pub fn norm_1(matrix: MatRef<'_, f64>) -> f64 {
    let column = |j: usize| (0..matrix.nrows()).map(|i| matrix[(i, j)].abs()).sum::<f64>();
    (0..matrix.ncols()).map(column).fold(0.0, f64::max)
}

/// Relative error allowed for an eigenvalue that is `spread` times the lowest one, of a pair of size
/// `n` whose scaled stiffness has the condition number `condition`.
pub fn eigenvalue(n: usize, spread: f64, condition: f64) -> f64 {
    ULP * (4.0 + n as f64 + spread.max(condition).max(1.0))
}

/// Limit of `spectrum::backward_ratio`; LAPACK's own threshold (`ddrvev.f`) is 20. On the random
/// families faer reaches 1.2, nalgebra 3.0.
pub const BACKWARD_RATIO: f64 = 4.0;

/// Limit of `|sum - trace| / (n ||A||_F ulp)` and of the same for squares; LAPACK's `dgeev` reaches 1.7.
pub const TRACE_RATIO: f64 = 3.0;

/// A size for ratios: with a few rounding errors even where there are few numbers.
pub fn size(n: usize) -> f64 {
    n.max(8) as f64
}

/// Error allowed for an eigenvalue of a general matrix of size `n` that moves by `sensitivity` times
/// a relative change of the (balanced) matrix, `||A||_F / |y' x|`: 4 n 2^-53 of it. LAPACK's `dgeev`
/// reaches 2.2 on the matrices of `reference.txt`.
pub fn general_eigenvalue(n: usize, sensitivity: f64) -> f64 {
    2.0 * ULP * size(n) * sensitivity
}

/// Error allowed for a symmetric matrix in a solver that does not know of it: 2 n 2^-53 ||A||_2; `dgeev` reaches 1.1.
pub fn unaware_of_symmetry(n: usize, norm: f64) -> f64 {
    ULP * size(n) * norm
}

/// The same where two computed results are compared, one of them by a program that promises less.
pub fn two_programs(n: usize, sensitivity: f64) -> f64 {
    2.0 * general_eigenvalue(n, sensitivity)
}

/// Error allowed for `X D X^-1` with a normal `D` of norm `norm`, formed in double precision (Bauer and Fike):
/// both the rounding of the product and that of the solver are multiplied by the condition of `X` once
/// for the norm of the matrix and once for the eigenvalue. Clusters take the sum over their discs.
pub fn given_spectrum(n: usize, norm: f64, condition: f64) -> f64 {
    4.0 * ULP * size(n) * norm * condition * condition
}

/// A number printed with `digits` significant digits.
pub fn printed(digits: i32) -> f64 {
    0.5 * 10f64.powi(1 - digits)
}

/// `|found - expected| / |expected|`.
pub fn relative_error(found: f64, expected: f64) -> f64 {
    over((found - expected).abs(), expected.abs())
}

/// Largest of the relative errors, for lists of the same length.
#[track_caller]
pub fn largest_relative_error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len(), "{found:?} against {expected:?}");
    let errors = found.iter().zip(expected).map(|(&f, &e)| relative_error(f, e));
    errors.fold(0.0, |worst: f64, e| if e > worst || e.is_nan() { e } else { worst })
}

fn over(above: f64, below: f64) -> f64 {
    if above == 0.0 { 0.0 } else { above / below }
}

fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), b.ncols(), |i, j| (0..a.ncols()).map(|k| a[(i, k)] * b[(k, j)]).sum())
}

fn difference(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] - b[(i, j)])
}

/// Absolute error allowed for an eigenvalue of a symmetric matrix of size `n`: both the reference, made by a
/// product of matrices, and the reduction round `n` times.
pub fn symmetric_values(n: usize, norm: f64) -> f64 {
    2.0 * (n + 8) as f64 * ULP * norm
}
