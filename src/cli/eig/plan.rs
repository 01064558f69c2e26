//! What is going to be done, and whether there is memory for it.

use std::path::Path;

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
    Single(NpyStack),
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
        let mut plan = Self { kind, count, size, batch, stream, solvers: CHUNKS_AT_ONCE, chunk: 1 };
        plan.chunk = plan.fit_memory(args, &inputs, common.memory.remaining())?;
        plan.stream = plan.stream.with_chunk(ChunkSize::Matrices(plan.chunk));
        Ok((plan, inputs))
    }

    /// Matrices in a chunk.
    fn fit_memory(&self, args: &EigArgs, inputs: &Inputs, limit: Option<u64>) -> Result<usize, Failure> {
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
        let too_much = |needed: u64| {
            let limit = limit.unwrap_or(u64::MAX);
            let failure = Failure::new(format!(
                "{} matrices of size {} need {} of memory, the limit is {}",
                self.count,
                self.size,
                megabytes(needed.saturating_add(resident)),
                megabytes(limit)
            ));
            match resident {
                _ if args.chunk.is_some() => failure.with_help("make --chunk smaller, or raise --memory"),
                0 => failure.with_help("raise --memory, or take fewer --threads"),
                _ => failure.with_help(
                    "a stack in Fortran order is read as a whole: save np.ascontiguousarray(stack), or raise --memory",
                ),
            }
        };
        let left = match limit.map(|limit| limit.checked_sub(resident)) {
            Some(None) => return Err(too_much(0)),
            left => left.flatten(),
        };
        footprint.fit(&self.stream, left).map_err(too_much)
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
        (1, _) => return Ok(MassInput::Single(stack)),
        (found, _) => EigenError::CountMismatch { matrix, expected: count, found },
    };
    Err(Failure::from(error).in_front(path.display()))
}
