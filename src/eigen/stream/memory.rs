//! How much memory a stream is going to take, known before it starts.

use super::{ChunkSize, Chunking, StreamOptions};

/// What the memory of a stream depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// Rows and columns of each matrix.
    pub size: usize,
    /// Problems in the whole stream.
    pub count: usize,
    /// Matrices of a problem: 1, or 2 for stiffness and mass.
    pub matrices: usize,
    /// Matrices of its results: 0, or 1 with eigenvectors.
    pub vectors: usize,
    /// Matrices that are worked on together, [`lanes`](crate::eigen::InstructionSet::lanes).
    pub lanes: usize,
    /// Threads of the pool.
    pub threads: usize,
    /// Chunks that are worked on at once.
    pub solvers: usize,
}

/// Copies of each matrix that a solver makes in a lane, beyond those of the problem.
const COPIES_IN_LANE: u64 = 2;
/// Matrices of workspace beside the lanes: one that is copied, and those of the solver for a single one.
const COPIES_BESIDE: u64 = 5;

impl Footprint {
    /// Bytes of a stream with chunks of `chunk` matrices, a little too many rather than too few.
    pub fn bytes(&self, chunk: usize, options: &StreamOptions) -> u64 {
        let chunk = chunk.max(1);
        let matrix = 8 * (self.size as u64 + 1).saturating_pow(2);
        let problem =
            matrix.saturating_mul((self.matrices + self.vectors) as u64) + 24 * self.size as u64 + 64;
        let slots = (options.read_ahead + self.solvers).saturating_mul(chunk).min(self.count);
        let groups = chunk.min(self.count).div_ceil(self.lanes.max(1));
        let solvers = self.solvers.min(self.count.div_ceil(chunk));
        let copies = (self.lanes as u64) * (COPIES_IN_LANE + self.matrices as u64) + COPIES_BESIDE;
        let workspaces = (groups.min(self.threads) * solvers) as u64;
        problem.saturating_mul(slots as u64).saturating_add(matrix.saturating_mul(copies * workspaces))
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
