//! Hessenberg reduction of one matrix by faer's blocked kernel.

use std::ops::Range;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::hessenberg::{HessenbergParams, hessenberg_in_place, hessenberg_in_place_scratch};
use faer::{Auto, MatMut, Par, Spec};

/// Reflectors in a block: measured at n = 100 to 300; faer's own choice is half as fast.
const BLOCK: usize = 8;

/// Memory for one matrix.
#[derive(Default)]
pub(super) struct Hessenberg {
    size: usize,
    reflectors: Vec<f64>,
    memory: Option<MemBuffer>,
}

impl std::fmt::Debug for Hessenberg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hessenberg").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Hessenberg {
    /// Reduces the diagonal block `active` of a column-major matrix of size `n`; what lies outside
    /// stays, and below the subdiagonal the reflectors are left.
    pub fn reduce(&mut self, dense: &mut [f64], n: usize, active: Range<usize>) {
        let size = active.len();
        if size < 3 {
            return;
        }
        self.reserve(size);
        let reflectors =
            MatMut::from_column_major_slice_mut(&mut self.reflectors[..BLOCK * (size - 1)], BLOCK, size - 1);
        let block = MatMut::from_column_major_slice_mut(dense, n, n);
        let block = block.submatrix_mut(active.start, active.start, size, size);
        let stack = MemStack::new(self.memory.as_mut().expect("made above"));
        hessenberg_in_place(block, reflectors, Par::Seq, stack, params());
    }

    fn reserve(&mut self, size: usize) {
        if self.size < size || self.memory.is_none() {
            self.size = size;
            self.reflectors.resize(BLOCK * size, 0.0);
            self.memory =
                Some(MemBuffer::new(hessenberg_in_place_scratch::<f64>(size, BLOCK, Par::Seq, params())));
        }
    }
}

/// The blocked path for all sizes.
fn params() -> Spec<HessenbergParams, f64> {
    let mut params: HessenbergParams = Auto::<f64>::auto();
    params.blocking_threshold = 0;
    params.into()
}
