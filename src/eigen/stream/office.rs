//! The two ends of a stream: the thread that reads, and the caller's, which starts work and hands out results.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use super::stopwatch::Stopwatch;
use super::{ChunkSolver, Chunking, DeliveryOrder, Piece, Source, StreamReport};

/// A chunk on its way, with the memory of its results.
#[derive(Default)]
pub(super) struct Slot<C, R> {
    /// Number of the chunk.
    number: usize,
    first: usize,
    count: usize,
    chunk: C,
    results: R,
}

/// What the caller's thread hears of.
pub(super) enum Event<'v, C, R, V, E> {
    Read(Box<Slot<C, R>>, Duration),
    Solved(Box<Slot<C, R>>, &'v mut V),
    End(Result<(), E>),
    Panicked(Box<dyn Any + Send>),
}

/// Fills empty slots until the source ends, or the caller hangs up.
pub(super) fn read_ahead<S: Source, R, V>(
    source: &mut S,
    chunking: Chunking,
    empty: &Receiver<Box<Slot<S::Chunk, R>>>,
    news: &Sender<Event<'_, S::Chunk, R, V, S::Error>>,
) {
    let (mut number, mut first) = (0, 0);
    for mut slot in empty {
        let started = Instant::now();
        let filled = catch_unwind(AssertUnwindSafe(|| source.fill(chunking, &mut slot.chunk)));
        let event = match filled {
            Ok(Ok(0)) => Event::End(Ok(())),
            Ok(Ok(count)) => {
                (slot.number, slot.first, slot.count) = (number, first, count);
                (number, first) = (number + 1, first + count);
                Event::Read(slot, started.elapsed())
            }
            Ok(Err(error)) => Event::End(Err(error)),
            Err(panic) => Event::Panicked(panic),
        };
        let last = !matches!(event, Event::Read(..));
        if news.send(event).is_err() || last {
            return;
        }
    }
}

/// Solves one chunk on the pool.
fn solve<'v, C, V: ChunkSolver<C>, E>(
    mut slot: Box<Slot<C, V::Results>>,
    solver: &'v mut V,
    stopwatch: &Stopwatch,
) -> Event<'v, C, V::Results, V, E> {
    stopwatch.start();
    let Slot { ref chunk, ref mut results, .. } = *slot;
    let solved = catch_unwind(AssertUnwindSafe(|| solver.solve(chunk, results)));
    stopwatch.stop();
    match solved {
        Ok(()) => Event::Solved(slot, solver),
        Err(panic) => Event::Panicked(panic),
    }
}

/// What the caller's thread knows: which chunks are ready, and which solvers are idle.
pub(super) struct Office<'v, C, R, V, E> {
    pub events: Receiver<Event<'v, C, R, V, E>>,
    /// For the tasks; keeps the channel open, too.
    pub news: Sender<Event<'v, C, R, V, E>>,
    pub idle: Vec<&'v mut V>,
    pub outlet: Outlet<C, R>,
}

impl<'v, C, V, E> Office<'v, C, V::Results, V, E>
where
    C: Send,
    V: ChunkSolver<C>,
    E: Send,
{
    /// Starts and delivers until the source has ended and all its chunks are delivered.
    pub fn run<'s, F: From<E>>(
        &mut self,
        pool: &rayon::Scope<'s>,
        stopwatch: &'s Stopwatch,
        mut deliver: impl FnMut(Piece<'_, C, V::Results>) -> Result<(), F>,
    ) -> Result<(), F>
    where
        'v: 's,
        C: 's,
        V: 's,
        V::Results: 's,
        E: 's,
    {
        let solvers = self.idle.len();
        let mut ready = VecDeque::new();
        let mut end = None;
        while end.is_none() || !ready.is_empty() || self.idle.len() < solvers {
            match next_event(&self.events) {
                Event::Read(slot, elapsed) => {
                    self.outlet.report.read_seconds += elapsed.as_secs_f64();
                    ready.push_back(slot);
                }
                Event::Solved(slot, solver) => {
                    self.idle.push(solver);
                    self.outlet.accept(slot, &mut deliver)?;
                }
                Event::End(how) => end = Some(how),
                Event::Panicked(panic) => resume_unwind(panic),
            }
            while !self.idle.is_empty()
                && let Some(slot) = ready.pop_front()
                && let Some(solver) = self.idle.pop()
            {
                let news = self.news.clone();
                pool.spawn(move |_| {
                    // Nobody listens any more where a delivery has failed.
                    let _ = news.send(solve(slot, solver, stopwatch));
                });
            }
        }
        end.unwrap_or(Ok(())).map_err(F::from)
    }
}

/// Where solved chunks go, and come back to the reader from.
pub(super) struct Outlet<C, R> {
    pub order: DeliveryOrder,
    pub recycle: Sender<Box<Slot<C, R>>>,
    pub report: StreamReport,
    /// Number of the chunk to be delivered next, in the order of the input.
    pub next: usize,
    /// Chunks that are done before their turn.
    pub waiting: BTreeMap<usize, Box<Slot<C, R>>>,
}

impl<C, R> Outlet<C, R> {
    pub fn new(order: DeliveryOrder, recycle: Sender<Box<Slot<C, R>>>) -> Self {
        Self { order, recycle, report: StreamReport::default(), next: 0, waiting: BTreeMap::new() }
    }

    /// Delivers a solved chunk, or all whose turn has come.
    fn accept<F>(
        &mut self,
        slot: Box<Slot<C, R>>,
        deliver: &mut impl FnMut(Piece<'_, C, R>) -> Result<(), F>,
    ) -> Result<(), F> {
        if self.order == DeliveryOrder::Completion {
            return self.hand_out(slot, deliver);
        }
        self.waiting.insert(slot.number, slot);
        while let Some(slot) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.hand_out(slot, deliver)?;
        }
        Ok(())
    }

    fn hand_out<F>(
        &mut self,
        slot: Box<Slot<C, R>>,
        deliver: &mut impl FnMut(Piece<'_, C, R>) -> Result<(), F>,
    ) -> Result<(), F> {
        let started = Instant::now();
        let Slot { first, count, ref chunk, ref results, .. } = *slot;
        let delivered = deliver(Piece { first, count, chunk, results });
        self.report.deliver_seconds += started.elapsed().as_secs_f64();
        self.report.count += count;
        self.report.chunks += 1;
        // Fails where the reader has come to its end, which is no failure.
        let _ = self.recycle.send(slot);
        delivered
    }
}

/// Waits for news. A thread of the pool does its share of the work meanwhile.
fn next_event<T>(events: &Receiver<T>) -> T {
    const PATIENCE: Duration = Duration::from_micros(200);
    loop {
        if let Ok(event) = events.try_recv() {
            return event;
        }
        match rayon::yield_now() {
            Some(rayon::Yield::Executed) => {}
            // Others may have something to share before there is news.
            Some(rayon::Yield::Idle) => {
                if let Ok(event) = events.recv_timeout(PATIENCE) {
                    return event;
                }
            }
            None => return events.recv().expect("the caller holds a sender itself"),
        }
    }
}
