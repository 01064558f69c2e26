//! Stresses of C3D10, and assembly, of the decks that the script wrote.

use std::path::Path;

use modalsweep::io::inp::read_deck;
use modalsweep::io::read_npy;
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::model::{Assembly, MassScheme, Model};
use modalsweep::parallel::Silent;
use modalsweep::stress::{Displacements, Envelope, EnvelopeOf, Extreme, StressRecovery};
use ndarray::{Array2, Array3, Ix2, s};

use super::{Error, Program, Ready};

/// A model that lives as long as the process: recoveries and assemblies borrow it.
fn model(deck: &Path) -> Result<&'static Model, Error> {
    Ok(Box::leak(Box::new(Model::from_deck(&read_deck(deck)?)?)))
}

/// The recovery of the deck, and the displacements of the first `cases` cases.
fn recovery(folder: &Path, cases: usize) -> Result<(StressRecovery<'static>, Array2<f64>), Error> {
    let all = read_npy(&folder.join("solids_displacements.npy"))?.into_dimensionality::<Ix2>()?;
    Ok((StressRecovery::new(model(&folder.join("solids.inp"))?), all.slice(s![..cases, ..]).to_owned()))
}

/// The six components at all points.
struct Stress {
    recovery: StressRecovery<'static>,
    moved: Array2<f64>,
    found: Array3<f64>,
}

pub fn stress<const CASES: usize>(folder: &Path) -> Ready {
    let (recovery, moved) = recovery(folder, CASES)?;
    let found = Array3::zeros((CASES, recovery.point_count(), 6));
    Ok(Box::new(Stress { recovery, moved, found }))
}

impl Program for Stress {
    fn run(&mut self) -> Result<(), Error> {
        let displacements = Displacements::new(self.recovery.model(), self.moved.view())?;
        self.recovery.stresses_into(&displacements, self.found.view_mut());
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        self.found.slice(s![-1, .., ..]).iter().copied().collect()
    }
}

/// The von Mises stress at all points.
struct Mises {
    recovery: StressRecovery<'static>,
    moved: Array2<f64>,
    found: Array2<f64>,
}

pub fn mises<const CASES: usize>(folder: &Path) -> Ready {
    let (recovery, moved) = recovery(folder, CASES)?;
    let found = Array2::zeros((CASES, recovery.point_count()));
    Ok(Box::new(Mises { recovery, moved, found }))
}

impl Program for Mises {
    fn run(&mut self) -> Result<(), Error> {
        let displacements = Displacements::new(self.recovery.model(), self.moved.view())?;
        self.recovery.von_mises_into(&displacements, self.found.view_mut());
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        self.found.row(self.found.nrows() - 1).to_vec()
    }
}

/// The largest von Mises stress of each element, and its case.
struct OfAllCases {
    recovery: StressRecovery<'static>,
    moved: Array2<f64>,
    found: Vec<Extreme>,
}

pub fn envelope<const CASES: usize>(folder: &Path) -> Ready {
    let (recovery, moved) = recovery(folder, CASES)?;
    Ok(Box::new(OfAllCases { recovery, moved, found: Vec::new() }))
}

impl Program for OfAllCases {
    fn run(&mut self) -> Result<(), Error> {
        let mut envelope = Envelope::new(&self.recovery, EnvelopeOf::VonMises);
        envelope.add(&Displacements::new(self.recovery.model(), self.moved.view())?);
        self.found = envelope.of_block(0).to_vec();
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        let largest = self.found.iter().map(|extreme| extreme.value).fold(0.0, f64::max);
        let values = self.found.iter().map(|extreme| extreme.value / largest);
        values.chain(self.found.iter().map(|extreme| extreme.case as f64)).collect()
    }
}

/// The pattern, K and M; the mass by the points of the stiffness, as NumPy's side has it.
struct Both {
    model: &'static Model,
    found: Option<[SymmetricMatrix; 2]>,
}

pub fn assembly(folder: &Path) -> Ready {
    Ok(Box::new(Both { model: model(&folder.join("assembly.inp"))?, found: None }))
}

impl Program for Both {
    fn run(&mut self) -> Result<(), Error> {
        let assembly = Assembly::new(self.model)?;
        let stiffness = assembly.stiffness(&Silent)?;
        self.found = Some([stiffness, assembly.mass(MassScheme::Calculix, &Silent)?]);
        Ok(())
    }

    fn result(&self) -> Vec<f64> {
        let scaled = |matrix: &SymmetricMatrix| {
            let (diagonal, largest) = (matrix.diagonal(), matrix.largest_entry());
            diagonal.into_iter().map(move |value| value / largest)
        };
        self.found.iter().flatten().flat_map(scaled).collect()
    }
}
