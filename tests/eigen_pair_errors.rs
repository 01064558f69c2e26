//! Pairs that have no answer: one thing broken at a time, and what the error says.

mod support;

use faer::{Mat, MatRef, mat};
use modalsweep::eigen::{EigenError, Operand, PairOptions, definite_pair};
use support::beam::{BeamEnd, BeamMass, beam};

fn failure(stiffness: MatRef<'_, f64>, mass: MatRef<'_, f64>) -> EigenError {
    faer::disable_global_parallelism();
    definite_pair(stiffness, mass, &PairOptions::default()).unwrap_err()
}

#[test]
fn values_that_are_not_finite_are_named_by_their_place() {
    let (stiffness, mass) = beam(2, BeamMass::Consistent, BeamEnd::Clamped);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for (row, col) in [(0, 0), (3, 1), (3, 3)] {
            let mut broken = stiffness.clone();
            broken[(row, col)] = bad;
            let matrix = Operand::Stiffness;
            let error = failure(broken.as_ref(), mass.as_ref());
            assert_eq!(error, EigenError::NonFinite { matrix, row, col });
            let mut broken = mass.clone();
            broken[(row, col)] = bad;
            let matrix = Operand::Mass;
            let error = failure(stiffness.as_ref(), broken.as_ref());
            assert_eq!(error, EigenError::NonFinite { matrix, row, col });
            assert!(error.to_string().contains(&format!("equation {}, {}", row + 1, col + 1)));
        }
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let square = Mat::<f64>::identity(3, 3);
    let wide = Mat::<f64>::zeros(3, 4);
    let small = Mat::<f64>::identity(2, 2);
    let matrix = Operand::Stiffness;
    let error = failure(wide.as_ref(), square.as_ref());
    assert_eq!(error, EigenError::NotSquare { matrix, rows: 3, cols: 4 });
    let matrix = Operand::Mass;
    let error = failure(square.as_ref(), wide.as_ref());
    assert_eq!(error, EigenError::NotSquare { matrix, rows: 3, cols: 4 });
    let error = failure(square.as_ref(), small.as_ref());
    assert_eq!(error, EigenError::SizeMismatch { matrix, expected: 3, found: 2 });
}

#[test]
fn a_motion_without_stiffness_and_mass_is_named() {
    let empty_row = mat![[1.0, 0.0], [0.0, 0.0]];
    let error = failure(empty_row.as_ref(), empty_row.as_ref());
    assert!(matches!(error, EigenError::SharedNullVector { dof: 1, .. }), "{error}");
    // Equations 2 and 3 hang together but on nothing, and only equation 1 has mass.
    let stiffness = mat![[1.0, 0.0, 0.0], [0.0, 2.0, -2.0], [0.0, -2.0, 2.0]];
    let mass = mat![[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]];
    let error = failure(stiffness.as_ref(), mass.as_ref());
    assert!(matches!(error, EigenError::SharedNullVector { dof: 1 | 2, .. }), "{error}");
    let error = failure(Mat::zeros(2, 2).as_ref(), Mat::zeros(2, 2).as_ref());
    assert!(matches!(error, EigenError::SharedNullVector { .. }), "{error}");
}

#[test]
fn a_massless_part_that_hangs_on_nothing_is_named() {
    for bars in [1, 2, 5, 10, 30, 60] {
        let (part, _) = beam(bars, BeamMass::Lumped, BeamEnd::Free);
        let n = 1 + part.nrows();
        let at = |i: usize, j: usize| match (i, j) {
            (0, 0) => 1.0,
            (0, _) | (_, 0) => 0.0,
            _ => part[(i - 1, j - 1)],
        };
        let mass = Mat::from_fn(n, n, |i, j| if i + j == 0 { 1.0 } else { 0.0 });
        match failure(Mat::from_fn(n, n, at).as_ref(), mass.as_ref()) {
            EigenError::SharedNullVector { dof, .. } => assert!(dof > 0),
            other => panic!("{bars}: {other}"),
        }
    }
}

#[test]
fn a_massless_negative_spring_is_named() {
    let stiffness = mat![[1.0, 0.0], [0.0, -1.0]];
    let mass = mat![[1.0, 0.0], [0.0, 0.0]];
    let error = failure(stiffness.as_ref(), mass.as_ref());
    assert!(matches!(error, EigenError::NotDefinite { dof: 1, .. }), "{error}");
    let coupled = mat![[1.0, 2.0], [2.0, 1.0]];
    let error = failure(coupled.as_ref(), Mat::zeros(2, 2).as_ref());
    assert!(matches!(error, EigenError::NotDefinite { .. }), "{error}");
}
