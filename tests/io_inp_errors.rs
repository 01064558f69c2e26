//! Decks that are refused, each in one line with file and line; and damaged decks, which never panic.

mod io_support;

use std::time::{Duration, Instant};

use io_support::{Folder, check_message};
use modalsweep::io::inp::read_deck;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Seven lines.
const MESH: &str = "*NODE, NSET=ALL\n1\n2, 1.\n3, 2.\n*ELEMENT, TYPE=T3D2, ELSET=BARS\n10, 1, 2\n11, 2, 3\n";

fn refused(folder: &Folder, text: impl AsRef<[u8]>, at: Option<u64>, message: &str) {
    let shown = String::from_utf8_lossy(text.as_ref()).into_owned();
    let path = folder.write("a.inp", text);
    let error = read_deck(&path).err().unwrap_or_else(|| panic!("{shown} should be refused"));
    check_message(&error, "a.inp", at, message);
    assert!(error.to_string().ends_with(message), "`{error}` should end with `{message}`");
}

/// [`MESH`] and more, whose lines are counted from 1.
fn refused_behind_mesh(cases: &[(&str, u64, &str)]) {
    let folder = Folder::new();
    for (text, line, message) in cases {
        refused(&folder, [MESH, text].concat(), Some(7 + line), message);
    }
}

#[test]
fn what_is_no_deck() {
    let folder = Folder::new();
    let no_deck = "this is no deck: data before the first keyword";
    refused(&folder, "hello\n", Some(1), no_deck);
    refused(&folder, "** c\n\n1, 2, 3\n*NODE\n1\n", Some(3), no_deck);
    refused(&folder, b"\xFD7zXZ\0\0\n", Some(1), "(looks like an xz archive: unpack it first)");
    refused(&folder, "%PDF-1.7\n", Some(1), "(looks like a PDF document)");
    refused(&folder, [b"\0\x01\xFF".as_slice(), &[7; 100]].concat(), Some(1), no_deck);
    refused(&folder, vec![b'x'; 100_000], Some(1), "the line is longer than 65536 bytes");
    refused(
        &folder,
        "*HEADING,\n".to_owned() + &"a,\n".repeat(40_000),
        Some(1),
        "the line is longer than 65536 bytes",
    );
    refused(&folder, "", None, "the file is empty");
    refused(&folder, "*HEADING\nnothing\n", None, "no *NODE with data lines found");
    refused(&folder, "*\n", Some(1), "*? is not supported");
}

#[test]
#[rustfmt::skip]
fn keywords_that_would_change_the_model() {
    refused_behind_mesh(&[
        ("*TIE, NAME=T\nA, B\n", 1, "*TIE is not supported"),
        ("*EQUATION\n2\n1, 1, 1., 2, 1, -1.\n", 1, "*EQUATION is not supported"),
        ("** c\n*Contact  Pair, INTERACTION=I\n", 2, "*CONTACT PAIR is not supported"),
        ("*MATERIAL, NAME=M\n*PLASTIC\n1., 0.\n", 2, "*PLASTIC is not supported"),
        ("*STEP\n*DYNAMIC\n", 2, "*DYNAMIC is not supported"),
        ("*STEP\n*STATIC, RIKS\n", 2, "*STATIC with RIKS is not supported"),
        ("*STEP, NLGEOM\n", 1, "*STEP with NLGEOM is not supported"),
        ("*STEP, NLGEOM=YES\n", 1, "*STEP with NLGEOM is not supported"),
        ("*STEP\n*STATIC\n*CLOAD\n1, 1, 1.\n*END STEP\n*STEP, PERTURBATION\n*STATIC\n*DLOAD\nBARS, GRAV, 1., 1.\n*END STEP\n", 6,
            "*STEP with PERTURBATION and loads of earlier steps is not supported"),
        ("*TRANSFORM, NSET=ALL\n1., 0., 0., 0., 1., 0.\n", 1, "*TRANSFORM is not supported"),
        ("*RESTART, READ, STEP=1\n", 1, "*RESTART with READ is not supported"),
        ("*SYSTEM\n0., 0., 1.\n", 1, "nodes placed by *SYSTEM are not supported"),
        ("*NODE, SYSTEM=C\n5, 1., 90., 0.\n", 1, "nodes placed by *SYSTEM are not supported"),
        ("*NODE\n5, 1., 2., 3., 0., 0., 1.\n", 2, "unexpected `0.`"),
        ("*NODE, ELSET=X\n", 1, "*NODE with ELSET is not supported"),
        ("*MATERIAL, NAME=M\n*ELASTIC, TYPE=ENGINEERING CONSTANTS\n", 2, "*ELASTIC with TYPE=ENGINEERING CONSTANTS is not supported"),
        ("*MATERIAL, NAME=M\n*ELASTIC\n1., 0.3\n2., 0.3, 100.\n", 4, "*ELASTIC that depends on temperature is not supported"),
        ("*MATERIAL, NAME=M\n*ELASTIC\n1., 0.3, 20.\n", 3, "*ELASTIC that depends on temperature is not supported"),
        ("*MATERIAL, NAME=M\n*DENSITY\n1.\n2.\n", 4, "*DENSITY that depends on temperature is not supported"),
        ("*SOLID SECTION, ELSET=BARS, MATERIAL=M, ORIENTATION=O\n", 1, "*SOLID SECTION with ORIENTATION is not supported"),
        ("*BEAM GENERAL SECTION, ELSET=BARS, SECTION=BOX\n", 1, "*BEAM GENERAL SECTION with SECTION=BOX is not supported"),
        ("*BEAM SECTION, ELSET=BARS, SECTION=RECT\n", 1, "*BEAM SECTION is not supported"),
        ("*BOUNDARY, AMPLITUDE=A\n", 1, "*BOUNDARY with AMPLITUDE is not supported"),
        ("*BOUNDARY, TYPE=velocity\n", 1, "*BOUNDARY with TYPE=velocity is not supported"),
        ("*BOUNDARY, OP=OLD\n", 1, "*BOUNDARY with OP=OLD is not supported"),
        ("*STEP\n*CLOAD, FOLLOWER\n", 2, "*CLOAD with FOLLOWER is not supported"),
        ("*STEP\n*DLOAD\nBARS, CENTRIF, 1.\n", 3, "load type CENTRIF is not supported"),
        ("*STEP\n*DLOAD\nBARS, P7, 1.\n", 3, "load type P7 is not supported"),
        ("*ELEMENT, TYPE=S4R\n", 1, "element type S4R is not supported"),
        ("*INSTANCE, NAME=I, LIBRARY=L\n", 1, "*INSTANCE lacks PART="),
        ("*PART, NAME=P\n*END PART\n*INSTANCE, NAME=I, PART=P\n1., 0., 0.\n", 4, "nodes placed by *INSTANCE are not supported"),
    ]);
}

#[test]
fn help_says_what_is_supported() {
    let folder = Folder::new();
    let error = read_deck(&folder.write("a.inp", "*ELEMENT, TYPE=S4R\n1, 1, 2, 3, 4\n")).unwrap_err();
    assert_eq!(error.help().unwrap(), "supported are T3D2, B33, C3D4, C3D10, C3D8, C3D20 and C3D20R");
    // What Abaqus/CAE writes for a pressure, and for a beam.
    for (text, what) in
        [("*STEP\n*Dsload\nSurf-1, P, 1.\n", "by *DLOAD"), ("*Beam Section\n", "*BEAM GENERAL SECTION")]
    {
        let error = read_deck(&folder.write("a.inp", [MESH, text].concat())).unwrap_err();
        assert!(error.help().unwrap().contains(what), "{error}");
    }
}

#[test]
#[rustfmt::skip]
fn numbers_and_names_that_nothing_belongs_to() {
    refused_behind_mesh(&[
        ("*NODE\n4\n2\n3\n", 3, "node 2 is given twice, first in line 3"),
        ("*ELEMENT, TYPE=T3D2\n11, 1, 3\n", 2, "element 11 is given twice, first in line 7"),
        ("*ELEMENT, TYPE=T3D2\n12, 1, 3\n13, 1,\n4\n", 3, "element 13: there is no node 4"),
        ("*NODE\n0\n", 2, "node 0: numbers begin at 1"),
        ("*NODE\n-5, 1.\n", 2, "node -5: numbers begin at 1"),
        ("*ELEMENT, TYPE=T3D2\n0, 1, 3\n", 2, "element 0: numbers begin at 1"),
        ("*NODE\n5, nan\n", 2, "`nan` is not a finite number"),
        ("*NODE\n5, 0., 0., -Inf\n", 2, "`-Inf` is not a finite number"),
        ("*NODE\n5.5, 1.\n", 2, "node: `5.5` is not an integer in range"),
        ("*NODE\n99999999999999999999, 1.\n", 2, "node: `99999999999999999999` is not an integer in range"),
        ("*NSET, NSET=A\n1,\n2, 4\n", 3, "there is no node 4"),
        ("*ELSET, ELSET=A\n1\n", 2, "there is no element 1"),
        ("*NSET, NSET=A\nB\n*NSET, NSET=B\n1\n", 2, "there is no node set `B` before this line"),
        ("*NSET, NSET=A\nA\n", 2, "there is no node set `A` before this line"),
        ("*NSET, NSET=A, ELSET=NONE\n", 1, "there is no element set `NONE`"),
        ("*NSET, NSET=A, GENERATE\n4, 1000000000\n", 2, "GENERATE from 4 to 1000000000 by 1: there is no such node"),
        ("*NSET, NSET=A, GENERATE\n1, 3, 0\n", 2, "GENERATE from 1 to 3 by 0 makes no numbers"),
        ("*NSET, NSET=A, GENERATE\n1, 3, -1\n", 2, "GENERATE from 1 to 3 by -1 makes no numbers"),
        ("*NSET, NSET=A, GENERATE\n3, 1\n", 2, "GENERATE from 3 to 1 by 1 makes no numbers"),
        ("*NSET, NSET=A, GENERATE\n3\n", 2, "the last number is missing"),
        ("*NSET, NSET=A, GENERATE, ELSET=BARS\n", 1, "*NSET with both ELSET and GENERATE is not supported"),
        ("*MATERIAL, NAME=M\n*SOLID SECTION, ELSET=NONE, MATERIAL=M\n", 2, "there is no element set `NONE`"),
        ("*SOLID SECTION, ELSET=ALL, MATERIAL=M\n*MATERIAL, NAME=M\n", 1, "there is no element set `ALL`"),
        ("*SOLID SECTION, ELSET=BARS, MATERIAL=M\n", 1, "there is no material `M`"),
        ("*SOLID SECTION, ELSET=BARS\n", 1, "*SOLID SECTION lacks MATERIAL="),
        ("*BOUNDARY\nNONE, 1\n", 2, "there is no node set `NONE`"),
        ("*BOUNDARY\n1, 1\n4, 1\n", 3, "there is no node 4"),
        ("*STEP\n*STATIC\n*CLOAD\n4, 1, 1.\n*END STEP\n", 4, "there is no node 4"),
        ("*STEP\n*STATIC\n*DLOAD\nALL, P1, 1.\n*END STEP\n", 4, "there is no element set `ALL`"),
        ("*STEP\n*STATIC\n*DLOAD\n5, P1, 1.\n*END STEP\n", 4, "there is no element 5"),
        ("*MATERIAL, NAME=M\n*MATERIAL, NAME=m\n", 2, "material m is given twice, first in line 8"),
        ("*MATERIAL, NAME=M\n*DENSITY\n1.\n*DENSITY\n1.\n", 5, "*DENSITY stands in a material that has one already"),
    ]);
}

#[test]
#[rustfmt::skip]
fn lines_that_do_not_fit() {
    refused_behind_mesh(&[
        ("*MATERIAL\n", 1, "*MATERIAL lacks NAME="),
        ("*NODE, NSET=\n5\n", 1, "*NODE lacks NSET="),
        ("*STEP\n*STATIC\nCLOAD\n", 3, "time: `CLOAD` is not a number"),
        ("*STEP\n*STATIC\n1., 1.\n1, 1, 5.\n", 4, "unexpected data line of *STATIC"),
        ("*STEP\n*FREQUENCY\n10\n10\n", 4, "unexpected data line of *FREQUENCY"),
        ("*MATERIAL, NAME=M\n*SOLID SECTION, ELSET=BARS, MATERIAL=M\n1.\n1.\n", 4, "unexpected data line of *SOLID SECTION"),
        ("*NSET\n1\n", 1, "*NSET lacks NSET="),
        ("*ELEMENT\n1\n", 1, "*ELEMENT lacks TYPE="),
        ("*ELEMENT, TYPE=T3D2\n12, 1, 2, 3\n", 2, "unexpected `3`"),
        ("*ELEMENT, TYPE=T3D2\n12, , 2\n", 2, "the node is missing"),
        ("*MATERIAL, NAME=M\n1., 2.\n", 2, "unexpected data line of *MATERIAL"),
        ("*MATERIAL, NAME=M\n*ELASTIC\n1.\n", 3, "the Poisson ratio is missing"),
        ("*BEAM GENERAL SECTION, ELSET=BARS\n1., 2., 3.\n", 2, "the I22 is missing"),
        ("*BEAM GENERAL SECTION, ELSET=BARS\n1., 2., 3., 4., 5., 6.\n", 2, "unexpected `6.`"),
        ("*BEAM GENERAL SECTION, ELSET=BARS, SECTION=CIRC\n1.\n0., 0., 0.\n", 3, "the direction is zero"),
        ("*BEAM GENERAL SECTION, ELSET=BARS, SECTION=CIRC\n1.\n0., 0., 1.\n1., 2.\n3.\n", 5, "unexpected data line of *BEAM GENERAL SECTION"),
        ("*BOUNDARY\n1, 0\n", 2, "component 0 is outside 1..=6"),
        ("*BOUNDARY\n1, 1, 11\n", 2, "component 11 is outside 1..=6"),
        ("*BOUNDARY\n1, 3, 1\n", 2, "components from 3 to 1"),
        ("*BOUNDARY\n1, 1, 1, 1., 5\n", 2, "unexpected `5`"),
        ("*BOUNDARY\n1, CLAMPED\n", 2, "component: `CLAMPED` is not an integer in range"),
        ("*BOUNDARY\n1\n", 2, "the component is missing"),
        ("*STEP\n*CLOAD\n1, 7, 1.\n", 3, "component 7 is outside 1..=6"),
        ("*STEP\n*CLOAD\n1, 1\n", 3, "the value is missing"),
        ("*STEP\n*DLOAD\nBARS\n", 3, "the load type is missing"),
        ("*STEP\n*DLOAD\nBARS, GRAV, 9.81\n", 3, "the direction is zero"),
        ("*STEP\n*DLOAD\n, P1, 9.81\n", 3, "the element is missing"),
        ("*STEP\n*FREQUENCY\nten\n", 3, "number of modes: `ten` is not an integer in range"),
    ]);
}

#[test]
#[rustfmt::skip]
fn keywords_out_of_place() {
    refused_behind_mesh(&[
        ("*CLOAD\n1, 1, 1.\n", 1, "*CLOAD stands outside of a step"),
        ("*DLOAD\nBARS, P1, 1.\n", 1, "*DLOAD stands outside of a step"),
        ("*STATIC\n", 1, "*STATIC stands outside of a step"),
        ("*END STEP\n", 1, "*END STEP stands outside of a step"),
        ("*STEP\n*STEP\n", 2, "*STEP stands within a step"),
        ("*STEP\n*NODE\n5\n", 2, "*NODE stands within a step"),
        ("*STEP\n*END STEP\n*BOUNDARY\n1, 1\n", 3, "*BOUNDARY stands behind a step"),
        ("*ELASTIC\n1., 0.3\n", 1, "*ELASTIC stands outside of a material"),
        ("*STEP\n*STATIC\n*FREQUENCY\n", 3, "*FREQUENCY in a step that has another procedure"),
        ("*STEP\n*CLOAD\n1, 1, 1.\n*CLOAD, OP=NEW\n", 4, "*CLOAD with OP=MOD and with OP=NEW in one step"),
    ]);
}

#[test]
#[rustfmt::skip]
fn decks_that_are_cut_off() {
    refused_behind_mesh(&[
        ("*ELEMENT, TYPE=C3D4\n12, 1, 2, 3", 2, "element 12 has 3 of 4 nodes"),
        ("*ELEMENT, TYPE=C3D4\n12, 1,\n 2, 3\n*NSET, NSET=A\n1\n", 2, "element 12 has 3 of 4 nodes"),
        ("*STEP\n*STATIC\n", 1, "the step has no *END STEP"),
        ("*NODE\n*NSET, NSET=A\n1\n", 1, "*NODE has no data lines"),
        ("*ELEMENT, TYPE=T3D2", 1, "*ELEMENT has no data lines"),
        ("*NSET, NSET=A\n", 1, "*NSET has no data lines"),
        ("*MATERIAL, NAME=M\n*ELASTIC\n", 2, "*ELASTIC has no data lines"),
        ("*BOUNDARY\n", 1, "*BOUNDARY has no data lines"),
        ("*STEP\n*CLOAD, OP=MOD\n*END STEP\n", 2, "*CLOAD has no data lines"),
        ("*BEAM GENERAL SECTION, ELSET=BARS\n", 1, "*BEAM GENERAL SECTION has no data lines"),
    ]);
}

#[test]
fn parts_that_cannot_be_read_flat() {
    let folder = Folder::new();
    let part = "*PART, NAME=P\n*NODE\n1\n*END PART\n";
    let deck = |rest: &str| [part, rest].concat();
    refused(&folder, part, Some(1), "part `P` has no instance");
    refused(&folder, deck("*INSTANCE, NAME=A, PART=Q\n"), Some(5), "there is no part `Q`");
    let twice = deck("*INSTANCE, NAME=A, PART=P\n*END INSTANCE\n*INSTANCE, NAME=B, PART=P\n");
    refused(&folder, twice, Some(7), "part `P` has a second instance");
    refused(&folder, deck("*PART, NAME=p\n"), Some(5), "part p is given twice, first in line 1");
    let numbers =
        deck("*PART, NAME=Q\n*NODE\n1\n*END PART\n*INSTANCE, NAME=A, PART=P\n*INSTANCE, NAME=B, PART=Q\n");
    refused(&folder, numbers, Some(7), "node 1 is given twice, first in line 3");
}

#[test]
fn included_files() {
    let folder = Folder::new();
    let check = |name: &str, at, message: &str| {
        let error = read_deck(&folder.path("a.inp")).unwrap_err();
        check_message(&error, name, at, message);
        assert!(error.to_string().ends_with(message), "{error}");
    };
    folder.write("a.inp", "*NODE\n1\n*INCLUDE, INPUT=b.inc\n");
    folder.write("b.inc", "2\n*INCLUDE, INPUT=a.inp\n");
    check("a.inp", Some(3), "more than 16 levels of *INCLUDE");
    folder.write("b.inc", "** c\n1, 2.\n");
    check("b.inc", Some(2), "node 1 is given twice, first in a.inp:2");
    folder.write("b.inc", "** c\n*TIE\n");
    check("b.inc", Some(2), "*TIE is not supported");
    folder.write("b.inc", "*ELEMENT, TYPE=T3D2\n1, 1");
    check("b.inc", Some(2), "element 1 has 1 of 2 nodes");
    folder.write("a.inp", "*NODE\n1\n*INCLUDE, INPUT=b.inc\n*STEP\n");
    folder.write("b.inc", "2\n");
    check("a.inp", Some(4), "the step has no *END STEP");
    folder.write("a.inp", "*NODE, INPUT=missing.txt\n");
    let error = read_deck(&folder.path("a.inp")).unwrap_err();
    check_message(&error, "a.inp", Some(1), "cannot open `missing.txt`: ");
    folder.write("a.inp", "*INCLUDE\n");
    check("a.inp", Some(1), "*INCLUDE lacks INPUT=");
    // Ten times ten times ten ... files.
    folder.write("a.inp", "*INCLUDE, INPUT=0.inc\n");
    for level in 0..15 {
        folder.write(&format!("{level}.inc"), format!("*INCLUDE, INPUT={}.inc\n", level + 1).repeat(10));
    }
    folder.write("15.inc", "** nothing\n");
    let error = read_deck(&folder.path("a.inp")).unwrap_err();
    assert!(error.to_string().ends_with("more than 1000 included files"), "{error}");
}

/// Text of a few megabytes that would make terabytes of sets, were they made.
#[test]
fn sets_out_of_proportion_are_refused_soon() {
    let folder = Folder::new();
    let nodes: String = (1..=100_000).map(|node| format!("{node}\n")).collect();
    let hostile = [
        |set: usize| format!("*NSET, NSET=A{set}, GENERATE\n1, 1000000000\n"),
        |_| "*NSET, NSET=A, GENERATE\n1, 1000000000\n".to_owned(),
        |set| format!("*NSET, NSET=A{set}\nALL\n"),
        |_| "*NSET, NSET=A, GENERATE\n1, 100000, 3\n".to_owned(),
    ];
    for line in hostile {
        let lines: String = (0..50_000).map(line).collect();
        let path = folder.write("a.inp", format!("*NODE, NSET=ALL\n{nodes}{lines}"));
        let start = Instant::now();
        let error = read_deck(&path).unwrap_err();
        assert!(error.to_string().ends_with("the sets are out of proportion to the deck"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}

const SEED: &str = "*HEADING\nBlock\n*NODE, NSET=ALL\n1\n2, 1.\n3, 0., 1.\n4, 0., 0., 1.\n*ELEMENT, TYPE=C3D4, ELSET=E\n\
    1, 1, 2,\n3, 4\n*NSET, NSET=A, GENERATE\n1, 3, 2\n*NSET, NSET=B\nA, 4\n*NSET, NSET=C, ELSET=E\n*ELEMENT, TYPE=B33, ELSET=BEAM\n\
    5, 3, 4\n*MATERIAL, NAME=M\n*ELASTIC\n210000., 0.3\n*DENSITY\n7.85D-9,\n*SOLID SECTION, ELSET=E, MATERIAL=M\n,\n\
    *BEAM GENERAL SECTION, ELSET=BEAM, SECTION=RECT,\nDENSITY=1.\n1., 2.\n0., 1., 0.\n2e5, 8e4\n*BOUNDARY\nA, 1, 3\n2, PINNED\n\
    *STEP, NAME=S\n*STATIC\n1., 1.\n*CLOAD\nB, 1, 2.\n*DLOAD\nE, P1, 1.\n, GRAV, 9.81, 0., 0., -1.\n*NODE PRINT\nU\n\
    *END STEP\n*STEP\n*FREQUENCY\n10\n*BOUNDARY, OP=NEW\n*END STEP\n";
const PART: &str = "*PART, NAME=P\n*NODE, NSET=N\n1\n2, 1.\n*ELEMENT, TYPE=T3D2, ELSET=E\n1, 1, 2\n*END PART\n*ASSEMBLY, NAME=A\n\
    *INSTANCE, NAME=P-1, PART=P\n*END INSTANCE\n*NSET, NSET=N, INSTANCE=P-1\n1\n*END ASSEMBLY\n*BOUNDARY\nP-1.N, 1\nP-1.2, 2\n";

const TOKENS: [&str; 24] = [
    "\n",
    ",",
    "*",
    "**",
    "=",
    ".",
    "-",
    "0",
    "9",
    "1e9999",
    "nan",
    "99999999999999999999",
    "\0",
    "\u{FEFF}",
    "*STEP\n",
    "*END STEP\n",
    "*NODE\n",
    "*ELEMENT, TYPE=C3D20\n",
    "*INCLUDE, INPUT=a.inp\n",
    "*NSET, NSET=ALL\n",
    "GENERATE",
    "P-1.",
    "1, 1000000000\n",
    "*END PART\n",
];

/// A result, or an error of one line that names a line unless the file as a whole is meant.
fn never_panics(content: &[u8]) -> Result<(), TestCaseError> {
    let folder = Folder::new();
    let path = folder.write("a.inp", content);
    let start = Instant::now();
    if let Err(error) = read_deck(&path) {
        let message = error.to_string();
        prop_assert!(!message.contains(char::is_control), "{message:?}");
        prop_assert!(error.help().is_some_and(|help| !help.is_empty()));
        let whole = ["no *NODE with data lines found", "the file is empty"];
        // What begins like a gzip file is no text until it is unpacked.
        let packed = content.starts_with(&[0x1f, 0x8b]);
        prop_assert!(
            error.line.is_some() || packed || whole.iter().any(|end| message.ends_with(end)),
            "{message}"
        );
        let lines = content.split(|&byte| byte == b'\n').count() as u64;
        prop_assert!(packed || error.line.is_none_or(|line| line <= lines), "{message}");
    }
    prop_assert!(start.elapsed() < Duration::from_secs(2));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn damaged_decks_never_panic(
        seed in select(&[SEED, PART][..]),
        damages in prop::collection::vec((any::<Index>(), any::<Index>(), 0..5, any::<u8>(), select(&TOKENS[..])), 1..5),
    ) {
        let mut content = seed.as_bytes().to_vec();
        for (at, other, kind, byte, token) in damages {
            let (at, other) = (at.index(content.len() + 1), other.index(content.len() + 1));
            let range = at.min(other)..at.max(other);
            match kind {
                0 => content.truncate(at),
                1 => drop(content.drain(range)),
                2 => {
                    let doubled = content[range].to_vec();
                    content.splice(at..at, doubled);
                }
                3 => content.iter_mut().skip(at).take(1).for_each(|there| *there ^= byte),
                _ => drop(content.splice(at..at, token.bytes())),
            }
        }
        never_panics(&content)?;
    }

    #[test]
    fn any_bytes_never_panic(content in prop::collection::vec(any::<u8>(), 1..300), at in any::<Index>()) {
        never_panics(&content)?;
        let mut deck = SEED.as_bytes().to_vec();
        let at = at.index(deck.len());
        deck.splice(at..at, content);
        never_panics(&deck)?;
    }
}

#[test]
fn the_undamaged_seeds_are_read() {
    let folder = Folder::new();
    for seed in [SEED, PART] {
        read_deck(&folder.write("a.inp", seed)).unwrap();
    }
}
