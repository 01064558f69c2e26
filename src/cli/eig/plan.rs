//! What is going to be done, and whether there is memory for it.

use std::path::{Path, PathBuf};

use modalsweep::eigen::random::Family;
use modalsweep::eigen::stream::{ChunkSize, Footprint, StreamOptions};
use modalsweep::eigen::{BatchOptions, EigenError, Operand};
use modalsweep::io::NpyStack;

use super::super::Common;
use super::super::failure::Failure;
use super::super::figures::megabytes;
use super::super::machine::Budget;
use super::{EigArgs, Kind};

/// Chunks that are worked on at once: while one comes to its end, the other keeps all threads busy.
const CHUNKS_AT_ONCE: usize = 2;

/// Random matrices up to so many bytes are made before the clock of the computation starts.
const MOST_PREPARED: u64 = 2 << 30;

/// Sizes and options of a run.
pub struct Plan {
    pub kind: Kind,
    pub count: usize,
    pub size: usize,
    pub batch: BatchOptions,
    pub stream: StreamOptions,
    /// Chunks that are worked on at once.
    pub solvers: usize,
    /// Matrices in a chunk.
    pub chunk: usize,
    /// Whether random matrices are made before the clock of the computation starts.
    pub prepare_random: bool,
}

/// Where the matrices come from.
pub struct Inputs {
    pub matrices: MatrixInput,
    pub mass: Option<MassInput>,
}

pub enum MatrixInput {
    File(NpyStack),
    Random { family: Family, seed: u64 },
}

pub enum MassInput {
    /// One of each problem.
    Stack(NpyStack),
    /// One for all.
    Single(PathBuf, NpyStack),
}

impl Plan {
    /// Opens the inputs, and compares their sizes with each other and with the memory.
    pub fn new(args: &EigArgs, common: &Common, kind: Kind) -> Result<(Self, Inputs), Failure> {
        let (matrices, count, size) = match (&args.file, args.random) {
            (Some(path), _) => {
                let stack = NpyStack::open(path)?;
                let (count, size) = (stack.count(), stack.size());
                (MatrixInput::File(stack), count, size)
            }
            (None, Some(shape)) => {
                let (family, seed) = (args.random_family(kind), args.seed.unwrap_or(0));
                (MatrixInput::Random { family, seed }, shape.count, shape.size)
            }
            (None, None) => return Err(Failure::new("no matrices: give a file, or --random COUNTxN")),
        };
        let mass = args.mass.as_deref().map(|path| open_mass(path, count, size)).transpose()?;
        let inputs = Inputs { matrices, mass };
        let mut batch = BatchOptions::default();
        if let Some(set) = args.instructions {
            batch = batch.with_instruction_set(set);
        }
        let stream = StreamOptions::default().with_chunk(match args.chunk {
            Some(chunk) => ChunkSize::Matrices(usize::try_from(chunk).unwrap_or(usize::MAX)),
            None => ChunkSize::Automatic,
        });
        let solvers = CHUNKS_AT_ONCE;
        let mut plan = Self { kind, count, size, batch, stream, solvers, chunk: 1, prepare_random: false };
        plan.fit_memory(args, &inputs, common.memory.budget())?;
        Ok((plan, inputs))
    }

    /// Chooses the chunk size, and whether there is room for all random matrices.
    fn fit_memory(&mut self, args: &EigArgs, inputs: &Inputs, budget: Option<Budget>) -> Result<(), Failure> {
        let shared_masses = usize::from(matches!(inputs.mass, Some(MassInput::Single(..))));
        let footprint = Footprint {
            size: self.size,
            count: self.count,
            matrices: if self.kind == Kind::Pair { 2 - shared_masses } else { 1 },
            shared_masses,
            vectors: usize::from(args.vectors),
            lanes: self.batch.instruction_set.lanes(),
            threads: rayon::current_num_threads(),
            solvers: self.solvers,
        };
        let resident = inputs.resident_bytes();
        let left = budget.map(|budget| budget.remaining().saturating_sub(resident));
        self.chunk = footprint.fit(&self.stream, left).map_err(|needed| {
            let help = self.smaller(&footprint, budget.map_or(u64::MAX, Budget::remaining), resident);
            let limit = budget.map(|budget| budget.to_string()).unwrap_or_default();
            let (count, n) = (self.count, self.size);
            let needed = megabytes(needed.saturating_add(resident));
            Failure::new(format!("{count} matrices of {n} x {n} need {needed}, {limit}")).with_help(help)
        })?;
        self.stream = self.stream.clone().with_chunk(ChunkSize::Matrices(self.chunk));
        let all = footprint.stack_bytes();
        let spare =
            left.map_or(u64::MAX, |left| left.saturating_sub(footprint.bytes(self.chunk, &self.stream)));
        self.prepare_random = all <= spare.min(MOST_PREPARED);
        Ok(())
    }

    /// What would bring the need below the limit.
    fn smaller(&self, footprint: &Footprint, limit: u64, resident: u64) -> &'static str {
        let fits = |footprint: &Footprint, chunk: usize, resident: u64| {
            footprint.bytes(chunk, &self.stream).saturating_add(resident) <= limit
        };
        let smallest_fits = |resident| fits(footprint, 1, resident);
        let one_thread = Footprint { threads: 1, ..*footprint };
        match self.stream.chunk {
            _ if resident > 0 && !smallest_fits(resident) && smallest_fits(0) => {
                "a stack in Fortran order is read as a whole: save np.ascontiguousarray(stack), or raise --memory"
            }
            ChunkSize::Matrices(_) if smallest_fits(resident) => "make --chunk smaller, or raise --memory",
            ChunkSize::Matrices(chunk) if fits(&one_thread, chunk, resident) => {
                "take fewer --threads, or raise --memory"
            }
            _ => "raise --memory",
        }
    }
}

impl Inputs {
    fn resident_bytes(&self) -> u64 {
        let matrices = match &self.matrices {
            MatrixInput::File(stack) => stack.resident_bytes(),
            MatrixInput::Random { .. } => 0,
        };
        let mass = match &self.mass {
            Some(MassInput::Stack(stack)) => stack.resident_bytes(),
            _ => 0,
        };
        matrices.saturating_add(mass)
    }
}

/// A stack of as many, or one matrix for all.
fn open_mass(path: &Path, count: usize, size: usize) -> Result<MassInput, Failure> {
    let stack = NpyStack::open(path)?;
    let matrix = Operand::Mass;
    let error = match (stack.count(), stack.size()) {
        (_, found) if found != size => EigenError::SizeMismatch { matrix, expected: size, found },
        (found, _) if found == count && count != 1 => return Ok(MassInput::Stack(stack)),
        (1, _) => return Ok(MassInput::Single(path.to_owned(), stack)),
        (found, _) => EigenError::CountMismatch { expected: count, found },
    };
    Err(Failure::from(error).in_front(path.display()))
}
