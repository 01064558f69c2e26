//! From a list of entries to the lower triangle: which triangles are there, and do they agree?

use super::{MatrixError, SymmetricMatrix};
use crate::io::{Contents, Coordinates};

/// Largest accepted |a_ij - a_ji| / sqrt(|a_ii a_jj|) (relative to the largest entry where a diagonal
/// entry is zero). For a positive definite matrix sqrt(a_ii a_jj) bounds |a_ij|, so the measure does
/// not depend on units. Files with 10 digits pass, a skew part of engineering size does not.
pub const SYMMETRY_TOLERANCE: f64 = 1e-9;

/// Which triangles a file holds, seen from its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Triangles {
    /// Only diagonal entries.
    Diagonal,
    /// The diagonal and entries below it.
    Lower,
    /// The diagonal and entries above it.
    Upper,
    /// Both, equal to the tolerance.
    Both,
}

impl std::fmt::Display for Triangles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Diagonal => "diagonal",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Both => "both",
        })
    }
}

/// What was seen while a list of entries became a [`SymmetricMatrix`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TriangleReport {
    /// The triangles that the file holds.
    pub triangles: Triangles,
    /// Largest |a_ij - a_ji| / sqrt(|a_ii a_jj|); zero where only one triangle is given.
    pub symmetry_defect: f64,
    /// Entries in the file.
    pub entries_read: usize,
    /// Entries that stood at a place already taken; they were added up.
    pub duplicates: usize,
    /// Entries of the lower triangle that are exactly zero; they are kept in the pattern.
    pub explicit_zeros: usize,
}

impl SymmetricMatrix {
    /// Builds the matrix from what a file holds; see [`SymmetricMatrix::from_coordinates`].
    ///
    /// # Errors
    /// As [`SymmetricMatrix::from_coordinates`].
    pub fn from_contents(contents: &Contents) -> Result<(Self, TriangleReport), MatrixError> {
        match contents {
            Contents::Sparse(coordinates) => Self::from_coordinates(coordinates),
            Contents::Dense(table) => Self::from_coordinates(&nonzeros(table)),
        }
    }

    /// Builds the matrix from entries in any order: upper, lower, or both triangles. Entries at the
    /// same place are added up; an entry and its mirror image never are: they must agree to
    /// [`SYMMETRY_TOLERANCE`], and their mean is taken. Cost: O(entries), two copies of the matrix
    /// at most.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`], [`MatrixError::Empty`], [`MatrixError::NonFinite`],
    /// [`MatrixError::OutOfRange`], or [`MatrixError::NotSymmetric`] with the worst pair.
    ///
    /// ```
    /// use modalsweep::{io::{Coordinates, DeclaredSymmetry}, matrix::SymmetricMatrix};
    /// let upper = Coordinates {
    ///     n_rows: 2, n_cols: 2, rows: vec![0, 0, 1], cols: vec![0, 1, 1],
    ///     values: vec![2.0, -1.0, 1.0], declared: DeclaredSymmetry::Unstated,
    /// };
    /// let (matrix, report) = SymmetricMatrix::from_coordinates(&upper)?;
    /// assert_eq!(matrix.get(1, 0), -1.0);
    /// assert_eq!(report.triangles.to_string(), "upper");
    /// # Ok::<(), modalsweep::matrix::MatrixError>(())
    /// ```
    pub fn from_coordinates(list: &Coordinates) -> Result<(Self, TriangleReport), MatrixError> {
        check_entries(list)?;
        let is_below = |(&row, &col): (&u32, &u32)| row > col;
        let is_above = |(&row, &col): (&u32, &u32)| row < col;
        let places = || list.rows.iter().zip(&list.cols);
        let triangles = match (places().any(is_below), places().any(is_above)) {
            (false, false) => Triangles::Diagonal,
            (true, false) => Triangles::Lower,
            (false, true) => Triangles::Upper,
            (true, true) => Triangles::Both,
        };
        let (mut matrix, mut duplicates) = gather(list, |row, col| row >= col);
        let mut symmetry_defect = 0.0;
        match triangles {
            Triangles::Diagonal | Triangles::Lower => {}
            Triangles::Upper => (matrix, duplicates) = gather(list, |row, col| row <= col),
            Triangles::Both => {
                let (upper, more) = gather(list, |row, col| row <= col);
                duplicates += more;
                symmetry_defect = merge_mirrored(&mut matrix, &upper)?;
            }
        }
        let report = TriangleReport {
            triangles,
            symmetry_defect,
            entries_read: list.values.len(),
            duplicates,
            explicit_zeros: matrix.values().iter().filter(|&&value| value == 0.0).count(),
        };
        Ok((matrix, report))
    }
}

fn nonzeros(table: &ndarray::Array2<f64>) -> Coordinates {
    let (n_rows, n_cols) = table.dim();
    let mut list = Coordinates {
        n_rows,
        n_cols,
        rows: Vec::new(),
        cols: Vec::new(),
        values: Vec::new(),
        declared: crate::io::DeclaredSymmetry::General,
    };
    for ((row, col), &value) in table.indexed_iter() {
        if value != 0.0 {
            list.rows.push(row as u32);
            list.cols.push(col as u32);
            list.values.push(value);
        }
    }
    list
}

fn check_entries(list: &Coordinates) -> Result<(), MatrixError> {
    let (n_rows, n_cols) = (list.n_rows, list.n_cols);
    if n_rows != n_cols {
        return Err(MatrixError::NotSquare { n_rows, n_cols });
    }
    if n_rows == 0 {
        return Err(MatrixError::Empty);
    }
    if list.rows.len() != list.values.len() || list.cols.len() != list.values.len() {
        return Err(MatrixError::BrokenPointers);
    }
    for ((&row, &col), &value) in list.rows.iter().zip(&list.cols).zip(&list.values) {
        let (row, col) = (row as usize, col as usize);
        if row >= n_rows || col >= n_rows {
            return Err(MatrixError::OutOfRange { row, col, size: n_rows });
        }
        if !value.is_finite() {
            return Err(MatrixError::NonFinite { row, col, value });
        }
    }
    Ok(())
}

/// Collects the entries that `keep(row, col)` accepts into a lower triangle (mirroring those above
/// the diagonal) and adds up repeated places. Returns the matrix and the number of repetitions.
fn gather(list: &Coordinates, keep: impl Fn(u32, u32) -> bool) -> (SymmetricMatrix, usize) {
    let size = list.n_rows;
    let kept = || {
        (list.rows.iter().zip(&list.cols).zip(&list.values))
            .filter(|((row, col), _)| keep(**row, **col))
            .map(|((&row, &col), &value)| (row.max(col) as usize, row.min(col) as usize, value))
    };
    let mut col_ptr = vec![0usize; size + 1];
    for (_, col, _) in kept() {
        col_ptr[col + 1] += 1;
    }
    for col in 0..size {
        col_ptr[col + 1] += col_ptr[col];
    }
    let mut next = col_ptr[..size].to_vec();
    let mut row_idx = vec![0usize; col_ptr[size]];
    let mut values = vec![0.0; col_ptr[size]];
    for (row, col, value) in kept() {
        row_idx[next[col]] = row;
        values[next[col]] = value;
        next[col] += 1;
    }
    let duplicates = sort_columns(&mut col_ptr, &mut row_idx, &mut values);
    (SymmetricMatrix::from_sorted(col_ptr, row_idx, values), duplicates)
}

/// Sorts the rows of each column and adds up repetitions, in place. Returns how many there were.
fn sort_columns(col_ptr: &mut [usize], row_idx: &mut Vec<usize>, values: &mut Vec<f64>) -> usize {
    let mut scratch: Vec<(usize, f64)> = Vec::new();
    let (mut write, mut begin) = (0, 0);
    for col in 0..col_ptr.len() - 1 {
        let end = col_ptr[col + 1];
        if !row_idx[begin..end].is_sorted() {
            scratch.clear();
            scratch.extend(row_idx[begin..end].iter().copied().zip(values[begin..end].iter().copied()));
            // Stable, so that repetitions are added up in the order of the file.
            scratch.sort_by_key(|&(row, _)| row);
            for (offset, &(row, value)) in scratch.iter().enumerate() {
                row_idx[begin + offset] = row;
                values[begin + offset] = value;
            }
        }
        let first = write;
        for read in begin..end {
            if write > first && row_idx[write - 1] == row_idx[read] {
                values[write - 1] += values[read];
            } else {
                row_idx[write] = row_idx[read];
                values[write] = values[read];
                write += 1;
            }
        }
        begin = end;
        col_ptr[col + 1] = write;
    }
    let duplicates = row_idx.len() - write;
    row_idx.truncate(write);
    values.truncate(write);
    duplicates
}

/// Replaces each entry of `lower` by its mean with the mirror image; returns the largest defect.
fn merge_mirrored(lower: &mut SymmetricMatrix, mirrored: &SymmetricMatrix) -> Result<f64, MatrixError> {
    let size = lower.size();
    let diagonal = lower.diagonal();
    let largest = lower.largest_entry().max(mirrored.largest_entry());
    let mut worst: (f64, usize, usize, f64, f64) = (0.0, 0, 0, 0.0, 0.0);
    let mut merged = Vec::with_capacity(lower.entries());
    let (mut rows, mut col_ptr) = (Vec::with_capacity(lower.entries()), vec![0usize]);
    for col in 0..size {
        let mut below = lower.column(col).peekable();
        let mut above = mirrored.column(col).peekable();
        while let Some(row) = match (below.peek(), above.peek()) {
            (Some(&(left, _)), Some(&(right, _))) => Some(left.min(right)),
            (Some(&(row, _)), None) | (None, Some(&(row, _))) => Some(row),
            (None, None) => None,
        } {
            let left = below.next_if(|&(at, _)| at == row).map_or(0.0, |(_, value)| value);
            let right = above.next_if(|&(at, _)| at == row).map_or(0.0, |(_, value)| value);
            let scale = match (diagonal[row] * diagonal[col]).abs().sqrt() {
                scale if scale > 0.0 => scale,
                _ => largest,
            };
            let defect = if left == right { 0.0 } else { (left - right).abs() / scale };
            if defect > worst.0 {
                worst = (defect, row, col, left, right);
            }
            rows.push(row);
            merged.push(0.5 * (left + right));
        }
        col_ptr.push(rows.len());
    }
    let (defect, row, col, left, right) = worst;
    if defect > SYMMETRY_TOLERANCE {
        return Err(MatrixError::NotSymmetric { row, col, lower: left, upper: right });
    }
    *lower = SymmetricMatrix::from_sorted(col_ptr, rows, merged);
    Ok(defect)
}
