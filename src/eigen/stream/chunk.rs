//! Matrices of one size, one after the other, with or without the masses that go with them.

use ndarray::{ArrayView3, ShapeBuilder};

/// `count` matrices of size `n`, and in a stream of pairs as many mass matrices.
#[derive(Debug, Default)]
pub struct StackChunk {
    pub(super) n: usize,
    pub(super) count: usize,
    pub(super) entries: EntryOrder,
    pub(super) values: Vec<f64>,
    pub(super) masses: Vec<f64>,
}

/// How each matrix lies in memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum EntryOrder {
    #[default]
    ByRows,
    ByColumns,
}

impl StackChunk {
    /// Rows and columns of each matrix.
    pub fn size(&self) -> usize {
        self.n
    }

    /// How many matrices there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The matrices, `count x n x n`; of pairs the stiffness.
    pub fn matrices(&self) -> ArrayView3<'_, f64> {
        self.view(&self.values, self.entries)
    }

    /// The mass matrices of pairs, `count x n x n`; none in a stream of single matrices.
    pub fn masses(&self) -> Option<ArrayView3<'_, f64>> {
        (!self.masses.is_empty()).then(|| self.view(&self.masses, EntryOrder::ByRows))
    }

    fn view<'a>(&self, values: &'a [f64], entries: EntryOrder) -> ArrayView3<'a, f64> {
        let n = self.n;
        let strides = match entries {
            EntryOrder::ByRows => (n * n, n, 1),
            EntryOrder::ByColumns => (n * n, 1, n),
        };
        ArrayView3::from_shape((self.count, n, n).strides(strides), values)
            .expect("filled with count x n x n numbers")
    }
}
