//! Benchmarks of NAFEMS with repeated roots, and free bodies whose bending modes come in pairs. Every copy has to be
//! found; a dense solve of the same matrices says how often each comes.

mod support;

#[path = "support/decks.rs"]
mod decks;

use decks::example;
use modalsweep::eigen::PairOptions;
use modalsweep::io::inp::ElementKind;
use modalsweep::model::MassScheme;
use modalsweep::modes::{Modes, ModesOptions, RigidModes, Wanted};
use support::bricks::block;
use support::modes::{assert_close, check_counts, lowest, solved};
use support::pencil::Pencil;
use support::statics::model_of;

/// All finite eigenvalues by the dense solver.
fn dense_spectrum(pencil: &Pencil) -> Vec<f64> {
    pencil.dense_modes(&PairOptions::default()).eigenvalues
}

/// Sturm counts and eigenvalues of the lowest modes against the dense ones, to `relative` of each and `absolute`.
#[track_caller]
fn check_lowest(what: &str, found: &Modes, spectrum: &[f64], relative: f64, absolute: f64) {
    check_counts(what, found, spectrum);
    assert_close(what, &found.eigenvalues, &spectrum[..found.eigenvalues.len()], relative, absolute);
}

/// Three rigid motions in the plane of the plate, then the values that NAFEMS gives for this mesh.
#[test]
fn fv52_simply_supported_solid_plate() {
    let pencil = Pencil::of_model(&example("decks/fv52.inp"), MassScheme::Consistent);
    let found = lowest("fv52", &pencil, 10);
    assert_eq!((found.rigid_count, &found.eigenvalues[..3]), (3, &[0.0; 3][..]));
    let nafems = [44.762, 110.52, 110.52, 169.08, 193.93, 206.64, 206.64];
    // The lowest differs by 8e-4, the others by less than 3e-4.
    assert_close("fv52", &found.frequencies_hz()[3..], &nafems, 1e-3, 0.0);
    check_lowest("fv52", &found, &dense_spectrum(&pencil), 1e-9, 0.0);
    let pairs = [(4, 5), (8, 9)];
    for (a, b) in pairs {
        assert!((found.eigenvalues[b] / found.eigenvalues[a] - 1.0).abs() < 1e-9, "modes {a} and {b}");
    }
}

/// Eight pinned arms: 11.336, 7 x 17.709, 45.345, 7 x 57.390 Hz.
#[test]
fn fv2_pin_ended_double_cross() {
    let pencil = Pencil::of_model(&example("decks/fv2.inp"), MassScheme::Consistent);
    let spectrum = dense_spectrum(&pencil);
    let nafems = [vec![11.336], vec![17.709; 7], vec![45.345], vec![57.390; 7]].concat();
    // Whole multiplets, and counts that cut through them.
    for count in [16, 1, 2, 5, 8, 9, 12, 15] {
        let what = format!("fv2, {count} modes");
        let found = lowest(&what, &pencil, count);
        assert_close(&what, &found.frequencies_hz(), &nafems[..count], 7e-3, 0.0);
        check_lowest(&what, &found, &spectrum, 1e-9, 0.0);
        assert_eq!(found.rigid_count, 0);
    }
}

/// The free plate of FV12, 10 x 10 x 0.05 m, of solids: six rigid modes, then 1.622 2.360 2.922 2 x 4.233 7.416 Hz.
#[test]
fn fv12_free_thin_plate_of_solids() {
    let lines = block(ElementKind::C3D20R, [8, 8, 1], [10.0, 10.0, 0.05]);
    let pencil = Pencil::of_model(&model_of(&lines), MassScheme::Consistent);
    let found = lowest("fv12", &pencil, 12);
    assert_eq!((found.rigid_count, &found.eigenvalues[..6]), (6, &[0.0; 6][..]));
    let nafems = [1.622, 2.360, 2.922, 4.233, 4.233, 7.416];
    assert_close("fv12", &found.frequencies_hz()[6..], &nafems, 0.02, 0.0);
    let pair = found.eigenvalues[10] / found.eigenvalues[9] - 1.0;
    // Rounding of K over the lowest stiffness: 1e-16 * 1e10.
    assert!(pair.abs() < 1e-5, "{pair:e}");
}

/// The same plate held in z along the edges of its middle plane: doubles at 5.942, 11.884 and 15.449 Hz.
#[test]
fn simply_supported_thin_plate_of_solids() {
    let mut lines = block(ElementKind::C3D20R, [8, 8, 1], [10.0, 10.0, 0.05]);
    // Mid nodes of the vertical edges of the elements: the middle plane.
    let edge: Vec<i64> = lines
        .deck
        .nodes
        .iter()
        .filter(|node| {
            node.position[2] == 0.025 && [0.0, 10.0].iter().any(|side| node.position[..2].contains(side))
        })
        .map(|node| node.id)
        .collect();
    assert_eq!(edge.len(), 32);
    edge.into_iter().for_each(|node| {
        lines.hold(node, (3, 3));
    });
    let pencil = Pencil::of_model(&model_of(&lines), MassScheme::Consistent);
    let found = lowest("plate", &pencil, 11);
    assert_eq!(found.rigid_count, 3);
    let nafems = [2.377, 5.942, 5.942, 9.507, 11.884, 11.884, 15.449, 15.449];
    assert_close("plate", &found.frequencies_hz()[3..], &nafems, 0.02, 0.0);
}

/// A free bar with a square cross-section: its bending modes come in exact pairs.
fn free_bar() -> Pencil {
    let lines = block(ElementKind::C3D20, [6, 1, 1], [6.0, 1.0, 1.0]);
    Pencil::of_model(&model_of(&lines), MassScheme::Consistent)
}

#[track_caller]
fn check_bar(what: &str, found: &Modes, spectrum: &[f64]) {
    check_lowest(what, found, spectrum, 1e-9, 0.0);
    assert_eq!((found.rigid_count, &found.eigenvalues[..6]), (6, &[0.0; 6][..]), "{what}");
    // Two in bending, and again two after torsion.
    assert!(
        (found.eigenvalues[7] / found.eigenvalues[6] - 1.0).abs() < 1e-9,
        "{what}: {:?}",
        found.eigenvalues
    );
}

/// With shift zero and no count a degenerate mode of such a body was lost and convergence reported
/// (FEMaster, issue 49).
#[test]
fn free_bar_has_six_rigid_modes_and_both_of_each_pair() {
    let pencil = free_bar();
    let spectrum = dense_spectrum(&pencil);
    assert!((spectrum[7] / spectrum[6] - 1.0).abs() < 1e-9);
    let lowest_hz = support::modes::hz_of(spectrum[6]);
    for count in [20, 6, 7, 8, 9] {
        let found = lowest("default", &pencil, count);
        check_counts("default", &found, &spectrum);
        assert_close("default", &found.eigenvalues, &spectrum[..count], 1e-9, 0.0);
        assert_eq!(found.rigid_count, 6);
    }
    for (width, shift) in [(Some(1), None), (Some(2), None), (Some(1), Some(-0.5)), (None, Some(-0.5))] {
        let mut options = ModesOptions::default();
        (options.block_width, options.shift_hz) = (width, shift.map(|part: f64| part * lowest_hz));
        let what = format!("width {width:?}, shift {shift:?}");
        let found = solved(&what, &pencil, Wanted::Lowest(14), &options);
        assert_eq!(found.eigenvalues.len(), 14);
        check_bar(&what, &found, &spectrum);
    }
}

#[test]
fn rigid_modes_are_removed_when_asked() {
    let pencil = free_bar();
    let spectrum = dense_spectrum(&pencil);
    let mut options = ModesOptions::default();
    options.rigid = RigidModes::Remove;
    let found = solved("removed", &pencil, Wanted::Lowest(5), &options);
    assert_eq!(found.rigid_count, 6);
    assert_close("removed", &found.eigenvalues, &spectrum[6..11], 1e-9, 0.0);
    check_counts("removed", &found, &spectrum);
}

/// A free cube has threefold modes.
#[test]
fn free_cube_has_all_of_its_triplets() {
    let lines = block(ElementKind::C3D20, [2, 2, 2], [1.0; 3]);
    let pencil = Pencil::of_model(&model_of(&lines), MassScheme::Consistent);
    let spectrum = dense_spectrum(&pencil);
    let triplets = (6..24).filter(|&i| spectrum[i + 2] / spectrum[i] - 1.0 < 1e-9).count();
    assert!(triplets >= 3, "{triplets}: {:?}", &spectrum[6..30]);
    for (count, width) in [(30, None), (10, None), (17, Some(1)), (23, Some(2))] {
        let mut options = ModesOptions::default();
        options.block_width = width;
        let found = solved("cube", &pencil, Wanted::Lowest(count), &options);
        assert_eq!(found.eigenvalues.len(), count);
        assert_eq!(found.rigid_count, 6);
        check_lowest("cube", &found, &spectrum, 1e-9, 0.0);
    }
}
