//! Which mode of one set is which mode of another.
//!
//! Modes with (nearly) the same frequency are known only up to a rotation among themselves: their shapes are
//! compared as subspaces. The rest is an assignment on the MAC.

use faer::{Mat, MatRef};

use super::ModesError;
use super::assignment::assign;
use super::mac::Grams;
use super::subspace::{orthonormal, smallest_squared_cosine};
use crate::matrix::SymmetricMatrix;

/// Weight of the plain MAC beside the match of subspaces, which it only refines where that is equal.
const PLAIN_MAC: f64 = 1e-6;

/// Natural frequencies with their shapes, in any order.
#[derive(Debug, Clone, Copy)]
pub struct ModeSet<'a> {
    /// Natural frequencies, Hz.
    pub frequencies_hz: &'a [f64],
    /// One column per frequency, of any scale.
    pub shapes: MatRef<'a, f64>,
}

/// Options of [`pair_modes`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PairingOptions {
    /// Modes of one set form a cluster where neighbouring frequencies differ by at most this part of the
    /// higher one. Default 1e-3: a relative change e of the stiffness turns two modes with the relative gap g
    /// into each other by up to e / (2 g) radians, so below it the change of a model by a part in a thousand,
    /// or the double frequency that an unsymmetric mesh splits, leaves of single shapes only their span. 0:
    /// exactly equal frequencies alone.
    pub cluster_tolerance: f64,
    /// Frequencies up to this part of the highest one of both sets count as zero: rigid-body motions, all in
    /// one cluster. Default 1e-4: other programs print rounding there.
    pub zero_fraction: f64,
    /// Modes that match less than this stay unpaired. The match is the MAC, or the squared cosine between a
    /// shape and the span of a cluster. Default 0.5: of shapes that are orthogonal in the inner product of
    /// the comparison, no two of one set can match the same shape of the other by more than that.
    pub least_match: f64,
}

impl Default for PairingOptions {
    fn default() -> Self {
        Self { cluster_tolerance: 1e-3, zero_fraction: 1e-4, least_match: 0.5 }
    }
}

/// A mode of each set that belong together.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModePair {
    /// Mode of the first set.
    pub a: usize,
    /// Mode of the second set.
    pub b: usize,
    /// Plain MAC of the two shapes; of no meaning within a group.
    pub mac: f64,
    /// [`ModeGroup::subspace_mac`] within a group, else `mac`.
    pub subspace_mac: f64,
    /// Number of the group, where the mode has close neighbours in either set.
    pub group: Option<usize>,
    /// 100 (f_b - f_a) / f_a; `None` where f_a counts as zero.
    pub frequency_difference_percent: Option<f64>,
}

/// Clusters of both sets that are held together by pairs; more than one mode at least on one side.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModeGroup {
    /// Modes of the first set, ascending, unpaired ones included.
    pub a: Vec<usize>,
    /// Modes of the second set, ascending, unpaired ones included.
    pub b: Vec<usize>,
    /// Smallest squared cosine of the principal angles between the span of the paired modes of the smaller
    /// side (the first, where both are equal) and the span of all modes of the other: 1 where the ones lie in
    /// the other.
    pub subspace_mac: f64,
}

/// Two sets of modes side by side.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Pairing {
    /// By ascending mode of the first set.
    pub pairs: Vec<ModePair>,
    /// In the order of their first pairs.
    pub groups: Vec<ModeGroup>,
    /// Modes of the first set without a partner, ascending.
    pub unpaired_a: Vec<usize>,
    /// Modes of the second set without a partner, ascending.
    pub unpaired_b: Vec<usize>,
}

/// Pairs the modes of two sets such that the sum of their matches is largest.
///
/// 1. In each set modes of close frequencies form clusters ([`PairingOptions::cluster_tolerance`]; a chain of
///    close neighbours is one cluster). Frequencies of different sets are not compared: they may be far
///    apart.
/// 2. The match of two modes is their MAC; where one belongs to the larger cluster, the squared cosine of the
///    other with the span of that cluster; between clusters of one size, the smaller of both such cosines. So
///    a pair of a double frequency is found in any basis, also where the other set splits it, or was cut
///    between its two copies.
/// 3. An optimal assignment on the matches of at least [`PairingOptions::least_match`]. Equal matches (within
///    a cluster) follow the plain MAC, then the lowest numbers.
/// 4. Clusters that share a pair form a [`ModeGroup`], compared by principal angles as in
///    [`subspace_mac`](super::subspace_mac).
///
/// Shapes of both sets have the same rows; `mass` is the weight of all inner products, see
/// [`mac`](super::mac()). Cost: that of the MAC, and k^3 for k modes.
///
/// # Errors
/// Those of [`mac`](super::mac()), [`ModesError::FrequenciesDiffer`], [`ModesError::FrequencyNotFinite`] and
/// [`ModesError::OptionOutOfRange`].
///
/// ```
/// use modalsweep::modes::{ModeSet, PairingOptions, pair_modes};
/// let a = faer::mat![[1.0, 0.0], [0.0, 1.0]];
/// let b = faer::mat![[0.1, 1.0], [-1.0, 0.1]];
/// let (a, b) = (a.as_ref(), b.as_ref());
/// let pairing = pair_modes(
///     ModeSet { frequencies_hz: &[10.0, 20.0], shapes: a },
///     ModeSet { frequencies_hz: &[20.5, 22.0], shapes: b },
///     None,
///     &PairingOptions::default(),
/// )?;
/// assert_eq!((pairing.pairs[0].b, pairing.pairs[1].b), (1, 0));
/// assert_eq!(pairing.pairs[1].frequency_difference_percent, Some(2.5));
/// # Ok::<(), modalsweep::modes::ModesError>(())
/// ```
pub fn pair_modes(
    a: ModeSet<'_>,
    b: ModeSet<'_>,
    mass: Option<&SymmetricMatrix>,
    options: &PairingOptions,
) -> Result<Pairing, ModesError> {
    options.validate()?;
    a.check()?;
    b.check()?;
    let grams = Grams::new(a.shapes, b.shapes, mass)?;
    let frequencies = a.frequencies_hz.iter().chain(b.frequencies_hz);
    let zero = options.zero_fraction * frequencies.fold(0.0, |highest: f64, f| highest.max(f.abs()));
    let clusters = [a, b].map(|set| Clusters::new(set.frequencies_hz, zero, options.cluster_tolerance));
    let mac = grams.mac();
    let chosen = choose(&matches(&grams, &clusters), &mac, options.least_match);
    let groups = groups(&chosen, &clusters, &grams);
    let pair = |&(i, j): &(usize, usize)| {
        let group = groups.iter().position(|group| group.a.contains(&i));
        let (from, to) = (a.frequencies_hz[i], b.frequencies_hz[j]);
        ModePair {
            a: i,
            b: j,
            mac: mac[(i, j)],
            subspace_mac: group.map_or(mac[(i, j)], |group| groups[group].subspace_mac),
            group,
            frequency_difference_percent: (from.abs() > zero).then(|| 100.0 * (to - from) / from),
        }
    };
    Ok(Pairing {
        pairs: chosen.iter().map(pair).collect(),
        unpaired_a: (0..mac.nrows()).filter(|i| chosen.iter().all(|pair| pair.0 != *i)).collect(),
        unpaired_b: (0..mac.ncols()).filter(|j| chosen.iter().all(|pair| pair.1 != *j)).collect(),
        groups,
    })
}

impl PairingOptions {
    fn validate(&self) -> Result<(), ModesError> {
        let fraction = |option, value: f64| match (0.0..=1.0).contains(&value) {
            true => Ok(()),
            false => Err(ModesError::OptionOutOfRange { option, value, range: "0 to 1" }),
        };
        fraction("cluster_tolerance", self.cluster_tolerance)?;
        fraction("zero_fraction", self.zero_fraction)?;
        fraction("least_match", self.least_match)
    }
}

impl ModeSet<'_> {
    fn check(&self) -> Result<(), ModesError> {
        let (frequencies, shapes) = (self.frequencies_hz.len(), self.shapes.ncols());
        if frequencies != shapes {
            return Err(ModesError::FrequenciesDiffer { frequencies, shapes });
        }
        match self.frequencies_hz.iter().position(|frequency| !frequency.is_finite()) {
            Some(mode) => Err(ModesError::FrequencyNotFinite { mode, value: self.frequencies_hz[mode] }),
            None => Ok(()),
        }
    }
}

/// The modes of one set in runs of close frequencies.
struct Clusters {
    members: Vec<Vec<usize>>,
    of_mode: Vec<usize>,
}

impl Clusters {
    fn new(frequencies: &[f64], zero: f64, tolerance: f64) -> Self {
        let value = |mode: usize| if frequencies[mode].abs() <= zero { 0.0 } else { frequencies[mode] };
        let mut order: Vec<usize> = (0..frequencies.len()).collect();
        order.sort_by(|&i, &j| value(i).total_cmp(&value(j)));
        let close = |&i: &usize, &j: &usize| (value(j) - value(i)).abs() <= tolerance * value(j).abs();
        let mut members: Vec<Vec<usize>> = order.chunk_by(close).map(<[usize]>::to_vec).collect();
        members.iter_mut().for_each(|cluster| cluster.sort_unstable());
        let mut of_mode = vec![0; frequencies.len()];
        for (number, cluster) in members.iter().enumerate() {
            cluster.iter().for_each(|&mode| of_mode[mode] = number);
        }
        Self { members, of_mode }
    }

    fn size_at(&self, mode: usize) -> usize {
        self.members[self.of_mode[mode]].len()
    }

    /// Squared cosine between the span of each cluster (row) and each shape (column) of the other set, from
    /// the inner products of this set, of this set with the other, and the squared lengths of the other.
    fn squared_cosines(&self, own: &Mat<f64>, cross: MatRef<'_, f64>, other: &Mat<f64>) -> Mat<f64> {
        let mut cosines = Mat::zeros(self.members.len(), cross.ncols());
        for (number, cluster) in self.members.iter().enumerate() {
            let basis = orthonormal(sub(own.as_ref(), cluster, cluster).as_ref());
            let parts =
                basis.transpose() * Mat::from_fn(cluster.len(), cross.ncols(), |i, j| cross[(cluster[i], j)]);
            for j in (0..cross.ncols()).filter(|&j| other[(j, j)] > 0.0) {
                cosines[(number, j)] = (parts.col(j).squared_norm_l2() / other[(j, j)]).min(1.0);
            }
        }
        cosines
    }
}

/// How well mode i of the first set and mode j of the second match, see [`pair_modes`].
fn matches(grams: &Grams, [a, b]: &[Clusters; 2]) -> Mat<f64> {
    let from_a = a.squared_cosines(&grams.aa, grams.ab.as_ref(), &grams.bb);
    let from_b = b.squared_cosines(&grams.bb, grams.ab.transpose(), &grams.aa);
    Mat::from_fn(grams.ab.nrows(), grams.ab.ncols(), |i, j| {
        let (in_a, in_b) = (from_a[(a.of_mode[i], j)], from_b[(b.of_mode[j], i)]);
        match a.size_at(i).cmp(&b.size_at(j)) {
            std::cmp::Ordering::Greater => in_a,
            std::cmp::Ordering::Less => in_b,
            std::cmp::Ordering::Equal => in_a.min(in_b),
        }
    })
}

/// The pairs, by ascending mode of the first set.
fn choose(matches: &Mat<f64>, mac: &Mat<f64>, least: f64) -> Vec<(usize, usize)> {
    // What is too little counts nothing, so that no good pair is given up for two poor ones.
    let cost = Mat::from_fn(mac.nrows(), mac.ncols(), |i, j| {
        let enough = matches[(i, j)] >= least;
        if enough { -(matches[(i, j)] + PLAIN_MAC * mac[(i, j)]) } else { 0.0 }
    });
    let columns = assign(cost.as_ref()).into_iter().enumerate();
    columns.filter_map(|(i, j)| Some((i, j?))).filter(|&pair| matches[pair] >= least).collect()
}

/// Clusters that share pairs, where there is more than one mode on a side.
fn groups(chosen: &[(usize, usize)], [a, b]: &[Clusters; 2], grams: &Grams) -> Vec<ModeGroup> {
    // The number of the group for each cluster: the first of its clusters of set A.
    let mut group_a: Vec<usize> = (0..a.members.len()).collect();
    let mut group_b: Vec<Option<usize>> = vec![None; b.members.len()];
    let mut order: Vec<usize> = Vec::new();
    for &(i, j) in chosen {
        let own = group_a[a.of_mode[i]];
        let other = &mut group_b[b.of_mode[j]];
        let joined = *other.get_or_insert(own);
        if joined != own {
            group_a.iter_mut().filter(|group| **group == own).for_each(|group| *group = joined);
            group_b.iter_mut().filter(|group| **group == Some(own)).for_each(|group| *group = Some(joined));
        }
        order.push(a.of_mode[i]);
    }
    let mut numbers: Vec<usize> = Vec::new();
    for cluster in order {
        if !numbers.contains(&group_a[cluster]) {
            numbers.push(group_a[cluster]);
        }
    }
    let modes = |of_mode: &[usize], inside: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..of_mode.len()).filter(|&mode| inside(of_mode[mode])).collect()
    };
    let group = |number: usize| {
        let in_a = modes(&a.of_mode, &|cluster| group_a[cluster] == number);
        let in_b = modes(&b.of_mode, &|cluster| group_b[cluster] == Some(number));
        (in_a.len().max(in_b.len()) > 1).then(|| ModeGroup {
            subspace_mac: compare(&in_a, &in_b, chosen, grams),
            a: in_a,
            b: in_b,
        })
    };
    numbers.into_iter().filter_map(group).collect()
}

/// The paired modes of the smaller side against all of the other.
fn compare(a: &[usize], b: &[usize], chosen: &[(usize, usize)], grams: &Grams) -> f64 {
    let inside = chosen.iter().filter(|pair| a.contains(&pair.0));
    let (a, b): (Vec<usize>, Vec<usize>) = match a.len() <= b.len() {
        true => (inside.map(|pair| pair.0).collect(), b.to_vec()),
        false => (a.to_vec(), inside.map(|pair| pair.1).collect()),
    };
    let part = |gram: &Mat<f64>, rows: &[usize], cols: &[usize]| sub(gram.as_ref(), rows, cols);
    let (aa, ab, bb) = (part(&grams.aa, &a, &a), part(&grams.ab, &a, &b), part(&grams.bb, &b, &b));
    smallest_squared_cosine(aa.as_ref(), ab.as_ref(), bb.as_ref())
}

fn sub(matrix: MatRef<'_, f64>, rows: &[usize], cols: &[usize]) -> Mat<f64> {
    Mat::from_fn(rows.len(), cols.len(), |i, j| matrix[(rows[i], cols[j])])
}
