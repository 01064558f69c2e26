//! The files of a run: all of them, or none.

use modalsweep::io::{NpyWriter, write_dof_labels, write_npy};
use modalsweep::stress::{Envelope, StressRecovery};
use ndarray::{Array2, aview1};

use super::super::assemble::DOFS;
use super::super::deck::DeckModel;
use super::super::failure::Failure;
use super::super::output::OutputFolder;

use super::plan::Plan;
use super::recover::Recovered;
use super::source::Cases;
use super::vtu;

const SUPPORTS: &str = "supports.txt";
const ENVELOPE: &str = "envelope.npy";

/// Everything that a run may write.
pub fn results(deck: &DeckModel) -> Vec<String> {
    let arrays = [
        "displacements",
        "stress",
        "von_mises",
        "points",
        "principal",
        "principal_directions",
        "section_forces",
        "section_points",
        "reactions",
        "rms_von_mises",
    ];
    let others = [DOFS, SUPPORTS, ENVELOPE].map(String::from);
    arrays.iter().map(|name| format!("{name}.npy")).chain(others).chain([vtu_name(deck)]).collect()
}

fn vtu_name(deck: &DeckModel) -> String {
    format!("{}.vtu", deck.stem())
}

/// Writes what is left, and tells the names of all files.
pub fn write(
    plan: &Plan,
    deck: &DeckModel,
    recovery: &StressRecovery,
    cases: &Cases,
    recovered: &mut Recovered,
    mut folder: OutputFolder,
) -> Result<Vec<String>, Failure> {
    clear_earlier_results(deck, &folder);
    folder.publish(std::mem::take(&mut recovered.files))?;
    folder.add(DOFS, |path| write_dof_labels(path, deck.model.equations().labels()))?;
    integers(&mut folder, "points.npy", &recovery.points())?;
    let envelope = envelope_table(&recovered.envelope);
    folder.add(ENVELOPE, |path| write_npy(path, envelope.view()))?;
    let ends = recovery.section_points();
    if !plan.args.envelope_only && !ends.is_empty() {
        integers(&mut folder, "section_points.npy", &ends)?;
    }
    if let Some(solution) = cases.solution() {
        let reactions = &solution.reactions;
        folder.add("reactions.npy", |path| write_npy(path, reactions.values.view()))?;
        folder.add(SUPPORTS, |path| write_dof_labels(path, &reactions.labels))?;
    }
    if let Some(rms) = &recovered.rms_von_mises {
        folder.add("rms_von_mises.npy", |path| write_npy(path, aview1(rms)))?;
    }
    if let Some(nodal) = &recovered.nodal {
        folder.add(vtu_name(deck), |path| vtu::write(plan, &recovered.envelope, nodal, path))?;
    }
    Ok(folder.finish())
}

fn integers(folder: &mut OutputFolder, name: &str, table: &Array2<i64>) -> Result<(), Failure> {
    folder.add(name, |path| {
        let mut writer = NpyWriter::create(path, table.shape())?;
        table.rows().into_iter().try_for_each(|row| writer.write(&row.to_vec()))?;
        writer.finish()
    })
}

/// What an earlier run left would not belong to this one. An envelope with names of the equations is ours.
fn clear_earlier_results(deck: &DeckModel, folder: &OutputFolder) {
    if [DOFS, ENVELOPE].iter().all(|name| folder.path(name).is_file()) {
        results(deck).iter().for_each(|name| folder.clear(name));
    }
}

/// The envelope as a table: element, value, case and point from 1; by element number.
fn envelope_table(envelope: &Envelope) -> Array2<f64> {
    let mut ranked = envelope.ranked();
    ranked.sort_unstable_by_key(|own| own.element);
    let rows = ranked.iter().map(|own| {
        [own.element as f64, own.extreme.value, own.extreme.case as f64 + 1.0, own.extreme.point as f64 + 1.0]
    });
    Array2::from(rows.collect::<Vec<_>>())
}
