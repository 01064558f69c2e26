//! Displacements and stresses against what CalculiX 2.20 printed for the decks of `data/`, and against the dense
//! computation that stands in for it where its element is another one (C3D8). Frequencies: `modes_calculix.rs`.

#[path = "support/decks.rs"]
mod decks;
#[path = "support/printed.rs"]
mod printed;

use std::collections::HashMap;

use decks::{data, example};
use modalsweep::model::{Assembly, Model};
use modalsweep::parallel::Silent;
use modalsweep::stress::{Displacements, StaticOptions, StressRecovery, solve_static};
use printed::{Table, of, tables};

/// Half of a unit in the last of seven digits is 5e-7 of the largest number that begins with 1; ours adds rounding.
const SEVEN_DIGITS: f64 = 6e-7;

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |largest, value| value.abs().max(largest))
}

/// Solves the load cases of a deck and compares displacements and stresses of each with the printed ones, relative to the
/// largest of the case.
#[track_caller]
fn check_statics(deck: &str, printed: &str, tolerance: f64) {
    let model = example(deck);
    let stiffness = Assembly::new(&model).unwrap().stiffness(&Silent).unwrap();
    let solution = solve_static(&model, &stiffness, &StaticOptions::default(), &Silent).unwrap();
    let displacements = Displacements::new(&model, solution.displacements.view())
        .unwrap()
        .with_prescribed(model.load_cases());
    let recovery = StressRecovery::new(&model);
    let stresses = recovery.stresses(&displacements);
    let tables = tables(&data(printed));
    let (moved, stressed) = (of(&tables, "displacements"), of(&tables, "stresses"));
    assert_eq!((moved.len(), stressed.len()), (displacements.cases(), displacements.cases()));
    let points = recovery.points();
    let place: HashMap<(i64, i64), usize> =
        points.rows().into_iter().enumerate().map(|(at, row)| ((row[0], row[1]), at)).collect();
    for case in 0..displacements.cases() {
        let error = displacement_error(&model, &displacements, case, moved[case]);
        assert!(error < tolerance, "{deck}, case {}: displacements differ by {error:e}", case + 1);
        let scale = largest(stressed[case].rows.iter().flat_map(|row| row.1.clone()));
        let mut error = 0.0;
        for (numbers, values) in &stressed[case].rows {
            let own = stresses.slice(ndarray::s![case, place[&(numbers[0], numbers[1])], ..]);
            // CalculiX: xx yy zz xy xz yz.
            let ordered = [own[0], own[1], own[2], own[3], own[5], own[4]];
            error = largest(ordered.iter().zip(values).map(|(a, b)| a - b).chain([error]));
        }
        assert!(
            error < tolerance * scale,
            "{deck}, case {}: stresses differ by {:e}",
            case + 1,
            error / scale
        );
    }
}

fn displacement_error(model: &Model, displacements: &Displacements, case: usize, table: &Table) -> f64 {
    let scale = largest(table.rows.iter().flat_map(|row| row.1.clone()));
    let errors = table.rows.iter().flat_map(|(numbers, values)| {
        let node = model.node_ids().binary_search(&numbers[0]).expect("a node of the deck");
        values
            .iter()
            .enumerate()
            .map(move |(component, value)| displacements.at(case, node, component) - value)
    });
    largest(errors) / scale
}

#[test]
fn stresses_of_distorted_solids_are_those_of_calculix() {
    for kind in ["c3d4", "c3d10", "c3d20", "c3d20r"] {
        check_statics(&format!("decks/{kind}.inp"), &format!("decks/{kind}.dat.gz"), SEVEN_DIGITS);
    }
}

#[test]
fn stresses_of_the_bracket_are_those_of_calculix() {
    check_statics("bracket/bracket_static.inp", "bracket/bracket_static.dat.gz", SEVEN_DIGITS);
}

/// Abaqus' C3D8, computed densely with 17 digits.
#[test]
fn stresses_of_selectively_reduced_hexahedra_are_those_of_a_dense_computation() {
    check_statics("decks/c3d8.inp", "decks/c3d8_numpy.dat.gz", 1e-11);
}
