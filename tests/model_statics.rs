//! Static solutions against closed forms and CalculiX.

mod support;

use std::path::Path;

use modalsweep::io::DofLabel;
use modalsweep::io::inp::{ElementKind, read_deck};
use modalsweep::model::Model;
use modalsweep::parallel::with_threads;
use modalsweep::stress::{StaticOptions, StaticSolution, StressError};
use support::lines::{CUBE, Lines};
use support::statics::{bar, cantilever, model_of, plane_truss, refusal, solved, try_solve};

#[track_caller]
fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance * expected.abs(), "{value:e}, expected {expected:e}");
}

/// The displacement `node.component` of a case.
fn at(model: &Model, solution: &StaticSolution, case: usize, name: &str) -> f64 {
    let labels = model.equations().labels();
    let equation = labels.iter().position(|label| label.to_string() == name).unwrap();
    solution.displacements[(case, equation)]
}

fn reaction(solution: &StaticSolution, case: usize, name: &str) -> f64 {
    let labels = &solution.reactions.labels;
    solution.reactions.values[(case, labels.iter().position(|label| label.to_string() == name).unwrap())]
}

/// The tables of numbers that CalculiX prints, one after the other: node, x, y, z.
fn printed_tables(path: &str) -> Vec<Vec<(i64, [f64; 3])>> {
    let mut tables = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines().map(str::trim).filter(|line| !line.is_empty())
    {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[0].parse() {
            Ok(node) => tables
                .last_mut()
                .map(|table: &mut Vec<_>| table.push((node, [1, 2, 3].map(|k| words[k].parse().unwrap()))))
                .unwrap(),
            Err(_) => tables.push(Vec::new()),
        }
    }
    tables
}

/// All values within the digits that are printed, measured by the largest.
fn agree(table: &[(i64, [f64; 3])], ours: impl Fn(usize, usize) -> Option<f64>) {
    let largest = table.iter().flat_map(|(_, values)| values).fold(0.0, |most: f64, x| most.max(x.abs()));
    for (at, (node, values)) in table.iter().enumerate() {
        for (component, &value) in values.iter().enumerate() {
            let Some(own) = ours(at, component) else { continue };
            assert!((own - value).abs() <= 1e-6 * largest, "{node}.{}: {own:e}, {value:e}", component + 1);
        }
    }
}

#[test]
fn steps_move_and_react_as_in_calculix() {
    let deck = read_deck(Path::new("tests/data/statics/steps.inp")).unwrap();
    let model = Model::from_deck(&deck).unwrap();
    let solution = try_solve(&model, &StaticOptions::default()).unwrap();
    let tables = printed_tables("tests/data/statics/steps.dat");
    assert_eq!((tables.len(), model.load_cases().len()), (5, 4));
    let mut moved = vec![0.0; 3 * model.node_ids().len()];
    for (case, table) in tables[..4].iter().enumerate() {
        let values = solution.displacements.row(case);
        model.nodal_displacements_into(values.as_slice().unwrap(), Some(case), &mut moved);
        assert_eq!(table.iter().map(|row| row.0).collect::<Vec<_>>(), model.node_ids());
        agree(table, |node, component| Some(moved[3 * node + component]));
    }
    // In the last step there are no loads but at one free node: what is printed at supports are reactions.
    let labels = &solution.reactions.labels;
    assert_eq!(labels.len(), 11);
    agree(&tables[4], |node, component| {
        let label = DofLabel { node: model.node_ids()[node], component: component as u32 + 1 };
        let at = labels.iter().position(|&own| own == label)?;
        Some(solution.reactions.values[(3, at)])
    });
}

#[test]
fn a_bar_stretches_by_f_l_over_e_a() {
    let mut lines = bar();
    lines.static_step().force(5, 1, 3.0).static_step().all_new().gravity("ALL", 10.0, [1.0, 0.0, 0.0]);
    let (model, solution) = solved(&lines);
    close(at(&model, &solution, 0, "5.1"), 3.0 * 2.0 / 100.0, 1e-14);
    close(at(&model, &solution, 0, "3.1"), 3.0 * 1.0 / 100.0, 1e-14);
    close(reaction(&solution, 0, "1.1"), -3.0, 1e-14);
    // Half of force times way.
    close(solution.reactions.strain_energy[0], 0.5 * 3.0 * 0.06, 1e-14);
    // Hanging under its own weight: rho g L^2 / 2 E at the end, rho g x (L - x / 2) / E on the way.
    close(at(&model, &solution, 1, "5.1"), 2.0 * 10.0 * 4.0 / 400.0, 1e-14);
    close(at(&model, &solution, 1, "2.1"), 2.0 * 10.0 * 0.5 * 1.75 / 200.0, 1e-14);
    close(reaction(&solution, 1, "1.1"), -20.0, 1e-14);
}

#[test]
fn an_end_that_is_pulled_away_pulls_back() {
    let mut lines = bar();
    lines.static_step().prescribe(5, (1, 1), 0.1).force(5, 1, 7.0);
    lines.static_step().prescribe(5, (1, 1), 0.0).all_new().force(3, 1, 4.0);
    let (model, solution) = solved(&lines);
    close(at(&model, &solution, 0, "2.1"), 0.025, 1e-14);
    // E A / L = 50; the force that acts at the support itself is not the support's.
    close(reaction(&solution, 0, "1.1"), -5.0, 1e-14);
    close(reaction(&solution, 0, "5.1"), 5.0 - 7.0, 1e-14);
    close(solution.reactions.strain_energy[0], 0.5 * 50.0 * 0.01, 1e-14);
    close(reaction(&solution, 1, "1.1"), -2.0, 1e-14);
    close(reaction(&solution, 1, "5.1"), -2.0, 1e-14);
}

#[test]
fn many_load_cases_are_many_columns_on_any_number_of_threads() {
    let mut lines = bar();
    for case in 0..130 {
        lines.static_step().all_new().force(2 + case % 4, 1, case as f64);
    }
    let (model, solution) = solved(&lines);
    for case in 1..130 {
        let node = 2 + case % 4;
        let expected = case as f64 * 0.5 * (node - 1) as f64 / 100.0;
        close(at(&model, &solution, case, &format!("{node}.1")), expected, 1e-14);
    }
    for threads in [1, 2, 4] {
        let again = with_threads(threads, || solved(&lines).1).unwrap();
        assert_eq!(again.displacements, solution.displacements);
        assert_eq!(again.reactions, solution.reactions);
    }
}

#[test]
fn a_cantilever_bends_as_euler_and_bernoulli_say() {
    let mut lines = cantilever();
    lines.hold(1, (1, 6));
    lines.static_step().force(4, 2, 100.0);
    lines.static_step().all_new().force(4, 3, 100.0);
    lines.static_step().all_new().force(4, 6, 50.0);
    lines.static_step().all_new().gravity("ALL", 9.81, [0.0, -1.0, 0.0]);
    let (model, solution) = solved(&lines);
    let (about_z, about_y) = (200e9 * 0.1 * 0.2_f64.powi(3) / 12.0, 200e9 * 0.2 * 0.1_f64.powi(3) / 12.0);
    close(at(&model, &solution, 0, "4.2"), 100.0 * 8.0 / (3.0 * about_z), 1e-11);
    close(at(&model, &solution, 0, "4.6"), 100.0 * 4.0 / (2.0 * about_z), 1e-11);
    close(reaction(&solution, 0, "1.2"), -100.0, 1e-10);
    close(reaction(&solution, 0, "1.6"), -200.0, 1e-10);
    close(at(&model, &solution, 1, "4.3"), 100.0 * 8.0 / (3.0 * about_y), 1e-11);
    close(at(&model, &solution, 1, "4.5"), -100.0 * 4.0 / (2.0 * about_y), 1e-11);
    close(at(&model, &solution, 2, "4.2"), 50.0 * 4.0 / (2.0 * about_z), 1e-11);
    let weight = 8000.0 * 0.02 * 9.81;
    close(at(&model, &solution, 3, "4.2"), -weight * 16.0 / (8.0 * about_z), 1e-11);
    close(reaction(&solution, 3, "1.2"), weight * 2.0, 1e-10);
    close(reaction(&solution, 3, "1.6"), weight * 2.0, 1e-10);
}

#[test]
fn two_bars_share_a_load() {
    let mut lines = plane_truss();
    assert_eq!(refusal(&lines), "no stiffness at DOF(s) 3.3");
    lines.hold(3, (3, 3));
    let (model, solution) = solved(&lines);
    // Each bar carries P / 2 sin 45 deg; the apex sinks by P l / 2 E A sin^2, l = sqrt 2.
    close(at(&model, &solution, 0, "3.2"), -6.0 * 2.0_f64.sqrt() / 200.0, 1e-14);
    for (name, expected) in [("1.1", 3.0), ("1.2", 3.0), ("2.1", -3.0), ("2.2", 3.0)] {
        close(reaction(&solution, 0, name), expected, 1e-14);
    }
}

/// A tower of two unit cubes along x, held at its left face as little as can be.
fn tower() -> Lines {
    let mut lines = Lines::new();
    for (id, [x, y, z]) in (1..).zip(CUBE) {
        lines.node(id, [x, y, z]);
    }
    for (id, corner) in [(9, 1), (10, 2), (11, 6), (12, 5)] {
        let [x, y, z] = CUBE[corner];
        lines.node(id, [x + 1.0, y, z]);
    }
    lines.element(ElementKind::C3D8, 1, &[1, 2, 3, 4, 5, 6, 7, 8], "ALL");
    lines.element(ElementKind::C3D8, 2, &[2, 9, 10, 3, 6, 12, 11, 7], "ALL");
    lines.material("A", Some((1000.0, 0.3)), Some(2.5)).solid_section("ALL", None);
    lines
}

#[test]
fn cubes_carry_pressure_and_weight_to_their_supports() {
    let mut lines = tower();
    lines.hold(1, (1, 3)).hold(4, (1, 1)).hold(5, (1, 2)).hold(8, (1, 1));
    // The face x = 2 of the second cube is its fourth: nodes 9, 12, 11, 10.
    lines.static_step().pressure(2, 4, 5.0);
    lines.static_step().all_new().gravity("ALL", 9.81, [3.0, 4.0, 0.0]);
    let (model, solution) = solved(&lines);
    // Uniform stress -5: shorter by p L / E, wider by nu p / E.
    close(at(&model, &solution, 0, "10.1"), -5.0 * 2.0 / 1000.0, 1e-12);
    close(at(&model, &solution, 0, "10.2"), 0.3 * 5.0 / 1000.0, 1e-12);
    let pushed = solution.reactions.resultants[0];
    close(pushed.force[0], 5.0, 1e-13);
    // About the origin the pressure has the arms 1/2 in y and z.
    close(pushed.moment[1], 2.5, 1e-13);
    close(pushed.moment[2], -2.5, 1e-13);
    let weight = 2.5 * 2.0 * 9.81;
    let hung = solution.reactions.resultants[1];
    close(hung.force[0], -0.6 * weight, 1e-13);
    close(hung.force[1], -0.8 * weight, 1e-13);
    // r x f of the centre of mass (1, 1/2, 1/2).
    close(solution.applied[1].moment[2], (0.8 - 0.5 * 0.6) * weight, 1e-13);
    close(hung.moment[2], -(0.8 - 0.5 * 0.6) * weight, 1e-13);
}

#[test]
fn nothing_to_solve_and_too_little_memory() {
    assert_eq!(refusal(&bar()), "the deck has no *STATIC step: nothing to solve");
    let mut lines = bar();
    lines.static_step().force(5, 1, 1.0);
    let mut options = StaticOptions::default();
    options.memory_limit = Some(100);
    let error = try_solve(&model_of(&lines), &options).unwrap_err();
    assert!(matches!(error, StressError::MemoryLimit { needed: 101.., limit: 100 }), "{error}");
}
