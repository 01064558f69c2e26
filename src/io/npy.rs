//! NumPy `.npy`: magic, version, a Python dictionary, and the numbers.
//!
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use std::io::{self, Read, Write};
use std::path::Path;

use ndarray::{ArrayD, ArrayView, Dimension, IxDyn, ShapeBuilder};

use super::atomic::write_atomically;
use super::coordinates::{Contents, Format, MatrixFile};
use super::error::{IoError, IoErrorKind, excerpt};
use super::source::{OpenFile, open};

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads an array of any number of dimensions; floats, integers and booleans become `f64`, NaN and Inf stay.
///
/// Integers beyond 2^53 are rounded. The array keeps the memory order of the file.
///
/// # Errors
/// A file that cannot be read, is cut off or too long, or holds complex numbers, text or objects.
///
/// ```
/// let path = std::env::temp_dir().join("modalsweep-doc-array.npy");
/// let stiffness = ndarray::array![[2.0, -1.0], [-1.0, 2.0]];
/// modalsweep::io::write_npy(&path, stiffness.view())?;
/// assert_eq!(modalsweep::io::read_npy(&path)?, stiffness.into_dyn());
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_npy(path: &Path) -> Result<ArrayD<f64>, IoError> {
    read_array(open(path)?)
}

fn read_array(source: OpenFile) -> Result<ArrayD<f64>, IoError> {
    let (path, bytes) = (source.path.clone(), source.bytes);
    let mut input = io::BufReader::new(source.into_read());
    let array = read_any(&mut input, bytes).and_then(|array| {
        refuse_rest(&mut input)?;
        Ok(array)
    });
    array.map_err(|kind| IoError::new(&path, None, kind))
}

pub(super) fn read(source: OpenFile) -> Result<MatrixFile, IoError> {
    let path = source.path.clone();
    let fail = |kind| IoError::new(&path, None, kind);
    let array = read_array(source)?;
    let found = array.ndim();
    let matrix = array
        .into_dimensionality::<ndarray::Ix2>()
        .map_err(|_| fail(IoErrorKind::Dimensions { what: "the array".into(), found, expected: 2 }))?;
    if matrix.is_empty() {
        let (rows, cols) = (matrix.nrows() as u64, matrix.ncols() as u64);
        return Err(fail(IoErrorKind::EmptyMatrix { rows, cols }));
    }
    if let Some(((row, col), value)) = matrix.indexed_iter().find(|(_, value)| !value.is_finite()) {
        let found = format!("{value} at ({}, {})", row + 1, col + 1);
        return Err(fail(IoErrorKind::NotFinite { found }));
    }
    Ok(MatrixFile { format: Format::Npy, contents: Contents::Dense(matrix), dofs: None, notes: Vec::new() })
}

/// Also lets a compressed stream see its end, and compare its checksum.
pub(super) fn refuse_rest(input: &mut impl Read) -> Result<(), IoErrorKind> {
    match input.read(&mut [0]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(damaged("array", "more bytes than its shape asks for")),
        Err(cause) => Err(IoErrorKind::Read { cause }),
    }
}

pub(super) fn damaged(part: &str, what: impl Into<String>) -> IoErrorKind {
    IoErrorKind::Damaged { part: part.into(), what: what.into() }
}

/// What stands before the numbers.
pub(super) struct Header {
    pub dtype: String,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
    /// Bytes before the first number.
    pub bytes: u64,
}

impl Header {
    pub fn read(input: &mut impl Read) -> Result<Self, IoErrorKind> {
        const LONGEST: u32 = 1 << 16;
        let mut start = [0; 8];
        read_exact(input, &mut start, "header")?;
        match start {
            _ if start.starts_with(MAGIC) => {}
            [b'P', b'K', 3 | 5, 4 | 6, ..] => return Err(IoErrorKind::IsArchive),
            [0x1f, 0x8b, ..] => return Err(IoErrorKind::IsCompressed),
            _ => return Err(damaged("header", "the first bytes are not those of a .npy file")),
        }
        let (before, length) = match start[6] {
            1 => (10, u16::from_le_bytes(read_bytes(input)?).into()),
            2 | 3 => (12, u32::from_le_bytes(read_bytes(input)?)),
            version => {
                return Err(IoErrorKind::Unsupported { what: format!(".npy version {version}") });
            }
        };
        if length > LONGEST {
            return Err(damaged("header", format!("{length} bytes long")));
        }
        let mut text = vec![0; length as usize];
        read_exact(input, &mut text, "header")?;
        let found = || damaged("header", format!("`{}`", excerpt(&text)));
        let header = std::str::from_utf8(&text).ok().and_then(Self::parse).ok_or_else(found)?;
        Ok(Self { bytes: before + u64::from(length), ..header })
    }

    fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            let quoted = [format!("'{key}'"), format!("\"{key}\"")];
            let at = quoted.iter().find_map(|key| Some(text.find(key)? + key.len()))?;
            text[at..].trim_start().strip_prefix(':').map(str::trim_start)
        };
        let dtype = value("descr")?;
        let dtype = match dtype.chars().next()? {
            quote @ ('\'' | '"') => dtype[1..].split(quote).next()?,
            _ => "a record",
        };
        let order = value("fortran_order")?;
        let shape = value("shape")?.strip_prefix('(')?.split_once(')')?.0;
        let sizes = shape.split(',').map(str::trim).filter(|size| !size.is_empty());
        // Python 2 wrote long integers as `3L`.
        let shape = sizes.map(|size| size.trim_end_matches('L').parse().ok()).collect::<Option<_>>()?;
        (order.starts_with("True") || order.starts_with("False")).then(|| Self {
            dtype: dtype.to_owned(),
            fortran_order: order.starts_with("True"),
            shape,
            bytes: 0,
        })
    }

    /// How many numbers there are; no more than an array can hold.
    pub fn count(&self) -> Result<usize, IoErrorKind> {
        // ndarray wants the product of all sizes that are not zero to fit.
        let mut sizes = self.shape.iter().map(|&size| size.max(1));
        let product = sizes.try_fold(1_usize, usize::checked_mul);
        match product.filter(|&product| product <= isize::MAX as usize / 8) {
            Some(product) => Ok(if self.shape.contains(&0) { 0 } else { product }),
            None => Err(damaged("header", format!("shape {:?} is too large", self.shape))),
        }
    }
}

/// `bytes` is the size of the file: no more room is reserved than that.
fn read_any(input: &mut impl Read, bytes: u64) -> Result<ArrayD<f64>, IoErrorKind> {
    let header = Header::read(input)?;
    let values = read_reals(input, &header, bytes)?;
    let shape = IxDyn(&header.shape).set_f(header.fortran_order);
    ArrayD::from_shape_vec(shape, values).map_err(|error| damaged("array", error.to_string()))
}

/// The numbers of an array in the order of the file; room for `bytes` is reserved at most.
pub(super) fn read_reals(
    input: &mut impl Read,
    header: &Header,
    bytes: u64,
) -> Result<Vec<f64>, IoErrorKind> {
    Decoder::reals(&header.dtype)?.read_all(input, header, bytes)
}

/// The integers of an array in the order of the file; room for `bytes` is reserved at most.
pub(super) fn read_integers(
    input: &mut impl Read,
    header: &Header,
    bytes: u64,
) -> Result<Vec<i64>, IoErrorKind> {
    Decoder::integers(&header.dtype)?.read_all(input, header, bytes)
}

/// Appends the numbers in a piece of the file, little-endian by now.
type Convert<T> = fn(&[u8], &mut Vec<T>);

fn extend<T, const N: usize>(chunk: &[u8], items: &mut Vec<T>, convert: impl Fn([u8; N]) -> T) {
    items.extend(chunk.as_chunks().0.iter().map(|&item| convert(item)));
}

/// How the bytes of a type such as `<f8` or `|b1` become numbers.
pub(super) struct Decoder<T> {
    big_endian: bool,
    /// Bytes of a number.
    pub size: usize,
    convert: Convert<T>,
}

impl Decoder<f64> {
    /// Floats, integers and booleans as `f64`; integers beyond 2^53 are rounded.
    pub fn reals(dtype: &str) -> Result<Self, IoErrorKind> {
        let (big_endian, kind, size) = parse_dtype(dtype)?;
        let convert: Convert<f64> = match (kind, size) {
            ('f', 8) => |chunk, reals| extend(chunk, reals, f64::from_le_bytes),
            ('f', 4) => |chunk, reals| extend(chunk, reals, |item| f32::from_le_bytes(item).into()),
            ('u', 8) => |chunk, reals| extend(chunk, reals, |item| u64::from_le_bytes(item) as f64),
            ('i', 8) => |chunk, reals| extend(chunk, reals, |item| i64::from_le_bytes(item) as f64),
            _ => small_integers(kind, size).ok_or_else(|| unsupported_dtype(dtype))?,
        };
        Ok(Self { big_endian, size, convert })
    }
}

impl Decoder<i64> {
    fn integers(dtype: &str) -> Result<Self, IoErrorKind> {
        let (big_endian, kind, size) = parse_dtype(dtype)?;
        let convert: Convert<i64> = match (kind, size) {
            // As an index an unsigned number beyond i64 is wrong anyway, and a negative one is refused.
            ('i' | 'u', 8) => |chunk, list| extend(chunk, list, i64::from_le_bytes),
            _ => small_integers(kind, size).ok_or_else(|| unsupported_dtype(dtype))?,
        };
        Ok(Self { big_endian, size, convert })
    }
}

/// Integers that every type of number holds.
fn small_integers<T: From<i32> + From<u32>>(kind: char, size: usize) -> Option<Convert<T>> {
    Some(match (kind, size) {
        ('i', 1) => |chunk, list| extend(chunk, list, |item| i32::from(i8::from_le_bytes(item)).into()),
        ('i', 2) => |chunk, list| extend(chunk, list, |item| i32::from(i16::from_le_bytes(item)).into()),
        ('i', 4) => |chunk, list| extend(chunk, list, |item| i32::from_le_bytes(item).into()),
        ('u' | 'b', 1) => |chunk, list| extend(chunk, list, |item| u32::from(u8::from_le_bytes(item)).into()),
        ('u', 2) => |chunk, list| extend(chunk, list, |item| u32::from(u16::from_le_bytes(item)).into()),
        ('u', 4) => |chunk, list| extend(chunk, list, |item| u32::from_le_bytes(item).into()),
        _ => return None,
    })
}

impl<T> Decoder<T> {
    fn read_all(&self, input: &mut impl Read, header: &Header, bytes: u64) -> Result<Vec<T>, IoErrorKind> {
        let count = header.count()?;
        let room = usize::try_from(bytes / self.size as u64).unwrap_or(usize::MAX);
        let mut items = Vec::with_capacity(count.min(room));
        self.append(input, count, &mut items)?;
        Ok(items)
    }

    /// Appends the next `count` numbers.
    pub fn append(&self, input: &mut impl Read, count: usize, items: &mut Vec<T>) -> Result<(), IoErrorKind> {
        const CHUNK: usize = 1 << 16;
        let end = items.len() + count;
        let mut chunk = [0; CHUNK];
        while items.len() < end {
            let length = CHUNK.min((end - items.len()).saturating_mul(self.size));
            read_exact(input, &mut chunk[..length], "array")?;
            if self.big_endian {
                chunk[..length].chunks_exact_mut(self.size).for_each(<[u8]>::reverse);
            }
            (self.convert)(&chunk[..length], items);
        }
        Ok(())
    }
}

/// Byte order, letter and size of `<f8`, `|b1`, ...
fn parse_dtype(dtype: &str) -> Result<(bool, char, usize), IoErrorKind> {
    let mut letters = dtype.chars();
    let order = letters.next().filter(|order| "<>|=".contains(*order));
    let kind = order.and_then(|_| letters.next());
    match (order, kind, letters.as_str().parse()) {
        (Some(order), Some(kind), Ok(size @ (1 | 2 | 4 | 8))) => Ok((order == '>', kind, size)),
        _ => Err(unsupported_dtype(dtype)),
    }
}

fn unsupported_dtype(dtype: &str) -> IoErrorKind {
    IoErrorKind::UnsupportedNumbers { dtype: excerpt(dtype.as_bytes()) }
}

fn read_bytes<const N: usize>(input: &mut impl Read) -> Result<[u8; N], IoErrorKind> {
    let mut bytes = [0; N];
    read_exact(input, &mut bytes, "header")?;
    Ok(bytes)
}

pub(super) fn read_exact(input: &mut impl Read, bytes: &mut [u8], part: &str) -> Result<(), IoErrorKind> {
    input.read_exact(bytes).map_err(|cause| match cause.kind() {
        io::ErrorKind::UnexpectedEof => damaged(part, "the file is cut off"),
        _ => IoErrorKind::Read { cause },
    })
}

/// Writes an array of any number of dimensions: version 1, C order, little-endian `f64`.
///
/// # Errors
/// A file that cannot be written; nothing is left behind then.
pub fn write_npy<D: Dimension>(path: &Path, array: ArrayView<f64, D>) -> Result<(), IoError> {
    write_atomically(path, |file| {
        write_header(file, "<f8", array.shape())?;
        array.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
    })
}

/// Writes a matrix of `rows x cols` whose entries `value(row, col)` gives, as [`write_npy`]: for storage that
/// is no array.
///
/// # Errors
/// A file that cannot be written; nothing is left behind then.
pub fn write_npy_with(
    path: &Path,
    (rows, cols): (usize, usize),
    value: impl Fn(usize, usize) -> f64,
) -> Result<(), IoError> {
    write_atomically(path, |file| {
        write_header(file, "<f8", &[rows, cols])?;
        (0..rows)
            .try_for_each(|row| (0..cols).try_for_each(|col| file.write_all(&value(row, col).to_le_bytes())))
    })
}

/// The header, padded so that the numbers begin at a multiple of 64 bytes.
pub(super) fn write_header(file: &mut impl Write, dtype: &str, shape: &[usize]) -> io::Result<()> {
    const BEFORE_TEXT: usize = 10;
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let sizes = if shape.len() > 1 { sizes.trim_end_matches(", ") } else { sizes.trim_end() };
    let mut text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({sizes}), }}");
    let unpadded = BEFORE_TEXT + text.len() + 1;
    text.push_str(&" ".repeat(unpadded.next_multiple_of(64) - unpadded));
    text.push('\n');
    let length = u16::try_from(text.len()).map_err(io::Error::other)?;
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(text.as_bytes())
}
