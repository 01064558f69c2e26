//! Streams of eigenproblems: the next ones are read while these are solved.
//!
//! ```text
//!  one thread reads      chunks read ahead       the rayon pool solves      the caller gets results
//!   Source::fill   --->    bounded queue   --->   ChunkSolver::solve   --->   in order, or when done
//!        ^                                                                             |
//!        +----------------------- memory of the chunk, used again <-------------------+
//! ```
//!
//! A stack larger than memory, many files, or matrices that are made on the way take the memory of a few
//! chunks. A matrix gets the same bits whatever the chunk size, the number of threads and its neighbours.

mod chunk;
mod memory;
mod office;
mod solvers;
mod sources;
mod stopwatch;

use std::sync::mpsc::channel;

pub use chunk::StackChunk;
pub use memory::Footprint;
use office::{Outlet, Queue, Workshop};
pub use solvers::{PairChunks, SymmetricChunks};
pub use sources::{PairStacks, RandomStack, StackFiles};
use stopwatch::Stopwatch;

/// Where problems come from.
pub trait Source: Send {
    /// Problems that are read and solved together; its memory is used again.
    type Chunk: Default + Send;
    /// Why reading failed.
    type Error: Send;

    /// Replaces `chunk` by the next problems, at most [`chunking.count(n)`](Chunking::count), and returns how many
    /// they are; 0: no more.
    ///
    /// # Errors
    /// What ends the stream.
    fn fill(&mut self, chunking: Chunking, chunk: &mut Self::Chunk) -> Result<usize, Self::Error>;
}

/// What solves all problems of a chunk, on the current rayon pool.
pub trait ChunkSolver<C>: Send {
    /// Results of a chunk, the failed ones with their reasons; its memory is used again.
    type Results: Default + Send;

    /// Replaces `results` by those of `chunk`.
    fn solve(&mut self, chunk: &C, results: &mut Self::Results);
}

/// In which order results come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeliveryOrder {
    /// As the problems were read; a chunk that is done early waits.
    #[default]
    Input,
    /// Each chunk as soon as it is done.
    Completion,
}

/// How many matrices make a chunk.
///
/// The common advice, 2 to 4 pieces of work per core and none too small, holds inside a chunk: a piece is a group of
/// as many matrices as there are lanes (8 with AVX-512), because a group that is not full takes as long as a full
/// one. Seconds on 2 cores with AVX-512, best of 4 alternating runs of
/// `modalsweep eig --random COUNTxN --chunk CHUNK --json`:
///
/// | matrices | 1 | 2 | 4 | 8 | 16 | 32 | 64 | 128 | 1024 | automatic |
/// | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
/// | 20,000 of 8 x 8 | 0.105 | 0.069 | 0.043 | 0.033 | 0.030 | 0.027 | 0.029 | 0.027 | 0.025 | 0.028 |
/// | 6,000 of 32 x 32 | 0.243 | 0.134 | 0.081 | 0.055 | 0.055 | 0.051 | 0.050 | 0.050 | 0.057 | 0.051 |
/// | 800 of 100 x 100 | 0.531 | 0.277 | 0.148 | 0.093 | 0.094 | 0.096 | 0.104 | 0.098 | 0.089 | 0.096 |
/// | 160 of 200 x 200 | 0.557 | 0.309 | 0.186 | 0.129 | 0.130 | 0.133 | 0.134 | 0.129 | 0.118 | 0.132 |
///
/// From one full group on the time is flat, since two chunks are worked on at once. Larger chunks only cost
/// memory; for small matrices the automatic size keeps handing over below the work itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChunkSize {
    /// For each thread 32 matrices, or half a megabyte of them where that is more.
    #[default]
    Automatic,
    /// So many, at least one.
    Matrices(usize),
}

/// The rule that says how many matrices make a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunking {
    size: ChunkSize,
    threads: usize,
}

/// Matrices of a chunk for each thread, at least: four groups of the widest lanes.
const MATRICES_PER_THREAD: usize = 32;
/// Bytes of a chunk for each thread, at least: below that, handing it on takes longer than solving it.
const BYTES_PER_THREAD: usize = 1 << 19;

impl Chunking {
    /// The rule for `threads` threads.
    pub fn new(size: ChunkSize, threads: usize) -> Self {
        Self { size, threads: threads.max(1) }
    }

    /// Matrices of size `n` in one chunk.
    pub fn count(self, n: usize) -> usize {
        match self.size {
            ChunkSize::Matrices(count) => count.max(1),
            ChunkSize::Automatic => {
                let bytes = n.saturating_mul(n).saturating_mul(8).max(1);
                MATRICES_PER_THREAD.max(BYTES_PER_THREAD / bytes) * self.threads
            }
        }
    }
}

/// Options of [`stream`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// Matrices in a chunk. Default: automatic.
    pub chunk: ChunkSize,
    /// Chunks that are read before they are needed. Default 2.
    pub read_ahead: usize,
    /// Order of the results. Default: that of the input.
    pub order: DeliveryOrder,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self { chunk: ChunkSize::default(), read_ahead: 2, order: DeliveryOrder::default() }
    }
}

impl StreamOptions {
    /// These options with another chunk size.
    pub fn with_chunk(mut self, chunk: ChunkSize) -> Self {
        self.chunk = chunk;
        self
    }

    /// These options with results in another order.
    pub fn with_order(mut self, order: DeliveryOrder) -> Self {
        self.order = order;
        self
    }
}

/// The results of one chunk.
#[derive(Debug)]
#[non_exhaustive]
pub struct Piece<'a, C, R> {
    /// Number of its first problem, counted from 0 over the whole stream.
    pub first: usize,
    /// How many there are.
    pub count: usize,
    /// The problems.
    pub chunk: &'a C,
    /// Their results.
    pub results: &'a R,
}

/// What a stream has done.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct StreamReport {
    /// Problems solved, the failed ones among them.
    pub count: usize,
    /// Chunks they came in.
    pub chunks: usize,
    /// Time that the reader took; most of it while others were solved.
    pub read_seconds: f64,
    /// Time during which at least one chunk was being solved.
    pub compute_seconds: f64,
    /// Time that the caller took with the results.
    pub deliver_seconds: f64,
}

/// Solves all problems of a source, and gives the results to `deliver`, chunk by chunk.
///
/// As many chunks are worked on at once as there are `solvers`; two keep all threads busy while a chunk
/// comes to its end. `deliver` is called on the calling thread only. Memory: `read_ahead + solvers.len()` chunks and
/// their results.
///
/// Runs on the current rayon pool, and reads on one thread of its own.
///
/// # Errors
/// The first error of the source, or of `deliver`; chunks before an error of the source are delivered. Failures
/// of single problems are among the results.
///
/// # Panics
/// When there is no solver. A panic of the source or of a solver is passed on.
///
/// ```
/// use modalsweep::eigen::stream::{RandomStack, StreamOptions, stream};
/// use modalsweep::eigen::{GeneralSolver, random::Family};
///
/// let mut matrices = RandomStack::new(Family::Ginibre, 100, 8, 0);
/// let mut largest = Vec::new();
/// let mut solvers = [GeneralSolver::default(), GeneralSolver::default()];
/// let report = stream(&mut matrices, &mut solvers, &StreamOptions::default(), |piece| {
///     largest.extend(piece.results.iter().flatten().map(|spectrum| spectrum.values[0].norm()));
///     Ok::<(), std::convert::Infallible>(())
/// });
/// assert_eq!((report?.count, largest.len()), (100, 100));
/// # Ok::<(), std::convert::Infallible>(())
/// ```
pub fn stream<S, V, E>(
    source: &mut S,
    solvers: &mut [V],
    options: &StreamOptions,
    deliver: impl FnMut(Piece<'_, S::Chunk, V::Results>) -> Result<(), E>,
) -> Result<StreamReport, E>
where
    S: Source,
    V: ChunkSolver<S::Chunk>,
    E: From<S::Error>,
{
    assert!(!solvers.is_empty(), "a stream needs a solver");
    let chunking = Chunking::new(options.chunk, rayon::current_num_threads());
    let (recycle, empty) = channel();
    for _ in 0..options.read_ahead + solvers.len() {
        let _ = recycle.send(Box::default());
    }
    let (news, events) = channel();
    let workshop = Workshop { queue: Queue::new(solvers), news, stopwatch: Stopwatch::default() };
    let (outcome, mut report) = rayon::in_place_scope(|pool| {
        std::thread::scope(|threads| {
            let workshop = &workshop;
            threads.spawn(move || workshop.read_ahead(pool, source, chunking, &empty));
            // These go away before the reader is waited for, which so learns that it can end.
            let (events, mut outlet) = (events, Outlet::new(options.order, recycle));
            let outcome = workshop.deliver(&events, &mut outlet, deliver);
            (outcome, outlet.report)
        })
    });
    report.compute_seconds = workshop.stopwatch.seconds();
    outcome.map(|()| report)
}
