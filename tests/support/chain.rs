//! Equal masses between equal springs, in a row or in a ring: eigenvalues in closed form.

use std::f64::consts::PI;

use faer::Mat;

/// How the chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainEnds {
    /// A spring to the ground at both ends.
    Fixed,
    /// Nothing at either end: one rigid-body mode.
    Free,
    /// The last mass hangs on the first: one rigid-body mode, all others but one in pairs.
    Ring,
}

/// Stiffness of `n` masses in a chain of springs, both triangles. A ring has `n >= 3`.
pub fn chain_stiffness(n: usize, spring: f64, ends: ChainEnds) -> Mat<f64> {
    let mut stiffness = Mat::zeros(n, n);
    let mut connect = |i: usize, j: usize| {
        stiffness[(i, i)] += spring;
        stiffness[(j, j)] += spring;
        stiffness[(i, j)] -= spring;
        stiffness[(j, i)] -= spring;
    };
    (1..n).for_each(|i| connect(i - 1, i));
    if ends == ChainEnds::Ring {
        connect(n - 1, 0);
    }
    if ends == ChainEnds::Fixed && n > 0 {
        stiffness[(0, 0)] += spring;
        stiffness[(n - 1, n - 1)] += spring;
    }
    stiffness
}

/// `mass` times the identity.
pub fn chain_mass(n: usize, mass: f64) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| if i == j { mass } else { 0.0 })
}

/// Eigenvalues `4 k/m sin^2(angle / 2)`, ascending.
pub fn chain_eigenvalues(n: usize, spring: f64, mass: f64, ends: ChainEnds) -> Vec<f64> {
    let angle = |j: usize| match ends {
        ChainEnds::Fixed => PI * (j + 1) as f64 / (n + 1) as f64,
        ChainEnds::Free => PI * j as f64 / n as f64,
        ChainEnds::Ring => 2.0 * PI * j.div_ceil(2) as f64 / n as f64,
    };
    (0..n).map(|j| 4.0 * spring / mass * (0.5 * angle(j)).sin().powi(2)).collect()
}
