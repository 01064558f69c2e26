//! Published spectra (Harwell-Boeing) and closed forms with repeated eigenvalues: lattices of masses and springs.

mod support;

use std::path::Path;

use faer::Mat;
use modalsweep::modes::{ModesError, ModesOptions, Proof, Wanted, modes};
use modalsweep::parallel::Silent;
use support::chain::{ChainEnds, chain_eigenvalues, chain_mass, chain_stiffness};
use support::modes::{assert_close, check_counts, hz_of, lowest, solved};
use support::pencil::{BCSST01_PAIR, Pencil, bcsst01, of_entries, read, sparse};
use support::tolerance::ULP;

/// The eigenvalues of `tests/data/NAME_spectrum.txt`.
fn spectrum(name: &str) -> Vec<f64> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{name}_spectrum.txt"));
    std::fs::read_to_string(path).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

/// A backward error of some ulps of ||K|| moves each eigenvalue by as much.
fn rounding(spectrum: &[f64]) -> f64 {
    4.0 * ULP * spectrum.last().unwrap()
}

#[track_caller]
fn refusal(pencil: &Pencil, asked: usize) -> ModesError {
    let found = modes(&pencil.k, &pencil.m, Wanted::Lowest(asked), &ModesOptions::default(), &Silent);
    found.map(|found| found.proof).unwrap_err()
}

#[test]
fn bcsstk01_with_unit_masses() {
    let pencil = Pencil::standard(read("tests/data/bcsstk01.rsa"));
    let expected = spectrum("bcsstk01");
    for count in [1, 6, 20, 47, 48] {
        let found = lowest("bcsstk01", &pencil, count);
        assert_close("bcsstk01", &found.eigenvalues, &expected[..count], 1e-12, rounding(&expected));
        check_counts("bcsstk01", &found, &expected);
    }
    let all = lowest("bcsstk01", &pencil, 48);
    assert!(matches!(all.proof, Proof::Complete { to_hz: Some(_), counted: 48, .. }), "{:?}", all.proof);
    let error =
        modes(&pencil.k, &pencil.m, Wanted::Lowest(49), &ModesOptions::default(), &Silent).unwrap_err();
    assert_eq!(error, ModesError::TooMany { asked: 49, exist: 48 });
}

/// Lowest pairs that are 0.4 %, 1.2 % and 2e-5 apart.
#[test]
fn bcsstk03_has_close_pairs() {
    let pencil = Pencil::standard(read("tests/data/bcsstk03.mtx"));
    let expected = spectrum("bcsstk03");
    for count in [1, 3, 5, 6, 12, 60, 112] {
        let found = lowest("bcsstk03", &pencil, count);
        assert_close("bcsstk03", &found.eigenvalues, &expected[..count], 1e-12, rounding(&expected));
        check_counts("bcsstk03", &found, &expected);
    }
    // A band that ends between the fifth and the sixth.
    let between = hz_of(0.5 * (expected[4] + expected[5]));
    let wanted = Wanted::Band { low_hz: hz_of(5e4), high_hz: between };
    let found = solved("band", &pencil, wanted, &ModesOptions::default());
    assert_close("band", &found.eigenvalues, &expected[2..5], 1e-12, rounding(&expected));
}

/// 24 of 48 DOFs have no mass.
#[test]
fn bcsstk01_with_its_singular_mass() {
    let pencil = bcsst01();
    for count in [1, 8, 23, 24] {
        let found = lowest("pair", &pencil, count);
        assert_close("pair", &found.eigenvalues, &BCSST01_PAIR[..count], 1e-11, 0.0);
        check_counts("pair", &found, &BCSST01_PAIR);
    }
    for asked in [25, 48, 1000] {
        assert_eq!(refusal(&pencil, asked), ModesError::TooMany { asked, exist: 24 });
    }
}

#[track_caller]
fn check_closed_form(what: &str, pencil: &Pencil, mut expected: Vec<f64>, counts: &[usize]) {
    expected.sort_by(f64::total_cmp);
    let rounding = 8.0 * ULP * expected.last().unwrap();
    for &count in counts {
        let what = format!("{what}, {count} modes");
        let found = lowest(&what, pencil, count);
        assert_close(&what, &found.eigenvalues, &expected[..count], 1e-12, rounding);
        // A rigid motion may be counted on either side of its rounding; no count is taken there.
        check_counts(&what, &found, &expected);
        let rigid = expected.iter().filter(|&&value| value == 0.0).count();
        assert_eq!(found.rigid_count, rigid, "{what}");
    }
}

#[test]
fn chains() {
    for (ends, counts) in [
        (ChainEnds::Fixed, [1, 2, 10, 100]),
        (ChainEnds::Free, [1, 2, 10, 100]),
        // Pairs: even counts cut through one.
        (ChainEnds::Ring, [1, 2, 7, 24]),
    ] {
        let pencil = Pencil::of_dense((chain_stiffness(100, 3.0, ends), chain_mass(100, 0.5)));
        check_closed_form(&format!("{ends:?}"), &pencil, chain_eigenvalues(100, 3.0, 0.5, ends), &counts);
    }
}

/// Seven equal chains side by side: all eigenvalues seven times.
#[test]
fn seven_equal_chains() {
    let (n, copies) = (40, 7);
    let one = chain_stiffness(n, 2.0, ChainEnds::Fixed);
    let block = |m: &Mat<f64>| {
        let places = (0..copies).flat_map(|copy| (0..n).flat_map(move |j| (j..n).map(move |i| (copy, i, j))));
        let entries = places.map(|(copy, i, j)| (copy + copies * i, copy + copies * j, m[(i, j)]));
        of_entries(n * copies, entries.filter(|entry| entry.2 != 0.0).collect::<Vec<_>>())
    };
    let pencil = Pencil { k: block(&one), m: block(&chain_mass(n, 1.0)) };
    let expected = chain_eigenvalues(n, 2.0, 1.0, ChainEnds::Fixed).into_iter().flat_map(|value| [value; 7]);
    check_closed_form("seven chains", &pencil, expected.collect(), &[1, 4, 7, 10, 21, 30]);
    for width in [1, 2, 3] {
        let mut options = ModesOptions::default();
        options.block_width = Some(width);
        let found = solved("narrow", &pencil, Wanted::Lowest(14), &options);
        let expected: Vec<f64> = chain_eigenvalues(n, 2.0, 1.0, ChainEnds::Fixed)
            .into_iter()
            .flat_map(|value| [value; 7])
            .collect();
        assert_close("narrow", &found.eigenvalues, &expected[..14], 1e-12, 1e-14);
        check_counts("narrow", &found, &expected);
    }
}

/// A lattice of `sides` masses between springs of stiffness 1 along each axis: sums of the eigenvalues of chains. A side
/// of one mass is no axis.
fn lattice(sides: [usize; 3], ends: ChainEnds) -> (Pencil, Vec<f64>) {
    let [nx, ny, nz] = sides;
    let ends_of = |n: usize| if n == 1 { ChainEnds::Free } else { ends };
    let chains = sides.map(|n| chain_stiffness(n, 1.0, ends_of(n)));
    let place = |x: usize, y: usize, z: usize| x + nx * (y + ny * z);
    let mut entries = Vec::new();
    for (x, y, z) in (0..nz).flat_map(|z| (0..ny).flat_map(move |y| (0..nx).map(move |x| (x, y, z)))) {
        let here = place(x, y, z);
        entries.push((here, here, chains[0][(x, x)] + chains[1][(y, y)] + chains[2][(z, z)]));
        let mut couple = |there: usize, value: f64| {
            if value != 0.0 {
                entries.push((here, there, value));
            }
        };
        (x + 1..nx).for_each(|far| couple(place(far, y, z), chains[0][(x, far)]));
        (y + 1..ny).for_each(|far| couple(place(x, far, z), chains[1][(y, far)]));
        (z + 1..nz).for_each(|far| couple(place(x, y, far), chains[2][(z, far)]));
    }
    let values = sides.map(|n| chain_eigenvalues(n, 1.0, 1.0, ends_of(n)));
    let pairs = values[1].iter().flat_map(|b| values[2].iter().map(move |c| b + c));
    let sums = pairs.flat_map(|rest| values[0].iter().map(move |a| a + rest)).collect();
    (Pencil::standard(of_entries(nx * ny * nz, entries)), sums)
}

/// Multiplicities 1, 3, 3, 3, 1, 6, ... held; 1, 3, 3, 1, 3, 6, ... free.
#[test]
fn cubic_lattices() {
    for ends in [ChainEnds::Fixed, ChainEnds::Free] {
        let (pencil, expected) = lattice([8, 8, 8], ends);
        check_closed_form(&format!("cube, {ends:?}"), &pencil, expected, &[1, 2, 3, 4, 6, 7, 12, 20, 33]);
    }
}

/// Pairs held or free; on a torus multiplicities 1, 4, 4, 4, 8, ...
#[test]
fn square_lattices() {
    for ends in [ChainEnds::Fixed, ChainEnds::Free, ChainEnds::Ring] {
        let (pencil, expected) = lattice([20, 20, 1], ends);
        check_closed_form(&format!("square, {ends:?}"), &pencil, expected, &[2, 5, 16, 31]);
    }
}

/// K and M commute with everything: n copies of one eigenvalue.
#[test]
fn one_eigenvalue_many_times() {
    let n = 50;
    let diagonal = |value: f64| sparse(&Mat::from_fn(n, n, |i, j| if i == j { value } else { 0.0 }));
    let pencil = Pencil { k: diagonal(12.0), m: diagonal(3.0) };
    for count in [1, 2, 13, 49, 50] {
        let found = lowest("equal", &pencil, count);
        assert_close("equal", &found.eigenvalues, &vec![4.0; count], 1e-13, 0.0);
        check_counts("equal", &found, &[4.0; 50]);
    }
}
