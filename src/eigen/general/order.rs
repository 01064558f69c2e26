//! The order of the eigenvalues: descending magnitude, conjugates adjacent, positive imaginary part first.

use std::cmp::Ordering;

use faer::c64;

/// Sorts eigenvalues of a real matrix, whose complex ones are in exact conjugate pairs.
///
/// Equal magnitudes come in descending order of the real part.
pub(super) fn sort(values: &mut [c64]) {
    let signs = |value: &c64| i64::from(value.im > 0.0) - i64::from(value.im < 0.0);
    if values.iter().map(signs).sum::<i64>() != 0 {
        // No pairs: there was a NaN, and the caller's checks find it.
        return values.sort_unstable_by(compare);
    }
    let mut kept = 0;
    for i in 0..values.len() {
        if values[i].im >= 0.0 {
            values.swap(kept, i);
            kept += 1;
        }
    }
    values[..kept].sort_unstable_by(compare);
    // From the end, each complex one with its conjugate behind it.
    let mut end = values.len();
    for i in (0..kept).rev() {
        let value = values[i];
        if value.im > 0.0 {
            end -= 1;
            values[end] = value.conj();
        }
        end -= 1;
        values[end] = value;
    }
}

/// Descending magnitude, then real part, then imaginary part.
pub(super) fn compare(a: &c64, b: &c64) -> Ordering {
    let (larger, smaller) = (magnitude(b), magnitude(a));
    let by_magnitude = larger.0.cmp(&smaller.0).then(larger.1.total_cmp(&smaller.1));
    by_magnitude.then(b.re.total_cmp(&a.re)).then(b.im.total_cmp(&a.im))
}

/// Orders as `|z|` does: the square, or that of `2^600 z` where it would lose digits or vanish.
fn magnitude(z: &c64) -> (bool, f64) {
    const FAR: f64 = f64::from_bits((1023 + 600) << 52);
    let square = |z: c64| z.re * z.re + z.im * z.im;
    let plain = square(*z);
    if plain > 1e-290 { (true, plain) } else { (false, square(c64::new(z.re * FAR, z.im * FAR))) }
}
