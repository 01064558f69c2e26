//! Modes of many pairs with one pattern.

use rayon::prelude::*;

use super::work::Work;
use super::{Modes, ModesError, ModesOptions, ModesPlan, PAIRS_PER_CHAIN, Wanted};
use crate::matrix::SymmetricMatrix;
use crate::parallel::{Progress, Silent, Workspaces};

impl ModesPlan {
    /// Computes the wanted modes of many pairs with the planned patterns, `pair(index)` for each index below `count`,
    /// several at a time, one per thread. Chains of [`PAIRS_PER_CHAIN`] consecutive pairs start from the modes of the
    /// one before. Results are in order, each with its own error; they don't depend on the number of threads.
    ///
    /// Memory: a factor and a basis per thread, and all results.
    pub fn modes_of_many<P>(
        &self,
        count: usize,
        pair: P,
        wanted: Wanted,
        options: &ModesOptions,
        progress: &dyn Progress,
    ) -> Vec<Result<Modes, ModesError>>
    where
        P: Fn(usize) -> Result<(SymmetricMatrix, SymmetricMatrix), ModesError> + Sync,
    {
        let workers: Workspaces<Work> = Workspaces::default();
        let chain = |first: usize| {
            workers.with(Work::default, |work| {
                let mut results: Vec<Result<Modes, ModesError>> = Vec::new();
                for index in first..(first + PAIRS_PER_CHAIN).min(count) {
                    let neighbour = results.iter().rev().find_map(|result| result.as_ref().ok());
                    let start = neighbour.map(|modes| modes.shapes.as_ref()).or(options.start);
                    let options = ModesOptions { start, ..*options };
                    let result = pair(index)
                        .and_then(|(k, m)| self.modes_with(&k, &m, wanted, &options, &Silent, work));
                    results.push(result);
                    work.forget();
                    progress.advance(1);
                }
                results
            })
        };
        progress.begin("pairs", count as u64);
        let firsts: Vec<usize> = (0..count).step_by(PAIRS_PER_CHAIN).collect();
        let results: Vec<_> = firsts.into_par_iter().with_max_len(1).map(chain).collect();
        progress.end();
        results.into_iter().flatten().collect()
    }
}
