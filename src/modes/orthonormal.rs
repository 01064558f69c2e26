//! Orthonormal blocks in the inner product <x, y> = x' B y, B = M or B = K - sigma M where that is definite.
//!
//! With a semidefinite M its own product does not see motions without mass, and they grow unseen; K - sigma M sees all.
//! A solve W = (K - sigma M)^-1 R gives B W = R along the way, free of the rounding of a product with K.
//!
//! Gram-Schmidt against what is there, then within the block by the eigenvectors of its scaled Gram matrix, which also
//! tell how many of its columns are independent (A. Stathopoulos, K. Wu, SIAM J. Sci. Comput. 23 (2002) 2165-2182,
//! doi:10.1137/S1064827500370883).

use faer::Mat;

use super::ModesError;
use super::dense::symmetric_eigen;
use super::tall::{Columns, Tall, no_memory};
use crate::matrix::{Pages, SymmetricMatrix};

/// Eigenvalues of the scaled Gram matrix below this are rounding: directions that depend on the others.
const DEPENDENT: f64 = 1e-13;

/// A block whose scaled Gram matrix is worse conditioned than this is orthogonalized once more.
const POOR: f64 = 1e-4;

/// Parts of sum |M| x^2 that x' M x may be off by rounding, and below which it counts as no mass.
const MASS_ROUNDING: f64 = 1e-14;

/// sum |M| x^2 over x' M x above which rounding of the latter disturbs the iteration. It is at most some hundred where M
/// is definite.
const POLLUTED: f64 = 1e5;

/// Parts of sum |M| x^2 below minus which x' M x is a negative mass.
const NEGATIVE_MASS: f64 = 1e-9;

/// The mass, in the order of elimination, as the iteration uses it.
#[derive(Debug)]
pub(super) struct Mass {
    pub matrix: SymmetricMatrix,
    /// sum_j |M_ij|.
    row_sums: Vec<f64>,
}

/// The matrix B of the inner product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inner {
    /// K - sigma M, positive definite.
    Stiffness,
    /// M, positive semidefinite.
    Mass,
}

/// An orthonormal basis V. With B = K - sigma M its B V stand beside it; products with M are cheap.
#[derive(Debug)]
pub(super) struct Basis {
    pub v: Tall,
    pub bv: Option<Tall>,
    pub len: usize,
    pub capacity: usize,
}

/// A packed block W at work, and B W.
#[derive(Debug)]
pub(super) struct Block {
    rows: usize,
    pub width: usize,
    w: Pages,
    bw: Pages,
    /// Room for a combination.
    spare: Pages,
}

impl Mass {
    pub fn new(matrix: SymmetricMatrix) -> Self {
        let row_sums = matrix.absolute_row_sums();
        Self { matrix, row_sums }
    }

    /// sum_i (sum_j |M_ij|) x_i^2 of each column.
    fn scales(&self, block: &Block) -> Vec<f64> {
        let mut sums = vec![0.0; block.width];
        for (row, weight) in block.w().chunks_exact(block.width.max(1)).zip(&self.row_sums) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value * value);
        }
        sums
    }
}

impl Basis {
    pub fn new(rows: usize, capacity: usize, inner: Inner) -> Result<Self, ModesError> {
        let tall = || Tall::zeroed(rows, capacity).ok_or_else(no_memory);
        let bv = if inner == Inner::Stiffness { Some(tall()?) } else { None };
        Ok(Self { v: tall()?, bv, len: 0, capacity })
    }

    pub fn inner(&self) -> Inner {
        if self.bv.is_some() { Inner::Stiffness } else { Inner::Mass }
    }

    pub fn rows(&self) -> usize {
        self.v.rows()
    }

    /// Takes the components along the basis out of W and returns them, `len x width`.
    pub fn remove_from(&self, block: &mut Block, mass: &Mass) -> Mat<f64> {
        self.remove_recent_from(0, block, mass)
    }

    /// As [`Basis::remove_from`], for the columns of the basis from `first` on.
    pub fn remove_recent_from(&self, first: usize, block: &mut Block, mass: &Mass) -> Mat<f64> {
        let v = self.v.columns(first..self.len);
        match &self.bv {
            Some(bv) => {
                let bv = bv.columns(first..self.len);
                let h = bv.cross(block.columns());
                v.subtract_from(block.w_mut(), h.as_ref());
                bv.subtract_from(block.bw_mut(), h.as_ref());
                h
            }
            None => {
                block.weigh(mass);
                let h = v.cross(Columns::packed(block.bw(), block.width));
                v.subtract_from(block.w_mut(), h.as_ref());
                h
            }
        }
    }

    /// Turns W into loads M W without components along the basis, whose columns that matter are eigenvectors.
    pub fn loads_beside(&self, block: &mut Block, mass: &Mass) {
        let Some(bv) = &self.bv else {
            self.remove_from(block, mass);
            self.remove_from(block, mass);
            block.become_loads(mass);
            return;
        };
        block.become_loads(mass);
        let (v, bv) = (self.v.columns(0..self.len), bv.columns(0..self.len));
        // R <- R - B V V' R, twice.
        for _ in 0..2 {
            let h = v.cross(block.columns());
            bv.subtract_from(block.w_mut(), h.as_ref());
            bv.subtract_from(block.bw_mut(), h.as_ref());
        }
    }

    /// Appends an orthonormal block.
    pub fn append(&mut self, block: &Block) {
        self.v.set(self.len, block.w(), block.width);
        if let Some(bv) = &mut self.bv {
            bv.set(self.len, block.bw(), block.width);
        }
        self.len += block.width;
    }
}

impl Block {
    /// Room for `widest` columns.
    pub fn new(rows: usize, widest: usize) -> Result<Self, ModesError> {
        let pages = || Pages::zeroed(rows * widest).ok_or_else(no_memory);
        Ok(Self { rows, width: widest, w: pages()?, bw: pages()?, spare: pages()? })
    }

    pub fn w(&self) -> &[f64] {
        &self.w[..self.rows * self.width]
    }

    fn bw(&self) -> &[f64] {
        &self.bw[..self.rows * self.width]
    }

    pub fn w_mut(&mut self) -> &mut [f64] {
        &mut self.w[..self.rows * self.width]
    }

    fn bw_mut(&mut self) -> &mut [f64] {
        &mut self.bw[..self.rows * self.width]
    }

    pub fn columns(&self) -> Columns<'_> {
        Columns::packed(self.w(), self.width)
    }

    /// W and B W both become M W: the right-hand sides of a solve in W, after which B W belongs to it where B is the
    /// matrix that is solved with.
    pub fn become_loads(&mut self, mass: &Mass) {
        self.weigh(mass);
        let used = self.rows * self.width;
        self.w[..used].copy_from_slice(&self.bw[..used]);
    }

    /// W <- B W.
    pub fn become_own_loads(&mut self) {
        let used = self.rows * self.width;
        self.w[..used].copy_from_slice(&self.bw[..used]);
    }

    fn weigh(&mut self, mass: &Mass) {
        let used = self.rows * self.width;
        mass.matrix.multiply_block_into(&self.w[..used], self.width, &mut self.bw[..used]);
    }

    /// W' B W.
    fn gram(&self) -> Mat<f64> {
        self.columns().cross(Columns::packed(self.bw(), self.width))
    }

    /// W' M W.
    pub fn mass_gram(&mut self, mass: &Mass) -> Mat<f64> {
        let used = self.rows * self.width;
        mass.matrix.multiply_block_into(&self.w[..used], self.width, &mut self.spare[..used]);
        self.columns().cross(Columns::packed(&self.spare[..used], self.width))
    }

    /// Largest B-norm of a column.
    pub fn largest_norm(&mut self, mass: &Mass, inner: Inner) -> f64 {
        if inner == Inner::Mass {
            self.weigh(mass);
        }
        let gram = self.gram();
        (0..self.width).map(|j| gram[(j, j)]).fold(0.0, f64::max).sqrt()
    }

    /// W <- W C, B W <- B W C.
    fn combine(&mut self, by: &Mat<f64>) {
        let (old, new) = (self.rows * self.width, self.rows * by.ncols());
        for values in [&mut self.w, &mut self.bw] {
            Columns::packed(&values[..old], self.width).times_into(by.as_ref(), &mut self.spare[..new]);
            std::mem::swap(values, &mut self.spare);
        }
        self.width = by.ncols();
    }

    /// Makes W orthonormal, and orthogonal to the basis, from which it has been removed already. Columns of B-norm below
    /// `negligible`, and those that depend on others, are dropped: the width may become zero. Returns W' B W as it
    /// was, and whether motions without mass have grown so large that x' M x is no longer known well.
    ///
    /// # Errors
    /// [`ModesError::NegativeMassMotion`] with a place in the order of elimination, [`ModesError::NotANumber`].
    pub fn orthonormalize(
        &mut self,
        mass: &Mass,
        basis: &Basis,
        negligible: f64,
    ) -> Result<(Mat<f64>, bool), ModesError> {
        let (mut first, mut polluted) = (None, false);
        for round in 0..4 {
            if self.width == 0 {
                break;
            }
            let mut scales = vec![0.0; self.width];
            if basis.inner() == Inner::Mass {
                self.weigh(mass);
                scales = mass.scales(self);
            }
            let gram = self.gram();
            if basis.inner() == Inner::Mass {
                self.refuse_negative(&gram, &scales)?;
            }
            // After the first round columns have unit norm.
            let floor = if round == 0 { negligible } else { 1e-6 };
            let (by, condition) = independent_columns(&gram, &scales, floor).ok_or(ModesError::NotANumber)?;
            self.combine(&by);
            polluted = polluted_by(&by, &gram, &scales);
            first.get_or_insert(gram);
            if condition > POOR {
                break;
            }
            basis.remove_from(self, mass);
        }
        Ok((first.unwrap_or_else(|| Mat::zeros(0, 0)), polluted))
    }

    fn refuse_negative(&self, gram: &Mat<f64>, scales: &[f64]) -> Result<(), ModesError> {
        let Some(bad) = (0..self.width).find(|&j| gram[(j, j)] < -NEGATIVE_MASS * scales[j]) else {
            return Ok(());
        };
        let size =
            |place: usize| (self.w[place * self.width + bad] * self.bw[place * self.width + bad]).abs();
        let place = (0..self.rows).max_by(|&a, &b| size(a).total_cmp(&size(b))).unwrap_or(0);
        Err(ModesError::NegativeMassMotion { dof: place })
    }
}

/// Whether sum |M| x^2 of a combination is far above its x' M x = 1.
fn polluted_by(by: &Mat<f64>, gram: &Mat<f64>, scales: &[f64]) -> bool {
    let size = |j: usize| (0..scales.len()).map(|i| by[(i, j)].powi(2) * scales[i]).sum::<f64>();
    (0..by.ncols()).any(|j| size(j) > POLLUTED * gram.ncols() as f64)
}

/// The combinations of columns that are orthonormal, and the condition of what was kept.
fn independent_columns(gram: &Mat<f64>, scales: &[f64], negligible: f64) -> Option<(Mat<f64>, f64)> {
    let norm2 = |j: usize| gram[(j, j)];
    if (0..gram.ncols()).any(|j| !norm2(j).is_finite()) {
        return None;
    }
    let heavy = |&j: &usize| norm2(j) > (negligible * negligible).max(MASS_ROUNDING * scales[j]);
    let kept: Vec<usize> = (0..gram.ncols()).filter(heavy).collect();
    let scaled = Mat::from_fn(kept.len(), kept.len(), |i, j| {
        let (a, b) = (kept[i], kept[j]);
        0.5 * (gram[(a, b)] + gram[(b, a)]) / (norm2(a) * norm2(b)).sqrt()
    });
    let (values, vectors) = symmetric_eigen(scaled.as_ref())?;
    let largest = values.last().copied().unwrap_or(1.0);
    let first = values.partition_point(|&value| value <= DEPENDENT * largest);
    let by = Mat::from_fn(gram.ncols(), kept.len() - first, |i, j| match kept.binary_search(&i) {
        Ok(at) => vectors[(at, first + j)] / (values[first + j] * norm2(i)).sqrt(),
        Err(_) => 0.0,
    });
    let condition = if first > 0 { 0.0 } else { values.first().copied().unwrap_or(1.0) / largest };
    Some((by, condition))
}
