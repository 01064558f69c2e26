//! Decks that are read: small ones written for each rule of the format, and those of `data/`.

mod io_support;

use std::path::Path;

use io_support::{Folder, gzip};
use modalsweep::io::inp::*;

/// Nodes and elements of `data/bracket/mesh.inc`, its lines counted by `awk`.
const NODES: usize = 2630;
const BLOCKS: [usize; 3] = [680, 480, 172];

const TWO_BARS: &str = "*NODE\n1\n2, 1.\n3, 2.\n*ELEMENT, TYPE=T3D2, ELSET=BARS\n10, 1, 2\n11, 2, 3\n";

fn read(text: impl AsRef<[u8]>) -> Deck {
    let folder = Folder::new();
    read_deck(&folder.write("a.inp", text)).unwrap_or_else(|error| panic!("{error}"))
}

/// [`TWO_BARS`] and more.
fn with_bars(text: &str) -> Deck {
    read([TWO_BARS, text].concat())
}

fn members<'a>(sets: &'a [DeckSet], name: &str) -> &'a [i64] {
    let set = sets.iter().find(|set| set.name == name);
    &set.unwrap_or_else(|| panic!("no set {name} in {sets:?}")).members
}

fn ids(deck: &Deck) -> Vec<i64> {
    deck.nodes.iter().map(|node| node.id).collect()
}

#[test]
fn case_blanks_comments_and_line_ends_mean_nothing() {
    let plain = read(
        "*HEADING\nTwo bars, m\nsecond line\n*NODE, NSET=Ends\n1, 0., 0., 0.\n2, 1.5, 0., -2.\n\
         *ELEMENT, TYPE=T3D2, ELSET=BARS\n7, 1, 2\n",
    );
    let odd = read(
        b"\xEF\xBB\xBF** a comment\r\n  * heading\r\nTwo bars, m\r\n\r\n  second line\r\n*No de ,\r\n** between\r\n nset = Ends\r\n\
          1,\t0 , 0.\r\n**2, 9\r\n 2 , 15.D-1,, -2\r\n\r\n* ELEMENT,Elset=\"BARS\",\r\n TYPE = t3d2\r\n7,1,2,\r\n",
    );
    assert_eq!(plain.heading, ["Two bars, m", "second line"]);
    assert_eq!(plain.heading, odd.heading);
    let positions = |deck: &Deck| deck.nodes.iter().map(|node| node.position).collect::<Vec<_>>();
    assert_eq!(positions(&odd), [[0.0; 3], [1.5, 0.0, -2.0]]);
    assert_eq!(positions(&odd), positions(&plain));
    assert_eq!(odd.elements[0].kind, ElementKind::T3D2);
    assert_eq!((&odd.elements[0].ids, &odd.elements[0].nodes), (&vec![7], &vec![1, 2]));
    assert_eq!(members(&odd.node_sets, "Ends"), [1, 2]);
    assert_eq!(members(&odd.element_sets, "BARS"), [7]);
    assert_eq!((odd.nodes[1].place, odd.elements[0].places[0].line), (Place { file: 0, line: 11 }, 15));
}

#[test]
fn packed_decks_are_read() {
    assert_eq!(read(gzip(TWO_BARS.as_bytes())).elements, read(TWO_BARS).elements);
}

#[test]
fn an_element_goes_on_until_it_has_its_nodes() {
    let nodes: String = (1..=40).map(|node| format!("{node}, {node}\n")).collect();
    let deck = read(format!(
        "*NODE\n{nodes}*ELEMENT, TYPE=C3D20\n1,1,2,3,4,5,6,7,8,9,10,\n11,12,13,14,15,16,17,18,19,20\n\
         2,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35\n36,37\n** between\n38,39,40,\n\
         *ELEMENT, TYPE=C3D10\n3,1,2,3,4,5,6,7,8,9,10\n"
    ));
    assert_eq!(deck.elements[0].nodes, (1..=40).collect::<Vec<i64>>());
    assert_eq!(deck.elements[0].ids, [1, 2]);
    assert_eq!(deck.elements[0].places.iter().map(|place| place.line).collect::<Vec<_>>(), [43, 45]);
    assert_eq!(deck.elements[1].nodes, (1..=10).collect::<Vec<i64>>());
}

#[test]
fn all_element_types() {
    for kind in ElementKind::ALL {
        let nodes: String = (1..=20).map(|node| format!("{node}\n")).collect();
        let list: Vec<_> = (1..=kind.nodes()).map(|node| node.to_string()).collect();
        let deck = read(format!("*NODE\n{nodes}*ELEMENT, TYPE={}\n5, {}\n", kind.name(), list.join(",\n")));
        assert_eq!((deck.elements[0].kind, deck.elements[0].nodes.len()), (kind, kind.nodes()));
    }
}

#[test]
fn sets_of_numbers_ranges_and_sets() {
    let deck = with_bars(
        "*NSET, NSET=a\n3,\n1\n*NSET, NSET=B, GENERATE\n1, 3, 2\n2, 2\n*NSET, NSET=A, UNSORTED\n2, 1,\n\
         *NSET, NSET=C, INSTANCE=X, INTERNAL\na\n*NSET, NSET=A\n3\n*NSET, NSET=OF, ELSET=LATE\n\
         *ELSET, ELSET=LATE\nBars, 10\n*ELSET, ELSET=LAST, GENERATE\n11, 11, 1\n*NSET, NSET=ONE, ELSET=LAST\n",
    );
    assert_eq!(members(&deck.node_sets, "a"), [1, 2, 3]);
    assert_eq!(members(&deck.node_sets, "B"), [1, 2, 3]);
    assert_eq!(members(&deck.node_sets, "C"), [1, 2, 3]);
    assert_eq!(members(&deck.node_sets, "OF"), [1, 2, 3]);
    assert_eq!(members(&deck.node_sets, "ONE"), [2, 3]);
    assert_eq!(members(&deck.element_sets, "LATE"), [10, 11]);
    assert_eq!(deck.node_sets.len(), 5);
    assert_eq!(deck.node_sets[0].place.line, 8);
    assert!(deck.notes.is_empty());
}

#[test]
fn node_and_element_blocks_extend_sets() {
    let deck = read(
        "*NODE, NSET=A\n1\n2\n*NODE\n3\n*NODE, NSET=a\n4\n*ELEMENT, TYPE=T3D2, ELSET=E\n1, 1, 2\n\
         *ELEMENT, TYPE=B33, ELSET=E\n9, 3, 4\n*ELEMENT, TYPE=B33\n5, 1, 4\n",
    );
    assert_eq!(members(&deck.node_sets, "A"), [1, 2, 4]);
    assert_eq!(members(&deck.element_sets, "E"), [1, 9]);
    assert_eq!(deck.elements.iter().map(|block| block.ids[0]).collect::<Vec<_>>(), [1, 9, 5]);
}

#[test]
fn generate_of_a_billion_numbers_takes_what_exists() {
    let deck = with_bars("*NSET, NSET=A, GENERATE\n1, 1000000000, 2\n2, 9000000000000000000, 1000000000\n");
    assert_eq!(members(&deck.node_sets, "A"), [1, 2, 3]);
    assert_eq!(deck.notes, ["node set A: 9499999997 numbers of GENERATE belong to no node"]);
}

#[test]
fn materials_and_sections() {
    let deck = with_bars(
        "*SOLID SECTION, ELSET=bars, MATERIAL=steel\n0.25,\n*MATERIAL, NAME=Steel\n*DENSITY\n7.85D-9,\n\
         *DAMPING, ALPHA=1.\n*EXPANSION\n1.2e-5\n*ELASTIC, TYPE=ISO\n210000., 0.3\n*MATERIAL, NAME=EMPTY\n\
         *SOLID SECTION, ELSET=BARS, MATERIAL=EMPTY\n,\n",
    );
    let steel = &deck.materials[0];
    assert_eq!(
        (steel.name.as_str(), steel.elastic, steel.density),
        ("Steel", Some((2.1e5, 0.3)), Some(7.85e-9))
    );
    assert_eq!((deck.materials[1].elastic, deck.materials[1].density), (None, None));
    let area = |at: usize| match deck.sections[at].profile {
        DeckProfile::Solid { area } => area,
        _ => panic!("a beam"),
    };
    assert_eq!((area(0), area(1)), (Some(0.25), None));
    assert_eq!(deck.sections[0].material, Some(0));
    assert_eq!(deck.sections[1].material, Some(1));
    assert_eq!(deck.element_sets[deck.sections[0].element_set].name, "BARS");
}

#[test]
fn beam_sections() {
    let beam = |text: &str| {
        let deck = with_bars(&format!("*BEAM GENERAL SECTION, ELSET=BARS, {text}\n"));
        match &deck.sections[0].profile {
            DeckProfile::Beam(beam) => (beam.clone(), deck.sections[0].material),
            _ => panic!("a solid"),
        }
    };
    let (general, material) =
        beam("SECTION=GENERAL, DENSITY=7800., POISSON=0.3\n2., 3., 0., 4., 5., 0.\n0., 1.\n2.1e11, 8e10");
    let shape = BeamShape::General { area: 2.0, i11: 3.0, i12: 0.0, i22: 4.0, torsion: 5.0 };
    let expected =
        DeckBeam { shape, first_axis: [0.0, 1.0, 0.0], moduli: Some((2.1e11, 8e10)), density: Some(7800.0) };
    assert_eq!((general, material), (expected, None));
    let (circle, material) = beam("SECTION=circ, MATERIAL=M\n0.5\n*MATERIAL, NAME=M");
    assert_eq!((circle.shape, circle.first_axis), (BeamShape::Circle { radius: 0.5 }, [0.0, 0.0, -1.0]));
    assert_eq!((circle.moduli, circle.density, material), (None, None, Some(0)));
    let (pipe, _) = beam("SECTION=PIPE\n0.5, 0.1\n\n1., 2.");
    assert_eq!(
        (pipe.shape, pipe.moduli),
        (BeamShape::Pipe { radius: 0.5, thickness: 0.1 }, Some((1.0, 2.0)))
    );
    assert_eq!(pipe.first_axis, [0.0, 0.0, -1.0]);
    let (rectangle, _) = beam("SECTION=RECT\n0.5, 0.1\n1., 0., 0.\n");
    assert_eq!(rectangle.shape, BeamShape::Rectangle { first: 0.5, second: 0.1 });
}

#[test]
fn supports() {
    let deck = with_bars(
        "*BOUNDARY\n1, 1, 3\n2, 2\nENDS, 4, 6, 0.5\nENDS, encastre\n3, PINNED\n3, XSYMM\n3, YSYMM\n3, ZSYMM\n3, XASYMM\n\
         3, YASYMM\n3, ZASYMM\n1, 2, , -1.5\n*NSET, NSET=ENDS\n1, 3\n",
    );
    let held: Vec<_> =
        deck.boundaries.iter().map(|held| (held.target, held.components, held.value)).collect();
    let (one, two, three, ends) = (Target::One(1), Target::One(2), Target::One(3), Target::Set(0));
    let zero = |target, first, last| (target, (first, last), 0.0);
    assert_eq!(
        held,
        [
            zero(one, 1, 3),
            zero(two, 2, 2),
            (ends, (4, 6), 0.5),
            zero(ends, 1, 6),
            zero(three, 1, 3),
            // x, rotations about y and z; and so on.
            zero(three, 1, 1),
            zero(three, 5, 6),
            zero(three, 2, 2),
            zero(three, 4, 4),
            zero(three, 6, 6),
            zero(three, 3, 5),
            zero(three, 2, 4),
            zero(three, 1, 1),
            zero(three, 3, 3),
            zero(three, 5, 5),
            zero(three, 1, 2),
            zero(three, 6, 6),
            (one, (2, 2), -1.5),
        ]
    );
}

/// Load cases as Abaqus likes them.
#[test]
fn linear_perturbations_that_begin_anew() {
    let step = "*STEP, PERTURBATION\n*STATIC\n*BOUNDARY\n1, 1\n*CLOAD, OP=NEW\n3, 1, 1.\n*END STEP\n";
    let deck = with_bars(&step.repeat(3));
    assert_eq!(deck.steps.iter().filter(|step| step.point_loads.0 == Operation::New).count(), 3);
}

#[test]
fn steps_with_loads() {
    let deck = with_bars(
        "*STEP, NAME=Pull, NLGEOM=no, INC=10\nA title\n*STATIC\n0.1, 1.\n*CLOAD\nENDS, 2, -5.5\n3, 6, 1.\n*DLOAD\n\
         BARS, P2, 3.\n10, p1, 2.\n, GRAV, 9.81, 0., 0., -1.\nBARS, GRAV, 1., 1.\n*BOUNDARY, OP=NEW\n\
         *NODE PRINT, NSET=ENDS\nU\n*EL FILE\nS, E\n*END STEP\n*STEP, PERTURBATION\n*CLOAD, OP=NEW\n1, 1, 1.\n*CLOAD\n\
         2, 1, 1.\n*BOUNDARY, OP=MOD\n1, 1\n*FREQUENCY, SOLVER=PARDISO, EIGENSOLVER=LANCZOS\n 20 , , ,\n*END STEP\n\
         *STEP\n*MATRIX GENERATE, STIFFNESS\n*MATRIX OUTPUT, STIFFNESS, FORMAT=COORDINATE\n*END STEP\n\
         *STEP\n*FREQUENCY\n*END STEP\n*NSET, NSET=ENDS\n1, 3\n",
    );
    let [pull, modes, matrices, all_modes] = &deck.steps[..] else { panic!("four steps") };
    assert_eq!((pull.name.as_deref(), pull.kind), (Some("Pull"), StepKind::Static));
    let forces: Vec<_> =
        pull.point_loads.1.iter().map(|load| (load.target, load.component, load.value)).collect();
    assert_eq!(forces, [(Target::Set(0), 2, -5.5), (Target::One(3), 6, 1.0)]);
    let loads: Vec<_> = pull.distributed_loads.1.iter().map(|load| (load.target, load.load)).collect();
    let pressure = |face, value| LoadKind::Pressure { face, value };
    assert_eq!(
        loads,
        [
            (Target::Set(0), pressure(2, 3.0)),
            (Target::One(10), pressure(1, 2.0)),
            (Target::Set(1), LoadKind::Gravity { value: 9.81, direction: [0.0, 0.0, -1.0] }),
            (Target::Set(0), LoadKind::Gravity { value: 1.0, direction: [1.0, 0.0, 0.0] }),
        ]
    );
    // Gravity without a set acts on all elements.
    assert_eq!(deck.element_sets[1].members, [10, 11]);
    assert_eq!(pull.boundaries, (Operation::New, vec![]));
    assert_eq!(modes.kind, StepKind::Frequency { count: Some(20) });
    assert_eq!((modes.point_loads.0, modes.point_loads.1.len()), (Operation::New, 2));
    assert_eq!((modes.boundaries.0, modes.boundaries.1.len()), (Operation::Modify, 1));
    assert_eq!((matrices.kind, all_modes.kind), (StepKind::None, StepKind::Frequency { count: None }));
    assert!(deck.boundaries.is_empty());
}

#[test]
fn included_files_and_input() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sub")).unwrap();
    folder.write(
        "sub/mesh.inc",
        "1\n*NODE, INPUT=more.txt, NSET=MORE\n3\n*INCLUDE, INPUT=bars.inc\n11, 2, 3\n",
    );
    folder.write("sub/more.txt", "2, 1.\n");
    folder.write("sub/bars.inc", "*ELEMENT, TYPE=T3D2, ELSET=BARS\n10, 1, 2\n");
    let deck = read_deck(&folder.write("a.inp", "*NODE\n*Include, input=sub/mesh.inc\n")).unwrap();
    assert_eq!(ids(&deck), [1, 2, 3]);
    assert_eq!(members(&deck.node_sets, "MORE"), [2, 3]);
    assert_eq!(members(&deck.element_sets, "BARS"), [10, 11]);
    let names: Vec<_> = deck.files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["a.inp", "mesh.inc", "more.txt", "bars.inc"]);
    assert_eq!(deck.elements[0].places, [Place { file: 3, line: 2 }, Place { file: 1, line: 5 }]);
    assert_eq!(deck.nodes[1].place, Place { file: 2, line: 1 });
    let windows = read_deck(&folder.write("w.inp", "*NODE\r\n*Include, input=sub\\mesh.inc\r\n")).unwrap();
    assert_eq!((&windows.nodes, &windows.elements), (&deck.nodes, &deck.elements));
}

/// As Abaqus/CAE writes it: a set of the part and another one of the assembly have the same name.
#[test]
fn parts_and_assemblies_are_read_flat() {
    let deck = read(
        "*Heading\n*Part, name=Bar\n*Node\n1, 0.\n2, 1.\n3, 2.\n*Element, type=T3D2\n1, 1, 2\n2, 2, 3\n\
         *Nset, nset=Set-1, generate\n1, 3, 1\n*Elset, elset=Set-1, generate\n1, 2, 1\n*Elset, elset=Own\n2\n\
         *Solid Section, elset=Set-1, material=Steel\n1.,\n*End Part\n*Assembly, name=Assembly\n\
         *Instance, name=Bar-1, part=Bar\n*End Instance\n*Nset, nset=Set-1, instance=Bar-1\n1,\n\
         *Nset, nset=Both\nBar-1.Set-1, Bar-1.2\n*End Assembly\n*Material, name=Steel\n*Elastic\n2e11, 0.3\n\
         *Boundary\nSet-1, ENCASTRE\n*Boundary\nBar-1.Set-1, 2, 3\nBar-1.3, 1\n*Step\n*Static\n1., 1.\n*Dload\n\
         Bar-1.Own, GRAV, 1., 1.\nOwn, GRAV, 1., 1.\n*End Step\n",
    );
    assert_eq!(members(&deck.node_sets, "Set-1"), [1]);
    assert_eq!(members(&deck.node_sets, "Bar.Set-1"), [1, 2, 3]);
    assert_eq!(members(&deck.node_sets, "Both"), [1, 2, 3]);
    assert_eq!(members(&deck.element_sets, "Set-1"), [1, 2]);
    let target = |at: usize| match deck.boundaries[at].target {
        Target::Set(set) => deck.node_sets[set].name.as_str(),
        Target::One(_) => "one",
    };
    assert_eq!((target(0), target(1)), ("Set-1", "Bar.Set-1"));
    assert_eq!(deck.boundaries[2].target, Target::One(3));
    let own = deck.element_sets.iter().position(|set| set.name == "Own").unwrap();
    assert!(deck.steps[0].distributed_loads.1.iter().all(|load| load.target == Target::Set(own)));
}

#[test]
fn keywords_that_ask_for_output_are_passed_over_with_their_data() {
    let deck = with_bars(
        "*PREPRINT, ECHO=NO\n*RESTART, WRITE, FREQUENCY=1\n*AMPLITUDE, NAME=A\n0., 0., 1., 1.\n*SURFACE, NAME=S\n10, S1\n\
         *TIME POINTS, NAME=T\n1., 2.\n*Orientation, name=O\n1., 0., 0., 0., 1., 0.\n*STEP\n*FREQUENCY\n2\n\
         *OUTPUT, FIELD\n*NODE OUTPUT\nU,\n*ELEMENT OUTPUT, DIRECTIONS=YES\nS,\n*CONTACT PRINT\n*EL PRINT, ELSET=BARS\nS\n\
         *SECTION PRINT, SURFACE=S\n*ENERGY PRINT\n*MONITOR, NODE=1, DOF=1\n*FILE FORMAT, ASCII\n*END STEP\n",
    );
    assert_eq!(deck.steps.len(), 1);
}

#[test]
fn the_bracket_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/bracket");
    for name in ["bracket.inp", "bracket_matrices.inp"] {
        let deck = read_deck(&folder.join(name)).unwrap();
        assert_eq!(deck.heading, ["Lug bracket, two bolt holes clamped. mm, t, s, N"]);
        assert_eq!(deck.nodes.len(), NODES);
        let blocks: Vec<_> = deck.elements.iter().map(|block| (block.kind, block.ids.len())).collect();
        assert_eq!(blocks, BLOCKS.map(|count| (ElementKind::C3D10, count)));
        let sizes = |sets: &[DeckSet]| {
            sets.iter().map(|set| (set.name.clone(), set.members.len())).collect::<Vec<_>>()
        };
        assert_eq!(
            sizes(&deck.element_sets),
            ["BASE", "LUG", "RIB"].map(String::from).into_iter().zip(BLOCKS).collect::<Vec<_>>()
        );
        assert_eq!(sizes(&deck.node_sets)[0], ("ALL".into(), NODES));
        assert_eq!(deck.materials[0].elastic, Some((210000.0, 0.3)));
        assert_eq!(deck.sections.iter().map(|section| section.element_set).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(deck.boundaries[0].components, (1, 3));
        assert_eq!(deck.steps[0].kind, StepKind::Frequency { count: Some(20) });
        assert!(deck.notes.is_empty());
    }
}
