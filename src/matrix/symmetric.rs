//! The symmetric sparse matrix that every other room works on.

use std::sync::Arc;

use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};

use super::{MatrixError, Pages};

/// A real symmetric sparse matrix: lower triangle, compressed sparse columns, rows ascending.
///
/// Storage is 16 bytes per stored entry, 8 of them for the pattern, which matrices made by
/// [`SymmetricMatrix::with_values`] share. Explicit zeros stay in the pattern.
///
/// ```
/// use modalsweep::matrix::SymmetricMatrix;
/// // [2 -1; -1 1]
/// let k = SymmetricMatrix::from_lower_csc(vec![0, 2, 3], vec![0, 1, 1], vec![2.0, -1.0, 1.0])?;
/// let mut product = [0.0; 2];
/// k.multiply_into(&[1.0, 1.0], &mut product);
/// assert_eq!(product, [1.0, 0.0]);
/// # Ok::<(), modalsweep::matrix::MatrixError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SymmetricMatrix {
    pattern: Arc<Pattern>,
    values: Pages,
}

/// Where the entries of a lower triangle are: compressed columns, rows ascending.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    pub col_ptr: Vec<usize>,
    pub row_idx: Pages<usize>,
}

impl Pattern {
    pub fn size(&self) -> usize {
        self.col_ptr.len() - 1
    }

    pub fn entries(&self) -> usize {
        self.row_idx.len()
    }
}

impl SymmetricMatrix {
    /// Takes the lower triangle in compressed sparse columns (`col_ptr`: size + 1; `row_idx`,
    /// `values`: one per stored entry) after checking it.
    ///
    /// # Errors
    /// [`MatrixError::Empty`], [`MatrixError::BrokenPointers`], [`MatrixError::OutOfRange`],
    /// [`MatrixError::NotLowerSorted`] (also for an entry given twice) and
    /// [`MatrixError::NonFinite`].
    pub fn from_lower_csc(
        col_ptr: Vec<usize>,
        row_idx: Vec<usize>,
        values: Vec<f64>,
    ) -> Result<Self, MatrixError> {
        let size = col_ptr.len().saturating_sub(1);
        if size == 0 {
            return Err(MatrixError::Empty);
        }
        let whole = col_ptr[0] == 0 && col_ptr.is_sorted() && col_ptr[size] == row_idx.len();
        if !whole || row_idx.len() != values.len() {
            return Err(MatrixError::BrokenPointers);
        }
        for col in 0..size {
            let mut least = col;
            for at in col_ptr[col]..col_ptr[col + 1] {
                let (row, value) = (row_idx[at], values[at]);
                if row >= size {
                    return Err(MatrixError::OutOfRange { row, col, size });
                }
                if row < least {
                    return Err(MatrixError::NotLowerSorted { row, col });
                }
                if !value.is_finite() {
                    return Err(MatrixError::NonFinite { row, col, value });
                }
                least = row + 1;
            }
        }
        Ok(Self { pattern: Arc::new(Pattern { col_ptr, row_idx: row_idx.into() }), values: values.into() })
    }

    /// For the builders of this crate, which keep the promise themselves.
    pub(crate) fn from_sorted(col_ptr: Vec<usize>, row_idx: Vec<usize>, values: Vec<f64>) -> Self {
        Self::on_pattern(Arc::new(Pattern { col_ptr, row_idx: row_idx.into() }), values.into())
    }

    /// As [`SymmetricMatrix::from_sorted`], on a pattern that others share.
    pub(crate) fn on_pattern(pattern: Arc<Pattern>, values: Pages) -> Self {
        debug_assert!({
            let Pattern { col_ptr, row_idx } = &*pattern;
            Self::from_lower_csc(col_ptr.clone(), row_idx.to_vec(), values.to_vec()).is_ok()
        });
        Self { pattern, values }
    }

    /// The pattern, to be shared.
    pub(crate) fn pattern(&self) -> &Arc<Pattern> {
        &self.pattern
    }

    /// Number of rows and columns.
    pub fn size(&self) -> usize {
        self.pattern.size()
    }

    /// Number of stored entries of the lower triangle, diagonal included.
    pub fn entries(&self) -> usize {
        self.values.len()
    }

    /// Column pointers, `size + 1`.
    pub fn col_ptr(&self) -> &[usize] {
        &self.pattern.col_ptr
    }

    /// Row of each stored entry.
    pub fn row_idx(&self) -> &[usize] {
        &self.pattern.row_idx
    }

    /// Value of each stored entry.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Replaces the values and keeps the pattern, which both share: the next sample of a study.
    ///
    /// # Errors
    /// [`MatrixError::BrokenPointers`] for another number of values, [`MatrixError::NonFinite`].
    pub fn with_values(&self, values: Vec<f64>) -> Result<Self, MatrixError> {
        if values.len() != self.entries() {
            return Err(MatrixError::BrokenPointers);
        }
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(Self { pattern: Arc::clone(&self.pattern), values: values.into() }),
            Some(at) => {
                let col = self.pattern.col_ptr.partition_point(|&first| first <= at) - 1;
                Err(MatrixError::NonFinite { row: self.pattern.row_idx[at], col, value: values[at] })
            }
        }
    }

    /// The same matrix without the entries that are exactly zero.
    pub fn without_zeros(&self) -> Self {
        let mut col_ptr = Vec::with_capacity(self.size() + 1);
        let (mut row_idx, mut values) = (Vec::new(), Vec::new());
        col_ptr.push(0);
        for col in 0..self.size() {
            for (row, value) in self.column(col).filter(|entry| entry.1 != 0.0) {
                row_idx.push(row);
                values.push(value);
            }
            col_ptr.push(row_idx.len());
        }
        Self::from_sorted(col_ptr, row_idx, values)
    }

    /// Rows and values of one column of the lower triangle, rows ascending from the diagonal.
    pub fn column(&self, col: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.pattern.col_ptr[col]..self.pattern.col_ptr[col + 1];
        self.pattern.row_idx[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// One entry, from either triangle; zero where nothing is stored.
    pub fn get(&self, row: usize, col: usize) -> f64 {
        let (row, col) = (row.max(col), row.min(col));
        let range = self.pattern.col_ptr[col]..self.pattern.col_ptr[col + 1];
        match self.pattern.row_idx[range.clone()].binary_search(&row) {
            Ok(offset) => self.values[range.start + offset],
            Err(_) => 0.0,
        }
    }

    /// The diagonal, `size` values; zero where nothing is stored.
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.size())
            .map(|col| self.column(col).next().filter(|&(row, _)| row == col).map_or(0.0, |(_, v)| v))
            .collect()
    }

    /// Largest absolute value.
    pub fn largest_entry(&self) -> f64 {
        self.values.iter().fold(0.0, |largest, value| value.abs().max(largest))
    }

    /// sum_j |a_ij| for each row.
    pub fn absolute_row_sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.size()];
        for col in 0..self.size() {
            for (row, value) in self.column(col) {
                sums[row] += value.abs();
                if row != col {
                    sums[col] += value.abs();
                }
            }
        }
        sums
    }

    /// The infinity norm, max_i sum_j |a_ij|.
    pub fn row_sum_norm(&self) -> f64 {
        self.absolute_row_sums().into_iter().fold(0.0, f64::max)
    }

    /// y = A x for one vector; `2 * entries` multiplications.
    ///
    /// # Panics
    /// When a length is not the size of the matrix.
    pub fn multiply_into(&self, x: &[f64], y: &mut [f64]) {
        assert!(x.len() == self.size() && y.len() == self.size(), "vectors of the matrix's size");
        y.fill(0.0);
        for col in 0..self.size() {
            let mut sum = 0.0;
            for (row, value) in self.column(col) {
                if row == col {
                    sum += value * x[col];
                } else {
                    sum += value * x[row];
                    y[row] += value * x[col];
                }
            }
            y[col] += sum;
        }
    }

    /// x' A y.
    ///
    /// # Panics
    /// When a length is not the size of the matrix.
    pub fn bilinear(&self, x: &[f64], y: &[f64]) -> f64 {
        let mut product = vec![0.0; self.size()];
        self.multiply_into(y, &mut product);
        x.iter().zip(&product).map(|(a, b)| a * b).sum()
    }

    /// The lower triangle as faer sees it, without a copy.
    pub fn as_faer(&self) -> SparseColMatRef<'_, usize, f64> {
        let size = self.size();
        let symbolic = SymbolicSparseColMatRef::new_checked(size, size, self.col_ptr(), None, self.row_idx());
        SparseColMatRef::new(symbolic, &self.values)
    }

    /// Takes an `sprs` matrix, CSC or CSR, one triangle or both; see
    /// [`SymmetricMatrix::from_coordinates`].
    ///
    /// # Errors
    /// As [`SymmetricMatrix::from_coordinates`].
    pub fn from_sprs(matrix: sprs::CsMatView<'_, f64>) -> Result<(Self, super::TriangleReport), MatrixError> {
        let (mut rows, mut cols) = (Vec::with_capacity(matrix.nnz()), Vec::with_capacity(matrix.nnz()));
        let mut values = Vec::with_capacity(matrix.nnz());
        if matrix.rows().max(matrix.cols()) > u32::MAX as usize {
            let (n_rows, n_cols) = matrix.shape();
            return Err(MatrixError::OutOfRange { row: n_rows, col: n_cols, size: u32::MAX as usize });
        }
        for (&value, (row, col)) in matrix.iter() {
            rows.push(row as u32);
            cols.push(col as u32);
            values.push(value);
        }
        Self::from_coordinates(&crate::io::Coordinates {
            n_rows: matrix.rows(),
            n_cols: matrix.cols(),
            rows,
            cols,
            values,
            declared: crate::io::DeclaredSymmetry::Unstated,
        })
    }

    /// The lower triangle as an `sprs` matrix in CSC.
    pub fn to_sprs_lower(&self) -> sprs::CsMat<f64> {
        let shape = (self.size(), self.size());
        sprs::CsMat::new_csc(shape, self.col_ptr().to_vec(), self.row_idx().to_vec(), self.values.to_vec())
    }

    /// Both triangles in compressed sparse columns, rows ascending: `(col_ptr, row_idx, values)`.
    pub fn to_full_csc(&self) -> (Vec<usize>, Vec<usize>, Vec<f64>) {
        let size = self.size();
        let mut col_ptr = vec![0usize; size + 1];
        for col in 0..size {
            for (row, _) in self.column(col) {
                col_ptr[col + 1] += 1;
                if row != col {
                    col_ptr[row + 1] += 1;
                }
            }
        }
        for col in 0..size {
            col_ptr[col + 1] += col_ptr[col];
        }
        let mut next = col_ptr.clone();
        let (mut rows, mut values) = (vec![0; col_ptr[size]], vec![0.0; col_ptr[size]]);
        let mut put = |row: usize, col: usize, value: f64| {
            rows[next[col]] = row;
            values[next[col]] = value;
            next[col] += 1;
        };
        // Columns ascending put the upper entries of each column first and in order; the lower ones
        // of column c are put when c is reached, after all its upper ones.
        for col in 0..size {
            for (row, value) in self.column(col) {
                put(row, col, value);
                if row != col {
                    put(col, row, value);
                }
            }
        }
        (col_ptr, rows, values)
    }
}
