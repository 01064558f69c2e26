//! From Ritz vectors to modes: one more solve, which takes out what has no mass and sharpens the vectors; Rayleigh and
//! Ritz among them; then what each is worth, measured with K and M themselves.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::ModesError;
use super::dense::{cholesky, symmetric_eigen};
use super::lanczos::{Lanczos, Operator, Ritz, Settings};
use super::orthonormal::{Basis, no_memory};
use super::problem::Work;
use super::result::{Effort, Modes, Proof};
use super::tall::Tall;
use crate::matrix::{Pages, SymmetricMatrix};

/// Columns that are solved and weighed together.
const COLUMNS_TOGETHER: usize = 32;

/// Columns that are measured together.
const COLUMNS_JUDGED: usize = 8;

/// A mode is rigid when its strain energy phi' K phi is at most this part of sum_i (sum_j |K_ij|) phi_i^2, or where that
/// sum, which no eigenvalue exceeds, is itself below this part of the other eigenvalues (DOFs without stiffness), or where
/// its eigenvalue is below this part of the shift, whose rounding it is ...
const RIGID_ENERGY: f64 = 1e-14;

/// ... or at most this part, and this part of the lowest elastic eigenvalue: matrices from files with few digits.
const NEARLY_RIGID_ENERGY: f64 = 1e-9;
const NEARLY_RIGID_EIGENVALUE: f64 = 1e-8;

/// Multiples of the estimated rounding that residuals may have.
const ROUNDING_ALLOWED: f64 = 16.0;

/// Modes in the order of elimination, ascending.
pub(super) struct Found {
    pub eigenvalues: Vec<f64>,
    /// Magnitude of the shift that was added to the eigenvalues: they are rounded to eps times that.
    pub shift: f64,
    /// Shapes and M times the shapes.
    pub shapes: Tall,
    pub weighed: Tall,
}

/// What the modes are worth; shapes in the order of the equations.
pub(super) struct Judged {
    pub eigenvalues: Vec<f64>,
    pub shapes: Mat<f64>,
    pub residuals: Vec<f64>,
    pub attainable: Vec<f64>,
    pub rigid: Vec<bool>,
    /// sum_i (sum_j |K_ij|) phi_i^2: what eigenvalues are rounded to, over the machine's epsilon.
    pub energy_scales: Vec<f64>,
    pub orthogonality_defect: f64,
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

/// The pair in the user's order, and what is needed to judge modes by it.
pub(super) struct Pair<'a> {
    pub stiffness: &'a SymmetricMatrix,
    pub mass: &'a SymmetricMatrix,
    /// sum_j |K_ij|.
    pub stiffness_sums: &'a [f64],
    /// An eigenvalue that is small in this model.
    pub small_eigenvalue: f64,
}

/// Puts modes into the order of the equations, with signs, and measures them.
pub(super) fn judge(found: &Found, pair: &Pair<'_>, dof_order: &[u32]) -> Judged {
    let (rows, count) = (dof_order.len(), found.len());
    let mut shapes = Mat::<f64>::zeros(rows, count);
    found.shapes.columns(0..count).scatter(dof_order, shapes.as_mut());
    for j in 0..count {
        let column = shapes.col_as_slice_mut(j);
        let largest = column.iter().fold(0.0, |a: f64, &b| if b.abs() > a.abs() { b } else { a });
        if largest < 0.0 {
            column.iter_mut().for_each(|value| *value = -*value);
        }
    }
    let blocks: Vec<usize> = (0..count).step_by(COLUMNS_JUDGED).collect();
    let judge = |first: usize| {
        let range = first..COLUMNS_JUDGED.min(count - first) + first;
        pair.judge_block(shapes.as_ref(), range, &found.eigenvalues)
    };
    let judged: Vec<(Vec<Worth>, f64)> = blocks.into_par_iter().with_max_len(1).map(judge).collect();
    let orthogonality_defect = judged.iter().map(|(_, defect)| *defect).fold(0.0, f64::max);
    let worths: Vec<Worth> = judged.into_iter().flat_map(|(worths, _)| worths).collect();
    let rigid = rigid_modes(found, &worths, pair.small_eigenvalue);
    let choose = |of_rigid: fn(&Worth) -> f64, of_elastic: fn(&Worth) -> f64| {
        let pick = |(worth, &rigid): (&Worth, &bool)| if rigid { of_rigid(worth) } else { of_elastic(worth) };
        worths.iter().zip(&rigid).map(pick).collect()
    };
    let value = |(&value, &rigid): (&f64, &bool)| if rigid { 0.0 } else { value };
    Judged {
        eigenvalues: found.eigenvalues.iter().zip(&rigid).map(value).collect(),
        residuals: choose(|worth| worth.rigid_residual, |worth| worth.residual),
        attainable: choose(|_| f64::EPSILON, |worth| worth.attainable),
        energy_scales: worths.iter().map(|worth| worth.energy_scale).collect(),
        shapes,
        rigid,
        orthogonality_defect,
    }
}

/// What one mode is worth.
#[derive(Debug, Clone, Copy)]
struct Worth {
    /// ||K phi - lambda M phi|| / (|lambda| ||M phi||).
    residual: f64,
    /// What rounding alone may make of it.
    attainable: f64,
    /// ||K phi|| / || |K| |phi| ||.
    rigid_residual: f64,
    /// sum_i (sum_j |K_ij|) phi_i^2.
    energy_scale: f64,
}

impl Pair<'_> {
    /// Some columns, and their largest |phi_i' M phi_j - delta_ij| with all columns.
    fn judge_block(
        &self,
        shapes: MatRef<'_, f64>,
        range: Range<usize>,
        eigenvalues: &[f64],
    ) -> (Vec<Worth>, f64) {
        let (rows, width) = (shapes.nrows(), range.len());
        let mut block = vec![0.0; rows * width];
        for (j, column) in range.clone().enumerate() {
            let column = shapes.col(column).try_as_col_major();
            let column = column.unwrap_or_else(|| unreachable!("shapes are column-major")).as_slice();
            for (row, value) in block.chunks_exact_mut(width).zip(column) {
                row[j] = *value;
            }
        }
        let (mut kx, mut mx) = (vec![0.0; block.len()], vec![0.0; block.len()]);
        self.stiffness.multiply_block_into(&block, width, &mut kx);
        self.mass.multiply_block_into(&block, width, &mut mx);
        let mut gram = Mat::<f64>::zeros(shapes.ncols(), width);
        let weighed = MatRef::from_row_major_slice(&mx, rows, width);
        matmul(gram.as_mut(), Accum::Replace, shapes.transpose(), weighed, 1.0, Par::Seq);
        let mut defect = 0.0f64;
        for (j, column) in range.clone().enumerate() {
            for i in 0..shapes.ncols() {
                defect = defect.max((gram[(i, j)] - f64::from(u8::from(i == column))).abs());
            }
        }
        let worth = |(j, column): (usize, usize)| {
            let (mut off, mut inertia, mut force, mut rough, mut energy) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for i in 0..rows {
                let (x, k, m) = (block[i * width + j], kx[i * width + j], mx[i * width + j]);
                off += (k - eigenvalues[column] * m).powi(2);
                inertia += m * m;
                force += k * k;
                rough += (self.stiffness_sums[i] * x).powi(2);
                energy += self.stiffness_sums[i] * x * x;
            }
            let scale = (eigenvalues[column].abs() * inertia.sqrt()).max(f64::MIN_POSITIVE);
            Worth {
                residual: off.sqrt() / scale,
                attainable: f64::EPSILON * rough.sqrt() / scale,
                rigid_residual: (force / rough.max(f64::MIN_POSITIVE)).sqrt(),
                energy_scale: energy,
            }
        };
        (range.enumerate().map(worth).collect(), defect)
    }
}

/// Which modes are motions without strain energy.
fn rigid_modes(found: &Found, worths: &[Worth], small: f64) -> Vec<bool> {
    let eigenvalues = &found.eigenvalues;
    let small = small.max(found.shift);
    let largest = eigenvalues.iter().fold(small, |largest, eigenvalue| largest.max(eigenvalue.abs()));
    let loose = |k: usize| {
        worths[k].energy_scale <= RIGID_ENERGY * largest || eigenvalues[k].abs() <= RIGID_ENERGY * small
    };
    let ratio = |k: usize| eigenvalues[k].abs() / worths[k].energy_scale.max(f64::MIN_POSITIVE);
    let first_elastic =
        (0..eigenvalues.len()).find(|&k| eigenvalues[k] > 0.0 && ratio(k) > NEARLY_RIGID_ENERGY);
    let nearly = |k: usize| {
        let limit = first_elastic.map_or(0.0, |first| NEARLY_RIGID_EIGENVALUE * eigenvalues[first]);
        ratio(k) <= NEARLY_RIGID_ENERGY && eigenvalues[k].abs() <= limit
    };
    (0..eigenvalues.len()).map(|k| ratio(k) <= RIGID_ENERGY || loose(k) || nearly(k)).collect()
}

impl Judged {
    /// The listed ones as a result; takes what the worker has recorded.
    pub fn into_modes(
        self,
        listed: &[usize],
        rigid_count: usize,
        shift: f64,
        proof: Proof,
        settings: Settings,
        work: &mut Work,
    ) -> Modes {
        let poor = self.poor(settings.tolerance);
        let unconverged = (0..listed.len()).filter(|&at| poor.contains(&listed[at])).collect();
        let of = |values: &[f64]| listed.iter().map(|&k| values[k]).collect();
        let mut effort = std::mem::take(&mut work.effort);
        effort.block_width = settings.width;
        let mut counts = std::mem::take(&mut work.counts);
        counts.sort_by(|a, b| a.eigenvalue.total_cmp(&b.eigenvalue));
        let whole = listed.len() == self.shapes.ncols();
        Modes {
            eigenvalues: of(&self.eigenvalues),
            residuals: of(&self.residuals),
            attainable: of(&self.attainable),
            shapes: if whole {
                self.shapes
            } else {
                Mat::from_fn(self.shapes.nrows(), listed.len(), |i, j| self.shapes[(i, listed[j])])
            },
            unconverged,
            orthogonality_defect: self.orthogonality_defect,
            rigid_count,
            shift,
            proof,
            counts,
            remarks: std::mem::take(&mut work.remarks),
            effort,
        }
    }

    /// Modes whose residual is above what was asked for and above what rounding explains.
    pub fn poor(&self, tolerance: f64) -> Vec<usize> {
        let is_poor = |k: &usize| {
            let rounding = if self.rigid[*k] { 1.0 } else { ROUNDING_ALLOWED * self.attainable[*k] };
            self.residuals[*k] > tolerance.max(rounding)
        };
        (0..self.residuals.len()).filter(is_poor).collect()
    }
}
