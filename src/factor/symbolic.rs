//! The plan: everything about the factor that depends on the pattern alone.

use super::FactorError;
use super::graph::quotient;
use super::ordering::{Ordering, eliminate};
use super::supernodes::panels;
use super::tree::inverse;
use crate::matrix::SymmetricMatrix;

/// Settings of the symbolic work.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SymbolicOptions<'a> {
    /// How the order of elimination is found; default [`Ordering::Auto`].
    pub ordering: Ordering,
    /// The node of each DOF (any numbers, one per DOF): DOFs of a node are kept together and the
    /// graph of nodes is ordered. Default: nodes are guessed ([`guess_nodes`](super::guess_nodes)), else DOFs
    /// with the same neighbours are kept together.
    pub nodes: Option<&'a [u32]>,
    /// The numeric factor may not take more than this many bytes. Default: no limit.
    pub memory_limit: Option<u64>,
}

/// The symbolic Cholesky factorization P A P' = L L': order of elimination, panels of columns that
/// share their rows, and where each entry of A goes. Built once per pattern, shared by all factors.
///
/// Cost: the ordering (about 0.4 microseconds per entry of the graph by METIS), then less than that.
#[derive(Debug)]
pub struct Symbolic {
    size: usize,
    pattern_entries: usize,
    pattern_hash: u64,
    pub(super) ordering: Ordering,
    pub(super) order_seconds: f64,
    pub(super) symbolic_seconds: f64,
    flops: f64,
    /// `dof_order[k]` is the DOF eliminated as the k-th; `place` is its inverse.
    pub(super) dof_order: Vec<u32>,
    pub(super) place: Vec<u32>,
    pub(super) begin: Vec<u32>,
    pub(super) row_ptr: Vec<usize>,
    pub(super) rows: Vec<u32>,
    /// Entries of A of panel p: value `source[k]` goes to offset `target[k]` of the panel.
    pub(super) entry_ptr: Vec<usize>,
    pub(super) source: Vec<u32>,
    pub(super) target: Vec<u32>,
    /// Earlier panels that update panel p.
    pub(super) update_ptr: Vec<usize>,
    pub(super) updates: Vec<Update>,
    /// The supernode that each panel is a piece of.
    pub(super) supernode: Vec<u32>,
    /// First entry of each panel in the factor's storage.
    pub(super) value_ptr: Vec<usize>,
    /// Panel under whose columns the first row below p falls, or the number of panels.
    pub(super) parent: Vec<u32>,
}

/// Panel `from` has its rows `first..last` among the columns of the panel that it updates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Update {
    pub from: u32,
    pub first: u32,
    pub last: u32,
}

impl Symbolic {
    /// Analyses the pattern of `matrix`; its values are not looked at.
    ///
    /// # Errors
    /// [`FactorError::MemoryLimit`] with the predicted need, [`FactorError::OrderingUnavailable`],
    /// [`FactorError::TooLarge`] beyond 2^32 entries, [`FactorError::NodesLength`].
    ///
    /// ```
    /// use modalsweep::{factor::{Symbolic, SymbolicOptions}, matrix::SymmetricMatrix};
    /// // A chain of three springs: tridiagonal, no fill.
    /// let k = SymmetricMatrix::from_lower_csc(
    ///     vec![0, 2, 4, 5], vec![0, 1, 1, 2, 2], vec![2.0, -1.0, 2.0, -1.0, 1.0])?;
    /// let symbolic = Symbolic::new(&k, &SymbolicOptions::default())?;
    /// assert_eq!(symbolic.size(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(matrix: &SymmetricMatrix, options: &SymbolicOptions) -> Result<Self, FactorError> {
        let size = matrix.size();
        if size >= u32::MAX as usize || matrix.entries() >= u32::MAX as usize {
            return Err(FactorError::TooLarge { size, entries: matrix.entries() });
        }
        if let Some(nodes) = options.nodes.filter(|nodes| nodes.len() != size) {
            return Err(FactorError::NodesLength { given: nodes.len(), size });
        }
        let started = std::time::Instant::now();
        let quotient = quotient(matrix, options.nodes);
        let (tree, ordering) = eliminate(&quotient.graph, options.ordering)?;
        let order_seconds = started.elapsed().as_secs_f64();
        let started = std::time::Instant::now();
        let flops = tree.flops(&quotient.graph);
        let panels = panels(&quotient, &tree);
        let place = inverse(&panels.dof_order);
        let mut symbolic = Self {
            size,
            pattern_entries: matrix.entries(),
            pattern_hash: pattern_hash(matrix),
            ordering,
            order_seconds,
            symbolic_seconds: 0.0,
            flops,
            dof_order: panels.dof_order,
            place,
            begin: panels.begin,
            row_ptr: panels.row_ptr,
            rows: panels.rows,
            supernode: panels.supernode,
            entry_ptr: Vec::new(),
            source: Vec::new(),
            target: Vec::new(),
            update_ptr: Vec::new(),
            updates: Vec::new(),
            value_ptr: vec![0],
            parent: Vec::new(),
        };
        if let Some(limit) = options.memory_limit.filter(|&limit| symbolic.factor_bytes() > limit) {
            return Err(FactorError::MemoryLimit { needed: symbolic.factor_bytes(), limit });
        }
        for p in 0..symbolic.panel_count() {
            let entries = symbolic.panel_width(p) * symbolic.panel_height(p);
            symbolic.value_ptr.push(symbolic.value_ptr[p] + entries);
        }
        symbolic.place_entries(matrix)?;
        symbolic.list_updates();
        symbolic.symbolic_seconds = started.elapsed().as_secs_f64();
        Ok(symbolic)
    }

    /// Number of equations.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The ordering that was taken.
    pub fn ordering(&self) -> Ordering {
        self.ordering
    }

    /// Seconds spent on the ordering.
    pub fn order_seconds(&self) -> f64 {
        self.order_seconds
    }

    /// Seconds spent on the rest of the symbolic work.
    pub fn symbolic_seconds(&self) -> f64 {
        self.symbolic_seconds
    }

    /// Predicted floating-point operations of one numeric factorization (multiplications and
    /// additions counted apart).
    pub fn flops(&self) -> f64 {
        self.flops
    }

    /// Stored entries of the factor, with the zeros that panels add.
    pub fn factor_entries(&self) -> u64 {
        (0..self.panel_count()).map(|p| self.panel_width(p) as u64 * self.panel_height(p) as u64).sum()
    }

    /// Predicted bytes of one numeric factor.
    pub fn factor_bytes(&self) -> u64 {
        8 * self.factor_entries()
    }

    /// Floating-point operations of solving one right-hand side, both halves.
    pub fn solve_flops(&self) -> f64 {
        4.0 * self.factor_entries() as f64
    }

    pub(super) fn panel_count(&self) -> usize {
        self.begin.len() - 1
    }

    pub(super) fn panel_width(&self, panel: usize) -> usize {
        (self.begin[panel + 1] - self.begin[panel]) as usize
    }

    /// Rows of the panel: its own columns and those below.
    pub(super) fn panel_height(&self, panel: usize) -> usize {
        self.panel_width(panel) + self.rows_below(panel).len()
    }

    pub(super) fn rows_below(&self, panel: usize) -> &[u32] {
        &self.rows[self.row_ptr[panel]..self.row_ptr[panel + 1]]
    }

    /// Whether `matrix` has the pattern that was analysed.
    pub fn matches(&self, matrix: &SymmetricMatrix) -> bool {
        matrix.size() == self.size
            && matrix.entries() == self.pattern_entries
            && pattern_hash(matrix) == self.pattern_hash
    }

    pub(super) fn panel_of_column(&self) -> Vec<u32> {
        let widths = (0..self.panel_count()).map(|p| (p as u32, self.panel_width(p)));
        widths.flat_map(|(p, width)| std::iter::repeat_n(p, width)).collect()
    }

    fn place_entries(&mut self, matrix: &SymmetricMatrix) -> Result<(), FactorError> {
        let of_column = self.panel_of_column();
        let place = &self.place;
        let entries = || {
            (0..self.size).flat_map(move |col| {
                matrix.column(col).map(move |(row, _)| {
                    let (a, b) = (place[row], place[col]);
                    (a.max(b), a.min(b))
                })
            })
        };
        let mut ptr = vec![0usize; self.panel_count() + 1];
        for (_, col) in entries() {
            ptr[of_column[col as usize] as usize + 1] += 1;
        }
        for p in 0..self.panel_count() {
            ptr[p + 1] += ptr[p];
        }
        let mut next = ptr.clone();
        let mut source = vec![0u32; matrix.entries()];
        let mut target = vec![0u32; matrix.entries()];
        for (index, (row, col)) in entries().enumerate() {
            let panel = of_column[col as usize] as usize;
            let offset = self.offset_in_panel(panel, row, col);
            source[next[panel]] = index as u32;
            target[next[panel]] = u32::try_from(offset)
                .map_err(|_| FactorError::TooLarge { size: self.size, entries: offset })?;
            next[panel] += 1;
        }
        (self.entry_ptr, self.source, self.target) = (ptr, source, target);
        Ok(())
    }

    fn offset_in_panel(&self, panel: usize, row: u32, col: u32) -> usize {
        let (begin, end) = (self.begin[panel], self.begin[panel + 1]);
        let local = if row < end {
            (row - begin) as usize
        } else {
            let below = self.rows_below(panel);
            let at = below.binary_search(&row);
            self.panel_width(panel) + at.unwrap_or_else(|_| unreachable!("every entry of A lies in L"))
        };
        (col - begin) as usize * self.panel_height(panel) + local
    }

    fn list_updates(&mut self) {
        let of_column = self.panel_of_column();
        let count = self.panel_count();
        let mut pairs: Vec<(u32, Update)> = Vec::new();
        let mut parent = vec![count as u32; count];
        for (from, parent) in parent.iter_mut().enumerate() {
            let below = self.rows_below(from);
            let mut first = 0;
            while first < below.len() {
                let panel = of_column[below[first] as usize];
                let end = self.begin[panel as usize + 1];
                let last = first + below[first..].partition_point(|&row| row < end);
                if first == 0 {
                    *parent = panel;
                }
                pairs.push((panel, Update { from: from as u32, first: first as u32, last: last as u32 }));
                first = last;
            }
        }
        let mut ptr = vec![0usize; count + 1];
        for (panel, _) in &pairs {
            ptr[*panel as usize + 1] += 1;
        }
        for p in 0..count {
            ptr[p + 1] += ptr[p];
        }
        let mut next = ptr.clone();
        let mut updates = vec![Update { from: 0, first: 0, last: 0 }; pairs.len()];
        for (panel, update) in pairs {
            updates[next[panel as usize]] = update;
            next[panel as usize] += 1;
        }
        (self.update_ptr, self.updates, self.parent) = (ptr, updates, parent);
    }

    pub(super) fn updates_of(&self, panel: usize) -> &[Update] {
        &self.updates[self.update_ptr[panel]..self.update_ptr[panel + 1]]
    }
}

/// FNV-1a over the pattern; a study compares it once per sample.
fn pattern_hash(matrix: &SymmetricMatrix) -> u64 {
    let words = matrix.col_ptr().iter().chain(matrix.row_idx());
    words.fold(0xCBF2_9CE4_8422_2325, |hash, &word| (hash ^ word as u64).wrapping_mul(0x0100_0000_01B3))
}
