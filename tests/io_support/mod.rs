//! What the tests of `io` share: files in a temporary folder, and a matrix file as a dense table.
#![allow(dead_code)]

pub mod vtu;

use std::path::{Path, PathBuf};

use modalsweep::io::{Contents, Coordinates, DeclaredSymmetry, IoError, MatrixFile, read_matrix};
use ndarray::Array2;
use tempfile::TempDir;

/// A folder that goes away with its value.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file in the temporary folder");
        path
    }

    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("the temporary folder");
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, content).unwrap();
    packer.finish().unwrap()
}

pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub fn sparse(file: MatrixFile) -> Coordinates {
    match file.contents {
        Contents::Sparse(matrix) => matrix,
        Contents::Dense(_) => panic!("dense"),
    }
}

/// The whole matrix: duplicates added up, the other triangle written out where the file says so.
pub fn table(file: &MatrixFile) -> Array2<f64> {
    let matrix = match &file.contents {
        Contents::Dense(table) => return table.clone(),
        Contents::Sparse(matrix) => matrix,
    };
    let mut table = Array2::zeros((matrix.n_rows, matrix.n_cols));
    for ((&row, &col), &value) in matrix.rows.iter().zip(&matrix.cols).zip(&matrix.values) {
        let (row, col) = (row as usize, col as usize);
        table[[row, col]] += value;
        if row != col && matrix.declared == DeclaredSymmetry::Symmetric {
            table[[col, row]] += value;
        }
    }
    table
}

/// One line that begins with the file, and the line where `at` gives one; `help` says something too.
pub fn check_message(error: &IoError, name: &str, at: Option<u64>, fragment: &str) {
    let message = error.to_string();
    let place = match at {
        Some(line) => format!("{name}:{line}: "),
        None => format!("{name}: "),
    };
    assert!(message.contains(&place), "`{message}` should contain `{place}`");
    assert!(message.contains(fragment), "`{message}` should contain `{fragment}`");
    assert!(!message.contains(char::is_control) && message.len() < 400, "`{message}` is one line");
    let help = error.help().unwrap_or_else(|| panic!("no help for `{message}`"));
    assert!(!help.is_empty() && !help.contains('\n'));
}

pub fn check(folder: &Folder, name: &str, content: impl AsRef<[u8]>, at: Option<u64>, fragment: &str) {
    let path = folder.write(name, content);
    let error = read_matrix(&path).err().unwrap_or_else(|| panic!("{name} should be refused"));
    check_message(&error, name, at, fragment);
}
