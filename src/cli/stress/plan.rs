//! What is going to be done, and whether there is memory for it.

use modalsweep::stress::StressRecovery;

use super::super::Common;
use super::super::deck::check_memory;
use super::super::failure::Failure;
use super::source::Cases;
use super::StressArgs;

/// Cases that are recovered and written together; the library's passes are as long.
const MOST_CASES_TOGETHER: usize = 32;

/// Sizes of a run.
pub struct Plan<'a> {
    pub args: &'a StressArgs,
    /// Number of cases.
    pub cases: usize,
    /// Cases that are recovered and written together.
    pub chunk: usize,
}

impl<'a> Plan<'a> {
    /// Takes as many cases together as there is memory for.
    pub fn new(
        args: &'a StressArgs,
        common: &Common,
        recovery: &StressRecovery,
        cases: &Cases,
    ) -> Result<Self, Failure> {
        let model = recovery.model();
        let (points, nodes) = (recovery.point_count() as u64, model.node_ids().len() as u64);
        let elements: u64 = model.blocks().iter().map(|block| block.len() as u64).sum();
        let kept = if args.envelope_only { 8 } else { 8 + 48 };
        // Lanes are padded: eight cases at least have their displacements packed.
        let each = 16 * model.equations().count() as u64 + 24 * nodes + kept * points;
        let packed = 8 * 24 * nodes;
        let modes = if args.covariance.is_some() { 2 * 48 * points * cases.count() as u64 } else { 0 };
        let fixed = cases.resident_bytes() + packed + modes + 16 * points + (24 + 64) * elements;
        let help = match args.envelope_only {
            true => "raise --memory",
            false => "take --envelope-only, which keeps no stresses, or raise --memory",
        };
        check_memory(common, "the recovery of one case", fixed + each, help)?;
        let left = common.memory.remaining().map_or(u64::MAX, |left| left - (fixed + each).min(left));
        let chunk = 1 + usize::try_from(left / each.max(1)).unwrap_or(usize::MAX).min(MOST_CASES_TOGETHER - 1);
        Ok(Self { args, cases: cases.count(), chunk })
    }
}
