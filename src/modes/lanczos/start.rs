//! Blocks to start from.

/// Random part of a start from given shapes.
const RANDOM_PART: f64 = 1e-3;

/// Numbers between -1 and 1 that depend on the equation, the column and `draw` alone.
pub(super) fn draw(block: &mut [f64], width: usize, dof_order: &[u32], draw: u64) {
    for (row, &dof) in block.chunks_exact_mut(width).zip(dof_order) {
        for (col, value) in row.iter_mut().enumerate() {
            let mut bits = (u64::from(dof) << 20) ^ ((draw << 10) + col as u64);
            // SplitMix64.
            bits = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            bits ^= bits >> 31;
            *value = (bits >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
        }
    }
}

/// Adds combinations of the given columns that outweigh the random ones.
pub(super) fn mix(block: &mut [f64], width: usize, given: &[f64], columns: usize) {
    let largest = given.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    for (row, given) in block.chunks_exact_mut(width).zip(given.chunks_exact(columns)) {
        for (col, value) in row.iter_mut().enumerate() {
            // Each of the given columns goes to one of the block, with changing signs.
            let part: f64 = given
                .iter()
                .skip(col)
                .step_by(width)
                .enumerate()
                .map(|(k, x)| if k % 2 == 0 { *x } else { -x })
                .sum();
            *value = part + RANDOM_PART * largest * *value;
        }
    }
}
