//! `tests/data/eigen/reference.txt`: matrices and their eigenvalues to 50 digits.

use faer::{Mat, c64};

/// One matrix of the file.
pub struct Reference {
    /// Its name in `reference.py`.
    pub name: &'static str,
    /// The matrix.
    pub matrix: Mat<f64>,
    /// Eigenvalues in descending magnitude, positive imaginary part first.
    pub eigenvalues: Vec<c64>,
    /// Of each eigenvalue: what a relative change of the balanced matrix is multiplied by.
    pub sensitivities: Vec<f64>,
}

/// All matrices of the file.
pub fn references() -> Vec<Reference> {
    let mut lines = include_str!("../data/eigen/reference.txt").lines().filter(|line| !line.starts_with('#'));
    let mut all = Vec::new();
    while let Some(head) = lines.next() {
        let mut words = head.strip_prefix("matrix ").expect("a matrix begins").split(' ');
        let name = words.next().expect("a name");
        let n: usize = words.next().and_then(|word| word.parse().ok()).expect("a size");
        let rows: Vec<_> = lines.by_ref().take(n).map(numbers).collect();
        let values: Vec<_> = lines.by_ref().take(n).map(numbers).collect();
        all.push(Reference {
            name,
            matrix: Mat::from_fn(n, n, |i, j| rows[i][j]),
            eigenvalues: values.iter().map(|value| c64::new(value[0], value[1])).collect(),
            sensitivities: values.iter().map(|value| value[2]).collect(),
        });
    }
    all
}

fn numbers(line: &str) -> Vec<f64> {
    line.split(' ').map(|word| word.parse().expect("a number")).collect()
}
