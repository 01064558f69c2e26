//! The sparse factor against dense algebra, on random patterns and at every size near a threshold.

mod support;

use std::sync::Arc;

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use modalsweep::factor::{Factor, FactorError, FactorOptions, Ordering, Symbolic, SymbolicOptions};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::parallel::Silent;
use proptest::prelude::*;
use support::pencil::{dense, of_entries};

/// Springs between random points plus a spring to the ground at each: positive definite.
fn springs(size: usize, pairs: &[(usize, usize, f64)]) -> SymmetricMatrix {
    let mut entries: Vec<(usize, usize, f64)> = (0..size).map(|i| (i, i, 0.5)).collect();
    for &(a, b, k) in pairs {
        let (a, b) = (a % size, b % size);
        if a != b {
            entries.extend([(a, a, k), (b, b, k), (a, b, -k)]);
        }
    }
    of_entries(size, entries)
}

/// The same numbers on every machine, in -1 .. 1.
fn pseudo_random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

fn random_springs(size: usize, per_point: usize, seed: u64) -> SymmetricMatrix {
    let mut next = pseudo_random(seed);
    let mut index = || ((next() + 1.0) * 0.5 * size as f64) as usize % size;
    let pairs: Vec<_> = (0..size * per_point).map(|_| (index(), index(), 1.0)).collect();
    springs(size, &pairs)
}

fn factorize(matrix: &SymmetricMatrix, ordering: Ordering, nodes: Option<&[u32]>) -> Factor {
    let mut options = SymbolicOptions::default();
    (options.ordering, options.nodes) = (ordering, nodes);
    let symbolic = Arc::new(Symbolic::new(matrix, &options).unwrap());
    Factor::new(&symbolic, matrix, &FactorOptions::default(), &Silent).unwrap()
}

fn sparse_rhs(size: usize, columns: usize, seed: u64) -> sprs::CsMat<f64> {
    let mut next = pseudo_random(seed);
    let mut list = sprs::TriMat::new((size, columns));
    for col in 0..columns {
        let first = ((next() + 1.0) * 0.5 * size as f64) as usize % size;
        list.add_triplet(first, col, next());
        if first + 1 < size {
            list.add_triplet(first + 1, col, next());
        }
    }
    list.to_csc()
}

fn close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-11 * scale
}

fn check_all_solves(matrix: &SymmetricMatrix, factor: &Factor, columns: usize) {
    let size = matrix.size();
    let oracle = dense(matrix).llt(Side::Lower).unwrap();
    let rhs = sparse_rhs(size, columns, 7);
    let b = Mat::from_fn(size, columns, |i, j| rhs.get(i, j).copied().unwrap_or(0.0));
    let x = oracle.solve(&b);
    let scale = x.norm_max().max(1.0);
    let mut solved = b.clone();
    factor.solve_in_place(solved.as_mut());
    assert!((&solved - &x).norm_max() <= 1e-11 * scale);
    let order = factor.symbolic().dof_order();
    let blocks = factor.solve_sparse(rhs.view(), |_, block| block);
    for block in &blocks {
        for (place, &dof) in order.iter().enumerate() {
            for (&col, &value) in block.columns.iter().zip(block.row(place)) {
                assert!(close(value, x[(dof as usize, col)], scale));
            }
        }
    }
    check_forward_half(factor, &rhs, &(b.transpose() * &x));
    let gram = factor.inverse_gram(rhs.view(), &Silent);
    let expected = b.transpose() * &x;
    for j in 0..columns {
        for i in 0..columns {
            assert!(close(gram[(i, j)], expected[(i, j)], expected.norm_max().max(1.0)), "({i}, {j})");
            assert_eq!(gram[(i, j)], gram[(j, i)]);
        }
    }
    let mut vector: Vec<f64> = (0..size).map(|i| b[(i, 0)]).collect();
    factor.solve_vector_in_place(&mut vector);
    assert!(vector.iter().enumerate().all(|(i, &value)| close(value, x[(i, 0)], scale)));
}

/// y' y of each column of Y = L^-1 P B is b' A^-1 b.
fn check_forward_half(factor: &Factor, rhs: &sprs::CsMat<f64>, expected: &Mat<f64>) {
    for block in factor.forward_sparse(rhs.view(), |_, block| block) {
        for (at, &col) in block.columns.iter().enumerate() {
            let places = 0..factor.symbolic().size();
            let square: f64 = places.map(|place| block.row(place)[at].powi(2)).sum();
            assert!(close(square, expected[(col, col)], expected.norm_max().max(1.0)), "column {col}");
        }
    }
}

#[test]
fn sizes_around_every_threshold() {
    for size in [1, 2, 3, 7, 8, 9, 15, 16, 17, 74, 75, 76, 127, 128, 255, 256, 257, 700] {
        let matrix = random_springs(size, 2, size as u64);
        for ordering in [Ordering::Auto, Ordering::MinimumDegree, Ordering::Natural] {
            check_all_solves(&matrix, &factorize(&matrix, ordering, None), [1, 5, 64, 65, 130][size % 5]);
        }
    }
}

#[test]
fn a_dense_pattern_wider_than_a_panel() {
    let size = 530;
    let mut next = pseudo_random(3);
    let mut entries = Vec::new();
    for i in 0..size {
        entries.extend((0..i).map(|j| (i, j, next())));
        entries.push((i, i, 2.0 * size as f64));
    }
    let matrix = of_entries(size, entries);
    check_all_solves(&matrix, &factorize(&matrix, Ordering::Auto, None), 70);
}

#[cfg(feature = "metis")]
#[test]
fn nested_dissection_of_a_grid_with_three_dofs_a_node() {
    let side = 14;
    let dof = |x: usize, y: usize, c: usize| (x * side + y) * 3 + c;
    let mut pairs = Vec::new();
    for x in 0..side {
        for y in 0..side {
            for (c, d) in (0..3).flat_map(|c| (0..3).map(move |d| (c, d))) {
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    if x + dx < side && y + dy < side {
                        pairs.push((dof(x, y, c), dof(x + dx, y + dy, d), 1.0 + (c * d) as f64));
                    }
                }
            }
        }
    }
    let matrix = springs(side * side * 3, &pairs);
    let nodes: Vec<u32> = (0..matrix.size() as u32).map(|dof| 1000 - dof / 3).collect();
    check_all_solves(&matrix, &factorize(&matrix, Ordering::NestedDissection, Some(&nodes)), 130);
    check_all_solves(&matrix, &factorize(&matrix, Ordering::NestedDissection, None), 3);
    // Labels that describe nothing must not make the factor dense.
    let nonsense = vec![1; matrix.size()];
    check_all_solves(&matrix, &factorize(&matrix, Ordering::Auto, Some(&nonsense)), 3);
}

#[test]
fn unrestrained_dofs_are_all_named() {
    // Two free chains of three, one grounded chain: two mechanisms.
    let chain = |first: usize| {
        (first..first + 2)
            .flat_map(|a| [(a, a, 1.0), (a + 1, a + 1, 1.0), (a + 1, a, -1.0)])
            .collect::<Vec<_>>()
    };
    let mut entries = [chain(0), chain(3), chain(6)].concat();
    entries.push((6, 6, 1.0));
    let matrix = of_entries(9, entries);
    let symbolic = Arc::new(Symbolic::new(&matrix, &SymbolicOptions::default()).unwrap());
    match Factor::new(&symbolic, &matrix, &FactorOptions::default(), &Silent) {
        Err(FactorError::Singular { dofs, .. }) => {
            assert_eq!(dofs.len(), 2, "{dofs:?}");
            assert!(dofs[0] < 3 && (3..6).contains(&dofs[1]), "{dofs:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// A DOF whose pivot vanishes is refused whatever the limit: nothing is held fixed in silence.
#[test]
fn no_limit_lets_a_mechanism_pass() {
    let matrix = of_entries(2, [(0, 0, 1.0), (1, 0, -1.0), (1, 1, 1.0)]);
    let symbolic = Arc::new(Symbolic::new(&matrix, &SymbolicOptions::default()).unwrap());
    let mut options = FactorOptions::default();
    options.pivot_limit = f64::INFINITY;
    let result = Factor::new(&symbolic, &matrix, &options, &Silent);
    assert!(matches!(result, Err(FactorError::Singular { .. })), "{result:?}");
}

#[test]
fn a_negative_spring_is_not_called_a_mechanism() {
    let matrix = of_entries(3, [(0, 0, 2.0), (1, 0, -1.0), (1, 1, 2.0), (2, 2, -3.0)]);
    let symbolic = Arc::new(Symbolic::new(&matrix, &SymbolicOptions::default()).unwrap());
    match Factor::new(&symbolic, &matrix, &FactorOptions::default(), &Silent) {
        Err(FactorError::NotPositiveDefinite { dof: 2, pivot, .. }) => assert_eq!(pivot, -3.0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_columns_and_almost_empty_patterns() {
    let matrix = random_springs(20, 2, 1);
    let factor = factorize(&matrix, Ordering::Auto, None);
    let none = sprs::CsMat::<f64>::zero((20, 0)).into_csc();
    assert_eq!(factor.solve_sparse(none.view(), |_, block| block.width()).len(), 0);
    assert_eq!(factor.inverse_gram(none.view(), &Silent).ncols(), 0);
    factor.solve_in_place(Mat::zeros(20, 0).as_mut());
    // Six equations, one entry.
    let matrix = of_entries(6, [(2, 2, 1.0)]);
    let symbolic = Arc::new(Symbolic::new(&matrix, &SymbolicOptions::default()).unwrap());
    match Factor::new(&symbolic, &matrix, &FactorOptions::default(), &Silent) {
        Err(FactorError::Singular { dofs, .. }) => assert_eq!(dofs, [0, 1, 3, 4, 5]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_weak_spring_is_reported_as_doubtful() {
    // Pivot ratio (1e8 + 1) / 1: the second mass hangs on the ground by 1, on the first by 1e8.
    let matrix = of_entries(2, [(0, 0, 1e8), (1, 0, -1e8), (1, 1, 1e8 + 1.0)]);
    let factor = factorize(&matrix, Ordering::Natural, None);
    assert_eq!(factor.pivots().doubtful.len(), 1);
    approx::assert_relative_eq!(factor.pivots().largest_ratio, 1e8, max_relative = 1e-6);
}

#[test]
fn another_pattern_and_too_little_memory_are_refused() {
    let matrix = random_springs(50, 2, 1);
    let symbolic = Arc::new(Symbolic::new(&matrix, &SymbolicOptions::default()).unwrap());
    let other = random_springs(50, 2, 2);
    let result = Factor::new(&symbolic, &other, &FactorOptions::default(), &Silent);
    assert!(matches!(result, Err(FactorError::PatternDiffers)));
    let mut options = SymbolicOptions::default();
    options.memory_limit = Some(100);
    let result = Symbolic::new(&matrix, &options);
    assert!(matches!(result, Err(FactorError::MemoryLimit { limit: 100, .. })));
}

#[test]
fn same_bits_with_one_two_and_four_threads() {
    let matrix = random_springs(1500, 3, 5);
    let rhs = sparse_rhs(1500, 150, 11);
    let run = |threads| {
        modalsweep::parallel::with_threads(threads, || {
            let factor = factorize(&matrix, Ordering::Auto, None);
            let solved = factor.solve_sparse(rhs.view(), |_, block| block);
            (solved, factor.inverse_gram(rhs.view(), &Silent))
        })
        .unwrap()
    };
    let one = run(1);
    for threads in [2, 4] {
        assert!(one == run(threads), "{threads} threads");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_pattern_solves(size in 1usize..60, pairs in prop::collection::vec((0usize..60, 0usize..60, 0.1f64..10.0), 0..200)) {
        let matrix = springs(size, &pairs);
        check_all_solves(&matrix, &factorize(&matrix, Ordering::Auto, None), 4);
    }
}
