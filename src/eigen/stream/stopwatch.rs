//! Time during which at least one of several overlapping activities was going on.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Default)]
pub(super) struct Stopwatch(Mutex<Running>);

#[derive(Default)]
struct Running {
    activities: usize,
    since: Option<Instant>,
    total: Duration,
}

impl Stopwatch {
    pub fn start(&self) {
        self.with(|running| {
            running.activities += 1;
            running.since.get_or_insert_with(Instant::now);
        });
    }

    pub fn stop(&self) {
        self.with(|running| {
            running.activities -= 1;
            if running.activities == 0 {
                running.total += running.since.take().map_or(Duration::ZERO, |since| since.elapsed());
            }
        });
    }

    pub fn seconds(&self) -> f64 {
        self.with(|running| running.total.as_secs_f64())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Running) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
