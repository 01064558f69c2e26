//! The same bits on 1, 2 and 4 threads, and many pairs as one at a time.

mod support;

use modalsweep::matrix::SymmetricMatrix;
use modalsweep::modes::{
    Modes, ModesError, ModesOptions, ModesPlan, PAIRS_PER_CHAIN, PlanOptions, Wanted, modes,
};
use modalsweep::parallel::{Silent, with_threads};
use support::modes::{assert_close, check};
use support::pencil::Pencil;
use support::solid::SolidFace;

/// Every number of a result that is not a time.
fn bits(found: &Modes) -> Vec<u64> {
    let shapes = found.shapes.col_iter().flat_map(|column| column.iter().copied().collect::<Vec<_>>());
    let lists = [&found.eigenvalues, &found.residuals, &found.attainable];
    let counts = found.counts.iter().flat_map(|count| [count.hz, count.probe_residual, count.below as f64]);
    let numbers = lists.into_iter().flatten().copied().chain(shapes).chain(counts);
    numbers.chain([found.orthogonality_defect, found.shift]).map(f64::to_bits).collect()
}

#[track_caller]
fn on_threads<T: PartialEq + std::fmt::Debug + Send>(what: &str, work: impl Fn() -> T + Sync) {
    let one = with_threads(1, &work).unwrap();
    for threads in [2, 4] {
        // `assert_eq` would print millions of numbers.
        assert!(with_threads(threads, &work).unwrap() == one, "{what}: other bits on {threads} threads");
    }
}

#[test]
fn one_pair() {
    for face in [SolidFace::Clamped, SolidFace::Free] {
        let Pencil { k, m } = Pencil::of_solid([9, 5, 5], face);
        let some = modes(&k, &m, Wanted::Lowest(12), &ModesOptions::default(), &Silent).unwrap();
        let hz = some.frequencies_hz();
        for wanted in [
            Wanted::Lowest(12),
            Wanted::Nearest { hz: 1.01 * hz[9], count: 5 },
            Wanted::Band { low_hz: 0.99 * hz[7], high_hz: 3.0 * hz[11] },
        ] {
            on_threads(&format!("{face:?}, {wanted:?}"), || {
                bits(&modes(&k, &m, wanted, &ModesOptions::default(), &Silent).unwrap())
            });
        }
    }
}

/// The same brick with one layer after the other made lighter and softer.
fn sample(base: &Pencil, index: usize) -> Pencil {
    let at = index as f64;
    let scaled = |matrix: &SymmetricMatrix, by: &dyn Fn(usize) -> f64| {
        let columns =
            (0..matrix.size()).flat_map(|col| matrix.column(col).map(move |(row, value)| (row, col, value)));
        // D A D with positive D keeps definiteness.
        matrix.with_values(columns.map(|(row, col, value)| value * by(row) * by(col)).collect()).unwrap()
    };
    let k = scaled(&base.k, &|dof| 1.0 + 0.02 * at * (dof % 7) as f64 / 7.0);
    let m = scaled(&base.m, &|dof| 1.0 + 0.01 * at * (dof % 5) as f64 / 5.0);
    Pencil { k, m }
}

#[test]
fn many_pairs() {
    let base = Pencil::of_solid([5, 3, 3], SolidFace::Clamped);
    let plan = ModesPlan::new(&base.k, &base.m, &PlanOptions::default()).unwrap();
    let count = 2 * PAIRS_PER_CHAIN + 3;
    let broken = PAIRS_PER_CHAIN + 2;
    let pair = |index: usize| {
        let Pencil { k, m } = sample(&base, index);
        if index == broken {
            return Err(ModesError::NoMass);
        }
        Ok((k, m))
    };
    let options = ModesOptions::default();
    let wanted = Wanted::Lowest(8);
    let run = || plan.modes_of_many(count, pair, wanted, &options, &Silent);
    on_threads("many", || {
        run().iter().map(|one| one.as_ref().map(bits).map_err(Clone::clone)).collect::<Vec<_>>()
    });
    let all = run();
    assert_eq!(all.len(), count);
    for (index, found) in all.iter().enumerate() {
        if index == broken {
            assert_eq!(found.as_ref().unwrap_err(), &ModesError::NoMass);
            continue;
        }
        let what = format!("pair {index}");
        let found = found.as_ref().unwrap();
        let pencil = sample(&base, index);
        check(&what, &pencil, found, &options);
        assert!(found.proof.is_complete(), "{what}");
        let alone = plan.modes(&pencil.k, &pencil.m, wanted, &options, &Silent).unwrap();
        assert_close(&what, &found.eigenvalues, &alone.eigenvalues, 1e-10, 0.0);
    }
}

/// A pair that can't be solved, and one of another size, don't harm the others of their chain.
#[test]
fn failures_stay_where_they_are() {
    let base = Pencil::of_solid([3, 2, 2], SolidFace::Clamped);
    let plan = ModesPlan::new(&base.k, &base.m, &PlanOptions::default()).unwrap();
    let other = Pencil::of_solid([2, 2, 2], SolidFace::Clamped);
    let negative = |matrix: &SymmetricMatrix| {
        matrix.with_values(matrix.values().iter().map(|value| -value).collect()).unwrap()
    };
    let pair = |index: usize| match index {
        1 => Ok((negative(&base.k), base.m.clone())),
        3 => Ok((base.k.clone(), negative(&base.m))),
        5 => Ok((other.k.clone(), other.m.clone())),
        _ => Ok((base.k.clone(), base.m.clone())),
    };
    let all = plan.modes_of_many(7, pair, Wanted::Lowest(5), &ModesOptions::default(), &Silent);
    assert!(matches!(all[1], Err(ModesError::Indefinite { .. })), "{:?}", all[1].as_ref().err());
    assert!(matches!(all[3], Err(ModesError::NegativeMass { dof: 0, .. })), "{:?}", all[3].as_ref().err());
    assert!(all[5].is_err());
    let expected = &all[0].as_ref().unwrap().eigenvalues;
    for index in [2, 4, 6] {
        assert_close("others", &all[index].as_ref().unwrap().eigenvalues, expected, 1e-10, 0.0);
    }
    let none = plan.modes_of_many(0, pair, Wanted::Lowest(5), &ModesOptions::default(), &Silent);
    assert!(none.is_empty());
}
