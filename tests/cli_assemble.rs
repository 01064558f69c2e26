//! `assemble`: what scripts rely on, the matrices, and wrong input.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{BARS, example, files, json, keys, refused, run, run_well, text, without_times};
use insta::assert_snapshot;
use io_support::{Folder, table};
use modalsweep::io::{read_dof_labels, read_matrix};
use modalsweep::matrix::SymmetricMatrix;
use ndarray::Array2;

fn bars() -> Folder {
    let folder = Folder::new();
    folder.write("bars.inp", BARS);
    folder
}

fn matrix(folder: &Folder, name: &str) -> Array2<f64> {
    table(&read_matrix(&folder.path(name)).unwrap())
}

#[track_caller]
fn assert_matrix(found: &Array2<f64>, expected: [[f64; 2]; 2]) {
    for ((place, found), expected) in found.indexed_iter().zip(expected.as_flattened()) {
        assert!((found - expected).abs() <= 1e-14 * expected.abs(), "{place:?}: {found} for {expected}");
    }
}

/// By hand: k = E A / L, m = rho A L; consistent mass m (1/3, 1/6).
#[test]
fn two_bars() {
    let folder = bars();
    let page = run_well(&folder, "assemble bars.inp -o out");
    assert_matrix(&matrix(&folder, "out/stiffness.npz"), [[700.0, -300.0], [-300.0, 300.0]]);
    assert_matrix(&matrix(&folder, "out/mass.npz"), [[56.0 / 3.0, 7.0], [7.0, 14.0]]);
    assert_eq!(std::fs::read_to_string(folder.path("out/dofs.txt")).unwrap(), "2.1\n3.1\n");
    assert_eq!(files(&folder, "out"), ["dofs.txt", "mass.npz", "stiffness.npz"]);
    assert_snapshot!(without_times(&page), @"
    deck        bars.inp: 3 nodes, 2 T3D2 elements
    equations   2
    stiffness   3 entries (one triangle)
    mass        3 entries, consistent; Abaqus lumps T3D2 (--mass abaqus)
    total mass  5.600000e1, centre at (1.625000, 0.000000, 0.000000)

    written to out: stiffness.npz, mass.npz, dofs.txt
    ");

    let page = run_well(&folder, "assemble bars.inp -o out --mass consistent");
    assert!(page.contains("3 entries, consistent\n"), "{page}");
    run_well(&folder, "assemble bars.inp -o out --mass lumped --quiet");
    assert_matrix(&matrix(&folder, "out/mass.npz"), [[28.0, 0.0], [0.0, 21.0]]);
    let entries =
        |name: &str| SymmetricMatrix::from_contents(&read_matrix(&folder.path(name)).unwrap().contents);
    assert_eq!(entries("out/mass.npz").unwrap().0.entries(), 2, "zeros of the mass are left out");
    run_well(&folder, "assemble bars.inp -o out --no-mass --quiet");
    assert_eq!(files(&folder, "out"), ["dofs.txt", "stiffness.npz"], "the earlier mass is gone");
}

/// K(p) = K_0 + A_1 E (1/L_1) + ..., and so for M: the terms add up to the matrices of a deck with other numbers.
#[test]
fn terms_add_up_to_the_matrices_of_other_values() {
    let folder = bars();
    let arguments = "--parameter FIRST.area --parameter second.youngs_modulus --parameter FIRST.density";
    let object = json(&run_well(&folder, &format!("assemble bars.inp -o out {arguments} --json")));
    assert_eq!(object["stiffness_terms"], 2);
    let index = std::fs::read_to_string(folder.path("out/affine.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    assert_eq!(index["parameters"], object["parameters"]);
    let nominal: Vec<_> =
        index["parameters"].as_array().unwrap().iter().map(|own| own["nominal"].clone()).collect();
    assert_eq!(nominal, [2.0, 200.0, 7.0]);

    let values = [("FIRST.area", 5.0), ("second.youngs_modulus", 70.0), ("FIRST.density", 2.5)];
    let sum = |quantity: &str| {
        let mut sum = Array2::zeros((2, 2));
        for term in index[quantity].as_array().unwrap() {
            let names = term["factors"].as_array().unwrap().iter();
            let value = |name: &serde_json::Value| values.iter().find(|own| own.0 == name).unwrap().1;
            let factor: f64 = names.map(value).product();
            let file = format!("out/{}", term["file"].as_str().unwrap());
            sum.scaled_add(factor, &matrix(&folder, &file));
        }
        sum
    };
    // k_1 = 200 * 5 / 1, k_2 = 70 * 3 / 2; m_1 = 2.5 * 5, m_2 = 42.
    assert_matrix(&sum("stiffness"), [[1105.0, -105.0], [-105.0, 105.0]]);
    assert_matrix(&sum("mass"), [[12.5 / 3.0 + 14.0, 7.0], [7.0, 14.0]]);
    let expected = [
        "affine.json",
        "dofs.txt",
        "mass.npz",
        "mass_0.npz",
        "mass_1.npz",
        "stiffness.npz",
        "stiffness_0.npz",
        "stiffness_1.npz",
        "stiffness_2.npz",
    ];
    assert_eq!(files(&folder, "out"), expected);
    run_well(&folder, "assemble bars.inp -o out --quiet");
    assert_eq!(
        files(&folder, "out"),
        ["dofs.txt", "mass.npz", "stiffness.npz"],
        "the earlier terms are gone"
    );
}

/// K and M that CalculiX exported from the same deck, with 13 digits. Without supports all entries of M sum to three times
/// the mass, which is found from the volumes.
#[test]
fn the_bracket_as_calculix_exports_it() {
    let folder = Folder::new();
    let mesh = std::fs::read_to_string(example("bracket").join("mesh.inc")).unwrap();
    folder.write("mesh.inc", mesh);
    folder.write("bracket.inp", std::fs::read(example("bracket").join("bracket.inp")).unwrap());
    folder.write("free.inp", "*INCLUDE, INPUT=mesh.inc\n");
    let object = json(&run_well(&folder, "assemble bracket.inp -o out --mass calculix --json --threads 2"));
    let labels = read_dof_labels(&example("bracket").join("bracket.dof")).unwrap();
    assert_eq!(read_dof_labels(&folder.path("out/dofs.txt")).unwrap(), labels);
    for (own, theirs) in [("out/stiffness.npz", "bracket.sti.gz"), ("out/mass.npz", "bracket.mas.gz")] {
        let read = |path: &std::path::Path| {
            SymmetricMatrix::from_contents(&read_matrix(path).unwrap().contents).unwrap().0
        };
        let (own, theirs) = (read(&folder.path(own)), read(&example("bracket").join(theirs)));
        let limit = 1e-12 * theirs.largest_entry();
        for col in 0..theirs.size() {
            for (row, value) in theirs.column(col) {
                assert!(
                    (own.get(row, col) - value).abs() <= limit,
                    "({row}, {col}): {} for {value}",
                    own.get(row, col)
                );
            }
        }
        assert!(own.entries() <= theirs.entries());
    }
    let free = json(&run_well(&folder, "assemble free.inp -o free --json"));
    let sum: f64 = matrix_sum(&folder, "free/mass.npz") / 3.0;
    for object in [&object, &free] {
        let mass = object["total_mass"].as_f64().unwrap();
        assert!((mass - sum).abs() < 1e-12 * mass, "{mass:e} and {sum:e}");
        let centre = object["centre_of_mass"].as_array().unwrap();
        assert!(centre[1].as_f64().unwrap().abs() < 1e-9, "the bracket is symmetric about y = 0");
    }
}

fn matrix_sum(folder: &Folder, name: &str) -> f64 {
    let modalsweep::io::Contents::Sparse(matrix) = read_matrix(&folder.path(name)).unwrap().contents else {
        panic!("a sparse matrix")
    };
    matrix.values.iter().sum()
}

#[test]
fn one_json_object_of_assemble() {
    let folder = bars();
    let object = json(&run_well(&folder, "assemble bars.inp -o out --json --threads 1"));
    assert_snapshot!(keys(&object), @"assemble_seconds centre_of_mass command compute_seconds deck elements equations files mass_entries mass_scheme mass_terms nodes output parameters peak_memory_bytes read_seconds stiffness_entries stiffness_terms threads total_mass version warnings write_seconds");
    assert_eq!(object["elements"], serde_json::json!({ "T3D2": 2 }));
    assert_eq!((object["equations"].as_u64(), object["threads"].as_u64()), (Some(2), Some(1)));
    assert_eq!(object["files"], serde_json::json!(["stiffness.npz", "mass.npz", "dofs.txt"]));
    assert_eq!(object["total_mass"], 56.0);
    for key in ["read", "assemble", "compute", "write"] {
        assert!(object[format!("{key}_seconds")].as_f64().expect("seconds") >= 0.0, "{key}");
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let folder = bars();
    folder.write("mesh.inc", std::fs::read(example("bracket").join("mesh.inc")).unwrap());
    for threads in [1, 3] {
        run_well(&folder, &format!("assemble mesh.inc -o {threads} --quiet --threads {threads}"));
    }
    for name in ["stiffness.npz", "mass.npz"] {
        let read = |threads: &str| std::fs::read(folder.path(threads).join(name)).unwrap();
        assert!(read("1") == read("3"), "{name}");
    }
}

#[test]
fn a_deck_without_densities() {
    let folder = bars();
    folder.write("light.inp", BARS.replace("*DENSITY\n7.\n", ""));
    let output = run(&folder, "assemble light.inp -o out --quiet");
    assert_eq!(text(&output.stderr), "warning: no mass matrix: material STEEL has no density\n");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(files(&folder, "out"), ["dofs.txt", "stiffness.npz"]);
    refused(&folder, "assemble light.inp -o new --mass lumped", "light.inp: material STEEL has no density");
    refused(
        &folder,
        "assemble light.inp -o new --parameter FIRST.area",
        "light.inp: material STEEL has no density",
    );
    run_well(&folder, "assemble light.inp -o out --no-mass --quiet");
    run_well(&folder, "assemble light.inp -o terms --no-mass --parameter FIRST.area --quiet");
    assert_eq!(
        files(&folder, "terms"),
        ["affine.json", "dofs.txt", "stiffness.npz", "stiffness_0.npz", "stiffness_1.npz"]
    );
}

#[test]
fn wrong_input_is_named_and_nothing_is_left() {
    let folder = bars();
    refused(&folder, "assemble none.inp -o out", "none.inp: cannot open: ...");
    refused(&folder, "assemble bars.inp -o bars.inp", "-o bars.inp: bars.inp is a file, not a folder");
    folder.write("bad.inp", BARS.replace("2, 2, 3\n*MATERIAL", "2, 2, 9\n*MATERIAL"));
    refused(&folder, "assemble bad.inp -o out", "bad.inp:8: element 2: there is no node 9");
    folder.write("tie.inp", format!("{BARS}*TIE\nA, B\n"));
    refused(&folder, "assemble tie.inp -o out", "tie.inp:22: *TIE is not supported");
    folder.write("held.inp", BARS.replace("2, 2, 3\n3, 2, 3\n", "2, 1, 3\n3, 1, 3\n"));
    refused(&folder, "assemble held.inp -o out", "held.inp: no equations: the supports hold every component");
    let parameter = |given: &str| format!("assemble bars.inp -o out --parameter {given}");
    refused(&folder, &parameter("THIRD.area"), "bars.inp: no element set is called THIRD");
    refused(
        &folder,
        &parameter("FIRST.area --parameter first.area"),
        "bars.inp: FIRST.area and first.area both change element 1",
    );
    refused(
        &folder,
        "assemble bars.inp -o out --memory 1k",
        "the assembly needs 0 kB, the limit is 1 kB, ...",
    );
    folder.write("dofs.txt", BARS);
    refused(&folder, "assemble dofs.txt -o .", "dofs.txt: this input lies where a result would be");
}

#[test]
fn wrong_usage() {
    let folder = bars();
    for (arguments, part) in [
        ("assemble bars.inp", "--output <DIR>"),
        ("assemble bars.inp -o out --mass heavy", "[possible values: consistent, calculix, lumped, abaqus]"),
        ("assemble bars.inp -o out --mass lumped --no-mass", "cannot be used with"),
        (
            "assemble bars.inp -o out --parameter FIRST.colour",
            "`colour` is not one of youngs_modulus, density, area",
        ),
    ] {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(text(&output.stderr).contains(part), "{arguments}: {}", text(&output.stderr));
    }
    assert_eq!(folder.names(), ["bars.inp"]);
}
