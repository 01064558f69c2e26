//! Stiffness, mass and volume of solids.
//!
//! With the Lame constants lambda and mu and the gradients g_a of the shape functions, the stiffness of an isotropic
//! solid needs nothing but the sums `G_ab = sum_p w det J g_a g_b'`:
//!
//! ```text
//! K_ab = lambda G_ab + mu G_ab' + mu tr(G_ab) I
//! ```

use super::isoparametric::Isoparametric;

/// Lame's constants of an isotropic solid: `sigma = lambda tr(eps) I + 2 mu eps`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lame {
    /// `E nu / ((1 + nu) (1 - 2 nu))`
    pub lambda: f64,
    /// The shear modulus `E / (2 (1 + nu))`.
    pub mu: f64,
}

impl Lame {
    /// From Young's modulus and Poisson's ratio.
    pub fn new(young: f64, poisson: f64) -> Self {
        let mu = young / (2.0 * (1.0 + poisson));
        Self { lambda: 2.0 * mu * poisson / (1.0 - 2.0 * poisson), mu }
    }

    /// The constants without the resistance to changes of volume, and that resistance: the bulk modulus.
    fn split(self) -> (Self, f64) {
        (Self { lambda: -2.0 / 3.0 * self.mu, mu: self.mu }, self.lambda + 2.0 / 3.0 * self.mu)
    }
}

/// Entries `[i][j][a][b]` of the sums G_ab, of which those with i <= j are kept: the others are their transposes.
struct Sums<const N: usize> {
    xx: [[f64; N]; N],
    yy: [[f64; N]; N],
    zz: [[f64; N]; N],
    xy: [[f64; N]; N],
    xz: [[f64; N]; N],
    yz: [[f64; N]; N],
    /// sum_p w det J g_a.
    mean: [[f64; 3]; N],
    volume: f64,
}

#[inline(always)]
fn sums<const N: usize, const P: usize>(table: &Isoparametric<N, P>, nodes: &[[f64; 3]; N]) -> Sums<N> {
    let zero = [[0.0; N]; N];
    let mut sums =
        Sums { xx: zero, yy: zero, zz: zero, xy: zero, xz: zero, yz: zero, mean: [[0.0; 3]; N], volume: 0.0 };
    for point in 0..P {
        let gradients = table.gradients_at(point, nodes);
        let [gx, gy, gz] = &gradients.by;
        let weight = gradients.volume;
        sums.volume += weight;
        for a in 0..N {
            let (x, y, z) = (weight * gx[a], weight * gy[a], weight * gz[a]);
            for b in 0..N {
                sums.xx[a][b] += x * gx[b];
                sums.yy[a][b] += y * gy[b];
                sums.zz[a][b] += z * gz[b];
                sums.xy[a][b] += x * gy[b];
                sums.xz[a][b] += x * gz[b];
                sums.yz[a][b] += y * gz[b];
            }
            for (sum, term) in sums.mean[a].iter_mut().zip([x, y, z]) {
                *sum += term;
            }
        }
    }
    sums
}

/// The stiffness from the sums.
#[inline(always)]
fn write_stiffness<const N: usize>(sums: &Sums<N>, lame: Lame, matrix: &mut [f64]) {
    let Lame { lambda, mu } = lame;
    let size = 3 * N;
    let matrix = &mut matrix[..size * size];
    for a in 0..N {
        for b in a..N {
            let direct = [sums.xx[a][b], sums.yy[a][b], sums.zz[a][b]];
            let trace = mu * (direct[0] + direct[1] + direct[2]);
            let at = 3 * a * size + 3 * b;
            for i in 0..3 {
                matrix[at + i * size + i] = (lambda + mu) * direct[i] + trace;
            }
            for (i, j, sum) in [(0, 1, &sums.xy), (0, 2, &sums.xz), (1, 2, &sums.yz)] {
                let (upper, lower) = (sum[a][b], sum[b][a]);
                matrix[at + i * size + j] = lambda * upper + mu * lower;
                matrix[at + j * size + i] = lambda * lower + mu * upper;
            }
        }
    }
    mirror(matrix, size);
}

/// Fills the lower triangle from the upper one, so that the two are equal to the last bit.
#[inline(always)]
pub(super) fn mirror(matrix: &mut [f64], size: usize) {
    for row in 1..size {
        for column in 0..row {
            matrix[row * size + column] = matrix[column * size + row];
        }
    }
}

/// K integrated with the points of the table.
#[inline]
pub(super) fn stiffness_into<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
    lame: Lame,
    matrix: &mut [f64],
) {
    write_stiffness(&sums(table, nodes), lame, matrix);
}

/// K where the change of volume is taken as its mean over the element, so that elements with first-order shape
/// functions don't lock in nearly incompressible material ("selectively reduced integration", T. J. R. Hughes,
/// Int. J. Numer. Meth. Engng. 15, 1980, doi:10.1002/nme.1620150914; mean dilatation of J. C. Nagtegaal, D. M. Parks and
/// J. R. Rice, Comput. Methods Appl. Mech. Engrg. 4, 1974, doi:10.1016/0045-7825(74)90032-2).
///
/// With the bulk modulus k and s_a = sum_p w det J g_a, `K_ab = K_ab(deviator) + k / V s_a s_b'`.
#[inline]
pub(super) fn mean_dilatation_stiffness_into<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
    lame: Lame,
    matrix: &mut [f64],
) {
    let sums = sums(table, nodes);
    let (deviator, bulk) = lame.split();
    write_stiffness(&sums, deviator, matrix);
    let (size, factor) = (3 * N, bulk / sums.volume);
    let mean = sums.mean.as_flattened();
    for (row, left) in matrix.chunks_exact_mut(size).zip(mean) {
        for (entry, right) in row.iter_mut().zip(mean) {
            *entry += factor * left * right;
        }
    }
    mirror(matrix, size);
}

/// Integral of N_a N_b.
#[inline(always)]
fn products<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
) -> [[f64; N]; N] {
    let mut products = [[0.0; N]; N];
    for point in 0..P {
        let weight = table.weights[point] * table.determinant(point, nodes);
        let shape = &table.shape[point];
        for a in 0..N {
            let left = weight * shape[a];
            for b in 0..N {
                products[a][b] += left * shape[b];
            }
        }
    }
    products
}

/// `M = density * integral N' N dV` with the points of the table, upper triangle mirrored.
#[inline]
pub(super) fn mass_into<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
    density: f64,
    matrix: &mut [f64],
) {
    let products = products(table, nodes);
    let size = 3 * N;
    matrix.fill(0.0);
    for a in 0..N {
        for b in 0..N {
            let entry = density * if a <= b { products[a][b] } else { products[b][a] };
            for i in 0..3 {
                matrix[(3 * a + i) * size + 3 * b + i] = entry;
            }
        }
    }
}

/// Each node gets what its shape function carries, integral of rho N_a dV: the row sums of the consistent mass.
#[inline]
pub(super) fn row_sum_mass_into<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
    density: f64,
    matrix: &mut [f64],
) {
    write_diagonal(&weights(table, nodes), density, matrix);
}

/// The diagonal of the consistent mass, scaled so that the whole mass is kept (E. Hinton, T. Rock and O. C. Zienkiewicz,
/// Earthquake Engng. Struct. Dyn. 4, 1976, doi:10.1002/eqe.4290040305). The row sums of quadratic elements are
/// negative at corners; these are not.
#[inline]
pub(super) fn scaled_diagonal_mass_into<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
    density: f64,
    matrix: &mut [f64],
) {
    let products = products(table, nodes);
    let mut diagonal = [0.0; N];
    for a in 0..N {
        diagonal[a] = products[a][a];
    }
    let scale = volume(table, nodes) / diagonal.iter().sum::<f64>();
    write_diagonal(&diagonal, density * scale, matrix);
}

fn write_diagonal<const N: usize>(diagonal: &[f64; N], factor: f64, matrix: &mut [f64]) {
    matrix.fill(0.0);
    for (a, entry) in diagonal.iter().enumerate() {
        for i in 0..3 {
            matrix[(3 * a + i) * (3 * N + 1)] = factor * entry;
        }
    }
}

/// Integral of N_a.
#[inline]
pub(super) fn weights<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
) -> [f64; N] {
    let mut weights = [0.0; N];
    for point in 0..P {
        let weight = table.weights[point] * table.determinant(point, nodes);
        for (sum, value) in weights.iter_mut().zip(&table.shape[point]) {
            *sum += weight * value;
        }
    }
    weights
}

/// Integral of 1.
#[inline]
pub(super) fn volume<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
) -> f64 {
    (0..P).map(|point| table.weights[point] * table.determinant(point, nodes)).sum()
}

/// The smallest det J at the points; NaN where one is not a number.
#[inline]
pub(super) fn smallest_determinant<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
) -> f64 {
    // Not f64::min, which passes over NaN.
    let smaller = |a: f64, b: f64| if a.is_nan() || a < b { a } else { b };
    (0..P).map(|point| table.determinant(point, nodes)).fold(f64::INFINITY, smaller)
}
