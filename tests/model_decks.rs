//! The decks of `data/decks` and the bracket against what CalculiX printed and what NumPy computed from them: statics,
//! stresses at the integration points, frequencies. `data/README.md` says what the files hold.

#[path = "support/decks.rs"]
mod decks;

use std::collections::HashMap;
use std::io::Read;

use decks::{data, example};
use faer::Mat;
use flate2::read::GzDecoder;
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::model::{Assembly, MassScheme, Model};
use modalsweep::parallel::Silent;
use modalsweep::stress::{Displacements, StaticOptions, StaticSolution, StressRecovery, solve_static};

/// CalculiX prints seven digits; stresses are sums of larger numbers.
const PRINTED: f64 = 1e-6;
/// Both computed, with condition numbers up to 1e7.
const COMPUTED: f64 = 1e-8;

/// Numbers in their columns, as printed.
type Rows = Vec<Vec<f64>>;

/// The tables of a `.dat` file: for each step those of `displacements`, `forces`, `total`, `stresses`.
fn printed(name: &str) -> Vec<HashMap<String, Rows>> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(data(name)).unwrap()).read_to_string(&mut text).unwrap();
    let (mut steps, mut table) = (Vec::<HashMap<String, Rows>>::new(), String::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let numbers: Result<Vec<f64>, _> = words.iter().map(|word| word.parse()).collect();
        if let Ok(numbers) = numbers {
            let step: &mut HashMap<String, Rows> = steps.last_mut().unwrap();
            step.entry(table.clone()).or_default().push(numbers);
        } else {
            table = words[0].to_string();
            if table == "displacements" {
                steps.push(HashMap::new());
            }
        }
    }
    steps
}

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

/// Stresses of all cases beside the tables of the steps, found by element and point.
fn assert_stresses(name: &str, model: &Model, solution: &StaticSolution, steps: &[&Rows], tolerance: f64) {
    let recovery = StressRecovery::new(model);
    let displacements = Displacements::new(model, solution.displacements.view()).unwrap();
    let stresses = recovery.stresses(&displacements.with_prescribed(model.load_cases()));
    let points = recovery.points();
    let place: HashMap<_, _> = points.rows().into_iter().map(|row| (row[0], row[1])).zip(0..).collect();
    for (case, rows) in steps.iter().enumerate() {
        assert_eq!(rows.len(), recovery.point_count(), "{name}: all points are printed");
        let mut pairs = Vec::new();
        for row in rows.iter() {
            let point: usize = place[&(row[0] as i64, row[1] as i64)];
            // CalculiX has xz before yz; here zx comes last.
            let own = [0, 1, 2, 3, 5, 4].map(|component| stresses[(case, point, component)]);
            pairs.extend(own.into_iter().zip(row[2..].iter().copied()));
        }
        assert_close(&format!("{name}, stresses of case {case}"), &pairs, tolerance);
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

/// Lines of names, then numbers.
fn table(name: &str, names: usize) -> Vec<(String, Vec<f64>)> {
    let text = std::fs::read_to_string(data(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let rows = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (own, numbers) = words.split_at(names);
        (own.join(" "), numbers.iter().map(|word| word.parse().unwrap()).collect())
    });
    rows.collect()
}

fn assert_block(job: &str, dat: &str, tolerance: f64) {
    let model = example(&format!("decks/{job}.inp"));
    let (solution, mut steps) = (solve(&model), printed(&format!("decks/{dat}.dat.gz")));
    assert_eq!(steps.len(), model.load_cases().len());
    // CalculiX has too few points for the pressure on curved faces of these.
    if ["c3d10", "c3d20r"].contains(&job) {
        steps[1] = printed(&format!("decks/{job}_pressure_numpy.dat.gz")).remove(0);
    }
    let nodes = model.node_ids();
    for (case, step) in steps.iter().enumerate() {
        let what = format!("{job}, case {case}");
        let values = solution.displacements.row(case).to_vec();
        assert_displacements(&what, &model, &values, &step["displacements"], tolerance);
        assert!(solution.imbalance[case] < 1e-9, "{what}: {}", solution.imbalance[case]);
        // What is printed has the loads on held nodes in it: pressure and gravity bring some.
        if case == 0 || case == 3 {
            let rows = &step["forces"];
            let row = |node: i64| &rows[nodes.binary_search(&node).unwrap()];
            let reactions = solution.reactions.labels.iter().zip(solution.reactions.values.row(case));
            let pairs = reactions.map(|(label, &force)| (force, row(label.node)[label.component as usize]));
            assert_close(&format!("{what}, reactions"), &pairs.collect::<Vec<_>>(), tolerance);
        }
    }
    let stresses: Vec<&Rows> = steps.iter().map(|step| &step["stresses"]).collect();
    assert_stresses(job, &model, &solution, &stresses, tolerance);
}

#[test]
fn distorted_solids_have_what_calculix_prints() {
    for job in ["c3d4", "c3d10", "c3d20", "c3d20r"] {
        assert_block(job, job, PRINTED);
    }
}

#[test]
fn the_hexahedron_with_mean_dilatation_has_what_numpy_computes() {
    assert_block("c3d8", "c3d8_numpy", COMPUTED);
}

#[test]
fn frequencies_are_those_that_calculix_prints() {
    for (job, expected) in table("decks/frequencies.txt", 1) {
        let found = frequencies(&example(&format!("decks/{job}_frequency.inp")), MassScheme::Calculix);
        assert_frequencies(&job, &found, &expected, PRINTED);
    }
}

#[test]
fn frequencies_of_other_schemes_are_those_that_numpy_computes() {
    for (name, expected) in table("decks/frequencies_numpy.txt", 2) {
        let (job, scheme) = name.split_once(' ').unwrap();
        // On curved edges 15 and 27 points are not exact.
        let (scheme, tolerance) = match (scheme, job) {
            ("consistent", "c3d10" | "c3d20r") => (MassScheme::Consistent, 2e-4),
            ("consistent", _) => (MassScheme::Consistent, COMPUTED),
            ("points", _) => (MassScheme::Calculix, COMPUTED),
            ("lumped", _) => (MassScheme::Lumped, COMPUTED),
            _ => panic!("{name}"),
        };
        let found = frequencies(&example(&format!("decks/{job}_frequency.inp")), scheme);
        assert_frequencies(&name, &found, &expected, tolerance);
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

#[test]
fn the_bracket_has_what_calculix_prints() {
    let model = example("bracket/bracket_static.inp");
    let (solution, steps) = (solve(&model), printed("bracket/bracket_static.dat.gz"));
    assert_eq!((steps.len(), model.load_cases().len()), (4, 4));
    for (case, step) in steps.iter().enumerate() {
        let values = solution.displacements.row(case).to_vec();
        let what = format!("bracket, case {case}");
        assert_displacements(&what, &model, &values, &step["displacements"], PRINTED);
    }
    let stresses: Vec<&Rows> = steps.iter().map(|step| &step["stresses"]).collect();
    assert_stresses("bracket", &model, &solution, &stresses, PRINTED);
}
