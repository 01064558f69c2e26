//! Runs the program in a folder of its own, where files have short names.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::cargo::cargo_bin_cmd;

use crate::io_support::Folder;

/// Two bars in a row along x, of areas 2 and 3, lengths 1 and 2, E = 200, rho = 7: k = 400 and 300.
pub const BARS: &str = "*NODE
1, 0., 0., 0.
2, 1., 0., 0.
3, 3., 0., 0.
*ELEMENT, TYPE=T3D2, ELSET=FIRST
1, 1, 2
*ELEMENT, TYPE=T3D2, ELSET=SECOND
2, 2, 3
*MATERIAL, NAME=STEEL
*ELASTIC
200., 0.3
*DENSITY
7.
*SOLID SECTION, ELSET=FIRST, MATERIAL=STEEL
2.
*SOLID SECTION, ELSET=SECOND, MATERIAL=STEEL
3.
*BOUNDARY
1, 1, 3
2, 2, 3
3, 2, 3
";

/// Runs `modalsweep` with arguments separated by blanks, in `folder`.
pub fn run(folder: &Folder, arguments: &str) -> Output {
    let mut program = cargo_bin_cmd!("modalsweep");
    program.current_dir(folder.path("")).env("RUST_BACKTRACE", "0").args(arguments.split_whitespace());
    program.output().expect("the program starts")
}

/// Runs it, and returns standard output; standard error must be empty, the exit status 0.
pub fn run_well(folder: &Folder, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert_eq!(text(&output.stderr), "", "{arguments}");
    assert_eq!(output.status.code(), Some(0), "{arguments}");
    text(&output.stdout)
}

/// Runs the program, which must fail with one line of error and at most one of help, and leave nothing behind;
/// `expected` is the whole first line, or its beginning before `...`.
#[track_caller]
pub fn refused(folder: &Folder, arguments: &str, expected: &str) {
    let before = folder.names();
    let output = run(folder, arguments);
    let errors = text(&output.stderr);
    let lines: Vec<&str> = errors.lines().collect();
    let expected = format!("error: {expected}");
    match expected.strip_suffix("...") {
        Some(start) => assert!(errors.starts_with(start), "{arguments}: {errors}"),
        None => assert_eq!(lines[0], expected, "{arguments}"),
    }
    assert!(lines.len() <= 2, "{arguments}: {errors}");
    assert!(lines[1..].iter().all(|line| line.starts_with("help: ")), "{arguments}: {errors}");
    assert_eq!(output.status.code(), Some(1), "{arguments}");
    assert_eq!(text(&output.stdout), "", "{arguments}");
    assert_eq!(folder.names(), before, "{arguments} leaves something behind");
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder with the chain of four masses: `K.mtx`, `M.mtx`, `dofs.txt`.
pub fn chain() -> Folder {
    let folder = Folder::new();
    for name in ["K.mtx", "M.mtx", "dofs.txt"] {
        let content = std::fs::read(example("chain4").join(name)).expect("a file of data/chain4");
        folder.write(name, content);
    }
    folder
}

/// A folder of `data/`.
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// The files of a folder inside of `folder`, sorted.
pub fn files(folder: &Folder, name: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path(name)).expect("a folder of results");
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The one object on standard output.
pub fn json(output: &str) -> serde_json::Value {
    assert_eq!(output.lines().count(), 1, "{output}");
    serde_json::from_str(output).expect("one JSON object")
}

pub fn keys(value: &serde_json::Value) -> String {
    value.as_object().expect("an object").keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Without the lines whose numbers differ from run to run or, by rounding, from machine to machine.
pub fn without_times(page: &str) -> String {
    let differs = |line: &str| ["seconds", "memory", "- factor:"].iter().any(|word| line.starts_with(word));
    page.lines().filter(|line| !differs(line.trim_start())).collect::<Vec<_>>().join("\n")
}
