//! What do twenty modes with their proof cost, on one core and on two; many pairs; a band; a MAC?
//!
//! `solid26k` is the brick of 20 x 20 x 20 hexahedra, one face clamped (26,460 equations), as in
//! `benches/peers/modes.py`, which runs other programs beside it.

#[path = "../tests/support/solid.rs"]
mod solid;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::modes::{Modes, ModesOptions, ModesPlan, PAIRS_PER_CHAIN, PlanOptions, Wanted, mac};
use modalsweep::parallel::{Silent, with_threads};
use rayon::prelude::*;
use solid::SolidFace;

const MODES: usize = 20;

/// Two chains.
const PAIRS: usize = 2 * PAIRS_PER_CHAIN;

type Pair = (SymmetricMatrix, SymmetricMatrix);

/// A brick of unit cubes with the face x = 0 clamped, and its plan.
fn brick(elements: [usize; 3]) -> (Pair, ModesPlan) {
    let brick = solid::solid(elements, SolidFace::Clamped);
    let matrix = |csc: solid::LowerCsc| {
        SymmetricMatrix::from_lower_csc(csc.col_ptr, csc.row_idx, csc.values).expect("a symmetric matrix")
    };
    let pair = (matrix(brick.stiffness), matrix(brick.mass));
    let plan = ModesPlan::new(&pair.0, &pair.1, &PlanOptions::default()).expect("a plan");
    (pair, plan)
}

fn solve(plan: &ModesPlan, pair: &Pair, wanted: Wanted) -> Modes {
    let modes = plan.modes(&pair.0, &pair.1, wanted, &ModesOptions::default(), &Silent).expect("modes");
    assert!(modes.proof.is_complete(), "{:?}", modes.proof);
    modes
}

/// Runs `work` on one thread and on two.
fn on_threads(criterion: &mut Criterion, group: &str, name: &str, work: impl Fn() + Sync) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for threads in [1, 2] {
        group.bench_function(format!("{name}, {threads} thread(s)"), |bencher| {
            with_threads(threads, || bencher.iter(&work)).expect("threads");
        });
    }
    group.finish();
}

fn lowest(criterion: &mut Criterion) {
    let (pair, plan) = brick([20, 20, 20]);
    on_threads(criterion, "solid26k", "20 modes", || {
        black_box(solve(&plan, &pair, Wanted::Lowest(MODES)));
    });
}

/// All modes up to the sixtieth, as a band: slices.
fn band(criterion: &mut Criterion) {
    let (pair, plan) = brick([10, 10, 10]);
    let hz = solve(&plan, &pair, Wanted::Lowest(61)).frequencies_hz();
    let band = Wanted::Band { low_hz: 0.5 * hz[0], high_hz: 0.5 * (hz[59] + hz[60]) };
    on_threads(criterion, "band of 60, 3,630 equations", "slices", || {
        black_box(solve(&plan, &pair, band));
    });
    on_threads(criterion, "band of 60, 3,630 equations", "60 lowest", || {
        black_box(solve(&plan, &pair, Wanted::Lowest(60)));
    });
}

/// Designs with more and more mass in one half: in chains of neighbours, and each by itself.
fn many(criterion: &mut Criterion) {
    let ((stiffness, mass), plan) = brick([10, 10, 10]);
    let design = |index: usize| {
        let heavier = 1.0 + 0.01 * index as f64;
        let half = mass.col_ptr()[mass.size() / 2];
        let scaled = |(at, value): (usize, &f64)| if at < half { heavier * value } else { *value };
        let values = mass.values().iter().enumerate().map(scaled).collect();
        (stiffness.clone(), mass.with_values(values).expect("a mass"))
    };
    let group = "16 pairs of 3,630 equations, 20 modes each";
    on_threads(criterion, group, "neighbours' starts", || {
        let options = ModesOptions::default();
        let all = plan.modes_of_many(PAIRS, |at| Ok(design(at)), Wanted::Lowest(MODES), &options, &Silent);
        assert!(all.iter().all(|modes| modes.as_ref().is_ok_and(|modes| modes.proof.is_complete())));
        black_box(all);
    });
    on_threads(criterion, group, "each by itself", || {
        let one = |at| solve(&plan, &design(at), Wanted::Lowest(MODES));
        black_box((0..PAIRS).into_par_iter().map(one).collect::<Vec<_>>());
    });
}

/// Mass-weighted MAC of two sets of twenty shapes.
fn alike(criterion: &mut Criterion) {
    let (pair, plan) = brick([20, 20, 20]);
    let shapes = solve(&plan, &pair, Wanted::Lowest(MODES)).shapes;
    on_threads(criterion, "solid26k", "MAC of 20 with 20", || {
        black_box(mac(shapes.as_ref(), shapes.as_ref(), Some(&pair.1)).expect("a MAC"));
    });
}

criterion_group!(benches, lowest, band, many, alike);
criterion_main!(benches);
