//! The numeric factor and the checks that every one of them goes through.

use std::sync::Arc;

use rayon::prelude::*;

use super::FactorError;
use super::numeric::{BadPivot, PanelCell, Tiles, Workspace, factor_panel};
use super::symbolic::Symbolic;
use crate::matrix::{Pages, SymmetricMatrix};
use crate::parallel::{Progress, Workspaces};

/// Subtrees of the elimination tree with less than this part of all work run side by side; the
/// panels above them follow one by one, their tiles side by side.
const SUBTREE_SHARE: f64 = 1.0 / 48.0;

/// Settings of the numeric factorization.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FactorOptions {
    /// Pivot ratios K_ii / D_ii above this are listed in [`PivotReport::doubtful`]; default 1e7.
    pub pivot_warning: f64,
    /// Pivot ratios above this are refused as unrestrained; default 1e11.
    pub pivot_limit: f64,
    /// Backward errors of the probe above this are refused; default 1e-10.
    pub probe_limit: f64,
}

impl Default for FactorOptions {
    fn default() -> Self {
        Self { pivot_warning: 1e7, pivot_limit: 1e11, probe_limit: 1e-10 }
    }
}

/// Nastran's measure of how much of a diagonal entry the elimination has used up: K_ii / D_ii, the
/// original diagonal over the pivot. Well restrained models stay below some 1e6; unrestrained ones
/// go beyond 1e11 at one DOF per mechanism.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PivotReport {
    /// The largest ratio.
    pub largest_ratio: f64,
    /// The DOF that has it.
    pub dof: usize,
    /// DOFs above [`FactorOptions::pivot_warning`] with their ratios, largest first.
    pub doubtful: Vec<(usize, f64)>,
}

/// The Cholesky factor P A P' = L L', in panels.
///
/// Memory: [`Symbolic::factor_bytes`].
#[derive(Debug)]
pub struct Factor {
    pub(super) symbolic: Arc<Symbolic>,
    values: Pages,
    pivots: PivotReport,
    probe_residual: f64,
    factor_seconds: f64,
}

impl Factor {
    /// Factorizes `matrix`, whose pattern `symbolic` has analysed, on the rayon pool of the caller.
    /// The bits of the factor don't depend on the number of threads. Then checks it: pivot ratios,
    /// and the residual of one solve.
    ///
    /// Cost: [`Symbolic::flops`].
    ///
    /// # Errors
    /// [`FactorError::Singular`] with all unrestrained DOFs, [`FactorError::NotPositiveDefinite`],
    /// [`FactorError::PatternDiffers`], [`FactorError::ProbeFailed`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use modalsweep::{factor::{Factor, FactorOptions, Symbolic, SymbolicOptions}, matrix::SymmetricMatrix, parallel::Silent};
    /// // Three springs of stiffness 1 in a row, one end fixed; pulling the other moves it by 3.
    /// let k = SymmetricMatrix::from_lower_csc(
    ///     vec![0, 2, 4, 5], vec![0, 1, 1, 2, 2], vec![2.0, -1.0, 2.0, -1.0, 1.0])?;
    /// let symbolic = Arc::new(Symbolic::new(&k, &SymbolicOptions::default())?);
    /// let factor = Factor::new(&symbolic, &k, &FactorOptions::default(), &Silent)?;
    /// let mut load = [0.0, 0.0, 1.0];
    /// factor.solve_vector_in_place(&mut load);
    /// assert!((load[2] - 3.0).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        symbolic: &Arc<Symbolic>,
        matrix: &SymmetricMatrix,
        options: &FactorOptions,
        progress: &dyn Progress,
    ) -> Result<Self, FactorError> {
        if !symbolic.matches(matrix) {
            return Err(FactorError::PatternDiffers);
        }
        let started = std::time::Instant::now();
        let mut values = Pages::zeroed(symbolic.factor_entries() as usize).ok_or(FactorError::OutOfMemory)?;
        let bad = factor_panels(symbolic, matrix.values(), &mut values, progress);
        let mut factor = Self {
            symbolic: Arc::clone(symbolic),
            values,
            pivots: PivotReport { largest_ratio: 0.0, dof: 0, doubtful: Vec::new() },
            probe_residual: 0.0,
            factor_seconds: started.elapsed().as_secs_f64(),
        };
        factor.check_pivots(matrix, &bad, options)?;
        factor.probe_residual = factor.probe(matrix);
        // NaN fails too.
        if factor.probe_residual.is_nan() || factor.probe_residual > options.probe_limit {
            return Err(FactorError::ProbeFailed { residual: factor.probe_residual });
        }
        Ok(factor)
    }

    /// Panel p, column-major: its own columns on top, then the rows below.
    pub(super) fn panel_values(&self, p: usize) -> &[f64] {
        &self.values[self.symbolic.value_ptr[p]..self.symbolic.value_ptr[p + 1]]
    }

    /// The plan that this factor follows.
    pub fn symbolic(&self) -> &Symbolic {
        &self.symbolic
    }

    /// Pivot ratios.
    pub fn pivots(&self) -> &PivotReport {
        &self.pivots
    }

    /// Normwise backward error ||b - A x|| / (||A|| ||x|| + ||b||), infinity norms, of the probe.
    pub fn probe_residual(&self) -> f64 {
        self.probe_residual
    }

    /// Seconds of the numeric factorization.
    pub fn factor_seconds(&self) -> f64 {
        self.factor_seconds
    }

    fn check_pivots(
        &mut self,
        matrix: &SymmetricMatrix,
        bad: &[BadPivot],
        options: &FactorOptions,
    ) -> Result<(), FactorError> {
        let symbolic = &*self.symbolic;
        let diagonal = matrix.diagonal();
        let dof = |column: u32| symbolic.dof_order[column as usize] as usize;
        for pivot in bad {
            if let BadPivot::Negative { column, pivot } = *pivot {
                let dof = dof(column);
                return Err(FactorError::NotPositiveDefinite { dof, pivot, diagonal: diagonal[dof] });
            }
        }
        let mut ratios: Vec<(usize, f64)> = Vec::new();
        for p in 0..symbolic.panel_count() {
            let height = symbolic.panel_height(p);
            for (k, column) in (symbolic.begin[p]..symbolic.begin[p + 1]).enumerate() {
                let dof = dof(column);
                ratios.push((dof, diagonal[dof] / self.panel_values(p)[k * height + k].powi(2)));
            }
        }
        for pivot in bad {
            if let BadPivot::Vanishing { column } = *pivot {
                let dof = dof(column);
                if diagonal[dof] == 0.0 && is_coupled(matrix, dof) {
                    // A 2 x 2 block with a zero on its diagonal has a negative eigenvalue.
                    return Err(FactorError::NotPositiveDefinite { dof, pivot: 0.0, diagonal: 0.0 });
                }
                ratios[column as usize].1 = f64::INFINITY;
            }
        }
        ratios.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        (self.pivots.dof, self.pivots.largest_ratio) = ratios[0];
        ratios.retain(|&(_, ratio)| ratio > options.pivot_warning);
        let mut dofs: Vec<usize> = ratios
            .iter()
            .filter(|(_, ratio)| *ratio > options.pivot_limit || ratio.is_infinite())
            .map(|&(dof, _)| dof)
            .collect();
        self.pivots.doubtful = ratios;
        if dofs.is_empty() {
            return Ok(());
        }
        dofs.sort_unstable();
        Err(FactorError::Singular { dofs, ratio_limit: options.pivot_limit })
    }

    /// Solves A x = A e with a rough vector e and looks at the residual.
    fn probe(&self, matrix: &SymmetricMatrix) -> f64 {
        let size = matrix.size();
        // Rough, nowhere zero, the same on every machine: the golden ratio's multiples modulo 1.
        let rough: Vec<f64> =
            (1..=size).map(|k| (k as f64 * 0.618_033_988_749_894_9).fract() + 0.5).collect();
        let mut load = vec![0.0; size];
        matrix.multiply_into(&rough, &mut load);
        let mut solution = load.clone();
        self.solve_vector_in_place(&mut solution);
        let mut image = vec![0.0; size];
        matrix.multiply_into(&solution, &mut image);
        let largest = |vector: &[f64]| {
            vector.iter().fold(0.0, |m: f64, v| if v.abs() > m || v.is_nan() { v.abs() } else { m })
        };
        let difference: Vec<f64> = load.iter().zip(&image).map(|(b, ax)| b - ax).collect();
        let scale = matrix.row_sum_norm() * largest(&solution) + largest(&load);
        if scale == 0.0 { 0.0 } else { largest(&difference) / scale }
    }
}

fn is_coupled(matrix: &SymmetricMatrix, dof: usize) -> bool {
    (0..matrix.size()).filter(|&other| other != dof).any(|other| matrix.get(dof, other) != 0.0)
}

fn factor_panels(
    symbolic: &Symbolic,
    values: &[f64],
    storage: &mut [f64],
    progress: &dyn Progress,
) -> Vec<BadPivot> {
    let mut cells = Vec::with_capacity(symbolic.panel_count());
    let mut rest = storage;
    for p in 0..symbolic.panel_count() {
        let (panel, after) = rest.split_at_mut(symbolic.value_ptr[p + 1] - symbolic.value_ptr[p]);
        cells.push(PanelCell::new(panel));
        rest = after;
    }
    let pool = Workspaces::default();
    let (subtrees, top) = schedule(symbolic);
    progress.begin("factorizing", symbolic.panel_count() as u64);
    let run = |p: usize, tiles: Tiles, work: &mut Workspace| {
        let bad = factor_panel(symbolic, p, values, &cells, tiles, work);
        progress.advance(1);
        bad
    };
    let mut bad: Vec<BadPivot> = subtrees
        .into_par_iter()
        .with_max_len(1)
        .map(|range| {
            pool.with(Workspace::default, |work| {
                range.flat_map(|p| run(p, Tiles::InTurn, work)).collect::<Vec<_>>()
            })
        })
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect();
    pool.with(Workspace::default, |work| {
        for p in top {
            bad.extend(run(p, Tiles::Together, work));
        }
    });
    progress.end();
    bad
}

/// Ranges of panels that are whole subtrees with little work each, and the panels above them.
fn schedule(symbolic: &Symbolic) -> (Vec<std::ops::Range<usize>>, Vec<usize>) {
    let count = symbolic.panel_count();
    let work = |p: usize| symbolic.panel_width(p) as f64 * (symbolic.panel_height(p) as f64).powi(2);
    let mut subtree_work: Vec<f64> = (0..count).map(work).collect();
    let mut first: Vec<usize> = (0..count).collect();
    for p in 0..count {
        let parent = symbolic.parent[p] as usize;
        if parent < count {
            subtree_work[parent] += subtree_work[p];
            first[parent] = first[parent].min(first[p]);
        }
    }
    let limit = SUBTREE_SHARE * (0..count).map(work).sum::<f64>();
    let is_small = |p: usize| p < count && subtree_work[p] <= limit;
    let subtrees = (0..count).filter(|&p| is_small(p) && !is_small(symbolic.parent[p] as usize));
    (subtrees.map(|p| first[p]..p + 1).collect(), (0..count).filter(|&p| !is_small(p)).collect())
}
