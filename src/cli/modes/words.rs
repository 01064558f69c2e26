//! What a list of modes is worth, in sentences.

use modalsweep::modes::{Modes, Proof, Wanted};

use super::super::figures::{grouped, six_digits};
use super::goal::Goal;
use super::{Found, ModesArgs};

/// Modes that are named one by one.
const MOST_NAMED: usize = 8;

/// A frequency as a name of its mode.
pub fn frequency(hz: f64) -> String {
    match hz {
        0.0 => "rigid body".into(),
        hz if hz < 0.0 => format!("unstable, {} Hz", six_digits(hz)),
        hz => format!("{} Hz", six_digits(hz)),
    }
}

/// What the counts say of the list.
pub fn proof(proof: &Proof) -> String {
    match proof {
        Proof::Complete { from_hz: None, to_hz: None, counted } => {
            format!("{}: the model has no more, none is missing", modes(*counted))
        }
        Proof::Complete { from_hz, to_hz, counted } => {
            format!("{}{}, by Sturm count: none is missing", modes(*counted), interval(*from_hz, *to_hz))
        }
        Proof::Short { from_hz, to_hz, found, counted } => {
            let place = interval(*from_hz, *to_hz);
            if found > counted {
                let (found, counted) = (modes(*found), grouped(*counted as u64));
                return format!(
                    "{found}{place}, but the Sturm count says {counted}: one of the two is wrong"
                );
            }
            let found = if *found == 0 { "none".into() } else { grouped(*found as u64) };
            format!("{found} of {}{place} converged: the list is not complete", modes(*counted))
        }
    }
}

/// What makes the list doubtful: modes that are missing, and modes that are not as good as they should be.
pub fn doubts(found: &Modes, tolerance: f64) -> Vec<String> {
    let missing = (!found.proof.is_complete()).then(|| proof(&found.proof));
    missing.into_iter().chain(poor(&found.unconverged, &found.residuals, tolerance)).collect()
}

/// The modes that have not reached the tolerance, by their numbers.
fn poor(unconverged: &[usize], residuals: &[f64], tolerance: f64) -> Option<String> {
    let worst = unconverged.iter().map(|&mode| residuals[mode]).max_by(f64::total_cmp)?;
    let named: Vec<String> = unconverged.iter().take(MOST_NAMED).map(|mode| (mode + 1).to_string()).collect();
    let (named, more) = (named.join(", "), if unconverged.len() > MOST_NAMED { ", ..." } else { "" });
    let modes = modes(unconverged.len());
    Some(format!("the residual of {modes} is above {tolerance:e}, {worst:.1e} at worst: {named}{more}"))
}

/// Sentences for the page, the proof first.
pub fn sentences(found: &Found, args: &ModesArgs) -> Vec<String> {
    let (found, goal) = (&found.modes, &found.goal);
    let mut all = vec![proof(&found.proof) + &not_listed(found, goal)];
    match found.rigid_count {
        0 => {}
        count => {
            let left_out = if rigid_listed(found) < count && args.elastic { ", left out" } else { "" };
            all.push(format!("rigid-body modes: {count}{left_out}"))
        }
    }
    // What was chosen by the program is among the remarks.
    if args.shift.is_some() {
        all.push(format!("factorized at a shift of {} Hz", six_digits(shift_hz(found))));
    }
    let residuals = found.residuals.iter().copied().enumerate();
    if let Some((mode, worst)) = residuals.max_by(|a, b| a.1.total_cmp(&b.1)) {
        let (number, defect) = (mode + 1, found.orthogonality_defect);
        let limit = match worst > args.tolerance {
            true if found.unconverged.is_empty() => ", as far as rounding allows",
            true => ", above the tolerance",
            false => "",
        };
        all.push(format!(
            "largest residual {worst:.1e} in mode {number}{limit}; shapes M-orthonormal to {defect:.1e}"
        ));
    }
    all.extend(found.remarks.iter().cloned());
    all
}

/// How many rigid-body modes are in the list.
pub fn rigid_listed(found: &Modes) -> usize {
    found.eigenvalues.iter().filter(|&&eigenvalue| eigenvalue == 0.0).count()
}

/// Counted modes that the list does not have, where it has all that was asked for.
fn not_listed(found: &Modes, goal: &Goal) -> String {
    let Proof::Complete { counted, .. } = found.proof else { return String::new() };
    let (listed, rigid) =
        (found.eigenvalues.len(), found.rigid_count - rigid_listed(found).min(found.rigid_count));
    // Rigid-body modes that are left out have their own sentence.
    let rigid = if goal.is_elastic { rigid } else { 0 };
    match (counted.saturating_sub(listed + rigid), goal.wanted) {
        (0, _) => String::new(),
        (others, Wanted::Lowest(_)) => {
            format!(
                "; {others} more than asked for lie close to the last one, -n {} lists them",
                listed + others
            )
        }
        (others, Wanted::Nearest { .. }) => format!("; {others} of them farther away than those listed"),
        (others, Wanted::Band { .. }) => format!("; {others} of them outside of the band"),
    }
}

/// The shift as a frequency, negative below zero.
pub fn shift_hz(found: &Modes) -> f64 {
    let hz = found.shift.abs().sqrt() / std::f64::consts::TAU;
    if found.shift < 0.0 { -hz } else { hz }
}

fn modes(count: usize) -> String {
    match count {
        0 => "no modes".into(),
        1 => "1 mode".into(),
        _ => format!("{} modes", grouped(count as u64)),
    }
}

fn interval(from_hz: Option<f64>, to_hz: Option<f64>) -> String {
    match (from_hz.map(six_digits), to_hz.map(six_digits)) {
        (None, None) => String::new(),
        (None, Some(to)) => format!(" below {to} Hz"),
        (Some(from), None) => format!(" above {from} Hz"),
        (Some(from), Some(to)) if from_hz < Some(0.0) => {
            format!(" between {from} Hz, so that rigid-body modes are counted, and {to} Hz")
        }
        (Some(from), Some(to)) => format!(" between {from} and {to} Hz"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_in_words() {
        let complete = |from_hz, to_hz, counted| proof(&Proof::Complete { from_hz, to_hz, counted });
        assert_eq!(
            complete(None, Some(7012.3), 16),
            "16 modes below 7012.30 Hz, by Sturm count: none is missing"
        );
        assert_eq!(
            complete(Some(100.0), Some(200.0), 1),
            "1 mode between 100.000 and 200.000 Hz, by Sturm count: none is missing"
        );
        assert_eq!(
            complete(Some(-0.5), Some(200.0), 8),
            "8 modes between -0.500000 Hz, so that rigid-body modes are counted, and 200.000 Hz, by Sturm count: none \
             is missing"
        );
        assert_eq!(complete(None, None, 4), "4 modes: the model has no more, none is missing");
        let nothing = Proof::Short { from_hz: None, to_hz: None, found: 0, counted: 20 };
        assert_eq!(proof(&nothing), "none of 20 modes converged: the list is not complete");
        let short = Proof::Short { from_hz: None, to_hz: Some(50.0), found: 3, counted: 5 };
        let more = Proof::Short { from_hz: None, to_hz: Some(50.0), found: 6, counted: 5 };
        assert!(proof(&more).contains("but the Sturm count says 5"), "{}", proof(&more));
        let none = Proof::Short { from_hz: Some(7.5), to_hz: None, found: 0, counted: 2 };
        assert_eq!(proof(&none), "none of 2 modes above 7.50000 Hz converged: the list is not complete");
        assert_eq!(proof(&short), "3 of 5 modes below 50.0000 Hz converged: the list is not complete");
    }

    #[test]
    fn modes_that_did_not_converge_have_numbers() {
        assert_eq!(poor(&[], &[1e-9], 1e-8), None);
        let named = poor(&[0, 2], &[3e-8, 1e-9, 2e-6], 1e-8);
        assert_eq!(named.as_deref(), Some("the residual of 2 modes is above 1e-8, 2.0e-6 at worst: 1, 3"));
        let many: Vec<usize> = (4..20).collect();
        let named = poor(&many, &[1e-5; 20], 1e-8).unwrap();
        assert!(
            named.ends_with("of 16 modes is above 1e-8, 1.0e-5 at worst: 5, 6, 7, 8, 9, 10, 11, 12, ...")
        );
    }

    #[test]
    fn modes_are_called_by_their_frequency() {
        let names = [849.41512, 0.0, -12.5].map(frequency);
        assert_eq!(names, ["849.415 Hz", "rigid body", "unstable, -12.5000 Hz"]);
    }
}
