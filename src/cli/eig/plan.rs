//! What is going to be done, and whether there is memory for it.

use std::path::{Path, PathBuf};

use modalsweep::eigen::random::Family;
use modalsweep::eigen::stream::{ChunkSize, Footprint, StreamOptions};
use modalsweep::eigen::{BatchOptions, EigenError, Operand};
use modalsweep::io::NpyStack;

use super::super::Common;
use super::super::failure::Failure;
use super::super::summary::megabytes;
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
        plan.fit_memory(args, &inputs, common.memory.remaining())?;
        Ok((plan, inputs))
    }

    /// Chooses the chunk size, and whether there is room for all random matrices.
    fn fit_memory(&mut self, args: &EigArgs, inputs: &Inputs, limit: Option<u64>) -> Result<(), Failure> {
        let footprint = Footprint {
            size: self.size,
            count: self.count,
            matrices: if args.mass.is_some() { 2 } else { 1 },
            vectors: usize::from(args.vectors),
            lanes: self.batch.instruction_set.lanes(),
            threads: rayon::current_num_threads(),
            solvers: self.solvers,
        };
        let resident = inputs.resident_bytes();
        let left = limit.map(|limit| limit.saturating_sub(resident));
        let fitted = footprint.fit(&self.stream, left);
        self.chunk = fitted.map_err(|needed| self.too_large(args, needed, resident, limit))?;
        self.stream = self.stream.clone().with_chunk(ChunkSize::Matrices(self.chunk));
        let all = footprint.stack_bytes();
        let spare = left.map_or(u64::MAX, |left| left - footprint.bytes(self.chunk, &self.stream));
        self.prepare_random = all <= spare.min(MOST_PREPARED);
        Ok(())
    }

    fn too_large(&self, args: &EigArgs, needed: u64, resident: u64, limit: Option<u64>) -> Failure {
        let needed = megabytes(needed.saturating_add(resident));
        let limit = megabytes(limit.unwrap_or(u64::MAX));
        let (count, n) = (self.count, self.size);
        let failure =
            Failure::new(format!("{count} matrices of {n} x {n} need {needed}, the limit is {limit}"));
        failure.with_help(match resident {
            0 if args.chunk.is_some() => "make --chunk smaller, or raise --memory",
            0 => "raise --memory, or take fewer --threads",
            _ => {
                "a stack in Fortran order is read as a whole: save np.ascontiguousarray(stack), or raise --memory"
            }
        })
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
