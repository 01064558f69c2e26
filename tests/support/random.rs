//! Random matrices that are the same on every machine.

use faer::Mat;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough for test matrices.
pub struct Random(pub u64);

impl Random {
    /// Uniform in [-1, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// Entries uniform in [-1, 1).
    pub fn matrix(&mut self, rows: usize, cols: usize) -> Mat<f64> {
        let mut matrix = Mat::zeros(rows, cols);
        for j in 0..cols {
            for i in 0..rows {
                matrix[(i, j)] = self.uniform();
            }
        }
        matrix
    }

    /// A well-conditioned square matrix: the identity and a random part of norm about 1/2.
    pub fn well_conditioned(&mut self, n: usize) -> Mat<f64> {
        let mut matrix = self.matrix(n, n);
        let size = 0.5 / (n.max(1) as f64).sqrt();
        for j in 0..n {
            for i in 0..n {
                matrix[(i, j)] = size * matrix[(i, j)] + if i == j { 1.0 } else { 0.0 };
            }
        }
        matrix
    }
}

/// `X' diag(d) X`, exactly symmetric.
pub fn congruent(x: &Mat<f64>, d: &[f64]) -> Mat<f64> {
    let entry = |i: usize, j: usize| (0..d.len()).map(|k| x[(k, i)] * d[k] * x[(k, j)]).sum();
    Mat::from_fn(d.len(), d.len(), |i, j| if i >= j { entry(i, j) } else { entry(j, i) })
}
