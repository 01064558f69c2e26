//! The other path: faer's eigenvalues and eigenvectors of one matrix.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, evd_real, evd_scratch};
use faer::{MatMut, MatRef, Par, c64};

/// faer's iteration came to no end.
#[derive(Debug)]
pub(super) struct NotConverged;

/// Memory for one matrix.
#[derive(Default)]
pub(super) struct Fallback {
    re: Vec<f64>,
    im: Vec<f64>,
    size: usize,
    with_vectors: bool,
    memory: Option<MemBuffer>,
}

impl std::fmt::Debug for Fallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fallback").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Fallback {
    /// Eigenvalues of a finite column-major matrix, in no order, and eigenvectors into `vectors`, if given: a
    /// column for a real one, the real and the imaginary part for a pair of conjugates.
    pub fn solve(
        &mut self,
        dense: &[f64],
        n: usize,
        values: &mut [c64],
        vectors: Option<MatMut<'_, f64>>,
    ) -> Result<(), NotConverged> {
        if self.size < n || self.memory.is_none() || (vectors.is_some() && !self.with_vectors) {
            self.with_vectors |= vectors.is_some();
            self.size = self.size.max(n);
            let no = ComputeEigenvectors::No;
            let right = if self.with_vectors { ComputeEigenvectors::Yes } else { no };
            let request = evd_scratch::<f64>(self.size, no, right, Par::Seq, Default::default());
            self.memory = Some(MemBuffer::new(request));
        }
        self.re.resize(n, 0.0);
        self.im.resize(n, 0.0);
        let (re, im) = (&mut self.re[..n], &mut self.im[..n]);
        let matrix = MatRef::from_column_major_slice(dense, n, n);
        let memory = self.memory.as_mut().expect("made above");
        let done = evd_real(
            matrix,
            DiagMut::from_slice_mut(re),
            DiagMut::from_slice_mut(im),
            None,
            vectors,
            Par::Seq,
            MemStack::new(memory),
            Default::default(),
        );
        for ((value, &re), &im) in values.iter_mut().zip(&*re).zip(&*im) {
            *value = c64::new(re, im);
        }
        done.map_err(|_| NotConverged)
    }
}
