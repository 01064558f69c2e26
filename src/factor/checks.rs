//! The checks that every factor goes through: its pivots, and the residual of one solve.

use super::FactorError;
use super::diagonal::BadPivot;
use super::factorization::{Factor, FactorOptions, Signs};
use crate::matrix::SymmetricMatrix;

/// Nastran's measure of how much of a diagonal entry the elimination has used up: K_ii / D_ii, the
/// original diagonal over the pivot, as magnitudes. Well restrained models stay below some 1e6; unrestrained ones
/// go beyond 1e11 at one DOF per mechanism. In an indefinite factorization the largest ratio tells how much its
/// entries have grown, and is large too where the shift is close to an eigenvalue.
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

impl Factor {
    /// How much the entries grew: the largest entry of |L| |L|' over the largest of |A|; 1 where A is positive definite.
    ///
    /// The factor is that of a matrix whose entries differ from those of A by some eps times the growth times the
    /// largest of A, so that eigenvalues of A farther from zero than n times that are counted on their side
    /// (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, Theorem 11.3).
    ///
    /// Cost: the factor is read once. Zero for a matrix of zeros.
    pub fn growth(&self, matrix: &SymmetricMatrix) -> f64 {
        let symbolic = &*self.symbolic;
        // The largest entry of |L| |L|' is on its diagonal, by Cauchy and Schwarz.
        let mut squares = vec![0.0f64; symbolic.size()];
        for p in 0..symbolic.panel_count() {
            let (begin, end) = (symbolic.begin[p], symbolic.begin[p + 1]);
            let columns = self.panel_values(p).chunks_exact(symbolic.panel_height(p));
            for (col, values) in columns.enumerate() {
                let rows = (begin..end).chain(symbolic.rows_below(p).iter().copied());
                rows.zip(values).skip(col).for_each(|(row, value)| squares[row as usize] += value * value);
            }
        }
        let largest = matrix.largest_entry();
        if largest == 0.0 { 0.0 } else { squares.into_iter().fold(0.0, f64::max) / largest }
    }

    /// Refuses what the pivots forbid and reports their ratios. `signs` says which pivots were allowed.
    pub(super) fn check_pivots(
        &mut self,
        matrix: &SymmetricMatrix,
        bad: &[BadPivot],
        signs: Signs,
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
        // What comes after the first one means nothing.
        let zero = bad.iter().filter_map(|pivot| match *pivot {
            BadPivot::Zero { column } => Some(column),
            _ => None,
        });
        if let Some(column) = zero.min() {
            return Err(FactorError::ZeroPivot { dof: dof(column) });
        }
        let mut ratios: Vec<(usize, f64)> = Vec::new();
        for p in 0..symbolic.panel_count() {
            let height = symbolic.panel_height(p);
            for (k, column) in (symbolic.begin[p]..symbolic.begin[p + 1]).enumerate() {
                let dof = dof(column);
                ratios.push((dof, diagonal[dof].abs() / self.panel_values(p)[k * height + k].powi(2)));
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
        // Beside a shift small pivots are no mechanisms: there the probe says whether they did harm.
        if dofs.is_empty() || signs == Signs::Both {
            return Ok(());
        }
        dofs.sort_unstable();
        Err(FactorError::Singular { dofs, ratio_limit: options.pivot_limit })
    }

    /// Solves A x = A e with a rough vector e and looks at the residual.
    pub(super) fn probe(&self, matrix: &SymmetricMatrix) -> f64 {
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

/// The magnitudes, by place in the order of elimination, at and below which pivots are zero: `share` of the largest
/// entry in the row of the matrix. The diagonal alone tells nothing: it may well be zero.
pub(super) fn smallest_pivots(matrix: &SymmetricMatrix, places: &[u32], share: f64) -> Vec<f64> {
    let mut smallest = vec![0.0f64; matrix.size()];
    for col in 0..matrix.size() {
        for (row, value) in matrix.column(col) {
            for dof in [row, col] {
                let place = places[dof] as usize;
                smallest[place] = smallest[place].max(share * value.abs());
            }
        }
    }
    smallest
}
