//! Guyan static condensation.
//!
//! With masters m and slaves s, slaves follow statically: u_s = T u_m, T = -K_ss^-1 K_sm, and
//!
//! K_r = K_mm + K_ms T,  M_r = M_mm + M_ms T + T' M_sm + T' M_ss T,  f_r = f_m + T' f_s.
//!
//! R. J. Guyan, Reduction of stiffness and mass matrices, AIAA J. 3 (1965) 380,
//! doi:10.2514/3.2874; B. Irons, AIAA J. 3 (1965) 961-962, doi:10.2514/3.3027.

use std::sync::Arc;
use std::time::Instant;

use faer::{Mat, MatRef};

use super::partition::Blocks;
use super::{CondenseError, Partition, mass, stiffness};
use crate::factor::{
    Block, COLUMNS_PER_BLOCK, Factor, FactorError, FactorOptions, Ordering, Symbolic, SymbolicOptions,
    guess_nodes,
};
use crate::matrix::{MatrixError, SymmetricMatrix};
use crate::parallel::Progress;

/// Whether the recovery matrix T is among the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recovery {
    /// Not kept: slaves can still be recovered, by a solve.
    #[default]
    Discard,
    /// Kept as a result.
    Keep,
}

/// How the reduced mass was found; the two differ in the last bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MassMethod {
    /// A product of all columns of T, held in memory.
    StoredColumns,
    /// A second solve per column: where T does not fit within the memory limit.
    SecondSolve,
}

/// Settings of a condensation.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct GuyanOptions<'a> {
    /// How the order of elimination is found; default: by predicted operations.
    pub ordering: Ordering,
    /// The node of each equation of the full model; default: guessed ([`guess_nodes`]).
    pub nodes: Option<&'a [u32]>,
    /// Limits of the checks after the factorization.
    pub factor: FactorOptions,
    /// Bytes that the factor and the blocks of columns may take; default: no limit.
    pub memory_limit: Option<u64>,
    /// Whether the recovery matrix is kept; default: no.
    pub recovery: Recovery,
}

/// The plan of a condensation: the partition, and the symbolic factorization of K_ss. One plan
/// serves every stiffness of the same pattern.
#[derive(Debug)]
pub struct GuyanPlan {
    partition: Partition,
    symbolic: Arc<Symbolic>,
}

/// A condensed model.
#[derive(Debug)]
pub struct Guyan {
    partition: Partition,
    reduced: Reduced,
    /// -K_sm.
    coupling: sprs::CsMat<f64>,
    slave_mass: Option<SymmetricMatrix>,
    factor: Factor,
}

/// What the columns give.
#[derive(Debug)]
struct Reduced {
    stiffness: Mat<f64>,
    mass: Option<Mat<f64>>,
    mass_method: MassMethod,
    recovery: Option<Vec<Block>>,
    solve_seconds: f64,
    mass_seconds: f64,
}

impl Reduced {
    fn new(
        factor: &Factor,
        coupling: &sprs::CsMat<f64>,
        mm: Mat<f64>,
        mass: Option<&Blocks>,
        options: &GuyanOptions,
        progress: &dyn Progress,
    ) -> Self {
        let started = Instant::now();
        let seconds = || started.elapsed().as_secs_f64();
        let keep = options.recovery == Recovery::Keep;
        let taken = factor.symbolic().factor_bytes() + stiffness::recovery_bytes(coupling);
        let fits = options.memory_limit.is_none_or(|limit| taken <= limit);
        let (stiffness, mass, recovery, solve_seconds) = match mass {
            None if !keep => {
                let stiffness = stiffness::by_forward_half(factor, coupling, mm, progress);
                (stiffness, None, None, seconds())
            }
            Some(mass) if !keep && !fits => {
                let (stiffness, mass) = mass::by_second_solve(factor, coupling, mm, mass, progress);
                (stiffness, Some(mass), None, seconds())
            }
            _ => {
                let columns = stiffness::recovery_columns(factor, coupling, progress);
                let stiffness = stiffness::from_recovery(factor, coupling, mm, &columns);
                let solve_seconds = seconds();
                let mass = mass.map(|mass| mass::from_recovery(factor, mass, &columns));
                (stiffness, mass, keep.then_some(columns), solve_seconds)
            }
        };
        let mass_method = if fits || keep { MassMethod::StoredColumns } else { MassMethod::SecondSolve };
        Self {
            stiffness,
            mass,
            mass_method,
            recovery,
            solve_seconds,
            mass_seconds: seconds() - solve_seconds,
        }
    }
}

impl GuyanOptions<'_> {
    /// One node per equation, where nodes are given.
    pub(super) fn check(&self, stiffness: &SymmetricMatrix) -> Result<(), CondenseError> {
        let size = stiffness.size();
        match self.nodes {
            Some(nodes) if nodes.len() != size => {
                Err(CondenseError::Factor(FactorError::NodesLength { given: nodes.len(), size }))
            }
            _ => Ok(()),
        }
    }
}

impl GuyanPlan {
    /// Analyses the pattern of `stiffness` (values are not looked at) for a partition.
    ///
    /// # Errors
    /// [`CondenseError::Matrix`] when the sizes differ, [`CondenseError::Factor`] (memory limit).
    pub fn new(
        stiffness: &SymmetricMatrix,
        partition: Partition,
        options: &GuyanOptions,
    ) -> Result<Self, CondenseError> {
        check_size(&partition, stiffness)?;
        options.check(stiffness)?;
        check_results(&partition, options)?;
        let ss = partition.split(stiffness).ss;
        Self::from_slave_block(&ss, partition, nodes_of(stiffness, options), options)
    }

    fn from_slave_block(
        ss: &SymmetricMatrix,
        partition: Partition,
        nodes: Option<Vec<u32>>,
        options: &GuyanOptions,
    ) -> Result<Self, CondenseError> {
        let nodes: Option<Vec<u32>> =
            nodes.map(|nodes| partition.slaves().iter().map(|&dof| nodes[dof]).collect());
        let mut wanted = SymbolicOptions::default();
        (wanted.ordering, wanted.nodes, wanted.memory_limit) =
            (options.ordering, nodes.as_deref(), options.memory_limit);
        let symbolic = Symbolic::new(ss, &wanted)
            .map_err(|error| CondenseError::from_factor(error, partition.slaves()))?;
        Ok(Self { partition, symbolic: Arc::new(symbolic) })
    }

    /// The symbolic factorization of K_ss.
    pub fn symbolic(&self) -> &Symbolic {
        &self.symbolic
    }

    /// Masters and slaves.
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// Condenses one stiffness of the planned pattern and, where given, its mass (any pattern).
    ///
    /// Cost: one factorization and, for each master, one solve ([`Symbolic::solve_flops`]), the
    /// forward half of it where neither mass nor recovery is wanted; with mass, n_s m^2 further
    /// operations.
    ///
    /// # Errors
    /// [`CondenseError::Mechanism`], [`CondenseError::Indefinite`], [`CondenseError::NegativeMass`],
    /// [`CondenseError::Factor`].
    pub fn condense(
        &self,
        stiffness: &SymmetricMatrix,
        mass: Option<&SymmetricMatrix>,
        options: &GuyanOptions,
        progress: &dyn Progress,
    ) -> Result<Guyan, CondenseError> {
        check_size(&self.partition, stiffness)?;
        check_results(&self.partition, options)?;
        self.condense_blocks(self.partition.split(stiffness), mass, options, progress)
    }

    fn condense_blocks(
        &self,
        blocks: Blocks,
        mass: Option<&SymmetricMatrix>,
        options: &GuyanOptions,
        progress: &dyn Progress,
    ) -> Result<Guyan, CondenseError> {
        let mass = mass.map(|mass| self.split_mass(blocks.ss.size(), mass)).transpose()?;
        let Blocks { ss, sm, mm } = blocks;
        let coupling = sm.map(|value| -value);
        self.check_memory(&coupling, mass.is_some(), options)?;
        let factor = Factor::new(&self.symbolic, &ss, &options.factor, progress)
            .map_err(|error| CondenseError::from_factor(error, self.partition.slaves()))?;
        drop(ss);
        progress.begin("condensing columns", coupling.cols() as u64);
        let reduced = Reduced::new(&factor, &coupling, mm, mass.as_ref(), options, progress);
        progress.end();
        Ok(Guyan {
            partition: self.partition.clone(),
            reduced,
            coupling,
            slave_mass: mass.map(|blocks| blocks.ss),
            factor,
        })
    }

    /// Factor, results and the blocks at work must fit; T as a by-product need not.
    fn check_memory(
        &self,
        coupling: &sprs::CsMat<f64>,
        with_mass: bool,
        options: &GuyanOptions,
    ) -> Result<(), CondenseError> {
        let Some(limit) = options.memory_limit else { return Ok(()) };
        let masters = coupling.cols() as u64;
        let block = 8 * (coupling.rows() * COLUMNS_PER_BLOCK.min(coupling.cols())) as u64;
        let blocks = block * if with_mass { 2 } else { 1 } * rayon::current_num_threads() as u64;
        // Beside K_r and M_r: products before they are added up.
        let results = 8 * masters * masters * if with_mass { 5 } else { 3 };
        let recovery = match options.recovery {
            // In blocks, and as a table when it is taken out.
            Recovery::Keep => 2 * stiffness::recovery_bytes(coupling),
            Recovery::Discard => 0,
        };
        let needed = self.symbolic.factor_bytes() + blocks + results + recovery;
        if needed > limit { Err(CondenseError::MemoryLimit { needed, limit }) } else { Ok(()) }
    }

    fn split_mass(&self, slaves: usize, mass: &SymmetricMatrix) -> Result<Blocks, CondenseError> {
        if mass.size() != self.partition.size() {
            let stiffness = slaves + self.partition.masters().len();
            return Err(MatrixError::SizesDiffer { stiffness, mass: mass.size() }.into());
        }
        let diagonal = mass.diagonal();
        let largest = diagonal.iter().copied().fold(0.0, f64::max);
        // What rounding may leave behind is not called a negative mass.
        match diagonal.iter().position(|&value| value < -1e-12 * largest || value < 0.0 && largest == 0.0) {
            Some(dof) => Err(CondenseError::NegativeMass { dof, value: diagonal[dof] }),
            None => Ok(self.partition.split(mass)),
        }
    }
}

fn check_size(partition: &Partition, stiffness: &SymmetricMatrix) -> Result<(), CondenseError> {
    if partition.size() == stiffness.size() {
        return Ok(());
    }
    Err(MatrixError::SizesDiffer { stiffness: stiffness.size(), mass: partition.size() }.into())
}

fn nodes_of(stiffness: &SymmetricMatrix, options: &GuyanOptions) -> Option<Vec<u32>> {
    options.nodes.map(<[u32]>::to_vec).or_else(|| guess_nodes(stiffness))
}

/// The dense K_mm must fit before anything is split.
fn check_results(partition: &Partition, options: &GuyanOptions) -> Result<(), CondenseError> {
    let needed = 8 * (partition.masters().len() as u64).pow(2);
    match options.memory_limit {
        Some(limit) if needed > limit => Err(CondenseError::MemoryLimit { needed, limit }),
        _ => Ok(()),
    }
}

/// Condenses a model to its masters: plan, factorization and columns in one call.
///
/// # Errors
/// As [`GuyanPlan::new`] and [`GuyanPlan::condense`].
///
/// ```
/// use modalsweep::condense::{GuyanOptions, Partition, condense};
/// use modalsweep::{matrix::SymmetricMatrix, parallel::Silent};
/// // Four masses in a chain, the last one kept: three springs in a row and one to the ground.
/// let k = SymmetricMatrix::from_lower_csc(
///     vec![0, 2, 4, 6, 7], vec![0, 1, 1, 2, 2, 3, 3],
///     vec![2.0, -1.0, 2.0, -1.0, 2.0, -1.0, 1.0])?;
/// let m = SymmetricMatrix::from_lower_csc(
///     vec![0, 1, 2, 3, 4], vec![0, 1, 2, 3], vec![2.0, 2.0, 2.0, 1.0])?;
/// let masters = Partition::new(4, &[3])?;
/// let guyan = condense(&k, Some(&m), masters, &GuyanOptions::default(), &Silent)?;
/// assert!((guyan.stiffness()[(0, 0)] - 0.25).abs() < 1e-15);
/// assert!((guyan.mass().unwrap()[(0, 0)] - 2.75).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn condense(
    stiffness: &SymmetricMatrix,
    mass: Option<&SymmetricMatrix>,
    partition: Partition,
    options: &GuyanOptions,
    progress: &dyn Progress,
) -> Result<Guyan, CondenseError> {
    check_size(&partition, stiffness)?;
    options.check(stiffness)?;
    check_results(&partition, options)?;
    let blocks = partition.split(stiffness);
    let plan = GuyanPlan::from_slave_block(&blocks.ss, partition, nodes_of(stiffness, options), options)?;
    plan.condense_blocks(blocks, mass, options, progress)
}

impl Guyan {
    /// Masters and slaves.
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// K_r, `m x m`, exactly symmetric, in the order of the masters; the units of K.
    pub fn stiffness(&self) -> MatRef<'_, f64> {
        self.reduced.stiffness.as_ref()
    }

    /// M_r, `m x m`, exactly symmetric, in the order of the masters; the units of M.
    pub fn mass(&self) -> Option<MatRef<'_, f64>> {
        self.reduced.mass.as_ref().map(Mat::as_ref)
    }

    /// How M_r was found, where a mass was given.
    pub fn mass_method(&self) -> Option<MassMethod> {
        self.reduced.mass.as_ref().map(|_| self.reduced.mass_method)
    }

    /// The factor of K_ss.
    pub fn factor(&self) -> &Factor {
        &self.factor
    }

    /// M_ss, in the order of the slaves.
    pub(super) fn slave_mass(&self) -> Option<&SymmetricMatrix> {
        self.slave_mass.as_ref()
    }

    /// Seconds for the columns and the reduced stiffness.
    pub fn solve_seconds(&self) -> f64 {
        self.reduced.solve_seconds
    }

    /// Seconds for the reduced mass after that.
    pub fn mass_seconds(&self) -> f64 {
        self.reduced.mass_seconds
    }

    /// Takes T of u_s = T u_m out, `n_s x m`: slaves ascending, masters in their order; where it was
    /// kept. `None` the second time.
    pub fn take_recovery(&mut self) -> Option<Mat<f64>> {
        let blocks = self.reduced.recovery.take()?;
        let mut table = Mat::<f64>::zeros(self.partition.slaves().len(), self.partition.masters().len());
        for block in blocks {
            for (at, &master) in block.columns.iter().enumerate() {
                let column = table.col_as_slice_mut(master);
                for (place, &slave) in self.factor.symbolic().dof_order().iter().enumerate() {
                    column[slave as usize] = block.row(place)[at];
                }
            }
        }
        Some(table)
    }

    /// Reduces loads on the full model: f_r = f_m + T' f_s = f_m - K_ms K_ss^-1 f_s.
    /// `loads`: `n x cases`; result: `m x cases`. Cost: one solve per case.
    ///
    /// # Panics
    /// When `loads` has not one row per equation of the full model.
    pub fn reduce_loads(&self, loads: MatRef<'_, f64>) -> Mat<f64> {
        assert_eq!(loads.nrows(), self.partition.size(), "one row per equation of the full model");
        let slaves = self.partition.slaves();
        let mut solved = Mat::from_fn(slaves.len(), loads.ncols(), |i, j| loads[(slaves[i], j)]);
        self.factor.solve_in_place(solved.as_mut());
        let masters = self.partition.masters();
        Mat::from_fn(masters.len(), loads.ncols(), |i, j| {
            let coupled = self.coupling.outer_view(i);
            let moved: f64 = coupled.iter().flat_map(|c| c.iter()).map(|(row, k)| k * solved[(row, j)]).sum();
            loads[(masters[i], j)] + moved
        })
    }

    /// Displacements of the full model from those of the masters: u_s = T u_m, by a solve.
    /// `displacements`: `m x cases`; result: `n x cases`. Cost: one solve per case.
    ///
    /// # Panics
    /// When `displacements` has not one row per master.
    pub fn recover(&self, displacements: MatRef<'_, f64>) -> Mat<f64> {
        let (masters, slaves) = (self.partition.masters(), self.partition.slaves());
        assert_eq!(displacements.nrows(), masters.len(), "one row per master");
        let cases = displacements.ncols();
        let mut moved = Mat::zeros(slaves.len(), cases);
        for case in 0..cases {
            for (master, column) in self.coupling.outer_iterator().enumerate() {
                for (row, value) in column.iter() {
                    moved[(row, case)] += value * displacements[(master, case)];
                }
            }
        }
        self.factor.solve_in_place(moved.as_mut());
        let mut full = Mat::zeros(self.partition.size(), cases);
        for case in 0..cases {
            masters.iter().enumerate().for_each(|(i, &dof)| full[(dof, case)] = displacements[(i, case)]);
            slaves.iter().enumerate().for_each(|(i, &dof)| full[(dof, case)] = moved[(i, case)]);
        }
        full
    }
}
