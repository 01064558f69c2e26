//! One stress tensor: invariants, principal stresses.

use nalgebra::{Matrix3, SymmetricEigen};

/// A symmetric stress tensor by its components xx, yy, zz, xy, yz, zx.
///
/// ```
/// use modalsweep::stress::StressTensor;
/// let shear = StressTensor([0.0, 0.0, 0.0, 10.0, 0.0, 0.0]);
/// assert!((shear.von_mises() - 10.0 * 3.0_f64.sqrt()).abs() < 1e-14);
/// assert_eq!(shear.principal().unwrap().values.map(f64::round), [10.0, 0.0, -10.0]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StressTensor(pub [f64; 6]);

/// Principal stresses and their directions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Principal {
    /// Largest first.
    pub values: [f64; 3],
    /// The unit vector of each; right-handed, the largest component of the first two positive.
    pub directions: [[f64; 3]; 3],
}

/// One of the six components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Component {
    /// Normal stress along x.
    Xx,
    /// Normal stress along y.
    Yy,
    /// Normal stress along z.
    Zz,
    /// Shear stress.
    Xy,
    /// Shear stress.
    Yz,
    /// Shear stress.
    Zx,
}

impl Component {
    /// In the order in which tensors keep them.
    pub const ALL: [Self; 6] = [Self::Xx, Self::Yy, Self::Zz, Self::Xy, Self::Yz, Self::Zx];

    /// As options name it.
    pub fn name(self) -> &'static str {
        ["xx", "yy", "zz", "xy", "yz", "zx"][self as usize]
    }
}

impl StressTensor {
    /// The von Mises stress
    ///
    /// ```text
    /// sqrt( ((xx - yy)^2 + (yy - zz)^2 + (zz - xx)^2) / 2 + 3 (xy^2 + yz^2 + zx^2) )
    /// ```
    #[inline(always)]
    pub fn von_mises(&self) -> f64 {
        let [xx, yy, zz, xy, yz, zx] = self.0;
        von_mises(xx, yy, zz, xy, yz, zx)
    }

    /// A third of the trace: the negative pressure.
    pub fn mean(&self) -> f64 {
        (self.0[0] + self.0[1] + self.0[2]) / 3.0
    }

    /// Principal stresses, largest first, with directions; `None` for a component that is not finite.
    ///
    /// The eigenvalues of the 3 x 3 tensor to a few eps of the largest.
    pub fn principal(&self) -> Option<Principal> {
        let [xx, yy, zz, xy, yz, zx] = self.0;
        let scale = self.0.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        if !self.0.iter().all(|value| value.is_finite()) {
            return None;
        }
        // Scaled, so that squares neither overflow nor vanish.
        let scale = if scale > 0.0 { scale } else { 1.0 };
        let tensor = Matrix3::new(xx, xy, zx, xy, yy, yz, zx, yz, zz) / scale;
        let pairs = SymmetricEigen::try_new(tensor, f64::EPSILON, 1000)?;
        let mut order = [0, 1, 2];
        order.sort_by(|&a, &b| pairs.eigenvalues[b].total_cmp(&pairs.eigenvalues[a]));
        let [first, second] = [order[0], order[1]].map(|at| {
            let direction = pairs.eigenvectors.column(at).into_owned();
            let sign = direction[direction.iamax()].signum();
            direction * sign
        });
        let third = first.cross(&second).normalize();
        Some(Principal {
            values: order.map(|at| pairs.eigenvalues[at] * scale),
            directions: [first, second, third].map(|direction| direction.into()),
        })
    }
}

#[inline(always)]
pub(super) fn von_mises(xx: f64, yy: f64, zz: f64, xy: f64, yz: f64, zx: f64) -> f64 {
    let normal = (xx - yy) * (xx - yy) + (yy - zz) * (yy - zz) + (zz - xx) * (zz - xx);
    (0.5 * normal + 3.0 * (xy * xy + yz * yz + zx * zx)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: [2 1 1; 1 2 1; 1 1 2] has eigenvalues 4, 1, 1.
    #[test]
    fn principal_stresses_of_known_tensors() {
        let found = StressTensor([2.0, 2.0, 2.0, 1.0, 1.0, 1.0]).principal().unwrap();
        for (value, expected) in found.values.iter().zip([4.0, 1.0, 1.0]) {
            approx::assert_abs_diff_eq!(*value, expected, epsilon = 1e-14);
        }
        for value in found.directions[0] {
            approx::assert_abs_diff_eq!(value, 1.0 / 3.0_f64.sqrt(), epsilon = 1e-14);
        }
        let found = StressTensor([-5.0, 3.0, 1.0, 0.0, 0.0, 0.0]).principal().unwrap();
        assert_eq!(found.values, [3.0, 1.0, -5.0]);
        assert_eq!(found.directions, [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
    }

    #[test]
    fn directions_diagonalize_tensors_of_all_scales() {
        for scale in [1e-200, 1.0, 1e200] {
            let tensor = StressTensor([3.0, -1.0, 0.5, 2.0, -0.25, 1.5].map(|value| value * scale));
            let [xx, yy, zz, xy, yz, zx] = tensor.0;
            let matrix = Matrix3::new(xx, xy, zx, xy, yy, yz, zx, yz, zz);
            let found = tensor.principal().unwrap();
            for (value, direction) in found.values.iter().zip(found.directions) {
                let direction = nalgebra::Vector3::from(direction);
                let defect = (matrix * direction - direction * *value).amax();
                assert!(defect <= 1e-14 * scale, "{defect:e}");
            }
        }
        assert_eq!(StressTensor::default().principal().unwrap().values, [0.0; 3]);
        assert!(StressTensor([f64::NAN; 6]).principal().is_none());
    }

    #[test]
    fn von_mises_of_uniaxial_and_hydrostatic_stress() {
        assert_eq!(StressTensor([0.0, -7.0, 0.0, 0.0, 0.0, 0.0]).von_mises(), 7.0);
        assert_eq!(StressTensor([5.0, 5.0, 5.0, 0.0, 0.0, 0.0]).von_mises(), 0.0);
        assert_eq!(StressTensor([1.0, 2.0, 3.0, 0.0, 0.0, 0.0]).mean(), 2.0);
    }
}
