//! Choosing masters by the rule of Henshell and Ong: what carries little mass for its stiffness can be
//! condensed. Of all DOFs, the one with the largest K_ii / M_ii is eliminated, K and M are condensed
//! by it, and so on until the wanted number is left (R. D. Henshell and J. H. Ong, Automatic masters
//! for eigenvalue economization, Earthquake Eng. Struct. Dyn. 3 (1975) 375-383,
//! doi:10.1002/eqe.4290030407).
//!
//! Condensing as it goes fills a large sparse model. So there are two stages: DOFs of nodes spread
//! evenly over the mesh are kept first, by one Guyan condensation (the rule alone would take them all
//! from one place: in a regular mesh all ratios are equal); the rule then works on the condensed
//! dense pair, exactly.

use faer::Mat;

use super::{CondenseError, GuyanOptions, Partition, Recovery, condense};
use crate::factor::{guess_nodes, renumber};
use crate::matrix::{MatrixError, SymmetricMatrix};
use crate::parallel::Progress;

/// Candidates of the second stage per wanted master, and their least and largest number.
const CANDIDATES_PER_MASTER: usize = 6;
const FEWEST_CANDIDATES: usize = 300;
const MOST_CANDIDATES: usize = 1500;

/// A pivot so far below its diagonal entry marks a DOF that holds the body in place.
const SMALLEST_PIVOT: f64 = 1e-10;

/// Chooses `count` masters; equations ascending. Deterministic.
///
/// Cost: one condensation to some `6 * count` DOFs, and about that number cubed operations.
///
/// # Errors
/// [`CondenseError::NoMasters`] for a count of zero, [`CondenseError::TooFewCandidates`] where not so
/// many DOFs have mass, and those of [`condense`].
pub fn choose_masters(
    stiffness: &SymmetricMatrix,
    mass: &SymmetricMatrix,
    count: usize,
    options: &GuyanOptions,
    progress: &dyn Progress,
) -> Result<Vec<usize>, CondenseError> {
    if stiffness.size() != mass.size() {
        return Err(MatrixError::SizesDiffer { stiffness: stiffness.size(), mass: mass.size() }.into());
    }
    if count == 0 {
        return Err(CondenseError::NoMasters);
    }
    options.check(stiffness)?;
    let inertia = mass.diagonal();
    let with_mass: Vec<usize> = (0..inertia.len()).filter(|&dof| inertia[dof] > 0.0).collect();
    if with_mass.len() < count {
        return Err(CondenseError::TooFewCandidates { wanted: count, candidates: with_mass.len() });
    }
    let wanted = (CANDIDATES_PER_MASTER * count).clamp(FEWEST_CANDIDATES, MOST_CANDIDATES.max(2 * count));
    let candidates = if with_mass.len() <= wanted {
        with_mass
    } else {
        spread(stiffness, options.nodes, &with_mass, wanted)
    };
    let count_of_candidates = candidates.len() as u64;
    // K and M of the candidates, and as much again while they are made.
    let needed = 4 * 8 * count_of_candidates * count_of_candidates;
    if let Some(limit) = options.memory_limit.filter(|&limit| needed > limit) {
        return Err(CondenseError::MemoryLimit { needed, limit });
    }
    if candidates.len() == stiffness.size() {
        let dense =
            |matrix: &SymmetricMatrix| Mat::from_fn(matrix.size(), matrix.size(), |i, j| matrix.get(i, j));
        return eliminate(dense(stiffness), dense(mass), candidates, count);
    }
    let partition = Partition::new(stiffness.size(), &candidates)?;
    let options = GuyanOptions { recovery: Recovery::Discard, ..*options };
    let reduced = condense(stiffness, Some(mass), partition, &options, progress)?;
    let mass = reduced.mass().map(|mass| mass.to_owned());
    let mass = mass.unwrap_or_else(|| unreachable!("a mass was given"));
    eliminate(reduced.stiffness().to_owned(), mass, candidates, count)
}

/// Eliminates the largest ratio until `count` DOFs are left.
fn eliminate(
    mut stiffness: Mat<f64>,
    mut mass: Mat<f64>,
    mut dofs: Vec<usize>,
    count: usize,
) -> Result<Vec<usize>, CondenseError> {
    let original: Vec<f64> = (0..dofs.len()).map(|i| stiffness[(i, i)]).collect();
    let mut smallest: Vec<f64> = original.iter().map(|k| k * SMALLEST_PIVOT).collect();
    let mut active = dofs.len();
    while active > count {
        let ratio = |i: usize| match mass[(i, i)] {
            m if m > 0.0 => stiffness[(i, i)] / m,
            _ => f64::INFINITY,
        };
        let loose = (0..active).filter(|&i| stiffness[(i, i)] > smallest[i]);
        let Some(out) = loose.max_by(|&a, &b| ratio(a).total_cmp(&ratio(b)).then(dofs[a].cmp(&dofs[b])))
        else {
            dofs.truncate(active);
            dofs.sort_unstable();
            return Err(CondenseError::Mechanism { dofs, ratio_limit: 1.0 / SMALLEST_PIVOT });
        };
        active -= 1;
        swap(&mut stiffness, out, active);
        swap(&mut mass, out, active);
        dofs.swap(out, active);
        smallest.swap(out, active);
        condense_last(&mut stiffness, &mut mass, active);
    }
    dofs.truncate(count);
    dofs.sort_unstable();
    Ok(dofs)
}

/// Exchanges two equations of a symmetric matrix.
fn swap(matrix: &mut Mat<f64>, a: usize, b: usize) {
    if a != b {
        faer::perm::swap_rows_idx(matrix.as_mut(), a, b);
        faer::perm::swap_cols_idx(matrix.as_mut(), a, b);
    }
}

/// Guyan condensation of equation `last` into those before it, in place.
fn condense_last(stiffness: &mut Mat<f64>, mass: &mut Mat<f64>, last: usize) {
    let pivot = stiffness[(last, last)];
    let follow: Vec<f64> = (0..last).map(|i| -stiffness[(i, last)] / pivot).collect();
    let force: Vec<f64> = (0..last).map(|i| stiffness[(i, last)]).collect();
    let own = mass[(last, last)];
    let coupled: Vec<f64> = (0..last).map(|i| mass[(i, last)]).collect();
    for j in 0..last {
        if follow[j] == 0.0 && coupled[j] == 0.0 {
            continue;
        }
        let (k, m) = (stiffness.col_as_slice_mut(j), mass.col_as_slice_mut(j));
        let by_follow = coupled[j] + own * follow[j];
        for i in 0..last {
            k[i] += force[i] * follow[j];
            m[i] += follow[i] * by_follow + coupled[i] * follow[j];
        }
    }
}

/// About `wanted` of the candidate DOFs: those of nodes far from each other in the mesh. Each new node
/// is the one farthest from all before it (T. F. Gonzalez, Theor. Comput. Sci. 38 (1985) 293-306).
fn spread(
    stiffness: &SymmetricMatrix,
    nodes: Option<&[u32]>,
    candidates: &[usize],
    wanted: usize,
) -> Vec<usize> {
    let known = nodes.map(renumber).or_else(|| guess_nodes(stiffness));
    let group = known.unwrap_or_else(|| (0..stiffness.size() as u32).collect());
    let count = group.iter().max().map_or(0, |&last| last as usize + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    candidates.iter().for_each(|&dof| members[group[dof] as usize].push(dof));
    let neighbours = group_graph(stiffness, &group, count);
    let mut distance = vec![u32::MAX; count];
    let mut chosen = Vec::new();
    // The first is the one farthest from an arbitrary one: an end of the structure.
    let Some(start) = (0..count).find(|&g| !members[g].is_empty()) else { return chosen };
    let mut from_start = vec![u32::MAX; count];
    settle(&neighbours, &mut from_start, start);
    let farthest = |distance: &[u32]| {
        (0..count)
            .filter(|&g| !members[g].is_empty() && distance[g] > 0)
            .max_by_key(|&g| (distance[g], usize::MAX - g))
    };
    let mut next = farthest(&from_start).or(Some(start));
    while let Some(node) = next.filter(|_| chosen.len() < wanted) {
        chosen.extend(&members[node]);
        settle(&neighbours, &mut distance, node);
        next = farthest(&distance);
    }
    chosen.sort_unstable();
    chosen
}

fn group_graph(stiffness: &SymmetricMatrix, group: &[u32], count: usize) -> Vec<Vec<u32>> {
    let mut neighbours: Vec<Vec<u32>> = vec![Vec::new(); count];
    for col in 0..stiffness.size() {
        for (row, _) in stiffness.column(col) {
            let (a, b) = (group[row], group[col]);
            if a != b {
                neighbours[a as usize].push(b);
                neighbours[b as usize].push(a);
            }
        }
    }
    for list in &mut neighbours {
        list.sort_unstable();
        list.dedup();
    }
    neighbours
}

/// Lowers the distances that `node` makes shorter, breadth first.
fn settle(neighbours: &[Vec<u32>], distance: &mut [u32], node: usize) {
    distance[node] = 0;
    let mut front = vec![node as u32];
    let mut steps = 0;
    while !front.is_empty() {
        steps += 1;
        let mut ahead = Vec::new();
        for &at in &front {
            for &other in &neighbours[at as usize] {
                if distance[other as usize] > steps {
                    distance[other as usize] = steps;
                    ahead.push(other);
                }
            }
        }
        front = ahead;
    }
}
