//! Patch tests: a field that the exact solution of a homogeneous body has, given on the boundary of a distorted mesh,
//! must come out inside.

use std::collections::HashMap;

use modalsweep::model::ElementKind;

use crate::mesh::{Mesh, SOLIDS, STEEL, largest, solve, wave};

type Field = fn([f64; 3]) -> [f64; 3];

/// A strain of every component, and a rotation.
fn linear([x, y, z]: [f64; 3]) -> [f64; 3] {
    [
        1e-3 * (2.0 * x - y + 0.5 * z + 0.3),
        1e-3 * (0.7 * x + 1.5 * y - 2.0 * z - 0.1),
        1e-3 * (-x + 0.4 * y - 0.8 * z + 0.2),
    ]
}

/// Pure bending about y: sigma_xx = E z is the only stress, so that the body needs no force inside.
fn bending([x, y, z]: [f64; 3]) -> [f64; 3] {
    let nu = STEEL.poisson;
    [x * z, -nu * y * z, -0.5 * (x * x + nu * (z * z - y * y))]
}

/// Largest error inside, relative to the largest displacement.
fn error_inside(mesh: &Mesh, field: Field, is_boundary: impl Fn(usize) -> bool) -> f64 {
    let exact: Vec<f64> = mesh.nodes.iter().flat_map(|at| field(*at)).collect();
    let given: HashMap<usize, f64> =
        (0..exact.len()).filter(|dof| is_boundary(dof / 3)).map(|dof| (dof, exact[dof])).collect();
    assert!(given.len() < exact.len(), "there are nodes inside");
    let found = solve(&mesh.stiffness(&STEEL), &vec![0.0; exact.len()], &given);
    largest(found.iter().zip(&exact).map(|(f, e)| f - e)) / largest(exact)
}

/// Nodes on the surface of the unit cube, by their place before anything is moved.
fn on_surface(mesh: &Mesh) -> Vec<bool> {
    mesh.nodes.iter().map(|at| at.iter().any(|x| *x == 0.0 || *x == 1.0)).collect()
}

fn inner_shift(node: usize, size: f64) -> [f64; 3] {
    std::array::from_fn(|i| size * wave(3 * node + i))
}

/// Corners inside moved by up to 0.1 of the edge, and by `bend` the middles of edges inside.
fn irregular(kind: ElementKind, bend: f64) -> (Mesh, Vec<bool>) {
    let mesh = Mesh::block(kind, [2, 2, 2]);
    let surface = on_surface(&mesh);
    let moved = |size: f64| {
        let surface = surface.clone();
        move |node: usize| if surface[node] { [0.0; 3] } else { inner_shift(node, size) }
    };
    let (corner, middle) = (moved(0.05), moved(bend));
    let add = |a: [f64; 3], b: [f64; 3]| std::array::from_fn(|i| a[i] + b[i]);
    (mesh.moved(|node, at| add(at, corner(node)), |node, _| middle(node)), surface)
}

#[test]
fn constant_strain_is_exact_on_distorted_meshes() {
    for kind in SOLIDS {
        let (mesh, surface) = irregular(kind, 0.0);
        let error = error_inside(&mesh, linear, |node| surface[node]);
        assert!(error < 1e-13, "{}: {error:e}", kind.name());
    }
}

/// Twenty-seven points integrate the gradients on curved edges exactly; the fewer ones of C3D10 and C3D20R don't.
#[test]
fn constant_strain_is_exact_on_curved_meshes_with_enough_points() {
    let (mesh, surface) = irregular(ElementKind::C3D20, 0.03);
    let error = error_inside(&mesh, linear, |node| surface[node]);
    assert!(error < 1e-13, "{error:e}");
}

/// Quadratic elements have the exact field of pure bending, on skewed meshes, too, as long as the elements are straight
/// and parallel.
#[test]
fn pure_bending_is_exact_in_quadratic_elements() {
    let skew = |_: usize, [x, y, z]: [f64; 3]| [x + 0.3 * y - 0.1 * z, 0.8 * y + 0.2 * z, 0.9 * z - 0.2 * x];
    for kind in [ElementKind::C3D10, ElementKind::C3D20, ElementKind::C3D20R] {
        let mesh = Mesh::block(kind, [2, 2, 2]);
        let surface = on_surface(&mesh);
        let error = error_inside(&mesh.moved(skew, |_, _| [0.0; 3]), bending, |node| surface[node]);
        assert!(error < 1e-13, "{}: {error:e}", kind.name());
    }
    // Linear ones don't: the test can tell.
    for kind in [ElementKind::C3D4, ElementKind::C3D8] {
        let (mesh, surface) = irregular(kind, 0.0);
        let error = error_inside(&mesh, bending, |node| surface[node]);
        assert!((1e-4..0.1).contains(&error), "{}: {error:e}", kind.name());
    }
}
