//! An error on its way to the place where it belongs.

use super::deck::Place;
use super::error::DeckError;
use crate::io::error::IoErrorKind;

/// What is wrong, and where, if not in the line being read.
#[derive(Debug)]
pub(super) struct Fault {
    pub place: Option<Place>,
    pub kind: IoErrorKind,
}

/// What the functions of the reader return.
pub(super) type Read<T = ()> = Result<T, Fault>;

impl Fault {
    pub fn at(place: Place, kind: impl Into<IoErrorKind>) -> Self {
        Self { place: Some(place), kind: kind.into() }
    }
}

impl From<IoErrorKind> for Fault {
    fn from(kind: IoErrorKind) -> Self {
        Self { place: None, kind }
    }
}

impl From<DeckError> for Fault {
    fn from(error: DeckError) -> Self {
        Self { place: None, kind: error.into() }
    }
}
