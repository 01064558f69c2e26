//! Mass of a whole model.

use super::element::{body_load_into, volume};
use super::loads::MOST_EQUATIONS;
use super::{ElementAt, Model, ModelError};

/// Mass and centre of mass of a model, held or not.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MassProperties {
    /// sum_e rho V_e.
    pub mass: f64,
    /// integral rho x dV / integral rho dV, with the integration points of the stiffness; `None` without mass.
    pub centre: Option<[f64; 3]>,
}

impl Model {
    /// Mass and centre of mass. Cost: one pass over the elements.
    ///
    /// # Errors
    /// [`ModelErrorKind::NoDensity`](super::ModelErrorKind::NoDensity).
    pub fn mass_properties(&self) -> Result<MassProperties, ModelError> {
        self.check_densities()?;
        let (mut mass, mut weight, mut moment) = (0.0, 0.0, [0.0; 3]);
        let mut load = [0.0; MOST_EQUATIONS];
        for (number, block) in self.blocks.iter().enumerate() {
            let components = block.kind.components();
            for element in 0..block.len() {
                let at = ElementAt { block: number, element };
                let load = &mut load[..self.equations_of(at)];
                mass += self.with_corners(at, |corners, properties| {
                    // The force of a unit acceleration along x at a node is the mass that it carries.
                    body_load_into(block.kind, corners, properties, &[1.0, 0.0, 0.0], load);
                    properties.density.unwrap_or(0.0) * volume(block.kind, corners, properties)
                });
                for (&node, force) in block.nodes_of(element).iter().zip(load.chunks_exact(components)) {
                    weight += force[0];
                    let position = self.positions[node as usize];
                    moment.iter_mut().zip(position).for_each(|(sum, x)| *sum += force[0] * x);
                }
            }
        }
        let centre = (weight > 0.0).then(|| moment.map(|sum| sum / weight));
        Ok(MassProperties { mass, centre })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Model, tetrahedral_block};

    #[test]
    fn a_block_weighs_what_its_sides_say() {
        let model = Model::from_deck(&tetrahedral_block([2, 3, 1], [0.4, 0.9, 0.25])).unwrap();
        let found = model.mass_properties().unwrap();
        approx::assert_relative_eq!(found.mass, 7850.0 * 0.4 * 0.9 * 0.25, max_relative = 1e-14);
        for (found, side) in found.centre.unwrap().iter().zip([0.4, 0.9, 0.25]) {
            approx::assert_relative_eq!(*found, 0.5 * side, max_relative = 1e-14);
        }
    }
}
