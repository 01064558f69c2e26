//! What `modes` prints, a page for people or one JSON object, and the record that it writes.

use std::fmt::{self, Write};

use anyhow::Result;
use modalsweep::modes::Wanted;
use serde_json::{Value, json};

use super::super::Common;
use super::super::assemble::other_schemes;
use super::super::deck::merge;
use super::super::figures::{counted, grouped, megabytes, six_digits};
use super::super::machine::peak_memory_bytes;
use super::super::output::tell;
use super::super::summary::{write_factor, write_matrix};
use super::pair::Pair;
use super::{Found, ModesArgs, Seconds, words};

/// Modes on the page.
const TABLE_ROWS: usize = 50;

/// A run, done.
pub struct Report<'a> {
    pub args: &'a ModesArgs,
    pub pair: &'a Pair,
    pub found: &'a Found,
    pub seconds: Seconds,
    pub files: Vec<String>,
}

/// What `modes.json` holds: the modes one by one, and what is known of all.
pub fn record(args: &ModesArgs, pair: &Pair, found: &Found) -> Value {
    let modes = &found.modes;
    let hertz = modes.frequencies_hz();
    let each = (0..hertz.len()).map(|mode| {
        let own = json!({
            "mode": mode + 1,
            "frequency_hz": hertz[mode],
            "eigenvalue": modes.eigenvalues[mode],
            "residual": modes.residuals[mode],
            "attainable_residual": modes.attainable[mode],
        });
        merge(own, found.masses.of_mode_as_json(mode))
    });
    let own = json!({ "modes": each.collect::<Vec<_>>() });
    without_seconds(merge(merge(of_pair(args, pair), of_all(args, found)), own))
}

/// The same model gives the same file, however long it took.
fn without_seconds(mut record: Value) -> Value {
    if let Some(effort) = record["effort"].as_object_mut() {
        effort.retain(|name, _| !name.ends_with("seconds"));
    }
    record
}

/// The model: where it is from, and its size.
fn of_pair(args: &ModesArgs, pair: &Pair) -> Value {
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let own = json!({
        "command": "modes",
        "version": env!("CARGO_PKG_VERSION"),
        "equations": pair.names().size(),
        "stiffness_entries": pair.stiffness().entries(),
        "mass_entries": pair.mass().entries(),
    });
    let origin = match pair.deck() {
        Some(deck) => merge(deck.as_json(), json!({ "mass_scheme": args.mass_choice().name() })),
        None => json!({ "stiffness": path(&args.stiffness), "mass": path(&args.mass) }),
    };
    merge(own, origin)
}

/// What is known of all modes together.
fn of_all(args: &ModesArgs, found: &Found) -> Value {
    let modes = &found.modes;
    let wanted = match found.goal.wanted {
        Wanted::Lowest(count) => json!({ "which": "lowest", "count": count }),
        Wanted::Nearest { hz, count } => json!({ "which": "nearest", "hz": hz, "count": count }),
        Wanted::Band { low_hz, high_hz } => json!({ "which": "band", "low_hz": low_hz, "high_hz": high_hz }),
    };
    // A band has a shift for each of its slices.
    let has_shift = !matches!(found.goal.wanted, Wanted::Band { .. });
    let unconverged = modes.unconverged.iter().map(|mode| mode + 1);
    let own = json!({
        "wanted": wanted,
        "tolerance": args.tolerance,
        "count": modes.eigenvalues.len(),
        "rigid_body_modes": modes.rigid_count,
        "rigid_body_modes_listed": !args.elastic,
        "unconverged_modes": unconverged.collect::<Vec<_>>(),
        "orthogonality_defect": modes.orthogonality_defect,
        "shift_hz": has_shift.then(|| words::shift_hz(modes)),
        "proof": modes.proof,
        "counts": modes.counts,
        "remarks": modes.remarks,
        "effort": modes.effort,
    });
    merge(own, found.masses.totals_as_json())
}

impl Report<'_> {
    pub fn print(&self, common: &Common) -> Result<()> {
        tell(common, || self.as_json(), |page| self.write_page(page))?;
        for warning in &self.pair.warnings {
            eprintln!("warning: {warning}");
        }
        let doubts = words::doubts(&self.found.modes, self.args.tolerance);
        doubts.iter().for_each(|doubt| eprintln!("warning: {doubt}"));
        if !doubts.is_empty() {
            eprintln!("help: raise --most-steps or --tolerance");
        }
        Ok(())
    }

    fn as_json(&self) -> Value {
        let (modes, seconds) = (&self.found.modes, &self.seconds);
        let symbolic = self.found.plan.symbolic();
        let own = json!({
            "frequencies_hz": modes.frequencies_hz(),
            "eigenvalues": modes.eigenvalues,
            "residuals": modes.residuals,
            "attainable_residuals": modes.attainable,
            "ordering": symbolic.ordering().to_string(),
            "predicted_flops": symbolic.flops(),
            "factor_entries": symbolic.factor_entries(),
            "factor_bytes": symbolic.factor_bytes(),
            "read_seconds": seconds.read,
            "assemble_seconds": self.pair.deck().map(|_| seconds.assemble),
            "order_seconds": symbolic.order_seconds(),
            "symbolic_seconds": symbolic.symbolic_seconds(),
            "factor_seconds": modes.effort.factor_seconds,
            "solve_seconds": modes.effort.solve_seconds,
            "orthogonalize_seconds": modes.effort.orthogonalize_seconds,
            "check_seconds": modes.effort.check_seconds,
            "modes_seconds": modes.effort.seconds,
            "compute_seconds": seconds.compute,
            "write_seconds": seconds.write,
            "peak_memory_bytes": peak_memory_bytes(),
            "threads": rayon::current_num_threads(),
            "warnings": self.warnings(),
            "output": self.args.output.display().to_string(),
            "files": self.files,
        });
        let all = merge(of_pair(self.args, self.pair), of_all(self.args, self.found));
        merge(merge(all, self.found.masses.as_json()), own)
    }

    /// What the model has to say, and what makes the results doubtful.
    fn warnings(&self) -> Vec<String> {
        let notes = self.pair.deck().map(|deck| deck.model.notes()).unwrap_or_default();
        let doubts = words::doubts(&self.found.modes, self.args.tolerance);
        notes.iter().chain(&self.pair.warnings).cloned().chain(doubts).collect()
    }

    fn write_page(&self, page: &mut String) -> fmt::Result {
        self.write_model(page)?;
        self.write_effort(page)?;
        self.write_seconds(page)?;
        if let Some(peak) = peak_memory_bytes() {
            writeln!(page, "memory      {} at most", megabytes(peak))?;
        }
        self.write_table(page)?;
        writeln!(page)?;
        let sentences = words::sentences(self.found, self.args);
        for sentence in sentences.into_iter().chain(self.found.masses.sentence()) {
            writeln!(page, "- {sentence}")?;
        }
        writeln!(page, "\nwritten to {}: {}", self.args.output.display(), self.files.join(", "))
    }

    fn write_model(&self, page: &mut String) -> fmt::Result {
        if let Some(model) = self.pair.files() {
            write_matrix(page, "stiffness", &model.stiffness)?;
            return model.mass.iter().try_for_each(|mass| write_matrix(page, "mass", mass));
        }
        let Some(deck) = self.pair.deck() else { return Ok(()) };
        deck.write_page(page)?;
        let (k, m) =
            [self.pair.stiffness(), self.pair.mass()].map(|own| grouped(own.entries() as u64)).into();
        writeln!(page, "stiffness   {k} entries (one triangle)")?;
        let (scheme, others) =
            (self.args.mass_choice().name(), other_schemes(deck, self.args.mass_scheme().ok().flatten()));
        writeln!(page, "mass        {m} entries, {scheme}{others}")
    }

    fn write_effort(&self, page: &mut String) -> fmt::Result {
        let symbolic = self.found.plan.symbolic();
        write_factor(page, symbolic)?;
        let wanted = match self.found.goal.wanted {
            Wanted::Lowest(count) => format!("the {count} lowest"),
            Wanted::Nearest { hz, count } => format!("the {count} nearest to {hz} Hz"),
            Wanted::Band { low_hz, high_hz } => format!("all from {low_hz} to {high_hz} Hz"),
        };
        let note = self.found.goal.note().map(|note| format!(", {note}")).unwrap_or_default();
        writeln!(page, "modes       {wanted}{note}")?;
        let effort = &self.found.modes.effort;
        writeln!(
            page,
            "effort      {}, {} of {}, {}{}",
            counted(effort.factorizations, "factorization"),
            counted(effort.steps, "step"),
            counted(effort.block_width, "column"),
            counted(effort.restarts, "restart"),
            if effort.slices > 1 { format!(", {} slices", effort.slices) } else { String::new() }
        )
    }

    fn write_seconds(&self, page: &mut String) -> fmt::Result {
        let (seconds, effort) = (&self.seconds, &self.found.modes.effort);
        let symbolic = self.found.plan.symbolic();
        write!(page, "seconds     read {:.3}", seconds.read)?;
        if self.pair.deck().is_some() {
            write!(page, ", assemble {:.3}", seconds.assemble)?;
        }
        write!(page, ", order {:.3}, symbolic {:.3}", symbolic.order_seconds(), symbolic.symbolic_seconds())?;
        write!(page, ", modes {:.3}", effort.seconds)?;
        write!(page, " (factor {:.3}, solve {:.3}", effort.factor_seconds, effort.solve_seconds)?;
        write!(
            page,
            ", orthogonalize {:.3}, check {:.3})",
            effort.orthogonalize_seconds, effort.check_seconds
        )?;
        writeln!(page, ", write {:.3}; {}", seconds.write, counted(rayon::current_num_threads(), "thread"))
    }

    fn write_table(&self, page: &mut String) -> fmt::Result {
        let modes = &self.found.modes;
        let hertz = modes.frequencies_hz();
        if hertz.is_empty() {
            return Ok(());
        }
        write!(page, "\n mode            Hz  residual")?;
        self.found.masses.write_heads(page)?;
        writeln!(page)?;
        for (mode, &hz) in hertz.iter().enumerate().take(TABLE_ROWS) {
            let shown = if hz == 0.0 { "rigid body".into() } else { six_digits(hz) };
            write!(page, "{:5}  {shown:>12}  {:8.1e}", mode + 1, modes.residuals[mode])?;
            self.found.masses.write_row(page, mode)?;
            writeln!(page)?;
        }
        match hertz.len().saturating_sub(TABLE_ROWS) {
            0 => Ok(()),
            more => writeln!(page, "       and {more} more"),
        }
    }
}
