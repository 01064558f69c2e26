//! Small meshes, and dense assembly and solves on them.

use std::collections::HashMap;

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use modalsweep::model::{
    ElementKind, MassScheme, Profile, Properties, check_shape, mass_into, stiffness_into,
};

pub const SOLIDS: [ElementKind; 5] =
    [ElementKind::C3D4, ElementKind::C3D8, ElementKind::C3D10, ElementKind::C3D20, ElementKind::C3D20R];

/// Steel in N, mm, t.
pub const STEEL: Properties =
    Properties { young: 210e3, poisson: 0.3, density: Some(7.85e-9), profile: Profile::Solid };

pub const HEXAHEDRON_EDGES: [[usize; 2]; 12] =
    [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]];
pub const TETRAHEDRON_EDGES: [[usize; 2]; 6] = [[0, 1], [1, 2], [2, 0], [0, 3], [1, 3], [2, 3]];
const CUBE: [[usize; 3]; 8] =
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]];

pub fn is_tetrahedron(kind: ElementKind) -> bool {
    matches!(kind, ElementKind::C3D4 | ElementKind::C3D10)
}

/// One element of distorted shape; edges are straight, or curved where `bend` is not zero.
pub fn distorted(kind: ElementKind, bend: f64) -> Vec<[f64; 3]> {
    let corners: Vec<[f64; 3]> = if is_tetrahedron(kind) {
        vec![[0.1, -0.1, 0.05], [2.1, 0.2, -0.1], [0.3, 1.7, 0.2], [-0.2, 0.3, 1.9]]
    } else {
        let shift = |k: usize| [0.15 * wave(3 * k), 0.15 * wave(3 * k + 1), 0.15 * wave(3 * k + 2)];
        let moved = |k: usize| std::array::from_fn(|i| 1.5 * CUBE[k][i] as f64 + shift(k)[i]);
        (0..8).map(moved).collect()
    };
    let edges: &[[usize; 2]] = if is_tetrahedron(kind) { &TETRAHEDRON_EDGES } else { &HEXAHEDRON_EDGES };
    let middles = edges.iter().enumerate().map(|(e, [p, q])| {
        std::array::from_fn(|i| 0.5 * (corners[*p][i] + corners[*q][i]) + bend * wave(100 + 3 * e + i))
    });
    let nodes: Vec<_> = corners.iter().copied().chain(middles).take(kind.nodes()).collect();
    check_shape(kind, &nodes).unwrap();
    nodes
}

/// A number between -1 and 1 that has no pattern.
pub fn wave(k: usize) -> f64 {
    (12.9898 * k as f64 + 0.5).sin()
}

pub struct Mesh {
    pub kind: ElementKind,
    pub nodes: Vec<[f64; 3]>,
    pub elements: Vec<Vec<usize>>,
}

impl Mesh {
    /// A block of `cells` cubes, each one hexahedron or six tetrahedra, on 0 .. 1 in each direction.
    pub fn block(kind: ElementKind, cells: [usize; 3]) -> Self {
        let [nx, ny, nz] = cells;
        let at = |i: usize, j: usize, k: usize| i + (nx + 1) * (j + (ny + 1) * k);
        let mut nodes = vec![];
        for k in 0..=nz {
            for j in 0..=ny {
                nodes.extend(
                    (0..=nx).map(|i| [i as f64 / nx as f64, j as f64 / ny as f64, k as f64 / nz as f64]),
                );
            }
        }
        let mut elements = vec![];
        for cell in 0..nx * ny * nz {
            let (i, j, k) = (cell % nx, cell / nx % ny, cell / (nx * ny));
            let corners = CUBE.map(|[x, y, z]| at(i + x, j + y, k + z));
            if is_tetrahedron(kind) {
                elements.extend(six_tetrahedra(corners));
            } else {
                elements.push(corners.to_vec());
            }
        }
        let mut mesh = Self { kind, nodes, elements };
        if kind.nodes() > 8 {
            mesh.add_middles();
        }
        mesh
    }

    fn add_middles(&mut self) {
        let edges: &[[usize; 2]] =
            if is_tetrahedron(self.kind) { &TETRAHEDRON_EDGES } else { &HEXAHEDRON_EDGES };
        let mut known = HashMap::new();
        for element in &mut self.elements {
            for [p, q] in edges {
                let (p, q) = (element[*p], element[*q]);
                let middle = *known.entry((p.min(q), p.max(q))).or_insert_with(|| {
                    let (a, b) = (self.nodes[p], self.nodes[q]);
                    self.nodes.push(std::array::from_fn(|i| 0.5 * (a[i] + b[i])));
                    self.nodes.len() - 1
                });
                element.push(middle);
            }
        }
    }

    /// Moves corners by `corner` (a function of node number and place), puts the other nodes in the middle of their
    /// edges and moves them by `middle`.
    pub fn moved(
        mut self,
        corner: impl Fn(usize, [f64; 3]) -> [f64; 3],
        middle: impl Fn(usize, [f64; 3]) -> [f64; 3],
    ) -> Self {
        let edges: &[[usize; 2]] =
            if is_tetrahedron(self.kind) { &TETRAHEDRON_EDGES } else { &HEXAHEDRON_EDGES };
        let corners = if is_tetrahedron(self.kind) { 4 } else { 8 };
        let old = self.nodes.clone();
        for element in &self.elements {
            for node in &element[..corners] {
                self.nodes[*node] = corner(*node, old[*node]);
            }
        }
        for element in &self.elements {
            for (node, [p, q]) in element[corners..].iter().zip(edges) {
                let (a, b) = (self.nodes[element[*p]], self.nodes[element[*q]]);
                let shift = middle(*node, old[*node]);
                self.nodes[*node] = std::array::from_fn(|i| 0.5 * (a[i] + b[i]) + shift[i]);
            }
        }
        for element in 0..self.elements.len() {
            check_shape(self.kind, &self.positions(element)).unwrap();
        }
        self
    }

    pub fn positions(&self, element: usize) -> Vec<[f64; 3]> {
        self.elements[element].iter().map(|node| self.nodes[*node]).collect()
    }

    pub fn dofs(&self) -> usize {
        self.nodes.len() * self.kind.components()
    }

    pub fn stiffness(&self, properties: &Properties) -> Mat<f64> {
        self.assemble(|nodes, matrix| stiffness_into(self.kind, nodes, properties, matrix))
    }

    pub fn mass(&self, scheme: MassScheme, properties: &Properties) -> Mat<f64> {
        self.assemble(|nodes, matrix| mass_into(self.kind, scheme, nodes, properties, matrix))
    }

    fn assemble(&self, kernel: impl Fn(&[[f64; 3]], &mut [f64])) -> Mat<f64> {
        let components = self.kind.components();
        let size = self.kind.nodes() * components;
        let mut whole = Mat::zeros(self.dofs(), self.dofs());
        let mut matrix = vec![f64::NAN; size * size];
        for (e, element) in self.elements.iter().enumerate() {
            kernel(&self.positions(e), &mut matrix);
            let dof = |local: usize| element[local / components] * components + local % components;
            for i in 0..size {
                for j in 0..size {
                    whole[(dof(i), dof(j))] += matrix[i * size + j];
                }
            }
        }
        whole
    }
}

/// The tetrahedra along the six ways from corner 0 to corner 6 of a cube: neighbours fit.
fn six_tetrahedra(corners: [usize; 8]) -> Vec<Vec<usize>> {
    let ways = [[1, 2], [2, 3], [3, 7], [7, 4], [4, 5], [5, 1]];
    ways.map(|[p, q]| vec![corners[0], corners[p], corners[q], corners[6]]).to_vec()
}

/// Rows and columns of some equations.
pub fn part(matrix: &Mat<f64>, rows: &[usize], columns: &[usize]) -> Mat<f64> {
    Mat::from_fn(rows.len(), columns.len(), |i, j| matrix[(rows[i], columns[j])])
}

/// Displacements under forces, where `given` are the equations with a displacement that is known.
pub fn solve(stiffness: &Mat<f64>, force: &[f64], given: &HashMap<usize, f64>) -> Vec<f64> {
    let free: Vec<usize> = (0..force.len()).filter(|dof| !given.contains_key(dof)).collect();
    let right = Mat::from_fn(free.len(), 1, |i, _| {
        let moved = given.iter().map(|(dof, value)| stiffness[(free[i], *dof)] * value);
        force[free[i]] - moved.sum::<f64>()
    });
    let factor = part(stiffness, &free, &free).llt(Side::Lower).unwrap();
    let solution = factor.solve(&right);
    let mut all = vec![0.0; force.len()];
    given.iter().for_each(|(dof, value)| all[*dof] = *value);
    free.iter().enumerate().for_each(|(i, dof)| all[*dof] = solution[(i, 0)]);
    all
}

pub fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |worst: f64, value| if value.abs() <= worst { worst } else { value.abs() })
}
