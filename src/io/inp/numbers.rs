//! The numbers of nodes or elements, for looking up.

use super::deck::Place;
use super::error::DeckError;
use super::fault::{Fault, Read};
use crate::io::error::IoErrorKind;
use crate::io::number::parse_integer;

/// A field that is the number of a node or an element.
pub(super) fn parse_number(what: &'static str, field: &[u8]) -> Result<i64, IoErrorKind> {
    match parse_integer(what, field)? {
        number if number < 1 => Err(DeckError::NotPositive { what, number }.into()),
        number => Ok(number),
    }
}

/// Numbers of nodes or elements, each with its position in the deck.
pub(super) struct Numbers {
    /// Ascending.
    sorted: Vec<(i64, u32)>,
    /// Without gaps: then the place of a number is known without looking.
    dense: bool,
}

impl Numbers {
    /// Numbers in the order of the deck; refuses those that come twice.
    pub fn new(
        what: &'static str,
        numbers: impl Iterator<Item = i64>,
        place: impl Fn(usize) -> Place,
        name_place: impl Fn(Place, Place) -> String,
    ) -> Read<Self> {
        let mut sorted: Vec<_> = numbers.zip(0..).collect();
        if !sorted.is_sorted() {
            sorted.sort_unstable();
        }
        let doubled = sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        // The one that comes first in the deck.
        if let Some(pair) = doubled.min_by_key(|pair| pair[1].1) {
            let (first, second) = (place(pair[0].1 as usize), place(pair[1].1 as usize));
            let name = pair[0].0.to_string();
            let first = name_place(first, second);
            return Err(Fault::at(second, DeckError::Duplicate { what, name, first }));
        }
        let dense = match (sorted.first(), sorted.last()) {
            (Some(first), Some(last)) => (last.0 - first.0) as u64 + 1 == sorted.len() as u64,
            _ => false,
        };
        Ok(Self { sorted, dense })
    }

    /// The position in the deck.
    pub fn position(&self, number: i64) -> Option<usize> {
        let at = match self.dense {
            true => usize::try_from(number.checked_sub(self.sorted[0].0)?).ok()?,
            false => self.sorted.binary_search_by_key(&number, |entry| entry.0).ok()?,
        };
        self.sorted.get(at).map(|entry| entry.1 as usize)
    }

    pub fn contains(&self, number: i64) -> bool {
        self.position(number).is_some()
    }

    /// Numbers `first..=last` with their positions, ascending.
    pub fn between(&self, first: i64, last: i64) -> &[(i64, u32)] {
        let start = self.sorted.partition_point(|entry| entry.0 < first);
        let end = self.sorted.partition_point(|entry| entry.0 <= last);
        &self.sorted[start..end.max(start)]
    }
}
