//! Random sparse pairs with a prescribed spectrum: partners at relative distances of 1e-3, 1e-6, 1e-9 and 0, held
//! exactly by the doubles of K and M; values, subspaces and counts, from below, around a frequency and in a band.

mod support;

use modalsweep::eigen::PairOptions;
use modalsweep::modes::{Modes, ModesError, ModesOptions, RigidModes, Wanted, modes};
use modalsweep::parallel::Silent;
use support::modes::{assert_close, check_counts, hz_of, lowest, solved};
use support::pencil::Pencil;
use support::prescribed::{Motion, ONE, Prescribed};
use support::random::Random;

/// `n / 2` values from 1 to 64, each with a partner 2^-10, 2^-20, 2^-30 or 0 above it, relatively.
fn close_pairs(seed: u64, n: usize) -> Prescribed {
    let mut random = Random(seed);
    let step = 63 * ONE / (n / 2) as i64;
    let motions = (0..n as i64 / 2).flat_map(|at| {
        let jitter = (0.3 * random.uniform() * step as f64) as i64;
        let value = ONE + at * step + step / 2 + jitter;
        let gap = [value >> 10, value >> 20, value >> 30, 0][at as usize % 4];
        [Motion::Finite(value), Motion::Finite(value + gap)]
    });
    Prescribed::new(seed, &motions.collect::<Vec<_>>())
}

const ACCURACY: f64 = 1e-10;

#[track_caller]
fn check(what: &str, truth: &Prescribed, found: &Modes, expected: &[f64]) {
    assert_close(what, &found.eigenvalues, expected, ACCURACY, 0.0);
    check_counts(what, found, &truth.spectrum);
    // Pairs are 0.4 of the step or more apart; a residual of 1e-8 lambda allows 1e-8 * 64 / gap, times the
    // condition of M.
    let reach = 2e-3 * 64.0;
    for (mode, part) in truth.strangers(&found.eigenvalues, &found.shapes, reach).into_iter().enumerate() {
        assert!(part < 1e-5, "{what}: mode {} has {part:e} of others", mode + 1);
    }
}

#[test]
fn lowest_modes() {
    for (seed, n) in [(1, 300), (2, 420), (3, 600)] {
        let truth = close_pairs(seed, n);
        for count in [3, 20, 41] {
            let what = format!("seed {seed}, {n} DOFs, {count} modes");
            let found = lowest(&what, &truth.pencil, count);
            check(&what, &truth, &found, &truth.spectrum[..count]);
        }
    }
}

/// The prescribed spectrum is that of the dense solver too.
#[test]
fn dense_solver_agrees() {
    let truth = close_pairs(4, 300);
    let dense = truth.pencil.dense_modes(&PairOptions::default());
    assert_close("dense", &dense.eigenvalues, &truth.spectrum, ACCURACY, 0.0);
    let found = lowest("all", &truth.pencil, 300);
    assert_close("sparse", &found.eigenvalues, &truth.spectrum, ACCURACY, 0.0);
}

/// The `count` eigenvalues nearest to `at`, ascending.
fn nearest(spectrum: &[f64], at: f64, count: usize) -> Vec<f64> {
    let mut sorted = spectrum.to_vec();
    sorted.sort_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()));
    sorted.truncate(count);
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[test]
fn nearest_modes() {
    for (seed, n) in [(5, 300), (6, 500)] {
        let truth = close_pairs(seed, n);
        // Inside, below and above the spectrum, and where a pair is a part in 10^9 wide.
        let pair = truth.spectrum[n / 2 + 4];
        for (at, count) in [(10.1, 12), (40.3, 7), (0.5, 9), (70.0, 11), (pair, 5)] {
            let what = format!("seed {seed}, {count} modes around {at}");
            let wanted = Wanted::Nearest { hz: hz_of(at), count };
            let found = solved(&what, &truth.pencil, wanted, &ModesOptions::default());
            assert_eq!(found.eigenvalues.len(), count, "{what}");
            check(&what, &truth, &found, &nearest(&truth.spectrum, at, count));
        }
    }
}

#[test]
fn modes_of_a_band() {
    for (seed, n) in [(7, 300), (8, 400)] {
        let truth = close_pairs(seed, n);
        for (low, high) in [(0.0, 5.0), (3.0, 9.0), (30.0, 33.0), (60.0, 80.0)] {
            let what = format!("seed {seed}, {low} to {high}");
            let wanted = Wanted::Band { low_hz: hz_of(low), high_hz: hz_of(high) };
            let found = solved(&what, &truth.pencil, wanted, &ModesOptions::default());
            let inside = truth.spectrum.iter().copied().filter(|value| (low..=high).contains(value));
            check(&what, &truth, &found, &inside.collect::<Vec<_>>());
        }
    }
}

/// A block narrower than a pair, and one that is wider than what is asked for.
#[test]
fn widths_of_the_block() {
    let truth = close_pairs(9, 300);
    for width in [1, 2, 3, 5, 8, 16] {
        let mut options = ModesOptions::default();
        options.block_width = Some(width);
        let what = format!("width {width}");
        let found = solved(&what, &truth.pencil, Wanted::Lowest(10), &options);
        check(&what, &truth, &found, &truth.spectrum[..10]);
    }
}

/// Sixty pairs of masses on a spring each, free: sixty rigid-body modes for a basis that was made for one.
#[test]
fn more_equal_modes_than_the_basis_holds() {
    let pairs = 60;
    let (mut k, mut m) = (faer::Mat::zeros(2 * pairs, 2 * pairs), faer::Mat::zeros(2 * pairs, 2 * pairs));
    for at in (0..2 * pairs).step_by(2) {
        for (i, j, value) in [(0, 0, 1.0), (1, 1, 1.0), (0, 1, -1.0), (1, 0, -1.0)] {
            k[(at + i, at + j)] = value;
        }
        (m[(at, at)], m[(at + 1, at + 1)]) = (1.0, 1.0);
    }
    let pencil = Pencil::of_dense((k, m));
    for width in [1, 3] {
        let mut options = ModesOptions::default();
        options.block_width = Some(width);
        let found = modes(&pencil.k, &pencil.m, Wanted::Lowest(1), &options, &Silent).expect("modes");
        assert_eq!((found.eigenvalues.as_slice(), found.rigid_count), (&[0.0][..], pairs), "{width}");
        assert!(found.proof.is_complete(), "{:?}", found.proof);
        options.rigid = RigidModes::Remove;
        let found = modes(&pencil.k, &pencil.m, Wanted::Lowest(1), &options, &Silent).expect("modes");
        assert!((found.eigenvalues[0] - 2.0).abs() < 1e-12, "{:?}", found.eigenvalues);
        let error = modes(&pencil.k, &pencil.m, Wanted::Lowest(61), &options, &Silent).map(|m| m.proof);
        assert_eq!(error.unwrap_err(), ModesError::TooMany { asked: 61, exist: 60 });
    }
}

/// An unstable mode below a rigid one: diag(-1, [1 -1; -1 1]), counted between -1 and 0.
#[test]
fn count_between_an_unstable_and_a_rigid_mode() {
    let k = faer::mat![[-1.0, 0.0, 0.0], [0.0, 1.0, -1.0], [0.0, -1.0, 1.0]];
    let pencil = Pencil::of_dense((k, faer::Mat::identity(3, 3)));
    let mut options = ModesOptions::default();
    options.shift_hz = Some(-0.3);
    for (count, expected) in [(1, &[-1.0][..]), (2, &[-1.0, 0.0]), (3, &[-1.0, 0.0, 2.0])] {
        let found = modes(&pencil.k, &pencil.m, Wanted::Lowest(count), &options, &Silent).expect("modes");
        assert!(found.proof.is_complete(), "{:?}", found.proof);
        for (value, expected) in found.eigenvalues.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-14, "{value} of {expected}");
        }
    }
}
