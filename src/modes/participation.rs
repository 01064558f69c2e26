//! Participation factors and effective modal masses: how much of the mass moves with each mode when the
//! ground shakes.

use std::collections::HashMap;

use faer::{Mat, MatRef};
use serde::Serialize;

use super::ModesError;
use super::mac::{check_shapes, inner_products};
use crate::io::DofLabel;
use crate::matrix::{DIRECTIONS, SymmetricMatrix, rigid_body_vector};

/// The point about which rotations turn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum RotationPoint {
    /// The origin of the coordinates: what NASTRAN's MEFFMASS and CalculiX print unless told otherwise.
    #[default]
    Origin,
    /// The centre of the mass that the equations carry.
    CentreOfMass,
    /// Any other, in the units of the coordinates; for a part that is shaken at its support, a point there.
    At([f64; 3]),
}

/// Options of [`participation`].
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ParticipationOptions {
    /// The point about which rotations turn. Default: the origin.
    pub rotations_about: RotationPoint,
}

/// What the modes have of each direction.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Participation {
    /// The point about which rotations turn.
    pub rotation_point: [f64; 3],
    /// Modal (generalized) masses phi_i' M phi_i; 1 where the shapes are scaled so.
    pub modal_masses: Vec<f64>,
    /// The directions in which something with mass can move, in the order of [`DIRECTIONS`].
    pub directions: Vec<DirectionParticipation>,
}

/// What the modes have of one direction.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DirectionParticipation {
    /// One of [`DIRECTIONS`].
    pub direction: &'static str,
    /// r' M r: a mass for translations, a moment of inertia for rotations.
    pub total: f64,
    /// Gamma_i = phi_i' M r, one per mode. Its sign is that of the shape.
    pub factors: Vec<f64>,
    /// Gamma_i^2 / (phi_i' M phi_i), one per mode; whatever the scale of the shape.
    pub effective: Vec<f64>,
}

impl DirectionParticipation {
    /// Running sums of the effective masses in % of the total, one per mode: what the first i modes have
    /// together. Codes ask for 90 % or so; M-orthogonal shapes never have more than 100.
    pub fn cumulative_percent(&self) -> Vec<f64> {
        let running = self.effective.iter().scan(0.0, |sum, effective| {
            *sum += effective;
            Some(100.0 * *sum / self.total)
        });
        running.collect()
    }
}

/// Participation factors Gamma_id = phi_i' M r_d and effective modal masses m_id = Gamma_id^2 / (phi_i' M
/// phi_i).
///
/// `shapes`: one row per equation of `mass`, one column per mode, M-orthogonal, of any scale; `labels`:
/// `node.component` of each equation; `coordinates` of the nodes, for rotations. r_d is the rigid-body motion
/// by one unit in direction d ([`rigid_body_vector`]): translations along x, y, z and, where the coordinates
/// of all nodes are known, rotations about the axes through [`ParticipationOptions::rotations_about`].
/// Directions in which nothing with mass can move are left out.
///
/// For M-orthonormal shapes Gamma is the participation factor of all programs; for others most print Gamma_id
/// / (phi_i' M phi_i). A shape without mass has zeros.
///
/// All modes of a model with regular M have the whole r_d' M r_d together. In a model with supports, r_d and
/// M are those of the free equations: the mass that sits in the supported ones, and the part that a
/// consistent mass couples to them, are in no sum, so totals are less than the mass on the scales. (The
/// coupled part, M_fs r_s, is also left out of Gamma by programs that work on the free equations alone.) In a
/// free body the rigid-body modes have all, the elastic ones nothing.
///
/// Cost: 4 entries (k + 6) + 2 n (k^2 + 6 k) operations at most.
///
/// Sources: E. L. Wilson, "Three-Dimensional Static and Dynamic Analysis of Structures", 3rd ed., 2002,
/// chapter 13 (mass participation); MSC Nastran, case control MEFFMASS (factors, effective masses and running
/// sums, about the origin of the basic system).
///
/// # Errors
/// [`ModesError::MassDiffers`], [`ModesError::LabelsDiffer`], [`ModesError::ShapeNotFinite`].
///
/// ```
/// use modalsweep::io::DofLabel;
/// use modalsweep::matrix::SymmetricMatrix;
/// use modalsweep::modes::{ParticipationOptions, participation};
/// // Masses 1 and 2 along x; shapes that are M-orthogonal.
/// let mass = SymmetricMatrix::from_lower_csc(vec![0, 1, 2], vec![0, 1], vec![1.0, 2.0])?;
/// let labels = [1, 2].map(|node| DofLabel { node, component: 1 });
/// let shapes = faer::mat![[1.0, 2.0], [1.0, -1.0]];
/// let found = participation(shapes.as_ref(), &mass, &labels, None, &ParticipationOptions::default())?;
/// assert_eq!(found.directions.len(), 1);
/// assert_eq!(found.directions[0].total, 3.0);
/// assert_eq!(found.directions[0].effective, [3.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn participation(
    shapes: MatRef<'_, f64>,
    mass: &SymmetricMatrix,
    labels: &[DofLabel],
    coordinates: Option<&HashMap<i64, [f64; 3]>>,
    options: &ParticipationOptions,
) -> Result<Participation, ModesError> {
    check_shapes(shapes, Some(mass))?;
    if labels.len() != mass.size() {
        return Err(ModesError::LabelsDiffer { labels: labels.len(), size: mass.size() });
    }
    let point = match options.rotations_about {
        RotationPoint::Origin => [0.0; 3],
        RotationPoint::At(point) => point,
        RotationPoint::CentreOfMass => centre_of_mass(mass, labels, coordinates),
    };
    let rigid = rigid_body_vectors(labels, coordinates, point);
    let [factors, totals] = inner_products([shapes, rigid.as_ref()], rigid.as_ref(), Some(mass));
    let [modal] = inner_products([shapes], shapes, Some(mass));
    let modal_masses: Vec<f64> = (0..shapes.ncols()).map(|mode| modal[(mode, mode)]).collect();
    let floor = rounding_of_inertia(&totals, coordinates, point);
    let moves = |axis: &usize| totals[(*axis, *axis)] > if *axis < 3 { 0.0 } else { floor };
    let directions = (0..DIRECTIONS.len()).filter(moves).map(|axis| {
        let factors: Vec<f64> = (0..shapes.ncols()).map(|mode| factors[(mode, axis)]).collect();
        let effective = factors.iter().zip(&modal_masses);
        DirectionParticipation {
            direction: DIRECTIONS[axis],
            total: totals[(axis, axis)],
            effective: effective
                .map(|(factor, &mass)| if mass > 0.0 { factor * factor / mass } else { 0.0 })
                .collect(),
            factors,
        }
    });
    Ok(Participation { rotation_point: point, directions: directions.collect(), modal_masses })
}

/// One column per direction, zero where nothing moves or a rotation isn't known.
fn rigid_body_vectors(
    labels: &[DofLabel],
    coordinates: Option<&HashMap<i64, [f64; 3]>>,
    point: [f64; 3],
) -> Mat<f64> {
    let seen_from_point = |at: &[f64; 3]| std::array::from_fn(|axis| at[axis] - point[axis]);
    let moved: Option<HashMap<i64, [f64; 3]>> =
        coordinates.map(|nodes| nodes.iter().map(|(&node, at)| (node, seen_from_point(at))).collect());
    let mut vectors = Mat::zeros(labels.len(), DIRECTIONS.len());
    for axis in 0..DIRECTIONS.len() {
        for (dof, value) in rigid_body_vector(labels, moved.as_ref(), axis).into_iter().flatten().enumerate()
        {
            vectors[(dof, axis)] = value;
        }
    }
    vectors
}

/// From the coupling of translations and rotations about the origin: r_y' M r_rz = m_y c_x, r_z' M r_ry =
/// -m_z c_x and so on round the axes. Where the two directions that see a coordinate carry different masses,
/// both count by their mass; where none does, the coordinate is zero.
fn centre_of_mass(
    mass: &SymmetricMatrix,
    labels: &[DofLabel],
    coordinates: Option<&HashMap<i64, [f64; 3]>>,
) -> [f64; 3] {
    let rigid = rigid_body_vectors(labels, coordinates, [0.0; 3]);
    let [inertia] = inner_products([rigid.as_ref()], rigid.as_ref(), Some(mass));
    std::array::from_fn(|axis| {
        let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
        let moment = inertia[(next, 3 + last)] - inertia[(last, 3 + next)];
        let carried = inertia[(next, next)] + inertia[(last, last)];
        if carried > 0.0 { moment / carried } else { 0.0 }
    })
}

/// What a row of masses along an axis seems to have of inertia about it after the coordinates were shifted
/// and rounded.
fn rounding_of_inertia(
    totals: &Mat<f64>,
    coordinates: Option<&HashMap<i64, [f64; 3]>>,
    point: [f64; 3],
) -> f64 {
    let all = coordinates.into_iter().flat_map(HashMap::values).flatten().chain(&point);
    let reach = all.fold(0.0, |reach: f64, value| reach.max(value.abs()));
    let carried = (0..3).map(|axis| totals[(axis, axis)]).fold(0.0, f64::max);
    carried * (16.0 * f64::EPSILON * reach).powi(2)
}
