//! Why a matrix can't be factorized.

use thiserror::Error;

/// DOFs are 0-based indices into the matrix that was factorized.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FactorError {
    /// Pivots that vanish: a part of the structure can move without strain.
    #[error("singular: {} unrestrained DOF(s), first equation {}", dofs.len(), dofs[0] + 1)]
    Singular {
        /// The DOFs whose pivot ratio K_ii / D_ii is beyond the limit, ascending.
        dofs: Vec<usize>,
        /// The limit.
        ratio_limit: f64,
    },
    /// A pivot clearly below zero.
    #[error("not positive definite: pivot {pivot:e} at equation {} (diagonal {diagonal:e})", dof + 1)]
    NotPositiveDefinite {
        /// The DOF.
        dof: usize,
        /// Its pivot.
        pivot: f64,
        /// Its diagonal entry.
        diagonal: f64,
    },
    /// A pivot of an indefinite factorization that is zero but for rounding: the matrix is singular, or nearly so, at
    /// this shift, or its leading part is. Another shift helps.
    #[error("zero pivot at equation {}: the matrix, or a leading part of it, is singular or nearly so", dof + 1)]
    ZeroPivot {
        /// The DOF.
        dof: usize,
    },
    /// The factor would take more memory than allowed.
    #[error("the factor would take {needed} bytes, the limit is {limit}")]
    MemoryLimit {
        /// Predicted bytes.
        needed: u64,
        /// Allowed bytes.
        limit: u64,
    },
    /// Beyond 32-bit indices.
    #[error("too large: {size} equations, {entries} entries")]
    TooLarge {
        /// Number of equations.
        size: usize,
        /// Number of entries.
        entries: usize,
    },
    /// Another pattern than the one that was analysed.
    #[error("the matrix does not have the pattern that was analysed")]
    PatternDiffers,
    /// One node per DOF is needed.
    #[error("{given} node numbers for {size} equations")]
    NodesLength {
        /// Node numbers given.
        given: usize,
        /// Number of equations.
        size: usize,
    },
    /// The wanted ordering is not built in, or failed.
    #[error("nested dissection is not available (feature `metis`)")]
    OrderingUnavailable,
    /// The allocator said no.
    #[error("out of memory")]
    OutOfMemory,
    /// The residual probe after the factorization failed.
    #[error("the factor does not reproduce the matrix: residual {residual:e} of the probe")]
    ProbeFailed {
        /// Normwise backward error of the probe.
        residual: f64,
    },
}
