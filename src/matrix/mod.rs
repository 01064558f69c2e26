//! Sparse symmetric matrices, checked once at the door, and the names of their equations.
//!
//! A [`SymmetricMatrix`] holds the lower triangle in compressed sparse columns. Everything to the
//! right of this room may rely on what its constructors have checked: square, finite, symmetric to
//! [`SYMMETRY_TOLERANCE`], rows ascending in each column, no entry twice.

mod affine;
mod dofs;
mod error;
mod pages;
mod products;
mod rigid;
mod symmetric;
mod triangles;

pub use affine::AffineSum;
pub(crate) use affine::{places, union};
pub use dofs::DofNames;
pub use error::MatrixError;
pub use pages::Pages;
pub use rigid::{DIRECTIONS, rigid_body_vector};
pub(crate) use symmetric::Pattern;
pub use symmetric::SymmetricMatrix;
pub use triangles::{SYMMETRY_TOLERANCE, TriangleReport, Triangles};
