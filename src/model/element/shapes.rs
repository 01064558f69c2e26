//! Shape functions and their natural derivatives, nodes in the order of Abaqus and CalculiX.

/// Natural coordinates of the nodes of hexahedra: corners, then the middles of the edges.
pub(super) const HEXAHEDRON_NODES: [[f64; 3]; 20] = [
    [-1.0, -1.0, -1.0],
    [1.0, -1.0, -1.0],
    [1.0, 1.0, -1.0],
    [-1.0, 1.0, -1.0],
    [-1.0, -1.0, 1.0],
    [1.0, -1.0, 1.0],
    [1.0, 1.0, 1.0],
    [-1.0, 1.0, 1.0],
    [0.0, -1.0, -1.0],
    [1.0, 0.0, -1.0],
    [0.0, 1.0, -1.0],
    [-1.0, 0.0, -1.0],
    [0.0, -1.0, 1.0],
    [1.0, 0.0, 1.0],
    [0.0, 1.0, 1.0],
    [-1.0, 0.0, 1.0],
    [-1.0, -1.0, 0.0],
    [1.0, -1.0, 0.0],
    [1.0, 1.0, 0.0],
    [-1.0, 1.0, 0.0],
];

/// Natural coordinates of the nodes of quadrilaterals.
pub(super) const QUADRILATERAL_NODES: [[f64; 2]; 8] =
    [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]];

/// The corners at the ends of each edge of a tetrahedron, in the order of the nodes 5 to 10.
pub(super) const TETRAHEDRON_EDGES: [[usize; 2]; 6] = [[0, 1], [1, 2], [2, 0], [0, 3], [1, 3], [2, 3]];
const TRIANGLE_EDGES: [[usize; 2]; 3] = [[0, 1], [1, 2], [2, 0]];

/// Values, and derivatives by the `D` natural coordinates.
type Shape<const D: usize, const N: usize> = ([f64; N], [[f64; D]; N]);

/// Linear tetrahedron: the barycentric coordinates 1 - r - s - t, r, s, t.
pub(super) const fn tetrahedron4(at: [f64; 3]) -> Shape<3, 4> {
    let [r, s, t] = at;
    ([1.0 - r - s - t, r, s, t], [[-1.0, -1.0, -1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
}

/// Quadratic tetrahedron: L (2 L - 1) at corners, 4 L_i L_j on edges.
pub(super) const fn tetrahedron10(at: [f64; 3]) -> Shape<3, 10> {
    quadratic_simplex(tetrahedron4(at), &TETRAHEDRON_EDGES)
}

/// Linear triangle: 1 - r - s, r, s.
pub(super) const fn triangle3(at: [f64; 2]) -> Shape<2, 3> {
    let [r, s] = at;
    ([1.0 - r - s, r, s], [[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
}

/// Quadratic triangle.
pub(super) const fn triangle6(at: [f64; 2]) -> Shape<2, 6> {
    quadratic_simplex(triangle3(at), &TRIANGLE_EDGES)
}

const fn quadratic_simplex<const D: usize, const C: usize, const E: usize, const N: usize>(
    linear: Shape<D, C>,
    edges: &[[usize; 2]; E],
) -> Shape<D, N> {
    let (l, slope) = linear;
    let mut values = [0.0; N];
    let mut slopes = [[0.0; D]; N];
    let mut a = 0;
    while a < N {
        let [i, j] = if a < C { [a, a] } else { edges[a - C] };
        let mut d = 0;
        while d < D {
            slopes[a][d] = if a < C {
                (4.0 * l[a] - 1.0) * slope[a][d]
            } else {
                4.0 * (l[i] * slope[j][d] + l[j] * slope[i][d])
            };
            d += 1;
        }
        values[a] = if a < C { l[a] * (2.0 * l[a] - 1.0) } else { 4.0 * l[i] * l[j] };
        a += 1;
    }
    (values, slopes)
}

/// Trilinear hexahedron.
pub(super) const fn hexahedron8(at: [f64; 3]) -> Shape<3, 8> {
    first_order(at, &HEXAHEDRON_NODES)
}

/// Serendipity hexahedron.
pub(super) const fn hexahedron20(at: [f64; 3]) -> Shape<3, 20> {
    serendipity(at, &HEXAHEDRON_NODES)
}

/// Bilinear quadrilateral.
pub(super) const fn quadrilateral4(at: [f64; 2]) -> Shape<2, 4> {
    first_order(at, &QUADRILATERAL_NODES)
}

/// Serendipity quadrilateral.
pub(super) const fn quadrilateral8(at: [f64; 2]) -> Shape<2, 8> {
    serendipity(at, &QUADRILATERAL_NODES)
}

/// prod (1 + c_i x_i) / 2^D at the corners c.
const fn first_order<const D: usize, const A: usize, const N: usize>(
    at: [f64; D],
    nodes: &[[f64; D]; A],
) -> Shape<D, N> {
    let corner_weight = 1.0 / (1_u32 << D) as f64;
    let mut values = [0.0; N];
    let mut slopes = [[0.0; D]; N];
    let mut a = 0;
    while a < N {
        let (product, partial) = product(at, nodes[a]);
        values[a] = corner_weight * product;
        let mut d = 0;
        while d < D {
            slopes[a][d] = corner_weight * partial[d];
            d += 1;
        }
        a += 1;
    }
    (values, slopes)
}

/// Corners c: prod (1 + c_i x_i) (sum c_i x_i - D + 1) / 2^D. Middles of edges: (1 - x_i^2) along the edge,
/// (1 + c_j x_j) / 2 across it.
const fn serendipity<const D: usize, const N: usize>(at: [f64; D], nodes: &[[f64; D]; N]) -> Shape<D, N> {
    let corner_weight = 1.0 / (1_u32 << D) as f64;
    let edge_weight = 2.0 * corner_weight;
    let mut values = [0.0; N];
    let mut slopes = [[0.0; D]; N];
    let mut a = 0;
    while a < N {
        let node = nodes[a];
        let (product, partial) = product(at, node);
        let mut is_corner = true;
        let mut sum = 1.0 - D as f64;
        let mut d = 0;
        while d < D {
            is_corner &= node[d] != 0.0;
            sum += node[d] * at[d];
            d += 1;
        }
        values[a] = if is_corner { corner_weight * product * sum } else { edge_weight * product };
        d = 0;
        while d < D {
            slopes[a][d] = if is_corner {
                corner_weight * (partial[d] * sum + product * node[d])
            } else {
                edge_weight * partial[d]
            };
            d += 1;
        }
        a += 1;
    }
    (values, slopes)
}

/// Product of (1 + c_i x_i), or (1 - x_i^2) where c_i is zero, and its derivatives.
const fn product<const D: usize>(at: [f64; D], node: [f64; D]) -> (f64, [f64; D]) {
    let mut product = 1.0;
    let mut partial = [1.0; D];
    let mut i = 0;
    while i < D {
        let (x, c) = (at[i], node[i]);
        let (factor, slope) = if c == 0.0 { (1.0 - x * x, -2.0 * x) } else { (1.0 + c * x, c) };
        let mut d = 0;
        while d < D {
            partial[d] *= if d == i { slope } else { factor };
            d += 1;
        }
        product *= factor;
        i += 1;
    }
    (product, partial)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Partition of unity, one at the own node and zero at the others, slopes by central differences (exact for
    /// polynomials of degree 2 in each coordinate but for rounding).
    fn check<const D: usize, const N: usize>(
        name: &str,
        nodes: &[[f64; D]],
        shape: impl Fn([f64; D]) -> Shape<D, N>,
        inside: [f64; D],
    ) {
        assert_eq!(nodes.len(), N, "{name}");
        for (a, node) in nodes.iter().enumerate() {
            for (b, value) in shape(*node).0.iter().enumerate() {
                assert_eq!(*value, f64::from(a == b), "{name}: function {b} at node {a}");
            }
        }
        let (values, slopes) = shape(inside);
        assert!((values.iter().sum::<f64>() - 1.0).abs() < 1e-15, "{name}");
        for d in 0..D {
            assert!(slopes.iter().map(|slope| slope[d]).sum::<f64>().abs() < 1e-15, "{name}");
            let moved = |step: f64| {
                let mut at = inside;
                at[d] += step;
                shape(at).0
            };
            let (ahead, behind) = (moved(0.125), moved(-0.125));
            for a in 0..N {
                let difference = (ahead[a] - behind[a]) / 0.25;
                assert!((difference - slopes[a][d]).abs() < 1e-14, "{name}: slope {d} of function {a}");
            }
        }
    }

    fn simplex_nodes<const D: usize>(edges: &[[usize; 2]]) -> Vec<[f64; D]> {
        let mut nodes = vec![[0.0; D]; D + 1];
        for d in 0..D {
            nodes[d + 1][d] = 1.0;
        }
        let middles = edges
            .iter()
            .map(|[i, j]| std::array::from_fn(|d| 0.5 * (nodes[*i][d] + nodes[*j][d])))
            .collect::<Vec<_>>();
        nodes.extend(middles);
        nodes
    }

    #[test]
    fn interpolate_at_nodes_and_have_the_right_slopes() {
        let (solid, face) = ([0.21, 0.33, 0.17], [0.21, 0.33]);
        check("tetrahedron4", &simplex_nodes(&[]), tetrahedron4, solid);
        check("tetrahedron10", &simplex_nodes(&TETRAHEDRON_EDGES), tetrahedron10, solid);
        check("triangle3", &simplex_nodes(&[]), triangle3, face);
        check("triangle6", &simplex_nodes(&TRIANGLE_EDGES), triangle6, face);
        let (solid, face) = ([0.31, -0.62, 0.45], [0.31, -0.62]);
        check("hexahedron8", &HEXAHEDRON_NODES[..8], hexahedron8, solid);
        check("hexahedron20", &HEXAHEDRON_NODES, hexahedron20, solid);
        check("quadrilateral4", &QUADRILATERAL_NODES[..4], quadrilateral4, face);
        check("quadrilateral8", &QUADRILATERAL_NODES, quadrilateral8, face);
    }
}
