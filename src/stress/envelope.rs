//! The governing case of each element, in one pass over the cases and without keeping their stresses.

use super::recovery::{Displacements, JobStress, StressRecovery, elements_per_job};
use super::tensor::Component;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EnvelopeOf {
    /// The largest von Mises stress.
    #[default]
    VonMises,
    /// The largest value of a component: the most tension.
    Largest(Component),
    /// The smallest value of a component: the most compression.
    Smallest(Component),
}

impl EnvelopeOf {
    /// What makes the worse value the larger one.
    fn sign(self) -> f64 {
        if matches!(self, Self::Smallest(_)) { -1.0 } else { 1.0 }
    }
}

/// The extreme of one element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extreme {
    /// Its value.
    pub value: f64,
    /// The case, counted from 0 over all that were added; the first of equal ones.
    pub case: usize,
    /// The integration point of the element, from 0; the first of equal ones.
    pub point: usize,
}

/// An element with its extreme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankedElement {
    /// Element number.
    pub element: i64,
    /// Its extreme.
    pub extreme: Extreme,
}

/// The extreme of each element over all points and all cases added so far.
///
/// Memory: 24 bytes an element, however many cases there are.
#[derive(Debug, Clone)]
pub struct Envelope<'r, 'm> {
    recovery: &'r StressRecovery<'m>,
    of: EnvelopeOf,
    /// For each block, one for each element; none for elements without points.
    extremes: Vec<Vec<Extreme>>,
    cases: usize,
}

impl<'r, 'm> Envelope<'r, 'm> {
    /// An envelope of no case.
    pub fn new(recovery: &'r StressRecovery<'m>, of: EnvelopeOf) -> Self {
        let nothing = Extreme { value: -of.sign() * f64::INFINITY, case: 0, point: 0 };
        let blocks = recovery.model().blocks().iter().enumerate().map(|(number, block)| {
            let count = if recovery.points_of_block(number).is_empty() { 0 } else { block.len() };
            vec![nothing; count]
        });
        Self { recovery, of, extremes: blocks.collect(), cases: 0 }
    }

    /// Where the points are.
    pub fn recovery(&self) -> &'r StressRecovery<'m> {
        self.recovery
    }

    /// Number of cases added so far.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Adds cases, on the current rayon pool.
    ///
    /// Cost: as the von Mises stresses of these cases, which are not kept.
    pub fn add(&mut self, displacements: &Displacements) {
        let Self { recovery, of, extremes, cases } = self;
        recovery.passes(displacements, |pass, packed| {
            let first_case = *cases + pass.start;
            for (block, extremes) in recovery.model().blocks().iter().zip(&mut *extremes) {
                if extremes.is_empty() {
                    continue;
                }
                let jobs = extremes.chunks_mut(elements_per_job(block.kind, packed)).collect();
                recovery
                    .run_block(block, packed, jobs, |extremes, job| update(extremes, job, *of, first_case));
            }
        });
        self.cases += displacements.cases();
    }

    /// The extremes of the elements of a block, in its order; empty where they have no stresses, or no case was added.
    pub fn of_block(&self, block: usize) -> &[Extreme] {
        if self.cases == 0 { &[] } else { &self.extremes[block] }
    }

    /// All elements with stresses, the worst first; equal ones by their number.
    pub fn ranked(&self) -> Vec<RankedElement> {
        let blocks = self.recovery.model().blocks().iter().enumerate();
        let mut all: Vec<RankedElement> = blocks
            .flat_map(|(number, block)| block.ids.iter().zip(self.of_block(number)))
            .map(|(&element, &extreme)| RankedElement { element, extreme })
            .collect();
        let key = |ranked: &RankedElement| -self.of.sign() * ranked.extreme.value;
        all.sort_unstable_by(|a, b| key(a).total_cmp(&key(b)).then(a.element.cmp(&b.element)));
        all
    }
}

fn update(extremes: &mut [Extreme], job: &JobStress, of: EnvelopeOf, first_case: usize) {
    let sign = of.sign();
    let put = |case: usize, element: usize, point: usize, worst: f64| {
        let (extreme, case) = (&mut extremes[element], first_case + case);
        // The first of equal cases, whatever the order in which they come.
        let same_but_earlier = worst == sign * extreme.value && case < extreme.case;
        if worst > sign * extreme.value || same_but_earlier {
            *extreme = Extreme { value: sign * worst, case, point };
        }
    };
    match of {
        EnvelopeOf::VonMises => job.each_von_mises(put),
        EnvelopeOf::Largest(component) | EnvelopeOf::Smallest(component) => {
            job.each_component(component as usize, sign, put);
        }
    }
}
