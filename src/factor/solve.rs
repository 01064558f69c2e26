//! Solves with blocks of columns: the kernel works on one block, the batch spreads blocks over the
//! rayon pool.
//!
//! A block holds its columns row by row, in the order of elimination: the values of one equation lie
//! side by side, so that gathering and scattering rows moves whole cache lines.

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::eight;
use super::factorization::Factor;
use super::symbolic::Symbolic;
use crate::matrix::Pages;

/// Most columns that are solved together; the width of the blocks depends on this and on the number of
/// columns alone, so that results don't depend on the threads.
pub const COLUMNS_PER_BLOCK: usize = 64;

/// Rows of a panel that are multiplied together.
pub(super) const TILE_ROWS: usize = 512;

/// A block of columns in the order of elimination.
#[derive(Debug, PartialEq)]
pub struct Block {
    /// Which columns of the right-hand side these are.
    pub columns: Vec<usize>,
    /// Value of equation k (in the order of elimination) in column j: `values[k * width + j]`.
    pub values: Pages,
}

impl Block {
    /// Number of columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The values of one equation, by its place in the order of elimination.
    pub fn row(&self, place: usize) -> &[f64] {
        &self.values[place * self.width()..(place + 1) * self.width()]
    }

    /// All values as a matrix, equations in the order of elimination by columns.
    pub fn as_mat(&self) -> MatRef<'_, f64> {
        let width = self.width();
        MatRef::from_row_major_slice(&self.values, self.values.len() / width.max(1), width)
    }
}

/// Which panels a block of columns reaches on the way down: the others stay zero.
pub(super) struct Reach(pub(super) Vec<bool>);

impl Factor {
    /// Solves A X = B in place for a dense block of columns (`size` x any), blocks of
    /// [`COLUMNS_PER_BLOCK`] columns concurrently.
    ///
    /// Cost: [`Symbolic::solve_flops`] per column.
    ///
    /// # Panics
    /// When the number of rows is not the size of the matrix.
    pub fn solve_in_place(&self, columns: MatMut<'_, f64>) {
        assert_eq!(columns.nrows(), self.symbolic().size(), "one row per equation");
        if columns.ncols() == 0 {
            return;
        }
        let width = block_width(columns.ncols(), COLUMNS_PER_BLOCK);
        let mut rest = columns;
        let mut pieces = Vec::new();
        while rest.ncols() > width {
            let (piece, right) = rest.split_at_col_mut(width);
            pieces.push(piece);
            rest = right;
        }
        pieces.push(rest);
        pieces.into_par_iter().with_max_len(1).for_each(|mut piece| {
            let mut block = self.load_dense(piece.as_ref());
            self.solve_block_in_place(&mut block);
            for (place, &dof) in self.symbolic.dof_order.iter().enumerate() {
                for (col, &value) in block.row(place).iter().enumerate() {
                    piece[(dof as usize, col)] = value;
                }
            }
        });
    }

    /// Solves A x = b in place for one column.
    ///
    /// # Panics
    /// When the length is not the size of the matrix.
    pub fn solve_vector_in_place(&self, column: &mut [f64]) {
        assert_eq!(column.len(), self.symbolic().size(), "one value per equation");
        self.solve_rows_in_place(column, 1);
    }

    /// Solves A X = B in place for a block of columns row by row, in the order of the matrix: the value of equation k
    /// in column j is `rows[k * width + j]`. One block on one thread; its copy in the order of elimination stays with
    /// the factor for the next call.
    ///
    /// # Panics
    /// When the length is not the size of the matrix times `width`.
    pub fn solve_rows_in_place(&self, rows: &mut [f64], width: usize) {
        assert_eq!(rows.len(), self.symbolic().size() * width, "one row per equation");
        if rows.is_empty() {
            return;
        }
        let order = self.symbolic.dof_order.iter().map(|&dof| dof as usize * width);
        self.spare.with(Vec::new, |spare| {
            spare.resize(spare.len().max(rows.len()), 0.0);
            let values = &mut spare[..rows.len()];
            for (place, at) in values.chunks_exact_mut(width).zip(order.clone()) {
                place.copy_from_slice(&rows[at..at + width]);
            }
            self.solve_ordered(values, width, None);
            for (place, at) in values.chunks_exact(width).zip(order) {
                rows[at..at + width].copy_from_slice(place);
            }
        });
    }

    /// Solves A X = B for sparse columns (CSC, `size` x any) and hands each solved block to `take`,
    /// concurrently and in any order, with the block's number. Columns that touch the same part of
    /// the structure share a block ([`Block::columns`] says which are in it); what they don't reach is
    /// skipped. Returns what `take` returned, by block number.
    ///
    /// # Panics
    /// When the number of rows is not the size of the matrix, or the storage is CSR.
    pub fn solve_sparse<T: Send>(
        &self,
        columns: sprs::CsMatView<'_, f64>,
        take: impl Fn(usize, Block) -> T + Sync,
    ) -> Vec<T> {
        self.each_block(columns, |number, mut block, reach| {
            self.solve_ordered(&mut block.values, block.columns.len(), Some(reach));
            take(number, block)
        })
    }

    /// Solves A X = B in place for a block in the order of elimination.
    ///
    /// # Panics
    /// When the block has not one row per equation.
    pub fn solve_block_in_place(&self, block: &mut Block) {
        assert_eq!(block.values.len(), self.symbolic().size() * block.width(), "one row per equation");
        self.solve_ordered(&mut block.values, block.columns.len(), None);
    }

    /// The forward half alone, Y = L^-1 P B for sparse columns; otherwise as
    /// [`Factor::solve_sparse`]. B' A^-1 B = Y' S Y, where S = diag(+-1) is the identity but for the rows
    /// [`Factor::negative_places`].
    ///
    /// # Panics
    /// When the number of rows is not the size of the matrix, or the storage is CSR.
    pub fn forward_sparse<T: Send>(
        &self,
        columns: sprs::CsMatView<'_, f64>,
        take: impl Fn(usize, Block) -> T + Sync,
    ) -> Vec<T> {
        self.each_block(columns, |number, mut block, reach| {
            self.forward(&mut block.values, block.columns.len(), Some(reach));
            take(number, block)
        })
    }

    fn each_block<T: Send>(
        &self,
        columns: sprs::CsMatView<'_, f64>,
        work: impl Fn(usize, Block, &Reach) -> T + Sync,
    ) -> Vec<T> {
        assert_eq!(columns.rows(), self.symbolic().size(), "one row per equation");
        assert!(columns.is_csc(), "compressed sparse columns");
        self.blocks_of(columns, COLUMNS_PER_BLOCK)
            .into_par_iter()
            .with_max_len(1)
            .enumerate()
            .map(|(number, list)| {
                let (block, reach) = self.load_sparse(columns, list);
                work(number, block, &reach)
            })
            .collect()
    }

    /// Groups the columns by the place where they enter the elimination tree, at most `most` in a block.
    pub(super) fn blocks_of(&self, columns: sprs::CsMatView<'_, f64>, most: usize) -> Vec<Vec<usize>> {
        let place = &self.symbolic.place;
        let entry = |col: usize| {
            let rows = columns.outer_view(col).map(|column| column.indices().to_vec()).unwrap_or_default();
            rows.into_iter().map(|row| place[row]).min().unwrap_or(u32::MAX)
        };
        let mut order: Vec<usize> = (0..columns.cols()).collect();
        order.sort_by_cached_key(|&col| (entry(col), col));
        order.chunks(block_width(columns.cols(), most)).map(<[usize]>::to_vec).collect()
    }

    fn load_dense(&self, columns: MatRef<'_, f64>) -> Block {
        let width = columns.ncols();
        let mut values = Pages::zeroed_or_panic(self.symbolic().size() * width);
        for col in 0..width {
            for (dof, &place) in self.symbolic.place.iter().enumerate() {
                values[place as usize * width + col] = columns[(dof, col)];
            }
        }
        Block { columns: (0..width).collect(), values }
    }

    fn load_sparse(&self, columns: sprs::CsMatView<'_, f64>, list: Vec<usize>) -> (Block, Reach) {
        let symbolic = self.symbolic();
        let width = list.len();
        let mut values = Pages::zeroed_or_panic(symbolic.size() * width);
        let mut touched = Vec::new();
        for (at, &col) in list.iter().enumerate() {
            for (row, &value) in columns.outer_view(col).iter().flat_map(|column| column.iter()) {
                let place = symbolic.place[row];
                values[place as usize * width + at] = value;
                touched.push(place);
            }
        }
        (Block { columns: list, values }, symbolic.reach(&touched))
    }

    /// Solves A X = B in place for a block row by row, in the order of elimination.
    pub(crate) fn solve_elimination_order(&self, rows: &mut [f64], width: usize) {
        self.solve_ordered(rows, width, None);
    }

    /// L S L' Z = Z for a block in the order of elimination, in place.
    fn solve_ordered(&self, values: &mut [f64], width: usize, reach: Option<&Reach>) {
        let eight = width == eight::LANES && reach.is_none();
        if eight {
            eight::forward(&self.symbolic, |p| self.panel_values(p), values);
        } else {
            self.forward(values, width, reach);
        }
        for &place in &self.negative {
            let row = &mut values[place as usize * width..][..width];
            row.iter_mut().for_each(|value| *value = -*value);
        }
        if eight {
            eight::backward(&self.symbolic, |p| self.panel_values(p), values);
        } else {
            self.backward(values, width);
        }
    }

    /// L Z = Z for a block in the order of elimination, in place.
    fn forward(&self, values: &mut [f64], width: usize, reach: Option<&Reach>) {
        let symbolic = self.symbolic();
        let mut products = vec![0.0; TILE_ROWS * width];
        for p in 0..symbolic.panel_count() {
            if reach.is_some_and(|reach| !reach.0[p]) {
                continue;
            }
            let (top, below) = self.panel(p);
            let (begin, end) = (symbolic.begin[p] as usize, symbolic.begin[p + 1] as usize);
            let (done, ahead) = values.split_at_mut(end * width);
            let own = &mut done[begin * width..];
            solve_lower_triangular_in_place(top, row_major(own, width), Par::Seq);
            for (tile, rows) in symbolic.rows_below(p).chunks(TILE_ROWS).enumerate() {
                let factor = below.subrows(tile * TILE_ROWS, rows.len());
                let product = &mut products[..rows.len() * width];
                let own = MatRef::from_row_major_slice(own, end - begin, width);
                matmul(row_major(product, width), Accum::Replace, factor, own, 1.0, Par::Seq);
                for (&row, product) in rows.iter().zip(product.chunks_exact(width)) {
                    let at = (row as usize - end) * width;
                    ahead[at..at + width].iter_mut().zip(product).for_each(|(value, part)| *value -= part);
                }
            }
        }
    }

    /// L' Z = Z for a block in the order of elimination, in place.
    fn backward(&self, values: &mut [f64], width: usize) {
        let symbolic = self.symbolic();
        let mut gathered = vec![0.0; TILE_ROWS * width];
        for p in (0..symbolic.panel_count()).rev() {
            let (top, below) = self.panel(p);
            let (begin, end) = (symbolic.begin[p] as usize, symbolic.begin[p + 1] as usize);
            let (done, ahead) = values.split_at_mut(end * width);
            let own = &mut done[begin * width..];
            for (tile, rows) in symbolic.rows_below(p).chunks(TILE_ROWS).enumerate() {
                let gathered = &mut gathered[..rows.len() * width];
                for (&row, place) in rows.iter().zip(gathered.chunks_exact_mut(width)) {
                    let at = (row as usize - end) * width;
                    place.copy_from_slice(&ahead[at..at + width]);
                }
                let factor = below.subrows(tile * TILE_ROWS, rows.len()).transpose();
                let gathered = MatRef::from_row_major_slice(gathered, rows.len(), width);
                matmul(row_major(own, width), Accum::Add, factor, gathered, -1.0, Par::Seq);
            }
            solve_upper_triangular_in_place(top.transpose(), row_major(own, width), Par::Seq);
        }
    }

    /// Diagonal block and rows below of a panel.
    pub(super) fn panel(&self, p: usize) -> (MatRef<'_, f64>, MatRef<'_, f64>) {
        let (width, height) = (self.symbolic.panel_width(p), self.symbolic.panel_height(p));
        MatRef::from_column_major_slice(self.panel_values(p), height, width).split_at_row(width)
    }
}

/// Blocks as alike in width as can be, in whole vectors: no thread waits for the last one.
fn block_width(columns: usize, most: usize) -> usize {
    let blocks = columns.div_ceil(most).max(1);
    columns.div_ceil(blocks).max(1).next_multiple_of(4)
}

pub(super) fn row_major(values: &mut [f64], width: usize) -> MatMut<'_, f64> {
    let rows = values.len() / width.max(1);
    MatMut::from_row_major_slice_mut(values, rows, width)
}

impl Symbolic {
    /// Panels on the paths from the touched equations to the roots.
    pub(super) fn reach(&self, touched: &[u32]) -> Reach {
        let mut reached = vec![false; self.panel_count()];
        for &place in touched {
            let mut panel = self.begin.partition_point(|&begin| begin <= place) - 1;
            while panel < reached.len() && !reached[panel] {
                reached[panel] = true;
                panel = self.parent[panel] as usize;
            }
        }
        Reach(reached)
    }

    /// The equation eliminated as the k-th.
    pub fn dof_order(&self) -> &[u32] {
        &self.dof_order
    }

    /// The place of each equation in the order of elimination.
    pub fn places(&self) -> &[u32] {
        &self.place
    }
}
