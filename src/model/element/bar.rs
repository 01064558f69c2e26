//! T3D2, the truss of two nodes.

use super::isoparametric::dot;

/// A straight line between two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarAxis {
    /// Unit vector from the first node to the second; not finite where the length is zero.
    pub direction: [f64; 3],
    /// Distance of the nodes.
    pub length: f64,
}

impl BarAxis {
    /// From the positions of the two nodes.
    #[inline]
    pub fn new(nodes: &[[f64; 3]; 2]) -> Self {
        let span: [f64; 3] = std::array::from_fn(|i| nodes[1][i] - nodes[0][i]);
        let length = dot(&span, &span).sqrt();
        Self { direction: span.map(|x| x / length), length }
    }
}

/// `E A / L [t t', -t t'; -t t', t t']`.
#[inline]
pub(super) fn stiffness_into(nodes: &[[f64; 3]; 2], axial: f64, matrix: &mut [f64]) {
    let BarAxis { direction, length } = BarAxis::new(nodes);
    for i in 0..3 {
        for j in 0..3 {
            let entry = axial / length * (direction[i] * direction[j]);
            for (p, q, sign) in [(0, 0, 1.0), (0, 3, -1.0), (3, 0, -1.0), (3, 3, 1.0)] {
                matrix[(p + i) * 6 + q + j] = sign * entry;
            }
        }
    }
}

/// `rho A L [own, other; other, own]` on each component: a third and a sixth, or a half and nothing.
#[inline]
pub(super) fn mass_into(nodes: &[[f64; 3]; 2], mass_per_length: f64, share: [f64; 2], matrix: &mut [f64]) {
    let mass = mass_per_length * BarAxis::new(nodes).length;
    matrix.fill(0.0);
    for i in 0..3 {
        for (p, q, part) in [(0, 0, share[0]), (0, 3, share[1]), (3, 0, share[1]), (3, 3, share[0])] {
            matrix[(p + i) * 6 + q + i] = mass * part;
        }
    }
}
