//! Effective modal masses against closed forms: chains, rods, and a box that moves as a rigid body.

#[path = "support/solid.rs"]
mod solid;

use std::collections::HashMap;
use std::f64::consts::PI;

use approx::assert_relative_eq;
use faer::Mat;
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::io::DofLabel;
use modalsweep::matrix::{SymmetricMatrix, rigid_body_vector};
use modalsweep::modes::{ModesError, Participation, ParticipationOptions, RotationPoint, participation};
use modalsweep::parallel::with_threads;
use solid::{DENSITY, SolidFace, solid};

type Coordinates = HashMap<i64, [f64; 3]>;

fn diagonal(values: &[f64]) -> SymmetricMatrix {
    let n = values.len();
    SymmetricMatrix::from_lower_csc((0..=n).collect(), (0..n).collect(), values.to_vec()).unwrap()
}

fn along(component: u32, count: usize) -> Vec<DofLabel> {
    (1..=count as i64).map(|node| DofLabel { node, component }).collect()
}

fn about(point: RotationPoint) -> ParticipationOptions {
    let mut options = ParticipationOptions::default();
    options.rotations_about = point;
    options
}

/// Masses m in a row behind a spring to the ground, the other end free: mode i is sin(j theta), j = 1 to n, theta =
/// (2 i - 1) pi / (2 n + 1); of any scale.
fn clamped_chain(n: usize) -> Mat<f64> {
    Mat::from_fn(n, n, |j, i| {
        let theta = (2 * i + 1) as f64 * PI / (2 * n + 1) as f64;
        (i as f64 - 2.5) * ((j + 1) as f64 * theta).sin()
    })
}

/// The sums over the sines: m cot^2(theta / 2) / (2 n + 1).
fn clamped_chain_effective(n: usize, mass: f64, i: usize) -> f64 {
    let theta = (2 * i + 1) as f64 * PI / (2 * n + 1) as f64;
    mass / (0.5 * theta).tan().powi(2) / (2 * n + 1) as f64
}

fn of_chain(n: usize, mass: f64, component: u32) -> Participation {
    let options = ParticipationOptions::default();
    participation(clamped_chain(n).as_ref(), &diagonal(&vec![mass; n]), &along(component, n), None, &options)
        .unwrap()
}

#[test]
fn a_chain_has_the_masses_of_its_sines() {
    for (component, name) in [(1, "x"), (2, "y"), (3, "z")] {
        let found = of_chain(20, 3.0, component);
        assert_eq!(found.directions.len(), 1);
        let along = &found.directions[0];
        assert_eq!((along.direction, along.total), (name, 60.0));
        for i in 0..20 {
            let expected = clamped_chain_effective(20, 3.0, i);
            assert_relative_eq!(along.effective[i], expected, max_relative = 1e-11);
            let scaled = found.modal_masses[i] * along.effective[i];
            assert_relative_eq!(along.factors[i].powi(2), scaled, max_relative = 1e-13);
        }
        let running = along.cumulative_percent();
        assert_relative_eq!(
            running[0],
            100.0 * clamped_chain_effective(20, 3.0, 0) / 60.0,
            max_relative = 1e-11
        );
        assert_relative_eq!(running[19], 100.0, max_relative = 1e-13);
        assert!(running.is_sorted());
    }
}

/// The clamped rod: 8 / (pi^2 (2 i - 1)^2) of its mass; a chain of n masses has 1 / (2 n) more, and the
/// next term, -(2/3) (theta / 2)^2, is below 7e-5.
#[test]
fn a_fine_chain_has_the_masses_of_the_rod() {
    let n = 400;
    let found = of_chain(n, 1.0 / n as f64, 1);
    for (i, effective) in found.directions[0].effective[..3].iter().enumerate() {
        let rod = 8.0 / (PI * (2 * i + 1) as f64).powi(2);
        assert_relative_eq!(*effective, rod * (1.0 + 0.5 / n as f64), max_relative = 1e-4);
    }
}

/// Linear bar elements with consistent mass: the clamped node keeps 2/3 of an element's mass from the sums.
#[test]
fn all_modes_of_a_clamped_rod_have_the_mass_of_its_free_equations() {
    let n = 12;
    let end = |i: usize| i == n - 1;
    let tridiagonal = |inner: f64, last: f64, beside: f64| {
        Mat::from_fn(n, n, |i, j| match i.abs_diff(j) {
            0 => {
                if end(i) {
                    last
                } else {
                    inner
                }
            }
            1 => beside,
            _ => 0.0,
        })
    };
    let (stiffness, mass) = (tridiagonal(2.0, 1.0, -1.0), tridiagonal(4.0, 2.0, 1.0));
    let modes =
        definite_pair(stiffness.as_ref(), mass.as_ref(), &PairOptions::default().with_vectors()).unwrap();
    let entries =
        |j: usize| if end(j) { vec![(j, mass[(j, j)])] } else { vec![(j, mass[(j, j)]), (j + 1, 1.0)] };
    let lower: Vec<(usize, f64)> = (0..n).flat_map(entries).collect();
    let col_ptr = (0..=n).map(|j| if j == n { 2 * n - 1 } else { 2 * j }).collect();
    let (row_idx, values) = lower.into_iter().unzip();
    let sparse = SymmetricMatrix::from_lower_csc(col_ptr, row_idx, values).unwrap();
    let shapes = modes.vectors.as_ref().unwrap();
    let options = ParticipationOptions::default();
    let found = participation(shapes.as_ref(), &sparse, &along(1, n), None, &options).unwrap();
    let total = 6.0 * (n as f64 - 2.0 / 3.0);
    assert_relative_eq!(found.directions[0].total, total, max_relative = 1e-14);
    assert_relative_eq!(found.directions[0].effective.iter().sum::<f64>(), total, max_relative = 1e-12);
    assert!(found.modal_masses.iter().all(|mass| (mass - 1.0).abs() < 1e-12));
}

/// A free box of 5 x 4 x 3 with a corner at the origin.
struct Box3 {
    mass: SymmetricMatrix,
    labels: Vec<DofLabel>,
    coordinates: Coordinates,
}

const SIDES: [f64; 3] = [5.0, 4.0, 3.0];
const WEIGHT: f64 = 60.0 * DENSITY;

fn free_box() -> Box3 {
    let solid = solid([5, 4, 3], SolidFace::Free);
    let mass = solid.mass;
    let coordinates = solid.coordinates.iter().enumerate();
    Box3 {
        coordinates: coordinates.map(|(node, at)| (solid.labels[3 * node].0, *at)).collect(),
        mass: SymmetricMatrix::from_lower_csc(mass.col_ptr, mass.row_idx, mass.values).unwrap(),
        labels: solid.labels.into_iter().map(|(node, component)| DofLabel { node, component }).collect(),
    }
}

/// m (b^2 + c^2) / part: 3 about the corner, 12 about the centre.
fn inertia(axis: usize, part: f64) -> f64 {
    WEIGHT * (SIDES[(axis + 1) % 3].powi(2) + SIDES[(axis + 2) % 3].powi(2)) / part
}

/// Rigid-body motions about the centre: M-orthogonal, since the box is symmetric.
fn rigid_shapes(free: &Box3) -> Mat<f64> {
    let centred = |at: &[f64; 3]| std::array::from_fn(|axis| at[axis] - 0.5 * SIDES[axis]);
    let centred: Coordinates = free.coordinates.iter().map(|(&node, at)| (node, centred(at))).collect();
    let vectors: Vec<Vec<f64>> =
        (0..6).map(|axis| rigid_body_vector(&free.labels, Some(&centred), axis).unwrap()).collect();
    Mat::from_fn(free.labels.len(), 6, |i, j| vectors[j][i])
}

#[test]
fn the_rigid_motions_of_a_box_have_its_mass_and_inertia() {
    let free = free_box();
    let shapes = rigid_shapes(&free);
    let found = participation(
        shapes.as_ref(),
        &free.mass,
        &free.labels,
        Some(&free.coordinates),
        &about(RotationPoint::CentreOfMass),
    )
    .unwrap();
    for (found, side) in found.rotation_point.iter().zip(SIDES) {
        assert_relative_eq!(*found, 0.5 * side, max_relative = 1e-13);
    }
    assert_eq!(found.directions.len(), 6);
    for (axis, of) in found.directions.iter().enumerate() {
        let total = if axis < 3 { WEIGHT } else { inertia(axis - 3, 12.0) };
        assert_relative_eq!(of.total, total, max_relative = 1e-13);
        for (mode, &effective) in of.effective.iter().enumerate() {
            let expected = if mode == axis { total } else { 0.0 };
            assert_relative_eq!(effective, expected, epsilon = 1e-13 * total);
        }
    }
}

#[test]
fn rotations_turn_about_the_origin_or_any_point() {
    let free = free_box();
    let shapes = rigid_shapes(&free);
    let found = |options: &ParticipationOptions, coordinates: Option<&Coordinates>| {
        participation(shapes.as_ref(), &free.mass, &free.labels, coordinates, options).unwrap()
    };
    let origin = found(&ParticipationOptions::default(), Some(&free.coordinates));
    // Halfway along x: about x the distance is as before, about y and z it is the centre's along x.
    let moved = found(&about(RotationPoint::At([2.5, 0.0, 0.0])), Some(&free.coordinates));
    let square = |axis: usize| SIDES[axis].powi(2) * WEIGHT;
    let halfway = [inertia(0, 3.0), square(0) / 12.0 + square(2) / 3.0, square(0) / 12.0 + square(1) / 3.0];
    for (axis, halfway) in halfway.into_iter().enumerate() {
        assert_relative_eq!(origin.directions[3 + axis].total, inertia(axis, 3.0), max_relative = 1e-13);
        assert_relative_eq!(moved.directions[3 + axis].total, halfway, max_relative = 1e-13);
        // Complete: the six rigid motions span the rotation about any point.
        assert_relative_eq!(origin.directions[3 + axis].cumulative_percent()[5], 100.0, max_relative = 1e-12);
    }
    let names = |found: &Participation| found.directions.iter().map(|of| of.direction).collect::<Vec<_>>();
    assert_eq!(names(&found(&about(RotationPoint::CentreOfMass), None)), ["x", "y", "z"]);
    assert_eq!(names(&origin)[3..], ["rotation x", "rotation y", "rotation z"]);
}

#[test]
fn rotary_inertia_counts_and_empty_directions_do_not() {
    let labels: Vec<DofLabel> = (1..=6).map(|component| DofLabel { node: 4, component }).collect();
    let coordinates = Coordinates::from([(4, [2.0, 3.0, 5.0])]);
    let shapes = Mat::<f64>::identity(6, 6);
    // No mass along z: only what rotates about x and y has less.
    let mass = diagonal(&[2.0, 2.0, 0.0, 0.1, 0.2, 0.3]);
    let options = ParticipationOptions::default();
    let found = participation(shapes.as_ref(), &mass, &labels, Some(&coordinates), &options).unwrap();
    let totals: Vec<(&str, f64)> = found.directions.iter().map(|of| (of.direction, of.total)).collect();
    let about_axes = [2.0 * 25.0 + 0.1, 2.0 * 25.0 + 0.2, 2.0 * (4.0 + 9.0) + 0.3];
    let expected = ["rotation x", "rotation y", "rotation z"].into_iter().zip(about_axes);
    assert_eq!(totals[..2], [("x", 2.0), ("y", 2.0)]);
    for (found, expected) in totals[2..].iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        assert_relative_eq!(found.1, expected.1, max_relative = 1e-15);
    }
    // The shape along z has no mass: zeros, no NaN.
    assert!(found.directions.iter().all(|of| of.factors[2] == 0.0 && of.effective[2] == 0.0));
    assert_eq!(found.directions[0].effective, [2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

/// Masses that move along a line have no inertia about it, whatever is left of the shifted coordinates.
#[test]
fn a_line_of_masses_does_not_rotate_about_its_centre() {
    let n = 7;
    let coordinates: Coordinates = (1..=n as i64).map(|node| (node, [0.3 * node as f64, 0.1, 0.7])).collect();
    let mass = diagonal(&[0.1, 0.7, 1.3, 0.9, 0.11, 0.3, 0.77]);
    let shapes = clamped_chain(n);
    let found = |point| {
        participation(shapes.as_ref(), &mass, &along(1, n), Some(&coordinates), &about(point)).unwrap()
    };
    let centred = found(RotationPoint::CentreOfMass);
    assert_relative_eq!(centred.rotation_point[1], 0.1, max_relative = 1e-14);
    assert_relative_eq!(centred.rotation_point[2], 0.7, max_relative = 1e-14);
    assert_eq!(centred.directions.len(), 1);
    let origin = found(RotationPoint::Origin);
    let names: Vec<&str> = origin.directions.iter().map(|of| of.direction).collect();
    assert_eq!(names, ["x", "rotation y", "rotation z"]);
    assert_relative_eq!(origin.directions[1].total, origin.directions[0].total * 0.49, max_relative = 1e-14);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let free = free_box();
    let rigid = rigid_shapes(&free);
    let shapes = Mat::from_fn(rigid.nrows(), 40, |i, j| rigid[(i, j % 6)] + ((i * (j + 1)) as f64).sin());
    let work = || {
        let options = about(RotationPoint::CentreOfMass);
        participation(shapes.as_ref(), &free.mass, &free.labels, Some(&free.coordinates), &options).unwrap()
    };
    let one = with_threads(1, work).unwrap();
    for threads in [2, 4] {
        assert!(with_threads(threads, work).unwrap() == one, "{threads} threads");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let (shapes, mass, options) = (clamped_chain(4), diagonal(&[1.0; 4]), ParticipationOptions::default());
    let error = participation(shapes.as_ref(), &mass, &along(1, 3), None, &options).unwrap_err();
    assert_eq!(error, ModesError::LabelsDiffer { labels: 3, size: 4 });
    let error =
        participation(shapes.as_ref(), &diagonal(&[1.0; 5]), &along(1, 5), None, &options).unwrap_err();
    assert_eq!(error, ModesError::MassDiffers { rows: 4, size: 5 });
    let mut broken = shapes.clone();
    broken[(0, 3)] = f64::NAN;
    let error = participation(broken.as_ref(), &mass, &along(1, 4), None, &options).unwrap_err();
    assert!(matches!(error, ModesError::ShapeNotFinite { mode: 3, dof: 0, .. }));
}
