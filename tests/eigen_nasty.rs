//! Matrices that break eigensolvers: LAPACK's special types, the ends of the range, defective, badly scaled, reducible.

mod support;

use faer::{Mat, c64};
use modalsweep::eigen::{EigenError, general_eigenvalues};
use support::dense::*;
use support::random::Random;
use support::spectrum::{
    backward_ratio, check_order, check_set, check_spectrum, check_traces, complex, faer_eigenvalues, norm_f,
    solved,
};
use support::tolerance;

const SIZES: [usize; 11] = [1, 2, 3, 7, 8, 9, 16, 33, 64, 65, 76];

#[test]
fn zero_and_identity_are_exact() {
    for n in SIZES {
        assert_eq!(solved(&Mat::zeros(n, n)), vec![c64::new(0.0, 0.0); n]);
        assert_eq!(solved(&Mat::identity(n, n)), vec![c64::new(1.0, 0.0); n]);
        let a = Mat::from_fn(n, n, |i, j| if i == j { -0.1 } else { 0.0 });
        assert_eq!(solved(&a), vec![c64::new(-0.1, 0.0); n]);
    }
}

/// Nothing is to be computed: balancing isolates every eigenvalue, in whatever order the equations come.
#[test]
fn triangular_matrices_are_exact_in_any_order() {
    let mut random = Random(1);
    for n in SIZES {
        let upper = upper_triangular(&mut random, n);
        let lower = upper.transpose().to_owned();
        let mixed = permuted(&mut random, &upper);
        let mut expected: Vec<f64> = (0..n).map(|i| upper[(i, i)]).collect();
        expected.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        for a in [upper, lower, mixed] {
            assert_eq!(solved(&a), complex(expected.iter().copied()), "n = {n}");
        }
    }
}

/// Half of the eigenvalues can be isolated, the others come from a block in between.
#[test]
fn reducible_matrices_keep_their_block() {
    let mut random = Random(2);
    for n in [6, 9, 20, 40, 90] {
        let (first, last) = (n / 4, n - n / 4);
        let full = random.matrix(n, n);
        let inside = |i: usize| (first..last).contains(&i);
        let a = Mat::from_fn(n, n, |i, j| if i <= j || inside(i) && inside(j) { full[(i, j)] } else { 0.0 });
        let block = a.submatrix(first, first, last - first, last - first).to_owned();
        let outside = (0..n).filter(|&i| !inside(i)).map(|i| a[(i, i)]);
        let mut expected = complex(outside.clone());
        expected.extend(solved(&block));
        let found = solved(&permuted(&mut random, &a));
        let exact = complex(outside);
        assert!(exact.iter().all(|value| found.contains(value)), "n = {n}: {found:?}");
        let (_, sensitivities) = faer_eigenvalues(&block);
        let worst = sensitivities.iter().copied().fold(0.0, f64::max);
        check_set("reducible", &found, &expected, |_| tolerance::two_programs(n, worst));
    }
}

/// `D A D^-1` with powers of two has the same eigenvalues; they keep the precision of `A`.
#[test]
fn balancing_undoes_bad_scales() {
    let mut random = Random(3);
    for n in [2, 3, 8, 9, 17, 33, 65, 76] {
        let a = random.matrix(n, n);
        let (expected, sensitivities) = faer_eigenvalues(&a);
        for range in [10.0, 40.0, 150.0] {
            let found = solved(&badly_scaled(&mut random, &a, range));
            check_order("badly scaled", &found);
            let what = format!("n = {n}, scales 2^+-{range}");
            check_set(&what, &found, &expected, |i| tolerance::two_programs(n, sensitivities[i]));
        }
    }
}

/// A defective eigenvalue moves by the n-th root of a rounding error: only the backward error and the traces are small.
#[test]
fn jordan_blocks() {
    let mut random = Random(4);
    for n in [2, 3, 5, 8, 16, 33, 65] {
        for lambda in [0.0, 1.0, -3.0] {
            let block = jordan(n, lambda);
            assert_eq!(solved(&block), vec![c64::new(lambda, 0.0); n], "n = {n}");
            let hidden = similar(&mut random, &block, 1.0);
            check_spectrum("Jordan block", &hidden, &solved(&hidden), 3);
        }
    }
}

#[test]
fn orthogonal_matrices_have_eigenvalues_of_length_one() {
    let mut random = Random(5);
    for n in SIZES {
        let q = orthogonal(&mut random, n);
        let found = solved(&q);
        check_spectrum("orthogonal", &q, &found, 3);
        let error = |value: &c64| (value.re.hypot(value.im) - 1.0).abs();
        let worst = found.iter().map(error).fold(0.0, f64::max);
        // Normal: the error is that of the matrix, and the product of n reflections has one of its own.
        assert!(worst <= tolerance::given_spectrum(n, 1.0, 1.0), "n = {n}: {worst:e}");
    }
}

#[test]
fn repeated_eigenvalues_that_are_not_defective() {
    let mut random = Random(6);
    for n in [4, 8, 15, 32, 75] {
        let d: Vec<f64> = (0..n).map(|k| [2.0, -1.0, 0.5][k % 3]).collect();
        let a = similar(&mut random, &diagonal(&d), 1.0);
        let allowed = tolerance::given_spectrum(n, 2.0, 1.0);
        check_set("repeated", &solved(&a), &complex(d), |_| allowed);
    }
}

/// Rows (or columns) from 1e-8 to 1e8 and back.
#[test]
fn graded_matrices() {
    let mut random = Random(7);
    for n in [3, 8, 17, 33, 65] {
        let full = random.matrix(n, n);
        let grade = |i: usize| 10f64.powf(16.0 * i as f64 / (n - 1) as f64 - 8.0);
        let graded: [Mat<f64>; 4] = [
            Mat::from_fn(n, n, |i, j| full[(i, j)] * grade(i)),
            Mat::from_fn(n, n, |i, j| full[(i, j)] * grade(n - 1 - i)),
            Mat::from_fn(n, n, |i, j| full[(i, j)] * grade(j)),
            Mat::from_fn(n, n, |i, j| full[(i, j)] * grade(i).sqrt() * grade(j).sqrt()),
        ];
        for a in graded {
            check_spectrum(&format!("graded, n = {n}"), &a, &solved(&a), 4);
        }
    }
}

/// Powers of two times a matrix of small integers: no entry is rounded, not even a subnormal one.
#[test]
fn the_ends_of_the_range() {
    let mut random = Random(8);
    for n in [1, 2, 3, 8, 9, 20, 70] {
        let a = {
            let full = random.matrix(n, n);
            Mat::from_fn(n, n, |i, j| (64.0 * full[(i, j)]).round())
        };
        let expected = solved(&a);
        let (_, sensitivities) = faer_eigenvalues(&a);
        let worst = sensitivities.iter().copied().fold(0.0, f64::max);
        for power in [-1066, -1022, -600, -520, 500, 600, 1000] {
            let (half, rest) = (f64::from(power / 2).exp2(), f64::from(power - power / 2).exp2());
            let times = |value: f64| value * half * rest;
            let found = solved(&Mat::from_fn(n, n, |i, j| times(a[(i, j)])));
            let what = format!("n = {n}, 2^{power}");
            check_order(&what, &found);
            let expected: Vec<c64> = expected.iter().map(|v| c64::new(times(v.re), times(v.im))).collect();
            // Two numbers that are rounded to multiples of the smallest subnormal one.
            let subnormal = 4.0 * f64::from_bits(1);
            let allowed = times(tolerance::two_programs(n, worst)) + subnormal;
            check_set(&what, &found, &expected, |_| allowed);
        }
    }
}

#[test]
fn an_eigenvalue_beyond_the_range_is_an_error() {
    for n in [2, 4, 9, 40] {
        let a = Mat::from_fn(n, n, |_, _| f64::MAX);
        match general_eigenvalues(&[a][..]).get(0) {
            Err(EigenError::OutOfRange) => {}
            other => panic!("n = {n}: {other:?}"),
        }
    }
}

/// Entries of the whole range in one matrix: no panic, no NaN, and a small backward error.
#[test]
fn huge_and_tiny_entries_together() {
    let mut random = Random(9);
    for n in [2, 3, 8, 17, 40] {
        for range in [200.0, 290.0] {
            let a = Mat::from_fn(n, n, |_, _| random.uniform() * 10f64.powf(range * random.uniform()));
            let found = solved(&a);
            assert!(found.iter().all(|value| value.re.is_finite() && value.im.is_finite()));
            check_order("whole range", &found);
            check_traces("whole range", &a, &found);
            let ratio = backward_ratio(a.as_ref(), found[0]);
            assert!(ratio < tolerance::BACKWARD_RATIO, "n = {n}, range {range}: {ratio}");
        }
    }
}

/// Rank one, and a nilpotent product that hides it.
#[test]
fn matrices_of_rank_one() {
    let mut random = Random(10);
    for n in [2, 3, 8, 16, 33, 65] {
        let (u, v) = (random.matrix(n, 1), random.matrix(n, 1));
        let a = Mat::from_fn(n, n, |i, j| u[(i, 0)] * v[(j, 0)]);
        let inner: f64 = (0..n).map(|i| u[(i, 0)] * v[(i, 0)]).sum();
        let mut expected = vec![c64::new(0.0, 0.0); n];
        expected[0] = c64::new(inner, 0.0);
        let found = solved(&a);
        check_spectrum("rank one", &a, &found, 3);
        // Condition of all of them: ||u|| ||v|| / |v' u|.
        let norm = norm_f(a.as_ref());
        let condition = norm / inner.abs();
        check_set("rank one", &found, &expected, |_| tolerance::given_spectrum(n, norm, condition.max(1.0)));
    }
}

/// Skew-symmetric: imaginary pairs; double shifts of purely imaginary eigenvalues.
#[test]
fn skew_symmetric_matrices_have_imaginary_eigenvalues() {
    let mut random = Random(11);
    for n in SIZES {
        let full = random.matrix(n, n);
        let a = Mat::from_fn(n, n, |i, j| full[(i, j)] - full[(j, i)]);
        let found = solved(&a);
        check_spectrum("skew", &a, &found, 3);
        let allowed = tolerance::unaware_of_symmetry(n, norm_f(a.as_ref()));
        assert!(found.iter().all(|value| value.re.abs() <= allowed), "n = {n}: {found:?}");
    }
}
