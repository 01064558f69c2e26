//! Lines `i j value`, 1-based, without a header: CalculiX `.sti` and `.mas` (upper triangle), Abaqus
//! `COORDINATE` (both triangles). CalculiX writes the names of the equations to a `.dof` file beside it.

use std::path::{Path, PathBuf};

use super::coordinates::{Contents, DeclaredSymmetry, DofLabel, Format, MatrixFile};
use super::dof::read_dof_labels;
use super::entries::{Entries, Size};
use super::error::{IoError, IoErrorKind};
use super::source::TextReader;

pub(super) fn read(mut reader: TextReader) -> Result<MatrixFile, IoError> {
    // `1 1 1\n`; no count is announced, and most lines are four times as long: let it grow.
    let mut entries = Entries::with_room(reader.room_for(u64::MAX, 24), DeclaredSymmetry::Unstated);
    reader.for_each_line(b'*', |cursor| {
        let row = cursor.index("row", u32::MAX)?;
        let col = cursor.index("column", u32::MAX)?;
        let value = cursor.real("value")?;
        entries.push(row, col, value)
    })?;
    refuse_size_line(&entries).map_err(|kind| reader.fail(kind))?;
    let extent = entries.extent();
    Size::check(extent, extent, entries.len(), DeclaredSymmetry::Unstated)
        .map_err(|kind| reader.fail(kind))?;
    let labels = labels_beside(reader.path(), extent)?;
    let size = Size::check(labels.equations, labels.equations, entries.len(), DeclaredSymmetry::Unstated)
        .map_err(|kind| reader.fail(kind))?;
    Ok(MatrixFile {
        format: Format::CoordinateText,
        contents: Contents::Sparse(entries.finish(size)),
        dofs: labels.dofs,
        notes: labels.notes,
    })
}

/// A Matrix Market file that has lost its first line would pass as a matrix with one wrong entry.
fn refuse_size_line(entries: &Entries) -> Result<(), IoErrorKind> {
    let Some((row, col, value)) = entries.first() else {
        return Err(IoErrorKind::EmptyFile);
    };
    let (rows, cols, others) = (u64::from(row) + 1, u64::from(col) + 1, entries.len() - 1);
    if others > 0 && value == others as f64 && rows.max(cols) == entries.extent() {
        return Err(IoErrorKind::MissingHeader { rows, cols, entries: others });
    }
    Ok(())
}

struct Labels {
    equations: u64,
    dofs: Option<Vec<DofLabel>>,
    notes: Vec<String>,
}

fn labels_beside(path: &Path, extent: u64) -> Result<Labels, IoError> {
    let mut labels = Labels { equations: extent, dofs: None, notes: Vec::new() };
    let Some(dof_file) = dof_file_beside(path) else {
        return Ok(labels);
    };
    let dofs = read_dof_labels(&dof_file)?;
    let found = dofs.len() as u64;
    if 2 * found == extent {
        labels.notes.push(format!(
            "{found} labels for {extent} equations: cyclic symmetry, the matrix is the doubled real form, \
             every eigenvalue comes twice and the labels are left out."
        ));
        return Ok(labels);
    }
    if found < extent {
        let kind = IoErrorKind::LabelCount { equations: extent, labels: found, dof_file };
        return Err(IoError::new(path, None, kind));
    }
    if found > extent {
        labels.notes.push(format!("Equations {} to {found} have a label, but no entries.", extent + 1));
    }
    labels.equations = found;
    labels.dofs = Some(dofs);
    Ok(labels)
}

fn dof_file_beside(path: &Path) -> Option<PathBuf> {
    let packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    let unpacked = if packed { path.with_extension("") } else { path.to_owned() };
    let candidates = ["dof", "dof.gz"].map(|ending| unpacked.with_extension(ending));
    candidates.into_iter().find(|candidate| candidate != path && candidate.is_file())
}
