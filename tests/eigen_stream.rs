//! Streams give what a batch gives, in any chunks, on any number of threads, and stop for errors of the source.

mod io_support;

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use io_support::Folder;
use modalsweep::eigen::random::{Family, RandomMatrices, stack};
use modalsweep::eigen::stream::{
    ChunkSize, ChunkSolver, Chunking, DeliveryOrder, RandomStack, Source, StackFiles, StreamOptions,
    StreamReport, stream,
};
use modalsweep::eigen::{GeneralSolver, general_eigenvalues};
use modalsweep::io::{IoError, NpyStack, write_npy};
use modalsweep::parallel::with_threads;

type Eigenvalues = Vec<(f64, f64)>;

/// Eigenvalues of all matrices as they are delivered, with the number of the first of each chunk.
fn eigenvalues<S>(source: &mut S, options: &StreamOptions) -> (Vec<usize>, Vec<Eigenvalues>, StreamReport)
where
    S: Source<Chunk = modalsweep::eigen::stream::StackChunk>,
    S::Error: std::fmt::Debug,
{
    let (mut firsts, mut all) = (Vec::new(), Vec::new());
    let mut solvers = [GeneralSolver::default(), GeneralSolver::default()];
    let report = stream(source, &mut solvers, options, |piece| {
        firsts.push(piece.first);
        assert_eq!(piece.results.len(), piece.count);
        for spectrum in piece.results.iter() {
            all.push(
                spectrum.map_or_else(|_| Vec::new(), |s| s.values.iter().map(|v| (v.re, v.im)).collect()),
            );
        }
        Ok::<(), S::Error>(())
    });
    (firsts, all, report.expect("a source without errors"))
}

fn chunks_of(count: usize) -> StreamOptions {
    StreamOptions::default().with_chunk(ChunkSize::Matrices(count))
}

#[test]
fn any_chunks_and_threads_give_the_bits_of_one_batch() {
    let matrices = RandomMatrices { family: Family::Ginibre, count: 61, n: 9, seed: 7 };
    let batch: Vec<Eigenvalues> = general_eigenvalues(&matrices)
        .iter()
        .map(|spectrum| spectrum.unwrap().values.iter().map(|v| (v.re, v.im)).collect())
        .collect();
    for threads in [1, 2, 4] {
        for chunk in [1, 7, 8, 60, 61, 1000] {
            let run = || eigenvalues(&mut RandomStack::new(Family::Ginibre, 61, 9, 7), &chunks_of(chunk));
            let (firsts, streamed, report) = with_threads(threads, run).unwrap();
            assert_eq!(streamed, batch, "{threads} threads, chunks of {chunk}");
            assert_eq!(firsts, (0..61).step_by(chunk).collect::<Vec<_>>());
            assert_eq!((report.count, report.chunks), (61, 61_usize.div_ceil(chunk)));
            assert!(report.compute_seconds > 0.0 && report.read_seconds > 0.0);
        }
    }
}

/// The caller need not be in a pool.
#[test]
fn files_of_different_sizes_follow_each_other() {
    let folder = Folder::new();
    let sizes = [(3, 4), (1, 1), (0, 5), (20, 6)];
    let (mut paths, mut expected) = (Vec::new(), Vec::new());
    for (place, (count, n)) in sizes.into_iter().enumerate() {
        let matrices = stack(Family::Uniform, count, n, place as u64);
        paths.push(folder.path(&format!("{place}.npy")));
        write_npy(&paths[place], matrices.view()).unwrap();
        for spectrum in general_eigenvalues(&matrices).iter() {
            expected.push(spectrum.unwrap().values.iter().map(|v| (v.re, v.im)).collect::<Eigenvalues>());
        }
    }
    let (firsts, streamed, _) = eigenvalues(&mut StackFiles::new(paths), &chunks_of(8));
    assert_eq!(streamed, expected);
    assert_eq!(firsts, [0, 3, 4, 12, 20]);
}

#[test]
fn a_stack_in_a_file_and_one_in_memory_agree() {
    let folder = Folder::new();
    let path = folder.path("stack.npy");
    write_npy(&path, stack(Family::Ginibre, 30, 5, 1).view()).unwrap();
    let (_, read, _) = eigenvalues(&mut NpyStack::open(&path).unwrap(), &chunks_of(4));
    let (_, made, _) =
        eigenvalues(&mut RandomStack::new(Family::Ginibre, 30, 5, 1), &StreamOptions::default());
    assert_eq!(read, made);
}

#[test]
fn an_error_of_the_source_ends_the_stream_after_what_was_read() {
    let folder = Folder::new();
    let good = folder.path("good.npy");
    write_npy(&good, stack(Family::Ginibre, 10, 3, 0).view()).unwrap();
    let files = vec![good.clone(), folder.path("missing.npy"), good];
    let mut delivered = 0;
    let outcome: Result<_, IoError> =
        stream(&mut StackFiles::new(files), &mut [GeneralSolver::default()], &chunks_of(3), |piece| {
            delivered += piece.count;
            Ok(())
        });
    assert!(outcome.unwrap_err().to_string().contains("missing.npy: cannot open"));
    assert_eq!(delivered, 10);
}

#[test]
fn an_error_of_an_item_stays_with_the_item() {
    let folder = Folder::new();
    let path = folder.path("stack.npy");
    let mut matrices = stack(Family::Ginibre, 12, 3, 0);
    matrices[[5, 1, 2]] = f64::NAN;
    write_npy(&path, matrices.view()).unwrap();
    let (_, all, report) = eigenvalues(&mut NpyStack::open(&path).unwrap(), &chunks_of(4));
    assert_eq!(report.count, 12);
    let failed: Vec<usize> = (0..12).filter(|&index| all[index].is_empty()).collect();
    assert_eq!(failed, [5]);
}

/// Numbers 0, 1, 2, ... in chunks; counts how many buffers there ever were.
struct Numbers<'a> {
    next: usize,
    end: usize,
    alive: &'a AtomicUsize,
}

/// A chunk that knows how many of its kind there are.
#[derive(Default)]
struct Buffer(Vec<usize>, usize);

impl Source for Numbers<'_> {
    type Chunk = Buffer;
    type Error = &'static str;

    fn fill(&mut self, chunking: Chunking, chunk: &mut Buffer) -> Result<usize, Self::Error> {
        if chunk.1 == 0 {
            chunk.1 = self.alive.fetch_add(1, SeqCst) + 1;
        }
        let end = self.end.min(self.next + chunking.count(1));
        chunk.0.clear();
        chunk.0.extend(self.next..end);
        self.next = end;
        match chunk.0.first() {
            Some(&666) => Err("the number of the beast"),
            Some(&777) => panic!("no luck"),
            _ => Ok(chunk.0.len()),
        }
    }
}

/// Adds one; chunk 0 waits until two others are done.
struct AddOne<'a> {
    done: &'a AtomicUsize,
}

impl ChunkSolver<Buffer> for AddOne<'_> {
    type Results = Vec<usize>;

    fn solve(&mut self, chunk: &Buffer, results: &mut Vec<usize>) {
        assert_ne!(chunk.0[0], 555, "a solver panics");
        let started = std::time::Instant::now();
        while chunk.0[0] == 0 && self.done.load(SeqCst) < 2 && started.elapsed().as_secs() < 20 {
            std::thread::yield_now();
        }
        results.clear();
        results.extend(chunk.0.iter().map(|number| number + 1));
        self.done.fetch_add(1, SeqCst);
    }
}

/// What became of a stream of numbers, its results as they came, and how many buffers there were.
fn numbers(
    range: std::ops::Range<usize>,
    order: DeliveryOrder,
) -> (Result<StreamReport, String>, Vec<usize>, usize) {
    let (alive, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut source = Numbers { next: range.start, end: range.end, alive: &alive };
    let mut solvers = [AddOne { done: &done }, AddOne { done: &done }];
    let mut seen = Vec::new();
    let outcome = with_threads(2, || {
        stream(&mut source, &mut solvers, &chunks_of(1).with_order(order), |piece| {
            seen.extend_from_slice(piece.results);
            if piece.results[0] == 445 { Err("enough") } else { Ok(()) }
        })
    });
    (outcome.unwrap().map_err(str::to_owned), seen, alive.into_inner())
}

#[test]
fn results_come_in_order_or_when_they_are_done() {
    let (outcome, seen, _) = numbers(0..50, DeliveryOrder::Input);
    assert_eq!(outcome.unwrap().count, 50);
    assert_eq!(seen, (1..51).collect::<Vec<_>>());
    let (outcome, mut seen, _) = numbers(0..50, DeliveryOrder::Completion);
    assert_eq!(outcome.unwrap().count, 50);
    assert_ne!(seen[0], 1, "the slow one does not hold up the others: {seen:?}");
    seen.sort_unstable();
    assert_eq!(seen, (1..51).collect::<Vec<_>>());
}

#[test]
fn memory_is_that_of_a_few_chunks() {
    for order in [DeliveryOrder::Input, DeliveryOrder::Completion] {
        let (outcome, _, buffers) = numbers(0..400, order);
        assert_eq!(outcome.unwrap().chunks, 400);
        assert!(buffers <= 4, "{buffers} buffers: two solvers, two read ahead");
    }
}

#[test]
fn errors_of_source_and_caller_come_back() {
    let (outcome, seen, _) = numbers(660..700, DeliveryOrder::Input);
    assert_eq!(outcome.unwrap_err(), "the number of the beast");
    assert_eq!(seen, (661..667).collect::<Vec<_>>());
    let (outcome, seen, _) = numbers(440..500, DeliveryOrder::Input);
    assert_eq!(outcome.unwrap_err(), "enough");
    assert_eq!(seen, (441..446).collect::<Vec<_>>());
}

#[test]
fn panics_of_source_and_solver_come_back() {
    for start in [550, 770] {
        let outcome = std::panic::catch_unwind(|| numbers(start..start + 50, DeliveryOrder::Input));
        assert!(outcome.is_err(), "from {start}");
    }
}

#[test]
fn nothing_in_nothing_out() {
    let (firsts, all, report) =
        eigenvalues(&mut RandomStack::new(Family::Goe, 0, 5, 0), &StreamOptions::default());
    assert!(firsts.is_empty() && all.is_empty() && report.count == 0);
    let outcome: Result<_, Infallible> = stream(
        &mut RandomStack::new(Family::Goe, 5, 0, 0),
        &mut [GeneralSolver::default()],
        &StreamOptions::default(),
        |piece| {
            assert!(piece.results.iter().all(|spectrum| spectrum.unwrap().values.is_empty()));
            Ok(())
        },
    );
    assert_eq!(outcome.unwrap().count, 5);
}

#[test]
fn the_size_of_a_chunk() {
    assert_eq!(Chunking::new(ChunkSize::Matrices(0), 0).count(10), 1);
    assert_eq!(Chunking::new(ChunkSize::Matrices(9), 64).count(10), 9);
    let automatic = |n, threads| Chunking::new(ChunkSize::Automatic, threads).count(n);
    assert_eq!(automatic(200, 4), 2 * automatic(200, 2));
    assert!(automatic(1, 1) > automatic(10, 1) && automatic(10, 1) > automatic(100, 1));
    assert!(automatic(usize::MAX, 1) >= 8);
}
