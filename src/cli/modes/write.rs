//! The files of a run: all of them, or none.

use faer::ColRef;
use modalsweep::io::{write_dof_labels, write_npy};
use ndarray::aview1;

use super::super::assemble::DOFS;
use super::super::failure::Failure;
use super::super::output::{OutputFolder, OutputFormat};
use super::pair::Pair;
use super::report::record;
use super::{Found, ModesArgs, vtu};

/// Written last, so that a folder with a record is whole.
const RECORD: &str = "modes.json";

const MESH: &str = "modes.vtu";

/// Everything that a run may write.
pub fn results() -> impl Iterator<Item = String> {
    let formats = [OutputFormat::Npy, OutputFormat::Mtx].map(OutputFormat::ending);
    let arrays = formats
        .into_iter()
        .flat_map(|ending| ["frequencies", "shapes"].map(|name| format!("{name}.{ending}")));
    arrays.chain([RECORD, MESH, DOFS].map(String::from))
}

/// Writes everything, and tells the names of the files.
pub fn write(
    args: &ModesArgs,
    pair: &Pair,
    found: &Found,
    mut folder: OutputFolder,
) -> Result<Vec<String>, Failure> {
    // What an earlier run left would not belong to this one. Its record marks the folder as ours.
    if folder.path(RECORD).is_file() {
        results().for_each(|name| folder.clear(&name));
    }
    let hertz = found.modes.frequencies_hz();
    match args.format {
        OutputFormat::Npy => folder.add("frequencies.npy", |path| write_npy(path, aview1(&hertz)))?,
        OutputFormat::Mtx => {
            folder.add_matrix("frequencies", args.format, ColRef::from_slice(&hertz).as_mat())?
        }
    }
    folder.add_matrix("shapes", args.format, found.modes.shapes.as_ref())?;
    if let Some(labels) = pair.names().labels() {
        folder.add(DOFS, |path| write_dof_labels(path, labels))?;
    }
    if let Some(deck) = pair.deck() {
        folder.add(MESH, |path| vtu::write(&deck.model, &found.modes, path))?;
    }
    folder.add_json(RECORD, &record(args, pair, found))?;
    Ok(folder.finish())
}
