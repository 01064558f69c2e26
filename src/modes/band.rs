//! All modes of a band of frequencies: Sturm counts at its ends say how many there are, and where it holds many it is cut
//! into slices, which are worked on concurrently.

use rayon::prelude::*;

use super::ModesError;
use super::finish::Found;
use super::interval::{Interval, all_inside};
use super::lanczos::Lanczos;
use super::options::RigidModes;
use super::problem::{Problem, digits};
use super::result::{Effort, Modes, Proof, SturmCount, eigenvalue_of, frequency_hz};
use super::work::Work;
use crate::parallel::Workspaces;

/// Most modes of a slice.
const MODES_PER_SLICE: usize = 32;

/// The band is counted with ends further out by this part of them, so that a mode on an end is found.
const MARGIN: f64 = 1e-6;

/// Modes whose frequency is outside of the band by less than this part are in it.
const ON_THE_END: f64 = 1e-9;

/// All modes between two frequencies.
pub(super) fn band(
    problem: &Problem<'_>,
    low_hz: f64,
    high_hz: f64,
    work: &mut Work,
) -> Result<Modes, ModesError> {
    for (what, value) in [("the lower end of the band", low_hz), ("the upper end of the band", high_hz)] {
        if !value.is_finite() {
            return Err(ModesError::NotFinite { what, value });
        }
    }
    if low_hz >= high_hz {
        return Err(ModesError::BandOrder { low_hz, high_hz });
    }
    let width = problem.settings().width;
    problem
        .check_memory(Lanczos::capacity(problem.stiffness.size(), MODES_PER_SLICE, width), MODES_PER_SLICE)?;
    let low = count_end(problem, eigenvalue_of(low_hz), -1.0, work)?;
    let high = count_end(problem, eigenvalue_of(high_hz), 1.0, work)?;
    let whole = Slice { low, high };
    let slices = cut(problem, whole, work)?;
    work.effort.slices = slices.len();
    problem.progress.begin("converged modes", whole.interval().counted as u64);
    let parts = solve(problem, &slices, work);
    problem.progress.end();
    let parts = parts?;
    let complete =
        parts.iter().zip(&slices).all(|((found, _), slice)| found.len() == slice.interval().counted);
    let first_short =
        parts.iter().zip(&slices).find(|((found, _), slice)| found.len() != slice.interval().counted);
    let proof = match first_short {
        Some(((found, _), slice)) if !complete => slice.interval().short(found.len()),
        _ => whole.interval().proof(whole.interval().counted),
    };
    let found = join(problem, parts.into_iter().map(|(found, _)| found).collect())?;
    list(problem, &found, (low_hz, high_hz), proof, work)
}

/// What of the found modes lies within the band as the user gave it.
fn list(
    problem: &Problem<'_>,
    found: &Found,
    (low_hz, high_hz): (f64, f64),
    proof: Proof,
    work: &mut Work,
) -> Result<Modes, ModesError> {
    let judged = problem.judge(found, work);
    let inside = |k: &usize| {
        let hz = frequency_hz(judged.eigenvalues[*k]);
        let near = |end: f64| (hz - end).abs() <= ON_THE_END * end.abs();
        (low_hz..=high_hz).contains(&hz) || near(low_hz) || near(high_hz)
    };
    let remove = problem.options.rigid == RigidModes::Remove;
    let inside: Vec<usize> = (0..found.len()).filter(inside).collect();
    let rigid_count = inside.iter().filter(|&&k| judged.rigid[k]).count();
    let listed: Vec<usize> = inside.iter().copied().filter(|&k| !(remove && judged.rigid[k])).collect();
    for (k, &eigenvalue) in judged.eigenvalues.iter().enumerate() {
        let hz = frequency_hz(eigenvalue);
        for end in [low_hz, high_hz] {
            if eigenvalue != 0.0 && (hz - end).abs() <= MARGIN * end.abs() {
                let what = if inside.contains(&k) { "in the list" } else { "left out" };
                let hz = digits(hz, 9);
                work.remarks.push(format!("a mode at {hz} Hz lies on the end {end} Hz of the band: {what}"));
            }
        }
    }
    let middle = 0.5 * (eigenvalue_of(low_hz) + eigenvalue_of(high_hz));
    Ok(judged.into_modes(&listed, rigid_count, middle, proof, problem.settings(), work))
}

/// Two counts and what is between them.
#[derive(Debug, Clone, Copy)]
struct Slice {
    low: SturmCount,
    high: SturmCount,
}

impl Slice {
    fn interval(&self) -> Interval {
        Interval {
            low: Some(self.low.eigenvalue),
            high: self.high.eigenvalue,
            counted: self.high.below.saturating_sub(self.low.below),
            is_first: self.low.below == 0,
        }
    }
}

/// Counts a little outside of an end.
fn count_end(problem: &Problem<'_>, end: f64, side: f64, work: &mut Work) -> Result<SturmCount, ModesError> {
    let unit = (MARGIN * end.abs()).max(if end.abs() < -problem.below_rigid() {
        -problem.below_rigid()
    } else {
        0.0
    });
    let shifts = [1.0, 1.5, 2.5, 10.0, 100.0].map(|part| end + side * part * unit);
    let (factor, count) = problem.count_at(&shifts, work)?;
    work.storage = factor.into_storage();
    Ok(count)
}

/// Cuts a band in halves until no slice holds many modes.
fn cut(problem: &Problem<'_>, whole: Slice, work: &mut Work) -> Result<Vec<Slice>, ModesError> {
    let mut open = vec![whole];
    let mut slices = Vec::new();
    while let Some(slice) = open.pop() {
        let interval = slice.interval();
        let (low, width) = (slice.low.eigenvalue, slice.high.eigenvalue - slice.low.eigenvalue);
        // Closer copies of one eigenvalue can't be told apart.
        let narrow = width <= MARGIN * slice.high.eigenvalue.abs();
        if interval.counted <= MODES_PER_SLICE || narrow {
            if interval.counted > 0 {
                slices.push(slice);
            }
            continue;
        }
        let shifts = [0.5, 0.51, 0.49, 0.45, 0.55].map(|part| low + part * width);
        let (factor, middle) = problem.count_at(&shifts, work)?;
        work.storage = factor.into_storage();
        open.push(Slice { low: slice.low, high: middle });
        open.push(Slice { low: middle, high: slice.high });
    }
    slices.sort_by(|a, b| a.low.eigenvalue.total_cmp(&b.low.eigenvalue));
    Ok(slices)
}

/// The modes of each slice, as many slices at a time as memory and threads allow.
fn solve(problem: &Problem<'_>, slices: &[Slice], work: &mut Work) -> Result<Vec<(Found, bool)>, ModesError> {
    let at_once = slices_at_once(problem);
    let workers: Workspaces<Work> = Workspaces::default();
    let first = std::mem::take(&mut work.storage);
    workers.with(|| Work { storage: first, ..Work::default() }, |_| ());
    let one = |slice: &Slice| {
        workers.with(Work::default, |worker| {
            let result = all_inside(problem, slice.interval(), worker);
            (result, std::mem::take::<Effort>(&mut worker.effort))
        })
    };
    let mut parts = Vec::new();
    for group in slices.chunks(at_once) {
        let done: Vec<_> = group.par_iter().with_max_len(1).map(one).collect();
        for (result, effort) in done {
            work.effort.add(&effort);
            parts.push(result?);
        }
    }
    workers.with(Work::default, |worker| {
        work.storage = std::mem::take(&mut worker.storage);
    });
    Ok(parts)
}

fn slices_at_once(problem: &Problem<'_>) -> usize {
    let threads = rayon::current_num_threads();
    let Some(limit) = problem.options.memory_limit else { return threads };
    let (rows, width) = (problem.stiffness.size(), problem.settings().width);
    let columns = Lanczos::capacity(rows, MODES_PER_SLICE, width) + 3 * MODES_PER_SLICE;
    let each = problem.plan.symbolic().factor_bytes() + 8 * (rows * columns) as u64;
    threads.min((limit / each.max(1)) as usize).max(1)
}

/// All slices in one list, orthonormal across their ends too.
fn join(problem: &Problem<'_>, parts: Vec<Found>) -> Result<Found, ModesError> {
    if parts.len() == 1 {
        return parts.into_iter().next().map_or_else(|| Found::none(problem.stiffness.size()), Ok);
    }
    let found = Found::join(parts, problem.stiffness.size())?;
    found.orthonormalized()
}
