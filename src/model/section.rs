//! What elements are made of.

use std::f64::consts::PI;

use super::{ModelError, ModelErrorKind};
use crate::io::inp::BeamShape;

/// A section: the elements of one set share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The element set, as the deck names it.
    pub name: String,
    /// The material, as the deck names it; empty for beams without one.
    pub material: String,
    /// Where its moduli are from.
    pub moduli: ModuliFrom,
    /// What the kernels need.
    pub properties: Properties,
}

/// Where Young's modulus and the shear modulus of a section are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuliFrom {
    /// E and nu of the material: the shear modulus E / (2 (1 + nu)) follows Young's.
    Material,
    /// E and G on the third data line of `*BEAM GENERAL SECTION`: each by itself.
    Section,
}

impl Section {
    /// That it has a density.
    pub(super) fn check_density(&self) -> Result<(), ModelError> {
        if self.properties.density.is_some() {
            return Ok(());
        }
        let material = match self.material.as_str() {
            "" => format!("of set {}", self.name),
            name => name.to_owned(),
        };
        Err(ModelErrorKind::NoDensity { material }.into())
    }
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

impl BeamProfile {
    /// The constants of a cross-section from its dimensions, with the shear modulus and the approximate direction of n1.
    ///
    /// The torsional constant of a rectangle with the sides a >= b is the exact series (S. P. Timoshenko and J. N.
    /// Goodier, Theory of Elasticity, 1970, section 109), to rounding:
    ///
    /// ```text
    /// J = a b^3 (1/3 - 64 / pi^5 b / a sum_{n odd} tanh(n pi a / 2 b) / n^5)
    /// ```
    ///
    /// That of circles and pipes is I11 + I22.
    ///
    /// ```
    /// use modalsweep::io::inp::BeamShape;
    /// use modalsweep::model::BeamProfile;
    ///
    /// let square = BeamShape::Rectangle { first: 1.0, second: 1.0 };
    /// let profile = BeamProfile::new(square, 80e9, [0.0, 0.0, -1.0]);
    /// assert!((profile.torsion - 0.140577).abs() < 1e-6);
    /// ```
    pub fn new(shape: BeamShape, shear: f64, first_axis: [f64; 3]) -> Self {
        let (area, i11, i12, i22, torsion) = constants(shape);
        Self { area, i11, i12, i22, torsion, shear, first_axis, shape }
    }
}

/// A, I11, I12, I22, J.
fn constants(shape: BeamShape) -> (f64, f64, f64, f64, f64) {
    let ring = |outer: f64, inner: f64| {
        let inertia = PI / 4.0 * (outer.powi(4) - inner.powi(4));
        (PI * (outer * outer - inner * inner), inertia, 0.0, inertia, 2.0 * inertia)
    };
    match shape {
        BeamShape::General { area, i11, i12, i22, torsion } => (area, i11, i12, i22, torsion),
        BeamShape::Circle { radius } => ring(radius, 0.0),
        BeamShape::Pipe { radius, thickness } => ring(radius, radius - thickness),
        BeamShape::Rectangle { first, second } => {
            let (i11, i22) = (first * second.powi(3) / 12.0, second * first.powi(3) / 12.0);
            (first * second, i11, 0.0, i22, rectangle_torsion(first.max(second), first.min(second)))
        }
    }
}

/// J of a rectangle with the sides `long` and `short`.
fn rectangle_torsion(long: f64, short: f64) -> f64 {
    // tanh z = 1 - 2 / (exp 2z + 1), and the sum of 1 / n^5 over odd n is 31/32 zeta(5): seven terms remain.
    let terms = [13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0_f64];
    let missing: f64 = terms.map(|n| 2.0 / (libm::exp(n * PI * long / short) + 1.0) / n.powi(5)).iter().sum();
    let sum = 1.004_523_762_795_139_6 - missing;
    long * short.powi(3) * (1.0 / 3.0 - 64.0 / PI.powi(5) * short / long * sum)
}
