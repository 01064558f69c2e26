//! VTK XML files of unstructured grids (`.vtu`), which ParaView opens.
//!
//! A head in XML, then the numbers as they are in memory ("appended raw"): each array is its number of bytes and its
//! values, little-endian. Source: VTK File Formats, section "XML File Formats" (VTK User's Guide); cell types and
//! their node orders as in `vtkCellType.h`, `vtkQuadraticTetra` and `vtkQuadraticHexahedron`, which are those of
//! Abaqus: corners, then the middles of the edges, in the same order.

use std::io::{self, Write};
use std::path::Path;

use super::atomic::write_atomically;
use super::error::{IoError, IoErrorKind};
use super::inp::ElementKind;

/// Points and cells.
#[derive(Debug, Clone, Copy)]
pub struct VtuMesh<'a> {
    /// x, y, z of each point.
    pub points: &'a [[f64; 3]],
    /// Cells come in this order.
    pub cells: &'a [VtuCells<'a>],
}

/// Cells of one kind.
#[derive(Debug, Clone, Copy)]
pub struct VtuCells<'a> {
    /// Kind; trusses and beams are lines.
    pub kind: ElementKind,
    /// Points (counted from 0) of each cell, [`ElementKind::nodes`] each, in the order of Abaqus.
    pub nodes: &'a [u32],
}

/// An array with some values for each point, or for each cell.
#[derive(Clone, Copy)]
pub struct VtuArray<'a> {
    /// Its name in ParaView.
    pub name: &'a str,
    /// Values for each point or cell; 3 are a vector, 6 a symmetric tensor xx yy zz xy yz zx.
    pub components: usize,
    /// The values.
    pub values: VtuValues<'a>,
}

/// Where the values of an array come from, point by point (cell by cell), all components of each together.
#[derive(Clone, Copy)]
pub enum VtuValues<'a> {
    /// From a list.
    Reals(&'a [f64]),
    /// From a list of numbers such as those of nodes and elements.
    Integers(&'a [i64]),
    /// From a function of point (or cell) and component, both counted from 0: no list has to be made.
    Computed(&'a dyn Fn(usize, usize) -> f64),
}

/// Writes a mesh with arrays; the file is there whole or not at all.
///
/// Memory: a buffer; the arrays are not copied.
///
/// # Errors
/// A file that cannot be written, a cell with a point that does not exist, or an array that does not have
/// `components` values for each point or cell.
///
/// ```
/// use modalsweep::io::{VtuArray, VtuCells, VtuMesh, VtuValues, inp::ElementKind, write_vtu};
/// let path = std::env::temp_dir().join("modalsweep-doc-bar.vtu");
/// let points = [[0.0; 3], [1.0, 0.0, 0.0]];
/// let mesh = VtuMesh { points: &points, cells: &[VtuCells { kind: ElementKind::T3D2, nodes: &[0, 1] }] };
/// let moved = |point: usize, component: usize| if component == 0 { 0.1 * points[point][0] } else { 0.0 };
/// let moved = VtuArray { name: "displacement", components: 3, values: VtuValues::Computed(&moved) };
/// let number = VtuArray { name: "element", components: 1, values: VtuValues::Integers(&[7]) };
/// write_vtu(&path, &mesh, &[moved], &[number])?;
/// assert!(std::fs::read(&path)?.starts_with(b"<?xml version=\"1.0\"?>\n<VTKFile type=\"UnstructuredGrid\""));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_vtu(
    path: &Path,
    mesh: &VtuMesh,
    point_data: &[VtuArray],
    cell_data: &[VtuArray],
) -> Result<(), IoError> {
    let fail = |kind| IoError::new(path, None, kind);
    mesh.check().map_err(fail)?;
    for (arrays, count) in [(point_data, mesh.points.len()), (cell_data, mesh.cell_count())] {
        arrays.iter().try_for_each(|array| array.check(count)).map_err(fail)?;
    }
    let head = head(mesh, point_data, cell_data);
    write_atomically(path, |file| {
        file.write_all(head.as_bytes())?;
        mesh.write(file)?;
        point_data.iter().try_for_each(|array| array.write(file, mesh.points.len()))?;
        cell_data.iter().try_for_each(|array| array.write(file, mesh.cell_count()))?;
        file.write_all(b"\n</AppendedData>\n</VTKFile>\n")
    })
}

/// Everything before the numbers.
fn head(mesh: &VtuMesh, point_data: &[VtuArray], cell_data: &[VtuArray]) -> String {
    let (points, cells) = (mesh.points.len(), mesh.cell_count());
    let mut head = Head { text: String::new(), offset: 0 };
    head.text.push_str(
        "<?xml version=\"1.0\"?>\n<VTKFile type=\"UnstructuredGrid\" version=\"1.0\" byte_order=\"LittleEndian\" \
         header_type=\"UInt64\">\n<UnstructuredGrid>\n",
    );
    head.text += &format!("<Piece NumberOfPoints=\"{points}\" NumberOfCells=\"{cells}\">\n<Points>\n");
    head.array("Float64", "Points", 3, 24 * points);
    head.text.push_str("</Points>\n<Cells>\n");
    head.array("Int64", "connectivity", 1, 8 * mesh.connections());
    head.array("Int64", "offsets", 1, 8 * cells);
    head.array("UInt8", "types", 1, cells);
    head.text.push_str("</Cells>\n<PointData>\n");
    point_data.iter().for_each(|array| array.declare(&mut head, points));
    head.text.push_str("</PointData>\n<CellData>\n");
    cell_data.iter().for_each(|array| array.declare(&mut head, cells));
    head.text.push_str("</CellData>\n</Piece>\n</UnstructuredGrid>\n<AppendedData encoding=\"raw\">\n_");
    head.text
}

struct Head {
    text: String,
    /// Where the next array begins, counted from behind the underscore.
    offset: usize,
}

impl Head {
    fn array(&mut self, number: &str, name: &str, components: usize, bytes: usize) {
        let (name, offset) = (escaped(name), self.offset);
        let array = format!(
            "<DataArray type=\"{number}\" Name=\"{name}\" NumberOfComponents=\"{components}\" \
             format=\"appended\" offset=\"{offset}\"/>\n"
        );
        self.text.push_str(&array);
        self.offset += 8 + bytes;
    }
}

impl VtuMesh<'_> {
    fn cell_count(&self) -> usize {
        self.cells.iter().map(|cells| cells.nodes.len() / cells.kind.nodes()).sum()
    }

    fn connections(&self) -> usize {
        self.cells.iter().map(|cells| cells.nodes.len()).sum()
    }

    fn check(&self) -> Result<(), IoErrorKind> {
        let size = self.points.len() as u64;
        for cells in self.cells {
            let rest = cells.nodes.len() % cells.kind.nodes();
            if rest != 0 {
                let (what, expected) = (format!("the last {}", cells.kind.name()), cells.kind.nodes() as u64);
                return Err(IoErrorKind::WrongLength { what, expected, found: rest as u64 });
            }
            if let Some(&node) = cells.nodes.iter().find(|&&node| u64::from(node) >= size) {
                let found = (u64::from(node) + 1).to_string();
                return Err(IoErrorKind::IndexOutOfRange { field: "point", found, size });
            }
        }
        Ok(())
    }

    fn write(&self, file: &mut impl Write) -> io::Result<()> {
        write_size(file, 24 * self.points.len())?;
        let mut coordinates = self.points.iter().flatten();
        coordinates.try_for_each(|value| file.write_all(&value.to_le_bytes()))?;
        write_size(file, 8 * self.connections())?;
        let mut nodes = self.cells.iter().flat_map(|cells| cells.nodes);
        nodes.try_for_each(|&node| file.write_all(&i64::from(node).to_le_bytes()))?;
        write_size(file, 8 * self.cell_count())?;
        let mut end = 0;
        for cells in self.cells {
            for _ in 0..cells.nodes.len() / cells.kind.nodes() {
                end += cells.kind.nodes() as i64;
                file.write_all(&end.to_le_bytes())?;
            }
        }
        write_size(file, self.cell_count())?;
        for cells in self.cells {
            let count = cells.nodes.len() / cells.kind.nodes();
            (0..count).try_for_each(|_| file.write_all(&[cell_type(cells.kind)]))?;
        }
        Ok(())
    }
}

impl VtuArray<'_> {
    fn check(&self, count: usize) -> Result<(), IoErrorKind> {
        let found = match self.values {
            VtuValues::Reals(values) => values.len(),
            VtuValues::Integers(values) => values.len(),
            VtuValues::Computed(_) => return Ok(()),
        } as u64;
        let expected = (self.components * count) as u64;
        match found == expected {
            true => Ok(()),
            false => Err(IoErrorKind::WrongLength { what: escaped(self.name), expected, found }),
        }
    }

    fn declare(&self, head: &mut Head, count: usize) {
        let number = if matches!(self.values, VtuValues::Integers(_)) { "Int64" } else { "Float64" };
        head.array(number, self.name, self.components, 8 * self.components * count);
    }

    fn write(&self, file: &mut impl Write, count: usize) -> io::Result<()> {
        write_size(file, 8 * self.components * count)?;
        match self.values {
            VtuValues::Reals(values) => {
                values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
            }
            VtuValues::Integers(values) => {
                values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
            }
            VtuValues::Computed(value) => (0..count).try_for_each(|at| {
                (0..self.components)
                    .try_for_each(|component| file.write_all(&value(at, component).to_le_bytes()))
            }),
        }
    }
}

fn write_size(file: &mut impl Write, bytes: usize) -> io::Result<()> {
    file.write_all(&(bytes as u64).to_le_bytes())
}

/// As in `vtkCellType.h`.
fn cell_type(kind: ElementKind) -> u8 {
    match kind {
        ElementKind::T3D2 | ElementKind::B33 => 3,
        ElementKind::C3D4 => 10,
        ElementKind::C3D8 => 12,
        ElementKind::C3D10 => 24,
        ElementKind::C3D20 | ElementKind::C3D20R => 25,
    }
}

/// A name as it can stand in an attribute; XML has no way to write control characters.
fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            letter if letter.is_control() => text.push('?'),
            letter => text.push(letter),
        }
    }
    text
}
