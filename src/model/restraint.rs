//! Which parts of a model can move as rigid bodies.
//!
//! A rigid motion of a part is u(x) = t + w x (x - c). The supports leave free what gives zero at all held
//! components: the null space of a matrix with one row for each of them and six columns (t, L w), where c is the
//! centroid of the part's nodes and L their largest distance from it, so that all columns are of one size.

use nalgebra::{Matrix6, Vector6};

use super::motion::{FreeMotion, describe};
use super::{ElementKind, HELD, Model};

/// Motions that supports resist less than this are free: relative to the part's size, displacements at the supports
/// of a motion of size one. Beyond it the factor would be refused (pivot ratios go with its inverse square).
const RESISTANCE: f64 = 1e-6;

impl Model {
    /// The rigid-body motions that no support prevents, part by part: parts are what elements connect, in the order
    /// of their first nodes. Empty for a model that is held.
    ///
    /// Parts that touch at hinges count as one; what moves inside a part (mechanisms) is found by the factorization
    /// alone. A straight row of trusses does not turn about itself: that moves no node.
    ///
    /// Cost: O(elements + nodes log nodes).
    pub fn free_motions(&self) -> Vec<FreeMotion> {
        let components = self.components_of_nodes();
        let is_held = |node: u32, component: usize| {
            let exists = component < components[node as usize].into();
            exists && self.equations.of_node()[node as usize][component] == HELD
        };
        let mut motions = Vec::new();
        for part in &self.parts(&components) {
            let positions = part.nodes.iter().map(|&node| self.positions[node as usize]);
            let frame = Frame::new(positions.clone());
            let mut resisted = Rows::default();
            for (&node, position) in part.nodes.iter().zip(positions.clone()) {
                let held = (0..6).filter(|&component| is_held(node, component));
                held.for_each(|component| resisted.add(frame.row(position, component)));
            }
            if part.has_trusses_only {
                // What moves nothing at all is no motion.
                let mut moved = Rows::default();
                positions.for_each(|at| (0..3).for_each(|component| moved.add(frame.row(at, component))));
                moved.null_space().iter().for_each(|none| resisted.add(*none));
            }
            let free = resisted.null_space();
            if free.is_empty() {
                continue;
            }
            let held = part.nodes.iter().filter(|&&node| (0..3).any(|component| is_held(node, component)));
            let held: Vec<_> = held.map(|&node| self.positions[node as usize]).collect();
            let (node, nodes) = (self.node_ids[part.nodes[0] as usize], part.nodes.len());
            let described = describe(&free, frame.centre, frame.size, &held);
            motions.extend(described.into_iter().map(|motion| FreeMotion { node, nodes, motion }));
        }
        motions
    }

    /// What elements connect, by first node; nodes of no element are in no part.
    fn parts(&self, components: &[u8]) -> Vec<Part> {
        let mut roots: Vec<u32> = (0..self.node_ids.len() as u32).collect();
        for block in &self.blocks {
            for element in 0..block.len() {
                let nodes = block.nodes_of(element);
                nodes.iter().for_each(|&node| unite(&mut roots, nodes[0], node));
            }
        }
        let mut part_of = vec![None; roots.len()];
        let mut parts: Vec<Part> = Vec::new();
        for node in (0..roots.len() as u32).filter(|&node| components[node as usize] > 0) {
            let part = *part_of[root(&mut roots, node) as usize].get_or_insert_with(|| {
                parts.push(Part { nodes: Vec::new(), has_trusses_only: true });
                parts.len() - 1
            });
            parts[part].nodes.push(node);
        }
        for block in self.blocks.iter().filter(|block| block.kind != ElementKind::T3D2) {
            for element in 0..block.len() {
                let root = root(&mut roots, block.nodes_of(element)[0]);
                let part = part_of[root as usize].unwrap_or_else(|| unreachable!("its nodes are in a part"));
                parts[part].has_trusses_only = false;
            }
        }
        parts
    }
}

/// Nodes that elements connect, ascending.
struct Part {
    nodes: Vec<u32>,
    has_trusses_only: bool,
}

/// The smallest node of a tree of nodes; halves the way to it.
fn root(roots: &mut [u32], mut node: u32) -> u32 {
    while roots[node as usize] != node {
        roots[node as usize] = roots[roots[node as usize] as usize];
        node = roots[node as usize];
    }
    node
}

fn unite(roots: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(roots, a), root(roots, b));
    roots[a.max(b) as usize] = a.min(b);
}

/// Centre and size of a part.
struct Frame {
    centre: [f64; 3],
    size: f64,
}

impl Frame {
    fn new(positions: impl Iterator<Item = [f64; 3]> + Clone) -> Self {
        let count = positions.clone().count() as f64;
        let mut centre = [0.0; 3];
        for position in positions.clone() {
            centre.iter_mut().zip(position).for_each(|(sum, x)| *sum += x / count);
        }
        let distance = |at: [f64; 3]| (0..3).map(|k| (at[k] - centre[k]).powi(2)).sum::<f64>().sqrt();
        let size = positions.map(distance).fold(0.0, f64::max);
        Self { centre, size: if size > 0.0 { size } else { 1.0 } }
    }

    /// What a component at a point sees of a motion (t, L w).
    fn row(&self, position: [f64; 3], component: usize) -> Vector6<f64> {
        let mut row = Vector6::zeros();
        row[component] = 1.0;
        if component < 3 {
            // (w x r)_x = w_y r_z - w_z r_y, and so on round.
            let (next, last) = ((component + 1) % 3, (component + 2) % 3);
            let arm = |k: usize| (position[k] - self.centre[k]) / self.size;
            row[3 + next] = arm(last);
            row[3 + last] = -arm(next);
        }
        row
    }
}

/// The triangle R of a QR factorization of rows that come one by one.
#[derive(Default)]
struct Rows(Matrix6<f64>);

impl Rows {
    /// Rotates a row into the triangle (Givens).
    fn add(&mut self, mut row: Vector6<f64>) {
        for k in 0..6 {
            if row[k] == 0.0 {
                continue;
            }
            let length = self.0[(k, k)].hypot(row[k]);
            let (cosine, sine) = (self.0[(k, k)] / length, row[k] / length);
            for j in k..6 {
                let (top, below) = (self.0[(k, j)], row[j]);
                self.0[(k, j)] = cosine * top + sine * below;
                row[j] = cosine * below - sine * top;
            }
        }
    }

    /// An orthonormal basis of what the rows do not see.
    fn null_space(&self) -> Vec<Vector6<f64>> {
        let svd = self.0.svd(false, true);
        let Some(rows) = svd.v_t else { unreachable!("the right singular vectors were asked for") };
        let free = (0..6).filter(|&k| svd.singular_values[k] < RESISTANCE);
        free.map(|k| rows.row(k).transpose()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_come_one_by_one_leave_the_null_space_of_all() {
        let frame = Frame { centre: [1.0, 2.0, 3.0], size: 2.0 };
        let mut rows = Rows::default();
        // Three translations of one point, many times over.
        for _ in 0..1000 {
            (0..3).for_each(|component| rows.add(frame.row([1.0, 2.0, 5.0], component)));
        }
        let free = rows.null_space();
        assert_eq!(free.len(), 3);
        for motion in &free {
            // t + w x (0, 0, 2) with w = second half / 2.
            let still = [motion[0] + motion[4], motion[1] - motion[3], motion[2]];
            assert!(still.iter().all(|x| x.abs() < 1e-14), "{still:?}");
        }
    }

    #[test]
    fn trees_of_nodes_end_at_the_smallest() {
        let mut roots: Vec<u32> = (0..6).collect();
        unite(&mut roots, 5, 3);
        unite(&mut roots, 4, 5);
        unite(&mut roots, 0, 2);
        assert_eq!((0..6).map(|node| root(&mut roots, node)).collect::<Vec<_>>(), [0, 1, 0, 3, 3, 3]);
    }
}
