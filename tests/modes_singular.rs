//! Singular matrices: massless DOFs, free bodies, both at once; negative eigenvalues.

mod support;

#[path = "support/decks.rs"]
mod decks;

use decks::example;
use modalsweep::eigen::PairOptions;
use modalsweep::io::inp::ElementKind;
use modalsweep::model::MassScheme;
use modalsweep::modes::{ModesError, ModesOptions, ModesPlan, PlanOptions, Wanted, modes};
use modalsweep::parallel::Silent;
use support::beam::{BeamEnd, BeamMass, CANTILEVER_NASTRAN_HZ, beam};
use support::bricks::block;
use support::modes::{assert_close, check_counts, eigenvalue_of, hz_of, lowest, solved};
use support::pencil::Pencil;
use support::prescribed::{Motion, ONE, Prescribed};
use support::statics::{drop_ref, model_of};

#[track_caller]
fn refusal(pencil: &Pencil, wanted: Wanted, options: &ModesOptions) -> ModesError {
    let error = modes(&pencil.k, &pencil.m, wanted, options, &Silent).map(|found| found.proof).unwrap_err();
    assert!(error.help().is_some(), "{error}");
    error
}

/// Ten massless rotations.
#[test]
fn cantilever_of_msc_nastran() {
    let pencil = Pencil::of_files("data/cantilever/K.mtx", "data/cantilever/M.mtx");
    let spectrum: Vec<f64> = CANTILEVER_NASTRAN_HZ.map(eigenvalue_of).to_vec();
    for count in [1, 2, 5, 9, 10] {
        let found = lowest("cantilever", &pencil, count);
        assert_close("cantilever", &found.frequencies_hz(), &CANTILEVER_NASTRAN_HZ[..count], 2e-11, 0.0);
        check_counts("cantilever", &found, &spectrum);
    }
    let error = refusal(&pencil, Wanted::Lowest(11), &ModesOptions::default());
    assert_eq!(error, ModesError::TooMany { asked: 11, exist: 10 });
}

/// A free beam with lumped mass: two rigid modes, and rotations without mass.
#[test]
fn free_beam_with_lumped_mass() {
    let pencil = Pencil::of_dense(beam(30, BeamMass::Lumped, BeamEnd::Free));
    let spectrum = pencil.dense_modes(&PairOptions::default()).eigenvalues;
    assert_eq!(spectrum.len(), 31);
    for count in [1, 2, 3, 12, 31] {
        let found = lowest("beam", &pencil, count);
        assert_eq!(found.rigid_count, 2);
        assert_close("beam", &found.eigenvalues, &spectrum[..count], 1e-8, 0.0);
        check_counts("beam", &found, &spectrum);
    }
    let error = refusal(&pencil, Wanted::Lowest(32), &ModesOptions::default());
    assert_eq!(error, ModesError::TooMany { asked: 32, exist: 31 });
}

/// C3D20R: eight points of mass for sixty DOFs of an element.
#[test]
fn mass_of_reduced_integration() {
    let pencil = Pencil::of_model(&example("decks/c3d20r_frequency.inp"), MassScheme::Calculix);
    let dense = pencil.dense_modes(&PairOptions::default());
    assert!(dense.infinite_count > 0, "{}", dense.infinite_count);
    let exist = dense.eigenvalues.len();
    for count in [10, 40, exist] {
        let what = format!("{count} of {exist} modes");
        let found = lowest(&what, &pencil, count);
        assert_close(&what, &found.eigenvalues, &dense.eigenvalues[..count], 1e-8, 0.0);
        check_counts(&what, &found, &dense.eigenvalues);
    }
    let error = refusal(&pencil, Wanted::Lowest(pencil.size()), &ModesOptions::default());
    assert_eq!(error, ModesError::TooMany { asked: pencil.size(), exist });
}

/// A row of C3D20R, clamped: a pattern of mid nodes vanishes at all points, with neither stiffness nor mass.
#[test]
fn a_row_of_reduced_elements_has_a_loose_motion() {
    let mut lines = block(ElementKind::C3D20R, [3, 1, 1], [3.0, 1.0, 1.0]);
    let held = lines.deck.nodes.iter().filter(|node| node.position[0] == 0.0).map(|node| node.id);
    held.collect::<Vec<_>>().into_iter().for_each(|node| drop_ref(lines.hold(node, (1, 3))));
    let pencil = Pencil::of_model(&model_of(&lines), MassScheme::Calculix);
    let error = refusal(&pencil, Wanted::Lowest(10), &ModesOptions::default());
    assert!(matches!(error, ModesError::Loose { .. }), "{error:?}");
    // A mass with more points holds it.
    let pencil = Pencil::of_model(&model_of(&lines), MassScheme::Consistent);
    let found = lowest("row", &pencil, 10);
    let dense = pencil.dense_modes(&PairOptions::default()).eigenvalues;
    assert_close("row", &found.eigenvalues, &dense[..10], 1e-8, 0.0);
}

/// 90 values from 2 on, `first` before them, 30 massless motions.
fn mixed(seed: u64, first: &[i64]) -> Prescribed {
    let finite = (0..90).map(|i| Motion::Finite(2 * ONE + i * ONE / 4));
    let first = first.iter().map(|&value| Motion::Finite(value));
    Prescribed::new(seed, &first.chain(finite).chain([Motion::Infinite; 30]).collect::<Vec<_>>())
}

/// K and M singular together, K + M regular.
#[test]
fn rigid_and_massless_motions_together() {
    for (seed, rigid) in [(1, 1), (2, 3), (3, 6), (4, 12)] {
        let truth = mixed(seed, &vec![0; rigid]);
        for count in [1, rigid, rigid + 5, 40, 90 + rigid] {
            let what = format!("{rigid} rigid motions, {count} modes");
            let found = lowest(&what, &truth.pencil, count);
            assert_eq!(found.rigid_count, rigid, "{what}");
            assert_close(&what, &found.eigenvalues, &truth.spectrum[..count], 1e-10, 0.0);
            check_counts(&what, &found, &truth.spectrum);
        }
        let asked = 91 + rigid;
        let error = refusal(&truth.pencil, Wanted::Lowest(asked), &ModesOptions::default());
        assert_eq!(error, ModesError::TooMany { asked, exist: 90 + rigid });
    }
}

/// A negative eigenvalue is refused, or found from a shift below it.
#[test]
fn unstable_modes() {
    let truth = mixed(5, &[-3 * ONE, -ONE / 2]);
    let error = refusal(&truth.pencil, Wanted::Lowest(4), &ModesOptions::default());
    assert!(matches!(error, ModesError::Indefinite { pivot, .. } if pivot < 0.0), "{error:?}");
    let mut options = ModesOptions::default();
    options.shift_hz = Some(hz_of(-8.0));
    let found = solved("below", &truth.pencil, Wanted::Lowest(6), &options);
    assert_close("below", &found.eigenvalues, &truth.spectrum[..6], 1e-10, 0.0);
    check_counts("below", &found, &truth.spectrum);
    assert_close("Hz", &found.frequencies_hz()[..2], &[hz_of(-3.0), hz_of(-0.5)], 1e-10, 0.0);
    // From a shift between the two: refused as well, one lies below.
    options.shift_hz = Some(hz_of(-1.0));
    let error = refusal(&truth.pencil, Wanted::Lowest(6), &options);
    assert!(matches!(error, ModesError::Indefinite { .. }), "{error:?}");
    let wanted = Wanted::Band { low_hz: hz_of(-1.0), high_hz: hz_of(2.6) };
    let found = solved("band", &truth.pencil, wanted, &ModesOptions::default());
    assert_close("band", &found.eigenvalues, &[-0.5, 2.0, 2.25, 2.5], 1e-10, 0.0);
    let wanted = Wanted::Nearest { hz: hz_of(-1.0), count: 3 };
    let found = solved("nearest", &truth.pencil, wanted, &ModesOptions::default());
    assert_close("nearest", &found.eigenvalues, &[-3.0, -0.5, 2.0], 1e-10, 0.0);
}

#[test]
fn counts_below_a_frequency() {
    let truth = mixed(6, &[-3 * ONE, 0, 0, ONE / 8]);
    let Pencil { k, m } = &truth.pencil;
    let plan = ModesPlan::new(k, m, &PlanOptions::default()).unwrap();
    let cases = [(-4.0, 0), (-2.0, 1), (-0.01, 1), (0.01, 3), (1.0, 4), (2.1, 5), (10.1, 37), (1e6, 94)];
    for (at, expected) in cases {
        let count = plan.count_below(k, m, hz_of(at), &ModesOptions::default(), &Silent).unwrap();
        assert_eq!(count.below, expected, "{count:?}");
        assert!((count.eigenvalue / at - 1.0).abs() < 1e-12 && (count.hz / hz_of(at) - 1.0).abs() < 1e-12);
    }
    // On an eigenvalue the count is taken beside it, and says where.
    for at in [0.0, 2.0, 8.0] {
        let count = plan.count_below(k, m, hz_of(at), &ModesOptions::default(), &Silent).unwrap();
        let below = truth.spectrum.iter().filter(|&&value| value < count.eigenvalue).count();
        assert_eq!(count.below, below, "{count:?}");
        assert!((count.eigenvalue - at).abs() < 0.01, "{count:?}");
    }
}
