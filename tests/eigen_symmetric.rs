//! Eigenvalues and eigenvectors of many symmetric matrices.

mod support;

use std::f64::consts::PI;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::{Mat, MatRef, Par};
use modalsweep::eigen::{
    BatchOptions, EigenError, InstructionSet, Operand, Spectra, SymmetricSolver, symmetric_eigen,
    symmetric_eigenvalues,
};
use modalsweep::parallel::with_threads;
use support::batch::{bits, sets};
use support::random::{Random, congruent};
use support::tolerance::{
    ORTHOGONALITY_RATIO, PAIR_RATIO, orthogonality_ratio, pair_ratio, symmetric_values,
};

const SIZES: [usize; 18] = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50, 64, 65, 100, 130];

fn solver(set: InstructionSet) -> SymmetricSolver {
    SymmetricSolver::new(BatchOptions::default().with_instruction_set(set)).expect("available")
}

/// `-1 2 -1`, with the eigenvalues `2 - 2 cos(k pi / (n + 1))`.
fn second_difference(n: usize) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| match i.abs_diff(j) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    })
}

fn second_difference_values(n: usize) -> Vec<f64> {
    (1..=n).map(|k| 4.0 * (k as f64 * PI / (2.0 * (n + 1) as f64)).sin().powi(2)).collect()
}

fn random_symmetric(random: &mut Random, n: usize) -> Mat<f64> {
    let a = random.matrix(n, n);
    Mat::from_fn(n, n, |i, j| a[(i, j)] + a[(j, i)])
}

/// An orthogonal matrix: a product of reflections at random vectors.
fn orthogonal(random: &mut Random, n: usize) -> Mat<f64> {
    let mut q = Mat::<f64>::identity(n, n);
    for _ in 0..n.min(5) {
        let v = random.matrix(n, 1);
        let square: f64 = (0..n).map(|i| v[(i, 0)] * v[(i, 0)]).sum();
        for j in 0..n {
            let along: f64 = (0..n).map(|i| v[(i, 0)] * q[(i, j)]).sum();
            for i in 0..n {
                q[(i, j)] -= 2.0 / square * along * v[(i, 0)];
            }
        }
    }
    q
}

/// LAPACK's families: `d` ascending, and the matrix with these eigenvalues.
fn family(random: &mut Random, d: &[f64]) -> Mat<f64> {
    congruent(&orthogonal(random, d.len()), d)
}

fn spectra_of_families(n: usize) -> Vec<(&'static str, Vec<f64>)> {
    let ulp = f64::EPSILON;
    let part = |i: usize| if n > 1 { i as f64 / (n - 1) as f64 } else { 1.0 };
    let all = |f: &dyn Fn(usize) -> f64| (0..n).map(f).collect::<Vec<_>>();
    vec![
        ("zero", vec![0.0; n]),
        ("identity", vec![1.0; n]),
        ("even", all(&|i| ulp + (1.0 - ulp) * part(i))),
        ("geometric", all(&|i| ulp.powf(1.0 - part(i)))),
        ("clustered at ulp", all(&|i| if i + 1 < n { ulp } else { 1.0 })),
        ("clustered at one", all(&|i| if i == 0 { ulp } else { 1.0 })),
        ("both signs", all(&|i| 2.0 * part(i) - 1.0)),
        ("repeated", all(&|i| (i / 3) as f64)),
        ("graded", all(&|i| 10f64.powf(16.0 * part(i) - 8.0))),
        ("rank one", all(&|i| if i + 1 < n { 0.0 } else { 3.0 })),
    ]
}

fn faer_values(matrix: MatRef<'_, f64>) -> Vec<f64> {
    use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
    let n = matrix.nrows();
    let mut values = vec![0.0; n];
    let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::No, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let diagonal = faer::diag::DiagMut::from_slice_mut(&mut values);
    let stack = MemStack::new(&mut memory);
    self_adjoint_evd(matrix, diagonal, None, Par::Seq, stack, Default::default()).expect("finite");
    values
}

#[track_caller]
fn assert_values(found: &[f64], expected: &[f64], norm: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    assert!(found.is_sorted(), "{what}: {found:?}");
    let allowed = symmetric_values(found.len(), norm);
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= allowed,
            "{what}: eigenvalue {k} is {found:e}, not {expected:e}; {error:e} > {allowed:e}"
        );
    }
}

#[test]
fn second_differences_have_their_closed_form() {
    let matrices: Vec<_> = SIZES.iter().map(|&n| second_difference(n)).collect();
    for set in sets() {
        let mut spectra = Spectra::new();
        solver(set).solve(&matrices, &mut spectra);
        for (spectrum, &n) in spectra.iter().zip(&SIZES) {
            let values = spectrum.expect("a spectrum").values;
            assert_values(values, &second_difference_values(n), 4.0, &format!("{set}, n = {n}"));
        }
    }
}

#[test]
fn results_agree_on_both_sides_of_each_change_of_method() {
    let sizes = [40, 41, 300, 301, 800, 801];
    let matrices: Vec<_> = sizes.iter().map(|&n| second_difference(n)).collect();
    for (spectrum, &n) in symmetric_eigenvalues(&matrices).iter().zip(&sizes) {
        let values = spectrum.expect("a spectrum").values;
        assert_values(values, &second_difference_values(n), 4.0, &format!("n = {n}"));
    }
    for (spectrum, matrix) in symmetric_eigen(&matrices[..4]).iter().zip(&matrices) {
        let (spectrum, n) = (spectrum.expect("a spectrum"), matrix.nrows());
        let x = spectrum.vectors.expect("vectors");
        let one = Mat::<f64>::identity(n, n);
        assert!(pair_ratio(matrix.as_ref(), one.as_ref(), x, spectrum.values) < PAIR_RATIO, "n = {n}");
        assert!(orthogonality_ratio(one.as_ref(), x) < ORTHOGONALITY_RATIO, "n = {n}");
    }
}

#[test]
fn families_have_the_eigenvalues_they_were_made_of() {
    let mut random = Random(7);
    for n in [1, 2, 3, 5, 8, 9, 20, 33, 50, 65] {
        let families = spectra_of_families(n);
        let matrices: Vec<_> = families.iter().map(|(_, d)| family(&mut random, d)).collect();
        for set in sets() {
            let mut spectra = Spectra::new();
            solver(set).solve(&matrices, &mut spectra);
            for (spectrum, (name, d)) in spectra.iter().zip(&families) {
                let values = spectrum.unwrap_or_else(|e| panic!("{name}, n = {n}, {set}: {e}")).values;
                let norm = d.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
                assert_values(values, d, norm, &format!("{name}, n = {n}, {set}"));
            }
        }
    }
}

#[test]
fn diagonal_matrices_are_sorted_exactly() {
    for n in [1, 2, 3, 8, 20] {
        for (name, d) in spectra_of_families(n) {
            let shuffled = Mat::from_fn(n, n, |i, j| if i == j { d[(7 * i + 3) % n.max(1)] } else { 0.0 });
            let mut expected: Vec<f64> = (0..n).map(|i| shuffled[(i, i)]).collect();
            expected.sort_by(f64::total_cmp);
            let spectra = symmetric_eigenvalues(&vec![shuffled]);
            assert_eq!(spectra.get(0).expect("diagonal").values, expected, "{name}, n = {n}");
        }
    }
}

#[test]
fn scales_near_overflow_and_underflow_change_nothing() {
    let mut random = Random(3);
    for n in [1, 2, 9, 40] {
        let matrix = random_symmetric(&mut random, n);
        let expected = faer_values(matrix.as_ref());
        for exponent in [1000, 500, -500, -1000] {
            let scale = 2f64.powi(exponent);
            let scaled = Mat::from_fn(n, n, |i, j| matrix[(i, j)] * scale);
            let spectra = symmetric_eigen(&vec![scaled]);
            let spectrum = spectra.get(0).expect("a spectrum");
            let values: Vec<f64> = spectrum.values.iter().map(|value| value / scale).collect();
            assert_values(&values, &expected, n as f64, &format!("n = {n}, 2^{exponent}"));
            let x = spectrum.vectors.expect("vectors");
            assert!(orthogonality_ratio(Mat::identity(n, n).as_ref(), x) < ORTHOGONALITY_RATIO);
        }
    }
}

#[test]
fn subnormal_matrices_are_solved() {
    let tiny = 5e-324;
    let matrix = Mat::from_fn(3, 3, |i, j| if i == j { (i + 1) as f64 * 4.0 * tiny } else { 0.0 });
    let spectra = symmetric_eigenvalues(&vec![matrix]);
    assert_eq!(spectra.get(0).expect("subnormal").values, [4.0 * tiny, 8.0 * tiny, 12.0 * tiny]);
}

#[test]
fn vectors_pass_the_ratios_of_lapack() {
    let mut random = Random(11);
    for n in SIZES.into_iter().filter(|&n| n > 0) {
        let mut matrices = vec![random_symmetric(&mut random, n), second_difference(n)];
        if n <= 65 {
            let families = spectra_of_families(n);
            matrices.extend(families.iter().map(|(_, d)| family(&mut random, d)));
        }
        for set in sets() {
            let mut spectra = Spectra::new();
            solver(set).solve_with_vectors(&matrices, &mut spectra);
            for (k, (spectrum, matrix)) in spectra.iter().zip(&matrices).enumerate() {
                let spectrum = spectrum.expect("a spectrum");
                let x = spectrum.vectors.expect("vectors");
                let one = Mat::<f64>::identity(n, n);
                let residual = pair_ratio(matrix.as_ref(), one.as_ref(), x, spectrum.values);
                let orthogonality = orthogonality_ratio(one.as_ref(), x);
                assert!(residual < PAIR_RATIO, "matrix {k}, n = {n}, {set}: {residual}");
                assert!(orthogonality < ORTHOGONALITY_RATIO, "matrix {k}, n = {n}, {set}: {orthogonality}");
                assert!(spectrum.values.is_sorted());
            }
        }
    }
}

#[test]
fn random_matrices_agree_with_faer_for_all_sizes_of_batches() {
    let mut random = Random(5);
    let matrices: Vec<_> = (0..17).map(|_| random_symmetric(&mut random, 13)).collect();
    for set in sets() {
        for count in 1..=matrices.len() {
            let mut spectra = Spectra::new();
            solver(set).solve(&matrices[..count], &mut spectra);
            assert_eq!(spectra.len(), count);
            for (spectrum, matrix) in spectra.iter().zip(&matrices) {
                let expected = faer_values(matrix.as_ref());
                assert_values(
                    spectrum.expect("a spectrum").values,
                    &expected,
                    13.0,
                    &format!("{count} on {set}"),
                );
            }
        }
    }
}

/// Matrices of many sizes and kinds.
fn mixed() -> Vec<Mat<f64>> {
    let mut random = Random(23);
    let mut matrices = Vec::new();
    for n in [9, 0, 33, 16, 9, 50, 1, 33, 2, 9, 65, 33, 9, 16, 9, 9, 41, 9, 9, 33] {
        matrices.push(random_symmetric(&mut random, n));
        matrices.push(second_difference(n));
        matrices.push(Mat::zeros(n, n));
        let families = spectra_of_families(n);
        matrices.push(family(&mut random, &families[matrices.len() % families.len()].1));
    }
    matrices
}

#[test]
fn bits_do_not_depend_on_neighbours() {
    let matrices = mixed();
    let shuffled: Vec<usize> = (0..matrices.len()).map(|i| (37 * i + 11) % matrices.len()).collect();
    let others: Vec<_> = shuffled.iter().map(|&i| matrices[i].clone()).collect();
    for set in sets() {
        let mut solver = solver(set);
        let (mut all, mut moved, mut alone) = (Spectra::new(), Spectra::new(), Spectra::new());
        for vectors in [false, true] {
            let mut run = |matrices: &[Mat<f64>], spectra: &mut Spectra<f64>| match vectors {
                true => solver.solve_with_vectors(matrices, spectra),
                false => solver.solve(matrices, spectra),
            };
            run(&matrices, &mut all);
            run(&others, &mut moved);
            for (position, &index) in shuffled.iter().enumerate() {
                assert_eq!(bits(&all, index), bits(&moved, position), "{set}, matrix {index}");
            }
            for index in (0..matrices.len()).step_by(7) {
                run(&matrices[index..=index], &mut alone);
                assert_eq!(bits(&all, index), bits(&alone, 0), "{set}, matrix {index} alone");
            }
        }
    }
}

/// A group that half of the lanes hold runs with fewer of them.
#[test]
fn a_lone_matrix_has_the_bits_of_a_full_group() {
    let mut random = Random(29);
    for set in sets() {
        let mut solver = solver(set);
        for n in (2..=20).chain(38..=45).chain([64, 97, 98, 99, 100, 130]) {
            let matrices: Vec<_> = (0..8).map(|_| random_symmetric(&mut random, n)).collect();
            let (mut all, mut alone) = (Spectra::new(), Spectra::new());
            solver.solve(&matrices, &mut all);
            solver.solve(&matrices[6..7], &mut alone);
            assert_eq!(bits(&all, 6), bits(&alone, 0), "{set}, n = {n}");
            solver.solve_with_vectors(&matrices, &mut all);
            solver.solve_with_vectors(&matrices[6..7], &mut alone);
            assert!(bits(&all, 6) == bits(&alone, 0), "{set}, n = {n}, vectors");
        }
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let matrices = mixed();
    let run = |threads: usize| with_threads(threads, || symmetric_eigen(&matrices)).expect("threads");
    let one = run(1);
    for threads in [2, 4] {
        let many = run(threads);
        for index in 0..matrices.len() {
            assert_eq!(bits(&one, index), bits(&many, index), "{threads} threads, matrix {index}");
        }
    }
}

#[test]
fn only_the_lower_triangle_is_read() {
    let mut random = Random(2);
    let matrix = random_symmetric(&mut random, 12);
    let lower = Mat::from_fn(12, 12, |i, j| if i < j { f64::NAN } else { matrix[(i, j)] });
    let both = symmetric_eigen(&vec![matrix, lower]);
    assert_eq!(bits(&both, 0), bits(&both, 1));
}

#[test]
fn bad_matrices_fail_alone() {
    let mut matrices: Vec<_> = (0..11).map(|_| second_difference(10)).collect();
    matrices[3][(7, 2)] = f64::NAN;
    matrices[6][(9, 9)] = f64::NEG_INFINITY;
    matrices[8] = Mat::zeros(10, 9);
    let expected = second_difference_values(10);
    for spectra in [symmetric_eigenvalues(&matrices), symmetric_eigen(&matrices)] {
        let matrix = Operand::Matrix;
        let reasons = [
            (3, EigenError::NonFinite { matrix, row: 7, col: 2 }),
            (6, EigenError::NonFinite { matrix, row: 9, col: 9 }),
            (8, EigenError::NotSquare { matrix, rows: 10, cols: 9 }),
        ];
        assert_eq!(spectra.failures().collect::<Vec<_>>(), reasons);
        for index in [0, 1, 2, 4, 5, 7, 9, 10] {
            assert_values(spectra.get(index).expect("good").values, &expected, 4.0, "beside bad ones");
        }
    }
}

#[test]
fn nothing_is_a_batch() {
    let spectra = symmetric_eigen(&Vec::<Mat<f64>>::new());
    assert!(spectra.is_empty());
    let empty = symmetric_eigen(&vec![Mat::<f64>::zeros(0, 0)]);
    assert_eq!(empty.get(0).expect("empty").values, [0.0; 0]);
}

/// Eigenvalues keep their digits, as parts of the largest, where all entries are small.
#[test]
fn small_entries_of_a_large_matrix_keep_their_digits() {
    let n = 810;
    let scale = 1e-14;
    // Dense, with a known spectrum: H diag(d) H with the reflector H = I - 2 u u' / (u' u).
    let u: Vec<f64> = (0..n).map(|i| 1.0 + (i % 7) as f64).collect();
    let length: f64 = u.iter().map(|x| x * x).sum();
    // Mostly a null space, as the mass of a model that is mostly massless has.
    let d = |k: usize| if k < 600 { 0.0 } else { scale * k as f64 };
    let du: f64 = (0..n).map(|k| d(k) * u[k] * u[k]).sum();
    let matrix = Mat::from_fn(n, n, |i, j| {
        let own = if i == j { d(i) } else { 0.0 };
        own - 2.0 * u[i] * u[j] * (d(i) + d(j)) / length + 4.0 * u[i] * u[j] * du / length.powi(2)
    });
    // LAPACK's bound for the residual, as the other tests have it: some n ulp of the norm.
    let bound = 4.0 * n as f64 * f64::EPSILON * d(n - 1);
    for spectra in [symmetric_eigenvalues(&vec![matrix.clone()]), symmetric_eigen(&vec![matrix])] {
        let spectrum = spectra.get(0).expect("an eigenvalue for each row");
        for (k, value) in spectrum.values.iter().enumerate() {
            assert!((value - d(k)).abs() <= bound, "{k}: {value:e} instead of {:e}", d(k));
        }
    }
}
