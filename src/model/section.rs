//! What elements are made of.

use crate::io::inp::BeamShape;

/// A section: the elements of one set share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The element set, as the deck names it.
    pub name: String,
    /// The material, as the deck names it; empty for beams without one.
    pub material: String,
    /// What the kernels need.
    pub properties: Properties,
}

/// Material and cross-section as the element kernels take them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Properties {
    /// Young's modulus E.
    pub young: f64,
    /// Poisson's ratio nu; zero where beams give the shear modulus instead.
    pub poisson: f64,
    /// Mass density rho; `None` where the deck gives none.
    pub density: Option<f64>,
    /// Cross-section.
    pub profile: Profile,
}

/// Cross-section.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Profile {
    /// Solids.
    Solid,
    /// Trusses.
    Bar {
        /// Area of the cross-section.
        area: f64,
    },
    /// Beams.
    Beam(BeamProfile),
}

/// Cross-section of a beam, in its own axes t (along), n1, n2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamProfile {
    /// Area A.
    pub area: f64,
    /// I11, for bending about n1.
    pub i11: f64,
    /// I12.
    pub i12: f64,
    /// I22, for bending about n2.
    pub i22: f64,
    /// Torsional constant J.
    pub torsion: f64,
    /// Shear modulus G.
    pub shear: f64,
    /// Approximate direction of n1; its part along the beam is taken away.
    pub first_axis: [f64; 3],
    /// The dimensions, where the deck gives them: then the stresses of the outer fibres are known.
    pub shape: BeamShape,
}
