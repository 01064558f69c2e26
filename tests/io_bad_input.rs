//! Damaged, hostile and unusual text files: each ends in right values or in one clear line.

mod io_support;

use io_support::{Folder, check, check_message, data, gzip, sparse};
use modalsweep::io::{Quantity, read_dof_labels, read_matrix, read_matrix_of, read_nodes};

const SYMMETRIC: &str = "%%MatrixMarket matrix coordinate real symmetric\n";

#[test]
#[rustfmt::skip]
fn matrix_market_that_is_refused() {
    let folder = Folder::new();
    let cases: &[(&str, &str, Option<u64>, &str)] = &[
        ("decimal_comma", "2 2 2\n1 1 1,5\n2 2 5\n", Some(3), "value: `1,5` is not a number"),
        ("float_dims", "1e3 1000 2\n1 1 1.0\n2 2 5\n", Some(2), "number of rows: `1e3`"),
        ("header_and_comment_only", "% c\n", None, "the size line is missing"),
        ("header_only", "", None, "the size line is missing"),
        ("memory_bomb_dims", "4000000000 4000000000 1\n1 1 1.0\n", Some(2), "size 4000000000 is out of proportion to 1 entries"),
        ("memory_bomb_nnz", "3 3 9000000000000000000\n1 1 1.0\n", None, "9000000000000000000 entries announced, 1 found"),
        ("memory_bomb_nnz_20G", "3 3 20000000000\n1 1 1.0\n", None, "20000000000 entries announced, 1 found"),
        ("both_bombs", "4000000000 4000000000 9000000000000\n1 1 1.0\n", None, "announced, 1 found"),
        ("nan_inf", "3 3 4\n1 1 1.0\n2 2 nan\n3 3 1\n2 1 inf\n", Some(4), "`nan` is not a finite number"),
        ("inf", "3 3 1\n2 1 -Infinity\n", Some(3), "`-Infinity` is not a finite number"),
        ("overflow", "3 3 1\n2 1 1e9999\n", Some(3), "`1e9999` is not a finite number"),
        ("overflow_fortran", "3 3 1\n2 1 1.5D+999\n", Some(3), "`1.5D+999` is not a finite number"),
        ("negative_index", "2 2 2\n-1 1 1.0\n2 2 5\n", Some(3), "row -1 is outside 1..=2"),
        ("zero_based", "2 2 2\n0 0 1.0\n1 1 5\n", Some(3), "row 0 is outside 1..=2"),
        ("index_too_large", "2 2 1\n1 3 1.0\n", Some(3), "column 3 is outside 1..=2"),
        ("index_above_2_64", "2 2 1\n1 18446744073709551617 1.0\n", Some(3), "column 18446744073709551617 is outside"),
        ("index_with_fraction", "2 2 1\n1.5 1 1.0\n", Some(3), "row: `1.5` is not an index"),
        ("symmetric_nonsquare", "2 3 2\n1 1 1.0\n2 3 5\n", Some(2), "2 x 3 is not square"),
        ("symmetric_with_both_triangles", "2 2 3\n1 1 1.0\n2 1 5\n1 2 5\n", Some(5), "entry (1, 2) is in the other triangle"),
        ("too_many", "2 2 1\n1 1 1.0\n2 2 5\n", Some(4), "more than the 1 entries"),
        ("truncated", "2 2 3\n1 1 1.0\n2 2 5\n", None, "3 entries announced, 2 found"),
        ("truncated_in_line", "2 2 2\n1 1 1.0\n2 2", Some(4), "the value is missing"),
        ("missing_size_line", "1 1 1.0\n2 2 5\n", Some(2), "number of entries: `1.0`"),
        ("size_line_of_an_array", "2 2\n1 1 1.0\n", Some(2), "the number of entries is missing"),
        ("size_line_too_long", "2 2 2 2\n1 1 1.0\n", Some(2), "unexpected `2`"),
        ("zero_by_zero", "0 0 0\n", Some(2), "empty matrix (0 x 0)"),
        ("above_u32", "5000000000 5000000000 1000000000000\n1 1 1\n", Some(2), "size 5000000000 is larger than"),
        ("negative_size", "-2 2 1\n1 1 1\n", Some(2), "number of rows: `-2`"),
        ("junk_behind_number", "2 2 1\n1 1 1.5x\n", Some(3), "`1.5x` is not a number"),
        ("two_exponents", "2 2 1\n1 1 1e5D3\n", Some(3), "`1e5D3` is not a number"),
        ("two_signs", "2 2 1\n1 1 1D+-3\n", Some(3), "`1D+-3` is not a number"),
        ("hexadecimal", "2 2 1\n1 1 0x10\n", Some(3), "`0x10` is not a number"),
        ("extra_field", "2 2 1\n1 1 1.0 0.0\n", Some(3), "unexpected `0.0`"),
        ("nul_bytes", "2 2 2\n1 1 1.0\n\0\0\0\0\n", Some(4), "the row is missing"),
    ];
    for (name, body, at, fragment) in cases {
        check(&folder, &format!("{name}.mtx"), [SYMMETRIC, body].concat(), *at, fragment);
    }
}

#[test]
#[rustfmt::skip]
fn matrix_market_headers_that_are_refused() {
    let folder = Folder::new();
    for (header, fragment) in [
        ("%%MatrixMarket matrix coordinate REAL symmetric 0-base", "`0-base` is not supported"),
        ("%%MatrixMarket matrix coordinate complex symmetric", "`complex` is not supported"),
        ("%%MatrixMarket matrix coordinate real hermitian", "`hermitian` is not supported"),
        ("%%MatrixMarket matrix coordinate real", "expected `general`, `symmetric` or `skew-symmetric`, found ``"),
        ("%%MatrixMarket matrix array pattern general", "expected `real`, `integer` or `pattern`, found `pattern`"),
        ("%%MatrixMarket matrix elemental real general", "expected `coordinate` or `array`, found `elemental`"),
        ("%%MatrixMarket vector coordinate real general", "expected `%%MatrixMarket matrix`, found `vector`"),
        ("%%MatrixMarketmatrix coordinate real general", "found `%%matrixmarketmatrix`"),
    ] {
        check(&folder, "header.mtx", format!("{header}\n2 2 1\n1 1 1\n"), Some(1), fragment);
    }
    let array = "%%MatrixMarket matrix array real";
    for (body, at, fragment) in [
        (" general\n2 2\n1\n2\n3\n", None, "4 values announced, 3 found"),
        (" general\n2 2\n1\n2\n3\n4\n5\n", Some(7), "more than the 4 values"),
        (" symmetric\n2 3\n1\n2\n3\n", Some(2), "2 x 3 is not square"),
        (" general\n4000000000 4000000000\n1\n", None, "16000000000000000000 values announced"),
        (" general\n2 1\n1 2\n", Some(3), "unexpected `2`"),
    ] {
        check(&folder, "array.mtx", [array, body].concat(), at, fragment);
    }
    let skew = "%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n1 1 3\n";
    check(&folder, "skew.mtx", skew, Some(3), "the diagonal entry (1, 1) is not zero");
}

#[test]
#[rustfmt::skip]
fn unusual_matrix_market_that_is_right() {
    let folder = Folder::new();
    for (name, content, values) in [
        ("crlf", "1 1 1\r\n1 1 1.0\r\n", &[1.0][..]),
        ("duplicate_entry", "2 2 3\n1 1 1.0\n1 1 2\n2 2 5\n", &[1.0, 2.0, 5.0]),
        ("fortran_D_exponent", "3 3 4\n1 1 1.0D+00\n2 2 2.0d0\n3 3 1\n2 1 .5\n", &[1.0, 2.0, 1.0, 0.5]),
        ("fortran_D_exponent_nonzero", "2 2 2\n1 1 1.5D+05\n2 2 2.0d0\n", &[150_000.0, 2.0]),
        ("fortran_exponent_without_E", "2 2 2\n1 1 0.4620616031179-100\n2 2 1.0\n", &[0.4620616031179e-100, 1.0]),
        ("signs_and_points", "2 2 2\n1 1 +1.\n2 2 -.5e+1\n", &[1.0, -5.0]),
        ("underflow", "1 1 1\n1 1 1e-9999\n", &[0.0]),
    ] {
        let path = folder.write(name, [SYMMETRIC, content].concat());
        assert_eq!(sparse(read_matrix(&path).unwrap()).values, values, "{name}");
    }
}

#[test]
#[rustfmt::skip]
fn files_that_are_no_matrix() {
    let folder = Folder::new();
    check(&folder, "empty.mtx", "", None, "the file is empty");
    check(&folder, "only_a_mark.mtx", "\u{FEFF}", None, "the file is empty");
    check(&folder, "empty.mtx.gz", gzip(b""), None, "the file is empty");
    check(&folder, "random.mtx", b"BM\x88\xFFQA!F\xF0j\n\x01\x92", None, "unknown format");
    check(&folder, "k.mat", b"MATLAB 5.0 MAT-file, Platform: PCWIN", None, "looks like a MATLAB .mat file");
    check(&folder, "k.mtx.xz", b"\xFD7zXZ\0\0\x04", None, "looks like an xz archive");
    check(&folder, "deck.inp", "*HEADING\nbracket\n", None, "deck, not a matrix");
    check(&folder, "zip.npz", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", None, "looks like a zip archive");
    check(&folder, "long_line.sti", "1 ".repeat(200_000), Some(1), "longer than");
    check(&folder, "line\nfeed.mtx".replace('\n', "?").as_str(), "x", None, "unknown format");
    check_message(&read_matrix(&folder.path("missing.mtx")).unwrap_err(), "missing.mtx", None, "cannot open: ");
    check_message(&read_matrix(&folder.path("")).unwrap_err(), "/", None, "cannot open: ");
    let half = gzip(SYMMETRIC.repeat(500).as_bytes());
    check(&folder, "half.mtx.gz", &half[..half.len() / 2], None, "cannot read: ");
    let mut flipped = gzip([SYMMETRIC, "2 2 1\n1 1 4\n"].concat().as_bytes());
    let checksum = flipped.len() - 7;
    flipped[checksum] ^= 1;
    check(&folder, "checksum.mtx.gz", &flipped, None, "cannot read: ");
}

#[test]
#[cfg(unix)]
fn a_line_feed_in_a_name_does_not_break_the_line() {
    let folder = Folder::new();
    let error = read_matrix(&folder.write("a\nb.mtx", "")).unwrap_err();
    check_message(&error, "a?b.mtx", None, "the file is empty");
}

#[test]
#[rustfmt::skip]
fn lines_without_a_header() {
    let folder = Folder::new();
    for (content, at, fragment) in [
        ("1 1 1.0\n1 2\n", Some(2), "the value is missing"),
        ("1 1 1.0\n1 0 2\n", Some(2), "column 0 is outside"),
        ("1 1 1.0\n2 2 1.0 3\n", Some(2), "unexpected `3`"),
        ("1 1 1,0\n", Some(1), "`1,0` is not a number"),
        ("1 1 1.0\n4294967295 1 1.0\n", None, "size 4294967295 is out of proportion"),
        ("1 1 1.0\n4294967296 1 1.0\n", Some(2), "row 4294967296 is outside"),
        ("2 2 2\n1 1 1.0\n2 2 2.0\n", None, "looks like a size line"),
        ("nonsense\n", Some(1), "row: `nonsense` is not an index"),
    ] {
        check(&folder, "k.sti", content, at, fragment);
    }
    folder.write("k.dof", "1.1\n1.2\n1.3\n");
    let four = "1 1 1.0\n2 2 1.0\n3 3 1\n4 4 1\n";
    check(&folder, "k.sti", four, None, "4 equations, but ");
    for (content, at, fragment) in [
        ("1.1\n12\n", Some(2), "`12` is not node.component"),
        ("1.0\n", Some(1), "`1.0` is not node.component"),
        ("1.+1\n", Some(1), "`1.+1` is not node.component"),
        ("1.1.1\n", Some(1), "is not node.component"),
        ("\n\n", None, "the file is empty"),
    ] {
        let path = folder.write("bad.dof", content);
        check_message(&read_dof_labels(&path).unwrap_err(), "bad.dof", at, fragment);
    }
}

#[test]
#[rustfmt::skip]
fn abaqus_files() {
    let folder = Folder::new();
    for (content, at, fragment) in [
        ("1,1, 1,1, 1.0\n1,1, 2,1\n", Some(2), "the value is missing"),
        ("1,1, 1,1, nan\n", Some(1), "`nan` is not a finite"),
        ("1,1, 1,1, 1.0\n1.5,1, 1,1, 1.0\n", Some(2), "row node: `1.5`"),
        ("1,0, 1,1, 1.0\n", Some(1), "`1.0` is not node.component"),
        ("1,1, 1,1, 1.0, 0.0\n", None, "unknown format"),
        ("*MATRIX INPUT, NAME=K\n1,1, 1,1, 1.0\n*MATRIX INPUT, NAME=M\n", Some(3), "unexpected `*MATRIX INPUT"),
        ("*MATRIX INPUT, NAME=K\n", None, "empty matrix"),
    ] {
        check(&folder, "job_STIF1.mtx", content, at, fragment);
    }
    let head = "*USER ELEMENT, NODES=2, LINEAR\n** ELEMENT NODES\n** 5, 6\n";
    for (body, at, fragment) in [
        ("1\n*MATRIX,TYPE=STIFFNESS\n1, 2\n", None, "3 values announced, 2 found"),
        ("1\n*MATRIX,TYPE=STIFFNESS\n1, 2,\n 3, 4\n", None, "more than the 3 values"),
        ("1\n*MATRIX,TYPE=STIFFNESS\n1, x\n", Some(6), "`x` is not a number"),
        ("1\n", None, "the file holds no stiffness matrix"),
        ("1\n1, 2\n*MATRIX,TYPE=STIFFNESS\n1\n", Some(5), "node position 1 is outside"),
        ("1\n3, 2\n*MATRIX,TYPE=STIFFNESS\n1\n", None, "node position 3 is outside 1..=2"),
        ("1\n*USER ELEMENT, NODES=2\n", Some(5), "the matrices of several elements"),
        ("1\n*MATRIX,TYPE=MASS\n1\n*MATRIX,TYPE=MASS\n1\n", Some(7), "a second matrix"),
    ] {
        check(&folder, "sub.mtx", [head, body].concat(), at, fragment);
    }
    let huge = "*USER ELEMENT, NODES=18446744073709551615\n1,2,3\n*MATRIX,TYPE=STIFFNESS\n1\n";
    check(&folder, "huge.mtx", huge, None, "values announced, 1 found");
    let mass = read_matrix_of(&folder.path("huge.mtx"), Quantity::Mass).unwrap_err();
    check_message(&mass, "huge.mtx", None, "no mass matrix");
}

#[test]
#[rustfmt::skip]
fn harwell_boeing_files() {
    let folder = Folder::new();
    let good = std::fs::read_to_string(data("bcsstk01.rsa")).unwrap();
    let replaced = |from: &str, to: &str| good.replacen(from, to, 1);
    for (content, at, fragment) in [
        (replaced("RSA", "CSA"), Some(3), "complex values is not supported"),
        (replaced("RSA", "RSE"), Some(3), "elemental storage is not supported"),
        (replaced("RSA", "RHA"), Some(3), "hermitian storage is not supported"),
        (replaced("48            48 ", "48            47 "), Some(3), "48 x 47 is not square"),
        (replaced("(16I5) ", "(16Z5) "), Some(4), "expected a Fortran format"),
        (replaced("    1    9   17", "    2    9   17"), Some(5), "unexpected `column pointer 2`"),
        (replaced("    1    9   17", "    1   19   17"), Some(5), "unexpected `column pointer 17`"),
        (replaced("  225  ", "  224  "), Some(8), "224 entries announced, 223 found"),
        (replaced("    1    5    6", "    1   49    6"), Some(9), "row index 49 is outside 1..=48"),
        (replaced("    1    5    6", "    5    1    6"), None, "entry"),
        (good[..good.len() - 200].to_owned(), Some(76), "the value is missing"),
        (good.lines().take(2).collect::<Vec<_>>().join("\n"), None, "the matrix type is missing"),
        (good.clone() + "more\n", Some(79), "unexpected `more`"),
    ] {
        if fragment == "entry" {
            let path = folder.write("swapped.rsa", content);
            assert!(
                read_matrix(&path).is_ok(),
                "row order inside a column is free"
            );
        } else {
            check(&folder, "k.rsa", content, at, fragment);
        }
    }
    let implied = "no point\n  3 1 1 1 0\nRSA                        1             1             1             0\n\
        (2I2)           (1I2)           (1E8.2)             \n 1 2\n 1\n      12\n";
    check(&folder, "implied.rsa", implied, Some(7), "`12` is not written with a point");
}

#[test]
#[rustfmt::skip]
fn node_files() {
    let folder = Folder::new();
    for (content, at, fragment) in [
        ("1 0 0 0\n2 0 0\n", Some(2), "the coordinate is missing"),
        ("1 0 0 0 0\n", Some(1), "unexpected `0`"),
        ("1 0 0 0\n1 0 0 1\n", Some(2), "node 1 is given twice"),
        ("*NODE\n1, a, 0, 0\n", Some(2), "coordinate: `a` is not a number"),
        ("*NODE, SYSTEM=C\n1, 1, 90, 0\n", Some(1), "nodes placed by *SYSTEM"),
        ("*STEP\n", None, "no nodes found"),
        ("*INSTANCE, NAME=A, PART=B\n1., 0., 0.\n", Some(2), "nodes placed by *INSTANCE"),
        ("*INCLUDE, INPUT=nodes.inp\n", Some(1), "more than 16 levels"),
        ("*INCLUDE, INPUT=\n", None, "cannot open"),
    ] {
        let path = folder.write("nodes.inp", content);
        let name = if fragment == "cannot open" {
            ""
        } else {
            "nodes.inp"
        };
        check_message(&read_nodes(&path).unwrap_err(), name, at, fragment);
    }
    folder.write("deck.inp", "*NODE\n1,0,0,0\n*INCLUDE, INPUT=away.inc\n");
    let error = read_nodes(&folder.path("deck.inp")).unwrap_err();
    check_message(&error, "away.inc", None, "cannot open");
}
