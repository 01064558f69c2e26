//! Small models with supports and loads, and their solution.

use modalsweep::io::inp::{BeamShape, ElementKind};
use modalsweep::model::{Assembly, Model};
use modalsweep::parallel::Silent;
use modalsweep::stress::{StaticOptions, StaticSolution, StressError, solve_static};

use super::lines::Lines;

pub fn model_of(lines: &Lines) -> Model {
    Model::from_deck(&lines.deck).unwrap_or_else(|error| panic!("{error}"))
}

pub fn try_solve(model: &Model, options: &StaticOptions) -> Result<StaticSolution, StressError> {
    let stiffness = Assembly::new(model).unwrap().stiffness(&Silent).unwrap();
    solve_static(model, &stiffness, options, &Silent)
}

/// A solution whose residual and balance are as good as rounding lets them be.
pub fn solved(lines: &Lines) -> (Model, StaticSolution) {
    let model = model_of(lines);
    let solution = try_solve(&model, &StaticOptions::default()).unwrap_or_else(|error| panic!("{error}"));
    assert!(solution.residuals.iter().all(|&residual| residual < 1e-15), "{:?}", solution.residuals);
    assert!(solution.imbalance.iter().all(|&imbalance| imbalance < 1e-12), "{:?}", solution.imbalance);
    (model, solution)
}

pub fn refusal(lines: &Lines) -> String {
    let error = try_solve(&model_of(lines), &StaticOptions::default()).unwrap_err();
    assert!(error.help().is_some(), "{error}");
    error.to_string()
}

/// Four trusses of length 1/2 in a row along x: E = 200, A = 1/2; free along x but for the first node.
pub fn bar() -> Lines {
    let mut lines = Lines::new();
    (0..5).for_each(|k| drop_ref(lines.node(k + 1, [0.5 * k as f64, 0.0, 0.0])));
    (1..5).for_each(|k| drop_ref(lines.element(ElementKind::T3D2, k, &[k, k + 1], "ALL")));
    lines.material("A", Some((200.0, 0.3)), Some(2.0)).solid_section("ALL", Some(0.5)).hold(1, (1, 3));
    (2..6).for_each(|k| drop_ref(lines.hold(k, (2, 3))));
    lines
}

pub fn drop_ref(_: &mut Lines) {}

/// A cantilever along x of three beams, 2 long, 0.1 x 0.2 in z and y, clamped at its left end.
pub fn cantilever() -> Lines {
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

/// Two trusses from (0, 0) and (2, 0) up to (1, 1).
pub fn plane_truss() -> Lines {
    let mut lines = Lines::new();
    lines.node(1, [0.0; 3]).node(2, [2.0, 0.0, 0.0]).node(3, [1.0, 1.0, 0.0]);
    lines.element(ElementKind::T3D2, 1, &[1, 3], "ALL").element(ElementKind::T3D2, 2, &[2, 3], "ALL");
    lines.material("A", Some((100.0, 0.0)), None).solid_section("ALL", Some(2.0));
    lines.hold(1, (1, 3)).hold(2, (1, 3)).static_step().force(3, 2, -6.0);
    lines
}
