//! A warm solver allocates nothing per matrix.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use faer::Mat;
use modalsweep::eigen::{BatchOptions, PairSolver, Spectra, SymmetricSolver, Vectors};
use support::chain::{ChainEnds, chain_mass, chain_stiffness};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// More than the batch itself needs (its list of tasks, the pool), and far fewer than matrices.
const FEW: usize = 40;

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    work();
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

#[test]
fn warm_solvers_allocate_nothing_per_matrix() {
    let sizes = [3, 9, 20, 33];
    let stiffness: Vec<Mat<f64>> =
        (0..800).map(|i| chain_stiffness(sizes[i % 4], 2.0, ChainEnds::Fixed)).collect();
    let mass: Vec<Mat<f64>> = (0..800).map(|i| chain_mass(sizes[i % 4], 3.0)).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut symmetric = SymmetricSolver::default();
    let mut pairs = PairSolver::new(BatchOptions::default(), Vectors::MassOrthonormal).expect("available");
    let mut spectra = Spectra::new();
    let mut run = || {
        pool.install(|| {
            symmetric.solve_with_vectors(&stiffness, &mut spectra);
            pairs.solve(&stiffness, &mass, &mut spectra).expect("as many masses");
            symmetric.solve(&stiffness, &mut spectra);
        });
    };
    run();
    let warm = allocations(run);
    assert!(warm <= FEW, "{warm} allocations for 2400 matrices");
}
