//! `modalsweep inspect` of decks.

mod cli_support;
mod io_support;

use cli_support::{chain, refused, run, run_well, text};
use io_support::{Folder, gzip};
use serde_json::{Value, json};

const DECK: &str = "** made by hand\n*Heading\nFrame, m\n*NODE, NSET=ALL\n1\n2, 2.\n3, 2., -1.5\n*ELEMENT, TYPE=T3D2, ELSET=BARS\n\
    1, 1, 2\n2, 2, 3\n*ELEMENT, TYPE=B33, ELSET=BEAM\n7, 1, 3\n*MATERIAL, NAME=STEEL\n*ELASTIC\n2.1e11, 0.3\n*DENSITY\n7850.\n\
    *MATERIAL, NAME=RIGID\n*SOLID SECTION, ELSET=BARS, MATERIAL=STEEL\n0.01\n\
    *BEAM GENERAL SECTION, ELSET=BEAM, SECTION=RECT, DENSITY=1.\n0.1, 0.2\n0., 0., 1.\n1e11, 4e10\n*BOUNDARY\n1, 1, 3\nALL, 3\n\
    3, 2, 2, 0.5\n*STEP, NAME=Pull\n*STATIC\n*CLOAD\n2, 1, 1.\n2, 2, 1.\n*DLOAD\n, GRAV, 9.81, 0., 0., -1.\n*END STEP\n*STEP\n\
    *FREQUENCY\n4\n*END STEP\n*NSET, NSET=FAR, GENERATE\n2, 10\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("frame.inp", DECK);
    folder
}

fn object(folder: &Folder, arguments: &str) -> Value {
    serde_json::from_str(&run_well(folder, arguments)).expect("one JSON object")
}

#[test]
fn a_page_about_a_deck() {
    let page = run_well(&folder(), "inspect frame.inp");
    let lines: Vec<_> = page.lines().filter(|line| !line.starts_with("  seconds ")).collect();
    assert_eq!(
        lines.join("\n"),
        "frame.inp
  format        Deck
  title         Frame, m
  nodes         3; x 0 to 2, y -1.5 to 0, z 0 to 0
  elements      1 B33
                2 T3D2
  node sets     ALL: 3
                FAR: 2
  element sets  BARS: 2
                BEAM: 1
                all elements, by *DLOAD: 3
  materials     STEEL: E 2.1e11, nu 0.3, density 7.85e3
                RIGID: no E, no density
  sections      BARS: STEEL, solid, area 0.01
                BEAM: beam, rectangle 0.1 x 0.2
  supports      1: 1 to 3
                ALL: 3
                3: 2 = 0.5
  steps         Pull: static, 2 lines of point loads, 1 line of distributed loads
                frequency, 4 modes
  note          node set FAR: 7 numbers of GENERATE belong to no node"
    );
}

#[test]
fn the_same_in_json() {
    let folder = folder();
    folder.write("packed.gz", gzip(DECK.as_bytes()));
    let object = object(&folder, "inspect --json frame.inp packed.gz");
    assert_eq!(object["command"], "inspect");
    assert!(object["read_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    let deck = &object["files"][0];
    assert_eq!(deck["format"], "Deck");
    assert_eq!(deck["heading"], json!(["Frame, m"]));
    assert_eq!(deck["nodes"], 3);
    assert_eq!(deck["elements"], json!({ "B33": 1, "T3D2": 2 }));
    assert_eq!(deck["extent"], json!([[0.0, 2.0], [-1.5, 0.0], [0.0, 0.0]]));
    assert_eq!(deck["node_sets"][1], json!({ "name": "FAR", "size": 2 }));
    assert_eq!(
        deck["materials"][0],
        json!({ "name": "STEEL", "young": 2.1e11, "poisson": 0.3, "density": 7850.0 })
    );
    assert_eq!(deck["materials"][1]["young"], Value::Null);
    assert_eq!(deck["sections"][1]["material"], Value::Null);
    assert_eq!(deck["sections"][0]["element_set"], "BARS");
    let support = json!({ "nodes": "3", "first_component": 2, "last_component": 2, "value": 0.5 });
    assert_eq!(deck["supports"][2], support);
    assert_eq!(
        (&deck["steps"][0]["procedure"], &deck["steps"][0]["point_loads"]),
        (&json!("static"), &json!(2))
    );
    assert_eq!((&deck["steps"][1]["name"], &deck["steps"][1]["modes"]), (&Value::Null, &json!(4)));
    assert_eq!(object["files"][1]["nodes"], 3);
}

#[test]
fn decks_and_matrices_are_told_apart() {
    let folder = chain();
    folder.write("frame", DECK);
    folder.write("input.inp", "*MATRIX INPUT, NAME=K\n1,1, 1,1, 2.0\n");
    let files = object(&folder, "inspect --json --quick K.mtx frame input.inp")["files"].clone();
    let formats: Vec<_> = (0..3).map(|at| files[at]["format"].as_str().unwrap().to_owned()).collect();
    assert_eq!(formats, ["MatrixMarket", "Deck", "AbaqusMatrixInput"]);
}

#[test]
fn a_bad_deck_is_refused_with_its_line() {
    let folder = folder();
    folder.write("tie.inp", "*NODE\n1\n*TIE, NAME=T\nA, B\n");
    refused(&folder, "inspect tie.inp", "tie.inp:3: *TIE is not supported");
    folder.write("text.inp", "hello world\n");
    refused(&folder, "inspect text.inp", "text.inp: unknown format");
    let output = run(&folder, "inspect tie.inp frame.inp");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).starts_with("frame.inp\n"));
}

/// Names come from a file that may be hostile; lists may be long.
#[test]
fn pages_stay_short_and_plain() {
    let sets: String = (0..25).map(|set| format!("*NSET, NSET=S{set}\x1b[2J\n1\n")).collect();
    let folder = Folder::new();
    folder.write("a.inp", format!("*NODE\n1\n{sets}"));
    let page = run_well(&folder, "inspect a.inp");
    assert!(page.contains("  node sets     S0?[2J: 1\n"), "{page}");
    assert!(page.contains("                and 5 more\n"), "{page}");
    assert!(!page.contains('\x1b'));
}
