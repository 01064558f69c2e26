//! Each format read, against what NumPy, SciPy, nalgebra-sparse and published numbers say.

mod io_support;

use io_support::{Folder, data, gzip, sparse, table};
use modalsweep::io::{
    DeclaredSymmetry, DofLabel, Format, Quantity, read_dof_labels, read_matrix, read_matrix_of, read_nodes,
    read_npy, write_dof_labels,
};
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

/// The tables at the head of `tests/data/make.py`.
fn matrix() -> Array2<f64> {
    array![[4.0, -1.5, 0.0], [-1.5, 5.0, 0.25], [0.0, 0.25, 6.0]]
}

fn integers() -> Array2<f64> {
    array![[4.0, -1.0, 0.0], [-1.0, 5.0, 2.0], [0.0, 2.0, 6.0]]
}

fn small_table() -> Array2<f64> {
    array![[-2.5, -1.5, -0.5], [0.5, 1.5, 2.5]]
}

fn label(node: i64, component: u32) -> DofLabel {
    DofLabel { node, component }
}

#[test]
fn reads_what_scipy_wrote() {
    for (name, format, expected) in [
        ("csc.npz", Format::ScipyNpz, matrix()),
        ("csc_i8_stored.npz", Format::ScipyNpz, matrix()),
        ("csr_f4.npz", Format::ScipyNpz, matrix()),
        ("csr_array.npz", Format::ScipyNpz, matrix()),
        ("coo_i8_values.npz", Format::ScipyNpz, integers()),
        ("symmetric.mtx", Format::MatrixMarket, matrix()),
        ("general.mtx", Format::MatrixMarket, matrix()),
        ("array.mtx", Format::MatrixMarket, small_table()),
        ("array_symmetric.mtx", Format::MatrixMarket, matrix()),
        ("general.rua", Format::HarwellBoeing, matrix()),
        ("c_order.npy", Format::Npy, small_table()),
        ("fortran_order.npy", Format::Npy, small_table()),
        ("big_endian_f4.npy", Format::Npy, small_table()),
        ("i4.npy", Format::Npy, integers()),
        ("big_endian_i2.npy", Format::Npy, integers()),
        ("u1.npy", Format::Npy, array![[0.0, 200.0], [255.0, 1.0]]),
        ("u8.npy", Format::Npy, array![[0.0, 9_007_199_254_740_992.0]]),
        ("bool.npy", Format::Npy, Array2::eye(2)),
    ] {
        let file = read_matrix(&data(name)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(file.format, format, "{name}");
        assert_eq!(table(&file), expected, "{name}");
        assert!(file.notes.is_empty() && file.dofs.is_none(), "{name}");
    }
}

#[test]
fn a_skew_symmetric_file_comes_out_with_both_triangles() {
    let file = read_matrix(&data("skew.mtx")).unwrap();
    let expected = array![[0.0, 1.5, 0.0], [-1.5, 0.0, -0.25], [0.0, 0.25, 0.0]];
    assert_eq!(table(&file), expected);
    assert_eq!(sparse(file).declared, DeclaredSymmetry::SkewSymmetric);
    let folder = Folder::new();
    let dense = "%%MatrixMarket matrix array real skew-symmetric\n3 3\n-1.5\n0\n0.25\n";
    assert_eq!(table(&read_matrix(&folder.write("a.mtx", dense)).unwrap()), expected);
}

#[test]
fn arrays_of_any_number_of_dimensions() {
    let stack = Array1::range(0.0, 24.0, 1.0).into_shape_with_order((2, 3, 4)).unwrap().into_dyn();
    for name in ["stack.npy", "stack_fortran.npy"] {
        assert_eq!(read_npy(&data(name)).unwrap(), stack, "{name}");
    }
    assert_eq!(read_npy(&data("scalar.npy")).unwrap(), ndarray::arr0(7.0).into_dyn());
    assert_eq!(read_npy(&data("empty.npy")).unwrap().shape(), [0, 3]);
    let vector = read_npy(&data("vector.npy")).unwrap();
    assert!(vector[0] == 1.0 && vector[1].is_nan() && vector[2] == f64::INFINITY);
}

/// Sums of the 34-digit eigenvalues of BCSSTK01 and of their squares: trace and Frobenius norm.
#[test]
fn bcsstk01_has_the_published_spectrum() {
    let file = read_matrix(&data("bcsstk01.rsa")).unwrap();
    assert_eq!(file.format, Format::HarwellBoeing);
    let whole = table(&file);
    assert_eq!(whole, whole.t());
    approx::assert_relative_eq!(whole.diag().sum(), 32_433_076_216.791_32, max_relative = 1e-15);
    let norm = whole.iter().map(|value| value * value).sum::<f64>().sqrt();
    approx::assert_relative_eq!(norm, 7_521_821_564.357_718, max_relative = 1e-14);
    let matrix = sparse(file);
    assert_eq!((matrix.values.len(), matrix.declared), (224, DeclaredSymmetry::Symmetric));
}

#[test]
fn harwell_boeing_numbers_may_touch() {
    let folder = Folder::new();
    let head = "touching numbers                                                        KEY\n\
                \x20            4             1             1             2             0\n\
                RSA                        2             2             3             0\n";
    let formats = "(3I3)           (3I2)           (1P,2D11.4)         \n";
    let body = "  1  3  4\n 1 2 2\n 1.5000D+02-2.5000D-01\n 1.0000-100\n";
    let file = read_matrix(&folder.write("k", [head, formats, body].concat())).unwrap();
    assert_eq!(table(&file), array![[150.0, -0.25], [-0.25, 1e-100]]);
    let pattern =
        [&head.replace("RSA", "PZA"), formats, "  1  2  2\n 2\n"].concat().replace("  3  ", "  1  ");
    let pattern = pattern.replace("   2             3 ", "   2             1 ");
    let file = read_matrix(&folder.write("p", pattern)).unwrap();
    assert_eq!(table(&file), array![[0.0, -1.0], [1.0, 0.0]]);
}

#[test]
fn fortran_numbers_and_odd_but_legal_text() {
    let folder = Folder::new();
    let body = "%%matrixmarket MATRIX Coordinate REAL Symmetric\r\n% comment\r\n\r\n 2 2 3 \r\n1 1 1.5D+05\r\n\
                % another\r\n2 1 0.4620616031179-100\r\n\r\n\t2\t2\t2.0d0";
    let expected = array![[150_000.0, 0.4620616031179e-100], [0.4620616031179e-100, 2.0]];
    let with_mark = [b"\xEF\xBB\xBF", body.as_bytes()].concat();
    let (first, second) = with_mark.split_at(60);
    for content in [body.as_bytes().to_vec(), with_mark.clone(), [gzip(first), gzip(second)].concat()] {
        let file = read_matrix(&folder.write("k.mtx", content)).unwrap();
        assert_eq!(table(&file), expected);
    }
}

#[test]
fn integer_and_pattern_fields() {
    let folder = Folder::new();
    let integer = "%%MatrixMarket matrix coordinate integer general\n2 3 2\n1 3 -7\n2 1 12\n";
    let file = read_matrix(&folder.write("i.mtx", integer)).unwrap();
    assert_eq!(table(&file), array![[0.0, 0.0, -7.0], [12.0, 0.0, 0.0]]);
    let pattern = "%%MatrixMarket matrix coordinate pattern symmetric\n2 2 2\n1 1\n1 2\n";
    let file = read_matrix(&folder.write("p.mtx", pattern)).unwrap();
    assert_eq!(table(&file), array![[1.0, 1.0], [1.0, 0.0]], "only the upper triangle is accepted");
}

#[test]
fn calculix_text_takes_names_and_size_from_the_dof_file() {
    let folder = Folder::new();
    let text = "1 1  4.0000000000000e+00\n1 2 -1.5000000000000e+00\n2 2  5.0000000000000e+00\n";
    let names = "12.1\n12.10\n7.3\n";
    let expected = vec![label(12, 1), label(12, 10), label(7, 3)];
    for (matrix, dof, packed) in
        [("a.sti", "a.dof", false), ("b.mas.gz", "b.dof", true), ("c.sti.gz", "c.dof.gz", true)]
    {
        let content = if packed { gzip(text.as_bytes()) } else { text.into() };
        let path = folder.write(matrix, content);
        folder.write(dof, if dof.ends_with("gz") { gzip(names.as_bytes()) } else { names.into() });
        let file = read_matrix(&path).unwrap();
        assert_eq!(file.format, Format::CoordinateText);
        assert_eq!(file.dofs, Some(expected.clone()), "{matrix}");
        assert_eq!(file.notes.len(), 1, "the third equation has no entries: {:?}", file.notes);
        let matrix = sparse(file);
        assert_eq!((matrix.n_rows, matrix.n_cols), (3, 3));
        assert_eq!((matrix.rows, matrix.cols), (vec![0, 0, 1], vec![0, 1, 1]));
        assert_eq!(matrix.values, [4.0, -1.5, 5.0]);
        assert_eq!(matrix.declared, DeclaredSymmetry::Unstated);
    }
    assert_eq!(read_dof_labels(&folder.path("a.dof")).unwrap(), expected);
    write_dof_labels(&folder.path("written.dof"), &expected).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path("written.dof")).unwrap(), names);
}

#[test]
fn half_as_many_labels_mean_cyclic_symmetry() {
    let folder = Folder::new();
    let path = folder.write("a.sti", "1 1 1\n2 2 1\n");
    folder.write("a.dof", "5.1\n");
    let file = read_matrix(&path).unwrap();
    assert_eq!(file.dofs, None);
    assert!(file.notes[0].contains("cyclic symmetry"), "{:?}", file.notes);
    folder.write("a.dof", "5.1\n5.2\n");
    assert_eq!(read_matrix(&path).unwrap().dofs, Some(vec![label(5, 1), label(5, 2)]));
}

#[test]
fn abaqus_matrix_input_sorts_equations_by_node_and_component() {
    let folder = Folder::new();
    let text = "** made by a test\n7,2, 7,2, 6.0e0\n-3,1, -3,1, 4.0\n 0,1,7 , 2, .25\n0,1, -3,1,-1.5\n0,1, 0,1, 5.\n";
    let file = read_matrix(&folder.write("job_STIF1.mtx", text)).unwrap();
    assert_eq!(file.format, Format::AbaqusMatrixInput);
    assert_eq!(file.dofs, Some(vec![label(-3, 1), label(0, 1), label(7, 2)]));
    let matrix = sparse(file);
    assert_eq!(matrix.rows, [2, 0, 1, 1, 1]);
    assert_eq!(matrix.cols, [2, 0, 2, 0, 1]);
    assert_eq!(matrix.values, [6.0, 4.0, 0.25, -1.5, 5.0]);
}

const SUBSTRUCTURE: &str = "**\n** GENERATION OF SUBSTRUCTURE\n*USER ELEMENT, NODES=   2, LINEAR\n** ELEMENT NODES\n\
    **       101,       102,\n1, 2\n2, 3\n*MATRIX,TYPE=STIFFNESS\n4.0, -1.5, 5.0,\n0.0, 0.25, 6.0\n\
    *MATRIX,TYPE=MASS\n 1.0D0 ,\n 0.0 , 2.0\n0.0, 0.0\n 3.0\n";

#[test]
fn a_substructure_holds_two_matrices() {
    let folder = Folder::new();
    let path = folder.write("sub.mtx", SUBSTRUCTURE);
    let stiffness = read_matrix_of(&path, Quantity::Stiffness).unwrap();
    assert_eq!(stiffness.format, Format::AbaqusUserElement);
    assert_eq!(stiffness.dofs, Some(vec![label(101, 1), label(101, 2), label(102, 3)]));
    assert_eq!(table(&stiffness), matrix());
    let mass = read_matrix_of(&path, Quantity::Mass).unwrap();
    assert_eq!(table(&mass), Array2::from_diag(&array![1.0, 2.0, 3.0]));
    assert!(read_matrix(&path).unwrap_err().to_string().contains("a stiffness and a mass matrix"));
    let only_mass = SUBSTRUCTURE.replace("*MATRIX,TYPE=STIFFNESS", "*DAMPING");
    assert_eq!(read_matrix(&folder.write("m.mtx", only_mass)).unwrap(), mass);
}

#[test]
fn an_element_matrix_as_abaqus_prints_it() {
    let text = "**\n** ELEMENT NUMBER 11 STEP NUMBER 2 INCREMENT NUMBER 1\n** ELEMENT TYPE CPS4\n\
        *USER ELEMENT, NODES= 2, LINEAR\n** ELEMENT NODES\n** 101, 102\n1, 2\n*MATRIX,TYPE=STIFFNESS\n98.901098901099 ,\n\
        35.714285714286 , 98.901098901099\n-60.439560439561 , 2.7472527472527 , 98.901098901099\n\
        -2.7472527472527 , 10.989010989011 , -35.714285714286 , 98.901098901099\n";
    let folder = Folder::new();
    let file = read_matrix(&folder.write("Stiffness.mtx", text)).unwrap();
    assert_eq!(file.dofs, Some(vec![label(101, 1), label(101, 2), label(102, 1), label(102, 2)]));
    let whole = table(&file);
    assert_eq!((whole[[0, 2]], whole[[3, 1]]), (-60.439560439561, 10.989010989011));
}

#[test]
fn nodes_from_a_table_and_from_a_deck() {
    let folder = Folder::new();
    let expected = vec![(3, [1.0, 0.5, -2.0]), (1, [0.0, 0.0, 7.0])];
    for text in ["# node x y z\n3 1 .5 -2\n1  0 0 7.0 # top\n", "3, 1, .5, -2\n\n1,0,0,7.D0\n"] {
        assert_eq!(read_nodes(&folder.write("nodes.txt", text)).unwrap(), expected);
    }
    folder.write("mesh.inc", "*node, nset=NALL\n1,0,0,7\n*ELEMENT,TYPE=C3D8\n9,9,9,9\n");
    let deck =
        "*Heading\n 4 5 6\n** comment\n*NODE\n3,1,.5,-2\n*Include, input=mesh.inc\n*NODE PRINT\n8,8,8,8\n";
    assert_eq!(read_nodes(&folder.write("a.inp", deck)).unwrap(), expected);
    let plane = read_nodes(&folder.write("b.inp", "*NODE\n1, 2.5\n1, 2.5, 0.\n")).unwrap();
    assert_eq!(plane, [(1, [2.5, 0.0, 0.0])]);
}

/// Crosses the ends of the read buffer at every kind of place.
#[test]
fn a_file_of_many_buffers() {
    let folder = Folder::new();
    let n = 70_000;
    let mut text = format!("%%MatrixMarket matrix coordinate real general\n{n} {n} {n}\n");
    for k in 1..=n {
        text.push_str(&format!("{k} {} {:?}{}\n", n + 1 - k, k as f64 / 7.0, " ".repeat(k % 11)));
    }
    for content in [text.as_bytes().to_vec(), gzip(text.as_bytes())] {
        let matrix = sparse(read_matrix(&folder.write("k.mtx", content)).unwrap());
        assert!(matrix.rows.iter().copied().eq(0..n as u32));
        assert!(matrix.cols.iter().copied().eq((0..n as u32).rev()));
        assert!((1..=n).map(|k| k as f64 / 7.0).eq(matrix.values.iter().copied()));
    }
}

proptest! {
    /// nalgebra-sparse reads the same file to the same entries, and any bits of a double survive.
    #[test]
    fn matrix_market_agrees_with_nalgebra(
        entries in prop::collection::btree_map((0usize..9, 0usize..9), any::<f64>(), 1..40)
    ) {
        let finite: Vec<_> = entries.into_iter().filter(|(_, value)| value.is_finite()).collect();
        let mut text = format!("%%MatrixMarket matrix coordinate real general\n9 9 {}\n", finite.len());
        for ((row, col), value) in &finite {
            text.push_str(&format!("{} {} {value:e}\n", row + 1, col + 1));
        }
        let folder = Folder::new();
        let ours = sparse(read_matrix(&folder.write("a.mtx", &text)).unwrap());
        let theirs = nalgebra_sparse::io::load_coo_from_matrix_market_str::<f64>(&text).unwrap();
        prop_assert_eq!(ours.values.len(), theirs.nnz());
        for (at, (row, col, value)) in theirs.triplet_iter().enumerate() {
            prop_assert_eq!((ours.rows[at] as usize, ours.cols[at] as usize), (row, col));
            prop_assert_eq!(ours.values[at].to_bits(), value.to_bits());
        }
    }
}
