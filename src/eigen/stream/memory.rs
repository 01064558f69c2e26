//! How much memory a stream is going to take, known before it starts.

use super::{ChunkSize, Chunking, StreamOptions};

/// What the memory of a stream depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// Rows and columns of each matrix.
    pub size: usize,
    /// Problems in the whole stream.
    pub count: usize,
    /// Matrices of a problem that are read: 1, or 2 for stiffness and mass.
    pub matrices: usize,
    /// Masses that all problems share: 0 or 1.
    pub shared_masses: usize,
    /// Matrices of its results: 0, or 1 with eigenvectors.
    pub vectors: usize,
    /// Matrices that are worked on together, [`lanes`](crate::eigen::InstructionSet::lanes).
    pub lanes: usize,
    /// Threads of the pool.
    pub threads: usize,
    /// Chunks that are worked on at once.
    pub solvers: usize,
}

/// Matrices of workspace beside the lanes: one that is copied, and those of the solver for a single one.
const COPIES_BESIDE: usize = 5;
/// The same for pairs, whose second path keeps both matrices, a factor and a reduced matrix.
const PAIR_COPIES_BESIDE: usize = 12;
/// Largest size of which all kernels of a stream work in lanes.
const ALWAYS_IN_LANES: usize = 300;
/// Numbers of workspace for each lane and row: eigenvalues, and rotations that are put off.
const NUMBERS_IN_ROW: usize = 48;
/// Bytes for each problem that do not depend on its size: places and outcomes.
const BYTES_OF_PROBLEM: u64 = 128;

impl Footprint {
    /// Bytes of a stream with chunks of `chunk` matrices, a little too many rather than too few.
    pub fn bytes(&self, chunk: usize, options: &StreamOptions) -> u64 {
        let chunk = chunk.max(1);
        let slots = (options.read_ahead + self.solvers).saturating_mul(chunk).min(self.count);
        let eigenvalues = (self.size as u64).saturating_mul(24);
        let problem =
            self.matrix_bytes(self.matrices + self.vectors).saturating_add(eigenvalues + BYTES_OF_PROBLEM);
        let solvers = self.solvers.min(self.count.div_ceil(chunk));
        let solver = self.workspace_bytes(chunk.min(self.count)).saturating_add(self.shared_mass_bytes());
        problem
            .saturating_mul(slots as u64)
            .saturating_add(solver.saturating_mul(solvers as u64))
            .saturating_add(self.matrix_bytes(self.shared_masses))
    }

    /// Bytes of `count` matrices, with room for the padding of columns.
    fn matrix_bytes(&self, count: usize) -> u64 {
        (self.size as u64 + 1).saturating_pow(2).saturating_mul(8).saturating_mul(count as u64)
    }

    /// Workspaces of one solver. It has as many as tasks run at once, at most one for each thread; a task is at
    /// least one group in lanes, or, where the size is beyond the lanes, one matrix.
    fn workspace_bytes(&self, chunk: usize) -> u64 {
        let is_pair = self.matrices + self.shared_masses > 1;
        let beside = if is_pair { PAIR_COPIES_BESIDE } else { COPIES_BESIDE };
        let in_lane = self.matrices + self.shared_masses + self.vectors;
        let row = (self.size as u64).saturating_mul((8 * NUMBERS_IN_ROW * self.lanes) as u64);
        let of_group = self.matrix_bytes(self.lanes * in_lane + beside).saturating_add(row);
        let groups = chunk.div_ceil(self.lanes.max(1)).min(self.threads);
        let in_lanes = of_group.saturating_mul(groups as u64);
        if self.size <= ALWAYS_IN_LANES {
            return in_lanes;
        }
        in_lanes.max(self.matrix_bytes(beside).saturating_mul(chunk.min(self.threads) as u64))
    }

    /// What a solver keeps of a mass that all problems share: a copy, and its factor, made in lanes.
    fn shared_mass_bytes(&self) -> u64 {
        self.matrix_bytes(self.shared_masses * (self.lanes + 3))
    }

    /// Bytes of all matrices of the stream.
    pub fn stack_bytes(&self) -> u64 {
        let matrix = 8 * (self.size as u64).saturating_pow(2);
        matrix.saturating_mul(self.count as u64).saturating_mul(self.matrices as u64)
    }

    /// The chunk size of `options`, made smaller where that is automatic and more than `limit` bytes would be
    /// needed.
    ///
    /// # Errors
    /// The bytes that the smallest chunk needs, which are more than the limit.
    pub fn fit(&self, options: &StreamOptions, limit: Option<u64>) -> Result<usize, u64> {
        let mut chunk = Chunking::new(options.chunk, self.threads).count(self.size);
        loop {
            let bytes = self.bytes(chunk, options);
            if limit.is_none_or(|limit| bytes <= limit) {
                return Ok(chunk);
            }
            if chunk == 1 || matches!(options.chunk, ChunkSize::Matrices(_)) {
                return Err(bytes);
            }
            chunk /= 2;
        }
    }
}
