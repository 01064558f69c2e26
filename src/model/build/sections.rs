//! Materials and cross-sections as the kernels take them, and the blocks of elements that share them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::fail;
use super::lookup::{ElementTable, NodeTable};
use crate::io::inp::{BeamShape, Deck, DeckBeam, DeckMaterial, DeckProfile, DeckSection, ElementKind, Place};
use crate::model::element::{BeamAxes, check_shape};
use crate::model::{
    BeamProfile, Block, ModelError, ModelErrorKind, ModuliFrom, Profile, Properties, Section,
};

/// In the owners of elements: no section claims it.
const NONE: u32 = u32::MAX;

/// The sections of a model, and its elements in blocks of one kind and one section.
pub(super) fn blocks(
    deck: &Deck,
    nodes: &NodeTable,
    elements: &ElementTable,
) -> Result<(Vec<Section>, Vec<Block>), ModelError> {
    if elements.elements.is_empty() {
        return Err(fail(deck, None, ModelErrorKind::NoElements));
    }
    let owners = owners(deck, elements)?;
    let (sections, numbers) = sections(deck, &used(deck, elements, &owners)?)?;
    let mut blocks: Vec<Block> = Vec::new();
    let mut block_of = BTreeMap::new();
    for (index, element) in elements.elements.iter().enumerate() {
        let kind = elements.kind(deck, index);
        let section = numbers[&(owners[index], Class::of(kind))];
        let block = *block_of.entry((kind, section)).or_insert_with(|| {
            blocks.push(Block { kind, section, ids: Vec::new(), nodes: Vec::new() });
            blocks.len() - 1
        });
        blocks[block].ids.push(element.id);
        for &node in elements.nodes(deck, index) {
            let kind = ModelErrorKind::UnknownNode { element: element.id, node };
            let found =
                nodes.find(node).ok_or_else(|| fail(deck, Some(elements.place(deck, index)), kind))?;
            blocks[block].nodes.push(found);
        }
    }
    for block in &blocks {
        check_shapes(deck, nodes, elements, block, &sections[block.section].properties)?;
    }
    Ok((sections, blocks))
}

/// A section of the deck in its use for a class of elements.
type Use = (u32, Class);

/// What a kind of element needs of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Solid,
    Truss,
    Beam,
}

impl Class {
    fn of(kind: ElementKind) -> Self {
        match kind {
            ElementKind::B33 => Self::Beam,
            ElementKind::T3D2 => Self::Truss,
            _ => Self::Solid,
        }
    }

    fn fits(self, profile: &DeckProfile) -> bool {
        match profile {
            DeckProfile::Beam(_) => self == Self::Beam,
            DeckProfile::Solid { .. } => self != Self::Beam,
        }
    }

    fn keyword(self) -> &'static str {
        if self == Self::Beam { "BEAM GENERAL SECTION" } else { "SOLID SECTION" }
    }
}

/// The section of each element: an index into the sections of the deck, or [`NONE`].
fn owners(deck: &Deck, elements: &ElementTable) -> Result<Vec<u32>, ModelError> {
    let mut owners = vec![NONE; elements.elements.len()];
    for (number, section) in deck.sections.iter().enumerate() {
        for &id in &deck.element_sets[section.element_set].members {
            let Some(index) = elements.find(id) else { continue };
            let owner = std::mem::replace(&mut owners[index], number as u32);
            if owner != NONE {
                let set = |number: usize| deck.element_sets[deck.sections[number].element_set].name.clone();
                let (first, second) = (set(owner as usize), set(number));
                let kind = ModelErrorKind::TwoSections { element: id, first, second };
                return Err(fail(deck, Some(section.place), kind));
            }
        }
    }
    Ok(owners)
}

/// Which sections are used for which class of elements.
fn used(deck: &Deck, elements: &ElementTable, owners: &[u32]) -> Result<BTreeSet<Use>, ModelError> {
    let mut used = BTreeSet::new();
    for (index, &owner) in owners.iter().enumerate() {
        let (element, kind) = (elements.elements[index].id, elements.kind(deck, index));
        if owner == NONE {
            let place = elements.place(deck, index);
            return Err(fail(deck, Some(place), ModelErrorKind::NoSection { element }));
        }
        let (section, class) = (&deck.sections[owner as usize], Class::of(kind));
        if !class.fits(&section.profile) {
            let set = deck.element_sets[section.element_set].name.clone();
            let kind = ModelErrorKind::WrongSection { element, kind, needed: class.keyword(), set };
            return Err(fail(deck, Some(section.place), kind));
        }
        used.insert((owner, class));
    }
    Ok(used)
}

/// A section of the model for each use, in the order of the deck; and their numbers.
fn sections(deck: &Deck, used: &BTreeSet<Use>) -> Result<(Vec<Section>, BTreeMap<Use, usize>), ModelError> {
    let of_use = |&(owner, class): &Use| Given::new(deck, &deck.sections[owner as usize]).section(class);
    let sections = used.iter().map(of_use).collect::<Result<_, _>>()?;
    Ok((sections, used.iter().copied().zip(0..).collect()))
}

/// A section of the deck with its material.
struct Given<'a> {
    deck: &'a Deck,
    section: &'a DeckSection,
    set: &'a str,
    material: Option<&'a DeckMaterial>,
}

impl<'a> Given<'a> {
    fn new(deck: &'a Deck, section: &'a DeckSection) -> Self {
        let material = section.material.map(|number| &deck.materials[number]);
        Self { deck, section, set: &deck.element_sets[section.element_set].name, material }
    }

    fn section(&self, class: Class) -> Result<Section, ModelError> {
        let properties = match (&self.section.profile, class) {
            (DeckProfile::Beam(beam), _) => self.beam(beam)?,
            (DeckProfile::Solid { .. }, Class::Solid) => self.with_profile(Profile::Solid)?,
            (DeckProfile::Solid { area }, _) => {
                let area = area.unwrap_or(1.0);
                self.check_section(area > 0.0, "the area", area, "be positive")?;
                self.with_profile(Profile::Bar { area })?
            }
        };
        let material = self.material.map(|material| material.name.clone()).unwrap_or_default();
        let moduli = match &self.section.profile {
            DeckProfile::Beam(DeckBeam { moduli: Some(_), .. }) => ModuliFrom::Section,
            _ => ModuliFrom::Material,
        };
        Ok(Section { name: self.set.to_owned(), material, moduli, properties })
    }

    fn with_profile(&self, profile: Profile) -> Result<Properties, ModelError> {
        let (young, poisson) = self.elastic()?;
        Ok(Properties { young, poisson, density: self.density()?, profile })
    }

    /// E and nu of the material.
    fn elastic(&self) -> Result<(f64, f64), ModelError> {
        let Some(material) = self.material else {
            return Err(self.fail(ModelErrorKind::NoMaterial { set: self.set.to_owned() }));
        };
        let Some((young, poisson)) = material.elastic else {
            let kind = ModelErrorKind::NoElastic { material: material.name.clone() };
            return Err(fail(self.deck, Some(material.place), kind));
        };
        self.check_material(young > 0.0, "Young's modulus", young, "be positive")?;
        let inside = poisson > -1.0 && poisson < 0.5;
        self.check_material(inside, "Poisson's ratio", poisson, "lie between -1 and 0.5")?;
        Ok((young, poisson))
    }

    fn density(&self) -> Result<Option<f64>, ModelError> {
        let density = self.material.and_then(|material| material.density);
        if let Some(value) = density {
            self.check_material(value >= 0.0, "the density", value, "not be negative")?;
        }
        Ok(density)
    }

    /// The numbers of the section's own lines come before those of a material.
    fn beam(&self, beam: &DeckBeam) -> Result<Properties, ModelError> {
        let (young, poisson, shear) = match beam.moduli {
            Some((young, shear)) => {
                self.check_section(young > 0.0, "Young's modulus", young, "be positive")?;
                self.check_section(shear > 0.0, "the shear modulus", shear, "be positive")?;
                (young, 0.0, shear)
            }
            None => {
                let (young, poisson) = self.elastic()?;
                (young, poisson, young / (2.0 * (1.0 + poisson)))
            }
        };
        if let Some(value) = beam.density {
            self.check_section(value >= 0.0, "the density", value, "not be negative")?;
        }
        let density = beam.density.map_or_else(|| self.density(), |density| Ok(Some(density)))?;
        self.check_shape(&beam.shape)?;
        let profile = Profile::Beam(BeamProfile::new(beam.shape, shear, beam.first_axis));
        Ok(Properties { young, poisson, density, profile })
    }

    fn check_shape(&self, shape: &BeamShape) -> Result<(), ModelError> {
        let positive = |property, value: f64| self.check_section(value > 0.0, property, value, "be positive");
        match *shape {
            BeamShape::General { area, i11, i12, i22, torsion } => {
                positive("the area", area)?;
                positive("I11", i11)?;
                positive("I22", i22)?;
                let definite = i12 * i12 < i11 * i22;
                self.check_section(definite, "I12", i12, "be less than the root of I11 I22")?;
                positive("the torsional constant J", torsion)
            }
            BeamShape::Circle { radius } => positive("the radius", radius),
            BeamShape::Pipe { radius, thickness } => {
                positive("the radius", radius)?;
                positive("the thickness of the wall", thickness)?;
                let fits = thickness <= radius;
                self.check_section(fits, "the thickness of the wall", thickness, "not exceed the radius")
            }
            BeamShape::Rectangle { first, second } => {
                positive("the length along n1", first)?;
                positive("the length along n2", second)
            }
        }
    }

    fn check_section(
        &self,
        good: bool,
        property: &'static str,
        value: f64,
        must: &'static str,
    ) -> Result<(), ModelError> {
        let owner = || format!("section of set {}", self.set);
        self.check(good, owner, property, value, must, self.section.place)
    }

    fn check_material(
        &self,
        good: bool,
        property: &'static str,
        value: f64,
        must: &'static str,
    ) -> Result<(), ModelError> {
        let (name, place) = self.material.map_or(("", self.section.place), |own| (&own.name, own.place));
        self.check(good, || format!("material {name}"), property, value, must, place)
    }

    fn check(
        &self,
        good: bool,
        owner: impl FnOnce() -> String,
        property: &'static str,
        value: f64,
        must: &'static str,
        place: Place,
    ) -> Result<(), ModelError> {
        if good && value.is_finite() {
            return Ok(());
        }
        let kind = ModelErrorKind::BadProperty { owner: owner(), property, value, must };
        Err(fail(self.deck, Some(place), kind))
    }

    fn fail(&self, kind: ModelErrorKind) -> ModelError {
        fail(self.deck, Some(self.section.place), kind)
    }
}

/// Whether every element of a block is the right way round and beams know their cross-section's direction.
fn check_shapes(
    deck: &Deck,
    nodes: &NodeTable,
    elements: &ElementTable,
    block: &Block,
    properties: &Properties,
) -> Result<(), ModelError> {
    let check = |at: usize| -> Option<(usize, ModelErrorKind)> {
        let mut corners = [[0.0; 3]; 20];
        let own = block.nodes_of(at);
        own.iter().zip(&mut corners).for_each(|(&node, corner)| *corner = nodes.positions[node as usize]);
        let element = block.ids[at];
        if let Err(volume) = check_shape(block.kind, &corners[..own.len()]) {
            return Some((at, ModelErrorKind::Volume { element, volume }));
        }
        match &properties.profile {
            Profile::Beam(profile)
                if BeamAxes::new(&[corners[0], corners[1]], &profile.first_axis).is_none() =>
            {
                Some((at, ModelErrorKind::AxisAlongBeam { element, axis: profile.first_axis }))
            }
            _ => None,
        }
    };
    match (0..block.len()).into_par_iter().with_min_len(1024).find_map_first(check) {
        None => Ok(()),
        Some((at, kind)) => {
            let place = elements.find(block.ids[at]).map(|index| elements.place(deck, index));
            Err(fail(deck, place, kind))
        }
    }
}
