//! Wrong input to `condense`: one line that names the file, the line or the DOF, and nothing written.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{chain, files, run, run_well, text};
use io_support::Folder;

const SYMMETRIC: &str = "%%MatrixMarket matrix coordinate real symmetric\n";
const GENERAL: &str = "%%MatrixMarket matrix coordinate real general\n";

/// As `cli_support::refused`, for `condense ARGUMENTS -o new/out`.
#[track_caller]
fn refused(folder: &Folder, arguments: &str, expected: &str) {
    cli_support::refused(folder, &format!("condense {arguments} -o new/out"), expected);
}

#[test]
#[rustfmt::skip]
fn stiffness_files() {
    let folder = chain();
    let bad = |header: &str, body: &str| folder.write("bad.mtx", [header, body].concat());
    for (header, body, expected) in [
        (GENERAL, "2 3 2\n1 1 1\n2 2 1\n", "bad.mtx: not square: 2 rows, 3 columns"),
        (SYMMETRIC, "2 3 2\n1 1 1\n2 2 1\n", "bad.mtx:2: declared symmetric, but 2 x 3 is not square"),
        (GENERAL, "2 2 4\n1 1 2\n2 2 2\n2 1 -1\n1 2 -1.001\n",
            "bad.mtx: not symmetric: entry (2, 1) is -1.0, entry (1, 2) is -1.001"),
        (SYMMETRIC, "2 2 2\n1 1 nan\n2 2 1\n", "bad.mtx:3: `nan` is not a finite number"),
        (SYMMETRIC, "2 2 2\n1 1 1\n2 2 -Inf\n", "bad.mtx:4: `-Inf` is not a finite number"),
        (SYMMETRIC, "2 2 2\n1 1 1\n3 2 1\n", "bad.mtx:4: row 3 is outside 1..=2"),
        (SYMMETRIC, "2 2 2\n1 0 1\n2 2 1\n", "bad.mtx:3: column 0 is outside 1..=2"),
        (SYMMETRIC, "2 2 3\n1 1 2\n2 1 -1\n1 2 -1\n",
            "bad.mtx:5: declared symmetric, but entry (1, 2) is in the other triangle than those before it"),
        (SYMMETRIC, "2 2 3\n1 1 2\n2 1 -1\n", "bad.mtx: 3 entries announced, 2 found"),
        (SYMMETRIC, "2 2 2\n1 1 2\n2 2", "bad.mtx:4: the value is missing"),
        (SYMMETRIC, "4 4 1000000000000\n1 1 2\n", "bad.mtx: 1000000000000 entries announced, 1 found"),
        ("", "", "bad.mtx: the file is empty"),
        ("", "\u{1}\u{2}\u{3}rubbish\u{0}\u{7f}", "bad.mtx: unknown format"),
        ("", "PK\u{3}\u{4}rubbish", "bad.mtx: ..."),
    ] {
        bad(header, body);
        refused(&folder, "-k bad.mtx --masters 1", expected);
        refused(&folder, "-k K.mtx -m bad.mtx --masters 1", expected);
    }
    refused(&folder, "-k none.mtx --masters 1", "none.mtx: cannot open: ...");
    refused(&folder, "-k . --masters 1", ".: cannot ...");
    let mut table = ndarray::array![[2.0, -1.0], [-1.0, 2.0]];
    table[[1, 0]] = f64::NAN;
    modalsweep::io::write_npy(&folder.path("nan.npy"), table.view()).unwrap();
    refused(&folder, "-k nan.npy --masters 1", "nan.npy: `NaN at (2, 1)` is not a finite number");
}

#[test]
fn the_names_of_the_equations_stand_in_the_message() {
    let folder = Folder::new();
    folder.write("k.sti", "1 1 2.0\n1 2 -1.0\n2 1 -1.5\n2 2 2.0\n3 3 1.0\n");
    folder.write("k.dof", "12.1\n12.3\n14.1\n");
    refused(
        &folder,
        "-k k.sti --masters 1",
        "k.sti: not symmetric: entry (2, 1) is -1.5, entry (1, 2) is -1.0 (DOFs 12.3 and 12.1)",
    );
    folder.write("k.dof", "12.1\n12.3\n");
    refused(&folder, "-k k.sti --masters 1", "k.sti: 3 equations, but k.dof has 2 labels");
}

#[test]
#[rustfmt::skip]
fn masters() {
    let folder = chain();
    folder.write("list.txt", "# masters\n1 3 # two\n9\n");
    folder.write("none.txt", "# none\n");
    folder.write("name.txt", "1.1\n2.x\n");
    let with_mass = "-k K.mtx -m M.mtx --masters";
    let named = "-k K.mtx -m M.mtx --dofs dofs.txt --masters";
    for (options, masters, expected) in [
        (with_mass, "5", "--masters: equation 5 is out of range 1 to 4"),
        (with_mass, "0", "--masters: equation 0 is out of range 1 to 4"),
        (with_mass, "2-9", "--masters: equation 9 is out of range 1 to 4"),
        (with_mass, "3-1", "--masters: the range 3-1 is empty"),
        (with_mass, "-3", "--masters: `-3` is no equation number"),
        (with_mass, "2,2", "master 2 is listed twice"),
        (named, "1-3,2.1", "master 2.1 is listed twice"),
        (with_mass, ",", "--masters: no masters in `,`"),
        (with_mass, "1-4", "all 4 equations are masters: nothing is left to condense"),
        (with_mass, "auto:4", "all 4 equations are masters: nothing is left to condense"),
        (with_mass, "auto:5", "5 masters wanted, the model has 4 equations with mass"),
        (with_mass, "auto:0", "no masters"),
        (with_mass, "auto:few", "--masters auto:few: auto:N needs a number"),
        ("-k K.mtx --masters", "auto:2", "--masters auto:N needs the mass matrix"),
        (with_mass, "1.1", "--masters: `1.1`: no DOF map is known, name masters by equation or give --dofs"),
        (named, "7.1", "--masters: no equation is called 7.1"),
        (named, "x", "--masters: `x` is no equation number"),
        (with_mass, "@list.txt", "list.txt:3: equation 9 is out of range 1 to 4"),
        (with_mass, "@none.txt", "--masters: no masters in `@none.txt`"),
        (named, "@name.txt", "name.txt:2: `2.x` is no node.component"),
        (with_mass, "@gone.txt", "gone.txt: cannot read: ..."),
    ] {
        refused(&folder, &format!("{options} {masters}"), expected);
    }
}

/// A free beam element (EI = L = 1: nodes 1 and 2, components 2 and 6), two bars side by side, and others.
#[test]
#[rustfmt::skip]
fn models_that_cannot_be_condensed() {
    let folder = chain();
    let matrix = |name: &str, body: &str| folder.write(name, [SYMMETRIC, body].concat());
    matrix("beam.mtx", "4 4 10\n1 1 12\n2 1 6\n2 2 4\n3 1 -12\n3 2 -6\n3 3 12\n4 1 6\n4 2 2\n4 3 -6\n4 4 4\n");
    matrix("bars.mtx", "4 4 6\n1 1 1\n2 1 -1\n2 2 1\n3 3 1\n4 3 -1\n4 4 1\n");
    matrix("hole.mtx", "4 4 3\n1 1 1\n2 2 1\n4 4 1\n");
    matrix("negative.mtx", "4 4 4\n1 1 2\n2 2 2\n3 3 -2\n4 4 2\n");
    matrix("coupled.mtx", "4 4 5\n1 1 2\n2 2 1\n3 2 3\n3 3 1\n4 4 2\n");
    matrix("multiplier.mtx", "3 3 3\n1 1 1\n3 2 1\n3 3 5\n");
    matrix("three.mtx", "3 3 3\n1 1 2\n2 2 2\n3 3 2\n");
    folder.write("beam.dof", "1.2\n1.6\n2.2\n2.6\n");
    let moves = "not restrained: with the masters held, 1 independent motion(s) without strain, found at DOF(s)";
    for (arguments, expected) in [
        ("-k beam.mtx --masters 1", format!("{moves} 4")),
        ("-k beam.mtx --dofs beam.dof --masters 2.2", format!("{moves} ...")),
        ("-k bars.mtx --masters 1", format!("{moves} ...")),
        ("-k hole.mtx --masters 1", format!("{moves} 3")),
        ("-k negative.mtx --masters 1", "stiffness is not positive definite: pivot -2.00e0 at DOF 3".into()),
        ("-k coupled.mtx --masters 1", "stiffness is not positive definite: pivot -8.00e0 at DOF ...".into()),
        ("-k multiplier.mtx --masters 1", "stiffness is not positive definite: pivot ...".into()),
        ("-k K.mtx -m negative.mtx --masters 1", "negative mass -2.0 on the diagonal at DOF 3".into()),
        ("-k K.mtx -m negative.mtx --dofs dofs.txt --masters 1", "negative mass -2.0 on the diagonal at DOF 3.1".into()),
        ("-k K.mtx -m three.mtx --masters 1", "three.mtx: K has 4 equations, M has 3".into()),
        ("-k three.mtx -m M.mtx --masters 1", "M.mtx: K has 3 equations, M has 4".into()),
    ] {
        refused(&folder, arguments, &expected);
    }
    run_well(&folder, "condense -k beam.mtx --masters 1,3 -o held");
    run_well(&folder, "condense -k bars.mtx --masters 1,4 -o held");
}

#[test]
#[rustfmt::skip]
fn side_files_and_limits() {
    let folder = chain();
    folder.write("short.txt", "1.1\n2.1\n");
    folder.write("word.txt", "1.1\n2\n3.1\n4.1\n");
    folder.write("nodes.txt", "7 0 0 0\n8 1 0 0\n");
    folder.write("noise.txt", "hello\n");
    let loads = |name: &str, table: ndarray::Array2<f64>| {
        modalsweep::io::write_npy(&folder.path(name), table.view()).unwrap();
    };
    loads("loads.npy", ndarray::Array2::ones((3, 1)));
    loads("none.npy", ndarray::Array2::ones((4, 0)));
    loads("nan.npy", ndarray::array![[1.0, 1.0], [1.0, 1.0], [1.0, f64::NAN], [1.0, 1.0]]);
    for (options, expected) in [
        ("--dofs short.txt", "short.txt: 2 names for 4 equations"),
        ("--dofs word.txt", "word.txt:2: `2` is not node.component"),
        ("--dofs gone.txt", "gone.txt: cannot open: ..."),
        ("--nodes noise.txt", "noise.txt:1: node: `hello` is not an integer in range"),
        ("--nodes gone.txt", "gone.txt: cannot open: ..."),
        ("--dofs dofs.txt --nodes nodes.txt", "nodes.txt: none of the 4 nodes of the model, such as 1"),
        ("--loads loads.npy", "loads.npy: loads of shape [3, 1] for 4 equations"),
        ("--loads none.npy", "none.npy: no load case"),
        ("--loads nan.npy --dofs dofs.txt", "nan.npy: the load on DOF 3.1 in case 2 is NaN"),
        ("--loads K.mtx", "K.mtx: ..."),
        ("--memory 1K", "the condensation would take ..."),
        ("--memory 0%", "the condensation would take 8 bytes, the memory limit leaves 0 bytes"),
    ] {
        refused(&folder, &format!("-k K.mtx -m M.mtx --masters 1 {options}"), expected);
    }
}

#[test]
fn some_nodes_without_coordinates_are_a_warning() {
    let folder = chain();
    folder.write("nodes.txt", "1 0 0 0\n2 1 0 0\n3 2 0 0\n");
    let output =
        run(&folder, "condense -k K.mtx --dofs dofs.txt --nodes nodes.txt --masters 4.1 -o out --quiet");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output.stderr),
        "warning: nodes.txt: no coordinates for 1 of 4 nodes, such as 4: rotations are left out\n"
    );
}

#[test]
fn a_folder_that_cannot_be_made() {
    let folder = chain();
    folder.write("file", "x");
    for (output, expected) in [
        ("file", "error: -o file: file is a file, not a folder\n"),
        ("file/out/deep", "error: -o file/out/deep: file is a file, not a folder\n"),
    ] {
        let found = run(&folder, &format!("condense -k K.mtx --masters 1 -o {output}"));
        assert_eq!(found.status.code(), Some(1));
        assert!(text(&found.stderr).starts_with(expected), "{}", text(&found.stderr));
    }
    assert_eq!(std::fs::read(folder.path("file")).unwrap(), b"x");
}

/// No input is overwritten, and files of the same names that are not ours stay.
#[test]
fn inputs_and_other_files_are_safe() {
    let folder = chain();
    run_well(&folder, "condense -k K.mtx -m M.mtx --masters 1,4 -o out");
    for arguments in [
        "-k out/stiffness.npy --masters 1 -o out",
        "-k K.mtx -m out/mass.npy --masters 1 -o out",
        "-k K.mtx --masters @out/masters.txt -o ./out",
    ] {
        let failed = run(&folder, &format!("condense {arguments}"));
        assert_eq!(failed.status.code(), Some(1), "{arguments}");
        assert!(text(&failed.stderr).contains("this input lies where a result would be"), "{arguments}");
    }
    assert_eq!(files(&folder, "out"), ["certificate.json", "mass.npy", "masters.txt", "stiffness.npy"]);
    // Without mass, the mass of the earlier run goes; in a folder that is not ours, nothing does.
    run_well(&folder, "condense -k K.mtx --masters 1 -o out");
    assert_eq!(files(&folder, "out"), ["certificate.json", "masters.txt", "stiffness.npy"]);
    std::fs::create_dir(folder.path("theirs")).unwrap();
    std::fs::write(folder.path("theirs/loads.npy"), "x").unwrap();
    run_well(&folder, "condense -k K.mtx --masters 1 -o theirs");
    assert_eq!(files(&folder, "theirs"), ["certificate.json", "loads.npy", "masters.txt", "stiffness.npy"]);
}

/// Names of the model, not positions in the reduced pair: DOF 4 has neither stiffness nor mass.
#[test]
fn the_reduced_pair_is_spoken_of_by_its_dofs() {
    let folder = chain();
    folder.write("k.mtx", [SYMMETRIC, "5 5 4\n1 1 1\n2 2 1\n3 3 1\n5 5 1\n"].concat());
    let output = run(&folder, "condense -k k.mtx -m k.mtx --masters 4,5 -o out --quiet");
    assert_eq!(output.status.code(), Some(0));
    assert!(
        text(&output.stderr).contains("at DOF 4 has neither stiffness nor mass"),
        "{}",
        text(&output.stderr)
    );
}

/// A `.dof` file that names two equations of M alike.
#[test]
fn a_mass_with_a_name_twice() {
    let folder = chain();
    folder.write("k.sti", "1 1 2.0\n1 2 -1.0\n2 2 1.0\n");
    folder.write("k.dof", "1.1\n1.2\n");
    folder.write("m.mas", "1 1 2.0\n2 2 1.0\n");
    folder.write("m.dof", "1.1\n1.1\n");
    refused(&folder, "-k k.sti -m m.mas --masters 1", "m.mas: 2 equations are called 1.1");
}

/// The results of an earlier run stay whole; a run that fails while it writes takes its files away.
#[test]
fn a_failure_leaves_no_mixture() {
    let folder = chain();
    run_well(&folder, "condense -k K.mtx --masters 1 -o out");
    let before = std::fs::read(folder.path("out/stiffness.npy")).unwrap();
    let failed = run(&folder, "condense -k K.mtx --masters 1,9 -o out");
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(files(&folder, "out"), ["certificate.json", "masters.txt", "stiffness.npy"]);
    assert_eq!(std::fs::read(folder.path("out/stiffness.npy")).unwrap(), before);

    std::fs::create_dir_all(folder.path("blocked/mass.npy")).unwrap();
    let failed = run(&folder, "condense -k K.mtx -m M.mtx --masters 1,4 -o blocked");
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).starts_with("error: blocked/mass.npy: cannot write: "));
    assert_eq!(files(&folder, "blocked"), ["mass.npy"]);
}
