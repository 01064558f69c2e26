//! Wrong input to `eig`: one line that names the file or the option, and nothing written.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{run, text};
use io_support::Folder;
use modalsweep::io::write_npy;
use ndarray::{Array3, array};

/// As `cli_support::refused`, for `eig ARGUMENTS -o out.npy`.
#[track_caller]
fn refused(folder: &Folder, arguments: &str, expected: &str) {
    cli_support::refused(folder, &format!("eig {arguments} -o out.npy"), expected);
}

fn npy(dtype: &str, order: &str, shape: &str, numbers: usize) -> Vec<u8> {
    let text = format!("{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = u16::try_from(text.len()).unwrap().to_le_bytes();
    let mut content = [b"\x93NUMPY\x01\x00", &length[..], text.as_bytes()].concat();
    (0..numbers).for_each(|number| content.extend((number as f64).to_le_bytes()));
    content
}

#[test]
#[rustfmt::skip]
fn files_that_hold_no_stack() {
    let folder = Folder::new();
    write_npy(&folder.path("good.npy"), array![[2.0, -1.0], [-1.0, 2.0]].view()).unwrap();
    for (content, expected) in [
        (Vec::new(), "bad.npy: the file is empty"),
        (b"%%MatrixMarket matrix array real general\n1 1\n1\n".to_vec(), "bad.npy: damaged header: ..."),
        (npy("<f8", "False", "(3, 2, 2)", 11), "bad.npy: 3 matrices announced, 2 found"),
        (npy("<f8", "True", "(3, 2, 2)", 11), "bad.npy: 3 matrices announced, 0 found"),
        (npy("<f8", "False", "(3, 2, 2)", 13), "bad.npy: damaged array: more bytes than its shape asks for"),
        (npy("<f8", "False", "(1000000000000, 2, 2)", 12), "bad.npy: 1000000000000 matrices announced, 3 found"),
        (npy("<f8", "False", "(1000000000000, 0, 0)", 0), "bad.npy: empty matrix (0 x 0)"),
        (npy("<f8", "False", "(3, 0, 0)", 0), "bad.npy: empty matrix (0 x 0)"),
        (npy("<f8", "False", "(3, 2, 4)", 24), "bad.npy: the matrices are 2 x 4, not square"),
        (npy("<f8", "False", "(4,)", 4), "bad.npy: the stack of matrices has 1 dimensions, expected 3"),
        (npy("<f8", "False", "(1, 1, 2, 2)", 4), "bad.npy: the stack of matrices has 4 dimensions, expected 3"),
        (npy("<c16", "False", "(1, 2, 2)", 8), "bad.npy: an array of `<c16` is not supported"),
        (npy("<U2", "False", "(1, 2, 2)", 4), "bad.npy: an array of `<U2` is not supported"),
        (b"PK\x03\x04 and so on".to_vec(), "bad.npy: a .npz archive, not a .npy file"),
        (b"\x1f\x8b\x08 and so on".to_vec(), "bad.npy: compressed by gzip, not a .npy file"),
        (npy("<f8", "False", "(2, 2, 3)", 12), "bad.npy: the array is 2 x 2 x 3: the matrices must be counted by its first axis"),
        (npy("<f2", "False", "(1, 2, 2)", 1), "bad.npy: an array of `<f2` is not supported"),
        (npy("|O", "False", "(1, 2, 2)", 4), "bad.npy: an array of `|O` is not supported"),
    ] {
        folder.write("bad.npy", content);
        refused(&folder, "bad.npy", expected);
        refused(&folder, "bad.npy --kind symmetric", expected);
        refused(&folder, "good.npy --mass bad.npy", expected);
    }
    refused(&folder, "none.npy", "none.npy: cannot open: ...");
    refused(&folder, ".", ".: cannot open: ...");
}

#[test]
fn where_every_matrix_fails_nothing_is_written() {
    let folder = Folder::new();
    write_npy(&folder.path("a.npy"), array![[1.0, f64::NAN], [0.0, 1.0]].view()).unwrap();
    refused(&folder, "a.npy", "a.npy: the matrix has a value that is not finite at equation 1, 2");
    refused(
        &folder,
        "a.npy --kind symmetric",
        "a.npy: the matrix has a value that is not finite at equation 1, 2",
    );
    write_npy(&folder.path("k.npy"), array![[2.0, -1.0], [-1.0, 2.0]].view()).unwrap();
    write_npy(&folder.path("m.npy"), array![[1.0, 0.0], [0.0, -1.0]].view()).unwrap();
    let expected = "m.npy: the mass matrix is not positive definite: pivot -1e0 at equation 2";
    refused(&folder, "k.npy --mass m.npy", expected);
    let output = run(&folder, "eig k.npy --mass m.npy");
    assert!(text(&output.stderr).contains("\nhelp: look for negative or missing mass at that equation"));
    write_npy(&folder.path("m.npy"), array![[[1.0, 0.5], [0.0, 1.0]]].view()).unwrap();
    refused(&folder, "k.npy --mass m.npy", "m.npy: the mass matrix is not symmetric: ...");
}

/// Parts of a study that is cut into pieces end alike, however many fail.
#[test]
fn where_all_of_several_fail_it_ends_as_where_some_do() {
    let folder = Folder::new();
    write_npy(&folder.path("a.npy"), Array3::from_elem((4, 2, 2), f64::INFINITY).view()).unwrap();
    let output = run(&folder, "eig a.npy -o out.npy --magnitudes --json");
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(
        (&report["failed_count"], &report["smallest_magnitude"]),
        (&4.into(), &serde_json::Value::Null)
    );
    let rows = modalsweep::io::read_npy(&folder.path("out.npy")).unwrap();
    assert!(rows.shape() == [4, 2] && rows.iter().all(|value| value.is_nan()));
    let errors = text(&output.stderr);
    assert!(errors.contains("\nwarning: all 4 matrices failed; their rows are NaN\n"), "{errors}");
}

#[test]
fn matrices_that_are_not_symmetric() {
    let folder = Folder::new();
    write_npy(&folder.path("a.npy"), array![[1.0, 2.0, 0.0], [2.0, 1.0, 7.5], [0.5, 7.0, 1.0]].view())
        .unwrap();
    refused(
        &folder,
        "a.npy --kind symmetric",
        "a.npy: the matrix is not symmetric: entry (3, 1) is 5e-1, entry (1, 3) is 0e0",
    );
    let output = run(&folder, "eig a.npy --kind symmetric");
    assert!(text(&output.stderr).contains("\nhelp: ") && text(&output.stderr).contains("--kind general"));
    // Rounding is not held against a matrix.
    write_npy(&folder.path("b.npy"), array![[1.0, 2.0], [2.0 + 1e-12, 1.0]].view()).unwrap();
    assert_eq!(run(&folder, "eig b.npy --kind symmetric").status.code(), Some(0));
}

#[test]
fn masses_that_do_not_fit() {
    let folder = Folder::new();
    let write = |name: &str, array: Array3<f64>| write_npy(&folder.path(name), array.view()).unwrap();
    let identities = |count: usize, n: usize| {
        Array3::from_shape_fn((count, n, n), |(_, i, j)| if i == j { 1.0 } else { 0.0 })
    };
    write("k.npy", identities(3, 2));
    write("m.npy", identities(2, 2));
    refused(&folder, "k.npy --mass m.npy", "m.npy: 3 stiffness matrices, but 2 mass matrices");
    write("m.npy", identities(3, 4));
    refused(
        &folder,
        "k.npy --mass m.npy",
        "m.npy: the sizes differ: 2 equations expected, the mass matrix has 4",
    );
    write("m.npy", array![[[1.0, 0.5], [0.0, 1.0]]]);
    refused(
        &folder,
        "k.npy --mass m.npy",
        "m.npy: the mass matrix is not symmetric: entry (2, 1) is 0e0, entry (1, 2) is 5e-1",
    );
    write("m.npy", array![[[1.0, f64::NAN], [0.0, 1.0]]]);
    refused(
        &folder,
        "k.npy --mass m.npy",
        "m.npy: the mass matrix has a value that is not finite at equation 1, 2",
    );
    let mut masses = identities(3, 2);
    masses[[1, 0, 1]] = 0.25;
    write("m.npy", masses);
    let output = run(&folder, "eig k.npy --mass m.npy");
    assert_eq!(output.status.code(), Some(3));
    let errors = text(&output.stderr);
    let warning = "warning: m.npy: matrix 2 of 3: the mass matrix is not symmetric: entry (2, 1) is 0e0, entry (1, 2) is 2.5e-1\n";
    assert!(errors.starts_with(warning), "{errors}");
    let output = run(&folder, "eig k.npy --mass k.npy -o k.npy");
    assert!(text(&output.stderr).starts_with("error: k.npy: this input lies where a result would be\n"));
}

#[test]
fn outputs_that_cannot_be_written() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("taken")).unwrap();
    folder.write("file", "");
    write_npy(&folder.path("a.npy"), array![[1.0]].view()).unwrap();
    for output in ["taken", "taken/", "new/", "file/out.npy", "file/new/out.npy"] {
        let result = run(&folder, &format!("eig a.npy -o {output}"));
        assert_eq!(result.status.code(), Some(1), "{output}");
        let errors = text(&result.stderr);
        assert!(errors.starts_with(&format!("error: {output}: cannot write: ")), "{errors}");
        assert!(errors.contains("\nhelp: "), "{errors}");
    }
    #[cfg(unix)]
    for output in ["/dev/null", "/dev/stdout"] {
        let result = run(&folder, &format!("eig a.npy -o {output}"));
        let expected = format!("error: {output}: cannot write: it is a device or a pipe, not a file\nhelp: ");
        assert!(text(&result.stderr).starts_with(&expected), "{}", text(&result.stderr));
    }
    for output in ["a.npy", "./a.npy"] {
        let result = run(&folder, &format!("eig a.npy -o {output}"));
        assert!(
            text(&result.stderr).starts_with("error: a.npy: this input lies where a result would be\nhelp: ")
        );
    }
    write_npy(&folder.path("b.vectors.npy"), array![[1.0]].view()).unwrap();
    let result = run(&folder, "eig b.vectors.npy --kind symmetric --vectors -o b.npy");
    assert!(
        text(&result.stderr).starts_with("error: b.vectors.npy: this input lies where a result would be\n")
    );
    assert_eq!(folder.names(), ["a.npy", "b.vectors.npy", "file", "taken"]);
}

#[test]
fn too_little_memory() {
    let folder = Folder::new();
    refused(&folder, "--random 10x1000000", "10 matrices of 1000000 x 1000000 need ...");
    refused(&folder, "--random 100x100 --memory 1", "100 matrices of 100 x 100 need ...");
    refused(
        &folder,
        "--random 1000000x100 --memory 1G --chunk 1000000",
        "1000000 matrices of 100 x 100 need ...",
    );
    folder.write("fortran.npy", npy("<f8", "True", "(100, 100, 100)", 1_000_000));
    for (arguments, help) in [
        ("fortran.npy --memory 14M", "a stack in Fortran order is read as a whole: "),
        ("--random 100000x100 --memory 1G --chunk 100000", "make --chunk smaller, or raise --memory\n"),
        ("--random 9x30000 --memory 1G --threads 64", "raise --memory\n"),
    ] {
        let output = run(&folder, &format!("eig {arguments}"));
        let errors = text(&output.stderr);
        assert!(errors.contains(&format!("\nhelp: {help}")), "{arguments}: {errors}");
        assert_eq!(output.status.code(), Some(1));
    }
    let errors = text(&run(&folder, "bench eig --memory 1").stderr);
    assert!(errors.starts_with("error: 20 matrices of 100 x 100 need "), "{errors}");
    #[cfg(target_os = "linux")]
    assert!(errors.contains(", the limit is 0 kB, of which the program itself has "), "{errors}");
}

#[test]
fn instructions_that_the_machine_lacks() {
    let folder = Folder::new();
    let set = if cfg!(target_arch = "aarch64") { "avx2" } else { "neon" };
    let output = run(&folder, &format!("eig --random 2x2 --instructions {set}"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error: this machine has no "));
}

#[test]
#[rustfmt::skip]
fn wrong_usage() {
    let folder = Folder::new();
    write_npy(&folder.path("a.npy"), array![[1.0]].view()).unwrap();
    for arguments in [
        "eig", "eig a.npy --random 3x3", "eig --random 3", "eig --random 3x0", "eig --random x3", "eig --random -1x3",
        "eig --random 3x3x3", "eig a.npy --seed 1", "eig a.npy --family goe", "eig --random 3x3 --family normal",
        "eig --random 3x3 --family uniform --kind symmetric", "eig --random 1x1 --mass a.npy", "eig a.npy --kind hermitian",
        "eig a.npy --kind general --mass a.npy", "eig a.npy --vectors -o out.npy", "eig a.npy --kind symmetric --vectors",
        "eig a.npy --kind symmetric --vectors --magnitudes -o out.npy", "eig a.npy --chunk 0", "eig a.npy --chunk few",
        "eig a.npy --instructions sse", "eig a.npy --magnitudes", "eig a.npy --threads 1025", "bench", "bench condense", "bench eig --rounds 0", "bench eig --kind pairs",
    ] {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert_eq!(text(&output.stdout), "", "{arguments}");
        assert_ne!(text(&output.stderr), "", "{arguments}");
    }
    assert_eq!(folder.names(), ["a.npy"]);
    let errors = text(&run(&folder, "eig").stderr);
    assert!(errors.contains("<FILE|--random <COUNTxN>>"), "{errors}");
    let errors = text(&run(&folder, "eig a.npy --kind general --mass a.npy").stderr);
    assert!(errors.contains("Usage: modalsweep eig "), "{errors}");
}
