//! Section forces at the ends of beams.

use ndarray::{Array2, Array3};

use super::recovery::{Displacements, StressRecovery};
use crate::model::{Block, ElementKind, beam_section_forces};

impl StressRecovery<'_> {
    /// Element number and end (1 or 2) of each end of a B33: ends x 2, block by block, element by element.
    pub fn section_points(&self) -> Array2<i64> {
        let ids = self.beams().flat_map(|block| block.ids.iter().flat_map(|&id| [[id, 1], [id, 2]]));
        Array2::from(ids.collect::<Vec<_>>())
    }

    /// Forces and moments in the end sections of all B33, on the side whose normal is the beam's own axis t: cases x
    /// ends x 6 with N, V1, V2, T, M1, M2 ([`BeamForces`](crate::model::BeamForces)), in the order of
    /// [`StressRecovery::section_points`].
    pub fn section_forces(&self, displacements: &Displacements) -> Array3<f64> {
        let model = self.model();
        let ends: usize = self.beams().map(|block| 2 * block.len()).sum();
        let mut all = Array3::zeros((displacements.cases(), ends, 6));
        for (case, mut rows) in all.outer_iter_mut().enumerate() {
            let mut rows = rows.rows_mut().into_iter();
            for block in self.beams() {
                let properties = &model.sections()[block.section].properties;
                for nodes in block.nodes.chunks_exact(2) {
                    let corners = [0, 1].map(|end| model.positions()[nodes[end] as usize]);
                    let u = std::array::from_fn(|at| displacements.at(case, nodes[at / 6] as usize, at % 6));
                    for (forces, mut row) in
                        beam_section_forces(&corners, properties, &u).into_iter().zip(&mut rows)
                    {
                        let [[v1, v2], [m1, m2]] = [forces.shear, forces.moments];
                        let own = [forces.axial, v1, v2, forces.torque, m1, m2];
                        row.iter_mut().zip(own).for_each(|(value, own)| *value = own);
                    }
                }
            }
        }
        all
    }

    fn beams(&self) -> impl Iterator<Item = &Block> {
        self.model().blocks().iter().filter(|block| block.kind == ElementKind::B33)
    }
}
