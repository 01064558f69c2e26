//! Node coordinates: a table `node x y z`, or the `*NODE` blocks of an Abaqus or CalculiX deck.

use std::collections::HashMap;
use std::path::Path;

use super::error::{IoError, IoErrorKind, excerpt};
use super::keyword::Keyword;
use super::number::{comma_fields, parse_integer, parse_real, words};
use super::source::open;

/// Decks that include each other would go on for ever.
pub(super) const DEEPEST_INCLUDE: usize = 16;

/// Reads node numbers and coordinates, in the order of the file.
///
/// Either a table of lines `node x y z`, separated by blanks or commas, with `#` before comments, or a deck: then
/// the data lines of `*NODE` count, files named by `*INCLUDE, INPUT=` or `*NODE, INPUT=` are followed (relative
/// to the deck that names them), and coordinates left out at the end of a line are zero. A node given twice with
/// the same coordinates comes once.
///
/// # Errors
/// A file that cannot be read, a line that is something else, a node with two positions, or coordinates that a
/// deck gives in another system (`*SYSTEM`, `SYSTEM=C`, a moved `*INSTANCE`).
pub fn read_nodes(path: &Path) -> Result<Vec<(i64, [f64; 3])>, IoError> {
    let mut nodes = Nodes::default();
    nodes.read_file(path, 0)?;
    match nodes.list.is_empty() {
        true => Err(IoError::new(path, None, IoErrorKind::NoNodes)),
        false => Ok(nodes.list),
    }
}

#[derive(Default)]
struct Nodes {
    list: Vec<(i64, [f64; 3])>,
    positions: HashMap<i64, usize>,
    section: Section,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Section {
    /// Before the first keyword: the file may be a plain table.
    #[default]
    Table,
    Nodes,
    /// Data lines move and turn a part.
    Instance,
    Other,
}

impl Nodes {
    fn read_file(&mut self, path: &Path, depth: usize) -> Result<(), IoError> {
        let mut reader = open(path)?.into_text()?;
        while let Some(line) = reader.next_line()? {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"**") || line.starts_with(b"#") {
                continue;
            }
            if !line.starts_with(b"*") {
                self.data_line(line).map_err(|kind| reader.fail_here(kind))?;
                continue;
            }
            let keyword = Keyword::parse(line);
            self.keyword(&keyword).map_err(|kind| reader.fail_here(kind))?;
            if let Some(file) = included(&keyword) {
                if depth == DEEPEST_INCLUDE {
                    return Err(reader.fail_here(IoErrorKind::IncludeDepth { limit: DEEPEST_INCLUDE }));
                }
                self.read_file(&path.with_file_name(file), depth + 1)?;
            }
        }
        Ok(())
    }

    fn keyword(&mut self, keyword: &Keyword) -> Result<(), IoErrorKind> {
        self.section = match keyword.name.as_str() {
            "NODE" | "SYSTEM" => {
                check_system(keyword)?;
                Section::Nodes
            }
            "INSTANCE" => Section::Instance,
            "INCLUDE" => self.section,
            _ => Section::Other,
        };
        if self.section == Section::Table {
            self.section = Section::Other;
        }
        Ok(())
    }

    fn data_line(&mut self, line: &[u8]) -> Result<(), IoErrorKind> {
        match self.section {
            Section::Table => {
                let text = line.split(|&byte| byte == b'#').next().unwrap_or_default();
                let fields: Vec<_> = match text.contains(&b',') {
                    true => comma_fields(text).collect(),
                    false => words(text).collect(),
                };
                let (node, coordinates) = parse_node(&fields)?;
                match fields.get(4) {
                    Some(found) => Err(IoErrorKind::UnexpectedText { found: excerpt(found) }),
                    None => self.push(node, coordinates.map(|value| value.ok_or("coordinate"))),
                }
            }
            Section::Nodes => {
                let fields: Vec<_> = comma_fields(line).collect();
                let (node, coordinates) = parse_node(&fields)?;
                self.push(node, coordinates.map(|value| Ok(value.unwrap_or(0.0))))
            }
            Section::Instance => Err(IoErrorKind::NodePlacement { keyword: "INSTANCE".into() }),
            Section::Other => Ok(()),
        }
    }

    fn push(&mut self, node: i64, position: [Result<f64, &'static str>; 3]) -> Result<(), IoErrorKind> {
        let mut values = [0.0; 3];
        for (value, given) in values.iter_mut().zip(position) {
            *value = given.map_err(|field| IoErrorKind::MissingField { field })?;
        }
        let next = self.list.len();
        let at = *self.positions.entry(node).or_insert(next);
        match self.list.get(at) {
            None => self.list.push((node, values)),
            Some(known) if known.1 == values => {}
            Some(_) => return Err(IoErrorKind::DuplicateNode { node }),
        }
        Ok(())
    }
}

/// Refuses coordinates that are not global and rectangular.
pub(super) fn check_system(keyword: &Keyword) -> Result<(), IoErrorKind> {
    let rectangular = keyword.parameter("SYSTEM").is_none_or(|system| system.eq_ignore_ascii_case("R"));
    match rectangular && keyword.name != "SYSTEM" {
        true => Ok(()),
        false => Err(IoErrorKind::NodePlacement { keyword: "SYSTEM".into() }),
    }
}

/// The number of a node and those of its coordinates that are given.
pub(super) fn parse_node(fields: &[&[u8]]) -> Result<(i64, [Option<f64>; 3]), IoErrorKind> {
    let node = parse_integer("node", fields.first().copied().unwrap_or_default())?;
    let mut coordinates = [None; 3];
    for (value, field) in coordinates.iter_mut().zip(&fields[1..]) {
        if !field.is_empty() {
            *value = Some(parse_real("coordinate", field)?);
        }
    }
    Ok((node, coordinates))
}

fn included(keyword: &Keyword) -> Option<&str> {
    matches!(keyword.name.as_str(), "INCLUDE" | "NODE").then(|| keyword.parameter("INPUT")).flatten()
}
