//! The modes nearest to a frequency, and Sturm counts at both ends of the interval that they fill.

use super::ModesError;
use super::finish::{Found, refine};
use super::interval::{Interval, fill};
use super::lanczos::{Ending, Lanczos, Ritz, Target};
use super::options::RigidModes;
use super::orthonormal::Inner;
use super::problem::{Problem, SHARPENINGS};
use super::result::{Modes, Proof};
use super::work::Work;

/// Distances of eigenvalues from the shift that differ by less than this part count as equal: all are computed.
const CLOSE: f64 = 2e-4;

/// The counts are made beyond the last mode by at most this part of its distance.
const BEYOND: f64 = 0.01;

/// A shift is moved by this part of itself where an eigenvalue is within `TOO_NEAR` of it: that one would drown all others.
const MOVED: f64 = 1e-4;
const TOO_NEAR: f64 = 1e-7;

/// The same for a shift near zero, as part of the middle K_ii / M_ii: rigid-body modes.
const TOO_NEAR_ZERO: f64 = 1e-12;

/// Multiple of the tolerance to which the first mode is looked at.
const LOOSE: f64 = 1e3;

/// The `asked` modes nearest to `hz`.
pub(super) fn nearest(
    problem: &Problem<'_>,
    hz: f64,
    asked: usize,
    work: &mut Work,
) -> Result<Modes, ModesError> {
    if asked == 0 {
        return Err(ModesError::NoneAsked);
    }
    if asked > problem.massive {
        return Err(ModesError::TooMany { asked, exist: problem.massive });
    }
    let mut total = asked;
    loop {
        let (found, sigma, proof) = all_within(problem, hz, total, work)?;
        let judged = problem.judge(&found, work);
        let remove = problem.options.rigid == RigidModes::Remove;
        let elastic = judged.rigid.iter().filter(|&&rigid| !rigid).count();
        if remove && proof.is_complete() && elastic < asked {
            // Rigid-body modes took places of the wanted ones.
            total = asked + found.len() - elastic;
            work.forget();
            continue;
        }
        let mut order: Vec<usize> = (0..found.len()).filter(|&k| !(remove && judged.rigid[k])).collect();
        let distance = |k: &usize| (found.eigenvalues[*k] - sigma).abs();
        order.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));
        order.truncate(asked);
        order.sort_unstable();
        return Ok(judged.into_modes(&order, found.len() - elastic, sigma, proof, problem.settings(), work));
    }
}

/// So many modes and all that are as near to the frequency, the shift, and the proof.
fn all_within(
    problem: &Problem<'_>,
    hz: f64,
    total: usize,
    work: &mut Work,
) -> Result<(Found, f64, Proof), ModesError> {
    let capacity = Lanczos::capacity(problem.stiffness.size(), total, problem.settings().width);
    problem.check_memory(capacity, total)?;
    problem.progress.begin("converged modes", total as u64);
    let iterated = from_usable_shift(problem, hz, total, capacity, work);
    problem.progress.end();
    let (sigma, (found, ending, radius)) = iterated?;
    let (found, proof) = match radius {
        Some(radius) if found.len() > 0 => prove(problem, (sigma, radius), (found, ending), total, work)?,
        _ => (found, Proof::Short { from_hz: None, to_hz: None, found: 0, counted: total }),
    };
    Ok((found, sigma, proof))
}

/// What an iteration found, how it ended, and the radius around the shift within which there should be nothing else.
type Iterated = (Found, Ending, Option<f64>);

/// Iterates with a shift at `hz`, or as near to it as an eigenvalue allows.
fn from_usable_shift(
    problem: &Problem<'_>,
    hz: f64,
    asked: usize,
    capacity: usize,
    work: &mut Work,
) -> Result<(f64, Iterated), ModesError> {
    let start = problem.start();
    let start = start.as_ref().map(|(block, columns)| (&block[..], *columns));
    let mut moved = 0.0;
    loop {
        let (factor, count) = problem.count_near(hz, moved, work)?;
        let sigma = count.eigenvalue;
        let operator = problem.operator(&factor, sigma);
        let basis = problem.basis(work, capacity, Inner::Mass)?;
        let mut lanczos = Lanczos::new(operator, problem.settings(), basis, &[], start, &mut work.effort)?;
        lanczos.run(Target::Nearest(1), LOOSE, problem.progress, &mut work.effort)?;
        let reach = (TOO_NEAR * sigma.abs()).max(TOO_NEAR_ZERO * problem.scale);
        let too_near = lanczos.ritz().first().is_some_and(|ritz| (ritz.eigenvalue - sigma).abs() <= reach);
        let iterated =
            if too_near && moved == 0.0 { None } else { Some(iterate(problem, &mut lanczos, asked, work)?) };
        work.basis = Some(lanczos.into_basis());
        work.storage = factor.into_storage();
        if let Some(iterated) = iterated {
            return Ok((sigma, iterated));
        }
        work.remarks.clear();
        work.counts.clear();
        moved = MOVED;
    }
}

/// Goes on until the wanted modes have converged, with all that are as far away as the last one. Also returns the radius
/// around the shift within which there should be no further eigenvalue.
fn iterate(
    problem: &Problem<'_>,
    lanczos: &mut Lanczos<'_>,
    asked: usize,
    work: &mut Work,
) -> Result<Iterated, ModesError> {
    let mut goal = asked;
    loop {
        let ending = lanczos.run(Target::Nearest(goal), 1.0, problem.progress, &mut work.effort)?;
        let ritz: Vec<Ritz> = lanczos.ritz().to_vec();
        if ending == Ending::Exhausted && ritz.len() < asked {
            return Err(ModesError::TooMany { asked, exist: ritz.len() });
        }
        let converged = ritz.iter().take_while(|ritz| ritz.converged).count();
        let number = if ending == Ending::Reached { goal } else { converged.min(goal) };
        let distance = |k: usize| ritz.get(k).map(|ritz| (ritz.eigenvalue - lanczos.operator.sigma).abs());
        let (last, next) = (number.checked_sub(1).and_then(distance), distance(number));
        if let (Ending::Reached, Some(last), Some(next)) = (ending, last, next)
            && next - last < CLOSE * next
        {
            goal += 1;
            continue;
        }
        let radius = last.map(|last| {
            let room = next.map_or(last, |next| next - last);
            last + 0.5 * room.min(2.0 * BEYOND * last)
        });
        let found = refine(lanczos, &ritz[..number], &mut work.effort)?;
        let (found, _) = problem.sharpened(lanczos.operator, found, number, SHARPENINGS, work)?;
        return Ok((found, ending, radius));
    }
}

/// Counts at both ends, and looks for what is missing between them.
fn prove(
    problem: &Problem<'_>,
    (sigma, radius): (f64, f64),
    (found, ending): (Found, Ending),
    asked: usize,
    work: &mut Work,
) -> Result<(Found, Proof), ModesError> {
    let farthest = found.eigenvalues.iter().map(|value| (value - sigma).abs()).fold(0.0, f64::max);
    let ends = |side: f64| {
        [1.0, 0.5, 0.75, 0.25].map(|part| sigma + side * (farthest + part * (radius - farthest).max(0.0)))
    };
    let (factor, low) = problem.count_at(&ends(-1.0), work)?;
    work.storage = factor.into_storage();
    let (factor, high) = problem.count_at(&ends(1.0), work)?;
    let counted = high.below.saturating_sub(low.below);
    let interval =
        Interval { low: Some(low.eigenvalue), high: high.eigenvalue, counted, is_first: low.below == 0 };
    if found.len() < counted {
        let (found, _) = fill(problem, factor, high.eigenvalue, found, interval, work)?;
        let proof = interval.proof(found.len());
        return Ok((found, proof));
    }
    work.storage = factor.into_storage();
    let proof = match ending {
        // Those that were found are all around the shift, but fewer than asked for.
        Ending::GaveUp | Ending::Full if found.len() < asked => {
            Proof::Short { from_hz: None, to_hz: None, found: found.len(), counted: asked }
        }
        _ => interval.proof(found.len()),
    };
    Ok((found, proof))
}
