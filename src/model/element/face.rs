//! Pressure on the faces of solids.

use super::ElementKind;
use super::isoparametric::cross;
use super::rules::{QUADRILATERAL_3, QUADRILATERAL_5, TRIANGLE_2};
use super::shapes;
use super::tables::at_points;

/// Shape functions at the points of a face.
struct Surface<const N: usize, const P: usize> {
    weights: [f64; P],
    shape: [[f64; N]; P],
    gradients: [[[f64; 2]; N]; P],
}

macro_rules! surface {
    ($shape:path, $rule:expr) => {{
        let (shape, gradients) = at_points!($shape, $rule);
        Surface { weights: $rule.weights, shape, gradients }
    }};
}

// As many points as CalculiX takes. On flat faces with straight edges all of them are exact; on curved ones those of
// C3D10 and C3D20R are not, and exact forces would move stresses of a coarse mesh by up to 2 % away from its.
static TRIANGLE3: Surface<3, 3> = surface!(shapes::triangle3, TRIANGLE_2);
static TRIANGLE6: Surface<6, 3> = surface!(shapes::triangle6, TRIANGLE_2);
static QUADRILATERAL4: Surface<4, 4> = surface!(shapes::quadrilateral4, QUADRILATERAL_3);
static QUADRILATERAL8: Surface<8, 9> = surface!(shapes::quadrilateral8, QUADRILATERAL_5);
static QUADRILATERAL8_REDUCED: Surface<8, 4> = surface!(shapes::quadrilateral8, QUADRILATERAL_3);

/// Corners, then middles of edges, of the faces S1 to S4 of tetrahedra: seen from outside they run clockwise.
const TETRAHEDRON_FACES: [[usize; 6]; 4] =
    [[0, 1, 2, 4, 5, 6], [0, 3, 1, 7, 8, 4], [1, 3, 2, 8, 9, 5], [2, 3, 0, 9, 7, 6]];

/// The same of hexahedra, S1 to S6.
const HEXAHEDRON_FACES: [[usize; 8]; 6] = [
    [0, 1, 2, 3, 8, 9, 10, 11],
    [4, 7, 6, 5, 15, 14, 13, 12],
    [0, 4, 5, 1, 16, 12, 17, 8],
    [1, 5, 6, 2, 17, 13, 18, 9],
    [2, 6, 7, 3, 18, 14, 19, 10],
    [3, 7, 4, 0, 19, 15, 16, 11],
];

/// The nodes of a face (1 = S1, ...) by their place in the element, corners first; `None` where the element has no
/// such face.
pub fn face_nodes(kind: ElementKind, face: u32) -> Option<&'static [usize]> {
    let index = (face as usize).checked_sub(1)?;
    let (nodes, count): (&'static [usize], usize) = match kind {
        ElementKind::C3D4 => (TETRAHEDRON_FACES.get(index)?, 3),
        ElementKind::C3D10 => (TETRAHEDRON_FACES.get(index)?, 6),
        ElementKind::C3D8 => (HEXAHEDRON_FACES.get(index)?, 4),
        ElementKind::C3D20 | ElementKind::C3D20R => (HEXAHEDRON_FACES.get(index)?, 8),
        ElementKind::T3D2 | ElementKind::B33 => return None,
    };
    Some(&nodes[..count])
}

/// Integral of N_a n dA over a face, n the unit normal that points into the element. Nodes off the face get zero.
pub(super) fn pressure_load_into(kind: ElementKind, face: &[usize], nodes: &[[f64; 3]], out: &mut [f64]) {
    out.fill(0.0);
    match kind {
        ElementKind::C3D4 => add(&TRIANGLE3, face, nodes, out),
        ElementKind::C3D10 => add(&TRIANGLE6, face, nodes, out),
        ElementKind::C3D8 => add(&QUADRILATERAL4, face, nodes, out),
        ElementKind::C3D20 => add(&QUADRILATERAL8, face, nodes, out),
        ElementKind::C3D20R => add(&QUADRILATERAL8_REDUCED, face, nodes, out),
        ElementKind::T3D2 | ElementKind::B33 => {}
    }
}

fn add<const N: usize, const P: usize>(
    surface: &Surface<N, P>,
    face: &[usize],
    nodes: &[[f64; 3]],
    out: &mut [f64],
) {
    for point in 0..P {
        let (mut along_r, mut along_s) = ([0.0; 3], [0.0; 3]);
        for (slope, at) in surface.gradients[point].iter().zip(face) {
            for i in 0..3 {
                along_r[i] += slope[0] * nodes[*at][i];
                along_s[i] += slope[1] * nodes[*at][i];
            }
        }
        let normal = cross(&along_r, &along_s);
        for (value, at) in surface.shape[point].iter().zip(face) {
            for i in 0..3 {
                out[3 * at + i] += surface.weights[point] * value * normal[i];
            }
        }
    }
}
