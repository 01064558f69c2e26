//! The plan of a pair: what depends on the patterns alone.

use std::sync::Arc;

use super::problem::Problem;
use super::work::Work;
use super::{Modes, ModesError, ModesOptions, PlanOptions, SturmCount, Wanted, band, lowest, nearest};
use crate::factor::{FactorError, Symbolic, SymbolicOptions, guess_nodes};
use crate::matrix::{MatrixError, Pages, Pattern, SymmetricMatrix, places, union};
use crate::parallel::Progress;

/// The symbolic work for pairs (K, M) of one pattern: the order of elimination of K - sigma M, done once. One plan
/// serves every pair whose matrices have these patterns.
///
/// Eight columns are solved together where nothing else is asked for: on one core a solve with eight columns takes 1.2
/// to 1.5 times as long as one with a single column, since the factor is read from memory once.
#[derive(Debug)]
pub struct ModesPlan {
    pub(super) symbolic: Arc<Symbolic>,
    pattern: Arc<Pattern>,
    stiffness: Places,
    mass: Places,
}

/// Where the entries of one matrix are in the union.
#[derive(Debug)]
struct Places {
    pattern: Arc<Pattern>,
    /// `None`: it has all entries of the union.
    places: Option<Vec<u32>>,
}

impl Places {
    fn new(matrix: &SymmetricMatrix, union: &Pattern) -> Self {
        let places = (matrix.entries() < union.entries()).then(|| places(union, matrix));
        Self { pattern: Arc::clone(matrix.pattern()), places }
    }

    fn serves(&self, matrix: &SymmetricMatrix) -> bool {
        Arc::ptr_eq(&self.pattern, matrix.pattern()) || *self.pattern == **matrix.pattern()
    }

    fn add(&self, factor: f64, values: &[f64], sum: &mut [f64]) {
        match &self.places {
            None => sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * value),
            Some(places) => {
                places.iter().zip(values).for_each(|(&place, value)| sum[place as usize] += factor * value);
            }
        }
    }
}

impl ModesPlan {
    /// Analyses the union of the patterns of `stiffness` and `mass`; values are not looked at.
    ///
    /// Cost: [`Symbolic::new`].
    ///
    /// # Errors
    /// [`ModesError::Matrix`] when the sizes differ, [`ModesError::MemoryLimit`], [`ModesError::Factor`].
    pub fn new(
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        options: &PlanOptions,
    ) -> Result<Self, ModesError> {
        check_sizes(stiffness, mass)?;
        let same = Arc::ptr_eq(stiffness.pattern(), mass.pattern());
        let pattern =
            if same { Arc::clone(stiffness.pattern()) } else { Arc::new(union(&[stiffness, mass])) };
        let zeros = Pages::zeroed(pattern.entries()).ok_or(ModesError::Factor(FactorError::OutOfMemory))?;
        let template = SymmetricMatrix::on_pattern(Arc::clone(&pattern), zeros);
        let nodes = options.nodes.map(<[u32]>::to_vec).or_else(|| guess_nodes(stiffness));
        let mut wanted = SymbolicOptions::default();
        (wanted.ordering, wanted.nodes, wanted.memory_limit) =
            (options.ordering, nodes.as_deref(), options.memory_limit);
        let symbolic = Symbolic::new(&template, &wanted).map_err(|error| match error {
            FactorError::MemoryLimit { needed, limit } => ModesError::MemoryLimit { needed, limit },
            other => ModesError::Factor(other),
        })?;
        let (stiffness, mass) = (Places::new(stiffness, &pattern), Places::new(mass, &pattern));
        Ok(Self { symbolic: Arc::new(symbolic), pattern, stiffness, mass })
    }

    /// The symbolic factorization of K - sigma M.
    pub fn symbolic(&self) -> &Symbolic {
        &self.symbolic
    }

    /// Computes the wanted modes of one pair, with the proof that none is missing.
    ///
    /// Not converging is no error: what converged is returned, and [`Modes::proof`] says what is missing.
    ///
    /// Cost: two factorizations ([`Symbolic::flops`]; one or two more for a free structure, about two a slice of a band),
    /// some 10 to 20 solves of a block for 20 modes. Memory: one factor, `2 count + 96` vectors, the modes three times.
    ///
    /// # Errors
    /// [`ModesError::Matrix`], [`ModesError::Factor`] with another pattern; [`ModesError::NoneAsked`],
    /// [`ModesError::TooMany`], [`ModesError::BandOrder`], [`ModesError::NotFinite`], [`ModesError::ShiftAbove`],
    /// [`ModesError::OptionOutOfRange`], [`ModesError::StartSize`] for what is asked; [`ModesError::NoMass`],
    /// [`ModesError::NegativeMass`], [`ModesError::IndefiniteMass`], [`ModesError::NegativeMassMotion`],
    /// [`ModesError::Loose`], [`ModesError::Singular`], [`ModesError::Indefinite`] for the pair;
    /// [`ModesError::NoShift`], [`ModesError::NotANumber`], [`ModesError::MemoryLimit`].
    pub fn modes(
        &self,
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        wanted: Wanted,
        options: &ModesOptions,
        progress: &dyn Progress,
    ) -> Result<Modes, ModesError> {
        self.modes_with(stiffness, mass, wanted, options, progress, &mut Work::default())
    }

    /// As [`ModesPlan::modes`], with memory that is used again.
    pub(super) fn modes_with(
        &self,
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        wanted: Wanted,
        options: &ModesOptions,
        progress: &dyn Progress,
        work: &mut Work,
    ) -> Result<Modes, ModesError> {
        let started = std::time::Instant::now();
        let problem = Problem::new(self, stiffness, mass, options, progress)?;
        let mut modes = match wanted {
            Wanted::Lowest(count) => lowest::lowest(&problem, count, work),
            Wanted::Nearest { hz, count } => nearest::nearest(&problem, hz, count, work),
            Wanted::Band { low_hz, high_hz } => band::band(&problem, low_hz, high_hz, work),
        }
        .map_err(|error| match error {
            ModesError::NegativeMassMotion { dof: place } => {
                ModesError::NegativeMassMotion { dof: self.symbolic.dof_order()[place] as usize }
            }
            other => other,
        })?;
        modes.effort.seconds = started.elapsed().as_secs_f64();
        Ok(modes)
    }

    /// How many eigenvalues of the pair lie below a frequency; the count is at [`SturmCount::hz`], which differs a
    /// little from `hz` where an eigenvalue is too near to it.
    ///
    /// Cost: one factorization.
    ///
    /// # Errors
    /// As [`ModesPlan::modes`], for the pair; [`ModesError::NotFinite`], [`ModesError::NoShift`].
    pub fn count_below(
        &self,
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        hz: f64,
        options: &ModesOptions,
        progress: &dyn Progress,
    ) -> Result<SturmCount, ModesError> {
        let problem = Problem::new(self, stiffness, mass, options, progress)?;
        let (_, count) = problem.count_near(hz, 0.0, &mut Work::default())?;
        Ok(count)
    }

    /// Entries of the union of the patterns.
    pub(super) fn entries(&self) -> usize {
        self.pattern.entries()
    }

    /// K - sigma M on the union of the patterns.
    pub(super) fn shifted(
        &self,
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
        sigma: f64,
    ) -> Result<SymmetricMatrix, ModesError> {
        let mut values =
            Pages::zeroed(self.pattern.entries()).ok_or(ModesError::Factor(FactorError::OutOfMemory))?;
        self.stiffness.add(1.0, stiffness.values(), &mut values);
        if sigma != 0.0 {
            self.mass.add(-sigma, mass.values(), &mut values);
        }
        Ok(SymmetricMatrix::on_pattern(Arc::clone(&self.pattern), values))
    }

    pub(super) fn check_patterns(
        &self,
        stiffness: &SymmetricMatrix,
        mass: &SymmetricMatrix,
    ) -> Result<(), ModesError> {
        check_sizes(stiffness, mass)?;
        if self.stiffness.serves(stiffness) && self.mass.serves(mass) {
            Ok(())
        } else {
            Err(ModesError::Factor(FactorError::PatternDiffers))
        }
    }
}

fn check_sizes(stiffness: &SymmetricMatrix, mass: &SymmetricMatrix) -> Result<(), ModesError> {
    let (stiffness, mass) = (stiffness.size(), mass.size());
    if stiffness == mass { Ok(()) } else { Err(MatrixError::SizesDiffer { stiffness, mass }.into()) }
}

/// Computes modes of one pair: plan and numeric work in one call.
///
/// # Errors
/// As [`ModesPlan::new`] and [`ModesPlan::modes`].
///
/// ```
/// use modalsweep::modes::{ModesOptions, Wanted, modes};
/// use modalsweep::{matrix::SymmetricMatrix, parallel::Silent};
/// // Three masses of 1 in a row between springs of 1, one end fixed: omega^2 = 0.198, 1.555, 3.247.
/// let k = SymmetricMatrix::from_lower_csc(
///     vec![0, 2, 4, 5], vec![0, 1, 1, 2, 2], vec![2.0, -1.0, 2.0, -1.0, 1.0])?;
/// let m = SymmetricMatrix::from_lower_csc(vec![0, 1, 2, 3], vec![0, 1, 2], vec![1.0; 3])?;
/// let found = modes(&k, &m, Wanted::Lowest(2), &ModesOptions::default(), &Silent)?;
/// assert!((found.eigenvalues[0] - 0.198_062_264_195).abs() < 1e-12);
/// assert!(found.proof.is_complete());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn modes(
    stiffness: &SymmetricMatrix,
    mass: &SymmetricMatrix,
    wanted: Wanted,
    options: &ModesOptions,
    progress: &dyn Progress,
) -> Result<Modes, ModesError> {
    ModesPlan::new(stiffness, mass, &PlanOptions::default())?
        .modes(stiffness, mass, wanted, options, progress)
}
