//! B' A^-1 B = Y' S Y, Y = L^-1 P B, S = diag(+-1) the signs of the pivots, without ever holding Y.
//!
//! The equations are swept in the order of elimination, slab by slab. Within a slab every block of
//! columns is solved forward; what it passes on waits in slots that are taken when an equation is
//! first touched and given back when its slab is done; the slab's part of Y is multiplied with itself
//! and forgotten. Equations that wait at one time are the separators on one path of the tree: a small
//! part of all.

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::factorization::Factor;
use super::solve::{Reach, TILE_ROWS, row_major};
use super::symbolic::Symbolic;
use crate::parallel::Progress;

/// Equations in a slab, about.
const SLAB_ROWS: usize = 1024;

/// Columns that travel together: fewer than in a full solve, since what narrow blocks do not reach outweighs
/// their slower products (0.14 s with 64, 0.11 s with 32 for 500 columns of a solid of 26,460 equations).
const COLUMNS_PER_TRAVELLER: usize = 32;

/// A run of panels, the panels that it touches first, and where those wait.
struct Slab {
    panels: std::ops::Range<usize>,
    opened: Vec<usize>,
}

/// What all blocks share.
struct Plan {
    slabs: Vec<Slab>,
    /// First slot of each panel that waits, in equations.
    slot: Vec<Option<usize>>,
    slots: usize,
    of_column: Vec<u32>,
}

/// One block of columns on its way down.
struct Traveller {
    columns: Vec<usize>,
    reach: Reach,
    /// Entries of the right-hand side, by place: (place, column in the block, value).
    entries: Vec<(u32, u32, f64)>,
    waiting: Vec<f64>,
    slab: Vec<f64>,
    /// The slab with the signs of its pivots; empty where all are positive.
    signed: Vec<f64>,
    active: bool,
}

impl Factor {
    /// B' A^-1 B for sparse columns B (CSC, `size` x m): `m x m`, exactly symmetric.
    ///
    /// Cost: half a solve per column at most, and `size * m^2` operations at most; parts that the
    /// columns don't reach are skipped. Memory: a small part of `size * m`.
    ///
    /// # Panics
    /// When the number of rows is not the size of the matrix, or the storage is CSR.
    pub fn inverse_gram(&self, columns: sprs::CsMatView<'_, f64>, progress: &dyn Progress) -> Mat<f64> {
        let symbolic = self.symbolic();
        assert_eq!(columns.rows(), symbolic.size(), "one row per equation");
        assert!(columns.is_csc(), "compressed sparse columns");
        let plan = Plan::new(symbolic);
        let mut travellers: Vec<Traveller> = (self.blocks_of(columns, COLUMNS_PER_TRAVELLER).into_iter())
            .map(|list| Traveller::new(symbolic, columns, list, plan.slots))
            .collect();
        let count = travellers.len();
        let pairs: Vec<(usize, usize)> = (0..count).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
        let mut sums: Vec<Mat<f64>> = (pairs.iter())
            .map(|&(i, j)| Mat::zeros(travellers[i].columns.len(), travellers[j].columns.len()))
            .collect();
        let mut reported = 0;
        for (number, slab) in plan.slabs.iter().enumerate() {
            travellers.par_iter_mut().with_max_len(1).for_each(|block| block.cross(self, &plan, slab));
            let blocks = &travellers;
            sums.par_iter_mut().with_max_len(1).zip(&pairs).for_each(|(sum, &(i, j))| {
                if blocks[i].active && blocks[j].active {
                    let (left, right) = (blocks[i].slab_part(), blocks[j].signed_part());
                    matmul(sum.as_mut(), Accum::Add, left.transpose(), right, 1.0, Par::Seq);
                }
            });
            let done = columns.cols() * (number + 1) / plan.slabs.len();
            progress.advance((done - reported) as u64);
            reported = done;
        }
        put_together(columns.cols(), &travellers, &pairs, &sums)
    }
}

fn put_together(size: usize, blocks: &[Traveller], pairs: &[(usize, usize)], sums: &[Mat<f64>]) -> Mat<f64> {
    let mut gram = Mat::zeros(size, size);
    for (&(i, j), sum) in pairs.iter().zip(sums) {
        for (b, &col) in blocks[j].columns.iter().enumerate() {
            for (a, &row) in blocks[i].columns.iter().enumerate() {
                if i != j || a >= b {
                    gram[(row, col)] = sum[(a, b)];
                    gram[(col, row)] = sum[(a, b)];
                }
            }
        }
    }
    gram
}

impl Plan {
    fn new(symbolic: &Symbolic) -> Self {
        let count = symbolic.panel_count();
        let of_column = symbolic.panel_of_column();
        let mut plan = Self { slabs: Vec::new(), slot: vec![None; count], slots: 0, of_column };
        let mut free: Vec<(usize, usize)> = Vec::new();
        let mut begin = 0;
        while begin < count {
            let mut end = begin + 1;
            while end < count && (symbolic.begin[end + 1] - symbolic.begin[begin]) as usize <= SLAB_ROWS {
                end += 1;
            }
            for p in begin..end {
                if let Some(start) = plan.slot[p] {
                    give_back(&mut free, start, symbolic.panel_width(p));
                }
            }
            let mut opened = Vec::new();
            for &row in (begin..end).flat_map(|p| symbolic.rows_below(p)) {
                let panel = plan.of_column[row as usize] as usize;
                if panel >= end && plan.slot[panel].is_none() {
                    plan.slot[panel] = Some(take(&mut free, &mut plan.slots, symbolic.panel_width(panel)));
                    opened.push(panel);
                }
            }
            plan.slabs.push(Slab { panels: begin..end, opened });
            begin = end;
        }
        plan
    }
}

/// First free run of `length` slots, from the list of free runs (start, length) or at the end.
fn take(free: &mut Vec<(usize, usize)>, slots: &mut usize, length: usize) -> usize {
    if let Some(at) = free.iter().position(|&(_, room)| room >= length) {
        let (start, room) = free[at];
        if room == length {
            free.remove(at);
        } else {
            free[at] = (start + length, room - length);
        }
        return start;
    }
    let start = *slots;
    *slots += length;
    start
}

fn give_back(free: &mut Vec<(usize, usize)>, start: usize, length: usize) {
    let at = free.partition_point(|&(other, _)| other < start);
    free.insert(at, (start, length));
    if at + 1 < free.len() && start + length == free[at + 1].0 {
        free[at].1 += free.remove(at + 1).1;
    }
    if at > 0 && free[at - 1].0 + free[at - 1].1 == start {
        free[at - 1].1 += free.remove(at).1;
    }
}

impl Traveller {
    fn new(symbolic: &Symbolic, columns: sprs::CsMatView<'_, f64>, list: Vec<usize>, slots: usize) -> Self {
        let mut entries = Vec::new();
        for (at, &col) in list.iter().enumerate() {
            for (row, &value) in columns.outer_view(col).iter().flat_map(|column| column.iter()) {
                entries.push((symbolic.place[row], at as u32, value));
            }
        }
        entries.sort_unstable_by_key(|&(place, at, _)| (place, at));
        let touched: Vec<u32> = entries.iter().map(|&(place, _, _)| place).collect();
        let waiting = vec![0.0; slots * list.len()];
        Self {
            columns: list,
            reach: symbolic.reach(&touched),
            entries,
            waiting,
            slab: Vec::new(),
            signed: Vec::new(),
            active: false,
        }
    }

    /// The slab's rows of Y.
    fn slab_part(&self) -> MatRef<'_, f64> {
        self.rows_of(&self.slab)
    }

    /// The slab's rows of S Y.
    fn signed_part(&self) -> MatRef<'_, f64> {
        self.rows_of(if self.signed.is_empty() { &self.slab } else { &self.signed })
    }

    fn rows_of<'a>(&self, slab: &'a [f64]) -> MatRef<'a, f64> {
        let width = self.columns.len();
        MatRef::from_row_major_slice(slab, slab.len() / width.max(1), width)
    }

    fn cross(&mut self, factor: &Factor, plan: &Plan, slab: &Slab) {
        let symbolic = factor.symbolic();
        let width = self.columns.len();
        let start = symbolic.begin[slab.panels.start] as usize;
        let end = symbolic.begin[slab.panels.end] as usize;
        self.active = slab.panels.clone().any(|p| self.reach.0[p]);
        if self.active {
            self.slab.clear();
            self.slab.resize((end - start) * width, 0.0);
            self.arrive(symbolic, plan, slab);
        }
        for &panel in &slab.opened {
            let slot = plan.slot[panel].unwrap_or_else(|| unreachable!("an opened panel has slots"));
            self.waiting[slot * width..(slot + symbolic.panel_width(panel)) * width].fill(0.0);
        }
        if self.active {
            self.descend(factor, plan, slab);
            self.sign(factor, start, end);
        }
    }

    /// Copies the slab, equations `start..end`, and changes the signs of rows with a negative pivot.
    fn sign(&mut self, factor: &Factor, start: usize, end: usize) {
        let width = self.columns.len();
        let first = factor.negative.partition_point(|&place| (place as usize) < start);
        let last = factor.negative.partition_point(|&place| (place as usize) < end);
        self.signed.clear();
        if first == last {
            return;
        }
        self.signed.extend_from_slice(&self.slab);
        for &place in &factor.negative[first..last] {
            let row = &mut self.signed[(place as usize - start) * width..][..width];
            row.iter_mut().for_each(|value| *value = -*value);
        }
    }

    /// Fills the slab with what waited for it and with the right-hand side.
    fn arrive(&mut self, symbolic: &Symbolic, plan: &Plan, slab: &Slab) {
        let width = self.columns.len();
        let start = symbolic.begin[slab.panels.start] as usize;
        for p in slab.panels.clone() {
            if let Some(slot) = plan.slot[p] {
                let rows = symbolic.panel_width(p);
                let at = symbolic.begin[p] as usize - start;
                let waited = &self.waiting[slot * width..(slot + rows) * width];
                self.slab[at * width..(at + rows) * width].copy_from_slice(waited);
            }
        }
        let end = symbolic.begin[slab.panels.end];
        let first = self.entries.partition_point(|&(place, _, _)| (place as usize) < start);
        for &(place, col, value) in self.entries[first..].iter().take_while(|&&(place, _, _)| place < end) {
            self.slab[(place as usize - start) * width + col as usize] += value;
        }
    }

    fn descend(&mut self, factor: &Factor, plan: &Plan, slab: &Slab) {
        let symbolic = factor.symbolic();
        let width = self.columns.len();
        let start = symbolic.begin[slab.panels.start] as usize;
        let slab_end = symbolic.begin[slab.panels.end];
        let mut products = vec![0.0; TILE_ROWS * width];
        for p in slab.panels.clone().filter(|&p| self.reach.0[p]) {
            let (top, below) = factor.panel(p);
            let (first, last) = (symbolic.begin[p] as usize - start, symbolic.begin[p + 1] as usize - start);
            let (done, ahead) = self.slab.split_at_mut(last * width);
            let own = &mut done[first * width..];
            solve_lower_triangular_in_place(top, row_major(own, width), Par::Seq);
            let own = MatRef::from_row_major_slice(own, last - first, width);
            for (tile, rows) in symbolic.rows_below(p).chunks(TILE_ROWS).enumerate() {
                let product = &mut products[..rows.len() * width];
                let part = below.subrows(tile * TILE_ROWS, rows.len());
                matmul(row_major(product, width), Accum::Replace, part, own, 1.0, Par::Seq);
                for (&row, product) in rows.iter().zip(product.chunks_exact(width)) {
                    let target = if row < slab_end {
                        let at = (row as usize - start - last) * width;
                        &mut ahead[at..at + width]
                    } else {
                        let panel = plan.of_column[row as usize] as usize;
                        let slot = plan.slot[panel].unwrap_or_else(|| unreachable!("touched, so it waits"));
                        let at = (slot + (row - symbolic.begin[panel]) as usize) * width;
                        &mut self.waiting[at..at + width]
                    };
                    target.iter_mut().zip(product).for_each(|(value, part)| *value -= part);
                }
            }
        }
    }
}
