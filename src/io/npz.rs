//! SciPy `save_npz`: a zip file with one `.npy` for each part of a sparse matrix.

use std::io::{Read, Seek, Write};
use std::path::Path;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::atomic::write_atomically;
use super::coordinates::{Contents, Coordinates, DeclaredSymmetry, Format, MatrixFile};
use super::entries::Size;
use super::error::{IoError, IoErrorKind, excerpt};
use super::npy::{self, Header};
use super::parts::CscParts;
use super::source::OpenFile;

pub(super) const MAGIC: &[u8] = b"PK\x03\x04";

pub(super) fn read(mut source: OpenFile) -> Result<MatrixFile, IoError> {
    let fail = |kind| IoError::new(&source.path, None, kind);
    source.file.rewind().map_err(|cause| IoError::read(&source.path, cause))?;
    let archive = ZipArchive::new(std::io::BufReader::new(&source.file))
        .map_err(|error| fail(damaged("archive", &error)))?;
    let contents = Members { bytes: source.bytes, archive }.matrix().map_err(fail)?;
    Ok(MatrixFile { format: Format::ScipyNpz, contents, dofs: None, notes: Vec::new() })
}

fn damaged(part: &str, error: &ZipError) -> IoErrorKind {
    IoErrorKind::Damaged { part: part.into(), what: excerpt(error.to_string().as_bytes()) }
}

struct Members<R> {
    /// Size of the whole file.
    bytes: u64,
    archive: ZipArchive<R>,
}

impl<R: Read + Seek> Members<R> {
    fn matrix(&mut self) -> Result<Contents, IoErrorKind> {
        let storage = self.storage_format()?;
        let size = self.size()?;
        let values = self.reals("data")?;
        let announced = values.len() as u64;
        let size = Size::check(size[0], size[1], announced, DeclaredSymmetry::Unstated)?;
        let (rows, cols) = match storage.as_slice() {
            b"coo" => (self.indices("row", size.n_rows)?, self.indices("col", size.n_cols)?),
            b"csr" => {
                let cols = self.indices("indices", size.n_cols)?;
                (self.expanded_pointers(size.n_rows, announced)?, cols)
            }
            _ => {
                let rows = self.indices("indices", size.n_rows)?;
                (rows, self.expanded_pointers(size.n_cols, announced)?)
            }
        };
        for (part, length) in [("row indices", rows.len()), ("column indices", cols.len())] {
            if length != values.len() {
                return Err(IoErrorKind::TooFew { what: part, expected: announced, found: length as u64 });
            }
        }
        refuse_not_finite(&rows, &cols, &values)?;
        Ok(Contents::Sparse(Coordinates {
            n_rows: size.n_rows as usize,
            n_cols: size.n_cols as usize,
            rows,
            cols,
            values,
            declared: DeclaredSymmetry::Unstated,
        }))
    }

    /// A member, and how many bytes to expect from it without trusting what the archive says of itself.
    fn member(&mut self, name: &str) -> Result<(impl Read, u64), IoErrorKind> {
        const USUAL_COMPRESSION: u64 = 8;
        let file = format!("{name}.npy");
        if self.archive.index_for_name(&file).is_none() {
            let found = self.archive.file_names().filter_map(Result::ok).collect::<Vec<_>>().join(", ");
            return Err(IoErrorKind::BadHeader {
                expected: "the members that scipy.sparse.save_npz writes",
                found: excerpt(found.as_bytes()),
            });
        }
        let member = self.archive.by_name(&file).map_err(|error| damaged(name, &error))?;
        let room = member.compressed_size().min(self.bytes).saturating_mul(USUAL_COMPRESSION);
        Ok((member, room))
    }

    /// `csr`, `csc` or `coo`, which SciPy stores as bytes or as UTF-32.
    fn storage_format(&mut self) -> Result<Vec<u8>, IoErrorKind> {
        let (mut member, _) = self.member("format")?;
        let header = Header::read(&mut member)?;
        if !header.dtype.chars().nth(1).is_some_and(|kind| matches!(kind, 'S' | 'U')) {
            return Err(IoErrorKind::Unsupported { what: format!("`format` of type `{}`", header.dtype) });
        }
        let mut text = Vec::new();
        member.take(64).read_to_end(&mut text).map_err(|cause| IoErrorKind::Read { cause })?;
        text.retain(|&byte| byte != 0);
        match text.as_slice() {
            b"csr" | b"csc" | b"coo" => Ok(text),
            other => {
                let what = format!("SciPy's sparse format `{}`", excerpt(other));
                Err(IoErrorKind::Unsupported { what })
            }
        }
    }

    fn size(&mut self) -> Result<[u64; 2], IoErrorKind> {
        let sizes = self.integers("shape")?;
        let size = |at: usize| u64::try_from(sizes[at]).unwrap_or(0);
        match sizes.len() {
            2 => Ok([size(0), size(1)]),
            found => Err(IoErrorKind::Dimensions { what: "the matrix".into(), found, expected: 2 }),
        }
    }

    fn header_of_list(name: &str, member: &mut impl Read) -> Result<Header, IoErrorKind> {
        let header = Header::read(member)?;
        match header.shape.len() {
            1 => Ok(header),
            found => Err(IoErrorKind::Dimensions { what: format!("`{name}`"), found, expected: 1 }),
        }
    }

    fn integers(&mut self, name: &str) -> Result<Vec<i64>, IoErrorKind> {
        let (mut member, room) = self.member(name)?;
        let header = Self::header_of_list(name, &mut member)?;
        let integers = npy::read_integers(&mut member, &header, room)?;
        npy::refuse_rest(&mut member)?;
        Ok(integers)
    }

    fn reals(&mut self, name: &str) -> Result<Vec<f64>, IoErrorKind> {
        let (mut member, room) = self.member(name)?;
        let header = Self::header_of_list(name, &mut member)?;
        let reals = npy::read_reals(&mut member, &header, room)?;
        npy::refuse_rest(&mut member)?;
        Ok(reals)
    }

    fn indices(&mut self, name: &'static str, size: u32) -> Result<Vec<u32>, IoErrorKind> {
        let integers = self.integers(name)?;
        if let Some(index) = integers.iter().find(|index| !(0..i64::from(size)).contains(*index)) {
            return Err(IoErrorKind::IndexOutOfRange {
                field: name,
                found: (i128::from(*index) + 1).to_string(),
                size: size.into(),
            });
        }
        Ok(integers.into_iter().map(|index| index as u32).collect())
    }

    /// The column of each entry from the column pointers, or the row from the row pointers.
    fn expanded_pointers(&mut self, size: u32, entries: u64) -> Result<Vec<u32>, IoErrorKind> {
        let pointers = self.integers("indptr")?;
        let ends = (pointers.first().copied(), pointers.last().copied());
        let fits = pointers.len() as u64 == u64::from(size) + 1
            && pointers.is_sorted()
            && ends == (Some(0), i64::try_from(entries).ok());
        if !fits {
            return Err(IoErrorKind::InconsistentParts { part: "indptr" });
        }
        let mut expanded = Vec::with_capacity(entries as usize);
        for (index, ends) in (0..size).zip(pointers.windows(2)) {
            expanded.extend(std::iter::repeat_n(index, (ends[1] - ends[0]) as usize));
        }
        Ok(expanded)
    }
}

fn refuse_not_finite(rows: &[u32], cols: &[u32], values: &[f64]) -> Result<(), IoErrorKind> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => {
            let (row, col) = (u64::from(rows[at]) + 1, u64::from(cols[at]) + 1);
            let found = format!("{} at ({row}, {col})", values[at]);
            Err(IoErrorKind::NotFinite { found })
        }
        None => Ok(()),
    }
}

/// Writes a sparse matrix in compressed columns as `scipy.sparse.save_npz` does; `load_npz` reads it.
///
/// `col_ptr` (`n_cols + 1`), `row_idx` and `values` are written as they are: a symmetric matrix needs both
/// triangles, because the format has no word for symmetry. Nothing is compressed: that would take longer than the
/// assembly of the matrix (SciPy's `compressed=False`).
///
/// # Errors
/// Parts that do not fit each other, or a file that cannot be written; nothing is left behind then.
pub fn write_npz(
    path: &Path,
    (n_rows, n_cols): (usize, usize),
    col_ptr: &[usize],
    row_idx: &[usize],
    values: &[f64],
) -> Result<(), IoError> {
    let parts = CscParts { n_rows, n_cols, col_ptr, row_idx, values };
    parts.check().map_err(|kind| IoError::new(path, None, kind))?;
    write_atomically(path, |file| {
        let mut archive = ZipWriter::new(file);
        write_indices(&mut archive, "indices", row_idx)?;
        write_indices(&mut archive, "indptr", col_ptr)?;
        start_member(&mut archive, "format", "|S3", &[], 3)?;
        archive.write_all(b"csc")?;
        write_indices_as(&mut archive, "shape", &[n_rows, n_cols], i64::MAX as usize)?;
        start_member(&mut archive, "data", "<f8", &[values.len()], values.len())?;
        write_numbers(&mut archive, values, |value| value.to_le_bytes())?;
        archive.finish()?;
        Ok(())
    })
}

/// 32 bits where all indices fit, as SciPy does.
fn write_indices<W: Write + Seek>(
    archive: &mut ZipWriter<W>,
    name: &str,
    indices: &[usize],
) -> std::io::Result<()> {
    write_indices_as(archive, name, indices, indices.iter().copied().max().unwrap_or(0))
}

fn write_indices_as<W: Write + Seek>(
    archive: &mut ZipWriter<W>,
    name: &str,
    indices: &[usize],
    largest: usize,
) -> std::io::Result<()> {
    if i32::try_from(largest).is_ok() {
        start_member(archive, name, "<i4", &[indices.len()], indices.len())?;
        write_numbers(archive, indices, |&index| (index as i32).to_le_bytes())
    } else {
        start_member(archive, name, "<i8", &[indices.len()], indices.len())?;
        write_numbers(archive, indices, |&index| (index as i64).to_le_bytes())
    }
}

/// In pieces, as each piece costs a checksum.
fn write_numbers<T, const N: usize>(
    archive: &mut impl Write,
    numbers: &[T],
    bytes: impl Fn(&T) -> [u8; N],
) -> std::io::Result<()> {
    const TOGETHER: usize = 8192;
    let mut buffer = Vec::with_capacity(TOGETHER * N);
    for numbers in numbers.chunks(TOGETHER) {
        buffer.clear();
        buffer.extend(numbers.iter().flat_map(&bytes));
        archive.write_all(&buffer)?;
    }
    Ok(())
}

fn start_member<W: Write + Seek>(
    archive: &mut ZipWriter<W>,
    name: &str,
    dtype: &str,
    shape: &[usize],
    count: usize,
) -> std::io::Result<()> {
    const ZIP64_FROM: usize = (1 << 31) / 8;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(count >= ZIP64_FROM);
    archive.start_file(format!("{name}.npy"), options)?;
    npy::write_header(archive, dtype, shape)
}
