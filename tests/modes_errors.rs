//! Bad input: each error by name and numbers, one line, with help; and what is no error although it is not all.

mod support;

use faer::Mat;
use modalsweep::io::DofLabel;
use modalsweep::matrix::{DofNames, SymmetricMatrix};
use modalsweep::modes::{Modes, ModesError, ModesOptions, ModesPlan, PlanOptions, Proof, Wanted, modes};
use modalsweep::parallel::Silent;
use support::chain::{ChainEnds, chain_eigenvalues, chain_mass, chain_stiffness};
use support::modes::{assert_close, check, hz_of};
use support::pencil::{Pencil, of_entries};
use support::solid::SolidFace;

fn chain(n: usize, ends: ChainEnds) -> Pencil {
    Pencil::of_dense((chain_stiffness(n, 1.0, ends), chain_mass(n, 1.0)))
}

fn solve(pencil: &Pencil, wanted: Wanted, options: &ModesOptions) -> Result<Modes, ModesError> {
    modes(&pencil.k, &pencil.m, wanted, options, &Silent)
}

/// The error, whose message is one line.
#[track_caller]
fn refusal(pencil: &Pencil, wanted: Wanted, options: &ModesOptions) -> ModesError {
    let error = solve(pencil, wanted, options).map(|found| found.proof).unwrap_err();
    check_message(&error);
    error
}

#[track_caller]
fn check_message(error: &ModesError) {
    let names = DofNames::labelled(
        (0..2000).map(|i| DofLabel { node: i / 3 + 1, component: i as u32 % 3 + 1 }).collect(),
    );
    for text in [error.to_string(), error.describe(&names)] {
        assert!(!text.is_empty() && !text.contains('\n'), "{text}");
    }
}

#[track_caller]
fn lowest_refusal(pencil: &Pencil) -> ModesError {
    refusal(pencil, Wanted::Lowest(3), &ModesOptions::default())
}

/// The chain with entries of one matrix replaced or added.
fn changed(matrix: &SymmetricMatrix, changes: &[(usize, usize, f64)]) -> SymmetricMatrix {
    let entries =
        (0..matrix.size()).flat_map(|col| matrix.column(col).map(move |(row, value)| (row, col, value)));
    let kept =
        entries.filter(|entry| !changes.iter().any(|change| change.0 == entry.0 && change.1 == entry.1));
    of_entries(matrix.size(), kept.chain(changes.iter().copied()).collect::<Vec<_>>())
}

#[test]
fn sizes_that_differ() {
    let pencil = Pencil { k: chain(6, ChainEnds::Fixed).k, m: chain(5, ChainEnds::Fixed).m };
    let error = lowest_refusal(&pencil);
    assert!(matches!(error, ModesError::Matrix(_)), "{error:?}");
    assert!(error.to_string().contains('6') && error.to_string().contains('5'), "{error}");
    let error = ModesPlan::new(&pencil.k, &pencil.m, &PlanOptions::default()).unwrap_err();
    assert!(matches!(error, ModesError::Matrix(_)), "{error:?}");
}

#[test]
fn a_pair_that_is_not_the_planned_one() {
    let pencil = chain(6, ChainEnds::Fixed);
    let plan = ModesPlan::new(&pencil.k, &pencil.m, &PlanOptions::default()).unwrap();
    let other = chain(7, ChainEnds::Fixed);
    let options = ModesOptions::default();
    assert!(plan.modes(&other.k, &other.m, Wanted::Lowest(2), &options, &Silent).is_err());
    assert!(plan.count_below(&other.k, &other.m, 1.0, &options, &Silent).is_err());
    let wider = changed(&pencil.k, &[(5, 0, -0.5)]);
    assert!(plan.modes(&wider, &pencil.m, Wanted::Lowest(2), &options, &Silent).is_err());
}

#[test]
fn nothing_asked_for() {
    let pencil = chain(6, ChainEnds::Fixed);
    let options = ModesOptions::default();
    assert_eq!(refusal(&pencil, Wanted::Lowest(0), &options), ModesError::NoneAsked);
    assert_eq!(refusal(&pencil, Wanted::Nearest { hz: 0.1, count: 0 }, &options), ModesError::NoneAsked);
}

#[test]
fn more_than_exist() {
    let pencil = chain(6, ChainEnds::Fixed);
    let massless = Pencil { m: changed(&pencil.m, &[(2, 2, 0.0), (4, 4, 0.0)]), ..pencil.clone() };
    let options = ModesOptions::default();
    for (pencil, exist) in [(&pencil, 6), (&massless, 4)] {
        assert_eq!(solve(pencil, Wanted::Lowest(exist), &options).unwrap().eigenvalues.len(), exist);
        for wanted in [Wanted::Lowest(exist + 1), Wanted::Nearest { hz: 0.2, count: exist + 1 }] {
            assert_eq!(refusal(pencil, wanted, &options), ModesError::TooMany { asked: exist + 1, exist });
        }
    }
    let error = ModesError::TooMany { asked: 7, exist: 6 };
    assert_eq!(error.to_string(), "7 modes asked for, the model has 6");
}

#[test]
fn no_mass() {
    let pencil = chain(6, ChainEnds::Fixed);
    let zero = of_entries(6, [(0, 0, 0.0), (3, 1, 0.0)]);
    assert_eq!(lowest_refusal(&Pencil { m: zero, ..pencil.clone() }), ModesError::NoMass);
    assert_eq!(lowest_refusal(&Pencil { m: of_entries(6, []), ..pencil }), ModesError::NoMass);
}

#[test]
fn negative_and_indefinite_mass() {
    let pencil = chain(8, ChainEnds::Fixed);
    let with = |changes: &[(usize, usize, f64)]| Pencil { m: changed(&pencil.m, changes), ..pencil.clone() };
    assert_eq!(lowest_refusal(&with(&[(5, 5, -0.25)])), ModesError::NegativeMass { dof: 5, value: -0.25 });
    // 1.5^2 > 1 * 1.
    let error = lowest_refusal(&with(&[(4, 2, 1.5)]));
    assert!(
        matches!(
            error,
            ModesError::IndefiniteMass { dof: 2, other: 4 } | ModesError::IndefiniteMass { dof: 4, other: 2 }
        ),
        "{error:?}"
    );
    // A coupling to a DOF without mass.
    let error = lowest_refusal(&with(&[(3, 3, 0.0), (4, 3, 0.1)]));
    assert!(matches!(error, ModesError::IndefiniteMass { .. }), "{error:?}");
    // Each two by two part is definite, the three together are not: eigenvalues 1 + 0.8, 1 + 0.8, 1 - 1.6.
    let error = lowest_refusal(&with(&[(3, 2, -0.8), (4, 2, -0.8), (4, 3, -0.8)]));
    assert!(matches!(error, ModesError::NegativeMassMotion { dof: 2..=4 }), "{error:?}");
}

/// What is negative by rounding is no negative mass: Nastran writes such matrices.
#[test]
fn mass_that_is_indefinite_by_rounding() {
    let pencil = chain(8, ChainEnds::Fixed);
    let m = changed(&pencil.m, &[(2, 2, 1.0), (3, 3, 1.0), (3, 2, 1.0 + 1e-15), (6, 6, 0.0)]);
    let found = solve(&Pencil { m, ..pencil }, Wanted::Lowest(4), &ModesOptions::default()).unwrap();
    assert!(found.proof.is_complete() && found.eigenvalues.iter().all(|value| *value > 0.0));
}

#[test]
fn singular_stiffness_at_a_given_shift() {
    let mut options = ModesOptions::default();
    options.shift_hz = Some(0.0);
    for (pencil, motions) in
        [(chain(9, ChainEnds::Free), 1), (Pencil::of_solid([3, 2, 2], SolidFace::Free), 6)]
    {
        let error = refusal(&pencil, Wanted::Lowest(8), &options);
        let ModesError::Singular { dofs, shift_hz, suggested_hz } = &error else { panic!("{error:?}") };
        assert_eq!((dofs.len(), *shift_hz), (motions, 0.0));
        assert!(*suggested_hz < 0.0);
        assert!(error.help().unwrap().contains(&format!("--shift {suggested_hz}")), "{:?}", error.help());
        // What it says to do works.
        let mut options = ModesOptions::default();
        options.shift_hz = Some(*suggested_hz);
        for options in [options, ModesOptions::default()] {
            let found = solve(&pencil, Wanted::Lowest(8), &options).unwrap();
            assert_eq!((found.rigid_count, found.proof.is_complete()), (motions, true));
        }
    }
}

#[test]
fn negative_stiffness() {
    let pencil = chain(8, ChainEnds::Fixed);
    let soft = Pencil { k: changed(&pencil.k, &[(5, 5, -1.0)]), ..pencil };
    let error = lowest_refusal(&soft);
    assert!(matches!(error, ModesError::Indefinite { pivot, .. } if pivot < 0.0), "{error:?}");
    assert!(error.help().unwrap().contains("--shift"), "{:?}", error.help());
}

/// Neither stiffness nor mass: no number is an eigenvalue of it, or all are.
#[test]
fn motions_with_neither_stiffness_nor_mass() {
    let pencil = chain(8, ChainEnds::Fixed);
    let bare = |matrix: &SymmetricMatrix| changed(matrix, &[(4, 4, 0.0), (4, 3, 0.0), (5, 4, 0.0)]);
    let error = lowest_refusal(&Pencil { k: bare(&pencil.k), m: bare(&pencil.m) });
    assert_eq!(error, ModesError::Loose { dofs: vec![4] });
    // A free pair of massless DOFs between springs.
    let spring = [(8, 8, 1.0), (9, 8, -1.0), (9, 9, 1.0)];
    let grown = |matrix: &SymmetricMatrix, more: &[(usize, usize, f64)]| {
        let entries = (0..8).flat_map(|col| matrix.column(col).map(move |(row, value)| (row, col, value)));
        of_entries(10, entries.chain(more.iter().copied()).collect::<Vec<_>>())
    };
    let error = lowest_refusal(&Pencil { k: grown(&pencil.k, &spring), m: grown(&pencil.m, &[]) });
    assert!(matches!(&error, ModesError::Loose { dofs } if dofs.len() == 1 && dofs[0] >= 8), "{error:?}");
}

#[test]
fn bands_and_frequencies_that_make_no_sense() {
    let pencil = chain(8, ChainEnds::Fixed);
    let options = ModesOptions::default();
    for (low_hz, high_hz) in [(2.0, 1.0), (1.0, 1.0), (0.0, -1.0)] {
        let error = refusal(&pencil, Wanted::Band { low_hz, high_hz }, &options);
        assert_eq!(error, ModesError::BandOrder { low_hz, high_hz });
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut shifted = ModesOptions::default();
        shifted.shift_hz = Some(value);
        for (wanted, options) in [
            (Wanted::Band { low_hz: value, high_hz: 1.0 }, &options),
            (Wanted::Band { low_hz: 0.0, high_hz: value }, &options),
            (Wanted::Nearest { hz: value, count: 2 }, &options),
            (Wanted::Lowest(2), &shifted),
        ] {
            let error = refusal(&pencil, wanted, options);
            assert!(matches!(error, ModesError::NotFinite { .. }), "{wanted:?}: {error:?}");
        }
    }
}

#[test]
fn starts_of_another_size() {
    let pencil = chain(8, ChainEnds::Fixed);
    let start = Mat::<f64>::zeros(7, 2);
    let mut options = ModesOptions::default();
    options.start = Some(start.as_ref());
    assert_eq!(refusal(&pencil, Wanted::Lowest(2), &options), ModesError::StartSize { found: 7, size: 8 });
}

#[test]
fn memory_limit() {
    let pencil = Pencil::of_solid([6, 4, 4], SolidFace::Clamped);
    let mut options = ModesOptions::default();
    options.memory_limit = Some(10_000);
    let error = refusal(&pencil, Wanted::Lowest(10), &options);
    assert!(
        matches!(error, ModesError::MemoryLimit { needed, limit: 10_000 } if needed > 10_000),
        "{error:?}"
    );
    let mut plan = PlanOptions::default();
    plan.memory_limit = Some(1000);
    let error = ModesPlan::new(&pencil.k, &pencil.m, &plan).unwrap_err();
    check_message(&error);
    assert!(matches!(error, ModesError::MemoryLimit { .. }), "{error:?}");
}

/// What converged is returned, and the proof says how many are missing.
#[test]
fn giving_up_is_no_error() {
    let pencil = chain(400, ChainEnds::Fixed);
    let spectrum = chain_eigenvalues(400, 1.0, 1.0, ChainEnds::Fixed);
    for (steps, wanted) in [
        (1, Wanted::Lowest(30)),
        (2, Wanted::Lowest(30)),
        (1, Wanted::Nearest { hz: hz_of(2.0), count: 25 }),
        (1, Wanted::Band { low_hz: hz_of(1.0), high_hz: hz_of(1.2) }),
    ] {
        let mut options = ModesOptions::default();
        (options.most_steps, options.block_width) = (steps, Some(2));
        let found = solve(&pencil, wanted, &options).unwrap();
        check("short", &pencil, &found, &options);
        let Proof::Short { found: converged, counted, .. } = found.proof else { panic!("{:?}", found.proof) };
        assert!(converged < counted, "{:?}", found.proof);
        assert!(found.eigenvalues.len() <= converged, "{:?}", found.proof);
        for value in &found.eigenvalues {
            let nearest = spectrum.iter().map(|own| (own - value).abs()).fold(f64::INFINITY, f64::min);
            assert!(nearest < 1e-9, "{value}");
        }
    }
}

/// A shift on an eigenvalue is moved, with a remark.
#[test]
fn shift_on_an_eigenvalue() {
    let pencil = Pencil {
        k: of_entries(5, (0..5).map(|i| (i, i, 1.0 + i as f64))),
        m: of_entries(5, (0..5).map(|i| (i, i, 1.0))),
    };
    let found =
        solve(&pencil, Wanted::Nearest { hz: hz_of(3.0), count: 3 }, &ModesOptions::default()).unwrap();
    assert_close("on", &found.eigenvalues, &[2.0, 3.0, 4.0], 1e-12, 0.0);
    assert!(found.proof.is_complete() && !found.remarks.is_empty(), "{:?}", found.remarks);
}
