//! What is going to be done, and whether there is memory for it.

use modalsweep::stress::StressRecovery;

use super::super::Common;
use super::super::deck::check_memory;
use super::super::failure::Failure;
use super::source::Cases;
use super::{StressArgs, VtuChoice};

/// Cases that are recovered and written together; the library's passes are as long.
const MOST_CASES_TOGETHER: usize = 32;

/// Cases that the .vtu file shows unless it is asked for more.
const MOST_CASES_SHOWN: usize = 20;

/// What the .vtu file holds beside the mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// Displacements and stresses of all cases, and the envelope.
    All,
    /// The envelope.
    Envelope,
    /// There is no such file.
    None,
}

/// Sizes of a run.
pub struct Plan<'a> {
    pub args: &'a StressArgs,
    /// Number of cases.
    pub cases: usize,
    /// Cases that are recovered and written together.
    pub chunk: usize,
    /// What the .vtu file holds.
    pub fields: Fields,
    /// What a user should know, one sentence each.
    pub notes: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Takes as many cases together as there is memory for.
    pub fn new(
        args: &'a StressArgs,
        common: &Common,
        recovery: &StressRecovery,
        cases: &Cases,
    ) -> Result<Self, Failure> {
        let (fields, note) = fields(args, cases.count());
        let model = recovery.model();
        let (points, nodes) = (recovery.point_count() as u64, model.node_ids().len() as u64);
        let elements: u64 = model.blocks().iter().map(|block| block.len() as u64).sum();
        let kept = if args.envelope_only { 8 } else { 8 + 48 } + if args.principal { 96 } else { 0 };
        // Lanes are padded: eight cases at least have their displacements packed.
        let each = 16 * model.equations().count() as u64 + 24 * nodes + kept * points;
        let packed = 8 * 24 * nodes;
        let modes = if args.covariance.is_some() { 2 * 48 * points * cases.count() as u64 } else { 0 };
        let shown = if fields == Fields::All { 8 * 9 * nodes * cases.count() as u64 } else { 0 };
        let grid = if fields == Fields::None { 0 } else { 80 * nodes + 4 * 20 * elements };
        let fixed = cases.resident_bytes() + packed + modes + shown + grid + 16 * points + 88 * elements;
        let slim = fixed - shown - modes + each - kept * points + 8 * points;
        let help = match common.memory.remaining() {
            Some(left) if !args.envelope_only && slim <= left => {
                "take --envelope-only, which keeps no stresses, or raise --memory"
            }
            _ => "raise --memory",
        };
        check_memory(common, "the recovery of one case", fixed + each, help)?;
        let left = common.memory.remaining().map_or(u64::MAX, |left| left - (fixed + each).min(left));
        let chunk =
            1 + usize::try_from(left / each.max(1)).unwrap_or(usize::MAX).min(MOST_CASES_TOGETHER - 1);
        Ok(Self {
            args,
            cases: cases.count(),
            chunk,
            fields,
            notes: cases.note(model).into_iter().chain(note).collect(),
        })
    }
}

/// What the .vtu file holds, and what to say about it.
fn fields(args: &StressArgs, cases: usize) -> (Fields, Option<String>) {
    match args.vtu {
        Some(VtuChoice::None) => (Fields::None, None),
        Some(VtuChoice::Envelope) => (Fields::Envelope, None),
        _ if args.envelope_only => (Fields::Envelope, None),
        None if cases > MOST_CASES_SHOWN => {
            let note =
                format!("the .vtu file shows the envelope alone: {cases} cases; --vtu all shows them all");
            (Fields::Envelope, Some(note))
        }
        _ => (Fields::All, None),
    }
}
