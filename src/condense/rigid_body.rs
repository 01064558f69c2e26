//! Rigid-body vectors: what a body does when it moves without strain. A stiffness that resists such a
//! motion is held somewhere; a mass weighed with it is the mass of the body.

use std::collections::HashMap;

use faer::MatRef;
use serde::Serialize;

use super::Partition;
use crate::io::DofLabel;
use crate::matrix::SymmetricMatrix;

/// Directions in the order of the components: translations along, then rotations about x, y, z.
pub const DIRECTIONS: [&str; 6] = ["x", "y", "z", "rotation x", "rotation y", "rotation z"];

/// Displacements of every equation when the body moves by one unit in `direction` (0 to 5), or `None`
/// where no equation moves or, for rotations, where a node's coordinates are missing.
///
/// Rotations are about the origin: u = theta x r at components 1 to 3, theta at components 4 to 6.
pub fn rigid_body_vector(
    labels: &[DofLabel],
    coordinates: Option<&HashMap<i64, [f64; 3]>>,
    direction: usize,
) -> Option<Vec<f64>> {
    let axis = direction % 3;
    let mut vector = vec![0.0; labels.len()];
    for (value, label) in vector.iter_mut().zip(labels) {
        let component = (label.component as usize).wrapping_sub(1);
        *value = match (direction < 3, component) {
            (true, _) => f64::from(component == axis),
            (false, 0..3) => {
                let at = coordinates?.get(&label.node)?;
                // (e_axis x r)_component
                match (3 + component - axis) % 3 {
                    1 => -at[(axis + 2) % 3],
                    2 => at[(axis + 1) % 3],
                    _ => 0.0,
                }
            }
            (false, _) => f64::from(component == axis + 3),
        };
    }
    vector.iter().any(|&value| value != 0.0).then_some(vector)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_about_z_turns_x_into_y() {
        let label = |component| DofLabel { node: 1, component };
        let labels = [label(1), label(2), label(3), label(6)];
        let coordinates = HashMap::from([(1, [2.0, 3.0, 5.0])]);
        // e_z x (2, 3, 5) = (-3, 2, 0)
        let about_z = rigid_body_vector(&labels, Some(&coordinates), 5);
        assert_eq!(about_z, Some(vec![-3.0, 2.0, 0.0, 1.0]));
        // e_x x (2, 3, 5) = (0, -5, 3)
        let about_x = rigid_body_vector(&labels, Some(&coordinates), 3);
        assert_eq!(about_x, Some(vec![0.0, -5.0, 3.0, 0.0]));
        assert_eq!(rigid_body_vector(&labels, None, 3), None);
    }
}
