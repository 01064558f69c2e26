//! From decks to models: numbering, sections, load cases, and every refusal word by word.

mod support;

use modalsweep::io::inp::{BeamShape, DeckProfile, ElementKind, StepKind};
use modalsweep::model::{ElementAt, Gravity, HELD, Model, ModelErrorKind, Profile};
use support::lines::{CUBE, Lines, cube};

const CIRCLE: BeamShape = BeamShape::Circle { radius: 0.1 };

fn build(lines: &Lines) -> Model {
    Model::from_deck(&lines.deck).unwrap_or_else(|error| panic!("{error}"))
}

fn message(lines: &Lines) -> String {
    let error = Model::from_deck(&lines.deck).unwrap_err();
    assert!(error.help().is_some_and(|help| !help.ends_with('.')), "{error}");
    error.to_string()
}

/// Two trusses 1-2-3 in a row along x, and a beam from 3 up to 4.
fn frame() -> Lines {
    let mut lines = Lines::new();
    lines.node(30, [2.0, 0.0, 0.0]).node(10, [0.0; 3]).node(20, [1.0, 0.0, 0.0]).node(40, [2.0, 1.0, 0.0]);
    lines.element(ElementKind::T3D2, 7, &[20, 30], "BARS");
    lines.element(ElementKind::B33, 3, &[30, 40], "BEAMS");
    lines.element(ElementKind::T3D2, 5, &[10, 20], "BARS");
    lines.material("STEEL", Some((200.0, 0.25)), Some(8.0));
    lines.solid_section("BARS", None);
    lines.beam_section("BEAMS", CIRCLE, None);
    lines
}

#[test]
fn nodes_elements_and_equations_come_in_the_order_of_numbers() {
    let mut lines = frame();
    lines.node(15, [9.0; 3]).hold(10, (1, 6)).hold(40, (4, 4)).hold(15, (1, 3));
    let model = build(&lines);
    assert_eq!(model.node_ids(), [10, 15, 20, 30, 40]);
    assert_eq!(model.positions()[3], [2.0, 0.0, 0.0]);
    let blocks: Vec<_> =
        model.blocks().iter().map(|b| (b.kind, b.section, &b.ids[..], &b.nodes[..])).collect();
    assert_eq!(
        blocks,
        [
            (ElementKind::B33, 1, &[3][..], &[3, 4][..]),
            (ElementKind::T3D2, 0, &[5, 7][..], &[0, 2, 2, 3][..])
        ]
    );
    let labels: Vec<String> = model.equations().labels().iter().map(|label| label.to_string()).collect();
    let expected = "20.1 20.2 20.3 30.1 30.2 30.3 30.4 30.5 30.6 40.1 40.2 40.3 40.5 40.6";
    assert_eq!(labels.join(" "), expected);
    assert_eq!(model.equations().nodes(), [2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4]);
    assert_eq!(model.equations().of_node()[4], [9, 10, 11, HELD, 12, 13]);
    assert_eq!(model.equations().of_node()[0], [HELD; 6]);
    assert_eq!(model.components_of_nodes(), [3, 0, 3, 6, 6]);
    assert_eq!(model.notes(), ["node 15 belongs to no element and carries no equation"]);
}

#[test]
fn sections_take_their_numbers_from_the_line_or_the_material() {
    let mut lines = frame();
    let model = build(&lines);
    let [bars, beams] = model.sections() else { panic!("two sections") };
    assert_eq!((bars.name.as_str(), bars.material.as_str()), ("BARS", "STEEL"));
    assert_eq!(bars.properties.profile, Profile::Bar { area: 1.0 });
    assert_eq!((bars.properties.young, bars.properties.density), (200.0, Some(8.0)));
    let Profile::Beam(profile) = beams.properties.profile else { panic!("a beam") };
    assert_eq!(profile.shear, 80.0); // 200 / (2 * 1.25)
    assert!((profile.area - 0.031_415_926_535_897_934).abs() < 1e-17);

    let DeckProfile::Beam(beam) = &mut lines.deck.sections[1].profile else { panic!("a beam") };
    (beam.moduli, beam.density) = (Some((70.0, 30.0)), Some(3.0));
    lines.deck.sections[1].material = None;
    let model = build(&lines);
    let properties = model.sections()[1].properties;
    assert_eq!((properties.young, properties.poisson, properties.density), (70.0, 0.0, Some(3.0)));
    assert!(matches!(properties.profile, Profile::Beam(profile) if profile.shear == 30.0));
}

#[test]
fn one_solid_section_serves_trusses_and_solids() {
    let mut lines = Lines::new();
    cube(&mut lines, 1, 1, 0.0);
    lines.element(ElementKind::T3D2, 2, &[1, 7], "ALL");
    lines.material("A", Some((1.0, 0.3)), None).solid_section("ALL", Some(0.5));
    let model = build(&lines);
    let profiles: Vec<_> = model.sections().iter().map(|section| section.properties.profile).collect();
    assert_eq!(profiles, [Profile::Solid, Profile::Bar { area: 0.5 }]);
    assert_eq!(model.blocks().iter().map(|block| block.section).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn steps_follow_the_rules_of_calculix() {
    let mut lines = Lines::new();
    cube(&mut lines, 1, 1, 0.0);
    lines.material("A", Some((1.0, 0.3)), Some(1.0)).solid_section("ALL", None);
    (1..=4).for_each(|node| {
        lines.hold(node, (1, 3));
    });
    lines.static_step().force(5, 1, 1.0).force(5, 1, 2.0).force(6, 2, 7.0);
    lines.pressure(1, 2, 10.0).pressure(1, 2, 1.0).pressure(1, 3, 4.0).gravity("ALL", 3.0, [0.0, 0.0, -2.0]);
    lines.static_step().name("second").force(5, 1, 4.0).pressure(1, 2, 5.0);
    lines.gravity("ALL", 9.0, [0.0, 0.0, -5.0]).gravity("ALL", 2.0, [1.0, 0.0, 0.0]);
    lines.step(StepKind::Frequency { count: Some(3) }).force(6, 2, 0.0);
    lines.static_step();
    lines.static_step().all_new().force(8, 3, -1.0);
    let model = build(&lines);
    let cases = model.load_cases();
    let names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["step 1", "second", "step 4", "step 5"]);
    let at = ElementAt { block: 0, element: 0 };
    // Node indices count from 0.
    assert_eq!(cases[0].forces, [(4, 0, 3.0), (5, 1, 7.0)]);
    assert_eq!(cases[0].pressures, [(at, 2, 11.0), (at, 3, 4.0)]);
    let gravity = |acceleration| Gravity { elements: [at].into(), acceleration };
    assert_eq!(cases[0].gravity, [gravity([0.0, 0.0, -3.0])]);
    assert_eq!(cases[1].forces, [(4, 0, 4.0), (5, 1, 7.0)]);
    assert_eq!(cases[1].pressures, [(at, 2, 5.0), (at, 3, 4.0)]);
    assert_eq!(cases[1].gravity, [gravity([0.0, 0.0, -9.0]), gravity([2.0, 0.0, 0.0])]);
    assert_eq!(cases[2].forces, [(4, 0, 4.0)]);
    assert_eq!(cases[2].gravity.len(), 2);
    assert_eq!(cases[3].forces, [(7, 2, -1.0)]);
    assert!(cases[3].pressures.is_empty() && cases[3].gravity.is_empty());
}

#[test]
fn given_displacements_stay_until_they_are_given_anew() {
    let mut lines = frame();
    lines.hold(10, (1, 3)).hold(20, (2, 3)).hold(40, (1, 6));
    lines.static_step().prescribe(40, (2, 3), 0.5).prescribe(40, (3, 3), 0.0);
    lines.static_step().prescribe(40, (1, 1), -1.0);
    lines.static_step().new_supports().prescribe(10, (1, 3), 0.0).prescribe(20, (2, 3), 2.0).prescribe(
        40,
        (1, 6),
        0.0,
    );
    let model = build(&lines);
    let prescribed: Vec<_> = model.load_cases().iter().map(|case| case.prescribed.clone()).collect();
    assert_eq!(prescribed[0], [(3, 1, 0.5)]);
    assert_eq!(prescribed[1], [(3, 0, -1.0), (3, 1, 0.5)]);
    assert_eq!(prescribed[2], [(1, 1, 2.0), (1, 2, 2.0)]);
    assert_eq!(model.equations().count(), 7);
    let mut out = [9.0; 12];
    model.nodal_displacements_into(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], Some(1), &mut out);
    assert_eq!(out, [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 3.0, 4.0, -1.0, 0.5, 0.0]);
}

#[test]
fn later_steps_with_other_supports_are_refused() {
    let mut lines = frame();
    lines.hold(10, (1, 3)).static_step().prescribe(40, (1, 3), 0.0);
    let first_two = lines.clone();
    lines.static_step().name("lifted").prescribe(40, (1, 4), 0.1);
    assert_eq!(
        message(&lines),
        "model.inp:15: steps with different supports are not supported: lifted holds 40.4"
    );
    let mut lines = first_two;
    lines.static_step().new_supports().prescribe(10, (1, 3), 0.0).prescribe(40, (1, 2), 0.0);
    assert_eq!(
        message(&lines),
        "model.inp:14: steps with different supports are not supported: step 2 releases 40.3"
    );
}

#[test]
fn elements_without_or_with_two_or_with_wrong_sections_are_refused() {
    let mut lines = frame();
    lines.node(50, [5.0; 3]).element(ElementKind::T3D2, 9, &[40, 50], "REST");
    assert_eq!(message(&lines), "model.inp:12: element 9 has no section");
    lines.solid_section("REST", None).in_set("BARS", 9);
    assert_eq!(message(&lines), "model.inp:13: element 9 has two sections, of the sets BARS and REST");

    let mut lines = frame();
    lines.in_set("BARS", 3).deck.sections.pop();
    let text = "model.inp:9: element 3 (B33) needs a *BEAM GENERAL SECTION, its set BARS has another section";
    assert_eq!(message(&lines), text);
    let mut lines = frame();
    lines.in_set("BEAMS", 5).deck.element_sets[0].members = vec![7];
    let text = "model.inp:10: element 5 (T3D2) needs a *SOLID SECTION, its set BEAMS has another section";
    assert_eq!(message(&lines), text);
}

#[test]
fn numbers_that_cannot_be_are_refused() {
    let with_material = |elastic, density| {
        let mut lines = frame();
        (lines.deck.materials[0].elastic, lines.deck.materials[0].density) = (elastic, density);
        message(&lines)
    };
    let steel = "model.inp:8: material STEEL";
    assert_eq!(with_material(None, None), format!("{steel} has no *ELASTIC"));
    assert_eq!(
        with_material(Some((-2.0, 0.3)), None),
        format!("{steel}: Young's modulus is -2, it must be positive")
    );
    assert_eq!(
        with_material(Some((f64::NAN, 0.3)), None),
        format!("{steel}: Young's modulus is NaN, it must be positive")
    );
    assert_eq!(
        with_material(Some((2.0, 0.5)), None),
        format!("{steel}: Poisson's ratio is 0.5, it must lie between -1 and 0.5")
    );
    assert_eq!(
        with_material(Some((2.0, 0.3)), Some(-1.0)),
        format!("{steel}: the density is -1, it must not be negative")
    );
    let with_profile = |section: usize, profile| {
        let mut lines = frame();
        lines.deck.sections[section].profile = profile;
        message(&lines)
    };
    assert_eq!(
        with_profile(0, DeckProfile::Solid { area: Some(0.0) }),
        "model.inp:9: section of set BARS: the area is 0, it must be positive"
    );
    let with_shape = |shape| {
        let mut lines = frame();
        let DeckProfile::Beam(beam) = &mut lines.deck.sections[1].profile else { panic!("a beam") };
        beam.shape = shape;
        message(&lines)
    };
    assert_eq!(
        with_shape(BeamShape::Pipe { radius: 1.0, thickness: 2.0 }),
        "model.inp:10: section of set BEAMS: the thickness of the wall is 2, it must not exceed the radius"
    );
    assert_eq!(
        with_shape(BeamShape::General { area: 1.0, i11: 1.0, i12: 3.0, i22: 4.0, torsion: 1.0 }),
        "model.inp:10: section of set BEAMS: I12 is 3, it must be less than the root of I11 I22"
    );
    let mut lines = frame();
    lines.deck.nodes[1].position[2] = -1e160;
    let (id, line) = (lines.deck.nodes[1].id, lines.deck.nodes[1].place.line);
    assert_eq!(message(&lines), format!("model.inp:{line}: node {id} has the coordinate -1e160"));
    let mut lines = frame();
    lines.deck.sections[0].material = None;
    assert_eq!(message(&lines), "model.inp:9: the section of set BARS has no material");
}

#[test]
fn elements_out_of_shape_are_named_with_their_line() {
    let mut lines = Lines::new();
    for (id, position) in (1..).zip(CUBE) {
        lines.node(id, position);
    }
    // The upper face first: turned inside out.
    lines.element(ElementKind::C3D8, 4, &[5, 6, 7, 8, 1, 2, 3, 4], "ALL");
    lines.material("A", Some((1.0, 0.3)), None).solid_section("ALL", None);
    assert_eq!(message(&lines), "model.inp:9: element 4 has a volume that is not positive (-1.25e-1)");
    lines.deck.elements[0].nodes[2] = 99;
    assert_eq!(message(&lines), "model.inp:9: element 4 names node 99, which does not exist");
    lines.deck.elements.clear();
    assert_eq!(message(&lines), "model.inp: no elements");

    let mut lines = frame();
    let DeckProfile::Beam(beam) = &mut lines.deck.sections[1].profile else { panic!("a beam") };
    beam.first_axis = [0.0, 2.0, 0.0];
    let text = "model.inp:6: the first axis (0, 2, 0) of the cross-section lies along element 3";
    assert_eq!(message(&lines), text);
}

#[test]
fn loads_where_nothing_resists_are_refused() {
    let loaded = |load: fn(&mut Lines) -> &mut Lines| {
        let mut lines = frame();
        lines.node(15, [9.0; 3]).hold(10, (1, 3)).static_step();
        load(&mut lines);
        message(&lines)
    };
    let text = |node: i64, component: u32| {
        format!("model.inp:14: node {node} has no stiffness in component {component}")
    };
    assert_eq!(loaded(|lines| lines.force(15, 1, 1.0)), text(15, 1));
    assert_eq!(loaded(|lines| lines.force(20, 6, 1.0)), text(20, 6));
    assert_eq!(loaded(|lines| lines.prescribe(20, (1, 6), 0.1)), text(20, 4));
    assert_eq!(loaded(|lines| lines.pressure(3, 1, 1.0)), "model.inp:14: element 3 (B33) has no face 1");
    assert_eq!(
        loaded(|lines| lines.gravity("BARS", 1.0, [0.0; 3])),
        "model.inp:14: GRAV has no direction: (0, 0, 0)"
    );
}

#[test]
fn gravity_needs_a_density() {
    let mut lines = frame();
    lines.deck.materials[0].density = None;
    lines.hold(10, (1, 3)).static_step().gravity("BARS", 1.0, [0.0, -1.0, 0.0]);
    let error = build(&lines).load_vectors().unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::NoDensity { material: "STEEL".into() });
}
