//! What can go wrong with a file: the file, the line, and the names and numbers that matter.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

/// A file that could not be read or written. Prints as one line, `path:line: what is wrong`.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", place(path, *line))]
#[non_exhaustive]
pub struct IoError {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1, where the trouble belongs to one.
    pub line: Option<u64>,
    /// What is wrong.
    pub kind: IoErrorKind,
}

/// What is wrong with a file, in names and numbers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoErrorKind {
    /// The file cannot be opened.
    #[error("cannot open: {cause}")]
    Open {
        /// What the operating system says.
        cause: io::Error,
    },
    /// Reading stopped half way, or compressed data are damaged.
    #[error("cannot read: {cause}")]
    Read {
        /// What the operating system or the decompressor says.
        cause: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write: {cause}")]
    Write {
        /// What the operating system says.
        cause: io::Error,
    },
    /// Nothing is in the file.
    #[error("the file is empty")]
    EmptyFile,
    /// The content is none of the known formats.
    #[error("unknown format{}", looks_like.map(|what| format!(": looks like {what}")).unwrap_or_default())]
    UnknownFormat {
        /// What the first bytes belong to, if that is known.
        looks_like: Option<&'static str>,
    },
    /// A header does not say what the format asks for.
    #[error("expected {expected}, found `{found}`")]
    BadHeader {
        /// What the format asks for.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// The format allows it, this reader does not.
    #[error("{what} is not supported")]
    Unsupported {
        /// The feature.
        what: String,
    },
    /// An array of numbers, texts or objects that do not become `f64`.
    #[error("an array of `{dtype}` is not supported")]
    UnsupportedNumbers {
        /// NumPy's name of the type.
        dtype: String,
    },
    /// Several arrays in one archive, where one array is expected.
    #[error("a .npz archive, not a .npy file")]
    IsArchive,
    /// A file that is compressed, where it is read piece by piece.
    #[error("compressed by gzip, not a .npy file")]
    IsCompressed,
    /// Nodes that a deck places otherwise than by their global rectangular coordinates.
    #[error("nodes placed by *{keyword} are not supported")]
    NodePlacement {
        /// The keyword.
        keyword: String,
    },
    /// The matrices of more than one element in one file.
    #[error("the file holds the matrices of several elements")]
    SeveralElements,
    /// The file ends before the line with the sizes.
    #[error("the size line is missing")]
    MissingSizeLine,
    /// A field is not a number of the right kind.
    #[error("{field}: `{found}` is not {expected}")]
    NotANumber {
        /// Which field.
        field: &'static str,
        /// The kind of number that belongs there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A value is NaN or infinite, or too large for double precision.
    #[error("`{found}` is not a finite number")]
    NotFinite {
        /// What stands there.
        found: String,
    },
    /// A row, column or pointer outside the matrix.
    #[error("{field} {found} is outside 1..={size}")]
    IndexOutOfRange {
        /// Which field.
        field: &'static str,
        /// What stands there, counted from 1.
        found: String,
        /// The largest that is allowed.
        size: u64,
    },
    /// A line ends too early.
    #[error("the {field} is missing")]
    MissingField {
        /// Which field.
        field: &'static str,
    },
    /// More stands on a line, or in a file, than belongs there.
    #[error("unexpected `{found}`")]
    UnexpectedText {
        /// What stands there.
        found: String,
    },
    /// The file ends before everything it announced.
    #[error("{expected} {what} announced, {found} found")]
    TooFew {
        /// What is counted.
        what: &'static str,
        /// As many as announced.
        expected: u64,
        /// As many as there are.
        found: u64,
    },
    /// The file goes on after everything it announced.
    #[error("more than the {expected} {what} announced")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// As many as announced.
        expected: u64,
    },
    /// A matrix without rows or columns.
    #[error("empty matrix ({rows} x {cols})")]
    EmptyMatrix {
        /// Number of rows.
        rows: u64,
        /// Number of columns.
        cols: u64,
    },
    /// A matrix that is declared symmetric has to be square.
    #[error("declared symmetric, but {rows} x {cols} is not square")]
    NotSquare {
        /// Number of rows.
        rows: u64,
        /// Number of columns.
        cols: u64,
    },
    /// A stack of matrices that are not square.
    #[error("the matrices are {rows} x {cols}, not square")]
    NotSquareStack {
        /// Number of rows of each.
        rows: u64,
        /// Number of columns of each.
        cols: u64,
    },
    /// A stack of square matrices whose last axis counts them.
    #[error("the array is {size} x {size} x {count}: the matrices must be counted by its first axis")]
    CountedByLastAxis {
        /// Rows and columns of each matrix.
        size: u64,
        /// How many there are.
        count: u64,
    },
    /// A matrix that is declared symmetric has entries on both sides of the diagonal.
    #[error("declared symmetric, but entry ({row}, {col}) is in the other triangle than those before it")]
    BothTriangles {
        /// Row of the first offender, counted from 1.
        row: u64,
        /// Column of the first offender, counted from 1.
        col: u64,
    },
    /// A skew-symmetric matrix with something on the diagonal.
    #[error("declared skew-symmetric, but the diagonal entry ({row}, {row}) is not zero")]
    SkewDiagonal {
        /// Row of the first offender, counted from 1.
        row: u64,
    },
    /// More rows or columns than an index can count.
    #[error("size {size} is larger than the limit {limit}")]
    TooLarge {
        /// The size asked for.
        size: u64,
        /// The largest size.
        limit: u64,
    },
    /// So many rows or columns for so few entries that only a damaged file can mean it.
    #[error("size {size} is out of proportion to {entries} entries")]
    TooSparse {
        /// The larger of rows and columns.
        size: u64,
        /// Number of entries.
        entries: u64,
    },
    /// A line of a text file that never ends.
    #[error("the line is longer than {limit} bytes")]
    LineTooLong {
        /// The longest line that is read.
        limit: usize,
    },
    /// The first line of a file without a header looks like a size line.
    #[error("`{rows} {cols} {entries}` looks like a size line, but the Matrix Market header is missing")]
    MissingHeader {
        /// Number of rows.
        rows: u64,
        /// Number of columns.
        cols: u64,
        /// Number of entries.
        entries: u64,
    },
    /// A `.dof` file that does not belong to the matrix.
    #[error("{equations} equations, but {} has {labels} labels", one_line(dof_file))]
    LabelCount {
        /// Number of equations of the matrix.
        equations: u64,
        /// Number of labels.
        labels: u64,
        /// The file with the labels.
        dof_file: PathBuf,
    },
    /// Not `node.component`.
    #[error("`{found}` is not node.component")]
    BadLabel {
        /// What stands there.
        found: String,
    },
    /// The same node with two positions.
    #[error("node {node} is given twice, with different coordinates")]
    DuplicateNode {
        /// The node.
        node: i64,
    },
    /// A file of nodes without any.
    #[error("no nodes found")]
    NoNodes,
    /// Decks that include each other, or too many levels of them.
    #[error("more than {limit} levels of *INCLUDE")]
    IncludeDepth {
        /// The deepest level that is read.
        limit: usize,
    },
    /// Several matrices in one file, and no word which one is meant.
    #[error("the file holds a stiffness and a mass matrix")]
    SeveralMatrices,
    /// The matrix that was asked for is not in the file.
    #[error("the file holds no {wanted} matrix")]
    MissingMatrix {
        /// The matrix that was asked for.
        wanted: &'static str,
    },
    /// A part of a binary file that cannot be.
    #[error("damaged {part}: {what}")]
    Damaged {
        /// Which part.
        part: String,
        /// What is wrong with it.
        what: String,
    },
    /// An array with the wrong number of dimensions.
    #[error("{what} has {found} dimensions, expected {expected}")]
    Dimensions {
        /// Which array.
        what: String,
        /// Number of dimensions.
        found: usize,
        /// Number of dimensions that it should have.
        expected: usize,
    },
    /// An array to be written that does not belong to its mesh.
    #[error("`{what}` has {found} values, expected {expected}")]
    WrongLength {
        /// Its name.
        what: String,
        /// How many values it should have.
        expected: u64,
        /// How many it has.
        found: u64,
    },
    /// Column pointers, row indices and values that do not fit each other.
    #[error("{part} of a sparse matrix does not fit the others")]
    InconsistentParts {
        /// Which part.
        part: &'static str,
    },
    /// A deck that says something wrong.
    #[error(transparent)]
    Deck(#[from] super::inp::error::DeckError),
}

impl IoError {
    pub(super) fn new(path: &Path, line: Option<u64>, kind: IoErrorKind) -> Self {
        Self { path: path.to_owned(), line, kind }
    }

    pub(super) fn open(path: &Path, cause: io::Error) -> Self {
        Self::new(path, None, IoErrorKind::Open { cause })
    }

    pub(super) fn read(path: &Path, cause: io::Error) -> Self {
        Self::new(path, None, IoErrorKind::Read { cause })
    }

    /// What to do next, in one sentence, where there is something to say.
    pub fn help(&self) -> Option<String> {
        Some(self.kind.help().to_owned())
    }
}

impl IoErrorKind {
    fn help(&self) -> &'static str {
        use IoErrorKind::*;
        match self {
            Open { cause } if cause.kind() == io::ErrorKind::NotFound => {
                "check the path; relative paths start at the current folder"
            }
            Open { .. } => "check that it is a file that you may read",
            Read { .. } => "the file may be cut off or damaged; copy or export it again",
            Write { .. } => "check that the folder exists, may be written and has space",
            EmptyFile => "the export may have failed; look at the log of the program that wrote it",
            UnknownFormat { .. } => {
                "known are Matrix Market, CalculiX .sti/.mas, Abaqus .mtx, Harwell-Boeing, SciPy .npz and NumPy .npy"
            }
            BadHeader { .. } | MissingSizeLine => {
                "compare the head of the file with the description of its format"
            }
            MissingHeader { .. } => {
                "put a line such as `%%MatrixMarket matrix coordinate real symmetric` first"
            }
            Unsupported { .. } => {
                "convert it first: real, assembled, counted from 1; in SciPy, `matrix.tocsc()`"
            }
            UnsupportedNumbers { dtype } if dtype.contains('c') => {
                "complex matrices are not supported; where the imaginary part is zero, save stack.real"
            }
            UnsupportedNumbers { .. } => "save stack.astype(float)",
            IsArchive => "np.save one array of it, such as np.save(\"K.npy\", np.load(\"K.npz\")[\"K\"])",
            IsCompressed => "unpack it first",
            CountedByLastAxis { .. } => "save np.moveaxis(K, -1, 0)",
            NodePlacement { .. } => "write the nodes in global rectangular coordinates",
            SeveralElements => "keep one *USER ELEMENT in each file",
            NotANumber { .. } => {
                "numbers are written with a decimal point, without units or thousands separators"
            }
            NotFinite { .. } => {
                "the exporting run has failed or overflowed; look for a singular model or extreme units"
            }
            IndexOutOfRange { .. } => "indices count from 1; check the sizes in the header",
            MissingField { .. } | UnexpectedText { .. } => {
                "the line does not fit the format; it may be cut off or edited"
            }
            TooFew { .. } => "the file is cut off or its header is wrong; export it again",
            TooMany { .. } => "the header is wrong or two files are joined; export it again",
            EmptyMatrix { .. } => "the export holds no equations; check the boundary conditions and the sets",
            NotSquare { .. } => "correct the sizes, or write `general` in the header",
            NotSquareStack { .. } => "save the matrices as an array count x n x n",
            BothTriangles { .. } => "delete one triangle, or write `general` in the header",
            SkewDiagonal { .. } => "write `general` or `symmetric` in the header",
            TooLarge { .. } | TooSparse { .. } => "the sizes or an index are damaged; export the file again",
            LineTooLong { .. } => "this is not a text file of the expected format",
            LabelCount { .. } => {
                "both files must come from the same run; remove the .dof file to go without labels"
            }
            BadLabel { .. } => "write one label on each line, such as 12.1 for node 12, component 1",
            DuplicateNode { .. } => {
                "give each node once; export the parts of an assembly with distinct node numbers"
            }
            NoNodes => "give lines `node x y z` or a deck with *NODE",
            IncludeDepth { .. } => "check whether the files include each other",
            SeveralMatrices | MissingMatrix { .. } => {
                "name the stiffness and the mass file each for what it holds"
            }
            Damaged { .. } => "write the file again with a current NumPy or SciPy",
            Dimensions { .. } => "reshape the array before saving it",
            WrongLength { .. } => "give all components of each point, or of each cell",
            InconsistentParts { .. } => {
                "in compressed columns, col_ptr rises from 0 to the number of entries"
            }
            Deck(error) => error.help(),
        }
    }
}

fn place(path: &Path, line: Option<u64>) -> String {
    match line {
        Some(line) => format!("{}:{line}", one_line(path)),
        None => one_line(path).into_owned(),
    }
}

fn one_line(path: &Path) -> Cow<'_, str> {
    let text = path.to_string_lossy();
    if text.contains(char::is_control) { Cow::Owned(text.replace(char::is_control, "?")) } else { text }
}

/// A piece of a file as it can stand in a message: printable, and not too long.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    const LIMIT: usize = 40;
    let shown = bytes.trim_ascii();
    let cut = &shown[..shown.len().min(LIMIT)];
    let text = match std::str::from_utf8(cut) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => cut.escape_ascii().to_string(),
    };
    if shown.len() > LIMIT { text + "..." } else { text }
}
