//! The cantilever of ten bars of MSC Nastran's superelement demonstrations, and the same bars free.
//!
//! Euler-Bernoulli bars of length 1, E = 2.9e7, I = 0.01, A = 0.1, rho = 7.357e-4; each node has a
//! deflection (T2) and a rotation (R3), node by node. Units are those of the source.

use faer::Mat;

/// MSC Nastran 2018.2, printed with 8 decimals (vtpasquale/NASTRAN_CoFE, testing/superelements).
pub const CANTILEVER_NASTRAN_HZ: [f64; 10] = [
    349.72878828,
    2167.32414949,
    6007.80335932,
    11650.23019063,
    19044.54346352,
    28065.27468198,
    38414.52704314,
    49367.71187916,
    59471.6198356,
    66656.49082565,
];

/// How the mass of a bar goes to its nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeamMass {
    /// Half of it to each deflection, no rotary inertia: a singular matrix.
    Lumped,
    /// Integral of the shape functions.
    Consistent,
}

/// What happens at the first node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeamEnd {
    /// Deflection and rotation held.
    Clamped,
    /// Nothing held: two rigid-body modes.
    Free,
}

/// Stiffness and mass of `bars` bars, both triangles.
pub fn beam(bars: usize, mass: BeamMass, end: BeamEnd) -> (Mat<f64>, Mat<f64>) {
    let n = 2 * (bars + 1);
    let (mut stiffness, mut inertia) = (Mat::zeros(n, n), Mat::zeros(n, n));
    for bar in 0..bars {
        add(&mut stiffness, 2 * bar, bar_stiffness());
        add(&mut inertia, 2 * bar, bar_mass(mass));
    }
    let first = if end == BeamEnd::Clamped { 2 } else { 0 };
    let rest = |m: Mat<f64>| m.submatrix(first, first, n - first, n - first).to_owned();
    (rest(stiffness), rest(inertia))
}

type Bar = [[f64; 4]; 4];

fn add(matrix: &mut Mat<f64>, first: usize, bar: Bar) {
    for (i, row) in bar.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            matrix[(first + i, first + j)] += value;
        }
    }
}

fn bar_stiffness() -> Bar {
    let shape =
        [[12.0, 6.0, -12.0, 6.0], [6.0, 4.0, -6.0, 2.0], [-12.0, -6.0, 12.0, -6.0], [6.0, 2.0, -6.0, 4.0]];
    shape.map(|row| row.map(|value| 2.9e7 * 0.01 * value))
}

fn bar_mass(mass: BeamMass) -> Bar {
    let bar = 7.357e-4 * 0.1;
    let (shape, unit) = match mass {
        BeamMass::Lumped => ([[1.0, 0.0, 0.0, 0.0], [0.0; 4], [0.0, 0.0, 1.0, 0.0], [0.0; 4]], bar / 2.0),
        BeamMass::Consistent => (
            [
                [156.0, 22.0, 54.0, -13.0],
                [22.0, 4.0, 13.0, -3.0],
                [54.0, 13.0, 156.0, -22.0],
                [-13.0, -3.0, -22.0, 4.0],
            ],
            bar / 420.0,
        ),
    };
    shape.map(|row| row.map(|value| unit * value))
}
