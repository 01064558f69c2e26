//! Real files with bytes flipped, cut off, doubled and inserted: a result or an error, never a panic,
//! soon, and no more memory than the file has room for.

mod io_support;

use std::time::{Duration, Instant};

use io_support::{Folder, data, gzip};
use modalsweep::io::{
    Contents, Coordinates, Quantity, read_dof_labels, read_matrix_of, read_nodes, read_npy,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const CALCULIX: &str = "1 1  4.0000000000000e+00\n1 2 -1.5000000000000e+00\n2 2  5.0000000000000e+00\n\
    2 3  2.5000000000000e-01\n3 3  6.0000000000000e+00\n";
const ABAQUS: &str = "1,1, 1,1,  4.000000000000000e+00\n1,1, -2,3, -1.500000000000000e+00\n\
    -2,3, -2,3,  5.000000000000000e+00\n";
const SUBSTRUCTURE: &str = "**\n*USER ELEMENT, NODES=       2, LINEAR\n** ELEMENT NODES\n**   101,  102\n1, 2\n\
    2, 3\n*MATRIX,TYPE=STIFFNESS\n 4.0, -1.5, 5.0,\n 0.0, 0.25, 6.0\n*MATRIX,TYPE=MASS\n1., 0., 2., 0.\n 0., 3.\n";
const DECK: &str =
    "*HEADING\nblock\n*NODE, NSET=ALL\n1, 0., 0., 0.\n2, 1.5, 0., 2.D0\n*ELEMENT, TYPE=C3D4\n1,1,2,3,4\n";
const LABELS: &str = "1.1\n1.2\n1.3\n12.1\n-3.6\n";

/// Whatever breaks a number, a line or a count.
const TOKENS: [&str; 24] = [
    " ",
    "\n",
    "\r\n",
    "\t",
    ",",
    "-",
    "+",
    ".",
    "e",
    "D+",
    "0",
    "-1",
    "9",
    "1e9999",
    "nan",
    "inf",
    "4294967296",
    "99999999999999999999",
    "%",
    "*",
    "**\n",
    "*MATRIX,TYPE=MASS\n",
    "\0",
    "\u{FEFF}",
];

#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Double(Index, Index),
    Remove(Index, Index),
    Insert(Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<Index>;
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => place().prop_map(Damage::Cut),
        2 => (place(), place()).prop_map(|(from, to)| Damage::Double(from, to)),
        2 => (place(), place()).prop_map(|(from, to)| Damage::Remove(from, to)),
        4 => (place(), select(&TOKENS[..])).prop_map(|(at, token)| Damage::Insert(at, token)),
    ]
}

fn apply(damage: &Damage, content: &mut Vec<u8>) {
    let place = |at: &Index| at.index(content.len() + 1);
    let range = |from: &Index, to: &Index| place(from).min(place(to))..place(from).max(place(to));
    match damage {
        Damage::Flip(at, byte) => {
            let at = place(at);
            if let Some(flipped) = content.get_mut(at) {
                *flipped ^= byte;
            }
        }
        Damage::Cut(at) => content.truncate(place(at)),
        Damage::Double(from, to) => {
            let range = range(from, to);
            let doubled = content[range.clone()].to_vec();
            content.splice(range.end..range.end, doubled);
        }
        Damage::Remove(from, to) => drop(content.drain(range(from, to))),
        Damage::Insert(at, token) => {
            let at = place(at);
            content.splice(at..at, token.bytes());
        }
    }
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds: Vec<_> = [
        ("a.sti", CALCULIX),
        ("a.mtx", ABAQUS),
        ("b.mtx", SUBSTRUCTURE),
        ("a.inp", DECK),
        ("nodes.txt", "1 0 0 0\n2 1.5 0 2\n"),
        ("a.dof", LABELS),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into();
    for name in [
        "symmetric.mtx",
        "skew.mtx",
        "array_symmetric.mtx",
        "general.rua",
        "bcsstk01.rsa",
        "c_order.npy",
        "stack_fortran.npy",
        "i4.npy",
        "csc.npz",
        "csr_array.npz",
        "coo_i8_values.npz",
        "csc_i8_stored.npz",
    ] {
        seeds.push((name.to_owned(), std::fs::read(data(name)).unwrap()));
    }
    seeds
}

/// All readers on one file. No list is longer than the (unpacked) file has bytes, and no list has been given
/// room for much more than it holds or the file could fill.
fn read_all_ways(folder: &Folder, name: &str, content: &[u8], unpacked: usize) {
    let path = folder.write(name, content);
    let start = Instant::now();
    let bounded = |length: usize, capacity: usize| {
        assert!(length <= unpacked.max(1), "{length} items from {unpacked} bytes");
        assert!(capacity <= 2 * length + unpacked + 8, "room for {capacity} from {unpacked} bytes");
    };
    for quantity in [Quantity::Stiffness, Quantity::Mass] {
        match read_matrix_of(&path, quantity).map(|file| file.contents) {
            Ok(Contents::Sparse(matrix)) => {
                check_entries(&matrix);
                bounded(matrix.rows.len() / 2, matrix.rows.capacity() / 2);
                bounded(matrix.values.len() / 2, matrix.values.capacity() / 2);
            }
            Ok(Contents::Dense(table)) => assert!(table.iter().all(|value| value.is_finite())),
            Err(error) => assert!(!error.to_string().contains('\n') && error.help().is_some()),
        }
    }
    if let Ok(labels) = read_dof_labels(&path) {
        bounded(labels.len(), labels.capacity());
    }
    if let Ok(nodes) = read_nodes(&path) {
        bounded(nodes.len(), nodes.capacity());
    }
    if let Ok(array) = read_npy(&path) {
        bounded(array.len(), array.len());
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?} for {unpacked} bytes", start.elapsed());
}

fn check_entries(matrix: &Coordinates) {
    let n = matrix.values.len();
    assert!(matrix.rows.len() == n && matrix.cols.len() == n);
    assert!(matrix.n_rows > 0 && matrix.n_cols > 0);
    assert!(matrix.rows.iter().all(|&row| (row as usize) < matrix.n_rows));
    assert!(matrix.cols.iter().all(|&col| (col as usize) < matrix.n_cols));
    assert!(matrix.values.iter().all(|value| value.is_finite()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_files_never_panic(
        (name, mut content) in select(seeds()),
        damages in prop::collection::vec(damage(), 1..6),
        packed in prop::bool::weighted(0.1),
    ) {
        for damage in &damages {
            apply(damage, &mut content);
        }
        let folder = Folder::new();
        let unpacked = content.len();
        if packed && !content.is_empty() {
            content = gzip(&content);
        }
        // A damaged archive may unpack to anything that deflate can hold.
        let unpacked = if name.ends_with("npz") { 1032 * unpacked } else { unpacked };
        read_all_ways(&folder, &name, &content, unpacked);
    }

    #[test]
    fn any_bytes_never_panic(content in prop::collection::vec(any::<u8>(), 0..300), seed in select(seeds())) {
        let folder = Folder::new();
        read_all_ways(&folder, &seed.0, &content, content.len());
        let behind_the_head = [&seed.1[..seed.1.len().min(80)], &content].concat();
        read_all_ways(&folder, &seed.0, &behind_the_head, 1032 * behind_the_head.len());
    }
}

#[test]
fn undamaged_files_pass_the_same_checks() {
    let folder = Folder::new();
    for (name, content) in seeds() {
        read_all_ways(&folder, &name, &content, 1032 * content.len());
    }
}
