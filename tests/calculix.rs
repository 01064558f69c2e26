//! Displacements, stresses and frequencies against what CalculiX 2.20 printed for the decks of `data/`, and against the
//! dense computation that stands in for it where its element is another one (C3D8).

#[path = "support/decks.rs"]
mod decks;
#[path = "support/printed.rs"]
mod printed;

use std::collections::HashMap;

use decks::{data, example};
use faer::Mat;
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::factor::{Factor, FactorOptions, Symbolic, SymbolicOptions};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::model::{Assembly, MassScheme, Model};
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

fn dense(matrix: &SymmetricMatrix) -> Mat<f64> {
    Mat::from_fn(matrix.size(), matrix.size(), |row, col| matrix.get(row, col))
}

/// The lowest frequencies of a deck by the dense solver.
fn frequencies(deck: &str, scheme: MassScheme) -> Vec<f64> {
    let model = example(deck);
    let assembly = Assembly::new(&model).unwrap();
    let stiffness = dense(&assembly.stiffness(&Silent).unwrap());
    let mass = dense(&assembly.mass(scheme, &Silent).unwrap());
    definite_pair(stiffness.as_ref(), mass.as_ref(), &PairOptions::default()).unwrap().frequencies_hz()
}

/// Lines `deck [scheme] f1 f2 ...`.
#[track_caller]
fn check_frequencies(file: &str, scheme_of: impl Fn(&str) -> Option<MassScheme>, tolerance: f64) {
    let text = printed::text(&data(file));
    let mut checked = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let first = words.iter().position(|word| word.parse::<f64>().is_ok()).expect("a frequency");
        let Some(scheme) = scheme_of(words[first - 1]) else { continue };
        let found = frequencies(&format!("decks/{}_frequency.inp", words[0]), scheme);
        for (mode, word) in words[first..].iter().enumerate() {
            let expected: f64 = word.parse().unwrap();
            let error = (found[mode] / expected - 1.0).abs();
            assert!(error < tolerance, "{line}: mode {}, {} Hz, {error:e}", mode + 1, found[mode]);
        }
        checked += 1;
    }
    assert!(checked >= 4, "{checked} decks");
}

#[test]
fn frequencies_of_distorted_solids_are_those_that_calculix_prints() {
    check_frequencies("decks/frequencies.txt", |_| Some(MassScheme::Calculix), 5e-7);
}

/// The reference has five points in each direction, enough for any mass; ours has fifteen or 27, enough for straight edges:
/// curved ones cost up to 1.2e-4 here (C3D20R, eighth mode).
#[test]
fn frequencies_of_other_schemes_of_the_mass_are_those_of_a_dense_computation() {
    let scheme = |name: &str| match name {
        "consistent" => Some(MassScheme::Consistent),
        "points" => Some(MassScheme::Calculix),
        _ => None,
    };
    check_frequencies("decks/frequencies_numpy.txt", scheme, 2e-4);
}

/// Subspace iteration for the lowest modes of a sparse pair.
fn lowest(stiffness: &SymmetricMatrix, mass: &SymmetricMatrix, count: usize) -> Vec<f64> {
    let symbolic = Symbolic::new(stiffness, &SymbolicOptions::default()).unwrap().into();
    let factor = Factor::new(&symbolic, stiffness, &FactorOptions::default(), &Silent).unwrap();
    let (size, width) = (stiffness.size(), count + 20);
    let mut shapes =
        Mat::from_fn(size, width, |i, j| (((i * 7919 + j * 104_729) % 1009) as f64 / 504.0) - 1.0);
    let product = |matrix: &SymmetricMatrix, shapes: &Mat<f64>| {
        let mut image = Mat::zeros(size, width);
        for col in 0..width {
            let x: Vec<f64> = shapes.col(col).iter().copied().collect();
            let mut y = vec![0.0; size];
            matrix.multiply_into(&x, &mut y);
            (0..size).for_each(|row| image[(row, col)] = y[row]);
        }
        image
    };
    let options = PairOptions::default().with_vectors();
    let mut values = Vec::new();
    for _ in 0..25 {
        shapes = product(mass, &shapes);
        factor.solve_in_place(shapes.as_mut());
        let small = [stiffness, mass].map(|matrix| shapes.transpose() * product(matrix, &shapes));
        let pair = definite_pair(small[0].as_ref(), small[1].as_ref(), &options).unwrap();
        values = pair.frequencies_hz();
        shapes = &shapes * pair.vectors.as_ref().unwrap();
    }
    values.truncate(count);
    values
}

#[test]
fn frequencies_of_the_bracket_are_those_that_calculix_prints() {
    let model = example("bracket/bracket.inp");
    let assembly = Assembly::new(&model).unwrap();
    let stiffness = assembly.stiffness(&Silent).unwrap();
    let mass = assembly.mass(MassScheme::Calculix, &Silent).unwrap();
    let found = lowest(&stiffness, &mass, 20);
    let text = printed::text(&data("bracket/frequencies.txt"));
    let expected: Vec<f64> =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.trim().parse().unwrap()).collect();
    assert_eq!(expected.len(), 20);
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found / expected - 1.0).abs() < 5e-7, "{found} {expected}");
    }
}
