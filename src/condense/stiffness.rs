//! The columns T = -K_ss^-1 K_sm and the reduced stiffness. `coupling` is -K_sm throughout.

use faer::Mat;

use crate::factor::{Block, Factor};
use crate::parallel::Progress;

/// All columns of T, in blocks, equations in the order of elimination.
pub(super) fn recovery_columns(
    factor: &Factor,
    coupling: &sprs::CsMat<f64>,
    progress: &dyn Progress,
) -> Vec<Block> {
    factor.solve_sparse(coupling.view(), |_, block| {
        progress.advance(block.width() as u64);
        block
    })
}

/// Bytes of all columns of T.
pub(super) fn recovery_bytes(coupling: &sprs::CsMat<f64>) -> u64 {
    8 * coupling.rows() as u64 * coupling.cols() as u64
}

/// K_ms X for a block X of columns: one row of `block.width()` values per master.
pub(super) fn couple(factor: &Factor, coupling: &sprs::CsMat<f64>, block: &Block) -> Vec<f64> {
    let places = factor.symbolic().places();
    let mut product = vec![0.0; coupling.cols() * block.width()];
    for (column, sums) in coupling.outer_iterator().zip(product.chunks_exact_mut(block.width())) {
        for (row, value) in column.iter() {
            let values = block.row(places[row] as usize);
            sums.iter_mut().zip(values).for_each(|(sum, x)| *sum -= value * x);
        }
    }
    product
}

/// K_r = K_mm + K_ms T, made exactly symmetric.
pub(super) fn from_recovery(
    factor: &Factor,
    coupling: &sprs::CsMat<f64>,
    mut mm: Mat<f64>,
    columns: &[Block],
) -> Mat<f64> {
    let scale = mm.norm_max();
    for block in columns {
        add_columns(&mut mm, &block.columns, &couple(factor, coupling, block));
    }
    symmetrize(&mut mm);
    drop_rounding(&mut mm, scale);
    mm
}

/// Masters that hold a free body just so leave K_r = 0: what is left is rounding of K_mm, `scale`.
pub(super) fn drop_rounding(reduced: &mut Mat<f64>, scale: f64) {
    if reduced.norm_max() <= 1e-14 * scale {
        reduced.fill(0.0);
    }
}

/// Adds a block of columns, given row by row, to the columns that it stands for.
pub(super) fn add_columns(sum: &mut Mat<f64>, columns: &[usize], product: &[f64]) {
    for (row, values) in product.chunks_exact(columns.len()).enumerate() {
        for (&col, &value) in columns.iter().zip(values) {
            sum[(row, col)] += value;
        }
    }
}

/// (A + A') / 2.
pub(super) fn symmetrize(matrix: &mut Mat<f64>) {
    for col in 0..matrix.ncols() {
        for row in 0..col {
            let mean = 0.5 * (matrix[(row, col)] + matrix[(col, row)]);
            matrix[(row, col)] = mean;
            matrix[(col, row)] = mean;
        }
    }
}

/// K_r = K_mm - Y' Y with Y = L^-1 P K_sm: half of each solve, and T is never formed.
pub(super) fn by_forward_half(
    factor: &Factor,
    coupling: &sprs::CsMat<f64>,
    mut mm: Mat<f64>,
    progress: &dyn Progress,
) -> Mat<f64> {
    let scale = mm.norm_max();
    let gram = factor.inverse_gram(coupling.view(), progress);
    for col in 0..mm.ncols() {
        for row in 0..mm.nrows() {
            mm[(row, col)] -= gram[(row, col)];
        }
    }
    drop_rounding(&mut mm, scale);
    mm
}
