//! Element kernels: stiffness, mass, volume and loads of one element. No allocation, no threads.
//!
//! Matrices are full squares, row by row, with the components of the first node first. Both triangles are equal to the
//! last bit. Nodes come in the order of Abaqus and CalculiX.

mod bar;
mod beam;
mod extrapolation;
mod face;
mod isoparametric;
mod rules;
mod shapes;
mod solid;
pub mod tables;

pub use bar::BarAxis;
pub use beam::{BeamAxes, BeamForces, beam_section_forces};
pub use extrapolation::extrapolation;
pub use face::face_nodes;
pub use isoparametric::{Gradients, Isoparametric};
pub use solid::Lame;

use super::{ElementKind, Profile, Properties};

/// How the mass of an element goes to its nodes.
///
/// | kind | [`Consistent`](Self::Consistent) | [`Calculix`](Self::Calculix) | [`Abaqus`](Self::Abaqus) | [`Lumped`](Self::Lumped) |
/// | --- | --- | --- | --- | --- |
/// | T3D2 | exact | exact | half at each end | half at each end |
/// | B33 | cubic | cubic | cubic | half at each end, rotations without mass |
/// | C3D4 | exact | 1 point | lumped | a quarter at each node |
/// | C3D8 | 27 points | 8 points | lumped | row sums |
/// | C3D10 | 15 points | 4 points | 15 points | scaled diagonal |
/// | C3D20 | 27 points | 27 points | 27 points | scaled diagonal |
/// | C3D20R | 27 points | 8 points | 27 points | scaled diagonal |
///
/// The rules of the programs were found by comparing entry by entry with what CalculiX 2.20 and Abaqus 2021 export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MassScheme {
    /// `M = integral rho N' N dV`, with as many points as make it exact for elements with straight edges: frequencies
    /// are those of the displacement field, never below the exact ones of a conforming mesh (C3D20R and C3D8, which
    /// relax the stiffness, excepted).
    #[default]
    Consistent,
    /// The same sum over the integration points of the stiffness, as CalculiX does for all its solids: the frequencies
    /// agree with its own to the last digit it prints.
    ///
    /// C3D4 (1 point), C3D10 (4) and C3D20R (8) have fewer points than nodes, so that the mass of one element alone
    /// is singular: it has the rank 3 x points. Against the consistent mass its frequencies differ by up to
    /// 12 % (C3D4) and 4 % (C3D10) on coarse meshes.
    Calculix,
    /// Diagonal: T3D2, C3D4 and C3D8 get their row sums, C3D10, C3D20 and C3D20R their scaled diagonal (Hinton,
    /// Rock and Zienkiewicz), B33 half of its mass on the displacements of each end and nothing on rotations.
    Lumped,
    /// As Abaqus: lumped for T3D2, C3D4 and C3D8, fully integrated for the others, C3D20R included.
    Abaqus,
}

/// Calls a generic function with the table of a solid and its nodes as an array.
macro_rules! with_table {
    ($table:ident, $function:path, $nodes:expr $(, $argument:expr)*) => {
        $function(&tables::$table, array($nodes) $(, $argument)*)
    };
}

/// Stiffness: `matrix` is `(nodes x components)^2` ([`ElementKind::nodes`], [`ElementKind::components`]), overwritten.
///
/// Row by row, with the components of the first node first, nodes in the order of Abaqus and CalculiX; both triangles are
/// equal to the last bit. Solids are isotropic, `K = sum_p w det J B' D B`:
///
/// | kind | stiffness |
/// | --- | --- |
/// | T3D2 | E A / L along the axis |
/// | B33 | cubic deflection, no shear; E A / L and G J / L along and about the axis |
/// | C3D4 | 1 point |
/// | C3D8 | 2 x 2 x 2 points; the change of volume as its mean over the element, as Abaqus (CalculiX: at each point) |
/// | C3D10 | 4 points |
/// | C3D20 | 3 x 3 x 3 points |
/// | C3D20R | 2 x 2 x 2 points: 6 motions of a lone element besides the rigid ones store no energy |
///
/// An element that [`check_shape`] refuses gives numbers without meaning, perhaps not finite ones.
///
/// # Panics
/// When the number of nodes or the size of the matrix are not those of the kind, or the profile is not one of its kind,
/// or the axes of a beam are not defined ([`BeamAxes::new`]).
pub fn stiffness_into(kind: ElementKind, nodes: &[[f64; 3]], properties: &Properties, matrix: &mut [f64]) {
    check_size(kind, matrix.len());
    let lame = Lame::new(properties.young, properties.poisson);
    match kind {
        ElementKind::T3D2 => bar::stiffness_into(array(nodes), properties.young * area(properties), matrix),
        ElementKind::B33 => beam::stiffness_into(array(nodes), properties, matrix),
        ElementKind::C3D4 => with_table!(C3D4, solid::stiffness_into, nodes, lame, matrix),
        ElementKind::C3D8 => with_table!(C3D8, solid::mean_dilatation_stiffness_into, nodes, lame, matrix),
        ElementKind::C3D10 => with_table!(C3D10, solid::stiffness_into, nodes, lame, matrix),
        ElementKind::C3D20 => with_table!(C3D20, solid::stiffness_into, nodes, lame, matrix),
        ElementKind::C3D20R => with_table!(C3D20R, solid::stiffness_into, nodes, lame, matrix),
    }
}

/// Mass: `matrix` as for [`stiffness_into`]. Without a density it is zero.
///
/// # Panics
/// As [`stiffness_into`].
pub fn mass_into(
    kind: ElementKind,
    scheme: MassScheme,
    nodes: &[[f64; 3]],
    properties: &Properties,
    matrix: &mut [f64],
) {
    use ElementKind::{B33, C3D4, C3D8, C3D10, C3D20, C3D20R, T3D2};
    use MassScheme::{Abaqus, Calculix, Consistent, Lumped};
    check_size(kind, matrix.len());
    let density = properties.density.unwrap_or(0.0);
    match (kind, scheme) {
        (T3D2, Consistent | Calculix) => {
            bar::mass_into(array(nodes), density * area(properties), [1.0 / 3.0, 1.0 / 6.0], matrix);
        }
        (T3D2, Lumped | Abaqus) => {
            bar::mass_into(array(nodes), density * area(properties), [0.5, 0.0], matrix);
        }
        (B33, Consistent | Calculix | Abaqus) => beam::mass_into(array(nodes), properties, density, matrix),
        (B33, Lumped) => beam::lumped_mass_into(array(nodes), properties, density, matrix),
        (C3D4, Consistent) => with_table!(C3D4_FULL, solid::mass_into, nodes, density, matrix),
        (C3D4, Calculix) => with_table!(C3D4, solid::mass_into, nodes, density, matrix),
        (C3D4, Lumped | Abaqus) => with_table!(C3D4, solid::row_sum_mass_into, nodes, density, matrix),
        (C3D8, Consistent) => with_table!(C3D8_FULL, solid::mass_into, nodes, density, matrix),
        (C3D8, Calculix) => with_table!(C3D8, solid::mass_into, nodes, density, matrix),
        (C3D8, Lumped | Abaqus) => with_table!(C3D8, solid::row_sum_mass_into, nodes, density, matrix),
        (C3D10, Calculix) => with_table!(C3D10, solid::mass_into, nodes, density, matrix),
        (C3D10, Lumped) => with_table!(C3D10_FULL, solid::scaled_diagonal_mass_into, nodes, density, matrix),
        (C3D10, Consistent | Abaqus) => with_table!(C3D10_FULL, solid::mass_into, nodes, density, matrix),
        (C3D20R, Calculix) => with_table!(C3D20R, solid::mass_into, nodes, density, matrix),
        (C3D20, Consistent | Calculix | Abaqus) | (C3D20R, Consistent | Abaqus) => {
            with_table!(C3D20, solid::mass_into, nodes, density, matrix);
        }
        (C3D20 | C3D20R, Lumped) => {
            with_table!(C3D20, solid::scaled_diagonal_mass_into, nodes, density, matrix);
        }
    }
}

/// Volume; bars and beams: area times length.
///
/// It is exact for curved elements, too. The consistent mass of curved C3D10 and C3D20R, with its fewer points, is not
/// exactly the density times this volume.
///
/// # Panics
/// When the number of nodes is not that of the kind, or the profile is not one of its kind.
pub fn volume(kind: ElementKind, nodes: &[[f64; 3]], properties: &Properties) -> f64 {
    match kind {
        ElementKind::T3D2 => area(properties) * BarAxis::new(array(nodes)).length,
        ElementKind::B33 => beam::profile_of(properties).area * BarAxis::new(array(nodes)).length,
        ElementKind::C3D4 => with_table!(C3D4, solid::volume, nodes),
        ElementKind::C3D8 => with_table!(C3D8, solid::volume, nodes),
        ElementKind::C3D10 => with_table!(C3D10_FULL, solid::volume, nodes),
        ElementKind::C3D20 | ElementKind::C3D20R => with_table!(C3D20, solid::volume, nodes),
    }
}

/// Whether the element has a shape that can be computed with: det J positive at every integration point of the
/// stiffness, or a positive length.
///
/// # Errors
/// The smallest determinant (six times the volume of a C3D4), or the length; NaN where positions are not numbers.
///
/// # Panics
/// When the number of nodes is not that of the kind.
pub fn check_shape(kind: ElementKind, nodes: &[[f64; 3]]) -> Result<(), f64> {
    let measure = match kind {
        ElementKind::T3D2 | ElementKind::B33 => BarAxis::new(array(nodes)).length,
        ElementKind::C3D4 => with_table!(C3D4, solid::smallest_determinant, nodes),
        ElementKind::C3D8 => with_table!(C3D8, solid::smallest_determinant, nodes),
        ElementKind::C3D10 => with_table!(C3D10, solid::smallest_determinant, nodes),
        ElementKind::C3D20 => with_table!(C3D20, solid::smallest_determinant, nodes),
        ElementKind::C3D20R => with_table!(C3D20R, solid::smallest_determinant, nodes),
    };
    if measure > 0.0 && measure.is_finite() { Ok(()) } else { Err(measure) }
}

/// Nodal forces of unit pressure against a face (1 = S1, ..., as Abaqus numbers them), pushing into the element:
/// `integral N_a n dA`. `out` is `nodes x 3`, overwritten. Integrated as CalculiX does, with 3 points (C3D4, C3D10), 2 x 2
/// (C3D8, C3D20R) or 3 x 3 (C3D20): exact on faces with straight edges, and of curved ones the total force.
///
/// Returns whether the element has such a face; bars and beams have none. If not, `out` is left alone.
///
/// # Panics
/// When the number of nodes or the size of `out` are not those of the kind.
pub fn pressure_load_into(kind: ElementKind, face: u32, nodes: &[[f64; 3]], out: &mut [f64]) -> bool {
    assert_eq!(nodes.len(), kind.nodes(), "nodes of a {}", kind.name());
    let Some(face) = face_nodes(kind, face) else { return false };
    assert_eq!(out.len(), 3 * nodes.len(), "forces of a {}", kind.name());
    face::pressure_load_into(kind, face, nodes, out);
    true
}

/// Nodal forces of an acceleration of gravity, `integral rho N_a dV` times the acceleration, with the integration points
/// of the stiffness: what the consistent mass times that acceleration is. B33 gets the moments of its ends, too.
/// `out` is `nodes x components`, overwritten.
///
/// # Panics
/// When the number of nodes or the size of `out` are not those of the kind, or the profile is not one of its kind.
pub fn body_load_into(
    kind: ElementKind,
    nodes: &[[f64; 3]],
    properties: &Properties,
    acceleration: &[f64; 3],
    out: &mut [f64],
) {
    assert_eq!(out.len(), kind.nodes() * kind.components(), "forces of a {}", kind.name());
    let density = properties.density.unwrap_or(0.0);
    match kind {
        ElementKind::T3D2 => {
            let half = 0.5 * area(properties) * BarAxis::new(array(nodes)).length;
            spread(&[half, half], density, acceleration, out);
        }
        ElementKind::B33 => beam::body_load_into(array(nodes), properties, density, acceleration, out),
        ElementKind::C3D4 => spread(&with_table!(C3D4, solid::weights, nodes), density, acceleration, out),
        ElementKind::C3D8 => spread(&with_table!(C3D8, solid::weights, nodes), density, acceleration, out),
        ElementKind::C3D10 => spread(&with_table!(C3D10, solid::weights, nodes), density, acceleration, out),
        ElementKind::C3D20 => spread(&with_table!(C3D20, solid::weights, nodes), density, acceleration, out),
        ElementKind::C3D20R => {
            spread(&with_table!(C3D20R, solid::weights, nodes), density, acceleration, out)
        }
    }
}

/// Density times weight times acceleration at each node.
fn spread(weights: &[f64], density: f64, acceleration: &[f64; 3], out: &mut [f64]) {
    for (force, weight) in out.chunks_exact_mut(3).zip(weights) {
        for (component, a) in force.iter_mut().zip(acceleration) {
            *component = density * weight * a;
        }
    }
}

#[inline(always)]
fn array<const N: usize>(nodes: &[[f64; 3]]) -> &[[f64; 3]; N] {
    nodes.try_into().expect("as many nodes as the kind of element has")
}

fn area(properties: &Properties) -> f64 {
    match properties.profile {
        Profile::Bar { area } => area,
        _ => panic!("a truss has the profile of a bar"),
    }
}

fn check_size(kind: ElementKind, entries: usize) {
    let size = kind.nodes() * kind.components();
    assert_eq!(entries, size * size, "entries of the matrix of a {}", kind.name());
}
