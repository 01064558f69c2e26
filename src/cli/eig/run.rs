//! Streams the matrices of a plan through their solver.

use std::time::Instant;

use faer::c64;
use modalsweep::eigen::stream::{
    ChunkSolver, PairChunks, PairStacks, RandomStack, Source, StackChunk, StreamReport, SymmetricChunks,
    stream,
};
use modalsweep::eigen::{GeneralSolver, Spectra, Vectors};
use modalsweep::parallel::Progress;
use ndarray::Axis;

use super::super::Common;
use super::super::failure::Failure;
use super::super::progress::Display;
use super::plan::{Inputs, MassInput, MatrixInput, Plan};
use super::results::{Results, Summary, Value};
use super::{EigArgs, Kind};

/// A run that has come to its end.
pub struct Done {
    pub stream: StreamReport,
    pub summary: Summary,
    pub files: Vec<String>,
}

/// Solves all matrices; the files of a run that fails are not there.
pub fn solve(args: &EigArgs, common: &Common, plan: &Plan, inputs: Inputs) -> Result<Done, Failure> {
    let job = Job { args, common, plan };
    let vectors = if args.vectors { Vectors::MassOrthonormal } else { Vectors::None };
    match plan.kind {
        Kind::General => job.of_matrices::<c64, _>(
            inputs.matrices,
            &mut job.solvers(|| GeneralSolver::new(plan.batch.clone()))?,
        ),
        Kind::Symmetric => {
            let solvers = &mut job.solvers(|| SymmetricChunks::new(plan.batch.clone(), vectors))?;
            job.of_matrices::<f64, _>(inputs.matrices, solvers)
        }
        Kind::Pair => job.of_pairs(inputs, vectors),
    }
}

struct Job<'a> {
    args: &'a EigArgs,
    common: &'a Common,
    plan: &'a Plan,
}

impl Job<'_> {
    /// As many solvers as there are chunks at once.
    fn solvers<V, E>(&self, make: impl Fn() -> Result<V, E>) -> Result<Vec<V>, Failure>
    where
        Failure: From<E>,
    {
        (0..self.plan.solvers).map(|_| make().map_err(Failure::from)).collect()
    }

    fn of_pairs(&self, inputs: Inputs, vectors: Vectors) -> Result<Done, Failure> {
        let batch = || self.plan.batch.clone();
        match (inputs.matrices, inputs.mass) {
            (MatrixInput::File(stiffness), Some(MassInput::Stack(mass))) => {
                let solvers = &mut self.solvers(|| PairChunks::new(batch(), vectors))?;
                self.stream(&mut PairStacks::new(stiffness, mass)?, solvers)
            }
            (MatrixInput::File(mut stiffness), Some(MassInput::Single(path, mass))) => {
                let mass = mass.read_rest()?.index_axis_move(Axis(0), 0);
                let with_mass = || PairChunks::with_one_mass(batch(), vectors, mass.clone());
                let solvers = self.solvers(with_mass).map_err(|failure| failure.in_front(path.display()));
                self.stream(&mut stiffness, &mut solvers?)
            }
            _ => Err(Failure::new("pairs need a file of stiffness and one of mass matrices")),
        }
    }

    fn of_matrices<T, V>(&self, matrices: MatrixInput, solvers: &mut [V]) -> Result<Done, Failure>
    where
        T: Value,
        V: ChunkSolver<StackChunk, Results = Spectra<T>>,
    {
        match matrices {
            MatrixInput::File(mut stack) => self.stream(&mut stack, solvers),
            MatrixInput::Random { family, seed } => {
                let mut stack = RandomStack::new(family, self.plan.count, self.plan.size, seed);
                let started = Instant::now();
                if self.plan.prepare_random {
                    stack.prepare();
                }
                let seconds = started.elapsed().as_secs_f64();
                let mut done = self.stream(&mut stack, solvers)?;
                done.stream.read_seconds += seconds;
                Ok(done)
            }
        }
    }

    fn stream<T, S, V>(&self, source: &mut S, solvers: &mut [V]) -> Result<Done, Failure>
    where
        T: Value,
        S: Source<Chunk = StackChunk>,
        V: ChunkSolver<StackChunk, Results = Spectra<T>>,
        Failure: From<S::Error>,
    {
        let mut results = Results::create(self.args, self.plan)?;
        let display = Display::new(self.common.quiet);
        display.begin("eigenvalues", self.plan.count as u64);
        let report = stream(source, solvers, &self.plan.stream, |piece| {
            display.advance(piece.count as u64);
            results.take(&piece)
        });
        display.end();
        let report = report?;
        self.refuse_nothing_done(&results.summary)?;
        let summary = results.finish()?;
        let files = [self.args.output.clone(), self.args.vectors_path()];
        let files = files.into_iter().flatten().map(|path| path.display().to_string()).collect();
        Ok(Done { stream: report, summary, files })
    }

    /// Where the only matrix has no result there is nothing to write.
    fn refuse_nothing_done(&self, summary: &Summary) -> Result<(), Failure> {
        match summary.reasons.first() {
            Some(reason) if self.plan.count == 1 => {
                let failure = Failure::from(*reason);
                let place = self.args.file_at_fault(reason).map(|path| path.display().to_string());
                Err(match place {
                    Some(place) => failure.in_front(place),
                    None => failure,
                })
            }
            _ => Ok(()),
        }
    }
}
