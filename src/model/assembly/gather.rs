//! Element matrices computed in batches and gathered column by column.
//!
//! Each entry is summed by one thread in the order of the elements, so that its bits depend on nothing else.

use rayon::prelude::*;

use super::super::equations::HELD;
use super::super::{Block, ElementAt};
use super::Assembly;
use super::incidence::{NODES_PER_CHUNK, chunk_nodes, equations_of, split_columns};
use crate::parallel::{Progress, Workspaces};

/// Elements that one job computes.
const ELEMENTS_PER_JOB: usize = 64;
/// Element matrices of a batch may take so many bytes: they are read again while still in a cache.
const BATCH_BYTES: usize = 24 << 20;

/// Writes the matrix of one element (nodes, square matrix); `false`: it has none.
pub(super) type ElementMatrix<'a> = dyn Fn(ElementAt, &[[f64; 3]], &mut [f64]) -> bool + Sync + 'a;

/// Element matrices of one block, one after the other.
struct Batch<'a> {
    block: &'a Block,
    /// In the count over all blocks.
    first_element: usize,
    /// Of the block.
    elements: std::ops::Range<usize>,
    matrices: &'a [f64],
    is_there: &'a [bool],
}

impl Assembly<'_> {
    /// Adds the matrices of all elements to `values`, on the pattern. The first element whose matrix is not finite
    /// is returned.
    pub(super) fn gather(
        &self,
        element_matrix: &ElementMatrix,
        values: &mut [f64],
        progress: &dyn Progress,
    ) -> Result<(), ElementAt> {
        let nodes = self.model.positions().len();
        let mut columns = split_columns(values, &self.pattern.col_ptr, &self.first_equation);
        let mut next = self.incidence.start[..nodes].to_vec();
        let places = Workspaces::default();
        let (mut matrices, mut states) = (Vec::new(), Vec::new());
        progress.begin("assembling", self.first_element[self.model.blocks().len()] as u64);
        for (number, block) in self.model.blocks().iter().enumerate() {
            let entries = (block.kind.nodes() * block.kind.components()).pow(2);
            let per_batch = (BATCH_BYTES / (8 * entries)).next_multiple_of(ELEMENTS_PER_JOB).min(block.len());
            for begin in (0..block.len()).step_by(per_batch) {
                let elements = begin..block.len().min(begin + per_batch);
                matrices.resize(elements.len() * entries, 0.0);
                states.resize(elements.len(), false);
                self.compute(number, &elements, element_matrix, &mut matrices, &mut states)?;
                let batch = Batch {
                    block,
                    first_element: self.first_element[number] + begin,
                    elements: elements.clone(),
                    matrices: &matrices,
                    is_there: &states,
                };
                columns.par_iter_mut().zip(next.par_chunks_mut(NODES_PER_CHUNK)).enumerate().for_each(
                    |(chunk, (columns, next))| {
                        places.with(
                            || vec![0; self.pattern.size()],
                            |places: &mut Vec<u32>| self.gather_chunk(&batch, chunk, columns, next, places),
                        );
                    },
                );
                progress.advance(elements.len() as u64);
            }
        }
        progress.end();
        Ok(())
    }

    /// The matrices of a batch, in parallel.
    fn compute(
        &self,
        block: usize,
        elements: &std::ops::Range<usize>,
        element_matrix: &ElementMatrix,
        matrices: &mut [f64],
        is_there: &mut [bool],
    ) -> Result<(), ElementAt> {
        let entries = matrices.len() / elements.len();
        let jobs = matrices.par_chunks_mut(ELEMENTS_PER_JOB * entries);
        let bad: Vec<Option<usize>> = jobs
            .zip(is_there.par_chunks_mut(ELEMENTS_PER_JOB))
            .enumerate()
            .map(|(job, (matrices, is_there))| {
                let mut coordinates = [[0.0; 3]; 20];
                let first = elements.start + job * ELEMENTS_PER_JOB;
                let all = matrices.chunks_exact_mut(entries).zip(is_there).zip(first..);
                let mut bad = None;
                for ((matrix, is_there), element) in all {
                    let own = self.model.blocks()[block].nodes_of(element);
                    for (position, &node) in coordinates.iter_mut().zip(own) {
                        *position = self.model.positions()[node as usize];
                    }
                    *is_there =
                        element_matrix(ElementAt { block, element }, &coordinates[..own.len()], matrix);
                    if *is_there && bad.is_none() && !matrix.iter().all(|value| value.is_finite()) {
                        bad = Some(element);
                    }
                }
                bad
            })
            .collect();
        match bad.into_iter().flatten().next() {
            Some(element) => Err(ElementAt { block, element }),
            None => Ok(()),
        }
    }

    /// Adds what a batch has for the columns of a chunk of nodes. `next` is where the elements of each node go on.
    fn gather_chunk(
        &self,
        batch: &Batch,
        chunk: usize,
        columns: &mut [f64],
        next: &mut [usize],
        places: &mut [u32],
    ) {
        let end = (batch.first_element + batch.elements.len()) as u32;
        let nodes = chunk_nodes(chunk, self.first_equation.len() - 1);
        let base = self.pattern.col_ptr[self.first_equation[nodes.start]];
        for (node, next) in nodes.zip(next) {
            let begin = *next;
            let all = self.incidence.start[node + 1];
            while *next < all && self.incidence.elements[*next] < end {
                *next += 1;
            }
            let equations = equations_of(&self.first_equation, node as u32);
            if begin < *next && !equations.is_empty() {
                let column = self.pattern.col_ptr[equations.start]..self.pattern.col_ptr[equations.start + 1];
                for (place, &row) in (0..).zip(&self.pattern.row_idx[column]) {
                    places[row] = place;
                }
                for at in begin..*next {
                    self.gather_element(batch, at, node, base, columns, places);
                }
            }
        }
    }

    /// Adds the columns of one node of one element. `places` says for each row its place in the node's first column;
    /// each further column of the node begins one row later.
    #[inline]
    fn gather_element(
        &self,
        batch: &Batch,
        at: usize,
        node: usize,
        base: usize,
        columns: &mut [f64],
        places: &[u32],
    ) {
        let element = self.incidence.elements[at] as usize - batch.first_element;
        if !batch.is_there[element] {
            return;
        }
        let kind = batch.block.kind;
        let (count, components) = (kind.nodes(), kind.components());
        let size = count * components;
        let matrix = &batch.matrices[element * size * size..(element + 1) * size * size];
        let own = self.first_equation[node];
        let mut runs = Runs::new();
        for (local, &other) in batch.block.nodes_of(batch.elements.start + element).iter().enumerate() {
            if (other as usize) > node {
                runs.push(local * components, &self.equations_at(other)[..components], places);
            }
        }
        let local = usize::from(self.incidence.locals[at]) * components;
        let of_node = &self.equations_at(node as u32)[..components];
        for (component, &equation) in of_node.iter().enumerate() {
            if equation == HELD {
                continue;
            }
            let rank = equation as usize - own;
            let column = &matrix[(local + component) * size..][..size];
            let start = self.pattern.col_ptr[equation as usize] - base;
            let sums = &mut columns[start..self.pattern.col_ptr[equation as usize + 1] - base];
            for (below, &row) in of_node.iter().enumerate().skip(component) {
                if row != HELD {
                    sums[row as usize - own - rank] += column[local + below];
                }
            }
            runs.add_to(sums, rank, column);
        }
    }

    fn equations_at(&self, node: u32) -> &[u32; 6] {
        &self.model.equations().of_node()[node as usize]
    }
}

/// Rows of an element matrix that lie one after the other in the node's first column, too: first row, place, length.
struct Runs {
    list: [(u16, u32, u16); 60],
    count: usize,
}

impl Runs {
    #[inline(always)]
    fn new() -> Self {
        Self { list: [(0, 0, 0); 60], count: 0 }
    }

    /// Adds the rows of a node: all at once where nothing of it is held.
    #[inline(always)]
    fn push(&mut self, first_row: usize, equations: &[u32], places: &[u32]) {
        let (first, last) = (equations[0], equations[equations.len() - 1]);
        if first != HELD && last != HELD && (last - first) as usize == equations.len() - 1 {
            self.put((first_row as u16, places[first as usize], equations.len() as u16));
            return;
        }
        for (row, &equation) in (first_row..).zip(equations) {
            if equation != HELD {
                self.put((row as u16, places[equation as usize], 1));
            }
        }
    }

    #[inline(always)]
    fn put(&mut self, run: (u16, u32, u16)) {
        self.list[self.count] = run;
        self.count += 1;
    }

    /// Adds a column of the element matrix to a column of the node, `rank` rows shorter than its first.
    #[inline(always)]
    fn add_to(&self, sums: &mut [f64], rank: usize, column: &[f64]) {
        for &(row, place, length) in &self.list[..self.count] {
            let (row, place) = (usize::from(row), place as usize - rank);
            if length == 3 {
                let sums: &mut [f64; 3] = (&mut sums[place..place + 3]).try_into().expect("three");
                let values: &[f64; 3] = column[row..row + 3].try_into().expect("three");
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            } else {
                for offset in 0..usize::from(length) {
                    sums[place + offset] += column[row + offset];
                }
            }
        }
    }
}
