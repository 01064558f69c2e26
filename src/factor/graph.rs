//! The graph that is ordered: nodes, or DOFs with the same neighbours, as weighted vertices.

use std::collections::HashMap;

use crate::matrix::SymmetricMatrix;

/// An undirected graph without loops; `weight` is the number of DOFs that a vertex stands for.
pub(super) struct Graph {
    pub ptr: Vec<usize>,
    pub adjacency: Vec<u32>,
    pub weight: Vec<u32>,
}

impl Graph {
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    pub fn neighbours(&self, vertex: usize) -> &[u32] {
        &self.adjacency[self.ptr[vertex]..self.ptr[vertex + 1]]
    }
}

/// A graph of groups of DOFs.
pub(super) struct Quotient {
    pub graph: Graph,
    /// DOFs of vertex v: `members[member_ptr[v]..member_ptr[v + 1]]`.
    pub member_ptr: Vec<u32>,
    pub members: Vec<u32>,
}

/// Groups the DOFs of `matrix`: by `groups` (the node of each DOF) where given, or guessed, and where that
/// doesn't blow up the pattern, else those with identical neighbours.
pub(super) fn quotient(matrix: &SymmetricMatrix, groups: Option<&[u32]>) -> Quotient {
    let full = full_adjacency(matrix);
    if let Some(groups) = groups.map(<[u32]>::to_vec).or_else(|| guess_nodes(matrix)) {
        let by_node = collapse(&full, &renumber(&groups));
        // Labels that don't describe the model (all alike, say) would make the pattern dense.
        if by_node.expanded_entries() <= 2 * (full.adjacency.len() + full.len()) {
            return by_node;
        }
    }
    collapse(&full, &alike(&full))
}

impl Quotient {
    /// Entries of the DOF pattern (both triangles) that the graph of groups stands for.
    fn expanded_entries(&self) -> usize {
        let graph = &self.graph;
        (0..graph.len())
            .map(|v| {
                let own = graph.weight[v] as usize;
                let others = graph.neighbours(v).iter().map(|&u| graph.weight[u as usize] as usize);
                own * (own + others.sum::<usize>())
            })
            .sum()
    }
}

/// Degrees of freedom per node that are tried, and how much larger the pattern may get when whole
/// blocks are taken for it: exporters drop zeros inside of the blocks.
const DOFS_PER_NODE: [usize; 3] = [6, 3, 2];
const LARGEST_GROWTH: f64 = 1.4;

/// Guesses the node of each DOF where no names are known: equations in runs of 6, 3 or 2 that are coupled
/// block by block. `None` where the pattern has no such blocks.
///
/// Cost: O(entries).
pub fn guess_nodes(matrix: &SymmetricMatrix) -> Option<Vec<u32>> {
    let size = matrix.size();
    let stored = |col| matrix.column(col).map(move |(row, _)| if row == col { 1 } else { 2 }).sum::<usize>();
    let entries = (0..size).map(stored).sum::<usize>() as f64;
    let fits = |&per_node: &usize| {
        size.is_multiple_of(per_node)
            && size > per_node
            && (per_node * per_node * blocks(matrix, per_node)) as f64 <= LARGEST_GROWTH * entries
    };
    let per_node = DOFS_PER_NODE.into_iter().find(|per_node| fits(per_node))?;
    Some((0..size).map(|dof| (dof / per_node) as u32).collect())
}

/// Blocks of `per_node x per_node` that hold entries, both triangles.
fn blocks(matrix: &SymmetricMatrix, per_node: usize) -> usize {
    let mut seen = vec![usize::MAX; matrix.size() / per_node];
    let mut count = 0;
    for col in 0..matrix.size() {
        for (row, _) in matrix.column(col) {
            let (row, col) = (row / per_node, col / per_node);
            if std::mem::replace(&mut seen[row], col) != col {
                count += if row == col { 1 } else { 2 };
            }
        }
    }
    count
}

fn full_adjacency(matrix: &SymmetricMatrix) -> Graph {
    let size = matrix.size();
    let off_diagonal = || {
        (0..size)
            .flat_map(move |col| matrix.column(col).map(move |(row, _)| (row, col)))
            .filter(|(r, c)| r != c)
    };
    let mut ptr = vec![0usize; size + 1];
    for (row, col) in off_diagonal() {
        ptr[row + 1] += 1;
        ptr[col + 1] += 1;
    }
    for vertex in 0..size {
        ptr[vertex + 1] += ptr[vertex];
    }
    let mut next = ptr.clone();
    let mut adjacency = vec![0u32; ptr[size]];
    for (row, col) in off_diagonal() {
        adjacency[next[row]] = col as u32;
        next[row] += 1;
        adjacency[next[col]] = row as u32;
        next[col] += 1;
    }
    // Ascending in each list: for vertex v, smaller neighbours come as columns before v's own column.
    Graph { ptr, adjacency, weight: vec![1; size] }
}

/// Numbers group names 0, 1, 2 ... in order of appearance.
pub(crate) fn renumber(groups: &[u32]) -> Vec<u32> {
    let mut seen = HashMap::with_capacity(groups.len() / 3);
    groups
        .iter()
        .map(|&group| {
            let next = seen.len() as u32;
            *seen.entry(group).or_insert(next)
        })
        .collect()
}

/// Gives DOFs with the same closed neighbourhood the same number.
fn alike(full: &Graph) -> Vec<u32> {
    let mix = |vertex: u32| (u64::from(vertex) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let hash = |v: usize| full.neighbours(v).iter().fold(mix(v as u32), |sum, &u| sum.wrapping_add(mix(u)));
    let mut leaders: HashMap<u64, Vec<u32>> = HashMap::with_capacity(full.len());
    let mut group = vec![0u32; full.len()];
    let mut count = 0;
    for v in 0..full.len() {
        let candidates = leaders.entry(hash(v)).or_default();
        match candidates.iter().find(|&&leader| same_closed_neighbourhood(full, leader as usize, v)) {
            Some(&leader) => group[v] = group[leader as usize],
            None => {
                candidates.push(v as u32);
                group[v] = count;
                count += 1;
            }
        }
    }
    group
}

fn same_closed_neighbourhood(full: &Graph, a: usize, b: usize) -> bool {
    let without = |list: usize, gone: usize| {
        full.neighbours(list).iter().copied().filter(move |&vertex| vertex as usize != gone)
    };
    full.neighbours(a).len() == full.neighbours(b).len()
        && full.neighbours(a).binary_search(&(b as u32)).is_ok()
        && without(a, b).eq(without(b, a))
}

fn collapse(full: &Graph, group: &[u32]) -> Quotient {
    let count = group.iter().max().map_or(0, |&last| last as usize + 1);
    let mut member_ptr = vec![0u32; count + 1];
    for &g in group {
        member_ptr[g as usize + 1] += 1;
    }
    for g in 0..count {
        member_ptr[g + 1] += member_ptr[g];
    }
    let mut next = member_ptr.clone();
    let mut members = vec![0u32; group.len()];
    for (dof, &g) in group.iter().enumerate() {
        members[next[g as usize] as usize] = dof as u32;
        next[g as usize] += 1;
    }
    let weight: Vec<u32> = member_ptr.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (mut ptr, mut adjacency) = (vec![0usize], Vec::new());
    let mut seen = vec![u32::MAX; count];
    for g in 0..count {
        seen[g] = g as u32;
        for &dof in &members[member_ptr[g] as usize..member_ptr[g + 1] as usize] {
            for &other in full.neighbours(dof as usize) {
                let other = group[other as usize];
                if seen[other as usize] != g as u32 {
                    seen[other as usize] = g as u32;
                    adjacency.push(other);
                }
            }
        }
        ptr.push(adjacency.len());
    }
    Quotient { graph: Graph { ptr, adjacency, weight }, member_ptr, members }
}
