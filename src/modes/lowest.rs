//! The lowest modes: one factor below all eigenvalues, and a Sturm count above the last mode.

use super::ModesError;
use super::finish::{Found, place_of_negative_mass, refine, sharpen};
use super::interval::{Interval, fill};
use super::judged::Judged;
use super::lanczos::{Ending, Lanczos, Operator, Ritz, Settings, Target};
use super::options::RigidModes;
use super::orthonormal::Inner;
use super::problem::{Problem, SHARPENINGS};
use super::result::{Effort, Modes, Proof, SturmCount, frequency_hz};
use super::small::{Dense, dense_modes, is_small};
use super::work::Work;
use crate::parallel::Progress;

/// The list is not cut, and no count made, between modes whose eigenvalues are nearer than this part of theirs.
const CLOSE: f64 = 2e-4;

/// The count is made above the last mode by at most this part of the larger one of its eigenvalue and the next.
const ABOVE: f64 = 0.01;

/// The least negative shift of a dense solution where K is singular, as part of the middle K_ii / M_ii.
const DENSE_SHIFT: f64 = 1e-3;

/// How often the tolerance is tightened by a factor of ten where residuals are larger than foreseen.
const TIGHTENINGS: usize = 2;

/// Modes beside half of the wanted ones that are sharpened along with poor ones.
const COMPANY: usize = 16;

/// What one iteration came to.
pub(super) struct Iterated {
    pub found: Found,
    pub judged: Judged,
    pub ending: Ending,
    /// The next eigenvalue after the found ones, roughly.
    pub next: Option<f64>,
    pub shift: f64,
}

/// What becomes of an iteration.
enum Outcome {
    Done(Box<Iterated>),
    /// It needs another inner product, or a larger basis.
    Again(Ending),
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
    let mut iterate_in = |inner: Inner, wanted: usize| {
        let capacity = Lanczos::capacity(problem.stiffness.size(), wanted, settings.width);
        problem.check_memory(capacity, wanted)?;
        let basis = problem.basis(work, capacity, inner)?;
        let lanczos = Lanczos::new(operator, settings, basis, &[], start, &mut work.effort)?;
        iterate(problem, Source::Lanczos(Box::new(lanczos)), asked, work)
    };
    let iterated = if is_small(problem.stiffness.size(), asked) {
        dense(problem, sigma).and_then(|dense| iterate(problem, Source::Dense(operator, dense), asked, work))
    } else {
        let (mut inner, mut wanted) = (Inner::Mass, asked);
        loop {
            match iterate_in(inner, wanted) {
                Ok(Outcome::Again(Ending::Polluted)) if inner == Inner::Mass => inner = Inner::Stiffness,
                // So many modes are as close to the last one.
                Ok(Outcome::Again(Ending::Full)) if wanted < problem.stiffness.size() => wanted *= 4,
                other => break other,
            }
        }
    };
    problem.progress.end();
    let Outcome::Done(iterated) = iterated? else { return Err(ModesError::NotANumber) };
    work.storage = factor.into_storage();
    prove(problem, *iterated, asked, work)
}

/// All modes of a small pair.
fn dense(problem: &Problem<'_>, sigma: f64) -> Result<Dense, ModesError> {
    // A chosen shift may be far below the modes; one nearer to them gives eigenvalues of one size.
    let chosen = sigma != 0.0 && problem.options.shift_hz.is_none();
    let sigma = if chosen { sigma.min(-DENSE_SHIFT * problem.scale) } else { sigma };
    let shifted = problem.plan.shifted(problem.stiffness, problem.mass, sigma)?;
    let shifted = shifted.permuted_without_zeros(problem.plan.symbolic().places());
    dense_modes(&shifted, &problem.ordered_mass.matrix, sigma)
}

/// Where approximate modes come from.
enum Source<'a> {
    Lanczos(Box<Lanczos<'a>>),
    Dense(Operator<'a>, Dense),
}

impl<'a> Source<'a> {
    fn operator(&self) -> Operator<'a> {
        match self {
            Self::Lanczos(lanczos) => lanczos.operator,
            Self::Dense(operator, _) => *operator,
        }
    }

    fn run(
        &mut self,
        goal: usize,
        tighten: f64,
        progress: &dyn Progress,
        effort: &mut Effort,
    ) -> Result<Ending, ModesError> {
        match self {
            Self::Lanczos(lanczos) => {
                let ending = lanczos.run(Target::Lowest(goal), tighten, progress, effort)?;
                match lanczos.negative_mass() {
                    Some(ritz) => {
                        Err(ModesError::NegativeMassMotion { dof: place_of_negative_mass(lanczos, ritz) })
                    }
                    None => Ok(ending),
                }
            }
            Self::Dense(_, dense) if goal <= dense.eigenvalues.len() => Ok(Ending::Reached),
            Self::Dense(..) => Ok(Ending::Exhausted),
        }
    }

    /// Eigenvalues above the shift, ascending, and how many of them have converged, up to the first that has not.
    fn eigenvalues(&self) -> (Vec<f64>, usize) {
        match self {
            Self::Lanczos(lanczos) => {
                let above: Vec<&Ritz> = lanczos.ritz().iter().filter(|ritz| ritz.is_above_shift()).collect();
                let converged = above.iter().take_while(|ritz| ritz.converged).count();
                (above.iter().map(|ritz| ritz.eigenvalue).collect(), converged)
            }
            Self::Dense(_, dense) => (dense.eigenvalues.clone(), dense.eigenvalues.len()),
        }
    }

    /// Modes of the first of them.
    fn refine(&self, number: usize, effort: &mut Effort) -> Result<Found, ModesError> {
        match self {
            Self::Lanczos(lanczos) => {
                let above = lanczos.ritz().iter().filter(|ritz| ritz.is_above_shift());
                refine(lanczos, &above.take(number).copied().collect::<Vec<_>>(), effort)
            }
            Self::Dense(operator, dense) => sharpen(*operator, dense.weighed.first(number)?, number, effort),
        }
    }
}

/// Goes on until the wanted modes have converged, with all that are close to the last one.
fn iterate(
    problem: &Problem<'_>,
    mut source: Source<'_>,
    asked: usize,
    work: &mut Work,
) -> Result<Outcome, ModesError> {
    let (mut goal, mut tighten, mut tightened) = (asked, 1.0, 0);
    let iterated = loop {
        let ending = source.run(goal, tighten, problem.progress, &mut work.effort)?;
        let (eigenvalues, converged) = source.eigenvalues();
        if matches!(ending, Ending::Polluted | Ending::Full) {
            break Outcome::Again(ending);
        }
        if ending == Ending::Exhausted && eigenvalues.len() < asked {
            return Err(ModesError::TooMany { asked, exist: eigenvalues.len() });
        }
        let reached = ending == Ending::Reached;
        let number = if reached { goal } else { converged.min(goal) };
        let next = eigenvalues.get(number).copied();
        let sigma = source.operator().sigma;
        // The list ends, and the count is made, where there is a gap.
        if reached && next.is_none_or(|next| next - eigenvalues[goal - 1] < CLOSE * (next - sigma)) {
            goal += 1;
            continue;
        }
        // What is poor at the first look gets the company of modes behind it, so that those don't disturb.
        let company = if tightened == 0 { 0 } else { (eigenvalues.len() - number).min(number / 2 + COMPANY) };
        let rounds = if tightened == 0 { SHARPENINGS } else { 5 * SHARPENINGS };
        let found = source.refine(number + company, &mut work.effort)?;
        let (found, judged) = problem.sharpened(source.operator(), found, number, rounds, work)?;
        let elastic = judged.rigid.iter().filter(|&&rigid| !rigid).count();
        if reached && problem.options.rigid == RigidModes::Remove && elastic < asked {
            goal += asked - elastic;
            continue;
        }
        if ending == Ending::Exhausted && problem.options.rigid == RigidModes::Remove && elastic < asked {
            return Err(ModesError::TooMany { asked, exist: elastic });
        }
        let poor = !judged.poor(problem.options.tolerance).is_empty();
        if reached && poor && tightened < TIGHTENINGS {
            (tighten, tightened) = (0.1 * tighten, tightened + 1);
            continue;
        }
        break Outcome::Done(Box::new(Iterated { found, judged, ending, next, shift: sigma }));
    };
    if let Source::Lanczos(lanczos) = source {
        work.basis = Some(lanczos.into_basis());
    }
    Ok(iterated)
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
        Some(next) => (next - last).min(2.0 * ABOVE * next.abs().max(last.abs())),
        None => 2.0 * ABOVE * last.abs().max(-problem.below_rigid()),
    };
    let shifts: Vec<f64> = [0.5, 0.25, 0.75, 0.4, 0.6].iter().map(|part| last + part * room).collect();
    let (factor, count) = problem.count_at(&shifts, work)?;
    let interval = Interval { low: None, high: count.eigenvalue, counted: count.below, is_first: true };
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
