//! From files to checked matrices of one model.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use modalsweep::io::{DofLabel, Format, MatrixFile, Quantity, read_dof_labels, read_matrix_of, read_nodes};
use modalsweep::matrix::{DofNames, MatrixError, SymmetricMatrix, TriangleReport};

use super::failure::Failure;

/// The files of a model.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// Stiffness matrix: Matrix Market, CalculiX .sti, Abaqus .mtx, Harwell-Boeing, .npz or .npy
    #[arg(short = 'k', long, value_name = "FILE")]
    stiffness: PathBuf,
    /// Mass matrix, in any of these formats
    #[arg(short, long, value_name = "FILE")]
    mass: Option<PathBuf>,
    /// Names of the equations, one node.component a line; default: the .dof file beside K
    #[arg(long, value_name = "FILE")]
    dofs: Option<PathBuf>,
    /// Coordinates for the rigid-body check: a table `node x y z` or a deck with *NODE
    #[arg(long, value_name = "FILE")]
    nodes: Option<PathBuf>,
}

/// One matrix and where it is from.
pub struct Loaded {
    pub matrix: SymmetricMatrix,
    pub report: TriangleReport,
    pub format: Format,
    pub notes: Vec<String>,
}

/// A model as loaded.
pub struct Model {
    pub stiffness: Loaded,
    pub mass: Option<Loaded>,
    pub names: DofNames,
    pub coordinates: Option<HashMap<i64, [f64; 3]>>,
    pub warnings: Vec<String>,
}

impl ModelArgs {
    /// K, then M, names and coordinates where they are given.
    pub fn of_files(stiffness: &Path, others: [Option<&Path>; 3]) -> Self {
        let [mass, dofs, nodes] = others.map(|path| path.map(Path::to_owned));
        Self { stiffness: stiffness.to_owned(), mass, dofs, nodes }
    }

    /// The files that are read.
    pub fn files(&self) -> Vec<PathBuf> {
        let optional = [&self.mass, &self.dofs, &self.nodes];
        std::iter::once(&self.stiffness).chain(optional.into_iter().flatten()).cloned().collect()
    }

    /// CalculiX' own names of the files say which is which.
    fn exchanged(&self) -> Vec<String> {
        let is = |path: &Path, ending: &str| {
            let name = path.to_string_lossy().to_ascii_lowercase();
            name.strip_suffix(".gz").unwrap_or(&name).ends_with(ending)
        };
        let stiffness = Some(&self.stiffness).filter(|path| is(path, ".mas"));
        let mass = self.mass.as_ref().filter(|path| is(path, ".sti"));
        let stiffness =
            stiffness.map(|path| format!("{}: a .mas file has a mass, -k takes K", path.display()));
        let mass = mass.map(|path| format!("{}: a .sti file has a stiffness, -m takes M", path.display()));
        stiffness.into_iter().chain(mass).collect()
    }

    pub fn load(&self) -> Result<Model, Failure> {
        let (mut stiffness, own_labels) = load_matrix(&self.stiffness, Quantity::Stiffness)?;
        let mass = self.mass.as_deref().map(|path| load_matrix(path, Quantity::Mass)).transpose()?;
        let size = stiffness.matrix.size();
        let mass_labels =
            mass.as_ref().and_then(|(mass, labels)| labels.clone().filter(|_| mass.matrix.size() == size));
        let labels = match &self.dofs {
            Some(path) => {
                let labels = read_dof_labels(path)?;
                if labels.len() != size {
                    let found = labels.len();
                    return Err(Failure::new(format!(
                        "{}: {found} names for {size} equations",
                        path.display()
                    ))
                    .with_help("one line node.component per equation of K, in their order"));
                }
                Some(labels)
            }
            None => own_labels.clone().or(mass_labels),
        };
        let names = labels.map_or_else(|| DofNames::equations(size), DofNames::labelled);
        let mass = match (mass, &self.mass) {
            (Some((mass, labels)), Some(path)) => {
                Some(fit_mass(mass, labels, own_labels.as_deref(), size, path)?)
            }
            _ => None,
        };
        let coordinates: Option<HashMap<_, _>> = match &self.nodes {
            Some(path) => Some(read_nodes(path)?.into_iter().collect()),
            None => None,
        };
        let mut warnings = self.exchanged();
        if let (Some(path), Some(known)) = (&self.nodes, &coordinates) {
            warnings.extend(missing_nodes(path, known, &names)?);
        }
        stiffness.notes.dedup();
        Ok(Model { stiffness, mass, names, coordinates, warnings })
    }
}

/// Nodes of the model without coordinates: a warning for some, a failure for all.
fn missing_nodes(
    path: &Path,
    known: &HashMap<i64, [f64; 3]>,
    names: &DofNames,
) -> Result<Option<String>, Failure> {
    let mut nodes: Vec<i64> = names.labels().unwrap_or_default().iter().map(|label| label.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let missing: Vec<i64> = nodes.iter().copied().filter(|node| !known.contains_key(node)).collect();
    let Some(first) = missing.first() else { return Ok(None) };
    let (path, count) = (path.display(), nodes.len());
    if missing.len() == count {
        return Err(Failure::new(format!("{path}: none of the {count} nodes of the model, such as {first}"))
            .with_help("give the nodes of the deck that K was exported from"));
    }
    Ok(Some(format!(
        "{path}: no coordinates for {} of {count} nodes, such as {first}: rotations are left out",
        missing.len()
    )))
}

/// Reads one symmetric matrix.
pub fn load_matrix(path: &Path, quantity: Quantity) -> Result<(Loaded, Option<Vec<DofLabel>>), Failure> {
    let MatrixFile { format, contents, dofs, notes } = read_matrix_of(path, quantity)?;
    let (matrix, report) = SymmetricMatrix::from_contents(&contents)
        .map_err(|error| Failure::in_file(path, &error, dofs.clone().map(DofNames::labelled).as_ref()))?;
    Ok((Loaded { matrix, report, format, notes }, dofs))
}

/// Brings M to the equations of K: by names where both have them, padded where a format without a
/// size just ends with the last DOF that has mass.
fn fit_mass(
    mut mass: Loaded,
    labels: Option<Vec<DofLabel>>,
    stiffness_labels: Option<&[DofLabel]>,
    size: usize,
    path: &Path,
) -> Result<Loaded, Failure> {
    let own = mass.matrix.size();
    let places = match (labels, stiffness_labels) {
        (Some(of_mass), Some(of_stiffness)) if of_mass != of_stiffness => {
            // A name that M has twice stands for two equations that K has not.
            let twice = DofNames::labelled(of_mass.clone()).positions_of(&of_mass).err();
            let places = match twice {
                None => DofNames::labelled(of_stiffness.to_vec()).positions_of(&of_mass),
                Some(error) => Err(error),
            };
            places.map_err(|error| Failure::in_file(path, &error, None))?
        }
        _ if own < size && mass.format == Format::CoordinateText => (0..own).collect(),
        _ if own != size => {
            let error = MatrixError::SizesDiffer { stiffness: size, mass: own };
            return Err(Failure::in_file(path, &error, None));
        }
        _ => return Ok(mass),
    };
    if own < size {
        mass.notes.push(format!("{} of {size} equations have no mass in this file", size - own));
    }
    mass.matrix = mass.matrix.embedded(size, &places);
    Ok(mass)
}
