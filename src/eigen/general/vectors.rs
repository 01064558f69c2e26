//! Eigenvectors of one general matrix, sorted and of length one.

use faer::{MatMut, c64};

use super::fallback::NotConverged;
use super::order;
use super::workspace::Workspace;

impl Workspace {
    /// Eigenvalues of the balanced matrix in `dense`, and the eigenvectors of the matrix before it was balanced,
    /// as columns in the order of the sorted eigenvalues.
    pub(super) fn sorted_vectors(
        &mut self,
        n: usize,
        values: &mut [c64],
        vectors: &mut [f64],
    ) -> Result<(), NotConverged> {
        self.shapes.resize(self.shapes.len().max(n * n), 0.0);
        let shapes = &mut self.shapes[..n * n];
        let columns = MatMut::from_column_major_slice_mut(shapes, n, n);
        self.fallback.solve(&self.dense[..n * n], n, values, Some(columns))?;
        // Conjugates stand together; the first stands for both.
        self.order.clear();
        let mut next = 0;
        while let Some(value) = values.get(next) {
            self.order.push(next);
            next += if value.im == 0.0 { 1 } else { 2 };
        }
        if next > n {
            return Err(NotConverged);
        }
        let upper = |j: usize| c64::new(values[j].re, values[j].im.abs());
        self.order.sort_unstable_by(|&a, &b| order::compare(&upper(a), &upper(b)).then(a.cmp(&b)));
        let mut rest = vectors;
        for &j in &self.order {
            let width = if values[j].im == 0.0 { 1 } else { 2 };
            let target = rest.split_off_mut(..width * n).expect("as many columns as eigenvalues");
            target.copy_from_slice(&shapes[j * n..][..width * n]);
            target.chunks_exact_mut(n).for_each(|column| self.balancing.undo(column));
            normalize(target);
            if values[j].im < 0.0 {
                target[n..].iter_mut().for_each(|x| *x = -*x);
            }
        }
        Ok(())
    }
}

/// Length one for all numbers together; the largest first, since balancing leaves them in any range.
fn normalize(x: &mut [f64]) {
    let largest = x.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if largest > 0.0 {
        x.iter_mut().for_each(|x| *x /= largest);
        let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        x.iter_mut().for_each(|x| *x /= length);
    }
}
