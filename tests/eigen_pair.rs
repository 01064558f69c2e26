//! Natural frequencies of one dense pair, against closed forms, other programs and 50 digits.

#![allow(clippy::excessive_precision)] // reference numbers keep all their digits

mod support;

use faer::{Mat, mat};
use modalsweep::eigen::{
    EigenError, PairModes, PairOptions, PairWorkspace, definite_pair, definite_pair_with,
};
use support::beam::{BeamEnd, BeamMass, CANTILEVER_NASTRAN_HZ, beam};
use support::chain::{ChainEnds, chain_eigenvalues, chain_mass, chain_stiffness};
use support::random::{Random, congruent};
use support::tolerance::{self, largest_relative_error};

const SIZES: [usize; 15] = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 74, 75, 76, 127, 128];

fn solve(stiffness: &Mat<f64>, mass: &Mat<f64>) -> PairModes {
    solve_with(stiffness, mass, &PairOptions::default()).unwrap()
}

fn solve_shapes(stiffness: &Mat<f64>, mass: &Mat<f64>) -> PairModes {
    solve_with(stiffness, mass, &PairOptions::default().with_vectors()).unwrap()
}

fn solve_with(stiffness: &Mat<f64>, mass: &Mat<f64>, options: &PairOptions) -> Result<PairModes, EigenError> {
    faer::disable_global_parallelism();
    let result = definite_pair(stiffness.as_ref(), mass.as_ref(), options);
    if let Ok(modes) = &result {
        let all = modes.eigenvalues.len() + modes.infinite_count + modes.indefinite_count;
        assert_eq!(all, stiffness.nrows(), "every eigenvalue is counted once");
        assert!(modes.eigenvalues.is_sorted(), "{:?}", modes.eigenvalues);
    }
    result
}

// The next three: mpmath 1.4.1 with 50 digits, massless rotations eliminated exactly, then Cholesky of
// the mass and eigsy; 20 digits.
const CANTILEVER_CONSISTENT_HZ: [f64; 20] = [
    351.3337541107898959,
    2201.8420455464947951,
    6166.5870907943411706,
    12092.486245354861621,
    20021.056513201166783,
    29993.819519247289428,
    42082.784239388640555,
    56379.329845234679526,
    72897.77267272168608,
    90622.447986609073724,
    120614.4575423653653,
    145717.46022386243411,
    176643.44262721447578,
    213196.84948322578734,
    256187.43773657047981,
    306402.14642655824823,
    363651.83664647291423,
    424546.21145492743122,
    478086.15234054442133,
    598319.2012015121571,
];
const FREE_LUMPED_HZ: [f64; 9] = [
    2168.9048732091802974,
    5859.4461750946891986,
    11271.977689154809313,
    18300.742541915325561,
    26859.529312338311924,
    36771.635226327818136,
    47553.967714950187815,
    58046.442344091082432,
    66123.650225123259567,
];
const FREE_CONSISTENT_HZ: [f64; 20] = [
    2235.6979696049993615,
    6164.1088334017426674,
    12092.223642356846425,
    20018.669304499902228,
    29984.182675884050878,
    42052.137227432439535,
    56298.044009675693755,
    72714.53953045544057,
    90331.4696426334105,
    119960.22448553564397,
    144327.67675021260717,
    174288.46690852155507,
    209495.57998195990826,
    250719.93747675775285,
    298873.91033681562922,
    354334.12396674981444,
    415238.99905071978204,
    473008.50383898390875,
    597758.95835582554658,
    598868.58402919016242,
];

/// Frequencies lose half of what eigenvalues lose; the scaled stiffness has a condition of about 1e4.
fn frequency_tolerance(expected_hz: &[f64], n: usize) -> f64 {
    let spread = (expected_hz[expected_hz.len() - 1] / expected_hz[0]).powi(2);
    0.5 * tolerance::eigenvalue(n, spread, 1e4)
}

#[test]
fn cantilever_with_massless_rotations_agrees_with_nastran() {
    let (stiffness, mass) = beam(10, BeamMass::Lumped, BeamEnd::Clamped);
    for modes in [solve(&stiffness, &mass), solve_shapes(&stiffness, &mass)] {
        assert_eq!((modes.infinite_count, modes.indefinite_count), (10, 0));
        assert_eq!((modes.rigid_count, modes.shift), (0, 0.0));
        let error = largest_relative_error(&modes.frequencies_hz(), &CANTILEVER_NASTRAN_HZ);
        assert!(error < tolerance::printed(10), "{error:e}");
    }
}

#[test]
fn cantilever_with_consistent_mass() {
    let (stiffness, mass) = beam(10, BeamMass::Consistent, BeamEnd::Clamped);
    let error = |modes: &PairModes| {
        assert_eq!(modes.infinite_count, 0);
        largest_relative_error(&modes.frequencies_hz(), &CANTILEVER_CONSISTENT_HZ)
    };
    let values = error(&solve(&stiffness, &mass));
    let shapes = error(&solve_shapes(&stiffness, &mass));
    println!("consistent cantilever: {values:e}, with shapes {shapes:e}");
    assert!(values < frequency_tolerance(&CANTILEVER_CONSISTENT_HZ, 20), "{values:e}");
    assert!(shapes < tolerance::eigenvalue(20, 1.0, 1e4), "{shapes:e}");
}

#[test]
fn free_beam_has_two_rigid_modes_and_the_right_elastic_ones() {
    let cases: [(BeamMass, &[f64], usize); 2] =
        [(BeamMass::Lumped, &FREE_LUMPED_HZ, 11), (BeamMass::Consistent, &FREE_CONSISTENT_HZ, 0)];
    for (kind, expected, infinite) in cases {
        let (stiffness, mass) = beam(10, kind, BeamEnd::Free);
        let modes = solve_shapes(&stiffness, &mass);
        assert_eq!((modes.rigid_count, modes.infinite_count), (2, infinite));
        assert_eq!(modes.eigenvalues[..2], [0.0, 0.0]);
        let error = largest_relative_error(&modes.frequencies_hz()[2..], expected);
        println!("free beam {kind:?}: {error:e}, shift {:e}", modes.shift);
        assert!(error < tolerance::eigenvalue(22, 1.0, 1e4), "{error:e}");
        let ratio = tolerance::orthogonality_ratio(mass.as_ref(), modes.vectors.unwrap().as_ref());
        let spread = (expected[expected.len() - 1] / expected[0]).powi(2);
        println!("{kind:?} {ratio}, spread {spread}");
        assert!(ratio < tolerance::ORTHOGONALITY_RATIO * spread / 22.0, "{ratio}");
    }
}

#[test]
fn long_free_beam_keeps_its_low_modes() {
    // Free-free continuum: beta L = 4.730040744862704, f = beta^2 sqrt(EI / (rho A)) / (2 pi).
    let (stiffness, mass) = beam(60, BeamMass::Consistent, BeamEnd::Free);
    let modes = solve(&stiffness, &mass);
    assert_eq!(modes.rigid_count, 2);
    let beta = 4.730_040_744_862_704_f64 / 60.0;
    let exact = beta.powi(2) * (2.9e5 / 7.357e-5_f64).sqrt() / std::f64::consts::TAU;
    let discretization = (4.73_f64 / 60.0).powi(4) / 720.0;
    let error = tolerance::relative_error(modes.frequencies_hz()[2], exact);
    println!("long free beam: {error:e}");
    assert!(error < discretization + 1e-7, "{error:e}");
}

#[test]
fn chains_have_their_closed_form() {
    for n in SIZES {
        for ends in [ChainEnds::Fixed, ChainEnds::Free, ChainEnds::Ring] {
            if n < 3 && ends == ChainEnds::Ring || n == 0 {
                continue;
            }
            let stiffness = chain_stiffness(n, 3.0, ends);
            let expected = chain_eigenvalues(n, 3.0, 0.5, ends);
            let modes = solve(&stiffness, &chain_mass(n, 0.5));
            let rigid = usize::from(ends != ChainEnds::Fixed);
            assert_eq!((modes.rigid_count, modes.infinite_count), (rigid, 0), "{n} {ends:?}");
            if n == rigid {
                continue;
            }
            let spread = expected[n - 1] / expected[rigid];
            let error = largest_relative_error(&modes.eigenvalues[rigid..], &expected[rigid..]);
            println!("chain {n} {ends:?}: {error:e} of {:e}", tolerance::eigenvalue(n, spread, 1.0));
            assert!(error < tolerance::eigenvalue(n, spread, 1.0), "{n} {ends:?} {error:e}");
        }
    }
}

#[test]
fn random_pairs_with_known_spectrum_pass_lapacks_ratios() {
    for n in SIZES {
        let mut random = Random(n as u64);
        let x = random.well_conditioned(n);
        let spectrum: Vec<f64> = (0..n).map(|k| 1.0 + k as f64).collect();
        let stiffness = congruent(&x, &spectrum);
        let mass = congruent(&x, &vec![1.0; n]);
        let modes = solve_shapes(&stiffness, &mass);
        let error = largest_relative_error(&modes.eigenvalues, &spectrum);
        assert!(error < tolerance::eigenvalue(n, n as f64, 100.0), "{n}: {error:e}");
        let shapes = modes.vectors.unwrap();
        let shapes = shapes.as_ref();
        let ratio = tolerance::pair_ratio(stiffness.as_ref(), mass.as_ref(), shapes, &modes.eigenvalues);
        let orthogonality = tolerance::orthogonality_ratio(mass.as_ref(), shapes);
        println!("random {n}: {error:e}, ratios {ratio:.3} {orthogonality:.3}");
        assert!(ratio < tolerance::PAIR_RATIO, "{n}: {ratio}");
        assert!(orthogonality < tolerance::ORTHOGONALITY_RATIO, "{n}: {orthogonality}");
        let worst = modes.residuals.unwrap().into_iter().fold(0.0, f64::max);
        assert!(worst < tolerance::eigenvalue(n, n as f64, 100.0), "{n}: residual {worst:e}");
    }
}

#[test]
fn residuals_bound_the_error() {
    let (stiffness, mass) = beam(10, BeamMass::Consistent, BeamEnd::Clamped);
    let modes = solve_shapes(&stiffness, &mass);
    let residuals = modes.residuals.as_ref().unwrap();
    for (j, (found, expected)) in modes.frequencies_hz().iter().zip(CANTILEVER_CONSISTENT_HZ).enumerate() {
        let error = 2.0 * tolerance::relative_error(*found, expected);
        let bound = residuals[j] + tolerance::eigenvalue(20, 1.0, 1e4);
        assert!(error <= bound, "mode {j}: {error:e} against {bound:e}");
        assert!(residuals[j] < 1e-9, "mode {j}: {:e}", residuals[j]);
    }
}

#[test]
fn repeated_eigenvalues_come_with_all_their_shapes() {
    let n = 40;
    let x = Random(7).well_conditioned(n);
    let spectrum: Vec<f64> = (0..n).map(|k| [2.0, 5.0, 5.0, 9.0][4 * k / n]).collect();
    let stiffness = congruent(&x, &spectrum);
    let mass = congruent(&x, &vec![1.0; n]);
    let modes = solve_shapes(&stiffness, &mass);
    let error = largest_relative_error(&modes.eigenvalues, &spectrum);
    assert!(error < tolerance::eigenvalue(n, 4.5, 30.0), "{error:e}");
    let ratio = tolerance::orthogonality_ratio(mass.as_ref(), modes.vectors.unwrap().as_ref());
    assert!(ratio < tolerance::ORTHOGONALITY_RATIO, "{ratio}");
}

#[test]
fn mass_that_is_indefinite_by_rounding_gives_no_spurious_mode() {
    let n = 20;
    let x = Random(3).well_conditioned(n);
    let ones = vec![1.0; n];
    let stiffness = congruent(&x, &ones);
    for noise in [1e-17, 1e-14, 1e-12] {
        let sign = |k: usize| if k.is_multiple_of(2) { noise } else { -noise };
        let inverse: Vec<f64> =
            (0..n).map(|k| if k < 8 { 1.0 / (1.0 + k as f64) } else { sign(k) }).collect();
        let modes = solve(&stiffness, &congruent(&x, &inverse));
        let expected: Vec<f64> = (1..=8).map(f64::from).collect();
        assert_eq!((modes.infinite_count, modes.indefinite_count), (12, 0), "{noise:e}");
        let error = largest_relative_error(&modes.eigenvalues, &expected);
        assert!(error < tolerance::eigenvalue(n, 8.0, 100.0), "{noise:e}: {error:e}");
    }
}

#[test]
fn truly_negative_mass_is_counted_and_spoils_nothing_else() {
    let stiffness = mat![[4.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 2.0]];
    let mass = mat![[1.0, 0.0, 0.0], [0.0, -0.5, 0.0], [0.0, 0.0, 1.0]];
    let modes = solve_shapes(&stiffness, &mass);
    assert_eq!((modes.indefinite_count, modes.infinite_count), (1, 0));
    let error = largest_relative_error(&modes.eigenvalues, &[2.0, 4.0]);
    assert!(error < tolerance::eigenvalue(3, 2.0, 1.0), "{error:e}");
}

#[test]
fn no_mass_means_no_finite_frequency() {
    for n in [1, 2, 17] {
        let stiffness = chain_stiffness(n, 1.0, ChainEnds::Fixed);
        for modes in [solve(&stiffness, &Mat::zeros(n, n)), solve_shapes(&stiffness, &Mat::zeros(n, n))] {
            assert_eq!((modes.eigenvalues.len(), modes.infinite_count), (0, n));
        }
    }
}

#[test]
fn barely_held_without_mass_is_still_held() {
    let soft = 2f64.powi(-30);
    let stiffness = mat![[1.0, -1.0], [-1.0, 1.0 + soft]];
    let modes = solve(&stiffness, &Mat::zeros(2, 2));
    assert_eq!((modes.infinite_count, modes.rigid_count), (2, 0));
    assert!(modes.pivot_ratio > 1e9);
}

#[test]
fn no_stiffness_means_rigid_modes_only() {
    let mass = mat![[2.0, 0.5], [0.5, 3.0]];
    let modes = solve_shapes(&Mat::zeros(2, 2), &mass);
    assert_eq!((modes.eigenvalues, modes.rigid_count), (vec![0.0, 0.0], 2));
}

#[test]
fn units_of_single_equations_cost_no_accuracy() {
    for end in [BeamEnd::Clamped, BeamEnd::Free] {
        let (stiffness, mass) = beam(10, BeamMass::Consistent, end);
        let plain = solve(&stiffness, &mass);
        let n = stiffness.nrows();
        let unit = |i: usize| [1e8, 1.0, 1e-8, 3.0e3, 7.0e-5][i % 5];
        let scaled = |a: &Mat<f64>| Mat::from_fn(n, n, |i, j| unit(i) * (a[(i, j)] * unit(j)));
        let modes = solve(&scaled(&stiffness), &scaled(&mass));
        assert_eq!(modes.rigid_count, plain.rigid_count, "{end:?}");
        let elastic = plain.rigid_count..;
        let error = largest_relative_error(&modes.eigenvalues[elastic.clone()], &plain.eigenvalues[elastic]);
        println!("scaled {end:?}: {error:e}");
        assert!(error < tolerance::eigenvalue(n, 3e6, 1e4), "{end:?}: {error:e}");
    }
}

#[test]
fn units_of_the_whole_pair_change_no_digit() {
    let (stiffness, mass) = beam(10, BeamMass::Lumped, BeamEnd::Clamped);
    let plain = solve(&stiffness, &mass);
    for (k, m) in [(300, 300), (-300, -300), (200, -200), (-400, 400), (0, 600)] {
        let power = |a: &Mat<f64>, p: i32| Mat::from_fn(20, 20, |i, j| a[(i, j)] * 2f64.powi(p));
        let modes = solve(&power(&stiffness, k), &power(&mass, m));
        let expected: Vec<f64> = plain.eigenvalues.iter().map(|v| v * 2f64.powi(k - m)).collect();
        assert_eq!(modes.eigenvalues, expected, "2^{k}, 2^{m}");
    }
}

#[test]
fn a_soft_joint_in_a_free_body_is_not_a_rigid_mode() {
    // Three unit masses, springs 1 and e: lambda^2 - 2 (1 + e) lambda + 3 e = 0.
    for e in [2f64.powi(-10), 2f64.powi(-20), 2f64.powi(-27)] {
        let stiffness = mat![[1.0, -1.0, 0.0], [-1.0, 1.0 + e, -e], [0.0, -e, e]];
        let modes = solve(&stiffness, &chain_mass(3, 1.0));
        let root = (1.0 - e + e * e).sqrt();
        let expected = [3.0 * e / (1.0 + e + root), 1.0 + e + root];
        assert_eq!(modes.rigid_count, 1, "{e:e}");
        let error = largest_relative_error(&modes.eigenvalues[1..], &expected);
        println!("soft joint {e:e}: {error:e}");
        assert!(error < tolerance::eigenvalue(3, 1.0, 1.0 / e), "{e:e}: {error:e}");
    }
}

#[test]
fn negative_stiffness_of_a_heavy_body_is_an_unstable_mode() {
    let stiffness = mat![[-1.0, 0.0], [0.0, 100.0]];
    let modes = solve(&stiffness, &chain_mass(2, 1.0));
    assert_eq!(modes.unstable_count, 1);
    assert!(largest_relative_error(&modes.eigenvalues, &[-1.0, 100.0]) < 1e-14);
    let hertz = 1.0 / std::f64::consts::TAU;
    assert!(largest_relative_error(&modes.frequencies_hz(), &[-hertz, 10.0 * hertz]) < 1e-14);
}

#[test]
fn a_used_workspace_gives_the_same_bits() {
    let (stiffness, mass) = beam(10, BeamMass::Consistent, BeamEnd::Free);
    let other = chain_stiffness(22, 1e9, ChainEnds::Fixed);
    let options = PairOptions::default().with_vectors();
    let fresh = solve_shapes(&stiffness, &mass);
    let mut work = PairWorkspace::new(22);
    for k in [other.as_ref(), stiffness.as_ref(), stiffness.as_ref()] {
        let again = definite_pair_with(&mut work, k, mass.as_ref(), &options).unwrap();
        if k == stiffness {
            assert_eq!(again.eigenvalues, fresh.eigenvalues);
            assert_eq!(again.vectors, fresh.vectors);
            assert_eq!(again.residuals, fresh.residuals);
        }
    }
}

#[test]
fn only_the_lower_triangle_is_read() {
    let (stiffness, mass) = beam(5, BeamMass::Consistent, BeamEnd::Free);
    let lower = |a: &Mat<f64>| Mat::from_fn(12, 12, |i, j| if i >= j { a[(i, j)] } else { f64::NAN });
    let both = solve_shapes(&stiffness, &mass);
    let one = solve_shapes(&lower(&stiffness), &lower(&mass));
    assert_eq!(both.eigenvalues, one.eigenvalues);
    assert_eq!(both.vectors, one.vectors);
}
