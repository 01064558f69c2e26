//! Wrong input to `modes`: one line that names the file, the DOF or the option, and nothing written.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{BARS, chain, example, refused, run, run_well, text};
use io_support::Folder;

/// A diagonal matrix in the format of Matrix Market.
fn diagonal(values: &[f64]) -> String {
    let entries = values.iter().enumerate().map(|(at, value)| format!("{0} {0} {value:e}\n", at + 1));
    let (size, entries) = (values.len(), entries.collect::<String>());
    format!("%%MatrixMarket matrix coordinate real symmetric\n{size} {size} {size}\n{entries}")
}

/// Two masses on a spring that nothing holds, 8.1 and 8.2.
fn free_pair() -> Folder {
    let folder = Folder::new();
    folder
        .write("K.mtx", "%%MatrixMarket matrix coordinate real symmetric\n2 2 3\n1 1 1.\n2 1 -1.\n2 2 1.\n");
    folder.write("M.mtx", diagonal(&[1.0, 1.0]));
    folder.write("dofs.txt", "8.1\n8.2\n");
    folder
}

#[test]
fn files_that_give_no_pair() {
    let folder = chain();
    refused(&folder, "modes -k none.mtx -m M.mtx -o out", "none.mtx: cannot open: ...");
    refused(&folder, "modes -k K.mtx -m none.mtx -o out", "none.mtx: cannot open: ...");
    folder.write("short.mtx", diagonal(&[1.0; 3]));
    refused(&folder, "modes -k K.mtx -m short.mtx -o out", "short.mtx: ...");
    folder.write("three.txt", "1.1\n2.1\n3.1\n");
    refused(&folder, "modes -k K.mtx -m M.mtx --dofs three.txt -o out", "three.txt: 3 names for 4 equations");
    refused(&folder, "modes none.inp -o out", "none.inp: cannot open: ...");
}

#[test]
fn files_in_the_place_of_others() {
    let folder = chain();
    refused(&folder, "modes K.mtx -o out", "K.mtx:1: this is no deck: data before the first keyword");
    let help = text(&run(&folder, "modes K.mtx -o out").stderr);
    assert!(help.ends_with("; matrices go with -k and -m\n"), "{help}");
    let model = example("bracket");
    let file = |name: &str| model.join(name).display().to_string();
    let (k, m) = (file("bracket.mas.gz"), file("bracket.sti.gz"));
    let output = run(&folder, &format!("modes -k {k} -m {m} -n 1 -o out --quiet"));
    let expected = format!(
        "warning: {k}: a .mas file has a mass, -k takes K\nwarning: {m}: a .sti file has a stiffness, -m takes M\n"
    );
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), expected));
}

#[test]
fn masses_that_are_none() {
    let folder = chain();
    let given = "modes -k K.mtx -m bad.mtx --dofs dofs.txt -n 2 -o out";
    folder.write("bad.mtx", diagonal(&[1.0, 1.0, -2.0, 1.0]));
    refused(&folder, given, "bad.mtx: negative mass -2.0 on the diagonal at DOF 3.1");
    folder.write("bad.mtx", diagonal(&[0.0; 4]));
    refused(&folder, given, "bad.mtx: the mass matrix is zero: there are no modes");
    folder.write(
        "bad.mtx",
        "%%MatrixMarket matrix coordinate real symmetric\n4 4 5\n1 1 1.\n2 2 1.\n3 2 5.\n3 3 1.\n4 4 1.\n",
    );
    let message = "bad.mtx: the mass matrix is indefinite: M_ij^2 > M_ii M_jj at DOFs ...";
    refused(&folder, given, message);
    // A deck without a density.
    folder.write("light.inp", BARS.replace("*DENSITY\n7.\n", ""));
    refused(&folder, "modes light.inp -o out", "light.inp: material STEEL has no density");
    refused(
        &folder,
        "modes light.inp --mass M.mtx -o out",
        "--mass M.mtx: the mass of a deck is consistent, ...",
    );
}

#[test]
fn stiffnesses_that_cannot_be_factorized() {
    let folder = free_pair();
    let given = "modes -k K.mtx -m M.mtx --dofs dofs.txt -n 1 -o out";
    let message =
        "K.mtx: the stiffness is singular at shift 0 Hz: 1 unrestrained motion(s), found at DOF(s) 8...";
    let output = run(&folder, &format!("{given} --shift 0"));
    assert!(
        text(&output.stderr).contains("help: take a negative shift such as --shift -"),
        "{}",
        text(&output.stderr)
    );
    refused(&folder, &format!("{given} --shift 0"), message);
    // Neither stiffness nor mass.
    folder.write("K.mtx", diagonal(&[1.0, 0.0]));
    folder.write("M.mtx", diagonal(&[1.0, 0.0]));
    refused(&folder, given, "K.mtx: 1 DOF(s) with neither stiffness nor mass: 8.2");
}

#[test]
fn wishes_that_cannot_be() {
    let folder = chain();
    let given = "modes -k K.mtx -m M.mtx -o out";
    refused(&folder, &format!("{given} -n 5"), "5 modes asked for, the model has 4");
    refused(&folder, &format!("{given} --band 5:3"), "band 5:3: the lower end is not below the upper one");
    refused(
        &folder,
        &format!("{given} --band nan:3"),
        "the lower end of --band is NaN, not a finite frequency",
    );
    refused(&folder, &format!("{given} --shift inf"), "--shift is inf, not a finite frequency");
}

/// What is wrong with the options is said before any file is read.
#[test]
fn results_that_have_no_place() {
    let folder = chain();
    refused(&folder, "modes -k K.mtx -m M.mtx -o K.mtx", "-o K.mtx: K.mtx is a file, not a folder");
    refused(
        &folder,
        "modes -k K.mtx -m M.mtx --dofs dofs.txt -o .",
        "dofs.txt: this input lies where a result would be",
    );
    folder.write("modes.vtu", BARS);
    refused(&folder, "modes modes.vtu -o .", "modes.vtu: this input lies where a result would be");
    // A folder in the place of the last file: those before it go away again.
    std::fs::create_dir_all(folder.path("out/modes.json/full")).unwrap();
    refused(&folder, "modes -k K.mtx -m M.mtx -o out", "out/modes.json: ...");
    assert_eq!(cli_support::files(&folder, "out"), ["modes.json"]);
}

/// Whatever of it is predicted first, it is said before the work starts, with the size.
#[test]
fn a_model_that_is_too_large_is_said_before_it_starts() {
    let folder = Folder::new();
    let deck = example("bracket/bracket.inp").display().to_string();
    let given = format!("modes {deck} -o out --memory");
    refused(&folder, &format!("{given} 1M"), "the ...");
    let errors = text(&run(&folder, &format!("{given} 1M")).stderr);
    let needed = errors.split_once(" needs ").expect("what is needed").1.split_once(" MB, the limit is 1 MB");
    assert!(
        needed.is_some_and(|(needed, _)| needed.parse::<u32>().is_ok_and(|needed| needed > 1)),
        "{errors}"
    );
    assert!(errors.contains("help: raise --memory"), "{errors}");
    run_well(&folder, &format!("{given} 2G --quiet"));
}

#[test]
fn wrong_usage() {
    let folder = chain();
    for (arguments, part) in [
        ("modes -o out", "<DECK.inp|--stiffness <FILE>>"),
        ("modes -k K.mtx -o out", "--mass <FILE|SCHEME>"),
        ("modes a.inp -k K.mtx -m M.mtx -o out", "cannot be used with"),
        ("modes a.inp --dofs dofs.txt -o out", "cannot be used with"),
        ("modes -k K.mtx -m M.mtx", "--output <DIR>"),
        ("modes -k K.mtx -m M.mtx -o out -n 0", "a number of modes is a whole number from 1 to"),
        ("modes -k K.mtx -m M.mtx -o out -n -3", "a number of modes is a whole number from 1 to"),
        ("modes -k K.mtx -m M.mtx -o out --shift low", "a frequency is a number of Hz, such as 250 or -10"),
        ("modes -k K.mtx -m M.mtx -o out -n 3 --band 1:2", "cannot be used with"),
        ("modes -k K.mtx -m M.mtx -o out --shift 3 --band 1:2", "cannot be used with"),
        ("modes -k K.mtx -m M.mtx -o out --band :2", "`:2` is no band: write both ends in Hz"),
        ("modes -k K.mtx -m M.mtx -o out --tolerance 0", "a tolerance is a number from"),
    ] {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(text(&output.stderr).contains(part), "{arguments}: {}", text(&output.stderr));
    }
    assert_eq!(folder.names(), ["K.mtx", "M.mtx", "dofs.txt"]);
}
