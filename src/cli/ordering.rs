//! The value of `--ordering`.

use clap::ValueEnum;
use modalsweep::factor::Ordering;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OrderingChoice {
    /// What predicts fewer operations
    Auto,
    /// Nested dissection
    Metis,
    /// Approximate minimum degree
    Amd,
}

impl From<OrderingChoice> for Ordering {
    fn from(choice: OrderingChoice) -> Self {
        match choice {
            OrderingChoice::Auto => Self::Auto,
            OrderingChoice::Metis => Self::NestedDissection,
            OrderingChoice::Amd => Self::MinimumDegree,
        }
    }
}
