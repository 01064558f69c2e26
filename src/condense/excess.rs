//! How much too high are the reduced frequencies? An estimate that needs no factor of the full model.

use faer::{Mat, MatRef};

use super::Guyan;
use crate::matrix::SymmetricMatrix;

/// An estimate of how much too high the reduced frequencies are, relative to themselves.
///
/// A reduced mode, expanded, leaves the inertia forces of the slaves, lambda M u, unbalanced. Letting the
/// slaves follow those (the step that IRS takes: J. O'Callahan, 7th IMAC 1989; one inverse iteration of the
/// full pair, since the masters are in balance already) gives a better shape, whose Rayleigh quotient rho is
/// much nearer to the eigenvalue of the full model; the result is sqrt(lambda / rho) - 1 per mode. Below the
/// first fixed-interface frequency it is the error itself to a few per cent of it; it is no bound.
///
/// `shapes`: `m x modes` of the reduced pair; `eigenvalues`: lambda of each, zero for rigid-body modes.
/// Cost: one solve per mode.
///
/// # Panics
/// When the shapes have not one row per master, or not one column per eigenvalue.
pub fn frequency_excess(
    guyan: &Guyan,
    stiffness: &SymmetricMatrix,
    mass: &SymmetricMatrix,
    shapes: MatRef<'_, f64>,
    eigenvalues: &[f64],
) -> Vec<f64> {
    assert_eq!(shapes.ncols(), eigenvalues.len(), "one shape per eigenvalue");
    let slaves = guyan.partition().slaves();
    let mut full = guyan.recover(shapes);
    let mut inertia = Mat::zeros(slaves.len(), shapes.ncols());
    let mut weighed = vec![0.0; mass.size()];
    for (mode, &lambda) in eigenvalues.iter().enumerate() {
        mass.multiply_into(full.col_as_slice(mode), &mut weighed);
        slaves.iter().enumerate().for_each(|(i, &dof)| inertia[(i, mode)] = lambda * weighed[dof]);
    }
    guyan.factor().solve_in_place(inertia.as_mut());
    (eigenvalues.iter().enumerate())
        .map(|(mode, &lambda)| {
            if lambda <= 0.0 {
                return 0.0;
            }
            slaves.iter().enumerate().for_each(|(i, &dof)| full[(dof, mode)] += inertia[(i, mode)]);
            let shape = full.col_as_slice(mode);
            let quotient = stiffness.bilinear(shape, shape) / mass.bilinear(shape, shape);
            // Not below zero but for rounding; NaN stays what it is.
            let excess = (lambda / quotient).sqrt() - 1.0;
            if excess < 0.0 { 0.0 } else { excess }
        })
        .collect()
}
