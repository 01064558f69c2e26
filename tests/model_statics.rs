//! Static solutions against closed forms, and what is said of models that are not held.

mod support;

use modalsweep::io::inp::{BeamShape, ElementKind};
use modalsweep::model::{Assembly, Model, Motion};
use modalsweep::parallel::{Silent, with_threads};
use modalsweep::stress::{StaticOptions, StaticSolution, StressError, solve_static};
use support::deck::{CUBE, Lines, cube};

fn model_of(lines: &Lines) -> Model {
    Model::from_deck(&lines.deck).unwrap_or_else(|error| panic!("{error}"))
}

fn try_solve(model: &Model, options: &StaticOptions) -> Result<StaticSolution, StressError> {
    let stiffness = Assembly::new(model).unwrap().stiffness(&Silent).unwrap();
    solve_static(model, &stiffness, options, &Silent)
}

/// A solution whose residual and balance are as good as rounding lets them be.
fn solved(lines: &Lines) -> (Model, StaticSolution) {
    let model = model_of(lines);
    let solution = try_solve(&model, &StaticOptions::default()).unwrap_or_else(|error| panic!("{error}"));
    assert!(solution.residuals.iter().all(|&residual| residual < 1e-15), "{:?}", solution.residuals);
    assert!(solution.imbalance.iter().all(|&imbalance| imbalance < 1e-12), "{:?}", solution.imbalance);
    (model, solution)
}

fn refusal(lines: &Lines) -> String {
    let error = try_solve(&model_of(lines), &StaticOptions::default()).unwrap_err();
    assert!(error.help().is_some(), "{error}");
    error.to_string()
}

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

/// Four trusses of length 1/2 in a row along x: E = 200, A = 1/2; free along x but for the first node.
fn bar() -> Lines {
    let mut lines = Lines::new();
    (0..5).for_each(|k| drop_ref(lines.node(k + 1, [0.5 * k as f64, 0.0, 0.0])));
    (1..5).for_each(|k| drop_ref(lines.element(ElementKind::T3D2, k, &[k, k + 1], "ALL")));
    lines.material("A", Some((200.0, 0.3)), Some(2.0)).solid_section("ALL", Some(0.5)).hold(1, (1, 3));
    (2..6).for_each(|k| drop_ref(lines.hold(k, (2, 3))));
    lines
}

fn drop_ref(_: &mut Lines) {}

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

/// A cantilever along x of three beams, 2 long, 0.1 x 0.2 in z and y, clamped at its left end.
fn cantilever() -> Lines {
    let mut lines = Lines::new();
    for (id, x) in [(1, 0.0), (2, 0.5), (3, 1.25), (4, 2.0)] {
        lines.node(id, [x, 0.0, 0.0]);
    }
    (1..4).for_each(|k| drop_ref(lines.element(ElementKind::B33, k, &[k, k + 1], "ALL")));
    // n1 is -z, n2 is y.
    let shape = BeamShape::Rectangle { first: 0.1, second: 0.2 };
    lines.material("A", Some((200e9, 0.25)), Some(8000.0)).beam_section("ALL", shape, None);
    lines
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

/// Two trusses from (0, 0) and (2, 0) up to (1, 1).
fn plane_truss() -> Lines {
    let mut lines = Lines::new();
    lines.node(1, [0.0; 3]).node(2, [2.0, 0.0, 0.0]).node(3, [1.0, 1.0, 0.0]);
    lines.element(ElementKind::T3D2, 1, &[1, 3], "ALL").element(ElementKind::T3D2, 2, &[2, 3], "ALL");
    lines.material("A", Some((100.0, 0.0)), None).solid_section("ALL", Some(2.0));
    lines.hold(1, (1, 3)).hold(2, (1, 3)).static_step().force(3, 2, -6.0);
    lines
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
fn free_motions_are_told_in_words() {
    let held = |supports: &[(i64, (u32, u32))]| {
        let mut lines = Lines::new();
        cube(&mut lines, 1, 1, 0.0);
        lines.material("A", Some((1.0, 0.3)), None).solid_section("ALL", None);
        supports.iter().for_each(|&(node, components)| drop_ref(lines.hold(node, components)));
        lines.static_step().force(7, 1, 1.0);
        refusal(&lines)
    };
    let part = "the part with node 1 (8 nodes) is free: ";
    assert_eq!(held(&[]), format!("{part}in all six motions"));
    let turns = |axis: &str, through: &str| format!("rotation about an axis along {axis} through {through}");
    let [x, y, z] = ["x", "y", "z"].map(|axis| turns(axis, "(1, 0, 0)"));
    assert_eq!(held(&[(2, (1, 3))]), format!("{part}{x}; {y}; {z}"));
    let floor = [(1, (3, 3)), (2, (3, 3)), (3, (3, 3)), (4, (3, 3))];
    let z = turns("z", "(0.5, 0.5, 0.5)");
    assert_eq!(held(&floor), format!("{part}translation along x; translation along y; {z}"));
    assert_eq!(held(&[(2, (1, 3)), (6, (1, 3))]), format!("{part}{}", turns("z", "(1, 0, 0)")));
    let diagonal = turns("(0.707107, 0.707107, 0)", "(0, 0, 0)");
    assert_eq!(held(&[(1, (1, 3)), (3, (1, 3))]), format!("{part}{diagonal}"));
    assert_eq!(held(&[(1, (2, 3)), (2, (2, 3)), (4, (3, 3))]), format!("{part}translation along x"));
}

#[test]
fn each_part_must_be_held_by_itself() {
    let mut lines = Lines::new();
    for (element, first, shift) in [(1, 1, 0.0), (2, 11, 3.0), (3, 21, 6.0)] {
        cube(&mut lines, element, first, shift);
    }
    lines.material("A", Some((1.0, 0.3)), None).solid_section("ALL", None);
    (1..=4).for_each(|node| drop_ref(lines.hold(node, (1, 3))));
    lines.hold(11, (1, 3)).hold(12, (1, 3)).static_step().force(7, 1, 1.0);
    let second = "the part with node 11 (8 nodes) is free: rotation about an axis along x through (3, 0, 0)";
    assert_eq!(refusal(&lines), format!("{second}; and 1 other part is free"));
    let motions = model_of(&lines).free_motions();
    assert_eq!(motions.iter().map(|motion| motion.node).collect::<Vec<_>>(), [11, 21, 21, 21, 21, 21, 21]);
    assert!(matches!(motions[1].motion, Motion::Translation { direction: [1.0, 0.0, 0.0] }));
    lines.deck.boundaries.drain(..);
    (1..=4).chain(21..=24).for_each(|node| drop_ref(lines.hold(node, (1, 3))));
    assert_eq!(refusal(&lines), "the part with node 11 (8 nodes) is free: in all six motions");
}

#[test]
fn trusses_and_beams_differ_in_what_turns() {
    // A plane truss on one pin turns in its plane.
    let mut lines = plane_truss();
    lines.deck.boundaries.drain(..);
    lines.hold(1, (1, 3)).hold(2, (3, 3)).hold(3, (3, 3));
    let turns = |nodes: u32, axis: &str| {
        format!(
            "the part with node 1 ({nodes} nodes) is free: rotation about an axis along {axis} through (0, 0, 0)"
        )
    };
    assert_eq!(refusal(&lines), turns(3, "z"));
    // A row of trusses does not turn about itself, a beam does.
    assert_eq!(model_of(bar().hold(5, (1, 3))).free_motions(), []);
    let mut lines = cantilever();
    lines.hold(1, (1, 3)).hold(4, (1, 3)).static_step().force(2, 2, 1.0);
    assert_eq!(refusal(&lines), turns(4, "x"));
    lines.hold(3, (4, 4));
    solved(&lines);
}

#[test]
fn hinges_are_found_by_the_factorization() {
    // Two cubes that share the edge 3-7 alone.
    let mut lines = Lines::new();
    cube(&mut lines, 1, 1, 0.0);
    for (id, position) in (9..).zip([
        [2.0, 1.0, 0.0],
        [2.0, 2.0, 0.0],
        [1.0, 2.0, 0.0],
        [2.0, 1.0, 1.0],
        [2.0, 2.0, 1.0],
        [1.0, 2.0, 1.0],
    ]) {
        lines.node(id, position);
    }
    lines.element(ElementKind::C3D8, 2, &[3, 9, 10, 11, 7, 12, 13, 14], "ALL");
    lines.material("A", Some((1.0, 0.3)), None).solid_section("ALL", None);
    (1..=4).for_each(|node| drop_ref(lines.hold(node, (1, 3))));
    lines.static_step().force(10, 1, 1.0);
    let text = refusal(&lines);
    let start = "not restrained: 1 motion(s) without strain, found at DOF(s) ";
    let dof = text.strip_prefix(start).unwrap_or_else(|| panic!("{text}"));
    // One of the nodes of the second cube that turn.
    let node: i64 = dof.split_once('.').unwrap().0.parse().unwrap();
    assert!((9..=14).contains(&node), "{text}");
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
