//! A solver that is warm allocates no more for many matrices than for few.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use modalsweep::eigen::random::{Family, stack};
use modalsweep::eigen::{GeneralSolver, Spectra, SymmetricSolver};
use modalsweep::parallel::with_threads;
use ndarray::{Array3, s};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of the third call with these matrices; the first two make it warm.
fn of_a_warm_call(solve: &mut impl FnMut()) -> usize {
    solve();
    solve();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    solve();
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

/// Each of 80 and of 800 matrices: a list of tasks that grows, and rayon's queues, but nothing per matrix.
fn check(few: usize, many: usize) {
    assert!(many <= few + 40, "{few} allocations for 80 matrices, {many} for 800");
}

/// One test function: another one beside it would be counted too.
#[test]
fn allocations_do_not_grow_with_the_number_of_matrices() {
    for threads in [1, 2] {
        for n in [3, 8, 20, 66] {
            let matrices = stack(Family::Goe, 800, n, 1);
            for solve in [general, symmetric] {
                let (few, many) = with_threads(threads, || solve(&matrices)).expect("threads");
                check(few, many);
            }
        }
    }
}

fn general(matrices: &Array3<f64>) -> (usize, usize) {
    let (mut solver, mut spectra) = (GeneralSolver::default(), Spectra::new());
    let part = matrices.slice(s![..80, .., ..]);
    let few = of_a_warm_call(&mut || solver.solve(&part, &mut spectra));
    (few, of_a_warm_call(&mut || solver.solve(matrices, &mut spectra)))
}

fn symmetric(matrices: &Array3<f64>) -> (usize, usize) {
    let (mut solver, mut spectra) = (SymmetricSolver::default(), Spectra::new());
    let part = matrices.slice(s![..80, .., ..]);
    let few = of_a_warm_call(&mut || solver.solve(&part, &mut spectra));
    (few, of_a_warm_call(&mut || solver.solve(matrices, &mut spectra)))
}
