//! How fast do K and M come together from 101,400 C3D10 (421,668 equations)?
//!
//! `cargo bench --bench assembly`; the same in NumPy and SciPy: `benches/peers/stress.py --cases assembly`.
//! `RAYON_NUM_THREADS=1` gives one core.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use modalsweep::model::{Assembly, MassScheme, Model, tetrahedral_block};
use modalsweep::parallel::Silent;

fn assembly(c: &mut Criterion) {
    let deck = tetrahedral_block([26, 26, 25], [26.0, 26.0, 25.0]);
    let model = Model::from_deck(&deck).expect("a block");
    let mut group = c.benchmark_group("assembly");
    group.sample_size(10).measurement_time(Duration::from_secs(6));
    group.throughput(Throughput::Elements(model.blocks()[0].len() as u64));
    group.bench_function("pattern", |b| {
        b.iter(|| black_box(Assembly::new(&model).expect("equations").entries()))
    });
    let assembly = Assembly::new(&model).expect("equations");
    group.bench_function("stiffness", |b| b.iter(|| assembly.stiffness(&Silent).expect("finite")));
    for (name, scheme) in
        [("mass_consistent", MassScheme::Consistent), ("mass_calculix", MassScheme::Calculix)]
    {
        group.bench_function(name, |b| b.iter(|| assembly.mass(scheme, &Silent).expect("finite")));
    }
    group.finish();
}

criterion_group!(benches, assembly);
criterion_main!(benches);
