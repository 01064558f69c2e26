//! Stacks of square matrices in `.npy` files, read piece by piece.

use std::path::{Path, PathBuf};

use ndarray::Array3;

use super::error::{IoError, IoErrorKind};
use super::npy::{Header, damaged};
use super::npy_stream::RealStream;

/// An open `.npy` file with a stack of square matrices, `count x n x n`, or one matrix, `n x n`.
///
/// Floats, integers and booleans of either byte order become `f64`, as in [`read_npy`](super::read_npy); NaN and
/// Inf stay. A stack in Fortran order has its matrices interleaved, so the first piece reads all of it
/// ([`resident_bytes`](Self::resident_bytes)); in C order nothing but the piece asked for is in memory.
///
/// ```
/// use modalsweep::io::{NpyStack, write_npy};
/// let path = std::env::temp_dir().join("modalsweep-doc-stack.npy");
/// write_npy(&path, ndarray::array![[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]].view())?;
/// let mut stack = NpyStack::open(&path)?;
/// assert_eq!((stack.count(), stack.size()), (2, 2));
/// let mut values = Vec::new();
/// assert_eq!(stack.read_next(1, &mut values)?, 1);
/// assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct NpyStack {
    path: PathBuf,
    stream: RealStream,
    count: usize,
    size: usize,
    /// Matrices handed out so far.
    done: usize,
    layout: Layout,
}

enum Layout {
    /// One matrix after the other, each row by row.
    RowMajor,
    /// Entry `(i, j)` of matrix `c` at `c + count (i + n j)`; all of it, once it has been read.
    Interleaved(Vec<f64>),
}

impl NpyStack {
    /// Reads the header, and compares the shape with the size of the file.
    ///
    /// # Errors
    /// A file that cannot be read, is cut off or too long, holds complex numbers, text or objects, has another
    /// number of dimensions than two or three, or matrices that are not square or empty (`n = 0`).
    pub fn open(path: &Path) -> Result<Self, IoError> {
        let (header, stream) = RealStream::open(path)?;
        let fail = |kind| IoError::new(path, None, kind);
        let (count, size) = square_shape(&header).map_err(fail)?;
        let layout = match header.fortran_order {
            true => Layout::Interleaved(Vec::new()),
            false => Layout::RowMajor,
        };
        let path = path.to_owned();
        let stack = Self { path, stream, count, size, done: 0, layout };
        if let Some(bytes) = stack.stream.bytes() {
            stack.check_length(bytes)?;
        }
        Ok(stack)
    }

    /// How many matrices the file holds.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Rows and columns of each, `n`.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Memory that this value takes for itself beyond a buffer: a stack in Fortran order as `f64`, else nothing.
    pub fn resident_bytes(&self) -> u64 {
        match self.layout {
            Layout::RowMajor => 0,
            Layout::Interleaved(_) => 8 * (self.count * self.size * self.size) as u64,
        }
    }

    /// Replaces `values` by the next matrices, at most `count`, each row by row, and returns how many they are; 0
    /// at the end.
    ///
    /// # Errors
    /// A file that cannot be read, or has been cut since it was opened.
    pub fn read_next(&mut self, count: usize, values: &mut Vec<f64>) -> Result<usize, IoError> {
        let count = count.min(self.count - self.done);
        values.clear();
        let read = match self.layout {
            Layout::RowMajor => self.read_rows(count, values),
            Layout::Interleaved(_) => self.gather(count, values),
        };
        read.map_err(|kind| IoError::new(&self.path, None, kind))?;
        self.done += count;
        Ok(count)
    }

    /// All matrices that are left, as one array `count x n x n`.
    ///
    /// # Errors
    /// As [`read_next`](Self::read_next).
    pub fn read_rest(mut self) -> Result<Array3<f64>, IoError> {
        let mut values = Vec::new();
        let count = self.read_next(usize::MAX, &mut values)?;
        Ok(Array3::from_shape_vec((count, self.size, self.size), values)
            .expect("count x n x n numbers were read"))
    }

    fn read_rows(&mut self, count: usize, values: &mut Vec<f64>) -> Result<(), IoErrorKind> {
        let entries = self.size * self.size;
        self.stream
            .append(count * entries, values)
            .map_err(|kind| self.cut_off(kind, values.len() / entries))?;
        if count > 0 && self.done + count == self.count { self.stream.refuse_rest() } else { Ok(()) }
    }

    /// Reads the whole stack when the first matrix is asked for, and picks the next ones out of it.
    fn gather(&mut self, count: usize, values: &mut Vec<f64>) -> Result<(), IoErrorKind> {
        let n = self.size;
        if count == 0 {
            return Ok(());
        }
        if self.done == 0 {
            let mut whole = Vec::new();
            // Interleaved matrices are whole only at the end.
            self.stream.append(self.count * n * n, &mut whole).map_err(|kind| self.cut_off(kind, 0))?;
            self.stream.refuse_rest()?;
            self.layout = Layout::Interleaved(whole);
        }
        let Layout::Interleaved(whole) = &self.layout else { return Ok(()) };
        values.resize(count * n * n, 0.0);
        for (place, entries) in whole.chunks_exact(self.count).enumerate() {
            let (col, row) = (place / n, place % n);
            for (matrix, &entry) in entries[self.done..self.done + count].iter().enumerate() {
                values[(matrix * n + row) * n + col] = entry;
            }
        }
        Ok(())
    }

    /// Says how many matrices are whole, where a file is cut off; `whole` are those of the last piece.
    fn cut_off(&self, kind: IoErrorKind, whole: usize) -> IoErrorKind {
        match kind {
            IoErrorKind::Damaged { .. } => self.too_few((self.done + whole) as u64),
            other => other,
        }
    }

    fn too_few(&self, found: u64) -> IoErrorKind {
        IoErrorKind::TooFew { what: "matrices", expected: self.count as u64, found }
    }

    fn check_length(&self, bytes: u64) -> Result<(), IoError> {
        let matrix = (self.size * self.size * self.stream.bytes_each()) as u64;
        let wanted = self.count as u64 * matrix;
        let kind = match &self.layout {
            _ if bytes == wanted => return Ok(()),
            _ if bytes > wanted => damaged("array", "more bytes than its shape asks for"),
            Layout::RowMajor => self.too_few(bytes / matrix),
            Layout::Interleaved(_) => self.too_few(0),
        };
        Err(IoError::new(&self.path, None, kind))
    }
}

/// Count and size of the matrices.
fn square_shape(header: &Header) -> Result<(usize, usize), IoErrorKind> {
    let (count, rows, cols) = match header.shape[..] {
        [rows, cols] => (1, rows, cols),
        [count, rows, cols] => (count, rows, cols),
        _ => {
            let found = header.shape.len();
            return Err(IoErrorKind::Dimensions { what: "the stack of matrices".into(), found, expected: 3 });
        }
    };
    // Also that bytes of all numbers can be counted.
    header.count()?;
    match (rows, cols) {
        _ if count == rows && rows != cols && header.shape.len() == 3 => {
            Err(IoErrorKind::CountedByLastAxis { size: rows as u64, count: cols as u64 })
        }
        _ if rows != cols => Err(IoErrorKind::NotSquareStack { rows: rows as u64, cols: cols as u64 }),
        (0, 0) => Err(IoErrorKind::EmptyMatrix { rows: 0, cols: 0 }),
        _ => Ok((count, rows)),
    }
}
