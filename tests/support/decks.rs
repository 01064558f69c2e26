//! Models from the decks of `data/` and from decks written in a test.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use modalsweep::io::inp::read_deck;
use modalsweep::model::Model;
use ndarray::Array2;

/// A file of `data/`.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// The model of a deck of `data/`.
pub fn example(name: &str) -> Model {
    let deck = read_deck(&data(name)).unwrap_or_else(|error| panic!("{error}"));
    Model::from_deck(&deck).unwrap_or_else(|error| panic!("{error}"))
}

/// The model of a deck in a text.
pub fn model(text: &str) -> Model {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), text).expect("written");
    let deck = read_deck(file.path()).unwrap_or_else(|error| panic!("{error}"));
    Model::from_deck(&deck).unwrap_or_else(|error| panic!("{error}"))
}

/// Displacements of all equations, one row, from those of a field.
pub fn field(model: &Model, at: impl Fn([f64; 3]) -> [f64; 3]) -> Array2<f64> {
    let equations = model.equations();
    let own = equations.labels().iter().zip(equations.nodes());
    let values = own.map(|(label, &node)| match label.component {
        component @ 1..=3 => at(model.positions()[node as usize])[component as usize - 1],
        _ => 0.0,
    });
    let values: Vec<f64> = values.collect();
    Array2::from_shape_vec((1, values.len()), values).expect("one row")
}
