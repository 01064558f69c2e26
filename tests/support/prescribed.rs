//! Sparse pairs whose eigenvalues and shapes are known exactly: K = X' D X, M = X' E X with diagonal D, E.
//!
//! X is a product of sparse matrices of small integers and all arithmetic is of integers that fit a double, so that
//! K and M are exact, however close two eigenvalues may be. The shape of mode i is X^-1 e_i: X applied to a computed
//! shape shows at which modes it has a part.

use std::collections::BTreeMap;

use faer::Mat;

use super::pencil::{Pencil, of_entries};
use super::random::Random;

/// One of an integer eigenvalue.
pub const ONE: i64 = 1 << 30;

/// A motion of the pair, in integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// An eigenvalue, in units of `1 / ONE`; below 2^37.
    Finite(i64),
    /// Stiffness without mass.
    Infinite,
    /// Neither stiffness nor mass.
    Loose,
}

/// Steps of the transformation: each mixes DOFs in pairs.
const STAGES: usize = 3;

/// A pair and what it was made of.
pub struct Prescribed {
    pub pencil: Pencil,
    /// The finite eigenvalues, ascending.
    pub spectrum: Vec<f64>,
    /// The motion of each row of `rows`.
    motions: Vec<Motion>,
    /// E.
    masses: Vec<i64>,
    /// Rows of X, integers in units of 2^-STAGES.
    rows: Vec<BTreeMap<usize, i64>>,
}

impl Prescribed {
    /// Masses 1, 2 and 4; X of condition below 5, eight entries in a row.
    pub fn new(seed: u64, motions: &[Motion]) -> Self {
        let mut random = Random(seed);
        let n = motions.len();
        let mut rows: Vec<BTreeMap<usize, i64>> = (0..n).map(|i| BTreeMap::from([(i, 1)])).collect();
        for _ in 0..STAGES {
            let stage = stage(&mut random, n);
            rows.iter_mut().for_each(|row| *row = product(row, &stage));
        }
        let masses: Vec<i64> = (0..n).map(|_| 1 << (1.5 + 1.5 * random.uniform()) as u32).collect();
        let masses: Vec<i64> = masses
            .into_iter()
            .zip(motions)
            .map(|(mass, motion)| if matches!(motion, Motion::Finite(_)) { mass } else { 0 })
            .collect();
        let stiffnesses = motions.iter().zip(&masses).map(|(motion, mass)| match motion {
            Motion::Finite(eigenvalue) => eigenvalue * mass,
            Motion::Infinite => ONE,
            Motion::Loose => 0,
        });
        let scale = 4f64.powi(-(STAGES as i32));
        let k = congruence(&rows, &stiffnesses.collect::<Vec<_>>(), scale / ONE as f64);
        let m = congruence(&rows, &masses, scale);
        let finite = motions.iter().filter_map(|motion| match motion {
            Motion::Finite(eigenvalue) => Some(*eigenvalue as f64 / ONE as f64),
            _ => None,
        });
        let mut spectrum: Vec<f64> = finite.collect();
        spectrum.sort_by(f64::total_cmp);
        Self { pencil: Pencil { k, m }, spectrum, motions: motions.to_vec(), masses, rows }
    }

    /// For each shape the M-norm of its part outside the modes with eigenvalues within `reach` of its own.
    pub fn strangers(&self, eigenvalues: &[f64], shapes: &Mat<f64>, reach: f64) -> Vec<f64> {
        let part = |mode: usize, at: usize| {
            let sum: f64 = self.rows[at].iter().map(|(&dof, &x)| x as f64 * shapes[(dof, mode)]).sum();
            self.masses[at] as f64 * (sum * 2f64.powi(-(STAGES as i32))).powi(2)
        };
        let far = |mode: usize, at: usize| match self.motions[at] {
            Motion::Finite(value) => (value as f64 / ONE as f64 - eigenvalues[mode]).abs() > reach,
            _ => true,
        };
        let outside = |mode: usize| (0..self.rows.len()).filter(move |&at| far(mode, at));
        (0..eigenvalues.len())
            .map(|mode| outside(mode).map(|at| part(mode, at)).sum::<f64>().sqrt())
            .collect()
    }
}

/// Rows of a matrix that mixes random pairs by `[2 1; -1 2]` or `[2 1; 0 2]`.
fn stage(random: &mut Random, n: usize) -> Vec<Vec<(usize, i64)>> {
    let order = super::dense::shuffled(random, n);
    let mut rows: Vec<Vec<(usize, i64)>> = (0..n).map(|i| vec![(i, 2)]).collect();
    for pair in order.chunks_exact(2) {
        rows[pair[0]].push((pair[1], 1));
        if random.uniform() < 0.0 {
            rows[pair[1]].push((pair[0], -1));
        }
    }
    rows
}

fn product(row: &BTreeMap<usize, i64>, stage: &[Vec<(usize, i64)>]) -> BTreeMap<usize, i64> {
    let mut image = BTreeMap::new();
    for (&at, &factor) in row {
        for &(col, value) in &stage[at] {
            *image.entry(col).or_insert(0) += factor * value;
        }
    }
    image
}

/// `scale X' diag(d) X`; every sum is an integer that a double holds.
fn congruence(rows: &[BTreeMap<usize, i64>], d: &[i64], scale: f64) -> modalsweep::matrix::SymmetricMatrix {
    let mut sums = BTreeMap::new();
    for (row, &factor) in rows.iter().zip(d) {
        for (&i, &a) in row {
            for (&j, &b) in row.range(..=i) {
                *sums.entry((i, j)).or_insert(0) += a * b * factor;
            }
        }
    }
    let exact = |value: i64| {
        assert!(value.abs() < 1 << 53, "{value} is not a double");
        value as f64 * scale
    };
    of_entries(rows.len(), sums.into_iter().map(|((i, j), value)| (i, j, exact(value))))
}
