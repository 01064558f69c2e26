//! Where displacements come from: a static solution, or a file.

use std::path::PathBuf;

use modalsweep::io::NpyRows;
use modalsweep::model::{Assembly, Model, ModelErrorKind};
use modalsweep::parallel::Progress;
use modalsweep::stress::{Displacements, StaticOptions, StaticSolution, StressError, solve_static};
use ndarray::{ArrayView2, s};

use super::super::Common;
use super::super::deck::{DeckModel, check_memory};
use super::super::failure::Failure;
use super::{KindChoice, Seconds, StressArgs, timed};

/// The cases of a run, by name.
pub struct Cases {
    names: Vec<String>,
    source: Source,
    /// Whether the deck's given displacements belong to them.
    prescribed: bool,
}

enum Source {
    /// Load cases that are not solved for yet.
    Unsolved,
    Solved(Box<StaticSolution>),
    File(PathBuf, NpyRows),
}

impl Cases {
    /// Opens the file of displacements, or sees that there are load cases.
    pub fn open(args: &StressArgs, deck: &DeckModel) -> Result<Self, Failure> {
        let load_cases = deck.model.load_cases();
        let own_names = || load_cases.iter().map(|case| case.name.clone()).collect();
        let Some(path) = &args.displacements else {
            if load_cases.is_empty() {
                return Err(Failure::from(StressError::NoStaticStep).in_front(deck.path.display()));
            }
            return Ok(Self { names: own_names(), source: Source::Unsolved, prescribed: true });
        };
        if deck.model.equations().count() == 0 {
            return Err(Failure::of_deck(&deck.path, ModelErrorKind::NoEquations.into()));
        }
        let rows = NpyRows::open(path)?;
        let (equations, shape) = (deck.model.equations().count(), rows.shape());
        let rows = match shape {
            (_, columns) if columns == equations => rows,
            (count, _) if count == equations => rows.transposed(),
            (count, columns) => {
                let message = format!(
                    "{}: an array of {count} x {columns} for a deck of {equations} equations",
                    path.display()
                );
                let help = "displacements are cases x equations, in the order of dofs.txt that assemble writes for this deck";
                return Err(Failure::new(message).with_help(help));
            }
        };
        let count = rows.shape().0;
        if count == 0 {
            return Err(Failure::new(format!("{}: no case", path.display()))
                .with_help("displacements are cases x equations"));
        }
        let prescribed = args.kind() == KindChoice::Displacements && count == load_cases.len();
        let noun = if args.kind() == KindChoice::Modes { "mode" } else { "case" };
        let names = match prescribed {
            true => own_names(),
            false => (1..=count).map(|number| format!("{noun} {number}")).collect(),
        };
        Ok(Self { names, source: Source::File(path.clone(), rows), prescribed })
    }

    pub fn count(&self) -> usize {
        self.names.len()
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What to say of displacements from a file.
    pub fn note(&self, model: &Model) -> Option<String> {
        let moves = model.load_cases().iter().any(|case| !case.prescribed.is_empty());
        let is_file = matches!(self.source, Source::File(..));
        (moves && is_file).then(|| match self.prescribed {
            true => "held components move as the load cases of the deck say".into(),
            false => "held components stay where they are".into(),
        })
    }

    /// Memory that the file takes as a whole.
    pub fn resident_bytes(&self) -> u64 {
        match &self.source {
            Source::File(_, rows) => rows.resident_bytes(),
            _ => 0,
        }
    }

    /// The static solution, if this is one.
    pub fn solution(&self) -> Option<&StaticSolution> {
        match &self.source {
            Source::Solved(solution) => Some(solution),
            _ => None,
        }
    }

    /// Assembles K and solves for the load cases, unless the displacements are given.
    pub fn solve(
        &mut self,
        deck: &DeckModel,
        common: &Common,
        seconds: &mut Seconds,
        progress: &dyn Progress,
    ) -> Result<(), Failure> {
        if !matches!(self.source, Source::Unsolved) {
            return Ok(());
        }
        let stiffness = timed(&mut seconds.assemble, || {
            let in_deck = |error| Failure::of_deck(&deck.path, error);
            let assembly = Assembly::new(&deck.model).map_err(in_deck)?;
            check_memory(common, "the stiffness matrix", 8 * assembly.entries() as u64, "raise --memory")?;
            assembly.stiffness(progress).map_err(in_deck)
        })?;
        let mut options = StaticOptions::default();
        options.memory_limit = common.memory.remaining();
        let solution = match solve_static(&deck.model, &stiffness, &options, progress) {
            Ok(solution) => solution,
            Err(error) => {
                if let StressError::MemoryLimit { needed, .. } = error {
                    check_memory(common, "the solution", needed, "raise --memory")?;
                }
                return Err(Failure::from(error).in_front(deck.path.display()));
            }
        };
        self.source = Source::Solved(Box::new(solution));
        Ok(())
    }

    /// Hands out all cases in their order, at most `size` together: the number of the first, their values and what
    /// they are in the model.
    pub fn each_chunk(
        &mut self,
        model: &Model,
        size: usize,
        read_seconds: &mut f64,
        mut take: impl FnMut(usize, ArrayView2<f64>, &Displacements) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let load_cases = if self.prescribed { model.load_cases() } else { &[] };
        let mut hand_out = |first: usize, values: ArrayView2<f64>| {
            let own = Displacements::new(model, values).map_err(|error| counted_from(first, error))?;
            match load_cases.get(first..first + values.nrows()) {
                Some(own_cases) if !own_cases.is_empty() => {
                    take(first, values, &own.with_prescribed(own_cases))
                }
                _ => take(first, values, &own),
            }
        };
        match &mut self.source {
            Source::Unsolved => unreachable!("load cases are solved before they are handed out"),
            Source::Solved(solution) => {
                let all = solution.displacements.view();
                for first in (0..all.nrows()).step_by(size) {
                    hand_out(first, all.slice(s![first..all.nrows().min(first + size), ..]))?;
                }
            }
            Source::File(path, rows) => {
                let (mut values, mut first) = (Vec::new(), 0);
                loop {
                    let count = timed(read_seconds, || rows.read_next(size, &mut values))?;
                    if count == 0 {
                        break;
                    }
                    let view = ArrayView2::from_shape((count, rows.shape().1), &values)
                        .map_err(|error| Failure::new(error.to_string()))?;
                    hand_out(first, view).map_err(|failure| failure.in_front(path.display()))?;
                    first += count;
                }
            }
        }
        Ok(())
    }
}

/// Says the number of the case among all.
fn counted_from(first: usize, error: StressError) -> StressError {
    match error {
        StressError::DisplacementNotFinite { dof, case, value } => {
            StressError::DisplacementNotFinite { dof, case: first + case, value }
        }
        other => other,
    }
}

/// Seconds from the order of elimination to the checked solution.
pub fn solver_seconds(solution: &StaticSolution) -> f64 {
    solution.order_seconds + solution.symbolic_seconds + solution.factor_seconds + solution.solve_seconds
}
