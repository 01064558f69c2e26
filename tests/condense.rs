//! Condensation: what always holds, every way to the same numbers, and every refusal.

#[path = "support/solid.rs"]
mod solid;

use std::collections::HashMap;

use approx::assert_relative_eq;
use faer::Mat;
use modalsweep::condense::{
    Certificate, CondenseError, Guyan, GuyanOptions, GuyanPlan, Known, MassMethod, Partition, Recovery,
    RigidBodyCheck, choose_masters, condense,
};
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::io::DofLabel;
use modalsweep::matrix::{DofNames, MatrixError, SymmetricMatrix};
use modalsweep::parallel::{Silent, with_threads};
use proptest::prelude::*;
use solid::{Solid, SolidFace, solid};

struct Model {
    k: SymmetricMatrix,
    m: SymmetricMatrix,
    names: DofNames,
    coordinates: HashMap<i64, [f64; 3]>,
}

/// A brick of 5 x 4 x 3 hexahedra.
fn brick(face: SolidFace) -> Model {
    brick_of([5, 4, 3], face)
}

fn brick_of(elements: [usize; 3], face: SolidFace) -> Model {
    let Solid { stiffness, mass, labels, coordinates } = solid(elements, face);
    let matrix =
        |csc: solid::LowerCsc| SymmetricMatrix::from_lower_csc(csc.col_ptr, csc.row_idx, csc.values).unwrap();
    let coordinates = coordinates.iter().enumerate().map(|(node, at)| (labels[3 * node].0, *at)).collect();
    let labels = labels.into_iter().map(|(node, component)| DofLabel { node, component }).collect();
    Model { k: matrix(stiffness), m: matrix(mass), names: DofNames::labelled(labels), coordinates }
}

fn dense(matrix: &SymmetricMatrix) -> Mat<f64> {
    Mat::from_fn(matrix.size(), matrix.size(), |i, j| matrix.get(i, j))
}

fn every(step: usize, size: usize) -> Vec<usize> {
    (0..size).step_by(step).collect()
}

fn reduce(model: &Model, masters: &[usize], options: &GuyanOptions) -> Guyan {
    let partition = Partition::new(model.k.size(), masters).unwrap();
    condense(&model.k, Some(&model.m), partition, options, &Silent).unwrap()
}

fn eigenvalues(guyan: &Guyan) -> Vec<f64> {
    definite_pair(guyan.stiffness(), guyan.mass().unwrap(), &PairOptions::default()).unwrap().eigenvalues
}

fn largest_gap(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    (a - b).norm_max() / b.norm_max()
}

/// K_r = R' K R and M_r = R' M R with R = [I; T], T from a dense LU: the definition.
#[test]
fn agrees_with_the_definition() {
    let model = brick(SolidFace::Clamped);
    let masters = every(7, model.k.size());
    let mut guyan = reduce(&model, &masters, &keep());
    let (k, m) = (dense(&model.k), dense(&model.m));
    let slaves = guyan.partition().slaves().to_vec();
    let block = |a: &Mat<f64>, rows: &[usize], cols: &[usize]| {
        Mat::from_fn(rows.len(), cols.len(), |i, j| a[(rows[i], cols[j])])
    };
    use faer::linalg::solvers::Solve;
    let t = block(&k, &slaves, &slaves).partial_piv_lu().solve(block(&k, &slaves, &masters)) * -1.0;
    assert!(largest_gap(&guyan.take_recovery().unwrap(), &t) < 1e-12);
    let full = |a: &Mat<f64>| {
        let cross = t.transpose() * block(a, &slaves, &masters);
        let inner = t.transpose() * (block(a, &slaves, &slaves) * &t);
        block(a, &masters, &masters) + &cross + cross.transpose() + inner
    };
    assert!(largest_gap(&guyan.stiffness().to_owned(), &full(&k)) < 1e-12);
    assert!(largest_gap(&guyan.mass().unwrap().to_owned(), &full(&m)) < 1e-12);
}

fn keep<'a>() -> GuyanOptions<'a> {
    let mut options = GuyanOptions::default();
    options.recovery = Recovery::Keep;
    options
}

/// Stored columns, a second solve, and the forward half alone give the same matrices.
#[test]
fn every_way_leads_to_the_same_matrices() {
    let model = brick_of([12, 9, 8], SolidFace::Clamped);
    let masters = every(15, model.k.size());
    let mut stored = reduce(&model, &masters, &GuyanOptions::default());
    assert_eq!(stored.mass_method(), Some(MassMethod::StoredColumns));
    // One byte less than the factor and all columns; the results and one block fit in that.
    let slaves = model.k.size() - masters.len();
    let mut tight = GuyanOptions::default();
    tight.memory_limit =
        Some(stored.factor().symbolic().factor_bytes() + 8 * (masters.len() * slaves) as u64 - 1);
    let streamed = with_threads(1, || reduce(&model, &masters, &tight)).unwrap();
    assert_eq!(streamed.mass_method(), Some(MassMethod::SecondSolve));
    let partition = Partition::new(model.k.size(), &masters).unwrap();
    let alone = condense(&model.k, None, partition, &GuyanOptions::default(), &Silent).unwrap();
    for other in [&streamed, &alone] {
        assert!(largest_gap(&other.stiffness().to_owned(), &stored.stiffness().to_owned()) < 1e-13);
    }
    assert!(largest_gap(&streamed.mass().unwrap().to_owned(), &stored.mass().unwrap().to_owned()) < 1e-13);
    assert!(alone.mass().is_none() && stored.take_recovery().is_none());
}

#[test]
fn results_are_exactly_symmetric_and_follow_the_order_of_the_masters() {
    let model = brick(SolidFace::Clamped);
    let masters = every(5, model.k.size());
    let backwards: Vec<usize> = masters.iter().rev().copied().collect();
    let (a, b) = (reduce(&model, &masters, &keep()), reduce(&model, &backwards, &keep()));
    let last = masters.len() - 1;
    for i in 0..masters.len() {
        for j in 0..masters.len() {
            assert_eq!(a.stiffness()[(i, j)], a.stiffness()[(j, i)]);
            assert_eq!(a.mass().unwrap()[(i, j)], a.mass().unwrap()[(j, i)]);
            let scale = a.stiffness()[(i, i)].max(a.stiffness()[(j, j)]);
            let other = b.stiffness()[(last - i, last - j)];
            assert!((a.stiffness()[(i, j)] - other).abs() < 1e-13 * scale);
        }
    }
}

#[test]
fn same_bits_with_one_two_and_four_threads() {
    let model = brick(SolidFace::Clamped);
    let masters = every(2, model.k.size());
    let partition = || Partition::new(model.k.size(), &masters).unwrap();
    let run = |threads| {
        with_threads(threads, || {
            let mut with_mass = reduce(&model, &masters, &keep());
            let alone = condense(&model.k, None, partition(), &GuyanOptions::default(), &Silent).unwrap();
            let chosen = choose_masters(&model.k, &model.m, 40, &GuyanOptions::default(), &Silent).unwrap();
            let mass = with_mass.mass().unwrap().to_owned();
            (
                with_mass.stiffness().to_owned(),
                mass,
                with_mass.take_recovery(),
                alone.stiffness().to_owned(),
                chosen,
            )
        })
        .unwrap()
    };
    let one = run(1);
    assert!(one == run(2) && one == run(4));
}

/// Rayleigh-Ritz: reduced frequencies are never below the full model's, and one more master never
/// raises any.
#[test]
fn more_masters_never_raise_a_frequency() {
    let model = brick(SolidFace::Clamped);
    let full = definite_pair(dense(&model.k).as_ref(), dense(&model.m).as_ref(), &PairOptions::default());
    let full = full.unwrap().eigenvalues;
    let mut before: Option<Vec<f64>> = None;
    for step in [48, 24, 12, 6, 3] {
        let now = eigenvalues(&reduce(&model, &every(step, model.k.size()), &GuyanOptions::default()));
        for (mode, (&reduced, &exact)) in now.iter().zip(&full).enumerate() {
            assert!(reduced >= exact * (1.0 - 1e-10), "mode {mode} of step {step}");
        }
        for (mode, (&fewer, &more)) in before.iter().flatten().zip(&now).enumerate() {
            assert!(more <= fewer * (1.0 + 1e-10), "mode {mode} of step {step}");
        }
        before = Some(now);
    }
}

/// A free body keeps its six rigid-body motions, its mass, and weighs the same.
#[test]
fn a_free_body_stays_free() {
    let model = brick(SolidFace::Free);
    let guyan = reduce(&model, &every(4, model.k.size()), &GuyanOptions::default());
    let mut known = Known::names(&model.names);
    known.coordinates = Some(&model.coordinates);
    let certificate = Certificate::new(&guyan, &model.k, Some(&model.m), known);
    let RigidBodyCheck::Checked { directions } = &certificate.rigid_body else { panic!("not checked") };
    assert_eq!(directions.len(), 6);
    for check in directions {
        assert!(check.full < 1e-13 && check.reduced < 1e-12, "{check:?}");
    }
    // 5 x 4 x 3 unit cubes of density 7850.
    for balance in certificate.mass_balance.as_ref().unwrap() {
        assert_relative_eq!(balance.before, 60.0 * 7850.0, max_relative = 1e-12);
        assert_relative_eq!(balance.after, 60.0 * 7850.0, max_relative = 1e-11);
    }
    let modes = definite_pair(guyan.stiffness(), guyan.mass().unwrap(), &PairOptions::default()).unwrap();
    assert_eq!(modes.rigid_count, 6);
}

/// The lowest eigenvalue of (K_ss, M_ss) by dense algebra.
#[test]
fn first_fixed_interface_frequency() {
    let model = brick(SolidFace::Clamped);
    for step in [1000, 30, 7, 2] {
        let masters = every(step, model.k.size());
        let guyan = reduce(&model, &masters, &GuyanOptions::default());
        let slaves = guyan.partition().slaves();
        let block = |a: &SymmetricMatrix| {
            Mat::from_fn(slaves.len(), slaves.len(), |i, j| a.get(slaves[i], slaves[j]))
        };
        let modes =
            definite_pair(block(&model.k).as_ref(), block(&model.m).as_ref(), &PairOptions::default());
        let certificate = Certificate::new(&guyan, &model.k, Some(&model.m), Known::names(&model.names));
        let found = certificate.first_fixed_interface_hz.unwrap();
        assert_relative_eq!(found, modes.unwrap().frequencies_hz()[0], max_relative = 1e-7);
    }
}

/// Condensation is exact for loads: masters move as in the full model, and recovery gives the slaves
/// where only masters are loaded.
#[test]
fn loads_and_recovery_are_exact_in_statics() {
    let model = brick(SolidFace::Clamped);
    let size = model.k.size();
    let masters = every(11, size);
    let guyan = reduce(&model, &masters, &keep());
    use faer::linalg::solvers::Solve;
    let solver = dense(&model.k).llt(faer::Side::Lower).unwrap();
    let loads = Mat::from_fn(size, 3, |i, j| ((i * 7 + j * 13) % 17) as f64 - 8.0);
    let exact = solver.solve(&loads);
    let reduced = guyan.stiffness().to_owned().llt(faer::Side::Lower).unwrap();
    let moved = reduced.solve(guyan.reduce_loads(loads.as_ref()));
    let expected = Mat::from_fn(masters.len(), 3, |i, j| exact[(masters[i], j)]);
    assert!(largest_gap(&moved, &expected) < 1e-10);
    let at_masters = Mat::from_fn(size, 1, |i, _| if masters.contains(&i) { 1.0 } else { 0.0 });
    let exact = solver.solve(&at_masters);
    let recovered = guyan.recover(reduced.solve(guyan.reduce_loads(at_masters.as_ref())).as_ref());
    assert!(largest_gap(&recovered, &exact) < 1e-10);
}

#[test]
fn one_plan_serves_many_stiffnesses() {
    let model = brick(SolidFace::Clamped);
    let partition = Partition::new(model.k.size(), &every(9, model.k.size())).unwrap();
    let options = GuyanOptions::default();
    let plan = GuyanPlan::new(&model.k, partition, &options).unwrap();
    for factor in [1.0, 4.0, 0.25] {
        let stiffness = model.k.with_values(model.k.values().iter().map(|k| factor * k).collect()).unwrap();
        let guyan = plan.condense(&stiffness, None, &options, &Silent).unwrap();
        let first = plan.condense(&model.k, None, &options, &Silent).unwrap();
        // Powers of four change no bits of a Cholesky factor.
        assert_eq!(guyan.stiffness()[(0, 0)], factor * first.stiffness()[(0, 0)]);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let model = brick(SolidFace::Clamped);
    let size = model.k.size();
    assert_eq!(Partition::new(size, &[]), Err(CondenseError::NoMasters));
    assert_eq!(Partition::new(size, &every(1, size)), Err(CondenseError::AllMasters { size }));
    assert_eq!(Partition::new(size, &[3, 3]), Err(CondenseError::MasterTwice { dof: 3 }));
    assert_eq!(Partition::new(size, &[size]), Err(CondenseError::MasterOutOfRange { dof: size, size }));
    let small = brick(SolidFace::Free);
    let partition = Partition::new(size, &[0, 1]).unwrap();
    let result = condense(&model.k, Some(&small.m), partition.clone(), &GuyanOptions::default(), &Silent);
    assert!(matches!(result, Err(CondenseError::Matrix(MatrixError::SizesDiffer { .. }))));
    let mut options = GuyanOptions::default();
    options.memory_limit = Some(1000);
    let result = condense(&model.k, None, partition.clone(), &options, &Silent);
    assert!(matches!(result, Err(CondenseError::MemoryLimit { limit: 1000, .. })));
    let mut values = model.m.values().to_vec();
    values[model.m.col_ptr()[17]] = -1.0;
    let negative = model.m.with_values(values).unwrap();
    let result = condense(&model.k, Some(&negative), partition, &GuyanOptions::default(), &Silent);
    assert_eq!(result.unwrap_err(), CondenseError::NegativeMass { dof: 17, value: -1.0 });
    let many = choose_masters(&model.k, &model.m, size + 1, &GuyanOptions::default(), &Silent);
    assert_eq!(many, Err(CondenseError::TooFewCandidates { wanted: size + 1, candidates: size }));
}

/// Two springs in a row, free, one end kept: no stiffness is left, and that is no rounding error.
#[test]
fn masters_that_hold_a_free_body_just_so() {
    let third = 1.0 / 3.0;
    let k = SymmetricMatrix::from_lower_csc(
        vec![0, 2, 4, 5],
        vec![0, 1, 1, 2, 2],
        vec![third, -third, third + 0.7, -0.7, 0.7],
    );
    let (k, partition) = (k.unwrap(), Partition::new(3, &[0]).unwrap());
    let guyan = condense(&k, None, partition.clone(), &GuyanOptions::default(), &Silent).unwrap();
    assert_eq!(guyan.stiffness()[(0, 0)], 0.0);
    let guyan = condense(&k, Some(&k), partition, &GuyanOptions::default(), &Silent).unwrap();
    assert_eq!(guyan.stiffness()[(0, 0)], 0.0);
}

/// A stiff link inside of a body does not hide that the body is held, and digits that cancel are told.
#[test]
fn stiff_links_do_not_hide_a_soft_support() {
    // Ground - 1e3 - 1 - 1e6 - 2 - 1e13 - 3 - 1e6 - 4, along x.
    let springs = [1e3, 1e6, 1e13, 1e6];
    let k = SymmetricMatrix::from_lower_csc(
        vec![0, 2, 4, 6, 7],
        vec![0, 1, 1, 2, 2, 3, 3],
        vec![
            springs[0] + springs[1],
            -springs[1],
            springs[1] + springs[2],
            -springs[2],
            springs[2] + springs[3],
            -springs[3],
            springs[3],
        ],
    )
    .unwrap();
    let labels: Vec<DofLabel> = (1..=4).map(|node| DofLabel { node, component: 1 }).collect();
    let coordinates = (1..=4).map(|node| (node, [node as f64, 0.0, 0.0])).collect();
    let names = DofNames::labelled(labels);
    let mut known = Known::names(&names);
    known.coordinates = Some(&coordinates);
    let partition = Partition::new(4, &[1, 2]).unwrap();
    let guyan = condense(&k, None, partition, &GuyanOptions::default(), &Silent).unwrap();
    let certificate = Certificate::new(&guyan, &k, None, known);
    let RigidBodyCheck::Checked { directions } = &certificate.rigid_body else { panic!("not checked") };
    // At the first node the support is 1e3 of 2e6 + 1e3.
    assert_relative_eq!(directions[0].full, 1e3 / (2e6 + 1e3), max_relative = 1e-9);
    // One master keeps the support alone: 1e3 of 1e13.
    let guyan =
        condense(&k, None, Partition::new(4, &[1]).unwrap(), &GuyanOptions::default(), &Silent).unwrap();
    let certificate = Certificate::new(&guyan, &k, None, known);
    assert_relative_eq!(certificate.largest_master_ratio, 1e10, max_relative = 0.01);
    assert!(certificate.in_words().iter().any(|words| words.contains("digits are lost")));
}

/// One node of a free brick holds three of six motions: three DOFs are not restrained.
#[test]
fn masters_that_leave_a_mechanism() {
    let model = brick(SolidFace::Free);
    let partition = Partition::new(model.k.size(), &[0, 1, 2]).unwrap();
    match condense(&model.k, None, partition, &GuyanOptions::default(), &Silent) {
        Err(error @ CondenseError::Mechanism { .. }) => {
            let CondenseError::Mechanism { dofs, .. } = &error else { unreachable!() };
            assert_eq!(dofs.len(), 3, "{dofs:?}");
            assert!(error.describe(&model.names).contains(&model.names.name(dofs[0])));
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Any choice of masters keeps the frequencies above those of the full model.
    #[test]
    fn any_choice_of_masters(seed in prop::collection::btree_set(0usize..300, 1..40)) {
        let model = brick(SolidFace::Clamped);
        let masters: Vec<usize> = seed.into_iter().collect();
        let guyan = reduce(&model, &masters, &GuyanOptions::default());
        let full = definite_pair(dense(&model.k).as_ref(), dense(&model.m).as_ref(), &PairOptions::default()).unwrap();
        for (reduced, exact) in eigenvalues(&guyan).iter().zip(&full.eigenvalues) {
            prop_assert!(*reduced >= exact * (1.0 - 1e-9));
        }
    }
}
