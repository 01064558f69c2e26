//! The results of a batch: one spectrum per matrix, in the order of the input.

use faer::{MatRef, c64};

use super::EigenError;

/// Eigenvalues (and eigenvectors, if asked for) of many matrices.
///
/// Keep it and give it to the next batch: its memory is used again.
#[derive(Debug, Clone)]
pub struct Spectra<T> {
    /// Eigenvalues, group by group of equal size.
    pub(super) values: Vec<T>,
    /// Eigenvectors in the same order, each matrix column by column.
    pub(super) vectors: Vec<f64>,
    /// Whether eigenvectors were asked for.
    pub(super) with_vectors: bool,
    /// Of every matrix, in the order of the input.
    pub(super) items: Vec<Item>,
    /// Outcomes, group by group.
    pub(super) outcomes: Vec<Result<(), EigenError>>,
}

/// Where the results of a matrix lie.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Item {
    pub n: usize,
    pub outcome: usize,
    pub values: usize,
    pub vectors: usize,
}

/// Eigenvalues of one matrix, and its eigenvectors where they were asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Spectrum<'a, T> {
    /// All eigenvalues.
    pub values: &'a [T],
    /// Eigenvectors as columns, `n x n`, in the order of the eigenvalues. Of a general matrix two
    /// conjugate eigenvalues have two columns `u, v` together, and the eigenvectors `u + i v` and `u - i v`; see
    /// [`eigenvector`](Self::eigenvector).
    pub vectors: Option<MatRef<'a, f64>>,
}

impl<'a> Spectrum<'a, c64> {
    /// The eigenvector of eigenvalue `j` of a general matrix, entry by entry, if eigenvectors were asked for.
    ///
    /// # Panics
    /// When there is no eigenvalue `j`.
    pub fn eigenvector(&self, j: usize) -> Option<impl ExactSizeIterator<Item = c64> + use<'a>> {
        let vectors = self.vectors?;
        let im = self.values[j].im;
        let first = if im < 0.0 { j - 1 } else { j };
        let second = if im == 0.0 { j } else { first + 1 };
        let sign = if im == 0.0 { 0.0 } else { im.signum() };
        let entry = move |i| c64::new(vectors[(i, first)], sign * vectors[(i, second)]);
        Some((0..vectors.nrows()).map(entry))
    }
}

/// An eigenvalue of either type.
pub trait Eigenvalue: Copy {
    /// `|lambda|`, without overflow on the way.
    fn magnitude(self) -> f64;
}

impl Eigenvalue for f64 {
    fn magnitude(self) -> f64 {
        self.abs()
    }
}

impl Eigenvalue for c64 {
    fn magnitude(self) -> f64 {
        self.re.hypot(self.im)
    }
}

impl<T: Eigenvalue> Spectrum<'_, T> {
    /// `|lambda|` of all eigenvalues, largest first.
    pub fn magnitudes(&self) -> Vec<f64> {
        let mut magnitudes: Vec<f64> = self.values.iter().map(|value| value.magnitude()).collect();
        magnitudes.sort_by(|a, b| b.total_cmp(a));
        magnitudes
    }
}

impl<T> Default for Spectra<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            vectors: Vec::new(),
            with_vectors: false,
            items: Vec::new(),
            outcomes: Vec::new(),
        }
    }
}

impl<T> Spectra<T> {
    /// An empty container to be filled by a batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many matrices there were.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What came of matrix `index`, in the order of the input.
    ///
    /// # Errors
    /// Why this matrix has no result.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Self::len).
    pub fn get(&self, index: usize) -> Result<Spectrum<'_, T>, EigenError> {
        let item = self.items[index];
        self.outcomes[item.outcome]?;
        let entries = item.n * item.n;
        let vectors = self.with_vectors.then(|| {
            let columns = &self.vectors[item.vectors..item.vectors + entries];
            MatRef::from_column_major_slice(columns, item.n, item.n)
        });
        Ok(Spectrum { values: &self.values[item.values..item.values + item.n], vectors })
    }

    /// All results in the order of the input.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Spectrum<'_, T>, EigenError>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Takes back the result of a matrix; a reason that is there already stays.
    pub(super) fn refuse(&mut self, index: usize, reason: EigenError) {
        let outcome = &mut self.outcomes[self.items[index].outcome];
        *outcome = outcome.and(Err(reason));
    }

    /// The matrices without a result, with the reason.
    pub fn failures(&self) -> impl Iterator<Item = (usize, EigenError)> {
        let reason = |(index, item): (usize, &Item)| Some((index, self.outcomes[item.outcome].err()?));
        self.items.iter().enumerate().filter_map(reason)
    }
}
