//! Computes the lowest modes of the bracket of `data/`, proved to be all, with the mass that moves in each along z.
//!
//!     cargo run --release --example modes

use std::path::Path;

use modalsweep::io::read_matrix;
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::modes::{ModesOptions, ModesPlan, ParticipationOptions, PlanOptions, Wanted, participation};
use modalsweep::parallel::Silent;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/bracket");
    let stiffness = read_matrix(&folder.join("bracket.sti.gz"))?;
    let (k, _) = SymmetricMatrix::from_contents(&stiffness.contents)?;
    let (m, _) = SymmetricMatrix::from_contents(&read_matrix(&folder.join("bracket.mas.gz"))?.contents)?;
    // The plan serves every pair with these patterns.
    let plan = ModesPlan::new(&k, &m, &PlanOptions::default())?;
    let found = plan.modes(&k, &m, Wanted::Lowest(10), &ModesOptions::default(), &Silent)?;
    let mass = match &stiffness.dofs {
        Some(labels) => {
            let parts =
                participation(found.shapes.as_ref(), &m, labels, None, &ParticipationOptions::default())?;
            parts.directions.into_iter().find(|along| along.direction == "z")
        }
        None => None,
    };
    println!("mode           Hz   residual   mass along z");
    for (mode, hz) in found.frequencies_hz().iter().enumerate() {
        let part = mass.as_ref().map_or(0.0, |along| 100.0 * along.effective[mode] / along.total);
        println!("{:4} {hz:12.4}   {:.1e}   {part:8.2} %", mode + 1, found.residuals[mode]);
    }
    println!("{:?}", found.proof);
    Ok(())
}
