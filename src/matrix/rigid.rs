//! Rigid-body vectors: what the equations do when the body moves without strain.

use std::collections::HashMap;

use crate::io::DofLabel;

/// Directions in the order of the components: translations along, then rotations about x, y, z.
pub const DIRECTIONS: [&str; 6] = ["x", "y", "z", "rotation x", "rotation y", "rotation z"];

/// Displacements of every equation when the body moves by one unit in `direction` (0 to 5), or `None`
/// where no equation moves or, for rotations, where a node's coordinates are missing.
///
/// Rotations are about the origin of the coordinates: u = theta x r at components 1 to 3, theta at components 4 to 6.
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
