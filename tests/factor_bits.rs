//! Indefinite factors bit by bit: against Cholesky's, on any number of threads, in memory used before.

use faer::Mat;
use modalsweep::factor::{Factor, FactorError, FactorOptions, FactorStorage, Ordering};
use modalsweep::parallel::{Silent, with_threads};

mod support;

use support::chain::ChainEnds;
use support::indefinite::{
    backward_error, indefinite, plan, random_columns, random_grid, random_sparse, shifted_chain,
};

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
