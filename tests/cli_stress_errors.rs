//! Wrong input to `stress`: one line that names the file or the option, and nothing written.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{refused, run, text};
use io_support::Folder;
use modalsweep::io::write_npy;
use ndarray::{Array1, Array2, Array3};

/// A tetrahedron on a base of three held nodes; its top moves.
const TETRAHEDRON: &str = "*NODE
1, 0., 0., 0.
2, 1., 0., 0.
3, 0., 1., 0.
4, 0., 0., 1.
*ELEMENT, TYPE=C3D4, ELSET=ALL
1, 1, 2, 3, 4
*MATERIAL, NAME=STEEL
*ELASTIC
200., 0.3
*SOLID SECTION, ELSET=ALL, MATERIAL=STEEL
";
const HELD: &str = "*BOUNDARY\n1, 1, 3\n2, 1, 3\n3, 1, 3\n";
const PULL: &str = "*STEP\n*STATIC\n*CLOAD\n4, 3, 1.\n*END STEP\n";

fn decks() -> Folder {
    let folder = Folder::new();
    folder.write("good.inp", format!("{TETRAHEDRON}{HELD}{PULL}"));
    folder
}

#[test]
fn decks_that_give_no_stresses() {
    let folder = decks();
    refused(&folder, "stress none.inp -o out", "none.inp: cannot open: ...");
    folder.write("still.inp", format!("{TETRAHEDRON}{HELD}"));
    refused(&folder, "stress still.inp -o out", "still.inp: the deck has no *STATIC step: nothing to solve");
    folder.write("free.inp", format!("{TETRAHEDRON}{PULL}"));
    refused(
        &folder,
        "stress free.inp -o out",
        "free.inp: the part with node 1 (4 nodes) is free: in all six motions",
    );
    folder.write("turns.inp", format!("{TETRAHEDRON}*BOUNDARY\n1, 1, 3\n2, 1, 3\n{PULL}"));
    refused(
        &folder,
        "stress turns.inp -o out",
        "turns.inp: the part with node 1 (4 nodes) is free: rotation about an axis along x through ...",
    );
    let weight = "*STEP\n*STATIC\n*DLOAD\nALL, GRAV, 9.81, 0., 0., -1.\n*END STEP\n";
    folder.write("weight.inp", format!("{TETRAHEDRON}{HELD}{weight}"));
    refused(&folder, "stress weight.inp -o out", "weight.inp: material STEEL has no density");
    folder.write(
        "face.inp",
        format!("{TETRAHEDRON}{HELD}{}", PULL.replace("*CLOAD\n4, 3, 1.", "*DLOAD\n1, P5, 1.")),
    );
    refused(&folder, "stress face.inp -o out", "face.inp:19: element 1 (C3D4) has no face 5");
    folder.write("flat.inp", TETRAHEDRON.replace("4, 0., 0., 1.", "4, 1., 1., 0."));
    refused(&folder, "stress flat.inp -o out", "flat.inp:7: element 1 has a volume that is not positive ...");
    folder.write("text.inp", "this is no deck\n");
    refused(&folder, "stress text.inp -o out", "text.inp:1: ...");
}

#[test]
fn displacements_that_do_not_fit() {
    let folder = decks();
    let given = |name: &str| format!("stress good.inp -u {name} -o out");
    refused(&folder, &given("none.npy"), "none.npy: cannot open: ...");
    write_npy(&folder.path("u.npy"), Array2::<f64>::zeros((4, 5)).view()).unwrap();
    refused(&folder, &given("u.npy"), "u.npy: an array of 4 x 5 for a deck of 3 equations");
    write_npy(&folder.path("u.npy"), Array3::<f64>::zeros((2, 1, 3)).view()).unwrap();
    refused(&folder, &given("u.npy"), "u.npy: the array has 3 dimensions, expected 2");
    write_npy(&folder.path("u.npy"), Array2::<f64>::zeros((0, 3)).view()).unwrap();
    refused(&folder, &given("u.npy"), "u.npy: no case");
    // As many cases as the header likes would fit a deck without equations.
    folder.write("held.inp", format!("{TETRAHEDRON}{HELD}*BOUNDARY\n4, 1, 3\n"));
    write_npy(&folder.path("u.npy"), Array2::<f64>::zeros((7, 0)).view()).unwrap();
    let message = "held.inp: no equations: the supports hold every component";
    refused(&folder, "stress held.inp -u u.npy -o out", message);
    folder.write("u.npy", "1 2 3\n");
    refused(&folder, &given("u.npy"), "u.npy: damaged header: ...");
    // Found in the second of two pieces, when files are half written.
    let mut many = Array2::<f64>::zeros((50, 3));
    many[[40, 2]] = f64::NAN;
    write_npy(&folder.path("u.npy"), many.view()).unwrap();
    refused(&folder, &given("u.npy"), "u.npy: the displacement of 4.3 in case 41 is NaN");
    let whole = std::fs::read(folder.path("u.npy")).unwrap();
    folder.write("u.npy", &whole[..whole.len() - 30]);
    refused(&folder, &given("u.npy"), "u.npy: 50 rows announced, 48 found");
}

#[test]
fn covariances_that_do_not_fit() {
    let folder = decks();
    write_npy(&folder.path("u.npy"), Array2::<f64>::ones((2, 3)).view()).unwrap();
    let given = "stress good.inp -u u.npy --kind modes --covariance c.npy -o out";
    for (covariance, expected) in [
        (ndarray::array![[1.0]], "c.npy: a covariance of shape [1, 1] for 2 mode(s)"),
        (
            ndarray::array![[1.0, 2.0], [0.5, 1.0]],
            "c.npy: the covariance of modes 1 and 2 differs from that of 2 and 1",
        ),
        (ndarray::array![[1.0, 2.0], [2.0, 1.0]], "c.npy: the covariance has the negative eigenvalue -..."),
        (ndarray::array![[f64::NAN, 0.0], [0.0, 1.0]], "c.npy: the covariance of modes 1 and 1 is NaN"),
    ] {
        write_npy(&folder.path("c.npy"), covariance.view()).unwrap();
        refused(&folder, given, expected);
    }
    write_npy(&folder.path("c.npy"), Array1::<f64>::ones(2).view()).unwrap();
    refused(&folder, given, "c.npy: a covariance of shape [2] for 2 mode(s)");
}

#[test]
fn results_that_have_no_place() {
    let folder = decks();
    refused(&folder, "stress good.inp -o good.inp", "-o good.inp: good.inp is a file, not a folder");
    write_npy(&folder.path("displacements.npy"), Array2::<f64>::zeros((1, 3)).view()).unwrap();
    refused(
        &folder,
        "stress good.inp -u displacements.npy -o .",
        "displacements.npy: this input lies where a result would be",
    );
    refused(
        &folder,
        "stress good.inp -o out --envelope-only --vtu all",
        "--vtu all shows the stresses of all cases, which --envelope-only does not keep",
    );
    refused(&folder, "stress good.inp -o out --memory 1k", "the recovery of one case needs ...");
    // A folder in the place of the last file: those before it go away again.
    std::fs::create_dir_all(folder.path("out/good.vtu/full")).unwrap();
    refused(&folder, "stress good.inp -o out", "out/good.vtu: ...");
    assert_eq!(cli_support::files(&folder, "out"), ["good.vtu"]);
}

/// The factor of the bracket takes 11 MB. How much a process has can be seen on Linux alone.
#[test]
#[cfg(target_os = "linux")]
fn a_solution_that_is_too_large_is_said_before_it_starts() {
    let folder = Folder::new();
    let mesh = cli_support::example("bracket").join("mesh.inc");
    folder.write("mesh.inc", std::fs::read(mesh).unwrap());
    folder.write("pull.inp", "*INCLUDE, INPUT=mesh.inc\n*BOUNDARY\nBOLTS, 1, 3\n*STEP\n*STATIC\n*END STEP\n");
    refused(
        &folder,
        "stress pull.inp -o out --memory 24M",
        "the solution needs 11 MB, the limit is 25 MB, ...",
    );
}

#[test]
fn wrong_usage() {
    let folder = decks();
    for (arguments, part) in [
        ("stress good.inp", "--output <DIR>"),
        ("stress good.inp -o out --kind modes", "--displacements <U.npy>"),
        ("stress good.inp -o out --covariance c.npy", "--displacements <U.npy>"),
        ("stress good.inp -o out --envelope tresca", "`tresca` is not von-mises, max:xx or min:xx"),
        ("stress good.inp -o out --envelope max:xz", "`max:xz` is not von-mises"),
        ("stress good.inp -u u.npy -o out --covariance c.npy --envelope-only", "cannot be used with"),
    ] {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(text(&output.stderr).contains(part), "{arguments}: {}", text(&output.stderr));
    }
    assert_eq!(folder.names(), ["good.inp"]);
}
