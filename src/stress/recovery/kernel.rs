//! The kernel: some elements, all cases of a pack.
//!
//! ```text
//! H = sum_a u_a g_a',   g_a = J^-T dN_a/dxi,   sigma = lambda tr(H) I + mu (H + H')
//! ```
//!
//! The gradients g_a of several elements are found at once, one element in each lane; then the lanes are load cases.
//! A case has the same operations in each lane, so that its stresses do not depend on its neighbours.

use pulp::{Simd, WithSimd};

use super::displacements::Packed;
use crate::eigen::lanes::{Lanes, MAX_LANES, Real};
use crate::model::Isoparametric;

/// How the volumetric strain is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dilatation {
    /// At each point by itself.
    Local,
    /// The mean over the element's volume (selectively reduced integration, B-bar).
    Mean,
}

/// Elements of one block and what they are made of.
pub(super) struct Recover<'a, const N: usize, const P: usize> {
    pub tables: &'static Isoparametric<N, P>,
    pub dilatation: Dilatation,
    /// Lame's constants.
    pub lambda: f64,
    pub mu: f64,
    pub positions: &'a [[f64; 3]],
    /// Node indices, N for each element.
    pub nodes: &'a [u32],
    pub displacements: &'a Packed,
    /// Component c at point p of element e in lane l of group g: `[(((g * E + e) * P + p) * 6 + c) * lanes + l]`.
    pub stresses: &'a mut [f64],
}

/// Gradients of the shape functions at one point, in lanes.
type Gradients<S, const N: usize> = [[Real<S>; 3]; N];

impl<const N: usize, const P: usize> WithSimd for Recover<'_, N, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let v = Lanes(simd);
        assert_eq!(self.displacements.lanes, Lanes::<S>::COUNT, "packed for this instruction set");
        let elements = self.nodes.len() / N;
        for first in (0..elements).step_by(Lanes::<S>::COUNT) {
            let count = Lanes::<S>::COUNT.min(elements - first);
            let coordinates = gather(v, self.positions, &self.nodes[first * N..(first + count) * N]);
            let mut mean = [[[0.0; MAX_LANES]; 3]; N];
            if self.dilatation == Dilatation::Mean {
                store(v, &mean_gradients(v, self.tables, &coordinates), &mut mean);
            }
            for point in 0..P {
                let (gradients, _) = gradients(v, &self.tables.gradients[point], &coordinates);
                let mut own = [[[0.0; MAX_LANES]; 3]; N];
                store(v, &gradients, &mut own);
                for lane in 0..count {
                    let element = first + lane;
                    let nodes: &[u32; N] =
                        self.nodes[element * N..(element + 1) * N].try_into().expect("N nodes");
                    for group in 0..self.displacements.groups() {
                        let packed = self.displacements.group(group);
                        let mut stress =
                            hooke(v, self.lambda, self.mu, &gradient(v, packed, nodes, &own, lane));
                        if self.dilatation == Dilatation::Mean {
                            let trace =
                                |of: &[[[f64; MAX_LANES]; 3]; N]| divergence(v, packed, nodes, of, lane);
                            // (lambda + 2 mu / 3) (mean trace - trace)
                            let bulk = v.splat(self.lambda + self.mu * (2.0 / 3.0));
                            let more = v.mul(bulk, v.sub(trace(&mean), trace(&own)));
                            stress[..3].iter_mut().for_each(|normal| *normal = v.add(*normal, more));
                        }
                        let at = ((group * elements + element) * P + point) * 6 * Lanes::<S>::COUNT;
                        let out = &mut self.stresses[at..at + 6 * Lanes::<S>::COUNT];
                        out.copy_from_slice(v.all_numbers(&stress));
                    }
                }
            }
        }
    }
}

/// Node coordinates of up to as many elements as there are lanes; the last one fills the lanes that are left.
#[inline(always)]
fn gather<S: Simd, const N: usize>(v: Lanes<S>, positions: &[[f64; 3]], nodes: &[u32]) -> [[Real<S>; 3]; N] {
    let last = nodes.len() / N - 1;
    std::array::from_fn(|a| {
        let mut lanes = [[0.0; MAX_LANES]; 3];
        for lane in 0..Lanes::<S>::COUNT {
            let position = positions[nodes[lane.min(last) * N + a] as usize];
            for axis in 0..3 {
                lanes[axis][lane] = position[axis];
            }
        }
        std::array::from_fn(|axis| v.load(&lanes[axis]))
    })
}

/// Gradients by x, y, z, and the determinant of the Jacobian.
#[inline(always)]
fn gradients<S: Simd, const N: usize>(
    v: Lanes<S>,
    natural: &[[f64; 3]; N],
    coordinates: &[[Real<S>; 3]; N],
) -> (Gradients<S, N>, Real<S>) {
    // j[k][c] = dx_c / dxi_k
    let mut j = [[v.zero(); 3]; 3];
    for a in 0..N {
        for k in 0..3 {
            let derivative = v.splat(natural[a][k]);
            for c in 0..3 {
                j[k][c] = v.fma(coordinates[a][c], derivative, j[k][c]);
            }
        }
    }
    let minor = |r: [usize; 2], c: [usize; 2]| {
        v.fnma(j[r[0]][c[1]], j[r[1]][c[0]], v.mul(j[r[0]][c[0]], j[r[1]][c[1]]))
    };
    const OTHERS: [[usize; 2]; 3] = [[1, 2], [2, 0], [0, 1]];
    // Cofactors: the inverse of J has cofactor[k][c] / det at (c, k).
    let cofactor: [[Real<S>; 3]; 3] =
        std::array::from_fn(|k| std::array::from_fn(|c| minor(OTHERS[k], OTHERS[c])));
    let det = v.fma(j[0][0], cofactor[0][0], v.fma(j[0][1], cofactor[0][1], v.mul(j[0][2], cofactor[0][2])));
    let scale = v.div(v.splat(1.0), det);
    let inverse = cofactor.map(|row| row.map(|value| v.mul(value, scale)));
    let gradients = std::array::from_fn(|a| {
        let [x, y, z] = natural[a].map(|value| v.splat(value));
        std::array::from_fn(|c| v.fma(x, inverse[0][c], v.fma(y, inverse[1][c], v.mul(z, inverse[2][c]))))
    });
    (gradients, det)
}

/// integral g dV / V
#[inline(always)]
fn mean_gradients<S: Simd, const N: usize, const P: usize>(
    v: Lanes<S>,
    tables: &Isoparametric<N, P>,
    coordinates: &[[Real<S>; 3]; N],
) -> Gradients<S, N> {
    let mut volume = v.zero();
    let mut sum = [[v.zero(); 3]; N];
    for point in 0..P {
        let (own, det) = gradients(v, &tables.gradients[point], coordinates);
        let weight = v.mul(det, v.splat(tables.weights[point]));
        volume = v.add(volume, weight);
        for a in 0..N {
            for c in 0..3 {
                sum[a][c] = v.fma(own[a][c], weight, sum[a][c]);
            }
        }
    }
    let scale = v.div(v.splat(1.0), volume);
    sum.map(|row| row.map(|value| v.mul(value, scale)))
}

#[inline(always)]
fn store<S: Simd, const N: usize>(
    v: Lanes<S>,
    gradients: &Gradients<S, N>,
    out: &mut [[[f64; MAX_LANES]; 3]; N],
) {
    for a in 0..N {
        for c in 0..3 {
            out[a][c][..Lanes::<S>::COUNT].copy_from_slice(v.numbers(&gradients[a][c]));
        }
    }
}

/// H[c][d] = du_c / dx_d of one element, the lanes being cases.
#[inline(always)]
fn gradient<S: Simd, const N: usize>(
    v: Lanes<S>,
    packed: &[f64],
    nodes: &[u32; N],
    gradients: &[[[f64; MAX_LANES]; 3]; N],
    lane: usize,
) -> [[Real<S>; 3]; 3] {
    let count = Lanes::<S>::COUNT;
    let mut h = [[v.zero(); 3]; 3];
    for a in 0..N {
        let own = &packed[nodes[a] as usize * 3 * count..][..3 * count];
        let g: [Real<S>; 3] = std::array::from_fn(|d| v.splat(gradients[a][d][lane]));
        for c in 0..3 {
            let u = v.load(&own[c * count..]);
            for d in 0..3 {
                h[c][d] = v.fma(u, g[d], h[c][d]);
            }
        }
    }
    h
}

/// tr(H), with gradients at a point or their means.
#[inline(always)]
fn divergence<S: Simd, const N: usize>(
    v: Lanes<S>,
    packed: &[f64],
    nodes: &[u32; N],
    gradients: &[[[f64; MAX_LANES]; 3]; N],
    lane: usize,
) -> Real<S> {
    let count = Lanes::<S>::COUNT;
    let mut sums = [v.zero(); 3];
    for a in 0..N {
        let own = &packed[nodes[a] as usize * 3 * count..][..3 * count];
        for c in 0..3 {
            sums[c] = v.fma(v.load(&own[c * count..]), v.splat(gradients[a][c][lane]), sums[c]);
        }
    }
    v.add(v.add(sums[0], sums[1]), sums[2])
}

/// xx, yy, zz, xy, yz, zx
#[inline(always)]
fn hooke<S: Simd>(v: Lanes<S>, lambda: f64, mu: f64, h: &[[Real<S>; 3]; 3]) -> [Real<S>; 6] {
    let (mu, twice) = (v.splat(mu), v.splat(2.0 * mu));
    let volumetric = v.mul(v.splat(lambda), v.add(v.add(h[0][0], h[1][1]), h[2][2]));
    let shear = |c: usize, d: usize| v.mul(mu, v.add(h[c][d], h[d][c]));
    [
        v.fma(twice, h[0][0], volumetric),
        v.fma(twice, h[1][1], volumetric),
        v.fma(twice, h[2][2], volumetric),
        shear(0, 1),
        shear(1, 2),
        shear(2, 0),
    ]
}
