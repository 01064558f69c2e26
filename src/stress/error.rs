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
}
