//! What the tests of batches share: every instruction set of the machine, and results to the last bit.

use modalsweep::eigen::{InstructionSet, Spectra};

/// All that there are.
pub const SETS: [InstructionSet; 4] =
    [InstructionSet::Plain, InstructionSet::Neon, InstructionSet::Avx2, InstructionSet::Avx512];

/// Those that this machine has.
pub fn sets() -> impl Iterator<Item = InstructionSet> {
    SETS.into_iter().filter(|set| set.is_available())
}

/// The bits of all numbers of one result.
pub fn bits(spectra: &Spectra<f64>, index: usize) -> Vec<u64> {
    let spectrum = spectra.get(index).expect("a spectrum");
    let mut numbers = spectrum.values.to_vec();
    if let Some(x) = spectrum.vectors {
        numbers.extend(x.col_iter().flat_map(|column| column.iter().copied().collect::<Vec<_>>()));
    }
    numbers.iter().map(|number| number.to_bits()).collect()
}
