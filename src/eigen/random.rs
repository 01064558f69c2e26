//! Random families: the same matrices on every machine, for tests, benchmarks and `eig --random`.
//!
//! | family | entries | what is known |
//! | --- | --- | --- |
//! | uniform | `U[0, 1)`, as NumPy's `rand` | one eigenvalue near `n / 2`, the others in a disc of radius `sqrt(n / 12)` |
//! | Ginibre | `N(0, 1)`, not scaled | a disc of radius `sqrt(n)`, `E tr A = 0`, `E tr A^2 = n` |
//! | GOE | symmetric, `N(0, 1)`, on the diagonal `N(0, 2)` | within about `2 sqrt(n)`, `E tr A^2 = n (n + 1)` |
//! | Wishart | `X X' / (2 n)`, `X` is `n x 2n` of `N(0, 1)` | definite, `E A = I`, from about 0.09 to 2.9 |
//! | chain | stiffness `K` of a spring-mass chain; its mass `M` goes with it | both definite |
//!
//! The matrix number `index` of a family depends on `(seed, index)` and its size alone: whatever the
//! others are, in whatever order and on however many threads they are made. Numbers come from
//! ChaCha8, and normal ones from the polar method with a logarithm in Rust, so that neither a processor
//! nor a C library changes a bit.
//!
//! Sources: G. Marsaglia, T. A. Bray, A convenient method for generating normal variables, SIAM Review 6 (1964),
//! doi:10.1137/1006063; A. Edelman, N. R. Rao, Random matrix theory, Acta Numerica 14 (2005),
//! doi:10.1017/S0962492904000236.

use ndarray::{Array3, ArrayView2, ArrayViewMut2, ShapeBuilder};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;

use super::source::Matrices;

/// A random family of matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// Entries uniform in `[0, 1)`.
    Uniform,
    /// Entries `N(0, 1)`, not scaled.
    Ginibre,
    /// Symmetric: `N(0, 1)` off the diagonal, `N(0, 2)` on it.
    Goe,
    /// `X X' / (2 n)` of an `n x 2n` matrix `X` with entries `N(0, 1)`.
    Wishart,
    /// The stiffness of a chain, [`chain_stiffness_into`].
    SpringMassChain,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Uniform, Self::Ginibre, Self::Goe, Self::Wishart, Self::SpringMassChain];

    /// Whether its matrices are symmetric, bit by bit.
    pub fn is_symmetric(self) -> bool {
        !matches!(self, Self::Uniform | Self::Ginibre)
    }

    /// Writes matrix `index` of size `n`, column by column.
    ///
    /// # Panics
    /// When `target` does not hold `n x n` numbers.
    pub fn matrix_into(self, seed: u64, index: u64, n: usize, target: &mut [f64]) {
        assert_eq!(target.len(), n * n, "the target holds n x n numbers");
        match self {
            Self::Uniform => fill(target, Draws::new(seed, index, 0), Draws::uniform),
            Self::Ginibre => fill(target, Draws::new(seed, index, 1), Draws::normal),
            Self::Goe => goe(Draws::new(seed, index, 2), n, target),
            Self::Wishart => wishart(Draws::new(seed, index, 3), n, target),
            Self::SpringMassChain => chain_stiffness_into(seed, index, n, target),
        }
    }
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Uniform => "uniform",
            Self::Ginibre => "ginibre",
            Self::Goe => "goe",
            Self::Wishart => "wishart",
            Self::SpringMassChain => "chain",
        })
    }
}

impl std::str::FromStr for Family {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|family| family.to_string() == text.to_ascii_lowercase());
        known.ok_or_else(|| format!("`{text}` is no family: uniform, ginibre, goe, wishart or chain"))
    }
}

/// Matrices `0 .. count` of a family, made when a batch asks for them: no memory for the stack.
///
/// ```
/// use modalsweep::eigen::general_eigenvalues;
/// use modalsweep::eigen::random::{Family, RandomMatrices};
///
/// let matrices = RandomMatrices { family: Family::Ginibre, count: 20, n: 16, seed: 0 };
/// assert_eq!(general_eigenvalues(&matrices).failures().count(), 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomMatrices {
    /// Family of all of them.
    pub family: Family,
    /// How many.
    pub count: usize,
    /// Rows and columns of each.
    pub n: usize,
    /// Seed of the family.
    pub seed: u64,
}

impl Matrices for RandomMatrices {
    fn len(&self) -> usize {
        self.count
    }

    fn shape(&self, _index: usize) -> (usize, usize) {
        (self.n, self.n)
    }

    fn copy_into(&self, index: usize, target: &mut [f64]) {
        self.family.matrix_into(self.seed, index as u64, self.n, target);
    }
}

/// The stack `count x n x n` of matrices `0 .. count`, in C order. Works on the current rayon pool.
pub fn stack(family: Family, count: usize, n: usize, seed: u64) -> Array3<f64> {
    fill_stack(count, n, |index, target| family.matrix_into(seed, index, n, target))
}

/// Stiffness and mass of chains `0 .. count`, each a stack `count x n x n` in C order.
pub fn chain_pairs(count: usize, n: usize, seed: u64) -> (Array3<f64>, Array3<f64>) {
    let stiffness = fill_stack(count, n, |index, target| chain_stiffness_into(seed, index, n, target));
    (stiffness, fill_stack(count, n, |index, target| chain_mass_into(seed, index, n, target)))
}

fn fill_stack(count: usize, n: usize, make: impl Fn(u64, &mut [f64]) + Sync) -> Array3<f64> {
    let mut stack = Array3::zeros((count, n, n));
    let values = stack.as_slice_mut().expect("a new array is contiguous");
    let matrices = values.par_chunks_mut((n * n).max(1)).enumerate();
    matrices.for_each_init(
        || vec![0.0; n * n],
        |by_columns, (index, by_rows)| {
            make(index as u64, by_columns);
            let source = ArrayView2::from_shape((n, n).f(), by_columns.as_slice()).expect("n x n numbers");
            ArrayViewMut2::from_shape((n, n), by_rows).expect("n x n numbers").assign(&source);
        },
    );
    stack
}

/// Stiffness of chain `index`, column by column: dense like that of a reduced model, and definite.
///
/// ```text
/// K = sum_{i<j} k_ij (e_i - e_j)(e_i - e_j)' + k_0 e_1 e_1' + k_{n+1} e_n e_n',   k_ij = u / (i - j)^4
/// ```
///
/// with `u` uniform in `[0.5, 1.5)`, as `k_0` and `k_{n+1}` are: springs of about 1 between neighbours and to the
/// ground at both ends, much weaker ones to masses far away.
///
/// # Panics
/// When `target` does not hold `n x n` numbers.
pub fn chain_stiffness_into(seed: u64, index: u64, n: usize, target: &mut [f64]) {
    assert_eq!(target.len(), n * n, "the target holds n x n numbers");
    let mut draws = Draws::new(seed, index, 4);
    target.fill(0.0);
    if n > 0 {
        target[0] += draws.around_one();
        target[n * n - 1] += draws.around_one();
    }
    for (i, j) in pairs(n) {
        let spring = draws.around_one() / distance_4(i, j);
        target[i * n + i] += spring;
        target[j * n + j] += spring;
        target[i * n + j] = -spring;
        target[j * n + i] = -spring;
    }
}

/// Mass of chain `index`, column by column: point masses, and rods with consistent mass between them.
///
/// ```text
/// M = diag(m_i) + sum_{i<j} r_ij / 6 (2 e_i e_i' + e_i e_j' + e_j e_i' + 2 e_j e_j'),   r_ij = u / (i - j)^4
/// ```
///
/// with `m_i` and `u` uniform in `[0.5, 1.5)`: definite, its eigenvalues are at least 0.5.
///
/// # Panics
/// When `target` does not hold `n x n` numbers.
pub fn chain_mass_into(seed: u64, index: u64, n: usize, target: &mut [f64]) {
    assert_eq!(target.len(), n * n, "the target holds n x n numbers");
    let mut draws = Draws::new(seed, index, 5);
    target.fill(0.0);
    for i in 0..n {
        target[i * n + i] = draws.around_one();
    }
    for (i, j) in pairs(n) {
        let sixth = draws.around_one() / distance_4(i, j) / 6.0;
        target[i * n + i] += 2.0 * sixth;
        target[j * n + j] += 2.0 * sixth;
        target[i * n + j] = sixth;
        target[j * n + i] = sixth;
    }
}

fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..n).flat_map(|j| (0..j).map(move |i| (i, j)))
}

fn distance_4(i: usize, j: usize) -> f64 {
    let square = ((j - i) * (j - i)) as f64;
    square * square
}

fn fill(target: &mut [f64], mut draws: Draws, next: impl Fn(&mut Draws) -> f64) {
    target.iter_mut().for_each(|value| *value = next(&mut draws));
}

fn goe(mut draws: Draws, n: usize, target: &mut [f64]) {
    for j in 0..n {
        for i in 0..j {
            let value = draws.normal();
            target[j * n + i] = value;
            target[i * n + j] = value;
        }
        target[j * n + j] = std::f64::consts::SQRT_2 * draws.normal();
    }
}

/// Column after column of `X` is drawn and added as `x x'`: no memory for `X`.
fn wishart(mut draws: Draws, n: usize, target: &mut [f64]) {
    target.fill(0.0);
    let mut column = vec![0.0; n];
    for _ in 0..2 * n {
        column.iter_mut().for_each(|value| *value = draws.normal());
        for (j, &factor) in column.iter().enumerate() {
            let lower = &mut target[j * n + j..(j + 1) * n];
            lower.iter_mut().zip(&column[j..]).for_each(|(sum, value)| *sum += value * factor);
        }
    }
    let scale = 2.0 * n as f64;
    for j in 0..n {
        for i in j..n {
            let value = target[j * n + i] / scale;
            target[j * n + i] = value;
            target[i * n + j] = value;
        }
    }
}

/// The numbers of one matrix.
struct Draws {
    generator: ChaCha8Rng,
    /// The polar method makes two normal numbers at a time.
    second: Option<f64>,
}

impl Draws {
    /// `purpose` keeps families, and stiffness and mass of one chain, independent of each other.
    fn new(seed: u64, index: u64, purpose: u64) -> Self {
        let mut key = [0; 32];
        for (part, value) in key.chunks_exact_mut(8).zip([seed, index, purpose]) {
            part.copy_from_slice(&value.to_le_bytes());
        }
        Self { generator: ChaCha8Rng::from_seed(key), second: None }
    }

    /// Uniform in `[0, 1)`: multiples of `2^-53`.
    fn uniform(&mut self) -> f64 {
        let bits = rand::Rng::next_u64(&mut self.generator) >> 11;
        bits as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in `[0.5, 1.5)`.
    fn around_one(&mut self) -> f64 {
        0.5 + self.uniform()
    }

    /// `N(0, 1)`: a point in the unit disc, stretched (Marsaglia and Bray).
    fn normal(&mut self) -> f64 {
        if let Some(value) = self.second.take() {
            return value;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square > 0.0 {
                let stretch = (-2.0 * libm::log(square) / square).sqrt();
                self.second = Some(y * stretch);
                return x * stretch;
            }
        }
    }
}
