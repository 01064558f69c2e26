//! The files of a run: all of them, or none.

use modalsweep::io::{NpyWriter, write_dof_labels, write_npy};
use modalsweep::stress::{RankedElement, StressRecovery};
use ndarray::{Array2, ArrayView2};

use super::super::assemble::DOFS;
use super::super::deck::DeckModel;
use super::super::failure::Failure;
use super::super::output::OutputFolder;
use super::recover::Recovered;
use super::source::Cases;

const SUPPORTS: &str = "supports.txt";
const ENVELOPE: &str = "envelope.npy";

/// Everything that a run may write.
pub const RESULTS: [&str; 12] = [
    "displacements.npy",
    DOFS,
    "stress.npy",
    "von_mises.npy",
    "points.npy",
    ENVELOPE,
    "section_forces.npy",
    "section_points.npy",
    "reactions.npy",
    SUPPORTS,
    "rms_von_mises.npy",
    "results.vtu",
];
