//! The kernel of the numeric factorization: one panel at a time, left-looking.
//!
//! For panel p with columns C and rows R: gather A(R, C), subtract L(R, d) L(C, d)' of every earlier
//! panel d that has rows in C, factorize the diagonal block, divide the rows below by it.
//! E. Ng and B. Peyton, SIAM J. Sci. Comput. 14 (1993) 1034-1056, doi:10.1137/0914063.

use std::sync::{Mutex, OnceLock};

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltParams, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::reborrow::{IntoConst, ReborrowMut};
use faer::{Accum, MatMut, MatRef, Par, Spec};
use rayon::prelude::*;

use super::symbolic::{Symbolic, Update};

/// Rows of a panel that are worked on together (a tile) depend on the panel alone, so that sums don't depend on
/// threads. A panel is cut into about so many, so that several cores have work, within limits that
/// keep the products efficient.
const TILES_PER_PANEL: usize = 6;
const FEWEST_TILE_ROWS: usize = 256;
const MOST_TILE_ROWS: usize = 1024;

/// A pivot below this part of its diagonal entry, negative, is no rounding error.
const CLEARLY_NEGATIVE: f64 = 1e-8;

/// A panel on its way: first its storage, zeroed, then its values.
pub(super) struct PanelCell<'a> {
    storage: Mutex<Option<&'a mut [f64]>>,
    values: OnceLock<&'a [f64]>,
}

impl<'a> PanelCell<'a> {
    pub fn new(storage: &'a mut [f64]) -> Self {
        Self { storage: Mutex::new(Some(storage)), values: OnceLock::new() }
    }

    fn take_storage(&self) -> &'a mut [f64] {
        let storage = self.storage.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        storage.unwrap_or_else(|| unreachable!("a panel is factorized once"))
    }

    fn values(&self) -> &'a [f64] {
        self.values.get().unwrap_or_else(|| unreachable!("children come before parents"))
    }
}

/// Buffers of one worker.
#[derive(Default)]
pub(super) struct Workspace {
    /// Place of each row in the panel at work.
    local: Vec<u32>,
    buffers: Buffers,
}

/// Buffers of one tile.
#[derive(Default)]
struct Buffers {
    products: Vec<f64>,
    runs: Vec<Run>,
}

/// Whether the tiles of one panel are worked on by the whole pool.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tiles {
    InTurn,
    Together,
}

/// A pivot that the Cholesky factorization can't use.
pub(super) enum BadPivot {
    /// Zero but for rounding, or far below the diagonal; the DOF was held fixed and the work went on.
    Vanishing { column: u32 },
    /// Clearly below zero.
    Negative { column: u32, pivot: f64 },
}

/// Factorizes panel `p` into `panels[p]`; the panels that update it must be there.
pub(super) fn factor_panel(
    symbolic: &Symbolic,
    p: usize,
    values: &[f64],
    panels: &[PanelCell<'_>],
    tiles: Tiles,
    work: &mut Workspace,
) -> Vec<BadPivot> {
    let (width, height) = (symbolic.panel_width(p), symbolic.panel_height(p));
    let storage = panels[p].take_storage();
    work.local.resize(symbolic.size(), 0);
    for (at, row) in
        (symbolic.begin[p]..symbolic.begin[p + 1]).chain(symbolic.rows_below(p).iter().copied()).enumerate()
    {
        work.local[row as usize] = at as u32;
    }
    gather(symbolic, p, values, storage);
    let diagonal: Vec<f64> = (0..width).map(|col| storage[col * height + col]).collect();
    let mut panel = MatMut::from_column_major_slice_mut(storage, height, width);
    update(symbolic, p, panel.rb_mut(), panels, tiles, work);
    let mut bad = Vec::new();
    if !factor_diagonal(panel.rb_mut().subrows_mut(0, width)) {
        storage.fill(0.0);
        gather(symbolic, p, values, storage);
        panel = MatMut::from_column_major_slice_mut(storage, height, width);
        update(symbolic, p, panel.rb_mut(), panels, tiles, work);
        bad = factor_diagonal_slowly(panel.rb_mut().subrows_mut(0, width), &diagonal, symbolic.begin[p]);
    }
    divide(panel, tiles);
    let set = panels[p].values.set(storage);
    assert!(set.is_ok(), "a panel is factorized once");
    bad
}

fn gather(symbolic: &Symbolic, p: usize, values: &[f64], storage: &mut [f64]) {
    let range = symbolic.entry_ptr[p]..symbolic.entry_ptr[p + 1];
    for (&source, &target) in symbolic.source[range.clone()].iter().zip(&symbolic.target[range]) {
        storage[target as usize] += values[source as usize];
    }
}

fn tile_rows(rows: usize) -> usize {
    rows.div_ceil(TILES_PER_PANEL).clamp(FEWEST_TILE_ROWS, MOST_TILE_ROWS)
}

fn row_tiles(panel: MatMut<'_, f64>) -> Vec<MatMut<'_, f64>> {
    let tile_rows = tile_rows(panel.nrows());
    let mut tiles = Vec::with_capacity(panel.nrows().div_ceil(tile_rows));
    let mut rest = panel;
    while rest.nrows() > tile_rows {
        let (tile, below) = rest.split_at_row_mut(tile_rows);
        tiles.push(tile);
        rest = below;
    }
    tiles.push(rest);
    tiles
}

/// Subtracts what earlier panels contribute.
fn update(
    symbolic: &Symbolic,
    p: usize,
    panel: MatMut<'_, f64>,
    panels: &[PanelCell<'_>],
    tiles: Tiles,
    work: &mut Workspace,
) {
    let Workspace { local, buffers } = work;
    let local = &local[..];
    let tile_rows = tile_rows(panel.nrows());
    let job = |(number, tile): (usize, MatMut<'_, f64>), buffers: &mut Buffers| {
        update_tile(symbolic, p, number * tile_rows, tile, panels, local, buffers);
    };
    match tiles {
        Tiles::InTurn => row_tiles(panel).into_iter().enumerate().for_each(|tile| job(tile, buffers)),
        Tiles::Together => {
            row_tiles(panel).into_par_iter().enumerate().for_each(|tile| job(tile, &mut Buffers::default()));
        }
    }
}

fn update_tile(
    symbolic: &Symbolic,
    p: usize,
    first_row: usize,
    mut tile: MatMut<'_, f64>,
    panels: &[PanelCell<'_>],
    local: &[u32],
    buffers: &mut Buffers,
) {
    let begin = symbolic.begin[p];
    let at = |row: &u32| local[*row as usize] as usize;
    // The panels of one supernode have the same rows here: their products are added up first.
    let same_rows =
        |a: &Update, b: &Update| symbolic.supernode[a.from as usize] == symbolic.supernode[b.from as usize];
    for group in symbolic.updates_of(p).chunk_by(same_rows) {
        let (first, last) = (group[0].first as usize, group[0].last as usize);
        let below = &symbolic.rows_below(group[0].from as usize)[first..];
        let low = below.partition_point(|row| at(row) < first_row);
        let high = low + below[low..].partition_point(|row| at(row) < first_row + tile.nrows());
        if low == high {
            continue;
        }
        let (rows, cols) = (&below[low..high], &below[..last - first]);
        let factors = group.iter().map(|update| {
            let from = update.from as usize;
            let (width, height) = (symbolic.panel_width(from), symbolic.panel_height(from));
            let source = MatRef::from_column_major_slice(panels[from].values(), height, width);
            let source = source.subrows(width + update.first as usize, below.len());
            (source.subrows(low, rows.len()), source.subrows(0, cols.len()).transpose())
        });
        let rows_adjoin = at(&rows[rows.len() - 1]) - at(&rows[0]) + 1 == rows.len();
        let cols_adjoin = (cols[cols.len() - 1] - cols[0]) as usize + 1 == cols.len();
        if rows_adjoin && cols_adjoin {
            let (top, left) = (at(&rows[0]) - first_row, (cols[0] - begin) as usize);
            let mut target = tile.rb_mut().submatrix_mut(top, left, rows.len(), cols.len());
            factors
                .for_each(|(left, right)| matmul(target.rb_mut(), Accum::Add, left, right, -1.0, Par::Seq));
            continue;
        }
        buffers.multiply(rows.len(), cols.len(), factors);
        buffers.find_runs(rows.iter().map(|row| at(row) - first_row));
        buffers.subtract_from(tile.rb_mut(), cols.iter().map(|col| (col - begin) as usize), rows.len());
    }
}

impl Buffers {
    /// Sum of the products, `rows x cols`.
    fn multiply<'a>(
        &mut self,
        rows: usize,
        cols: usize,
        factors: impl Iterator<Item = (MatRef<'a, f64>, MatRef<'a, f64>)>,
    ) {
        self.products.resize((rows * cols).max(self.products.len()), 0.0);
        let mut product = MatMut::from_column_major_slice_mut(&mut self.products[..rows * cols], rows, cols);
        for (number, (left, right)) in factors.enumerate() {
            let accum = if number == 0 { Accum::Replace } else { Accum::Add };
            matmul(product.rb_mut(), accum, left, right, 1.0, Par::Seq);
        }
    }

    fn find_runs(&mut self, targets: impl Iterator<Item = usize>) {
        self.runs.clear();
        for (product, target) in targets.enumerate() {
            match self.runs.last_mut() {
                Some(run) if run.target + run.length == target => run.length += 1,
                _ => self.runs.push(Run { product, target, length: 1 }),
            }
        }
    }

    /// Subtracts column after column of the product from the given columns of the tile.
    fn subtract_from(&self, mut tile: MatMut<'_, f64>, cols: impl Iterator<Item = usize>, rows: usize) {
        // Compiled for the vector units that the machine has.
        pulp::Arch::new().dispatch(|| {
            for (product, col) in self.products.chunks_exact(rows).zip(cols) {
                let target = tile.rb_mut().col_mut(col).try_as_col_major_mut();
                let target = target.unwrap_or_else(|| unreachable!("panels are column-major")).as_slice_mut();
                for run in &self.runs {
                    let product = &product[run.product..run.product + run.length];
                    let target = &mut target[run.target..run.target + run.length];
                    target.iter_mut().zip(product).for_each(|(target, product)| *target -= product);
                }
            }
        });
    }
}

/// Rows that lie side by side in the product and in the tile: the DOFs of a node at least, often of a
/// whole separator.
#[derive(Debug, Clone, Copy)]
struct Run {
    product: usize,
    target: usize,
    length: usize,
}

fn factor_diagonal(block: MatMut<'_, f64>) -> bool {
    let params = Spec::<LltParams, f64>::default();
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(block.nrows(), Par::Seq, params));
    let done = cholesky_in_place(block, Default::default(), Par::Seq, MemStack::new(&mut memory), params);
    done.is_ok()
}

/// Column by column, holding a DOF fixed where its pivot vanishes, so that all of them are found.
fn factor_diagonal_slowly(mut block: MatMut<'_, f64>, diagonal: &[f64], begin: u32) -> Vec<BadPivot> {
    let width = block.nrows();
    let mut bad = Vec::new();
    for col in 0..width {
        let known: f64 = (0..col).map(|k| block[(col, k)].powi(2)).sum();
        let pivot = block[(col, col)] - known;
        let column = begin + col as u32;
        // A pivot of rounding size: the sum of squares is exact to eps times the diagonal.
        let vanishing = pivot <= 64.0 * f64::EPSILON * diagonal[col].abs();
        if pivot < -CLEARLY_NEGATIVE * diagonal[col].abs() || (vanishing && diagonal[col] < 0.0) {
            bad.push(BadPivot::Negative { column, pivot });
        } else if vanishing {
            bad.push(BadPivot::Vanishing { column });
        }
        let fixed = vanishing.then(|| diagonal[col].abs().max(1.0) * 1e30);
        let root = fixed.unwrap_or(pivot).sqrt();
        block[(col, col)] = root;
        for row in col + 1..width {
            let known: f64 = (0..col).map(|k| block[(row, k)] * block[(col, k)]).sum();
            block[(row, col)] = (block[(row, col)] - known) / root;
        }
    }
    bad
}

/// L(below, C) = A(below, C) L(C, C)^-T.
fn divide(panel: MatMut<'_, f64>, tiles: Tiles) {
    let width = panel.ncols();
    let (top, below) = panel.split_at_row_mut(width);
    if below.nrows() == 0 {
        return;
    }
    let top = top.into_const();
    let job = |tile: MatMut<'_, f64>| solve_lower_triangular_in_place(top, tile.transpose_mut(), Par::Seq);
    match tiles {
        Tiles::InTurn => row_tiles(below).into_iter().for_each(job),
        Tiles::Together => row_tiles(below).into_par_iter().for_each(job),
    }
}
