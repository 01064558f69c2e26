//! Small pairs of which most modes are wanted: all of them, densely. A Krylov space would fill the whole space.
//!
//! With K - sigma M = L L' the eigenvalues theta = 1 / (lambda - sigma) are those of L^-1 M L^-T; M may be singular.

use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Mat, Par};

use super::ModesError;
use super::dense::{cholesky, symmetric_eigen};
use super::tall::{Tall, no_memory};
use crate::matrix::SymmetricMatrix;

/// Sizes up to which this is done.
const LARGEST: usize = 1500;

/// Blocks of columns that a Krylov space needs beside three times the wanted modes.
const SPARE: usize = 64;

/// Eigenvalues theta below this part of the largest belong to motions without mass, above minus `NEGATIVE` of it to
/// those of negative mass.
const INFINITE: f64 = 1e-12;
const NEGATIVE: f64 = 1e-9;

/// Whether so many modes of a pair are better found densely.
pub(super) fn is_small(size: usize, wanted: usize) -> bool {
    size <= LARGEST && 3 * wanted + SPARE >= size
}

/// All finite eigenvalues, ascending, and M times their vectors, in the order of the given matrices.
pub(super) struct Dense {
    pub eigenvalues: Vec<f64>,
    pub weighed: Tall,
}

/// Solves densely; `shifted` is K - sigma M, positive definite.
pub(super) fn dense_modes(
    shifted: &SymmetricMatrix,
    mass: &SymmetricMatrix,
    sigma: f64,
) -> Result<Dense, ModesError> {
    let size = mass.size();
    let l = cholesky(full(shifted)).ok_or(ModesError::NotANumber)?;
    let mut c = full(mass);
    solve_lower_triangular_in_place(l.as_ref(), c.as_mut(), Par::Seq);
    solve_lower_triangular_in_place(l.as_ref(), c.as_mut().transpose_mut(), Par::Seq);
    let (thetas, mut x) = symmetric_eigen(c.as_ref()).ok_or(ModesError::NotANumber)?;
    solve_upper_triangular_in_place(l.transpose(), x.as_mut(), Par::Seq);
    let largest = thetas.iter().fold(0.0, |largest: f64, theta| largest.max(theta.abs()));
    let weigh = |col: usize| {
        let mut weighed = vec![0.0; size];
        mass.multiply_into(x.col_as_slice(col), &mut weighed);
        weighed
    };
    if thetas[0] < -NEGATIVE * largest {
        let (lowest, weighed) = (x.col_as_slice(0), weigh(0));
        let part = |place: usize| lowest[place] * weighed[place];
        let dof = (0..size).min_by(|&a, &b| part(a).total_cmp(&part(b))).unwrap_or(0);
        return Err(ModesError::NegativeMassMotion { dof });
    }
    let finite: Vec<usize> = (0..size).rev().filter(|&col| thetas[col] > INFINITE * largest).collect();
    let mut weighed = Tall::zeroed(size, finite.len()).ok_or_else(no_memory)?;
    for (at, &col) in finite.iter().enumerate() {
        weighed.set(at, &weigh(col), 1);
    }
    Ok(Dense { eigenvalues: finite.iter().map(|&col| sigma + thetas[col].recip()).collect(), weighed })
}

fn full(matrix: &SymmetricMatrix) -> Mat<f64> {
    let mut full = Mat::zeros(matrix.size(), matrix.size());
    for col in 0..matrix.size() {
        for (row, value) in matrix.column(col) {
            full[(row, col)] = value;
            full[(col, row)] = value;
        }
    }
    full
}
