//! Harwell-Boeing, assembled: compressed columns in lines of fixed width, as Fortran writes them.
//!
//! Duff, Grimes, Lewis: Sparse matrix test problems, ACM TOMS 15 (1989) 1-14,
//! <https://doi.org/10.1145/62038.62043>. Neighbouring numbers may touch, so lines are cut by the widths of the
//! formats in the header.

use super::coordinates::{Contents, DeclaredSymmetry, Format, MatrixFile};
use super::entries::{Entries, Size};
use super::error::{IoError, IoErrorKind, excerpt};
use super::number::{parse_integer, parse_real, words};
use super::source::TextReader;

struct Header {
    matrix_type: MatrixType,
    size: Size,
    entries: u64,
    pointers: FortranFormat,
    indices: FortranFormat,
    values: FortranFormat,
    right_sides: u64,
}

struct MatrixType {
    pattern: bool,
    declared: DeclaredSymmetry,
}

pub(super) fn read(mut reader: TextReader) -> Result<MatrixFile, IoError> {
    let header = read_header(&mut reader)?;
    let n_cols = u64::from(header.size.n_cols);
    let pointers = read_pointers(&mut reader, &header, n_cols)?;
    let mut rows = Vec::with_capacity(reader.room_for(header.entries, 2));
    read_fields(&mut reader, &header.indices, "row indices", header.entries, |field| {
        let row: u64 = parse_integer("row index", field)?;
        rows.push(index("row index", row, header.size.n_rows.into())? as u32);
        Ok(())
    })?;
    let mut values = Vec::with_capacity(reader.room_for(header.entries, 2));
    if header.matrix_type.pattern {
        values.resize(rows.len(), 1.0);
    } else {
        read_fields(&mut reader, &header.values, "values", header.entries, |field| {
            values.push(header.values.real(field)?);
            Ok(())
        })?;
    }
    if header.right_sides == 0 {
        refuse_rest(&mut reader)?;
    }
    let entries = fill(&header, &pointers, &rows, &values).map_err(|kind| reader.fail(kind))?;
    Ok(MatrixFile {
        format: Format::HarwellBoeing,
        contents: Contents::Sparse(entries.finish(header.size)),
        dofs: None,
        notes: Vec::new(),
    })
}

fn fill(header: &Header, pointers: &[usize], rows: &[u32], values: &[f64]) -> Result<Entries, IoErrorKind> {
    let mut entries = Entries::with_room(rows.len(), header.matrix_type.declared);
    for (col, range) in (0..header.size.n_cols).zip(pointers.windows(2)) {
        for at in range[0]..range[1] {
            entries.push(rows[at], col, values[at])?;
        }
    }
    Ok(entries)
}

fn read_header(reader: &mut TextReader) -> Result<Header, IoError> {
    header_line(reader, "title")?;
    let right_sides = {
        let line = header_line(reader, "line counts")?;
        let count = cut(&line, 56, 14).trim_ascii();
        if count.is_empty() { 0 } else { parse(reader, "number of right-hand side lines", count)? }
    };
    let line = header_line(reader, "matrix type")?;
    let matrix_type = MatrixType::parse(cut(&line, 0, 3)).map_err(|kind| reader.fail_here(kind))?;
    let fields = ["number of rows", "number of columns", "number of entries"];
    let mut sizes = [0; 3];
    for (at, field) in fields.into_iter().enumerate() {
        sizes[at] = parse(reader, field, cut(&line, 14 + 14 * at, 14))?;
    }
    let size = Size::check(sizes[0], sizes[1], sizes[2], matrix_type.declared)
        .map_err(|kind| reader.fail_here(kind))?;
    let line = header_line(reader, "formats")?;
    let format = |at, width| FortranFormat::parse(cut(&line, at, width));
    let integers = format(0, 16).and_then(|pointers| Ok((pointers, format(16, 16)?)));
    let (pointers, indices) = integers.map_err(|kind| reader.fail_here(kind))?;
    let values = match matrix_type.pattern {
        true => FortranFormat::default(),
        false => format(32, 20).map_err(|kind| reader.fail_here(kind))?,
    };
    if right_sides > 0 {
        header_line(reader, "right-hand sides")?;
    }
    Ok(Header { matrix_type, size, entries: sizes[2], pointers, indices, values, right_sides })
}

fn header_line(reader: &mut TextReader, what: &'static str) -> Result<Vec<u8>, IoError> {
    match reader.next_line()? {
        Some(line) => Ok(line.to_vec()),
        None => Err(reader.fail(IoErrorKind::MissingField { field: what })),
    }
}

fn parse(reader: &TextReader, field: &'static str, text: &[u8]) -> Result<u64, IoError> {
    parse_integer(field, text).map_err(|kind| reader.fail_here(kind))
}

/// Columns `at..at + width` of a line, as far as there are any.
fn cut(line: &[u8], at: usize, width: usize) -> &[u8] {
    &line[at.min(line.len())..(at + width).min(line.len())]
}

impl MatrixType {
    fn parse(text: &[u8]) -> Result<Self, IoErrorKind> {
        let unsupported =
            |what: &str| Err(IoErrorKind::Unsupported { what: format!("Harwell-Boeing {what}") });
        let &[values, symmetry, storage] = text.to_ascii_uppercase().as_slice() else {
            return Err(IoErrorKind::MissingField { field: "matrix type" });
        };
        let declared = match symmetry {
            b'S' => DeclaredSymmetry::Symmetric,
            b'Z' => DeclaredSymmetry::SkewSymmetric,
            b'U' | b'R' => DeclaredSymmetry::General,
            _ => return unsupported("hermitian storage"),
        };
        match (values, storage) {
            (b'C', _) => unsupported("complex values"),
            (_, b'E') => unsupported("elemental storage"),
            (b'P', _) => Ok(Self { pattern: true, declared }),
            _ => Ok(Self { pattern: false, declared }),
        }
    }
}

fn read_pointers(reader: &mut TextReader, header: &Header, n_cols: u64) -> Result<Vec<usize>, IoError> {
    let mut pointers: Vec<usize> = Vec::with_capacity(reader.room_for(n_cols + 1, 2));
    read_fields(reader, &header.pointers, "column pointers", n_cols + 1, |field| {
        let pointer = index("column pointer", parse_integer("column pointer", field)?, header.entries + 1)?;
        let least = pointers.last().copied().unwrap_or(0);
        if pointer < least || pointers.is_empty() && pointer > 0 {
            return Err(IoErrorKind::UnexpectedText { found: format!("column pointer {}", pointer + 1) });
        }
        pointers.push(pointer);
        Ok(())
    })?;
    match pointers.last() {
        Some(&last) if last as u64 != header.entries => {
            let kind = IoErrorKind::TooFew { what: "entries", expected: header.entries, found: last as u64 };
            Err(reader.fail_here(kind))
        }
        _ => Ok(pointers),
    }
}

fn index(field: &'static str, from_1: u64, size: u64) -> Result<usize, IoErrorKind> {
    match from_1 {
        1.. if from_1 <= size => Ok((from_1 - 1) as usize),
        _ => Err(IoErrorKind::IndexOutOfRange { field, found: from_1.to_string(), size }),
    }
}

/// Cuts `count` fields from lines that begin anew for each block of the file.
fn read_fields(
    reader: &mut TextReader,
    format: &FortranFormat,
    what: &'static str,
    count: u64,
    mut take: impl FnMut(&[u8]) -> Result<(), IoErrorKind>,
) -> Result<(), IoError> {
    let mut found = 0;
    while found < count {
        let Some(line) = reader.next_line()? else {
            return Err(reader.fail(IoErrorKind::TooFew { what, expected: count, found }));
        };
        let in_line = (count - found).min(format.repeat as u64);
        // SciPy writes other widths than it announces, but then with blanks between.
        let done = match words(line).count() as u64 == in_line {
            true => words(line).try_for_each(&mut take),
            false => {
                (0..in_line as usize).try_for_each(|at| take(cut(line, at * format.width, format.width)))
            }
        };
        done.map_err(|kind| reader.fail_here(kind))?;
        found += in_line;
    }
    Ok(())
}

fn refuse_rest(reader: &mut TextReader) -> Result<(), IoError> {
    while let Some(line) = reader.next_line()? {
        if !line.trim_ascii().is_empty() {
            let found = excerpt(line);
            return Err(reader.fail_here(IoErrorKind::UnexpectedText { found }));
        }
    }
    Ok(())
}

/// A format with one kind of field, such as `(16I5)`, `(4E20.12)` or `(1P,5D16.8)`.
#[derive(Default, Debug, PartialEq)]
struct FortranFormat {
    repeat: usize,
    width: usize,
    decimals: usize,
    scale: i32,
}

impl FortranFormat {
    fn parse(text: &[u8]) -> Result<Self, IoErrorKind> {
        Self::try_parse(text).ok_or_else(|| IoErrorKind::BadHeader {
            expected: "a Fortran format such as (16I5) or (1P,4E20.12)",
            found: excerpt(text),
        })
    }

    fn try_parse(text: &[u8]) -> Option<Self> {
        const WIDEST: usize = 1000;
        let text: String = std::str::from_utf8(text).ok()?.split_whitespace().collect();
        let mut inside = text.strip_prefix('(')?.strip_suffix(')')?.to_ascii_uppercase();
        let mut scale = 0;
        if let Some((factor, rest)) = inside.split_once('P') {
            scale = factor.parse().ok()?;
            inside = rest.trim_start_matches(',').to_owned();
        }
        let letter = inside.find(['I', 'E', 'D', 'F', 'G'])?;
        let (repeat, rest) = (&inside[..letter], &inside[letter + 1..]);
        let repeat = if repeat.is_empty() { 1 } else { repeat.parse().ok()? };
        let exponent = rest.find('E').unwrap_or(rest.len());
        let (width, decimals) = rest[..exponent].split_once('.').unwrap_or((&rest[..exponent], "0"));
        let format = Self { repeat, width: width.parse().ok()?, decimals: decimals.parse().ok()?, scale };
        ((1..=WIDEST).contains(&repeat) && (1..=WIDEST).contains(&format.width)).then_some(format)
    }

    /// Fortran would shift the point of numbers without a point, and scale those without an exponent;
    /// programs that write such files rarely mean it.
    fn real(&self, field: &[u8]) -> Result<f64, IoErrorKind> {
        let value = parse_real("value", field)?;
        let point = field.contains(&b'.') || self.decimals == 0;
        let exponent =
            field.trim_ascii().iter().skip(1).any(|byte| b"eEdD+-".contains(byte)) || self.scale == 0;
        match value == 0.0 || point && exponent {
            true => Ok(value),
            false => Err(IoErrorKind::NotANumber {
                field: "value",
                expected: "written with a point and an exponent as its format says",
                found: excerpt(field),
            }),
        }
    }
}

/// Whether the second and the third line are those of a Harwell-Boeing header.
pub(super) fn looks_like(start: &[u8]) -> bool {
    let mut lines = start.split(|&byte| byte == b'\n').skip(1);
    let (Some(counts), Some(sizes)) = (lines.next(), lines.next()) else {
        return false;
    };
    let is_count = |word: &[u8]| word.iter().all(u8::is_ascii_digit);
    let letters = |at: usize, allowed: &[u8]| {
        sizes.get(at).is_some_and(|letter| allowed.contains(&letter.to_ascii_uppercase()))
    };
    letters(0, b"RCPI")
        && letters(1, b"SUHZR")
        && letters(2, b"AE")
        && sizes.get(3..14).is_some_and(|gap| gap.iter().all(|&byte| byte == b' '))
        && words(counts).count() >= 3
        && words(counts).all(is_count)
}
