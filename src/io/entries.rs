//! Gathers entries and keeps to what every format has in common: the sizes, and one triangle only
//! where the file says that it is symmetric.

use super::coordinates::{Coordinates, DeclaredSymmetry};
use super::error::IoErrorKind;

/// Fewer rows than this are never suspicious.
const ALWAYS_PLAUSIBLE: u64 = 1_000_000;
/// More rows for each entry than this, and the column pointers would be a memory bomb.
const ROWS_PER_ENTRY: u64 = 100;

/// Rows and columns of a matrix that have passed the checks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub n_rows: u32,
    pub n_cols: u32,
}

impl Size {
    /// Sizes from a header with as many entries as it announces.
    pub fn check(
        rows: u64,
        cols: u64,
        entries: u64,
        declared: DeclaredSymmetry,
    ) -> Result<Self, IoErrorKind> {
        let larger = rows.max(cols);
        if rows == 0 || cols == 0 {
            return Err(IoErrorKind::EmptyMatrix { rows, cols });
        }
        if rows != cols && matches!(declared, DeclaredSymmetry::Symmetric | DeclaredSymmetry::SkewSymmetric) {
            return Err(IoErrorKind::NotSquare { rows, cols });
        }
        if larger > ALWAYS_PLAUSIBLE && larger / ROWS_PER_ENTRY > entries {
            return Err(IoErrorKind::TooSparse { size: larger, entries });
        }
        let index = |size| u32::try_from(size).ok();
        match (index(rows), index(cols)) {
            (Some(n_rows), Some(n_cols)) => Ok(Self { n_rows, n_cols }),
            _ => Err(IoErrorKind::TooLarge { size: larger, limit: u32::MAX.into() }),
        }
    }
}

/// Entries as they come, 0-based.
pub(super) struct Entries {
    rows: Vec<u32>,
    cols: Vec<u32>,
    values: Vec<f64>,
    declared: DeclaredSymmetry,
    one_triangle: bool,
    triangle: Option<Triangle>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Triangle {
    Lower,
    Upper,
}

impl Entries {
    /// `room` must come from the size of the file, never from its header alone.
    pub fn with_room(room: usize, declared: DeclaredSymmetry) -> Self {
        Self {
            rows: Vec::with_capacity(room),
            cols: Vec::with_capacity(room),
            values: Vec::with_capacity(room),
            declared,
            one_triangle: matches!(declared, DeclaredSymmetry::Symmetric | DeclaredSymmetry::SkewSymmetric),
            triangle: None,
        }
    }

    pub fn len(&self) -> u64 {
        self.values.len() as u64
    }

    #[inline(always)]
    pub fn push(&mut self, row: u32, col: u32, value: f64) -> Result<(), IoErrorKind> {
        if self.one_triangle {
            self.check_triangle(row, col, value)?;
        }
        self.rows.push(row);
        self.cols.push(col);
        self.values.push(value);
        Ok(())
    }

    #[inline(always)]
    fn check_triangle(&mut self, row: u32, col: u32, value: f64) -> Result<(), IoErrorKind> {
        let (row_from_1, col_from_1) = (u64::from(row) + 1, u64::from(col) + 1);
        if row == col {
            return match self.declared == DeclaredSymmetry::SkewSymmetric && value != 0.0 {
                true => Err(IoErrorKind::SkewDiagonal { row: row_from_1 }),
                false => Ok(()),
            };
        }
        let triangle = if row > col { Triangle::Lower } else { Triangle::Upper };
        match *self.triangle.get_or_insert(triangle) == triangle {
            true => Ok(()),
            false => Err(IoErrorKind::BothTriangles { row: row_from_1, col: col_from_1 }),
        }
    }

    /// One past the largest index, for files that do not say how large the matrix is.
    pub fn extent(&self) -> u64 {
        let largest = |indices: &[u32]| indices.iter().max().map_or(0, |&index| u64::from(index) + 1);
        largest(&self.rows).max(largest(&self.cols))
    }

    pub fn first(&self) -> Option<(u32, u32, f64)> {
        Some((*self.rows.first()?, *self.cols.first()?, *self.values.first()?))
    }

    /// The matrix; writes out the other triangle of a skew-symmetric one.
    pub fn finish(mut self, size: Size) -> Coordinates {
        if self.declared == DeclaredSymmetry::SkewSymmetric {
            self.mirror_with_sign();
        }
        Coordinates {
            n_rows: size.n_rows as usize,
            n_cols: size.n_cols as usize,
            rows: self.rows,
            cols: self.cols,
            values: self.values,
            declared: self.declared,
        }
    }

    fn mirror_with_sign(&mut self) {
        for at in 0..self.values.len() {
            let (row, col) = (self.rows[at], self.cols[at]);
            if row != col {
                self.rows.push(col);
                self.cols.push(row);
                self.values.push(-self.values[at]);
            }
        }
    }
}
