//! What holds for every list of modes, recomputed here from K, M and the result; and lists against known spectra.

use faer::Mat;
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::modes::{Modes, ModesOptions, Proof, Wanted, modes};
use modalsweep::parallel::Silent;

use super::pencil::Pencil;

/// The modes of a pair with the count proved, after [`check`].
#[track_caller]
pub fn solved(what: &str, pencil: &Pencil, wanted: Wanted, options: &ModesOptions) -> Modes {
    let found = modes(&pencil.k, &pencil.m, wanted, options, &Silent);
    let found = found.unwrap_or_else(|error| panic!("{what}: {error}"));
    check(what, pencil, &found, options);
    assert!(found.proof.is_complete(), "{what}: {:?}", found.proof);
    found
}

/// The lowest modes with default options.
#[track_caller]
pub fn lowest(what: &str, pencil: &Pencil, count: usize) -> Modes {
    let found = solved(what, pencil, Wanted::Lowest(count), &ModesOptions::default());
    assert_eq!(found.eigenvalues.len(), count, "{what}: number of modes");
    found
}

/// Sizes, order, signs, orthogonality, residuals; each as the result claims it and as it comes out here.
#[track_caller]
pub fn check(what: &str, pencil: &Pencil, found: &Modes, options: &ModesOptions) {
    let count = found.eigenvalues.len();
    assert_eq!((found.shapes.nrows(), found.shapes.ncols()), (pencil.size(), count), "{what}: shapes");
    assert_eq!((found.residuals.len(), found.attainable.len()), (count, count), "{what}: lengths");
    assert!(found.eigenvalues.is_sorted(), "{what}: {:?}", found.eigenvalues);
    for mode in 0..count {
        let column = found.shapes.col(mode);
        let extreme = column.iter().copied().fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
        assert!(extreme > 0.0, "{what}: mode {} has {extreme} as its largest entry", mode + 1);
    }
    check_orthogonality(what, pencil, found);
    for mode in 0..count {
        let (claimed, attainable) = (found.residuals[mode], found.attainable[mode]);
        let allowed = options.tolerance.max(10.0 * attainable);
        assert!(claimed <= allowed, "{what}: mode {}: residual {claimed:e}, {attainable:e}", mode + 1);
        let own = residual(pencil, found, mode);
        let rounding = 4.0 * attainable + 1e-13;
        assert!(
            (own - claimed).abs() <= 0.01 * claimed + rounding,
            "{what}: mode {}: residual {own:e}, claimed {claimed:e}",
            mode + 1
        );
    }
}

fn check_orthogonality(what: &str, pencil: &Pencil, found: &Modes) {
    let count = found.eigenvalues.len();
    let gram = found.shapes.transpose() * product(&pencil.m, &found.shapes);
    let defect = (&gram - Mat::<f64>::identity(count, count)).norm_max();
    assert!(defect <= 1e-9, "{what}: orthogonality {defect:e}");
    let claimed = found.orthogonality_defect;
    assert!((defect - claimed).abs() <= 0.1 * claimed + 1e-13, "{what}: {defect:e}, claimed {claimed:e}");
}

fn product(matrix: &SymmetricMatrix, shapes: &Mat<f64>) -> Mat<f64> {
    let mut image = Mat::zeros(shapes.nrows(), shapes.ncols());
    for col in 0..shapes.ncols() {
        let x: Vec<f64> = shapes.col(col).iter().copied().collect();
        let mut y = vec![0.0; x.len()];
        matrix.multiply_into(&x, &mut y);
        y.iter().enumerate().for_each(|(row, &value)| image[(row, col)] = value);
    }
    image
}

/// `||K x - lambda M x|| / (lambda ||M x||)`, and `||K x|| / || |K| |x| ||` of a rigid mode.
fn residual(pencil: &Pencil, found: &Modes, mode: usize) -> f64 {
    let x: Vec<f64> = found.shapes.col(mode).iter().copied().collect();
    let lambda = found.eigenvalues[mode];
    let (mut force, mut inertia) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    pencil.k.multiply_into(&x, &mut force);
    pencil.m.multiply_into(&x, &mut inertia);
    if lambda == 0.0 {
        let magnitudes = pencil.k.values().iter().map(|value| value.abs()).collect();
        let x: Vec<f64> = x.iter().map(|value| value.abs()).collect();
        pencil.k.with_values(magnitudes).unwrap().multiply_into(&x, &mut inertia);
        return norm(&force) / norm(&inertia);
    }
    let rest: Vec<f64> = force.iter().zip(&inertia).map(|(f, i)| f - lambda * i).collect();
    norm(&rest) / (lambda.abs() * norm(&inertia))
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Same length, and each within `relative` of the expected value or within `absolute`.
#[track_caller]
pub fn assert_close(what: &str, found: &[f64], expected: &[f64], relative: f64, absolute: f64) {
    assert_eq!(found.len(), expected.len(), "{what}: {found:?} is not {expected:?}");
    for (mode, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= relative * expected.abs() + absolute,
            "{what}: number {}: {found} is not {expected}, {:e}",
            mode + 1,
            error / expected.abs()
        );
    }
}

/// Each Sturm count, and what the proof says, against the whole spectrum (finite eigenvalues, ascending).
#[track_caller]
pub fn check_counts(what: &str, found: &Modes, spectrum: &[f64]) {
    let below = |end: f64| spectrum.iter().filter(|&&value| value < end).count();
    for count in &found.counts {
        assert_eq!(count.below, below(count.eigenvalue), "{what}: {count:?}");
        assert!(count.probe_residual < 1e-8, "{what}: {count:?}");
    }
    assert!(found.counts.is_sorted_by(|a, b| a.eigenvalue <= b.eigenvalue), "{what}: {:?}", found.counts);
    let Proof::Complete { from_hz, to_hz, counted } = found.proof else {
        panic!("{what}: {:?}", found.proof)
    };
    let first = from_hz.map_or(0, |hz| below(eigenvalue_of(hz)));
    let end = to_hz.map_or(spectrum.len(), |hz| below(eigenvalue_of(hz)));
    assert_eq!(counted, end - first, "{what}: {:?}", found.proof);
}

/// `sign(f) (2 pi f)^2`
pub fn eigenvalue_of(hz: f64) -> f64 {
    hz.signum() * (std::f64::consts::TAU * hz).powi(2)
}

/// `sign(lambda) sqrt(|lambda|) / (2 pi)`
pub fn hz_of(eigenvalue: f64) -> f64 {
    eigenvalue.signum() * eigenvalue.abs().sqrt() / std::f64::consts::TAU
}
