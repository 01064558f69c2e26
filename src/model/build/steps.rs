//! What acts in each static step, with what earlier steps left.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::fail;
use super::lookup::{NodeTable, PlaceTable};
use super::supports::Supports;
use crate::io::inp::{Deck, DeckStep, DistributedLoad, LoadKind, Operation, PointLoad, StepKind, Target};
use crate::model::{Block, ElementAt, ElementKind, Gravity, LoadCase, ModelError, ModelErrorKind};

/// The load cases of a deck, one for each static step; goes through the supports of all steps.
pub(super) fn load_cases(
    deck: &Deck,
    nodes: &NodeTable,
    elements: &PlaceTable,
    blocks: &[Block],
    supports: &mut Supports<'_>,
) -> Result<Vec<LoadCase>, ModelError> {
    let mut loads = Loads {
        deck,
        nodes,
        elements,
        blocks,
        step: 0,
        forces: BTreeMap::new(),
        pressures: BTreeMap::new(),
        gravity: Vec::new(),
        gravity_of: HashMap::new(),
    };
    supports.begin()?;
    let mut cases = Vec::new();
    for (number, step) in deck.steps.iter().enumerate() {
        let name = step.name.clone().unwrap_or_else(|| format!("step {}", number + 1));
        supports.step(step, &name)?;
        loads.step(step, number, supports)?;
        if step.kind == StepKind::Static {
            cases.push(loads.case(name, supports.prescribed()));
        }
    }
    Ok(cases)
}

/// A value and the step that gave it: the same step adds, a later one replaces.
#[derive(Clone, Copy)]
struct Given {
    value: f64,
    step: usize,
}

impl Given {
    fn add(&mut self, value: f64, step: usize) {
        self.value = if self.step == step { self.value + value } else { value };
        self.step = step;
    }
}

/// Gravity on a set or an element: unit direction and magnitude.
struct Weight {
    elements: Arc<[ElementAt]>,
    direction: [f64; 3],
    magnitude: Given,
}

/// The loads in force, as the steps are gone through.
struct Loads<'a> {
    deck: &'a Deck,
    nodes: &'a NodeTable,
    elements: &'a PlaceTable,
    blocks: &'a [Block],
    step: usize,
    forces: BTreeMap<(u32, u32), Given>,
    pressures: BTreeMap<(ElementAt, u32), Given>,
    gravity: Vec<Weight>,
    /// Where in that list a set or an element is.
    gravity_of: HashMap<Target, Vec<usize>>,
}

impl Loads<'_> {
    fn step(&mut self, step: &DeckStep, number: usize, supports: &Supports<'_>) -> Result<(), ModelError> {
        self.step = number;
        if step.point_loads.0 == Operation::New {
            self.forces.clear();
        }
        if step.distributed_loads.0 == Operation::New {
            self.pressures.clear();
            self.gravity.clear();
            self.gravity_of.clear();
        }
        step.point_loads.1.iter().try_for_each(|load| self.force(load, supports))?;
        step.distributed_loads.1.iter().try_for_each(|load| self.distributed(load))
    }

    fn force(&mut self, load: &PointLoad, supports: &Supports<'_>) -> Result<(), ModelError> {
        let component = load.component.wrapping_sub(1);
        for node in self.nodes.of_target(self.deck, load.target) {
            if component >= supports.components(node) {
                let node = self.nodes.ids[node as usize];
                let kind = ModelErrorKind::NoStiffness { node, component: load.component };
                return Err(fail(self.deck, Some(load.place), kind));
            }
            let none = Given { value: 0.0, step: self.step };
            self.forces.entry((node, component)).or_insert(none).add(load.value, self.step);
        }
        Ok(())
    }

    fn distributed(&mut self, load: &DistributedLoad) -> Result<(), ModelError> {
        match load.load {
            LoadKind::Pressure { face, value } => self.pressure(load, face, value),
            LoadKind::Gravity { value, direction } => {
                let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
                if !(length > 0.0 && length.is_finite()) {
                    return Err(fail(self.deck, Some(load.place), ModelErrorKind::NoDirection));
                }
                self.gravitate(load.target, direction.map(|x| x / length), value);
                Ok(())
            }
        }
    }

    fn pressure(&mut self, load: &DistributedLoad, face: u32, value: f64) -> Result<(), ModelError> {
        for at in self.elements.of_target(self.deck, load.target) {
            let block = &self.blocks[at.block];
            if !(1..=faces(block.kind)).contains(&face) {
                let kind = ModelErrorKind::NoFace { element: block.ids[at.element], kind: block.kind, face };
                return Err(fail(self.deck, Some(load.place), kind));
            }
            let none = Given { value: 0.0, step: self.step };
            self.pressures.entry((at, face)).or_insert(none).add(value, self.step);
        }
        Ok(())
    }

    /// Another direction is another load, also on the same set.
    fn gravitate(&mut self, target: Target, direction: [f64; 3], value: f64) {
        let known = self.gravity_of.entry(target).or_default();
        let is_along = |own: &Weight| {
            let cosine: f64 = (0..3).map(|k| own.direction[k] * direction[k]).sum();
            (cosine - 1.0).abs() <= 1e-10
        };
        if let Some(&at) = known.iter().find(|&&at| is_along(&self.gravity[at])) {
            self.gravity[at].magnitude.add(value, self.step);
            return;
        }
        let elements = match known.first() {
            Some(&at) => Arc::clone(&self.gravity[at].elements),
            None => self.elements.of_target(self.deck, target).collect(),
        };
        known.push(self.gravity.len());
        let magnitude = Given { value, step: self.step };
        self.gravity.push(Weight { elements, direction, magnitude });
    }

    fn case(&self, name: String, prescribed: Vec<(u32, u32, f64)>) -> LoadCase {
        let forces = self.forces.iter().map(|(&(node, component), given)| (node, component, given.value));
        let pressures = self.pressures.iter().map(|(&(at, face), given)| (at, face, given.value));
        let gravity = self.gravity.iter().map(|own| Gravity {
            elements: Arc::clone(&own.elements),
            acceleration: own.direction.map(|x| x * own.magnitude.value),
        });
        LoadCase {
            name,
            forces: forces.filter(|force| force.2 != 0.0).collect(),
            pressures: pressures.filter(|pressure| pressure.2 != 0.0).collect(),
            gravity: gravity.filter(|own| own.acceleration != [0.0; 3]).collect(),
            prescribed,
        }
    }
}

/// Number of faces that pressure can act on.
fn faces(kind: ElementKind) -> u32 {
    match kind {
        ElementKind::C3D4 | ElementKind::C3D10 => 4,
        ElementKind::C3D8 | ElementKind::C3D20 | ElementKind::C3D20R => 6,
        ElementKind::T3D2 | ElementKind::B33 => 0,
    }
}
