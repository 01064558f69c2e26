//! Effective masses: how much of the mass moves with each mode when the ground shakes.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use modalsweep::modes::{DirectionParticipation, Modes, Participation, ParticipationOptions, participation};
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::figures::six_digits;
use super::pair::Pair;

/// What is known of each direction: nothing where the equations have no names.
pub struct Masses(Option<Participation>);

impl Masses {
    pub fn of(pair: &Pair, modes: &Modes) -> Result<Self, Failure> {
        let Some(labels) = pair.names().labels() else { return Ok(Self(None)) };
        let (coordinates, options) = (pair.coordinates(), ParticipationOptions::default());
        let found =
            participation(modes.shapes.as_ref(), pair.mass(), labels, coordinates.as_deref(), &options)?;
        Ok(Self(Some(found)))
    }

    fn directions(&self) -> &[DirectionParticipation] {
        self.0.as_ref().map_or(&[], |found| &found.directions)
    }

    fn translations(&self) -> impl Iterator<Item = &DirectionParticipation> {
        self.directions().iter().filter(|own| !own.direction.starts_with("rotation"))
    }

    fn by_direction<V>(&self, value: impl Fn(&DirectionParticipation) -> V) -> Option<BTreeMap<String, V>> {
        let named = |own: &DirectionParticipation| (own.direction.replace(' ', "_"), value(own));
        self.0.as_ref().map(|found| found.directions.iter().map(named).collect())
    }

    /// Of all modes: a list for each direction.
    pub fn as_json(&self) -> Value {
        json!({
            "participation_factors": self.by_direction(|own| own.factors.clone()),
            "effective_masses": self.by_direction(|own| own.effective.clone()),
        })
    }

    /// Of one mode: a number for each direction.
    pub fn of_mode_as_json(&self, mode: usize) -> Value {
        json!({
            "participation_factors": self.by_direction(|own| own.factors[mode]),
            "effective_masses": self.by_direction(|own| own.effective[mode]),
        })
    }

    /// What the equations carry.
    pub fn totals_as_json(&self) -> Value {
        json!({
            "total_masses": self.by_direction(|own| own.total),
            "rotation_point": self.0.as_ref().map(|found| found.rotation_point),
        })
    }

    /// Names of the columns of the table.
    pub fn write_heads(&self, page: &mut String) -> fmt::Result {
        self.translations().try_for_each(|own| write!(page, "  {:>8}", format!("{} mass %", own.direction)))
    }

    /// Percent of the mass, one column for each direction.
    pub fn write_row(&self, page: &mut String, mode: usize) -> fmt::Result {
        self.translations()
            .try_for_each(|own| write!(page, "  {:8.2}", 100.0 * own.effective[mode] / own.total))
    }

    /// What all modes have together.
    pub fn sentence(&self) -> Option<String> {
        let share = |own: &DirectionParticipation| {
            let percent = own.cumulative_percent().last().copied()?;
            Some(format!("along {} {percent:.2} % of {}", own.direction, six_digits(own.total)))
        };
        let shares: Vec<String> = self.translations().filter_map(share).collect();
        (!shares.is_empty()).then(|| format!("mass in these modes: {}", shares.join(", ")))
    }
}
