//! The parts of a matrix in compressed columns, as the writers take them.

use super::error::IoErrorKind;

/// Column `j` holds the rows `row_idx[col_ptr[j]..col_ptr[j + 1]]`.
#[derive(Clone, Copy)]
pub(super) struct CscParts<'a> {
    pub n_rows: usize,
    pub n_cols: usize,
    pub col_ptr: &'a [usize],
    pub row_idx: &'a [usize],
    pub values: &'a [f64],
}

impl<'a> CscParts<'a> {
    pub fn check(&self) -> Result<(), IoErrorKind> {
        let wrong = |part| Err(IoErrorKind::InconsistentParts { part });
        let ends = (self.col_ptr.first(), self.col_ptr.last());
        if self.col_ptr.len() != self.n_cols + 1
            || ends != (Some(&0), Some(&self.row_idx.len()))
            || !self.col_ptr.is_sorted()
        {
            return wrong("col_ptr");
        }
        if self.row_idx.iter().any(|&row| row >= self.n_rows) {
            return wrong("row_idx");
        }
        if self.values.len() != self.row_idx.len() {
            return wrong("values");
        }
        Ok(())
    }

    pub fn check_one_triangle(&self) -> Result<(), IoErrorKind> {
        let mut off_diagonal = self.entries().filter(|(row, col, _)| row != col);
        let Some((row, col, _)) = off_diagonal.next() else {
            return Ok(());
        };
        match off_diagonal.find(|entry| (entry.0 > entry.1) != (row > col)) {
            Some((row, col, _)) => {
                Err(IoErrorKind::BothTriangles { row: row as u64 + 1, col: col as u64 + 1 })
            }
            None => Ok(()),
        }
    }

    /// Row, column and value of each entry, by columns, 0-based.
    pub fn entries(self) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
        (0..self.n_cols).flat_map(move |col| {
            let range = self.col_ptr[col]..self.col_ptr[col + 1];
            range.map(move |at| (self.row_idx[at], col, self.values[at]))
        })
    }
}
