//! Rigid-body motions before and after condensation: a stiffness that resists such a motion is held somewhere; a mass
//! weighed with it is the mass of the body.

use std::collections::HashMap;

use faer::MatRef;
use serde::Serialize;

use super::Partition;
use crate::io::DofLabel;
use crate::matrix::{DIRECTIONS, SymmetricMatrix, rigid_body_vector};

/// How strongly a rigid-body motion is resisted, before and after condensation: the largest force at a
/// DOF over the sum of what the single entries of its row make. Rounding alone gives some 1e-15 (more
/// in K_r, which is a small difference of large numbers); a body that is held anywhere gives much more.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Grounding {
    /// Direction of the motion, one of [`DIRECTIONS`].
    pub direction: &'static str,
    /// max_i |K r|_i / (|K| |r|)_i of the full model.
    pub full: f64,
    /// max_i |K_r r_m|_i / (|K_mm,ii| |r_i| + (|K_r| |r_m|)_i) of the condensed model.
    pub reduced: f64,
}

/// Mass that a translation feels, r' M r, before and after condensation. The two agree where the
/// slaves follow the masters as a rigid body; near supports they don't follow, and mass is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MassBalance {
    /// Direction of the translation: x, y or z.
    pub direction: &'static str,
    /// r' M r of the full model.
    pub before: f64,
    /// r_m' M_r r_m of the condensed model.
    pub after: f64,
}

pub(super) fn grounding(
    stiffness: &SymmetricMatrix,
    reduced: MatRef<'_, f64>,
    partition: &Partition,
    labels: &[DofLabel],
    coordinates: &HashMap<i64, [f64; 3]>,
) -> Vec<Grounding> {
    let mut checks = Vec::new();
    for (direction, &name) in DIRECTIONS.iter().enumerate() {
        let Some(vector) = rigid_body_vector(labels, Some(coordinates), direction) else { continue };
        let at_masters = of_masters(partition, &vector);
        if at_masters.iter().all(|&value| value == 0.0) {
            continue;
        }
        let mut force = vec![0.0; vector.len()];
        stiffness.multiply_into(&vector, &mut force);
        checks.push(Grounding {
            direction: name,
            full: largest_ratio(&force, &absolute_product(stiffness, &vector)),
            reduced: dense_ratio(reduced, &at_masters, &of_masters(partition, &stiffness.diagonal())),
        });
    }
    checks
}

pub(super) fn mass_balance(
    mass: &SymmetricMatrix,
    reduced: MatRef<'_, f64>,
    partition: &Partition,
    labels: &[DofLabel],
) -> Vec<MassBalance> {
    let mut balance = Vec::new();
    for (direction, &name) in DIRECTIONS[..3].iter().enumerate() {
        let Some(vector) = rigid_body_vector(labels, None, direction) else { continue };
        let at_masters = of_masters(partition, &vector);
        if at_masters.iter().all(|&value| value == 0.0) {
            continue;
        }
        let after = (0..at_masters.len())
            .map(|j| {
                at_masters[j] * (0..at_masters.len()).map(|i| at_masters[i] * reduced[(i, j)]).sum::<f64>()
            })
            .sum();
        balance.push(MassBalance { direction: name, before: mass.bilinear(&vector, &vector), after });
    }
    balance
}

fn of_masters(partition: &Partition, vector: &[f64]) -> Vec<f64> {
    partition.masters().iter().map(|&dof| vector[dof]).collect()
}

/// max |force_i| / scale_i; rows that hold nothing are passed over.
fn largest_ratio(force: &[f64], scale: &[f64]) -> f64 {
    let ratios = force.iter().zip(scale).filter(|&(_, &scale)| scale > 0.0);
    ratios.map(|(force, scale)| force.abs() / scale).fold(0.0, f64::max)
}

fn absolute_product(matrix: &SymmetricMatrix, vector: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; vector.len()];
    for col in 0..matrix.size() {
        for (row, value) in matrix.column(col) {
            sums[row] += (value * vector[col]).abs();
            if row != col {
                sums[col] += (value * vector[row]).abs();
            }
        }
    }
    sums
}

fn dense_ratio(matrix: MatRef<'_, f64>, vector: &[f64], original_diagonal: &[f64]) -> f64 {
    let (mut force, mut scale) = (Vec::new(), Vec::new());
    for row in 0..vector.len() {
        let terms = (0..vector.len()).map(|col| matrix[(row, col)] * vector[col]);
        let own = (original_diagonal[row] * vector[row]).abs();
        let (sum, absolute) = terms.fold((0.0, own), |(s, a), term| (s + term, a + term.abs()));
        force.push(sum);
        scale.push(absolute);
    }
    largest_ratio(&force, &scale)
}
