//! Files: one module per format, plain tables out, nothing checked but the syntax.
//!
//! [`read_matrix`] looks at the content to tell the format. Text may be packed by gzip, begin with a byte order
//! mark and have any line ends; numbers may have Fortran's exponents. Whatever a file says, no more memory is
//! taken than a small multiple of what is really in it.

mod abaqus;
mod atomic;
mod coordinate_text;
mod coordinates;
mod detect;
mod dof;
mod entries;
mod error;
mod harwell_boeing;
pub mod inp;
mod keyword;
mod matrix_market;
mod nodes;
mod npy;
mod npy_rows;
mod npy_stack;
mod npy_stream;
mod npy_writer;
mod npz;
mod number;
mod parts;
mod source;
mod user_element;
mod vtu;

use std::path::Path;

pub use atomic::{SealedFile, publish_together, write_atomically};
pub use coordinates::{Contents, Coordinates, DeclaredSymmetry, DofLabel, Format, MatrixFile};
pub use dof::{read_dof_labels, write_dof_labels};
pub use error::{IoError, IoErrorKind};
pub use matrix_market::{write_matrix_market, write_matrix_market_dense, write_matrix_market_dense_with};
pub use nodes::read_nodes;
pub use npy::{read_npy, write_npy, write_npy_with};
pub use npy_rows::NpyRows;
pub use npy_stack::NpyStack;
pub use npy_writer::{NpyNumber, NpyWriter};
pub use npz::write_npz;
pub use vtu::{VtuArray, VtuCells, VtuMesh, VtuValues, write_vtu};

/// Which of the matrices of a file with several is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The stiffness matrix K.
    Stiffness,
    /// The mass matrix M.
    Mass,
}

impl Quantity {
    fn name(self) -> &'static str {
        match self {
            Self::Stiffness => "stiffness",
            Self::Mass => "mass",
        }
    }
}

/// Reads a matrix in any of the formats of [`Format`], which is found by looking at the content.
///
/// Text may be packed by gzip. Beside lines `i j value` a `.dof` file of the same stem, which CalculiX writes,
/// gives the names of the equations.
///
/// Memory: 16 bytes an entry (sparse) or 8 bytes a value (dense), and a buffer.
///
/// # Errors
/// A file that cannot be read, is damaged, holds a number that is not finite, says that it is symmetric and has
/// entries on both sides of the diagonal, or holds a stiffness and a mass matrix (see [`read_matrix_of`]).
///
/// ```
/// use modalsweep::io::{Contents, read_matrix};
/// let path = std::env::temp_dir().join("modalsweep-doc-matrix.mtx");
/// std::fs::write(&path, "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 2.5D+01\n2 1 -1\n")?;
/// let Contents::Sparse(matrix) = read_matrix(&path)?.contents else { panic!("not sparse") };
/// assert_eq!((matrix.rows, matrix.cols, matrix.values), (vec![0, 1], vec![0, 0], vec![25.0, -1.0]));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_matrix(path: &Path) -> Result<MatrixFile, IoError> {
    read(path, None)
}

/// Reads like [`read_matrix`], and takes the stiffness or the mass from a file that holds both (Abaqus
/// substructures). Other formats do not say what they hold.
///
/// # Errors
/// As [`read_matrix`], and a substructure file without the matrix asked for.
pub fn read_matrix_of(path: &Path, quantity: Quantity) -> Result<MatrixFile, IoError> {
    read(path, Some(quantity))
}

fn read(path: &Path, quantity: Option<Quantity>) -> Result<MatrixFile, IoError> {
    let source = source::open(path)?;
    if source.head.starts_with(npz::MAGIC) {
        return npz::read(source);
    }
    if source.head.starts_with(npy::MAGIC) {
        return npy::read(source);
    }
    let reader = source.into_text()?;
    match detect::detect(reader.peek(), path).map_err(|kind| reader.fail(kind))? {
        Format::MatrixMarket => matrix_market::read(reader),
        Format::HarwellBoeing => harwell_boeing::read(reader),
        Format::AbaqusMatrixInput => abaqus::read(reader),
        Format::AbaqusUserElement => user_element::read(reader, quantity),
        _ => coordinate_text::read(reader),
    }
}
