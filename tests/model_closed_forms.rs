//! Thick-walled cylinder, plate with a hole, simply supported beam, pin-ended cross and thick plate of `data/decks` against
//! closed forms and NAFEMS; the formulas stand in `data/decks/closed_forms.py` too.

#[path = "support/decks.rs"]
mod decks;

use std::f64::consts::PI;

use decks::example;
use faer::Mat;
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::model::{Assembly, MassScheme, Model};
use modalsweep::parallel::Silent;
use modalsweep::stress::{Displacements, NodalAverage, StaticOptions, StressRecovery, solve_static};
use ndarray::{Array2, Axis};

/// Where a node is, and the stress that its elements have there on average.
type NodalStress = ([f64; 3], [f64; 6]);

/// Displacements x, y, z of all nodes, and the stresses at nodes, in the only load case.
fn solve(model: &Model) -> (Vec<[f64; 3]>, Vec<NodalStress>) {
    let stiffness = Assembly::new(model).unwrap().stiffness(&Silent).unwrap();
    let solution = solve_static(model, &stiffness, &StaticOptions::default(), &Silent).unwrap();
    let mut moved = vec![0.0; 3 * model.node_ids().len()];
    model.nodal_displacements_into(&solution.displacements.row(0).to_vec(), Some(0), &mut moved);
    let recovery = StressRecovery::new(model);
    let displacements = Displacements::new(model, solution.displacements.view()).unwrap();
    let stresses = recovery.stresses(&displacements);
    let average = NodalAverage::new(&recovery);
    let mut found = Array2::zeros((average.rows().len(), 6));
    average.average_into(stresses.index_axis(Axis(0), 0), found.view_mut());
    let places = average.rows().iter().map(|&(node, _)| model.positions()[node as usize]);
    let stresses = found.rows().into_iter().map(|row| std::array::from_fn(|component| row[component]));
    (moved.as_chunks().0.to_vec(), places.zip(stresses).collect())
}

/// Lame: with c = p a^2 / (b^2 - a^2), u_r = (1 + nu) / E c ((1 - 2 nu) r + b^2 / r), sigma_theta = c (1 + b^2 / r^2).
#[test]
fn thick_walled_cylinder() {
    let (young, poisson, a, b, pressure) = (210e3, 0.3, 10.0_f64, 20.0_f64, 100.0);
    let c = pressure * a * a / (b * b - a * a);
    for kind in ["c3d20", "c3d20r", "c3d10"] {
        let model = example(&format!("decks/cylinder_{kind}.inp"));
        let (moved, stresses) = solve(&model);
        for ([x, y, _], [u, v, _]) in model.positions().iter().zip(&moved) {
            let r = x.hypot(*y);
            let radial = (u * x + v * y) / r;
            let expected = (1.0 + poisson) / young * c * ((1.0 - 2.0 * poisson) * r + b * b / r);
            assert!((radial / expected - 1.0).abs() < 1e-4, "{kind}: u_r {radial} is not {expected} at {r}");
        }
        for radius in [a, b] {
            let expected = c * (1.0 + b * b / (radius * radius));
            let there = stresses.iter().filter(|([x, y, _], _)| (x.hypot(*y) - radius).abs() < 1e-6);
            let hoops = there.map(|([x, y, _], [xx, yy, _, xy, ..])| {
                (xx * y * y + yy * x * x - 2.0 * xy * x * y) / (radius * radius)
            });
            let hoops: Vec<f64> = hoops.collect();
            let mean = hoops.iter().sum::<f64>() / hoops.len() as f64;
            let worst = hoops.iter().map(|hoop| (hoop / expected - 1.0).abs()).fold(0.0, f64::max);
            assert!(worst < 0.02, "{kind}: a hoop stress is {worst} off at {radius}");
            assert!((mean / expected - 1.0).abs() < 5e-3, "{kind}: the mean is {mean} at {radius}");
        }
    }
}

/// 3 at the hole of an infinite plate (Kirsch); (2 + (1 - d/w)^3) / (1 - d/w) for a plate 20 holes wide (Heywood).
#[test]
fn plate_with_a_hole() {
    let part: f64 = 1.0 / 20.0;
    let expected = (2.0 + (1.0 - part).powi(3)) / (1.0 - part);
    let errors = [4, 8, 16].map(|count| {
        let (_, stresses) = solve(&example(&format!("decks/plate_{count}.inp")));
        let there = stresses.iter().filter(|([x, y, _], _)| x.abs() < 1e-6 && (y - 1.0).abs() < 1e-6);
        let largest = there.map(|(_, stress)| stress[0]).fold(0.0, f64::max);
        (largest / expected - 1.0).abs()
    });
    assert!(errors[0] < 0.05 && errors[1] < errors[0] && errors[2] < errors[1].min(0.01), "{errors:?}");
}

/// P L^3 / (48 E I) under a force at the middle, 5 q L^4 / (384 E I) under its weight, which cubic beams have exactly at
/// their nodes; and the bending frequencies (n pi / L)^2 sqrt(E I / rho A) / 2 pi in both planes.
#[test]
fn simply_supported_beam() {
    let (young, length, area, density) = (210e9, 4.0_f64, 2e-3, 7850.0);
    let model = example("decks/supported.inp");
    let stiffness = Assembly::new(&model).unwrap().stiffness(&Silent).unwrap();
    let solution = solve_static(&model, &stiffness, &StaticOptions::default(), &Silent).unwrap();
    let middle = model.equations().labels().iter().position(|label| (label.node, label.component) == (5, 3));
    let weight = density * area * 10.0;
    let expected = [-1000.0 * length.powi(3) / 48.0, -5.0 * weight * length.powi(4) / 384.0];
    for (case, expected) in expected.map(|value| value / (young * 1.5e-6)).into_iter().enumerate() {
        let found = solution.displacements[(case, middle.unwrap())];
        // Rounding times the condition number, 1e5.
        assert!((found / expected - 1.0).abs() < 1e-10, "{found} is not {expected}");
    }
    let found = frequencies(&model);
    for (order, inertia) in [(1, 1.5e-6), (1, 6e-7), (2, 1.5e-6), (2, 6e-7)] {
        let wave = f64::from(order) * PI / length;
        let expected = wave * wave * (young * inertia / (density * area)).sqrt() / (2.0 * PI);
        // Cubic elements are too stiff by (wave h)^4 / 1440, here 2.6e-4 at the most.
        let error = found.iter().map(|own| own / expected - 1.0).min_by(|a, b| a.abs().total_cmp(&b.abs()));
        assert!((0.0..3e-4).contains(&error.unwrap()), "{expected} Hz: {error:?}");
    }
}

/// All natural frequencies with the consistent mass.
fn frequencies(model: &Model) -> Vec<f64> {
    let assembly = Assembly::new(model).unwrap();
    let matrices = [assembly.stiffness(&Silent), assembly.mass(MassScheme::Consistent, &Silent)];
    let [stiffness, mass] = matrices.map(|matrix| {
        let matrix = matrix.unwrap();
        Mat::from_fn(matrix.size(), matrix.size(), |i, j| matrix.get(i, j))
    });
    definite_pair(stiffness.as_ref(), mass.as_ref(), &PairOptions::default()).unwrap().frequencies_hz()
}

/// NAFEMS FV52, a thick plate of 4 x 4 x 1 C3D20 on its lower edges: after three rigid modes in its plane the values that NAFEMS
/// gives for such a mesh.
#[test]
fn simply_supported_solid_plate() {
    let found = frequencies(&example("decks/fv52.inp"));
    assert!(found[..3].iter().all(|hertz| hertz.abs() < 1e-2), "{:?}", &found[..3]);
    let expected = [44.762, 110.52, 110.52, 169.08, 193.93, 206.64, 206.64];
    for (found, expected) in found[3..].iter().zip(expected) {
        // The lowest differs by 8e-4, the others by less than 3e-4.
        assert!((found / expected - 1.0).abs() < 1e-3, "{found} Hz is not {expected} Hz");
    }
}

/// NAFEMS FV2, eight pinned arms of four beams each: 11.336, 7 x 17.709, 45.345, 7 x 57.390 Hz.
#[test]
fn pin_ended_double_cross() {
    let modes = frequencies(&example("decks/fv2.inp"));
    let mut expected = vec![11.336];
    expected.extend([17.709; 7]);
    expected.push(45.345);
    expected.extend([57.390; 7]);
    for (found, expected) in modes.into_iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < 7e-3, "{found} Hz is not {expected} Hz");
    }
}
