//! Condenses the bracket of `data/` to 60 masters and prints its lowest frequencies.
//!
//!     cargo run --release --example condense

use std::path::Path;

use modalsweep::condense::{Certificate, GuyanOptions, Known, Partition, choose_masters, condense};
use modalsweep::eigen::{PairOptions, definite_pair};
use modalsweep::io::read_matrix;
use modalsweep::matrix::{DofNames, SymmetricMatrix};
use modalsweep::parallel::Silent;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/bracket");
    let stiffness = read_matrix(&data.join("bracket.sti.gz"))?;
    let mass = read_matrix(&data.join("bracket.mas.gz"))?;
    let names = DofNames::labelled(stiffness.dofs.ok_or("bracket.dof is missing")?);
    let (k, _) = SymmetricMatrix::from_contents(&stiffness.contents)?;
    let (m, _) = SymmetricMatrix::from_contents(&mass.contents)?;

    let options = GuyanOptions::default();
    let masters = choose_masters(&k, &m, 60, &options, &Silent)?;
    let guyan = condense(&k, Some(&m), Partition::new(k.size(), &masters)?, &options, &Silent)?;

    let reduced_mass = guyan.mass().ok_or("a mass was given")?;
    let modes = definite_pair(guyan.stiffness(), reduced_mass, &PairOptions::default())?;
    for (mode, hz) in modes.frequencies_hz().iter().take(5).enumerate() {
        println!("mode {}: {hz:.2} Hz", mode + 1);
    }
    for sentence in Certificate::new(&guyan, &k, Some(&m), Known::names(&names)).in_words() {
        println!("{sentence}");
    }
    Ok(())
}
