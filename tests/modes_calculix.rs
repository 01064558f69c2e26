//! Natural frequencies against what CalculiX 2.20 printed for the decks of `data/`, and against a dense computation where
//! it has another element or another mass; the count proved in all of them.

mod support;

#[path = "support/decks.rs"]
mod decks;
#[path = "support/printed.rs"]
mod printed;

use decks::{data, example};
use modalsweep::model::MassScheme;
use support::modes::lowest;
use support::pencil::Pencil;

/// Half a unit of the last printed digit, of a number such as `0.1875959E+05` or `1702.363`.
fn half_a_unit(word: &str) -> f64 {
    let (mantissa, exponent) = word.split_once(['E', 'e']).unwrap_or((word, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, after)| after.len());
    0.5 * 10f64.powi(exponent.parse::<i32>().unwrap() - decimals as i32)
}

#[track_caller]
fn assert_printed(what: &str, found: &[f64], words: &[&str], allowed: impl Fn(&str) -> f64) {
    assert_eq!(found.len(), words.len(), "{what}");
    for (mode, (found, word)) in found.iter().zip(words).enumerate() {
        let expected: f64 = word.parse().unwrap();
        let error = (found - expected).abs();
        assert!(error <= allowed(word), "{what}, mode {}: {found} Hz is not {word}, {error:e}", mode + 1);
    }
}

/// Lines `deck [scheme] f1 f2 ...`.
#[track_caller]
fn check_decks(file: &str, scheme_of: impl Fn(&str) -> Option<MassScheme>, allowed: impl Fn(&str) -> f64) {
    let text = printed::text(&data(file));
    let mut checked = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let first = words.iter().position(|word| word.parse::<f64>().is_ok()).expect("a frequency");
        let Some(scheme) = scheme_of(words[first - 1]) else { continue };
        let what = words[..first].join(" ");
        let pencil = Pencil::of_model(&example(&format!("decks/{}_frequency.inp", words[0])), scheme);
        let found = lowest(&what, &pencil, words.len() - first);
        assert_eq!(found.rigid_count, 0, "{what}");
        assert_printed(&what, &found.frequencies_hz(), &words[first..], &allowed);
        checked += 1;
    }
    assert!(checked >= 4, "{checked} decks");
}

#[test]
fn distorted_solids() {
    check_decks("decks/frequencies.txt", |_| Some(MassScheme::Calculix), half_a_unit);
}

/// The reference has five points in each direction, enough for any mass; ours has fifteen or 27, enough for straight edges:
/// curved ones cost up to 1.2e-4 here (C3D20R, eighth mode).
#[test]
fn other_schemes_of_the_mass_and_other_elements() {
    let scheme = |name: &str| match name {
        "consistent" => Some(MassScheme::Consistent),
        "points" => Some(MassScheme::Calculix),
        _ => None,
    };
    check_decks("decks/frequencies_numpy.txt", scheme, |word| 2e-4 * word.parse::<f64>().unwrap());
}

#[track_caller]
fn check_bracket(what: &str, pencil: &Pencil) {
    let text = printed::text(&data("bracket/frequencies.txt"));
    let words: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).map(str::trim).collect();
    assert_eq!(words.len(), 20);
    let found = lowest(what, pencil, 20);
    assert_printed(what, &found.frequencies_hz(), &words, half_a_unit);
}

#[test]
fn bracket_from_its_deck() {
    check_bracket("deck", &Pencil::of_model(&example("bracket/bracket.inp"), MassScheme::Calculix));
}

#[test]
fn bracket_from_exported_matrices() {
    check_bracket("export", &Pencil::of_files("data/bracket/bracket.sti.gz", "data/bracket/bracket.mas.gz"));
}
