//! A reduced model beside the full one: which mode has become which, and how far off it is.
//!
//! The lowest modes of the full pair are computed and counted; the shapes of the reduced pair are expanded to
//! the full model, u = [u_m; T u_m], and paired with them by the mass-weighted MAC. Unlike the other numbers
//! of the certificate this needs a factor of the whole model, and tells the error instead of estimating it.

use faer::MatRef;
use serde::Serialize;

use super::Guyan;
use crate::error::significant;
use crate::matrix::SymmetricMatrix;
use crate::modes::{
    ModePair, ModeSet, Modes, ModesError, ModesOptions, ModesPlan, Pairing, PairingOptions, PlanOptions,
    Proof, SturmCount, Wanted, pair_modes,
};
use crate::parallel::Progress;

/// A partner may have moved up past others: so many reduced modes for each mode of the full model are looked
/// at, and [`MORE_CANDIDATES`] besides.
const CANDIDATES_PER_MODE: usize = 2;
const MORE_CANDIDATES: usize = 8;

/// Lost modes that are named.
const MOST_NAMED: usize = 8;

/// Modes of the reduced pair (K_r, M_r), ascending; rigid-body modes have exactly zero.
#[derive(Debug, Clone, Copy)]
pub struct ReducedModes<'a> {
    /// Natural frequencies, Hz.
    pub frequencies_hz: &'a [f64],
    /// One column per frequency and one row per master, of any scale.
    pub shapes: MatRef<'a, f64>,
}

/// Settings of [`compare`].
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct CompareOptions<'a> {
    /// Of the symbolic work for the full model.
    pub plan: PlanOptions<'a>,
    /// Of the modes of the full model.
    pub modes: ModesOptions<'a>,
}

/// A mode of the reduced model beside one of the full model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Counterpart {
    /// Number among the reduced modes, from 1.
    pub mode: usize,
    /// Its frequency, Hz.
    pub hz: f64,
    /// 100 (f_reduced - f_full) / f_full; zero for a rigid-body mode that has stayed one, `None` for one that
    /// has not.
    pub error_percent: Option<f64>,
    /// Mass-weighted MAC of the two shapes, the reduced one expanded. In a close pair that of the subspaces:
    /// the smallest squared cosine of their principal angles.
    pub mac: f64,
    /// Compared as part of a subspace of close modes.
    pub in_close_group: bool,
}

/// A mode of the full model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComparedMode {
    /// Number among the modes of the full model, from 1.
    pub mode: usize,
    /// Its frequency, Hz.
    pub full_hz: f64,
    /// What it has become; `None` where the reduction has lost it: no reduced mode has a MAC of 0.5.
    pub reduced: Option<Counterpart>,
}

/// The lowest modes of the full model and what the reduced model makes of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Ascending.
    pub modes: Vec<ComparedMode>,
    /// Whether the modes of the full model are all that there are.
    pub proof: Proof,
    /// The Sturm counts behind that.
    pub counts: Vec<SturmCount>,
    /// Largest residual ||K phi - lambda M phi|| / (lambda ||M phi||) of the full model's modes.
    pub largest_residual: f64,
}

/// Computes the `count` lowest modes of the full model and pairs them with those of the reduced one by
/// optimal assignment on the mass-weighted MAC after expansion; modes of close frequencies are compared as
/// subspaces.
///
/// `stiffness` and `mass` are the full matrices that `guyan` was made from. Not converging is no error:
/// [`Comparison::proof`] says what is missing.
///
/// Cost: a factorization of K - sigma M, one more for the count, a solve for each of some 2 `count` reduced
/// modes, and the iteration.
///
/// # Errors
/// [`ModesError`] of the full model.
///
/// # Panics
/// When the shapes have not one row per master, or not one column per frequency.
pub fn compare(
    guyan: &Guyan,
    (stiffness, mass): (&SymmetricMatrix, &SymmetricMatrix),
    reduced: ReducedModes<'_>,
    count: usize,
    options: &CompareOptions<'_>,
    progress: &dyn Progress,
) -> Result<Comparison, ModesError> {
    assert_eq!(reduced.shapes.ncols(), reduced.frequencies_hz.len(), "one shape per frequency");
    let plan = ModesPlan::new(stiffness, mass, &options.plan)?;
    let full = plan.modes(stiffness, mass, Wanted::Lowest(count), &options.modes, progress)?;
    let full_hz = full.frequencies_hz();
    let candidates = (CANDIDATES_PER_MODE * count + MORE_CANDIDATES).min(reduced.frequencies_hz.len());
    let reduced_hz = &reduced.frequencies_hz[..candidates];
    let expanded = guyan.recover(reduced.shapes.subcols(0, candidates));
    // Both sides know their rigid-body modes: nothing else is zero.
    let pairing_options = PairingOptions { zero_fraction: 0.0, ..PairingOptions::default() };
    let pairing = pair_modes(
        ModeSet { frequencies_hz: &full_hz, shapes: full.shapes.as_ref() },
        ModeSet { frequencies_hz: reduced_hz, shapes: expanded.as_ref() },
        Some(mass),
        &pairing_options,
    )?;
    Ok(Comparison::new(&full, &full_hz, reduced_hz, in_order_within_groups(pairing)))
}

impl Comparison {
    fn new(full: &Modes, full_hz: &[f64], reduced_hz: &[f64], pairs: Vec<ModePair>) -> Self {
        let mut modes: Vec<ComparedMode> = full_hz
            .iter()
            .enumerate()
            .map(|(mode, &full_hz)| ComparedMode { mode: mode + 1, full_hz, reduced: None })
            .collect();
        for pair in pairs {
            let (full_hz, hz) = (full_hz[pair.a], reduced_hz[pair.b]);
            modes[pair.a].reduced = Some(Counterpart {
                mode: pair.b + 1,
                hz,
                error_percent: error_percent(full_hz, hz),
                mac: pair.subspace_mac,
                in_close_group: pair.group.is_some(),
            });
        }
        let largest_residual = full.residuals.iter().copied().fold(0.0, f64::max);
        Self { modes, proof: full.proof, counts: full.counts.clone(), largest_residual }
    }

    /// The modes of the full model that the reduced one has lost.
    pub fn missed(&self) -> impl Iterator<Item = &ComparedMode> {
        self.modes.iter().filter(|mode| mode.reduced.is_none())
    }

    /// The comparison in words, one sentence an entry.
    pub fn in_words(&self) -> Vec<String> {
        let mut words = vec![self.proof_in_words()];
        words.extend(self.agreement_in_words());
        let missed = self.missed().count();
        if missed > 0 {
            let first: Vec<String> =
                self.missed().take(MOST_NAMED).map(|mode| mode.mode.to_string()).collect();
            let more = if missed > MOST_NAMED { ", ..." } else { "" };
            words.push(format!(
                "WARNING: the reduced model has lost {missed} mode(s) of the full one, \
                 no reduced shape is like them: {}{more}",
                first.join(", ")
            ));
        }
        words
    }

    fn proof_in_words(&self) -> String {
        let shown = self.modes.len();
        match self.proof {
            Proof::Complete { to_hz: Some(hz), counted, .. } => format!(
                "full model: these {shown} modes are the lowest, by a Sturm count of {counted} below {} Hz",
                significant(hz)
            ),
            Proof::Complete { to_hz: None, .. } => {
                format!("full model: it has these {shown} modes and no other")
            }
            Proof::Short { from_hz, to_hz, found, counted } => {
                let from = from_hz.map_or(String::new(), |hz| format!("above {} Hz ", significant(hz)));
                let to = to_hz.map_or(String::new(), |hz| format!("below {} Hz ", significant(hz)));
                format!("WARNING: full model: {from}{to}only {found} of {counted} modes have converged")
            }
        }
    }

    fn agreement_in_words(&self) -> Option<String> {
        let elastic = || self.modes.iter().filter(|mode| mode.full_hz != 0.0);
        let partners = || elastic().filter_map(|mode| Some((mode.mode, mode.reduced.as_ref()?)));
        let size = |reduced: &Counterpart| reduced.error_percent.map_or(0.0, f64::abs);
        let (off, worst) = partners().max_by(|a, b| size(a.1).total_cmp(&size(b.1)))?;
        let (unlike, least) = partners().min_by(|a, b| a.1.mac.total_cmp(&b.1.mac))?;
        Some(format!(
            "reduced against full: {} of {} elastic modes found again, frequencies off by {:.2} % at most \
             (mode {off}), MAC {:.4} at least (mode {unlike})",
            partners().count(),
            elastic().count(),
            size(worst),
            least.mac
        ))
    }
}

fn error_percent(full_hz: f64, hz: f64) -> Option<f64> {
    match full_hz == 0.0 {
        true => (hz == 0.0).then_some(0.0),
        false => Some(100.0 * (hz - full_hz) / full_hz),
    }
}

/// Within a group single shapes say nothing: its pairs go by ascending frequency.
fn in_order_within_groups(pairing: Pairing) -> Vec<ModePair> {
    let mut pairs = pairing.pairs;
    for group in 0..pairing.groups.len() {
        let places: Vec<usize> = (0..pairs.len()).filter(|&at| pairs[at].group == Some(group)).collect();
        let mut partners: Vec<usize> = places.iter().map(|&at| pairs[at].b).collect();
        partners.sort_unstable();
        places.into_iter().zip(partners).for_each(|(at, partner)| pairs[at].b = partner);
    }
    pairs
}
