//! The reduced mass M_r = M_mm + M_ms T + T' M_sm + T' M_ss T.
//!
//! The last term is the costly one: a dense product of the stored columns T, or, where they don't fit
//! in memory, T' W = -K_ms K_ss^-1 W with W = M_sm + M_ss T, block by block with a second solve.

use std::sync::Mutex;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::partition::Blocks;
use super::stiffness::{add_columns, couple, drop_rounding, symmetrize};
use crate::factor::{Block, Factor, Pages};
use crate::matrix::SymmetricMatrix;
use crate::parallel::Progress;

/// M_ss in the order of elimination, and M_sm with its rows in that order.
struct OrderedMass<'a> {
    ss: SymmetricMatrix,
    blocks: &'a Blocks,
    places: &'a [u32],
}

impl<'a> OrderedMass<'a> {
    fn new(factor: &'a Factor, blocks: &'a Blocks) -> Self {
        let places = factor.symbolic().places();
        Self { ss: blocks.ss.permuted_without_zeros(places), blocks, places }
    }

    /// M_ss T for a block of columns T, row by row as the block.
    fn weigh_into(&self, columns: &Block, weighed: &mut [f64]) {
        self.ss.multiply_block_into(&columns.values, columns.width(), weighed);
    }

    /// Adds the columns of M_sm that belong to the block.
    fn add_coupling(&self, weighed: &mut Block) {
        let width = weighed.width();
        for (at, &master) in weighed.columns.iter().enumerate() {
            for (row, value) in self.blocks.sm.outer_view(master).iter().flat_map(|column| column.iter()) {
                weighed.values[self.places[row] as usize * width + at] += value;
            }
        }
    }

    /// M_ms X, one row per master.
    fn couple(&self, block: &Block) -> Vec<f64> {
        let mut product = vec![0.0; self.blocks.sm.cols() * block.width()];
        for (column, sums) in self.blocks.sm.outer_iterator().zip(product.chunks_exact_mut(block.width())) {
            for (row, value) in column.iter() {
                let values = block.row(self.places[row] as usize);
                sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += value * x);
            }
        }
        product
    }
}

/// Products T_i' M_ss T_j of one block j, with the number i of the other.
type Pairs = Vec<(usize, Mat<f64>)>;

/// With all columns T at hand.
pub(super) fn from_recovery(factor: &Factor, blocks: &Blocks, columns: &[Block]) -> Mat<f64> {
    let ordered = OrderedMass::new(factor, blocks);
    let mut sum = blocks.mm.clone();
    // Each pair of blocks once: block j with itself and with half of the others, so that all have
    // the same work.
    let count = columns.len();
    let partners = |j: usize| {
        let half = if count.is_multiple_of(2) && j >= count / 2 { (count - 1) / 2 } else { count / 2 };
        (0..=half).map(move |step| (j + step) % count)
    };
    // Fresh memory for each block would cost as much as the product: as many buffers as threads.
    let most = columns.iter().map(|block| block.values.len()).max().unwrap_or(0);
    let buffers: Mutex<Vec<Pages>> = Mutex::new(Vec::new());
    let products: Vec<(Vec<f64>, Pairs)> = (0..count)
        .into_par_iter()
        .with_max_len(1)
        .map(|j| {
            let block = &columns[j];
            let mut buffer = buffers.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
            let pages = buffer.get_or_insert_with(|| Pages::zeroed_or_panic(most));
            let weighed = &mut pages[..block.values.len()];
            ordered.weigh_into(block, weighed);
            let weighed =
                MatRef::from_row_major_slice(weighed, block.values.len() / block.width(), block.width());
            let pairs = partners(j).map(|i| (i, product(&columns[i], weighed))).collect();
            buffers.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend(buffer);
            (ordered.couple(block), pairs)
        })
        .collect();
    for (j, (coupled, pairs)) in products.into_iter().enumerate() {
        add_columns(&mut sum, &columns[j].columns, &coupled);
        add_rows(&mut sum, &columns[j].columns, &coupled);
        for (i, product) in pairs {
            add_pair(&mut sum, &columns[i], &columns[j], &product);
        }
    }
    symmetrize(&mut sum);
    sum
}

/// T_i' (M_ss T_j).
fn product(columns: &Block, weighed: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(columns.width(), weighed.ncols());
    let left = columns.as_mat().transpose();
    matmul(product.as_mut(), Accum::Replace, left, weighed, 1.0, Par::Seq);
    product
}

/// Adds the transpose of a block of columns: T' M_sm after M_ms T.
fn add_rows(sum: &mut Mat<f64>, rows: &[usize], product: &[f64]) {
    for (col, values) in product.chunks_exact(rows.len()).enumerate() {
        for (&row, &value) in rows.iter().zip(values) {
            sum[(row, col)] += value;
        }
    }
}

/// Adds T_i' M_ss T_j and, for two different blocks, its mirror image.
fn add_pair(sum: &mut Mat<f64>, rows: &Block, cols: &Block, product: &Mat<f64>) {
    let same = std::ptr::eq(rows, cols);
    for (j, &col) in cols.columns.iter().enumerate() {
        for (i, &row) in rows.columns.iter().enumerate() {
            sum[(row, col)] += product[(i, j)];
            if !same {
                sum[(col, row)] += product[(i, j)];
            }
        }
    }
}

/// Without storing T: K_r and M_r column block by column block, two solves each.
pub(super) fn by_second_solve(
    factor: &Factor,
    coupling: &sprs::CsMat<f64>,
    mm: Mat<f64>,
    blocks: &Blocks,
    progress: &dyn Progress,
) -> (Mat<f64>, Mat<f64>) {
    let ordered = OrderedMass::new(factor, blocks);
    let products = factor.solve_sparse(coupling.view(), |_, columns| {
        let stiffness = couple(factor, coupling, &columns);
        let mut mass = ordered.couple(&columns);
        let values = Pages::zeroed_or_panic(columns.values.len());
        let mut weighed = Block { columns: columns.columns.clone(), values };
        ordered.weigh_into(&columns, &mut weighed.values);
        ordered.add_coupling(&mut weighed);
        factor.solve_block_in_place(&mut weighed);
        // T' W = -K_ms K_ss^-1 W
        mass.iter_mut().zip(couple(factor, coupling, &weighed)).for_each(|(sum, part)| *sum -= part);
        progress.advance(columns.width() as u64);
        (columns.columns, stiffness, mass)
    });
    let scale = mm.norm_max();
    let (mut k_r, mut m_r) = (mm, blocks.mm.clone());
    for (columns, stiffness, mass) in products {
        add_columns(&mut k_r, &columns, &stiffness);
        add_columns(&mut m_r, &columns, &mass);
    }
    symmetrize(&mut k_r);
    drop_rounding(&mut k_r, scale);
    symmetrize(&mut m_r);
    (k_r, m_r)
}
