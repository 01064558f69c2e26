//! Stresses as sums of stress modes: a sample costs a small product; random loads need a covariance only.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};
use ndarray::{Array3, ArrayView2, ArrayView3, ArrayViewMut3};
use rayon::prelude::*;

use super::StressError;
use super::recovery::{Displacements, StressRecovery};
use super::tensor::StressTensor;
use crate::eigen::symmetric_eigen;

/// Points that one job works on.
const POINTS_PER_JOB: usize = 512;

/// The stresses of mode shapes at all points, found once: modes x points x 6.
///
/// ```text
/// u = sum_i q_i phi_i   =>   sigma = sum_i q_i S_i
/// ```
///
/// ```
/// use modalsweep::stress::StressModes;
/// use ndarray::{Array3, array};
/// // One point, two modes: tension 3 along x, and shear 2.
/// let stresses = array![[[3.0, 0.0, 0.0, 0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 2.0, 0.0, 0.0]]];
/// let modes = StressModes::from_stresses(stresses);
/// let mut sample = Array3::zeros((1, 1, 6));
/// modes.superpose_into(array![[2.0, -1.0]].view(), sample.view_mut())?;
/// assert_eq!(sample, array![[[6.0, 0.0, 0.0, -2.0, 0.0, 0.0]]]);
/// // Amplitudes of variance 1 without correlation: sqrt(3^2 + 3 * 2^2).
/// let rms = modes.rms_von_mises(array![[1.0, 0.0], [0.0, 1.0]].view())?;
/// assert!((rms[0] - 21.0_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), modalsweep::stress::StressError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StressModes {
    stresses: Array3<f64>,
}

impl StressModes {
    /// The stresses of mode shapes, one shape a row of `shapes`, on the current rayon pool.
    pub fn new(recovery: &StressRecovery, shapes: &Displacements) -> Self {
        Self { stresses: recovery.stresses(shapes) }
    }

    /// Takes stresses that are there: modes x points x 6.
    ///
    /// # Panics
    /// When the last axis has not six components.
    pub fn from_stresses(stresses: Array3<f64>) -> Self {
        assert_eq!(stresses.dim().2, 6, "modes x points x 6");
        let is_standard = stresses.is_standard_layout();
        Self { stresses: if is_standard { stresses } else { stresses.as_standard_layout().into_owned() } }
    }

    /// Number of modes.
    pub fn modes(&self) -> usize {
        self.stresses.dim().0
    }

    /// Number of points.
    pub fn points(&self) -> usize {
        self.stresses.dim().1
    }

    /// modes x points x 6.
    pub fn stresses(&self) -> ArrayView3<'_, f64> {
        self.stresses.view()
    }

    /// Gives the stresses back: modes x points x 6.
    pub fn into_stresses(self) -> Array3<f64> {
        self.stresses
    }

    /// The stresses of samples with modal amplitudes q (samples x modes): samples x points x 6, on the current
    /// rayon pool.
    ///
    /// Cost: 12 flops per sample, point and mode.
    ///
    /// # Errors
    /// [`StressError::ModeCount`] when there is not one amplitude per mode.
    ///
    /// # Panics
    /// When `out` has another shape, or is not contiguous.
    pub fn superpose_into(
        &self,
        amplitudes: ArrayView2<f64>,
        mut out: ArrayViewMut3<f64>,
    ) -> Result<(), StressError> {
        self.check_modes(amplitudes.ncols())?;
        assert_eq!(out.dim(), (amplitudes.nrows(), self.points(), 6), "samples x points x 6");
        let amplitudes = Mat::from_fn(amplitudes.nrows(), self.modes(), |i, j| amplitudes[[i, j]]);
        let columns = self.points() * 6;
        let modes = self.stresses.as_slice().expect("standard layout");
        let samples = amplitudes.nrows();
        let out = out.as_slice_mut().expect("contiguous samples");
        let mut rest = MatMut::from_row_major_slice_mut(out, samples, columns);
        let mut pieces = Vec::new();
        while rest.ncols() > POINTS_PER_JOB * 6 {
            let (piece, after) = rest.split_at_col_mut(POINTS_PER_JOB * 6);
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        let modes = MatRef::from_row_major_slice(modes, self.modes(), columns);
        pieces.into_par_iter().enumerate().with_max_len(1).for_each(|(job, piece)| {
            let own = modes.subcols(job * POINTS_PER_JOB * 6, piece.ncols());
            matmul(piece, Accum::Replace, amplitudes.as_ref(), own, 1.0, Par::Seq);
        });
        Ok(())
    }

    /// The root mean square of the von Mises stress at each point under random loads, from the covariance of the modal
    /// amplitudes, `covariance[i][j] = E[q_i q_j]` (modes x modes):
    ///
    /// ```text
    /// rms^2 = sum_ij C_ij S_i' A S_j,      von Mises^2 = sigma' A sigma
    /// ```
    ///
    /// D. J. Segalman, C. W. G. Fulcher, G. M. Reese and R. V. Field, An efficient method for calculating RMS von
    /// Mises stress in a random vibration environment, Sandia report SAND98-0260 (1998). With C = G G' the sum is that of the
    /// von Mises stresses squared of the columns of S G, which no rounding makes negative. Works on the current rayon pool.
    ///
    /// Cost: 12 modes^2 flops a point.
    ///
    /// # Errors
    /// [`StressError::ModeCount`], [`StressError::CovarianceNotFinite`], [`StressError::CovarianceNotSymmetric`],
    /// [`StressError::CovarianceIndefinite`].
    pub fn rms_von_mises(&self, covariance: ArrayView2<f64>) -> Result<Vec<f64>, StressError> {
        self.check_modes(covariance.nrows())?;
        self.check_modes(covariance.ncols())?;
        let root = root(covariance)?;
        let mut rms = vec![0.0; self.points()];
        let columns = self.points() * 6;
        let modes = self.stresses.as_slice().expect("standard layout");
        let modes = MatRef::from_row_major_slice(modes, self.modes(), columns);
        rms.par_chunks_mut(POINTS_PER_JOB).enumerate().for_each(|(job, rms)| {
            let own = modes.subcols(job * POINTS_PER_JOB * 6, rms.len() * 6);
            let mut mixed = Mat::<f64>::zeros(own.ncols(), root.ncols());
            matmul(mixed.as_mut(), Accum::Replace, own.transpose(), root.as_ref(), 1.0, Par::Seq);
            for (point, rms) in rms.iter_mut().enumerate() {
                let squares = (0..root.ncols()).map(|col| {
                    let tensor = std::array::from_fn(|component| mixed[(point * 6 + component, col)]);
                    StressTensor(tensor).von_mises().powi(2)
                });
                *rms = squares.sum::<f64>().sqrt();
            }
        });
        Ok(rms)
    }

    fn check_modes(&self, found: usize) -> Result<(), StressError> {
        match self.modes() {
            modes if modes == found => Ok(()),
            modes => Err(StressError::ModeCount { found, modes }),
        }
    }
}

/// G with C = G G', from the eigenvalues of C; those below zero by rounding alone count as zero.
fn root(covariance: ArrayView2<f64>) -> Result<Mat<f64>, StressError> {
    const ROUNDING: f64 = 1e-10;
    let size = covariance.nrows();
    let largest = covariance.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    for ((row, col), &value) in covariance.indexed_iter() {
        if !value.is_finite() {
            return Err(StressError::CovarianceNotFinite { row, col, value });
        }
        if (value - covariance[[col, row]]).abs() > ROUNDING * largest {
            return Err(StressError::CovarianceNotSymmetric { row, col });
        }
    }
    let matrix = Mat::from_fn(size, size, |i, j| 0.5 * (covariance[[i, j]] + covariance[[j, i]]));
    let spectra = symmetric_eigen(&vec![matrix]);
    let spectrum = spectra.get(0)?;
    let (values, vectors) = (spectrum.values, spectrum.vectors.expect("asked for"));
    if let Some(&value) = values.iter().find(|value| **value < -ROUNDING * largest) {
        return Err(StressError::CovarianceIndefinite { eigenvalue: value });
    }
    Ok(Mat::from_fn(size, size, |i, j| vectors[(i, j)] * values[j].max(0.0).sqrt()))
}
