//! The kernel of the numeric factorization: one panel at a time, left-looking.
//!
//! For panel p with columns C and rows R: gather A(R, C), subtract L(R, d) L(C, d)' of every earlier
//! panel d that has rows in C, factorize the diagonal block, divide the rows below by it. With signed pivots,
//! P A P' = L S L': subtract L(R, d) S(d) L(C, d)', and change the signs of the columns below a negative pivot.
//! E. Ng and B. Peyton, SIAM J. Sci. Comput. 14 (1993) 1034-1056, doi:10.1137/0914063.

use std::sync::{Mutex, OnceLock};

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::reborrow::{IntoConst, ReborrowMut};
use faer::{Accum, MatMut, MatRef, Par};
use pulp::NullaryFnOnce;
use rayon::prelude::*;

use super::diagonal::{BadPivot, Signed, cholesky, cholesky_slowly, flip};
use super::symbolic::{Symbolic, Update};

/// Rows of a panel that are worked on together (a tile) depend on the panel alone, so that sums don't depend on
/// threads. A panel is cut into about so many, so that several cores have work, within limits that
/// keep the products efficient.
const TILES_PER_PANEL: usize = 6;
const FEWEST_TILE_ROWS: usize = 256;
const MOST_TILE_ROWS: usize = 1024;

/// What the panels of one factorization have in common.
pub(super) struct Task<'a> {
    pub symbolic: &'a Symbolic,
    /// Entries of A, as the pattern was analysed.
    pub values: &'a [f64],
    pub pivots: Pivots<'a>,
    pub memory: Memory,
}

/// The signs that pivots may have.
#[derive(Clone, Copy)]
pub(super) enum Pivots<'a> {
    /// Cholesky.
    Positive,
    /// Both; one of at most this magnitude, by place in the order of elimination, is zero.
    Signed { smallest: &'a [f64] },
}

/// What the storage of the panels holds at the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Memory {
    /// Zeros.
    Fresh,
    /// Anything.
    Used,
}

/// A panel on its way: first its storage, then its values.
pub(super) struct PanelCell<'a> {
    storage: Mutex<Option<&'a mut [f64]>>,
    done: OnceLock<DonePanel<'a>>,
}

struct DonePanel<'a> {
    values: &'a [f64],
    /// Its columns with a negative pivot, ascending.
    negative: Vec<u32>,
}

impl<'a> PanelCell<'a> {
    pub fn new(storage: &'a mut [f64]) -> Self {
        Self { storage: Mutex::new(Some(storage)), done: OnceLock::new() }
    }

    fn take_storage(&self) -> &'a mut [f64] {
        let storage = self.storage.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        storage.unwrap_or_else(|| unreachable!("a panel is factorized once"))
    }

    fn done(&self) -> &DonePanel<'a> {
        self.done.get().unwrap_or_else(|| unreachable!("children come before parents"))
    }

    /// The columns of the panel, once factorized, that have a negative pivot, ascending.
    pub fn negative(&self) -> &[u32] {
        &self.done().negative
    }
}

/// Buffers of one worker.
#[derive(Default)]
pub(super) struct Workspace {
    /// Place of each row in the panel at work.
    local: Vec<u32>,
    buffers: Buffers,
    signed: Signed,
}

/// Buffers of one tile.
#[derive(Default)]
struct Buffers {
    products: Vec<f64>,
    flipped: Vec<f64>,
    runs: Vec<Run>,
}

/// Whether the tiles of one panel are worked on by the whole pool.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tiles {
    InTurn,
    Together,
}

/// Factorizes panel `p` into `panels[p]`; the panels that update it must be there.
pub(super) fn factor_panel(
    task: &Task<'_>,
    p: usize,
    panels: &[PanelCell<'_>],
    tiles: Tiles,
    work: &mut Workspace,
) -> Vec<BadPivot> {
    let Task { symbolic, values, .. } = *task;
    let (width, height) = (symbolic.panel_width(p), symbolic.panel_height(p));
    let begin = symbolic.begin[p];
    let storage = panels[p].take_storage();
    work.local.resize(symbolic.size(), 0);
    for (at, row) in (begin..symbolic.begin[p + 1]).chain(symbolic.rows_below(p).iter().copied()).enumerate()
    {
        work.local[row as usize] = at as u32;
    }
    if task.memory == Memory::Used {
        storage.fill(0.0);
    }
    gather(symbolic, p, values, storage);
    let diagonal: Vec<f64> = (0..width).map(|col| storage[col * height + col]).collect();
    let mut panel = MatMut::from_column_major_slice_mut(storage, height, width);
    update(symbolic, p, panel.rb_mut(), panels, tiles, work);
    let (mut bad, mut negative) = (Vec::new(), Vec::new());
    let mut block = panel.rb_mut().subrows_mut(0, width);
    if let Pivots::Signed { smallest } = task.pivots {
        work.signed.factorize(block, &smallest[begin as usize..][..width]);
        bad.extend(work.signed.zero.iter().map(|col| BadPivot::Zero { column: begin + col }));
        negative.clone_from(&work.signed.negative);
    } else if !cholesky(block.rb_mut()) {
        storage.fill(0.0);
        gather(symbolic, p, values, storage);
        panel = MatMut::from_column_major_slice_mut(storage, height, width);
        update(symbolic, p, panel.rb_mut(), panels, tiles, work);
        bad = cholesky_slowly(panel.rb_mut().subrows_mut(0, width), &diagonal, begin);
    }
    divide(panel, &negative, tiles);
    let set = panels[p].done.set(DonePanel { values: storage, negative });
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
    let Workspace { local, buffers, .. } = work;
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
            let DonePanel { values, negative } = panels[from].done();
            let source = MatRef::from_column_major_slice(values, height, width);
            let source = source.subrows(width + update.first as usize, below.len());
            let (left, right) = (source.subrows(low, rows.len()), source.subrows(0, cols.len()));
            Factors { left, right, negative }
        });
        let rows_adjoin = at(&rows[rows.len() - 1]) - at(&rows[0]) + 1 == rows.len();
        let cols_adjoin = (cols[cols.len() - 1] - cols[0]) as usize + 1 == cols.len();
        if rows_adjoin && cols_adjoin {
            let (top, left) = (at(&rows[0]) - first_row, (cols[0] - begin) as usize);
            let mut target = tile.rb_mut().submatrix_mut(top, left, rows.len(), cols.len());
            factors.for_each(|factors| {
                factors.multiply(target.rb_mut(), Accum::Add, -1.0, &mut buffers.flipped)
            });
            continue;
        }
        buffers.multiply(rows.len(), cols.len(), factors);
        buffers.find_runs(rows.iter().map(|row| at(row) - first_row));
        buffers.subtract_from(tile.rb_mut(), cols.iter().map(|col| (col - begin) as usize), rows.len());
    }
}

/// What an earlier panel d contributes to a tile: `left S(d) right'`.
struct Factors<'a> {
    /// `rows x width of d`
    left: MatRef<'a, f64>,
    /// `cols x width of d`
    right: MatRef<'a, f64>,
    /// Columns of d with a negative pivot.
    negative: &'a [u32],
}

impl Factors<'_> {
    fn multiply(&self, target: MatMut<'_, f64>, accum: Accum, scale: f64, flipped: &mut Vec<f64>) {
        let Self { left, right, negative } = *self;
        if negative.is_empty() {
            return matmul(target, accum, left, right.transpose(), scale, Par::Seq);
        }
        // The signs go into a copy of the smaller factor.
        let (cols, width) = right.shape();
        flipped.resize(flipped.len().max(cols * width), 0.0);
        let mut copy = MatMut::from_column_major_slice_mut(&mut flipped[..cols * width], cols, width);
        copy.copy_from(right);
        negative.iter().for_each(|&col| flip(copy.rb_mut(), col as usize));
        matmul(target, accum, left, copy.into_const().transpose(), scale, Par::Seq);
    }
}

impl Buffers {
    /// Sum of the products, `rows x cols`.
    fn multiply<'a>(&mut self, rows: usize, cols: usize, factors: impl Iterator<Item = Factors<'a>>) {
        self.products.resize((rows * cols).max(self.products.len()), 0.0);
        let mut product = MatMut::from_column_major_slice_mut(&mut self.products[..rows * cols], rows, cols);
        for (number, factors) in factors.enumerate() {
            let accum = if number == 0 { Accum::Replace } else { Accum::Add };
            factors.multiply(product.rb_mut(), accum, 1.0, &mut self.flipped);
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
    fn subtract_from(&self, tile: MatMut<'_, f64>, cols: impl Iterator<Item = usize>, rows: usize) {
        pulp::Arch::new().dispatch(Scatter { products: &self.products, runs: &self.runs, rows, tile, cols });
    }
}

/// Compiled for the vector units that the machine has: a struct, since a closure is not.
struct Scatter<'a, C> {
    products: &'a [f64],
    runs: &'a [Run],
    rows: usize,
    tile: MatMut<'a, f64>,
    cols: C,
}

impl<C: Iterator<Item = usize>> NullaryFnOnce for Scatter<'_, C> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        for (product, col) in self.products.chunks_exact(self.rows).zip(self.cols) {
            let target = self.tile.rb_mut().col_mut(col).try_as_col_major_mut();
            let target = target.unwrap_or_else(|| unreachable!("panels are column-major")).as_slice_mut();
            for run in self.runs {
                let product = &product[run.product..run.product + run.length];
                let target = &mut target[run.target..run.target + run.length];
                for k in 0..run.length {
                    target[k] -= product[k];
                }
            }
        }
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

/// L(below, C) = A(below, C) L(C, C)^-T S.
fn divide(panel: MatMut<'_, f64>, negative: &[u32], tiles: Tiles) {
    let width = panel.ncols();
    let (top, below) = panel.split_at_row_mut(width);
    if below.nrows() == 0 {
        return;
    }
    let top = top.into_const();
    let job = |mut tile: MatMut<'_, f64>| {
        solve_lower_triangular_in_place(top, tile.rb_mut().transpose_mut(), Par::Seq);
        negative.iter().for_each(|&col| flip(tile.rb_mut(), col as usize));
    };
    match tiles {
        Tiles::InTurn => row_tiles(below).into_iter().for_each(job),
        Tiles::Together => row_tiles(below).into_par_iter().for_each(job),
    }
}
