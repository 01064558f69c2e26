//! `modes`: what scripts rely on, closed forms, and what other programs print.
#![cfg(feature = "cli")]

#[allow(dead_code)]
#[path = "support/beam.rs"]
mod beam;
mod cli_support;
mod io_support;

use std::f64::consts::{PI, TAU};

use beam::CANTILEVER_NASTRAN_HZ;
use cli_support::{BARS, chain, example, files, json, keys, run, run_well, text, without_times};
use io_support::Folder;
use io_support::vtu::File;
use modalsweep::io::read_npy;
use ndarray::Array2;

fn frequencies(folder: &Folder, name: &str) -> Vec<f64> {
    read_npy(&folder.path(&format!("{name}/frequencies.npy"))).unwrap().iter().copied().collect()
}

fn shapes(folder: &Folder, name: &str) -> Array2<f64> {
    read_npy(&folder.path(&format!("{name}/shapes.npy"))).unwrap().into_dimensionality().unwrap()
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|own| own.as_f64().expect("a number")).collect()
}

#[track_caller]
fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found} is not {expected}");
    }
}

/// Unit springs, masses 2, 2, 2 and 1, fixed at one end: omega^2 = 1 - cos t and phi_j = sin(j t) / 2, t = (2 k - 1) pi / 8.
fn chain_hertz() -> Vec<f64> {
    (1..=4).map(|mode| (1.0 - (f64::from(2 * mode - 1) * PI / 8.0).cos()).sqrt() / TAU).collect()
}

/// What CalculiX prints, one deck (or one mode) a line.
fn printed(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(example(name)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_chain_has_the_frequencies_of_its_closed_form() {
    let folder = chain();
    let page = run_well(&folder, "modes -k K.mtx -m M.mtx --dofs dofs.txt -n 3 -o out");
    assert_near(&frequencies(&folder, "out"), &chain_hertz()[..3], 1e-12);
    assert_eq!(files(&folder, "out"), ["dofs.txt", "frequencies.npy", "modes.json", "shapes.npy"]);
    assert_eq!(
        std::fs::read(folder.path("out/dofs.txt")).unwrap(),
        std::fs::read(folder.path("dofs.txt")).unwrap()
    );
    let shapes = shapes(&folder, "out");
    assert_eq!(shapes.dim(), (4, 3));
    for ((mass, mode), found) in shapes.indexed_iter() {
        let expected = 0.5 * ((mass + 1) as f64 * (2 * mode + 1) as f64 * PI / 8.0).sin();
        assert!((found.abs() - expected.abs()).abs() < 1e-9, "mass {mass} in mode {mode}: {found}");
    }
    let page = without_times(&page);
    assert!(page.contains("    1     0.0439108  "), "{page}");
    assert!(page.contains("- 3 modes below 0."), "{page}");
    assert!(page.contains("by Sturm count: none is missing"), "{page}");
    assert!(page.contains("written to out: frequencies.npy, shapes.npy, dofs.txt, modes.json"), "{page}");
}

/// Without -n there are ten modes, or as many as exist.
#[test]
fn small_models_give_all_modes_that_they_have() {
    let folder = chain();
    let object = json(&run_well(&folder, "modes -k K.mtx -m M.mtx -o out --json"));
    assert_near(&numbers(&object["frequencies_hz"]), &chain_hertz(), 1e-12);
    assert_eq!(object["wanted"]["count"], 4);
    // Without names there are no directions.
    assert!(object["effective_masses"].is_null() && !folder.path("out/dofs.txt").exists());
}

#[test]
fn the_json_object_has_what_scripts_rely_on() {
    let folder = chain();
    let object = json(&run_well(&folder, "modes -k K.mtx -m M.mtx --dofs dofs.txt -n 2 -o out --json"));
    assert_eq!(
        keys(&object),
        "assemble_seconds attainable_residuals check_seconds command compute_seconds count counts \
         effective_masses effort eigenvalues equations factor_bytes factor_entries factor_seconds files \
         frequencies_hz mass mass_entries modes_seconds order_seconds ordering orthogonality_defect \
         orthogonalize_seconds output participation_factors peak_memory_bytes predicted_flops proof \
         read_seconds remarks residuals rigid_body_modes rigid_body_modes_listed rotation_point shift_hz \
         solve_seconds stiffness stiffness_entries symbolic_seconds threads tolerance total_masses \
         unconverged_modes version wanted warnings write_seconds"
    );
    assert_eq!((&object["command"], &object["proof"]["status"]), (&"modes".into(), &"complete".into()));
    assert_eq!((&object["proof"]["counted"], &object["rigid_body_modes"]), (&2.into(), &0.into()));
    assert!(object["counts"].as_array().is_some_and(|counts| !counts.is_empty()), "{}", object["counts"]);
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path("out/modes.json")).unwrap()).unwrap();
    let first = &record["modes"][0];
    assert_eq!(
        keys(first),
        "attainable_residual effective_masses eigenvalue frequency_hz mode participation_factors residual"
    );
    assert_eq!((&first["mode"], &first["frequency_hz"]), (&1.into(), &object["frequencies_hz"][0]));
    assert_eq!((&record["proof"], &record["counts"]), (&object["proof"], &object["counts"]));
}

/// MSC Nastran 2018.2 (`data/cantilever/make.py`); the ten rotations have no mass.
#[test]
fn the_cantilever_has_the_frequencies_that_nastran_prints() {
    let folder = Folder::new();
    let model = example("cantilever");
    let model = |name: &str| model.join(name).display().to_string();
    let (k, m, dofs) = (model("K.mtx"), model("M.mtx"), model("dofs.txt"));
    let object = json(&run_well(&folder, &format!("modes -k {k} -m {m} --dofs {dofs} -n 10 -o out --json")));
    assert_near(&numbers(&object["frequencies_hz"]), &CANTILEVER_NASTRAN_HZ, 1e-9);
    // All modes together have the whole mass of the nine and a half bars that can move.
    let total = object["total_masses"]["y"].as_f64().unwrap();
    assert!((total - 9.5 * 7.357e-4 * 0.1).abs() < 1e-12 * total, "{total}");
    let sum: f64 = numbers(&object["effective_masses"]["y"]).iter().sum();
    assert!((sum / total - 1.0).abs() < 1e-9, "{sum} of {total}");
    assert_eq!(object["effective_masses"].as_object().unwrap().len(), 1);
}

/// Decks of four kinds of elements; CalculiX prints seven digits.
#[test]
fn decks_have_the_frequencies_that_calculix_prints() {
    let folder = Folder::new();
    for line in printed("decks/frequencies.txt") {
        let (name, expected) = line.split_once(' ').unwrap();
        let expected: Vec<f64> = expected.split(' ').map(|hertz| hertz.parse().unwrap()).collect();
        let deck = example(&format!("decks/{name}_frequency.inp"));
        // The deck says that there are ten.
        let page = run_well(&folder, &format!("modes {} --mass calculix -o {name}", deck.display()));
        assert!(page.contains("the 10 lowest, as many as *FREQUENCY of the deck says"), "{page}");
        assert!(page.contains("none is missing"), "{page}");
        assert_near(&frequencies(&folder, name), &expected, 5e-7);
    }
}

#[test]
fn the_bracket_from_its_matrices_and_its_deck() {
    let folder = Folder::new();
    let expected: Vec<f64> =
        printed("bracket/frequencies.txt").iter().map(|line| line.trim().parse().unwrap()).collect();
    let file = |name: &str| example("bracket").join(name).display().to_string();
    let (k, m) = (file("bracket.sti.gz"), file("bracket.mas.gz"));
    let of_files = json(&run_well(&folder, &format!("modes -k {k} -m {m} -n 20 -o files --json")));
    assert_near(&frequencies(&folder, "files"), &expected, 5e-7);
    let of_deck =
        json(&run_well(&folder, &format!("modes {} --mass calculix -o deck --json", file("bracket.inp"))));
    assert_near(&frequencies(&folder, "deck"), &expected, 5e-7);
    assert_eq!(
        files(&folder, "deck"),
        ["dofs.txt", "frequencies.npy", "modes.json", "modes.vtu", "shapes.npy"]
    );
    for object in [&of_files, &of_deck] {
        assert_eq!(
            (&object["proof"]["status"], &object["proof"]["counted"]),
            (&"complete".into(), &20.into())
        );
        assert!(numbers(&object["residuals"]).iter().all(|residual| *residual < 1e-8));
        assert!(object["orthogonality_defect"].as_f64().unwrap() < 1e-10);
    }
    // Both name the same equations, so both know the mass along x, which `condense` gives as 4.333666e-4.
    let along_x = |object: &serde_json::Value| object["total_masses"]["x"].as_f64().unwrap();
    assert!(
        (along_x(&of_files) / 4.333666e-4 - 1.0).abs() < 1e-6
            && (along_x(&of_deck) / along_x(&of_files) - 1.0).abs() < 1e-6
    );
    // The modes 5 to 9, asked for in three ways; the fifth is at 9362.681, the tenth at 19713.06 Hz.
    let band = json(&run_well(&folder, &format!("modes -k {k} -m {m} --band 9000:19000 -o band --json")));
    assert_near(&numbers(&band["frequencies_hz"]), &expected[4..9], 5e-7);
    assert_eq!(band["proof"]["counted"], 5);
    // By eigenvalues 17795 and 18891 Hz are the nearest to 18300 Hz, then 19713 Hz.
    let near = json(&run_well(&folder, &format!("modes -k {k} -m {m} -n 3 --shift 18300 -o near --json")));
    assert_near(&numbers(&near["frequencies_hz"]), &expected[7..10], 5e-7);
}

/// NAFEMS FV52 slides on its lower edges: three rigid-body modes, and pairs of equal frequencies.
#[test]
fn rigid_body_modes_are_zero_and_may_be_left_out() {
    let folder = Folder::new();
    let deck = example("decks/fv52.inp").display().to_string();
    let page = run_well(&folder, &format!("modes {deck} -n 10 -o all"));
    let all = frequencies(&folder, "all");
    assert_eq!(all[..3], [0.0; 3]);
    assert_near(&all[3..], &[44.762, 110.52, 110.52, 169.08, 193.93, 206.64, 206.64], 1e-3);
    assert_eq!(page.lines().filter(|line| line.contains("  rigid body  ")).count(), 3, "{page}");
    assert!(page.contains("- rigid-body modes: 3\n"), "{page}");
    let page = run_well(&folder, &format!("modes {deck} -n 7 --elastic -o elastic"));
    assert_near(&frequencies(&folder, "elastic"), &all[3..], 1e-9);
    assert!(page.contains("- rigid-body modes: 3, left out\n"), "{page}");
}

/// Four of the seven modes of NAFEMS FV2 at 17.7 Hz, after that at 11.3 Hz: the count tells of the others of the group, and -n takes them in.
#[test]
fn a_list_that_ends_within_a_group_says_so() {
    let folder = Folder::new();
    let deck = example("decks/fv2.inp").display().to_string();
    let page = run_well(&folder, &format!("modes {deck} -n 5 -o out"));
    let sentence = page.lines().find(|line| line.starts_with("- 8 modes below ")).expect("the count");
    let end =
        ", by Sturm count: none is missing; 3 more than asked for lie close to the last one, -n 8 lists them";
    assert!(sentence.ends_with(end), "{sentence}");
    let page = run_well(&folder, &format!("modes {deck} -n 8 -o out"));
    assert!(
        page.contains("- 8 modes below ") && page.contains(", by Sturm count: none is missing\n"),
        "{page}"
    );
}

/// Three masses 7, 28 and 21 on springs 400 and 300, free along x: omega^2 = 0 and the roots of a square equation.
#[test]
fn free_bars() {
    let folder = Folder::new();
    folder.write("free.inp", BARS.replace("1, 1, 3\n2, 2", "1, 2, 3\n2, 2"));
    let object = json(&run_well(&folder, "modes free.inp --mass lumped -o out --json"));
    let (b, c): (f64, f64) =
        (400.0 / 7.0 + 700.0 / 28.0 + 300.0 / 21.0, 400.0 * 300.0 * 56.0 / (7.0 * 28.0 * 21.0));
    let roots = [-1.0, 1.0].map(|sign| 0.5 * (b + sign * (b * b - 4.0 * c).sqrt()));
    let found = numbers(&object["eigenvalues"]);
    assert_eq!((found[0], &object["rigid_body_modes"]), (0.0, &1.into()));
    assert_near(&found[1..], &roots, 1e-10);
    // The rigid-body motion has the whole mass; what is elastic moves none of it.
    let masses = numbers(&object["effective_masses"]["x"]);
    assert!(
        (masses[0] - 56.0).abs() < 1e-9 && masses[1..].iter().all(|mass| mass.abs() < 1e-9),
        "{masses:?}"
    );
}

/// Points are the nodes; what is held does not move.
#[test]
fn the_mesh_file_shows_the_shapes() {
    let folder = Folder::new();
    folder.write("bars.inp", BARS);
    run_well(&folder, "modes bars.inp --mass lumped -o out --quiet");
    let (file, shapes) = (File::read(&folder.path("out/modes.vtu")), shapes(&folder, "out"));
    assert_eq!(file.integers("node"), [1, 2, 3]);
    assert_eq!((file.integers("element"), file.integers("connectivity")), (vec![1, 2], vec![0, 1, 1, 2]));
    assert_eq!(std::fs::read_to_string(folder.path("out/dofs.txt")).unwrap(), "2.1\n3.1\n");
    for (mode, hertz) in frequencies(&folder, "out").into_iter().enumerate() {
        let name = format!("mode {:02} {hertz:.6} Hz", mode + 1);
        let moved = file.reals(&name);
        assert_eq!(moved, [0.0, 0.0, 0.0, shapes[[0, mode]], 0.0, 0.0, shapes[[1, mode]], 0.0, 0.0]);
    }
}

#[test]
fn preload_is_said_to_be_left_out() {
    let folder = Folder::new();
    let steps = |perturbation: &str| {
        format!(
            "{BARS}*STEP\n*STATIC\n*CLOAD\n3, 1, 1.\n*END STEP\n*STEP{perturbation}\n*FREQUENCY\n1\n*END STEP\n"
        )
    };
    folder.write("plain.inp", steps(""));
    run_well(&folder, "modes plain.inp -o out --quiet");
    folder.write("tight.inp", steps(", PERTURBATION"));
    let output = run(&folder, "modes tight.inp -o out --quiet");
    let warning = "warning: tight.inp: *FREQUENCY follows a static step in a *STEP, PERTURBATION: the stiffness that \
                   CalculiX takes from the stresses of that step is left out\n";
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), warning.into()));
    assert_eq!(frequencies(&folder, "out").len(), 1);
}

/// What an earlier run left goes with the next; what is not ours stays.
#[test]
fn a_folder_holds_the_results_of_one_run() {
    let folder = chain();
    folder.write("bars.inp", BARS);
    run_well(&folder, "modes bars.inp -o out --quiet");
    folder.write("out/notes.txt", "mine");
    run_well(&folder, "modes -k K.mtx -m M.mtx -n 1 -o out --format mtx --quiet");
    assert_eq!(files(&folder, "out"), ["frequencies.mtx", "modes.json", "notes.txt", "shapes.mtx"]);
    let text = std::fs::read_to_string(folder.path("out/shapes.mtx")).unwrap();
    assert!(text.starts_with("%%MatrixMarket matrix array real general\n4 1\n"), "{text}");
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let folder = Folder::new();
    let deck = example("decks/c3d20_frequency.inp").display().to_string();
    for threads in 1..=3 {
        run_well(&folder, &format!("modes {deck} -o {threads} --threads {threads} --quiet"));
    }
    let bytes = |threads: u32, name: &str| std::fs::read(folder.path(&format!("{threads}/{name}"))).unwrap();
    for name in ["frequencies.npy", "shapes.npy", "modes.vtu", "modes.json"] {
        assert!((2..=3).all(|threads| bytes(threads, name) == bytes(1, name)), "{name}");
    }
}

/// A few steps are not enough for twenty modes: what has converged is there, be it nothing, and the rest is named.
#[test]
fn a_list_that_is_short_is_said_to_be() {
    let folder = Folder::new();
    let deck = example("bracket/bracket.inp").display().to_string();
    for (steps, some) in [(1, false), (6, true)] {
        let output = run(&folder, &format!("modes {deck} -n 20 --most-steps {steps} -o out --json"));
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{errors}");
        let (first, help) = errors.split_once('\n').unwrap();
        assert!(first.starts_with("warning: "), "{errors}");
        assert!(first.ends_with(" converged: the list is not complete"), "{errors}");
        assert_eq!(help, "help: raise --most-steps or --tolerance\n");
        let object = json(&text(&output.stdout));
        let count = frequencies(&folder, "out").len();
        assert_eq!((&object["proof"]["status"], &object["count"]), (&"short".into(), &count.into()));
        assert_eq!((count > 0, count < 20, shapes(&folder, "out").dim()), (some, true, (7446, count)));
        assert!(folder.path("out/modes.json").is_file());
    }
}

/// The lowest mode of the bracket is at 1702 Hz.
#[test]
fn an_empty_band_is_proved_to_be_empty() {
    let folder = Folder::new();
    let deck = example("bracket/bracket.inp").display().to_string();
    let page = run_well(&folder, &format!("modes {deck} --band 100:1600 -o out"));
    // The count is taken a little outside of the ends.
    assert!(
        page.contains("- no modes between ") && page.contains(" Hz, by Sturm count: none is missing"),
        "{page}"
    );
    assert_eq!(shapes(&folder, "out").dim(), (7446, 0));
}
