//! The measures of the other tests of eigenvalues can fail: each is given something wrong.

mod support;

use faer::{Mat, c64};
use support::dense::{cyclic, roots_of_one, second_difference};
use support::spectrum::{backward_ratio, check_order, check_set, check_spectrum, check_traces, complex};
use support::tolerance;

fn fails(check: impl FnOnce() + std::panic::UnwindSafe) -> bool {
    std::panic::catch_unwind(check).is_err()
}

#[test]
fn a_set_needs_a_partner_for_each() {
    let set = |found: &[f64], expected: &[f64], allowed: f64| {
        let (found, expected) = (complex(found.to_vec()), complex(expected.to_vec()));
        fails(move || check_set("", &found, &expected, |_| allowed))
    };
    assert!(!set(&[1.0, 2.0, 3.0], &[3.0, 1.0, 2.0], 0.0));
    assert!(set(&[1.0, 1.0, 3.0], &[3.0, 1.0, 2.0], 0.5), "found twice");
    assert!(set(&[1.0, 2.0], &[1.0, 2.0, 2.0], 0.5), "one is missing");
    assert!(set(&[1.0, f64::NAN], &[1.0, 2.0], 0.5), "not a number");
    // The first one has to give its nearest partner away.
    assert!(!set(&[1.0, 2.0], &[1.4, 0.5], 0.7));
    assert!(set(&[1.0, 2.0], &[1.2, 0.5], 0.7));
}

#[test]
fn the_order_is_by_magnitude_and_pairs() {
    let wrong = |values: &[(f64, f64)]| {
        let values: Vec<c64> = values.iter().map(|&(re, im)| c64::new(re, im)).collect();
        fails(move || check_order("", &values))
    };
    assert!(!wrong(&[(-3.0, 0.0), (0.0, 2.0), (0.0, -2.0), (1.0, 0.0)]));
    assert!(wrong(&[(1.0, 0.0), (-3.0, 0.0)]));
    assert!(wrong(&[(0.0, -2.0), (0.0, 2.0)]), "negative imaginary part first");
    assert!(wrong(&[(0.0, 2.0), (-2.0, 0.0), (0.0, -2.0)]), "not adjacent");
    assert!(wrong(&[(0.0, 2.0)]), "alone");
    assert!(wrong(&[(f64::NAN, 0.0), (1.0, 0.0)]), "not a number");
}

#[test]
fn backward_errors_see_a_wrong_digit() {
    for n in [1, 2, 8, 33] {
        let a = second_difference(n);
        let angle = std::f64::consts::PI / (2 * n + 2) as f64;
        let exact = 4.0 * angle.sin().powi(2);
        assert!(backward_ratio(a.as_ref(), c64::new(exact, 0.0)) < tolerance::BACKWARD_RATIO);
        for wrong in [c64::new(exact + 1e-11, 0.0), c64::new(exact, 1e-11)] {
            assert!(backward_ratio(a.as_ref(), wrong) > tolerance::BACKWARD_RATIO, "n = {n}");
        }
    }
}

#[test]
fn traces_see_what_is_missing() {
    let a = cyclic(6);
    let right = roots_of_one(6);
    assert!(!fails(|| check_traces("", &cyclic(6), &roots_of_one(6))));
    let mut twice = right.clone();
    twice[0] = right[3];
    assert!(fails(move || check_traces("", &cyclic(6), &twice)));
    // i and -i are no roots of it, but keep the sum: the squares tell.
    let mut other = right;
    (other[1], other[5]) = (c64::new(0.5, 0.0), c64::new(0.5, 0.0));
    assert!(fails(move || check_traces("", &a, &other)));
}

#[test]
fn a_spectrum_of_the_wrong_length_is_refused() {
    assert!(fails(|| check_spectrum("", &Mat::identity(3, 3), &complex([1.0, 1.0]), 1)));
}
