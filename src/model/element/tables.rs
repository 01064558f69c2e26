//! Shape functions at the integration points of each solid, worked out when the crate is compiled.

use super::isoparametric::Isoparametric;
use super::rules::{HEXAHEDRON_3, HEXAHEDRON_5, TETRAHEDRON_1, TETRAHEDRON_2, TETRAHEDRON_5};
use super::shapes;

/// Shape functions at the points of a rule. A macro, as constant functions take no functions.
macro_rules! at_points {
    ($shape:path, $rule:expr) => {{
        let mut shape = [[0.0; _]; _];
        let mut gradients = [[[0.0; _]; _]; _];
        let mut p = 0;
        while p < $rule.points.len() {
            (shape[p], gradients[p]) = $shape($rule.points[p]);
            p += 1;
        }
        (shape, gradients)
    }};
}

pub(super) use at_points;

macro_rules! solid {
    ($shape:path, $rule:expr) => {{
        let (shape, gradients) = at_points!($shape, $rule);
        Isoparametric { points: $rule.points, weights: $rule.weights, shape, gradients }
    }};
}

/// One point.
pub static C3D4: Isoparametric<4, 1> = solid!(shapes::tetrahedron4, TETRAHEDRON_1);
/// 2 x 2 x 2 points.
pub static C3D8: Isoparametric<8, 8> = solid!(shapes::hexahedron8, HEXAHEDRON_3);
/// Four points.
pub static C3D10: Isoparametric<10, 4> = solid!(shapes::tetrahedron10, TETRAHEDRON_2);
/// 3 x 3 x 3 points.
pub static C3D20: Isoparametric<20, 27> = solid!(shapes::hexahedron20, HEXAHEDRON_5);
/// 2 x 2 x 2 points.
pub static C3D20R: Isoparametric<20, 8> = solid!(shapes::hexahedron20, HEXAHEDRON_3);
/// Fifteen points: exact for the volume and the mass of straight C3D10.
pub static C3D10_FULL: Isoparametric<10, 15> = solid!(shapes::tetrahedron10, TETRAHEDRON_5);
/// Four points: exact for the mass.
pub static C3D4_FULL: Isoparametric<4, 4> = solid!(shapes::tetrahedron4, TETRAHEDRON_2);
/// 3 x 3 x 3 points: exact for the mass of any shape.
pub static C3D8_FULL: Isoparametric<8, 27> = solid!(shapes::hexahedron8, HEXAHEDRON_5);
