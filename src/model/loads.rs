//! Loads as vectors: nodal forces, pressure, gravity, and what given displacements ask of their neighbours.
//!
//! With free components f and held ones c, `K_ff u_f = f_f - K_fc u_c`.

use std::collections::HashMap;

use ndarray::Array2;
use rayon::prelude::*;

use super::element::{body_load_into, pressure_load_into, stiffness_into};
use super::{ElementAt, Gravity, HELD, LoadCase, Model, ModelError, Properties};

/// Most nodes and most equations of an element.
pub(super) const MOST_NODES: usize = 20;
pub(super) const MOST_EQUATIONS: usize = 60;

/// Force and moment about the origin of a system of forces, with what to measure them by.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Resultant {
    /// Sum of the forces.
    pub force: [f64; 3],
    /// Sum of the moments about the origin, those of forces included.
    pub moment: [f64; 3],
    /// Sum of the absolute values of all forces.
    pub force_scale: f64,
    /// Sum of the absolute values of all moments, those of forces included.
    pub moment_scale: f64,
}

impl Resultant {
    /// Adds a force (component 0 to 2) or a moment (3 to 5) at a point.
    pub fn add(&mut self, position: [f64; 3], component: usize, value: f64) {
        let axis = component % 3;
        if component >= 3 {
            self.moment[axis] += value;
            self.moment_scale += value.abs();
            return;
        }
        self.force[axis] += value;
        self.force_scale += value.abs();
        // r x (value e_axis): along the next axis the arm is that after it, and so on round.
        let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
        self.moment[next] += position[last] * value;
        self.moment[last] -= position[next] * value;
        self.moment_scale += (position[last].abs() + position[next].abs()) * value.abs();
    }

    /// Both systems together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            force: std::array::from_fn(|k| self.force[k] + other.force[k]),
            moment: std::array::from_fn(|k| self.moment[k] + other.moment[k]),
            force_scale: self.force_scale + other.force_scale,
            moment_scale: self.moment_scale + other.moment_scale,
        }
    }

    /// How far from balance: the largest component of force or moment over the sum of the absolute values of all
    /// forces and moments; zero where nothing acts. `length` is a size of the model, to weigh forces against moments.
    pub fn imbalance(&self, length: f64) -> f64 {
        let largest = |sum: [f64; 3]| sum.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let scale = self.force_scale * length + self.moment_scale;
        let sum = (largest(self.force) * length).max(largest(self.moment));
        if scale == 0.0 { 0.0 } else { sum / scale }
    }
}

impl Model {
    /// The right-hand sides `f_f - K_fc u_c`: `cases x equations`, one row for each load case.
    ///
    /// Pressure and gravity are consistent loads, `integral N' p dA` and `integral N' rho a dV`.
    /// Cost: O(elements that are loaded or touch a displaced node), cases side by side on the current rayon pool.
    ///
    /// # Errors
    /// [`ModelErrorKind::NoDensity`](super::ModelErrorKind) for gravity on a material without density.
    pub fn load_vectors(&self) -> Result<Array2<f64>, ModelError> {
        let mut loads = Array2::zeros((self.load_cases.len(), self.equations.count()));
        let rows: Vec<_> = self.load_cases.iter().zip(loads.rows_mut()).collect();
        all_or_first(rows, |(case, mut row)| {
            self.each_load(case, |node, component, value| {
                let equation = self.equations.of_node()[node as usize][component];
                if equation != HELD {
                    row[equation as usize] += value;
                }
            })
        })?;
        self.subtract_prescribed(&mut loads);
        Ok(loads)
    }

    /// Total force and moment about the origin of the loads of each case, also of those at held components;
    /// given displacements apply none.
    ///
    /// # Errors
    /// As [`Model::load_vectors`].
    pub fn load_resultants(&self) -> Result<Vec<Resultant>, ModelError> {
        let total = |case: &LoadCase| {
            let mut sum = Resultant::default();
            self.each_load(case, |node, component, value| {
                sum.add(self.positions[node as usize], component, value);
            })?;
            Ok(sum)
        };
        all_or_first(self.load_cases.iter().collect(), total)
    }

    /// Displacements x, y, z of every node (`out`: 3 per node) from the values of the equations of one case.
    /// Held components get what load case `case` prescribes, else zero.
    ///
    /// # Panics
    /// When `values` has not one value per equation, `out` not three per node, or there is no such load case.
    pub fn nodal_displacements_into(&self, values: &[f64], case: Option<usize>, out: &mut [f64]) {
        assert_eq!(values.len(), self.equations.count(), "one value per equation");
        assert_eq!(out.len(), 3 * self.node_ids.len(), "three values per node");
        for (equations, out) in self.equations.of_node().iter().zip(out.chunks_exact_mut(3)) {
            for (value, &equation) in out.iter_mut().zip(equations) {
                *value = if equation == HELD { 0.0 } else { values[equation as usize] };
            }
        }
        for &(node, component, value) in case.map_or(&[][..], |case| &self.load_cases[case].prescribed) {
            if component < 3 {
                out[3 * node as usize + component as usize] = value;
            }
        }
    }

    /// The diagonal of the box around all nodes.
    pub fn size(&self) -> f64 {
        let extent = |k: usize| {
            let along = self.positions.iter().map(|position| position[k]);
            along.clone().fold(f64::NEG_INFINITY, f64::max) - along.fold(f64::INFINITY, f64::min)
        };
        (0..3).map(|k| extent(k).powi(2)).sum::<f64>().sqrt()
    }

    /// Calls `take` with node index, component from 0 and value for all loads of a case.
    pub(super) fn each_load(
        &self,
        case: &LoadCase,
        mut take: impl FnMut(u32, usize, f64),
    ) -> Result<(), ModelError> {
        for &(node, component, value) in &case.forces {
            take(node, component as usize, value);
        }
        let mut load = [0.0; MOST_EQUATIONS];
        for &(at, face, pressure) in &case.pressures {
            let load = &mut load[..self.equations_of(at)];
            let kind = self.blocks[at.block].kind;
            let has_face = self.with_corners(at, |corners, _| pressure_load_into(kind, face, corners, load));
            assert!(has_face, "faces are checked when the model is made");
            load.iter_mut().for_each(|force| *force *= pressure);
            self.scatter(at, load, &mut take);
        }
        for Gravity { elements, acceleration } in &case.gravity {
            for &at in elements.iter() {
                self.sections[self.blocks[at.block].section].check_density()?;
                let load = &mut load[..self.equations_of(at)];
                self.with_corners(at, |corners, properties| {
                    body_load_into(self.blocks[at.block].kind, corners, properties, acceleration, load);
                });
                self.scatter(at, load, &mut take);
            }
        }
        Ok(())
    }

    /// Number of components of an element: the size of its matrices.
    pub(super) fn equations_of(&self, at: ElementAt) -> usize {
        let kind = self.blocks[at.block].kind;
        kind.nodes() * kind.components()
    }

    pub(super) fn with_corners<T>(
        &self,
        at: ElementAt,
        work: impl FnOnce(&[[f64; 3]], &Properties) -> T,
    ) -> T {
        let block = &self.blocks[at.block];
        let nodes = block.nodes_of(at.element);
        let mut corners = [[0.0; 3]; MOST_NODES];
        nodes.iter().zip(&mut corners).for_each(|(&node, corner)| *corner = self.positions[node as usize]);
        work(&corners[..nodes.len()], &self.sections[block.section].properties)
    }

    fn scatter(&self, at: ElementAt, load: &[f64], take: &mut impl FnMut(u32, usize, f64)) {
        let block = &self.blocks[at.block];
        let components = block.kind.components();
        for (&node, values) in block.nodes_of(at.element).iter().zip(load.chunks_exact(components)) {
            for (component, &value) in values.iter().enumerate() {
                take(node, component, value);
            }
        }
    }

    /// The elements with a node that `touches` tells of.
    pub(super) fn elements_touching<'a>(
        &'a self,
        touches: impl Fn(u32) -> bool + 'a,
    ) -> impl Iterator<Item = ElementAt> + 'a {
        let all = self.blocks.iter().enumerate();
        let all =
            all.flat_map(|(block, own)| (0..own.len()).map(move |element| ElementAt { block, element }));
        all.filter(move |at| self.blocks[at.block].nodes_of(at.element).iter().any(|&node| touches(node)))
    }

    fn subtract_prescribed(&self, loads: &mut Array2<f64>) {
        let given: Vec<_> = self.load_cases.iter().map(GivenDisplacements::new).collect();
        let mut displaced = vec![false; self.node_ids.len()];
        for nodes in &given {
            nodes.0.keys().for_each(|&node| displaced[node as usize] = true);
        }
        let mut matrix = vec![0.0; MOST_EQUATIONS * MOST_EQUATIONS];
        for at in self.elements_touching(|node| displaced[node as usize]) {
            let size = self.equations_of(at);
            let matrix = &mut matrix[..size * size];
            let kind = self.blocks[at.block].kind;
            self.with_corners(at, |corners, properties| stiffness_into(kind, corners, properties, matrix));
            let nodes = self.blocks[at.block].nodes_of(at.element);
            for (given, mut row) in given.iter().zip(loads.rows_mut()) {
                let Some(u) = given.of_element(nodes, kind.components()) else { continue };
                let force = product(matrix, &u[..size]);
                self.scatter(at, &force[..size], &mut |node, component, value| {
                    let equation = self.equations.of_node()[node as usize][component];
                    if equation != HELD {
                        row[equation as usize] -= value;
                    }
                });
            }
        }
    }
}

/// The results of all items side by side, or the error of the first one that fails.
pub(super) fn all_or_first<I: Send, T: Send>(
    items: Vec<I>,
    work: impl Fn(I) -> Result<T, ModelError> + Send + Sync,
) -> Result<Vec<T>, ModelError> {
    // Not collected as one result at once, which is the error of any item.
    let results: Vec<_> = items.into_par_iter().with_max_len(1).map(work).collect();
    results.into_iter().collect()
}

/// Given displacements of a load case by node.
pub(super) struct GivenDisplacements(HashMap<u32, [f64; 6]>);

impl GivenDisplacements {
    pub fn new(case: &LoadCase) -> Self {
        let mut nodes = HashMap::new();
        for &(node, component, value) in &case.prescribed {
            nodes.entry(node).or_insert([0.0; 6])[component as usize] = value;
        }
        Self(nodes)
    }

    /// The given displacement of a component, or zero.
    pub fn get(&self, node: u32, component: usize) -> f64 {
        self.0.get(&node).map_or(0.0, |values| values[component])
    }

    /// As a vector of an element; `None` where it touches none of them.
    fn of_element(&self, nodes: &[u32], components: usize) -> Option<[f64; MOST_EQUATIONS]> {
        if !nodes.iter().any(|node| self.0.contains_key(node)) {
            return None;
        }
        let mut u = [0.0; MOST_EQUATIONS];
        for (&node, values) in nodes.iter().zip(u.chunks_exact_mut(components)) {
            values.iter_mut().enumerate().for_each(|(component, value)| *value = self.get(node, component));
        }
        Some(u)
    }
}

/// A square matrix, row by row, times a vector.
pub(super) fn product(matrix: &[f64], vector: &[f64]) -> [f64; MOST_EQUATIONS] {
    let mut out = [0.0; MOST_EQUATIONS];
    for (sum, row) in out.iter_mut().zip(matrix.chunks_exact(vector.len())) {
        *sum = row.iter().zip(vector).map(|(k, u)| k * u).sum();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_forces_are_r_cross_f() {
        let mut sum = Resultant::default();
        let position = [2.0, 3.0, 5.0];
        // (2, 3, 5) x (7, 11, 13) = (3*13 - 5*11, 5*7 - 2*13, 2*11 - 3*7) = (-16, 9, 1)
        for (component, value) in [7.0, 11.0, 13.0].into_iter().enumerate() {
            sum.add(position, component, value);
        }
        assert_eq!((sum.force, sum.moment), ([7.0, 11.0, 13.0], [-16.0, 9.0, 1.0]));
        sum.add(position, 4, -9.0);
        assert_eq!(sum.moment, [-16.0, 0.0, 1.0]);
        assert_eq!(sum.force_scale, 31.0);
    }

    #[test]
    fn balance_weighs_forces_against_moments_by_a_length() {
        let mut pair = Resultant::default();
        pair.add([0.0, 2.0, 0.0], 0, 3.0);
        assert_eq!(pair.imbalance(1.0), 6.0 / 9.0);
        pair.add([0.0, 0.0, 0.0], 0, -3.0);
        // A couple of 6 is left: forces 6, moments 6.
        assert_eq!(pair.imbalance(2.0), 6.0 / 18.0);
        pair.add([0.0; 3], 5, 6.0);
        assert_eq!(pair.imbalance(2.0), 0.0);
        assert_eq!(Resultant::default().imbalance(1.0), 0.0);
    }
}
