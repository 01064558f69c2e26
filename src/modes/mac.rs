//! The modal assurance criterion: how alike the shapes of two sets are.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::ModesError;
use crate::matrix::SymmetricMatrix;

/// Columns that are weighed together: enough to read the mass seldom, few enough that 20 modes keep two cores
/// busy.
const COLUMNS_PER_BLOCK: usize = 16;

/// Part of sum M_ii a_i^2 up to which a' M a is rounding. For the consistent mass of 8-node bricks it is 1/8 at
/// least (A. J. Wathen, IMA Journal of Numerical Analysis 7 (1987) 449-457).
const MASS_ROUNDING: f64 = 1e-13;

/// MAC_ij = |a_i' W b_j|^2 / ((a_i' W a_i)(b_j' W b_j)), `columns of a` x `columns of b`, from 0 (nothing in
/// common) to 1 (the same shape but for scale and sign); W is `mass` or, without one, the identity.
///
/// `a`, `b`: one row per equation, one column per shape. Both sets have the same rows; those of a measured
/// model are a few rows of the other one's shapes, and need W = I. `mac(a, a, ..)` is the AutoMAC: for the
/// modes of one model, weighed with its mass, the identity matrix; off the diagonal it shows which shapes the
/// rows at hand can't tell apart.
///
/// The mass may be singular: a shape without mass (a' M a = 0, or rounding beside sum M_ii a_i^2), like one
/// that is zero, has MAC 0 with every shape, itself included; never NaN. Squares of the entries must stay
/// within the range of f64. W = I depends on the units where rotations stand beside translations; W = M does
/// not.
///
/// Cost: 4 entries (k_a + k_b) operations for the mass and 2 n (k_a + k_b)^2 at most for the products, on all
/// cores, by blocks of columns; the same bits on any number of threads. The shapes are not copied but for a
/// block per thread.
///
/// Sources: R. J. Allemang, D. L. Brown, "A correlation coefficient for modal vector analysis", 1st IMAC
/// 1982, 110-116; R. J. Allemang, "The modal assurance criterion: twenty years of use and abuse", Sound and
/// Vibration 37 (2003) 14-23.
///
/// # Errors
/// [`ModesError::ShapesDiffer`], [`ModesError::MassDiffers`], [`ModesError::ShapeNotFinite`].
///
/// ```
/// let a = faer::mat![[1.0, 0.0], [0.0, 2.0]];
/// let b = faer::mat![[-1.0], [1.0]];
/// let mac = modalsweep::modes::mac(a.as_ref(), b.as_ref(), None)?;
/// assert!((mac[(0, 0)] - 0.5).abs() < 1e-15 && (mac[(1, 0)] - 0.5).abs() < 1e-15);
/// # Ok::<(), modalsweep::modes::ModesError>(())
/// ```
pub fn mac(
    a: MatRef<'_, f64>,
    b: MatRef<'_, f64>,
    mass: Option<&SymmetricMatrix>,
) -> Result<Mat<f64>, ModesError> {
    Ok(Grams::new(a, b, mass)?.mac())
}

/// All inner products of two sets. Shapes without mass have an exact zero on the diagonal.
pub(super) struct Grams {
    /// A' W A
    pub aa: Mat<f64>,
    /// A' W B
    pub ab: Mat<f64>,
    /// B' W B
    pub bb: Mat<f64>,
}

impl Grams {
    pub fn new(
        a: MatRef<'_, f64>,
        b: MatRef<'_, f64>,
        mass: Option<&SymmetricMatrix>,
    ) -> Result<Self, ModesError> {
        if a.nrows() != b.nrows() {
            return Err(ModesError::ShapesDiffer { left: a.nrows(), right: b.nrows() });
        }
        check_shapes(a, mass)?;
        check_shapes(b, mass)?;
        let [aa] = inner_products([a], a, mass);
        let [ab, bb] = inner_products([a, b], b, mass);
        let mut grams = Self { aa, ab, bb };
        if let Some(mass) = mass {
            let diagonal = mass.diagonal();
            drop_massless(&mut grams.aa, a, &diagonal);
            drop_massless(&mut grams.bb, b, &diagonal);
        }
        Ok(grams)
    }

    pub fn mac(&self) -> Mat<f64> {
        Mat::from_fn(self.ab.nrows(), self.ab.ncols(), |i, j| {
            let (a, b, both) = (self.aa[(i, i)], self.bb[(j, j)], self.ab[(i, j)]);
            // Two quotients: the product of two squared lengths may overflow. Rounding may go beyond 1.
            if a > 0.0 && b > 0.0 { ((both / a) * (both / b)).min(1.0) } else { 0.0 }
        })
    }
}

/// Refuses a mass of another size and what is not finite.
pub(super) fn check_shapes(
    shapes: MatRef<'_, f64>,
    mass: Option<&SymmetricMatrix>,
) -> Result<(), ModesError> {
    if let Some(mass) = mass.filter(|mass| mass.size() != shapes.nrows()) {
        return Err(ModesError::MassDiffers { rows: shapes.nrows(), size: mass.size() });
    }
    for mode in 0..shapes.ncols() {
        for dof in 0..shapes.nrows() {
            let value = shapes[(dof, mode)];
            if !value.is_finite() {
                return Err(ModesError::ShapeNotFinite { mode, dof, value });
            }
        }
    }
    Ok(())
}

/// L' W R for each of the blocks L, by blocks of columns of R: W R is formed once for all L.
pub(super) fn inner_products<const COUNT: usize>(
    lefts: [MatRef<'_, f64>; COUNT],
    right: MatRef<'_, f64>,
    weight: Option<&SymmetricMatrix>,
) -> [Mat<f64>; COUNT] {
    let blocks: Vec<[Mat<f64>; COUNT]> = (0..right.ncols().div_ceil(COLUMNS_PER_BLOCK))
        .into_par_iter()
        .with_max_len(1)
        .map(|block| {
            let first = block * COLUMNS_PER_BLOCK;
            let columns = right.subcols(first, COLUMNS_PER_BLOCK.min(right.ncols() - first));
            let weighed = weight.map(|weight| weigh(weight, columns));
            let columns = match &weighed {
                Some(values) => MatRef::from_row_major_slice(values, columns.nrows(), columns.ncols()),
                None => columns,
            };
            lefts.map(|left| {
                let mut product = Mat::zeros(left.ncols(), columns.ncols());
                matmul(product.as_mut(), Accum::Replace, left.transpose(), columns, 1.0, Par::Seq);
                product
            })
        })
        .collect();
    std::array::from_fn(|k| {
        Mat::from_fn(lefts[k].ncols(), right.ncols(), |i, j| {
            blocks[j / COLUMNS_PER_BLOCK][k][(i, j % COLUMNS_PER_BLOCK)]
        })
    })
}

/// W R, row by row.
fn weigh(weight: &SymmetricMatrix, columns: MatRef<'_, f64>) -> Vec<f64> {
    let width = columns.ncols();
    let mut rows = vec![0.0; columns.nrows() * width];
    for j in 0..width {
        rows.iter_mut().skip(j).step_by(width).enumerate().for_each(|(i, value)| *value = columns[(i, j)]);
    }
    let mut product = vec![0.0; rows.len()];
    weight.multiply_block_into(&rows, width, &mut product);
    product
}

/// Writes exact zeros on the diagonal where it holds no more than rounding.
fn drop_massless(gram: &mut Mat<f64>, shapes: MatRef<'_, f64>, diagonal: &[f64]) {
    for mode in 0..shapes.ncols() {
        let scale: f64 = diagonal.iter().enumerate().map(|(i, m)| m.abs() * shapes[(i, mode)].powi(2)).sum();
        if gram[(mode, mode)] <= MASS_ROUNDING * scale {
            gram[(mode, mode)] = 0.0;
        }
    }
}
