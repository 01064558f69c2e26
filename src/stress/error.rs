//! What can go wrong on the way to stresses.

/// Why there are no stresses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StressError {
    /// A bar between nodes that do not exist.
    #[error("bar {}: node {} of {nodes}", bar + 1, node + 1)]
    BarNode {
        /// The bar, from 0.
        bar: usize,
        /// The node, from 0.
        node: u32,
        /// Number of nodes.
        nodes: usize,
    },
    /// A bar without length.
    #[error("bar {} has the length {length}", bar + 1)]
    BarLength {
        /// The bar, from 0.
        bar: usize,
        /// Its length.
        length: f64,
    },
    /// Displacements that do not belong to the model.
    #[error("displacements of {found} equations, the model has {equations}")]
    DisplacementSize {
        /// Values of each case.
        found: usize,
        /// Equations of the model.
        equations: usize,
    },
    /// NaN or an infinity among displacements.
    #[error("the displacement of {dof} in case {} is {value}", case + 1)]
    DisplacementNotFinite {
        /// node.component.
        dof: crate::io::DofLabel,
        /// The case, from 0.
        case: usize,
        /// What stands there.
        value: f64,
    },
    /// Another number of modal amplitudes, or of rows or columns of a covariance, than of stress modes.
    #[error("{found} amplitudes for {modes} stress modes")]
    ModeCount {
        /// What was given.
        found: usize,
        /// Number of stress modes.
        modes: usize,
    },
    /// NaN or an infinity in a covariance.
    #[error("the covariance of modes {} and {} is {value}", row + 1, col + 1)]
    CovarianceNotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        col: usize,
        /// What stands there.
        value: f64,
    },
    /// A covariance is symmetric.
    #[error("the covariance of modes {} and {} differs from that of {} and {}", row + 1, col + 1, col + 1, row + 1)]
    CovarianceNotSymmetric {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        col: usize,
    },
    /// A covariance has no negative eigenvalue.
    #[error("the covariance has the negative eigenvalue {eigenvalue:e}")]
    CovarianceIndefinite {
        /// The eigenvalue.
        eigenvalue: f64,
    },
    /// The eigenvalues of a covariance.
    #[error(transparent)]
    Eigen(#[from] crate::eigen::EigenError),
}
