//! Reduced modes beside those of the full model: published numbers; rigid, close and lost modes.

#[path = "support/solid.rs"]
mod solid;

use std::path::Path;

use approx::assert_relative_eq;
use modalsweep::condense::{
    CompareOptions, ComparedMode, Comparison, Guyan, GuyanOptions, Partition, ReducedModes, choose_masters,
    compare, condense,
};
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::io::read_matrix;
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::modes::{ModesError, Proof};
use modalsweep::parallel::Silent;
use solid::SolidFace;

type Pair = (SymmetricMatrix, SymmetricMatrix);

fn example(stiffness: &str, mass: &str) -> Pair {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        SymmetricMatrix::from_contents(&read_matrix(&path).unwrap().contents).unwrap().0
    };
    (read(stiffness), read(mass))
}

fn brick(elements: [usize; 3], face: SolidFace) -> Pair {
    let brick = solid::solid(elements, face);
    let matrix =
        |csc: solid::LowerCsc| SymmetricMatrix::from_lower_csc(csc.col_ptr, csc.row_idx, csc.values).unwrap();
    (matrix(brick.stiffness), matrix(brick.mass))
}

fn reduce((stiffness, mass): &Pair, masters: &[usize]) -> Guyan {
    let partition = Partition::new(stiffness.size(), masters).unwrap();
    condense(stiffness, Some(mass), partition, &GuyanOptions::default(), &Silent).unwrap()
}

fn try_compare(pair: &Pair, masters: &[usize], count: usize) -> Result<Comparison, ModesError> {
    let guyan = reduce(pair, masters);
    let options = PairOptions::default().with_vectors();
    let reduced = definite_pair(guyan.stiffness(), guyan.mass().unwrap(), &options).unwrap();
    let frequencies_hz = &reduced.frequencies_hz()[..];
    let shapes = reduced.vectors.as_ref().unwrap().as_ref();
    let reduced = ReducedModes { frequencies_hz, shapes };
    compare(&guyan, (&pair.0, &pair.1), reduced, count, &CompareOptions::default(), &Silent)
}

/// A comparison whose full modes are proved to be whole.
fn compared(pair: &Pair, masters: &[usize], count: usize) -> Comparison {
    let comparison = try_compare(pair, masters, count).unwrap();
    assert!(comparison.proof.is_complete(), "{:?}", comparison.proof);
    assert!(comparison.largest_residual < 1e-6);
    let numbers: Vec<usize> = comparison.modes.iter().map(|mode| mode.mode).collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    comparison
}

/// (full Hz, number of the reduced mode, its Hz, error in %, MAC)
fn line(mode: &ComparedMode) -> (f64, usize, f64, f64, f64) {
    let reduced = mode.reduced.as_ref().expect("a reduced mode");
    (mode.full_hz, reduced.mode, reduced.hz, reduced.error_percent.expect("an error"), reduced.mac)
}

/// Frequencies of MSC Nastran (see data/cantilever/make.py); MAC by NumPy, with T = -K_ss^-1 K_sm and
/// `scipy.linalg.eigh`.
#[test]
fn the_cantilever_of_nastran() {
    let pair = example("cantilever/K.mtx", "cantilever/M.mtx");
    let comparison = compared(&pair, &[8, 9], 10);
    let (full, number, reduced, error, mac) = line(&comparison.modes[0]);
    assert_eq!(number, 1);
    assert_relative_eq!(full, 349.72878828, max_relative = 1e-10);
    assert_relative_eq!(reduced, 359.07377191, max_relative = 1e-10);
    assert_relative_eq!(error, 2.6720659, max_relative = 1e-7);
    assert_relative_eq!(mac, 0.9992913169903299, max_relative = 1e-10);
    let (full, number, reduced, error, mac) = line(&comparison.modes[1]);
    assert_eq!(number, 2);
    assert_relative_eq!(full, 2167.32414949, max_relative = 1e-10);
    assert_relative_eq!(reduced, 2934.10032746, max_relative = 1e-10);
    assert_relative_eq!(error, 35.37893388686844, max_relative = 1e-9);
    assert_relative_eq!(mac, 0.934971828996664, max_relative = 1e-9);
    let lost: Vec<usize> = comparison.missed().map(|mode| mode.mode).collect();
    assert_eq!(lost, [3, 4, 5, 6, 7, 8, 9, 10]);
    assert!(
        comparison
            .in_words()
            .iter()
            .any(|words| words.starts_with("WARNING") && words.contains("lost 8 mode"))
    );
}

/// By hand: the reduced eigenvalue is 0.25 / 2.75. The full frequency and the MAC by NumPy.
#[test]
fn the_chain_of_four_masses() {
    let comparison = compared(&example("chain4/K.mtx", "chain4/M.mtx"), &[3], 1);
    let (full, number, reduced, error, mac) = line(&comparison.modes[0]);
    assert_eq!((number, comparison.modes[0].reduced.as_ref().unwrap().in_close_group), (1, false));
    assert_relative_eq!(reduced, (0.25_f64 / 2.75).sqrt() / std::f64::consts::TAU, max_relative = 1e-14);
    assert_relative_eq!(full, 0.043910750008866024, max_relative = 1e-13);
    assert_relative_eq!(error, 9.283081883469868, max_relative = 1e-11);
    assert_relative_eq!(mac, 0.980583177885106, max_relative = 1e-12);
}

/// All rotations of the cantilever are without mass: condensing them away changes nothing.
#[test]
fn condensing_what_has_no_mass_is_exact() {
    let pair = example("cantilever/K.mtx", "cantilever/M.mtx");
    let comparison = compared(&pair, &(0..20).step_by(2).collect::<Vec<_>>(), 10);
    for mode in &comparison.modes {
        let (_, number, _, error, mac) = line(mode);
        assert_eq!(number, mode.mode);
        assert!(error.abs() < 1e-9 && (mac - 1.0).abs() < 1e-12, "{mode:?}");
    }
    assert_eq!(comparison.missed().count(), 0);
    assert!(comparison.in_words().iter().all(|words| !words.contains("WARNING")));
    let too_many = try_compare(&pair, &[8, 9], 11).unwrap_err();
    assert_eq!(too_many, ModesError::TooMany { asked: 11, exist: 10 });
}

/// Six rigid-body motions are kept exactly, whatever basis either side gives for them.
#[test]
fn a_free_body() {
    let pair = brick([5, 4, 3], SolidFace::Free);
    let comparison = compared(&pair, &(0..pair.0.size()).step_by(2).collect::<Vec<_>>(), 8);
    for mode in &comparison.modes[..6] {
        let (full, number, reduced, error, mac) = line(mode);
        assert!(number <= 6, "{mode:?}");
        assert_eq!((full, reduced, error), (0.0, 0.0, 0.0));
        assert!(mac > 1.0 - 1e-9, "{mode:?}");
    }
    for mode in &comparison.modes[6..] {
        let (full, _, reduced, error, mac) = line(mode);
        assert!(full > 0.0 && reduced > full && error < 10.0 && mac > 0.9, "{mode:?}");
    }
}

/// A square bar bends alike about two axes. Masters at one edge alone choose other axes, and split the pair a
/// little: the span of both is what stays.
#[test]
fn a_close_pair_is_compared_as_a_subspace() {
    let pair = brick([8, 2, 2], SolidFace::Clamped);
    // Nodes along the edge y = z = 0, and one more at the corner opposite to it.
    let masters: Vec<usize> = (0..24).chain([24 * 9 - 2, 24 * 9 - 1]).collect();
    let comparison = compared(&pair, &masters, 2);
    let [first, second] = &comparison.modes[..] else { panic!("two modes") };
    assert_relative_eq!(first.full_hz, second.full_hz, max_relative = 1e-9);
    let (first, second) = (first.reduced.as_ref().unwrap(), second.reduced.as_ref().unwrap());
    assert!(first.in_close_group && second.in_close_group && first.mac == second.mac);
    assert!(first.mac > 0.99 && first.mode == 1 && second.mode == 2, "{first:?}, {second:?}");
}

/// Two chains side by side, masters in the stiffer one: all modes of the other are lost, and nothing takes
/// their place.
#[test]
fn a_part_without_masters_is_lost() {
    let (stiffness, mass) = example("chain4/K.mtx", "chain4/M.mtx");
    let beside = |matrix: &SymmetricMatrix, factor: f64| {
        let entries = matrix.entries();
        let col_ptr = (0..=2 * matrix.size())
            .map(|col| match col.checked_sub(matrix.size()) {
                None => matrix.col_ptr()[col],
                Some(col) => entries + matrix.col_ptr()[col],
            })
            .collect();
        let shifted = matrix.row_idx().iter().map(|row| row + matrix.size());
        let row_idx = matrix.row_idx().iter().copied().chain(shifted).collect();
        let scaled = matrix.values().iter().map(|value| factor * value);
        let values = matrix.values().iter().copied().chain(scaled).collect();
        SymmetricMatrix::from_lower_csc(col_ptr, row_idx, values).unwrap()
    };
    // Frequencies of the second chain are 1.7 times those of the first.
    let both = (beside(&stiffness, 2.89), beside(&mass, 1.0));
    let comparison = compared(&both, &[4, 5, 6, 7], 4);
    let hz = [0.043910750008866024, 1.7 * 0.043910750008866024, 0.12504723639, 0.187146414586];
    let kept = [None, Some(1), None, None];
    for (mode, (hz, kept)) in comparison.modes.iter().zip(hz.into_iter().zip(kept)) {
        assert_relative_eq!(mode.full_hz, hz, max_relative = 1e-10);
        assert_eq!(mode.reduced.as_ref().map(|reduced| reduced.mode), kept, "{mode:?}");
    }
    assert_relative_eq!(line(&comparison.modes[1]).4, 1.0, max_relative = 1e-12);
}

fn bracket() -> Pair {
    example("bracket/bracket.sti.gz", "bracket/bracket.mas.gz")
}

fn bracket_file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/bracket").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Full frequency, error in % and MAC by SciPy (`eigsh` of the full pair, `splu` for T, `eigh` of the reduced pair).
#[test]
fn the_bracket_with_masters_chosen_by_hand() {
    let names = bracket_file("bracket.dof");
    let names: Vec<&str> = names.lines().map(str::trim).collect();
    let masters = bracket_file("masters.txt");
    let masters = masters.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let masters: Vec<usize> =
        masters.map(|master| names.iter().position(|name| *name == master).unwrap()).collect();
    let comparison = compared(&bracket(), &masters, 8);
    let scipy = [
        (1702.362732413475, 0.10505707332828518, 0.9999993856711697),
        (1919.1750342524922, 0.10366312014504775, 0.9999996741994196),
        (5066.989332475445, 1.004216146090764, 0.9999538704072058),
        (6650.180540977341, 1.227766313189127, 0.9998863396947802),
        (9362.681218701384, 2.4564302774253255, 0.9998072399732059),
        (11754.978257864012, 4.042652160040228, 0.9989619836301351),
        (15330.33587275578, 5.3896567376618965, 0.9982265579818258),
        (17795.137486054344, 8.238859480403393, 0.9884875177028016),
    ];
    for (mode, (hz, percent, alike)) in comparison.modes.iter().zip(scipy) {
        let (full, number, _, error, mac) = line(mode);
        assert_eq!(number, mode.mode);
        assert_relative_eq!(full, hz, max_relative = 1e-8);
        assert_relative_eq!(error, percent, epsilon = 2e-6);
        assert_relative_eq!(mac, alike, epsilon = 1e-8);
    }
}

/// Seven digits of CalculiX; Rayleigh-Ritz: a reduced frequency is never below the full one.
#[test]
fn the_bracket_with_masters_chosen_for_it() {
    let pair = bracket();
    let masters = choose_masters(&pair.0, &pair.1, 60, &GuyanOptions::default(), &Silent).unwrap();
    let comparison = compared(&pair, &masters, 8);
    let calculix = bracket_file("frequencies.txt");
    let calculix = calculix
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.trim().parse::<f64>().unwrap());
    for (mode, calculix) in comparison.modes.iter().zip(calculix) {
        let (full, number, _, error, mac) = line(mode);
        assert_relative_eq!(full, calculix, max_relative = 3e-7);
        assert_eq!(number, mode.mode);
        assert!((0.0..8.0).contains(&error) && mac > 0.9, "{mode:?}");
    }
    assert!(line(&comparison.modes[0]).4 > 0.9999);
}

/// One step is not enough: what is missing is said, and what has converged stands beside its partner.
#[test]
fn full_modes_that_do_not_converge() {
    let pair = brick([5, 4, 3], SolidFace::Clamped);
    let guyan = reduce(&pair, &(0..pair.0.size()).step_by(7).collect::<Vec<_>>());
    let options = PairOptions::default().with_vectors();
    let reduced = definite_pair(guyan.stiffness(), guyan.mass().unwrap(), &options).unwrap();
    let shapes = reduced.vectors.as_ref().unwrap().as_ref();
    let reduced = ReducedModes { frequencies_hz: &reduced.frequencies_hz(), shapes };
    let mut options = CompareOptions::default();
    options.modes.most_steps = 1;
    options.modes.block_width = Some(4);
    let comparison = compare(&guyan, (&pair.0, &pair.1), reduced, 20, &options, &Silent).unwrap();
    assert!(matches!(comparison.proof, Proof::Short { found, .. } if found < 20), "{:?}", comparison.proof);
    assert!(comparison.modes.len() < 20);
    assert!(comparison.in_words()[0].starts_with("WARNING: full model: "), "{:?}", comparison.in_words());
}
