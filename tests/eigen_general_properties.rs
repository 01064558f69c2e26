//! What must hold for every general matrix: small backward errors and right traces; the order of the equations and
//! transposition don't matter; conjugates come in pairs; a batch is the same as one after the other.

mod support;

use faer::{Mat, c64};
use modalsweep::eigen::general_eigenvalues;
use proptest::prelude::*;
use support::spectrum::{check_set, check_spectrum, faer_eigenvalues, norm_f, solved};
use support::tolerance;

/// Mostly zeros and small integers, so that defective, singular and reducible matrices are common.
fn sparse_integers() -> impl Strategy<Value = Mat<f64>> {
    (1_usize..20, 0.05..0.9_f64).prop_flat_map(|(n, filled)| {
        let entry = prop_oneof![Just(0.0), (-3..4_i32).prop_map(f64::from)];
        let weighted = (entry, 0.0..1.0_f64).prop_map(move |(value, w)| if w < filled { value } else { 0.0 });
        prop::collection::vec(weighted, n * n).prop_map(move |v| Mat::from_fn(n, n, |i, j| v[j * n + i]))
    })
}

/// Entries from -1 to 1, and the equations in another order.
fn full() -> impl Strategy<Value = (Mat<f64>, Vec<usize>)> {
    (1_usize..20).prop_flat_map(|n| {
        let entries = prop::collection::vec(-1.0..1.0_f64, n * n);
        let order = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
        (entries.prop_map(move |v| Mat::from_fn(n, n, |i, j| v[j * n + i])), order)
    })
}

/// Ours may differ from faer's as two programs do, and one of ours from another of ours so too.
fn agree(what: &str, found: &[c64], a: &Mat<f64>) {
    let (expected, sensitivities) = faer_eigenvalues(a);
    check_set(what, found, &expected, |i| tolerance::two_programs(a.nrows(), sensitivities[i]));
}

proptest! {
    #[test]
    fn every_eigenvalue_is_one_of_a_matrix_close_by(a in sparse_integers()) {
        check_spectrum("sparse integers", &a, &solved(&a), 20);
    }

    #[test]
    fn order_of_equations_and_transposition_do_not_matter((a, order) in full()) {
        let n = order.len();
        let found = [
            solved(&a),
            solved(&a.transpose().to_owned()),
            solved(&Mat::from_fn(n, n, |i, j| a[(order[i], order[j])])),
        ];
        for (what, found) in ["as it is", "transposed", "reordered"].into_iter().zip(&found) {
            agree(what, found, &a);
        }
    }

    #[test]
    fn a_shift_moves_all_eigenvalues((a, order) in full(), shift in -4.0..4.0_f64) {
        let n = order.len();
        let shifted = Mat::from_fn(n, n, |i, j| a[(i, j)] + if i == j { shift } else { 0.0 });
        let back: Vec<c64> = solved(&shifted).iter().map(|v| c64::new(v.re - shift, v.im)).collect();
        let (expected, sensitivities) = faer_eigenvalues(&a);
        let larger = norm_f(shifted.as_ref()) / norm_f(a.as_ref()).max(f64::MIN_POSITIVE);
        check_set("shifted", &back, &expected, |i| {
            tolerance::two_programs(n, sensitivities[i] * (1.0 + larger))
        });
    }

    #[test]
    fn a_batch_is_one_after_the_other(matrices in prop::collection::vec(full(), 0..30)) {
        let matrices: Vec<Mat<f64>> = matrices.into_iter().map(|(a, _)| a).collect();
        let spectra = general_eigenvalues(&matrices);
        for (a, found) in matrices.iter().zip(spectra.iter()) {
            prop_assert_eq!(found.unwrap().values, solved(a));
        }
    }
}
