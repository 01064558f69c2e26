//! What must hold for every pair: the order of the equations and the units don't matter, mass
//! lowers frequencies, stiffness raises them.

mod support;

use faer::Mat;
use modalsweep::eigen::{PairModes, PairOptions, definite_pair};
use proptest::prelude::*;
use support::tolerance::{self, largest_relative_error};

/// Condition of the scaled stiffness of `networks`, at most.
const CONDITION: f64 = 1e4;

/// Springs of 0.1 to 10 between any two of `n` equations and from each to the ground, and a mass of
/// 0 or 0.1 to 10 on each.
fn networks() -> impl Strategy<Value = (Mat<f64>, Mat<f64>, Vec<usize>)> {
    (1_usize..13).prop_flat_map(|n| {
        let springs = prop::collection::vec(0.1..10.0_f64, n * n);
        let masses = prop::collection::vec(prop_oneof![Just(0.0), 0.1..10.0_f64], n);
        let order = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
        (springs, masses, order).prop_map(
            move |(springs, masses, order): (Vec<f64>, Vec<f64>, Vec<usize>)| {
                let spring = |i: usize, j: usize| springs[i.max(j) * n + i.min(j)];
                let stiffness = Mat::from_fn(n, n, |i, j| match i == j {
                    true => (0..n).map(|other| spring(i, other)).sum(),
                    false => -spring(i, j),
                });
                (stiffness, Mat::from_fn(n, n, |i, j| if i == j { masses[i] } else { 0.0 }), order)
            },
        )
    })
}

fn solve(stiffness: &Mat<f64>, mass: &Mat<f64>) -> PairModes {
    faer::disable_global_parallelism();
    let options = PairOptions::default().with_vectors();
    definite_pair(stiffness.as_ref(), mass.as_ref(), &options).unwrap()
}

/// Twice, because two computed results are compared.
fn allowed(expected: &[f64], n: usize) -> f64 {
    let spread = expected.last().map_or(1.0, |last| last / expected[0]);
    2.0 * tolerance::eigenvalue(n, spread, CONDITION)
}

proptest! {
    #[test]
    fn the_order_of_equations_does_not_matter((stiffness, mass, order) in networks()) {
        let n = order.len();
        let reordered = |a: &Mat<f64>| Mat::from_fn(n, n, |i, j| a[(order[i], order[j])]);
        let expected = solve(&stiffness, &mass).eigenvalues;
        let found = solve(&reordered(&stiffness), &reordered(&mass)).eigenvalues;
        let error = largest_relative_error(&found, &expected);
        prop_assert!(error <= allowed(&expected, n), "{error:e}");
    }

    #[test]
    fn eigenvalues_scale_with_the_pair(
        (stiffness, mass, order) in networks(), k in -9.0..9.0_f64, m in -9.0..9.0_f64
    ) {
        let n = order.len();
        let (k, m) = (10f64.powf(k), 10f64.powf(m));
        let times = |a: &Mat<f64>, c: f64| Mat::from_fn(n, n, |i, j| c * a[(i, j)]);
        let expected: Vec<f64> =
            solve(&stiffness, &mass).eigenvalues.iter().map(|v| v * k / m).collect();
        let found = solve(&times(&stiffness, k), &times(&mass, m)).eigenvalues;
        let error = largest_relative_error(&found, &expected);
        prop_assert!(error <= allowed(&expected, n), "{error:e}");
    }

    #[test]
    fn shapes_are_mass_orthonormal_and_small_in_residual((stiffness, mass, order) in networks()) {
        let modes = solve(&stiffness, &mass);
        let shapes = modes.vectors.unwrap();
        let (k, m, z) = (stiffness.as_ref(), mass.as_ref(), shapes.as_ref());
        let spread = allowed(&modes.eigenvalues, order.len()) / tolerance::ULP;
        prop_assert!(tolerance::pair_ratio(k, m, z, &modes.eigenvalues) < tolerance::PAIR_RATIO);
        let ratio = tolerance::orthogonality_ratio(m, z);
        prop_assert!(ratio < tolerance::ORTHOGONALITY_RATIO.max(spread), "{ratio}");
    }

    #[test]
    fn one_more_spring_raises_and_one_more_mass_lowers((stiffness, mass, order) in networks()) {
        let n = order.len();
        let at = order[0];
        let added = |a: &Mat<f64>| {
            Mat::from_fn(n, n, |i, j| a[(i, j)] + f64::from(u8::from(i == at && j == at)))
        };
        let before = solve(&stiffness, &mass).eigenvalues;
        let room = 1.0 + allowed(&before, n);
        let stiffer = solve(&added(&stiffness), &mass).eigenvalues;
        prop_assert!(before.iter().zip(&stiffer).all(|(old, new)| *new >= old / room));
        let heavier = solve(&stiffness, &added(&mass)).eigenvalues;
        prop_assert!(before.iter().zip(&heavier).all(|(old, new)| *new <= old * room));
    }
}
