//! Arrays of rows in `.npy` files, read piece by piece.

use std::path::{Path, PathBuf};

use super::error::{IoError, IoErrorKind};
use super::npy::damaged;
use super::npy_stream::RealStream;

/// An open `.npy` file with rows of numbers, `rows x columns`, or one row.
///
/// Floats, integers and booleans of either byte order become `f64`, as in [`read_npy`](super::read_npy); NaN and
/// Inf stay. Rows that lie one after the other in the file are read as they are asked for; else the first piece reads
/// all of them ([`resident_bytes`](Self::resident_bytes)).
///
/// ```
/// use modalsweep::io::{NpyRows, write_npy};
/// let path = std::env::temp_dir().join("modalsweep-doc-rows.npy");
/// write_npy(&path, ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].view())?;
/// let mut rows = NpyRows::open(&path)?;
/// assert_eq!(rows.shape(), (2, 3));
/// let mut values = Vec::new();
/// assert_eq!(rows.read_next(1, &mut values)?, 1);
/// assert_eq!(values, [1.0, 2.0, 3.0]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct NpyRows {
    path: PathBuf,
    stream: RealStream,
    rows: usize,
    columns: usize,
    /// Rows handed out so far.
    done: usize,
    /// Whether the numbers of a column lie one after the other.
    by_columns: bool,
    /// All numbers of a file by columns, once they have been read.
    whole: Vec<f64>,
}

impl NpyRows {
    /// Reads the header, and compares the shape with the size of the file.
    ///
    /// # Errors
    /// A file that cannot be read, is cut off or too long, holds complex numbers, text or objects, or has another number
    /// of dimensions than one or two.
    pub fn open(path: &Path) -> Result<Self, IoError> {
        let (header, stream) = RealStream::open(path)?;
        let fail = |kind| IoError::new(path, None, kind);
        let (rows, columns) = match header.shape[..] {
            [columns] => (1, columns),
            [rows, columns] => (rows, columns),
            _ => {
                let found = header.shape.len();
                return Err(fail(IoErrorKind::Dimensions { what: "the array".into(), found, expected: 2 }));
            }
        };
        // Also that bytes of all numbers can be counted.
        header.count().map_err(fail)?;
        let by_columns = header.fortran_order && header.shape.len() == 2;
        let (path, whole) = (path.to_owned(), Vec::new());
        let rows = Self { path, stream, rows, columns, done: 0, by_columns, whole };
        if let Some(bytes) = rows.stream.bytes() {
            rows.check_length(bytes)?;
        }
        Ok(rows)
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// The columns as rows; before anything is read.
    ///
    /// # Panics
    /// When rows have been read.
    pub fn transposed(self) -> Self {
        assert!(self.done == 0 && self.whole.is_empty(), "nothing is read before");
        Self { rows: self.columns, columns: self.rows, by_columns: !self.by_columns, ..self }
    }

    /// Memory that this value takes for itself beyond a buffer: all numbers where columns lie one after the other,
    /// else nothing.
    pub fn resident_bytes(&self) -> u64 {
        if self.by_columns { 8 * (self.rows * self.columns) as u64 } else { 0 }
    }

    /// Replaces `values` by the next rows, at most `count`, and returns how many they are; 0 at the end.
    ///
    /// # Errors
    /// A file that cannot be read, or has been cut since it was opened.
    pub fn read_next(&mut self, count: usize, values: &mut Vec<f64>) -> Result<usize, IoError> {
        let count = count.min(self.rows - self.done);
        values.clear();
        let read = if self.by_columns { self.gather(count, values) } else { self.read_rows(count, values) };
        read.map_err(|kind| IoError::new(&self.path, None, kind))?;
        self.done += count;
        Ok(count)
    }

    fn read_rows(&mut self, count: usize, values: &mut Vec<f64>) -> Result<(), IoErrorKind> {
        self.stream.append(count * self.columns, values)?;
        if count > 0 && self.done + count == self.rows { self.stream.refuse_rest() } else { Ok(()) }
    }

    /// Reads all when the first row is asked for, and picks the next ones out of it.
    fn gather(&mut self, count: usize, values: &mut Vec<f64>) -> Result<(), IoErrorKind> {
        if count == 0 {
            return Ok(());
        }
        if self.done == 0 {
            let mut whole = Vec::new();
            self.stream.append(self.rows * self.columns, &mut whole)?;
            self.stream.refuse_rest()?;
            self.whole = whole;
        }
        for row in self.done..self.done + count {
            values.extend((0..self.columns).map(|column| self.whole[column * self.rows + row]));
        }
        Ok(())
    }

    fn check_length(&self, bytes: u64) -> Result<(), IoError> {
        let row = (self.columns * self.stream.bytes_each()) as u64;
        let kind = match self.rows as u64 * row {
            wanted if bytes == wanted => return Ok(()),
            wanted if bytes > wanted => damaged("array", "more bytes than its shape asks for"),
            // By columns no row is whole.
            _ => {
                let found = if self.by_columns { 0 } else { bytes / row };
                IoErrorKind::TooFew { what: "rows", expected: self.rows as u64, found }
            }
        };
        Err(IoError::new(&self.path, None, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::write_npy;
    use ndarray::array;

    fn rows_of(mut rows: NpyRows, piece: usize) -> Vec<Vec<f64>> {
        let (mut all, mut values) = (Vec::new(), Vec::new());
        let columns = rows.shape().1;
        while rows.read_next(piece, &mut values).expect("a good file") > 0 {
            all.extend(values.chunks(columns).map(<[f64]>::to_vec));
        }
        all
    }

    #[test]
    fn rows_come_in_pieces_from_either_side() -> Result<(), IoError> {
        let folder = std::env::temp_dir().join(format!("modalsweep-rows-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("a.npy");
        write_npy(&path, array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].view())?;
        for piece in [1, 2, 5] {
            assert_eq!(rows_of(NpyRows::open(&path)?, piece), [vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]]);
            let transposed = NpyRows::open(&path)?.transposed();
            assert_eq!((transposed.shape(), transposed.resident_bytes()), ((3, 2), 48));
            assert_eq!(rows_of(transposed, piece), [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
        }
        write_npy(&path, array![7.0, 8.0].view())?;
        assert_eq!(rows_of(NpyRows::open(&path)?, 3), [[7.0, 8.0]]);
        let whole = std::fs::read(&path).expect("the file");
        std::fs::write(&path, &whole[..whole.len() - 4]).expect("a cut");
        let error = NpyRows::open(&path).err().expect("cut off");
        assert!(matches!(error.kind, IoErrorKind::TooFew { what: "rows", expected: 1, found: 0 }), "{error}");
        std::fs::remove_dir_all(&folder).expect("the folder goes");
        Ok(())
    }
}
