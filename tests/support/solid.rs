//! A brick of `nx x ny x nz` hexahedra with eight nodes: sparse stiffness and mass of any size.
//!
//! Linear shape functions, full 2 x 2 x 2 Gauss integration, unit cubes of steel in SI units
//! (E = 210e9, nu = 0.3, rho = 7850). Nodes run x fastest, then y, then z; equations go node by
//! node, x, y, z. All elements are the same, so that a column is summed straight from one 24 x 24 matrix
//! by looking at the 27 neighbours of its node, in the order in which they are stored.
//!
//! A benchmark takes this file with `#[path = "../tests/support/solid.rs"] mod solid;`.
#![allow(dead_code)]

use std::ops::Range;

/// Young's modulus, Pa.
pub const YOUNG: f64 = 210e9;
/// Poisson's ratio.
pub const POISSON: f64 = 0.3;
/// Density, kg / m^3.
pub const DENSITY: f64 = 7850.0;

/// What happens at the face x = 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SolidFace {
    /// Its nodes have no equations.
    Clamped,
    /// Nothing held: six rigid-body modes.
    Free,
}

/// Lower triangle of a symmetric matrix by columns, 0-based, rows ascending, the diagonal first.
#[derive(Debug, Clone, PartialEq)]
pub struct LowerCsc {
    /// Number of equations.
    pub n: usize,
    /// Where each column starts; `n + 1` numbers.
    pub col_ptr: Vec<usize>,
    /// Row of each entry.
    pub row_idx: Vec<usize>,
    /// Value of each entry.
    pub values: Vec<f64>,
}

/// Stiffness, consistent mass and the names of the equations.
#[derive(Debug, Clone, PartialEq)]
pub struct Solid {
    /// Pa m.
    pub stiffness: LowerCsc,
    /// kg; couples equal components only, the zeros between others are not stored.
    pub mass: LowerCsc,
    /// Node number (1-based, held nodes counted) and component (1 to 3) of each equation.
    pub labels: Vec<(i64, u32)>,
    /// Place of the node of each three equations.
    pub coordinates: Vec<[f64; 3]>,
}

/// The brick of `elements` unit cubes along x, y and z, at least one each.
pub fn solid(elements: [usize; 3], face: SolidFace) -> Solid {
    let grid = Grid { elements, first_x: usize::from(face == SolidFace::Clamped) };
    let (stiffness, mass) = element_matrices();
    let (mut labels, mut coordinates) = (Vec::new(), Vec::new());
    for node in grid.nodes() {
        let [nx, ny] = [elements[0] + 1, elements[1] + 1];
        let number = (node[0] + nx * (node[1] + ny * node[2]) + 1) as i64;
        labels.extend((1..=3).map(|component| (number, component)));
        coordinates.push(node.map(|along| along as f64));
    }
    Solid {
        stiffness: assemble(&grid, &stiffness, |_, _| true),
        mass: assemble(&grid, &mass, |a, b| a == b),
        labels,
        coordinates,
    }
}

/// One matrix of one element: corner by corner (x fastest), three components each.
pub type ElementMatrix = [[f64; 24]; 24];

type Node = [usize; 3];

struct Grid {
    elements: [usize; 3],
    /// Nodes with a smaller x index have no equations.
    first_x: usize,
}

impl Grid {
    fn range(&self, axis: usize) -> Range<usize> {
        (if axis == 0 { self.first_x } else { 0 })..self.elements[axis] + 1
    }

    /// Nodes with equations, in their order.
    fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.range(2)
            .flat_map(move |z| self.range(1).flat_map(move |y| self.range(0).map(move |x| [x, y, z])))
    }

    /// First of the three equations of a node.
    fn equation(&self, [x, y, z]: Node) -> usize {
        let [nx, ny] = [self.range(0).len(), self.range(1).len()];
        3 * (x - self.first_x + nx * (y + ny * z))
    }

    /// The nodes that share an element with `node` and don't come before it.
    fn later_neighbours(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let near = move |axis: usize| {
            let all = self.range(axis);
            all.start.max(node[axis].saturating_sub(1))..all.end.min(node[axis] + 2)
        };
        let first = self.equation(node);
        near(2)
            .flat_map(move |z| near(1).flat_map(move |y| near(0).map(move |x| [x, y, z])))
            .filter(move |&other| self.equation(other) >= first)
    }

    /// Sum over the elements that hold both nodes, as 3 x 3 block with rows of `b`.
    fn block(&self, element: &ElementMatrix, a: Node, b: Node) -> [[f64; 3]; 3] {
        let shared = [0, 1, 2].map(|axis| {
            let [low, high] = [a[axis].min(b[axis]), a[axis].max(b[axis])];
            high.saturating_sub(1)..(low + 1).min(self.elements[axis])
        });
        let mut sum = [[0.0; 3]; 3];
        for z in shared[2].clone() {
            for y in shared[1].clone() {
                for x in shared[0].clone() {
                    let corner = |n: Node| 3 * (n[0] - x + 2 * (n[1] - y) + 4 * (n[2] - z));
                    let (row, col) = (corner(b), corner(a));
                    for (i, line) in sum.iter_mut().enumerate() {
                        for (j, value) in line.iter_mut().enumerate() {
                            *value += element[row + i][col + j];
                        }
                    }
                }
            }
        }
        sum
    }
}

/// Lower triangle of the sum of all elements, of the entries whose components are `coupled`.
fn assemble(grid: &Grid, element: &ElementMatrix, coupled: impl Fn(usize, usize) -> bool) -> LowerCsc {
    let (mut col_ptr, mut row_idx, mut values) = (vec![0], Vec::new(), Vec::new());
    for node in grid.nodes() {
        let blocks: Vec<(usize, [[f64; 3]; 3])> = grid
            .later_neighbours(node)
            .map(|other| (grid.equation(other), grid.block(element, node, other)))
            .collect();
        for component in 0..3 {
            let col = grid.equation(node) + component;
            for (first, block) in &blocks {
                for (i, line) in block.iter().enumerate() {
                    if first + i >= col && coupled(i, component) {
                        row_idx.push(first + i);
                        values.push(line[component]);
                    }
                }
            }
            col_ptr.push(row_idx.len());
        }
    }
    LowerCsc { n: col_ptr.len() - 1, col_ptr, row_idx, values }
}

/// `integral B' D B` and `integral rho N' N` of a unit cube, by two points along each axis.
pub fn element_matrices() -> (ElementMatrix, ElementMatrix) {
    let (mut stiffness, mut mass) = ([[0.0; 24]; 24], [[0.0; 24]; 24]);
    let points = [0.5 - 0.5 / 3f64.sqrt(), 0.5 + 0.5 / 3f64.sqrt()];
    let shear = YOUNG / (2.0 * (1.0 + POISSON));
    let lame = YOUNG * POISSON / ((1.0 + POISSON) * (1.0 - 2.0 * POISSON));
    for point in 0..8 {
        let place = [0, 1, 2].map(|axis| points[(point >> axis) & 1]);
        let shapes: [(f64, [f64; 3]); 8] = std::array::from_fn(|corner| shape(corner, place));
        for (row, stiffness_row) in stiffness.iter_mut().enumerate() {
            for col in 0..=row {
                let ((na, da), (nb, db)) = (shapes[row / 3], shapes[col / 3]);
                let (i, j) = (row % 3, col % 3);
                let same = if i == j { 1.0 } else { 0.0 };
                let gradients: f64 = (0..3).map(|k| da[k] * db[k]).sum();
                stiffness_row[col] +=
                    (lame * da[i] * db[j] + shear * (da[j] * db[i] + same * gradients)) / 8.0;
                mass[row][col] += same * DENSITY * na * nb / 8.0;
            }
        }
    }
    mirror(&mut stiffness);
    mirror(&mut mass);
    (stiffness, mass)
}

/// Value and gradient of the shape function of a corner of the unit cube.
fn shape(corner: usize, place: [f64; 3]) -> (f64, [f64; 3]) {
    let side = |axis: usize| (corner >> axis) & 1 == 1;
    let value = |axis: usize| {
        if side(axis) { place[axis] } else { 1.0 - place[axis] }
    };
    let slope = |axis: usize| if side(axis) { 1.0 } else { -1.0 };
    let [x, y, z] = [value(0), value(1), value(2)];
    (x * y * z, [slope(0) * y * z, x * slope(1) * z, x * y * slope(2)])
}

/// Copies the lower triangle to the upper one.
fn mirror(matrix: &mut ElementMatrix) {
    let lower = *matrix;
    for (row, line) in matrix.iter_mut().enumerate() {
        for (col, value) in line.iter_mut().enumerate().skip(row + 1) {
            *value = lower[col][row];
        }
    }
}
