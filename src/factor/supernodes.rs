//! From the elimination tree to panels: dense blocks of columns that share one list of rows.

use super::graph::{Graph, Quotient};
use super::tree::{EliminationTree, NONE, inverse, postorder};

/// Widest panel in columns. A wide supernode is cut into several: their diagonal blocks stay in
/// cache, and the unused upper halves of the blocks stay small.
const WIDEST_PANEL: usize = 192;

/// Two supernodes are merged when they have at most so many columns together and at most such a
/// fraction of the merged block are zeros that wouldn't be stored otherwise. Small blocks cost more
/// in calls than in zeros.
const RELAXATION: [(u32, f64); 4] = [(12, 1.0), (24, 0.5), (64, 0.1), (u32::MAX, 0.03)];

/// Panels of the factor, numbered so that a panel only updates later ones.
pub(super) struct Panels {
    /// `dof_order[k]` is the DOF eliminated as the k-th.
    pub dof_order: Vec<u32>,
    /// First column of each panel, and the size at the end.
    pub begin: Vec<u32>,
    /// Rows below panel p: `rows[row_ptr[p]..row_ptr[p + 1]]`, in elimination order, ascending.
    pub row_ptr: Vec<usize>,
    pub rows: Vec<u32>,
    /// The supernode that each panel is a piece of.
    pub supernode: Vec<u32>,
}

struct Supernodes {
    /// Columns of the tree, grouped; supernodes in postorder.
    columns: Vec<Vec<u32>>,
    parent: Vec<u32>,
}

pub(super) fn panels(quotient: &Quotient, tree: &EliminationTree) -> Panels {
    let graph = &quotient.graph;
    let merged = relaxed(graph, tree);
    let order: Vec<u32> = merged.columns.iter().flatten().map(|&k| tree.order[k as usize]).collect();
    let below = rows_below(graph, &merged, &order);
    expand(quotient, &merged, &order, &below)
}

/// Fundamental supernodes: chains in the tree whose columns have the same rows.
fn fundamental(graph: &Graph, tree: &EliminationTree) -> Vec<Vec<u32>> {
    let mut children = vec![0u32; tree.parent.len()];
    for &parent in tree.parent.iter().filter(|&&p| p != NONE) {
        children[parent as usize] += 1;
    }
    let mut columns: Vec<Vec<u32>> = Vec::new();
    for (k, &child_count) in children.iter().enumerate() {
        let continues = k > 0
            && tree.parent[k - 1] == k as u32
            && child_count == 1
            && tree.count[k - 1] == tree.count[k] + graph.weight[tree.order[k - 1] as usize];
        match columns.last_mut() {
            Some(last) if continues => last.push(k as u32),
            _ => columns.push(vec![k as u32]),
        }
    }
    columns
}

/// Merges supernodes into their parents where that costs few zeros (see [`RELAXATION`]; C. Ashcraft
/// and R. Grimes, ACM Trans. Math. Softw. 15 (1989) 291-309, doi:10.1145/76909.76910).
fn relaxed(graph: &Graph, tree: &EliminationTree) -> Supernodes {
    let mut columns = fundamental(graph, tree);
    let mut of_column = vec![0u32; tree.parent.len()];
    for (s, list) in columns.iter().enumerate() {
        list.iter().for_each(|&k| of_column[k as usize] = s as u32);
    }
    let weight = |k: u32| graph.weight[tree.order[k as usize] as usize];
    let last = |list: &[u32]| list[list.len() - 1];
    let parent: Vec<u32> = (columns.iter().map(|list| tree.parent[last(list) as usize]))
        .map(|p| if p == NONE { NONE } else { of_column[p as usize] })
        .collect();
    let mut width: Vec<u32> = columns.iter().map(|list| list.iter().map(|&k| weight(k)).sum()).collect();
    let height: Vec<u32> =
        columns.iter().map(|list| tree.count[last(list) as usize] - weight(last(list))).collect();
    let mut real: Vec<f64> = (0..columns.len()).map(|s| block_entries(width[s], height[s])).collect();
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); columns.len()];
    let mut into = vec![NONE; columns.len()];
    for s in 0..columns.len() {
        let mut candidates = std::mem::take(&mut children[s]);
        candidates.sort_by_key(|&c| (std::cmp::Reverse(width[c as usize]), c));
        for c in candidates {
            let c = c as usize;
            let total = block_entries(width[s] + width[c], height[s]);
            let zeros = 1.0 - (real[s] + real[c]) / total;
            let joined = width[s] + width[c];
            if RELAXATION.iter().any(|&(widest, share)| joined <= widest && zeros <= share) {
                width[s] = joined;
                real[s] += real[c];
                into[c] = s as u32;
                let own = std::mem::take(&mut columns[s]);
                columns[s] = std::mem::take(&mut columns[c]);
                columns[s].extend(own);
            } else {
                children[s].push(c as u32);
            }
        }
        if parent[s] != NONE {
            children[parent[s] as usize].push(s as u32);
        }
    }
    renumbered(columns, &parent, &into)
}

/// Entries of a trapezoid: `width` columns, their lower triangle and `height` rows below.
fn block_entries(width: u32, height: u32) -> f64 {
    let (width, height) = (f64::from(width), f64::from(height));
    width * (width + 1.0) / 2.0 + width * height
}

/// Drops the supernodes that were merged away and puts the rest in postorder.
fn renumbered(mut columns: Vec<Vec<u32>>, parent: &[u32], into: &[u32]) -> Supernodes {
    let survivor = |mut s: u32| {
        while s != NONE && into[s as usize] != NONE {
            s = into[s as usize];
        }
        s
    };
    let kept: Vec<u32> = (0..columns.len() as u32).filter(|&s| into[s as usize] == NONE).collect();
    let mut place = vec![NONE; columns.len()];
    for (new, &old) in kept.iter().enumerate() {
        place[old as usize] = new as u32;
    }
    let compact = |p: u32| if p == NONE { NONE } else { place[p as usize] };
    let parent: Vec<u32> = kept.iter().map(|&s| compact(survivor(parent[s as usize]))).collect();
    let post = postorder(&parent);
    let mut rank = vec![0u32; post.len()];
    for (k, &s) in post.iter().enumerate() {
        rank[s as usize] = k as u32;
    }
    Supernodes {
        columns: post.iter().map(|&s| std::mem::take(&mut columns[kept[s as usize] as usize])).collect(),
        parent: (post.iter().map(|&s| parent[s as usize]))
            .map(|p| if p == NONE { NONE } else { rank[p as usize] })
            .collect(),
    }
}

/// Rows below each supernode, as places in `order`: neighbours of its columns and rows of its
/// children, less what is inside.
fn rows_below(graph: &Graph, supernodes: &Supernodes, order: &[u32]) -> Vec<Vec<u32>> {
    let place = inverse(order);
    let mut below: Vec<Vec<u32>> = vec![Vec::new(); supernodes.columns.len()];
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); supernodes.columns.len()];
    let mut seen = vec![NONE; order.len()];
    let mut begin = 0;
    for s in 0..supernodes.columns.len() {
        let end = begin + supernodes.columns[s].len();
        let mut list = Vec::new();
        let mut add = |row: u32| {
            if row as usize >= end && seen[row as usize] != s as u32 {
                seen[row as usize] = s as u32;
                list.push(row);
            }
        };
        for &vertex in &order[begin..end] {
            graph.neighbours(vertex as usize).iter().for_each(|&other| add(place[other as usize]));
        }
        for &child in &children[s] {
            below[child as usize].iter().for_each(|&row| add(row));
        }
        list.sort_unstable();
        below[s] = list;
        if supernodes.parent[s] != NONE {
            children[supernodes.parent[s] as usize].push(s as u32);
        }
        begin = end;
    }
    below
}

/// From vertices to DOFs, and from supernodes to panels of at most [`WIDEST_PANEL`] columns.
fn expand(quotient: &Quotient, supernodes: &Supernodes, order: &[u32], below: &[Vec<u32>]) -> Panels {
    let members = |vertex: u32| {
        let range = quotient.member_ptr[vertex as usize]..quotient.member_ptr[vertex as usize + 1];
        &quotient.members[range.start as usize..range.end as usize]
    };
    let dof_order: Vec<u32> = order.iter().flat_map(|&vertex| members(vertex)).copied().collect();
    let mut first_dof = vec![0u32];
    for &vertex in order {
        first_dof.push(first_dof[first_dof.len() - 1] + members(vertex).len() as u32);
    }
    let mut panels =
        Panels { dof_order, begin: vec![0], row_ptr: vec![0], rows: Vec::new(), supernode: Vec::new() };
    let mut vertex_begin = 0;
    for (s, columns) in supernodes.columns.iter().enumerate() {
        let begin = first_dof[vertex_begin];
        vertex_begin += columns.len();
        let end = first_dof[vertex_begin];
        let width = (end - begin) as usize;
        let pieces = width.div_ceil(WIDEST_PANEL);
        for piece in 1..=pieces {
            let cut = begin + (width * piece / pieces) as u32;
            panels.begin.push(cut);
            panels.supernode.push(s as u32);
            panels.rows.extend(cut..end);
            for &row in &below[s] {
                panels.rows.extend(first_dof[row as usize]..first_dof[row as usize + 1]);
            }
            panels.row_ptr.push(panels.rows.len());
        }
    }
    panels
}
