//! What scripts rely on: exit status, standard output, and the files that are written.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{chain, example, files, json, keys, run, run_well, text, without_times};
use insta::assert_snapshot;
use io_support::Folder;
use modalsweep::io::{Contents, read_matrix, read_npy};
use serde_json::Value;

const CHAIN: &str = "condense -k K.mtx -m M.mtx";

/// The numbers of a written array, row by row.
fn numbers(folder: &Folder, name: &str) -> Vec<f64> {
    read_npy(&folder.path(name)).unwrap().iter().copied().collect()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs());
    assert!(close, "{found:?} instead of {expected:?}");
}

/// By hand: T = (1/4, 1/2, 3/4), K_r = 1/4, M_r = 1 + 2 (1 + 4 + 9) / 16, loads 1 + 1/4 + 1/2 + 3/4.
#[test]
fn the_chain_of_four_masses() {
    let folder = chain();
    let ones = ndarray::Array2::<f64>::ones((4, 1));
    modalsweep::io::write_npy(&folder.path("loads.npy"), ones.view()).unwrap();
    run_well(
        &folder,
        "condense -k K.mtx -m M.mtx --masters 4.1 --dofs dofs.txt -o out --recovery --loads loads.npy",
    );
    assert_close(&numbers(&folder, "out/stiffness.npy"), &[0.25]);
    assert_close(&numbers(&folder, "out/mass.npy"), &[2.75]);
    assert_close(&numbers(&folder, "out/recovery.npy"), &[0.25, 0.5, 0.75]);
    assert_close(&numbers(&folder, "out/loads.npy"), &[2.5]);
    assert_eq!(std::fs::read_to_string(folder.path("out/masters.txt")).unwrap(), "4.1\n");
    let certificate = std::fs::read_to_string(folder.path("out/certificate.json")).unwrap();
    let certificate: Value = serde_json::from_str(&certificate).unwrap();
    let hz = (0.25_f64 / 2.75).sqrt() / std::f64::consts::TAU;
    assert_close(&[certificate["frequencies_hz"][0].as_f64().unwrap()], &[hz]);
}

#[test]
fn the_page_for_people() {
    let folder = chain();
    let page = run_well(&folder, &format!("{CHAIN} --dofs dofs.txt --masters 4.1 -o out"));
    assert_snapshot!(without_times(&page), @"
    stiffness   4 equations, 7 entries, lower triangle(s)
    mass        4 equations, 4 entries, diagonal triangle(s)
    condensed   4 equations to 1 masters, 3 slaves
    factor      AMD minimum degree, 9 entries (0 kB), 9.00e0 flops

     mode           Hz   too high by (estimate)
        1       0.0480   9.18 %

    - frequencies below 0.02871 Hz can be trusted, and no reduced frequency is so low; the first fixed-interface mode is at 0.08613 Hz
    - rigid-body check skipped: no coordinates of the nodes are known
    - mass along x: 7.000000e0 before, 2.750000e0 after (39.29 %)

    written to out: stiffness.npy, mass.npy, masters.txt, certificate.json
    ");
    let page = run_well(&folder, "inspect K.mtx");
    assert_snapshot!(without_times(&page), @"
    K.mtx
      format        MatrixMarket
      size          4 x 4, 7 entries
      triangles     lower, symmetric to 0.0e0; 0 explicit zeros, 0 duplicates added up
      definiteness  positive definite; largest pivot ratio 4.0e0 at DOF 2
      diagonal      1.000e0 to 2.000e0
      sum           1.000000e0 over all entries (of a free solid's mass: 3 times the mass, 3.333333e-1)
    ");
}

#[test]
fn one_json_object_of_condense() {
    let folder = chain();
    let object = json(&run_well(&folder, &format!("{CHAIN} --masters 2,4 -o out --json --threads 2")));
    assert_snapshot!(keys(&object), @"certificate certificate_seconds command compare_seconds compute_seconds equations factor_bytes factor_entries factor_seconds files frequencies_hz mass_entries mass_method mass_seconds masters masters_seconds order_seconds ordering output peak_memory_bytes predicted_flops read_seconds slaves solve_seconds stiffness_entries symbolic_seconds threads version warnings write_seconds");
    for key in ["compute", "order", "symbolic", "factor", "solve", "read", "write"] {
        let seconds = object[format!("{key}_seconds")].as_f64().expect("seconds");
        assert!((0.0..60.0).contains(&seconds), "{key} {seconds}");
    }
    assert_eq!(object["frequencies_hz"].as_array().map(Vec::len), Some(2));
    assert_eq!(object["threads"], 2);
    assert!(object["factor_entries"].as_u64() >= Some(2));
    if cfg!(target_os = "linux") {
        assert!(object["peak_memory_bytes"].as_u64() > Some(1_000_000));
    }
    assert_eq!(object["files"], serde_json::json!(files_in_order(&["stiffness.npy", "mass.npy"])));
    assert_eq!(object["certificate"], certificate(&folder, "out"));
}

fn files_in_order(matrices: &[&str]) -> Vec<String> {
    matrices.iter().chain(&["masters.txt", "certificate.json"]).map(|name| (*name).to_string()).collect()
}

fn certificate(folder: &Folder, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.path(name).join("certificate.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn one_json_object_of_inspect() {
    let folder = chain();
    let object = json(&run_well(&folder, "inspect --json K.mtx M.mtx"));
    assert_snapshot!(keys(&object), @"command compute_seconds files peak_memory_bytes read_seconds threads version");
    assert_snapshot!(keys(&object["files"][0]), @"columns compute_seconds definiteness dof_map doubtful_dofs duplicates entries entry_sum explicit_zeros file format largest_diagonal largest_pivot_dof largest_pivot_ratio lower_entries negative_diagonal_dofs notes read_seconds rows smallest_diagonal symmetric symmetry_defect tiny_diagonal_dofs triangles zero_diagonal_dofs");
    let kinds = ["definiteness", "triangles", "rows"].map(|key| &object["files"][1][key]);
    assert_eq!(kinds, [&Value::from("positive definite"), &Value::from("diagonal"), &Value::from(4)]);
}

#[test]
#[rustfmt::skip]
fn files_that_are_written() {
    let folder = chain();
    modalsweep::io::write_npy(&folder.path("l.npy"), ndarray::Array2::<f64>::ones((4, 3)).view()).unwrap();
    for (options, matrices) in [
        ("-m M.mtx", "mass.npy stiffness.npy"),
        ("", "stiffness.npy"),
        ("-m M.mtx --recovery", "mass.npy recovery.npy stiffness.npy"),
        ("--recovery", "recovery.npy stiffness.npy"),
        ("-m M.mtx --loads l.npy", "loads.npy mass.npy stiffness.npy"),
        ("-m M.mtx --loads l.npy --recovery --format mtx", "loads.mtx mass.mtx recovery.mtx stiffness.mtx"),
    ] {
        let out = tempfile::tempdir_in(folder.path("")).unwrap();
        let name = out.path().file_name().unwrap().to_str().unwrap();
        run_well(&folder, &format!("condense -k K.mtx {options} --masters 1,3 -o {name}/new/folder"));
        let mut expected: Vec<_> = matrices.split_whitespace().chain(["masters.txt", "certificate.json"]).collect();
        expected.sort_unstable();
        assert_eq!(files(&folder, &format!("{name}/new/folder")), expected, "{options}");
    }
}

#[test]
fn matrix_market_holds_the_same_numbers() {
    let folder = chain();
    run_well(&folder, &format!("{CHAIN} --masters 1,3 -o npy"));
    run_well(&folder, &format!("{CHAIN} --masters 1,3 -o mtx --format mtx"));
    for name in ["stiffness", "mass"] {
        let table = match read_matrix(&folder.path(&format!("mtx/{name}.mtx"))).unwrap().contents {
            Contents::Dense(table) => table,
            Contents::Sparse(_) => panic!("dense matrices are written as arrays"),
        };
        let values: Vec<f64> = table.iter().copied().collect();
        assert_eq!(values, numbers(&folder, &format!("npy/{name}.npy")));
    }
}

#[test]
fn without_mass_there_are_no_frequencies() {
    let folder = chain();
    let object = json(&run_well(&folder, "condense -k K.mtx --masters 1,4 -o out --json"));
    assert_eq!(object["frequencies_hz"], serde_json::json!([]));
    assert_eq!(object["certificate"]["first_fixed_interface_hz"], Value::Null);
    assert_close(&numbers(&folder, "out/stiffness.npy"), &[4.0 / 3.0, -1.0 / 3.0, -1.0 / 3.0, 1.0 / 3.0]);
}

#[test]
#[rustfmt::skip]
fn masters_as_people_name_them() {
    let folder = chain();
    folder.write("list.txt", "# lug\n4.1  # the tip\n\n1-2, 3.1\n");
    folder.write("numbers.txt", "4\r\n2\r\n");
    for (masters, dofs, written) in [
        ("4", "", "4"),
        ("3,1", "", "3 1"),
        ("1-2,4", "", "1 2 4"),
        ("4.1,2.1", "--dofs dofs.txt", "4.1 2.1"),
        ("4,2", "--dofs dofs.txt", "4.1 2.1"),
        ("@numbers.txt", "", "4 2"),
        ("auto:1", "", "3"),
    ] {
        run_well(&folder, &format!("{CHAIN} --masters {masters} {dofs} -o out"));
        let found = std::fs::read_to_string(folder.path("out/masters.txt")).unwrap();
        assert_eq!(found.split_whitespace().collect::<Vec<_>>().join(" "), written, "{masters}");
    }
    let all = run(&folder, &format!("{CHAIN} --masters @list.txt --dofs dofs.txt -o out"));
    assert!(text(&all.stderr).starts_with("error: all 4 equations are masters"));
}

/// CalculiX's export with its `.dof` file beside it, masters from a file with comments.
#[test]
fn the_bracket_has_the_same_bits_for_any_number_of_threads() {
    let folder = Folder::new();
    let model = example("bracket");
    let model = model.to_str().expect("a path without strange characters");
    let written = ["1", "2", "4"].map(|threads| {
        let arguments = format!(
            "condense -k {model}/bracket.sti.gz -m {model}/bracket.mas.gz --masters @{model}/masters.txt \
             --nodes {model}/bracket.inp --recovery --threads {threads} --json -o {threads}"
        );
        let object = json(&run_well(&folder, &arguments));
        assert_eq!((&object["equations"], &object["masters"]), (&Value::from(7446), &Value::from(60)));
        ["stiffness.npy", "mass.npy", "recovery.npy", "masters.txt", "certificate.json"]
            .map(|name| std::fs::read(folder.path(threads).join(name)).unwrap())
    });
    for (index, name) in ["stiffness", "mass", "recovery", "masters", "certificate"].iter().enumerate() {
        assert!(written[1][index] == written[0][index], "{name}: 2 threads against 1");
        assert!(written[2][index] == written[0][index], "{name}: 4 threads against 1");
    }
}

#[test]
fn quiet_is_quiet() {
    let folder = chain();
    assert_eq!(run_well(&folder, &format!("{CHAIN} --masters 4 -o out --quiet")), "");
    assert_eq!(run_well(&folder, "--quiet inspect K.mtx"), "");
    assert_eq!(run_well(&folder, &format!("{CHAIN} --masters 4 -o out --quiet --json")).lines().count(), 1);
}

#[test]
#[rustfmt::skip]
fn inspect_goes_on_after_a_bad_file() {
    let folder = chain();
    folder.write("bad.mtx", "");
    for (arguments, status, pages, errors) in [
        ("K.mtx M.mtx", 0, 2, 0),
        ("K.mtx bad.mtx M.mtx", 3, 2, 1),
        ("bad.mtx none.mtx K.mtx", 3, 1, 2),
        ("bad.mtx", 1, 0, 1),
        ("none.mtx bad.mtx", 1, 0, 2),
    ] {
        let output = run(&folder, &format!("inspect {arguments}"));
        assert_eq!(output.status.code(), Some(status), "{arguments}");
        let count = |text: String, start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(count(text(&output.stdout), "  definiteness "), pages, "{arguments}");
        assert_eq!(count(text(&output.stderr), "error: "), errors, "{arguments}");
        let output = run(&folder, &format!("inspect --json {arguments}"));
        assert_eq!(output.status.code(), Some(status), "{arguments}");
        if status == 1 {
            assert_eq!(text(&output.stdout), "");
        } else {
            let object = json(&text(&output.stdout));
            let listed = object["files"].as_array().unwrap();
            assert_eq!(listed.len(), pages + errors);
            assert_eq!(listed.iter().filter(|file| file.get("error").is_some()).count(), errors);
        }
    }
}

#[test]
fn inspect_says_what_is_suspicious() {
    let folder = Folder::new();
    folder.write(
        "unsymmetric.mtx",
        "%%MatrixMarket matrix coordinate real general\n2 2 4\n1 1 2\n2 1 -1\n1 2 -1.5\n2 2 2\n",
    );
    folder.write("holes.sti", "1 1 4.0\n1 2 -1.0\n2 2 4.0\n4 4 -2.0\n");
    let page = run_well(&folder, "inspect unsymmetric.mtx holes.sti");
    assert_snapshot!(without_times(&page), @"
    unsymmetric.mtx
      format        MatrixMarket
      size          2 x 2, 4 entries
      symmetric     no: not symmetric: entry (2, 1) is -1.0, entry (1, 2) is -1.5
    holes.sti
      format        CoordinateText
      size          4 x 4, 4 entries
      triangles     upper, symmetric to 0.0e0; 0 explicit zeros, 0 duplicates added up
      definiteness  indefinite: pivot -2.00e0 at DOF 4
      diagonal      4.000e0 to 4.000e0
      sum           4.000000e0 over all entries (of a free solid's mass: 3 times the mass, 1.333333e0)
      suspicious    1 zero DOF(s): 3
      suspicious    1 negative DOF(s): 4
    ");
}

#[test]
fn help_and_version() {
    let folder = Folder::new();
    assert_eq!(run_well(&folder, "--version"), format!("modalsweep {}\n", env!("CARGO_PKG_VERSION")));
    for (command, words) in [
        ("--help", &["condense", "inspect", "--threads", "--json", "--quiet", "--memory"][..]),
        ("help", &["condense", "inspect"]),
        ("condense --help", &["--stiffness", "--masters", "--recovery", "--loads", "--format", "auto:N"]),
        ("inspect --help", &["<FILE>", "--mass"]),
    ] {
        let help = run_well(&folder, command);
        words.iter().for_each(|word| assert!(help.contains(word), "{word} in {help}"));
    }
}

#[test]
#[rustfmt::skip]
fn wrong_usage_is_status_2() {
    let folder = chain();
    for arguments in [
        "", "frobnicate", "condense", "condense -k K.mtx -o out", "condense -k K.mtx --masters 4",
        "condense -k K.mtx --masters 4 -o out --threads many", "condense -k K.mtx --masters 4 -o out --format csv",
        "condense -k K.mtx --masters 4 -o out --memory lots", "condense -k K.mtx --masters 4 -o out --bogus",
        "condense -k K.mtx --masters 4 -o out --pivot-limit nan", "condense -k K.mtx --masters 4 -o out --pivot-limit 0",
        "inspect", "inspect K.mtx --threads=-1",
    ] {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert_eq!(text(&output.stdout), "", "{arguments}");
        assert_ne!(text(&output.stderr), "", "{arguments}");
    }
    assert_eq!(folder.names(), ["K.mtx", "M.mtx", "dofs.txt"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = chain();
    for arguments in ["inspect K.mtx M.mtx", "condense -k K.mtx --masters 4 -o out", "inspect --json K.mtx"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("modalsweep"))
            .current_dir(folder.path(""))
            .args(arguments.split_whitespace())
            .stdout(writer)
            .output()
            .unwrap();
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{arguments}");
    }
}
