//! CalculiX `.dof`: line `k` is `node.component` of equation `k`.
//!
//! Read as text: as numbers, `12.1` and `12.10` would be the same.

use std::io::Write;
use std::path::Path;

use super::atomic::write_atomically;
use super::coordinates::DofLabel;
use super::error::{IoError, IoErrorKind, excerpt};
use super::source::open;

/// Reads the names of the equations from lines `node.component`, packed by gzip or not.
///
/// Names may come more than once: CalculiX expands shells and beams to solids.
///
/// # Errors
/// A file that cannot be read, or a line that is something else.
pub fn read_dof_labels(path: &Path) -> Result<Vec<DofLabel>, IoError> {
    let mut reader = open(path)?.into_text()?;
    let mut labels = Vec::new();
    while let Some(line) = reader.next_line()? {
        let line = line.trim_ascii();
        if !line.is_empty() {
            labels.push(parse_label(line).map_err(|kind| reader.fail_here(kind))?);
        }
    }
    match labels.is_empty() {
        true => Err(reader.fail(IoErrorKind::EmptyFile)),
        false => Ok(labels),
    }
}

/// Writes one line `node.component` for each equation, as [`read_dof_labels`] reads it.
///
/// # Errors
/// A file that cannot be written; nothing is left behind then.
pub fn write_dof_labels(path: &Path, labels: &[DofLabel]) -> Result<(), IoError> {
    write_atomically(path, |file| labels.iter().try_for_each(|label| writeln!(file, "{label}")))
}

fn parse_label(text: &[u8]) -> Result<DofLabel, IoErrorKind> {
    let parse = || {
        let (node, component) = std::str::from_utf8(text).ok()?.split_once('.')?;
        let plain = component.bytes().all(|byte| byte.is_ascii_digit());
        let label = DofLabel { node: node.parse().ok()?, component: component.parse().ok()? };
        (plain && label.component > 0).then_some(label)
    };
    parse().ok_or_else(|| IoErrorKind::BadLabel { found: excerpt(text) })
}
