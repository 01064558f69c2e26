//! B33, the Euler-Bernoulli beam of two nodes.
//!
//! Axes of the cross-section: t along the beam, n1 as given (made perpendicular to t), n2 = t x n1. Deflections w1 and
//! w2 along n1 and n2 are cubic, and rotations follow them: theta_2 = w1', theta_1 = -w2'. Displacement along t and
//! twist are linear. A fibre at (x1, x2) stretches by `u' - x1 w1'' - x2 w2''`, which gives the strain energy
//!
//! ```text
//! E / 2 integral A u'^2 + I22 w1''^2 + 2 I12 w1'' w2'' + I11 w2''^2 + G J / 2 integral theta_t'^2,
//! I11 = integral x2^2 dA,  I12 = integral x1 x2 dA,  I22 = integral x1^2 dA
//! ```
//!
//! Matrices after J. S. Przemieniecki, Theory of Matrix Structural Analysis, 1968, 5.6 and 11.

use super::bar::BarAxis;
use super::isoparametric::{cross, dot};
use super::solid::mirror;
use crate::model::{BeamProfile, Profile, Properties};

type Local = [[f64; 12]; 12];

/// Components of the deflection w1 and its slope, then w2, in the order that [`HERMITE_STIFFNESS`] has, with signs.
const BENDING: [[(usize, f64); 4]; 2] =
    [[(1, 1.0), (5, 1.0), (7, 1.0), (11, 1.0)], [(2, 1.0), (4, -1.0), (8, 1.0), (10, -1.0)]];

/// Integral of H_i'' H_j'' times L^3, with the slopes times L, of the cubics H.
const HERMITE_STIFFNESS: [[f64; 4]; 4] =
    [[12.0, 6.0, -12.0, 6.0], [6.0, 4.0, -6.0, 2.0], [-12.0, -6.0, 12.0, -6.0], [6.0, 2.0, -6.0, 4.0]];

/// Integral of H_i H_j times 420 / L, with the slopes times L.
const HERMITE_MASS: [[f64; 4]; 4] = [
    [156.0, 22.0, 54.0, -13.0],
    [22.0, 4.0, 13.0, -3.0],
    [54.0, 13.0, 156.0, -22.0],
    [-13.0, -3.0, -22.0, 4.0],
];

/// Axes of a beam's cross-section.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamAxes {
    /// Unit vectors t (along), n1, n2 = t x n1. As rows: the rotation from global to local components, the same for
    /// displacements and rotations of both ends.
    pub axes: [[f64; 3]; 3],
    /// Distance of the nodes.
    pub length: f64,
}

impl BeamAxes {
    /// From the positions of the nodes and the approximate direction of n1. `None` where the length is not positive or
    /// that direction is along the beam (to 1e-6 of its length) or zero.
    #[inline]
    pub fn new(nodes: &[[f64; 3]; 2], first_axis: &[f64; 3]) -> Option<Self> {
        let BarAxis { direction: t, length } = BarAxis::new(nodes);
        let along = dot(first_axis, &t);
        let across: [f64; 3] = std::array::from_fn(|i| first_axis[i] - along * t[i]);
        let (norm, whole) = (dot(&across, &across).sqrt(), dot(first_axis, first_axis).sqrt());
        if !(length > 0.0 && norm > 1e-6 * whole) {
            return None;
        }
        let n1 = across.map(|x| x / norm);
        Some(Self { axes: [t, n1, cross(&t, &n1)], length })
    }
}

/// Forces and moments in a cross-section, on the side whose normal is t.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BeamForces {
    /// N, positive in tension.
    pub axial: f64,
    /// V1, V2: shear forces along n1 and n2.
    pub shear: [f64; 2],
    /// T about t.
    pub torque: f64,
    /// M1 = integral sigma x2 dA about n1, M2 = -integral sigma x1 dA about n2.
    pub moments: [f64; 2],
}

/// Forces and moments at the two ends of a B33 from its displacements `u` (three displacements and three rotations
/// for each node, global).
///
/// They are those of the displacement field: where a load acts between the ends, its fixed-end forces
/// ([`body_load_into`](super::body_load_into)) are not in them, and go to zero as the mesh is refined.
///
/// # Panics
/// When the properties are not those of a beam, or its axes are not defined ([`BeamAxes::new`]).
pub fn beam_section_forces(nodes: &[[f64; 3]; 2], properties: &Properties, u: &[f64; 12]) -> [BeamForces; 2] {
    let (profile, axes) = setup(nodes, properties);
    let local = local_stiffness(properties.young, &profile, axes.length);
    let mut turned = [0.0; 12];
    for part in 0..4 {
        let global = [u[3 * part], u[3 * part + 1], u[3 * part + 2]];
        for (i, axis) in axes.axes.iter().enumerate() {
            turned[3 * part + i] = dot(axis, &global);
        }
    }
    let forces = local.map(|row| row.iter().zip(&turned).map(|(k, u)| k * u).sum::<f64>());
    // What acts on the beam at its first end acts on the section there with the other sign.
    [(0, -1.0), (6, 1.0)].map(|(at, sign)| BeamForces {
        axial: sign * forces[at],
        shear: [sign * forces[at + 1], sign * forces[at + 2]],
        torque: sign * forces[at + 3],
        moments: [sign * forces[at + 4], sign * forces[at + 5]],
    })
}

pub(super) fn stiffness_into(nodes: &[[f64; 3]; 2], properties: &Properties, matrix: &mut [f64]) {
    let (profile, axes) = setup(nodes, properties);
    rotate_into(&local_stiffness(properties.young, &profile, axes.length), &axes.axes, matrix);
}

/// Consistent mass. The twist has the rotary inertia rho (I11 + I22); bending has none, as Euler and Bernoulli.
pub(super) fn mass_into(nodes: &[[f64; 3]; 2], properties: &Properties, density: f64, matrix: &mut [f64]) {
    let (profile, axes) = setup(nodes, properties);
    rotate_into(&local_mass(density, &profile, axes.length), &axes.axes, matrix);
}

/// Half of the mass on the displacements of each end; rotations have none.
pub(super) fn lumped_mass_into(
    nodes: &[[f64; 3]; 2],
    properties: &Properties,
    density: f64,
    matrix: &mut [f64],
) {
    let half = 0.5 * density * profile_of(properties).area * BarAxis::new(nodes).length;
    matrix.fill(0.0);
    for component in [0, 1, 2, 6, 7, 8] {
        matrix[component * 13] = half;
    }
}

/// Forces and moments that do the same work as a constant acceleration: half of the weight q L at each end, and
/// the moments `+- L^2 / 12 t x q`.
pub(super) fn body_load_into(
    nodes: &[[f64; 3]; 2],
    properties: &Properties,
    density: f64,
    acceleration: &[f64; 3],
    out: &mut [f64],
) {
    let BarAxis { direction, length } = BarAxis::new(nodes);
    let load = acceleration.map(|a| density * profile_of(properties).area * a);
    let moment = cross(&direction, &load);
    for i in 0..3 {
        let (half, twelfth) = (0.5 * length * load[i], length * length / 12.0 * moment[i]);
        (out[i], out[6 + i]) = (half, half);
        (out[3 + i], out[9 + i]) = (twelfth, -twelfth);
    }
}

pub(super) fn profile_of(properties: &Properties) -> BeamProfile {
    match properties.profile {
        Profile::Beam(profile) => profile,
        _ => panic!("a beam has the profile of a beam"),
    }
}

fn setup(nodes: &[[f64; 3]; 2], properties: &Properties) -> (BeamProfile, BeamAxes) {
    let profile = profile_of(properties);
    let axes = BeamAxes::new(nodes, &profile.first_axis).expect("the axes of a beam are checked before");
    (profile, axes)
}

/// Components: u_t, u_1, u_2, theta_t, theta_1, theta_2 of the first node, then of the second.
fn local_stiffness(young: f64, profile: &BeamProfile, length: f64) -> Local {
    let mut local = [[0.0; 12]; 12];
    add_linear(&mut local, 0, young * profile.area / length, [1.0, -1.0]);
    add_linear(&mut local, 3, profile.shear * profile.torsion / length, [1.0, -1.0]);
    let bending = [[profile.i22, profile.i12], [profile.i12, profile.i11]];
    let factor = young / (length * length * length);
    add_bending(
        &mut local,
        length,
        &HERMITE_STIFFNESS,
        bending.map(|row| row.map(|inertia| factor * inertia)),
    );
    local
}

fn local_mass(density: f64, profile: &BeamProfile, length: f64) -> Local {
    let mut local = [[0.0; 12]; 12];
    let mass = density * profile.area * length;
    let inertia = density * (profile.i11 + profile.i22) * length;
    add_linear(&mut local, 0, mass, [1.0 / 3.0, 1.0 / 6.0]);
    add_linear(&mut local, 3, inertia, [1.0 / 3.0, 1.0 / 6.0]);
    add_bending(&mut local, length, &HERMITE_MASS, [[mass / 420.0, 0.0], [0.0, mass / 420.0]]);
    local
}

fn add_linear(local: &mut Local, component: usize, factor: f64, [own, other]: [f64; 2]) {
    for (p, q, part) in [(0, 0, own), (0, 6, other), (6, 0, other), (6, 6, own)] {
        local[component + p][component + q] += factor * part;
    }
}

fn add_bending(local: &mut Local, length: f64, hermite: &[[f64; 4]; 4], factors: [[f64; 2]; 2]) {
    let scale = [1.0, length, 1.0, length];
    for (left, row) in BENDING.iter().zip(factors) {
        for (right, factor) in BENDING.iter().zip(row) {
            for (r, (i, left_sign)) in left.iter().enumerate() {
                for (c, (j, right_sign)) in right.iter().enumerate() {
                    local[*i][*j] += left_sign * right_sign * factor * (scale[r] * scale[c] * hermite[r][c]);
                }
            }
        }
    }
}

/// R' local R in blocks of three.
fn rotate_into(local: &Local, axes: &[[f64; 3]; 3], matrix: &mut [f64]) {
    for p in (0..12).step_by(3) {
        for q in (p..12).step_by(3) {
            for i in 0..3 {
                for j in 0..3 {
                    let mut entry = 0.0;
                    for m in 0..3 {
                        for n in 0..3 {
                            entry += axes[m][i] * local[p + m][q + n] * axes[n][j];
                        }
                    }
                    matrix[(p + i) * 12 + q + j] = entry;
                }
            }
        }
    }
    mirror(matrix, 12);
}
