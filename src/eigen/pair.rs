//! Natural frequencies of one dense pair `(K, M)`.
//!
//! See the [room's page](super) for the method. This file holds the public types and the road
//! from one to the other; `pair/reduction.rs` factors and reduces, `pair/shapes.rs` goes back to mode
//! shapes, `pair/shift.rs` deals with free bodies.

mod reduction;
mod shapes;
mod shift;

use faer::dyn_stack::MemBuffer;
use faer::{Mat, MatRef};

use super::{EigenError, Operand};
use reduction::{Pivots, factor, reduce, spectrum};
use shapes::Shapes;

/// Whether mode shapes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vectors {
    /// Eigenvalues only.
    #[default]
    None,
    /// Mode shapes with `X' M X = I`, and a residual for each.
    MassOrthonormal,
}

/// Options of [`definite_pair`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PairOptions {
    /// Whether mode shapes are wanted. Default: no.
    pub vectors: Vectors,
    /// Ratio `K_ii / pivot` above which the stiffness is not factored alone but with a multiple of
    /// the mass. Default 1e7; well-restrained models stay below 3e6.
    pub pivot_ratio_limit: f64,
    /// Pivot ratio above which `K + s M` counts as singular whatever the shift. Default 1e11.
    pub singular_pivot_ratio: f64,
    /// A mode is rigid when its strain energy `x' K x` is at most this fraction of `sum K_ii x_i^2`.
    /// Only looked at when the pivot ratio is above its limit. Default 1e-12, which leaves room
    /// for matrices from files with 14 digits.
    pub rigid_energy_ratio: f64,
    /// Negative eigenvalues of the mass relative to the stiffness, `mu = 1 / lambda`, count as
    /// rounding down to minus this fraction of the largest. Default 1e-11.
    pub mass_rounding: f64,
}

impl Default for PairOptions {
    fn default() -> Self {
        Self {
            vectors: Vectors::None,
            pivot_ratio_limit: 1e7,
            singular_pivot_ratio: 1e11,
            rigid_energy_ratio: 1e-12,
            mass_rounding: 1e-11,
        }
    }
}

impl PairOptions {
    /// These options with mode shapes.
    pub fn with_vectors(mut self) -> Self {
        self.vectors = Vectors::MassOrthonormal;
        self
    }

    fn is_rigid(&self, energy_ratio: f64) -> bool {
        energy_ratio.abs() <= self.rigid_energy_ratio
    }
}

/// Eigenvalues of a pair, and what they are worth.
///
/// `eigenvalues.len() + infinite_count + indefinite_count` is the size of the pair.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PairModes {
    /// The finite `lambda = omega^2` of `K x = lambda M x`, ascending, in (rad/time)^2.
    /// Rigid-body modes come as exactly 0. A negative value is an unstable mode of an indefinite
    /// stiffness, never a fault of the mass.
    pub eigenvalues: Vec<f64>,
    /// Number of rigid-body modes: zeros among the eigenvalues.
    pub rigid_count: usize,
    /// Number of unstable modes: negative eigenvalues.
    pub unstable_count: usize,
    /// Number of infinite eigenvalues: independent motions without mass, up to rounding.
    pub infinite_count: usize,
    /// Number of independent motions with negative mass, beyond rounding. They have no frequency.
    /// Anything but 0 says that the mass is wrong; the other modes are still those of the pair.
    pub indefinite_count: usize,
    /// The `s` of the factored `K + s M`; 0 for a supported structure.
    pub shift: f64,
    /// Largest `A_ii / pivot` of the factored `A = K + s M`. Above 1e7 some equation is barely
    /// held, and about `log10` of this many digits of the lowest eigenvalue may be lost.
    pub pivot_ratio: f64,
    /// The equation with that ratio, 0-based.
    pub pivot_dof: usize,
    /// Mode shapes, `n x eigenvalues.len()`, in the order of the eigenvalues, with `X' M X = I`.
    pub vectors: Option<Mat<f64>>,
    /// For each mode shape `r = ||L^-1 (K x - lambda M x)|| / ||L' x||`. Apart from the rounding in
    /// `L L' = K + s M` the pair has an eigenvalue within `r / (1 - r) * (lambda + s)` of `lambda`.
    pub residuals: Option<Vec<f64>>,
}

impl PairModes {
    /// Natural frequencies `sqrt(lambda) / (2 pi)`, ascending, in Hz where the time unit is the
    /// second.
    ///
    /// An unstable mode comes as `-sqrt(-lambda) / (2 pi)`, as finite-element programs print it.
    pub fn frequencies_hz(&self) -> Vec<f64> {
        self.eigenvalues.iter().copied().map(frequency_hz).collect()
    }
}

/// Natural frequency `sqrt(lambda) / (2 pi)` of an eigenvalue `lambda = omega^2`, in Hz where the time unit is
/// the second. An unstable mode comes as `-sqrt(-lambda) / (2 pi)`.
pub fn frequency_hz(eigenvalue: f64) -> f64 {
    eigenvalue.signum() * eigenvalue.abs().sqrt() / std::f64::consts::TAU
}

/// Memory for pairs of one size, to be used again and again: about `4 n^2` numbers.
///
/// One workspace serves one thread.
pub struct PairWorkspace {
    n: usize,
    /// `S (K + s M) S`, then its Cholesky factor, lower triangle.
    factor: Mat<f64>,
    /// `C`, both triangles.
    reduced: Mat<f64>,
    /// Diagonal of `S`.
    scale: Vec<f64>,
    /// Eigenvalues of `C`, ascending.
    mu: Vec<f64>,
    memory: MemBuffer,
}

impl PairWorkspace {
    /// Memory for pairs of size `n`.
    pub fn new(n: usize) -> Self {
        Self {
            n,
            factor: Mat::zeros(n, n),
            reduced: Mat::zeros(n, n),
            scale: vec![1.0; n],
            mu: vec![0.0; n],
            memory: MemBuffer::new(reduction::scratch(n)),
        }
    }
}

impl std::fmt::Debug for PairWorkspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairWorkspace").field("n", &self.n).finish_non_exhaustive()
    }
}

/// The pair, as one argument.
#[derive(Clone, Copy)]
struct Pencil<'a> {
    stiffness: MatRef<'a, f64>,
    mass: MatRef<'a, f64>,
}

/// How many of the `mu` belong to which kind; the finite ones are the last.
#[derive(Debug, Clone, Copy)]
struct Split {
    finite: usize,
    infinite: usize,
    indefinite: usize,
}

impl Split {
    /// Splits ascending `mu`.
    ///
    /// What is below the rounding of the reduction is infinite. Where the mass is slightly
    /// indefinite, the most negative `mu` shows how large its errors are, and a positive `mu` of that
    /// size is worth no more than the negative one.
    fn of(mu: &[f64], options: &PairOptions) -> Self {
        let n = mu.len();
        let size = mu.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        let rounding = 8.0 * n as f64 * f64::EPSILON * size;
        let negative = mu.first().map_or(0.0, |m| (-m).max(0.0));
        let forgiven = rounding.max(options.mass_rounding * size);
        let noise = rounding.max(4.0 * if negative <= forgiven { negative } else { 0.0 });
        let finite = mu.iter().filter(|&&m| m > noise).count();
        let indefinite = mu.iter().filter(|&&m| m < -forgiven).count();
        Self { finite, infinite: n - finite - indefinite, indefinite }
    }
}

/// Natural frequencies of the pair `K x = lambda M x`, all of them.
///
/// `stiffness` and `mass` are `n x n` and symmetric; only their lower triangles are read. `K` must be
/// positive semi-definite; `M` may be singular, zero, or indefinite by rounding. No motion may have
/// neither stiffness nor mass.
///
/// # Method
///
/// `M x = mu K x` is reduced by the Cholesky factor of the stiffness, scaled to a diagonal of about
/// one, to `C = L^-1 M L^-T`, whose eigenvalues are `mu = 1 / lambda`. Infinite eigenvalues
/// come out as `mu` of the size of rounding and are counted, not returned. Where the pivots say that
/// `K` is singular, `K + s M` is factored instead, with `s` near the lowest elastic eigenvalue
/// (one to four factorizations), and modes without strain energy are reported as rigid.
///
/// # Accuracy
///
/// With `eps = 2.2e-16` and a modest factor `p(n)`:
/// - every entry of `K` carries a relative error `eps` into the lowest eigenvalue, magnified by
///   `sum K_ii x_i^2 / x' K x` (at most the condition number of the scaled stiffness). No method can
///   undo that, and the reduction adds little to it: the 24 finite eigenvalues of BCSSTK01 with
///   BCSSTM01 agree with a 34-digit reference to 1.4e-13, with mode shapes to 2.5e-14;
/// - an eigenvalue `lambda_j` has a relative error of about `p(n) eps lambda_j / lambda_1`, from the
///   rounding of the largest `mu`. With `lambda_j = 1e6 lambda_1` ten digits are left, and
///   from `lambda_j = 1e14 lambda_1` on a mode cannot be told from an infinite one;
/// - with [`Vectors::MassOrthonormal`] the high eigenvalues come from Rayleigh quotients, whose
///   error is the square of that of the shape: nearly full precision all the way up. The two
///   settings therefore differ in the last digits of the high modes. The shapes themselves are
///   orthogonal to about `eps lambda_j / lambda_1`.
///
/// # Cost
///
/// About `n^3/3 + 2 n^3 + 4/3 n^3` flops for the eigenvalues of a supported structure, about `12 n^3`
/// more with mode shapes, `20 n^3` per shift for a free body; `4 n^2` numbers of memory, `8 n^2` with
/// shapes. Runs on the calling thread.
///
/// # Errors
///
/// [`EigenError::NotSquare`], [`EigenError::SizeMismatch`], [`EigenError::NonFinite`] for the input,
/// [`EigenError::SharedNullVector`] where a motion has neither stiffness nor mass,
/// [`EigenError::NotDefinite`] where no multiple of the mass makes the stiffness definite,
/// [`EigenError::OutOfRange`] where mass over stiffness overflows, [`EigenError::NotConverged`] where
/// the iteration of the symmetric eigensolver fails.
///
/// # Example
///
/// Two unit masses and a massless node between them, held by springs of stiffness 1 in a row.
///
/// ```
/// use faer::mat;
/// use modalsweep::eigen::{PairOptions, definite_pair};
///
/// let stiffness = mat![[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]];
/// let mass = mat![[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
/// let modes = definite_pair(stiffness.as_ref(), mass.as_ref(), &PairOptions::default())?;
/// assert_eq!(modes.infinite_count, 1);
/// assert!((modes.eigenvalues[0] - 1.0).abs() < 1e-14);
/// assert!((modes.eigenvalues[1] - 2.0).abs() < 1e-14);
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
///
/// # Source
///
/// B. N. Parlett, The Symmetric Eigenvalue Problem, SIAM 1998, chapter 15,
/// doi:10.1137/1.9781611971163; G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition 2013,
/// section 8.7; J. H. Wilkinson, The Algebraic Eigenvalue Problem, 1965, chapter 5, sections 68-74.
pub fn definite_pair(
    stiffness: MatRef<'_, f64>,
    mass: MatRef<'_, f64>,
    options: &PairOptions,
) -> Result<PairModes, EigenError> {
    let mut work = PairWorkspace::new(stiffness.nrows());
    definite_pair_with(&mut work, stiffness, mass, options)
}

/// [`definite_pair`] in memory that the caller keeps.
///
/// The result does not depend on what the workspace was used for before.
///
/// # Errors
///
/// Those of [`definite_pair`]; also [`EigenError::SizeMismatch`] where the workspace is for another
/// size.
pub fn definite_pair_with(
    work: &mut PairWorkspace,
    stiffness: MatRef<'_, f64>,
    mass: MatRef<'_, f64>,
    options: &PairOptions,
) -> Result<PairModes, EigenError> {
    check(work.n, stiffness, Operand::Stiffness)?;
    check(work.n, mass, Operand::Mass)?;
    let pencil = Pencil { stiffness, mass };
    let alone = factor(work, pencil, 0.0).ok();
    if let Some(pivots) = alone.filter(|p| p.ratio <= options.pivot_ratio_limit) {
        return supported(work, pencil, options, pivots);
    }
    let result = free(work, pencil, options);
    let barely_held = alone.is_some_and(|p| p.ratio <= options.singular_pivot_ratio);
    if result.is_err()
        && barely_held
        && let Ok(pivots) = factor(work, pencil, 0.0)
    {
        return supported(work, pencil, options, pivots);
    }
    result
}

fn check(n: usize, values: MatRef<'_, f64>, matrix: Operand) -> Result<(), EigenError> {
    let (rows, cols) = (values.nrows(), values.ncols());
    if rows != cols {
        return Err(EigenError::NotSquare { matrix, rows, cols });
    }
    if rows != n {
        return Err(EigenError::SizeMismatch { matrix, expected: n, found: rows });
    }
    for col in 0..n {
        if let Some(row) = (col..n).find(|&row| !values[(row, col)].is_finite()) {
            return Err(EigenError::NonFinite { matrix, row, col });
        }
    }
    Ok(())
}

/// Modes of a structure whose stiffness was just factored alone.
fn supported(
    work: &mut PairWorkspace,
    pencil: Pencil<'_>,
    options: &PairOptions,
    pivots: Pivots,
) -> Result<PairModes, EigenError> {
    let unit = reduce(work, pencil)?;
    if unit.is_none() {
        work.mu.fill(0.0);
    }
    let unit = unit.unwrap_or(1.0);
    let wanted = options.vectors == Vectors::MassOrthonormal;
    let mut y = if wanted { Mat::zeros(work.n, work.n) } else { Mat::new() };
    spectrum(work, wanted.then(|| y.as_mut()))?;
    let split = Split::of(&work.mu, options);
    if wanted {
        let found = shapes::shapes(work, pencil, y.as_ref(), (unit, 0.0), split.finite);
        return Ok(collect(found, pivots, split, 0.0));
    }
    let finite = work.mu.iter().rev().take(split.finite);
    let eigenvalues = finite.map(|mu| unit / mu).collect();
    Ok(PairModes { eigenvalues, ..without_modes(pivots, split, 0.0) })
}

/// Modes of a body that can move, at least nearly, without strain.
fn free(
    work: &mut PairWorkspace,
    pencil: Pencil<'_>,
    options: &PairOptions,
) -> Result<PairModes, EigenError> {
    let mut found = shift::solve_shifted(work, pencil, options)?;
    let shapes = &mut found.shapes;
    for (lambda, &ratio) in shapes.eigenvalues.iter_mut().zip(&shapes.energy_ratios) {
        if options.is_rigid(ratio) {
            *lambda = 0.0;
        }
    }
    let mut modes = collect(found.shapes, found.pivots, found.split, found.shift);
    if options.vectors == Vectors::None {
        (modes.vectors, modes.residuals) = (None, None);
    }
    Ok(modes)
}

/// Puts modes in ascending order and counts the kinds.
fn collect(shapes: Shapes, pivots: Pivots, split: Split, shift: f64) -> PairModes {
    let mut order: Vec<usize> = (0..shapes.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| shapes.eigenvalues[a].total_cmp(&shapes.eigenvalues[b]));
    let eigenvalues: Vec<f64> = order.iter().map(|&j| shapes.eigenvalues[j]).collect();
    let vectors = &shapes.vectors;
    PairModes {
        rigid_count: eigenvalues.iter().filter(|&&lambda| lambda == 0.0).count(),
        unstable_count: eigenvalues.iter().filter(|&&lambda| lambda < 0.0).count(),
        eigenvalues,
        vectors: Some(Mat::from_fn(vectors.nrows(), order.len(), |i, j| vectors[(i, order[j])])),
        residuals: Some(order.iter().map(|&j| shapes.residuals[j]).collect()),
        ..without_modes(pivots, split, shift)
    }
}

fn without_modes(pivots: Pivots, split: Split, shift: f64) -> PairModes {
    PairModes {
        eigenvalues: Vec::new(),
        rigid_count: 0,
        unstable_count: 0,
        infinite_count: split.infinite,
        indefinite_count: split.indefinite,
        shift,
        pivot_ratio: pivots.ratio,
        pivot_dof: pivots.dof,
        vectors: None,
        residuals: None,
    }
}
