//! Indefinite factorizations: inertia and solutions against closed forms and dense eigenvalues.

use std::sync::Arc;

use faer::{Mat, Side};
use modalsweep::factor::{
    Factor, FactorError, FactorOptions, FactorStorage, Ordering, Symbolic, SymbolicOptions,
};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::parallel::{Silent, with_threads};

#[path = "support/solid.rs"]
mod solid;
mod support;

use solid::{LowerCsc, SolidFace, solid};
use support::chain::{ChainEnds, chain_eigenvalues};
use support::random::Random;

/// Entries (row, col, value) of one triangle, in any order, summed.
fn matrix_of(size: usize, entries: impl IntoIterator<Item = (usize, usize, f64)>) -> SymmetricMatrix {
    let mut columns = vec![std::collections::BTreeMap::new(); size];
    for (a, b, value) in entries {
        *columns[a.min(b)].entry(a.max(b)).or_insert(0.0) += value;
    }
    let (mut ptr, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
    for column in columns {
        rows.extend(column.keys());
        values.extend(column.values());
        ptr.push(rows.len());
    }
    SymmetricMatrix::from_lower_csc(ptr, rows, values).unwrap()
}

/// K - sigma I of a chain of unit masses and springs.
fn shifted_chain(n: usize, ends: ChainEnds, sigma: f64) -> SymmetricMatrix {
    let springs = (1..n).map(|i| (i - 1, i)).chain((ends == ChainEnds::Ring).then_some((n - 1, 0)));
    let mut entries: Vec<_> = (0..n).map(|i| (i, i, -sigma)).collect();
    springs.for_each(|(i, j)| entries.extend([(i, i, 1.0), (j, j, 1.0), (i, j, -1.0)]));
    if ends == ChainEnds::Fixed {
        entries.extend([(0, 0, 1.0), (n - 1, n - 1, 1.0)]);
    }
    matrix_of(n, entries)
}

/// Random entries between random pairs, and on the diagonal of all but some, which have none.
fn random_sparse(size: usize, per_row: usize, shift: f64, seed: u64) -> SymmetricMatrix {
    let mut random = Random(seed);
    let index = |random: &mut Random| ((0.5 + 0.5 * random.uniform()) * size as f64) as usize;
    let mut entries: Vec<_> = (0..size).map(|i| (i, i, random.uniform() - shift)).collect();
    for _ in 0..size * per_row {
        let (i, j) = (index(&mut random), index(&mut random));
        entries.push((i, j, random.uniform()));
    }
    matrix_of(size, entries)
}

/// Nodes of a grid, three equations each, coupled at random with their neighbours: several panels, wide separators.
fn random_grid(side: usize, shift: f64, seed: u64) -> SymmetricMatrix {
    let mut random = Random(seed);
    let node = |x: usize, y: usize| 3 * (x * side + y);
    let mut entries: Vec<_> = (0..3 * side * side).map(|i| (i, i, -shift)).collect();
    for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
        for (to_x, to_y) in [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)] {
            if to_x < side && to_y < side {
                let pairs = (0..3).flat_map(|c| (0..3).map(move |d| (c, d)));
                entries.extend(pairs.map(|(c, d)| (node(x, y) + c, node(to_x, to_y) + d, random.uniform())));
            }
        }
    }
    matrix_of(3 * side * side, entries)
}

fn dense(matrix: &SymmetricMatrix) -> Mat<f64> {
    Mat::from_fn(matrix.size(), matrix.size(), |i, j| matrix.get(i, j))
}

fn eigenvalues(matrix: &SymmetricMatrix) -> Vec<f64> {
    dense(matrix).self_adjoint_eigenvalues(Side::Lower).unwrap()
}

fn negative(eigenvalues: &[f64]) -> usize {
    eigenvalues.iter().filter(|&&value| value < 0.0).count()
}

fn plan(matrix: &SymmetricMatrix, ordering: Ordering) -> Arc<Symbolic> {
    let mut options = SymbolicOptions::default();
    options.ordering = ordering;
    Arc::new(Symbolic::new(matrix, &options).unwrap())
}

fn indefinite(matrix: &SymmetricMatrix, ordering: Ordering) -> Result<Factor, FactorError> {
    Factor::indefinite(&plan(matrix, ordering), matrix, &FactorOptions::default(), &Silent)
}

/// Orderings that are built in.
fn orderings() -> Vec<Ordering> {
    let mut all = vec![Ordering::MinimumDegree, Ordering::Natural];
    if cfg!(feature = "metis") {
        all.push(Ordering::NestedDissection);
    }
    all
}

/// Largest entry of `A x - b` over `|A| |x| + |b|`.
fn backward_error(matrix: &SymmetricMatrix, x: &[f64], b: &[f64]) -> f64 {
    let mut image = vec![0.0; b.len()];
    matrix.multiply_into(x, &mut image);
    let largest = |values: &[f64]| values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let difference: Vec<f64> = image.iter().zip(b).map(|(ax, b)| ax - b).collect();
    largest(&difference) / (matrix.row_sum_norm() * largest(x) + largest(b))
}

fn random_columns(size: usize, columns: usize, seed: u64) -> Mat<f64> {
    Random(seed).matrix(size, columns)
}

/// All ways to solve, each against the matrix itself; `allowed` is the backward error.
fn check_solves(matrix: &SymmetricMatrix, factor: &Factor, columns: usize, allowed: f64) {
    let size = matrix.size();
    let b = random_columns(size, columns, 17);
    let column = |m: &Mat<f64>, j: usize| (0..size).map(|i| m[(i, j)]).collect::<Vec<_>>();
    let good = |x: &[f64], j: usize| {
        let error = backward_error(matrix, x, &column(&b, j));
        assert!(error <= allowed, "column {j}: {error:e}");
    };
    let mut dense = b.clone();
    factor.solve_in_place(dense.as_mut());
    (0..columns).for_each(|j| good(&column(&dense, j), j));
    let mut vector = column(&b, 0);
    factor.solve_vector_in_place(&mut vector);
    good(&vector, 0);
    let mut rows: Vec<f64> =
        (0..size).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|at| b[at]).collect();
    factor.solve_rows_in_place(&mut rows, columns);
    (0..columns).for_each(|j| good(&rows.iter().skip(j).step_by(columns).copied().collect::<Vec<_>>(), j));
    let order = factor.symbolic().dof_order();
    let sparse =
        sprs::CsMat::csc_from_dense(ndarray::Array2::from_shape_fn((size, columns), |at| b[at]).view(), 0.0);
    for block in factor.solve_sparse(sparse.view(), |_, block| block) {
        for (at, &j) in block.columns.iter().enumerate() {
            let mut x = vec![0.0; size];
            order.iter().enumerate().for_each(|(place, &dof)| x[dof as usize] = block.row(place)[at]);
            good(&x, j);
        }
    }
    check_products(factor, &sparse, &(b.transpose() * &dense), allowed * size as f64);
}

/// B' A^-1 B three ways: from the solution, by `inverse_gram` and as Y' S Y.
fn check_products(factor: &Factor, b: &sprs::CsMat<f64>, expected: &Mat<f64>, allowed: f64) {
    let scale = expected.norm_max() * b.data().iter().fold(0.0, |m: f64, v| m.max(v.abs())) * 1e3;
    let gram = factor.inverse_gram(b.view(), &Silent);
    assert!((&gram - expected).norm_max() <= allowed * scale, "{:e}", (&gram - expected).norm_max() / scale);
    assert!(gram == gram.transpose());
    for block in factor.forward_sparse(b.view(), |_, block| block) {
        for (at, &j) in block.columns.iter().enumerate() {
            let square = |place: usize| block.row(place)[at].powi(2);
            let all: f64 = (0..factor.symbolic().size()).map(square).sum();
            let below: f64 = factor.negative_places().iter().map(|&place| square(place as usize)).sum();
            assert!((all - 2.0 * below - expected[(j, j)]).abs() <= allowed * scale.max(all), "column {j}");
        }
    }
}

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
fn a_definite_matrix_gives_the_bits_of_cholesky() {
    for matrix in [random_sparse(700, 2, -30.0, 4), shifted_chain(300, ChainEnds::Fixed, 0.0)] {
        let symbolic = plan(&matrix, Ordering::Auto);
        let options = FactorOptions::default();
        let cholesky = Factor::new(&symbolic, &matrix, &options, &Silent).unwrap();
        let signed = Factor::indefinite(&symbolic, &matrix, &options, &Silent).unwrap();
        assert_eq!((cholesky.negative_pivots(), signed.negative_pivots()), (0, 0));
        assert_eq!(cholesky.pivots(), signed.pivots());
        assert!(solution(&cholesky) == solution(&signed));
    }
}

/// A solution of all columns, for comparisons bit by bit.
fn solution(factor: &Factor) -> Mat<f64> {
    let mut columns = random_columns(factor.symbolic().size(), 20, 5);
    factor.solve_in_place(columns.as_mut());
    columns
}

#[test]
fn same_bits_with_one_two_and_four_threads() {
    let matrix = random_grid(24, -0.7, 9);
    let run = |threads| {
        with_threads(threads, || {
            let factor = indefinite(&matrix, Ordering::Auto).unwrap();
            (factor.negative_pivots(), factor.pivots().clone(), solution(&factor))
        })
        .unwrap()
    };
    let one = run(1);
    assert!(one.0 > 100 && one.0 < matrix.size() - 100, "{} negative", one.0);
    for threads in [2, 4] {
        assert!(one == run(threads), "{threads} threads");
    }
}

#[test]
fn memory_used_again_gives_the_same_bits() {
    let options = FactorOptions::default();
    let definite = random_sparse(700, 2, -30.0, 4);
    let mixed = random_sparse(700, 2, -1.0, 4);
    let symbolic = plan(&definite, Ordering::Auto);
    let fresh = [
        solution(&Factor::new(&symbolic, &definite, &options, &Silent).unwrap()),
        solution(&Factor::indefinite(&symbolic, &mixed, &options, &Silent).unwrap()),
    ];
    let others = [random_sparse(900, 2, -30.0, 1), random_sparse(90, 2, -30.0, 1)];
    let mut storage = FactorStorage::default();
    for round in 0..6 {
        if round % 2 == 1 {
            let other = &others[round / 2 % 2];
            let factor =
                Factor::indefinite_in(&mut storage, &plan(other, Ordering::Auto), other, &options, &Silent);
            storage = factor.unwrap().into_storage();
        }
        for _ in 0..2 {
            let factor = Factor::new_in(&mut storage, &symbolic, &definite, &options, &Silent).unwrap();
            assert!(solution(&factor) == fresh[0], "definite, round {round}");
            storage = factor.into_storage();
            // A factorization that fails leaves its memory, and nothing else, behind.
            let failed = Factor::new_in(&mut storage, &symbolic, &mixed, &options, &Silent);
            assert!(matches!(failed, Err(FactorError::NotPositiveDefinite { .. })), "{failed:?}");
            let factor = Factor::indefinite_in(&mut storage, &symbolic, &mixed, &options, &Silent).unwrap();
            assert!(factor.negative_pivots() > 0);
            assert!(solution(&factor) == fresh[1], "indefinite, round {round}");
            storage = factor.into_storage();
        }
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

/// Rows that are no whole block, and two widths one after the other: the buffer is cut to size.
#[test]
fn rows_of_any_width() {
    let matrix = random_grid(9, -0.7, 2);
    let factor = indefinite(&matrix, Ordering::Auto).unwrap();
    factor.solve_rows_in_place(&mut [], 0);
    for width in [5, 1, 16, 3] {
        let b = random_columns(matrix.size(), width, width as u64);
        let mut rows: Vec<f64> =
            (0..matrix.size()).flat_map(|i| (0..width).map(move |j| (i, j))).map(|at| b[at]).collect();
        factor.solve_rows_in_place(&mut rows, width);
        for j in 0..width {
            let x: Vec<f64> = rows.iter().skip(j).step_by(width).copied().collect();
            let column: Vec<f64> = (0..matrix.size()).map(|i| b[(i, j)]).collect();
            assert!(backward_error(&matrix, &x, &column) < 1e-10);
        }
    }
}
