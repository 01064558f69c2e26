//! The thread budget and the progress that all rooms share.
//!
//! The library starts no threads. Batches run on the rayon pool that the caller is in: wrap a call
//! in [`rayon::ThreadPool::install`] to choose it, or use [`with_threads`]. Results don't depend on
//! the number of threads: work is cut into pieces of fixed size and put together by index.

use std::sync::{Mutex, PoisonError};

use rayon::ThreadPoolBuildError;

/// What a long computation tells while it runs. All methods have empty defaults.
pub trait Progress: Sync {
    /// A stage of `total` steps begins.
    fn begin(&self, stage: &str, total: u64) {
        let _ = (stage, total);
    }

    /// So many further steps of the stage are done. Called from several threads.
    fn advance(&self, steps: u64) {
        let _ = steps;
    }

    /// The stage is over.
    fn end(&self) {}
}

/// No display.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// Runs `work` on a pool of `threads` threads (0: one per core) and nowhere else.
///
/// # Errors
/// When the threads can't be started.
///
/// ```
/// let threads = modalsweep::parallel::with_threads(2, rayon::current_num_threads)?;
/// assert_eq!(threads, 2);
/// # Ok::<(), rayon::ThreadPoolBuildError>(())
/// ```
pub fn with_threads<T: Send>(
    threads: usize,
    work: impl FnOnce() -> T + Send,
) -> Result<T, ThreadPoolBuildError> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?.install(work))
}

/// Workspaces that jobs take and give back, so that there are only as many as threads.
#[derive(Debug)]
pub(crate) struct Workspaces<W>(Mutex<Vec<W>>);

impl<W> Default for Workspaces<W> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<W> Workspaces<W> {
    /// Runs `job` with a workspace that nobody else has, made by `make` where all are taken. No lock is held meanwhile;
    /// what a job that panics had is lost.
    pub fn with<T>(&self, make: impl FnOnce() -> W, job: impl FnOnce(&mut W) -> T) -> T {
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut work = taken.unwrap_or_else(make);
        let result = job(&mut work);
        idle().push(work);
        result
    }
}
