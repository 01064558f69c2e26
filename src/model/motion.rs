//! Rigid-body motions in words.

use std::fmt;

use nalgebra::{Vector3, Vector6};

/// A rigid-body motion that no support prevents.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FreeMotion {
    /// A node of the part that can move: its smallest number.
    pub node: i64,
    /// Number of nodes of that part.
    pub nodes: usize,
    /// How it can move.
    pub motion: Motion,
}

/// A rigid-body motion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Motion {
    /// Along a direction.
    Translation {
        /// Of length one.
        direction: [f64; 3],
    },
    /// About an axis.
    Rotation {
        /// Direction of the axis, of length one.
        axis: [f64; 3],
        /// A point of the axis.
        through: [f64; 3],
    },
    /// About an axis and along it at once.
    Screw {
        /// Direction of the axis, of length one.
        axis: [f64; 3],
        /// A point of the axis.
        through: [f64; 3],
        /// Way along the axis for each radian.
        advance: f64,
    },
}

impl fmt::Display for Motion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Translation { direction } => write!(f, "translation along {}", Direction(direction)),
            Self::Rotation { axis, through } => {
                write!(f, "rotation about an axis along {} through {}", Direction(axis), Triple(through))
            }
            Self::Screw { axis, through, advance } => write!(
                f,
                "screw motion about an axis along {} through {}, advancing {} per radian",
                Direction(axis),
                Triple(through),
                figures(advance)
            ),
        }
    }
}

/// x, y or z where that is meant.
struct Direction([f64; 3]);

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.iter().position(|x| (x.abs() - 1.0).abs() < 1e-9) {
            Some(axis) => f.write_str(["x", "y", "z"][axis]),
            None => Triple(self.0).fmt(f),
        }
    }
}

struct Triple([f64; 3]);

impl fmt::Display for Triple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is small beside the largest is rounding.
        let largest = self.0.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let [x, y, z] = self.0.map(|x| figures(if x.abs() < 1e-9 * largest { 0.0 } else { x }));
        write!(f, "({x}, {y}, {z})")
    }
}

/// A number rounded to six figures.
fn figures(value: f64) -> f64 {
    format!("{value:.5e}").parse::<f64>().unwrap_or(value) + 0.0
}

/// Motions (t, L w) about a centre that span a space, told one by one: first translations, then rotations and screws,
/// along the coordinate axes where the space allows it. `held`: points that axes are rather led through.
pub(super) fn describe(
    space: &[Vector6<f64>],
    centre: [f64; 3],
    size: f64,
    held: &[[f64; 3]],
) -> Vec<Motion> {
    let (turning, sliding) = reduce(space);
    let directions = orthonormal(&sliding);
    let mut motions: Vec<_> =
        sliding.iter().map(|slide| Motion::Translation { direction: unit(*slide) }).collect();
    for (turn, shift) in turning {
        // Free translations may be taken off.
        let shift = directions.iter().fold(shift, |left, along| left - along * along.dot(&left)) * size;
        let (axis, rate) = (turn.normalize(), turn.norm());
        let arm = axis.cross(&shift) / rate;
        let advance = axis.dot(&shift) / rate;
        let on_axis = Vector3::from(centre) + arm;
        // A point that is held says more than the one next to the centre.
        let off_axis = |point: &[f64; 3]| (Vector3::from(*point) - on_axis).cross(&axis).norm();
        let through = held.iter().find(|&point| off_axis(point) <= 1e-6 * size).copied();
        let through = through.unwrap_or_else(|| rounded(on_axis, size));
        motions.push(match advance.abs() <= 1e-6 * size {
            true => Motion::Rotation { axis: unit(turn), through },
            false => Motion::Screw { axis: unit(turn), through, advance },
        });
    }
    motions
}

/// A motion with rotation: L w and t.
type Turn = (Vector3<f64>, Vector3<f64>);

/// Another basis of a space of motions: those with rotation as (L w, t), w along the axes where possible, and
/// translations along the axes where possible; x before y before z.
fn reduce(space: &[Vector6<f64>]) -> (Vec<Turn>, Vec<Vector3<f64>>) {
    // Rotations first, so that elimination leaves rows without rotation.
    let mut rows: Vec<[f64; 6]> = space.iter().map(|v| [v[3], v[4], v[5], v[0], v[1], v[2]]).collect();
    let turning = eliminate(&mut rows, 0..3);
    // What translations the rows with rotation contain is taken off later.
    let sliding = eliminate(&mut rows[turning..], 3..6);
    let three = |row: &[f64]| Vector3::new(row[0], row[1], row[2]);
    let turns = rows[..turning].iter().map(|row| (three(&row[..3]), three(&row[3..]))).collect();
    (turns, rows[turning..turning + sliding].iter().map(|row| three(&row[3..])).collect())
}

/// Gauss-Jordan elimination within some columns: the first rows get one pivot each, by ascending column, the others
/// nothing there. Returns how many pivots there are.
fn eliminate(rows: &mut [[f64; 6]], columns: std::ops::Range<usize>) -> usize {
    let mut pivots = Vec::new();
    // Largest entry first: then an axis that lies in the space is found as such.
    while let Some((row, col)) = largest(&rows[pivots.len()..], columns.clone()) {
        let done = pivots.len();
        rows.swap(done, done + row);
        let pivot = rows[done][col];
        rows[done].iter_mut().for_each(|x| *x /= pivot);
        let own = rows[done];
        for (_, other) in rows.iter_mut().enumerate().filter(|(at, _)| *at != done) {
            let factor = other[col];
            other.iter_mut().zip(own).for_each(|(x, own)| *x -= factor * own);
            other[col] = 0.0;
        }
        pivots.push((col, own));
    }
    pivots.iter_mut().zip(&*rows).for_each(|(pivot, row)| pivot.1 = *row);
    pivots.sort_by_key(|&(col, _)| col);
    rows.iter_mut().zip(&pivots).for_each(|(row, pivot)| *row = pivot.1);
    pivots.len()
}

fn largest(rows: &[[f64; 6]], columns: std::ops::Range<usize>) -> Option<(usize, usize)> {
    let mut best = None;
    let mut most = 1e-7;
    for (at, row) in rows.iter().enumerate() {
        for col in columns.clone() {
            // By a margin, so that rounding does not choose between equals.
            if row[col].abs() > most * (1.0 + 1e-9) {
                (best, most) = (Some((at, col)), row[col].abs());
            }
        }
    }
    best
}

fn orthonormal(vectors: &[Vector3<f64>]) -> Vec<Vector3<f64>> {
    let mut basis: Vec<Vector3<f64>> = Vec::new();
    for vector in vectors {
        let rest = basis.iter().fold(vector.normalize(), |left, along| left - along * along.dot(&left));
        basis.push(rest.normalize());
    }
    basis
}

/// Of length one, without what rounding leaves.
fn unit(vector: Vector3<f64>) -> [f64; 3] {
    rounded(vector.normalize(), 1.0)
}

/// Zero for what rounding leaves beside a size.
fn rounded(point: Vector3<f64>, size: f64) -> [f64; 3] {
    std::array::from_fn(|k| if point[k].abs() < 1e-9 * size { 0.0 } else { point[k] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(space: &[[f64; 6]]) -> Vec<String> {
        let space: Vec<Vector6<f64>> = space.iter().map(|v| Vector6::from_row_slice(v).normalize()).collect();
        describe(&space, [1.0, 2.0, 3.0], 2.0, &[]).iter().map(Motion::to_string).collect()
    }

    #[test]
    fn mixed_bases_are_told_along_the_axes() {
        let r = 0.5_f64.sqrt();
        assert_eq!(
            told(&[[r, r, 0.0, 0.0, 0.0, 0.0], [r, -r, 0.0, 0.0, 0.0, 0.0]]),
            ["translation along x", "translation along y"]
        );
        assert_eq!(told(&[[0.6, 0.8, 0.0, 0.0, 0.0, 0.0]]), ["translation along (0.6, 0.8, 0)"]);
    }

    #[test]
    fn axes_go_through_the_points_that_stay() {
        // w = z/2, t = (0, 1, 0): the point at rest is where w x r = -t, at r = (-2, 0, 0).
        assert_eq!(
            told(&[[0.0, 1.0, 0.0, 0.0, 0.0, 1.0]]),
            ["rotation about an axis along z through (-1, 2, 3)"]
        );
        assert_eq!(
            told(&[[0.0, 0.0, 1.0, 0.0, 0.0, 1.0]]),
            ["screw motion about an axis along z through (1, 2, 3), advancing 2 per radian"]
        );
        // With z free as well the screw is a rotation.
        assert_eq!(
            told(&[[0.0, 0.0, 1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]]),
            ["translation along z", "rotation about an axis along z through (1, 2, 3)"]
        );
    }
}
