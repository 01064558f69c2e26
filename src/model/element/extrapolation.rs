//! From values at the integration points to values at the nodes.

use std::sync::LazyLock;

use nalgebra::SMatrix;

use super::rules::{GAUSS_2, TETRAHEDRON_A, TETRAHEDRON_B};
use super::shapes::{HEXAHEDRON_NODES, TETRAHEDRON_EDGES};
use super::{ElementKind, tables};

static C3D4: [f64; 4] = [1.0; 4];
static C3D10: [f64; 40] = linear();
static C3D8: [f64; 64] = trilinear();
static C3D20R: [f64; 160] = trilinear();
static C3D20: LazyLock<[f64; 540]> = LazyLock::new(least_squares);

/// Values at the nodes of a solid from those at its integration points: `nodes x points`, row by row.
///
/// - C3D4: the value of its point.
/// - C3D10: the linear function through the four points.
/// - C3D8, C3D20R: the trilinear function through the eight points.
/// - C3D20: the combination of the shape functions that fits the 27 points best in the sense of least squares.
///
/// These are what CalculiX 2.20 does (whose coefficients have five digits). They reproduce constant and linear
/// functions (C3D20: quadratic ones, too) of the natural coordinates; all rows sum to 1. Bars have no such matrix: the
/// result is empty.
pub fn extrapolation(kind: ElementKind) -> &'static [f64] {
    match kind {
        ElementKind::C3D4 => &C3D4,
        ElementKind::C3D8 => &C3D8,
        ElementKind::C3D10 => &C3D10,
        ElementKind::C3D20 => &*C3D20,
        ElementKind::C3D20R => &C3D20R,
        ElementKind::T3D2 | ElementKind::B33 => &[],
    }
}

/// The function that is 1 at point p and 0 at the other three is (L_p - a) / (b - a) with the barycentric coordinate
/// L_p that is b at this point. L is 1 at the own corner and 1/2 on the edges that meet there.
const fn linear() -> [f64; 40] {
    let mut matrix = [0.0; 40];
    let mut entry = 0;
    while entry < 40 {
        let (node, point) = (entry / 4, entry % 4);
        let [i, j] = if node < 4 { [node, node] } else { TETRAHEDRON_EDGES[node - 4] };
        let coordinate = 0.5 * ((i == point) as u8 + (j == point) as u8) as f64;
        matrix[entry] = (coordinate - TETRAHEDRON_A) / (TETRAHEDRON_B - TETRAHEDRON_A);
        entry += 1;
    }
    matrix
}

/// Products of (1 +- x sqrt 3) / 2.
const fn trilinear<const SIZE: usize>() -> [f64; SIZE] {
    let mut matrix = [0.0; SIZE];
    let mut entry = 0;
    while entry < SIZE {
        let (node, point) = (HEXAHEDRON_NODES[entry / 8], entry % 8);
        let mut value = 1.0;
        let mut i = 0;
        while i < 3 {
            let side = if point >> i & 1 == 1 { 1.0 } else { -1.0 };
            value *= 0.5 * (1.0 + side * node[i] / GAUSS_2);
            i += 1;
        }
        matrix[entry] = value;
        entry += 1;
    }
    matrix
}

/// (A' A)^-1 A' with the shape functions at the points, A = N_a(p).
fn least_squares() -> [f64; 540] {
    let at_points = SMatrix::<f64, 27, 20>::from_fn(|point, node| tables::C3D20.shape[point][node]);
    let normal = at_points.tr_mul(&at_points).cholesky().expect("the shape functions are independent");
    let matrix = normal.solve(&at_points.transpose());
    std::array::from_fn(|entry| matrix[(entry / 27, entry % 27)])
}
