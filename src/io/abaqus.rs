//! Abaqus `MATRIX INPUT`: lines `row node, row dof, column node, column dof, value`, one triangle or both.

use std::collections::HashMap;

use super::coordinates::{Contents, DeclaredSymmetry, DofLabel, Format, MatrixFile};
use super::entries::{Entries, Size};
use super::error::{IoError, IoErrorKind, excerpt};
use super::number::Cursor;
use super::source::TextReader;

pub(super) fn read(mut reader: TextReader) -> Result<MatrixFile, IoError> {
    // `1,1,1,1,1\n`; most lines are three times as long: let it grow.
    let mut entries = Entries::with_room(reader.room_for(u64::MAX, 30), DeclaredSymmetry::Unstated);
    let mut labels = Labels::default();
    let mut keywords = 0;
    const NO_COMMENT: u8 = b'\n';
    reader.for_each_line(NO_COMMENT, |cursor| {
        if let Some(line) = cursor.star_line() {
            keywords += usize::from(!line.starts_with(b"**"));
            return match keywords > 1 || keywords == 1 && entries.len() > 0 {
                true => Err(IoErrorKind::UnexpectedText { found: excerpt(line) }),
                false => Ok(()),
            };
        }
        let row = labels.read(cursor, "row node", "row component")?;
        let col = labels.read(cursor, "column node", "column component")?;
        let value = cursor.real("value")?;
        entries.push(row, col, value)
    })?;
    let (rank, dofs) = labels.sorted();
    let n = dofs.len() as u64;
    let size =
        Size::check(n, n, entries.len(), DeclaredSymmetry::Unstated).map_err(|kind| reader.fail(kind))?;
    let mut matrix = entries.finish(size);
    for index in matrix.rows.iter_mut().chain(&mut matrix.cols) {
        *index = rank[*index as usize];
    }
    let contents = Contents::Sparse(matrix);
    Ok(MatrixFile { format: Format::AbaqusMatrixInput, contents, dofs: Some(dofs), notes: Vec::new() })
}

/// Numbers the labels in the order in which they come.
#[derive(Default)]
struct Labels {
    numbers: HashMap<DofLabel, u32>,
    latest: [Option<(DofLabel, u32)>; 2],
}

impl Labels {
    #[inline(always)]
    fn read(
        &mut self,
        cursor: &mut Cursor,
        node: &'static str,
        component: &'static str,
    ) -> Result<u32, IoErrorKind> {
        let node = cursor.integer_and_comma(node)?;
        let found = cursor.integer_and_comma(component)?;
        match u32::try_from(found) {
            Ok(component) if component > 0 => self.number(DofLabel { node, component }),
            _ => Err(IoErrorKind::BadLabel { found: format!("{node}.{found}") }),
        }
    }

    fn number(&mut self, label: DofLabel) -> Result<u32, IoErrorKind> {
        // The row, or the column, stays the same for many lines.
        if let Some(&(_, number)) = self.latest.iter().flatten().find(|latest| latest.0 == label) {
            return Ok(number);
        }
        let next = u32::try_from(self.numbers.len())
            .map_err(|_| IoErrorKind::TooLarge { size: 1 << 32, limit: u32::MAX.into() })?;
        let number = *self.numbers.entry(label).or_insert(next);
        self.latest = [self.latest[1], Some((label, number))];
        Ok(number)
    }

    /// The equation of each number, and the labels in the order of the equations.
    fn sorted(self) -> (Vec<u32>, Vec<DofLabel>) {
        let mut labels: Vec<_> = self.numbers.into_iter().collect();
        labels.sort_unstable();
        let mut rank = vec![0; labels.len()];
        for (equation, &(_, number)) in (0..).zip(&labels) {
            rank[number as usize] = equation;
        }
        (rank, labels.into_iter().map(|(label, _)| label).collect())
    }
}
