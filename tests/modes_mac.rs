//! MAC, angles between spans and pairs of modes against closed forms, and every refusal.

#[path = "support/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "support/solid.rs"]
mod solid;

use std::f64::consts::PI;

use approx::assert_relative_eq;
use faer::{Mat, MatRef};
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::modes::{ModeSet, ModesError, Pairing, PairingOptions, mac, pair_modes, subspace_mac};
use modalsweep::parallel::with_threads;
use random::Random;
use solid::{SolidFace, solid};

fn diagonal(values: &[f64]) -> SymmetricMatrix {
    let n = values.len();
    SymmetricMatrix::from_lower_csc((0..=n).collect(), (0..n).collect(), values.to_vec()).unwrap()
}

fn brick_mass(elements: [usize; 3]) -> SymmetricMatrix {
    let mass = solid(elements, SolidFace::Free).mass;
    SymmetricMatrix::from_lower_csc(mass.col_ptr, mass.row_idx, mass.values).unwrap()
}

/// Modes of `n` equal masses in a ring: cosines and sines round the ring, `waves` of them, with equal frequencies.
fn ring(n: usize, waves: &[usize], turned_by: f64) -> (Vec<f64>, Mat<f64>) {
    let angle = |i: usize, wave: usize| 2.0 * PI * (i * wave) as f64 / n as f64;
    let frequencies = waves.iter().flat_map(|&wave| [2.0 * (0.5 * angle(1, wave)).sin(); 2]).collect();
    let shape = |i: usize, k: usize| (angle(i, waves[k / 2]) - turned_by - 0.5 * PI * (k % 2) as f64).cos();
    (frequencies, Mat::from_fn(n, 2 * waves.len(), shape))
}

fn set<'a>(frequencies_hz: &'a [f64], shapes: &'a Mat<f64>) -> ModeSet<'a> {
    ModeSet { frequencies_hz, shapes: shapes.as_ref() }
}

fn paired(a: &(Vec<f64>, Mat<f64>), b: &(Vec<f64>, Mat<f64>)) -> Pairing {
    pair_modes(set(&a.0, &a.1), set(&b.0, &b.1), None, &PairingOptions::default()).unwrap()
}

fn numbers(pairing: &Pairing) -> Vec<(usize, usize)> {
    pairing.pairs.iter().map(|pair| (pair.a, pair.b)).collect()
}

fn unit(n: usize, ones: &[usize]) -> Mat<f64> {
    Mat::from_fn(n, ones.len(), |i, j| f64::from(u8::from(i == ones[j])))
}

#[test]
fn mac_is_the_squared_cosine() {
    for degrees in [0.0, 10.0, 45.0, 89.0, 90.0, 120.0, 180.0_f64] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (a, b) = (faer::mat![[3.0], [0.0]], faer::mat![[-2.0 * cos], [-2.0 * sin]]);
        assert_relative_eq!(mac(a.as_ref(), b.as_ref(), None).unwrap()[(0, 0)], cos * cos, epsilon = 1e-15);
        // Rows stretched by 2 and 3, weighed with 1/4 and 1/9: the same angle.
        let stretch = |shape: &Mat<f64>| Mat::from_fn(2, 1, |i, _| shape[(i, 0)] * [2.0, 3.0][i]);
        let mass = diagonal(&[0.25, 1.0 / 9.0]);
        let weighed = mac(stretch(&a).as_ref(), stretch(&b).as_ref(), Some(&mass)).unwrap();
        assert_relative_eq!(weighed[(0, 0)], cos * cos, epsilon = 1e-15);
    }
}

#[test]
fn a_coupled_mass_weighs_pairs_of_equations() {
    // M = [2 1; 1 2]: e_1' M e_2 = 1, e' M e = 2.
    let mass = SymmetricMatrix::from_lower_csc(vec![0, 2, 3], vec![0, 1, 1], vec![2.0, 1.0, 2.0]).unwrap();
    let both = unit(2, &[0, 1]);
    let auto = mac(both.as_ref(), both.as_ref(), Some(&mass)).unwrap();
    assert!((auto - faer::mat![[1.0, 0.25], [0.25, 1.0]]).norm_max() < 1e-15);
}

/// More columns than one block, with a column per wave of a ring: orthogonal by the closed form.
#[test]
fn the_auto_mac_of_orthogonal_modes_is_the_identity() {
    let (_, shapes) = ring(64, &(1..25).collect::<Vec<_>>(), 0.3);
    let auto = mac(shapes.as_ref(), shapes.as_ref(), None).unwrap();
    let weighed = mac(shapes.as_ref(), shapes.as_ref(), Some(&diagonal(&[3.0; 64]))).unwrap();
    for (i, j) in (0..48).flat_map(|i| (0..48).map(move |j| (i, j))) {
        let expected = f64::from(u8::from(i == j));
        assert_relative_eq!(auto[(i, j)], expected, epsilon = 1e-14);
        assert_relative_eq!(weighed[(i, j)], expected, epsilon = 1e-14);
        assert!(auto[(i, j)] <= 1.0);
    }
}

#[test]
fn scale_and_sign_do_not_matter() {
    let mut random = Random(7);
    let (a, b) = (random.matrix(30, 5), random.matrix(30, 4));
    let scaled = Mat::from_fn(30, 5, |i, j| a[(i, j)] * [-1.0, 1e-60, 1e60, -3.0, 1e3][j]);
    let (before, after) = (mac(a.as_ref(), b.as_ref(), None), mac(scaled.as_ref(), b.as_ref(), None));
    assert!((before.unwrap() - after.unwrap()).norm_max() < 1e-14);
}

#[test]
fn shapes_without_mass_have_mac_zero() {
    let shapes = faer::mat![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let found = mac(shapes.as_ref(), shapes.as_ref(), Some(&diagonal(&[1.0, 0.0]))).unwrap();
    assert_eq!(found, faer::mat![[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]);
    assert_eq!(mac(shapes.as_ref(), shapes.as_ref(), None).unwrap()[(2, 2)], 0.0);
    // M = v v', v = (0.1, 0.3, 0.7): a' M a of what is orthogonal to v is rounding of either sign.
    let v = [0.1, 0.3, 0.7];
    let lower = |i: usize, j: usize| v[i] * v[j];
    let values = vec![lower(0, 0), lower(1, 0), lower(2, 0), lower(1, 1), lower(2, 1), lower(2, 2)];
    let mass = SymmetricMatrix::from_lower_csc(vec![0, 3, 5, 6], vec![0, 1, 2, 1, 2, 2], values).unwrap();
    let shapes = faer::mat![[0.7, 0.3, 1.0], [0.0, -0.1, 1.0], [-0.1, 0.0, 1.0]];
    let found = mac(shapes.as_ref(), shapes.as_ref(), Some(&mass)).unwrap();
    assert_eq!(found, faer::mat![[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
    assert_eq!(subspace_mac(shapes.subcols(0, 2), shapes.as_ref(), Some(&mass)).unwrap(), 0.0);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let mass = brick_mass([6, 5, 4]);
    let mut random = Random(11);
    let (a, b) = (random.matrix(mass.size(), 41), random.matrix(mass.size(), 35));
    let work = || {
        let plain = mac(a.as_ref(), b.as_ref(), None).unwrap();
        (plain, mac(a.as_ref(), b.as_ref(), Some(&mass)).unwrap())
    };
    let one = with_threads(1, work).unwrap();
    for threads in [2, 4] {
        assert!(with_threads(threads, work).unwrap() == one, "{threads} threads");
    }
    // And the right ones: an entry by the product with one vector.
    let column = |shapes: &Mat<f64>, j: usize| shapes.col(j).iter().copied().collect::<Vec<f64>>();
    let (x, y) = (column(&a, 40), column(&b, 17));
    let expected = mass.bilinear(&x, &y).powi(2) / (mass.bilinear(&x, &x) * mass.bilinear(&y, &y));
    assert_relative_eq!(one.1[(40, 17)], expected, max_relative = 1e-9);
}

/// span(e1, e2) and span(e1, cos t e2 + sin t e3): angles 0 and t (Bjoerck & Golub).
#[test]
fn the_largest_principal_angle_counts() {
    for t in [0.0, 0.1, 0.7, 1.5, 0.5 * PI] {
        let a = faer::mat![[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
        let b = faer::mat![[2.0, 1.0], [t.cos(), -t.cos()], [t.sin(), -t.sin()]];
        let found = subspace_mac(a.as_ref(), b.as_ref(), None).unwrap();
        assert_relative_eq!(found, t.cos().powi(2), epsilon = 1e-14);
        // One shape against a plane: its projection.
        let shape = faer::mat![[t.cos()], [0.0], [t.sin()]];
        for (left, right) in [(shape.as_ref(), a.as_ref()), (a.as_ref(), shape.as_ref())] {
            assert_relative_eq!(subspace_mac(left, right, None).unwrap(), t.cos().powi(2), epsilon = 1e-14);
        }
    }
}

#[test]
fn spans_don_t_see_their_basis_nor_repeated_shapes() {
    let mass = brick_mass([2, 2, 1]);
    let mut random = Random(3);
    let a = random.matrix(mass.size(), 3);
    let turned = &a * random.well_conditioned(3);
    let same = subspace_mac(a.as_ref(), turned.as_ref(), Some(&mass)).unwrap();
    assert_relative_eq!(same, 1.0, epsilon = 1e-13);
    let repeated = Mat::from_fn(mass.size(), 4, |i, j| a[(i, [0, 1, 2, 1][j])] * (j + 1) as f64);
    let same = subspace_mac(repeated.as_ref(), turned.as_ref(), Some(&mass)).unwrap();
    assert_relative_eq!(same, 1.0, epsilon = 1e-13);
}

#[test]
fn a_turned_basis_of_double_frequencies_is_the_same() {
    let a = ring(12, &[1, 2, 3], 0.0);
    let b = ring(12, &[1, 2, 3], 0.25 * PI);
    let plain = mac(a.1.as_ref(), b.1.as_ref(), None).unwrap();
    assert_relative_eq!(plain[(0, 0)], 0.5, epsilon = 1e-14);
    let pairing = paired(&a, &b);
    assert_eq!(pairing.pairs.len(), 6);
    assert_eq!(pairing.groups.len(), 3);
    for (number, group) in pairing.groups.iter().enumerate() {
        let modes = [2 * number, 2 * number + 1];
        assert_eq!((group.a.as_slice(), group.b.as_slice()), (&modes[..], &modes[..]));
        assert_relative_eq!(group.subspace_mac, 1.0, epsilon = 1e-14);
    }
    for pair in &pairing.pairs {
        assert_eq!((pair.group, pair.a / 2), (Some(pair.a / 2), pair.b / 2));
        assert_relative_eq!(pair.subspace_mac, 1.0, epsilon = 1e-14);
    }
}

#[test]
fn a_double_frequency_cut_at_the_end_of_a_list_keeps_its_partner() {
    let whole = ring(12, &[1, 2], 0.0);
    let (mut frequencies, shapes) = ring(12, &[1, 2], 0.25 * PI);
    frequencies.truncate(3);
    let cut = (frequencies, shapes.subcols(0, 3).to_owned());
    let pairing = paired(&whole, &cut);
    assert_eq!(pairing.pairs.len(), 3);
    assert_eq!((pairing.unpaired_a.len(), pairing.unpaired_b.len()), (1, 0));
    assert!([2, 3].contains(&pairing.unpaired_a[0]));
    assert_eq!((pairing.groups[1].a.as_slice(), pairing.groups[1].b.as_slice()), (&[2, 3][..], &[2][..]));
    assert_relative_eq!(pairing.pairs[2].subspace_mac, 1.0, epsilon = 1e-14);
    let mirrored = paired(&cut, &whole);
    assert_eq!((mirrored.unpaired_a.len(), mirrored.unpaired_b.len()), (0, 1));
    assert_relative_eq!(mirrored.pairs[2].subspace_mac, 1.0, epsilon = 1e-14);
}

/// A symmetric model beside one whose symmetry is broken: two frequencies, 3 % apart.
#[test]
fn a_double_frequency_that_the_other_set_splits_is_one_group() {
    let a = ring(12, &[1, 2], 0.0);
    let mut b = ring(12, &[1, 2], 0.25 * PI);
    b.0[1] *= 1.03;
    for pairing in [paired(&a, &b), paired(&b, &a)] {
        assert_eq!((pairing.pairs.len(), pairing.groups.len()), (4, 2));
        assert_eq!(
            (pairing.groups[0].a.as_slice(), pairing.groups[0].b.as_slice()),
            (&[0, 1][..], &[0, 1][..])
        );
        assert_relative_eq!(pairing.groups[0].subspace_mac, 1.0, epsilon = 1e-14);
    }
}

#[test]
fn close_frequencies_of_unlike_modes_don_t_hide_a_wrong_shape() {
    // The first of each pair agrees, the second has nothing in common; the frequencies are equal.
    let (a, b) = ((vec![5.0, 5.0], unit(6, &[0, 1])), (vec![5.0, 5.0], unit(6, &[0, 2])));
    let pairing = paired(&a, &b);
    assert_eq!(numbers(&pairing), [(0, 0)]);
    assert_eq!((&pairing.unpaired_a[..], &pairing.unpaired_b[..]), (&[1][..], &[1][..]));
    assert_relative_eq!(pairing.pairs[0].subspace_mac, 1.0, epsilon = 1e-14);
    // Two planes that share one direction, and are 60 degrees apart in the other.
    let tilted = Mat::from_fn(6, 2, |i, j| {
        [[1.0, 0.0], [0.0, 0.5], [0.0, 0.75_f64.sqrt()]].get(i).map_or(0.0, |row| row[j])
    });
    let options = PairingOptions::default();
    let pairs = |least_match: f64| {
        let mut options = options.clone();
        options.least_match = least_match;
        pair_modes(set(&a.0, &a.1), set(&b.0, &tilted), None, &options).unwrap()
    };
    assert_eq!(numbers(&pairs(0.5)), [(0, 0)]);
    let both = pairs(0.2);
    assert_eq!(numbers(&both), [(0, 0), (1, 1)]);
    assert_relative_eq!(both.groups[0].subspace_mac, 0.25, epsilon = 1e-14);
}

#[test]
fn modes_that_change_places_are_found_and_others_are_listed() {
    let a = (vec![1.0, 2.0, 3.0, 4.0], unit(8, &[0, 1, 2, 3]));
    let b = (vec![1.1, 1.8, 3.3], unit(8, &[1, 0, 7]));
    let pairing = paired(&a, &b);
    assert_eq!(numbers(&pairing), [(0, 1), (1, 0)]);
    assert_eq!((&pairing.unpaired_a[..], &pairing.unpaired_b[..]), (&[2, 3][..], &[2][..]));
    assert!(pairing.groups.is_empty() && pairing.pairs[0].group.is_none());
    assert_relative_eq!(pairing.pairs[0].frequency_difference_percent.unwrap(), 80.0, max_relative = 1e-14);
    assert_relative_eq!(pairing.pairs[1].frequency_difference_percent.unwrap(), -45.0, max_relative = 1e-14);
}

#[test]
fn a_good_pair_is_not_given_up_for_two_poor_ones() {
    // MACs [0.64, 0.36; 0.36, 0.0]: the sum of the poor ones is larger.
    let a = (vec![1.0, 2.0], faer::mat![[1.0, 0.0], [0.0, 0.6], [0.0, -0.8], [0.0, 0.0]]);
    let b = (vec![1.0, 2.0], faer::mat![[0.8, 0.6], [0.6, 0.0], [0.0, 0.0], [0.0, 0.8]]);
    assert_eq!(numbers(&paired(&a, &b)), [(0, 0)]);
}

/// Two free bodies: the zero frequencies of one are rounding, in an order and basis of their own.
#[test]
fn rigid_body_motions_are_one_group_without_a_difference() {
    let rigid = unit(9, &[0, 1, 2, 5]);
    let mixed = Mat::from_fn(9, 4, |i, j| match (i, j) {
        (0..3, 0..3) => [[1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 0.0, -2.0]][i][j],
        (5, 3) => 1.0,
        _ => 0.0,
    });
    let (a, b) = ((vec![0.0, 0.0, 0.0, 50.0], rigid), (vec![1e-4, 3e-4, -2e-5, 51.0], mixed));
    let pairing = paired(&a, &b);
    assert_eq!(pairing.pairs.len(), 4);
    assert_eq!(pairing.groups.len(), 1);
    assert_eq!(
        (pairing.groups[0].a.as_slice(), pairing.groups[0].b.as_slice()),
        (&[0, 1, 2][..], &[0, 1, 2][..])
    );
    assert_relative_eq!(pairing.groups[0].subspace_mac, 1.0, epsilon = 1e-14);
    assert!(pairing.pairs[..3].iter().all(|pair| pair.frequency_difference_percent.is_none()));
    assert_relative_eq!(pairing.pairs[3].frequency_difference_percent.unwrap(), 2.0, max_relative = 1e-14);
}

#[test]
fn nothing_pairs_with_nothing() {
    let pairing = paired(&(vec![], Mat::zeros(4, 0)), &(vec![1.0], unit(4, &[0])));
    assert_eq!((pairing.pairs.len(), pairing.unpaired_b), (0, vec![0]));
    assert_eq!(
        mac(Mat::zeros(0, 2).as_ref(), Mat::zeros(0, 1).as_ref(), None).unwrap(),
        Mat::<f64>::zeros(2, 1)
    );
    assert_eq!(subspace_mac(Mat::zeros(3, 0).as_ref(), Mat::zeros(3, 2).as_ref(), None).unwrap(), 0.0);
}

#[test]
fn what_does_not_fit_is_refused() {
    let (good, mass) = (unit(4, &[0, 1]), diagonal(&[1.0; 4]));
    let check =
        |a: MatRef<'_, f64>, b: MatRef<'_, f64>, mass: &SymmetricMatrix| mac(a, b, Some(mass)).unwrap_err();
    let short = unit(3, &[0]);
    assert_eq!(check(good.as_ref(), short.as_ref(), &mass), ModesError::ShapesDiffer { left: 4, right: 3 });
    let other = diagonal(&[1.0; 5]);
    assert_eq!(check(good.as_ref(), good.as_ref(), &other), ModesError::MassDiffers { rows: 4, size: 5 });
    let mut broken = good.clone();
    broken[(2, 1)] = f64::INFINITY;
    let expected = ModesError::ShapeNotFinite { mode: 1, dof: 2, value: f64::INFINITY };
    assert_eq!(check(broken.as_ref(), good.as_ref(), &mass), expected);
    assert_eq!(check(good.as_ref(), broken.as_ref(), &mass), expected);
    assert_eq!(expected.to_string(), "the shape of mode 2 is inf at equation 3, not a finite number");

    let pair = |frequencies: &[f64], options: &PairingOptions| {
        pair_modes(set(&[1.0, 2.0], &good), set(frequencies, &good), None, options).unwrap_err()
    };
    let options = PairingOptions::default();
    assert_eq!(pair(&[1.0], &options), ModesError::FrequenciesDiffer { frequencies: 1, shapes: 2 });
    assert!(matches!(pair(&[1.0, f64::NAN], &options), ModesError::FrequencyNotFinite { mode: 1, .. }));
    let mut wrong = PairingOptions::default();
    wrong.least_match = 1.5;
    let error = pair(&[1.0, 2.0], &wrong);
    assert_eq!(error.to_string(), "least_match is 1.5, it must be in 0 to 1");
    assert!(ModesError::ShapesDiffer { left: 4, right: 3 }.help().is_some());
}
