//! What `eig` prints: a page for people, or one JSON object.

use std::fmt::{self, Write};

use anyhow::Result;
use modalsweep::eigen::{EigenError, Operand};
use serde_json::{Value, json};

use super::super::Common;
use super::super::figures::{grouped, megabytes};
use super::super::machine::peak_memory_bytes;
use super::super::output::tell;
use super::plan::Plan;
use super::run::Done;
use super::{EigArgs, Kind};

/// Failed matrices that are named on standard error.
const WARNINGS: usize = 5;

/// Natural frequencies of a single pair on the page.
const FREQUENCIES_SHOWN: usize = 6;

/// A run, done.
pub struct Report<'a> {
    pub args: &'a EigArgs,
    pub plan: &'a Plan,
    pub done: &'a Done,
    pub total_seconds: f64,
}

impl Report<'_> {
    pub fn print(&self, common: &Common) -> Result<()> {
        tell(common, || self.as_json(), |page| self.write_page(page))?;
        self.warn();
        Ok(())
    }

    fn per_second(&self) -> Option<f64> {
        let seconds = self.done.stream.compute_seconds;
        (self.plan.count > 0 && seconds > 0.0).then(|| self.plan.count as f64 / seconds)
    }

    fn as_json(&self) -> Value {
        let (plan, stream, summary) = (self.plan, &self.done.stream, &self.done.summary);
        let reasons = summary.failures();
        let failed = reasons.map(|(index, reason)| json!({ "index": index, "reason": reason.to_string() }));
        let mut object = json!({
            "command": "eig",
            "version": env!("CARGO_PKG_VERSION"),
            "count": plan.count,
            "size": plan.size,
            "kind": plan.kind.name(),
            "failed_count": summary.failed.len(),
            "failed_indices": summary.failed,
            "failed_listed": summary.reasons.len(),
            "failed": failed.collect::<Vec<_>>(),
            "smallest_magnitude": summary.magnitudes.map(|(smallest, _)| smallest),
            "largest_magnitude": summary.magnitudes.map(|(_, largest)| largest),
            "read_seconds": stream.read_seconds,
            "compute_seconds": stream.compute_seconds,
            "write_seconds": stream.deliver_seconds,
            "total_seconds": self.total_seconds,
            "matrices_per_second": self.per_second(),
            "chunk": plan.chunk,
            "threads": rayon::current_num_threads(),
            "instruction_set": plan.batch.instruction_set.name(),
            "peak_memory_bytes": peak_memory_bytes(),
            "files": self.done.files,
        });
        if let (Value::Object(all), Some(hertz)) = (&mut object, &summary.frequencies_hz) {
            // JSON has no infinity: motions without mass are counted instead.
            let finite: Vec<f64> = hertz.iter().copied().filter(|hz| hz.is_finite()).collect();
            all.insert("infinite_frequencies".into(), json!(hertz.len() - finite.len()));
            all.insert("frequencies_hz".into(), json!(finite));
        }
        object
    }

    fn write_page(&self, page: &mut String) -> fmt::Result {
        let (plan, stream, summary) = (self.plan, &self.done.stream, &self.done.summary);
        writeln!(
            page,
            "matrices    {} {}, {} x {}",
            grouped(plan.count as u64),
            match (plan.kind, plan.count) {
                (Kind::Pair, 0 | 2..) => "pairs",
                (kind, _) => kind.name(),
            },
            plan.size,
            plan.size
        )?;
        if let Some((smallest, largest)) = summary.magnitudes {
            writeln!(page, "|lambda|    {smallest:.6e} to {largest:.6e}")?;
        }
        if let Some(hertz) = &summary.frequencies_hz {
            let shown: Vec<String> =
                hertz.iter().take(FREQUENCIES_SHOWN).map(|hz| format!("{hz:.4}")).collect();
            let more = if hertz.len() > shown.len() { ", ..." } else { "" };
            writeln!(page, "Hz          {}{more}", shown.join(", "))?;
        }
        writeln!(
            page,
            "seconds     read {:.3}, compute {:.3}, write {:.3}, total {:.3}",
            stream.read_seconds, stream.compute_seconds, stream.deliver_seconds, self.total_seconds
        )?;
        if let Some(rate) = self.per_second() {
            let (rate, each) = (grouped(rate.round() as u64), 1000.0 / rate);
            write!(page, "speed       {rate} matrices a second, {each:.4} ms each; ")?;
            writeln!(page, "{} thread(s), {}", rayon::current_num_threads(), plan.batch.instruction_set)?;
        }
        if let Some(peak) = peak_memory_bytes() {
            writeln!(page, "memory      {} at most", megabytes(peak))?;
        }
        if !self.done.files.is_empty() {
            writeln!(page, "\nwritten to {}", self.done.files.join(", "))?;
        }
        Ok(())
    }

    /// Names the failed matrices on standard error.
    fn warn(&self) {
        let (summary, count) = (&self.done.summary, self.plan.count);
        for (index, reason) in summary.failures().take(WARNINGS) {
            let mass = reason.operand().filter(|&matrix| matrix == Operand::Mass);
            let file = mass.and_then(|_| self.args.file_at_fault(reason));
            let file = file.map(|path| format!("{}: ", path.display())).unwrap_or_default();
            eprintln!("warning: {file}matrix {} of {count}: {reason}", index + 1);
        }
        let failed = summary.failed.len();
        if failed > WARNINGS {
            eprintln!("warning: and {} more", failed - WARNINGS);
        }
        if failed > 0 {
            let rows = if self.done.files.is_empty() { "" } else { "; their rows are NaN" };
            let matrices = if failed == count { "all".into() } else { format!("{failed} of") };
            eprintln!("warning: {matrices} {count} matrices failed{rows}");
        }
        if let Some(help) = summary.reasons.first().and_then(EigenError::help) {
            eprintln!("help: {help}");
        }
    }
}
