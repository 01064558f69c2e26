//! From Ritz vectors to modes: one more solve, which takes out what has no mass and sharpens the vectors, then Rayleigh and
//! Ritz among them.

use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Mat, MatRef, Par};

use super::ModesError;
use super::dense::{cholesky, symmetric_eigen};
use super::lanczos::{Lanczos, Operator, Ritz};
use super::orthonormal::Basis;
use super::result::Effort;
use super::tall::{Tall, no_memory};
use crate::matrix::Pages;

/// Columns that are solved and weighed together.
const COLUMNS_TOGETHER: usize = 32;

/// Modes in the order of elimination, ascending.
pub(super) struct Found {
    pub eigenvalues: Vec<f64>,
    /// Magnitude of the shift that was added to the eigenvalues: they are rounded to eps times that.
    pub shift: f64,
    /// Shapes and M times the shapes.
    pub shapes: Tall,
    pub weighed: Tall,
}

impl Found {
    /// No modes.
    pub fn none(rows: usize) -> Result<Self, ModesError> {
        let tall = || Tall::zeroed(rows, 0).ok_or_else(no_memory);
        Ok(Self { eigenvalues: Vec::new(), shift: 0.0, shapes: tall()?, weighed: tall()? })
    }

    /// The modes of several lists, one after the other.
    pub fn join(parts: Vec<Self>, rows: usize) -> Result<Self, ModesError> {
        let count = parts.iter().map(Self::len).sum();
        let tall = || Tall::zeroed(rows, count).ok_or_else(no_memory);
        let mut joined = Self { eigenvalues: Vec::new(), shift: 0.0, shapes: tall()?, weighed: tall()? };
        for part in parts {
            part.copy_into(joined.len(), &mut joined.shapes, &mut joined.weighed);
            joined.shift = joined.shift.max(part.shift);
            joined.eigenvalues.extend(part.eigenvalues);
        }
        Ok(joined)
    }

    /// Orthonormal shapes by Gram and Schmidt from the lowest on: lists from different shifts are orthogonal to each other
    /// only as far as they have converged. A part of a low mode in a high one disturbs that little, seen by its residual,
    /// the reverse much.
    pub fn orthonormalized(mut self) -> Result<Self, ModesError> {
        let count = self.len();
        let gram = self.shapes.columns(0..count).cross(self.weighed.columns(0..count));
        let factor = cholesky(gram).ok_or(ModesError::NotANumber)?;
        let mut by = Mat::identity(count, count);
        solve_upper_triangular_in_place(factor.transpose(), by.as_mut(), Par::Seq);
        self.shapes.combine(0..count, by.as_ref());
        self.weighed.combine(0..count, by.as_ref());
        Ok(self)
    }

    pub fn len(&self) -> usize {
        self.eigenvalues.len()
    }

    /// Copies all modes to the front of an empty basis in the inner product of M.
    pub fn lock_into(&self, basis: &mut Basis) {
        let count = self.len();
        let mut block = vec![0.0; self.shapes.rows() * count];
        self.shapes.columns(0..count).copy_into(&mut block);
        basis.v.set(0, &block, count);
        basis.len = count;
    }

    fn copy_into(&self, first: usize, shapes: &mut Tall, weighed: &mut Tall) {
        let count = self.len();
        let mut block = vec![0.0; self.shapes.rows() * count];
        for (from, to) in [(&self.shapes, shapes), (&self.weighed, weighed)] {
            from.columns(0..count).copy_into(&mut block);
            to.set(first, &block, count);
        }
    }
}

/// Makes modes of Ritz vectors.
pub(super) fn refine(
    lanczos: &Lanczos<'_>,
    which: &[Ritz],
    effort: &mut Effort,
) -> Result<Found, ModesError> {
    let mass = &lanczos.operator.mass.matrix;
    let (basis, by) = lanczos.vectors(which);
    let (rows, count) = (mass.size(), which.len());
    let mut mx = Tall::zeroed(rows, count).ok_or_else(no_memory)?;
    let mut rooms = Rooms::new(rows, count)?;
    for first in (0..count).step_by(COLUMNS_TOGETHER) {
        let width = COLUMNS_TOGETHER.min(count - first);
        let (x, weighed) = rooms.of(rows * width);
        basis.v.columns(0..by.nrows()).times_into(by.as_ref().subcols(first, width), x);
        mass.multiply_block_into(x, width, weighed);
        mx.set(first, weighed, width);
    }
    sharpen(lanczos.operator, mx, count, effort)
}

/// One solve for M X, `count` columns, then Rayleigh and Ritz.
pub(super) fn sharpen(
    operator: Operator<'_>,
    mx: Tall,
    count: usize,
    effort: &mut Effort,
) -> Result<Found, ModesError> {
    let rows = operator.mass.matrix.size();
    let tall = || Tall::zeroed(rows, count).ok_or_else(no_memory);
    let (mut y, mut my) = (tall()?, tall()?);
    let mut rooms = Rooms::new(rows, count)?;
    for first in (0..count).step_by(COLUMNS_TOGETHER) {
        let width = COLUMNS_TOGETHER.min(count - first);
        let (block, weighed) = rooms.of(rows * width);
        mx.columns(first..first + width).copy_into(block);
        operator.solve(block, width, effort);
        y.set(first, block, width);
        operator.mass.matrix.multiply_block_into(block, width, weighed);
        my.set(first, weighed, width);
    }
    // (K - sigma M) Y = M X, so that Y' (K - sigma M) Y = Y' M X.
    let energy = y.columns(0..count).cross(mx.columns(0..count));
    let gram = y.columns(0..count).cross(my.columns(0..count));
    drop(mx);
    let (nu, z) = rayleigh_ritz(energy.as_ref(), gram.as_ref()).ok_or(ModesError::NotANumber)?;
    y.combine(0..count, z.as_ref());
    my.combine(0..count, z.as_ref());
    let eigenvalues = nu.into_iter().map(|nu| operator.sigma + nu).collect();
    Ok(Found { eigenvalues, shift: operator.sigma.abs(), shapes: y, weighed: my })
}

/// Two blocks of up to [`COLUMNS_TOGETHER`] columns.
struct Rooms(Pages, Pages);

impl Rooms {
    fn new(rows: usize, count: usize) -> Result<Self, ModesError> {
        let room = || Pages::zeroed(rows * COLUMNS_TOGETHER.min(count.max(1))).ok_or_else(no_memory);
        Ok(Self(room()?, room()?))
    }

    fn of(&mut self, length: usize) -> (&mut [f64], &mut [f64]) {
        (&mut self.0[..length], &mut self.1[..length])
    }
}

/// Where a Ritz vector with negative x' M x has most of it, in the order of elimination.
pub(super) fn place_of_negative_mass(lanczos: &Lanczos<'_>, ritz: Ritz) -> usize {
    let mass = &lanczos.operator.mass.matrix;
    let (basis, by) = lanczos.vectors(&[ritz]);
    let (mut x, mut weighed) = (vec![0.0; mass.size()], vec![0.0; mass.size()]);
    basis.v.columns(0..by.nrows()).times_into(by.as_ref(), &mut x);
    mass.multiply_into(&x, &mut weighed);
    let part = |place: usize| x[place] * weighed[place];
    (0..x.len()).min_by(|&a, &b| part(a).total_cmp(&part(b))).unwrap_or(0)
}

/// Eigenvalues, ascending, and vectors with Z' G Z = I of A z = nu G z, where G is nearly diagonal.
fn rayleigh_ritz(energy: MatRef<'_, f64>, gram: MatRef<'_, f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let size = gram.nrows();
    let scale: Vec<f64> = (0..size).map(|j| gram[(j, j)].sqrt().recip()).collect();
    let scaled = |matrix: MatRef<'_, f64>| {
        Mat::from_fn(size, size, |i, j| 0.5 * (matrix[(i, j)] + matrix[(j, i)]) * scale[i] * scale[j])
    };
    let (norms, directions) = symmetric_eigen(scaled(gram).as_ref())?;
    if norms.first().is_some_and(|&smallest| smallest <= 0.0) {
        return None;
    }
    let by = Mat::from_fn(size, size, |i, j| directions[(i, j)] / norms[j].sqrt());
    let energy = by.transpose() * scaled(energy) * &by;
    let (_, turned) = symmetric_eigen(energy.as_ref())?;
    // The solver's values are exact to eps times the largest; the quotients of its vectors keep more of the small ones.
    let images = &energy * &turned;
    let quotient = |j: usize| (0..size).map(|i| turned[(i, j)] * images[(i, j)]).sum::<f64>();
    let mut nu: Vec<f64> = (0..size).map(quotient).collect();
    nu.sort_by(f64::total_cmp);
    let z = &by * turned;
    Some((nu, Mat::from_fn(size, size, |i, j| scale[i] * z[(i, j)])))
}
