//! How fast does a matrix file become entries? Megabytes a second, one core, from the page cache.
//!
//! `cargo bench --bench read`; the same files in SciPy: `benches/peers/read.py`.
//! `MODALSWEEP_BENCH_FILE=k.mtx cargo bench --bench read -- given` takes a file of your own.

use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use modalsweep::io::read_matrix;

const EQUATIONS: u64 = 25_000;
const ENTRIES_PER_COLUMN: u64 = 40;

/// Values over twelve decades with all their digits, by a linear congruence: no two alike.
fn value(k: u64) -> f64 {
    let mixed = k.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let mantissa = (mixed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
    mantissa * 10_f64.powi((mixed % 12) as i32 - 3)
}

/// Lower triangle by columns, as far apart as in a solid model.
fn entries() -> impl Iterator<Item = (u64, u64, f64)> {
    (1..=EQUATIONS).flat_map(|col| {
        (0..ENTRIES_PER_COLUMN).map(move |k| {
            let row = (col + 73 * k).min(EQUATIONS);
            (row, col, value(ENTRIES_PER_COLUMN * col + k))
        })
    })
}

fn write_file(path: &Path, head: &str, line: impl Fn((u64, u64, f64)) -> String) -> PathBuf {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a temporary file"));
    file.write_all(head.as_bytes()).expect("space for the file");
    for entry in entries() {
        file.write_all(line(entry).as_bytes()).expect("space for the file");
    }
    path.to_owned()
}

/// `%20.13e` of C, as CalculiX prints.
fn calculix_real(value: f64) -> String {
    let text = format!("{value:.13e}");
    let (mantissa, exponent) = text.split_once('e').expect("an exponent");
    let exponent: i32 = exponent.parse().expect("digits");
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{:>20}", format!("{mantissa}e{sign}{:02}", exponent.abs()))
}

fn read(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let count = EQUATIONS * ENTRIES_PER_COLUMN;
    let head = format!("%%MatrixMarket matrix coordinate real symmetric\n{EQUATIONS} {EQUATIONS} {count}\n");
    let mut files = vec![
        (
            "matrix_market_17_digits",
            write_file(&folder.path().join("k.mtx"), &head, |(row, col, value)| {
                format!("{row} {col} {value:.16e}\n")
            }),
        ),
        (
            "calculix_sti",
            write_file(&folder.path().join("k.sti"), "", |(row, col, value)| {
                format!("{col} {row} {}\n", calculix_real(value))
            }),
        ),
        (
            "abaqus_matrix_input",
            write_file(&folder.path().join("k_STIF1.mtx"), "", |(row, col, value)| {
                let label = |index: u64| format!("{},{}", index / 3 + 1, index % 3 + 1);
                format!("{}, {}, {value:.15e}\n", label(row), label(col))
            }),
        ),
    ];
    if let Some(given) = std::env::var_os("MODALSWEEP_BENCH_FILE") {
        files.push(("given", given.into()));
    }
    let mut group = c.benchmark_group("read");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (name, path) in files {
        let bytes = std::fs::metadata(&path).expect("the file").len();
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(name, |b| b.iter(|| read_matrix(black_box(&path)).expect("a matrix")));
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
