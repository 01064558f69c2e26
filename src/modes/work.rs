//! What one worker keeps from one computation to the next.

use super::orthonormal::Basis;
use super::result::{Effort, SturmCount};
use crate::factor::FactorStorage;

/// Memory and records of one worker.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub storage: FactorStorage,
    pub basis: Option<Basis>,
    pub effort: Effort,
    pub counts: Vec<SturmCount>,
    pub remarks: Vec<String>,
}

impl Work {
    /// Drops the records, keeps the memory.
    pub fn forget(&mut self) {
        *self =
            Self { storage: std::mem::take(&mut self.storage), basis: self.basis.take(), ..Self::default() };
    }
}
