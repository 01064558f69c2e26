//! The other path for one pair: through the stiffness, which also takes a semi-definite mass.

use faer::MatRef;

use super::triangular::BadPivot;
use crate::eigen::pair::{PairModes, PairOptions, PairWorkspace, definite_pair_with};
use crate::eigen::{EigenError, Operand};

/// Memory for one pair after another.
#[derive(Debug, Default)]
pub(super) struct SecondTry {
    work: Option<(usize, PairWorkspace)>,
    stiffness: Vec<f64>,
    mass: Vec<f64>,
}

impl SecondTry {
    /// Room for a stiffness and a mass of size `n`, by columns.
    pub fn matrices(&mut self, n: usize) -> (&mut [f64], &mut [f64]) {
        self.stiffness.resize(n * n, 0.0);
        self.mass.resize(n * n, 0.0);
        (&mut self.stiffness, &mut self.mass)
    }

    /// Eigenvalues of the pair in [`matrices`](Self::matrices), the infinite ones last, and vectors, zero for
    /// these. `bad` is why the first try failed, if the mass was at fault.
    pub fn solve(
        &mut self,
        bad: Option<BadPivot>,
        values: &mut [f64],
        vectors: Option<&mut [f64]>,
    ) -> Result<(), EigenError> {
        let mut options = PairOptions::default();
        if vectors.is_some() {
            options = options.with_vectors();
        }
        let n = values.len();
        if self.work.as_ref().is_none_or(|work| work.0 != n) {
            self.work = Some((n, PairWorkspace::new(n)));
        }
        let (_, work) = self.work.as_mut().expect("made above");
        let k = MatRef::from_column_major_slice(&self.stiffness, n, n);
        let m = MatRef::from_column_major_slice(&self.mass, n, n);
        let modes = match (definite_pair_with(work, k, m, &options), bad) {
            (Ok(modes), _) if modes.indefinite_count == 0 => modes,
            (
                Err(
                    error @ (EigenError::SharedNullVector { .. }
                    | EigenError::NonFinite { .. }
                    | EigenError::OutOfRange),
                ),
                _,
            ) => {
                return Err(error);
            }
            (_, Some(BadPivot { dof, pivot })) => {
                return Err(EigenError::NotPositiveDefinite { matrix: Operand::Mass, dof, pivot });
            }
            (Err(error), None) => return Err(error),
            (Ok(_), None) => return Err(self.indefinite_mass(n)),
        };
        write(&modes, values, vectors);
        Ok(())
    }
}

impl SecondTry {
    /// The pivot of the mass that is not positive; where all are, the pair is at the end of the range.
    fn indefinite_mass(&mut self, n: usize) -> EigenError {
        let m = &mut self.mass;
        for dof in 0..n {
            for row in dof..n {
                let products: f64 = (0..dof).map(|k| m[k * n + row] * m[k * n + dof]).sum();
                m[dof * n + row] -= products;
            }
            let pivot = m[dof * n + dof];
            if pivot.is_nan() || pivot <= 0.0 {
                return EigenError::NotPositiveDefinite { matrix: Operand::Mass, dof, pivot };
            }
            m[dof * n..(dof + 1) * n].iter_mut().for_each(|entry| *entry /= pivot.sqrt());
        }
        EigenError::OutOfRange
    }
}

fn write(modes: &PairModes, values: &mut [f64], vectors: Option<&mut [f64]>) {
    let n = values.len();
    let (finite, infinite) = values.split_at_mut(modes.eigenvalues.len());
    finite.copy_from_slice(&modes.eigenvalues);
    infinite.fill(f64::INFINITY);
    if let (Some(target), Some(shapes)) = (vectors, &modes.vectors) {
        target.fill(0.0);
        for (j, column) in target.chunks_exact_mut(n).take(shapes.ncols()).enumerate() {
            column.copy_from_slice(shapes.col_as_slice(j));
        }
    }
}
