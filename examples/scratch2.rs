use modalsweep::{io::inp::read_deck, model::*, parallel::with_threads, stress::*};
use ndarray::*;
use std::time::Instant;
fn main() {
    let deck =
        read_deck(std::path::Path::new(&std::env::args().nth(1).unwrap())).unwrap_or_else(|e| panic!("{e}"));
    let cases: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let threads: usize = std::env::args().nth(3).unwrap().parse().unwrap();
    let model = Model::from_deck(&deck).unwrap();
    let n = model.equations().count();
    let u = Array2::from_shape_fn((cases, n), |(i, j)| ((i * 7919 + j * 104729) % 1009) as f64 * 1e-6);
    let r = StressRecovery::new(&model);
    let ne: usize = model.blocks().iter().map(|b| b.len()).sum();
    let d = Displacements::new(&model, u.view()).unwrap();
    let mut out = Array3::zeros((cases, r.point_count(), 6));
    let mut vm = Array2::zeros((cases, r.point_count()));
    with_threads(threads, || {
        for _ in 0..std::env::args().nth(4).map_or(4, |n| n.parse().unwrap()) {
            let t = Instant::now();
            r.stresses_into(&d, out.view_mut());
            let t1 = t.elapsed().as_secs_f64();
            let t = Instant::now();
            r.von_mises_into(&d, vm.view_mut());
            let t2 = t.elapsed().as_secs_f64();
            let t = Instant::now();
            let mut e = Envelope::new(&r, EnvelopeOf::VonMises);
            e.add(&d);
            let t3 = t.elapsed().as_secs_f64();
            let per = 1e9 / (ne * cases) as f64;
            println!(
                "stress {:.1} ms {:.1} ns/ec; vm {:.1} ms {:.1}; env {:.1} ms {:.1}",
                t1 * 1e3,
                t1 * per,
                t2 * 1e3,
                t2 * per,
                t3 * 1e3,
                t3 * per
            );
        }
    })
    .unwrap();
}
