//! Element kernels: stiffness, mass, volume and loads of one element. No allocation, no threads.

mod isoparametric;

pub use isoparametric::Isoparametric;

/// How the mass of an element goes to its nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MassScheme {
    /// M = integral rho N' N dV.
    #[default]
    Consistent,
    /// Diagonal.
    Lumped,
    /// As Abaqus: lumped for T3D2, C3D4 and C3D8, consistent for the others.
    Abaqus,
}
