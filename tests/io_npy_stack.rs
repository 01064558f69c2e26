//! Stacks of matrices are read piece by piece, and arrays written so, with the same bits as whole ones.

mod io_support;

use faer::c64;
use io_support::{Folder, check_message, data};
use modalsweep::io::{IoError, NpyStack, NpyWriter, read_npy, write_npy};
use ndarray::{Array3, Axis, s};

/// A `.npy` file of version 1 with any header and bytes.
fn npy(dtype: &str, order: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = u16::try_from(text.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], text.as_bytes(), bytes].concat()
}

fn bytes<const N: usize>(values: impl IntoIterator<Item = [u8; N]>) -> Vec<u8> {
    values.into_iter().flatten().collect()
}

/// Entry `(c, i, j)` is `100 c + 10 i + j`: seen from the number where it belongs.
fn counting(count: usize, n: usize) -> Array3<f64> {
    Array3::from_shape_fn((count, n, n), |(c, i, j)| (100 * c + 10 * i + j) as f64)
}

/// All matrices, read in pieces of `piece`.
fn read_in_pieces(path: &std::path::Path, piece: usize) -> Result<Vec<f64>, IoError> {
    let mut stack = NpyStack::open(path)?;
    let (mut all, mut values) = (Vec::new(), vec![f64::NAN; 7]);
    loop {
        let count = stack.read_next(piece, &mut values)?;
        assert_eq!(values.len(), count * stack.size() * stack.size());
        if count == 0 {
            return Ok(all);
        }
        all.extend_from_slice(&values);
    }
}

#[test]
fn pieces_of_any_size_make_the_whole() {
    let folder = Folder::new();
    for (count, n) in [(1, 1), (1, 4), (7, 3), (300, 9), (0, 3)] {
        let stack = counting(count, n);
        let path = folder.path("stack.npy");
        write_npy(&path, stack.view()).unwrap();
        let open = NpyStack::open(&path).unwrap();
        assert_eq!((open.count(), open.size(), open.resident_bytes()), (count, n, 0));
        assert_eq!(open.read_rest().unwrap(), stack);
        for piece in [1, 2, 5, 1000, usize::MAX] {
            assert_eq!(
                read_in_pieces(&path, piece).unwrap(),
                stack.as_slice().unwrap(),
                "{count} x {n} by {piece}"
            );
        }
    }
    write_npy(&folder.path("one.npy"), counting(1, 3).index_axis(Axis(0), 0)).unwrap();
    assert_eq!(
        read_in_pieces(&folder.path("one.npy"), 4).unwrap(),
        counting(1, 3).into_raw_vec_and_offset().0
    );
}

/// NumPy's own stack in Fortran order is not square; `write_npy` writes C order only: the header by hand.
#[test]
fn fortran_order_keeps_the_matrices_apart() {
    let folder = Folder::new();
    for (count, n) in [(1, 3), (2, 2), (5, 3)] {
        let stack = counting(count, n);
        let shape = format!("({count}, {n}, {n})");
        let content = npy("<f8", "True", &shape, &bytes(stack.t().iter().map(|v| v.to_le_bytes())));
        let path = folder.write("fortran.npy", content);
        assert_eq!(read_npy(&path).unwrap(), stack.clone().into_dyn());
        for piece in [1, 2, 9] {
            assert_eq!(
                read_in_pieces(&path, piece).unwrap(),
                stack.as_slice().unwrap(),
                "{count} x {n} by {piece}"
            );
        }
        assert_eq!(NpyStack::open(&path).unwrap().resident_bytes(), (8 * count * n * n) as u64);
    }
    let matrix = counting(1, 3).index_axis_move(Axis(0), 0);
    let by_columns = bytes(matrix.t().iter().map(|v| v.to_le_bytes()));
    let path = folder.write("one.npy", npy("<f8", "True", "(3, 3)", &by_columns));
    assert_eq!(read_in_pieces(&path, 1).unwrap(), matrix.as_slice().unwrap());
    let path = folder.write("none.npy", npy("<f8", "True", "(0, 3, 3)", &[]));
    assert!(read_in_pieces(&path, 1).unwrap().is_empty());
}

#[test]
fn other_types_become_double_precision() {
    let folder = Folder::new();
    let stack = counting(2, 2);
    let all: Vec<f64> = stack.iter().copied().collect();
    let (shape, of) = ("(2, 2, 2)", |values: Vec<u8>| values);
    for (dtype, content) in [
        (">f8", of(bytes(all.iter().map(|v| v.to_be_bytes())))),
        ("<f4", of(bytes(all.iter().map(|&v| (v as f32).to_le_bytes())))),
        (">f4", of(bytes(all.iter().map(|&v| (v as f32).to_be_bytes())))),
        ("<i4", of(bytes(all.iter().map(|&v| (v as i32).to_le_bytes())))),
        (">i8", of(bytes(all.iter().map(|&v| (v as i64).to_be_bytes())))),
        ("|u1", of(bytes(all.iter().map(|&v| [v as u8])))),
        ("<u8", of(bytes(all.iter().map(|&v| (v as u64).to_le_bytes())))),
    ] {
        let path = folder.write("typed.npy", npy(dtype, "False", shape, &content));
        assert_eq!(read_in_pieces(&path, 1).unwrap(), all, "{dtype}");
    }
}

#[track_caller]
fn refused(folder: &Folder, content: impl AsRef<[u8]>, fragment: &str) {
    let path = folder.write("bad.npy", content);
    let error = NpyStack::open(&path).err().unwrap_or_else(|| panic!("`{fragment}` should be refused"));
    check_message(&error, "bad.npy", None, fragment);
}

#[test]
fn files_that_hold_no_stack() {
    let folder = Folder::new();
    let numbers = |count: usize| bytes((0..count).map(|v| (v as f64).to_le_bytes()));
    let f8 = |shape: &str, count: usize| npy("<f8", "False", shape, &numbers(count));
    refused(&folder, "", "the file is empty");
    refused(&folder, "%%MatrixMarket", "the first bytes are not those of a .npy file");
    refused(&folder, &f8("(3, 2, 2)", 12)[..40], "the file is cut off");
    refused(&folder, f8("(3, 2, 2)", 11), "3 matrices announced, 2 found");
    refused(&folder, f8("(3, 2, 2)", 1), "3 matrices announced, 0 found");
    refused(&folder, npy("<f8", "True", "(3, 2, 2)", &numbers(11)), "3 matrices announced, 0 found");
    refused(&folder, f8("(1000000000000, 2, 2)", 12), "1000000000000 matrices announced, 3 found");
    refused(&folder, f8("(1000000000000, 10000, 10000)", 12), "is too large");
    refused(&folder, f8("(3, 2, 2)", 13), "more bytes than its shape asks for");
    refused(&folder, [f8("(3, 2, 2)", 12), b"x".to_vec()].concat(), "more bytes than its shape asks for");
    refused(&folder, f8("(0, 2, 2)", 1), "more bytes than its shape asks for");
    refused(&folder, f8("(2, 2, 3)", 12), "the array is 2 x 2 x 3: ");
    refused(&folder, f8("(2, 3)", 6), "the matrices are 2 x 3, not square");
    refused(&folder, f8("(4,)", 4), "has 1 dimensions, expected 3");
    refused(&folder, f8("()", 1), "has 0 dimensions, expected 3");
    refused(&folder, f8("(1, 3, 2, 2)", 12), "has 4 dimensions, expected 3");
    refused(&folder, f8("(1000000000000, 0, 0)", 0), "empty matrix (0 x 0)");
    refused(&folder, npy("<c16", "False", "(1, 2, 2)", &numbers(8)), "an array of `<c16` is not supported");
    refused(&folder, npy("<U4", "False", "(1, 2, 2)", &numbers(8)), "an array of `<U4` is not supported");
    refused(&folder, npy("|O", "False", "(1, 2, 2)", &numbers(8)), "an array of `|O` is not supported");
    refused(&folder, std::fs::read(data("record.npy")).unwrap(), "an array of `a record` is not supported");
}

/// The file shrinks after it was opened: the pieces before the cut are good, then it is said where it ends.
#[test]
fn a_file_that_is_cut_while_it_is_read() {
    let folder = Folder::new();
    let path = folder.path("cut.npy");
    write_npy(&path, counting(4000, 4).view()).unwrap();
    let mut stack = NpyStack::open(&path).unwrap();
    let mut values = Vec::new();
    assert_eq!(stack.read_next(100, &mut values).unwrap(), 100);
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(128 + 3000 * 16 * 8 + 5).unwrap();
    let error = stack.read_next(3900, &mut values).unwrap_err();
    check_message(&error, "cut.npy", None, "4000 matrices announced, ");
}

/// Through a pipe the size is not known beforehand, and the header may promise anything.
#[test]
#[cfg(unix)]
fn a_pipe() {
    let folder = Folder::new();
    let fifo = folder.path("pipe.npy");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let send = |content: Vec<u8>| {
        let fifo = fifo.clone();
        std::thread::spawn(move || std::fs::write(fifo, content))
    };
    let stack = counting(3, 2);
    let numbers = bytes(stack.iter().map(|v| v.to_le_bytes()));
    let sender = send(npy("<f8", "False", "(3, 2, 2)", &numbers));
    assert_eq!(read_in_pieces(&fifo, 2).unwrap(), stack.as_slice().unwrap());
    sender.join().unwrap().unwrap();
    let sender = send(npy("<f8", "False", "(1000000000000, 2, 2)", &numbers));
    let error = read_in_pieces(&fifo, usize::MAX).unwrap_err();
    check_message(&error, "pipe.npy", None, "1000000000000 matrices announced, ");
    sender.join().unwrap().unwrap();
}

#[test]
fn written_in_pieces_as_in_one() {
    let folder = Folder::new();
    let stack = counting(5, 3);
    let (whole, pieces) = (folder.path("whole.npy"), folder.path("pieces.npy"));
    write_npy(&whole, stack.view()).unwrap();
    let mut writer = NpyWriter::create(&pieces, &[5, 3, 3]).unwrap();
    for part in [s![..2, .., ..], s![2..2, .., ..], s![2.., .., ..]] {
        writer.write(stack.slice(part).as_slice().unwrap()).unwrap();
    }
    assert!(!pieces.exists(), "nothing is there before the end");
    writer.finish().unwrap();
    assert_eq!(std::fs::read(&pieces).unwrap(), std::fs::read(&whole).unwrap());
    assert_eq!(folder.names(), ["pieces.npy", "whole.npy"]);
}

#[test]
fn complex_numbers_lie_as_pairs() {
    let folder = Folder::new();
    let path = folder.path("z.npy");
    let mut writer = NpyWriter::create(&path, &[1, 2]).unwrap();
    writer.write(&[c64::new(1.0, -2.0), c64::new(f64::NAN, 0.5)]).unwrap();
    writer.finish().unwrap();
    let content = std::fs::read(&path).unwrap();
    assert_eq!(content.len(), 128 + 32);
    let header = String::from_utf8_lossy(&content[10..128]).into_owned();
    assert!(header.starts_with("{'descr': '<c16', 'fortran_order': False, 'shape': (1, 2), }"), "{header}");
    assert_eq!(content[128..144], bytes([1.0_f64.to_le_bytes(), (-2.0_f64).to_le_bytes()]));
}

#[test]
fn an_array_that_is_not_finished_leaves_nothing() {
    let folder = Folder::new();
    let path = folder.path("a.npy");
    drop(NpyWriter::<f64>::create(&path, &[2, 2]).unwrap());
    let mut writer = NpyWriter::create(&path, &[2, 2]).unwrap();
    writer.write(&[1.0, 2.0, 3.0]).unwrap();
    check_message(&writer.finish().unwrap_err(), "a.npy", None, "4 numbers announced, 3 found");
    let mut writer = NpyWriter::create(&path, &[2]).unwrap();
    let error = writer.write(&[1.0, 2.0, 3.0]).unwrap_err();
    check_message(&error, "a.npy", None, "more than the 2 numbers announced");
    drop(writer);
    assert!(NpyWriter::<f64>::create(&folder.path(""), &[2]).is_err());
    assert!(NpyWriter::<f64>::create(&folder.path("none/a.npy"), &[2]).is_err());
    assert!(folder.names().is_empty());
}
