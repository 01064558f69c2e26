//! `eig` and `bench eig`: numbers against closed forms, the same bytes for any threads and chunks, exit status, JSON.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{run, run_well, text};
use io_support::Folder;
use modalsweep::eigen::random::{Family, chain_pairs, stack};
use modalsweep::io::{read_npy, write_npy};
use ndarray::{Array2, Array3, Axis, array};
use serde_json::Value;

/// `n x n`, 2 on the diagonal, -1 beside it: eigenvalues `4 sin^2(k pi / (2 n + 2))`, `k = 1 .. n`.
fn second_difference(n: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, n), |(i, j)| match i.abs_diff(j) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    })
}

fn second_difference_eigenvalue(n: usize, k: usize) -> f64 {
    4.0 * (k as f64 * std::f64::consts::PI / (2 * n + 2) as f64).sin().powi(2)
}

/// Multiples 1, 2, ... of the second-difference matrix.
fn multiples(count: usize, n: usize) -> Array3<f64> {
    let mut all = Array3::zeros((count, n, n));
    for (index, mut matrix) in all.axis_iter_mut(Axis(0)).enumerate() {
        matrix.assign(&(second_difference(n) * (index + 1) as f64));
    }
    all
}

/// Pairs of a `<c16` file, row by row.
fn complex(folder: &Folder, name: &str) -> Vec<(f64, f64)> {
    let bytes = std::fs::read(folder.path(name)).unwrap();
    assert!(String::from_utf8_lossy(&bytes[..128]).contains("'<c16'"), "{name}");
    let numbers: Vec<f64> = bytes[128..].as_chunks().0.iter().map(|&item| f64::from_le_bytes(item)).collect();
    numbers.as_chunks().0.iter().map(|&[re, im]| (re, im)).collect()
}

fn json(output: &str) -> Value {
    assert_eq!(output.lines().count(), 1, "{output}");
    serde_json::from_str(output).expect("one JSON object")
}

#[track_caller]
fn assert_close(found: f64, expected: f64, size: f64) {
    assert!((found - expected).abs() <= 1e-14 * size, "{found} instead of {expected}");
}

#[test]
fn general_eigenvalues_are_complex_of_descending_magnitude() {
    let folder = Folder::new();
    let stack = array![[[0.0, -1.0], [1.0, 0.0]], [[1.0, 5.0], [0.0, -3.0]], [[0.0, 1.0], [-4.0, 0.0]]];
    write_npy(&folder.path("a.npy"), stack.view()).unwrap();
    let page = run_well(&folder, "eig a.npy -o out.npy");
    assert!(
        page.starts_with("matrices    3 general, 2 x 2\n|lambda|    1.000000e0 to 3.000000e0\n"),
        "{page}"
    );
    assert!(page.ends_with("\nwritten to out.npy\n"), "{page}");
    let expected = [(0.0, 1.0), (0.0, -1.0), (-3.0, 0.0), (1.0, 0.0), (0.0, 2.0), (0.0, -2.0)];
    for ((re, im), expected) in complex(&folder, "out.npy").into_iter().zip(expected) {
        assert_close(re, expected.0, 3.0);
        assert_close(im, expected.1, 3.0);
    }
    run_well(&folder, "eig a.npy -o out.npy --magnitudes --quiet");
    let magnitudes = read_npy(&folder.path("out.npy")).unwrap();
    for (&found, expected) in magnitudes.iter().zip([1.0, 1.0, 3.0, 1.0, 2.0, 2.0]) {
        assert_close(found, expected, 3.0);
    }
    assert_eq!(magnitudes.shape(), [3, 2]);
    assert_eq!(folder.names(), ["a.npy", "out.npy"]);
}

#[test]
fn symmetric_eigenvalues_and_vectors() {
    let folder = Folder::new();
    let (count, n) = (9, 11);
    let stack = multiples(count, n);
    write_npy(&folder.path("a.npy"), stack.view()).unwrap();
    run_well(&folder, "eig a.npy --kind symmetric --vectors -o out.npy --quiet");
    let values = read_npy(&folder.path("out.npy")).unwrap().into_dimensionality::<ndarray::Ix2>().unwrap();
    let vectors = read_npy(&folder.path("out.vectors.npy")).unwrap();
    let vectors = vectors.into_dimensionality::<ndarray::Ix3>().unwrap();
    assert_eq!((values.dim(), vectors.dim()), ((count, n), (count, n, n)));
    for index in 0..count {
        let (matrix, shapes) = (stack.index_axis(Axis(0), index), vectors.index_axis(Axis(0), index));
        let size = 4.0 * (index + 1) as f64;
        for k in 0..n {
            let expected = (index + 1) as f64 * second_difference_eigenvalue(n, k + 1);
            assert_close(values[[index, k]], expected, size);
            let shape = shapes.column(k);
            let rest = matrix.dot(&shape) - &shape * values[[index, k]];
            rest.iter().for_each(|&entry| assert_close(entry, 0.0, size));
            assert_close(shape.dot(&shape), 1.0, 1.0);
        }
    }
    run_well(&folder, "eig a.npy --kind symmetric --vectors -o plain --quiet");
    assert_eq!(folder.names(), ["a.npy", "out.npy", "out.vectors.npy", "plain", "plain.vectors.npy"]);
    let magnitudes = json(&run_well(&folder, "eig a.npy --kind symmetric --magnitudes -o out.npy --json"));
    assert_close(magnitudes["smallest_magnitude"].as_f64().unwrap(), second_difference_eigenvalue(n, 1), 4.0);
    assert_close(
        magnitudes["largest_magnitude"].as_f64().unwrap(),
        9.0 * second_difference_eigenvalue(n, n),
        36.0,
    );
    let sorted = read_npy(&folder.path("out.npy")).unwrap();
    assert!(sorted[[0, 0]] > sorted[[0, 1]] && sorted[[0, n - 1]] > 0.0);
}

/// `K` second differences, `M = 2 I` and `M = (c + 1) I`: omega^2 is that of `K` over the mass.
#[test]
fn pairs_with_one_mass_and_with_one_each() {
    let folder = Folder::new();
    let (count, n) = (9, 7);
    let mut stiffness = Array3::zeros((count, n, n));
    stiffness.axis_iter_mut(Axis(0)).for_each(|mut matrix| matrix.assign(&second_difference(n)));
    let masses = Array3::from_shape_fn((count, n, n), |(c, i, j)| if i == j { (c + 1) as f64 } else { 0.0 });
    write_npy(&folder.path("k.npy"), stiffness.view()).unwrap();
    write_npy(&folder.path("each.npy"), masses.view()).unwrap();
    write_npy(&folder.path("one.npy"), masses.index_axis(Axis(0), 1)).unwrap();
    for mass in ["one", "each"] {
        run_well(&folder, &format!("eig k.npy --mass {mass}.npy --vectors -o out.npy --quiet"));
        let values = read_npy(&folder.path("out.npy")).unwrap();
        let shapes = read_npy(&folder.path("out.vectors.npy")).unwrap();
        assert_eq!((values.shape(), shapes.shape()), (&[count, n][..], &[count, n, n][..]));
        for (index, k) in (0..count).flat_map(|index| (0..n).map(move |k| (index, k))) {
            let m = if mass == "one" { 2.0 } else { (index + 1) as f64 };
            assert_close(values[[index, k]], second_difference_eigenvalue(n, k + 1) / m, 4.0);
            let norm: f64 = (0..n).map(|i| m * shapes[[index, i, k]].powi(2)).sum();
            assert_close(norm, 1.0, 4.0);
        }
    }
}

#[test]
fn a_single_pair_has_frequencies() {
    let folder = Folder::new();
    write_npy(&folder.path("k.npy"), second_difference(3).view()).unwrap();
    // The middle of three masses is missing: K condensed to the others is [[1.5, -0.5], [-0.5, 1.5]].
    let mass = Array2::from_diag(&array![1.0, 0.0, 1.0]);
    write_npy(&folder.path("m.npy"), mass.view()).unwrap();
    let report = json(&run_well(&folder, "eig k.npy --mass m.npy -o out.npy --json"));
    let hertz: Vec<f64> =
        report["frequencies_hz"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    assert_eq!(
        (hertz.len(), &report["infinite_frequencies"], &report["kind"]),
        (2, &1.into(), &"pair".into())
    );
    assert_close(hertz[0], 1.0 / std::f64::consts::TAU, 1.0);
    assert_close(hertz[1], 2_f64.sqrt() / std::f64::consts::TAU, 1.0);
    let values = read_npy(&folder.path("out.npy")).unwrap();
    assert_close(values[[0, 0]], 1.0, 1.0);
    assert_eq!(values[[0, 2]], f64::INFINITY);
    assert_close(report["largest_magnitude"].as_f64().unwrap(), 2.0, 2.0);
    let page = run_well(&folder, "eig k.npy --mass m.npy");
    assert!(page.contains("\nHz          0.1592, 0.2251, inf\n"), "{page}");
}

/// One matrix, `n x n`, and one that a file in Fortran order, single precision or integers holds.
#[test]
fn one_matrix_is_a_stack_of_one() {
    let folder = Folder::new();
    write_npy(&folder.path("a.npy"), second_difference(3).view()).unwrap();
    let report = json(&run_well(&folder, "eig a.npy --kind symmetric -o out.npy --json"));
    assert_eq!(
        (&report["count"], &report["size"], &report["kind"]),
        (&1.into(), &3.into(), &"symmetric".into())
    );
    assert_eq!(read_npy(&folder.path("out.npy")).unwrap().shape(), [1, 3]);
}

#[test]
fn the_same_bytes_for_any_threads_and_chunks() {
    let folder = Folder::new();
    write_npy(&folder.path("general.npy"), stack(Family::Ginibre, 45, 13, 3).view()).unwrap();
    write_npy(&folder.path("symmetric.npy"), stack(Family::Goe, 45, 13, 3).view()).unwrap();
    let (stiffness, masses) = chain_pairs(45, 13, 3);
    write_npy(&folder.path("k.npy"), stiffness.view()).unwrap();
    write_npy(&folder.path("m.npy"), masses.view()).unwrap();
    write_npy(&folder.path("m1.npy"), masses.index_axis(Axis(0), 0)).unwrap();
    for matrices in [
        "general.npy",
        "symmetric.npy --kind symmetric --vectors",
        "k.npy --mass m.npy --vectors",
        "k.npy --mass m1.npy",
    ] {
        let _ = std::fs::remove_file(folder.path("out.vectors.npy"));
        let mut first: Option<Vec<Vec<u8>>> = None;
        for options in
            ["--threads 1", "--threads 2 --chunk 1", "--threads 4 --chunk 7", "--chunk 1000", "--threads 3"]
        {
            run_well(&folder, &format!("eig {matrices} -o out.npy --quiet {options}"));
            let names = ["out.npy", "out.vectors.npy"];
            let bytes = names.iter().filter_map(|name| std::fs::read(folder.path(name)).ok()).collect();
            match &first {
                None => first = Some(bytes),
                Some(first) => assert!(*first == bytes, "{matrices} {options}"),
            }
        }
    }
}

#[test]
fn random_matrices_are_reproducible() {
    let folder = Folder::new();
    let bytes = |arguments: &str| {
        run_well(&folder, &format!("eig {arguments} -o out.npy --quiet"));
        std::fs::read(folder.path("out.npy")).unwrap()
    };
    let first = bytes("--random 30x8 --seed 5");
    assert_eq!(bytes("--random 30x8 --seed 5 --chunk 3 --threads 2"), first);
    assert_eq!(bytes("--random 30x8 --seed 5 --family ginibre --kind general"), first);
    // Too little memory for all of them at once: made on the way.
    assert_eq!(bytes("--random 30x8 --seed 5 --memory 60000000 --chunk 1"), first);
    assert_ne!(bytes("--random 30x8 --seed 6"), first);
    assert_ne!(bytes("--random 30x8"), first);
    write_npy(&folder.path("a.npy"), stack(Family::Ginibre, 30, 8, 5).view()).unwrap();
    assert_eq!(bytes("a.npy"), first);
    assert_eq!(bytes("--random 20x8 --seed 5")[128..], first[128..128 + 20 * 8 * 16]);
    assert_eq!(
        bytes("--random 4x6 --kind symmetric"),
        bytes("--random 4x6 --kind symmetric --family goe --seed 0")
    );
}

#[test]
fn the_json_object() {
    let folder = Folder::new();
    let report = json(&run_well(&folder, "eig --random 80x200 --seed 0 --json"));
    assert_eq!(
        (&report["count"], &report["size"], &report["failed_count"]),
        (&80.into(), &200.into(), &0.into())
    );
    assert_eq!(report["failed"], Value::Array(Vec::new()));
    assert!(report["matrices_per_second"].as_f64().unwrap() > 1.0);
    // Ginibre: a disc of radius sqrt(n).
    let largest = report["largest_magnitude"].as_f64().unwrap() / 200_f64.sqrt();
    assert!((0.95..1.3).contains(&largest), "{largest}");
    for key in ["read_seconds", "compute_seconds", "write_seconds", "total_seconds"] {
        assert!(report[key].as_f64().unwrap() >= 0.0, "{key}");
    }
    let report = json(&run_well(&folder, "eig --random 3x4 --json --instructions plain --threads 2"));
    assert_eq!((&report["instruction_set"], &report["threads"]), (&"plain".into(), &2.into()));
    let empty = json(&run_well(&folder, "eig --random 0x4 --json -o none.npy"));
    assert_eq!((&empty["count"], &empty["matrices_per_second"]), (&0.into(), &Value::Null));
    assert_eq!(std::fs::metadata(folder.path("none.npy")).unwrap().len(), 128);
    assert_eq!(folder.names(), ["none.npy"]);
}

/// The memory that is foreseen is at least what is taken, also with many threads and few matrices in a chunk.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_below_its_limit() {
    use modalsweep::eigen::InstructionSet;
    use modalsweep::eigen::stream::{Footprint, StreamOptions};
    /// The program before it begins, and what threads take.
    const PROGRAM: u64 = 16_000_000;
    let folder = Folder::new();
    let (stiffness, mass) = chain_pairs(32, 200, 3);
    write_npy(&folder.path("k.npy"), stiffness.view()).unwrap();
    write_npy(&folder.path("m.npy"), mass.view()).unwrap();
    write_npy(&folder.path("m1.npy"), mass.index_axis(Axis(0), 0)).unwrap();
    let (lanes, options) = (InstructionSet::detect().lanes(), StreamOptions::default());
    // In lanes, one matrix at a time, with eigenvectors, pairs.
    for (arguments, size, matrices, shared_masses, vectors) in [
        ("--random 32x300", 300, 1, 0, 0),
        ("--random 16x450", 450, 1, 0, 0),
        ("--random 32x310 --kind symmetric --vectors -o out.npy", 310, 1, 0, 1),
        ("k.npy --mass m.npy --vectors -o out.npy", 200, 2, 0, 1),
        ("k.npy --mass m1.npy", 200, 1, 1, 0),
    ] {
        let count = if size == 450 { 16 } else { 32 };
        let footprint =
            Footprint { size, count, matrices, shared_masses, vectors, lanes, threads: 16, solvers: 2 };
        let limit = footprint.bytes(8, &options) + PROGRAM;
        let options = format!("--threads 16 --chunk 8 --memory {limit} --json");
        let report = json(&run_well(&folder, &format!("eig {arguments} {options}")));
        let peak = report["peak_memory_bytes"].as_u64().unwrap();
        eprintln!("{arguments}: {peak} of {limit}");
        assert!(peak <= limit + 4_000_000, "{arguments}: {peak} bytes, the limit was {limit}");
    }
}

/// Results that do not belong together are never side by side.
#[test]
fn vectors_of_an_earlier_run_go_away() {
    let folder = Folder::new();
    write_npy(&folder.path("a.npy"), second_difference(3).view()).unwrap();
    write_npy(&folder.path("foreign.vectors.npy"), second_difference(3).view()).unwrap();
    run_well(&folder, "eig a.npy --kind symmetric -o new/deep/out.npy --vectors --quiet");
    let names = || cli_support::files(&folder, "new/deep");
    assert_eq!(names(), ["out.npy", "out.vectors.npy"]);
    run_well(&folder, "eig a.npy --kind symmetric -o new/deep/out.npy --quiet");
    assert_eq!(names(), ["out.npy"]);
    run_well(&folder, "eig a.npy -o foreign.npy --quiet");
    assert!(folder.names().contains(&"foreign.vectors.npy".to_owned()), "without eigenvalues it is not ours");
    let one = json(&run_well(&folder, "eig foreign.vectors.npy -o foreign.npy --json"));
    assert_eq!(one["count"], 1);
    assert!(folder.names().contains(&"foreign.vectors.npy".to_owned()), "an input stays");
}

#[test]
fn quiet_says_nothing() {
    let folder = Folder::new();
    assert_eq!(run_well(&folder, "eig --random 3x4 --quiet"), "");
}

/// Some fail: exit status 3, their rows are NaN, the others are as without them.
#[test]
fn an_item_that_fails_does_not_stop_the_others() {
    let folder = Folder::new();
    let mut matrices = multiples(7, 3);
    write_npy(&folder.path("good.npy"), matrices.view()).unwrap();
    matrices[[2, 1, 0]] = f64::NAN;
    matrices[[4, 0, 2]] = f64::INFINITY;
    write_npy(&folder.path("bad.npy"), matrices.view()).unwrap();
    for options in
        ["--kind general", "--kind general --magnitudes", "--kind symmetric", "--kind symmetric --vectors"]
    {
        run_well(&folder, &format!("eig good.npy {options} -o good_out.npy --quiet"));
        let output = run(&folder, &format!("eig bad.npy {options} -o out.npy --json"));
        assert_eq!(output.status.code(), Some(3), "{options}");
        let report = json(&text(&output.stdout));
        assert_eq!(report["failed_count"], 2);
        assert_eq!((&report["failed"][0]["index"], &report["failed"][1]["index"]), (&2.into(), &4.into()));
        let errors = text(&output.stderr);
        assert!(
            errors.starts_with(
                "warning: matrix 3 of 7: the matrix has a value that is not finite at equation 2, 1\n\
                 warning: matrix 5 of 7: the matrix has a value that is not finite at equation 1, 3\n\
                 warning: 2 of 7 matrices failed; their rows are NaN\nhelp: "
            ),
            "{errors}"
        );
        let mut names = vec!["out.npy"];
        names.extend(options.contains("vectors").then_some("out.vectors.npy"));
        for name in names {
            let numbers = |name: &str| -> Vec<f64> {
                let bytes = std::fs::read(folder.path(name)).unwrap();
                bytes[128..].as_chunks().0.iter().map(|&item| f64::from_le_bytes(item)).collect()
            };
            let (found, expected) = (numbers(name), numbers(&format!("good_{name}")));
            let row = found.len() / 7;
            for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
                let failed = [2, 4].contains(&(at / row));
                assert!(if failed { found.is_nan() } else { found == expected }, "{options} {name} {at}");
            }
        }
    }
}

#[test]
fn long_lists_of_failures_are_cut() {
    let folder = Folder::new();
    let mut matrices = Array3::<f64>::ones((100, 2, 2));
    matrices.slice_mut(ndarray::s![..99, 0, 0]).fill(f64::NAN);
    write_npy(&folder.path("a.npy"), matrices.view()).unwrap();
    let output = run(&folder, "eig a.npy --json");
    assert_eq!(output.status.code(), Some(3));
    let report = json(&text(&output.stdout));
    assert_eq!((&report["failed_count"], report["failed"].as_array().unwrap().len()), (&99.into(), 20));
    assert_eq!(report["failed_listed"], 20);
    assert_eq!(report["failed_indices"], Value::from((0..99).collect::<Vec<usize>>()));
    let errors = text(&output.stderr);
    assert_eq!(errors.lines().count(), 8, "{errors}");
    assert!(errors.contains("warning: and 94 more\nwarning: 99 of 100 matrices failed\n"), "{errors}");
}

#[test]
fn the_bench_is_a_table_and_an_object() {
    let folder = Folder::new();
    let object = json(&run_well(&folder, "bench eig --rounds 1 --threads 2 --json"));
    let cases = object["cases"].as_array().unwrap();
    let sizes: Vec<_> = cases.iter().map(|case| (case["count"].as_u64(), case["size"].as_u64())).collect();
    assert_eq!(sizes, [(20, 100), (80, 200), (100, 300)].map(|(count, size)| (Some(count), Some(size))));
    assert!(cases.iter().all(|case| case["speed_up"].as_f64().unwrap() > 0.1));
    let page = run_well(&folder, "bench eig --rounds 1 --threads 1 --kind symmetric");
    assert_eq!(page.lines().count(), 6, "{page}");
    assert!(page.starts_with("symmetric matrices, "), "{page}");
    let page = run_well(&folder, "bench eig --rounds 1 --kind pair");
    assert!(page.starts_with("pairs, "), "{page}");
}
