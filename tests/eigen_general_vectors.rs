//! Eigenvectors of general matrices: LAPACK's residual ratio, length, order, bad input.

mod support;

use faer::{Mat, c64};
use modalsweep::eigen::{EigenError, GeneralSolver, Spectra, Spectrum, general_eigen};
use modalsweep::parallel::with_threads;
use support::dense::{
    badly_scaled, cyclic, jordan, orthogonal, permuted, second_difference, upper_triangular,
};
use support::random::Random;
use support::spectrum::check_order;
use support::tolerance::{self, norm_1};

/// `||A X - X Lambda|| / (n ||A|| ulp)` in the 1-norm, test 1 of LAPACK's `ddrvev`, and largest `| ||x|| - 1 | / ulp`.
fn ratios(a: &Mat<f64>, found: Spectrum<'_, c64>) -> (f64, f64) {
    let n = a.nrows();
    let (mut residual, mut length) = (0.0_f64, 0.0_f64);
    for (j, &lambda) in found.values.iter().enumerate() {
        let x: Vec<c64> = found.eigenvector(j).expect("asked for").collect();
        let row = |i: usize| (0..n).map(|k| a[(i, k)] * x[k]).sum::<c64>() - lambda * x[i];
        residual = residual.max((0..n).map(|i| row(i).norm()).sum());
        let square: f64 = x.iter().map(|x| x.norm_sqr()).sum();
        length = length.max((square.sqrt() - 1.0).abs() / tolerance::ULP);
    }
    let scale = n as f64 * norm_1(a.as_ref()) * tolerance::ULP;
    (if residual == 0.0 { 0.0 } else { residual / scale }, length)
}

fn families(random: &mut Random, n: usize) -> Vec<(&'static str, Mat<f64>)> {
    let full = random.matrix(n, n);
    let triangle = upper_triangular(random, n);
    vec![
        ("zero", Mat::zeros(n, n)),
        ("identity", Mat::identity(n, n)),
        ("symmetric", second_difference(n)),
        ("one Jordan block", jordan(n, 2.0)),
        ("cyclic", cyclic(n)),
        ("orthogonal", orthogonal(random, n)),
        ("badly scaled", badly_scaled(random, &full, 20.0)),
        ("permuted triangle", permuted(random, &triangle)),
        ("triangle", triangle),
        ("huge", Mat::from_fn(n, n, |i, j| full[(i, j)] * 1e300)),
        ("tiny", Mat::from_fn(n, n, |i, j| full[(i, j)] * 1e-300)),
        ("random", full),
    ]
}

#[test]
fn eigenvectors_pass_the_ratio_of_lapack() {
    let mut random = Random(11);
    for n in [1, 2, 3, 5, 8, 17, 40, 80] {
        let (names, matrices): (Vec<_>, Vec<_>) = families(&mut random, n).into_iter().unzip();
        let spectra = general_eigen(&matrices);
        for ((name, a), found) in names.iter().zip(&matrices).zip(spectra.iter()) {
            let found = found.expect(name);
            check_order(name, found.values);
            let (residual, length) = ratios(a, found);
            assert!(residual < tolerance::EIGENVECTOR_RATIO, "{name}, n = {n}: residual {residual}");
            assert!(length < 10.0 + n as f64, "{name}, n = {n}: length is off by {length} ulp");
        }
    }
}

#[test]
fn conjugate_eigenvectors_belong_to_their_eigenvalues() {
    // x'' = -4 x - 2 x': lambda = -1 +- i sqrt 3, x = (1, lambda).
    let spectra = general_eigen(&[faer::mat![[0.0, 1.0], [-4.0, -2.0]]][..]);
    let found = spectra.get(0).expect("eigenvectors");
    for (j, sign) in [(0, 1.0), (1, -1.0)] {
        let lambda = c64::new(-1.0, sign * 3.0_f64.sqrt());
        let x: Vec<c64> = found.eigenvector(j).expect("asked for").collect();
        assert!((found.values[j] - lambda).norm() < 8.0 * tolerance::ULP);
        assert!((x[1] / x[0] - lambda).norm() < 16.0 * tolerance::ULP);
    }
}

#[test]
fn bits_do_not_depend_on_threads_and_bad_matrices_fail_alone() {
    let mut random = Random(3);
    let mut matrices: Vec<Mat<f64>> = (0..21).map(|i| random.matrix(3 + i % 4, 3 + i % 4)).collect();
    matrices[5][(1, 2)] = f64::NAN;
    matrices[9] = Mat::zeros(3, 2);
    let run = |threads| {
        let mut spectra = Spectra::new();
        let work = || GeneralSolver::default().solve_with_vectors(&matrices, &mut spectra);
        with_threads(threads, work).expect("threads");
        spectra
    };
    let reference = run(1);
    assert!(matches!(reference.get(5), Err(EigenError::NonFinite { row: 1, col: 2, .. })));
    assert!(matches!(reference.get(9), Err(EigenError::NotSquare { rows: 3, cols: 2, .. })));
    assert_eq!(reference.failures().count(), 2);
    for threads in [2, 4] {
        let again = run(threads);
        for (a, b) in reference.iter().zip(again.iter()) {
            let (Ok(a), Ok(b)) = (a, b) else { continue };
            assert_eq!(a.values, b.values);
            assert_eq!(a.vectors, b.vectors);
        }
    }
}
