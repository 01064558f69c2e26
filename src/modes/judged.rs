//! What modes are worth, measured with K and M themselves.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::finish::Found;
use super::lanczos::Settings;
use super::result::{Modes, Proof};
use super::work::Work;
use crate::matrix::SymmetricMatrix;

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
