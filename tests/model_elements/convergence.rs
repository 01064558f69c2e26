//! Order of convergence on a smooth solution: the error of the displacements falls as h^2 with linear shape functions
//! and as h^3 with quadratic ones.

use std::collections::HashMap;

use modalsweep::model::{ElementKind, Isoparametric, tables};

use crate::mesh::{Mesh, SOLIDS, STEEL, solve};

/// The gradient of exp(sqrt2 x) sin y sin z, which is harmonic: no divergence, no Laplacian, hence no body force
/// whatever the material.
fn exact([x, y, z]: [f64; 3]) -> [f64; 3] {
    let (growth, root) = ((2f64.sqrt() * x).exp(), 2f64.sqrt());
    [root * growth * y.sin() * z.sin(), growth * y.cos() * z.sin(), growth * y.sin() * z.cos()]
}

/// Smoothly distorted, so that elements become parallel as they get smaller.
fn solved(kind: ElementKind, cells: usize) -> (Mesh, Vec<f64>) {
    let mesh = Mesh::block(kind, [cells; 3]);
    let surface: Vec<bool> = mesh.nodes.iter().map(|at| at.iter().any(|x| *x == 0.0 || *x == 1.0)).collect();
    let bump = |[x, y, z]: [f64; 3]| 1.5 * x * (1.0 - x) * y * (1.0 - y) * z * (1.0 - z);
    let mesh = mesh.moved(|_, at| at.map(|x| x + bump(at) * (1.0 + x)), |_, _| [0.0; 3]);
    let given: HashMap<usize, f64> = (0..mesh.dofs())
        .filter(|dof| surface[dof / 3])
        .map(|dof| (dof, exact(mesh.nodes[dof / 3])[dof % 3]))
        .collect();
    let u = solve(&mesh.stiffness(&STEEL), &vec![0.0; mesh.dofs()], &given);
    (mesh, u)
}

/// Square root of the integral of (u - exact)^2.
fn error<const N: usize, const P: usize>(table: &Isoparametric<N, P>, mesh: &Mesh, u: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (e, element) in mesh.elements.iter().enumerate() {
        let nodes: [[f64; 3]; N] = mesh.positions(e).try_into().unwrap();
        for point in 0..P {
            let (mut at, mut found) = ([0.0; 3], [0.0; 3]);
            for (a, value) in table.shape[point].iter().enumerate() {
                for i in 0..3 {
                    at[i] += value * nodes[a][i];
                    found[i] += value * u[3 * element[a] + i];
                }
            }
            let weight = table.weights[point] * table.determinant(point, &nodes);
            sum += weight * exact(at).iter().zip(found).map(|(e, f)| (e - f).powi(2)).sum::<f64>();
        }
    }
    sum.sqrt()
}

#[test]
fn errors_fall_with_the_order_of_the_shape_functions() {
    for kind in SOLIDS {
        let (coarse, order) = if kind.nodes() > 8 { (2, 3.0) } else { (4, 2.0) };
        let errors = [coarse, 2 * coarse].map(|cells| {
            let (mesh, u) = solved(kind, cells);
            match kind {
                ElementKind::C3D4 => error(&tables::C3D4, &mesh, &u),
                ElementKind::C3D8 => error(&tables::C3D8, &mesh, &u),
                ElementKind::C3D10 => error(&tables::C3D10_FULL, &mesh, &u),
                _ => error(&tables::C3D20, &mesh, &u),
            }
        });
        let found = (errors[0] / errors[1]).log2();
        assert!((order - 0.2..order + 0.5).contains(&found), "{}: {errors:?}, order {found}", kind.name());
    }
}
