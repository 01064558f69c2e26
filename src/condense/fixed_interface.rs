//! The first fixed-interface frequency: the lowest eigenvalue of K_ss phi = lambda M_ss phi, at which
//! the slaves vibrate by themselves while the masters stand still. Static condensation knows nothing
//! of it: it is the limit of validity.
//!
//! Inverse iteration on the factor of K_ss, accelerated by Lanczos: the largest eigenvalue theta of
//! K_ss^-1 M_ss in the M_ss inner product, lambda = 1 / theta, with full reorthogonalization
//! (B. Nour-Omid, B. N. Parlett, T. Ericsson, P. S. Jensen, Math. Comp. 48 (1987) 663-673).

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd;
use faer::{Col, Mat, Par};

use serde::Serialize;

use crate::factor::Factor;
use crate::matrix::SymmetricMatrix;

/// Relative residual of theta at which the iteration stops: an eigenvalue lies so near, and where it has
/// no close neighbour the error is the square of the residual.
const TOLERANCE: f64 = 1e-4;

const MOST_STEPS: usize = 300;

/// What is known of the first fixed-interface frequency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FixedInterface {
    /// The frequency in Hz.
    Found {
        /// The frequency.
        hz: f64,
    },
    /// The slaves have no mass: there is no such frequency, the condensation is exact.
    NoMass,
    /// The iteration did not come to an end.
    NotConverged {
        /// Its steps.
        steps: usize,
    },
    /// No mass was given.
    Unknown,
}

/// The first fixed-interface frequency, from the lowest eigenvalue lambda = (2 pi f)^2 of (K_ss, M_ss).
///
/// Cost: one solve a step, some 10 to 40 steps.
pub(super) fn fixed_interface(factor: &Factor, mass: &SymmetricMatrix) -> FixedInterface {
    let size = mass.size();
    if mass.largest_entry() == 0.0 {
        return FixedInterface::NoMass;
    }
    let mut weighed = vec![0.0; size];
    let rough: Vec<f64> = (1..=size).map(|k| (k as f64 * 0.754_877_666_246_692_8).fract() - 0.3).collect();
    mass.multiply_into(&rough, &mut weighed);
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut alphas, mut betas): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut vector = weighed.clone();
    factor.solve_vector_in_place(&mut vector);
    let mut norm = mass_norm(mass, &vector, &mut weighed);
    let most = MOST_STEPS.min(size);
    while basis.len() < most && norm > 0.0 {
        vector.iter_mut().zip(&mut weighed).for_each(|(v, w)| (*v, *w) = (*v / norm, *w / norm));
        basis.push(vector.clone());
        vector.copy_from_slice(&weighed);
        factor.solve_vector_in_place(&mut vector);
        alphas.push(dot(&vector, &weighed));
        for _ in 0..2 {
            mass.multiply_into(&vector, &mut weighed);
            for old in &basis {
                let part = dot(old, &weighed);
                vector.iter_mut().zip(old).for_each(|(v, b)| *v -= part * b);
            }
        }
        norm = mass_norm(mass, &vector, &mut weighed);
        let (theta, last) = largest_ritz(&alphas, &betas);
        let exhausted = norm <= 1e-13 * theta || basis.len() == size;
        if norm * last.abs() <= TOLERANCE * theta || exhausted {
            return FixedInterface::Found { hz: theta.recip().sqrt() / std::f64::consts::TAU };
        }
        if theta.is_nan() {
            break;
        }
        betas.push(norm);
    }
    match basis.len() {
        0 if norm == 0.0 => FixedInterface::NoMass,
        steps => FixedInterface::NotConverged { steps },
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// sqrt(v' M v), leaving M v in `weighed`; zero where rounding makes it negative.
fn mass_norm(mass: &SymmetricMatrix, vector: &[f64], weighed: &mut [f64]) -> f64 {
    mass.multiply_into(vector, weighed);
    dot(vector, weighed).max(0.0).sqrt()
}

/// Largest eigenvalue of the tridiagonal matrix and the last component of its vector.
fn largest_ritz(diagonal: &[f64], off_diagonal: &[f64]) -> (f64, f64) {
    let size = diagonal.len();
    let tridiagonal = Mat::from_fn(size, size, |i, j| match i.abs_diff(j) {
        0 => diagonal[i],
        1 => off_diagonal[i.min(j)],
        _ => 0.0,
    });
    let (mut values, mut vectors) = (Col::<f64>::zeros(size), Mat::<f64>::zeros(size, size));
    let scratch = evd::self_adjoint_evd_scratch::<f64>(
        size,
        evd::ComputeEigenvectors::Yes,
        Par::Seq,
        Default::default(),
    );
    let done = evd::self_adjoint_evd(
        tridiagonal.as_ref(),
        values.as_diagonal_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    );
    match done {
        Ok(()) => (values[size - 1], vectors[(size - 1, size - 1)]),
        Err(_) => (f64::NAN, 1.0),
    }
}
