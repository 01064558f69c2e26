//! Stresses at nodes: extrapolated from the points of each solid element and averaged, material by material.

use std::collections::HashMap;

use ndarray::{ArrayView2, ArrayViewMut2};

use super::recovery::{StressRecovery, points_per_element};
use crate::model::{Block, extrapolation};

/// The plan of an average: one row for each node and material that solid elements bring together.
///
/// ```text
/// sigma(node) = mean over the elements of the material at the node of  sum_p E[node, p] sigma_p
/// ```
///
/// with the extrapolation E of each kind ([`extrapolation`]). A node where two materials meet has a row for each,
/// as stresses jump there.
///
/// ```
/// use modalsweep::model::{Model, tetrahedral_block};
/// use modalsweep::stress::{Displacements, NodalAverage, StressRecovery};
/// use ndarray::{Array2, Axis};
/// let model = Model::from_deck(&tetrahedral_block([2, 1, 1], [2.0, 1.0, 1.0]))?;
/// // u_x = 1e-3 x, and nothing across.
/// let u = Array2::from_shape_fn((1, model.equations().count()), |(_, at)| {
///     let [x, ..] = model.positions()[model.equations().nodes()[at] as usize];
///     if model.equations().labels()[at].component == 1 { 1e-3 * x } else { 0.0 }
/// });
/// let recovery = StressRecovery::new(&model);
/// let displacements = Displacements::new(&model, u.view())?;
/// let average = NodalAverage::new(&recovery);
/// let mut at_nodes = Array2::zeros((average.rows().len(), 6));
/// average.average_into(recovery.stresses(&displacements).index_axis(Axis(0), 0), at_nodes.view_mut());
/// // The same stress everywhere: lambda times the strain across.
/// assert!(at_nodes.column(1).iter().all(|yy| (yy / (1e-3 * 210e9 * 0.3 / (1.3 * 0.4)) - 1.0).abs() < 1e-11));
/// # Ok::<(), modalsweep::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct NodalAverage<'r, 'm> {
    recovery: &'r StressRecovery<'m>,
    /// Node index and index of the material's first section.
    rows: Vec<(u32, usize)>,
    /// For each block the row of each node of each element; empty where there are no solids.
    places: Vec<Vec<u32>>,
    /// One over the number of elements that meet.
    weights: Vec<f64>,
}

impl<'r, 'm> NodalAverage<'r, 'm> {
    /// Finds the rows: by material, then by node.
    pub fn new(recovery: &'r StressRecovery<'m>) -> Self {
        let model = recovery.model();
        let mut materials: HashMap<&str, usize> = HashMap::new();
        for (number, section) in model.sections().iter().enumerate() {
            materials.entry(&section.material).or_insert(number);
        }
        let material = |block: &Block| materials[model.sections()[block.section].material.as_str()];
        let solids = || model.blocks().iter().filter(|block| block.kind.is_solid());
        let mut rows: Vec<(u32, usize)> =
            solids().flat_map(|block| block.nodes.iter().map(|&node| (node, material(block)))).collect();
        rows.sort_unstable_by_key(|&(node, material)| (material, node));
        rows.dedup();
        let mut counts = vec![0_u32; rows.len()];
        let mut places = Vec::new();
        for block in model.blocks() {
            let mut own = Vec::new();
            if block.kind.is_solid() {
                let material = material(block);
                for &node in &block.nodes {
                    let row = rows.partition_point(|&(other, of)| (of, other) < (material, node));
                    counts[row] += 1;
                    own.push(row as u32);
                }
            }
            places.push(own);
        }
        let weights = counts.into_iter().map(|count| 1.0 / f64::from(count)).collect();
        Self { recovery, rows, places, weights }
    }

    /// Node index and section (the first of its material) of each row.
    pub fn rows(&self) -> &[(u32, usize)] {
        &self.rows
    }

    /// The rows of the nodes of each element of a block; empty for bars and beams.
    pub fn rows_of_block(&self, block: usize) -> &[u32] {
        &self.places[block]
    }

    /// Averages the stresses of one case, points x 6, into rows x 6.
    ///
    /// # Panics
    /// When an array has another shape.
    pub fn average_into(&self, stresses: ArrayView2<f64>, mut out: ArrayViewMut2<f64>) {
        assert_eq!(stresses.dim(), (self.recovery.point_count(), 6), "points x 6");
        assert_eq!(out.dim(), (self.rows.len(), 6), "rows x 6");
        out.fill(0.0);
        for (number, block) in self.recovery.model().blocks().iter().enumerate() {
            if !block.kind.is_solid() {
                continue;
            }
            let points = points_per_element(block.kind);
            let matrix = extrapolation(block.kind);
            let first = self.recovery.points_of_block(number).start;
            for (element, rows) in self.places[number].chunks_exact(block.kind.nodes()).enumerate() {
                let own = first + element * points;
                for (&row, weights) in rows.iter().zip(matrix.chunks_exact(points)) {
                    for component in 0..6 {
                        let values = (own..own + points).map(|point| stresses[[point, component]]);
                        let sum: f64 = weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
                        out[[row as usize, component]] += sum;
                    }
                }
            }
        }
        for (mut row, weight) in out.rows_mut().into_iter().zip(&self.weights) {
            row *= *weight;
        }
    }
}
