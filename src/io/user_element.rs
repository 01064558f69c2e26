//! Abaqus and CalculiX substructures and element matrices: `*USER ELEMENT` with the nodes in a comment and
//! the components in data lines, then `*MATRIX,TYPE=STIFFNESS` or `MASS` with the lower triangle by rows,
//! four values a line.
//!
//! The first data line gives the components of the first node and of all that follow; a later line
//! `position, components` gives those from that node on.

use super::coordinates::{Contents, DeclaredSymmetry, DofLabel, Format, MatrixFile};
use super::entries::{Entries, Size};
use super::error::{IoError, IoErrorKind, excerpt};
use super::number::{comma_fields, parse_integer, parse_real};
use super::source::TextReader;
use super::{Quantity, keyword::Keyword};

pub(super) fn read(mut reader: TextReader, wanted: Option<Quantity>) -> Result<MatrixFile, IoError> {
    let mut element = Element::default();
    while let Some(line) = reader.next_line()? {
        element.line(line).map_err(|kind| reader.fail_here(kind))?;
    }
    element.finish(wanted).map_err(|kind| reader.fail(kind))
}

#[derive(Default)]
struct Element {
    announced_nodes: Option<u64>,
    nodes: Vec<i64>,
    /// Position of the first node, counted from 0, with these components.
    components: Vec<(u64, Vec<u32>)>,
    stiffness: Option<Vec<f64>>,
    mass: Option<Vec<f64>>,
    section: Section,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Section {
    #[default]
    Head,
    Nodes,
    Components,
    Matrix(Quantity),
    Other,
}

impl Element {
    fn line(&mut self, line: &[u8]) -> Result<(), IoErrorKind> {
        if let Some(comment) = line.strip_prefix(b"**") {
            return self.comment(comment);
        }
        if line.starts_with(b"*") {
            return self.keyword(&Keyword::parse(line));
        }
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        match self.section {
            Section::Nodes | Section::Components => self.component_line(line),
            Section::Matrix(Quantity::Stiffness) => push_values(&mut self.stiffness, line),
            Section::Matrix(Quantity::Mass) => push_values(&mut self.mass, line),
            Section::Other => Ok(()),
            Section::Head => Err(IoErrorKind::UnexpectedText { found: excerpt(line) }),
        }
    }

    /// The nodes stand in comments behind the comment `ELEMENT NODES`.
    fn comment(&mut self, comment: &[u8]) -> Result<(), IoErrorKind> {
        if comment.trim_ascii().eq_ignore_ascii_case(b"ELEMENT NODES") {
            self.section = Section::Nodes;
        } else if self.section == Section::Nodes {
            for field in comma_fields(comment).filter(|field| !field.is_empty()) {
                self.nodes.push(parse_integer("element node", field)?);
            }
        }
        Ok(())
    }

    fn keyword(&mut self, keyword: &Keyword) -> Result<(), IoErrorKind> {
        self.section = match (keyword.name.as_str(), keyword.parameter("TYPE")) {
            ("USERELEMENT", _) if self.section != Section::Head => {
                return Err(IoErrorKind::SeveralElements);
            }
            ("USERELEMENT", _) => {
                if let Some(count) = keyword.parameter("NODES") {
                    self.announced_nodes = Some(parse_integer("number of nodes", count.as_bytes())?);
                }
                Section::Components
            }
            ("MATRIX", Some("STIFFNESS")) if self.stiffness.is_none() => Section::Matrix(Quantity::Stiffness),
            ("MATRIX", Some("MASS")) if self.mass.is_none() => Section::Matrix(Quantity::Mass),
            ("MATRIX", Some("STIFFNESS" | "MASS")) => {
                return Err(IoErrorKind::UnexpectedText { found: "a second matrix of the same type".into() });
            }
            _ => Section::Other,
        };
        match self.section {
            Section::Matrix(Quantity::Stiffness) => self.stiffness = Some(Vec::new()),
            Section::Matrix(Quantity::Mass) => self.mass = Some(Vec::new()),
            _ => {}
        }
        Ok(())
    }

    fn component_line(&mut self, line: &[u8]) -> Result<(), IoErrorKind> {
        let mut fields = comma_fields(line).filter(|field| !field.is_empty());
        let mut position = 0;
        if !self.components.is_empty() {
            let from_1: u64 = parse_integer("node position", fields.next().unwrap_or_default())?;
            let after = self.components.last().map_or(0, |last| last.0);
            if from_1 <= after + 1 {
                let found = from_1.to_string();
                let size = self.node_count();
                return Err(IoErrorKind::IndexOutOfRange { field: "node position", found, size });
            }
            position = from_1 - 1;
        }
        let components =
            fields.map(|field| parse_integer("component", field)).collect::<Result<Vec<u32>, _>>()?;
        self.components.push((position, components));
        self.section = Section::Components;
        Ok(())
    }

    fn node_count(&self) -> u64 {
        self.announced_nodes.unwrap_or(self.nodes.len() as u64)
    }

    /// Nodes `position..end` and their components.
    fn runs(&self) -> impl Iterator<Item = (u64, u64, &[u32])> {
        let ends = self.components.iter().skip(1).map(|run| run.0).chain([self.node_count()]);
        self.components
            .iter()
            .zip(ends)
            .map(|((start, components), end)| (*start, end, components.as_slice()))
    }

    fn check_positions(&self) -> Result<(), IoErrorKind> {
        let size = self.node_count();
        match self.components.last() {
            Some((position, _)) if *position >= size => Err(IoErrorKind::IndexOutOfRange {
                field: "node position",
                found: (position + 1).to_string(),
                size,
            }),
            _ => Ok(()),
        }
    }

    fn equations(&self) -> u64 {
        let counts = self.runs().map(|(start, end, components)| {
            end.saturating_sub(start).saturating_mul(components.len() as u64)
        });
        counts.fold(0, u64::saturating_add)
    }

    fn labels(&self) -> Option<Vec<DofLabel>> {
        (self.nodes.len() as u64 == self.node_count()).then(|| {
            let runs = self.runs().flat_map(|(start, end, components)| {
                (start..end.max(start))
                    .flat_map(move |at| components.iter().map(move |&component| (at, component)))
            });
            runs.map(|(at, component)| DofLabel { node: self.nodes[at as usize], component }).collect()
        })
    }

    fn take(&mut self, wanted: Option<Quantity>) -> Result<Vec<f64>, IoErrorKind> {
        let wanted = match (wanted, &self.stiffness, &self.mass) {
            (Some(wanted), ..) => wanted,
            (None, Some(_), Some(_)) => return Err(IoErrorKind::SeveralMatrices),
            (None, None, Some(_)) => Quantity::Mass,
            (None, ..) => Quantity::Stiffness,
        };
        let values = match wanted {
            Quantity::Stiffness => self.stiffness.take(),
            Quantity::Mass => self.mass.take(),
        };
        values.ok_or(IoErrorKind::MissingMatrix { wanted: wanted.name() })
    }

    fn finish(mut self, wanted: Option<Quantity>) -> Result<MatrixFile, IoErrorKind> {
        let values = self.take(wanted)?;
        self.check_positions()?;
        let n = self.equations();
        let (expected, found) = (n.saturating_mul(n.saturating_add(1)) / 2, values.len() as u64);
        if found < expected {
            return Err(IoErrorKind::TooFew { what: "values", expected, found });
        }
        if found > expected {
            return Err(IoErrorKind::TooMany { what: "values", expected });
        }
        let size = Size::check(n, n, found, DeclaredSymmetry::Symmetric)?;
        let dofs = self.labels();
        let mut notes = Vec::new();
        if dofs.is_none() {
            notes.push(
                "The comment with the element nodes is missing or cut off: equations have no names.".into(),
            );
        }
        let contents = Contents::Sparse(lower_by_rows(size, &values)?);
        Ok(MatrixFile { format: Format::AbaqusUserElement, contents, dofs, notes })
    }
}

fn push_values(values: &mut Option<Vec<f64>>, line: &[u8]) -> Result<(), IoErrorKind> {
    let values = values.get_or_insert_default();
    for field in comma_fields(line).filter(|field| !field.is_empty()) {
        values.push(parse_real("value", field)?);
    }
    Ok(())
}

fn lower_by_rows(size: Size, values: &[f64]) -> Result<super::Coordinates, IoErrorKind> {
    let mut entries = Entries::with_room(values.len(), DeclaredSymmetry::Symmetric);
    let places = (0..size.n_rows).flat_map(|row| (0..=row).map(move |col| (row, col)));
    for ((row, col), &value) in places.zip(values) {
        entries.push(row, col, value)?;
    }
    Ok(entries.finish(size))
}
