//! Indefinite factorizations: inertia and solutions against closed forms and dense eigenvalues.

use faer::Side;
use modalsweep::factor::{Factor, FactorError, FactorOptions, Ordering};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::parallel::Silent;

mod support;

use support::chain::{ChainEnds, chain_eigenvalues};
use support::indefinite::{
    check_solves, dense, eigenvalues, indefinite, matrix_of, negative, orderings, plan, random_grid,
    random_sparse, shifted_chain,
};
use support::random::Random;
use support::solid::{LowerCsc, SolidFace, solid};

#[test]
fn chains_between_all_their_eigenvalues() {
    for ends in [ChainEnds::Fixed, ChainEnds::Free, ChainEnds::Ring] {
        for n in [3, 8, 17, 75, 300] {
            let values = chain_eigenvalues(n, 1.0, 1.0, ends);
            let symbolic = plan(&shifted_chain(n, ends, 0.5), Ordering::Auto);
            for below in 0..=n {
                let low = if below == 0 { -1.0 } else { values[below - 1] };
                let high = values.get(below).copied().unwrap_or(5.0);
                // The rings' eigenvalues come in pairs, alike but for rounding.
                if high - low < 1e-9 {
                    continue;
                }
                let sigma = 0.5 * (low + high);
                let matrix = shifted_chain(n, ends, sigma);
                match Factor::indefinite(&symbolic, &matrix, &FactorOptions::default(), &Silent) {
                    Ok(factor) => assert_eq!(factor.negative_pivots(), below, "{ends:?} {n} {sigma}"),
                    // A leading part may be singular just there: never twice in the gap.
                    Err(FactorError::ZeroPivot { .. } | FactorError::ProbeFailed { .. }) => {
                        let matrix = shifted_chain(n, ends, low + 0.41 * (high - low));
                        let factor =
                            Factor::indefinite(&symbolic, &matrix, &FactorOptions::default(), &Silent);
                        assert_eq!(factor.unwrap().negative_pivots(), below, "{ends:?} {n} beside {sigma}");
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

/// Two chains that don't touch, one of them stiffer by a hair: every eigenvalue is one of a close pair.
#[test]
fn between_the_two_of_a_close_pair() {
    let n = 40;
    let values = chain_eigenvalues(n, 1.0, 1.0, ChainEnds::Fixed);
    for gap in [1e-3, 1e-6, 1e-9] {
        for k in [0, 1, 7, 20, 38, 39] {
            let sigma = values[k] * (1.0 + 0.5 * gap);
            let entries = (0..2 * n).flat_map(|i| {
                let spring = if i < n { 1.0 } else { 1.0 + gap };
                let next = (i + 1 != n && i + 1 != 2 * n).then_some((i, i + 1, -spring));
                std::iter::once((i, i, 2.0 * spring - sigma)).chain(next)
            });
            let factor = indefinite(&matrix_of(2 * n, entries), Ordering::Auto).unwrap();
            assert_eq!(factor.negative_pivots(), 2 * k + 1, "gap {gap}, pair {k}");
        }
    }
}

#[test]
fn random_matrices_against_their_dense_eigenvalues() {
    let (mut counted, mut refused) = (0, 0);
    for (size, per_row) in [(1, 0), (2, 1), (7, 1), (16, 2), (17, 3), (64, 2), (129, 3)] {
        for seed in 0..12 {
            let shift = [0.0, 0.3, -0.7, 2.0, -5.0][seed as usize % 5];
            let matrix = random_sparse(size, per_row, shift, 1000 * size as u64 + seed);
            check_one(&matrix, &mut counted, &mut refused);
        }
    }
    for seed in 0..6 {
        let shift = [0.0, 0.4, -1.5][seed as usize % 3];
        check_one(&random_grid(5 + 2 * seed as usize, shift, seed), &mut counted, &mut refused);
    }
    // Static elimination fails on a few of these, and says so.
    assert!(refused * 20 <= counted, "{refused} refused, {counted} counted");
}

fn check_one(matrix: &SymmetricMatrix, counted: &mut usize, refused: &mut usize) {
    let expected = negative(&eigenvalues(matrix));
    for ordering in orderings() {
        match indefinite(matrix, ordering) {
            Ok(factor) => {
                *counted += 1;
                assert_eq!(factor.negative_pivots(), expected, "{} {ordering:?}", matrix.size());
                check_solves(matrix, &factor, 3, 1e-9);
            }
            Err(FactorError::ZeroPivot { .. } | FactorError::ProbeFailed { .. }) => *refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
}

/// Wider than a panel, so that a supernode has several, with negative pivots in each.
#[test]
fn a_dense_pattern_wider_than_a_panel() {
    let size = 530;
    let mut random = Random(3);
    let mut entries = Vec::new();
    for i in 0..size {
        entries.extend((0..i).map(|j| (i, j, random.uniform())));
        entries.push((i, i, if i % 3 == 0 { -40.0 } else { 35.0 } + random.uniform()));
    }
    let matrix = matrix_of(size, entries);
    let factor = indefinite(&matrix, Ordering::Auto).unwrap();
    assert_eq!(factor.negative_pivots(), negative(&eigenvalues(&matrix)));
    check_solves(&matrix, &factor, 70, 1e-11);
}

/// K - sigma M, on the pattern of K.
fn shifted(stiffness: &LowerCsc, mass: &LowerCsc, sigma: f64) -> SymmetricMatrix {
    let entries = |m: &LowerCsc, scale: f64| {
        let m = m.clone();
        (0..m.n).flat_map(move |col| {
            let m = m.clone();
            (m.col_ptr[col]..m.col_ptr[col + 1]).map(move |k| (m.row_idx[k], col, scale * m.values[k]))
        })
    };
    matrix_of(stiffness.n, entries(stiffness, 1.0).chain(entries(mass, -sigma)))
}

#[test]
fn bricks_against_their_dense_pencils() {
    for (face, rigid) in [(SolidFace::Clamped, 0), (SolidFace::Free, 6)] {
        let brick = solid([3, 2, 2], face);
        let (stiffness, mass) = (brick.stiffness, brick.mass);
        let dense_mass = dense(&shifted(&stiffness, &mass, -1.0)) - dense(&shifted(&stiffness, &mass, 0.0));
        // A = R^-T K R^-1 with M = R' R has the eigenvalues of (K, M).
        let root = dense_mass.llt(Side::Lower).unwrap().L().to_owned();
        let mut reduced = dense(&shifted(&stiffness, &mass, 0.0));
        let par = faer::Par::Seq;
        for _ in 0..2 {
            faer::linalg::triangular_solve::solve_lower_triangular_in_place(
                root.as_ref(),
                reduced.as_mut(),
                par,
            );
            reduced = reduced.transpose().to_owned();
        }
        let values = reduced.self_adjoint_eigenvalues(Side::Lower).unwrap();
        assert_eq!(values.iter().filter(|v| v.abs() < 1e-9 * values[values.len() - 1]).count(), rigid);
        for below in (rigid..values.len()).step_by(5).chain([rigid, rigid + 1, values.len()]) {
            let high = values.get(below).copied().unwrap_or_else(|| 2.0 * values[below - 1]);
            let low = if below == 0 { 0.0 } else { values[below - 1].max(0.0) };
            if high - low < 1e-6 * high {
                continue;
            }
            let matrix = shifted(&stiffness, &mass, low + 0.43 * (high - low));
            for ordering in orderings() {
                let factor = indefinite(&matrix, ordering).unwrap();
                assert_eq!(factor.negative_pivots(), below, "{face:?} {ordering:?}");
            }
        }
        let below_zero = shifted(&stiffness, &mass, -1e-3 * values[rigid]);
        assert_eq!(indefinite(&below_zero, Ordering::Auto).unwrap().negative_pivots(), 0);
    }
}

/// A DOF without stiffness and mass of its own that ties two others together (a Lagrange multiplier): one negative
/// eigenvalue for it, whatever the shift.
#[test]
fn a_zero_on_the_diagonal_counts_as_its_eigenvalue_does() {
    let n = 12;
    let values = chain_eigenvalues(n, 1.0, 1.0, ChainEnds::Fixed);
    for sigma in [0.0, 0.5 * (values[2] + values[3]), 3.99] {
        let chain = shifted_chain(n, ChainEnds::Fixed, sigma);
        let entries = (0..n).flat_map(|col| chain.column(col).map(move |(row, value)| (row, col, value)));
        let ties = [(n, 0, 1.0), (n, 7, -1.0), (n, n, 0.0)];
        let matrix = matrix_of(n + 1, entries.chain(ties));
        let factor = indefinite(&matrix, Ordering::Natural).unwrap();
        let expected = negative(&eigenvalues(&matrix));
        assert_eq!(factor.negative_pivots(), expected, "{sigma}");
        assert!(expected >= 1);
        check_solves(&matrix, &factor, 5, 1e-12);
    }
}

#[test]
fn zero_pivots_are_named() {
    let zero = |matrix: &SymmetricMatrix| match indefinite(matrix, Ordering::Natural) {
        Err(FactorError::ZeroPivot { dof }) => dof,
        other => panic!("{other:?}"),
    };
    assert_eq!(zero(&matrix_of(2, [(0, 0, 0.0), (1, 1, 1.0)])), 0);
    assert_eq!(zero(&matrix_of(2, [(0, 0, 1.0), (1, 1, 0.0)])), 1);
    // An equation that is not there at all.
    assert_eq!(zero(&matrix_of(3, [(0, 0, -1.0), (2, 2, 1.0)])), 1);
    // Eigenvalues -1 and 1, but nothing to begin with.
    assert_eq!(zero(&matrix_of(2, [(1, 0, 1.0)])), 0);
    assert_eq!(zero(&matrix_of(2, [(0, 0, 0.0), (1, 0, 1.0), (1, 1, 0.0)])), 0);
    // Singular: the last pivot, after one of either sign.
    assert_eq!(zero(&matrix_of(2, [(0, 0, 1.0), (1, 0, 1.0), (1, 1, 1.0)])), 1);
    assert_eq!(zero(&matrix_of(2, [(0, 0, -1.0), (1, 0, 1.0), (1, 1, -1.0)])), 1);
    // Zero but for rounding: 0.1 * 3 is not 0.3.
    let third = [(0, 0, 0.1), (1, 0, 0.3), (1, 1, 0.9)];
    assert_eq!(zero(&matrix_of(2, third)), 1);
    assert_eq!(zero(&matrix_of(2, third.map(|(i, j, value)| (i, j, -value)))), 1);
}

/// Five masses between fixed ends: eigenvalues 2 - sqrt(3), 1, 2, 3, 2 + sqrt(3).
#[test]
fn a_shift_on_an_eigenvalue_of_a_chain_is_refused() {
    for sigma in [1.0, 2.0, 3.0] {
        for ordering in orderings() {
            let result = indefinite(&shifted_chain(5, ChainEnds::Fixed, sigma), ordering);
            assert!(matches!(result, Err(FactorError::ZeroPivot { .. })), "{sigma} {ordering:?}: {result:?}");
        }
    }
    for (sigma, below) in [(0.9, 1), (1.1, 2), (1.9, 2), (2.1, 3), (2.9, 3), (3.1, 4)] {
        let factor = indefinite(&shifted_chain(5, ChainEnds::Fixed, sigma), Ordering::Auto).unwrap();
        assert_eq!(factor.negative_pivots(), below);
    }
    // The free chain at rest, and all pivots before its last positive.
    let result = indefinite(&shifted_chain(50, ChainEnds::Free, 0.0), Ordering::Natural);
    assert!(matches!(result, Err(FactorError::ZeroPivot { dof: 49 })), "{result:?}");
}

/// A small first pivot lets the entries grow by its inverse.
#[test]
fn growth_is_found_or_does_no_harm() {
    let mut refused = 0;
    for exponent in 1..=16 {
        for sign in [1.0, -1.0] {
            let tiny = sign * 10f64.powi(-exponent);
            // Eigenvalues near -1.5, 0.3 and 2.2, whatever the tiny one's sign.
            let entries = [(0, 0, tiny), (1, 0, 1.0), (2, 0, 1.0), (1, 1, 1.0), (2, 1, 0.4), (2, 2, 0.2)];
            let matrix = matrix_of(3, entries);
            match indefinite(&matrix, Ordering::Natural) {
                Ok(factor) => {
                    assert_eq!(factor.negative_pivots(), negative(&eigenvalues(&matrix)), "{tiny:e}");
                    assert!(factor.probe_residual() <= 1e-10);
                    check_solves(&matrix, &factor, 2, 1e-9);
                }
                Err(FactorError::ZeroPivot { dof: 0 }) => assert!(exponent >= 14),
                Err(FactorError::ProbeFailed { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(refused > 0, "growth by 1e12 can't pass");
}

#[test]
fn the_limit_of_zero_pivots_can_be_chosen() {
    let matrix = matrix_of(2, [(0, 0, 1e-3), (1, 0, 1.0), (1, 1, 1.0)]);
    let mut options = FactorOptions::default();
    assert!(Factor::indefinite(&plan(&matrix, Ordering::Natural), &matrix, &options, &Silent).is_ok());
    options.zero_pivot = 1e-2;
    let result = Factor::indefinite(&plan(&matrix, Ordering::Natural), &matrix, &options, &Silent);
    assert!(matches!(result, Err(FactorError::ZeroPivot { dof: 0 })), "{result:?}");
}

/// For [[t, 1], [1, 0]]: L = [[sqrt t, 0], [1 / sqrt t, 1 / sqrt t]], so that (|L| |L|')_22 = 2 / t.
#[test]
fn growth_of_a_small_pivot_in_closed_form() {
    for pivot in [1.0, 1e-2, -1e-4, 1e-5] {
        let matrix = matrix_of(2, [(0, 0, pivot), (1, 0, 1.0), (1, 1, 0.0)]);
        let factor = indefinite(&matrix, Ordering::Natural).unwrap();
        assert_eq!(factor.negative_pivots(), 1);
        approx::assert_relative_eq!(factor.growth(&matrix), 2.0 / pivot.abs(), max_relative = 1e-12);
    }
    // Squares of the rows of Cholesky's factor are the diagonal.
    let definite = random_sparse(300, 2, -30.0, 8);
    let factor = indefinite(&definite, Ordering::Auto).unwrap();
    approx::assert_relative_eq!(factor.growth(&definite), 1.0, max_relative = 1e-12);
}
