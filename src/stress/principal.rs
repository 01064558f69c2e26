//! Principal stresses of many tensors.

use ndarray::{ArrayView3, ArrayViewMut3, ArrayViewMut4};
use rayon::prelude::*;

use super::tensor::StressTensor;

/// Tensors that one job works on.
const TENSORS_PER_JOB: usize = 1024;

/// Principal stresses and their directions at all points, as [`StressTensor::principal`], on the current rayon pool.
///
/// `stresses`: cases x points x 6 (xx, yy, zz, xy, yz, zx), as [`StressRecovery`](super::StressRecovery) gives them. `values`:
/// cases x points x 3, largest first, in the units of the stresses. `directions`: cases x points x 3 x 3, a unit vector (x, y, z) for
/// each value. A tensor that is not finite gives NaN.
///
/// Cost: an iteration on a 3 x 3 matrix for each tensor; 144 bytes are moved.
///
/// # Panics
/// When the arrays do not fit each other, or those that are written are not contiguous.
///
/// ```
/// use modalsweep::stress::principal_into;
/// use ndarray::{Array3, Array4, arr3, s};
/// let stresses = arr3(&[[[0.0, 0.0, 0.0, 10.0, 0.0, 0.0]]]);
/// let (mut values, mut directions) = (Array3::zeros((1, 1, 3)), Array4::zeros((1, 1, 3, 3)));
/// principal_into(stresses.view(), values.view_mut(), directions.view_mut());
/// assert!((values[[0, 0, 0]] - 10.0_f64).abs() < 1e-14);
/// assert!((directions.slice(s![0, 0, 0, ..2]).sum() - 2.0_f64.sqrt()).abs() < 1e-14);
/// ```
pub fn principal_into(
    stresses: ArrayView3<f64>,
    mut values: ArrayViewMut3<f64>,
    mut directions: ArrayViewMut4<f64>,
) {
    let (cases, points, components) = stresses.dim();
    assert_eq!(components, 6, "cases x points x 6");
    assert_eq!(values.dim(), (cases, points, 3), "cases x points x 3");
    assert_eq!(directions.dim(), (cases, points, 3, 3), "cases x points x 3 x 3");
    const CONTIGUOUS: &str = "contiguous results";
    let stresses = stresses.as_standard_layout();
    let (tensors, _) = stresses.as_slice().expect("standard layout").as_chunks::<6>();
    let (values, _) = values.as_slice_mut().expect(CONTIGUOUS).as_chunks_mut::<3>();
    let (vectors, _) = directions.as_slice_mut().expect(CONTIGUOUS).as_chunks_mut::<3>();
    let (directions, _) = vectors.as_chunks_mut::<3>();
    tensors
        .par_chunks(TENSORS_PER_JOB)
        .zip(values.par_chunks_mut(TENSORS_PER_JOB))
        .zip(directions.par_chunks_mut(TENSORS_PER_JOB))
        .for_each(|((tensors, values), directions)| {
            for ((tensor, values), directions) in tensors.iter().zip(values).zip(directions) {
                let found = StressTensor(*tensor).principal();
                *values = found.map_or([f64::NAN; 3], |own| own.values);
                *directions = found.map_or([[f64::NAN; 3]; 3], |own| own.directions);
            }
        });
}
