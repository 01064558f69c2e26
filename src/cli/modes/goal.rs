//! Which modes are wanted.

use std::str::FromStr;

use modalsweep::modes::{ModesError, Wanted};

use super::super::failure::Failure;
use super::ModesArgs;
use super::pair::Pair;

/// Modes where nobody says how many.
const DEFAULT_COUNT: usize = 10;

/// The value of `--band`; whether its ends are numbers in the right order is looked at later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    low_hz: f64,
    high_hz: f64,
}

impl FromStr for Band {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no band: write both ends in Hz, such as 100:2000");
        let (low, high) = text.split_once(':').ok_or_else(wrong)?;
        let end = |text: &str| text.trim().parse().map_err(|_| wrong());
        Ok(Self { low_hz: end(low)?, high_hz: end(high)? })
    }
}

/// Where the number of modes is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CountFrom {
    Option,
    Deck,
    Default,
    /// As many as there are.
    All,
}

/// What a run is for.
pub struct Goal {
    pub wanted: Wanted,
    /// Shift of the factorization, where one is given.
    pub shift_hz: Option<f64>,
    /// Rigid-body modes are left out.
    pub is_elastic: bool,
    count_from: CountFrom,
}

impl Goal {
    /// Refuses what can't be meant before any file is read.
    pub fn check(args: &ModesArgs) -> Result<(), Failure> {
        let ends = args.band.map(|band| {
            [("the lower end of --band", band.low_hz), ("the upper end of --band", band.high_hz)]
        });
        let given = ends.into_iter().flatten().chain(args.shift.map(|shift| ("--shift", shift)));
        let not_finite = given.into_iter().find(|(_, value)| !value.is_finite());
        let error = match (not_finite, args.band) {
            (Some((what, value)), _) => ModesError::NotFinite { what, value },
            (None, Some(Band { low_hz, high_hz })) if low_hz >= high_hz => {
                ModesError::BandOrder { low_hz, high_hz }
            }
            _ => return Ok(()),
        };
        Err(error.into())
    }

    pub fn new(args: &ModesArgs, pair: &Pair) -> Self {
        let of_deck = pair.deck().and_then(|deck| deck.frequency?.count).filter(|&count| count > 0);
        let (count, count_from) = match (args.count, of_deck) {
            (Some(count), _) => (count as usize, CountFrom::Option),
            (None, Some(count)) => (usize::try_from(count).unwrap_or(usize::MAX), CountFrom::Deck),
            (None, None) => (DEFAULT_COUNT, CountFrom::Default),
        };
        let wanted = match (args.band, args.shift) {
            (Some(Band { low_hz, high_hz }), _) => Wanted::Band { low_hz, high_hz },
            (None, Some(hz)) if hz > 0.0 => Wanted::Nearest { hz, count },
            _ => Wanted::Lowest(count),
        };
        let shift_hz = args.shift.filter(|&hz| hz <= 0.0);
        Self { wanted, shift_hz, is_elastic: args.elastic, count_from }
    }

    /// Takes as many modes as exist, where their number was not the user's.
    pub fn take_fewer(&mut self, exist: usize) -> bool {
        if self.count_from == CountFrom::Option || exist == 0 {
            return false;
        }
        match &mut self.wanted {
            Wanted::Lowest(count) | Wanted::Nearest { count, .. } => *count = exist,
            Wanted::Band { .. } => return false,
        }
        self.count_from = CountFrom::All;
        true
    }

    /// Where the number of modes is from, if it was not given.
    pub fn note(&self) -> Option<&'static str> {
        match (self.wanted, self.count_from) {
            (Wanted::Band { .. }, _) | (_, CountFrom::Option) => None,
            (_, CountFrom::Deck) => Some("as many as *FREQUENCY of the deck says; -n gives another number"),
            (_, CountFrom::Default) => Some("as nothing says how many; -n does"),
            (_, CountFrom::All) => Some("all that there are"),
        }
    }
}
