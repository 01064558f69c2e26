//! Dense eigenproblems of structural dynamics.
//!
//! A reduced model is a pair of small dense symmetric matrices, and its natural frequencies are the
//! eigenvalues of
//!
//! ```text
//! K x = lambda M x,        f = sqrt(lambda) / (2 pi)
//! ```
//!
//! with the stiffness `K` positive semi-definite and the mass `M` positive semi-definite. Neither
//! needs to be definite: a free body has a singular `K` (its rigid-body modes), a lumped mass
//! without rotary inertia a singular `M` (infinite eigenvalues), and a mass that went through a
//! file with 14 digits is often slightly indefinite. [`definite_pair`] therefore factors the
//! stiffness, not the mass:
//!
//! ```text
//! K + s M = L L',   C = L^-1 M L^-T,   C y = mu y,   lambda = 1 / mu - s,   x = L^-T y
//! ```
//!
//! with `s = 0` for a supported structure. The frequencies that an engineer asks for are then the
//! *largest* eigenvalues of `C`, which a symmetric eigensolver finds to full precision.
//!
//! Parameter studies have thousands of them. [`SymmetricSolver`] and [`PairSolver`] solve whole batches, several
//! matrices at a time, one in each lane of the vector unit; [`GeneralSolver`] does so for matrices without
//! symmetry.

mod batch;
mod error;
mod general;
mod lane_buffer;
pub(crate) mod lanes;
mod pair;
mod pairs;
pub mod random;
mod source;
mod spectra;
pub mod stream;
mod symmetric;
mod symmetry;

pub use batch::BatchOptions;
pub use error::{EigenError, Operand};
pub use general::{GeneralSolver, general_eigen, general_eigenvalues};
pub use lanes::InstructionSet;
pub use pair::{
    PairModes, PairOptions, PairWorkspace, Vectors, definite_pair, definite_pair_with, frequency_hz,
};
pub use pairs::{PairSolver, pair_eigenvalues};
pub use source::{DenseMatrix, Matrices};
pub use spectra::{Eigenvalue, Spectra, Spectrum};
pub use symmetric::{SymmetricSolver, symmetric_eigen, symmetric_eigenvalues};
pub use symmetry::check_symmetric;
