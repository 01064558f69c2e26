//! What holds for every element: symmetry, rigid motions, mass, volume.

use faer::{Mat, Side};
use modalsweep::io::inp::BeamShape;
use modalsweep::model::{
    BeamProfile, ElementKind, MassScheme, Profile, Properties, check_shape, mass_into, stiffness_into, volume,
};

use crate::mesh::{STEEL, distorted, largest, wave};

const SCHEMES: [MassScheme; 4] =
    [MassScheme::Consistent, MassScheme::Calculix, MassScheme::Lumped, MassScheme::Abaqus];

/// An element of each kind with its properties; quadratic solids straight and curved.
fn samples() -> Vec<(ElementKind, Vec<[f64; 3]>, Properties)> {
    let bar = vec![[0.3, -0.2, 0.1], [1.4, 0.9, -0.7]];
    let shape = BeamShape::General { area: 0.02, i11: 3e-5, i12: 1e-5, i22: 7e-5, torsion: 4e-5 };
    let beam = Profile::Beam(BeamProfile::new(shape, 80e3, [0.2, 0.1, 1.0]));
    let mut samples = vec![
        (ElementKind::T3D2, bar.clone(), Properties { profile: Profile::Bar { area: 0.02 }, ..STEEL }),
        (ElementKind::B33, bar, Properties { profile: beam, ..STEEL }),
    ];
    for kind in
        [ElementKind::C3D4, ElementKind::C3D8, ElementKind::C3D10, ElementKind::C3D20, ElementKind::C3D20R]
    {
        samples.push((kind, distorted(kind, 0.0), STEEL));
        if kind.nodes() > 8 {
            samples.push((kind, distorted(kind, 0.08), STEEL));
        }
    }
    samples
}

fn stiffness(kind: ElementKind, nodes: &[[f64; 3]], properties: &Properties) -> Mat<f64> {
    square(kind, |matrix| stiffness_into(kind, nodes, properties, matrix))
}

fn mass(kind: ElementKind, scheme: MassScheme, nodes: &[[f64; 3]], properties: &Properties) -> Mat<f64> {
    square(kind, |matrix| mass_into(kind, scheme, nodes, properties, matrix))
}

fn square(kind: ElementKind, kernel: impl Fn(&mut [f64])) -> Mat<f64> {
    let size = kind.nodes() * kind.components();
    let mut matrix = vec![f64::NAN; size * size];
    kernel(&mut matrix);
    Mat::from_fn(size, size, |i, j| matrix[i * size + j])
}

fn entries(matrix: &Mat<f64>) -> impl Iterator<Item = f64> {
    (0..matrix.nrows() * matrix.ncols()).map(|k| matrix[(k % matrix.nrows(), k / matrix.nrows())])
}

/// Translation along an axis (0, 1, 2) or rotation about it (3, 4, 5).
fn rigid_motion(kind: ElementKind, nodes: &[[f64; 3]], motion: usize) -> Mat<f64> {
    let components = kind.components();
    let mut axis = [0.0; 3];
    axis[motion % 3] = 1.0;
    Mat::from_fn(nodes.len() * components, 1, |dof, _| {
        let (at, i) = (nodes[dof / components], dof % components);
        let turned = [
            axis[1] * at[2] - axis[2] * at[1],
            axis[2] * at[0] - axis[0] * at[2],
            axis[0] * at[1] - axis[1] * at[0],
        ];
        match (motion < 3, i < 3) {
            (true, true) => axis[i],
            (true, false) => 0.0,
            (false, true) => turned[i],
            (false, false) => axis[i - 3],
        }
    })
}

#[test]
fn matrices_are_symmetric_to_the_last_bit() {
    for (kind, nodes, properties) in samples() {
        let mut matrices = vec![stiffness(kind, &nodes, &properties)];
        matrices.extend(SCHEMES.map(|scheme| mass(kind, scheme, &nodes, &properties)));
        for matrix in matrices {
            for i in 0..matrix.nrows() {
                for j in 0..i {
                    assert_eq!(matrix[(i, j)].to_bits(), matrix[(j, i)].to_bits(), "{} {i} {j}", kind.name());
                }
            }
        }
    }
}

#[test]
fn rigid_motions_need_no_force() {
    for (kind, nodes, properties) in samples() {
        let k = stiffness(kind, &nodes, &properties);
        let size = k.nrows() as f64;
        for motion in 0..6 {
            let force = &k * rigid_motion(kind, &nodes, motion);
            let error = largest(entries(&force)) / largest(entries(&k));
            assert!(error < 2.0 * size * f64::EPSILON, "{} motion {motion}: {error:e}", kind.name());
        }
    }
}

/// Six rigid motions and nothing else, but for the truss, which resists only to stretching, and for C3D20R: its eight
/// points with six strains each leave 60 - 48 = 12 motions, six of them "hourglass" modes.
#[test]
fn other_motions_need_force() {
    for (kind, nodes, properties) in samples() {
        let values = stiffness(kind, &nodes, &properties).self_adjoint_eigenvalues(Side::Lower).unwrap();
        let zero = values.iter().filter(|value| value.abs() < 1e-11 * values[values.len() - 1]).count();
        let expected = match kind {
            ElementKind::T3D2 => 5,
            ElementKind::C3D20R => 12,
            _ => 6,
        };
        assert_eq!(zero, expected, "{}: {values:?}", kind.name());
        assert!(values[0] > -1e-13 * values[values.len() - 1], "{}: {values:?}", kind.name());
    }
}

/// Where the points are too few for a curved shape the mass is not exactly that of the volume.
#[test]
fn mass_of_a_translation_is_density_times_volume() {
    for (kind, nodes, properties) in samples() {
        let expected = properties.density.unwrap() * volume(kind, &nodes, &properties);
        let curved = kind.nodes() > 8 && nodes == distorted(kind, 0.08);
        for scheme in SCHEMES {
            let m = mass(kind, scheme, &nodes, &properties);
            let few_points = matches!(kind, ElementKind::C3D10 | ElementKind::C3D20R);
            let tolerance = if curved && few_points && scheme == MassScheme::Calculix { 2e-3 } else { 1e-14 };
            for motion in 0..3 {
                let unit = rigid_motion(kind, &nodes, motion);
                let found = (unit.transpose() * &m * &unit)[(0, 0)];
                let error = (found / expected - 1.0).abs();
                assert!(error < tolerance, "{} {scheme:?}: {error:e}", kind.name());
            }
        }
    }
}

/// Volumes by the divergence theorem are those of the corners' polyhedra; here: products of the sides.
#[test]
fn volumes_are_those_of_geometry() {
    let tetrahedron = distorted(ElementKind::C3D4, 0.0);
    let edge = |k: usize| -> [f64; 3] { std::array::from_fn(|i| tetrahedron[k][i] - tetrahedron[0][i]) };
    let ([a, b, c], [d, e, f], [g, h, i]) = (edge(1), edge(2), edge(3));
    let expected = (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)) / 6.0;
    for kind in [ElementKind::C3D4, ElementKind::C3D10] {
        assert!((volume(kind, &distorted(kind, 0.0), &STEEL) / expected - 1.0).abs() < 1e-14);
    }
    let beam = Profile::Beam(BeamProfile::new(BeamShape::Circle { radius: 0.5 }, 1.0, [0.0, 0.0, 1.0]));
    let nodes = [[1.0, 1.0, 1.0], [3.0, 4.0, 7.0]];
    let found = volume(ElementKind::B33, &nodes, &Properties { profile: beam, ..STEEL });
    assert!((found - 7.0 * std::f64::consts::FRAC_PI_4).abs() < 1e-14);
}

/// Rotating and moving an element rotates its matrices: the energy of a rotated motion is the same.
#[test]
fn energies_do_not_depend_on_the_position() {
    let (s, c) = (0.6, 0.8);
    let turn =
        |[x, y, z]: [f64; 3]| [c * x - s * y, c * (s * x + c * y) - s * z, s * (s * x + c * y) + c * z];
    for (kind, nodes, properties) in samples() {
        let moved: Vec<_> = nodes.iter().map(|at| turn(*at).map(|x| x + 3.0)).collect();
        let mut turned_properties = properties;
        if let Profile::Beam(beam) = &mut turned_properties.profile {
            beam.first_axis = turn(beam.first_axis);
        }
        let motion = Mat::from_fn(nodes.len() * kind.components(), 1, |dof, _| wave(dof));
        let turned = Mat::from_fn(motion.nrows(), 1, |dof, _| {
            let at = dof / 3 * 3;
            turn([motion[(at, 0)], motion[(at + 1, 0)], motion[(at + 2, 0)]])[dof % 3]
        });
        let energies = |nodes: &[[f64; 3]], motion: &Mat<f64>, properties: &Properties| {
            let mut matrices = vec![stiffness(kind, nodes, properties)];
            matrices.extend(SCHEMES.map(|scheme| mass(kind, scheme, nodes, properties)));
            matrices.iter().map(|matrix| (motion.transpose() * matrix * motion)[(0, 0)]).collect::<Vec<_>>()
        };
        let (before, after) =
            (energies(&nodes, &motion, &properties), energies(&moved, &turned, &turned_properties));
        for (b, a) in before.iter().zip(&after) {
            assert!((a / b - 1.0).abs() < 1e-12, "{}: {b} {a}", kind.name());
        }
    }
}

/// Diagonal, positive on displacements; the consistent mass of C3D4, C3D10 and C3D20R has the rank of its points.
#[test]
fn lumped_masses_are_diagonal_and_consistent_ones_have_their_rank() {
    for (kind, nodes, properties) in samples() {
        let lumped = mass(kind, MassScheme::Lumped, &nodes, &properties);
        for i in 0..lumped.nrows() {
            assert_eq!(lumped[(i, i)] > 0.0, i % kind.components() < 3, "{}", kind.name());
            assert!((0..i).all(|j| lumped[(i, j)] == 0.0), "{}", kind.name());
        }
        let consistent = mass(kind, MassScheme::Calculix, &nodes, &properties);
        let values = consistent.self_adjoint_eigenvalues(Side::Lower).unwrap();
        let rank = values.iter().filter(|value| **value > 1e-12 * values[values.len() - 1]).count();
        let expected = match kind {
            ElementKind::C3D4 => 3,
            ElementKind::C3D10 => 12,
            ElementKind::C3D20R => 24,
            _ => lumped.nrows(),
        };
        assert_eq!(rank, expected, "{}: {values:?}", kind.name());
    }
}

/// On a straight element the exact integrals are known: V / 420 (1 at corners; ...) for C3D10 (O. C. Zienkiewicz).
#[test]
fn full_masses_of_straight_elements_are_exact() {
    let nodes = distorted(ElementKind::C3D10, 0.0);
    let scale = STEEL.density.unwrap() * volume(ElementKind::C3D10, &nodes, &STEEL) / 420.0;
    let full = mass(ElementKind::C3D10, MassScheme::Abaqus, &nodes, &STEEL);
    // Two corners: 6 and 1. Corner and middle of an edge: -4 where it ends there, else -6.
    // Middles: 32 alone, 16 where the edges meet, 8 where they are opposite.
    let edges = crate::mesh::TETRAHEDRON_EDGES;
    let integral = |a: usize, b: usize| match (a < 4, b < 4) {
        (true, true) => {
            if a == b {
                6.0
            } else {
                1.0
            }
        }
        (true, false) => {
            if edges[b - 4].contains(&a) {
                -4.0
            } else {
                -6.0
            }
        }
        (false, true) => {
            if edges[a - 4].contains(&b) {
                -4.0
            } else {
                -6.0
            }
        }
        (false, false) if a == b => 32.0,
        (false, false) => {
            if edges[a - 4].iter().any(|end| edges[b - 4].contains(end)) {
                16.0
            } else {
                8.0
            }
        }
    };
    for a in 0..10 {
        for b in 0..10 {
            let error = full[(3 * a, 3 * b)] - scale * integral(a, b);
            assert!(error.abs() < 1e-14 * 32.0 * scale, "{a} {b}: {error:e}");
        }
    }
    // Hinton, Rock and Zienkiewicz: in proportion to the diagonal, 4 x 6 + 6 x 32 = 216.
    let lumped = mass(ElementKind::C3D10, MassScheme::Lumped, &nodes, &STEEL);
    for (node, part) in [(0, 6.0 / 216.0), (9, 32.0 / 216.0)] {
        assert!((lumped[(3 * node, 3 * node)] / (420.0 * scale * part) - 1.0).abs() < 1e-14);
    }
}

#[test]
fn impossible_shapes_are_told_apart() {
    for (kind, mut nodes, _) in samples() {
        assert_eq!(check_shape(kind, &nodes), Ok(()), "{}", kind.name());
        let good = nodes.clone();
        if kind.is_solid() {
            // Turned inside out.
            nodes.iter_mut().for_each(|at| at[0] = -at[0]);
            assert!(check_shape(kind, &nodes).unwrap_err() < 0.0, "{}", kind.name());
            // Flat.
            nodes.iter_mut().for_each(|at| at[2] = 0.0);
            assert_eq!(check_shape(kind, &nodes), Err(0.0), "{}", kind.name());
        } else {
            nodes[1] = nodes[0];
            assert_eq!(check_shape(kind, &nodes), Err(0.0));
        }
        nodes.clone_from(&good);
        nodes[1][1] = f64::NAN;
        assert!(check_shape(kind, &nodes).unwrap_err().is_nan(), "{}", kind.name());
    }
}

/// C3D20 and C3D20R are lumped alike: in proportion to the diagonal of the mass with 27 points.
#[test]
fn lumped_mass_of_quadratic_hexahedra_follows_the_diagonal() {
    let nodes = distorted(ElementKind::C3D20, 0.08);
    let consistent = mass(ElementKind::C3D20, MassScheme::Consistent, &nodes, &STEEL);
    for kind in [ElementKind::C3D20, ElementKind::C3D20R] {
        let lumped = mass(kind, MassScheme::Lumped, &nodes, &STEEL);
        let ratio = lumped[(0, 0)] / consistent[(0, 0)];
        for i in 0..60 {
            assert!((lumped[(i, i)] / consistent[(i, i)] / ratio - 1.0).abs() < 1e-14);
        }
    }
}
