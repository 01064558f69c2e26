//! What the supports carry.

use ndarray::{Array2, ArrayView2};

use super::element::stiffness_into;
use super::loads::{GivenDisplacements, MOST_EQUATIONS, Resultant, all_or_first, product};
use super::{ElementAt, HELD, Model, ModelError};
use crate::io::DofLabel;

/// Forces and moments of the supports on the structure, for each load case.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reactions {
    /// `node.component` of each held component, by node, then component.
    pub labels: Vec<DofLabel>,
    /// `cases x labels`: `(K u)_c - f_c`, where f_c is what the deck applies at the held component itself.
    pub values: Array2<f64>,
    /// Sum over all supports for each case; in balance it is the opposite of that of the loads.
    pub resultants: Vec<Resultant>,
    /// 1/2 u' K u for each case, given displacements included.
    pub strain_energy: Vec<f64>,
}

/// A held component: node index, component from 0.
type Held = (u32, usize);

impl Model {
    /// Reactions of the load cases from their displacements, `cases x equations`:
    /// r_c = sum_e (K_e u_e)_c - f_c at held components c. One pass over the elements that touch a support, and one over
    /// the loads, cases side by side on the current rayon pool.
    ///
    /// # Errors
    /// As [`Model::load_vectors`].
    ///
    /// # Panics
    /// When `displacements` has not one row per load case and one column per equation.
    pub fn reactions(&self, displacements: ArrayView2<'_, f64>) -> Result<Reactions, ModelError> {
        let shape = (self.load_cases.len(), self.equations.count());
        assert_eq!(displacements.dim(), shape, "one row per load case, one column per equation");
        let (held, first) = self.held_components();
        let given: Vec<_> = self.load_cases.iter().map(GivenDisplacements::new).collect();
        let mut values = self.held_forces(displacements, &held, &first, &given);
        let rows: Vec<_> = self.load_cases.iter().zip(values.rows_mut()).enumerate().collect();
        let sums = all_or_first(rows, |(number, (case, mut row))| {
            let at_held = held.iter().zip(&row);
            let given = |&(node, component): &Held| given[number].get(node, component);
            let mut work: f64 = at_held.map(|(held, force)| force * given(held)).sum();
            self.each_load(case, |node, component, value| {
                match self.equations.of_node()[node as usize][component] {
                    HELD => row[place(&held, &first, node, component)] -= value,
                    equation => work += value * displacements[(number, equation as usize)],
                }
            })?;
            let mut sum = Resultant::default();
            for (&(node, component), &value) in held.iter().zip(&row) {
                sum.add(self.positions[node as usize], component, value);
            }
            Ok((sum, 0.5 * work))
        })?;
        let (resultants, strain_energy) = sums.into_iter().unzip();
        let label = |&(node, component): &Held| DofLabel {
            node: self.node_ids[node as usize],
            component: component as u32 + 1,
        };
        Ok(Reactions { labels: held.iter().map(label).collect(), values, resultants, strain_energy })
    }

    /// Components that are held, by node, then component; and the first of each node in that list.
    pub(super) fn held_components(&self) -> (Vec<Held>, Vec<u32>) {
        let (mut held, mut first) = (Vec::new(), vec![0]);
        for (node, (&count, equations)) in
            self.components_of_nodes().iter().zip(self.equations.of_node()).enumerate()
        {
            let own = (0..usize::from(count)).filter(|&component| equations[component] == HELD);
            held.extend(own.map(|component| (node as u32, component)));
            first.push(held.len() as u32);
        }
        (held, first)
    }

    /// (K u)_c at the held components, `cases x held`.
    fn held_forces(
        &self,
        displacements: ArrayView2<'_, f64>,
        held: &[Held],
        first: &[u32],
        given: &[GivenDisplacements],
    ) -> Array2<f64> {
        let mut forces = Array2::zeros((given.len(), held.len()));
        let mut matrix = vec![0.0; MOST_EQUATIONS * MOST_EQUATIONS];
        let is_held = |node: u32| first[node as usize] < first[node as usize + 1];
        for at in self.elements_touching(is_held) {
            let (kind, size) = (self.blocks[at.block].kind, self.equations_of(at));
            let matrix = &mut matrix[..size * size];
            self.with_corners(at, |corners, properties| stiffness_into(kind, corners, properties, matrix));
            let nodes = self.blocks[at.block].nodes_of(at.element);
            for (case, mut row) in forces.rows_mut().into_iter().enumerate() {
                let u = self.of_element(at, displacements, case, &given[case]);
                let force = product(matrix, &u[..size]);
                for (&node, force) in nodes.iter().zip(force.chunks_exact(kind.components())) {
                    for (component, value) in force.iter().enumerate() {
                        if self.equations.of_node()[node as usize][component] == HELD {
                            row[place(held, first, node, component)] += value;
                        }
                    }
                }
            }
        }
        forces
    }

    /// The displacements of an element in one case.
    fn of_element(
        &self,
        at: ElementAt,
        displacements: ArrayView2<'_, f64>,
        case: usize,
        given: &GivenDisplacements,
    ) -> [f64; MOST_EQUATIONS] {
        let block = &self.blocks[at.block];
        let mut u = [0.0; MOST_EQUATIONS];
        let nodes = block.nodes_of(at.element);
        for (&node, values) in nodes.iter().zip(u.chunks_exact_mut(block.kind.components())) {
            for (component, value) in values.iter_mut().enumerate() {
                *value = match self.equations.of_node()[node as usize][component] {
                    HELD => given.get(node, component),
                    equation => displacements[(case, equation as usize)],
                };
            }
        }
        u
    }
}

/// The place of a held component in the list of all.
fn place(held: &[Held], first: &[u32], node: u32, component: usize) -> usize {
    let own = first[node as usize] as usize..first[node as usize + 1] as usize;
    let at = held[own.clone()].iter().position(|&(_, other)| other == component);
    own.start + at.unwrap_or_else(|| unreachable!("every held component is listed"))
}
