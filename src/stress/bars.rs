//! Bars in bulk: arrays in, array out, at the speed of the memory.

use pulp::Arch;
use rayon::prelude::*;

/// Bars that one job computes: a hundred kilobytes, few enough that threads end together.
const BARS_PER_JOB: usize = 2048;

/// Stress from the length of a displacement triple, the textbook form
///
/// ```text
/// sigma_i = E_i |d_i| / L_i
/// ```
///
/// `young`, `lengths`, `stress`: one value per bar; `displacements`: x, y, z per bar. It is never negative, and is the axial
/// stress only where `d_i` is the elongation vector of a bar that keeps its direction; see
/// [`axial_stress_into`] for the difference of two ends. Works on the current rayon pool; 48 bytes per bar are moved.
///
/// # Panics
/// When the arrays differ in length.
///
/// ```
/// let mut stress = [0.0];
/// modalsweep::stress::triple_stress_into(&[210e9], &[[3e-4, 0.0, 4e-4]], &[2.0], &mut stress);
/// assert!((stress[0] - 52.5e6).abs() < 1e-6);
/// ```
pub fn triple_stress_into(young: &[f64], displacements: &[[f64; 3]], lengths: &[f64], stress: &mut [f64]) {
    let count = stress.len();
    let fits = young.len() == count && displacements.len() == count && lengths.len() == count;
    assert!(fits, "one value per bar");
    let arch = Arch::new();
    stress
        .par_chunks_mut(BARS_PER_JOB)
        .zip(young.par_chunks(BARS_PER_JOB))
        .zip(displacements.par_chunks(BARS_PER_JOB))
        .zip(lengths.par_chunks(BARS_PER_JOB))
        .for_each(|(((stress, young), displacements), lengths)| {
            arch.dispatch(|| {
                for (((stress, young), [x, y, z]), length) in
                    stress.iter_mut().zip(young).zip(displacements).zip(lengths)
                {
                    *stress = young * (x * x + y * y + z * z).sqrt() / length;
                }
            });
        });
}

/// Axial stress, tension positive, from the displacements `a_i`, `b_i` of the two ends
///
/// ```text
/// sigma_i = E_i t_i' (b_i - a_i) / L_i
/// ```
///
/// `young`, `lengths`, `stress`: one value per bar; `directions`: the unit vector from the first to the second end;
/// `first`, `second`: x, y, z of the ends' displacements. Works on the current rayon pool; 96 bytes per bar are moved.
///
/// # Panics
/// When the arrays differ in length.
pub fn axial_stress_into(
    young: &[f64],
    lengths: &[f64],
    directions: &[[f64; 3]],
    [first, second]: [&[[f64; 3]]; 2],
    stress: &mut [f64],
) {
    let count = stress.len();
    let fits = [young.len(), lengths.len(), directions.len(), first.len(), second.len()];
    assert!(fits.iter().all(|&length| length == count), "one value per bar");
    let arch = Arch::new();
    stress
        .par_chunks_mut(BARS_PER_JOB)
        .zip(young.par_chunks(BARS_PER_JOB).zip(lengths.par_chunks(BARS_PER_JOB)))
        .zip(directions.par_chunks(BARS_PER_JOB))
        .zip(first.par_chunks(BARS_PER_JOB).zip(second.par_chunks(BARS_PER_JOB)))
        .for_each(|(((stress, (young, lengths)), directions), (first, second))| {
            arch.dispatch(|| {
                let ends = first.iter().zip(second);
                let bars = young.iter().zip(lengths).zip(directions).zip(ends);
                for (stress, (((young, length), t), (a, b))) in stress.iter_mut().zip(bars) {
                    *stress = young * along(t, a, b) / length;
                }
            });
        });
}

/// Bars between nodes: what does not change from load case to load case.
///
/// ```
/// use modalsweep::stress::Bars;
/// let bars = Bars::new(&[[0.0; 3], [3.0, 4.0, 0.0]], &[[0, 1]])?;
/// let mut stress = [0.0];
/// bars.stress_into(&[210e9], &[[0.0; 3], [6e-4, 8e-4, 0.0]], &mut stress);
/// assert!((stress[0] - 42e6).abs() < 1e-6);
/// # Ok::<(), modalsweep::stress::StressError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    ends: Vec<[u32; 2]>,
    /// t / L.
    gradients: Vec<[f64; 3]>,
    nodes: usize,
}

impl Bars {
    /// Takes the positions of nodes and the two nodes of each bar.
    ///
    /// # Errors
    /// [`StressError::BarNode`](super::StressError::BarNode), [`StressError::BarLength`](super::StressError::BarLength).
    pub fn new(positions: &[[f64; 3]], ends: &[[u32; 2]]) -> Result<Self, super::StressError> {
        let mut gradients = Vec::with_capacity(ends.len());
        for (bar, &[a, b]) in ends.iter().enumerate() {
            let position = |node: u32| {
                let known = positions.get(node as usize);
                known.ok_or(super::StressError::BarNode { bar, node, nodes: positions.len() })
            };
            let (a, b) = (position(a)?, position(b)?);
            let along: [f64; 3] = std::array::from_fn(|axis| b[axis] - a[axis]);
            let square: f64 = along.iter().map(|value| value * value).sum();
            if !(square > 0.0 && square.is_finite()) {
                return Err(super::StressError::BarLength { bar, length: square.sqrt() });
            }
            gradients.push(along.map(|value| value / square));
        }
        Ok(Self { ends: ends.to_vec(), gradients, nodes: positions.len() })
    }

    /// Number of bars.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no bar.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// sigma = E t'(u_2 - u_1) / L of each bar, tension positive; `young`: one per bar, `displacements`: x, y, z per
    /// node. Works on the current rayon pool.
    ///
    /// # Panics
    /// When there is not one modulus and one stress per bar, and one displacement per node.
    pub fn stress_into(&self, young: &[f64], displacements: &[[f64; 3]], stress: &mut [f64]) {
        assert!(young.len() == self.len() && stress.len() == self.len(), "one value per bar");
        assert_eq!(displacements.len(), self.nodes, "one displacement per node");
        let arch = Arch::new();
        stress
            .par_chunks_mut(BARS_PER_JOB)
            .zip(young.par_chunks(BARS_PER_JOB))
            .zip(self.ends.par_chunks(BARS_PER_JOB))
            .zip(self.gradients.par_chunks(BARS_PER_JOB))
            .for_each(|(((stress, young), ends), gradients)| {
                arch.dispatch(|| {
                    let bars = young.iter().zip(ends).zip(gradients);
                    for (stress, ((young, &[a, b]), gradient)) in stress.iter_mut().zip(bars) {
                        let (a, b) = (&displacements[a as usize], &displacements[b as usize]);
                        *stress = young * along(gradient, a, b);
                    }
                });
            });
    }
}

/// t'(b - a)
#[inline(always)]
fn along(t: &[f64; 3], a: &[f64; 3], b: &[f64; 3]) -> f64 {
    t[0] * (b[0] - a[0]) + t[1] * (b[1] - a[1]) + t[2] * (b[2] - a[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_agree_on_bars_that_only_stretch() {
        let count = 20_000;
        let wave = |k: usize, rate: f64| (k as f64 * rate).sin();
        let positions: Vec<[f64; 3]> = (0..=count).map(|k| [k as f64, wave(k, 0.3), wave(k, 0.7)]).collect();
        let ends: Vec<[u32; 2]> = (0..count as u32).map(|k| [k, k + 1]).collect();
        let difference =
            |k: usize| -> [f64; 3] { std::array::from_fn(|c| positions[k + 1][c] - positions[k][c]) };
        let lengths: Vec<f64> =
            (0..count).map(|k| difference(k).iter().map(|v| v * v).sum::<f64>().sqrt()).collect();
        let directions: Vec<[f64; 3]> = (0..count).map(|k| difference(k).map(|v| v / lengths[k])).collect();
        let young: Vec<f64> = (0..count).map(|k| 2e11 + 1e10 * wave(k, 0.1)).collect();
        // Strain 1e-3 everywhere: u = 1e-3 x.
        let displacements: Vec<[f64; 3]> = positions.iter().map(|x| x.map(|v| 1e-3 * v)).collect();

        let mut by_nodes = vec![0.0; count];
        Bars::new(&positions, &ends).unwrap().stress_into(&young, &displacements, &mut by_nodes);
        let mut by_ends = vec![0.0; count];
        let both = [&displacements[..count], &displacements[1..]];
        axial_stress_into(&young, &lengths, &directions, both, &mut by_ends);
        let mut by_triples = vec![0.0; count];
        let stretch: Vec<[f64; 3]> = (0..count).map(|k| difference(k).map(|v| 1e-3 * v)).collect();
        triple_stress_into(&young, &stretch, &lengths, &mut by_triples);
        for bar in 0..count {
            for stress in [by_nodes[bar], by_ends[bar], by_triples[bar]] {
                // Differences of positions up to 20000 lose up to four digits.
                approx::assert_relative_eq!(stress, 1e-3 * young[bar], max_relative = 1e-11);
            }
        }
    }

    #[test]
    fn bars_that_cannot_be_are_refused() {
        use super::super::StressError;
        let positions = [[0.0; 3], [1.0, 0.0, 0.0]];
        let error = Bars::new(&positions, &[[0, 1], [0, 2]]).unwrap_err();
        assert!(matches!(error, StressError::BarNode { bar: 1, node: 2, nodes: 2 }));
        let error = Bars::new(&positions, &[[1, 1]]).unwrap_err();
        assert!(matches!(error, StressError::BarLength { bar: 0, .. }));
    }
}
