//! Damaged and hostile NumPy and SciPy files: each ends in one clear line.

mod io_support;

use io_support::{Folder, check, check_message, data};
use modalsweep::io::{read_matrix, read_npy};

#[test]
#[rustfmt::skip]
fn numpy_files() {
    let folder = Folder::new();
    let good = std::fs::read(data("c_order.npy")).unwrap();
    let mut longer = good.clone();
    longer.push(0);
    let text = |from: &str, to: &str| {
        let header = String::from_utf8_lossy(&good[10..128]).replacen(from, to, 1);
        let header = format!("{header:<118}");
        [&good[..10], &header.as_bytes()[..118], &good[128..]].concat()
    };
    let versions = [b"\x93NUMPY\x09\0".as_slice(), &good[8..]].concat();
    let long_header = [b"\x93NUMPY\x02\0\xFF\xFF\xFF\xFF".as_slice(), &good[10..]].concat();
    for (content, fragment) in [
        (good[..good.len() - 1].to_vec(), "the file is cut off"),
        (good[..7].to_vec(), "the file is cut off"),
        (good[..50].to_vec(), "the file is cut off"),
        (longer, "more bytes than its shape asks for"),
        (text("(2, 3), }", "(2, 9999999999999999999), }"), "damaged header"),
        (text("(2, 3), }", "(4294967296, 4294967296), }"), "is too large"),
        (text("(2, 3), }", "(2, 4000000000), }"), "the file is cut off"),
        (text("(2, 3)", "(-2, 3)"), "damaged header"),
        (text("(2, 3)", "(6,)"), "1 dimensions, expected 2"),
        (text("<f8", "<c8"), "an array of `<c8` is not supported"),
        (text("<f8", "<f2"), "an array of `<f2` is not supported"),
        (text("<f8", "|O8"), "an array of `|O8` is not supported"),
        (text("<f8", "<f0"), "an array of `<f0` is not supported"),
        (text("'descr'", "'desk' "), "damaged header"),
        (versions, ".npy version 9 is not supported"),
        (long_header, "4294967295 bytes long"),
    ] {
        check(&folder, "a.npy", content, None, fragment);
    }
    for (name, fragment) in [
        ("nan.npy", "`NaN at (2, 1)` is not a finite number"),
        ("empty.npy", "empty matrix (0 x 3)"),
        ("stack.npy", "3 dimensions, expected 2"),
        ("complex.npy", "an array of `<c16` is not supported"),
        ("record.npy", "an array of `a record` is not supported"),
        ("csc_complex.npz", "an array of `<c16` is not supported"),
        ("dia.npz", "SciPy's sparse format `dia` is not supported"),
        ("not_sparse.npz", "found `stiffness.npy`"),
    ] {
        check_message(&read_matrix(&data(name)).unwrap_err(), name, None, fragment);
    }
    let error = read_npy(&folder.write("k.npy", "1 1 1.0\n2 2 2.0\n")).unwrap_err();
    check_message(
        &error,
        "k.npy",
        None,
        "the first bytes are not those of a .npy file",
    );
}

/// The members of a SciPy file, one of them replaced.
fn npz_with(member: &str, dtype: &str, shape: &str, items: &[u8]) -> Vec<u8> {
    let mut source = zip::ZipArchive::new(std::fs::File::open(data("csc.npz")).unwrap()).unwrap();
    let mut target = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..source.len() {
        let file = source.by_index(at).unwrap();
        if file.name().unwrap() != format!("{member}.npy") {
            target.raw_copy_file(file).unwrap();
        }
    }
    let options = zip::write::SimpleFileOptions::default();
    target.start_file(format!("{member}.npy"), options).unwrap();
    let header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    let content = [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), items].concat();
    std::io::Write::write_all(&mut target, &content).unwrap();
    target.finish().unwrap().into_inner()
}

#[test]
#[rustfmt::skip]
fn scipy_files() {
    let folder = Folder::new();
    let ints = |items: &[i32]| {
        items
            .iter()
            .flat_map(|item| item.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let nan = [1.0, 2.0, f64::NAN, 4.0, 5.0, 6.0, 7.0]
        .map(f64::to_le_bytes)
        .concat();
    for (content, fragment) in [
        (npz_with("indptr", "<i4", "(4,)", &ints(&[0, 5, 2, 7])), "indptr of a sparse matrix does not fit"),
        (npz_with("indptr", "<i4", "(4,)", &ints(&[0, 2, 5, 6])), "indptr of a sparse matrix does not fit"),
        (npz_with("indptr", "<i4", "(3,)", &ints(&[0, 2, 7])), "indptr of a sparse matrix does not fit"),
        (npz_with("indices", "<i4", "(7,)", &ints(&[0, 1, 0, 1, 3, 1, 2])), "indices 4 is outside 1..=3"),
        (npz_with("indices", "<i4", "(7,)", &ints(&[0, -1, 0, 1, 2, 1, 2])), "indices 0 is outside 1..=3"),
        (npz_with("indices", "<i4", "(2,)", &ints(&[0, 1])), "7 row indices announced, 2 found"),
        (npz_with("indices", "<i4", "(9,)", &ints(&[0, 1])), "the file is cut off"),
        (npz_with("indices", "<f4", "(7,)", &ints(&[0; 7])), "an array of `<f4` is not supported"),
        (npz_with("shape", "<i4", "(2,)", &ints(&[-3, 3])), "empty matrix (0 x 3)"),
        (npz_with("shape", "<i4", "(1,)", &ints(&[3])), "the matrix has 1 dimensions, expected 2"),
        (npz_with("shape", "<i4", "(2,)", &ints(&[2_000_000_000, 3])), "is out of proportion to 7 entries"),
        (npz_with("data", "<f8", "(7,)", &nan), "`NaN at (1, 2)`"),
        (npz_with("data", "<f8", "(7, 1)", &nan), "`data` has 2 dimensions"),
        (npz_with("data", "<f8", "(1000000000000,)", &nan), "the file is cut off"),
        (npz_with("format", "<i4", "(1,)", &ints(&[1])), "`format` of type `<i4`"),
        (std::fs::read(data("csc.npz")).unwrap()[..600].to_vec(), "damaged archive"),
    ] {
        check(&folder, "k.npz", content, None, fragment);
    }
}

/// Members that are stored, not deflated, have nothing but the checksum to tell.
#[test]
fn a_flipped_bit_in_a_stored_number_is_noticed() {
    let folder = Folder::new();
    let mut content = std::fs::read(data("csc_i8_stored.npz")).unwrap();
    let value = 0.25_f64.to_le_bytes();
    let at = content.windows(8).position(|bytes| bytes == value).unwrap();
    content[at] ^= 1;
    check(&folder, "k.npz", content, None, "cannot read: ");
}
