//! Batches: the bits depend on the matrix alone, whatever its neighbours, the threads and the storage; what fails, fails alone.

mod support;

use faer::{Mat, MatRef, c64};
use modalsweep::eigen::random::{Family, stack};
use modalsweep::eigen::{
    BatchOptions, EigenError, GeneralSolver, Matrices, Operand, Spectra, general_eigenvalues,
};
use modalsweep::parallel::with_threads;
use nalgebra::{DMatrix, SMatrix};
use ndarray::{Array3, ArrayView2, Axis, ShapeBuilder, s};
use support::batch::{SETS, sets};
use support::dense::shuffled;
use support::random::Random;
use support::spectrum::{check_order, check_set, faer_eigenvalues};
use support::tolerance;

/// Matrices of many sizes in a random order, several of each.
fn mixed(seed: u64) -> Vec<Mat<f64>> {
    let mut random = Random(seed);
    let sizes = [0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 33, 64, 65, 75, 100, 112, 113, 130];
    let mut all: Vec<Mat<f64>> = Vec::new();
    for n in sizes {
        let count = if n < 20 { 19 } else { 5 };
        all.extend((0..count).map(|_| random.matrix(n, n)));
    }
    let order = shuffled(&mut random, all.len());
    order.into_iter().map(|index| all[index].clone()).collect()
}

/// The bits of every eigenvalue, or why there are none.
fn bits(spectra: &Spectra<c64>) -> Vec<Result<Vec<(u64, u64)>, EigenError>> {
    let pattern = |value: &c64| (value.re.to_bits(), value.im.to_bits());
    spectra.iter().map(|item| Ok(item?.values.iter().map(pattern).collect())).collect()
}

#[test]
fn results_come_in_the_order_of_the_input() {
    let matrices = mixed(1);
    let spectra = general_eigenvalues(&matrices);
    assert_eq!(spectra.len(), matrices.len());
    assert_eq!(spectra.failures().count(), 0);
    for (index, a) in matrices.iter().enumerate() {
        let alone = general_eigenvalues(&[a.as_ref()][..]);
        assert_eq!(bits(&spectra)[index], bits(&alone)[0], "matrix {index} of size {}", a.nrows());
    }
}

#[test]
fn neighbours_do_not_change_a_bit() {
    let matrices = mixed(2);
    let expected = bits(&general_eigenvalues(&matrices));
    let mut random = Random(3);
    for _ in 0..3 {
        let order = shuffled(&mut random, matrices.len());
        let batch: Vec<MatRef<'_, f64>> = order.iter().map(|&index| matrices[index].as_ref()).collect();
        let found = bits(&general_eigenvalues(&batch));
        for (place, &index) in order.iter().enumerate() {
            assert_eq!(found[place], expected[index], "matrix {index} of size {}", matrices[index].nrows());
        }
    }
}

/// Reducible matrices, of which each lane works on another part, with zeros of both signs.
#[test]
fn parts_of_neighbours_do_not_change_a_bit() {
    let mut random = Random(21);
    for round in 0..300 {
        let n = 3 + round % 17;
        let matrices: Vec<Mat<f64>> = (0..9 + round % 4)
            .map(|index| {
                let filled = 0.1 + 0.2 * (index % 5) as f64;
                Mat::from_fn(n, n, |_, _| {
                    let value = (3.0 * random.uniform()).round();
                    if random.uniform().abs() < filled { value } else { 0.0_f64.copysign(random.uniform()) }
                })
            })
            .collect();
        let together = bits(&general_eigenvalues(&matrices));
        for (index, a) in matrices.iter().enumerate() {
            let alone = bits(&general_eigenvalues(&[a.as_ref()][..]));
            assert_eq!(together[index], alone[0], "round {round}, matrix {index}: {a:?}");
        }
    }
}

/// A neighbour whose part covers rows that this matrix has not come to yet may not change the sign of a zero there:
/// the sign decides which root of `x^2 = 4` comes first.
#[test]
fn a_neighbour_does_not_change_the_sign_of_a_zero() {
    let mut random = Random(22);
    let (full, rest) = (random.matrix(5, 5), random.matrix(3, 3));
    let head = [[-0.0, 2.0], [2.0, 0.0]];
    let a = Mat::from_fn(5, 5, |i, j| match (i < 2, j < 2) {
        (true, true) => head[i][j],
        (false, false) => rest[(i - 2, j - 2)],
        _ => 0.0,
    });
    let together = bits(&general_eigenvalues(&[full.as_ref(), a.as_ref()][..]));
    assert_eq!(together[1], bits(&general_eigenvalues(&[a.as_ref()][..]))[0]);
}

#[test]
fn threads_do_not_change_a_bit() {
    let matrices = mixed(4);
    let runs =
        [1, 2, 4].map(|threads| with_threads(threads, || bits(&general_eigenvalues(&matrices))).unwrap());
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
}

/// A solver that is used again, with batches that grow and shrink, gives what a new one gives.
#[test]
fn a_used_solver_gives_the_same_bits() {
    let mut solver = GeneralSolver::default();
    let mut spectra = Spectra::new();
    for (seed, keep) in [(5, 40), (6, 3), (7, 200), (8, 0), (5, 40)] {
        let matrices: Vec<_> = mixed(seed).into_iter().take(keep).collect();
        solver.solve(&matrices, &mut spectra);
        assert_eq!(bits(&spectra), bits(&general_eigenvalues(&matrices)));
    }
}

#[test]
fn instruction_sets_agree_within_the_tolerance() {
    let matrices = mixed(9);
    let mut spectra = Spectra::new();
    for set in sets() {
        let mut solver = GeneralSolver::new(BatchOptions::default().with_instruction_set(set)).unwrap();
        solver.solve(&matrices, &mut spectra);
        for (index, a) in matrices.iter().enumerate() {
            let what = format!("{set}, matrix {index}, n = {}", a.nrows());
            let found = spectra.get(index).unwrap().values;
            check_order(&what, found);
            let (faer, sensitivities) = faer_eigenvalues(a);
            check_set(&what, found, &faer, |i| tolerance::two_programs(a.nrows(), sensitivities[i]));
        }
    }
}

#[test]
fn a_missing_instruction_set_is_refused() {
    for set in SETS {
        let solver = GeneralSolver::new(BatchOptions::default().with_instruction_set(set));
        assert_eq!(solver.is_ok(), set.is_available(), "{set}");
        if let Err(error) = solver {
            assert_eq!(error, EigenError::InstructionSetMissing { set });
        }
    }
}

#[test]
fn an_item_that_is_not_finite_fails_alone() {
    for n in [1, 2, 8, 20, 70] {
        let good = stack(Family::Uniform, 21, n, 3);
        let expected = bits(&general_eigenvalues(&good));
        for (value, row, col) in
            [(f64::NAN, 0, n - 1), (f64::INFINITY, n / 2, n / 3), (-f64::INFINITY, n - 1, 0)]
        {
            let mut bad = good.clone();
            bad[(13, row, col)] = value;
            // By columns this one comes last.
            bad[(13, n - 1, n - 1)] = f64::NAN;
            let spectra = general_eigenvalues(&bad);
            let first = EigenError::NonFinite { matrix: Operand::Matrix, row, col };
            assert_eq!(spectra.failures().collect::<Vec<_>>(), [(13, first)], "n = {n}");
            for (index, found) in bits(&spectra).into_iter().enumerate().filter(|(index, _)| *index != 13) {
                assert_eq!(found, expected[index], "n = {n}, matrix {index}");
            }
        }
    }
}

#[test]
fn an_item_that_is_not_square_fails_alone() {
    let mut random = Random(12);
    let mut matrices: Vec<Mat<f64>> = (0..9).map(|_| random.matrix(8, 8)).collect();
    let expected = bits(&general_eigenvalues(&matrices));
    for (rows, cols) in [(8, 7), (7, 8), (0, 3), (3, 0)] {
        matrices[4] = random.matrix(rows, cols);
        let spectra = general_eigenvalues(&matrices);
        let error = EigenError::NotSquare { matrix: Operand::Matrix, rows, cols };
        assert_eq!(spectra.failures().collect::<Vec<_>>(), [(4, error)]);
        for (index, found) in bits(&spectra).into_iter().enumerate().filter(|(index, _)| *index != 4) {
            assert_eq!(found, expected[index]);
        }
    }
    let oblong = Array3::<f64>::zeros((3, 2, 5));
    assert_eq!(general_eigenvalues(&oblong).failures().count(), 3);
}

#[test]
fn nothing_to_do() {
    let none: Vec<Mat<f64>> = Vec::new();
    assert!(general_eigenvalues(&none).is_empty());
    assert!(general_eigenvalues(&Array3::<f64>::zeros((0, 5, 5))).is_empty());
    let empty = general_eigenvalues(&Array3::<f64>::zeros((4, 0, 0)));
    assert_eq!(empty.len(), 4);
    assert!(empty.iter().all(|item| item.unwrap().values.is_empty()));
}

/// The same numbers in every kind of storage.
fn check_storage(expected: &Spectra<c64>, matrices: &(impl Matrices + ?Sized), what: &str) {
    assert_eq!(bits(&general_eigenvalues(matrices)), bits(expected), "{what}");
}

#[test]
fn every_storage_of_a_stack_gives_the_same_bits() {
    for (count, n) in [(9, 5), (10, 17), (3, 66)] {
        let c_order = stack(Family::Ginibre, count, n, 21);
        let expected = general_eigenvalues(&c_order);
        let mut fortran = Array3::zeros((count, n, n).f());
        fortran.assign(&c_order);
        check_storage(&expected, &fortran, "Fortran order");
        check_storage(&expected, &c_order.view(), "view");
        let mut by_columns = Array3::zeros((count, n, n));
        by_columns.swap_axes(1, 2);
        by_columns.assign(&c_order);
        check_storage(&expected, &by_columns, "each matrix by columns");
        let mut wide = Array3::from_elem((2 * count, 3 * n, n + 4), f64::NAN);
        wide.slice_mut(s![..;2, ..;3, 2..n + 2]).assign(&c_order);
        check_storage(&expected, &wide.slice(s![..;2, ..;3, 2..n + 2]), "strides");
        let mut reversed = c_order.clone();
        reversed.invert_axis(Axis(0));
        reversed.invert_axis(Axis(1));
        reversed.invert_axis(Axis(2));
        let copied = Array3::from_shape_fn((count, n, n), |(k, i, j)| reversed[(k, i, j)]);
        check_storage(&general_eigenvalues(&copied), &reversed, "reversed");
    }
}

#[test]
fn every_kind_of_matrix_gives_the_same_bits() {
    const N: usize = 6;
    let all = stack(Family::Uniform, 10, N, 22);
    let expected = general_eigenvalues(&all);
    let entry = |k: usize| move |i: usize, j: usize| (k, i, j);
    let arrays: Vec<ArrayView2<'_, f64>> = all.axis_iter(Axis(0)).collect();
    check_storage(&expected, &arrays, "ndarray views");
    let faer: Vec<Mat<f64>> = (0..10).map(|k| Mat::from_fn(N, N, |i, j| all[entry(k)(i, j)])).collect();
    check_storage(&expected, &faer, "faer");
    let views: Vec<MatRef<'_, f64>> = faer.iter().map(|a| a.as_ref()).collect();
    check_storage(&expected, &views[..], "faer views");
    let transposed: Vec<Mat<f64>> = faer.iter().map(|a| a.transpose().to_owned()).collect();
    let back: Vec<MatRef<'_, f64>> = transposed.iter().map(|a| a.transpose()).collect();
    check_storage(&expected, &back, "faer, row-major views");
    let dynamic: Vec<DMatrix<f64>> =
        (0..10).map(|k| DMatrix::from_fn(N, N, |i, j| all[entry(k)(i, j)])).collect();
    check_storage(&expected, &dynamic, "nalgebra");
    let fixed: Vec<SMatrix<f64, N, N>> =
        (0..10).map(|k| SMatrix::from_fn(|i, j| all[entry(k)(i, j)])).collect();
    check_storage(&expected, &fixed, "nalgebra, fixed size");
    let framed: Vec<DMatrix<f64>> = dynamic.iter().map(|a| a.clone().insert_rows(0, 2, f64::NAN)).collect();
    let inner: Vec<_> = framed.iter().map(|a| a.view((2, 0), (N, N))).collect();
    check_storage(&expected, &inner, "nalgebra views");
}
