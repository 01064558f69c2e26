//! Matrix Market: `%%MatrixMarket matrix coordinate|array real|integer|pattern
//! general|symmetric|skew-symmetric`, comments, the size line, and one entry a line.
//!
//! Boisvert, Pozo, Remington: The Matrix Market Exchange Formats, NISTIR 5935 (1996).

use std::io::Write;
use std::path::Path;

use ndarray::{Array2, ArrayView2, ShapeBuilder};

use super::atomic::write_atomically;
use super::coordinates::{Contents, DeclaredSymmetry, Format, MatrixFile};
use super::entries::{Entries, Size};
use super::error::{IoError, IoErrorKind, excerpt};
use super::number::{parse_integer, words};
use super::parts::CscParts;
use super::source::TextReader;

pub(super) const BANNER: &str = "%%MatrixMarket";

struct Header {
    layout: Layout,
    field: Field,
    declared: DeclaredSymmetry,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Coordinate,
    Array,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    Pattern,
}

pub(super) fn read(mut reader: TextReader) -> Result<MatrixFile, IoError> {
    let line = reader.next_line()?.unwrap_or_default().to_ascii_lowercase();
    let header = parse_header(&line).map_err(|kind| reader.fail_here(kind))?;
    let sizes = size_line(&mut reader, header.layout)?;
    let contents = match header.layout {
        Layout::Coordinate => Contents::Sparse(read_coordinate(&mut reader, &header, &sizes)?),
        Layout::Array => Contents::Dense(read_array(&mut reader, header.declared, &sizes)?),
    };
    Ok(MatrixFile { format: Format::MatrixMarket, contents, dofs: None, notes: Vec::new() })
}

fn parse_header(line: &[u8]) -> Result<Header, IoErrorKind> {
    let mut header = words(line);
    let mut next = || header.next().unwrap_or_default();
    let unexpected = |expected, found| IoErrorKind::BadHeader { expected, found: excerpt(found) };
    let unsupported = |what: &str| IoErrorKind::Unsupported { what: format!("Matrix Market `{what}`") };
    let expected = "`%%MatrixMarket matrix`";
    for (found, wanted) in [(next(), &b"%%matrixmarket"[..]), (next(), b"matrix")] {
        if found != wanted {
            return Err(unexpected(expected, found));
        }
    }
    let layout = match next() {
        b"coordinate" => Layout::Coordinate,
        b"array" => Layout::Array,
        found => return Err(unexpected("`coordinate` or `array`", found)),
    };
    let field = match next() {
        b"real" | b"integer" | b"double" => Field::Number,
        b"pattern" if layout == Layout::Coordinate => Field::Pattern,
        b"complex" => return Err(unsupported("complex")),
        found => return Err(unexpected("`real`, `integer` or `pattern`", found)),
    };
    let declared = match next() {
        b"general" => DeclaredSymmetry::General,
        b"symmetric" => DeclaredSymmetry::Symmetric,
        b"skew-symmetric" => DeclaredSymmetry::SkewSymmetric,
        b"hermitian" => return Err(unsupported("hermitian")),
        found => {
            return Err(unexpected("`general`, `symmetric` or `skew-symmetric`", found));
        }
    };
    match next() {
        b"" => Ok(Header { layout, field, declared }),
        extension => Err(unsupported(&excerpt(extension))),
    }
}

/// Rows, columns and, in coordinate layout, entries.
fn size_line(reader: &mut TextReader, layout: Layout) -> Result<Vec<u64>, IoError> {
    let count = if layout == Layout::Coordinate { 3 } else { 2 };
    while let Some(line) = reader.next_line()? {
        let line = line.trim_ascii();
        if !line.is_empty() && !line.starts_with(b"%") {
            return parse_sizes(line, count).map_err(|kind| reader.fail_here(kind));
        }
    }
    Err(reader.fail(IoErrorKind::MissingSizeLine))
}

fn parse_sizes(line: &[u8], count: usize) -> Result<Vec<u64>, IoErrorKind> {
    let fields = ["number of rows", "number of columns", "number of entries"];
    let mut words = words(line);
    let sizes = fields[..count].iter().map(|field| parse_integer(field, words.next().unwrap_or_default()));
    let sizes = sizes.collect::<Result<_, _>>()?;
    match words.next() {
        Some(found) => Err(IoErrorKind::UnexpectedText { found: excerpt(found) }),
        None => Ok(sizes),
    }
}

fn read_coordinate(
    reader: &mut TextReader,
    header: &Header,
    sizes: &[u64],
) -> Result<super::Coordinates, IoError> {
    let announced = sizes[2];
    let size =
        Size::check(sizes[0], sizes[1], announced, header.declared).map_err(|kind| reader.fail_here(kind))?;
    // The shortest lines are `1 1\n` and `1 1 1\n`.
    let bytes_each = if header.field == Field::Pattern { 4 } else { 6 };
    let mut entries = Entries::with_room(reader.room_for(announced, bytes_each), header.declared);
    reader.for_each_line(b'%', |cursor| {
        if entries.len() == announced {
            return Err(IoErrorKind::TooMany { what: "entries", expected: announced });
        }
        let row = cursor.index("row", size.n_rows)?;
        let col = cursor.index("column", size.n_cols)?;
        let value = match header.field {
            Field::Number => cursor.real("value")?,
            Field::Pattern => 1.0,
        };
        entries.push(row, col, value)
    })?;
    match entries.len() {
        found if found < announced => {
            Err(reader.fail(IoErrorKind::TooFew { what: "entries", expected: announced, found }))
        }
        _ => Ok(entries.finish(size)),
    }
}

fn read_array(
    reader: &mut TextReader,
    declared: DeclaredSymmetry,
    sizes: &[u64],
) -> Result<Array2<f64>, IoError> {
    let (rows, cols) = (sizes[0], sizes[1]);
    let announced = match declared {
        DeclaredSymmetry::Symmetric => rows.saturating_mul(rows.saturating_add(1)) / 2,
        DeclaredSymmetry::SkewSymmetric => rows.saturating_mul(rows.saturating_sub(1)) / 2,
        _ => rows.saturating_mul(cols),
    };
    let size = Size::check(rows, cols, announced, declared).map_err(|kind| reader.fail_here(kind))?;
    let mut values = Vec::with_capacity(reader.room_for(announced, 2));
    reader.for_each_line(b'%', |cursor| {
        if values.len() as u64 == announced {
            return Err(IoErrorKind::TooMany { what: "values", expected: announced });
        }
        values.push(cursor.real("value")?);
        Ok(())
    })?;
    let found = values.len() as u64;
    if found < announced {
        return Err(reader.fail(IoErrorKind::TooFew { what: "values", expected: announced, found }));
    }
    Ok(unfold(size, declared, values))
}

/// The whole table from the columns, or from the lower triangle by columns.
fn unfold(size: Size, declared: DeclaredSymmetry, values: Vec<f64>) -> Array2<f64> {
    let shape = (size.n_rows as usize, size.n_cols as usize);
    let (first, sign) = match declared {
        DeclaredSymmetry::Symmetric => (0, 1.0),
        DeclaredSymmetry::SkewSymmetric => (1, -1.0),
        _ => {
            return Array2::from_shape_vec(shape.f(), values).expect("as many values as the shape asks for");
        }
    };
    let mut table = Array2::zeros(shape.f());
    let mut values = values.into_iter();
    for col in 0..shape.1 {
        for (row, value) in (col + first..shape.0).zip(&mut values) {
            table[[row, col]] = value;
            if row != col {
                table[[col, row]] = sign * value;
            }
        }
    }
    table
}

/// Writes a symmetric sparse matrix as `coordinate real symmetric`, in the shortest digits that read back
/// to the same number.
///
/// `col_ptr` (`n + 1`), `row_idx` and `values` are one triangle, either one, in compressed columns; in the
/// file it is the lower one.
///
/// # Errors
/// Parts that do not fit each other, entries in both triangles, or a file that cannot be written; nothing
/// is left behind then.
pub fn write_matrix_market(
    path: &Path,
    n: usize,
    col_ptr: &[usize],
    row_idx: &[usize],
    values: &[f64],
) -> Result<(), IoError> {
    let parts = CscParts { n_rows: n, n_cols: n, col_ptr, row_idx, values };
    let fail = |kind| IoError::new(path, None, kind);
    parts.check().map_err(fail)?;
    parts.check_one_triangle().map_err(fail)?;
    write_atomically(path, |file| {
        writeln!(file, "{BANNER} matrix coordinate real symmetric\n{n} {n} {}", values.len())?;
        for (row, col, value) in parts.entries() {
            writeln!(file, "{} {} {value:e}", row.max(col) + 1, row.min(col) + 1)?;
        }
        Ok(())
    })
}

/// Writes a dense matrix as `array real general`, by columns, in the shortest digits that read back to the
/// same number.
///
/// # Errors
/// A file that cannot be written; nothing is left behind then.
pub fn write_matrix_market_dense(path: &Path, matrix: ArrayView2<f64>) -> Result<(), IoError> {
    write_matrix_market_dense_with(path, matrix.dim(), |row, col| matrix[(row, col)])
}

/// Writes a dense matrix of `rows x cols` whose entries `value(row, col)` gives, as
/// [`write_matrix_market_dense`].
///
/// # Errors
/// A file that cannot be written; nothing is left behind then.
pub fn write_matrix_market_dense_with(
    path: &Path,
    (rows, cols): (usize, usize),
    value: impl Fn(usize, usize) -> f64,
) -> Result<(), IoError> {
    write_atomically(path, |file| {
        writeln!(file, "{BANNER} matrix array real general\n{rows} {cols}")?;
        (0..cols).try_for_each(|col| (0..rows).try_for_each(|row| writeln!(file, "{:e}", value(row, col))))
    })
}
