//! The certificate with the reduced frequencies and, where asked for, the full model's modes beside them.

use std::time::Instant;

use faer::MatRef;
use modalsweep::condense::{
    Certificate, CompareOptions, Guyan, Known, ReducedModes, compare, frequency_excess,
};
use modalsweep::eigen::{PairModes, PairOptions, definite_pair};
use modalsweep::matrix::SymmetricMatrix;

use super::super::Common;
use super::super::model::Model;
use super::super::progress::Display;

/// Mode shapes of reduced models beyond this size would take longer than the condensation.
const MOST_MASTERS_WITH_SHAPES: usize = 1500;

/// Modes whose frequency error is estimated.
const ESTIMATED_MODES: usize = 20;

/// A certificate, and what went wrong on the way to it.
pub struct Certified {
    pub certificate: Certificate,
    pub warnings: Vec<String>,
    /// The comparison that was asked for is missing, or not whole.
    pub comparison_failed: bool,
    pub compare_seconds: f64,
}

/// Examines a condensed model, with the `modes` lowest modes of the full one where these are wanted.
pub fn certify(guyan: &Guyan, model: &Model, modes: Option<usize>, common: &Common) -> Certified {
    let mut known = Known::names(&model.names);
    known.coordinates = model.coordinates.as_ref();
    known.symmetry_defects =
        (model.stiffness.report.symmetry_defect, model.mass.as_ref().map(|mass| mass.report.symmetry_defect));
    let mass = model.mass.as_ref().map(|mass| &mass.matrix);
    let certificate = Certificate::new(guyan, &model.stiffness.matrix, mass, known);
    let mut certified =
        Certified { certificate, warnings: Vec::new(), comparison_failed: false, compare_seconds: 0.0 };
    let (Some(mass), Some(reduced_mass)) = (mass, guyan.mass()) else {
        return certified;
    };
    let pair = (&model.stiffness.matrix, mass);
    let reduced = certified.reduced_modes(guyan, reduced_mass, model, modes.is_some());
    match (&reduced, modes) {
        (None, _) => certified.comparison_failed = modes.is_some(),
        (Some(reduced), None) => certified.add_frequencies(guyan, pair, reduced),
        (Some(reduced), Some(modes)) => {
            certified.add_frequencies(guyan, pair, reduced);
            certified.add_comparison(guyan, model, pair, (reduced, modes), common);
        }
    }
    certified
}

impl Certified {
    fn reduced_modes(
        &mut self,
        guyan: &Guyan,
        reduced_mass: MatRef<'_, f64>,
        model: &Model,
        with_shapes: bool,
    ) -> Option<PairModes> {
        let mut options = PairOptions::default();
        if with_shapes || reduced_mass.nrows() <= MOST_MASTERS_WITH_SHAPES {
            options = options.with_vectors();
        }
        let modes = match definite_pair(guyan.stiffness(), reduced_mass, &options) {
            Ok(modes) => modes,
            Err(error) => {
                let masters = guyan.partition().masters();
                let error = error.describe(|dof| model.names.name(masters[dof]));
                self.warnings.push(format!("no reduced frequencies: {error}"));
                return None;
            }
        };
        if modes.indefinite_count > 0 {
            self.warnings
                .push(format!("the reduced mass is negative in {} direction(s)", modes.indefinite_count));
        }
        if modes.unstable_count > 0 {
            self.warnings
                .push(format!("{} unstable mode(s), listed as negative frequencies", modes.unstable_count));
        }
        Some(modes)
    }

    fn add_frequencies(
        &mut self,
        guyan: &Guyan,
        (stiffness, mass): (&SymmetricMatrix, &SymmetricMatrix),
        reduced: &PairModes,
    ) {
        let count = ESTIMATED_MODES.min(reduced.eigenvalues.len());
        let excess = match &reduced.vectors {
            Some(shapes) => {
                let shapes = shapes.as_ref().subcols(0, count);
                frequency_excess(guyan, stiffness, mass, shapes, &reduced.eigenvalues[..count])
            }
            None => Vec::new(),
        };
        let (rigid, infinite) = (reduced.rigid_count, reduced.infinite_count);
        let certificate = self.certificate.clone();
        self.certificate = certificate.with_frequencies(reduced.frequencies_hz(), rigid, infinite, excess);
    }

    fn add_comparison(
        &mut self,
        guyan: &Guyan,
        model: &Model,
        pair: (&SymmetricMatrix, &SymmetricMatrix),
        (reduced, modes): (&PairModes, usize),
        common: &Common,
    ) {
        let started = Instant::now();
        let Some(shapes) = &reduced.vectors else { return };
        let nodes = model.names.node_groups();
        let mut options = CompareOptions::default();
        options.plan.nodes = nodes.as_deref();
        options.plan.memory_limit = common.memory.remaining();
        options.modes.memory_limit = options.plan.memory_limit;
        let frequencies_hz = reduced.frequencies_hz();
        let reduced = ReducedModes { frequencies_hz: &frequencies_hz, shapes: shapes.as_ref() };
        match compare(guyan, pair, reduced, modes, &options, &Display::new(common.quiet)) {
            Ok(comparison) => {
                self.comparison_failed = !comparison.proof.is_complete();
                if self.comparison_failed {
                    let proof = comparison.in_words().swap_remove(0);
                    self.warnings.push(proof.trim_start_matches("WARNING: ").into());
                }
                self.certificate = self.certificate.clone().with_comparison(comparison);
            }
            Err(error) => {
                let help = error.help().map_or(String::new(), |help| format!(" ({help})"));
                let error = error.describe(&model.names);
                self.warnings.push(format!("no comparison with the full model: {error}{help}"));
                self.comparison_failed = true;
            }
        }
        self.compare_seconds = started.elapsed().as_secs_f64();
    }
}
