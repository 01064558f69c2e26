//! The plan of a pair: what depends on the patterns alone.

use std::sync::Arc;

use super::{Modes, ModesError, ModesOptions, PlanOptions, SturmCount, Wanted};
use crate::factor::Symbolic;
use crate::matrix::SymmetricMatrix;
use crate::parallel::Progress;

/// The symbolic work for pairs (K, M) of one pattern: the order of elimination of K - sigma M, done once. One plan
/// serves every pair whose matrices have these patterns.
#[derive(Debug)]
pub struct ModesPlan {
    symbolic: Arc<Symbolic>,
}

impl ModesPlan {
    /// Analyses the union of the patterns of `stiffness` and `mass`; values are not looked at.
    ///
    /// # Errors
    /// [`ModesError::Matrix`] when the sizes differ, [`ModesError::MemoryLimit`], [`ModesError::Factor`].
    pub fn new(
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        options: &PlanOptions,
    ) -> Result<Self, ModesError> {
        todo!()
    }

    /// The symbolic factorization of K - sigma M.
    pub fn symbolic(&self) -> &Symbolic {
        &self.symbolic
    }

    /// Computes the wanted modes of one pair, with the proof that none is missing.
    ///
    /// Not converging is no error: what converged is returned, and [`Modes::proof`] says what is missing.
    ///
    /// # Errors
    /// [`ModesError`].
    pub fn modes(
        &self,
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        wanted: Wanted,
        options: &ModesOptions,
        progress: &dyn Progress,
    ) -> Result<Modes, ModesError> {
        todo!()
    }

    /// How many eigenvalues of the pair lie below a frequency; the count is at [`SturmCount::hz`], which differs a
    /// little from `hz` where an eigenvalue is too near to it.
    ///
    /// # Errors
    /// [`ModesError`].
    pub fn count_below(
        &self,
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        hz: f64,
        options: &ModesOptions,
        progress: &dyn Progress,
    ) -> Result<SturmCount, ModesError> {
        todo!()
    }

    /// Computes the wanted modes of many pairs with the planned patterns, `pair(index)` for each index below `count`,
    /// several at a time, one per thread. Chains of [`PAIRS_PER_CHAIN`](super::PAIRS_PER_CHAIN) consecutive pairs
    /// start from the modes of the one before. Results are in order, each with its own error; they don't depend
    /// on the number of threads.
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
        todo!()
    }
}

/// Computes modes of one pair: plan and numeric work in one call.
///
/// # Errors
/// As [`ModesPlan::new`] and [`ModesPlan::modes`].
pub fn modes(
    stiffness: &SymmetricMatrix,
    mass: &SymmetricMatrix,
    wanted: Wanted,
    options: &ModesOptions,
    progress: &dyn Progress,
) -> Result<Modes, ModesError> {
    ModesPlan::new(stiffness, mass, &PlanOptions::default())?
        .modes(stiffness, mass, wanted, options, progress)
}
