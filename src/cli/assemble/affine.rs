//! The terms of K and M by parameters, one file each, and the list of them.

use std::io::Write;

use modalsweep::io::write_atomically;
use modalsweep::matrix::AffineSum;
use modalsweep::model::AffineModel;
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::OutputFolder;
use super::{AssembleArgs, add_matrix};

/// The list of the terms.
pub const INDEX: &str = "affine.json";

/// Writes the terms of K, those of M where there is one, and the list.
pub fn write(args: &AssembleArgs, affine: &AffineModel, folder: &mut OutputFolder) -> Result<(), Failure> {
    let stiffness = terms(args, "stiffness", &affine.stiffness, &affine.stiffness_factors, folder)?;
    let mass = match &affine.mass {
        None => Vec::new(),
        Some(mass) => terms(args, "mass", mass, &affine.mass_factors, folder)?,
    };
    let index = json!({
        "parameters": parameters(args, affine),
        "stiffness": stiffness,
        "mass": mass,
        "mass_scheme": affine.mass.as_ref().map(|_| args.mass_choice().name()),
    });
    folder.add(INDEX, |path| write_atomically(path, |file| writeln!(file, "{index:#}")))
}

/// Name, set, property and value of each parameter.
pub fn parameters(args: &AssembleArgs, affine: &AffineModel) -> Vec<Value> {
    let each = args.parameter.iter().zip(&affine.nominal);
    let each = each.map(|(parameter, nominal)| {
        json!({
            "name": parameter.to_string(),
            "element_set": parameter.element_set,
            "property": parameter.property.name(),
            "nominal": nominal,
        })
    });
    each.collect()
}

/// Writes the constant as number 0 and the terms after it; returns the file and the factors of each.
fn terms(
    args: &AssembleArgs,
    quantity: &str,
    sum: &AffineSum,
    factors: &[Vec<usize>],
    folder: &mut OutputFolder,
) -> Result<Vec<Value>, Failure> {
    let mut list = Vec::new();
    for number in 0..=sum.term_count() {
        let name = format!("{quantity}_{number}.npz");
        let (matrix, of_term) = match number {
            0 => (sum.constant().without_zeros(), &[][..]),
            _ => (sum.term(number - 1).without_zeros(), &factors[number - 1][..]),
        };
        add_matrix(folder, &name, &matrix)?;
        let names: Vec<_> = of_term.iter().map(|&parameter| args.parameter[parameter].to_string()).collect();
        list.push(json!({ "file": name, "factors": names }));
    }
    Ok(list)
}
