//! Stress recovery: uniform strain, a plain computation, cases that do not touch each other, envelopes, averages, stress
//! modes.

#[path = "support/decks.rs"]
mod decks;

use decks::{example, field, model};
use modalsweep::model::{ElementKind, Isoparametric, Lame, Model, tables};
use modalsweep::parallel::with_threads;
use modalsweep::stress::{
    Component, Displacements, Envelope, EnvelopeOf, NodalAverage, StressError, StressModes, StressRecovery,
    StressTensor, principal_into,
};
use nalgebra::{Matrix3, Vector3};
use ndarray::{Array2, Array3, Array4, Axis, s};

/// The decks of distorted solids without their supports: every node moves freely.
fn free(kind: &str) -> Model {
    let mesh = std::fs::read_to_string(decks::data(&format!("decks/{kind}.inc"))).unwrap();
    model(&mesh)
}

const KINDS: [&str; 5] = ["c3d4", "c3d8", "c3d10", "c3d20", "c3d20r"];

/// Numbers in -1..1 without a pattern.
fn rough(count: usize, width: usize) -> Array2<f64> {
    Array2::from_shape_fn((count, width), |(i, j)| {
        2.0 * ((i * 7919 + j * 104_729 + 17) as f64 * 0.618_033_988_749_894_9).fract() - 1.0
    })
}

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |largest, value| value.abs().max(largest))
}

/// u = A x: the strain is the symmetric part of A at every point of every shape.
#[test]
fn uniform_strain_gives_hookes_stress_at_every_point() {
    let a = Matrix3::new(1.0, -2.0, 0.5, 3.0, -0.5, 1.5, 0.25, 4.0, 2.0) * 1e-4;
    for kind in KINDS {
        let model = free(kind);
        let shape = field(&model, |x| (a * Vector3::from(x)).into());
        let recovery = StressRecovery::new(&model);
        let stresses = recovery.stresses(&Displacements::new(&model, shape.view()).unwrap());
        for (number, block) in model.blocks().iter().enumerate() {
            let properties = model.sections()[block.section].properties;
            let Lame { lambda, mu } = Lame::new(properties.young, properties.poisson);
            let stress = Matrix3::identity() * (lambda * a.trace()) + (a + a.transpose()) * mu;
            let expected = [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0)].map(|at| stress[at]);
            for point in recovery.points_of_block(number) {
                for (found, expected) in stresses.slice(s![0, point, ..]).iter().zip(expected) {
                    assert!((found - expected).abs() < 1e-12 * stress.amax(), "{kind}: {found} {expected}");
                }
            }
        }
    }
}

/// Stress at one point of one element from B u in nalgebra, with the mean volumetric strain where asked for.
fn plain<const N: usize, const P: usize>(
    tables: &Isoparametric<N, P>,
    nodes: &[[f64; 3]],
    u: &[[f64; 3]],
    lame: Lame,
    mean: bool,
) -> Vec<[f64; 6]> {
    let at = |point: usize| {
        let mut jacobian = Matrix3::zeros();
        for (gradient, x) in tables.gradients[point].iter().zip(nodes) {
            jacobian += Vector3::from(*gradient) * Vector3::from(*x).transpose();
        }
        let mut h = Matrix3::zeros();
        for (gradient, u) in tables.gradients[point].iter().zip(u) {
            let gradient = jacobian.lu().solve(&Vector3::from(*gradient)).expect("a regular Jacobian");
            h += Vector3::from(*u) * gradient.transpose();
        }
        (h, jacobian.determinant() * tables.weights[point])
    };
    let all: Vec<_> = (0..P).map(at).collect();
    let volume: f64 = all.iter().map(|own| own.1).sum();
    let mean_trace = all.iter().map(|(h, weight)| h.trace() * weight).sum::<f64>() / volume;
    all.iter()
        .map(|(h, _)| {
            let mut strain = (h + h.transpose()) * 0.5;
            if mean {
                strain += Matrix3::identity() * ((mean_trace - h.trace()) / 3.0);
            }
            let stress = Matrix3::identity() * (lame.lambda * strain.trace()) + strain * (2.0 * lame.mu);
            [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0)].map(|at| stress[at])
        })
        .collect()
}

#[test]
fn rough_displacements_give_what_a_plain_computation_gives() {
    for kind in KINDS {
        let model = free(kind);
        // Eleven cases: one group of lanes and a piece of another.
        let shapes = rough(11, model.equations().count()) * 1e-3;
        let displacements = Displacements::new(&model, shapes.view()).unwrap();
        let recovery = StressRecovery::new(&model);
        let stresses = recovery.stresses(&displacements);
        let scale = largest(stresses.iter().copied());
        for case in [0, 7, 8, 10] {
            let mut point = 0;
            for block in model.blocks() {
                let properties = model.sections()[block.section].properties;
                let lame = Lame::new(properties.young, properties.poisson);
                for element in 0..block.len() {
                    let own = block.nodes_of(element);
                    let nodes: Vec<_> = own.iter().map(|&node| model.positions()[node as usize]).collect();
                    let u: Vec<[f64; 3]> = own
                        .iter()
                        .map(|&node| std::array::from_fn(|c| displacements.at(case, node as usize, c)))
                        .collect();
                    let expected = match block.kind {
                        ElementKind::C3D4 => plain(&tables::C3D4, &nodes, &u, lame, false),
                        ElementKind::C3D8 => plain(&tables::C3D8, &nodes, &u, lame, true),
                        ElementKind::C3D10 => plain(&tables::C3D10, &nodes, &u, lame, false),
                        ElementKind::C3D20 => plain(&tables::C3D20, &nodes, &u, lame, false),
                        _ => plain(&tables::C3D20R, &nodes, &u, lame, false),
                    };
                    for expected in expected {
                        let found = stresses.slice(s![case, point, ..]);
                        let error = largest(found.iter().zip(expected).map(|(a, b)| a - b));
                        assert!(error < 1e-12 * scale, "{kind}: {error:e} of {scale:e}");
                        point += 1;
                    }
                }
            }
            assert_eq!(point, recovery.point_count());
        }
    }
}

#[test]
fn cases_have_the_same_bits_alone_in_company_and_on_any_threads() {
    let model = free("c3d10");
    let shapes = rough(70, model.equations().count());
    let recovery = StressRecovery::new(&model);
    let run = |rows: std::ops::Range<usize>, threads: usize| {
        let displacements = Displacements::new(&model, shapes.slice(s![rows, ..])).unwrap();
        with_threads(threads, || (recovery.stresses(&displacements), recovery.von_mises(&displacements)))
            .unwrap()
    };
    let (all, misen) = run(0..70, 1);
    for threads in [2, 4] {
        assert!(run(0..70, threads) == (all.clone(), misen.clone()), "{threads} threads");
    }
    for rows in [0..1, 5..12, 31..33, 64..70] {
        let (stresses, von_mises) = run(rows.clone(), 2);
        assert!(stresses == all.slice(s![rows.clone(), .., ..]), "{rows:?}");
        assert!(von_mises == misen.slice(s![rows.clone(), ..]), "{rows:?}");
    }
    for (tensor, von_mises) in all.rows().into_iter().zip(&misen) {
        let tensor = StressTensor(std::array::from_fn(|c| tensor[c]));
        assert!((tensor.von_mises() - von_mises).abs() <= 1e-15 * von_mises);
    }
}

const TOWER_CASES: usize = 3;

#[test]
fn trusses_have_the_stress_of_their_stretch_as_xx() {
    let model = example("decks/tower.inp");
    let strain = 1e-3;
    let free =
        decks::model(&without_supports(&std::fs::read_to_string(decks::data("decks/tower.inp")).unwrap()));
    let one = field(&free, |x| x.map(|value| strain * value));
    let shapes =
        Array2::from_shape_fn((TOWER_CASES, one.ncols()), |(case, at)| (case as f64 + 1.0) * one[[0, at]]);
    let recovery = StressRecovery::new(&free);
    let stresses = recovery.stresses(&Displacements::new(&free, shapes.view()).unwrap());
    assert_eq!(recovery.point_count(), model.blocks().iter().map(|block| block.len()).sum::<usize>());
    for (number, block) in free.blocks().iter().enumerate() {
        let young = free.sections()[block.section].properties.young;
        for point in recovery.points_of_block(number) {
            for case in 0..TOWER_CASES {
                let own = stresses.slice(s![case, point, ..]);
                let expected = (case as f64 + 1.0) * strain * young;
                assert!((own[0] / expected - 1.0).abs() < 1e-12, "{own}");
                assert!(own.iter().skip(1).all(|value| *value == 0.0));
            }
        }
    }
}

/// S n = s n and a right-handed set of unit vectors, at every point of rough displacements.
#[test]
fn principal_stresses_diagonalize_every_tensor_on_any_threads() {
    let model = free("c3d20r");
    let shapes = rough(3, model.equations().count());
    let recovery = StressRecovery::new(&model);
    let mut stresses = recovery.stresses(&Displacements::new(&model, shapes.view()).unwrap());
    let run = |stresses: &Array3<f64>, threads: usize| {
        let (cases, points, _) = stresses.dim();
        let (mut values, mut directions) =
            (Array3::zeros((cases, points, 3)), Array4::zeros((cases, points, 3, 3)));
        let work = || principal_into(stresses.view(), values.view_mut(), directions.view_mut());
        with_threads(threads, work).unwrap();
        (values, directions)
    };
    let (values, directions) = run(&stresses, 1);
    assert!(run(&stresses, 4) == (values.clone(), directions.clone()));
    for ((case, point), _) in values.index_axis(Axis(2), 0).indexed_iter() {
        let s = |component: usize| stresses[[case, point, component]];
        let tensor = Matrix3::new(s(0), s(3), s(5), s(3), s(1), s(4), s(5), s(4), s(2));
        let vector = |own: usize| Vector3::from_fn(|axis, _| directions[[case, point, own, axis]]);
        for own in 0..3 {
            let defect = (tensor * vector(own) - vector(own) * values[[case, point, own]]).amax();
            assert!(defect < 1e-13 * tensor.amax(), "{defect:e}");
        }
        assert!((vector(0).cross(&vector(1)).dot(&vector(2)) - 1.0).abs() < 1e-13);
        assert!(values[[case, point, 0]] >= values[[case, point, 1]]);
        assert!(values[[case, point, 1]] >= values[[case, point, 2]]);
    }
    stresses[[1, 2, 3]] = f64::NAN;
    let (values, _) = run(&stresses, 2);
    assert!(values[[1, 2, 0]].is_nan() && values[[1, 3, 0]].is_finite());
}

/// A deck up to its supports.
fn without_supports(deck: &str) -> String {
    let end = deck.find("*BOUNDARY").expect("supports");
    deck[..end].to_owned()
}

/// The extreme of each element from all stresses.
fn expected_extremes(recovery: &StressRecovery, values: &Array2<f64>, sign: f64) -> Vec<(f64, usize, usize)> {
    let mut all = Vec::new();
    for (number, block) in recovery.model().blocks().iter().enumerate() {
        let points = recovery.points_of_block(number);
        let each = points.len() / block.len();
        for element in 0..block.len() {
            let mut worst: Option<(f64, usize, usize)> = None;
            for case in 0..values.nrows() {
                for point in 0..each {
                    let value = values[[case, points.start + element * each + point]];
                    if worst.is_none_or(|worst| sign * value > sign * worst.0) {
                        worst = Some((value, case, point));
                    }
                }
            }
            all.push(worst.unwrap());
        }
    }
    all
}

#[test]
fn envelopes_are_the_extremes_of_all_cases_however_they_are_added() {
    for kind in ["c3d10", "c3d8"] {
        let model = free(kind);
        let mut shapes = rough(77, model.equations().count());
        // Equal cases: the first of them governs.
        let first = shapes.row(3).to_owned();
        shapes.row_mut(40).assign(&first);
        shapes.row_mut(5).assign(&first);
        let recovery = StressRecovery::new(&model);
        let whole = Displacements::new(&model, shapes.view()).unwrap();
        let stresses = recovery.stresses(&whole);
        let component = |c: usize| stresses.slice(s![.., .., c]).to_owned();
        let quantities = [
            (EnvelopeOf::VonMises, recovery.von_mises(&whole), 1.0),
            (EnvelopeOf::Largest(Component::Xy), component(3), 1.0),
            (EnvelopeOf::Smallest(Component::Zz), component(2), -1.0),
        ];
        for (of, values, sign) in quantities {
            let expected = expected_extremes(&recovery, &values, sign);
            for ends in [vec![0, 77], vec![0, 1, 33, 34, 77]] {
                let mut envelope = Envelope::new(&recovery, of);
                assert!(envelope.of_block(0).is_empty() && envelope.ranked().is_empty());
                for rows in ends.windows(2) {
                    let shapes = shapes.slice(s![rows[0]..rows[1], ..]);
                    envelope.add(&Displacements::new(&model, shapes).unwrap());
                }
                assert_eq!(envelope.cases(), 77);
                let found = (0..model.blocks().len()).flat_map(|block| envelope.of_block(block));
                let found: Vec<_> = found.map(|own| (own.value, own.case, own.point)).collect();
                assert_eq!(found, expected, "{kind} {of:?}");
                let ranked = envelope.ranked();
                assert!(ranked.is_sorted_by(|a, b| sign * a.extreme.value >= sign * b.extreme.value));
                assert_eq!(ranked.len(), found.len());
            }
        }
    }
}

/// A stress that is linear in x is extrapolated without error by the quadratic solids with straight edges, and one that
/// is the same at all points by all.
#[test]
fn averages_at_nodes_reproduce_linear_stress() {
    let text = |kind: &str, nodes: &str, element: &str| {
        format!(
            "*NODE\n{nodes}*ELEMENT, TYPE={kind}, ELSET=E\n{element}*MATERIAL, NAME=M\n*ELASTIC\n1000, 0.25\n\
             *SOLID SECTION, ELSET=E, MATERIAL=M\n"
        )
    };
    let corners = [[0.0, 0.0, 0.0], [2.0, 0.1, 0.0], [0.3, 1.5, 0.2], [0.1, 0.4, 1.7]];
    let edges = [[0, 1], [1, 2], [2, 0], [0, 3], [1, 3], [2, 3]];
    let middle =
        |[a, b]: [usize; 2]| std::array::from_fn::<f64, 3, _>(|c| 0.5 * (corners[a][c] + corners[b][c]));
    let nodes: Vec<[f64; 3]> = corners.into_iter().chain(edges.map(middle)).collect();
    let lines: String =
        nodes.iter().zip(1..).map(|(x, id)| format!("{id}, {}, {}, {}\n", x[0], x[1], x[2])).collect();
    let model = model(&text("C3D10", &lines, "1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10\n"));
    // u_x = x^2 / 2 + x y, so that strain is xx = x + y, xy = x.
    let shape = field(&model, |[x, y, _]| [0.5 * x * x + x * y, 0.0, 0.0]);
    let recovery = StressRecovery::new(&model);
    let stresses = recovery.stresses(&Displacements::new(&model, shape.view()).unwrap());
    let average = NodalAverage::new(&recovery);
    let mut rows = Array2::zeros((average.rows().len(), 6));
    average.average_into(stresses.slice(s![0, .., ..]), rows.view_mut());
    let Lame { lambda, mu } = Lame::new(1000.0, 0.25);
    for (&(node, _), row) in average.rows().iter().zip(rows.rows()) {
        let [x, y, _] = model.positions()[node as usize];
        let (xx, xy) = (x + y, x);
        let expected = [(lambda + 2.0 * mu) * xx, lambda * xx, lambda * xx, mu * xy, 0.0, 0.0];
        let error = largest(row.iter().zip(expected).map(|(a, b)| a - b));
        assert!(error < 1e-12 * 5e3, "node {node}: {row} {expected:?}");
    }
}

#[test]
fn nodes_between_materials_have_a_row_for_each() {
    let model = free("c3d20r");
    let recovery = StressRecovery::new(&model);
    let average = NodalAverage::new(&recovery);
    let mut nodes: Vec<u32> = average.rows().iter().map(|row| row.0).collect();
    nodes.sort_unstable();
    nodes.dedup();
    assert_eq!(nodes.len(), model.positions().len());
    assert!(average.rows().len() > nodes.len());
    // The same strain everywhere: each material has its own stress at its own rows.
    let shape = field(&model, |x| [1e-3 * x[0], 0.0, 0.0]);
    let stresses = recovery.stresses(&Displacements::new(&model, shape.view()).unwrap());
    let mut rows = Array2::zeros((average.rows().len(), 6));
    average.average_into(stresses.slice(s![0, .., ..]), rows.view_mut());
    for (&(_, section), row) in average.rows().iter().zip(rows.rows()) {
        let properties = model.sections()[section].properties;
        let Lame { lambda, mu } = Lame::new(properties.young, properties.poisson);
        let expected = 1e-3 * (lambda + 2.0 * mu);
        assert!((row[0] / expected - 1.0).abs() < 1e-11, "{} {expected}", row[0]);
    }
}

#[test]
fn stress_modes_add_up_to_the_stress_of_the_sum() {
    let model = free("c3d20");
    let shapes = rough(6, model.equations().count());
    let amplitudes = rough(9, 6);
    let recovery = StressRecovery::new(&model);
    let modes = StressModes::new(&recovery, &Displacements::new(&model, shapes.view()).unwrap());
    let sums = amplitudes.dot(&shapes);
    let expected = recovery.stresses(&Displacements::new(&model, sums.view()).unwrap());
    let mut found = Array3::zeros(expected.dim());
    modes.superpose_into(amplitudes.view(), found.view_mut()).unwrap();
    let scale = largest(expected.iter().copied());
    assert!(largest((&found - &expected).iter().copied()) < 1e-13 * scale);
    let error = modes.superpose_into(rough(2, 5).view(), Array3::zeros((2, modes.points(), 6)).view_mut());
    assert!(matches!(error, Err(StressError::ModeCount { found: 5, modes: 6 })));
}

/// Segalman et al.: one mode of variance v has sqrt(v) times its own von Mises stress; modes that know nothing of each
/// other add up their squares; and any covariance has the mean square of many samples.
#[test]
fn rms_von_mises_is_that_of_random_amplitudes() {
    let stresses = Array3::from_shape_fn((3, 40, 6), |(mode, point, component)| {
        ((mode * 131 + point * 17 + component * 7) as f64 * 0.37).sin() * (1.0 + mode as f64)
    });
    let modes = StressModes::from_stresses(stresses.clone());
    let tensor = |values: ndarray::ArrayView1<f64>| StressTensor(std::array::from_fn(|c| values[c]));
    let independent = Array2::from_diag(&ndarray::arr1(&[4.0, 0.25, 0.0]));
    for (point, rms) in modes.rms_von_mises(independent.view()).unwrap().into_iter().enumerate() {
        let own = [0, 1].map(|mode| tensor(stresses.slice(s![mode, point, ..])).von_mises());
        let expected = (4.0 * own[0] * own[0] + 0.25 * own[1] * own[1]).sqrt();
        assert!((rms / expected - 1.0).abs() < 1e-13, "{rms} {expected}");
    }
    // C = L L'; samples q = L z with z at the points +-sqrt(3) e_i have exactly this covariance.
    let l = ndarray::arr2(&[[1.0, 0.0, 0.0], [0.5, 2.0, 0.0], [-0.3, 0.7, 0.1]]);
    let covariance = l.dot(&l.t());
    for (point, rms) in modes.rms_von_mises(covariance.view()).unwrap().into_iter().enumerate() {
        let mut mean = 0.0;
        for axis in 0..3 {
            for sign in [-1.0, 1.0] {
                let q: Vec<f64> = (0..3).map(|mode| sign * 3.0_f64.sqrt() * l[[mode, axis]]).collect();
                let sum =
                    (0..6).map(|c| (0..3).map(|mode| q[mode] * stresses[[mode, point, c]]).sum::<f64>());
                let sum: Vec<f64> = sum.collect();
                mean += StressTensor(std::array::from_fn(|c| sum[c])).von_mises().powi(2) / 6.0;
            }
        }
        assert!((rms / mean.sqrt() - 1.0).abs() < 1e-12, "{rms} {}", mean.sqrt());
    }
}

#[test]
fn covariances_that_cannot_be_are_refused() {
    let modes = StressModes::from_stresses(Array3::ones((2, 3, 6)));
    let refuse = |rows: [[f64; 2]; 2]| modes.rms_von_mises(ndarray::arr2(&rows).view()).unwrap_err();
    assert!(matches!(refuse([[1.0, 2.0], [2.0, 1.0]]), StressError::CovarianceIndefinite { .. }));
    assert!(matches!(
        refuse([[1.0, 0.5], [0.4, 1.0]]),
        StressError::CovarianceNotSymmetric { row: 0, col: 1 }
    ));
    assert!(matches!(
        refuse([[1.0, f64::NAN], [0.4, 1.0]]),
        StressError::CovarianceNotFinite { row: 0, col: 1, .. }
    ));
    assert!(matches!(
        modes.rms_von_mises(rough(3, 3).view()),
        Err(StressError::ModeCount { found: 3, modes: 2 })
    ));
}

#[test]
fn displacements_that_do_not_belong_to_the_model_are_refused() {
    let model = free("c3d4");
    let mut shapes = rough(2, model.equations().count());
    assert!(matches!(
        Displacements::new(&model, shapes.slice(s![.., 1..])),
        Err(StressError::DisplacementSize { .. })
    ));
    shapes[[1, 4]] = f64::INFINITY;
    let error = Displacements::new(&model, shapes.view()).unwrap_err().to_string();
    let label = model.equations().labels()[4];
    assert_eq!(error, format!("the displacement of {label} in case 2 is inf"));
}
