//! Why modes can't be computed, compared or weighed.

use thiserror::Error;

use crate::error::size;
use crate::factor::FactorError;
use crate::matrix::{DofNames, MatrixError};

/// DOFs are 0-based equations; [`ModesError::describe`] names them.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ModesError {
    /// K and M don't belong together.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    /// Nothing is asked for.
    #[error("no modes asked for")]
    NoneAsked,
    /// More modes than the pair has.
    #[error("{asked} modes asked for, the model has {exist}")]
    TooMany {
        /// Modes asked for.
        asked: usize,
        /// Finite eigenvalues that exist.
        exist: usize,
    },
    /// The mass matrix is zero.
    #[error("the mass matrix is zero: there are no modes")]
    NoMass,
    /// A negative entry on the diagonal of M.
    #[error("negative mass {value:?} on the diagonal at equation {}", dof + 1)]
    NegativeMass {
        /// The DOF.
        dof: usize,
        /// The entry.
        value: f64,
    },
    /// Two DOFs that can move with negative mass: M_ij^2 > M_ii M_jj.
    #[error(
        "the mass matrix is indefinite: M_ij^2 > M_ii M_jj at equations {} and {}",
        dof + 1, other + 1
    )]
    IndefiniteMass {
        /// One DOF.
        dof: usize,
        /// The other.
        other: usize,
    },
    /// A motion with negative mass turned up, at no single place.
    #[error("the mass matrix is indefinite: a motion with negative mass, largest at equation {}", dof + 1)]
    NegativeMassMotion {
        /// Where the motion is largest.
        dof: usize,
    },
    /// K - shift M can't be factorized, for the shift that was given.
    #[error("the stiffness is singular at shift {shift_hz} Hz: {} unrestrained motion(s), first equation {}", dofs.len(), dofs[0] + 1)]
    Singular {
        /// The DOFs where pivots vanish.
        dofs: Vec<usize>,
        /// The shift that was given, Hz.
        shift_hz: f64,
        /// A shift that works, Hz.
        suggested_hz: f64,
    },
    /// K has a negative eigenvalue.
    #[error("the stiffness is not positive definite: pivot {pivot:.2e} at equation {}", dof + 1)]
    Indefinite {
        /// The DOF.
        dof: usize,
        /// Its pivot.
        pivot: f64,
    },
    /// K and M vanish together: a motion that neither resists.
    #[error("{} DOF(s) with neither stiffness nor mass, first equation {}", dofs.len(), dofs[0] + 1)]
    Loose {
        /// The DOFs.
        dofs: Vec<usize>,
    },
    /// A band whose ends are in the wrong order.
    #[error("band {low_hz}:{high_hz}: the lower end is not below the upper one")]
    BandOrder {
        /// Lower end, Hz.
        low_hz: f64,
        /// Upper end, Hz.
        high_hz: f64,
    },
    /// NaN or an infinity where a frequency should be.
    #[error("{what} is {value}, not a finite frequency")]
    NotFinite {
        /// What was given.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A start of another size.
    #[error("start shapes with {found} rows for {size} equations")]
    StartSize {
        /// Rows of the start.
        found: usize,
        /// Number of equations.
        size: usize,
    },
    /// A shift above zero for the lowest modes.
    #[error("a shift of {hz} Hz for the lowest modes: it must be zero or negative")]
    ShiftAbove {
        /// The shift.
        hz: f64,
    },
    /// A value that is no number came up on the way.
    #[error("the iteration came to values that are no numbers: entries of K and M are out of range")]
    NotANumber,
    /// No shift near this one gave a usable factor.
    #[error("no usable factor of K - shift M near {hz} Hz")]
    NoShift {
        /// Where it was tried, Hz.
        hz: f64,
    },
    /// More memory than allowed.
    #[error("the modes would take {}, the memory limit leaves {}", size(*needed), size(*limit))]
    MemoryLimit {
        /// Predicted bytes.
        needed: u64,
        /// Allowed bytes.
        limit: u64,
    },
    /// Two sets of shapes with other numbers of rows.
    #[error("the shapes of one set have {left} rows, those of the other {right}")]
    ShapesDiffer {
        /// Rows of the first set.
        left: usize,
        /// Rows of the second set.
        right: usize,
    },
    /// A mass of another size.
    #[error("the shapes have {rows} rows, the mass has {size} equations")]
    MassDiffers {
        /// Rows of the shapes.
        rows: usize,
        /// Size of the mass.
        size: usize,
    },
    /// Not one name per equation.
    #[error("{labels} names of equations for {size} equations")]
    LabelsDiffer {
        /// Given names.
        labels: usize,
        /// Equations.
        size: usize,
    },
    /// Not one frequency per shape.
    #[error("{frequencies} frequencies for {shapes} shapes")]
    FrequenciesDiffer {
        /// Given frequencies.
        frequencies: usize,
        /// Given shapes.
        shapes: usize,
    },
    /// NaN or an infinity in a shape.
    #[error("the shape of mode {} is {value} at equation {}, not a finite number", mode + 1, dof + 1)]
    ShapeNotFinite {
        /// The mode.
        mode: usize,
        /// The equation.
        dof: usize,
        /// What stands there.
        value: f64,
    },
    /// NaN or an infinity among the frequencies.
    #[error("the frequency of mode {} is {value}, not a finite number", mode + 1)]
    FrequencyNotFinite {
        /// The mode.
        mode: usize,
        /// What stands there.
        value: f64,
    },
    /// An option outside of its range.
    #[error("{option} is {value}, it must be in {range}")]
    OptionOutOfRange {
        /// Name of the field.
        option: &'static str,
        /// Its value.
        value: f64,
        /// Where it may be.
        range: &'static str,
    },
    /// The factorization failed for another reason.
    #[error(transparent)]
    Factor(FactorError),
}

impl ModesError {
    /// The message with the user's own names of the DOFs, one line.
    pub fn describe(&self, names: &DofNames) -> String {
        match self {
            Self::NegativeMass { dof, value } => {
                format!("negative mass {value:?} on the diagonal at DOF {}", names.name(*dof))
            }
            Self::IndefiniteMass { dof, other } => format!(
                "the mass matrix is indefinite: M_ij^2 > M_ii M_jj at DOFs {} and {}",
                names.name(*dof),
                names.name(*other)
            ),
            Self::NegativeMassMotion { dof } => format!(
                "the mass matrix is indefinite: a motion with negative mass, largest at DOF {}",
                names.name(*dof)
            ),
            Self::Singular { dofs, shift_hz, .. } => format!(
                "the stiffness is singular at shift {shift_hz} Hz: {} unrestrained motion(s), found at DOF(s) {}",
                dofs.len(),
                names.list(dofs, 8)
            ),
            Self::Indefinite { dof, pivot } => {
                format!(
                    "the stiffness is not positive definite: pivot {pivot:.2e} at DOF {}",
                    names.name(*dof)
                )
            }
            Self::Loose { dofs } => {
                format!("{} DOF(s) with neither stiffness nor mass: {}", dofs.len(), names.list(dofs, 8))
            }
            other => other.to_string(),
        }
    }

    /// What the user can do about it, one sentence.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Matrix(error) => return error.help(),
            Self::NoneAsked => "ask for at least one mode".into(),
            Self::TooMany { exist, .. } => format!("ask for at most {exist}"),
            Self::NoMass => "check the file given as -m, and the density of the materials".into(),
            Self::NegativeMass { .. } | Self::IndefiniteMass { .. } | Self::NegativeMassMotion { .. } => {
                "check the file given as -m, and point masses of the model".into()
            }
            Self::Singular { suggested_hz, .. } => {
                format!("take a negative shift such as --shift {suggested_hz}, or leave --shift out: one is chosen then")
            }
            Self::Indefinite { .. } => {
                "check the sign of the stiffness (negative springs, Lagrange multipliers, buckled state), or take a shift below the lowest mode: --shift with a negative number of Hz".into()
            }
            Self::Loose { .. } => "remove these DOFs from the model, or give them stiffness or mass".into(),
            Self::BandOrder { .. } => "write the band as LO:HI in Hz, LO below HI".into(),
            Self::NotFinite { .. } => "give a number of Hz".into(),
            Self::ShiftAbove { hz } => format!("leave the shift out, or ask for the modes nearest to {hz} Hz"),
            Self::NotANumber => "look at the scaling of both matrices with `modalsweep inspect`".into(),
            Self::NoShift { .. } => "take another shift, or other ends of the band".into(),
            Self::MemoryLimit { .. } => "raise --memory, or ask for fewer modes".into(),
            Self::Factor(FactorError::ProbeFailed { .. }) => {
                "the matrix is too ill-conditioned: look at its scaling with `modalsweep inspect`".into()
            }
            Self::ShapesDiffer { .. } => {
                "take the same equations, in the same order, from both sets (a measured model has fewer)"
                    .into()
            }
            Self::MassDiffers { .. } => {
                "give the mass of the model that the shapes belong to, or compare without a mass".into()
            }
            Self::LabelsDiffer { .. } => "give the .dof file that was written with this mass".into(),
            Self::FrequenciesDiffer { .. } => "give one frequency per column of the shapes".into(),
            Self::ShapeNotFinite { .. } | Self::FrequencyNotFinite { .. } => {
                "look at the run that made these modes: it did not converge, or the file is damaged".into()
            }
            Self::StartSize { .. } | Self::OptionOutOfRange { .. } | Self::Factor(_) => return None,
        })
    }
}
