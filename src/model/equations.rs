//! Which component of which node is which equation.

use crate::io::DofLabel;

/// In [`Equations::of_node`]: the component is held by a support, or the node does not have it.
pub const HELD: u32 = u32::MAX;

/// The equations of a model: free components, by ascending node number, then component.
#[derive(Debug, Clone, PartialEq)]
pub struct Equations {
    of_node: Vec<[u32; 6]>,
    labels: Vec<DofLabel>,
    /// The node (index into the model's nodes) of each equation.
    nodes: Vec<u32>,
}

impl Equations {
    /// `of_node[k][c]` is the equation of component `c` (from 0) of node `k`, or [`HELD`].
    pub(super) fn new(of_node: Vec<[u32; 6]>, labels: Vec<DofLabel>, nodes: Vec<u32>) -> Self {
        Self { of_node, labels, nodes }
    }

    /// Number of equations.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// The equation of each component of each node (index into the model's nodes), or [`HELD`].
    pub fn of_node(&self) -> &[[u32; 6]] {
        &self.of_node
    }

    /// `node.component` of each equation.
    pub fn labels(&self) -> &[DofLabel] {
        &self.labels
    }

    /// The node (index into the model's nodes) of each equation, ascending.
    pub fn nodes(&self) -> &[u32] {
        &self.nodes
    }
}
