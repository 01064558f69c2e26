//! Numbers of other programs, of papers, and of rational arithmetic. The matrices are in `data/` and
//! `tests/data/`, whose README files say where they are from.

mod support;

use std::path::{Path, PathBuf};

use approx::assert_relative_eq;
use faer::MatRef;
use modalsweep::condense::{
    Certificate, Guyan, GuyanOptions, Known, Partition, RigidBodyCheck, choose_masters, condense,
    frequency_excess,
};
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::io::{DofLabel, read_dof_labels, read_nodes, read_npy};
use modalsweep::matrix::{DofNames, SymmetricMatrix};
use modalsweep::parallel::Silent;
use support::beam::CANTILEVER_NASTRAN_HZ;
use support::pencil::{BCSST01_PAIR, Pencil, bcsst01, dense, read};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn names(name: &str) -> DofNames {
    DofNames::labelled(read_dof_labels(&file(name)).unwrap())
}

fn frequencies(stiffness: MatRef<'_, f64>, mass: MatRef<'_, f64>) -> Vec<f64> {
    definite_pair(stiffness, mass, &PairOptions::default()).unwrap().frequencies_hz()
}

fn reduce(k: &SymmetricMatrix, m: &SymmetricMatrix, masters: &[usize]) -> Guyan {
    let partition = Partition::new(k.size(), masters).unwrap();
    condense(k, Some(m), partition, &GuyanOptions::default(), &Silent).unwrap()
}

fn reduced_frequencies(guyan: &Guyan) -> Vec<f64> {
    frequencies(guyan.stiffness(), guyan.mass().unwrap())
}

fn assert_all_close(found: &[f64], expected: &[f64], max_relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_relative_eq!(found, expected, max_relative = max_relative);
    }
}

struct Cantilever {
    k: SymmetricMatrix,
    m: SymmetricMatrix,
    names: DofNames,
}

fn cantilever() -> Cantilever {
    Cantilever {
        k: read("data/cantilever/K.mtx"),
        m: read("data/cantilever/M.mtx"),
        names: names("data/cantilever/dofs.txt"),
    }
}

impl Cantilever {
    fn dof(&self, node: i64, component: u32) -> usize {
        self.names.find(DofLabel { node, component }).unwrap()
    }
}

#[test]
fn cantilever_full_model() {
    let model = cantilever();
    let modes =
        definite_pair(dense(&model.k).as_ref(), dense(&model.m).as_ref(), &PairOptions::default()).unwrap();
    assert_all_close(&modes.frequencies_hz(), &CANTILEVER_NASTRAN_HZ, 2e-11);
    assert_eq!(modes.infinite_count, 10);
}

/// Nodes 1 to 11 along x = 0 to 10; the middle one is 6.
#[test]
fn cantilever_with_the_middle_node_as_master() {
    let model = cantilever();
    let guyan = reduce(&model.k, &model.m, &[model.dof(6, 2), model.dof(6, 6)]);
    assert_all_close(&reduced_frequencies(&guyan), &[359.07377191, 2934.10032746], 2e-11);
    let certificate = Certificate::new(&guyan, &model.k, Some(&model.m), Known::names(&model.names));
    assert_relative_eq!(certificate.first_fixed_interface_hz.unwrap(), 1380.011, max_relative = 4e-7);
    // Letting the slaves follow their inertia once is the step of IRS, 349.72889555 Hz.
    let modes =
        definite_pair(guyan.stiffness(), guyan.mass().unwrap(), &PairOptions::default().with_vectors())
            .unwrap();
    let excess = frequency_excess(
        &guyan,
        &model.k,
        &model.m,
        modes.vectors.as_ref().unwrap().as_ref(),
        &modes.eigenvalues,
    );
    assert_relative_eq!(excess[0], 359.07377191 / 349.72878828 - 1.0, max_relative = 1e-3);
}

/// Eliminating massless DOFs is exact.
#[test]
fn cantilever_with_all_translations_as_masters() {
    let model = cantilever();
    let masters: Vec<usize> = (2..=11).map(|node| model.dof(node, 2)).collect();
    let guyan = reduce(&model.k, &model.m, &masters);
    assert_all_close(&reduced_frequencies(&guyan), &CANTILEVER_NASTRAN_HZ, 2e-11);
    let certificate = Certificate::new(&guyan, &model.k, Some(&model.m), Known::names(&model.names));
    assert_eq!(certificate.first_fixed_interface_hz, None);
    // The rule of Henshell and Ong eliminates massless DOFs first.
    assert_eq!(choose_masters(&model.k, &model.m, 10, &GuyanOptions::default(), &Silent).unwrap(), masters);
}

/// JuliaFEM's ModelReduction.jl.
#[test]
fn chain_of_four_masses() {
    let (k, m) = (read("data/chain4/K.mtx"), read("data/chain4/M.mtx"));
    let guyan = reduce(&k, &m, &[3]);
    assert_relative_eq!(guyan.stiffness()[(0, 0)], 0.25, max_relative = 4.0 * f64::EPSILON);
    assert_relative_eq!(guyan.mass().unwrap()[(0, 0)], 2.75, max_relative = 4.0 * f64::EPSILON);
}

fn largest_difference(found: MatRef<'_, f64>, name: &str) -> f64 {
    let expected = read_npy(&file(name)).unwrap();
    let mut largest = (0.0_f64, 0.0_f64);
    for i in 0..found.nrows() {
        for j in 0..found.ncols() {
            let exact = expected[[i, j]];
            largest = (largest.0.max((found[(i, j)] - exact).abs()), largest.1.max(exact.abs()));
        }
    }
    largest.0 / largest.1
}

#[test]
fn exact_guyan_matrices_of_bcsstk01() {
    let Pencil { k, m } = bcsst01();
    let masters: Vec<usize> = (0..48).step_by(4).collect();
    let guyan = reduce(&k, &m, &masters);
    assert!(largest_difference(guyan.stiffness(), "tests/data/exact_guyan_stiffness.npy") < 1e-14);
    assert!(largest_difference(guyan.mass().unwrap(), "tests/data/exact_guyan_mass.npy") < 1e-14);
    let partition = Partition::new(48, &masters).unwrap();
    let alone = condense(&k, None, partition, &GuyanOptions::default(), &Silent).unwrap();
    assert!(largest_difference(alone.stiffness(), "tests/data/exact_guyan_stiffness.npy") < 1e-14);
}

#[test]
fn finite_eigenvalues_of_a_pair_with_singular_mass() {
    let Pencil { k, m } = bcsst01();
    let modes = definite_pair(dense(&k).as_ref(), dense(&m).as_ref(), &PairOptions::default()).unwrap();
    assert_all_close(&modes.eigenvalues, &BCSST01_PAIR, 1e-12);
    assert_eq!(modes.infinite_count, 24);
    // Condensing the massless rotations keeps all of them.
    let masters: Vec<usize> = (0..48).filter(|dof| dof % 6 < 3).collect();
    let guyan = reduce(&k, &m, &masters);
    let modes = definite_pair(guyan.stiffness(), guyan.mass().unwrap(), &PairOptions::default()).unwrap();
    assert_all_close(&modes.eigenvalues, &BCSST01_PAIR, 1e-12);
}

/// What CalculiX 2.20 printed for data/bracket/bracket.inp, Hz.
fn calculix_frequencies() -> Vec<f64> {
    let text = std::fs::read_to_string(file("data/bracket/frequencies.txt")).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.trim().parse().unwrap()).collect()
}

fn bracket() -> (SymmetricMatrix, SymmetricMatrix, DofNames) {
    (
        read("data/bracket/bracket.sti.gz"),
        read("data/bracket/bracket.mas.gz"),
        names("data/bracket/bracket.dof"),
    )
}

fn hand_choice(names: &DofNames) -> Vec<usize> {
    let text = std::fs::read_to_string(file("data/bracket/masters.txt")).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (node, component) = line.trim().split_once('.').unwrap();
            let label = DofLabel { node: node.parse().unwrap(), component: component.parse().unwrap() };
            names.find(label).unwrap()
        })
        .collect()
}

/// Rayleigh-Ritz: never below the full model; the first modes within the excess that is claimed.
fn check_bracket(found: &[f64], excess: &[f64], percent: [f64; 6]) {
    let calculix = calculix_frequencies();
    assert_eq!(calculix.len(), 20);
    for (mode, &full) in calculix.iter().enumerate() {
        // The seventh printed digit of CalculiX.
        assert!(found[mode] > full * (1.0 - 1e-6), "mode {}", mode + 1);
    }
    for mode in 0..6 {
        let error = found[mode] / calculix[mode] - 1.0;
        assert!(100.0 * error < percent[mode], "mode {}: {:.2} %", mode + 1, 100.0 * error);
        assert_relative_eq!(excess[mode], error, max_relative = 0.02, epsilon = 1e-5);
    }
}

#[test]
fn bracket_by_hand_and_automatically() {
    let (k, m, names) = bracket();
    let nodes = names.node_groups();
    let mut options = GuyanOptions::default();
    options.nodes = nodes.as_deref();
    let automatic = choose_masters(&k, &m, 60, &options, &Silent).unwrap();
    assert_eq!(automatic.len(), 60);
    let choices =
        [(hand_choice(&names), [0.2, 0.2, 1.1, 1.3, 2.5, 4.2]), (automatic, [0.2, 0.2, 1.1, 1.3, 4.1, 4.2])];
    for (masters, percent) in choices {
        let guyan = reduce(&k, &m, &masters);
        let wanted = PairOptions::default().with_vectors();
        let modes = definite_pair(guyan.stiffness(), guyan.mass().unwrap(), &wanted).unwrap();
        let shapes = modes.vectors.as_ref().unwrap().as_ref().subcols(0, 10);
        let excess = frequency_excess(&guyan, &k, &m, shapes, &modes.eigenvalues[..10]);
        check_bracket(&modes.frequencies_hz(), &excess, percent);
    }
}

#[test]
fn bracket_is_held_and_its_certificate_says_so() {
    let (k, m, names) = bracket();
    let guyan = reduce(&k, &m, &hand_choice(&names));
    let coordinates = read_nodes(&file("data/bracket/mesh.inc")).unwrap().into_iter().collect();
    let mut known = Known::names(&names);
    known.coordinates = Some(&coordinates);
    let certificate = Certificate::new(&guyan, &k, Some(&m), known);
    let RigidBodyCheck::Checked { directions } = &certificate.rigid_body else { panic!("not checked") };
    assert_eq!(directions.len(), 6);
    assert!(directions.iter().all(|check| check.full > 1e-8 && check.reduced > 1e-8));
    // 4.3337e-4 t is the mass that the matrices hold; what hangs on the clamped holes is not in them.
    for balance in certificate.mass_balance.as_ref().unwrap() {
        assert_relative_eq!(balance.before, 4.333666e-4, max_relative = 1e-6);
        assert!(balance.after < balance.before);
    }
}
