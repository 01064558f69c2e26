//! Many dense matrices as one argument, wherever they are stored: a stack, or slices of faer, ndarray or nalgebra matrices.

use faer::MatRef;
use ndarray::{ArrayBase, Axis, Data, Ix2, Ix3};

/// Dense matrices of any sizes, numbered from 0.
///
/// Implemented for three-dimensional ndarray arrays and views (`count x n x n`, any strides) and for slices
/// and vectors of [`DenseMatrix`].
pub trait Matrices: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows and columns of one.
    fn shape(&self, index: usize) -> (usize, usize);

    /// Copies one into `target`, column by column; `target` holds `rows x cols` numbers.
    fn copy_into(&self, index: usize, target: &mut [f64]);
}

/// One dense matrix that can be copied: faer, ndarray and nalgebra matrices and views.
pub trait DenseMatrix: Sync {
    /// Rows and columns.
    fn shape(&self) -> (usize, usize);

    /// Copies the matrix into `target`, column by column; `target` holds `rows x cols` numbers.
    fn copy_into(&self, target: &mut [f64]);
}

impl<D: DenseMatrix> Matrices for [D] {
    fn len(&self) -> usize {
        <[D]>::len(self)
    }

    fn shape(&self, index: usize) -> (usize, usize) {
        self[index].shape()
    }

    fn copy_into(&self, index: usize, target: &mut [f64]) {
        self[index].copy_into(target);
    }
}

impl<M: Matrices + ?Sized> Matrices for &M {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn shape(&self, index: usize) -> (usize, usize) {
        (**self).shape(index)
    }

    fn copy_into(&self, index: usize, target: &mut [f64]) {
        (**self).copy_into(index, target);
    }
}

impl<D: DenseMatrix> Matrices for Vec<D> {
    fn len(&self) -> usize {
        <[D]>::len(self)
    }

    fn shape(&self, index: usize) -> (usize, usize) {
        self[index].shape()
    }

    fn copy_into(&self, index: usize, target: &mut [f64]) {
        self[index].copy_into(target);
    }
}

impl<S: Data<Elem = f64>> Matrices for ArrayBase<S, Ix3>
where
    Self: Sync,
{
    fn len(&self) -> usize {
        self.len_of(Axis(0))
    }

    fn shape(&self, _index: usize) -> (usize, usize) {
        (self.len_of(Axis(1)), self.len_of(Axis(2)))
    }

    fn copy_into(&self, index: usize, target: &mut [f64]) {
        copy_array(self.index_axis(Axis(0), index), target);
    }
}

impl<S: Data<Elem = f64>> DenseMatrix for ArrayBase<S, Ix2>
where
    Self: Sync,
{
    fn shape(&self) -> (usize, usize) {
        self.dim()
    }

    fn copy_into(&self, target: &mut [f64]) {
        copy_array(self.view(), target);
    }
}

impl DenseMatrix for MatRef<'_, f64> {
    fn shape(&self) -> (usize, usize) {
        (self.nrows(), self.ncols())
    }

    fn copy_into(&self, target: &mut [f64]) {
        if self.nrows() == 0 {
            return;
        }
        for (j, column) in target.chunks_exact_mut(self.nrows()).enumerate() {
            match self.col(j).try_as_col_major() {
                Some(values) => column.copy_from_slice(values.as_slice()),
                None => column.iter_mut().enumerate().for_each(|(i, value)| *value = self[(i, j)]),
            }
        }
    }
}

impl DenseMatrix for faer::Mat<f64> {
    fn shape(&self) -> (usize, usize) {
        self.as_ref().shape()
    }

    fn copy_into(&self, target: &mut [f64]) {
        DenseMatrix::copy_into(&self.as_ref(), target);
    }
}

impl<R, C, S> DenseMatrix for nalgebra::Matrix<f64, R, C, S>
where
    R: nalgebra::Dim,
    C: nalgebra::Dim,
    S: nalgebra::RawStorage<f64, R, C> + Sync,
{
    fn shape(&self) -> (usize, usize) {
        self.shape()
    }

    fn copy_into(&self, target: &mut [f64]) {
        for (value, &entry) in target.iter_mut().zip(self.iter()) {
            *value = entry;
        }
    }
}

fn copy_array(array: ndarray::ArrayView2<'_, f64>, target: &mut [f64]) {
    let (rows, cols) = array.dim();
    if let Some(values) = array.t().to_slice() {
        target.copy_from_slice(values);
    } else if let Some(values) = array.to_slice() {
        transpose_into(values, (rows, cols), target);
    } else {
        let entries = array.t().into_iter();
        target.iter_mut().zip(entries).for_each(|(value, &entry)| *value = entry);
    }
}

/// Row-major `rows x cols` to column-major, eight rows at a time: whole cache lines are written.
fn transpose_into(values: &[f64], (rows, cols): (usize, usize), target: &mut [f64]) {
    const TILE: usize = 8;
    let full = rows - rows % TILE;
    for i in (0..full).step_by(TILE) {
        let tile: [&[f64]; TILE] = std::array::from_fn(|r| &values[(i + r) * cols..][..cols]);
        for (j, column) in target.chunks_exact_mut(rows).enumerate() {
            let column = column[i..].first_chunk_mut::<TILE>().expect("a full tile");
            *column = tile.map(|row| row[j]);
        }
    }
    for (i, row) in values.chunks_exact(cols).enumerate().skip(full) {
        for (&value, column) in row.iter().zip(target.chunks_exact_mut(rows)) {
            column[i] = value;
        }
    }
}
