//! `stress`: what scripts rely on, and closed forms.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{BARS, example, files, json, keys, run, run_well, text, without_times};
use insta::assert_snapshot;
use io_support::Folder;
use modalsweep::io::inp::read_deck;
use modalsweep::io::{read_npy, write_npy};
use modalsweep::model::Model;
use modalsweep::stress::StressRecovery;
use ndarray::{Array2, ArrayD, Axis, Ix2, Ix3};

/// Two unit cubes on top of each other, E = 1000 and 500, nu = 0, free to become thinner; pulled by 100, then pressed by 50.
const STACK: &str = "*NODE
1, 0., 0., 0.
2, 1., 0., 0.
3, 1., 1., 0.
4, 0., 1., 0.
5, 0., 0., 1.
6, 1., 0., 1.
7, 1., 1., 1.
8, 0., 1., 1.
9, 0., 0., 2.
10, 1., 0., 2.
11, 1., 1., 2.
12, 0., 1., 2.
*ELEMENT, TYPE=C3D8, ELSET=LOWER
20, 1, 2, 3, 4, 5, 6, 7, 8
*ELEMENT, TYPE=C3D8, ELSET=UPPER
10, 5, 6, 7, 8, 9, 10, 11, 12
*MATERIAL, NAME=HARD
*ELASTIC
1000., 0.
*MATERIAL, NAME=SOFT
*ELASTIC
500., 0.
*SOLID SECTION, ELSET=LOWER, MATERIAL=HARD
*SOLID SECTION, ELSET=UPPER, MATERIAL=SOFT
*NSET, NSET=BOTTOM
1, 2, 3, 4
*BOUNDARY
BOTTOM, 3, 3
1, 1, 2
2, 2, 2
";

const LOADS: &str = "*STEP, NAME=pull
*STATIC
*DLOAD
10, P2, -100.
*END STEP
*STEP, NAME=press
*STATIC
*DLOAD, OP=NEW
10, P2, 50.
*END STEP
";

fn stack() -> Folder {
    let folder = Folder::new();
    folder.write("stack.inp", format!("{STACK}{LOADS}"));
    folder
}

fn array(folder: &Folder, name: &str) -> ArrayD<f64> {
    read_npy(&folder.path(name)).unwrap()
}

fn square(folder: &Folder, name: &str) -> Array2<f64> {
    array(folder, name).into_dimensionality::<Ix2>().unwrap()
}

#[track_caller]
fn assert_close(found: impl IntoIterator<Item = f64>, expected: f64) {
    for found in found {
        assert!((found - expected).abs() < 1e-12 * expected.abs().max(100.0), "{found} for {expected}");
    }
}

/// sigma = p everywhere; the top moves by p (1/1000 + 1/500).
#[test]
fn a_stack_of_two_materials_under_tension() {
    let folder = stack();
    let object = json(&run_well(&folder, "stress stack.inp -o out --json"));
    let stress = array(&folder, "out/stress.npy").into_dimensionality::<Ix3>().unwrap();
    assert_eq!(stress.dim(), (2, 16, 6));
    for (case, pull) in [100.0, -50.0].into_iter().enumerate() {
        let own = stress.index_axis(Axis(0), case);
        assert_close(own.column(2).iter().copied(), pull);
        [0, 1, 3, 4, 5]
            .into_iter()
            .for_each(|component| assert_close(own.column(component).iter().copied(), 0.0));
        assert_close(square(&folder, "out/von_mises.npy").row(case).iter().copied(), pull.abs());
        let found = &object["cases"][case];
        assert_close([found["max_displacement"].as_f64().unwrap() / 3e-3], pull.abs());
        assert_close([found["max_von_mises"].as_f64().unwrap()], pull.abs());
        assert_close([found["applied_force"][2].as_f64().unwrap()], pull);
        assert_close([found["reaction_force"][2].as_f64().unwrap()], -pull);
        // Half of force times way.
        assert_close([found["strain_energy"].as_f64().unwrap()], 0.5 * pull * pull * 3e-3);
        assert!(found["residual"].as_f64().unwrap() < 1e-14 && found["imbalance"].as_f64().unwrap() < 1e-12);
    }
    assert_eq!((&object["cases"][0]["name"], &object["cases"][1]["name"]), (&"pull".into(), &"press".into()));
    // Points come by blocks, which come by their smallest element; the envelope comes by element.
    let points = square(&folder, "out/points.npy");
    assert_eq!(points.column(0).to_vec(), [[10.0; 8], [20.0; 8]].concat());
    assert_eq!(points.column(1).to_vec()[..8], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let envelope = square(&folder, "out/envelope.npy");
    assert_eq!(
        (envelope.column(0).to_vec(), envelope.column(2).to_vec()),
        (vec![10.0, 20.0], vec![1.0, 1.0])
    );
    assert_close(envelope.column(1).iter().copied(), 100.0);
    let supports = std::fs::read_to_string(folder.path("out/supports.txt")).unwrap();
    assert_eq!(supports.lines().collect::<Vec<_>>(), ["1.1", "1.2", "1.3", "2.2", "2.3", "3.3", "4.3"]);
    let reactions = square(&folder, "out/reactions.npy");
    let along_z = [2, 4, 5, 6].map(|column| reactions[[0, column]]);
    assert_close(along_z, -25.0);
}

/// Under tension along z the first principal stress is the tension and points along z; under compression it is the last.
#[test]
fn principal_stresses_where_they_are_asked_for() {
    let folder = stack();
    run_well(&folder, "stress stack.inp -o out --principal --quiet");
    let values = array(&folder, "out/principal.npy").into_dimensionality::<Ix3>().unwrap();
    let directions = array(&folder, "out/principal_directions.npy");
    assert_eq!((values.dim(), directions.shape()), ((2, 16, 3), &[2, 16, 3, 3][..]));
    for (case, pull, place) in [(0, 100.0, 0), (1, -50.0, 2)] {
        for point in 0..16 {
            for own in 0..3 {
                assert_close([values[[case, point, own]]], if own == place { pull } else { 0.0 });
            }
            assert!((directions[[case, point, place, 2]].abs() - 1.0).abs() < 1e-12);
        }
    }
    // They go with the next run that does not ask for them.
    run_well(&folder, "stress stack.inp -o out --quiet");
    assert!(!folder.path("out/principal.npy").exists());
}

#[test]
fn the_most_compression_is_another_case() {
    let folder = stack();
    let object = json(&run_well(&folder, "stress stack.inp -o out --envelope min:zz --top 1 --json"));
    assert_eq!(
        (object["envelope_of"].as_str(), object["ranking"].as_array().map(Vec::len)),
        (Some("min:zz"), Some(1))
    );
    assert_close([object["ranking"][0]["value"].as_f64().unwrap()], -50.0);
    assert_eq!(
        (&object["ranking"][0]["case"], &object["ranking"][0]["case_name"]),
        (&2.into(), &"press".into())
    );
}

#[test]
fn given_displacements_in_either_order_give_the_same() {
    let folder = stack();
    run_well(&folder, "stress stack.inp -o solved --quiet");
    let u = square(&folder, "solved/displacements.npy");
    write_npy(&folder.path("rows.npy"), u.view()).unwrap();
    write_npy(&folder.path("columns.npy"), u.t()).unwrap();
    write_npy(&folder.path("one.npy"), u.row(1)).unwrap();
    let bytes = |name: &str| std::fs::read(folder.path(name)).unwrap();
    for name in ["rows", "columns"] {
        run_well(&folder, &format!("stress stack.inp -u {name}.npy -o {name} --quiet"));
        for file in ["displacements.npy", "stress.npy", "von_mises.npy", "envelope.npy", "stack.vtu"] {
            assert!(bytes(&format!("{name}/{file}")) == bytes(&format!("solved/{file}")), "{name}: {file}");
        }
        assert!(!files(&folder, name).contains(&"reactions.npy".to_string()));
    }
    let object = json(&run_well(&folder, "stress stack.inp -u one.npy -o one --json"));
    assert_eq!((&object["kind"], &object["cases"][0]["name"]), (&"displacements".into(), &"case 1".into()));
    assert_close([object["cases"][0]["max_von_mises"].as_f64().unwrap()], 50.0);
}

/// More cases than are recovered together: factors 1 to 70 of the same displacements.
#[test]
fn many_cases_in_pieces() {
    let folder = stack();
    run_well(&folder, "stress stack.inp -o solved --quiet");
    let u = square(&folder, "solved/displacements.npy");
    let many = Array2::from_shape_fn((70, u.ncols()), |(case, at)| (case + 1) as f64 * u[[0, at]]);
    write_npy(&folder.path("many.npy"), many.view()).unwrap();
    let page = run_well(&folder, "stress stack.inp -u many.npy -o all");
    assert!(
        page.contains("the .vtu file shows the envelope alone: 70 cases; --vtu all shows them all"),
        "{page}"
    );
    assert!(
        page.contains("C3D8 as Abaqus has it (mean change of volume); that of CalculiX is stiffer"),
        "{page}"
    );
    let von_mises = square(&folder, "all/von_mises.npy");
    for (case, row) in von_mises.rows().into_iter().enumerate() {
        row.iter().for_each(|value| assert!((value - 100.0 * (case + 1) as f64).abs() < 1e-8));
    }
    let envelope = square(&folder, "all/envelope.npy");
    assert_eq!(envelope.column(2).to_vec(), [70.0, 70.0]);
    run_well(&folder, "stress stack.inp -u many.npy -o slim --envelope-only --threads 1 --quiet");
    assert_eq!(square(&folder, "slim/envelope.npy"), envelope);
    let expected = ["displacements.npy", "dofs.txt", "envelope.npy", "points.npy", "stack.vtu"];
    assert_eq!(files(&folder, "slim"), expected);
    run_well(&folder, "stress stack.inp -u many.npy -o all --envelope-only --vtu none --quiet");
    assert_eq!(files(&folder, "all"), &expected[..4], "what an earlier run left is gone");
}

/// The top moves by 0.3 as the deck says: all of it as a load case, none of it in a mode shape.
#[test]
fn held_components_move_in_load_cases_alone() {
    let folder = Folder::new();
    let top = "*BOUNDARY\n9, 3, 3\n10, 3, 3\n11, 3, 3\n12, 3, 3\n";
    let step =
        "*STEP\n*STATIC\n*BOUNDARY\n9, 3, 3, 0.3\n10, 3, 3, 0.3\n11, 3, 3, 0.3\n12, 3, 3, 0.3\n*END STEP\n";
    folder.write("stack.inp", format!("{STACK}{top}{step}"));
    run_well(&folder, "stress stack.inp -o solved --quiet");
    assert_close(square(&folder, "solved/von_mises.npy"), 100.0);
    let u = square(&folder, "solved/displacements.npy");
    write_npy(&folder.path("u.npy"), u.view()).unwrap();
    run_well(&folder, "stress stack.inp -u u.npy -o given --quiet");
    assert_eq!(square(&folder, "given/von_mises.npy"), square(&folder, "solved/von_mises.npy"));
    let object = json(&run_well(&folder, "stress stack.inp -u u.npy --kind modes -o modes --json"));
    assert_eq!((&object["kind"], &object["cases"][0]["name"]), (&"modes".into(), &"mode 1".into()));
    // The middle moves by 0.1: strain 0.1 below, -0.1 above.
    let zz = array(&folder, "modes/stress.npy").index_axis(Axis(2), 2).to_owned();
    assert_close(zz.iter().take(8).copied(), -50.0);
    assert_close(zz.iter().skip(8).copied(), 100.0);
    let vtu = std::fs::read(folder.path("modes/stack.vtu")).unwrap();
    assert!(String::from_utf8_lossy(&vtu).contains("Name=\"mode_1\""));
}

/// Points of a C3D8 count along x, then y, then z; its nodes go round.
#[test]
fn the_nearest_node_of_each_point_of_a_cube() {
    let folder = stack();
    let model = Model::from_deck(&read_deck(&folder.path("stack.inp")).unwrap()).unwrap();
    let recovery = StressRecovery::new(&model);
    let lower = model.find_element(20).unwrap();
    let nodes: Vec<i64> = (0..8).map(|point| model.node_ids()[recovery.nearest_node(lower, point)]).collect();
    assert_eq!(nodes, [1, 2, 4, 3, 5, 6, 8, 7]);
}

/// With one mode of variance 4 the RMS is twice the von Mises stress of the mode.
#[test]
fn random_loads_by_their_covariance() {
    let folder = stack();
    run_well(&folder, "stress stack.inp -o solved --quiet");
    let u = square(&folder, "solved/displacements.npy");
    write_npy(&folder.path("mode.npy"), u.row(0)).unwrap();
    write_npy(&folder.path("c.npy"), ndarray::array![[4.0]].view()).unwrap();
    let page = run_well(&folder, "stress stack.inp -u mode.npy --kind modes --covariance c.npy -o out");
    assert!(page.contains("largest RMS von Mises: 200.000 in element"), "{page}");
    assert_close(array(&folder, "out/rms_von_mises.npy"), 200.0);
    let vtu = std::fs::read(folder.path("out/stack.vtu")).unwrap();
    let vtu = String::from_utf8_lossy(&vtu);
    for name in [
        "node",
        "mode_1",
        "stress_1",
        "von_mises_1",
        "rms_von_mises",
        "element",
        "section",
        "envelope_von_mises",
    ] {
        assert!(vtu.contains(&format!("Name=\"{name}\"")), "{name}");
    }
    // Four nodes where two materials meet come twice.
    assert!(vtu.contains("NumberOfPoints=\"16\" NumberOfCells=\"2\""));
}

/// Numbers whose squares are out of range, large and small; sigma = p and u = 3e-3 p as before.
#[test]
fn results_near_the_limits_of_numbers() {
    let folder = Folder::new();
    let stack = |pull: &str| format!("{STACK}{LOADS}").replace("-100.", pull);
    folder.write("small.inp", stack("-1e-200"));
    let object = json(&run_well(&folder, "stress small.inp -o small --json"));
    assert_close([object["cases"][0]["max_displacement"].as_f64().unwrap() / 3e-203], 1.0);
    folder.write("large.inp", stack("-1e200"));
    let output = run(&folder, "stress large.inp -o large --json");
    let warning = "the results of pull are too large for numbers: look at its loads and units";
    assert_eq!(text(&output.stderr), format!("warning: {warning}\n"));
    let object = json(&text(&output.stdout));
    assert_eq!(object["warnings"], serde_json::json!([warning]));
    assert_close([object["cases"][0]["max_displacement"].as_f64().unwrap() / 3e197], 1.0);
}

/// Two beams along x, loaded by 10 along z at the end: V2 = 10, M1 = -10 (2 - x) with n1 = y, n2 = z.
#[test]
fn section_forces_of_a_cantilever() {
    let folder = Folder::new();
    folder.write(
        "beam.inp",
        "*NODE\n1, 0., 0., 0.\n2, 1., 0., 0.\n3, 2., 0., 0.\n*ELEMENT, TYPE=B33, ELSET=ALL\n1, 1, 2\n2, 2, 3\n\
         *BEAM GENERAL SECTION, ELSET=ALL, SECTION=GENERAL\n0.1, 0.01, 0., 0.01, 0.02\n0., 1., 0.\n2.9E7, 1.1E7\n\
         *BOUNDARY\n1, 1, 6\n*STEP\n*STATIC\n*CLOAD\n3, 3, 10.\n*END STEP\n",
    );
    let object = json(&run_well(&folder, "stress beam.inp -o out --json"));
    // P L^3 / 3 E I
    assert_close([object["cases"][0]["max_displacement"].as_f64().unwrap() * 2.9e5 / 80.0 * 3.0], 1.0);
    assert_eq!(object["cases"][0]["max_von_mises"], serde_json::Value::Null);
    let forces = array(&folder, "out/section_forces.npy").into_dimensionality::<Ix3>().unwrap();
    let moments = [-20.0, -10.0, -10.0, 0.0];
    for (row, moment) in forces.index_axis(Axis(0), 0).rows().into_iter().zip(moments) {
        row.iter().zip([0.0, 0.0, 10.0, 0.0, moment, 0.0]).for_each(|(found, expected)| {
            assert!((found - expected).abs() < 1e-9, "{row} for a moment of {moment}");
        });
    }
    let ends = square(&folder, "out/section_points.npy");
    assert_eq!(ends, ndarray::array![[1.0, 1.0], [1.0, 2.0], [2.0, 1.0], [2.0, 2.0]]);
    assert_eq!(array(&folder, "out/stress.npy").shape(), [1, 0, 6]);
    let page = run_well(&folder, "stress beam.inp -o out");
    assert!(page.contains("            beams: section forces at 4 ends, no stresses\n"), "{page}");
}

/// The lug of the bracket is pulled up by 10 N at each of 118 nodes; then the bracket carries its own weight, 4.372231e-4 t.
#[test]
fn the_bracket_with_any_number_of_threads() {
    let folder = Folder::new();
    folder.write("mesh.inc", std::fs::read(example("bracket").join("mesh.inc")).unwrap());
    let loads = "*STEP, NAME=pull\n*STATIC\n*CLOAD\nLUGHOLE, 3, 10.\n*END STEP\n*STEP, NAME=weight\n*STATIC\n\
                 *CLOAD, OP=NEW\n*DLOAD\nBASE, GRAV, 9810., 0., 0., -1.\nLUG, GRAV, 9810., 0., 0., -1.\n\
                 RIB, GRAV, 9810., 0., 0., -1.\n*END STEP\n";
    folder.write("lug.inp", format!("*INCLUDE, INPUT=mesh.inc\n*BOUNDARY\nBOLTS, 1, 3\n{loads}"));
    for threads in [1, 3] {
        let object =
            json(&run_well(&folder, &format!("stress lug.inp -o {threads} --threads {threads} --json")));
        for (case, force) in [(0, 1180.0), (1, -9810.0 * 4.372231e-4)] {
            let found = |key: &str| object["cases"][case][key][2].as_f64().unwrap();
            assert!((found("applied_force") / force - 1.0).abs() < 1e-6, "{force}");
            assert!((found("reaction_force") / force + 1.0).abs() < 1e-6, "{force}");
        }
    }
    for name in files(&folder, "1") {
        let read = |threads: &str| std::fs::read(folder.path(threads).join(&name)).unwrap();
        assert!(read("1") == read("3"), "{name}");
    }
}

/// By hand: 6 / 400 + 6 / 300; 6 / 2 and 6 / 3.
#[test]
fn the_page_for_people() {
    let folder = Folder::new();
    let steps = "*STEP, NAME=pull\n*STATIC\n*CLOAD\n3, 1, 6.\n*END STEP\n";
    folder.write("bars.inp", format!("{BARS}{steps}"));
    let page = run_well(&folder, "stress bars.inp -o out");
    let vtu = std::fs::read(folder.path("out/bars.vtu")).unwrap();
    let vtu = String::from_utf8_lossy(&vtu);
    assert!(vtu.contains("displacement_1") && !vtu.contains("stress_1"), "bars have no stresses at nodes");
    // What is rounding, or the order of elimination.
    let differs = |line: &str| ["factor", "supports"].iter().any(|word| line.trim_start().starts_with(word));
    let page: Vec<_> = without_times(&page).lines().filter(|line| !differs(line)).map(String::from).collect();
    assert_snapshot!(page.join("\n"), @"
    deck        bars.inp: 3 nodes, 2 T3D2 elements
    equations   2
    stresses    cases: 1, points: 2

     case  name                  displacement     at node     von Mises     element  point
        1  pull                     0.0350000           3       3.00000           1      1

     case                   sum x        sum y        sum z  imbalance   residual
        1  loads          6.00000            0            0

     rank     element  set                  von Mises  case                  point        node
        1           1  FIRST                  3.00000  pull                      1           1
        2           2  SECOND                 2.00000  pull                      1           2

    written to out: displacements.npy, stress.npy, von_mises.npy, dofs.txt, points.npy, envelope.npy, reactions.npy, supports.txt, bars.vtu
    ");
}

#[test]
fn one_json_object_of_stress() {
    let folder = stack();
    let object = json(&run_well(&folder, "stress stack.inp -o out --json --threads 2"));
    assert_snapshot!(keys(&object), @"assemble_seconds cases command compute_seconds deck elements envelope_of equations factor_entries factor_seconds files kind largest_pivot_ratio largest_rms_von_mises nodes order_seconds output peak_memory_bytes points ranking read_seconds solve_seconds stress_seconds symbolic_seconds threads version warnings write_seconds");
    assert_snapshot!(keys(&object["cases"][0]), @"applied_force applied_moment imbalance max_displacement max_displacement_node max_von_mises max_von_mises_element max_von_mises_point name reaction_force reaction_moment residual strain_energy");
    assert_snapshot!(keys(&object["ranking"][0]), @"case case_name element element_set material node point rank value");
    for key in ["read", "assemble", "order", "symbolic", "factor", "solve", "stress", "compute", "write"] {
        assert!(object[format!("{key}_seconds")].as_f64().expect("seconds") >= 0.0, "{key}");
    }
    let files = [
        "displacements.npy",
        "stress.npy",
        "von_mises.npy",
        "dofs.txt",
        "points.npy",
        "envelope.npy",
        "reactions.npy",
        "supports.txt",
        "stack.vtu",
    ];
    assert_eq!(object["files"], serde_json::json!(files));
    assert_eq!(
        (&object["threads"], &object["points"], &object["equations"]),
        (&2.into(), &16.into(), &29.into())
    );
}

#[test]
fn a_table_of_measurements() {
    let folder = Folder::new();
    let output = run(&folder, "bench stress --memory 1M");
    let errors = text(&output.stderr);
    assert!(errors.starts_with("error: bench stress needs 1.20 GB, the limit is 1 MB"), "{errors}");
    assert_eq!(output.status.code(), Some(1));
}
