//! Decks written in Rust: each item stands on the next line of `model.inp`.

use modalsweep::io::inp::{
    BeamShape, Deck, DeckBeam, DeckBoundary, DeckElements, DeckMaterial, DeckNode, DeckProfile, DeckSection,
    DeckSet, DeckStep, DistributedLoad, ElementKind, LoadKind, Operation, Place, PointLoad, StepKind, Target,
};

/// A deck that grows line by line.
#[derive(Default, Clone)]
pub struct Lines {
    pub deck: Deck,
    line: u32,
}

impl Lines {
    pub fn new() -> Self {
        Self { deck: Deck { files: vec!["model.inp".into()], ..Deck::default() }, line: 0 }
    }

    fn place(&mut self) -> Place {
        self.line += 1;
        Place { file: 0, line: self.line }
    }

    pub fn node(&mut self, id: i64, position: [f64; 3]) -> &mut Self {
        let place = self.place();
        self.deck.nodes.push(DeckNode { id, position, place });
        self
    }

    /// An element in the set `set`, which is made where it is new.
    pub fn element(&mut self, kind: ElementKind, id: i64, nodes: &[i64], set: &str) -> &mut Self {
        let place = self.place();
        let (ids, nodes, places) = (vec![id], nodes.to_vec(), vec![place]);
        self.deck.elements.push(DeckElements { kind, ids, nodes, places });
        self.in_set(set, id)
    }

    pub fn in_set(&mut self, set: &str, element: i64) -> &mut Self {
        let at = self.set(set);
        let members = &mut self.deck.element_sets[at].members;
        members.push(element);
        members.sort_unstable();
        self
    }

    /// The index of an element set, which is made where it is new.
    pub fn set(&mut self, name: &str) -> usize {
        let known = self.deck.element_sets.iter().position(|set| set.name == name);
        known.unwrap_or_else(|| {
            let place = Place { file: 0, line: self.line };
            self.deck.element_sets.push(DeckSet { name: name.into(), members: Vec::new(), place });
            self.deck.element_sets.len() - 1
        })
    }

    pub fn material(&mut self, name: &str, elastic: Option<(f64, f64)>, density: Option<f64>) -> &mut Self {
        let place = self.place();
        self.deck.materials.push(DeckMaterial { name: name.into(), elastic, density, place });
        self
    }

    /// A section of the last material.
    pub fn solid_section(&mut self, set: &str, area: Option<f64>) -> &mut Self {
        self.section(set, DeckProfile::Solid { area })
    }

    /// A section of the last material, if there is one.
    pub fn beam_section(&mut self, set: &str, shape: BeamShape, moduli: Option<(f64, f64)>) -> &mut Self {
        let first_axis = [0.0, 0.0, -1.0];
        self.section(set, DeckProfile::Beam(DeckBeam { shape, first_axis, moduli, density: None }))
    }

    fn section(&mut self, set: &str, profile: DeckProfile) -> &mut Self {
        let (element_set, place) = (self.set(set), self.place());
        let material = self.deck.materials.len().checked_sub(1);
        self.deck.sections.push(DeckSection { element_set, material, profile, place });
        self
    }

    fn support(&mut self, node: i64, components: (u32, u32), value: f64) -> DeckBoundary {
        let place = self.place();
        DeckBoundary { target: Target::One(node), components, value, place }
    }

    /// Before the steps.
    pub fn hold(&mut self, node: i64, components: (u32, u32)) -> &mut Self {
        let support = self.support(node, components, 0.0);
        self.deck.boundaries.push(support);
        self
    }

    pub fn step(&mut self, kind: StepKind) -> &mut Self {
        let place = self.place();
        self.deck.steps.push(DeckStep {
            name: None,
            kind,
            is_perturbation: false,
            boundaries: Default::default(),
            point_loads: Default::default(),
            distributed_loads: Default::default(),
            place,
        });
        self
    }

    pub fn static_step(&mut self) -> &mut Self {
        self.step(StepKind::Static)
    }

    fn last(&mut self) -> &mut DeckStep {
        self.deck.steps.last_mut().unwrap()
    }

    pub fn name(&mut self, name: &str) -> &mut Self {
        self.last().name = Some(name.into());
        self
    }

    /// All that the last step gives replaces what was before.
    pub fn all_new(&mut self) -> &mut Self {
        let step = self.last();
        step.point_loads.0 = Operation::New;
        step.distributed_loads.0 = Operation::New;
        self
    }

    pub fn new_supports(&mut self) -> &mut Self {
        self.last().boundaries.0 = Operation::New;
        self
    }

    /// In the last step.
    pub fn prescribe(&mut self, node: i64, components: (u32, u32), value: f64) -> &mut Self {
        let support = self.support(node, components, value);
        self.last().boundaries.1.push(support);
        self
    }

    pub fn force(&mut self, node: i64, component: u32, value: f64) -> &mut Self {
        let (target, place) = (Target::One(node), self.place());
        self.last().point_loads.1.push(PointLoad { target, component, value, place });
        self
    }

    pub fn pressure(&mut self, element: i64, face: u32, value: f64) -> &mut Self {
        self.distributed(Target::One(element), LoadKind::Pressure { face, value })
    }

    pub fn gravity(&mut self, set: &str, value: f64, direction: [f64; 3]) -> &mut Self {
        let target = Target::Set(self.set(set));
        self.distributed(target, LoadKind::Gravity { value, direction })
    }

    fn distributed(&mut self, target: Target, load: LoadKind) -> &mut Self {
        let place = self.place();
        self.last().distributed_loads.1.push(DistributedLoad { target, load, place });
        self
    }
}

/// The corners of the unit cube in the order of C3D8.
pub const CUBE: [[f64; 3]; 8] = [
    [0.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [1.0, 1.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, 0.0, 1.0],
    [1.0, 0.0, 1.0],
    [1.0, 1.0, 1.0],
    [0.0, 1.0, 1.0],
];

/// A unit cube C3D8, element `element` in the set ALL, nodes from `first`, moved by `shift` along x.
pub fn cube(lines: &mut Lines, element: i64, first: i64, shift: f64) {
    for (id, [x, y, z]) in (first..).zip(CUBE) {
        lines.node(id, [x + shift, y, z]);
    }
    lines.element(ElementKind::C3D8, element, &(first..first + 8).collect::<Vec<_>>(), "ALL");
}
