//! The brick that other tests and the benchmarks use is a right finite-element model.

#[path = "support/solid.rs"]
mod solid;
#[path = "support/tolerance.rs"]
#[allow(dead_code)]
mod tolerance;

use faer::Mat;
use modalsweep::eigen::{PairOptions, definite_pair};
use solid::{DENSITY, LowerCsc, POISSON, Solid, SolidFace, YOUNG, element_matrices, solid};

const LAME: f64 = YOUNG * POISSON / ((1.0 + POISSON) * (1.0 - 2.0 * POISSON));
const SHEAR: f64 = YOUNG / (2.0 * (1.0 + POISSON));

/// A displacement at each place.
type Field = fn([f64; 3]) -> [f64; 3];

/// `A v`, and `|A| |v|` to measure its rounding.
fn times(matrix: &LowerCsc, v: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut product, mut size) = (vec![0.0; matrix.n], vec![0.0; matrix.n]);
    for col in 0..matrix.n {
        for k in matrix.col_ptr[col]..matrix.col_ptr[col + 1] {
            let (row, value) = (matrix.row_idx[k], matrix.values[k]);
            let mut add = |to: usize, from: usize| {
                product[to] += value * v[from];
                size[to] += (value * v[from]).abs();
            };
            add(row, col);
            if row != col {
                add(col, row);
            }
        }
    }
    (product, size)
}

fn field(model: &Solid, at: Field) -> Vec<f64> {
    model.coordinates.iter().flat_map(|&place| at(place)).collect()
}

fn dense(matrix: &LowerCsc) -> Mat<f64> {
    let mut dense = Mat::zeros(matrix.n, matrix.n);
    for col in 0..matrix.n {
        for k in matrix.col_ptr[col]..matrix.col_ptr[col + 1] {
            dense[(matrix.row_idx[k], col)] = matrix.values[k];
        }
    }
    dense
}

fn energy(matrix: &LowerCsc, v: &[f64]) -> f64 {
    times(matrix, v).0.iter().zip(v).map(|(force, u)| force * u).sum()
}

#[test]
fn one_element_has_its_closed_form() {
    let (stiffness, mass) = element_matrices();
    let near = |found: f64, expected: f64| {
        assert!(tolerance::relative_error(found, expected) < 1e-14, "{found} {expected}");
    };
    // integral of (dN/dx)^2 = 1/9, of dN/dx dN/dy = 1/12, of N^2 = 1/27 at a corner.
    near(stiffness[0][0], (LAME + 4.0 * SHEAR) / 9.0);
    near(stiffness[0][1], (LAME + SHEAR) / 12.0);
    near(mass[0][0], DENSITY / 27.0);
    near(mass[0][21], DENSITY / 216.0);
    for row in 0..24 {
        for col in 0..24 {
            assert_eq!(stiffness[row][col], stiffness[col][row]);
            assert_eq!(mass[row][col], mass[col][row]);
        }
    }
}

#[test]
fn a_free_brick_has_no_force_in_rigid_motion_and_the_right_inertia() {
    let model = solid([4, 3, 2], SolidFace::Free);
    let motions: [Field; 6] = [
        |_| [1.0, 0.0, 0.0],
        |_| [0.0, 1.0, 0.0],
        |_| [0.0, 0.0, 1.0],
        |[_, y, z]| [0.0, -z, y],
        |[x, _, z]| [z, 0.0, -x],
        |[x, y, _]| [-y, x, 0.0],
    ];
    // Mass, and the moments of inertia about the axes through the corner.
    let volume = 24.0;
    let second = |a: f64, b: f64| volume * (a * a + b * b) / 3.0;
    let expected = [volume, volume, volume, second(3.0, 2.0), second(4.0, 2.0), second(4.0, 3.0)];
    for (motion, expected) in motions.into_iter().zip(expected) {
        let u = field(&model, motion);
        let (force, size) = times(&model.stiffness, &u);
        let rounding = 81.0 * tolerance::ULP;
        assert!(force.iter().zip(&size).all(|(f, s)| f.abs() <= rounding * s));
        let inertia = energy(&model.mass, &u);
        assert!(tolerance::relative_error(inertia, DENSITY * expected) < 1e-14);
    }
}

#[test]
fn constant_strain_passes_the_patch_test() {
    let model = solid([3, 4, 3], SolidFace::Free);
    let states: [(Field, f64); 2] =
        [(|[x, _, _]| [x, 0.0, 0.0], LAME + 2.0 * SHEAR), (|[_, y, _]| [y, 0.0, 0.0], SHEAR)];
    for (state, modulus) in states {
        let u = field(&model, state);
        assert!(tolerance::relative_error(energy(&model.stiffness, &u), 36.0 * modulus) < 1e-13);
        let (force, size) = times(&model.stiffness, &u);
        for (i, place) in model.coordinates.iter().enumerate() {
            let [x, y, z] = *place;
            let inside = x > 0.0 && x < 3.0 && y > 0.0 && y < 4.0 && z > 0.0 && z < 3.0;
            for dof in 3 * i..3 * i + 3 {
                let rounding = 81.0 * tolerance::ULP * size[dof];
                assert!(!inside || force[dof].abs() <= rounding, "{place:?}");
            }
        }
    }
}

#[test]
fn storage_is_a_sorted_lower_triangle() {
    let model = solid([3, 2, 2], SolidFace::Clamped);
    assert_eq!(model.labels.len(), 3 * 3 * 3 * 3);
    assert_eq!(model.labels[..4], [(2, 1), (2, 2), (2, 3), (3, 1)]);
    assert_eq!(model.coordinates[0], [1.0, 0.0, 0.0]);
    for matrix in [&model.stiffness, &model.mass] {
        assert_eq!(matrix.n, model.labels.len());
        assert_eq!(*matrix.col_ptr.last().unwrap(), matrix.values.len());
        for col in 0..matrix.n {
            let rows = &matrix.row_idx[matrix.col_ptr[col]..matrix.col_ptr[col + 1]];
            assert_eq!(rows[0], col);
            assert!(rows.is_sorted_by(|a, b| a < b));
            assert!(matrix.values[matrix.col_ptr[col]] > 0.0);
        }
    }
}

#[test]
fn clamping_removes_equations_and_changes_nothing_else() {
    let free = solid([3, 2, 2], SolidFace::Free);
    let clamped = solid([3, 2, 2], SolidFace::Clamped);
    let kept: Vec<usize> = (0..free.labels.len()).filter(|&i| free.coordinates[i / 3][0] > 0.0).collect();
    let labels: Vec<_> = kept.iter().map(|&i| free.labels[i]).collect();
    assert_eq!(labels, clamped.labels);
    for (all, rest) in [(&free.stiffness, &clamped.stiffness), (&free.mass, &clamped.mass)] {
        let all = dense(all);
        let picked = Mat::from_fn(kept.len(), kept.len(), |i, j| all[(kept[i], kept[j])]);
        assert_eq!(picked, dense(rest));
    }
}

#[test]
fn a_free_brick_has_six_rigid_modes_and_a_clamped_one_none() {
    faer::disable_global_parallelism();
    for (face, rigid) in [(SolidFace::Free, 6), (SolidFace::Clamped, 0)] {
        for elements in [[1, 1, 1], [3, 2, 2]] {
            let model = solid(elements, face);
            let (k, m) = (dense(&model.stiffness), dense(&model.mass));
            let modes = definite_pair(k.as_ref(), m.as_ref(), &PairOptions::default()).unwrap();
            assert_eq!((modes.rigid_count, modes.infinite_count), (rigid, 0), "{elements:?}");
            let lowest = modes.frequencies_hz()[rigid];
            assert!(lowest > 10.0, "{elements:?} {face:?}: {lowest} Hz");
        }
    }
}
