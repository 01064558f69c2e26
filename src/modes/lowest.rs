//! The lowest modes: one factor below all eigenvalues, and a Sturm count above the last mode.

use super::ModesError;
use super::finish::{Found, Judged, place_of_negative_mass, refine};
use super::interval::{Interval, fill};
use super::lanczos::{Ending, Lanczos, Ritz, Settings, Target};
use super::options::RigidModes;
use super::orthonormal::Inner;
use super::problem::{Problem, Work};
use super::result::{Modes, Proof, SturmCount, frequency_hz};

/// The list is not cut, and no count made, between modes whose eigenvalues are nearer than this part of theirs.
const CLOSE: f64 = 2e-4;

/// The count is made above the last mode by at most this part of the next eigenvalue.
const ABOVE: f64 = 0.01;

/// How often the tolerance is tightened by a factor of ten where residuals are larger than foreseen.
const TIGHTENINGS: usize = 4;

/// What one iteration came to.
pub(super) struct Iterated {
    pub found: Found,
    pub judged: Judged,
    pub ending: Ending,
    /// The next eigenvalue after the found ones, roughly.
    pub next: Option<f64>,
    pub shift: f64,
}

/// The `asked` lowest modes.
pub(super) fn lowest(problem: &Problem<'_>, asked: usize, work: &mut Work) -> Result<Modes, ModesError> {
    if asked == 0 {
        return Err(ModesError::NoneAsked);
    }
    if asked > problem.massive {
        return Err(ModesError::TooMany { asked, exist: problem.massive });
    }
    let settings = Settings { heed_pollution: true, ..problem.settings() };
    let capacity = Lanczos::capacity(problem.stiffness.size(), asked, settings.width);
    problem.check_memory(capacity, asked)?;
    let (factor, sigma) = problem.definite_factor(work)?;
    let operator = problem.operator(&factor, sigma);
    let start = problem.start();
    let start = start.as_ref().map(|(block, columns)| (&block[..], *columns));
    problem.progress.begin("converged modes", asked as u64);
    let mut iterate_in = |inner: Inner| {
        let basis = problem.basis(work, capacity, inner)?;
        let mut lanczos = Lanczos::new(operator, settings, basis, &[], start, &mut work.effort)?;
        let iterated = iterate(problem, &mut lanczos, asked, work);
        work.basis = Some(lanczos.into_basis());
        iterated
    };
    let iterated = match iterate_in(Inner::Mass) {
        Ok(None) => iterate_in(Inner::Stiffness),
        other => other,
    };
    problem.progress.end();
    let Some(iterated) = iterated? else { return Err(ModesError::NotANumber) };
    work.storage = factor.into_storage();
    prove(problem, iterated, asked, work)
}

/// Goes on until the wanted modes have converged, with all that are close to the last one. `None`: in the inner product
/// of M this can't be done.
fn iterate(
    problem: &Problem<'_>,
    lanczos: &mut Lanczos<'_>,
    asked: usize,
    work: &mut Work,
) -> Result<Option<Iterated>, ModesError> {
    let (mut goal, mut tighten, mut tightened) = (asked, 1.0, 0);
    loop {
        let ending = lanczos.run(Target::Lowest(goal), tighten, problem.progress, &mut work.effort)?;
        let ritz: Vec<Ritz> = lanczos.ritz().iter().filter(|ritz| ritz.is_above_shift()).copied().collect();
        if ending == Ending::Exhausted && ritz.len() < asked {
            return Err(ModesError::TooMany { asked, exist: ritz.len() });
        }
        let converged = ritz.iter().take_while(|ritz| ritz.converged).count();
        let number = if ending == Ending::Reached { goal } else { converged.min(goal) };
        let next = ritz.get(number).map(|ritz| ritz.eigenvalue);
        if ending == Ending::Polluted {
            return Ok(None);
        }
        if ending == Ending::Reached && next.is_none() {
            // The count needs to know what comes next.
            goal += 1;
            continue;
        }
        if ending == Ending::Reached
            && let Some(next) = next
            && next - ritz[goal - 1].eigenvalue < CLOSE * (next - lanczos.operator.sigma)
        {
            goal += 1;
            continue;
        }
        if let Some(ritz) = lanczos.negative_mass() {
            return Err(ModesError::NegativeMassMotion { dof: place_of_negative_mass(lanczos, ritz) });
        }
        let found = refine(lanczos, &ritz[..number], &mut work.effort)?;
        let (found, judged) = problem.sharpened(lanczos.operator, found, work)?;
        let elastic = judged.rigid.iter().filter(|&&rigid| !rigid).count();
        if ending == Ending::Reached && problem.options.rigid == RigidModes::Remove && elastic < asked {
            goal += asked - elastic;
            continue;
        }
        let poor = !judged.poor(problem.options.tolerance).is_empty();
        if ending == Ending::Reached && poor && tightened < TIGHTENINGS {
            (tighten, tightened) = (0.1 * tighten, tightened + 1);
            continue;
        }
        return Ok(Some(Iterated { found, judged, ending, next, shift: lanczos.operator.sigma }));
    }
}

/// Counts the eigenvalues below a shift just above the found ones, and looks for those that are missing.
fn prove(
    problem: &Problem<'_>,
    iterated: Iterated,
    asked: usize,
    work: &mut Work,
) -> Result<Modes, ModesError> {
    let Iterated { mut found, mut judged, ending, next, shift } = iterated;
    let Some(&last) = found.eigenvalues.last() else {
        let proof = Proof::Short { from_hz: None, to_hz: None, found: 0, counted: asked };
        return Ok(assemble(problem, judged, asked, shift, proof, work));
    };
    let room = match next {
        Some(next) => (next - last).min(ABOVE * 2.0 * next.abs()),
        None => 2.0 * ABOVE * last.abs().max(-problem.below_rigid()),
    };
    let shifts: Vec<f64> = [0.5, 0.25, 0.75, 0.4, 0.6].iter().map(|part| last + part * room).collect();
    let (factor, count) = problem.count_at(&shifts, work)?;
    let interval = Interval { low: None, high: count.eigenvalue, counted: count.below };
    let mut complete = found.len() == count.below;
    if found.len() < count.below {
        (found, complete) = fill(problem, factor, count.eigenvalue, found, interval, work)?;
        judged = problem.judge(&found, work);
    } else {
        work.storage = factor.into_storage();
    }
    let wanted = if problem.options.rigid == RigidModes::Remove {
        asked + judged.rigid.iter().filter(|&&rigid| rigid).count()
    } else {
        asked
    };
    if let Some(near) = uncertain(&judged, &count) {
        work.remarks.push(format!(
            "the count at {} Hz is uncertain: the mode at {} Hz is as near as rounding",
            count.hz,
            frequency_hz(near)
        ));
    }
    let proof = match (complete, ending) {
        (false, _) => interval.short(found.len()),
        (true, Ending::GaveUp) if found.len() < wanted => {
            Proof::Short { from_hz: Some(count.hz), to_hz: None, found: 0, counted: wanted - found.len() }
        }
        (true, _) => Proof::Complete {
            from_hz: None,
            to_hz: Some(frequency_hz(count.eigenvalue)),
            counted: count.below,
        },
    };
    Ok(assemble(problem, judged, asked, shift, proof, work))
}

/// An eigenvalue so near to a count that the backward error of its factorization might have moved it across.
fn uncertain(judged: &Judged, count: &SturmCount) -> Option<f64> {
    let near = |&(eigenvalue, scale): &(&f64, &f64)| {
        (*eigenvalue - count.eigenvalue).abs() <= count.probe_residual * scale
    };
    judged.eigenvalues.iter().zip(&judged.energy_scales).find(near).map(|(eigenvalue, _)| *eigenvalue)
}

fn assemble(
    problem: &Problem<'_>,
    judged: Judged,
    asked: usize,
    shift: f64,
    proof: Proof,
    work: &mut Work,
) -> Modes {
    let rigid_count = judged.rigid.iter().filter(|&&rigid| rigid).count();
    let remove = problem.options.rigid == RigidModes::Remove;
    let listed = (0..judged.eigenvalues.len()).filter(|&k| !(remove && judged.rigid[k]));
    let listed: Vec<usize> = listed.take(asked).collect();
    judged.into_modes(&listed, rigid_count, shift, proof, problem.settings(), work)
}
