//! Sparse indefinite matrices, their dense eigenvalues, and all ways to solve with their factors.

use std::sync::Arc;

use faer::{Mat, Side};
use modalsweep::factor::{Factor, FactorError, FactorOptions, Ordering, Symbolic, SymbolicOptions};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::parallel::Silent;

use super::chain::ChainEnds;
use super::random::Random;

/// Entries (row, col, value) of one triangle, in any order, summed.
pub fn matrix_of(size: usize, entries: impl IntoIterator<Item = (usize, usize, f64)>) -> SymmetricMatrix {
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
pub fn shifted_chain(n: usize, ends: ChainEnds, sigma: f64) -> SymmetricMatrix {
    let springs = (1..n).map(|i| (i - 1, i)).chain((ends == ChainEnds::Ring).then_some((n - 1, 0)));
    let mut entries: Vec<_> = (0..n).map(|i| (i, i, -sigma)).collect();
    springs.for_each(|(i, j)| entries.extend([(i, i, 1.0), (j, j, 1.0), (i, j, -1.0)]));
    if ends == ChainEnds::Fixed {
        entries.extend([(0, 0, 1.0), (n - 1, n - 1, 1.0)]);
    }
    matrix_of(n, entries)
}

/// Random entries between random pairs, and on the diagonal of all but some, which have none.
pub fn random_sparse(size: usize, per_row: usize, shift: f64, seed: u64) -> SymmetricMatrix {
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
pub fn random_grid(side: usize, shift: f64, seed: u64) -> SymmetricMatrix {
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

/// Both triangles.
pub fn dense(matrix: &SymmetricMatrix) -> Mat<f64> {
    Mat::from_fn(matrix.size(), matrix.size(), |i, j| matrix.get(i, j))
}

/// By faer's dense solver, ascending.
pub fn eigenvalues(matrix: &SymmetricMatrix) -> Vec<f64> {
    dense(matrix).self_adjoint_eigenvalues(Side::Lower).unwrap()
}

/// How many are below zero.
pub fn negative(eigenvalues: &[f64]) -> usize {
    eigenvalues.iter().filter(|&&value| value < 0.0).count()
}

/// The symbolic work, with no more than an ordering said.
pub fn plan(matrix: &SymmetricMatrix, ordering: Ordering) -> Arc<Symbolic> {
    let mut options = SymbolicOptions::default();
    options.ordering = ordering;
    Arc::new(Symbolic::new(matrix, &options).unwrap())
}

/// Plan and factor.
pub fn indefinite(matrix: &SymmetricMatrix, ordering: Ordering) -> Result<Factor, FactorError> {
    Factor::indefinite(&plan(matrix, ordering), matrix, &FactorOptions::default(), &Silent)
}

/// Orderings that are built in.
pub fn orderings() -> Vec<Ordering> {
    let mut all = vec![Ordering::MinimumDegree, Ordering::Natural];
    if cfg!(feature = "metis") {
        all.push(Ordering::NestedDissection);
    }
    all
}

/// Largest entry of `A x - b` over `|A| |x| + |b|`.
pub fn backward_error(matrix: &SymmetricMatrix, x: &[f64], b: &[f64]) -> f64 {
    let mut image = vec![0.0; b.len()];
    matrix.multiply_into(x, &mut image);
    let largest = |values: &[f64]| values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let difference: Vec<f64> = image.iter().zip(b).map(|(ax, b)| ax - b).collect();
    largest(&difference) / (matrix.row_sum_norm() * largest(x) + largest(b))
}

/// Entries uniform in [-1, 1).
pub fn random_columns(size: usize, columns: usize, seed: u64) -> Mat<f64> {
    Random(seed).matrix(size, columns)
}

/// All ways to solve, each against the matrix itself; `allowed` is the backward error.
pub fn check_solves(matrix: &SymmetricMatrix, factor: &Factor, columns: usize, allowed: f64) {
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
