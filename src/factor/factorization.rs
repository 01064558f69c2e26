//! The numeric factor: what is factorized, in which order, into which memory.

use std::sync::Arc;

use rayon::prelude::*;

use super::FactorError;
use super::checks::{PivotReport, smallest_pivots};
use super::diagonal::BadPivot;
use super::numeric::{Memory, PanelCell, Pivots, Task, Tiles, Workspace, factor_panel};
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
    /// Pivot ratios above this are refused as unrestrained; default 1e11. Not used in indefinite factorizations.
    pub pivot_limit: f64,
    /// In indefinite factorizations, pivots of at most this part of the largest entry in their row of the matrix
    /// are refused as zero; default 1e-14.
    pub zero_pivot: f64,
    /// Backward errors of the probe above this are refused; default 1e-10.
    pub probe_limit: f64,
}

impl Default for FactorOptions {
    fn default() -> Self {
        Self { pivot_warning: 1e7, pivot_limit: 1e11, zero_pivot: 1e-14, probe_limit: 1e-10 }
    }
}

/// Which signs the pivots may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Signs {
    Positive,
    Both,
}

/// Memory of a factor, for the next one: fresh memory costs seconds per gigabyte where the operating system first has to
/// find its pages. Empty at the start; of another size than needed, it is replaced.
#[derive(Debug, Default)]
pub struct FactorStorage(Option<Pages>);

impl FactorStorage {
    fn take(&mut self, length: usize) -> Result<(Pages, Memory), FactorError> {
        match self.0.take().filter(|pages| pages.len() == length) {
            Some(pages) => Ok((pages, Memory::Used)),
            None => Ok((Pages::zeroed(length).ok_or(FactorError::OutOfMemory)?, Memory::Fresh)),
        }
    }
}

/// The factor P A P' = L S L', in panels, S = diag(+-1): Cholesky's, where all pivots are positive.
///
/// Memory: [`Symbolic::factor_bytes`].
#[derive(Debug)]
pub struct Factor {
    pub(super) symbolic: Arc<Symbolic>,
    values: Pages,
    /// Places of the negative pivots in the order of elimination, ascending.
    pub(super) negative: Vec<u32>,
    /// Right-hand sides in the order of elimination.
    pub(super) spare: Workspaces<Vec<f64>>,
    pub(super) pivots: PivotReport,
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
        Self::new_in(&mut FactorStorage::default(), symbolic, matrix, options, progress)
    }

    /// [`Factor::new`] in the memory of an earlier factor ([`Factor::into_storage`]), which `storage` gets back where the
    /// factorization fails.
    ///
    /// # Errors
    /// As [`Factor::new`].
    pub fn new_in(
        storage: &mut FactorStorage,
        symbolic: &Arc<Symbolic>,
        matrix: &SymmetricMatrix,
        options: &FactorOptions,
        progress: &dyn Progress,
    ) -> Result<Self, FactorError> {
        Self::build(storage, symbolic, matrix, Signs::Positive, options, progress)
    }

    /// Factorizes a symmetric matrix that need not be definite: P A P' = L S L' with S = diag(+-1) and a positive
    /// diagonal in L, that is L D L' with the size of D moved into L. By Sylvester's law of inertia A has as
    /// many negative eigenvalues as S has negative entries: [`Factor::negative_pivots`]. For A = K - sigma M that is
    /// the number of eigenvalues of (K, M) below sigma, M positive (semi)definite.
    ///
    /// The order of elimination is that of the plan: without interchanges entries may grow, and growth is watched
    /// rather than prevented. A pivot that is zero but for rounding is refused, and so is a factor that does not
    /// solve ([`Factor::probe_residual`]). [`Factor::growth`] says how close to zero an eigenvalue may be counted on the
    /// wrong side.
    ///
    /// Cost and bits: those of [`Factor::new`] where A is positive definite; about the same cost elsewhere.
    ///
    /// # Errors
    /// [`FactorError::ZeroPivot`], [`FactorError::PatternDiffers`], [`FactorError::ProbeFailed`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use modalsweep::{factor::{Factor, FactorOptions, Symbolic, SymbolicOptions}, matrix::SymmetricMatrix, parallel::Silent};
    /// // Three masses 1 between springs 1, one end fixed: eigenvalues 0.198, 1.555 and 3.247. Two are below 2.5.
    /// let sigma = 2.5;
    /// let shifted = SymmetricMatrix::from_lower_csc(
    ///     vec![0, 2, 4, 5], vec![0, 1, 1, 2, 2], vec![2.0 - sigma, -1.0, 2.0 - sigma, -1.0, 1.0 - sigma])?;
    /// let symbolic = Arc::new(Symbolic::new(&shifted, &SymbolicOptions::default())?);
    /// let factor = Factor::indefinite(&symbolic, &shifted, &FactorOptions::default(), &Silent)?;
    /// assert_eq!(factor.negative_pivots(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn indefinite(
        symbolic: &Arc<Symbolic>,
        matrix: &SymmetricMatrix,
        options: &FactorOptions,
        progress: &dyn Progress,
    ) -> Result<Self, FactorError> {
        Self::indefinite_in(&mut FactorStorage::default(), symbolic, matrix, options, progress)
    }

    /// [`Factor::indefinite`] in the memory of an earlier factor, as [`Factor::new_in`].
    ///
    /// # Errors
    /// As [`Factor::indefinite`].
    pub fn indefinite_in(
        storage: &mut FactorStorage,
        symbolic: &Arc<Symbolic>,
        matrix: &SymmetricMatrix,
        options: &FactorOptions,
        progress: &dyn Progress,
    ) -> Result<Self, FactorError> {
        Self::build(storage, symbolic, matrix, Signs::Both, options, progress)
    }

    fn build(
        storage: &mut FactorStorage,
        symbolic: &Arc<Symbolic>,
        matrix: &SymmetricMatrix,
        signs: Signs,
        options: &FactorOptions,
        progress: &dyn Progress,
    ) -> Result<Self, FactorError> {
        if !symbolic.matches(matrix) {
            return Err(FactorError::PatternDiffers);
        }
        let started = std::time::Instant::now();
        let (mut values, memory) = storage.take(symbolic.factor_entries() as usize)?;
        let smallest = match signs {
            Signs::Positive => Vec::new(),
            Signs::Both => smallest_pivots(matrix, &symbolic.place, options.zero_pivot),
        };
        let pivots = match signs {
            Signs::Positive => Pivots::Positive,
            Signs::Both => Pivots::Signed { smallest: &smallest },
        };
        let task = Task { symbolic, values: matrix.values(), pivots, memory };
        let (bad, negative) = factor_panels(&task, &mut values, progress);
        let mut factor = Self {
            symbolic: Arc::clone(symbolic),
            values,
            negative,
            spare: Workspaces::default(),
            pivots: PivotReport { largest_ratio: 0.0, dof: 0, doubtful: Vec::new() },
            probe_residual: 0.0,
            factor_seconds: started.elapsed().as_secs_f64(),
        };
        match factor.check(matrix, &bad, signs, options) {
            Ok(()) => Ok(factor),
            Err(error) => {
                *storage = factor.into_storage();
                Err(error)
            }
        }
    }

    fn check(
        &mut self,
        matrix: &SymmetricMatrix,
        bad: &[BadPivot],
        signs: Signs,
        options: &FactorOptions,
    ) -> Result<(), FactorError> {
        self.check_pivots(matrix, bad, signs, options)?;
        self.probe_residual = self.probe(matrix);
        // NaN fails too.
        if self.probe_residual.is_nan() || self.probe_residual > options.probe_limit {
            return Err(FactorError::ProbeFailed { residual: self.probe_residual });
        }
        Ok(())
    }

    /// The memory of this factor, for the next one.
    pub fn into_storage(self) -> FactorStorage {
        FactorStorage(Some(self.values))
    }

    /// Panel p, column-major: its own columns on top, then the rows below.
    pub(super) fn panel_values(&self, p: usize) -> &[f64] {
        &self.values[self.symbolic.value_ptr[p]..self.symbolic.value_ptr[p + 1]]
    }

    /// The plan that this factor follows.
    pub fn symbolic(&self) -> &Symbolic {
        &self.symbolic
    }

    /// The number of negative pivots, which is that of the negative eigenvalues of the matrix; zero for Cholesky's
    /// factor.
    pub fn negative_pivots(&self) -> usize {
        self.negative.len()
    }

    /// Where S is -1: places in the order of elimination, ascending.
    pub fn negative_places(&self) -> &[u32] {
        &self.negative
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
}

/// Bad pivots, and the places of the negative ones.
fn factor_panels(task: &Task<'_>, storage: &mut [f64], progress: &dyn Progress) -> (Vec<BadPivot>, Vec<u32>) {
    let symbolic = task.symbolic;
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
        let bad = factor_panel(task, p, &cells, tiles, work);
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
    let negative = (cells.iter().zip(&symbolic.begin))
        .flat_map(|(cell, begin)| cell.negative().iter().map(move |col| begin + col));
    (bad, negative.collect())
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
