//! How far a set of computed eigenvalues is from the truth, whatever their order.
//!
//! Three measures that need no other eigensolver: each value is an eigenvalue of a matrix close by (its
//! backward error, whatever the condition), the sums of all values and of their squares are the traces
//! (none is missing or found twice), and the order is the documented one. Two that compare: sets are
//! matched within a distance for each value, and faer's eigenvectors tell how sensitive a value is.

use faer::linalg::solvers::{DenseSolveCore, Solve};
use faer::{Mat, MatRef, c64};
use modalsweep::eigen::general_eigenvalues;

use super::random::Random;
use super::tolerance::{self, ULP};

/// Our eigenvalues of one matrix.
#[track_caller]
pub fn solved(a: &Mat<f64>) -> Vec<c64> {
    let spectra = general_eigenvalues(&[a.as_ref()][..]);
    spectra.get(0).unwrap_or_else(|error| panic!("{error}")).values.to_vec()
}

/// Real numbers as complex ones.
pub fn complex(values: impl IntoIterator<Item = f64>) -> Vec<c64> {
    values.into_iter().map(|value| c64::new(value, 0.0)).collect()
}

/// Every expected value must have a found one of its own within its `allowed` distance.
#[track_caller]
pub fn check_set(what: &str, found: &[c64], expected: &[c64], allowed: impl Fn(usize) -> f64) {
    assert_eq!(found.len(), expected.len(), "{what}: number of eigenvalues");
    let near: Vec<Vec<usize>> = expected
        .iter()
        .enumerate()
        .map(|(i, e)| (0..found.len()).filter(|&j| distance(found[j], *e) <= allowed(i)).collect())
        .collect();
    let mut owner = vec![None; found.len()];
    for (i, value) in expected.iter().enumerate() {
        let nearest = found.iter().map(|&f| distance(f, *value)).fold(f64::INFINITY, f64::min);
        assert!(
            partner(i, &near, &mut owner, &mut vec![false; found.len()]),
            "{what}: no eigenvalue of its own for {value}: nearest {nearest:e}, allowed {:e}\nfound {found:?}",
            allowed(i),
        );
    }
}

/// One step of a bipartite matching (Kuhn): moves earlier partners where needed.
fn partner(i: usize, near: &[Vec<usize>], owner: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for &j in &near[i] {
        if std::mem::replace(&mut seen[j], true) {
            continue;
        }
        if owner[j].is_none_or(|other| partner(other, near, owner, seen)) {
            owner[j] = Some(i);
            return true;
        }
    }
    false
}

/// Without overflow, and zero between equal infinities.
fn distance(a: c64, b: c64) -> f64 {
    if a == b { 0.0 } else { (a.re - b.re).hypot(a.im - b.im) }
}

/// Descending magnitude up to rounding, conjugates adjacent and exact, positive imaginary part first.
#[track_caller]
pub fn check_order(what: &str, values: &[c64]) {
    let mut rest = values;
    let mut last = f64::INFINITY;
    while let Some((first, after)) = rest.split_first() {
        let size = first.re.hypot(first.im);
        assert!(
            size <= last * (1.0 + 4.0 * ULP),
            "{what}: {first} is larger than the one before\n{values:?}"
        );
        last = size;
        rest = after;
        if first.im != 0.0 {
            assert!(first.im > 0.0, "{what}: {first} comes first of its pair\n{values:?}");
            let (second, after) =
                rest.split_first().unwrap_or_else(|| panic!("{what}: {first} has no conjugate"));
            rest = after;
            assert_eq!((second.re, second.im), (first.re, -first.im), "{what}: the conjugate follows");
        }
    }
}

/// Everything that holds for each matrix: order, backward errors, traces. `samples` eigenvalues are probed.
#[track_caller]
pub fn check_spectrum(what: &str, a: &Mat<f64>, values: &[c64], samples: usize) {
    assert_eq!(values.len(), a.nrows(), "{what}: number of eigenvalues");
    check_order(what, values);
    check_traces(what, a, values);
    let step = values.len().div_ceil(samples.max(1)).max(1);
    for &value in values.iter().step_by(step) {
        let ratio = backward_ratio(a.as_ref(), value);
        assert!(ratio < tolerance::BACKWARD_RATIO, "{what}: {value} has the backward error ratio {ratio}");
    }
}

/// The sums of eigenvalues and of their squares against `tr A` and `tr A^2`.
#[track_caller]
pub fn check_traces(what: &str, a: &Mat<f64>, values: &[c64]) {
    let norm = norm_f(a.as_ref());
    if norm == 0.0 {
        assert!(values.iter().all(|value| *value == c64::new(0.0, 0.0)), "{what}: {values:?}");
        return;
    }
    let n = a.nrows();
    let (mut trace, mut square) = (0.0, 0.0);
    for i in 0..n {
        trace += a[(i, i)] / norm;
        square += (0..n).map(|j| (a[(i, j)] / norm) * (a[(j, i)] / norm)).sum::<f64>();
    }
    let scaled = values.iter().map(|value| (value.re / norm, value.im / norm));
    let sum: f64 = scaled.clone().map(|(re, _)| re).sum();
    let squares: f64 = scaled.map(|(re, im)| (re - im) * (re + im)).sum();
    // (A + E)^2 has the trace tr A^2 + 2 tr A E.
    let ratios =
        [(sum - trace).abs(), 0.5 * (squares - square).abs()].map(|rest| rest / (tolerance::size(n) * ULP));
    assert!(ratios.iter().all(|ratio| *ratio < tolerance::TRACE_RATIO), "{what}: trace ratios {ratios:?}");
}

/// `sigma_min(A - lambda I) / (n ||A||_1 ulp)`, or a little more: the smallest change of `A` that makes
/// `lambda` exact, by two steps of inverse iteration.
pub fn backward_ratio(a: MatRef<'_, f64>, lambda: c64) -> f64 {
    let n = a.nrows();
    // Powers of two: exact, and no product overflows.
    let scale = power_of_two_near(tolerance::norm_1(a));
    let norm = tolerance::norm_1(a) / scale;
    if norm == 0.0 {
        return if lambda == c64::new(0.0, 0.0) { 0.0 } else { f64::INFINITY };
    }
    let shift = c64::new(lambda.re / scale, lambda.im / scale);
    let b = Mat::from_fn(n, n, |i, j| {
        c64::new(a[(i, j)] / scale, 0.0) - if i == j { shift } else { c64::new(0.0, 0.0) }
    });
    // An exact eigenvalue gives factors with a zero pivot; those of a matrix close by can be used, the next
    // one where that is singular too.
    let mut random = Random(n as u64);
    let residuals = (0..8).map(|k| {
        let small = f64::from(k) * ULP * norm;
        smallest_residual(&b, &Mat::from_fn(n, n, |i, j| b[(i, j)] + small * random.uniform()))
    });
    let residual = residuals.into_iter().find(|residual| residual.is_finite());
    residual.expect("one of eight can be factored") / (tolerance::size(n) * norm * ULP)
}

/// `||B x|| / ||x||` after two steps of inverse iteration with `B' B` (by the factors of a matrix close by): at
/// least the smallest singular value.
fn smallest_residual(b: &Mat<c64>, factored: &Mat<c64>) -> f64 {
    let n = b.nrows();
    let lu = factored.partial_piv_lu();
    let mut random = Random(n as u64);
    let mut x = Mat::from_fn(n, 1, |_, _| c64::new(random.uniform(), random.uniform()));
    let mut best = f64::INFINITY;
    for _ in 0..2 {
        lu.solve_adjoint_in_place(x.as_mut());
        let length = x.norm_l2();
        x = Mat::from_fn(n, 1, |i, _| x[(i, 0)] / length);
        lu.solve_in_place(x.as_mut());
        let length = x.norm_l2();
        x = Mat::from_fn(n, 1, |i, _| x[(i, 0)] / length);
        best = best.min((b * &x).norm_l2());
    }
    best
}

fn power_of_two_near(value: f64) -> f64 {
    if value == 0.0 { 1.0 } else { value.log2().floor().clamp(-1000.0, 1000.0).exp2() }
}

/// `||A||_F`, without overflow.
pub fn norm_f(a: MatRef<'_, f64>) -> f64 {
    let scale = power_of_two_near(a.norm_max());
    let entry = |i: usize, j: usize| (a[(i, j)] / scale).powi(2);
    let sum: f64 = (0..a.ncols()).map(|j| (0..a.nrows()).map(|i| entry(i, j)).sum::<f64>()).sum();
    scale * sum.sqrt()
}

/// faer's eigenvalues, and for each `||A||_F / |y' x|` with left and right eigenvectors of length one.
pub fn faer_eigenvalues(a: &Mat<f64>) -> (Vec<c64>, Vec<f64>) {
    let n = a.nrows();
    let eigen = a.eigen().expect("faer converges");
    let right = eigen.U();
    let left = right.partial_piv_lu().inverse();
    let values = (0..n).map(|i| eigen.S()[i]).collect();
    let condition = |i: usize| right.col(i).norm_l2() * left.row(i).norm_l2();
    (values, (0..n).map(|i| condition(i) * norm_f(a.as_ref())).collect())
}

/// nalgebra's eigenvalues.
pub fn nalgebra_eigenvalues(a: &Mat<f64>) -> Vec<c64> {
    let n = a.nrows();
    if n == 0 {
        return Vec::new();
    }
    let matrix = nalgebra::DMatrix::from_fn(n, n, |i, j| a[(i, j)]);
    let schur = nalgebra::Schur::try_new(matrix, f64::EPSILON, 10_000).expect("nalgebra converges");
    schur.complex_eigenvalues().iter().map(|value| c64::new(value.re, value.im)).collect()
}
