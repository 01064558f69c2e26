//! Stiffness by the strain-displacement matrices of the textbooks, written out, and what the mean change of volume does.

use modalsweep::model::{ElementKind, Isoparametric, Properties, stiffness_into, tables};

use crate::mesh::{Mesh, STEEL, distorted, largest};

/// How a strain-displacement matrix sees the change of volume.
#[derive(Clone, Copy, PartialEq)]
enum Dilatation {
    AtPoints,
    Mean,
}

/// sum_p w det J B' D B with 6 x 3N matrices B (xx yy zz xy yz zx, engineering shear strains). With the mean dilatation the
/// trace of B at a point is exchanged for its mean over the volume (T. J. R. Hughes, The Finite Element Method, 1987,
/// section 4.5).
fn textbook<const N: usize, const P: usize>(
    table: &Isoparametric<N, P>,
    nodes: &[[f64; 3]; N],
    properties: &Properties,
    dilatation: Dilatation,
) -> Vec<f64> {
    let (e, nu) = (properties.young, properties.poisson);
    let factor = e / ((1.0 + nu) * (1.0 - 2.0 * nu));
    let material = |i: usize, j: usize| match (i < 3, j < 3) {
        (true, true) => factor * if i == j { 1.0 - nu } else { nu },
        (false, false) if i == j => factor * (0.5 - nu),
        _ => 0.0,
    };
    let size = 3 * N;
    let points: Vec<_> = (0..P).map(|p| table.gradients_at(p, nodes)).collect();
    let volume: f64 = points.iter().map(|point| point.volume).sum();
    let mean = |dof: usize| {
        points.iter().map(|point| point.volume * point.by[dof % 3][dof / 3]).sum::<f64>() / volume
    };
    let mut k = vec![0.0; size * size];
    for point in &points {
        let b: Vec<[f64; 6]> = (0..size)
            .map(|dof| {
                let (a, i) = (dof / 3, dof % 3);
                let g = [point.by[0][a], point.by[1][a], point.by[2][a]];
                let mut column = [0.0; 6];
                column[i] = g[i];
                match i {
                    0 => (column[3], column[5]) = (g[1], g[2]),
                    1 => (column[3], column[4]) = (g[0], g[2]),
                    _ => (column[4], column[5]) = (g[1], g[0]),
                }
                if dilatation == Dilatation::Mean {
                    column[..3].iter_mut().for_each(|entry| *entry += (mean(dof) - g[i]) / 3.0);
                }
                column
            })
            .collect();
        for i in 0..size {
            for j in 0..size {
                for s in 0..6 {
                    for t in 0..6 {
                        k[i * size + j] += point.volume * b[i][s] * material(s, t) * b[j][t];
                    }
                }
            }
        }
    }
    k
}

fn error<const N: usize, const P: usize>(
    kind: ElementKind,
    table: &Isoparametric<N, P>,
    bend: f64,
    dilatation: Dilatation,
) -> f64 {
    let nodes = distorted(kind, bend);
    let expected = textbook(table, nodes[..].try_into().unwrap(), &STEEL, dilatation);
    let mut found = vec![f64::NAN; expected.len()];
    stiffness_into(kind, &nodes, &STEEL, &mut found);
    largest(found.iter().zip(&expected).map(|(f, e)| f - e)) / largest(expected)
}

#[test]
fn stiffness_is_that_of_the_textbooks() {
    let at_points = Dilatation::AtPoints;
    assert!(error(ElementKind::C3D4, &tables::C3D4, 0.0, at_points) < 1e-14);
    assert!(error(ElementKind::C3D10, &tables::C3D10, 0.08, at_points) < 1e-14);
    assert!(error(ElementKind::C3D20, &tables::C3D20, 0.08, at_points) < 1e-14);
    assert!(error(ElementKind::C3D20R, &tables::C3D20R, 0.08, at_points) < 1e-14);
    assert!(error(ElementKind::C3D8, &tables::C3D8, 0.0, Dilatation::Mean) < 1e-14);
    // The full integration of CalculiX is another element.
    assert!(error(ElementKind::C3D8, &tables::C3D8, 0.0, at_points) > 0.01);
}

/// Strain energy of pure bending in nearly incompressible material: with the change of volume at each point C3D8 would be
/// far too stiff, with its mean it is not. C3D4 locks, and is here to show that the test can tell.
#[test]
fn mean_change_of_volume_does_not_lock() {
    let rubber = Properties { poisson: 0.4999, ..STEEL };
    let stored = |kind: ElementKind| {
        let mesh = Mesh::block(kind, [4, 4, 4]);
        let u: Vec<f64> = mesh
            .nodes
            .iter()
            .flat_map(|[x, y, z]| [x * z, -0.5 * y * z, -0.5 * (x * x + 0.5 * (z * z - y * y))])
            .collect();
        let k = mesh.stiffness(&rubber);
        let mut energy = 0.0;
        for i in 0..u.len() {
            energy += 0.5 * u[i] * (0..u.len()).map(|j| k[(i, j)] * u[j]).sum::<f64>();
        }
        energy
    };
    // E / 2 integral z^2 dV over the unit cube that begins at z = 0.
    let exact = rubber.young / 6.0;
    let (averaged, locking) = (stored(ElementKind::C3D8) / exact, stored(ElementKind::C3D4) / exact);
    assert!(averaged < 1.2 && averaged > 1.0, "{averaged}");
    assert!(locking > 5.0, "{locking}");
}
