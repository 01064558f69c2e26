//! Statics: K u = f for all load cases of a deck, with one factor, and checks of the result.

use std::sync::Arc;
use std::time::Instant;

use faer::MatMut;
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::StressError;
use crate::factor::{Factor, FactorOptions, Ordering, PivotReport, Symbolic, SymbolicOptions};
use crate::io::DofLabel;
use crate::matrix::SymmetricMatrix;
use crate::model::{Model, Reactions, Resultant};
use crate::parallel::Progress;

/// Load cases whose residual is above this are refined once.
const REFINE_ABOVE: f64 = 1e-12;

/// Diagonal entries this small beside the largest are none: a truss across its line leaves the square of a cosine
/// that is rounding, some 1e-33.
const NO_STIFFNESS: f64 = 1e-20;

/// Settings of a static solution.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct StaticOptions {
    /// How the order of elimination is found; default: by predicted operations.
    pub ordering: Ordering,
    /// Limits of the checks after the factorization.
    pub factor: FactorOptions,
    /// Bytes that the factor, the loads and the displacements may take; default: no limit.
    pub memory_limit: Option<u64>,
}

/// Displacements of all load cases, and how far to trust them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StaticSolution {
    /// `cases x equations`, the free components; those that are held have what the load case prescribes.
    pub displacements: Array2<f64>,
    /// Normwise backward error of each case, `|f - K u| / (|K| |u| + |f|)` in the largest component.
    pub residuals: Vec<f64>,
    /// What the supports carry, and the strain energy of each case.
    pub reactions: Reactions,
    /// Sum of the loads of each case.
    pub applied: Vec<Resultant>,
    /// How far loads and reactions of each case are from balance, relative ([`Resultant::imbalance`]).
    pub imbalance: Vec<f64>,
    /// Pivot ratios of the factor.
    pub pivots: PivotReport,
    /// Stored entries of the factor.
    pub factor_entries: u64,
    /// Seconds for the order of elimination.
    pub order_seconds: f64,
    /// Seconds for the other symbolic work.
    pub symbolic_seconds: f64,
    /// Seconds for the numeric factor.
    pub factor_seconds: f64,
    /// Seconds for the loads, the solution and its checks.
    pub solve_seconds: f64,
}

/// Solves `K_ff u_f = f_f - K_fc u_c` for all load cases of a model; `stiffness` is its assembled K_ff.
///
/// A case whose residual exceeds 1e-12 is refined once. Cost: one factorization, one solve per case. The bits of
/// the result don't depend on the number of threads.
///
/// ```
/// use modalsweep::io::inp::{DeckStep, DistributedLoad, LoadKind, Operation, Place, StepKind, Target};
/// use modalsweep::model::{Assembly, Model, tetrahedral_block};
/// use modalsweep::parallel::Silent;
/// use modalsweep::stress::{StaticOptions, solve_static};
/// let mut deck = tetrahedral_block([2, 1, 1], [2.0, 1.0, 1.0]);
/// let (place, none) = (Place::default(), Operation::Modify);
/// let load = LoadKind::Gravity { value: 10.0, direction: [0.0, 0.0, -1.0] };
/// deck.steps.push(DeckStep {
///     name: None,
///     kind: StepKind::Static,
///     is_perturbation: false,
///     boundaries: (none, vec![]),
///     point_loads: (none, vec![]),
///     distributed_loads: (none, vec![DistributedLoad { target: Target::Set(0), load, place }]),
///     place,
/// });
/// let model = Model::from_deck(&deck)?;
/// let stiffness = Assembly::new(&model)?.stiffness(&Silent)?;
/// let solution = solve_static(&model, &stiffness, &StaticOptions::default(), &Silent)?;
/// // The supports carry the weight of two cubic metres of steel.
/// assert!((solution.reactions.resultants[0].force[2] / (2.0 * 7850.0 * 10.0) - 1.0).abs() < 1e-9);
/// # Ok::<(), modalsweep::Error>(())
/// ```
///
/// # Errors
/// [`StressError::NoStaticStep`], [`StressError::NoStiffness`], [`StressError::Unrestrained`] with the free
/// rigid-body motions, [`StressError::Mechanism`] for others that the factorization finds,
/// [`StressError::MemoryLimit`].
///
/// # Panics
/// When `stiffness` has not the size of the model's equations.
pub fn solve_static(
    model: &Model,
    stiffness: &SymmetricMatrix,
    options: &StaticOptions,
    progress: &dyn Progress,
) -> Result<StaticSolution, StressError> {
    assert_eq!(stiffness.size(), model.equations().count(), "the stiffness of this model");
    let cases = model.load_cases().len();
    if cases == 0 {
        return Err(StressError::NoStaticStep);
    }
    check_restraint(model, stiffness)?;
    let symbolic = analyse(model, stiffness, options)?;
    let name = |error| StressError::from_factor(error, model.equations().labels());
    let factor = Factor::new(&symbolic, stiffness, &options.factor, progress).map_err(name)?;
    let started = Instant::now();
    progress.begin("solving load cases", cases as u64);
    let loads = model.load_vectors()?;
    let mut displacements = loads.clone();
    solve(&factor, &mut displacements);
    let residuals = refine(&factor, stiffness, loads.view(), &mut displacements);
    progress.advance(cases as u64);
    progress.end();
    drop(loads);
    let reactions = model.reactions(displacements.view())?;
    let applied = model.load_resultants()?;
    let size = model.size();
    let balance = applied.iter().zip(&reactions.resultants);
    Ok(StaticSolution {
        imbalance: balance.map(|(loads, supports)| loads.plus(supports).imbalance(size)).collect(),
        displacements,
        residuals,
        reactions,
        applied,
        pivots: factor.pivots().clone(),
        factor_entries: symbolic.factor_entries(),
        order_seconds: symbolic.order_seconds(),
        symbolic_seconds: symbolic.symbolic_seconds(),
        factor_seconds: factor.factor_seconds(),
        solve_seconds: started.elapsed().as_secs_f64(),
    })
}

/// What the factorization would find as well, but could not put in words.
fn check_restraint(model: &Model, stiffness: &SymmetricMatrix) -> Result<(), StressError> {
    let labels = model.equations().labels();
    // First, because it says more: a plane truss out of its plane is free at every node, not as a whole.
    let diagonal = stiffness.diagonal();
    let largest = |label: fn(&DofLabel) -> bool| {
        let entries = labels.iter().zip(&diagonal).filter(|(own, _)| label(own));
        entries.map(|(_, &value)| value).fold(0.0, f64::max)
    };
    // Forces and moments have different units.
    let (along, about) = (largest(|label| label.component <= 3), largest(|label| label.component > 3));
    let limit = |label: &DofLabel| NO_STIFFNESS * if label.component <= 3 { along } else { about };
    let loose = labels.iter().zip(&diagonal).filter(|&(label, &value)| value <= limit(label));
    let dofs: Vec<DofLabel> = loose.map(|(&label, _)| label).collect();
    if !dofs.is_empty() {
        return Err(StressError::NoStiffness { dofs });
    }
    let motions = model.free_motions();
    if motions.is_empty() { Ok(()) } else { Err(StressError::Unrestrained { motions }) }
}

/// The plan of the factorization, if all fits within the memory limit.
fn analyse(
    model: &Model,
    stiffness: &SymmetricMatrix,
    options: &StaticOptions,
) -> Result<Arc<Symbolic>, StressError> {
    // Loads and displacements, and a block of columns in the order of elimination for each.
    let columns = 3 * 8 * (stiffness.size() * model.load_cases().len()) as u64;
    let settings = SymbolicOptions {
        ordering: options.ordering,
        nodes: Some(model.equations().nodes()),
        // Early; below with the columns.
        memory_limit: options.memory_limit,
    };
    let symbolic = Symbolic::new(stiffness, &settings)
        .map_err(|error| StressError::from_factor(error, model.equations().labels()))?;
    let needed = symbolic.factor_bytes() + columns;
    match options.memory_limit {
        Some(limit) if needed > limit => Err(StressError::MemoryLimit { needed, limit }),
        _ => Ok(Arc::new(symbolic)),
    }
}

/// Solves for all cases in place, `cases x equations`.
fn solve(factor: &Factor, cases: &mut Array2<f64>) {
    let (count, size) = cases.dim();
    // Rows of cases one after the other are columns for the factor.
    let values = cases.as_slice_mut().unwrap_or_else(|| unreachable!("made in this order"));
    factor.solve_in_place(MatMut::from_column_major_slice_mut(values, size, count));
}

/// Improves the cases whose residual is too large by one more solve; returns the residuals after that.
fn refine(
    factor: &Factor,
    stiffness: &SymmetricMatrix,
    loads: ArrayView2<'_, f64>,
    displacements: &mut Array2<f64>,
) -> Vec<f64> {
    let norm = stiffness.row_sum_norm();
    let rows: Vec<_> = displacements.outer_iter_mut().zip(loads.outer_iter()).collect();
    rows.into_par_iter()
        .with_max_len(1)
        .map(|(mut u, f)| {
            let (Some(u), Some(f)) = (u.as_slice_mut(), f.as_slice()) else {
                unreachable!("rows are slices")
            };
            let mut left = vec![0.0; f.len()];
            let first = residual(stiffness, norm, u, f, &mut left);
            if first <= REFINE_ABOVE {
                return first;
            }
            factor.solve_vector_in_place(&mut left);
            let better: Vec<f64> = u.iter().zip(&left).map(|(u, correction)| u + correction).collect();
            let second = residual(stiffness, norm, &better, f, &mut left);
            // Near the limits of the factor a correction may do harm.
            if second < first {
                u.copy_from_slice(&better);
                return second;
            }
            first
        })
        .collect()
}

/// Leaves f - K u in `left`; its largest component over `|K| |u| + |f|`.
fn residual(stiffness: &SymmetricMatrix, norm: f64, u: &[f64], f: &[f64], left: &mut [f64]) -> f64 {
    stiffness.multiply_into(u, left);
    left.iter_mut().zip(f).for_each(|(product, f)| *product = f - *product);
    let largest = |vector: &[f64]| vector.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let scale = norm * largest(u) + largest(f);
    if scale == 0.0 { 0.0 } else { largest(left) / scale }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::Silent;

    #[test]
    fn a_poor_factor_is_made_good_by_one_more_solve() {
        let (col_ptr, row_idx) = (vec![0, 2, 4, 5], vec![0, 1, 1, 2, 2]);
        let chain =
            SymmetricMatrix::from_lower_csc(col_ptr, row_idx, vec![2.0, -1.0, 2.0, -1.0, 1.0]).unwrap();
        let symbolic = Arc::new(Symbolic::new(&chain, &SymbolicOptions::default()).unwrap());
        let factor = Factor::new(&symbolic, &chain, &FactorOptions::default(), &Silent).unwrap();
        // The matrix is by 1e-6 stiffer than the one that was factorized, so the error falls by that factor.
        let stiffer =
            chain.with_values(chain.values().iter().map(|value| value * (1.0 + 1e-6)).collect()).unwrap();
        let loads = Array2::from_shape_vec((2, 3), vec![0.0, 0.0, 1.0, 0.0, 0.0, 0.0]).unwrap();
        let mut displacements = loads.clone();
        solve(&factor, &mut displacements);
        let residuals = refine(&factor, &stiffer, loads.view(), &mut displacements);
        assert!(residuals[0] < 1e-12 && residuals[0] > 0.0 && residuals[1] == 0.0, "{residuals:?}");
        assert!((displacements[(0, 2)] * (1.0 + 1e-6) - 3.0).abs() < 1e-11);
    }
}
