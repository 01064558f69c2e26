//! Sums of matrices with factors that change from sample to sample: one pattern, no assembly.

use std::sync::Arc;

use super::symmetric::Pattern;
use super::{MatrixError, Pages, SymmetricMatrix};

/// An affine family of symmetric matrices on one pattern, the union of those of its terms:
///
/// ```text
/// A(f) = A_0 + sum_i f_i A_i
/// ```
///
/// A term that does not reach every entry is kept with the places of its own, 12 bytes each; the constant and terms
/// that reach all take 8 bytes an entry.
///
/// ```
/// use modalsweep::matrix::{AffineSum, SymmetricMatrix};
/// let k = |values: [f64; 3]| SymmetricMatrix::from_lower_csc(vec![0, 2, 3], vec![0, 1, 1], values.to_vec());
/// // Two springs in a row, the second of stiffness f.
/// let first = SymmetricMatrix::from_lower_csc(vec![0, 1, 1], vec![0], vec![5.0])?;
/// let family = AffineSum::new(&first, &[k([1.0, -1.0, 1.0])?])?;
/// assert_eq!(family.at(&[2.0])?, k([7.0, -2.0, 2.0])?);
/// # Ok::<(), modalsweep::matrix::MatrixError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AffineSum {
    constant: SymmetricMatrix,
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    /// Entries of the union that the term reaches; `None`: all.
    places: Option<Vec<u32>>,
    values: Pages,
}

impl AffineSum {
    /// The sum of a constant and terms, on the union of their patterns.
    ///
    /// # Errors
    /// [`MatrixError::TermSize`], [`MatrixError::TooManyEntries`].
    pub fn new(constant: &SymmetricMatrix, terms: &[SymmetricMatrix]) -> Result<Self, MatrixError> {
        let size = constant.size();
        if let Some(term) = terms.iter().position(|term| term.size() != size) {
            return Err(MatrixError::TermSize { term, found: terms[term].size(), size });
        }
        let all: Vec<&SymmetricMatrix> = std::iter::once(constant).chain(terms).collect();
        let pattern = Arc::new(union(&all));
        check_entries(pattern.entries())?;
        let mut values = vec![0.0; pattern.entries()];
        for (place, value) in places(&pattern, constant).into_iter().zip(constant.values()) {
            values[place as usize] = *value;
        }
        let terms = terms.iter().map(|term| Term {
            places: (term.entries() < pattern.entries()).then(|| places(&pattern, term)),
            values: term.values().to_vec().into(),
        });
        Ok(Self { terms: terms.collect(), constant: SymmetricMatrix::on_pattern(pattern, values.into()) })
    }

    /// A sum without terms; [`AffineSum::push`] adds them.
    ///
    /// # Errors
    /// [`MatrixError::TooManyEntries`].
    pub fn of_constant(constant: SymmetricMatrix) -> Result<Self, MatrixError> {
        check_entries(constant.entries())?;
        Ok(Self { constant, terms: Vec::new() })
    }

    /// Adds a term by its values on the pattern of the constant, zero where it does not reach.
    ///
    /// # Panics
    /// When there is not one value per entry.
    pub fn push(&mut self, values: impl Into<Pages>) {
        let values = values.into();
        assert_eq!(values.len(), self.constant.entries(), "one value per entry");
        let reached = values.iter().filter(|value| **value != 0.0).count();
        // Below two thirds a list of places takes less memory.
        let term = if 3 * reached < 2 * values.len() {
            let entries = (0..).zip(&*values).filter(|(_, value)| **value != 0.0);
            let (places, values): (_, Vec<f64>) = entries.map(|(place, value)| (place, *value)).unzip();
            Term { places: Some(places), values: values.into() }
        } else {
            Term { places: None, values }
        };
        self.terms.push(term);
    }

    /// A_0, on the union pattern.
    pub fn constant(&self) -> &SymmetricMatrix {
        &self.constant
    }

    /// Number of terms beside the constant.
    pub fn term_count(&self) -> usize {
        self.terms.len()
    }

    /// One term by itself, on the union pattern.
    ///
    /// # Panics
    /// When there are not so many terms.
    pub fn term(&self, index: usize) -> SymmetricMatrix {
        let mut values = vec![0.0; self.constant.entries()];
        self.terms[index].add_to(1.0, &mut values);
        SymmetricMatrix::on_pattern(Arc::clone(self.constant.pattern()), values.into())
    }

    /// The values of A(f) on the union pattern, `factors` one per term, in their order; no allocation.
    ///
    /// # Panics
    /// When there is not one factor per term, or not one value per entry.
    pub fn values_into(&self, factors: &[f64], values: &mut [f64]) {
        assert_eq!(factors.len(), self.terms.len(), "one factor per term");
        values.copy_from_slice(self.constant.values());
        for (term, factor) in self.terms.iter().zip(factors) {
            term.add_to(*factor, values);
        }
    }

    /// A(f), which shares the pattern.
    ///
    /// # Errors
    /// [`MatrixError::NonFinite`] where a factor is not finite, or so large that a value is not.
    ///
    /// # Panics
    /// When there is not one factor per term.
    pub fn at(&self, factors: &[f64]) -> Result<SymmetricMatrix, MatrixError> {
        let mut values = vec![0.0; self.constant.entries()];
        self.values_into(factors, &mut values);
        self.constant.with_values(values)
    }
}

impl Term {
    fn add_to(&self, factor: f64, sum: &mut [f64]) {
        match &self.places {
            None => sum.iter_mut().zip(&*self.values).for_each(|(sum, value)| *sum += factor * value),
            Some(places) => {
                for (&place, value) in places.iter().zip(&*self.values) {
                    sum[place as usize] += factor * value;
                }
            }
        }
    }
}

fn check_entries(entries: usize) -> Result<(), MatrixError> {
    match u32::try_from(entries) {
        Ok(_) => Ok(()),
        Err(_) => Err(MatrixError::TooManyEntries { entries }),
    }
}

/// The pattern that holds all entries of the matrices.
pub(crate) fn union(matrices: &[&SymmetricMatrix]) -> Pattern {
    let size = matrices[0].size();
    let (mut col_ptr, mut row_idx) = (vec![0], Vec::new());
    let mut rows = Vec::new();
    for col in 0..size {
        rows.clear();
        for matrix in matrices {
            rows.extend(matrix.column(col).map(|(row, _)| row));
        }
        rows.sort_unstable();
        rows.dedup();
        row_idx.extend_from_slice(&rows);
        col_ptr.push(row_idx.len());
    }
    Pattern { col_ptr, row_idx: row_idx.into() }
}

/// The place in `pattern`, which holds all of them, of each entry of `matrix`.
pub(crate) fn places(pattern: &Pattern, matrix: &SymmetricMatrix) -> Vec<u32> {
    let mut places = Vec::with_capacity(matrix.entries());
    for col in 0..matrix.size() {
        let mut at = pattern.col_ptr[col];
        for (row, _) in matrix.column(col) {
            while pattern.row_idx[at] != row {
                at += 1;
            }
            places.push(at as u32);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(entries: &[(usize, usize, f64)]) -> SymmetricMatrix {
        let mut col_ptr = vec![0];
        for col in 0..3 {
            col_ptr.push(col_ptr[col] + entries.iter().filter(|entry| entry.1 == col).count());
        }
        let (rows, values) = entries.iter().map(|&(row, _, value)| (row, value)).unzip();
        SymmetricMatrix::from_lower_csc(col_ptr, rows, values).expect("a lower triangle by columns")
    }

    #[test]
    fn terms_with_patterns_of_their_own_meet_on_the_union() -> Result<(), MatrixError> {
        let constant = matrix(&[(0, 0, 1.0), (2, 0, 2.0), (1, 1, 3.0)]);
        let first = matrix(&[(1, 0, 10.0), (2, 0, 20.0)]);
        let second = matrix(&[(2, 2, 100.0)]);
        let family = AffineSum::new(&constant, &[first.clone(), second])?;
        let expected = matrix(&[(0, 0, 1.0), (1, 0, 5.0), (2, 0, 12.0), (1, 1, 3.0), (2, 2, -100.0)]);
        assert_eq!(family.at(&[0.5, -1.0])?, expected);
        assert_eq!(family.term(0).without_zeros(), first);
        assert!(family.at(&[f64::NAN, 0.0]).is_err());
        Ok(())
    }

    #[test]
    fn sparse_and_full_terms_give_the_same() -> Result<(), MatrixError> {
        let constant = matrix(&[(0, 0, 1.0), (1, 0, 0.0), (1, 1, 3.0), (2, 2, 4.0)]);
        let mut family = AffineSum::of_constant(constant.clone())?;
        family.push(vec![0.0, 7.0, 0.0, 0.0]);
        family.push(vec![1.0, 1.0, 1.0, 0.0]);
        assert_eq!(family.at(&[1.0, 1.0])?.values(), [2.0, 8.0, 4.0, 4.0]);
        assert!(std::ptr::eq(family.at(&[0.0, 0.0])?.row_idx(), family.constant().row_idx()));
        Ok(())
    }

    #[test]
    fn sizes_that_differ_are_refused() {
        let small = SymmetricMatrix::from_lower_csc(vec![0, 1], vec![0], vec![1.0]).unwrap();
        let error = AffineSum::new(&matrix(&[(0, 0, 1.0)]), &[small]).unwrap_err();
        assert_eq!(error, MatrixError::TermSize { term: 0, found: 1, size: 3 });
    }
}
