//! What does one matrix of a batch cost: ours, faer and nalgebra, on one thread?
//!
//! `cargo bench --bench eigen`; times are for the whole batch, `elem/s` counts matrices. The same programs beside
//! NumPy, SciPy and MKL: `benches/peers/eigen.py`.

mod eigen_programs;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use eigen_programs::{Problem, kind};
use modalsweep::eigen::InstructionSet;
use modalsweep::eigen::random::{Family, chain_pairs, stack};
use modalsweep::parallel::with_threads;

/// Enough for all lanes and for a stable time.
fn count(n: usize) -> usize {
    (40_000 / (n * n)).clamp(2, 64) * 8
}

fn problem(name: &str, n: usize) -> Problem {
    let set = InstructionSet::detect();
    match name {
        "general" => Problem { stack: stack(Family::Uniform, count(n), n, 0), mass: None, set },
        "symmetric" => Problem { stack: stack(Family::Goe, count(n), n, 0), mass: None, set },
        _ => {
            let (stack, mass) = chain_pairs(count(n), n, 0);
            Problem { stack, mass: Some(mass), set }
        }
    }
}

fn eigenvalues(criterion: &mut Criterion) {
    let cases: [(&str, &[usize]); 4] = [
        ("general", &[8, 32, 100, 200, 300]),
        ("symmetric", &[8, 32, 64, 200]),
        ("pair", &[50]),
        ("pair_vectors", &[50]),
    ];
    for (name, sizes) in cases {
        for &n in sizes {
            let problem = problem(name, n);
            let mut group = criterion.benchmark_group(format!("{name} {n}"));
            group.sample_size(10).measurement_time(Duration::from_secs(3));
            group.throughput(Throughput::Elements(count(n) as u64));
            for (program, prepare) in kind(name).programs {
                let mut values = Vec::new();
                group.bench_function(*program, |bencher| {
                    with_threads(1, || {
                        let mut work = prepare(&problem);
                        bencher.iter(|| {
                            values.clear();
                            work(black_box(&mut values));
                        });
                    })
                    .expect("threads");
                });
            }
            group.finish();
        }
    }
}

criterion_group!(benches, eigenvalues);
criterion_main!(benches);
