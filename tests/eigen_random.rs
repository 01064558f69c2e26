//! Random families: stored numbers from an independent program, moments, symmetry, definiteness, and
//! that a matrix depends on (seed, index) alone.

mod support;

use faer::linalg::solvers::Llt;
use faer::{Mat, MatRef, Side};
use modalsweep::eigen::Matrices;
use modalsweep::eigen::random::{
    Family, RandomMatrices, chain_mass_into, chain_pairs, chain_stiffness_into, stack,
};
use modalsweep::parallel::with_threads;
use support::tolerance;

fn matrix(family: Family, seed: u64, index: u64, n: usize) -> Mat<f64> {
    let mut values = vec![f64::NAN; n * n];
    family.matrix_into(seed, index, n, &mut values);
    MatRef::from_column_major_slice(&values, n, n).to_owned()
}

fn trace(a: &Mat<f64>) -> f64 {
    (0..a.nrows()).map(|i| a[(i, i)]).sum()
}

/// `tr A^2`
fn trace_of_square(a: &Mat<f64>) -> f64 {
    (0..a.nrows()).map(|i| (0..a.nrows()).map(|j| a[(i, j)] * a[(j, i)]).sum::<f64>()).sum()
}

/// Mean of a number over many matrices, and whether it is within five standard errors of `expected`.
fn check_mean(expected: f64, numbers: impl Iterator<Item = f64>) {
    let numbers: Vec<f64> = numbers.collect();
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let allowed = 5.0 * (variance / count).sqrt();
    assert!((mean - expected).abs() < allowed, "mean {mean}, expected {expected} within {allowed}");
}

/// Numbers of `tests/data/eigen/random_numbers.py`, which has its own ChaCha8.
#[test]
fn numbers_are_those_of_an_independent_program() {
    let mut lines = 0;
    for line in include_str!("data/eigen/random_numbers.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let family: Family = words[0].parse().unwrap();
        let (seed, index) = (words[1].parse().unwrap(), words[2].parse().unwrap());
        let mut found = [0.0; 16];
        family.matrix_into(seed, index, 4, &mut found);
        for (expected, found) in words[3..].iter().zip(found) {
            let error = tolerance::relative_error(found, expected.parse().unwrap());
            assert!(error <= 2.0 * tolerance::ULP, "{line}: {found}");
        }
        lines += 1;
    }
    assert_eq!(lines, 12);
}

#[test]
fn a_matrix_depends_on_seed_and_index_alone() {
    for family in Family::ALL {
        let all = stack(family, 9, 6, 7);
        let parallel = with_threads(4, || stack(family, 9, 6, 7)).unwrap();
        assert_eq!(all, parallel, "{family}");
        let lazily = RandomMatrices { family, count: 9, n: 6, seed: 7 };
        assert_eq!((lazily.len(), lazily.shape(3)), (9, (6, 6)));
        for index in [8, 0, 3] {
            let alone = matrix(family, 7, index as u64, 6);
            let mut copied = [0.0; 36];
            lazily.copy_into(index, &mut copied);
            for (position, &value) in copied.iter().enumerate() {
                let (i, j) = (position % 6, position / 6);
                assert_eq!(value, alone[(i, j)]);
                assert_eq!(value, all[(index, i, j)]);
            }
        }
        assert_ne!(matrix(family, 7, 0, 6), matrix(family, 7, 1, 6), "{family}");
        assert_ne!(matrix(family, 7, 0, 6), matrix(family, 8, 0, 6), "{family}");
    }
}

#[test]
fn families_have_names() {
    for family in Family::ALL {
        assert_eq!(family.to_string().parse(), Ok(family));
    }
    assert_eq!("GOE".parse(), Ok(Family::Goe));
    assert!("gaussian".parse::<Family>().unwrap_err().contains("goe"));
}

#[test]
fn empty_matrices_and_empty_stacks() {
    for family in Family::ALL {
        family.matrix_into(0, 0, 0, &mut []);
        assert_eq!(stack(family, 3, 0, 0).dim(), (3, 0, 0));
        assert_eq!(stack(family, 0, 3, 0).dim(), (0, 3, 3));
    }
}

#[test]
fn uniform_entries_have_the_moments_of_0_to_1() {
    let values: Vec<f64> = stack(Family::Uniform, 40, 50, 1).into_iter().collect();
    assert!(values.iter().all(|value| (0.0..1.0).contains(value)));
    check_mean(0.5, values.iter().copied());
    check_mean(1.0 / 3.0, values.iter().map(|x| x * x));
    check_mean(0.25, values.windows(2).map(|w| w[0] * w[1]));
}

#[test]
fn ginibre_entries_have_the_moments_of_the_normal_distribution() {
    let values: Vec<f64> = stack(Family::Ginibre, 40, 50, 1).into_iter().collect();
    let moments = [(1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0), (6, 15.0)];
    moments.iter().for_each(|&(power, moment)| check_mean(moment, values.iter().map(|x| x.powi(power))));
    check_mean(0.0, values.windows(2).map(|w| w[0] * w[1]));
    check_mean(1.0, values.windows(2).map(|w| (w[0] * w[1]).powi(2)));
    // P(|x| > 2) of the normal distribution.
    check_mean(0.045_500_263_896, values.iter().map(|x| f64::from(u8::from(x.abs() > 2.0))));
    let (matrices, n) = (|index| matrix(Family::Ginibre, 2, index, 8), 8.0);
    check_mean(0.0, (0..2000).map(|index| trace(&matrices(index))));
    check_mean(n, (0..2000).map(|index| trace_of_square(&matrices(index))));
}

#[test]
fn goe_has_its_trace_moments() {
    for n in [1, 2, 7, 30] {
        let size = n as f64;
        let matrices: Vec<_> = (0..1000).map(|index| matrix(Family::Goe, 3, index, n)).collect();
        check_mean(0.0, matrices.iter().map(trace));
        check_mean(2.0 * size, matrices.iter().map(|a| trace(a).powi(2)));
        check_mean(size * (size + 1.0), matrices.iter().map(trace_of_square));
    }
}

#[test]
fn wishart_has_mean_one_and_its_variances() {
    let n = 9;
    let matrices: Vec<_> = (0..1500).map(|index| matrix(Family::Wishart, 4, index, n)).collect();
    let degrees = 2.0 * n as f64;
    for (i, j) in [(0, 0), (8, 8), (3, 1), (8, 0)] {
        let same = f64::from(u8::from(i == j));
        check_mean(same, matrices.iter().map(|a| a[(i, j)]));
        check_mean((1.0 + same) / degrees, matrices.iter().map(|a| (a[(i, j)] - same).powi(2)));
    }
}

#[test]
fn symmetric_families_are_symmetric_and_definite_ones_definite() {
    for n in [1, 2, 3, 8, 17, 50] {
        for family in Family::ALL {
            let a = matrix(family, 5, 2, n);
            let symmetric = a.as_ref() == a.transpose();
            assert_eq!(symmetric, family.is_symmetric() || n == 1, "{family}, n = {n}");
        }
        for family in [Family::Wishart, Family::SpringMassChain] {
            assert!(Llt::new(matrix(family, 5, 2, n).as_ref(), Side::Lower).is_ok(), "{family}, n = {n}");
        }
    }
}

/// `A - s I` is definite.
fn is_above(a: &Mat<f64>, s: f64) -> bool {
    let shifted = Mat::from_fn(a.nrows(), a.nrows(), |i, j| a[(i, j)] - if i == j { s } else { 0.0 });
    Llt::new(shifted.as_ref(), Side::Lower).is_ok()
}

#[test]
fn chains_have_a_definite_stiffness_and_mass() {
    let (stiffness, mass) = chain_pairs(5, 12, 6);
    for index in 0..5 {
        let (mut k, mut m) = ([0.0; 144], [0.0; 144]);
        chain_stiffness_into(6, index as u64, 12, &mut k);
        chain_mass_into(6, index as u64, 12, &mut m);
        let [k, m] = [k, m].map(|values| MatRef::from_column_major_slice(&values, 12, 12).to_owned());
        for (i, j) in (0..12).flat_map(|i| (0..12).map(move |j| (i, j))) {
            assert_eq!((k[(i, j)], m[(i, j)]), (stiffness[(index, i, j)], mass[(index, i, j)]));
            assert_eq!((k[(i, j)], m[(i, j)]), (k[(j, i)], m[(j, i)]));
        }
        assert!(is_above(&k, 0.0) && is_above(&m, 0.5));
        // Springs between masses and to the ground alone: no force inside when all move together.
        let row = |i: usize| (0..12).map(|j| k[(i, j)]).sum::<f64>();
        assert!((1..11).all(|i| row(i).abs() < 12.0 * tolerance::ULP));
        assert!((0.5..1.5).contains(&row(0)) && (0.5..1.5).contains(&row(11)));
    }
}
