//! What is written is what NumPy writes, reads back to the same bits, and is whole or not there.

mod io_support;

use io_support::{Folder, data, sparse, table};
use modalsweep::io::{
    Contents, read_matrix, read_npy, write_atomically, write_matrix_market, write_matrix_market_dense,
    write_npy, write_npz,
};
use modalsweep::matrix::SymmetricMatrix;
use ndarray::{Array2, Array3, Axis, array};
use proptest::prelude::*;

/// The tables at the head of `tests/data/make.py`.
fn matrix() -> Array2<f64> {
    array![[4.0, -1.5, 0.0], [-1.5, 5.0, 0.25], [0.0, 0.25, 6.0]]
}

fn small_table() -> Array2<f64> {
    array![[-2.5, -1.5, -0.5], [0.5, 1.5, 2.5]]
}

/// One triangle of `matrix()` in compressed columns.
const LOWER: (&[usize], &[usize], &[f64]) = (&[0, 2, 4, 5], &[0, 1, 1, 2, 2], &[4.0, -1.5, 5.0, 0.25, 6.0]);
/// The same matrix, the other triangle.
const UPPER: (&[usize], &[usize], &[f64]) = (&[0, 1, 3, 5], &[0, 0, 1, 1, 2], &[4.0, -1.5, 5.0, 0.25, 6.0]);
/// Both triangles.
const BOTH: (&[usize], &[usize], &[f64]) =
    (&[0, 2, 5, 7], &[0, 1, 0, 1, 2, 1, 2], &[4.0, -1.5, -1.5, 5.0, 0.25, 0.25, 6.0]);

#[test]
fn what_is_written_reads_back() {
    let folder = Folder::new();
    let path = folder.path("k.mtx");
    for (col_ptr, row_idx, values) in [LOWER, UPPER] {
        write_matrix_market(&path, 3, col_ptr, row_idx, values).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("%%MatrixMarket matrix coordinate real symmetric\n3 3 5\n1 1 4e0\n2 1 -1.5e0\n")
        );
        assert_eq!(table(&read_matrix(&path).unwrap()), matrix());
    }
    write_matrix_market_dense(&path, small_table().view()).unwrap();
    assert_eq!(table(&read_matrix(&path).unwrap()), small_table());
    let path = folder.path("k.npz");
    write_npz(&path, (3, 3), BOTH.0, BOTH.1, BOTH.2).unwrap();
    assert_eq!(table(&read_matrix(&path).unwrap()), matrix());
    assert_eq!(folder.names(), ["k.mtx", "k.npz"], "nothing else is left behind");
}

/// Numbers are written in pieces of 8192: less than one, one, a little more, and several.
#[test]
fn long_npz_files_read_back() {
    let folder = Folder::new();
    let path = folder.path("d.npz");
    for size in [1, 8191, 8192, 8193, 16384, 40_001] {
        let values: Vec<f64> = (0..size).map(|at| 1.0 / (at as f64 + 3.0)).collect();
        let (col_ptr, row_idx): (Vec<usize>, Vec<usize>) = ((0..=size).collect(), (0..size).collect());
        write_npz(&path, (size, size), &col_ptr, &row_idx, &values).unwrap();
        let (matrix, _) = SymmetricMatrix::from_contents(&read_matrix(&path).unwrap().contents).unwrap();
        assert_eq!(matrix.diagonal(), values);
    }
}

/// NumPy's own file for the same array, byte for byte.
#[test]
fn npy_files_are_those_of_numpy() {
    let folder = Folder::new();
    let path = folder.path("a.npy");
    write_npy(&path, small_table().view()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(data("c_order.npy")).unwrap());
    write_npy(&path, ndarray::arr0(7.0).view()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(data("scalar.npy")).unwrap());
    write_npy(&path, array![1.0, f64::NAN, f64::INFINITY].view()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(data("vector.npy")).unwrap());
    let stack = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (12 * i + 4 * j + k) as f64);
    let mut shuffled = stack.clone();
    shuffled.invert_axis(Axis(0));
    shuffled.swap_axes(0, 2);
    write_npy(&path, stack.view()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(data("stack.npy")).unwrap());
    write_npy(&path, shuffled.view()).unwrap();
    assert_eq!(read_npy(&path).unwrap(), shuffled.into_dyn(), "any memory order");
}

#[test]
fn a_failed_write_leaves_the_old_file_alone() {
    let folder = Folder::new();
    let path = folder.write("k.mtx", "old");
    let failure = || std::io::Error::other("disk full");
    let error = write_atomically(&path, |_| Err::<(), _>(failure())).unwrap_err();
    assert!(error.to_string().ends_with("k.mtx: cannot write: disk full"), "{error}");
    assert!(write_matrix_market(&path, 3, BOTH.0, BOTH.1, BOTH.2).is_err());
    assert!(write_matrix_market(&path, 3, LOWER.0, LOWER.1, &LOWER.2[1..]).is_err());
    assert!(write_npz(&path, (2, 3), BOTH.0, BOTH.1, BOTH.2).is_err());
    assert!(write_npz(&path, (3, 3), &[0, 5, 2, 7], BOTH.1, BOTH.2).is_err());
    let panicked =
        std::panic::catch_unwind(|| write_atomically(&path, |_| -> std::io::Result<()> { panic!() }));
    assert!(panicked.is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    assert_eq!(folder.names(), ["k.mtx"]);
    assert!(write_npy(&folder.path("no/such/folder.npy"), small_table().view()).is_err());
}

proptest! {
    /// Writing and reading changes no bit.
    #[test]
    fn round_trips_keep_every_bit(values in prop::collection::vec(any::<f64>(), 6)) {
        let values: Vec<_> = values.into_iter().map(|value| if value.is_finite() { value } else { 0.5 }).collect();
        let folder = Folder::new();
        let dense = Array2::from_shape_vec((2, 3), values.clone()).unwrap();
        let bits = |array: &Array2<f64>| array.mapv(f64::to_bits);
        for name in ["a.npy", "a.mtx"] {
            let path = folder.path(name);
            match name {
                "a.npy" => write_npy(&path, dense.view()).unwrap(),
                _ => write_matrix_market_dense(&path, dense.view()).unwrap(),
            }
            let Contents::Dense(read) = read_matrix(&path).unwrap().contents else { panic!("sparse") };
            prop_assert_eq!(bits(&read), bits(&dense));
        }
        let path = folder.path("a.npz");
        write_npz(&path, (3, 2), &[0, 3, 6], &[0, 1, 2, 2, 0, 1], &values).unwrap();
        let read = sparse(read_matrix(&path).unwrap());
        prop_assert_eq!(read.rows, vec![0, 1, 2, 2, 0, 1]);
        prop_assert_eq!(read.cols, vec![0, 0, 0, 1, 1, 1]);
        prop_assert!(read.values.iter().map(|v| v.to_bits()).eq(values.iter().map(|v| v.to_bits())));
    }
}
