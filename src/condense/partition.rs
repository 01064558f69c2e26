//! Masters and slaves, and the blocks of a matrix that belong to them.

use faer::Mat;

use super::CondenseError;
use crate::matrix::SymmetricMatrix;

/// Which equations are kept (masters) and which are condensed (slaves).
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    masters: Vec<usize>,
    slaves: Vec<usize>,
    /// Place among the masters (top bit set) or among the slaves.
    place: Vec<usize>,
}

const MASTER: usize = 1 << (usize::BITS - 1);

/// Blocks of a symmetric matrix A in the order masters, slaves.
pub(super) struct Blocks {
    /// A_ss, `n_s x n_s`.
    pub ss: SymmetricMatrix,
    /// A_sm, `n_s x m`, compressed sparse columns.
    pub sm: sprs::CsMat<f64>,
    /// A_mm, `m x m`, both triangles.
    pub mm: Mat<f64>,
}

impl Partition {
    /// Splits `size` equations by the list of masters (0-based, any order; reduced matrices come in
    /// this order).
    ///
    /// # Errors
    /// [`CondenseError::NoMasters`], [`CondenseError::MasterOutOfRange`],
    /// [`CondenseError::MasterTwice`], [`CondenseError::AllMasters`].
    ///
    /// ```
    /// let partition = modalsweep::condense::Partition::new(4, &[3, 1])?;
    /// assert_eq!(partition.masters(), [3, 1]);
    /// assert_eq!(partition.slaves(), [0, 2]);
    /// # Ok::<(), modalsweep::condense::CondenseError>(())
    /// ```
    pub fn new(size: usize, masters: &[usize]) -> Result<Self, CondenseError> {
        if masters.is_empty() {
            return Err(CondenseError::NoMasters);
        }
        let mut place = vec![0; size];
        for (at, &dof) in masters.iter().enumerate() {
            match place.get_mut(dof) {
                None => return Err(CondenseError::MasterOutOfRange { dof, size }),
                Some(taken) if *taken != 0 => return Err(CondenseError::MasterTwice { dof }),
                Some(free) => *free = MASTER | at,
            }
        }
        let slaves: Vec<usize> = (0..size).filter(|&dof| place[dof] == 0).collect();
        if slaves.is_empty() {
            return Err(CondenseError::AllMasters { size });
        }
        for (at, &dof) in slaves.iter().enumerate() {
            place[dof] = at;
        }
        Ok(Self { masters: masters.to_vec(), slaves, place })
    }

    /// Equations of the full model.
    pub fn size(&self) -> usize {
        self.place.len()
    }

    /// The masters in the order given.
    pub fn masters(&self) -> &[usize] {
        &self.masters
    }

    /// The slaves, ascending.
    pub fn slaves(&self) -> &[usize] {
        &self.slaves
    }

    pub(super) fn split(&self, matrix: &SymmetricMatrix) -> Blocks {
        let m = self.masters.len();
        let mut mm = Mat::zeros(m, m);
        let mut sm_columns: Vec<Vec<(usize, f64)>> = vec![Vec::new(); m];
        let (mut col_ptr, mut row_idx, mut values) = (vec![0], Vec::new(), Vec::new());
        // Slaves are ascending, so the lower triangle of A_ss comes out sorted column by column.
        for col in 0..matrix.size() {
            let col_place = self.place[col];
            for (row, value) in matrix.column(col) {
                let row_place = self.place[row];
                match (row_place & MASTER != 0, col_place & MASTER != 0) {
                    (false, false) => {
                        row_idx.push(row_place);
                        values.push(value);
                    }
                    (true, true) => {
                        let (i, j) = (row_place & !MASTER, col_place & !MASTER);
                        mm[(i, j)] = value;
                        mm[(j, i)] = value;
                    }
                    (false, true) => sm_columns[col_place & !MASTER].push((row_place, value)),
                    (true, false) => sm_columns[row_place & !MASTER].push((col_place, value)),
                }
            }
            if col_place & MASTER == 0 {
                col_ptr.push(row_idx.len());
            }
        }
        let ss = SymmetricMatrix::from_sorted(col_ptr, row_idx, values);
        Blocks { ss, sm: sparse_columns(self.slaves.len(), sm_columns), mm }
    }
}

fn sparse_columns(rows: usize, columns: Vec<Vec<(usize, f64)>>) -> sprs::CsMat<f64> {
    let (mut ptr, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
    let count = columns.len();
    for mut column in columns {
        column.sort_unstable_by_key(|&(row, _)| row);
        for (row, value) in column {
            indices.push(row);
            values.push(value);
        }
        ptr.push(indices.len());
    }
    sprs::CsMat::new_csc((rows, count), ptr, indices, values)
}
