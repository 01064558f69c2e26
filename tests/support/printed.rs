//! What CalculiX prints in its `.dat` files, packed by gzip or not.
#![allow(dead_code)]

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// A table of a `.dat` file.
pub struct Table {
    /// Its heading.
    pub heading: String,
    /// The numbers in front (node, or element and point) and the values of each line.
    pub rows: Vec<(Vec<i64>, Vec<f64>)>,
}

/// The text of a file, unpacked where its name ends in `.gz`.
pub fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_none_or(|ending| ending != "gz") {
        return String::from_utf8(bytes).expect("UTF-8");
    }
    let mut text = String::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("gzip of UTF-8");
    text
}

/// All tables in their order; `leading` integers stand in front of each line of a table of that heading.
pub fn tables(path: &Path) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for line in text(path).lines().filter(|line| !line.trim().is_empty()) {
        if line.contains(" for set ") {
            tables.push(Table { heading: line.trim().into(), rows: Vec::new() });
            continue;
        }
        let Some(table) = tables.last_mut() else { continue };
        let words: Vec<&str> = line.split_whitespace().collect();
        let leading = words.iter().take_while(|word| word.parse::<i64>().is_ok()).count();
        let numbers = words[..leading].iter().map(|word| word.parse().unwrap()).collect();
        let values = words[leading..].iter().map(|word| word.parse().unwrap()).collect();
        table.rows.push((numbers, values));
    }
    tables
}

/// The tables whose heading begins so.
pub fn of<'a>(tables: &'a [Table], heading: &str) -> Vec<&'a Table> {
    tables.iter().filter(|table| table.heading.starts_with(heading)).collect()
}
