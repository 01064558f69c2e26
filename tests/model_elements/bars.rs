//! Trusses and beams against closed forms.

use std::collections::HashMap;
use std::f64::consts::PI;

use faer::Mat;
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::io::inp::BeamShape;
use modalsweep::model::{
    BarAxis, BeamAxes, BeamProfile, ElementKind, MassScheme, Profile, Properties, beam_section_forces,
    body_load_into, stiffness_into,
};

use crate::mesh::{Mesh, largest, part, solve};
use crate::support::beam::CANTILEVER_NASTRAN_HZ;
use crate::support::tolerance::largest_relative_error;

/// A line of beams from `from` to `to`.
fn line(from: [f64; 3], to: [f64; 3], count: usize) -> Mesh {
    let at = |k: usize| std::array::from_fn(|i| from[i] + (to[i] - from[i]) * k as f64 / count as f64);
    let elements = (0..count).map(|k| vec![k, k + 1]).collect();
    Mesh { kind: ElementKind::B33, nodes: (0..=count).map(at).collect(), elements }
}

fn beam(young: f64, density: f64, shear: f64, shape: BeamShape, first_axis: [f64; 3]) -> Properties {
    let profile = Profile::Beam(BeamProfile::new(shape, shear, first_axis));
    Properties { young, poisson: 0.0, density: Some(density), profile }
}

/// Inclined, no principal axes.
fn inclined() -> ([[f64; 3]; 2], Properties, BeamAxes, BeamShape) {
    let nodes = [[1.0, 0.5, -0.3], [2.4, 1.7, 0.9]];
    let shape = BeamShape::General { area: 0.02, i11: 3e-5, i12: 2e-5, i22: 7e-5, torsion: 4e-5 };
    let properties = beam(200e9, 7850.0, 77e9, shape, [0.1, -0.2, 1.0]);
    (nodes, properties, BeamAxes::new(&nodes, &[0.1, -0.2, 1.0]).unwrap(), shape)
}

fn frequencies(mesh: &Mesh, properties: &Properties, scheme: MassScheme, free: &[usize]) -> Vec<f64> {
    let (k, m) = (mesh.stiffness(properties), mesh.mass(scheme, properties));
    let [k, m]: [Mat<f64>; 2] = [k, m].map(|matrix| part(&matrix, free, free));
    definite_pair(k.as_ref(), m.as_ref(), &PairOptions::default()).unwrap().frequencies_hz()
}

#[test]
fn axes_are_those_of_abaqus() {
    let along_x = [[0.0; 3], [2.0, 0.0, 0.0]];
    let axes = BeamAxes::new(&along_x, &[5.0, 0.0, -1.0]).unwrap();
    assert_eq!(axes.axes, [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]);
    assert_eq!(axes.length, 2.0);
    assert!(BeamAxes::new(&along_x, &[1.0, 0.0, 0.0]).is_none(), "n1 along the beam");
    assert!(BeamAxes::new(&along_x, &[0.0; 3]).is_none(), "no n1");
    assert!(BeamAxes::new(&[[1.0; 3]; 2], &[0.0, 0.0, 1.0]).is_none(), "no length");
    assert_eq!(BarAxis::new(&along_x).direction, [1.0, 0.0, 0.0]);
}

/// E A / L, and the frequencies of one element held at one end: sqrt(3 E / rho) / L with consistent mass, sqrt(2 E / rho)
/// / L with lumped mass.
#[test]
fn truss_is_a_spring_with_mass() {
    let properties = Properties {
        young: 210e9,
        poisson: 0.3,
        density: Some(7850.0),
        profile: Profile::Bar { area: 3e-4 },
    };
    let nodes = [[1.0, 2.0, 3.0], [3.0, 5.0, 9.0]];
    let mut k = [0.0; 36];
    stiffness_into(ElementKind::T3D2, &nodes, &properties, &mut k);
    let t = [2.0 / 7.0, 3.0 / 7.0, 6.0 / 7.0];
    let stretch = [0.0, 0.0, 0.0, t[0], t[1], t[2]];
    let force: Vec<f64> = k.chunks(6).map(|row| row.iter().zip(&stretch).map(|(k, u)| k * u).sum()).collect();
    let expected = 210e9 * 3e-4 / 7.0;
    for i in 0..3 {
        assert!((force[3 + i] / (expected * t[i]) - 1.0).abs() < 1e-14);
        assert!((force[i] / (-expected * t[i]) - 1.0).abs() < 1e-14);
    }
    let along_x =
        Mesh { kind: ElementKind::T3D2, nodes: vec![[0.0; 3], [2.0, 0.0, 0.0]], elements: vec![vec![0, 1]] };
    for (scheme, factor) in
        [(MassScheme::Consistent, 3.0), (MassScheme::Lumped, 2.0), (MassScheme::Abaqus, 2.0)]
    {
        let expected = (factor * 210e9 / 7850.0_f64).sqrt() / 2.0 / (2.0 * PI);
        let found = frequencies(&along_x, &properties, scheme, &[3]);
        assert!((found[0] / expected - 1.0).abs() < 1e-14, "{scheme:?}: {found:?} {expected}");
    }
}

/// P L^3 / 3 E times the inverse of [I22 I12; I12 I11], N L / E A, T L / G J, and rotations; the forces in the sections at
/// both ends with the signs of Abaqus.
#[test]
fn cantilever_bends_and_twists_as_in_the_books() {
    let (nodes, properties, axes, _) = inclined();
    let [t, n1, n2] = axes.axes;
    let length = axes.length;
    let mesh = Mesh { kind: ElementKind::B33, nodes: nodes.to_vec(), elements: vec![vec![0, 1]] };
    // N, P1, P2 and a torque at the tip.
    let (axial, p, torque) = (3e4, [500.0, -800.0], 650.0);
    let mut force = vec![0.0; 12];
    for i in 0..3 {
        force[6 + i] = axial * t[i] + p[0] * n1[i] + p[1] * n2[i];
        force[9 + i] = torque * t[i];
    }
    let held: HashMap<usize, f64> = (0..6).map(|dof| (dof, 0.0)).collect();
    let u = solve(&mesh.stiffness(&properties), &force, &held);
    let (i11, i12, i22) = (3e-5, 2e-5, 7e-5);
    let determinant = i11 * i22 - i12 * i12;
    let w = [(i11 * p[0] - i12 * p[1]) / determinant, (i22 * p[1] - i12 * p[0]) / determinant]
        .map(|load| load * length.powi(3) / (3.0 * 200e9));
    let slope = w.map(|w| 1.5 * w / length);
    let (stretch, twist) = (axial * length / (200e9 * 0.02), torque * length / (77e9 * 4e-5));
    let expected: Vec<f64> = (0..3)
        .map(|i| stretch * t[i] + w[0] * n1[i] + w[1] * n2[i])
        .chain((0..3).map(|i| twist * t[i] - slope[1] * n1[i] + slope[0] * n2[i]))
        .collect();
    let error = largest(u[6..].iter().zip(&expected).map(|(u, e)| u - e)) / largest(expected.iter().copied());
    assert!(error < 1e-13, "{error:e}");

    let [root, tip] = beam_section_forces(&nodes, &properties, &u.try_into().unwrap());
    // A force along n2 presses the fibres on the side of n2 together: M1 = -P2 L. One along n1 does so on its side, where
    // sigma = -M2 x1 / I22: M2 = P1 L.
    let expected =
        [[axial, p[0], p[1], torque, -p[1] * length, p[0] * length], [axial, p[0], p[1], torque, 0.0, 0.0]];
    for (found, expected) in [root, tip].iter().zip(expected) {
        let found =
            [found.axial, found.shear[0], found.shear[1], found.torque, found.moments[0], found.moments[1]];
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() < 1e-12 * axial, "{found:?} {expected:?}");
        }
    }
}

/// q L^4 / 8 E I and q L^3 / 6 E I, exact at the tip already with one element.
#[test]
fn cantilever_under_its_weight_is_exact_at_the_tip() {
    let shape = BeamShape::Rectangle { first: 0.2, second: 0.1 };
    let properties = beam(200e9, 7850.0, 77e9, shape, [0.0, 0.0, -1.0]);
    for count in [1, 3] {
        let mesh = line([0.0; 3], [0.0, 4.0, 0.0], count);
        let mut force = vec![0.0; mesh.dofs()];
        for e in 0..count {
            let mut load = [f64::NAN; 12];
            body_load_into(mesh.kind, &mesh.positions(e), &properties, &[0.0, 0.0, -9.81], &mut load);
            (0..12).for_each(|i| force[6 * e + i] += load[i]);
        }
        let held: HashMap<usize, f64> = (0..6).map(|dof| (dof, 0.0)).collect();
        let u = solve(&mesh.stiffness(&properties), &force, &held);
        // n1 is down, and the side along it is 0.2.
        let (q, bending) = (7850.0 * 0.02 * 9.81, 200e9 * 0.1 * 0.2f64.powi(3) / 12.0);
        let tip = &u[6 * count..];
        assert!((tip[2] / (-q * 4f64.powi(4) / (8.0 * bending)) - 1.0).abs() < 1e-11, "{tip:?}");
        assert!((tip[3] / (-q * 4f64.powi(3) / (6.0 * bending)) - 1.0).abs() < 1e-11, "{tip:?}");
    }
}

/// The cantilever of ten bars: MSC Nastran's frequencies with lumped mass, and those of an independent computation
/// (SciPy) with consistent mass.
#[test]
fn ten_bars_have_the_frequencies_of_nastran() {
    let shape = BeamShape::General { area: 0.1, i11: 0.01, i12: 0.0, i22: 0.01, torsion: 0.02 };
    let properties = beam(2.9e7, 7.357e-4, 1e7, shape, [0.0, 0.0, -1.0]);
    let mesh = line([0.0; 3], [10.0, 0.0, 0.0], 10);
    let free: Vec<usize> = (1..=10).flat_map(|node| [6 * node + 1, 6 * node + 5]).collect();
    let lumped = frequencies(&mesh, &properties, MassScheme::Lumped, &free);
    assert!(largest_relative_error(&lumped, &CANTILEVER_NASTRAN_HZ) < 1e-11, "{lumped:?}");
    for scheme in [MassScheme::Consistent, MassScheme::Abaqus] {
        let consistent = frequencies(&mesh, &properties, scheme, &free);
        let expected = [351.33375411, 2201.84204555, 6166.58709079, 12092.48624535];
        assert!(largest_relative_error(&consistent[..4], &expected) < 1e-11, "{consistent:?}");
    }
}

/// n^2 pi / 2 sqrt(E I / rho A L^4); cubic elements are too stiff by (k h)^4 / 1440 (from the expansion of their
/// exact dispersion relation).
#[test]
fn simply_supported_beam_has_its_frequencies() {
    let properties = beam(200e9, 7850.0, 77e9, BeamShape::Circle { radius: 0.05 }, [0.0, 0.0, -1.0]);
    let (length, count) = (5.0, 10);
    let mesh = line([0.0; 3], [length, 0.0, 0.0], count);
    let free: Vec<usize> = (0..=count)
        .flat_map(|node| [6 * node + 1, 6 * node + 5])
        .filter(|dof| ![1, 6 * count + 1].contains(dof))
        .collect();
    let found = frequencies(&mesh, &properties, MassScheme::Consistent, &free);
    for (k, frequency) in found.iter().take(3).enumerate() {
        let n = (k + 1) as f64;
        let exact = n * n * PI / 2.0 * (200e9 / 7850.0_f64).sqrt() * 0.025 / (length * length);
        let excess = (n * PI / count as f64).powi(4) / 1440.0;
        let error = frequency / exact - 1.0;
        assert!((error / excess - 1.0).abs() < 0.1, "mode {n}: {error:e} {excess:e}");
    }
}

/// Twist and stretch are linear: one element held at one end has sqrt(3 G J / rho Ip) / L and sqrt(3 E / rho) / L.
#[test]
fn twist_has_the_polar_inertia() {
    let shape = BeamShape::Rectangle { first: 0.2, second: 0.1 };
    let properties = beam(200e9, 7850.0, 77e9, shape, [0.0, 0.0, -1.0]);
    let mesh = line([0.0; 3], [2.0, 0.0, 0.0], 1);
    let found = frequencies(&mesh, &properties, MassScheme::Consistent, &[6, 9]);
    let Profile::Beam(BeamProfile { torsion, .. }) = properties.profile else { unreachable!() };
    let polar = 0.2 * 0.1 / 12.0 * (0.2 * 0.2 + 0.1 * 0.1);
    let twist = (3.0 * 77e9 * torsion / (7850.0 * polar)).sqrt() / 2.0 / (2.0 * PI);
    let stretch = (3.0 * 200e9 / 7850.0_f64).sqrt() / 2.0 / (2.0 * PI);
    assert!(largest_relative_error(&found, &[twist, stretch]) < 1e-14, "{found:?} {twist} {stretch}");
}

/// Pin-ended double cross in its plane: eight arms of 5 m.
fn double_cross(elements: usize) -> Vec<f64> {
    let shape = BeamShape::Rectangle { first: 0.125, second: 0.125 };
    let properties = beam(200e9, 8000.0, 80e9, shape, [0.0, 0.0, -1.0]);
    let mut mesh = Mesh { kind: ElementKind::B33, nodes: vec![[0.0; 3]], elements: vec![] };
    let mut ends = vec![];
    for arm in 0..8 {
        let (sine, cosine) = (PI / 4.0 * f64::from(arm)).sin_cos();
        let mut last = 0;
        for k in 1..=elements {
            let radius = 5.0 * k as f64 / elements as f64;
            mesh.nodes.push([radius * cosine, radius * sine, 0.0]);
            mesh.elements.push(vec![last, mesh.nodes.len() - 1]);
            last = mesh.nodes.len() - 1;
        }
        ends.push(last);
    }
    let free: Vec<usize> = (0..mesh.nodes.len())
        .flat_map(|node| {
            if ends.contains(&node) { vec![6 * node + 5] } else { vec![6 * node, 6 * node + 1, 6 * node + 5] }
        })
        .collect();
    frequencies(&mesh, &properties, MassScheme::Consistent, &free)
}

/// NAFEMS FV2. The reference is the closed form of arms that don't stretch: pinned at both ends (once) and pinned and
/// clamped (seven times), for each half-wave. In two of the seven the middle moves a little, as real arms stretch.
#[test]
fn double_cross_has_the_frequencies_of_nafems() {
    let expected: Vec<f64> = [(11.336, 1), (17.709, 7), (45.345, 1), (57.390, 7)]
        .iter()
        .flat_map(|(hz, count)| vec![*hz; *count])
        .collect();
    let (coarse, fine) = (double_cross(4), double_cross(8));
    assert!(largest_relative_error(&coarse[..16], &expected) < 1e-2, "{:?}", &coarse[..16]);
    assert!(largest_relative_error(&fine[..16], &expected) < 6e-3, "{:?}", &fine[..16]);
    // The others agree with the closed form, but for the error (k h)^4 / 1440 of cubic elements.
    for k in [0].into_iter().chain(3..=8).chain(11..16) {
        assert!((fine[k] / expected[k] - 1.0).abs() < 5e-4, "{k}: {:?}", &fine[..16]);
    }
}
