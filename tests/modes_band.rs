//! All modes of a band, with the count proved: against the lowest modes of the same pair, at edges, in slices.

mod support;

use modalsweep::modes::{Modes, ModesOptions, ModesPlan, PlanOptions, Proof, Wanted};
use modalsweep::parallel::Silent;
use support::chain::{ChainEnds, chain_eigenvalues, chain_mass, chain_stiffness};
use support::modes::{assert_close, check_counts, hz_of, lowest, solved};
use support::pencil::Pencil;
use support::prescribed::{Motion, ONE, Prescribed};
use support::solid::SolidFace;

#[track_caller]
fn band(what: &str, pencil: &Pencil, low_hz: f64, high_hz: f64) -> Modes {
    solved(what, pencil, Wanted::Band { low_hz, high_hz }, &ModesOptions::default())
}

#[test]
fn a_band_has_the_lowest_modes_that_lie_in_it() {
    for face in [SolidFace::Clamped, SolidFace::Free] {
        let pencil = Pencil::of_solid([6, 3, 3], face);
        let all = lowest("solid", &pencil, 40);
        let hz = all.frequencies_hz();
        let rigid = all.rigid_count;
        // Between two modes that are not copies of each other.
        let split = |from: usize| {
            let at = (from..39).find(|&i| hz[i + 1] > 1.001 * hz[i]).unwrap();
            (at + 1, 0.5 * (hz[at] + hz[at + 1]))
        };
        let (first, low) = split(rigid + 8);
        let (end, high) = split(25);
        for (low, high, range) in [
            (low, high, first..end),
            (0.0, low, 0..first),
            (-1.0, low, 0..first),
            (0.5 * hz[rigid], high, rigid..end),
        ] {
            let what = format!("{face:?}, {low} to {high} Hz");
            let found = band(&what, &pencil, low, high);
            assert_close(&what, &found.frequencies_hz(), &hz[range.clone()], 1e-9, 0.0);
            assert_eq!(found.eigenvalues.len(), range.len());
        }
    }
}

/// 200 values 1/4 apart, from 1 on.
fn steps(seed: u64) -> Prescribed {
    let motions: Vec<Motion> = (0..200).map(|i| Motion::Finite(ONE + i * ONE / 4)).collect();
    Prescribed::new(seed, &motions)
}

/// Both ends belong to the band; an end on an eigenvalue can't be counted at, so it is moved, and a remark says so.
#[test]
fn edges_on_eigenvalues() {
    let truth = steps(1);
    let [low, high] = [3.0, 7.5].map(hz_of);
    let found = band("edges", &truth.pencil, low, high);
    // The edges in Hz are rounded and so are the eigenvalues: each may be in or out.
    let first = found.eigenvalues[0];
    let last = *found.eigenvalues.last().unwrap();
    assert!((first - 3.0).abs() < 1e-9 || (first - 3.25).abs() < 1e-9, "{first}");
    assert!((last - 7.5).abs() < 1e-9 || (last - 7.25).abs() < 1e-9, "{last}");
    let expected = truth.spectrum.iter().copied().filter(|value| (first - 0.1..last + 0.1).contains(value));
    assert_close("edges", &found.eigenvalues, &expected.collect::<Vec<_>>(), 1e-10, 0.0);
    assert!(!found.remarks.is_empty());
    check_counts("edges", &found, &truth.spectrum);
}

#[test]
fn a_band_with_both_ends_within_rounding_of_one_eigenvalue() {
    let truth = steps(2);
    let hz = hz_of(5.0);
    let found = band("narrow", &truth.pencil, hz * (1.0 - 1e-6), hz * (1.0 + 1e-6));
    assert_close("narrow", &found.eigenvalues, &[5.0], 1e-10, 0.0);
}

#[test]
fn empty_bands() {
    let truth = steps(3);
    for (low, high) in [(0.1, 0.9), (1.05, 1.2), (51.0, 90.0), (1e4, 1e5)] {
        let found = band("empty", &truth.pencil, hz_of(low), hz_of(high));
        assert_eq!((found.eigenvalues.len(), found.shapes.ncols()), (0, 0));
        assert!(matches!(found.proof, Proof::Complete { counted: 0, .. }), "{:?}", found.proof);
        check_counts("empty", &found, &truth.spectrum);
    }
}

/// Hundreds of modes: more than one slice.
#[test]
fn a_band_in_slices() {
    let n = 1500;
    let pencil = Pencil::of_dense((chain_stiffness(n, 4.0, ChainEnds::Fixed), chain_mass(n, 1.0)));
    let spectrum = chain_eigenvalues(n, 4.0, 1.0, ChainEnds::Fixed);
    let (low, high) = (0.5 * (spectrum[199] + spectrum[200]), 0.5 * (spectrum[549] + spectrum[550]));
    let found = band("chain", &pencil, hz_of(low), hz_of(high));
    assert!(found.effort.slices > 1, "{:?}", found.effort);
    assert_close("chain", &found.eigenvalues, &spectrum[200..550], 1e-10, 0.0);
    check_counts("chain", &found, &spectrum);
}

/// The whole spectrum of a lattice with many repeated values, sliced at any place.
#[test]
fn a_band_with_all_modes() {
    let truth = {
        let motions = (0..300).map(|i| Motion::Finite(ONE + (i / 3) * ONE / 2));
        Prescribed::new(4, &motions.chain([Motion::Infinite; 20]).collect::<Vec<_>>())
    };
    let found = band("all", &truth.pencil, hz_of(0.5), hz_of(100.0));
    assert_close("all", &found.eigenvalues, &truth.spectrum, 1e-10, 0.0);
    check_counts("all", &found, &truth.spectrum);
}

#[test]
fn nearest_modes_on_both_sides() {
    let truth = steps(5);
    // 5 at 10.05: 9.5 is farther than 10.5.
    for (at, count, expected) in [
        (10.05, 5, vec![9.5, 9.75, 10.0, 10.25, 10.5]),
        (10.05, 1, vec![10.0]),
        (0.0, 2, vec![1.0, 1.25]),
        (-5.0, 3, vec![1.0, 1.25, 1.5]),
        (1e3, 3, vec![50.25, 50.5, 50.75]),
    ] {
        let what = format!("{count} around {at}");
        let wanted = Wanted::Nearest { hz: hz_of(at), count };
        let found = solved(&what, &truth.pencil, wanted, &ModesOptions::default());
        assert_close(&what, &found.eigenvalues, &expected, 1e-10, 0.0);
        check_counts(&what, &found, &truth.spectrum);
    }
    // On an eigenvalue: the shift is moved, the answer stays.
    let wanted = Wanted::Nearest { hz: hz_of(20.0), count: 3 };
    let found = solved("on", &truth.pencil, wanted, &ModesOptions::default());
    assert_close("on", &found.eigenvalues, &[19.75, 20.0, 20.25], 1e-10, 0.0);
    assert!(!found.remarks.is_empty());
}

/// A start from the modes themselves gives the same modes; a start of nonsense too.
#[test]
fn starts_do_not_change_the_answer() {
    let truth = steps(6);
    let first = lowest("first", &truth.pencil, 10);
    let nonsense = faer::Mat::<f64>::zeros(200, 4);
    for start in [first.shapes.as_ref(), nonsense.as_ref(), first.shapes.as_ref().subcols(3, 4)] {
        let mut options = ModesOptions::default();
        options.start = Some(start);
        let again = solved("again", &truth.pencil, Wanted::Lowest(10), &options);
        assert_close("again", &again.eigenvalues, &truth.spectrum[..10], 1e-10, 0.0);
    }
}

/// One plan, other values.
#[test]
fn a_plan_serves_pairs_of_its_pattern() {
    let pencil = Pencil::of_solid([4, 2, 2], SolidFace::Clamped);
    let plan = ModesPlan::new(&pencil.k, &pencil.m, &PlanOptions::default()).unwrap();
    let stiffer = pencil.k.with_values(pencil.k.values().iter().map(|value| 4.0 * value).collect()).unwrap();
    let options = ModesOptions::default();
    let one = plan.modes(&pencil.k, &pencil.m, Wanted::Lowest(6), &options, &Silent).unwrap();
    let four = plan.modes(&stiffer, &pencil.m, Wanted::Lowest(6), &options, &Silent).unwrap();
    let doubled: Vec<f64> = one.frequencies_hz().iter().map(|hz| 2.0 * hz).collect();
    assert_close("four times", &four.frequencies_hz(), &doubled, 1e-11, 0.0);
    assert!(one.proof.is_complete() && four.proof.is_complete());
}
