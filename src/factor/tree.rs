//! Elimination tree, postorder and column counts of a permuted graph.
//!
//! J. W. H. Liu, The role of elimination trees in sparse factorization, SIAM J. Matrix Anal. Appl.
//! 11 (1990) 134-172, doi:10.1137/0611010.

use super::graph::Graph;

pub(super) const NONE: u32 = u32::MAX;

/// The elimination tree of a graph in a given order, relabelled so that the order is a postorder.
pub(super) struct EliminationTree {
    /// `order[k]` is the vertex eliminated as the k-th.
    pub order: Vec<u32>,
    /// Parent of the k-th vertex in the order, or [`NONE`].
    pub parent: Vec<u32>,
    /// DOFs in column k of the factor: the vertex's own and those below.
    pub count: Vec<u32>,
}

impl EliminationTree {
    pub fn new(graph: &Graph, order: Vec<u32>) -> Self {
        let parent = parents(graph, &order);
        let post = postorder(&parent);
        let mut place = vec![0u32; post.len()];
        for (k, &at) in post.iter().enumerate() {
            place[at as usize] = k as u32;
        }
        let renamed = |p: u32| if p == NONE { NONE } else { place[p as usize] };
        let parent = post.iter().map(|&at| renamed(parent[at as usize])).collect();
        let order: Vec<u32> = post.iter().map(|&at| order[at as usize]).collect();
        let mut tree = Self { order, parent, count: Vec::new() };
        tree.count = tree.column_counts(graph);
        tree
    }

    /// Multiplications and additions of the Cholesky factorization, sum of count^2 over the DOFs.
    pub fn flops(&self, graph: &Graph) -> f64 {
        (self.order.iter().zip(&self.count))
            .map(|(&vertex, &count)| {
                (0..graph.weight[vertex as usize]).map(|done| f64::from(count - done).powi(2)).sum::<f64>()
            })
            .sum()
    }

    /// Climbs from each neighbour towards the vertex: O(entries of the factor of the graph).
    fn column_counts(&self, graph: &Graph) -> Vec<u32> {
        let place = inverse(&self.order);
        let weight = |k: usize| graph.weight[self.order[k] as usize];
        let mut count: Vec<u32> = (0..self.order.len()).map(weight).collect();
        let mut seen = vec![NONE; self.order.len()];
        for row in 0..self.order.len() {
            seen[row] = row as u32;
            for &neighbour in graph.neighbours(self.order[row] as usize) {
                let mut col = place[neighbour as usize];
                while (col as usize) < row && seen[col as usize] != row as u32 {
                    seen[col as usize] = row as u32;
                    count[col as usize] += weight(row);
                    col = self.parent[col as usize];
                }
            }
        }
        count
    }
}

pub(super) fn inverse(order: &[u32]) -> Vec<u32> {
    let mut place = vec![0u32; order.len()];
    for (k, &vertex) in order.iter().enumerate() {
        place[vertex as usize] = k as u32;
    }
    place
}

fn parents(graph: &Graph, order: &[u32]) -> Vec<u32> {
    let place = inverse(order);
    let mut parent = vec![NONE; order.len()];
    let mut ancestor = vec![NONE; order.len()];
    for row in 0..order.len() as u32 {
        for &neighbour in graph.neighbours(order[row as usize] as usize) {
            let mut at = place[neighbour as usize];
            while at < row {
                let next = std::mem::replace(&mut ancestor[at as usize], row);
                if next == NONE {
                    parent[at as usize] = row;
                }
                at = next;
            }
        }
    }
    parent
}

/// Children before parents, each subtree contiguous; the child that comes last in number comes last.
pub(super) fn postorder(parent: &[u32]) -> Vec<u32> {
    let mut first_child = vec![NONE; parent.len()];
    let mut sibling = vec![NONE; parent.len()];
    let mut stack = Vec::new();
    for at in (0..parent.len() as u32).rev() {
        match parent[at as usize] {
            NONE => {}
            p => sibling[at as usize] = std::mem::replace(&mut first_child[p as usize], at),
        }
    }
    let mut post = Vec::with_capacity(parent.len());
    for root in (0..parent.len() as u32).filter(|&at| parent[at as usize] == NONE) {
        stack.push(root);
        while let Some(&at) = stack.last() {
            match std::mem::replace(&mut first_child[at as usize], NONE) {
                NONE => {
                    post.push(at);
                    stack.pop();
                    if !stack.is_empty() && sibling[at as usize] != NONE {
                        stack.push(sibling[at as usize]);
                    }
                }
                child => stack.push(child),
            }
        }
    }
    post
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path 0 - 1 - 2 - 3 in natural order: the tree is the path, every column has two entries.
    #[test]
    fn path_graph_has_a_path_as_tree() {
        let graph = Graph { ptr: vec![0, 1, 3, 5, 6], adjacency: vec![1, 0, 2, 1, 3, 2], weight: vec![1; 4] };
        let tree = EliminationTree::new(&graph, vec![0, 1, 2, 3]);
        assert_eq!(tree.parent, [1, 2, 3, NONE]);
        assert_eq!(tree.count, [2, 2, 2, 1]);
        assert_eq!(tree.flops(&graph), 13.0);
    }

    /// Both ends first, the middle last: no fill, two leaves under the root; siblings keep order.
    #[test]
    fn dissected_path_is_a_forest_of_leaves_under_the_separator() {
        let graph = Graph { ptr: vec![0, 1, 3, 4], adjacency: vec![1, 0, 2, 1], weight: vec![2, 1, 3] };
        let tree = EliminationTree::new(&graph, vec![0, 2, 1]);
        assert_eq!(tree.parent, [2, 2, NONE]);
        assert_eq!(tree.order, [0, 2, 1]);
        assert_eq!(tree.count, [3, 4, 1]);
    }

    #[test]
    fn postorder_keeps_subtrees_contiguous() {
        // 0 and 3 under 4, 1 and 2 under 3
        assert_eq!(postorder(&[4, 3, 3, 4, NONE]), [0, 1, 2, 3, 4]);
        // 0 under 2, 1 under 3, 2 and 3 under 4
        assert_eq!(postorder(&[2, 3, 4, 4, NONE]), [0, 2, 1, 3, 4]);
    }
}
