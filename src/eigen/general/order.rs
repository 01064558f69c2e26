//! The order of the eigenvalues: descending magnitude, conjugates adjacent, positive imaginary part first.

use std::cmp::Ordering;

use faer::c64;

/// Sorts eigenvalues of a real matrix, whose complex ones are in exact conjugate pairs.
///
/// Equal magnitudes come in descending order of the real part.
pub(super) fn sort(values: &mut [c64]) {
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

fn compare(a: &c64, b: &c64) -> Ordering {
    let square = |z: &c64| z.re * z.re + z.im * z.im;
    square(b).total_cmp(&square(a)).then(b.re.total_cmp(&a.re)).then(b.im.total_cmp(&a.im))
}
