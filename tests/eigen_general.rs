//! General eigenvalues of random families and of given spectra, at sizes about every threshold: backward errors,
//! traces, order, and against faer and nalgebra as sets.

mod support;

use faer::{Mat, c64};
use modalsweep::eigen::random::Family;
use support::dense::{Spread, normal_form, similar};
use support::random::Random;
use support::spectrum::{check_set, check_spectrum, faer_eigenvalues, nalgebra_eigenvalues, norm_f, solved};
use support::{dense, tolerance};

/// On both sides of each change of method but the last, which is at 400.
const SIZES: [usize; 26] =
    [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 74, 75, 76, 100, 112, 113, 127, 128, 200];

fn matrix(family: Family, n: usize) -> Mat<f64> {
    let mut values = vec![0.0; n * n];
    family.matrix_into(2026, n as u64, n, &mut values);
    Mat::from_fn(n, n, |i, j| values[j * n + i])
}

#[test]
fn every_family_at_every_size() {
    for family in Family::ALL {
        for n in SIZES {
            let a = matrix(family, n);
            check_spectrum(&format!("{family}, n = {n}"), &a, &solved(&a), 2);
        }
    }
}

#[test]
fn both_sides_of_the_largest_size_in_lanes() {
    for n in [400, 401] {
        let a = matrix(Family::Ginibre, n);
        check_spectrum(&format!("n = {n}"), &a, &solved(&a), 1);
    }
}

#[test]
fn faer_and_nalgebra_find_the_same() {
    for family in Family::ALL {
        for n in SIZES.into_iter().filter(|&n| n <= 76) {
            let (a, what) = (matrix(family, n), format!("{family}, n = {n}"));
            let found = solved(&a);
            let (faer, sensitivities) = faer_eigenvalues(&a);
            let allowed = |i: usize| tolerance::two_programs(n, sensitivities[i]);
            check_set(&format!("{what}, faer"), &found, &faer, allowed);
            let nalgebra = nalgebra_eigenvalues(&a);
            check_set(&format!("{what}, nalgebra"), &nalgebra, &faer, |i| 2.0 * allowed(i));
            check_set(&format!("{what}, ours against nalgebra"), &found, &nalgebra, |i| {
                let at = |k: usize| (faer[k].re - nalgebra[i].re).hypot(faer[k].im - nalgebra[i].im);
                let same = (0..n).min_by(|&a, &b| at(a).total_cmp(&at(b))).expect("not empty");
                2.0 * allowed(same)
            });
        }
    }
}

/// Symmetric families through the solver that does not know of it: real, within the norm.
#[test]
fn symmetric_families_have_real_eigenvalues() {
    for family in Family::ALL.into_iter().filter(|family| family.is_symmetric()) {
        for n in [3, 8, 16, 33, 65] {
            let a = matrix(family, n);
            let found = solved(&a);
            let allowed = tolerance::unaware_of_symmetry(n, norm_f(a.as_ref()));
            assert!(found.iter().all(|value| value.im.abs() <= allowed), "{family}, n = {n}: {found:?}");
            let definite = matches!(family, Family::Wishart | Family::SpringMassChain);
            assert!(!definite || found.iter().all(|value| value.re > 0.0), "{family}, n = {n}: {found:?}");
        }
    }
}

/// LAPACK's `dlatme`: clustered at 1 and at the low end, geometric, arithmetic, log-uniform, each from 1 down to
/// `low`, real or in pairs, hidden by a similarity of the given condition.
fn check_given_spectra(low: f64, condition: f64) {
    let mut random = Random(71);
    for n in [1, 2, 3, 8, 9, 16, 33, 64, 75] {
        for spread in Spread::ALL {
            for kind in [dense::Spectra::Real, dense::Spectra::Pairs] {
                let magnitudes = spread.magnitudes(&mut random, n, low);
                let (d, expected) = normal_form(&mut random, &magnitudes, kind);
                let a = similar(&mut random, &d, condition);
                let found = solved(&a);
                let what = format!("{spread:?} {kind:?}, n = {n}, low {low:e}, condition {condition:e}");
                let allowed = tolerance::given_spectrum(n, 1.0, condition);
                check_set(&what, &found, &expected, |_| allowed);
                check_spectrum(&what, &a, &found, 2);
            }
        }
    }
}

#[test]
fn given_spectra_of_normal_matrices() {
    [1e-3, f64::EPSILON].into_iter().for_each(|low| check_given_spectra(low, 1.0));
}

#[test]
fn given_spectra_of_matrices_with_ill_conditioned_eigenvectors() {
    check_given_spectra(f64::EPSILON, 30.0);
    check_given_spectra(0.1, 1e3);
}

/// The eigenvalues of `c A` are those of `A` times `c`; exactly, where `c` and its root are powers of two.
#[test]
fn powers_of_two_scale_the_eigenvalues_exactly() {
    for n in [2, 8, 17, 40, 70] {
        let a = matrix(Family::Ginibre, n);
        let expected = solved(&a);
        for power in [-200, -4, 2, 60, 200] {
            let factor = f64::from(power).exp2();
            let found = solved(&Mat::from_fn(n, n, |i, j| factor * a[(i, j)]));
            let scaled: Vec<c64> = expected.iter().map(|v| c64::new(factor * v.re, factor * v.im)).collect();
            assert_eq!(found, scaled, "n = {n}, 2^{power}");
        }
    }
}
