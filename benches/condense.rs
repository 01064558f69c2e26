//! How long do the factor of K_ss and the columns of one condensation take, on one core and on two?
//!
//! The brick of 20 x 20 x 20 hexahedra, one face clamped (26,460 equations), 500 masters spread evenly;
//! the same case as `solid26k` of benches/peers/condense.py, which runs other programs beside it.

#[path = "../tests/support/solid.rs"]
mod solid;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use modalsweep::condense::{GuyanOptions, GuyanPlan, Partition};
use modalsweep::factor::{Factor, FactorOptions, Symbolic, SymbolicOptions};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::parallel::{Silent, with_threads};

const MASTERS: usize = 500;

fn matrix(csc: solid::LowerCsc) -> SymmetricMatrix {
    SymmetricMatrix::from_lower_csc(csc.col_ptr, csc.row_idx, csc.values).expect("a symmetric matrix")
}

fn condensation(criterion: &mut Criterion) {
    let brick = solid::solid([20, 20, 20], solid::SolidFace::Clamped);
    let (stiffness, mass) = (matrix(brick.stiffness), matrix(brick.mass));
    let size = stiffness.size();
    let masters: Vec<usize> = (0..MASTERS).map(|k| k * (size - 1) / (MASTERS - 1)).collect();
    let partition = Partition::new(size, &masters).expect("masters");
    let options = GuyanOptions::default();
    let symbolic = Arc::new(Symbolic::new(&stiffness, &SymbolicOptions::default()).expect("a pattern"));
    let plan = GuyanPlan::new(&stiffness, partition, &options).expect("a plan");
    let mut group = criterion.benchmark_group("solid26k");
    group.sample_size(10);
    for threads in [1, 2] {
        group.bench_function(format!("factor, {threads} thread(s)"), |bencher| {
            with_threads(threads, || {
                bencher.iter(|| {
                    black_box(
                        Factor::new(&symbolic, &stiffness, &FactorOptions::default(), &Silent)
                            .expect("a factor"),
                    )
                });
            })
            .expect("threads");
        });
        for (what, mass) in [("stiffness", None), ("stiffness and mass", Some(&mass))] {
            group.bench_function(format!("condense {what}, {threads} thread(s)"), |bencher| {
                with_threads(threads, || {
                    bencher.iter(|| {
                        black_box(plan.condense(&stiffness, mass, &options, &Silent).expect("a condensation"))
                    });
                })
                .expect("threads");
            });
        }
    }
    group.finish();
}

criterion_group!(benches, condensation);
criterion_main!(benches);
