//! How fast do displacements become stresses? Bars beside a copy of as many bytes; 50,400 C3D10 for 1, 10 and 100
//! cases; the envelope of 100.
//!
//! `cargo bench --bench stress`; the same in NumPy and Numba: `benches/peers/stress.py`. `RAYON_NUM_THREADS=1` gives one
//! core.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use modalsweep::model::{Model, tetrahedral_block};
use modalsweep::stress::{Displacements, Envelope, EnvelopeOf, StressRecovery, triple_stress_into};
use ndarray::{Array2, Array3};
use rayon::prelude::*;

const BARS: usize = 1_000_000;

/// Values between -1 and 1 without a pattern.
fn rough(count: usize) -> Vec<f64> {
    (0..count).map(|k| 2.0 * (k as f64 * 0.618_033_988_749_894_9).fract() - 1.0).collect()
}

fn bars(c: &mut Criterion) {
    let triples = rough(3 * BARS);
    let young = vec![210e9; BARS];
    let lengths: Vec<f64> = rough(BARS).into_iter().map(|value| 1.5 + value).collect();
    let mut stress = vec![0.0; BARS];
    let mut copy = vec![0.0; 3 * BARS];
    let mut group = c.benchmark_group("bars");
    // Five doubles read and one written, or three of each.
    group.throughput(Throughput::Bytes(48 * BARS as u64));
    group.bench_function("triples", |b| {
        b.iter(|| {
            triple_stress_into(&young, triples.as_chunks().0, &lengths, &mut stress);
            black_box(&stress);
        });
    });
    group.bench_function("copy", |b| {
        b.iter(|| {
            let chunks = copy.par_chunks_mut(3 * 8192).zip(triples.par_chunks(3 * 8192));
            chunks.for_each(|(copy, triples)| copy.copy_from_slice(triples));
            black_box(&copy);
        });
    });
    group.finish();
}

fn solids(c: &mut Criterion) {
    let deck = tetrahedral_block([20, 20, 21], [20.0, 20.0, 21.0]);
    let model = Model::from_deck(&deck).expect("a block");
    let elements = model.blocks()[0].len() as u64;
    let recovery = StressRecovery::new(&model);
    let equations = model.equations().count();
    let mut group = c.benchmark_group("c3d10");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    for cases in [1, 10, 100] {
        let values =
            Array2::from_shape_vec((cases, equations), rough(cases * equations)).expect("a row a case");
        let moved = Displacements::new(&model, values.view()).expect("of this model");
        group.throughput(Throughput::Elements(elements * cases as u64));
        let mut stresses = Array3::zeros((cases, recovery.point_count(), 6));
        group.bench_function(format!("stresses_{cases}"), |b| {
            b.iter(|| recovery.stresses_into(&moved, stresses.view_mut()));
        });
        drop(stresses);
        let mut von_mises = Array2::zeros((cases, recovery.point_count()));
        group.bench_function(format!("von_mises_{cases}"), |b| {
            b.iter(|| recovery.von_mises_into(&moved, von_mises.view_mut()));
        });
        group.bench_function(format!("envelope_{cases}"), |b| {
            b.iter(|| {
                let mut envelope = Envelope::new(&recovery, EnvelopeOf::VonMises);
                envelope.add(&moved);
                envelope.cases()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bars, solids);
criterion_main!(benches);
