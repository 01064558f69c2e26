//! What `stress` prints: a page for people, or one JSON object.

use std::fmt::{self, Write};

use anyhow::Result;
use modalsweep::model::Resultant;
use modalsweep::stress::{StaticSolution, StressRecovery};
use serde_json::{Value, json};

use super::super::Common;
use super::super::deck::{DeckModel, merge};
use super::super::figures::{counted, grouped, megabytes, six_digits};
use super::super::machine::peak_memory_bytes;
use super::super::output::tell;
use super::plan::Plan;
use super::ranking::Ranked;
use super::recover::{CasePeaks, Recovered};
use super::source::Cases;
use super::{KindChoice, Seconds};

/// Cases on the page.
const TABLE_ROWS: usize = 10;

/// Sums of loads and reactions that are further from balance are worth a warning, and so are residuals.
const POOR_BALANCE: f64 = 1e-6;
const POOR_RESIDUAL: f64 = 1e-9;

/// A run, done.
pub struct Report<'a> {
    pub plan: &'a Plan<'a>,
    pub deck: &'a DeckModel,
    pub recovery: &'a StressRecovery<'a>,
    pub cases: &'a Cases,
    pub recovered: &'a Recovered<'a, 'a>,
    pub ranking: Vec<Ranked<'a>>,
    pub seconds: Seconds,
    pub files: Vec<String>,
}

impl Report<'_> {
    pub fn print(&self, common: &Common) -> Result<()> {
        tell(common, || self.as_json(), |page| self.write_page(page))?;
        for warning in self.warnings() {
            eprintln!("warning: {warning}");
        }
        Ok(())
    }

    /// What makes the results doubtful.
    fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.overflow().into_iter().collect();
        let Some(solution) = self.cases.solution() else { return warnings };
        if let Some((dof, ratio)) = solution.pivots.doubtful.first() {
            let (count, label) = (solution.pivots.doubtful.len(), self.deck.model.equations().labels()[*dof]);
            warnings.push(format!(
                "{count} DOF(s) are hardly restrained or badly scaled: pivot ratio {ratio:.1e} at {label}"
            ));
        }
        let worst = |values: &[f64], limit: f64| {
            let all = values.iter().enumerate().filter(|(_, value)| value.is_nan() || **value > limit);
            all.max_by(|a, b| a.1.total_cmp(b.1)).map(|(case, &value)| (&self.cases.names()[case], value))
        };
        if let Some((name, value)) = worst(&solution.imbalance, POOR_BALANCE) {
            warnings.push(format!(
                "loads and reactions of {name} are out of balance by {value:.1e} of their sum"
            ));
        }
        if let Some((name, value)) = worst(&solution.residuals, POOR_RESIDUAL) {
            warnings.push(format!("the solution of {name} leaves a residual of {value:.1e}"));
        }
        warnings
    }

    /// The first case with stresses beyond the range of numbers.
    fn overflow(&self) -> Option<String> {
        let is_finite = |value: f64| value.is_finite();
        let of_case = |peaks: &CasePeaks| {
            is_finite(peaks.displacement.1) && peaks.von_mises.is_none_or(|peak| is_finite(peak.value))
        };
        let case = self.recovered.peaks.iter().position(|peaks| !of_case(peaks))?;
        let name = &self.cases.names()[case];
        Some(format!("the results of {name} are too large for numbers: look at its loads and units"))
    }

    fn as_json(&self) -> Value {
        let (seconds, solution) = (&self.seconds, self.cases.solution());
        let mut warnings: Vec<String> = self.deck.model.notes().to_vec();
        warnings.extend(self.plan.notes.iter().cloned());
        warnings.extend(self.warnings());
        let own = json!({
            "command": "stress",
            "version": env!("CARGO_PKG_VERSION"),
            "kind": self.kind(),
            "points": self.recovery.point_count(),
            "cases": (0..self.cases.count()).map(|case| self.case_as_json(case)).collect::<Vec<_>>(),
            "envelope_of": self.plan.args.envelope.option(),
            "ranking": self.ranking.iter().map(Ranked::as_json).collect::<Vec<_>>(),
            "largest_rms_von_mises": self.largest_rms().map(|(value, ..)| value),
            "largest_pivot_ratio": solution.map(|own| own.pivots.largest_ratio),
            "factor_entries": solution.map(|own| own.factor_entries),
            "read_seconds": seconds.read,
            "assemble_seconds": solution.map(|_| seconds.assemble),
            "order_seconds": solution.map(|own| own.order_seconds),
            "symbolic_seconds": solution.map(|own| own.symbolic_seconds),
            "factor_seconds": solution.map(|own| own.factor_seconds),
            "solve_seconds": solution.map(|own| own.solve_seconds),
            "stress_seconds": seconds.stress,
            "compute_seconds": seconds.compute,
            "write_seconds": seconds.write,
            "peak_memory_bytes": peak_memory_bytes(),
            "threads": rayon::current_num_threads(),
            "warnings": warnings,
            "output": self.plan.args.output.display().to_string(),
            "files": self.files,
        });
        merge(self.deck.as_json(), own)
    }

    fn kind(&self) -> &'static str {
        match (self.cases.solution(), self.plan.args.kind()) {
            (Some(_), _) => "static",
            (None, KindChoice::Displacements) => "displacements",
            (None, KindChoice::Modes) => "modes",
        }
    }

    fn case_as_json(&self, case: usize) -> Value {
        let peaks = &self.recovered.peaks[case];
        let own = json!({
            "name": self.cases.names()[case],
            "max_displacement": peaks.displacement.1,
            "max_displacement_node": peaks.displacement.0,
            "max_von_mises": peaks.von_mises.map(|peak| peak.value),
            "max_von_mises_element": peaks.von_mises.map(|peak| peak.element),
            "max_von_mises_point": peaks.von_mises.map(|peak| peak.point),
        });
        let Some(solution) = self.cases.solution() else { return own };
        let reactions = &solution.reactions;
        let balance = json!({
            "applied_force": solution.applied[case].force,
            "applied_moment": solution.applied[case].moment,
            "reaction_force": reactions.resultants[case].force,
            "reaction_moment": reactions.resultants[case].moment,
            "imbalance": solution.imbalance[case],
            "residual": solution.residuals[case],
            "strain_energy": reactions.strain_energy[case],
        });
        merge(own, balance)
    }

    /// The largest RMS von Mises stress with its element and point.
    fn largest_rms(&self) -> Option<(f64, i64, i64)> {
        let rms = self.recovered.rms_von_mises.as_deref()?;
        let (place, value) = rms.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        let points = self.recovery.points();
        Some((*value, points[[place, 0]], points[[place, 1]]))
    }

    fn write_page(&self, page: &mut String) -> fmt::Result {
        self.deck.write_page(page)?;
        let (count, points) = (self.cases.count(), self.recovery.point_count());
        let what = if self.kind() == "modes" { "mode shapes" } else { "cases" };
        writeln!(page, "stresses    {what}: {count}, points: {}", grouped(points as u64))?;
        match self.recovery.section_points().nrows() {
            0 => {}
            ends => writeln!(
                page,
                "            beams: section forces at {} ends, no stresses",
                grouped(ends as u64)
            )?,
        }
        for note in &self.plan.notes {
            writeln!(page, "            {note}")?;
        }
        if let Some(solution) = self.cases.solution() {
            self.write_factor(page, solution)?;
        }
        self.write_seconds(page)?;
        if let Some(peak) = peak_memory_bytes() {
            writeln!(page, "memory      {} at most", megabytes(peak))?;
        }
        self.write_cases(page)?;
        if let Some(solution) = self.cases.solution() {
            self.write_balance(page, solution)?;
        }
        self.write_ranking(page)?;
        if let Some((value, element, point)) = self.largest_rms() {
            writeln!(
                page,
                "\nlargest RMS von Mises: {} in element {element}, point {point}",
                six_digits(value)
            )?;
        }
        let folder = self.plan.args.output.display();
        writeln!(page, "\nwritten to {folder}: {}", self.files.join(", "))
    }

    fn write_factor(&self, page: &mut String, solution: &StaticSolution) -> fmt::Result {
        let label = self.deck.model.equations().labels()[solution.pivots.dof];
        let (entries, ratio) = (grouped(solution.factor_entries), solution.pivots.largest_ratio);
        writeln!(page, "factor      {entries} entries, largest pivot ratio {ratio:.1e} at DOF {label}")
    }

    fn write_seconds(&self, page: &mut String) -> fmt::Result {
        let seconds = &self.seconds;
        write!(page, "seconds     read {:.3}", seconds.read)?;
        if let Some(own) = self.cases.solution() {
            write!(page, ", assemble {:.3}, order {:.3}", seconds.assemble, own.order_seconds)?;
            write!(page, ", symbolic {:.3}, factor {:.3}", own.symbolic_seconds, own.factor_seconds)?;
            write!(page, ", solve {:.3}", own.solve_seconds)?;
        }
        let threads = rayon::current_num_threads();
        writeln!(
            page,
            ", stress {:.3}, write {:.3}; {}",
            seconds.stress,
            seconds.write,
            counted(threads, "thread")
        )
    }

    fn write_cases(&self, page: &mut String) -> fmt::Result {
        writeln!(page, "\n case  {:20}  displacement     at node     von Mises     element  point", "name")?;
        for (case, peaks) in self.recovered.peaks.iter().take(TABLE_ROWS).enumerate() {
            let name = shortened(&self.cases.names()[case], 20);
            let (node, length) = peaks.displacement;
            write!(page, "{:5}  {name:20}  {:>12}  {node:10}", case + 1, six_digits(length))?;
            match peaks.von_mises {
                Some(peak) => {
                    let value = six_digits(peak.value);
                    writeln!(page, "  {value:>12}  {:10}  {:5}", peak.element, peak.point)?
                }
                None => writeln!(page)?,
            }
        }
        match self.cases.count().saturating_sub(TABLE_ROWS) {
            0 => Ok(()),
            more => writeln!(page, "       and {more} more"),
        }
    }

    fn write_balance(&self, page: &mut String, solution: &StaticSolution) -> fmt::Result {
        let heads = ["sum x", "sum y", "sum z"].map(|head| format!("{head:>13}")).concat();
        writeln!(page, "\n case           {heads}  imbalance   residual")?;
        let triple = |sum: &Resultant| sum.force.map(|x| format!("{:>13}", six_digits(x))).concat();
        for case in 0..self.cases.count().min(TABLE_ROWS) {
            let (loads, reactions) = (&solution.applied[case], &solution.reactions.resultants[case]);
            writeln!(page, "{:5}  loads    {}", case + 1, triple(loads))?;
            let (imbalance, residual) = (solution.imbalance[case], solution.residuals[case]);
            writeln!(page, "       supports {}  {imbalance:9.1e}  {residual:9.1e}", triple(reactions))?;
        }
        Ok(())
    }

    fn write_ranking(&self, page: &mut String) -> fmt::Result {
        if self.ranking.is_empty() {
            return Ok(());
        }
        let name = self.plan.args.envelope.name();
        writeln!(
            page,
            "\n rank     element  set              {name:>13}  case                  point        node"
        )?;
        for own in &self.ranking {
            let (set, case) = (shortened(own.set, 16), shortened(own.case_name, 20));
            writeln!(
                page,
                "{:5}  {:10}  {set:16} {:>13}  {case:20}  {:5}  {:10}",
                own.rank,
                own.element,
                six_digits(own.value),
                own.point,
                own.node
            )?;
        }
        Ok(())
    }
}

/// At most so many letters.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 3).chain("...".chars()).collect(),
    }
}
