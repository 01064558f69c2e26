//! Eigenvalues and mode shapes of many symmetric-definite pairs.

mod support;

use std::slice::from_ref;

use faer::{Mat, mat};
use modalsweep::eigen::{
    BatchOptions, EigenError, InstructionSet, Operand, PairSolver, Spectra, Vectors, pair_eigenvalues,
};
use modalsweep::parallel::with_threads;
use support::batch::{bits, sets};
use support::beam::{BeamEnd, BeamMass, CANTILEVER_NASTRAN_HZ, beam};
use support::chain::{ChainEnds, chain_eigenvalues, chain_mass, chain_stiffness};
use support::random::{Random, congruent};
use support::tolerance::{
    ORTHOGONALITY_RATIO, PAIR_RATIO, largest_relative_error, orthogonality_ratio, pair_ratio, printed,
    symmetric_values,
};

const SIZES: [usize; 17] = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50, 64, 65, 100, 130];

fn solver(set: InstructionSet, vectors: Vectors) -> PairSolver {
    PairSolver::new(BatchOptions::default().with_instruction_set(set), vectors).expect("available")
}

fn solve(stiffness: &[Mat<f64>], mass: &[Mat<f64>], vectors: Vectors) -> Spectra<f64> {
    let mut spectra = Spectra::new();
    let mut solver = solver(InstructionSet::detect(), vectors);
    solver.solve(stiffness, mass, &mut spectra).expect("as many masses");
    spectra
}

/// A pair made of known eigenvalues: `K = W' D W`, `M = W' W`, with the shapes `W^-1`.
fn known_pair(random: &mut Random, d: &[f64]) -> (Mat<f64>, Mat<f64>) {
    let w = random.well_conditioned(d.len());
    (congruent(&w, d), congruent(&w, &vec![1.0; d.len()]))
}

/// Eigenvalues between 1 and 2.
fn spread(n: usize) -> Vec<f64> {
    (0..n).map(|i| 1.0 + i as f64 / n as f64).collect()
}

/// Many pairs of many sizes.
fn mixed() -> (Vec<Mat<f64>>, Vec<Mat<f64>>) {
    let mut random = Random(41);
    let sizes = [9, 33, 9, 2, 50, 9, 9, 33, 0, 1, 9, 9, 9, 16, 33, 9, 9, 65, 9, 33, 33, 33, 33, 33, 33, 9];
    sizes.iter().map(|&n| known_pair(&mut random, &spread(n))).unzip()
}

#[test]
fn pairs_have_the_eigenvalues_they_were_made_of() {
    let mut random = Random(19);
    let (stiffness, mass): (Vec<_>, Vec<_>) =
        SIZES.iter().map(|&n| known_pair(&mut random, &spread(n))).unzip();
    for set in sets() {
        for vectors in [Vectors::None, Vectors::MassOrthonormal] {
            let mut spectra = Spectra::new();
            solver(set, vectors).solve(&stiffness, &mass, &mut spectra).expect("as many masses");
            for (spectrum, &n) in spectra.iter().zip(&SIZES) {
                let values = spectrum.expect("a spectrum").values;
                assert!(values.is_sorted());
                for (found, expected) in values.iter().zip(spread(n)) {
                    // The condition of the mass is below 20.
                    let error = (found - expected).abs();
                    assert!(error < 20.0 * symmetric_values(n, 2.0), "n = {n}, {set}: {error:e}");
                }
            }
        }
    }
}

#[test]
fn shapes_pass_the_ratios_of_lapack() {
    let mut random = Random(29);
    let (mut stiffness, mut mass): (Vec<_>, Vec<_>) =
        SIZES.iter().map(|&n| known_pair(&mut random, &spread(n))).unzip();
    for n in [3, 10, 40, 90] {
        stiffness.push(chain_stiffness(n, 3e6, ChainEnds::Ring));
        mass.push(chain_mass(n, 2e-3));
    }
    for set in sets() {
        let mut spectra = Spectra::new();
        solver(set, Vectors::MassOrthonormal).solve(&stiffness, &mass, &mut spectra).expect("as many masses");
        for (index, spectrum) in spectra.iter().enumerate() {
            let spectrum = spectrum.expect("a spectrum");
            let x = spectrum.vectors.expect("vectors");
            let (k, m) = (stiffness[index].as_ref(), mass[index].as_ref());
            let residual = pair_ratio(k, m, x, spectrum.values);
            let orthogonality = orthogonality_ratio(m, x);
            assert!(residual < PAIR_RATIO, "pair {index}, {set}: {residual}");
            assert!(orthogonality < ORTHOGONALITY_RATIO, "pair {index}, {set}: {orthogonality}");
        }
    }
}

#[test]
fn chains_have_their_closed_form() {
    let sizes = [1, 2, 5, 8, 30, 64, 100];
    for ends in [ChainEnds::Fixed, ChainEnds::Free] {
        let stiffness: Vec<_> = sizes.iter().map(|&n| chain_stiffness(n, 7e5, ends)).collect();
        let mass: Vec<_> = sizes.iter().map(|&n| chain_mass(n, 3e-2)).collect();
        let spectra = pair_eigenvalues(&stiffness, &mass).expect("as many masses");
        for (spectrum, &n) in spectra.iter().zip(&sizes) {
            let expected = chain_eigenvalues(n, 7e5, 3e-2, ends);
            for (found, expected) in spectrum.expect("a spectrum").values.iter().zip(&expected) {
                let error = (found - expected).abs();
                assert!(
                    error <= symmetric_values(n, 4.0 * 7e5 / 3e-2),
                    "n = {n}: {found:e}, not {expected:e}"
                );
            }
        }
    }
}

#[test]
fn large_pairs_take_the_other_path() {
    let sizes = [800, 801];
    let stiffness: Vec<_> = sizes.iter().map(|&n| chain_stiffness(n, 7e5, ChainEnds::Fixed)).collect();
    let mass: Vec<_> = sizes.iter().map(|&n| chain_mass(n, 3e-2)).collect();
    for (spectrum, &n) in solve(&stiffness, &mass, Vectors::None).iter().zip(&sizes) {
        let expected = chain_eigenvalues(n, 7e5, 3e-2, ChainEnds::Fixed);
        let found = spectrum.expect("a spectrum").values;
        // The other path has small errors of small eigenvalues, and larger ones of large eigenvalues.
        let condition = expected[n - 1] / expected[0];
        let allowed = condition * symmetric_values(n, 1.0);
        assert!(largest_relative_error(found, &expected) < allowed, "n = {n}");
    }
}

#[test]
fn units_of_any_size_change_nothing() {
    let mut random = Random(31);
    let (stiffness, mass) = known_pair(&mut random, &spread(20));
    let expected = pair_eigenvalues(&vec![stiffness.clone()], &vec![mass.clone()]).expect("one each");
    let expected = expected.get(0).expect("a spectrum").values.to_vec();
    for (k, m) in [(900, 600), (-900, -300), (500, -500), (-500, 500), (3, -4)] {
        let scaled =
            |a: &Mat<f64>, exponent: i32| Mat::from_fn(20, 20, |i, j| a[(i, j)] * 2f64.powi(exponent));
        let (stiffness, mass) = (vec![scaled(&stiffness, k)], vec![scaled(&mass, m)]);
        let spectra = solve(&stiffness, &mass, Vectors::MassOrthonormal);
        let spectrum = spectra.get(0).expect("a spectrum");
        let values: Vec<f64> = spectrum.values.iter().map(|value| value * 2f64.powi(m - k)).collect();
        assert!(largest_relative_error(&values, &expected) < symmetric_values(20, 20.0), "2^{k}, 2^{m}");
        if m.abs() <= 300 {
            let ratio = orthogonality_ratio(mass[0].as_ref(), spectrum.vectors.expect("vectors"));
            assert!(ratio < ORTHOGONALITY_RATIO, "2^{k}, 2^{m}: {ratio}");
        }
    }
}

#[test]
fn one_mass_gives_the_bits_of_many() {
    let mut random = Random(37);
    for n in [1, 8, 13, 40] {
        let mass = known_pair(&mut random, &spread(n)).1;
        let stiffness: Vec<_> = (0..13).map(|_| known_pair(&mut random, &spread(n)).0).collect();
        let masses = vec![mass.clone(); stiffness.len()];
        for set in sets() {
            for vectors in [Vectors::None, Vectors::MassOrthonormal] {
                let mut solver = solver(set, vectors);
                let (mut one, mut many) = (Spectra::new(), Spectra::new());
                solver.solve_with_one_mass(&stiffness, &mass, &mut one);
                solver.solve(&stiffness, &masses, &mut many).expect("as many masses");
                for index in 0..stiffness.len() {
                    assert_eq!(bits(&one, index), bits(&many, index), "n = {n}, {set}");
                }
            }
        }
    }
}

#[test]
fn bits_do_not_depend_on_neighbours() {
    let (mut stiffness, mut mass) = mixed();
    // Neighbours that fail, or take the other path, are no reason either.
    stiffness.push(chain_stiffness(9, 1.0, ChainEnds::Fixed));
    mass.push(Mat::from_fn(9, 9, |i, j| if i == j { i as f64 - 1.0 } else { 0.0 }));
    stiffness.push(chain_stiffness(9, 1.0, ChainEnds::Fixed));
    mass.push(Mat::from_fn(9, 9, |i, j| if i == j { (i % 2) as f64 } else { 0.0 }));
    let count = stiffness.len();
    let shuffled: Vec<usize> = (0..count).map(|i| (11 * i + 5) % count).collect();
    let pick = |all: &[Mat<f64>]| shuffled.iter().map(|&i| all[i].clone()).collect::<Vec<_>>();
    let (other_stiffness, other_mass) = (pick(&stiffness), pick(&mass));
    for vectors in [Vectors::None, Vectors::MassOrthonormal] {
        let all = solve(&stiffness, &mass, vectors);
        let moved = solve(&other_stiffness, &other_mass, vectors);
        for (position, &index) in shuffled.iter().enumerate().filter(|(_, index)| **index != count - 2) {
            assert_eq!(bits(&all, index), bits(&moved, position), "pair {index}");
        }
        for index in (0..count - 2).step_by(5) {
            let alone = solve(&stiffness[index..=index], &mass[index..=index], vectors);
            assert_eq!(bits(&all, index), bits(&alone, 0), "pair {index} alone");
        }
        assert_eq!(all.failures().map(|(index, _)| index).collect::<Vec<_>>(), [count - 2]);
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let (stiffness, mass) = mixed();
    let run = |threads: usize| {
        with_threads(threads, || solve(&stiffness, &mass, Vectors::MassOrthonormal)).expect("threads")
    };
    let one = run(1);
    for threads in [2, 4] {
        let many = run(threads);
        for index in 0..stiffness.len() {
            assert_eq!(bits(&one, index), bits(&many, index), "{threads} threads, pair {index}");
        }
    }
}

#[test]
fn massless_equations_give_infinite_eigenvalues_at_the_end() {
    let (stiffness, mass) = beam(10, BeamMass::Lumped, BeamEnd::Clamped);
    let n = stiffness.nrows();
    let spectra = solve(from_ref(&stiffness), from_ref(&mass), Vectors::MassOrthonormal);
    let spectrum = spectra.get(0).expect("solved through the stiffness");
    let hertz: Vec<f64> =
        spectrum.values[..n / 2].iter().map(|value| value.sqrt() / std::f64::consts::TAU).collect();
    assert!(largest_relative_error(&hertz, &CANTILEVER_NASTRAN_HZ) < 2.0 * printed(11));
    assert!(spectrum.values[n / 2..].iter().all(|&value| value == f64::INFINITY));
    let x = spectrum.vectors.expect("vectors");
    let finite = x.subcols(0, n / 2);
    // The other path's shapes are orthogonal to about eps lambda_j / lambda_1.
    let spread = spectrum.values[n / 2 - 1] / spectrum.values[0];
    assert!(orthogonality_ratio(mass.as_ref(), finite) < spread * ORTHOGONALITY_RATIO);
    assert!((n / 2..n).all(|j| x.col(j).iter().all(|&value| value == 0.0)));
}

#[test]
fn a_nearly_singular_mass_takes_the_other_path() {
    // The second mass is 1e-13 of the first: too little for a Cholesky factor of the mass.
    let stiffness = mat![[2.0, -1.0], [-1.0, 2.0]];
    let mass = mat![[1.0, 1.0], [1.0, 1.0 + 1e-13]];
    let spectra = solve(&[stiffness], &[mass], Vectors::None);
    let values = spectra.get(0).expect("solved through the stiffness").values;
    // det(K - lambda M) = 3 - lambda (6 + 2e-13) + lambda^2 1e-13
    assert!((values[0] - 0.5).abs() < 1e-12, "{values:?}");
}

#[test]
fn an_indefinite_mass_is_named_by_its_pivot() {
    let stiffness = vec![chain_stiffness(5, 1.0, ChainEnds::Fixed); 3];
    let mut mass = vec![chain_mass(5, 2.0); 3];
    mass[1][(3, 3)] = -4.0;
    let found = solve(&stiffness, &mass, Vectors::None);
    let reason = EigenError::NotPositiveDefinite { matrix: Operand::Mass, dof: 3, pivot: -4.0 };
    assert_eq!(found.failures().collect::<Vec<_>>(), [(1, reason)]);
    assert_eq!(reason.to_string(), "the mass matrix is not positive definite: pivot -4e0 at equation 4");
    let names = |dof: usize| format!("{}.1", dof + 100);
    assert!(reason.describe(names).ends_with("at DOF 103.1"));
    let mut spectra = Spectra::new();
    PairSolver::default().solve_with_one_mass(&stiffness, &mass[1], &mut spectra);
    assert_eq!(spectra.failures().collect::<Vec<_>>(), [(0, reason), (1, reason), (2, reason)]);
}

#[test]
fn motion_without_mass_and_stiffness_is_told_as_such() {
    let stiffness = mat![[1.0, 0.0], [0.0, 0.0]];
    let mass = mat![[1.0, 0.0], [0.0, 0.0]];
    let found = solve(&[stiffness], &[mass], Vectors::None);
    assert!(matches!(found.get(0), Err(EigenError::SharedNullVector { dof: 1, .. })), "{:?}", found.get(0));
}

#[test]
fn an_indefinite_stiffness_has_negative_eigenvalues() {
    let stiffness = mat![[1.0, 2.0], [2.0, 1.0]];
    let mass = mat![[2.0, 0.0], [0.0, 2.0]];
    let found = solve(&[stiffness], &[mass], Vectors::None);
    assert!(largest_relative_error(found.get(0).expect("definite mass").values, &[-0.5, 1.5]) < 1e-15);
}

#[test]
fn bad_pairs_fail_alone() {
    let mut stiffness: Vec<_> = (0..12).map(|_| chain_stiffness(6, 2.0, ChainEnds::Fixed)).collect();
    let mut mass: Vec<_> = (0..12).map(|_| chain_mass(6, 1.0)).collect();
    stiffness[1][(4, 2)] = f64::NAN;
    stiffness[9][(0, 3)] = f64::NAN; // in the upper triangle: not read
    mass[2][(5, 5)] = f64::INFINITY;
    stiffness[4] = Mat::zeros(6, 5);
    mass[5] = Mat::zeros(3, 6);
    mass[7] = chain_mass(5, 1.0);
    let expected = chain_eigenvalues(6, 2.0, 1.0, ChainEnds::Fixed);
    for vectors in [Vectors::None, Vectors::MassOrthonormal] {
        let spectra = solve(&stiffness, &mass, vectors);
        let reasons = [
            (1, EigenError::NonFinite { matrix: Operand::Stiffness, row: 4, col: 2 }),
            (2, EigenError::NonFinite { matrix: Operand::Mass, row: 5, col: 5 }),
            (4, EigenError::NotSquare { matrix: Operand::Stiffness, rows: 6, cols: 5 }),
            (5, EigenError::NotSquare { matrix: Operand::Mass, rows: 3, cols: 6 }),
            (7, EigenError::SizeMismatch { matrix: Operand::Mass, expected: 6, found: 5 }),
        ];
        assert_eq!(spectra.failures().collect::<Vec<_>>(), reasons);
        for spectrum in spectra.iter().flatten() {
            assert!(largest_relative_error(spectrum.values, &expected) < symmetric_values(6, 10.0));
        }
    }
}

#[test]
fn a_bad_common_mass_is_the_fault_of_all() {
    let stiffness =
        vec![chain_stiffness(4, 1.0, ChainEnds::Fixed), chain_stiffness(6, 1.0, ChainEnds::Fixed)];
    let mut mass = chain_mass(4, 1.0);
    let mut spectra = Spectra::new();
    let mut solver = PairSolver::default();
    solver.solve_with_one_mass(&stiffness, &mass, &mut spectra);
    assert!(spectra.get(0).is_ok());
    let mismatch = EigenError::SizeMismatch { matrix: Operand::Mass, expected: 6, found: 4 };
    assert_eq!(spectra.get(1).err(), Some(mismatch));
    mass[(3, 1)] = f64::NAN;
    solver.solve_with_one_mass(&stiffness[..1], &mass, &mut spectra);
    let reason = EigenError::NonFinite { matrix: Operand::Mass, row: 3, col: 1 };
    assert_eq!(spectra.failures().collect::<Vec<_>>(), [(0, reason)]);
}

#[test]
fn each_stiffness_needs_its_mass() {
    let three = vec![chain_mass(2, 1.0); 3];
    let error = pair_eigenvalues(&three, &three[..2].to_vec()).err();
    assert_eq!(error, Some(EigenError::CountMismatch { expected: 3, found: 2 }));
    assert!(pair_eigenvalues(&three[..0].to_vec(), &three[..0].to_vec()).expect("nothing").is_empty());
}
