//! What can be asked for, and the settings.

use faer::MatRef;

use crate::factor::{FactorOptions, Ordering};

/// Which modes are wanted. Frequencies are in Hz where time is in seconds; a negative frequency stands for a
/// negative eigenvalue, lambda = -(2 pi f)^2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// So many modes from the lowest on.
    Lowest(usize),
    /// So many modes nearest to a frequency, by the distance of eigenvalues.
    Nearest {
        /// The frequency.
        hz: f64,
        /// How many.
        count: usize,
    },
    /// All modes with frequencies between two ends, both included.
    Band {
        /// Lower end.
        low_hz: f64,
        /// Upper end.
        high_hz: f64,
    },
}

/// What is done with rigid-body modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RigidModes {
    /// Listed first, with frequency zero, and counted among the modes that are asked for.
    #[default]
    List,
    /// Counted, and left out of the list: the count asked for is of elastic modes.
    Remove,
}

/// Settings of the symbolic work for a pair.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct PlanOptions<'a> {
    /// How the order of elimination is found; default: by predicted operations.
    pub ordering: Ordering,
    /// The node of each equation; default: guessed ([`guess_nodes`](crate::factor::guess_nodes)).
    pub nodes: Option<&'a [u32]>,
    /// Bytes that factor and basis may take; default: no limit.
    pub memory_limit: Option<u64>,
}

/// Settings of the computation.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ModesOptions<'a> {
    /// The shift of the lowest modes, in Hz, zero or negative. Default: zero, and where the stiffness is singular a
    /// negative one chosen by scale.
    pub shift_hz: Option<f64>,
    /// Residual ||K phi - lambda M phi|| / (lambda ||M phi||) at which a mode counts as converged; default 1e-8.
    /// Where rounding does not allow so small a residual the attainable one is taken instead
    /// ([`Modes::attainable`](super::Modes::attainable)).
    pub tolerance: f64,
    /// Columns that are solved together; default: by measurement, see [`ModesPlan`](super::ModesPlan).
    pub block_width: Option<usize>,
    /// Block steps after which the iteration gives up; default 1000.
    pub most_steps: usize,
    /// Shapes that are near the wanted ones (`n x any`), such as those of a neighbouring design: a better start.
    pub start: Option<MatRef<'a, f64>>,
    /// What is done with rigid-body modes; default: listed.
    pub rigid: RigidModes,
    /// Limits of the checks after a factorization.
    pub factor: FactorOptions,
    /// Bytes that factors and bases may take; default: no limit. Bounds how many slices of a band are worked on
    /// at the same time.
    pub memory_limit: Option<u64>,
}

impl Default for ModesOptions<'_> {
    fn default() -> Self {
        Self {
            shift_hz: None,
            tolerance: 1e-8,
            block_width: None,
            most_steps: 1000,
            start: None,
            rigid: RigidModes::List,
            factor: FactorOptions::default(),
            memory_limit: None,
        }
    }
}
