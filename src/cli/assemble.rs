//! `modalsweep assemble`.

mod affine;
mod report;

pub use report::other_schemes;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};
use modalsweep::io::{write_dof_labels, write_npz};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::model::{AffineModel, Assembly, MassProperties, MassScheme, ModelErrorKind, Parameter};

use super::deck::{DeckModel, check_memory, check_overwriting};
use super::failure::Failure;
use super::output::OutputFolder;
use super::progress::Display;
use super::{Common, Outcome};

/// Names of the equations.
pub const DOFS: &str = "dofs.txt";

/// Bytes an entry of the lower triangle: the pattern, K, and both triangles while one file is written.
const BYTES_PLAIN: u64 = 8 + 8 + 32;

/// Further bytes an entry: constants of K and M, their terms with places, a term while it is made and written.
const BYTES_AFFINE: u64 = 16 + 24 + 24;

#[derive(Debug, Args)]
#[command(after_help = "\
K and M have one row and column for each component that no support holds, named by dofs.txt, and both triangles, as \
scipy.sparse.load_npz reads them. C3D8 is the element of Abaqus, with the mean change of volume; CalculiX integrates it \
plainly and is stiffer. `condense -k DIR/stiffness.npz -m DIR/mass.npz --dofs DIR/dofs.txt` goes on from there.

With --parameter affine.json lists the terms of K(p) = K_0 + sum f_i K_i and M(p) = M_0 + sum f_i M_i: the file of each, \
and the parameters whose product is its factor. K_0 is what no parameter changes.")]
pub struct AssembleArgs {
    /// Mesh deck of Abaqus or CalculiX, .inp or .inp.gz
    #[arg(value_name = "DECK.inp")]
    deck: PathBuf,
    /// Folder for stiffness.npz, mass.npz and dofs.txt
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Mass matrix; default consistent, and none where a material has no density
    #[arg(long, value_enum)]
    mass: Option<MassChoice>,
    /// No mass matrix
    #[arg(long, conflicts_with = "mass")]
    no_mass: bool,
    /// Also write the terms that are proportional to this property of an element set: youngs_modulus, density or
    /// area; may be given several times
    #[arg(long, value_name = "SET.PROPERTY")]
    parameter: Vec<Parameter>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MassChoice {
    /// With as many integration points as make it exact for elements with straight edges
    Consistent,
    /// As CalculiX: with the integration points of the stiffness
    Calculix,
    /// Diagonal
    Lumped,
    /// As Abaqus: lumped for T3D2, C3D4 and C3D8, else consistent
    Abaqus,
}

impl MassChoice {
    pub fn name(self) -> &'static str {
        match self {
            Self::Consistent => "consistent",
            Self::Calculix => "calculix",
            Self::Lumped => "lumped",
            Self::Abaqus => "abaqus",
        }
    }

    pub fn scheme(self) -> MassScheme {
        match self {
            Self::Consistent => MassScheme::Consistent,
            Self::Calculix => MassScheme::Calculix,
            Self::Lumped => MassScheme::Lumped,
            Self::Abaqus => MassScheme::Abaqus,
        }
    }
}

/// What was assembled.
struct Assembled {
    stiffness: SymmetricMatrix,
    mass: Option<SymmetricMatrix>,
    affine: Option<AffineModel>,
    /// `None` where a density is missing.
    inertia: Option<MassProperties>,
    warnings: Vec<String>,
}

impl AssembleArgs {
    fn mass_choice(&self) -> MassChoice {
        self.mass.unwrap_or(MassChoice::Consistent)
    }

    fn check_overwriting(&self, deck: &DeckModel) -> Result<(), Failure> {
        // More terms than parameters come only with products of two.
        let terms = 0..=(self.parameter.len() + 1).pow(2);
        let numbered = terms.flat_map(|at| [format!("stiffness_{at}.npz"), format!("mass_{at}.npz")]);
        let plain = ["stiffness.npz", "mass.npz", DOFS, affine::INDEX].map(String::from);
        check_overwriting(&deck.files, &self.output, plain.into_iter().chain(numbered))
    }

    /// That the matrices have room; the pattern is there already.
    fn check_memory(&self, common: &Common, entries: usize) -> Result<(), Failure> {
        let mass = if self.no_mass { 0 } else { 8 + 24 };
        let affine = if self.parameter.is_empty() { 0 } else { BYTES_AFFINE };
        let bytes = (BYTES_PLAIN - 8 + mass + affine) * entries as u64;
        check_memory(common, "the assembly", bytes, "raise --memory")
    }

    fn assemble(&self, deck: &DeckModel, common: &Common) -> Result<Assembled, Failure> {
        let display = Display::new(common.quiet);
        let in_deck = |error| Failure::of_deck(&deck.path, error);
        let assembly = Assembly::new(&deck.model).map_err(in_deck)?;
        self.check_memory(common, assembly.entries())?;
        let stiffness = assembly.stiffness(&display).map_err(in_deck)?;
        let mut warnings = Vec::new();
        let mass = match (!self.no_mass).then(|| assembly.mass(self.mass_choice().scheme(), &display)) {
            None => None,
            Some(Ok(mass)) => Some(mass.without_zeros()),
            Some(Err(error)) => match &error.kind {
                ModelErrorKind::NoDensity { .. } if self.mass.is_none() => {
                    warnings.push(format!("no mass matrix: {error}"));
                    None
                }
                _ => return Err(in_deck(error)),
            },
        };
        let affine = match &self.parameter[..] {
            [] => None,
            parameters => {
                let scheme = (!self.no_mass).then(|| self.mass_choice().scheme());
                Some(assembly.affine(parameters, scheme, &display).map_err(in_deck)?)
            }
        };
        let inertia = deck.model.mass_properties().ok();
        Ok(Assembled { stiffness, mass, affine, inertia, warnings })
    }
}

/// Reads, assembles, writes, prints.
pub fn run(args: &AssembleArgs, common: &Common) -> Result<Outcome> {
    let started = Instant::now();
    let folder = OutputFolder::open(&args.output)?;
    let deck = DeckModel::load(&args.deck)?;
    args.check_overwriting(&deck)?;
    let read_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let assembled = args.assemble(&deck, common)?;
    let compute_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let files = write(args, &deck, &assembled, folder)?;
    let write_seconds = started.elapsed().as_secs_f64();
    let seconds = report::Seconds { read: read_seconds, compute: compute_seconds, write: write_seconds };
    report::Report { args, deck: &deck, assembled: &assembled, seconds, files }.print(common)?;
    Ok(Outcome::Done)
}

fn write(
    args: &AssembleArgs,
    deck: &DeckModel,
    assembled: &Assembled,
    mut folder: OutputFolder,
) -> Result<Vec<String>, Failure> {
    clear_earlier_results(&folder);
    add_matrix(&mut folder, "stiffness.npz", &assembled.stiffness)?;
    if let Some(mass) = &assembled.mass {
        add_matrix(&mut folder, "mass.npz", mass)?;
    }
    if let Some(terms) = &assembled.affine {
        affine::write(args, terms, &mut folder)?;
    }
    folder.add(DOFS, |path| write_dof_labels(path, deck.model.equations().labels()))?;
    Ok(folder.finish())
}

/// Both triangles, as SciPy has no word for symmetry.
fn add_matrix(folder: &mut OutputFolder, name: &str, matrix: &SymmetricMatrix) -> Result<(), Failure> {
    let (size, (col_ptr, row_idx, values)) = (matrix.size(), matrix.to_full_csc());
    folder.add(name, |path| write_npz(path, (size, size), &col_ptr, &row_idx, &values))
}

/// What an earlier run left would not belong to this one. A stiffness with names of its equations is ours.
fn clear_earlier_results(folder: &OutputFolder) {
    if !["stiffness.npz", DOFS].iter().all(|name| folder.path(name).is_file()) {
        return;
    }
    let is_affine = folder.path(affine::INDEX).is_file();
    [DOFS, "stiffness.npz", "mass.npz", affine::INDEX].iter().for_each(|name| folder.clear(name));
    if is_affine {
        for quantity in ["stiffness", "mass"] {
            let terms = (0..).map(|at| format!("{quantity}_{at}.npz"));
            terms.take_while(|name| folder.path(name).is_file()).for_each(|name| folder.clear(&name));
        }
    }
}
