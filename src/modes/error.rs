//! Why mode shapes can't be compared or weighed.

use thiserror::Error;

/// Equations and modes are 0-based in the fields and 1-based in the message.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ModesError {
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
}

impl ModesError {
    /// What the user can do about it, one sentence.
    pub fn help(&self) -> Option<String> {
        Some(match self {
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
            Self::OptionOutOfRange { .. } => return None,
        })
    }
}
