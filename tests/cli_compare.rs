//! `condense --compare`: the table, the certificate, and what happens when the full modes can't be had.
#![cfg(feature = "cli")]

mod cli_support;
mod io_support;

use cli_support::{chain, json, refused, run, run_well, text};
use serde_json::Value;

const CHAIN: &str = "condense -k K.mtx -m M.mtx --dofs dofs.txt --masters 4.1 -o out";

/// By hand: sqrt(0.25 / 2.75) / 2 pi = 0.0480 Hz; the full model by NumPy: 0.04391 Hz, MAC 0.98058.
#[test]
fn the_table() {
    let folder = chain();
    let page = run_well(&folder, &format!("{CHAIN} --compare 2"));
    let from = page.find(" mode      full Hz").expect("the table");
    let table: Vec<&str> = page[from..].lines().take(3).collect();
    assert_eq!(
        table,
        [
            " mode      full Hz   as mode   reduced Hz    error, %      MAC",
            "    1       0.0439         1       0.0480       9.283   0.9806",
            "    2       0.1250         -   lost by the reduction",
        ]
    );
    assert!(
        page.contains("- full model: these 2 modes are the lowest, by a Sturm count of 2 below "),
        "{page}"
    );
    assert!(page.contains(
        "1 of 2 elastic modes found again, frequencies off by 9.28 % at most (mode 1), MAC 0.9806"
    ));
    assert!(page.contains("- WARNING: the reduced model has lost 1 mode(s) of the full one"), "{page}");
    assert!(page.contains(", full modes "), "{page}");
    assert!(!run_well(&folder, CHAIN).contains("full modes"));
}

#[test]
fn the_json_object_and_the_certificate() {
    let folder = chain();
    let object = json(&run_well(&folder, &format!("{CHAIN} --compare 2 --json --threads 2")));
    let comparison = &object["certificate"]["comparison"];
    let [first, second] = &comparison["modes"].as_array().unwrap()[..] else { panic!("two modes") };
    assert!((first["full_hz"].as_f64().unwrap() - 0.043910750008866024).abs() < 1e-14);
    assert!((first["reduced"]["error_percent"].as_f64().unwrap() - 9.283081883469868).abs() < 1e-9);
    assert!((first["reduced"]["mac"].as_f64().unwrap() - 0.980583177885106).abs() < 1e-12);
    assert_eq!((&first["mode"], &first["reduced"]["mode"]), (&Value::from(1), &Value::from(1)));
    assert_eq!((&second["mode"], &second["reduced"]), (&Value::from(2), &Value::Null));
    assert_eq!(comparison["proof"]["status"], "complete");
    assert!(object["compare_seconds"].as_f64().unwrap() > 0.0);
    let certificate = std::fs::read_to_string(folder.path("out/certificate.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&certificate).unwrap(), object["certificate"]);
    let without = json(&run_well(&folder, &format!("{CHAIN} --json")));
    assert_eq!(without["certificate"]["comparison"], Value::Null);
}

/// The condensation is done all the same: status 3, and the results are there.
#[test]
fn more_modes_than_there_are() {
    let folder = chain();
    let output = run(&folder, &format!("{CHAIN} --compare 5"));
    assert_eq!(output.status.code(), Some(3));
    let warnings = text(&output.stderr);
    let expected =
        "warning: no comparison with the full model: 5 modes asked for, the model has 4 (ask for at most 4";
    assert!(warnings.starts_with(expected) && warnings.lines().count() == 1, "{warnings}");
    assert!(folder.path("out/certificate.json").exists());
    assert!(
        run_well(&folder, &format!("{CHAIN} --compare 4"))
            .contains("full model: these 4 modes are the lowest, by a Sturm count of 4 below ")
    );
}

#[test]
fn without_mass_or_modes() {
    let folder = chain();
    refused(&folder, "condense -k K.mtx --masters 4 -o out --compare 1", "--compare needs the mass matrix");
    assert_eq!(run(&folder, &format!("{CHAIN} --compare 0")).status.code(), Some(2));
}
