//! Loads, section constants and extrapolation.

use modalsweep::io::inp::BeamShape;
use modalsweep::model::{
    BeamProfile, ElementKind, MassScheme, Profile, Properties, body_load_into, extrapolation, face_nodes,
    mass_into, pressure_load_into, stiffness_into, tables, volume,
};

use crate::mesh::{SOLIDS, STEEL, distorted, largest};

fn faces(kind: ElementKind) -> u32 {
    if matches!(kind, ElementKind::C3D4 | ElementKind::C3D10) { 4 } else { 6 }
}

/// Unit pressure on all faces.
fn squeezed(kind: ElementKind, nodes: &[[f64; 3]]) -> Vec<f64> {
    let mut sum = vec![0.0; 3 * nodes.len()];
    let mut one = vec![f64::NAN; sum.len()];
    for face in 1..=faces(kind) {
        assert!(pressure_load_into(kind, face, nodes, &mut one), "{} S{face}", kind.name());
        sum.iter_mut().zip(&one).for_each(|(sum, one)| *sum += one);
    }
    sum
}

/// Pressure from all sides shrinks a body by p / 3k in each direction: K u is the load, node by node. Curved faces of
/// C3D20, whose points integrate K u exactly, included.
#[test]
fn pressure_from_all_sides_shrinks_evenly() {
    let bulk = STEEL.young / (3.0 * (1.0 - 2.0 * STEEL.poisson));
    for (kind, bend) in SOLIDS.map(|kind| (kind, 0.0)).into_iter().chain([(ElementKind::C3D20, 0.08)]) {
        let nodes = distorted(kind, bend);
        let size = 3 * nodes.len();
        let mut k = vec![0.0; size * size];
        stiffness_into(kind, &nodes, &STEEL, &mut k);
        let u: Vec<f64> = nodes.iter().flatten().map(|x| -x / (3.0 * bulk)).collect();
        let load = squeezed(kind, &nodes);
        let error = (0..size).map(|i| (0..size).map(|j| k[i * size + j] * u[j]).sum::<f64>() - load[i]);
        let error = largest(error) / largest(load.iter().copied());
        assert!(error < 2e-14, "{} {bend}: {error:e}", kind.name());
    }
}

/// The divergence theorem: no force in all, on curved faces of every kind; on those of C3D20, which have points enough,
/// no moment either and sum of f_a . x_a = -3 V.
#[test]
fn pressure_on_a_closed_surface_is_in_equilibrium() {
    for (kind, bend) in SOLIDS.map(|kind| (kind, 0.0)).into_iter().chain(SOLIDS.map(|kind| (kind, 0.08))) {
        let nodes = distorted(kind, bend);
        let load = squeezed(kind, &nodes);
        let mut work = 0.0;
        let (mut force, mut moment) = ([0.0; 3], [0.0; 3]);
        for (x, f) in nodes.iter().zip(load.chunks(3)) {
            for i in 0..3 {
                let (j, k) = ((i + 1) % 3, (i + 2) % 3);
                force[i] += f[i];
                moment[i] += x[j] * f[k] - x[k] * f[j];
                work += x[i] * f[i];
            }
        }
        let scale = largest(load);
        assert!(largest(force) < 1e-14 * scale, "{}: {force:?}", kind.name());
        if bend == 0.0 || matches!(kind, ElementKind::C3D4 | ElementKind::C3D8 | ElementKind::C3D20) {
            assert!(largest(moment) < 1e-14 * scale, "{} {bend}: {moment:?}", kind.name());
            let expected = -3.0 * volume(kind, &nodes, &STEEL);
            assert!((work / expected - 1.0).abs() < 1e-14, "{}: {work} {expected}", kind.name());
        }
    }
}

/// Known shares: 1/3 at corners of a linear triangle; nothing at corners and 1/3 at middles of a quadratic one; -1/12
/// and 1/3 on a serendipity quadrilateral.
#[test]
fn flat_faces_share_the_load_as_known() {
    let shares = |kind: ElementKind| match kind {
        ElementKind::C3D4 => (1.0 / 3.0, 0.0),
        ElementKind::C3D10 => (0.0, 1.0 / 3.0),
        ElementKind::C3D8 => (0.25, 0.0),
        _ => (-1.0 / 12.0, 1.0 / 3.0),
    };
    for kind in SOLIDS {
        // S1 lies in z = 0 and the element above it, so that the force is along +z.
        let mut nodes = distorted(kind, 0.0);
        let face = face_nodes(kind, 1).unwrap();
        let corners = if kind.nodes() % 10 == 0 { face.len() / 2 } else { face.len() };
        let flat: &[[f64; 2]] = if corners == 3 {
            &[[0.0, 0.0], [2.0, 0.0], [0.0, 3.0]]
        } else {
            &[[0.0, 0.0], [2.0, 0.0], [2.0, 3.0], [0.0, 3.0]]
        };
        for c in 0..corners {
            nodes[face[c]] = [flat[c][0], flat[c][1], 0.0];
        }
        for m in corners..face.len() {
            let (p, q) = (face[m - corners], face[(m - corners + 1) % corners]);
            nodes[face[m]] = std::array::from_fn(|i| 0.5 * (nodes[p][i] + nodes[q][i]));
        }
        let area = if corners == 3 { 3.0 } else { 6.0 };
        let mut out = vec![f64::NAN; 3 * nodes.len()];
        assert!(pressure_load_into(kind, 1, &nodes, &mut out));
        let (corner, middle) = shares(kind);
        for node in 0..nodes.len() {
            let expected = match face.iter().position(|at| *at == node) {
                Some(place) => area * if place < corners { corner } else { middle },
                None => 0.0,
            };
            let found = &out[3 * node..3 * node + 3];
            assert!(found[0] == 0.0 && found[1] == 0.0, "{} node {node}: {found:?}", kind.name());
            assert!((found[2] - expected).abs() < 1e-14, "{} node {node}: {found:?} {expected}", kind.name());
        }
    }
}

#[test]
fn faces_that_do_not_exist_carry_nothing() {
    for kind in ElementKind::ALL {
        let nodes = vec![[0.0; 3]; kind.nodes()];
        let mut out = vec![7.0; 3 * nodes.len()];
        let first_missing = if kind.is_solid() { faces(kind) + 1 } else { 1 };
        for face in [0, first_missing, u32::MAX] {
            assert!(!pressure_load_into(kind, face, &nodes, &mut out), "{} S{face}", kind.name());
        }
        assert!(out.iter().all(|x| *x == 7.0));
    }
}

/// Gravity is the consistent mass times the acceleration; for beams in the sense of its work, moments included.
#[test]
fn gravity_is_mass_times_acceleration() {
    let profile = BeamProfile::new(BeamShape::Rectangle { first: 0.2, second: 0.3 }, 80e3, [0.3, 0.2, -1.0]);
    let bar = vec![[0.3, -0.2, 0.1], [1.4, 0.9, -0.7]];
    let mut samples = vec![
        (ElementKind::T3D2, bar.clone(), Properties { profile: Profile::Bar { area: 0.3 }, ..STEEL }),
        (ElementKind::B33, bar, Properties { profile: Profile::Beam(profile), ..STEEL }),
    ];
    samples.extend(SOLIDS.map(|kind| (kind, distorted(kind, 0.08), STEEL)));
    let acceleration = [1.0, -2.0, 9.81];
    for (kind, nodes, properties) in samples {
        let components = kind.components();
        let size = nodes.len() * components;
        let (mut m, mut load) = (vec![0.0; size * size], vec![f64::NAN; size]);
        mass_into(kind, MassScheme::Calculix, &nodes, &properties, &mut m);
        body_load_into(kind, &nodes, &properties, &acceleration, &mut load);
        let motion = |dof: usize| if dof % components < 3 { acceleration[dof % components] } else { 0.0 };
        let error = (0..size).map(|i| (0..size).map(|j| m[i * size + j] * motion(j)).sum::<f64>() - load[i]);
        let error = largest(error) / largest(load.iter().copied());
        assert!(error < 1e-14, "{}: {error:e}", kind.name());
    }
}

/// Rows sum to 1, and a linear function of the natural coordinates comes out exactly; for C3D20 a quadratic one.
#[test]
fn extrapolation_reproduces_polynomials() {
    fn check<const N: usize, const P: usize>(kind: ElementKind, points: &[[f64; 3]; P], degree: i32) {
        // The natural coordinates of the nodes.
        let nodes: Vec<[f64; 3]> = if P == 4 || P == 1 {
            let corners = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            let middles = crate::mesh::TETRAHEDRON_EDGES
                .map(|[p, q]| std::array::from_fn(|i| 0.5 * (corners[p][i] + corners[q][i])));
            corners.into_iter().chain(middles).take(N).collect()
        } else {
            let corner =
                |k: usize| [[-1.0, 1.0, 1.0, -1.0][k % 4], [-1.0, -1.0, 1.0, 1.0][k % 4], [-1.0, 1.0][k / 4]];
            let middles = crate::mesh::HEXAHEDRON_EDGES
                .map(|[p, q]| std::array::from_fn(|i| 0.5 * (corner(p)[i] + corner(q)[i])));
            (0..8).map(corner).chain(middles).take(N).collect()
        };
        let matrix = extrapolation(kind);
        assert_eq!(matrix.len(), N * P, "{}", kind.name());
        let function = |[x, y, z]: [f64; 3]| {
            let linear = 0.3 + x - 2.0 * y + 0.7 * z;
            1.0 + if degree > 0 { linear } else { 0.0 }
                + if degree > 1 { x * x - y * z + 2.0 * z * z } else { 0.0 }
        };
        for (node, row) in nodes.iter().zip(matrix.chunks(P)) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-14, "{}", kind.name());
            let found: f64 = row.iter().zip(points).map(|(entry, at)| entry * function(*at)).sum();
            assert!((found - function(*node)).abs() < 5e-14, "{} {node:?}: {found}", kind.name());
        }
    }
    check::<4, 1>(ElementKind::C3D4, &tables::C3D4.points, 0);
    check::<8, 8>(ElementKind::C3D8, &tables::C3D8.points, 1);
    check::<10, 4>(ElementKind::C3D10, &tables::C3D10.points, 1);
    check::<20, 8>(ElementKind::C3D20R, &tables::C3D20R.points, 1);
    check::<20, 27>(ElementKind::C3D20, &tables::C3D20.points, 2);
}

/// The coefficients that the source of CalculiX 2.20 has, with its five digits.
#[test]
fn extrapolation_is_that_of_calculix() {
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 6e-6, "{found} {expected}");
    near(extrapolation(ElementKind::C3D10)[0], 1.92705);
    near(extrapolation(ElementKind::C3D10)[1], -0.30902);
    let c3d20 = extrapolation(ElementKind::C3D20);
    // Point 1 and point 14 (the centre) at a corner and at the middle of an edge.
    for (entry, expected) in [(0, 2.37499), (8 * 27, 0.32628), (13, -0.29630), (8 * 27 + 13, -0.11111)] {
        near(c3d20[entry], expected);
    }
}

/// Torsion of rectangles over a b^3 as tabled by Timoshenko and Goodier (section 109, three digits), and by Roark's
/// closed formula (W. C. Young, Roark's Formulas, 1989, table 20), which is good to half a per cent.
#[test]
fn constants_of_cross_sections_are_those_of_the_books() {
    let profile = |shape| BeamProfile::new(shape, 1.0, [0.0, 0.0, 1.0]);
    for (ratio, expected) in [(1.0, 0.1406), (2.0, 0.229), (4.0, 0.281), (5.0, 0.291), (10.0, 0.312)] {
        let found = profile(BeamShape::Rectangle { first: 0.1, second: 0.1 * ratio });
        let table = found.torsion / (ratio * 1e-4);
        assert!((table - expected).abs() < 6e-4, "{ratio}: {table}");
        let (a, b) = (0.05 * ratio, 0.05);
        let r = b / a;
        let roark = a * b.powi(3) * (16.0 / 3.0 - 3.36 * r * (1.0 - r.powi(4) / 12.0));
        assert!((found.torsion / roark - 1.0).abs() < 5e-3, "{ratio}: {} {roark}", found.torsion);
        assert_eq!(profile(BeamShape::Rectangle { first: 0.1 * ratio, second: 0.1 }).torsion, found.torsion);
        assert!((found.i11 / (0.1 * (0.1 * ratio).powi(3) / 12.0) - 1.0).abs() < 1e-15);
        assert!((found.i22 / (0.1 * ratio * 1e-3 / 12.0) - 1.0).abs() < 1e-14);
    }
    // The square, computed with 50 digits.
    let square = profile(BeamShape::Rectangle { first: 1.0, second: 1.0 }).torsion;
    assert!((square - 0.140_577_014_955_153_7).abs() < 1e-15, "{square}");
    let circle = profile(BeamShape::Circle { radius: 2.0 });
    let pi = std::f64::consts::PI;
    let expected = [4.0 * pi, 4.0 * pi, 4.0 * pi, 8.0 * pi];
    for (found, expected) in [circle.area, circle.i11, circle.i22, circle.torsion].iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < 1e-15);
    }
    let pipe = profile(BeamShape::Pipe { radius: 2.0, thickness: 1.0 });
    assert!((pipe.area / (3.0 * pi) - 1.0).abs() < 1e-15 && (pipe.torsion / (7.5 * pi) - 1.0).abs() < 1e-15);
    // A solid bar is a pipe without a hole.
    let full = profile(BeamShape::Pipe { radius: 2.0, thickness: 2.0 });
    assert_eq!((full.area, full.torsion), (circle.area, circle.torsion));
}
