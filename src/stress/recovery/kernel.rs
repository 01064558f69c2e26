//! The kernel: some elements, all cases of a pack.
//!
//! ```text
//! H = sum_a u_a g_a',   g_a = J^-T dN_a/dxi,   sigma = lambda tr(H) I + mu (H + H')
//! ```
//!
//! The gradients g_a of several elements are found at once, one element in each lane. Where there are cases for all lanes
//! the lanes are cases from then on; a few cases that are left go on with elements in the lanes. Both ways do the same
//! operations in the same order, so that the stresses of a case do not depend on its neighbours.

#![allow(clippy::needless_range_loop)] // nodes and components read best by their numbers

use pulp::{Simd, WithSimd};

use super::displacements::{MOST_SINGLES, Packed};
use super::job::JobBuffers;
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
    pub stresses: JobBuffers<'a>,
}

/// Gradients of the shape functions at one point, in lanes.
type Gradients<S, const N: usize> = [[Real<S>; 3]; N];

// Closures and `array::from_fn` are not compiled for the vector unit: loops only, from here on.
impl<const N: usize, const P: usize> WithSimd for Recover<'_, N, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let v = Lanes(simd);
        assert_eq!(self.displacements.lanes, Lanes::<S>::COUNT, "packed for this instruction set");
        let (elements, lanes) = (self.nodes.len() / N, Lanes::<S>::COUNT);
        for first in (0..elements).step_by(lanes) {
            let count = lanes.min(elements - first);
            let coordinates = gather(v, self.positions, &self.nodes[first * N..(first + count) * N]);
            let mut mean_lanes = [[v.zero(); 3]; N];
            let mut mean = [[[0.0; MAX_LANES]; 3]; N];
            if self.dilatation == Dilatation::Mean {
                mean_lanes = mean_gradients(v, self.tables, &coordinates);
                store(v, &mean_lanes, &mut mean);
            }
            let mut singles = [[[v.zero(); 3]; N]; MOST_SINGLES];
            for single in 0..self.displacements.singles {
                let (moved, _) = self.displacements.single(single).as_chunks();
                singles[single] = gather(v, moved, &self.nodes[first * N..(first + count) * N]);
            }
            for point in 0..P {
                let (gradients, _) = gradients(v, &self.tables.gradients[point], &coordinates);
                for single in 0..self.displacements.singles {
                    let stress = self.stress_of_single(v, &singles[single], &gradients, &mean_lanes);
                    let at = ((single * elements.div_ceil(lanes) + first / lanes) * P + point) * 6 * lanes;
                    self.stresses.singles[at..at + 6 * lanes].copy_from_slice(v.all_numbers(&stress));
                }
                if self.displacements.groups == 0 {
                    continue;
                }
                let mut own = [[[0.0; MAX_LANES]; 3]; N];
                store(v, &gradients, &mut own);
                // Two groups at once where there are registers for them: then each gradient is loaded for both.
                let pairs = if lanes == MAX_LANES { self.displacements.groups / 2 } else { 0 };
                for pair in 0..pairs {
                    for lane in 0..count {
                        self.group_stresses::<S, 2>(v, 2 * pair, [first + lane, point, lane], [&own, &mean]);
                    }
                }
                for group in 2 * pairs..self.displacements.groups {
                    for lane in 0..count {
                        self.group_stresses::<S, 1>(v, group, [first + lane, point, lane], [&own, &mean]);
                    }
                }
            }
        }
    }
}

impl<const N: usize, const P: usize> Recover<'_, N, P> {
    /// One case, the lanes being elements.
    #[inline(always)]
    fn stress_of_single<S: Simd>(
        &self,
        v: Lanes<S>,
        u: &[[Real<S>; 3]; N],
        own: &Gradients<S, N>,
        mean: &Gradients<S, N>,
    ) -> [Real<S>; 6] {
        let mut h = [[v.zero(); 3]; 3];
        for a in 0..N {
            for c in 0..3 {
                for d in 0..3 {
                    h[c][d] = v.fma(u[a][c], own[a][d], h[c][d]);
                }
            }
        }
        let volumetric = volumetric(v, self.lambda, &h);
        if self.dilatation == Dilatation::Local {
            return hooke(v, volumetric, self.mu, &h);
        }
        let mut traces = [v.zero(); 2];
        for (trace, gradients) in traces.iter_mut().zip([own, mean]) {
            let mut sums = [v.zero(); 3];
            for a in 0..N {
                for c in 0..3 {
                    sums[c] = v.fma(u[a][c], gradients[a][c], sums[c]);
                }
            }
            *trace = v.add(v.add(sums[0], sums[1]), sums[2]);
        }
        hooke(v, self.with_mean(v, volumetric, traces), self.mu, &h)
    }

    /// One element in G groups, the lanes being cases.
    #[inline(always)]
    fn group_stresses<S: Simd, const G: usize>(
        &mut self,
        v: Lanes<S>,
        first_group: usize,
        [element, point, lane]: [usize; 3],
        [own, mean]: [&[[[f64; MAX_LANES]; 3]; N]; 2],
    ) {
        let lanes = Lanes::<S>::COUNT;
        let elements = self.nodes.len() / N;
        let nodes = &self.nodes[element * N..(element + 1) * N];
        let mut packed: [&[f64]; G] = [&[]; G];
        for g in 0..G {
            packed[g] = self.displacements.group(first_group + g);
        }
        let h = gradient(v, packed, nodes, own, lane);
        for g in 0..G {
            let mut volumetric = volumetric(v, self.lambda, &h[g]);
            if self.dilatation == Dilatation::Mean {
                let local = divergence(v, packed[g], nodes, own, lane);
                let traces = [local, divergence(v, packed[g], nodes, mean, lane)];
                volumetric = self.with_mean(v, volumetric, traces);
            }
            let stress = hooke(v, volumetric, self.mu, &h[g]);
            let at = (((first_group + g) * elements + element) * P + point) * 6 * lanes;
            self.stresses.groups[at..at + 6 * lanes].copy_from_slice(v.all_numbers(&stress));
        }
    }

    /// Adds (lambda + 2 mu / 3) (mean trace - trace): the deviator keeps the trace of the point.
    #[inline(always)]
    fn with_mean<S: Simd>(&self, v: Lanes<S>, volumetric: Real<S>, [own, mean]: [Real<S>; 2]) -> Real<S> {
        let bulk = v.splat(self.lambda + self.mu * (2.0 / 3.0));
        v.fma(bulk, v.sub(mean, own), volumetric)
    }
}

/// lambda tr(H)
#[inline(always)]
fn volumetric<S: Simd>(v: Lanes<S>, lambda: f64, h: &[[Real<S>; 3]; 3]) -> Real<S> {
    v.mul(v.splat(lambda), v.add(v.add(h[0][0], h[1][1]), h[2][2]))
}

/// Coordinates, or displacements, of the nodes of up to as many elements as there are lanes; the last one fills the lanes that are left.
#[inline(always)]
fn gather<S: Simd, const N: usize>(v: Lanes<S>, positions: &[[f64; 3]], nodes: &[u32]) -> [[Real<S>; 3]; N] {
    let last = nodes.len() / N - 1;
    let mut coordinates = [[v.zero(); 3]; N];
    for a in 0..N {
        let mut lanes = [[0.0; MAX_LANES]; 3];
        for lane in 0..Lanes::<S>::COUNT {
            let position = positions[nodes[lane.min(last) * N + a] as usize];
            for axis in 0..3 {
                lanes[axis][lane] = position[axis];
            }
        }
        for axis in 0..3 {
            coordinates[a][axis] = v.load(&lanes[axis]);
        }
    }
    coordinates
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
    // Cofactors: the inverse of J has cofactor[k][c] / det at (c, k).
    let mut cofactor = [[v.zero(); 3]; 3];
    for k in 0..3 {
        let (r, s) = ((k + 1) % 3, (k + 2) % 3);
        for c in 0..3 {
            let (d, e) = ((c + 1) % 3, (c + 2) % 3);
            cofactor[k][c] = v.fnma(j[r][e], j[s][d], v.mul(j[r][d], j[s][e]));
        }
    }
    let det = v.fma(j[0][0], cofactor[0][0], v.fma(j[0][1], cofactor[0][1], v.mul(j[0][2], cofactor[0][2])));
    let scale = v.div(v.splat(1.0), det);
    for k in 0..3 {
        for c in 0..3 {
            cofactor[k][c] = v.mul(cofactor[k][c], scale);
        }
    }
    let mut gradients = [[v.zero(); 3]; N];
    for a in 0..N {
        let (x, y, z) = (v.splat(natural[a][0]), v.splat(natural[a][1]), v.splat(natural[a][2]));
        for c in 0..3 {
            gradients[a][c] = v.fma(x, cofactor[0][c], v.fma(y, cofactor[1][c], v.mul(z, cofactor[2][c])));
        }
    }
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
    for a in 0..N {
        for c in 0..3 {
            sum[a][c] = v.mul(sum[a][c], scale);
        }
    }
    sum
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

/// H[c][d] = du_c / dx_d of one element in G groups, the lanes being cases.
#[inline(always)]
fn gradient<S: Simd, const N: usize, const G: usize>(
    v: Lanes<S>,
    packed: [&[f64]; G],
    nodes: &[u32],
    gradients: &[[[f64; MAX_LANES]; 3]; N],
    lane: usize,
) -> [[[Real<S>; 3]; 3]; G] {
    let count = Lanes::<S>::COUNT;
    let mut h = [[[v.zero(); 3]; 3]; G];
    for a in 0..N {
        let first = nodes[a] as usize * 3 * count;
        let x = v.splat(gradients[a][0][lane]);
        let y = v.splat(gradients[a][1][lane]);
        let z = v.splat(gradients[a][2][lane]);
        for g in 0..G {
            let own = &packed[g][first..first + 3 * count];
            for c in 0..3 {
                let u = v.load(&own[c * count..]);
                h[g][c][0] = v.fma(u, x, h[g][c][0]);
                h[g][c][1] = v.fma(u, y, h[g][c][1]);
                h[g][c][2] = v.fma(u, z, h[g][c][2]);
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
    nodes: &[u32],
    gradients: &[[[f64; MAX_LANES]; 3]; N],
    lane: usize,
) -> Real<S> {
    let count = Lanes::<S>::COUNT;
    let mut sums = [v.zero(); 3];
    for a in 0..N {
        let first = nodes[a] as usize * 3 * count;
        let own = &packed[first..first + 3 * count];
        for c in 0..3 {
            sums[c] = v.fma(v.load(&own[c * count..]), v.splat(gradients[a][c][lane]), sums[c]);
        }
    }
    v.add(v.add(sums[0], sums[1]), sums[2])
}

/// xx, yy, zz, xy, yz, zx
#[inline(always)]
fn hooke<S: Simd>(v: Lanes<S>, volumetric: Real<S>, mu: f64, h: &[[Real<S>; 3]; 3]) -> [Real<S>; 6] {
    let (mu, twice) = (v.splat(mu), v.splat(2.0 * mu));
    [
        v.fma(twice, h[0][0], volumetric),
        v.fma(twice, h[1][1], volumetric),
        v.fma(twice, h[2][2], volumetric),
        v.mul(mu, v.add(h[0][1], h[1][0])),
        v.mul(mu, v.add(h[1][2], h[2][1])),
        v.mul(mu, v.add(h[2][0], h[0][2])),
    ]
}
