//! What is measured: each kind of work with its data, made before the clock starts.

use modalsweep::model::{Assembly, MassScheme, Model};
use modalsweep::parallel::Silent;
use modalsweep::stress::{Displacements, Envelope, EnvelopeOf, StressRecovery, triple_stress_into};
use ndarray::{Array2, Array3, s};
use rayon::prelude::*;

use super::super::super::failure::Failure;

/// Modulus, displacement triple, length and stress of a bar.
pub const BYTES_PER_BAR: usize = 8 * (1 + 3 + 1 + 1);

/// Numbers that one job copies.
const COPIED_PER_JOB: usize = 1 << 15;

/// Something that is timed as a whole on the current pool.
pub trait Work: Send {
    fn run(&mut self) -> Result<(), Failure>;
}

/// Bars in bulk.
pub struct Bars {
    young: Vec<f64>,
    displacements: Vec<[f64; 3]>,
    lengths: Vec<f64>,
    stress: Vec<f64>,
}

impl Bars {
    pub fn new(count: usize) -> Self {
        let displacements = (0..count).map(|bar| [1e-3 * scatter(bar), 2e-3 * scatter(bar + 1), 1e-4]);
        Self {
            young: (0..count).map(|bar| 210e9 * (1.0 + scatter(bar))).collect(),
            displacements: displacements.collect(),
            lengths: (0..count).map(|bar| 1.0 + scatter(bar + 2)).collect(),
            stress: vec![0.0; count],
        }
    }
}

impl Work for Bars {
    fn run(&mut self) -> Result<(), Failure> {
        triple_stress_into(&self.young, &self.displacements, &self.lengths, &mut self.stress);
        Ok(())
    }
}

/// A plain copy that moves as many bytes as [`Bars`]: half of them are read, half written.
pub struct Copy {
    from: Vec<f64>,
    to: Vec<f64>,
}

impl Copy {
    pub fn new(bars: usize) -> Self {
        let count = bars * BYTES_PER_BAR / 16;
        Self { from: (0..count).map(scatter).collect(), to: vec![0.0; count] }
    }
}

impl Work for Copy {
    fn run(&mut self) -> Result<(), Failure> {
        let pieces = self.to.par_chunks_mut(COPIED_PER_JOB).zip(self.from.par_chunks(COPIED_PER_JOB));
        pieces.for_each(|(to, from)| to.copy_from_slice(from));
        Ok(())
    }
}

/// Stresses of the first cases, or the envelope of all.
pub struct Cases<'r, 'm> {
    recovery: &'r StressRecovery<'m>,
    displacements: Array2<f64>,
    stresses: Array3<f64>,
    /// Cases whose stresses are wanted; `None`: the envelope.
    cases: Option<usize>,
}

impl<'r, 'm> Cases<'r, 'm> {
    pub fn new(recovery: &'r StressRecovery<'m>, most: usize) -> Self {
        let equations = recovery.model().equations().count();
        let displacements =
            Array2::from_shape_fn((most, equations), |(case, at)| 1e-6 * scatter(at + 7 * case));
        let stresses = Array3::zeros((most, recovery.point_count(), 6));
        Self { recovery, displacements, stresses, cases: None }
    }

    pub fn take_stresses(&mut self, cases: usize) {
        self.cases = Some(cases);
    }

    pub fn take_envelope(&mut self) {
        self.cases = None;
        self.stresses = Array3::zeros((0, 0, 6));
    }
}

impl Work for Cases<'_, '_> {
    fn run(&mut self) -> Result<(), Failure> {
        let cases = self.cases.unwrap_or(self.displacements.nrows());
        let values = self.displacements.slice(s![..cases, ..]);
        let displacements = Displacements::new(self.recovery.model(), values)?;
        match self.cases {
            Some(_) => {
                self.recovery.stresses_into(&displacements, self.stresses.slice_mut(s![..cases, .., ..]))
            }
            None => Envelope::new(self.recovery, EnvelopeOf::VonMises).add(&displacements),
        }
        Ok(())
    }
}

/// K and M of a model, with their pattern.
pub struct Matrices<'m>(pub &'m Model);

impl Work for Matrices<'_> {
    fn run(&mut self) -> Result<(), Failure> {
        let assembly = Assembly::new(self.0)?;
        assembly.stiffness(&Silent)?;
        assembly.mass(MassScheme::Consistent, &Silent)?;
        Ok(())
    }
}

/// Numbers from 0 to 1 without a visible order.
fn scatter(index: usize) -> f64 {
    (index.wrapping_mul(2_654_435_761) % 1_000_003) as f64 / 1_000_003.0
}
