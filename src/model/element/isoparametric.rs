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
