//! Structural-dynamics parameter studies: from the stiffness and mass of a finite-element model to
//! reduced models and natural frequencies, on all cores, with a certificate for each number.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod condense;
pub mod eigen;
pub mod factor;
pub mod io;
pub mod matrix;
pub mod parallel;
