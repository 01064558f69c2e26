//! K and M as affine sums in the properties of element sets.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::super::element::{mass_into, stiffness_into};
use super::super::{ElementAt, MassScheme, ModelError, ModelErrorKind, Profile, Properties};
use super::Assembly;
use crate::matrix::{AffineSum, Pages, SymmetricMatrix};
use crate::parallel::Progress;

/// A property of an element set that a study changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Property {
    /// Young's modulus E. Poisson's ratio stays; so does the shear modulus of beams that give it by itself.
    YoungsModulus,
    /// Mass density rho.
    Density,
    /// Cross-section A of trusses and beams; the second moments of area stay.
    Area,
}

impl Property {
    const ALL: [Self; 3] = [Self::YoungsModulus, Self::Density, Self::Area];

    /// As files and options name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::YoungsModulus => "youngs_modulus",
            Self::Density => "density",
            Self::Area => "area",
        }
    }

    fn of(self, properties: &Properties) -> Option<f64> {
        match (self, properties.profile) {
            (Self::YoungsModulus, _) => Some(properties.young),
            (Self::Density, _) => properties.density,
            (Self::Area, Profile::Bar { area }) => Some(area),
            (Self::Area, Profile::Beam(profile)) => Some(profile.area),
            (Self::Area, Profile::Solid) => None,
        }
    }
}

/// A property of the elements of a set, written `SET.property`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name of the element set, in any case.
    pub element_set: String,
    /// What changes.
    pub property: Property,
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.element_set, self.property.name())
    }
}

impl FromStr for Parameter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Property::ALL.map(Property::name).join(", ");
        let (set, name) = text
            .rsplit_once('.')
            .filter(|(set, _)| !set.trim().is_empty())
            .ok_or_else(|| format!("`{text}` is not SET.PROPERTY, with a property of {names}"))?;
        let property = Property::ALL.into_iter().find(|property| property.name() == name);
        let property = property.ok_or_else(|| format!("`{name}` is not one of {names}"))?;
        Ok(Self { element_set: set.trim().to_owned(), property })
    }
}

/// K and M of a model as functions of parameters p, without assembly:
///
/// ```text
/// K(p) = K_0 + sum_i f_i(p) K_i,      f_i a product of parameters
/// ```
///
/// All matrices have the pattern of the [`Assembly`].
#[derive(Debug, Clone)]
pub struct AffineModel {
    /// K.
    pub stiffness: AffineSum,
    /// M.
    pub mass: AffineSum,
    /// For each term of K the parameters whose product is its factor, by their place in the list.
    pub stiffness_factors: Vec<Vec<usize>>,
    /// The same for M.
    pub mass_factors: Vec<Vec<usize>>,
    /// What the deck says for each parameter; `None` where its elements differ, or nothing is said.
    pub nominal: Vec<Option<f64>>,
}

impl AffineModel {
    /// K(p), one value per parameter.
    ///
    /// # Errors
    /// [`ModelErrorKind::ParameterValue`] for a value that is not finite, or makes an entry that is not.
    ///
    /// # Panics
    /// When there is not one value per parameter.
    pub fn stiffness_at(&self, parameters: &[f64]) -> Result<SymmetricMatrix, ModelError> {
        self.at(&self.stiffness, &self.stiffness_factors, parameters)
    }

    /// M(p), one value per parameter.
    ///
    /// # Errors
    /// As [`AffineModel::stiffness_at`].
    ///
    /// # Panics
    /// When there is not one value per parameter.
    pub fn mass_at(&self, parameters: &[f64]) -> Result<SymmetricMatrix, ModelError> {
        self.at(&self.mass, &self.mass_factors, parameters)
    }

    fn at(
        &self,
        sum: &AffineSum,
        factors: &[Vec<usize>],
        parameters: &[f64],
    ) -> Result<SymmetricMatrix, ModelError> {
        assert_eq!(parameters.len(), self.nominal.len(), "one value per parameter");
        let product = |factor: &Vec<usize>| factor.iter().map(|&parameter| parameters[parameter]).product();
        let factors: Vec<f64> = factors.iter().map(product).collect();
        sum.at(&factors).map_err(|_| {
            let least_finite = parameters.iter().position(|value| !value.is_finite()).unwrap_or(0);
            ModelErrorKind::ParameterValue { parameter: least_finite, value: parameters[least_finite] }.into()
        })
    }
}

/// No parameter.
const NONE: u32 = u32::MAX;

/// The parameters that multiply a term: modulus or density first, then the area.
type Key = [u32; 2];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Stiffness,
    Mass(MassScheme),
}

/// What of an element is linear in the same parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Solids, trusses, and what goes with the area of beams.
    Area,
    /// Bending of beams, and the inertia of their torsion.
    SecondMoments,
    /// Torsion of beams.
    Torsion,
}

/// Which parameter governs each property of each element, in the count over all blocks.
struct Owners<'a> {
    assembly: &'a Assembly<'a>,
    parameters: [Vec<u32>; 3],
}

impl Assembly<'_> {
    /// Splits K and M by the parameters, on the current rayon pool: one assembly for each term.
    ///
    /// # Errors
    /// A set that does not exist ([`ModelErrorKind::UnknownSet`]), two parameters for one property of an element
    /// ([`ModelErrorKind::ParametersOverlap`]), the area of a solid ([`ModelErrorKind::NoArea`]), a material without
    /// density that no parameter gives, more than 2^32 entries.
    pub fn affine(
        &self,
        parameters: &[Parameter],
        scheme: MassScheme,
        progress: &dyn Progress,
    ) -> Result<AffineModel, ModelError> {
        let owners = Owners::new(self, parameters)?;
        owners.check_densities()?;
        let (stiffness, stiffness_factors) = owners.sum(Quantity::Stiffness, progress)?;
        let (mass, mass_factors) = owners.sum(Quantity::Mass(scheme), progress)?;
        let nominal = (0..parameters.len()).map(|at| owners.nominal(at as u32, parameters[at].property));
        Ok(AffineModel { stiffness, mass, stiffness_factors, mass_factors, nominal: nominal.collect() })
    }
}

impl<'a> Owners<'a> {
    fn new(assembly: &'a Assembly<'a>, parameters: &[Parameter]) -> Result<Self, ModelError> {
        let model = assembly.model;
        let count = assembly.first_element[model.blocks().len()];
        let mut owners =
            Self { assembly, parameters: [const { Vec::new() }; 3].map(|_: Vec<u32>| vec![NONE; count]) };
        for (number, parameter) in (0..).zip(parameters) {
            let set = model
                .element_set(&parameter.element_set)
                .ok_or_else(|| ModelErrorKind::UnknownSet { name: parameter.element_set.clone() })?;
            for &element in &set.members {
                let Some(at) = model.find_element(element) else { continue };
                let properties = &model.sections()[model.blocks()[at.block].section].properties;
                if parameter.property == Property::Area && Property::Area.of(properties).is_none() {
                    return Err(ModelErrorKind::NoArea { element, parameter: parameter.to_string() }.into());
                }
                let place = assembly.first_element[at.block] + at.element;
                let owner = &mut owners.parameters[parameter.property as usize][place];
                if *owner != NONE {
                    let first = parameters[*owner as usize].to_string();
                    let second = parameter.to_string();
                    return Err(ModelErrorKind::ParametersOverlap { first, second, element }.into());
                }
                *owner = number;
            }
        }
        Ok(owners)
    }

    fn owner(&self, property: Property, at: ElementAt) -> u32 {
        self.parameters[property as usize][self.assembly.first_element[at.block] + at.element]
    }

    fn properties(&self, at: ElementAt) -> &Properties {
        let model = self.assembly.model;
        &model.sections()[model.blocks()[at.block].section].properties
    }

    fn elements(&self) -> impl Iterator<Item = ElementAt> + '_ {
        let blocks = self.assembly.model.blocks().iter().enumerate();
        blocks.flat_map(|(block, all)| (0..all.len()).map(move |element| ElementAt { block, element }))
    }

    fn check_densities(&self) -> Result<(), ModelError> {
        let bad = self
            .elements()
            .find(|&at| self.properties(at).density.is_none() && self.owner(Property::Density, at) == NONE);
        match bad {
            None => Ok(()),
            Some(at) => {
                let model = self.assembly.model;
                let section = &model.sections()[model.blocks()[at.block].section];
                Err(ModelErrorKind::NoDensity { material: section.material.clone() }.into())
            }
        }
    }

    fn nominal(&self, parameter: u32, property: Property) -> Option<f64> {
        let own = self.elements().filter(|&at| self.owner(property, at) == parameter);
        let mut values = own.map(|at| property.of(self.properties(at)));
        let first = values.next()??;
        values.all(|value| value == Some(first)).then_some(first)
    }

    /// The parts of an element, each with what multiplies it.
    fn parts(&self, quantity: Quantity, at: ElementAt) -> impl Iterator<Item = (Key, Part)> + use<> {
        let model = self.assembly.model;
        let section = &model.sections()[model.blocks()[at.block].section];
        let linear = match quantity {
            Quantity::Stiffness => self.owner(Property::YoungsModulus, at),
            Quantity::Mass(_) => self.owner(Property::Density, at),
        };
        let whole = ([linear, self.owner(Property::Area, at)], Part::Area);
        let is_beam = matches!(section.properties.profile, Profile::Beam(_));
        // A shear modulus that is given by itself does not follow Young's.
        let torsion = if section.material.is_empty() { NONE } else { linear };
        let bending = is_beam.then_some(([linear, NONE], Part::SecondMoments));
        let torsion =
            (is_beam && quantity == Quantity::Stiffness).then_some(([torsion, NONE], Part::Torsion));
        std::iter::once(whole).chain(bending).chain(torsion)
    }

    /// The properties whose matrix is the term of `key` in this element, with 1 for what its factor holds.
    fn properties_of_term(&self, quantity: Quantity, at: ElementAt, key: Key) -> Option<Properties> {
        let mut properties = *self.properties(at);
        let mut has = |part| self.parts(quantity, at).any(|own| own == (key, part));
        let [area, bending, torsion] = [Part::Area, Part::SecondMoments, Part::Torsion].map(&mut has);
        if !(area || bending || torsion) {
            return None;
        }
        let unit_area = (key[1] != NONE).then_some(1.0);
        let young = properties.young;
        if key[0] != NONE {
            match quantity {
                Quantity::Stiffness => properties.young = 1.0,
                Quantity::Mass(_) => properties.density = Some(1.0),
            }
        }
        match &mut properties.profile {
            Profile::Solid => {}
            Profile::Bar { area } => *area = unit_area.unwrap_or(*area),
            Profile::Beam(profile) => {
                profile.area = if area { unit_area.unwrap_or(profile.area) } else { 0.0 };
                if !bending {
                    (profile.i11, profile.i12, profile.i22) = (0.0, 0.0, 0.0);
                }
                profile.torsion = if torsion { profile.torsion } else { 0.0 };
                if key[0] != NONE && quantity == Quantity::Stiffness {
                    profile.shear /= young;
                }
            }
        }
        Some(properties)
    }

    /// The constant and one term for each key.
    fn sum(
        &self,
        quantity: Quantity,
        progress: &dyn Progress,
    ) -> Result<(AffineSum, Vec<Vec<usize>>), ModelError> {
        let keys: BTreeMap<Key, ()> =
            self.elements().flat_map(|at| self.parts(quantity, at)).map(|(key, _)| (key, ())).collect();
        let constant = self.term(quantity, [NONE, NONE], progress)?;
        let constant = SymmetricMatrix::on_pattern(Arc::clone(&self.assembly.pattern), constant);
        let mut sum = AffineSum::of_constant(constant).map_err(|_| ModelErrorKind::TooLarge {
            elements: self.parameters[0].len(),
            nodes: self.assembly.model.positions().len(),
        })?;
        let mut factors = Vec::new();
        for key in keys.into_keys().filter(|key| *key != [NONE, NONE]) {
            sum.push(self.term(quantity, key, progress)?);
            factors.push(key.into_iter().filter(|&at| at != NONE).map(|at| at as usize).collect());
        }
        Ok((sum, factors))
    }

    fn term(&self, quantity: Quantity, key: Key, progress: &dyn Progress) -> Result<Pages, ModelError> {
        self.assembly.values(
            &|at, nodes, matrix| {
                let kind = self.assembly.model.blocks()[at.block].kind;
                let Some(properties) = self.properties_of_term(quantity, at, key) else { return false };
                match quantity {
                    Quantity::Stiffness => stiffness_into(kind, nodes, &properties, matrix),
                    Quantity::Mass(scheme) => mass_into(kind, scheme, nodes, &properties, matrix),
                }
                true
            },
            progress,
        )
    }
}
