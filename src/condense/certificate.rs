//! How far a condensed model can be trusted.

use std::collections::HashMap;

use serde::Serialize;

use super::Guyan;
use super::balance::{Grounding, MassBalance, grounding, mass_balance};
use super::compare::Comparison;
use super::fixed_interface::{FixedInterface, fixed_interface};
use crate::error::significant;
use crate::matrix::{DofNames, SymmetricMatrix};

/// Rule of thumb: reduced frequencies below this part of the first fixed-interface frequency are good
/// to a few per cent.
const TRUSTED_SHARE: f64 = 1.0 / 3.0;

/// K_mm,ii / K_r,ii above this is worth a warning, as K_ii / D_ii is.
const LOST_DIGITS: f64 = 1e7;

/// A resisted rigid-body motion, as a ratio of forces: above it the body is held in that direction.
const HELD: f64 = 1e-8;

/// A DOF that the elimination has nearly used up.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DoubtfulDof {
    /// The user's name of it.
    pub dof: String,
    /// K_ii / D_ii.
    pub pivot_ratio: f64,
}

/// Whether condensation keeps rigid-body motions free of force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RigidBodyCheck {
    /// Not done.
    Skipped {
        /// Why.
        reason: String,
    },
    /// One entry per direction in which the masters can move.
    Checked {
        /// The directions.
        directions: Vec<Grounding>,
    },
}

/// The certificate of a condensation. What is merely poor stands here as data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Certificate {
    /// Backward error of one solve with the factor of K_ss.
    pub probe_residual: f64,
    /// Largest K_ii / D_ii, and where.
    pub largest_pivot_ratio: f64,
    /// The DOF that has it.
    pub largest_pivot_dof: String,
    /// DOFs above the warning limit (1e7), largest ratio first.
    pub doubtful_dofs: Vec<DoubtfulDof>,
    /// Largest |k_ij - k_ji| / sqrt(k_ii k_jj) of the input; zero where it gives one triangle.
    pub stiffness_symmetry_defect: f64,
    /// The same of the mass.
    pub mass_symmetry_defect: Option<f64>,
    /// Grounding forces K_r times the rigid-body vectors.
    pub rigid_body: RigidBodyCheck,
    /// Total mass before and after, by direction, where the DOF map tells directions.
    pub mass_balance: Option<Vec<MassBalance>>,
    /// Largest K_mm,ii / K_r,ii, and where: K_r is a difference of numbers so much larger, and log10
    /// of it digits are lost. Infinite where nothing is left (a free body that is held just so).
    pub largest_master_ratio: f64,
    /// The master that has it.
    pub largest_master_dof: String,
    /// Lowest frequency of the slaves with the masters held, or why it is not known.
    pub fixed_interface: FixedInterface,
    /// The same in Hz where it is known: the limit of validity.
    pub first_fixed_interface_hz: Option<f64>,
    /// A third of it, Hz.
    pub trusted_below_hz: Option<f64>,
    /// Frequencies of the reduced pair, Hz, ascending; rigid-body modes are zeros, unstable ones negative.
    pub frequencies_hz: Vec<f64>,
    /// For the first of them, an estimate of how much too high they are, relative: see
    /// [`frequency_excess`](super::frequency_excess).
    pub frequency_excess: Vec<f64>,
    /// Zero frequencies among them.
    pub rigid_body_modes: usize,
    /// Massless directions of the reduced pair: infinite frequencies, not listed.
    pub infinite_frequencies: usize,
    /// The full model's modes beside the reduced ones, where asked for.
    pub comparison: Option<Comparison>,
}

/// What is known about the input besides its matrices.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Known<'a> {
    /// Names of the equations.
    pub names: &'a DofNames,
    /// Coordinates by node number.
    pub coordinates: Option<&'a HashMap<i64, [f64; 3]>>,
    /// Symmetry defect of K and M as read.
    pub symmetry_defects: (f64, Option<f64>),
}

impl<'a> Known<'a> {
    /// Names alone.
    pub fn names(names: &'a DofNames) -> Self {
        Self { names, coordinates: None, symmetry_defects: (0.0, None) }
    }
}

impl Certificate {
    /// Examines a condensed model; `stiffness` and `mass` are the full matrices it was made from. The reduced frequencies are the caller's to add
    /// ([`Certificate::with_frequencies`]): they are found by the room to the right of this one.
    ///
    /// Cost: some 3 to 10 solves with a block of columns for the first fixed-interface frequency.
    pub fn new(
        guyan: &Guyan,
        stiffness: &SymmetricMatrix,
        mass: Option<&SymmetricMatrix>,
        known: Known<'_>,
    ) -> Self {
        let slaves = guyan.partition().slaves();
        let name = |slave: usize| known.names.name(slaves[slave]);
        let pivots = guyan.factor().pivots();
        let slave_mass = guyan.slave_mass();
        let fixed_interface =
            slave_mass.map_or(FixedInterface::Unknown, |mass| fixed_interface(guyan.factor(), mass));
        let first_fixed_interface_hz = match fixed_interface {
            FixedInterface::Found { hz } => Some(hz),
            _ => None,
        };
        let (master, largest_master_ratio) = largest_master_ratio(guyan, stiffness);
        let labels = known.names.labels();
        Self {
            probe_residual: guyan.factor().probe_residual(),
            largest_pivot_ratio: pivots.largest_ratio,
            largest_pivot_dof: name(pivots.dof),
            doubtful_dofs: (pivots.doubtful.iter())
                .map(|&(slave, pivot_ratio)| DoubtfulDof { dof: name(slave), pivot_ratio })
                .collect(),
            stiffness_symmetry_defect: known.symmetry_defects.0,
            mass_symmetry_defect: known.symmetry_defects.1,
            rigid_body: rigid_body_check(guyan, stiffness, known),
            mass_balance: match (mass, guyan.mass(), labels) {
                (Some(mass), Some(reduced), Some(labels)) => {
                    Some(mass_balance(mass, reduced, guyan.partition(), labels))
                }
                _ => None,
            },
            largest_master_ratio,
            largest_master_dof: known.names.name(master),
            fixed_interface,
            first_fixed_interface_hz,
            trusted_below_hz: first_fixed_interface_hz.map(|limit| TRUSTED_SHARE * limit),
            frequencies_hz: Vec::new(),
            frequency_excess: Vec::new(),
            rigid_body_modes: 0,
            infinite_frequencies: 0,
            comparison: None,
        }
    }

    /// Adds the frequencies of the reduced pair (Hz, ascending, `rigid` zeros first), the number of
    /// infinite ones, and what [`frequency_excess`](super::frequency_excess) says of the first.
    #[must_use]
    pub fn with_frequencies(mut self, hz: Vec<f64>, rigid: usize, infinite: usize, excess: Vec<f64>) -> Self {
        self.frequencies_hz = hz;
        self.rigid_body_modes = rigid;
        self.infinite_frequencies = infinite;
        self.frequency_excess = excess;
        self
    }

    /// Adds what [`compare`](super::compare()) has found.
    #[must_use]
    pub fn with_comparison(mut self, comparison: Comparison) -> Self {
        self.comparison = Some(comparison);
        self
    }

    /// The certificate in words, one sentence an entry.
    pub fn in_words(&self) -> Vec<String> {
        let mut words = vec![self.factor_in_words()];
        if !self.doubtful_dofs.is_empty() {
            let names: Vec<_> = self.doubtful_dofs.iter().take(8).map(|doubt| doubt.dof.as_str()).collect();
            words.push(format!(
                "WARNING: {} DOF(s) are nearly unrestrained (pivot ratio above 1e7): {}",
                self.doubtful_dofs.len(),
                names.join(", ")
            ));
        }
        if self.largest_master_ratio > LOST_DIGITS {
            words.push(format!(
                "WARNING: the reduced stiffness is a difference of numbers {:.0e} times as large at DOF {}: log10 of that many \
                 digits are lost (a free body held just so, or a master in the middle of stiff links)",
                self.largest_master_ratio, self.largest_master_dof
            ));
        }
        words.extend(self.validity_in_words());
        words.extend(self.comparison.iter().flat_map(Comparison::in_words));
        words.push(self.rigid_body_in_words());
        for balance in self.mass_balance.iter().flatten() {
            words.push(format!(
                "mass along {}: {:.6e} before, {:.6e} after ({:.2} %)",
                balance.direction,
                balance.before,
                balance.after,
                100.0 * balance.after / balance.before
            ));
        }
        words
    }

    fn factor_in_words(&self) -> String {
        format!(
            "factor: probe residual {:.1e}, largest pivot ratio {:.1e} at DOF {}; input symmetric to {:.0e}",
            self.probe_residual,
            self.largest_pivot_ratio,
            self.largest_pivot_dof,
            self.stiffness_symmetry_defect.max(self.mass_symmetry_defect.unwrap_or(0.0))
        )
    }

    fn validity_in_words(&self) -> Option<String> {
        let (limit, trusted) = match (
            self.fixed_interface,
            self.first_fixed_interface_hz,
            self.trusted_below_hz,
        ) {
            (_, Some(limit), Some(trusted)) => (limit, trusted),
            (FixedInterface::NoMass, ..) => {
                return Some(
                    "the slaves have no mass: the reduced frequencies are those of the full model".into(),
                );
            }
            (FixedInterface::NotConverged { steps }, ..) => {
                return Some(format!(
                    "WARNING: the first fixed-interface frequency is not known ({steps} steps did not converge)"
                ));
            }
            _ => return None,
        };
        let below = self.frequencies_hz.iter().filter(|&&hz| hz < trusted).count();
        let which = match below {
            _ if self.frequencies_hz.is_empty() => String::new(),
            0 => ", and no reduced frequency is so low".into(),
            _ => format!(", that is {below} of the {} reduced ones", self.frequencies_hz.len()),
        };
        Some(format!(
            "frequencies below {} Hz can be trusted{which}; the first fixed-interface mode is at {} Hz",
            significant(trusted),
            significant(limit)
        ))
    }

    fn rigid_body_in_words(&self) -> String {
        match &self.rigid_body {
            RigidBodyCheck::Skipped { reason } => format!("rigid-body check skipped: {reason}"),
            RigidBodyCheck::Checked { directions } => {
                let of = |held: bool| {
                    let list: Vec<_> = directions
                        .iter()
                        .filter(|check| (check.full > HELD) == held)
                        .map(|c| c.direction)
                        .collect();
                    if list.is_empty() { "none".to_string() } else { list.join(", ") }
                };
                let worst = directions
                    .iter()
                    .filter(|check| check.full <= HELD)
                    .map(|c| c.reduced)
                    .fold(0.0, f64::max);
                let verdict = if worst > HELD { "WARNING: condensation holds the free ones" } else { "kept" };
                format!("rigid-body motion: free along {}; held along {}; {verdict}", of(false), of(true))
            }
        }
    }
}

/// The master with the largest K_mm,ii / K_r,ii, as an equation of the full model.
fn largest_master_ratio(guyan: &Guyan, stiffness: &SymmetricMatrix) -> (usize, f64) {
    let diagonal = stiffness.diagonal();
    let ratio = |(at, &dof): (usize, &usize)| match (diagonal[dof], guyan.stiffness()[(at, at)]) {
        (before, _) if before <= 0.0 => (dof, 1.0),
        (_, left) if left <= 0.0 => (dof, f64::INFINITY),
        (before, left) => (dof, before / left),
    };
    let ratios = guyan.partition().masters().iter().enumerate().map(ratio);
    ratios.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 1.0))
}

fn rigid_body_check(guyan: &Guyan, stiffness: &SymmetricMatrix, known: Known<'_>) -> RigidBodyCheck {
    let skipped = |reason: &str| RigidBodyCheck::Skipped { reason: reason.into() };
    let Some(labels) = known.names.labels() else {
        return skipped("no DOF map (node.component) is known");
    };
    let Some(coordinates) = known.coordinates else {
        return skipped("no coordinates of the nodes are known");
    };
    let directions = grounding(stiffness, guyan.stiffness(), guyan.partition(), labels, coordinates);
    if directions.is_empty() {
        return skipped("no master moves in a rigid-body motion");
    }
    RigidBodyCheck::Checked { directions }
}
