//! Tells the formats apart by what stands in the file; the name decides only where that is not enough.

use std::path::Path;

use super::coordinates::Format;
use super::error::IoErrorKind;
use super::harwell_boeing;
use super::keyword::Keyword;
use super::matrix_market::BANNER;
use super::number::{is_integer, words};

/// First bytes of files that people give by mistake.
const KNOWN_STRANGERS: [(&[u8], &str); 12] = [
    (b"%MatrixMarket", "Matrix Market, but the header begins with two %"),
    (b"%PDF", "a PDF document"),
    (b"\xFD7zXZ", "an xz archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\x28\xB5\x2F\xFD", "a Zstandard archive: unpack it first"),
    (b"PK", "a zip archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB", "a MATLAB .mat file"),
    (b"\x93NUMPY", "a NumPy file inside a gzip archive: unpack it first"),
    (b"DMIG", "a Nastran punch file"),
    (b"\xFF\xFE", "UTF-16 text: save it as UTF-8"),
    (b"<", "a web page"),
];

/// The format of a text from its beginning.
pub(super) fn detect(start: &[u8], path: &Path) -> Result<Format, IoErrorKind> {
    if start.get(..BANNER.len()).is_some_and(|head| head.eq_ignore_ascii_case(BANNER.as_bytes())) {
        return Ok(Format::MatrixMarket);
    }
    if start.trim_ascii().is_empty() {
        return Err(IoErrorKind::EmptyFile);
    }
    if let Some(what) = stranger(start) {
        return Err(IoErrorKind::UnknownFormat { looks_like: Some(what) });
    }
    if harwell_boeing::looks_like(start) {
        return Ok(Format::HarwellBoeing);
    }
    let line = first_line(start);
    if line.starts_with(b"*") {
        return by_keyword(&Keyword::parse(line));
    }
    by_fields(line).or_else(|| by_name(path)).ok_or(IoErrorKind::UnknownFormat { looks_like: None })
}

/// Whether a text begins with a keyword that no matrix file begins with.
pub(super) fn is_deck(start: &[u8]) -> bool {
    let line = first_line(start);
    line.starts_with(b"*") && by_keyword(&Keyword::parse(line)).is_err()
}

/// The first line that is not blank, nor a comment of Abaqus.
fn first_line(start: &[u8]) -> &[u8] {
    let mut lines = start.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| !line.is_empty() && !line.starts_with(b"**")).unwrap_or_default()
}

/// What people give by mistake, from its first bytes.
pub(super) fn stranger(start: &[u8]) -> Option<&'static str> {
    KNOWN_STRANGERS.iter().find(|(magic, _)| start.starts_with(magic)).map(|&(_, what)| what)
}

fn by_keyword(keyword: &Keyword) -> Result<Format, IoErrorKind> {
    match keyword.name.as_str() {
        "USERELEMENT" | "MATRIX" => Ok(Format::AbaqusUserElement),
        "MATRIXINPUT" => Ok(Format::AbaqusMatrixInput),
        _ => Err(IoErrorKind::UnknownFormat { looks_like: Some("an Abaqus or CalculiX deck, not a matrix") }),
    }
}

fn by_fields(line: &[u8]) -> Option<Format> {
    let fields = line.split(|&byte| byte == b',').count();
    let first = line.split(|&byte| byte == b',' || byte <= b' ').next().unwrap_or_default();
    match (is_integer(first), fields, words(line).count()) {
        (true, 5, _) => Some(Format::AbaqusMatrixInput),
        (true, 1, 3) => Some(Format::CoordinateText),
        _ => None,
    }
}

fn by_name(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let ends_with_any = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends_with_any(&[".sti", ".mas"]) {
        Some(Format::CoordinateText)
    } else if ends_with_any(&[".rsa", ".rua", ".psa", ".pua", ".rra", ".hb"]) {
        Some(Format::HarwellBoeing)
    } else {
        None
    }
}
