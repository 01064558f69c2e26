//! Structural-dynamics parameter studies: from a finite-element model - a mesh deck, or its stiffness K and mass M - to
//! reduced models, natural frequencies and stresses, on all cores, with a certificate for each number.
//!
//! ```text
//!  files            checked K, M        P K_ss P' = L L'      K_r, M_r, T          omega, phi
//!   io     ----->    matrix    ----->     factor     ----->   condense   ----->     eigen
//!  .sti .mtx .npz    symmetric,           once per            one solve per         dense pair,
//!  .rsa .npy ...     names of DOFs        stiffness           master, all cores     M may be singular
//!     |                 ^                    |
//!     |              K(p), M(p)              |  lowest modes of (K, M), counted
//!     +---------->    model                  +-------->   modes
//!  .inp              elements,               |  u of all load cases
//!                    supports, loads         +------------------------------>     stress
//!                                                                                   sigma, von Mises, envelopes,
//!                                                                                   stress modes
//! ```
//!
//! [`modes`] finds the lowest modes of a large sparse pair, or all in a band, and proves by Sturm counts that none is
//! missing; it also compares sets of modes (MAC) and says how much mass moves in each.
//!
//! `eigen` also solves dense problems by the thousand, several matrices at a time in the lanes of the vector unit: general
//! matrices, symmetric ones and pairs, from memory or as a stream.
//!
//! A room uses only those to its left; [`parallel`] serves all. The library starts no threads: it works on
//! the rayon pool that the caller is in, and gives the same bits on any number of threads. Units are
//! the caller's; frequencies are in Hz where time is in seconds.
//!
//! ```
//! use modalsweep::condense::{GuyanOptions, Partition, condense};
//! use modalsweep::eigen::{PairOptions, definite_pair};
//! use modalsweep::{io::read_matrix, matrix::SymmetricMatrix, parallel::Silent};
//!
//! # let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/chain4");
//! let (k, _) = SymmetricMatrix::from_contents(&read_matrix(&folder.join("K.mtx"))?.contents)?;
//! let (m, _) = SymmetricMatrix::from_contents(&read_matrix(&folder.join("M.mtx"))?.contents)?;
//! let masters = Partition::new(k.size(), &[1, 3])?;
//! let guyan = condense(&k, Some(&m), masters, &GuyanOptions::default(), &Silent)?;
//! let mass = guyan.mass().expect("a mass was given");
//! let modes = definite_pair(guyan.stiffness(), mass, &PairOptions::default())?;
//! assert_eq!(modes.frequencies_hz().len(), 2);
//! # Ok::<(), modalsweep::Error>(())
//! ```
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod condense;
pub mod eigen;
mod error;
pub mod factor;
pub mod io;
pub mod matrix;
pub mod model;
pub mod modes;
pub mod parallel;
pub mod stress;

pub use error::Error;
