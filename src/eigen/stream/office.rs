//! The three parties of a stream: the thread that reads, the tasks on the pool, and the caller's thread, which hands
//! out results.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
pub(super) enum Event<C, R, E> {
    Read(Duration),
    Solved(Box<Slot<C, R>>),
    End(Result<(), E>),
    Panicked(Box<dyn Any + Send>),
}

/// Chunks that wait for a solver, and solvers that wait for a chunk. Never both.
pub(super) struct Queue<'v, C, R, V>(Mutex<Waiting<'v, C, R, V>>);

struct Waiting<'v, C, R, V> {
    ready: VecDeque<Box<Slot<C, R>>>,
    idle: Vec<&'v mut V>,
}

type Job<'v, C, R, V> = (Box<Slot<C, R>>, &'v mut V);

impl<'v, C, R, V> Queue<'v, C, R, V> {
    pub fn new(solvers: &'v mut [V]) -> Self {
        Self(Mutex::new(Waiting { ready: VecDeque::new(), idle: solvers.iter_mut().collect() }))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<'v, C, R, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, slot: Box<Slot<C, R>>) {
        self.waiting().ready.push_back(slot);
    }

    fn next(&self) -> Option<Job<'v, C, R, V>> {
        let mut waiting = self.waiting();
        let Waiting { ready, idle } = &mut *waiting;
        if ready.is_empty() { None } else { idle.pop().and_then(|solver| Some((ready.pop_front()?, solver))) }
    }

    /// What a solver does next, which is done with a chunk.
    fn next_of(&self, solver: &'v mut V) -> Option<Job<'v, C, R, V>> {
        self.waiting().idle.push(solver);
        self.next()
    }
}

/// What the tasks on the pool share.
pub(super) struct Workshop<'v, C, R, V, E> {
    pub queue: Queue<'v, C, R, V>,
    pub news: Sender<Event<C, R, E>>,
    pub stopwatch: Stopwatch,
}

impl<'v, C, V, E> Workshop<'v, C, V::Results, V, E>
where
    C: Send,
    V: ChunkSolver<C>,
    E: Send,
{
    /// Fills empty slots until the source ends, or the caller hangs up; a thread of its own.
    pub fn read_ahead<'s, S>(
        &'s self,
        pool: &rayon::Scope<'s>,
        source: &mut S,
        chunking: Chunking,
        empty: &Receiver<Box<Slot<C, V::Results>>>,
    ) where
        S: Source<Chunk = C, Error = E>,
        'v: 's,
        C: 's,
        V::Results: 's,
    {
        let (mut number, mut first) = (0, 0);
        for mut slot in empty {
            let started = Instant::now();
            let filled = catch_unwind(AssertUnwindSafe(|| source.fill(chunking, &mut slot.chunk)));
            let elapsed = started.elapsed();
            let event = match filled {
                Ok(Ok(0)) => Event::End(Ok(())),
                Ok(Ok(count)) => {
                    (slot.number, slot.first, slot.count) = (number, first, count);
                    (number, first) = (number + 1, first + count);
                    self.queue.push(slot);
                    if let Some(job) = self.queue.next() {
                        self.start(pool, job);
                    }
                    Event::Read(elapsed)
                }
                Ok(Err(error)) => Event::End(Err(error)),
                Err(panic) => Event::Panicked(panic),
            };
            let last = !matches!(event, Event::Read(_));
            if self.news.send(event).is_err() || last {
                return;
            }
        }
    }

    /// Solves one chunk on the pool, and puts the next one into the pool's queue: a thread that waits for news
    /// takes one at a time.
    fn start<'s>(&'s self, pool: &rayon::Scope<'s>, (mut slot, solver): Job<'v, C, V::Results, V>)
    where
        'v: 's,
        C: 's,
        V::Results: 's,
    {
        pool.spawn(move |pool| {
            self.stopwatch.start();
            let Slot { ref chunk, ref mut results, .. } = *slot;
            let solved = catch_unwind(AssertUnwindSafe(|| solver.solve(chunk, results)));
            self.stopwatch.stop();
            if let Err(panic) = solved {
                let _ = self.news.send(Event::Panicked(panic));
            } else if self.news.send(Event::Solved(slot)).is_ok()
                && let Some(job) = self.queue.next_of(solver)
            {
                self.start(pool, job);
            }
        });
    }

    /// Delivers until the source has ended and all its chunks are delivered; the caller's thread.
    pub fn deliver<F: From<E>>(
        &self,
        events: &Receiver<Event<C, V::Results, E>>,
        outlet: &mut Outlet<C, V::Results>,
        mut deliver: impl FnMut(Piece<'_, C, V::Results>) -> Result<(), F>,
    ) -> Result<(), F> {
        // A chunk may be solved before it is heard of that it was read; not so at the end.
        let (mut read, mut solved, mut end) = (0_usize, 0, None);
        while end.is_none() || solved < read {
            match next_event(events) {
                Event::Read(elapsed) => {
                    outlet.report.read_seconds += elapsed.as_secs_f64();
                    read += 1;
                }
                Event::Solved(slot) => {
                    solved += 1;
                    outlet.accept(slot, &mut deliver)?;
                }
                Event::End(how) => end = Some(how),
                Event::Panicked(panic) => resume_unwind(panic),
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
            None => return events.recv().expect("the workshop holds a sender"),
        }
    }
}
