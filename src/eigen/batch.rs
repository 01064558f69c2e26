//! What all batches share: groups of equal size, tasks of fixed size, workspaces, results by index.
//!
//! Matrices of one size are taken together, as many as there are lanes; a task is a fixed number of
//! such groups, so the work is cut in the same way for any number of threads.

use std::cmp::Reverse;
use std::ops::Range;

use rayon::prelude::*;

use super::spectra::{Item, Spectra};
use super::{EigenError, InstructionSet, Operand};
use crate::parallel::Workspaces;

/// Options of all batches.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchOptions {
    /// Vector instructions; default: the widest that the machine has.
    pub instruction_set: InstructionSet,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self { instruction_set: InstructionSet::detect() }
    }
}

impl BatchOptions {
    /// These options with certain vector instructions, for tests and comparisons.
    pub fn with_instruction_set(mut self, set: InstructionSet) -> Self {
        self.instruction_set = set;
        self
    }
}

/// Matrices of one size that are solved together, at most as many as there are lanes, and where
/// their results go.
pub(super) struct Group<'a, T> {
    /// Size of all of them.
    pub n: usize,
    /// Their numbers in the input.
    pub members: &'a [usize],
    /// `n` eigenvalues of each.
    pub values: &'a mut [T],
    /// `n x n` eigenvectors of each, or nothing.
    pub vectors: &'a mut [f64],
    /// What came of each.
    pub outcomes: &'a mut [Result<(), EigenError>],
}

/// One kind of eigenproblem.
pub(super) trait Kernel: Sync {
    /// Type of an eigenvalue.
    type Value: Copy + Default + Send;
    /// Memory of one thread; grows to the largest size that it has met.
    type Workspace: Default + Send;

    /// Size of a problem, or why it is none.
    fn size(&self, index: usize) -> Result<usize, EigenError>;
    /// Whether eigenvectors are wanted.
    fn vectors(&self) -> bool;
    /// Most members of a group of size `n`.
    fn group_size(&self, n: usize) -> usize;
    /// Solves one group. Overwrites all of its outcomes, and the results of the good ones.
    fn solve(&self, group: Group<'_, Self::Value>, work: &mut Self::Workspace);
}

/// Runs kernels over batches, with memory that is kept.
#[derive(Debug)]
pub(super) struct Driver<W> {
    /// Matrices sorted by size, the largest first.
    order: Vec<usize>,
    /// Workspaces that no thread has in hand.
    idle: Workspaces<W>,
}

impl<W> Default for Driver<W> {
    fn default() -> Self {
        Self { order: Vec::new(), idle: Workspaces::default() }
    }
}

/// Groups of one task: few for large matrices, more for small ones, whose groups take microseconds.
fn groups_per_task(n: usize) -> usize {
    match n {
        0..=8 => 16,
        9..=16 => 8,
        17..=32 => 2,
        _ => 1,
    }
}

/// Several groups.
struct Task<'a, T> {
    n: usize,
    group_size: usize,
    members: &'a [usize],
    values: &'a mut [T],
    vectors: &'a mut [f64],
    outcomes: &'a mut [Result<(), EigenError>],
}

impl<W: Default + Send> Driver<W> {
    /// Solves all `count` problems of a kernel on the current rayon pool.
    pub fn run<K: Kernel<Workspace = W>>(
        &mut self,
        kernel: &K,
        count: usize,
        spectra: &mut Spectra<K::Value>,
    ) {
        self.lay_out(kernel, count, spectra);
        let mut tasks = tasks(kernel, &self.order, spectra);
        // A source of matrices is foreign code: it may use rayon itself, or panic.
        tasks.par_iter_mut().with_max_len(1).for_each(|task| {
            self.idle.with(W::default, |work| task.groups(|group| kernel.solve(group, work)));
        });
    }

    /// Sorts by size and gives each problem its place among the results.
    fn lay_out<K: Kernel>(&mut self, kernel: &K, count: usize, spectra: &mut Spectra<K::Value>) {
        spectra.with_vectors = kernel.vectors();
        spectra.items.clear();
        spectra.outcomes.clear();
        spectra.items.resize(count, Item::default());
        spectra.outcomes.resize(count, Ok(()));
        for (index, item) in spectra.items.iter_mut().enumerate() {
            item.n = kernel.size(index).unwrap_or(0);
        }
        self.order.clear();
        self.order.extend(0..count);
        self.order.sort_unstable_by_key(|&index| (Reverse(spectra.items[index].n), index));
        let (mut values, mut vectors) = (0, 0);
        for (position, &index) in self.order.iter().enumerate() {
            let item = &mut spectra.items[index];
            (item.outcome, item.values, item.vectors) = (position, values, vectors);
            values += item.n;
            vectors += if kernel.vectors() { item.n * item.n } else { 0 };
            spectra.outcomes[position] = kernel.size(index).map(|_| ());
        }
        spectra.values.clear();
        spectra.vectors.clear();
        spectra.values.resize(values, K::Value::default());
        spectra.vectors.resize(vectors, 0.0);
    }
}

/// Cuts the results into tasks.
fn tasks<'a, K: Kernel>(
    kernel: &K,
    order: &'a [usize],
    spectra: &'a mut Spectra<K::Value>,
) -> Vec<Task<'a, K::Value>> {
    let Spectra { values, vectors, items, outcomes, .. } = spectra;
    let (mut values, mut vectors) = (values.as_mut_slice(), vectors.as_mut_slice());
    let (mut order, mut outcomes) = (order, outcomes.as_mut_slice());
    let mut tasks = Vec::new();
    while let Some(&first) = order.first() {
        let n = items[first].n;
        let group_size = kernel.group_size(n);
        let same = order.partition_point(|&index| items[index].n == n);
        let count = same.min(group_size * groups_per_task(n));
        let task = Task {
            n,
            group_size,
            members: order.split_off(..count).expect("within the order"),
            values: values.split_off_mut(..count * n).expect("laid out"),
            vectors: match kernel.vectors() {
                true => vectors.split_off_mut(..count * n * n).expect("laid out"),
                false => &mut [],
            },
            outcomes: outcomes.split_off_mut(..count).expect("laid out"),
        };
        if n > 0 {
            tasks.push(task);
        }
    }
    tasks
}

impl<T> Task<'_, T> {
    fn groups(&mut self, mut solve: impl FnMut(Group<'_, T>)) {
        let n = self.n;
        let (mut values, mut vectors) = (&mut *self.values, &mut *self.vectors);
        let mut outcomes = &mut *self.outcomes;
        for members in self.members.chunks(self.group_size) {
            let count = members.len();
            let shapes = if vectors.is_empty() { 0 } else { count * n * n };
            solve(Group {
                n,
                members,
                values: values.split_off_mut(..count * n).expect("laid out"),
                vectors: vectors.split_off_mut(..shapes).expect("laid out"),
                outcomes: outcomes.split_off_mut(..count).expect("laid out"),
            });
        }
    }
}

/// The size of a square matrix.
pub(super) fn square((rows, cols): (usize, usize), matrix: Operand) -> Result<usize, EigenError> {
    if rows == cols { Ok(rows) } else { Err(EigenError::NotSquare { matrix, rows, cols }) }
}

/// Largest magnitude in a column-major matrix of size `n`, looking at the given rows of each column.
///
/// # Errors
/// [`EigenError::NonFinite`] with the position of the first NaN or infinity there, by columns.
#[inline(always)]
pub(super) fn largest(
    dense: &[f64],
    rows: impl Fn(usize) -> Range<usize>,
    n: usize,
    matrix: Operand,
) -> Result<f64, EigenError> {
    // As integers, magnitudes keep their order, and infinity and NaN are above all others.
    let magnitude = |value: &f64| value.to_bits() & !(1 << 63);
    let mut largest = 0;
    for (col, column) in dense.chunks_exact(n).enumerate() {
        largest = column[rows(col)].iter().map(magnitude).fold(largest, u64::max);
    }
    let largest = f64::from_bits(largest);
    if largest.is_finite() {
        return Ok(largest);
    }
    for (col, column) in dense.chunks_exact(n).enumerate() {
        if let Some(row) = rows(col).find(|&row| !column[row].is_finite()) {
            return Err(EigenError::NonFinite { matrix, row, col });
        }
    }
    Ok(largest)
}
