//! A solver that is warm allocates no more for many matrices than for few.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use modalsweep::eigen::random::chain_pairs;
use modalsweep::eigen::{BatchOptions, GeneralSolver, PairSolver, Spectra, SymmetricSolver, Vectors};
use modalsweep::parallel::with_threads;
use ndarray::{ArrayView3, s};

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

/// Sizes of the two batches.
const FEW: usize = 40;
const MANY: usize = 400;

/// A list of tasks that grows, and rayon's queues, but nothing per matrix.
fn check(few: usize, many: usize) {
    assert!(many <= few + 40, "{few} allocations for {FEW} matrices, {many} for {MANY}");
}

/// One test function: another one beside it would be counted too.
#[test]
fn allocations_do_not_grow_with_the_number_of_matrices() {
    for threads in [1, 2] {
        for n in [3, 20, 66] {
            let (stiffness, mass) = chain_pairs(MANY, n, 1);
            // Eigenvectors of the largest would take long, and need no other memory.
            let count = if n < 66 { SOLVERS.len() } else { 2 };
            for solve in &SOLVERS[..count] {
                let run = |count: usize| {
                    let part = s![..count, .., ..];
                    let mut work = solve(stiffness.slice(part), mass.slice(part));
                    of_a_warm_call(&mut work)
                };
                let (few, many) = with_threads(threads, || (run(FEW), run(MANY))).expect("threads");
                check(few, many);
            }
        }
    }
}

const SOLVERS: [for<'a> fn(Stack<'a>, Stack<'a>) -> Work<'a>; 5] =
    [general, symmetric, general_vectors, symmetric_vectors, pairs];

type Stack<'a> = ArrayView3<'a, f64>;
type Work<'a> = Box<dyn FnMut() + 'a>;

fn general<'a>(matrices: Stack<'a>, _mass: Stack<'a>) -> Work<'a> {
    let (mut solver, mut spectra) = (GeneralSolver::default(), Spectra::new());
    Box::new(move || solver.solve(&matrices, &mut spectra))
}

fn general_vectors<'a>(matrices: Stack<'a>, _mass: Stack<'a>) -> Work<'a> {
    let (mut solver, mut spectra) = (GeneralSolver::default(), Spectra::new());
    Box::new(move || solver.solve_with_vectors(&matrices, &mut spectra))
}

fn symmetric<'a>(matrices: Stack<'a>, _mass: Stack<'a>) -> Work<'a> {
    let (mut solver, mut spectra) = (SymmetricSolver::default(), Spectra::new());
    Box::new(move || solver.solve(&matrices, &mut spectra))
}

fn symmetric_vectors<'a>(matrices: Stack<'a>, _mass: Stack<'a>) -> Work<'a> {
    let (mut solver, mut spectra) = (SymmetricSolver::default(), Spectra::new());
    Box::new(move || solver.solve_with_vectors(&matrices, &mut spectra))
}

fn pairs<'a>(stiffness: Stack<'a>, mass: Stack<'a>) -> Work<'a> {
    let options = BatchOptions::default();
    let mut solver = PairSolver::new(options, Vectors::MassOrthonormal).expect("available");
    let mut spectra = Spectra::new();
    Box::new(move || solver.solve(&stiffness, &mass, &mut spectra).expect("as many masses"))
}
