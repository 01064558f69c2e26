//! Entry by entry against what CalculiX 2.20 exports (`tests/data/elements/make.py`), and FV52.

use std::path::Path;

use faer::Mat;
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::model::{ElementKind, MassScheme, Profile, Properties, mass_into, stiffness_into};

use crate::mesh::{Mesh, STEEL, largest, part};
use crate::support::tolerance::{largest_relative_error, printed};

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/elements");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The node lines of a deck that has nothing before them.
fn nodes(deck: &str) -> Vec<[f64; 3]> {
    let lines = deck.lines().skip(1).take_while(|line| !line.starts_with('*'));
    lines
        .map(|line| {
            let numbers: Vec<f64> = line.split(',').map(|word| word.parse().unwrap()).collect();
            [numbers[1], numbers[2], numbers[3]]
        })
        .collect()
}

/// Both triangles of an exported matrix, row by row.
fn exported(name: &str, size: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; size * size];
    for line in read(name).lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [i, j] = [0, 1].map(|k| words[k].parse::<usize>().unwrap() - 1);
        let value: f64 = words[2].parse().unwrap();
        (matrix[i * size + j], matrix[j * size + i]) = (value, value);
    }
    matrix
}

fn difference(found: &[f64], expected: &[f64]) -> f64 {
    let error = largest(found.iter().zip(expected).map(|(f, e)| f - e));
    error / largest(expected.iter().copied())
}

/// The exported entries have 14 digits.
const EXPORTED: f64 = 1e-13;

#[test]
fn stiffness_and_mass_of_curved_elements_are_those_of_calculix() {
    for kind in [ElementKind::C3D4, ElementKind::C3D10, ElementKind::C3D20, ElementKind::C3D20R] {
        let name = kind.name();
        let nodes = nodes(&read(&format!("{name}.inp")));
        let size = 3 * kind.nodes();
        let mut matrix = vec![f64::NAN; size * size];
        stiffness_into(kind, &nodes, &STEEL, &mut matrix);
        let error = difference(&matrix, &exported(&format!("{name}.sti"), size));
        assert!(error < EXPORTED, "stiffness of {name}: {error:e}");
        mass_into(kind, MassScheme::Calculix, &nodes, &STEEL, &mut matrix);
        let error = difference(&matrix, &exported(&format!("{name}.mas"), size));
        assert!(error < EXPORTED, "mass of {name}: {error:e}");
    }
}

/// Simply supported solid plate 10 x 10 x 1 m, 4 x 4 x 1 C3D20, lower edges held in z: NAFEMS FV52. The numbers are
/// those that CalculiX 2.20 prints for the same mesh; NAFEMS has 44.762 110.52 110.52 169.08 193.93 206.64 Hz.
#[test]
fn fv52_plate_has_the_frequencies_that_calculix_prints() {
    let concrete = Properties { young: 200e9, poisson: 0.3, density: Some(8000.0), profile: Profile::Solid };
    let stretch = |_: usize, [x, y, z]: [f64; 3]| [10.0 * x, 10.0 * y, z];
    let mesh = Mesh::block(ElementKind::C3D20, [4, 4, 1]).moved(stretch, |_, _| [0.0; 3]);
    let mut free = vec![];
    for (node, [x, y, z]) in mesh.nodes.iter().enumerate() {
        let on_edge = *z == 0.0 && [*x, *y].iter().any(|c| *c == 0.0 || *c == 10.0);
        free.extend((0..if on_edge { 2 } else { 3 }).map(|component| 3 * node + component));
    }
    assert_eq!(free.len(), 433);
    let [k, m] = [mesh.stiffness(&concrete), mesh.mass(MassScheme::Calculix, &concrete)]
        .map(|matrix: Mat<f64>| part(&matrix, &free, &free));
    let modes = definite_pair(k.as_ref(), m.as_ref(), &PairOptions::default()).unwrap();
    assert_eq!(modes.rigid_count, 3);
    let expected = [44.79627, 110.5427, 110.5427, 169.0955, 193.9247, 206.6378];
    let found = &modes.frequencies_hz()[3..9];
    assert!(largest_relative_error(found, &expected) < 2.0 * printed(7), "{found:?}");
}
