//! What is said of models that are not held.

mod support;

use faer::{Mat, Side};
use modalsweep::io::inp::{BeamShape, ElementKind};
use modalsweep::model::{Assembly, Motion};
use modalsweep::parallel::Silent;
use proptest::prelude::*;
use support::lines::{Lines, cube};
use support::statics::{bar, cantilever, drop_ref, model_of, plane_truss, refusal, solved};

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

/// A cube and, apart from it, two beams that stand at an angle; each held at random.
fn cube_and_beams(supports: &[(i64, u32)]) -> Lines {
    let mut lines = Lines::new();
    cube(&mut lines, 1, 1, 0.0);
    lines.node(11, [4.0, 0.0, 0.0]).node(12, [5.0, 0.5, 0.0]).node(13, [5.0, 1.0, 1.0]);
    lines.element(ElementKind::B33, 2, &[11, 12], "BEAMS").element(ElementKind::B33, 3, &[12, 13], "BEAMS");
    lines.material("A", Some((1.0, 0.3)), None).solid_section("ALL", None);
    lines.beam_section("BEAMS", BeamShape::Circle { radius: 0.5 }, None);
    supports.iter().for_each(|&(node, component)| drop_ref(lines.hold(node, (component, component))));
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Parts without hinges inside: their free motions are all vectors that K takes to zero.
    #[test]
    fn as_many_motions_are_free_as_eigenvalues_of_k_are_zero(
        cube in prop::collection::vec((1i64..9, 1u32..4), 0..8),
        beams in prop::collection::vec((11i64..14, 1u32..7), 0..8),
    ) {
        let model = model_of(&cube_and_beams(&[cube, beams].concat()));
        let stiffness = Assembly::new(&model).unwrap().stiffness(&Silent).unwrap();
        let dense = Mat::from_fn(stiffness.size(), stiffness.size(), |row, col| stiffness.get(row, col));
        let values = dense.self_adjoint_eigenvalues(Side::Lower).unwrap();
        let largest = values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let zeros = values.iter().filter(|value| value.abs() < 1e-11 * largest).count();
        prop_assert_eq!(model.free_motions().len(), zeros, "{:?}", values);
    }
}
