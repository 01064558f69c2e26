//! Which elements meet at each node, and the pattern of the matrix that follows.

use std::sync::Arc;

use rayon::prelude::*;

use super::super::{Block, Equations, Model};
use crate::matrix::{Pages, Pattern};
use crate::parallel::Workspaces;

/// Nodes whose columns are one piece of work.
const NODES_PER_CHUNK: usize = 128;

/// The elements at each node, in the order of the elements, which are counted block by block.
#[derive(Debug)]
pub(super) struct Incidence {
    /// The elements at node k are `elements[start[k]..start[k + 1]]`.
    pub start: Vec<usize>,
    pub elements: Vec<u32>,
    /// Which of the element's own nodes it is.
    pub locals: Vec<u8>,
}

impl Incidence {
    pub fn new(model: &Model) -> Self {
        let nodes = model.positions().len();
        let mut start = vec![0; nodes + 1];
        for &node in model.blocks().iter().flat_map(|block| &block.nodes) {
            start[node as usize + 1] += 1;
        }
        for node in 0..nodes {
            start[node + 1] += start[node];
        }
        let mut next = start.clone();
        let mut elements = vec![0; start[nodes]];
        let mut locals = vec![0; start[nodes]];
        let all = model.blocks().iter().flat_map(|block| block.nodes.chunks_exact(block.kind.nodes()));
        for (element, own) in (0..).zip(all) {
            for (local, &node) in (0..).zip(own) {
                let place = &mut next[node as usize];
                (elements[*place], locals[*place]) = (element, local);
                *place += 1;
            }
        }
        Self { start, elements, locals }
    }

    pub fn of(&self, node: usize) -> &[u32] {
        &self.elements[self.start[node]..self.start[node + 1]]
    }
}

/// The first element of each block in the count over all, and the number of all.
pub(super) fn first_elements(blocks: &[Block]) -> Vec<usize> {
    let mut first = vec![0];
    first.extend(blocks.iter().scan(0, |sum, block| {
        *sum += block.len();
        Some(*sum)
    }));
    first
}

/// The first equation of each node, and the number of all.
pub(super) fn first_equations(equations: &Equations) -> Vec<usize> {
    let mut first = vec![0; equations.of_node().len() + 1];
    for &node in equations.nodes() {
        first[node as usize + 1] += 1;
    }
    for node in 1..first.len() {
        first[node] += first[node - 1];
    }
    first
}

/// The lower triangle of all pairs of equations whose nodes share an element.
pub(super) fn pattern(model: &Model, incidence: &Incidence, first_equation: &[usize]) -> Arc<Pattern> {
    let neighbours = neighbours(model, incidence, first_equation);
    let size = model.equations().count();
    let mut col_ptr = Vec::with_capacity(size + 1);
    col_ptr.push(0);
    for node in 0..first_equation.len() - 1 {
        let rows: usize =
            neighbours.of(node).iter().map(|&other| equations_of(first_equation, other).len()).sum();
        let equations = equations_of(first_equation, node as u32).len();
        for earlier in 0..equations {
            col_ptr.push(col_ptr[col_ptr.len() - 1] + rows - earlier);
        }
    }
    let mut row_idx = Pages::zeroed_or_panic(col_ptr[size]);
    let chunks = split_columns(&mut row_idx, &col_ptr, first_equation);
    chunks.into_par_iter().enumerate().for_each(|(chunk, rows)| {
        let mut places = rows.iter_mut();
        for node in chunk_nodes(chunk, first_equation.len() - 1) {
            for col in equations_of(first_equation, node as u32) {
                let all = neighbours.of(node).iter().flat_map(|&other| equations_of(first_equation, other));
                all.filter(|&row| row >= col).zip(&mut places).for_each(|(row, place)| *place = row);
            }
        }
    });
    Arc::new(Pattern { col_ptr, row_idx })
}

pub(super) fn equations_of(first_equation: &[usize], node: u32) -> std::ops::Range<usize> {
    first_equation[node as usize]..first_equation[node as usize + 1]
}

pub(super) fn chunk_nodes(chunk: usize, nodes: usize) -> std::ops::Range<usize> {
    chunk * NODES_PER_CHUNK..nodes.min((chunk + 1) * NODES_PER_CHUNK)
}

/// Cuts what is stored by columns into the pieces of the chunks of nodes.
pub(super) fn split_columns<'a, T>(
    entries: &'a mut [T],
    col_ptr: &[usize],
    first_equation: &[usize],
) -> Vec<&'a mut [T]> {
    let nodes = first_equation.len() - 1;
    let mut rest = entries;
    (0..nodes.div_ceil(NODES_PER_CHUNK))
        .map(|chunk| {
            let range = chunk_nodes(chunk, nodes);
            let length = col_ptr[first_equation[range.end]] - col_ptr[first_equation[range.start]];
            rest.split_off_mut(..length).expect("the columns of the chunk")
        })
        .collect()
}

/// For each node those that share an element with it and don't come before it, ascending.
struct Neighbours {
    chunks: Vec<(Vec<u32>, Vec<usize>)>,
}

impl Neighbours {
    fn of(&self, node: usize) -> &[u32] {
        let (list, ends) = &self.chunks[node / NODES_PER_CHUNK];
        let at = node % NODES_PER_CHUNK;
        &list[ends[at]..ends[at + 1]]
    }
}

fn neighbours(model: &Model, incidence: &Incidence, first_equation: &[usize]) -> Neighbours {
    let nodes = model.positions().len();
    let first_element = first_elements(model.blocks());
    let seen = Workspaces::default();
    let of_chunk = |chunk: usize| {
        seen.with(
            || vec![u32::MAX; nodes],
            |seen: &mut Vec<u32>| {
                let (mut list, mut ends) = (Vec::new(), vec![0]);
                for node in chunk_nodes(chunk, nodes) {
                    let begin = list.len();
                    // A node whose components are all held has no columns.
                    if first_equation[node] < first_equation[node + 1] {
                        for &element in incidence.of(node) {
                            for &other in nodes_of(model, &first_element, element as usize) {
                                if other as usize >= node && seen[other as usize] != node as u32 {
                                    seen[other as usize] = node as u32;
                                    list.push(other);
                                }
                            }
                        }
                    }
                    list[begin..].sort_unstable();
                    ends.push(list.len());
                }
                (list, ends)
            },
        )
    };
    Neighbours { chunks: (0..nodes.div_ceil(NODES_PER_CHUNK)).into_par_iter().map(of_chunk).collect() }
}

fn nodes_of<'a>(model: &'a Model, first_element: &[usize], element: usize) -> &'a [u32] {
    let block = first_element.partition_point(|&first| first <= element) - 1;
    model.blocks()[block].nodes_of(element - first_element[block])
}
