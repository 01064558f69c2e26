//! Isoparametric solids: shape functions at integration points.

/// Shape functions and their natural derivatives at the integration points of an element with `N` nodes and `P`
/// points.
#[derive(Debug, Clone, PartialEq)]
pub struct Isoparametric<const N: usize, const P: usize> {
    /// Natural coordinates of the points, in the element's own point order.
    pub points: [[f64; 3]; P],
    /// Weights.
    pub weights: [f64; P],
    /// Value of shape function a at point p: `shape[p][a]`.
    pub shape: [[f64; N]; P],
    /// Its derivatives by the natural coordinates: `gradients[p][a]`.
    pub gradients: [[[f64; 3]; N]; P],
}

/// Derivatives of the shape functions by x, y, z at one integration point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gradients<const N: usize> {
    /// dN_a / dx, dN_a / dy, dN_a / dz: `by[i][a]`.
    pub by: [[f64; N]; 3],
    /// det J times the weight: the volume that the point stands for.
    pub volume: f64,
}

impl<const N: usize, const P: usize> Isoparametric<N, P> {
    /// Jacobian `J[i][j] = dx_j / dxi_i = sum_a dN_a/dxi_i x_aj` at a point.
    #[inline(always)]
    pub fn jacobian(&self, point: usize, nodes: &[[f64; 3]; N]) -> [[f64; 3]; 3] {
        let mut jacobian = [[0.0; 3]; 3];
        for (slope, node) in self.gradients[point].iter().zip(nodes) {
            for i in 0..3 {
                for j in 0..3 {
                    jacobian[i][j] += slope[i] * node[j];
                }
            }
        }
        jacobian
    }

    /// Derivatives by x, y, z at a point: `J^-1` times those by the natural coordinates. Where `det J` is zero they
    /// are not finite.
    #[inline(always)]
    pub fn gradients_at(&self, point: usize, nodes: &[[f64; 3]; N]) -> Gradients<N> {
        let (cofactors, determinant) = cofactors(&self.jacobian(point, nodes));
        let inverse = cofactors.map(|row| row.map(|cofactor| cofactor / determinant));
        let mut by = [[0.0; N]; 3];
        for (a, slope) in self.gradients[point].iter().enumerate() {
            for j in 0..3 {
                by[j][a] = inverse[0][j] * slope[0] + inverse[1][j] * slope[1] + inverse[2][j] * slope[2];
            }
        }
        Gradients { by, volume: determinant * self.weights[point] }
    }

    /// det J at a point.
    #[inline(always)]
    pub fn determinant(&self, point: usize, nodes: &[[f64; 3]; N]) -> f64 {
        cofactors(&self.jacobian(point, nodes)).1
    }
}

/// Cofactors of a 3 x 3 matrix, and its determinant. The inverse is the transpose of the first over the second.
#[inline(always)]
fn cofactors(matrix: &[[f64; 3]; 3]) -> ([[f64; 3]; 3], f64) {
    let [a, b, c] = matrix;
    let cofactors = [cross(b, c), cross(c, a), cross(a, b)];
    (cofactors, dot(a, &cofactors[0]))
}

#[inline(always)]
pub(super) fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[inline(always)]
pub(super) fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::super::tables;

    /// Gradients of a straight tetrahedron are the inward face normals over three times the volume.
    #[test]
    fn gradients_of_a_tetrahedron_are_its_heights() {
        let nodes = [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 8.0]];
        let gradients = tables::C3D4.gradients_at(0, &nodes);
        assert_eq!(gradients.by[0], [-0.5, 0.5, 0.0, 0.0]);
        assert_eq!(gradients.by[1], [-0.25, 0.0, 0.25, 0.0]);
        assert_eq!(gradients.by[2], [-0.125, 0.0, 0.0, 0.125]);
        assert!((gradients.volume - 64.0 / 6.0).abs() < 1e-14);
    }
}
