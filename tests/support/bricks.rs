//! Blocks of brick elements as decks, of a steel whose numbers are round: E = 200e9, nu = 0.3, rho = 8000.

use modalsweep::io::inp::ElementKind;

use super::lines::Lines;

/// Corners of a brick in units of two lattice steps; the edges whose middles are nodes 9 to 20.
const CORNERS: [[usize; 3]; 8] =
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]];
const EDGES: [[usize; 2]; 12] =
    [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]];

/// `counts` elements of C3D8, C3D20 or C3D20R along x, y, z in a block with a corner at the origin; nothing held.
pub fn block(kind: ElementKind, counts: [usize; 3], lengths: [f64; 3]) -> Lines {
    let sides = counts.map(|count| 2 * count + 1);
    let id = |at: [usize; 3]| (1 + at[0] + sides[0] * (at[1] + sides[1] * at[2])) as i64;
    let most_odd = if kind.nodes() == 20 { 1 } else { 0 };
    let mut lines = Lines::new();
    for at in lattice(sides).filter(|at| at.iter().filter(|along| *along % 2 == 1).count() <= most_odd) {
        lines.node(id(at), std::array::from_fn(|i| lengths[i] * at[i] as f64 / (sides[i] - 1) as f64));
    }
    for (element, first) in (1..).zip(lattice(counts)) {
        let corners = CORNERS.map(|corner| std::array::from_fn(|i| 2 * (first[i] + corner[i])));
        let middle = |[a, b]: [usize; 2]| std::array::from_fn(|i| (corners[a][i] + corners[b][i]) / 2);
        let places: Vec<[usize; 3]> = corners.into_iter().chain(EDGES.map(middle)).collect();
        let nodes: Vec<i64> = places[..kind.nodes()].iter().map(|&at| id(at)).collect();
        lines.element(kind, element, &nodes, "ALL");
    }
    lines.material("STEEL", Some((200e9, 0.3)), Some(8000.0)).solid_section("ALL", None);
    lines
}

fn lattice(sides: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    let [nx, ny, nz] = sides;
    (0..nz).flat_map(move |z| (0..ny).flat_map(move |y| (0..nx).map(move |x| [x, y, z])))
}
