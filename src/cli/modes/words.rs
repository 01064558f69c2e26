//! What a list of modes is worth, in sentences.

use modalsweep::modes::{Modes, Proof};

use super::super::figures::{grouped, six_digits};
use super::ModesArgs;

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
            let found = if *found == 0 { "none".into() } else { grouped(*found as u64) };
            format!("{found} of {}{place} converged: the list is not complete", modes(*counted))
        }
    }
}

/// Sentences for the page, the proof first.
pub fn sentences(found: &Modes, args: &ModesArgs) -> Vec<String> {
    let mut all = vec![proof(&found.proof)];
    match found.rigid_count {
        0 => {}
        count => {
            all.push(format!("rigid-body modes: {count}{}", if args.elastic { ", left out" } else { "" }))
        }
    }
    // What was chosen by the program is among the remarks.
    if args.shift.is_some() {
        all.push(format!("factorized at a shift of {} Hz", six_digits(shift_hz(found))));
    }
    let residuals = found.residuals.iter().copied().enumerate();
    if let Some((mode, worst)) = residuals.max_by(|a, b| a.1.total_cmp(&b.1)) {
        let (number, defect) = (mode + 1, found.orthogonality_defect);
        let limit = if worst > args.tolerance { ", as far as rounding allows" } else { "" };
        all.push(format!(
            "largest residual {worst:.1e} in mode {number}{limit}; shapes M-orthonormal to {defect:.1e}"
        ));
    }
    all.extend(found.remarks.iter().cloned());
    all
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
        assert_eq!(complete(None, None, 4), "4 modes: the model has no more, none is missing");
        let nothing = Proof::Short { from_hz: None, to_hz: None, found: 0, counted: 20 };
        assert_eq!(proof(&nothing), "none of 20 modes converged: the list is not complete");
        let short = Proof::Short { from_hz: None, to_hz: Some(50.0), found: 3, counted: 5 };
        let none = Proof::Short { from_hz: Some(7.5), to_hz: None, found: 0, counted: 2 };
        assert_eq!(proof(&none), "none of 2 modes above 7.50000 Hz converged: the list is not complete");
        assert_eq!(proof(&short), "3 of 5 modes below 50.0000 Hz converged: the list is not complete");
    }

    #[test]
    fn modes_are_called_by_their_frequency() {
        let names = [849.41512, 0.0, -12.5].map(frequency);
        assert_eq!(names, ["849.415 Hz", "rigid body", "unstable, -12.5000 Hz"]);
    }
}
