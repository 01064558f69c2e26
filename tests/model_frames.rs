//! Trusses and beams of `data/decks` against the dense computation in NumPy that stands beside them: displacements,
//! rotations, stresses and frequencies. `data/README.md` says what the files hold.

#[path = "support/decks.rs"]
mod decks;

use std::collections::HashMap;

use decks::{data, example};
use faer::Mat;
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::model::{Assembly, MassScheme, Model};
use modalsweep::parallel::Silent;
use modalsweep::stress::{Displacements, StaticOptions, StaticSolution, StressRecovery, solve_static};

/// Both computed, with condition numbers up to 1e7.
const COMPUTED: f64 = 1e-8;

/// Numbers in their columns, as printed.
type Rows = Vec<Vec<f64>>;

fn solve(model: &Model) -> StaticSolution {
    let stiffness = Assembly::new(model).unwrap().stiffness(&Silent).unwrap();
    solve_static(model, &stiffness, &StaticOptions::default(), &Silent).unwrap()
}

/// Compares with the largest expected value in mind.
fn assert_close(what: &str, pairs: &[(f64, f64)], tolerance: f64) {
    assert!(!pairs.is_empty(), "{what}: nothing to compare");
    let largest = pairs.iter().map(|(_, expected)| expected.abs()).fold(0.0, f64::max);
    let apart = pairs.iter().map(|(found, expected)| (found - expected).abs()).fold(0.0, f64::max);
    assert!(apart <= tolerance * largest, "{what}: {:e} of the largest", apart / largest);
}

/// Displacements of a case beside rows of node and components, where they are free; forces and moments, so
/// translations and rotations, have different units.
fn assert_displacements(what: &str, model: &Model, values: &[f64], rows: &Rows, tolerance: f64) {
    let rows: HashMap<i64, &[f64]> = rows.iter().map(|row| (row[0] as i64, &row[1..])).collect();
    for components in [1..=3, 4..=6] {
        let labels = model.equations().labels().iter().zip(values);
        let here = labels.filter(|(label, _)| components.contains(&label.component));
        let pairs = here.filter_map(|(label, &value)| {
            rows.get(&label.node).map(|row| (value, row[label.component as usize - 1]))
        });
        let pairs: Vec<_> = pairs.collect();
        if !pairs.is_empty() {
            assert_close(&format!("{what}, components {components:?}"), &pairs, tolerance);
        }
    }
}

fn dense(matrix: &SymmetricMatrix) -> Mat<f64> {
    Mat::from_fn(matrix.size(), matrix.size(), |i, j| matrix.get(i, j))
}

fn frequencies(model: &Model, scheme: MassScheme) -> Vec<f64> {
    let assembly = Assembly::new(model).unwrap();
    let [stiffness, mass] =
        [assembly.stiffness(&Silent), assembly.mass(scheme, &Silent)].map(|m| dense(&m.unwrap()));
    definite_pair(stiffness.as_ref(), mass.as_ref(), &PairOptions::default()).unwrap().frequencies_hz()
}

fn assert_frequencies(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert!(!expected.is_empty() && found.len() >= expected.len(), "{what}: {} frequencies", found.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() <= tolerance, "{what}: {found} Hz is not {expected} Hz");
    }
}

/// The tables of a frame: heading without `# `, and rows.
fn frame_tables(name: &str) -> Vec<(String, Rows)> {
    let mut tables: Vec<(String, Rows)> = Vec::new();
    for line in std::fs::read_to_string(data(name)).unwrap().lines() {
        if let Some(heading) = line.strip_prefix("# ") {
            tables.push((heading.to_string(), Vec::new()));
        } else {
            let numbers = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
            tables.last_mut().unwrap().1.push(numbers);
        }
    }
    tables
}

#[test]
fn trusses_and_beams_have_what_numpy_computes() {
    for name in ["tower", "portal", "cantilever", "supported"] {
        let model = example(&format!("decks/{name}.inp"));
        let solution = solve(&model);
        let tables = frame_tables(&format!("decks/{name}.txt"));
        for (case, step) in ["forces", "weight"].iter().enumerate() {
            let start = format!("{step}: node");
            let (what, rows) = tables.iter().find(|(heading, _)| heading.starts_with(&start)).unwrap();
            let values = solution.displacements.row(case).to_vec();
            assert_displacements(&format!("{name}, {what}"), &model, &values, rows, COMPUTED);
        }
        for (scheme, own) in [("consistent", MassScheme::Consistent), ("lumped", MassScheme::Lumped)] {
            let heading = format!("frequencies in Hz, {scheme} mass");
            let (what, rows) = tables.iter().find(|(own, _)| *own == heading).unwrap();
            assert_frequencies(&format!("{name}, {what}"), &frequencies(&model, own), &rows[0], COMPUTED);
        }
    }
}

#[test]
fn stresses_of_trusses_are_what_numpy_computes() {
    let model = example("decks/tower.inp");
    let (solution, recovery) = (solve(&model), StressRecovery::new(&model));
    let displacements = Displacements::new(&model, solution.displacements.view()).unwrap();
    let (stresses, points) = (recovery.stresses(&displacements), recovery.points());
    let tables = frame_tables("decks/tower.txt");
    for (case, step) in ["forces", "weight"].iter().enumerate() {
        let (what, rows) = tables.iter().find(|(own, _)| *own == format!("{step}: element, stress")).unwrap();
        let expected: HashMap<i64, f64> = rows.iter().map(|row| (row[0] as i64, row[1])).collect();
        let own = points.column(0);
        let pairs = own.iter().enumerate().map(|(point, id)| (stresses[(case, point, 0)], expected[id]));
        assert_close(what, &pairs.collect::<Vec<_>>(), COMPUTED);
    }
}
