//! What a matrix file holds, before anybody has asked whether it is a stiffness matrix.

use ndarray::Array2;

/// A degree of freedom by the name that the user knows: `node.component`.
///
/// Components 1 to 3 are translations along x, y, z, 4 to 6 rotations about them. Node numbers
/// at or below zero are internal nodes of the exporting program (Abaqus writes them).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DofLabel {
    /// Node number as the exporting program prints it.
    pub node: i64,
    /// Component of the node, 1-based.
    pub component: u32,
}

impl std::fmt::Display for DofLabel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.node, self.component)
    }
}

/// What the header of a file says about symmetry; what is in the file is seen from the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclaredSymmetry {
    /// The format has no such word (CalculiX, Abaqus, NumPy).
    Unstated,
    /// The file says that every entry is written out.
    General,
    /// One triangle is written, the other is its mirror image.
    Symmetric,
    /// One triangle is written, the other is its mirror image with the sign changed. The reader has
    /// already written out both.
    SkewSymmetric,
}

/// Entries of a sparse matrix as the file lists them: 0-based, in file order, duplicates and
/// explicit zeros kept, mirrored pairs not added up.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinates {
    /// Number of rows.
    pub n_rows: usize,
    /// Number of columns.
    pub n_cols: usize,
    /// Row of each entry, 0-based.
    pub rows: Vec<u32>,
    /// Column of each entry, 0-based.
    pub cols: Vec<u32>,
    /// Value of each entry; finite.
    pub values: Vec<f64>,
    /// What the header says about symmetry.
    pub declared: DeclaredSymmetry,
}

/// A sparse list of entries or a dense table.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// Sparse entries.
    Sparse(Coordinates),
    /// Dense values (Matrix Market `array`, NumPy `.npy` of two dimensions); finite.
    Dense(Array2<f64>),
}

/// The file formats that `read_matrix` tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Matrix Market, coordinate or array.
    MatrixMarket,
    /// Lines `i j value` without a header: CalculiX `.sti` and `.mas`, Abaqus `COORDINATE`.
    CoordinateText,
    /// Abaqus `MATRIX INPUT`: lines `node, dof, node, dof, value`.
    AbaqusMatrixInput,
    /// Abaqus `*MATRIX` blocks of a substructure or user-element file, lower triangle by rows.
    AbaqusUserElement,
    /// Harwell-Boeing, assembled.
    HarwellBoeing,
    /// SciPy `save_npz`.
    ScipyNpz,
    /// NumPy `.npy`.
    Npy,
}

/// A matrix as read, with the names of its equations where the file, or the `.dof` file beside it,
/// gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixFile {
    /// The format found by looking at the content.
    pub format: Format,
    /// The entries.
    pub contents: Contents,
    /// One label per equation, in the order of the equations.
    pub dofs: Option<Vec<DofLabel>>,
    /// Things a user should know about this file, one sentence each (for example a `.dof` file with
    /// half as many lines as there are equations).
    pub notes: Vec<String>,
}
