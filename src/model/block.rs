//! A block of tetrahedra as a deck: for tests and measurements of any size.

use crate::io::inp::{
    Deck, DeckBoundary, DeckElements, DeckMaterial, DeckNode, DeckProfile, DeckSection, DeckSet, ElementKind,
    Place, Target,
};

/// The six tetrahedra of a cube, by the order in which they go along the axes from its first corner to its last; even
/// orders and odd ones turn the other way round.
const ORDERS: [([usize; 3], bool); 6] = [
    ([0, 1, 2], true),
    ([1, 2, 0], true),
    ([2, 0, 1], true),
    ([0, 2, 1], false),
    ([1, 0, 2], false),
    ([2, 1, 0], false),
];

/// Pairs of corners whose middle is node 5 to 10 of a C3D10.
const EDGES: [[usize; 2]; 6] = [[0, 1], [1, 2], [2, 0], [0, 3], [1, 3], [2, 3]];

/// A block from the origin to `sides`, of `cells` cubes along x, y and z with six C3D10 each (Kuhn's subdivision).
///
/// Nodes count from 1, x fastest, on a grid of `2 cells + 1` points along each axis; elements from 1, in the set `ALL`.
/// Steel in m, kg, s, N: E = 210e9, nu = 0.3, rho = 7850. The nodes at x = 0 are the set `FIXED`, and held; there are no steps.
///
/// ```
/// use modalsweep::model::{Model, tetrahedral_block};
/// let model = Model::from_deck(&tetrahedral_block([2, 1, 1], [2.0, 1.0, 1.0]))?;
/// assert_eq!((model.blocks()[0].len(), model.node_ids().len()), (12, 5 * 3 * 3));
/// # Ok::<(), modalsweep::model::ModelError>(())
/// ```
///
/// # Panics
/// When a number of cells is 0.
pub fn tetrahedral_block(cells: [usize; 3], sides: [f64; 3]) -> Deck {
    assert!(cells.iter().all(|&count| count > 0), "at least one cell along each axis");
    let points = cells.map(|count| 2 * count + 1);
    let place = Place::default();
    let each = |counts: [usize; 3]| {
        let rows = move |z| (0..counts[1]).flat_map(move |y| (0..counts[0]).map(move |x| [x, y, z]));
        (0..counts[2]).flat_map(rows)
    };
    let number = |[x, y, z]: [usize; 3]| (1 + x + points[0] * (y + points[1] * z)) as i64;
    let nodes = each(points).map(|at| {
        let position = std::array::from_fn(|axis| sides[axis] * at[axis] as f64 / (points[axis] - 1) as f64);
        DeckNode { id: number(at), position, place }
    });
    let element_nodes: Vec<i64> = each(cells)
        .flat_map(|cell| ORDERS.map(|order| tetrahedron(cell, order)))
        .flatten()
        .map(number)
        .collect();
    let ids: Vec<i64> = (1..=(element_nodes.len() / ElementKind::C3D10.nodes()) as i64).collect();
    let fixed: Vec<i64> = each(points).filter(|at| at[0] == 0).map(number).collect();
    let set = |name: &str, members: Vec<i64>| DeckSet { name: name.into(), members, place };
    Deck {
        nodes: nodes.collect(),
        node_sets: vec![set("FIXED", fixed)],
        element_sets: vec![set("ALL", ids.clone())],
        elements: vec![DeckElements {
            kind: ElementKind::C3D10,
            places: vec![place; ids.len()],
            ids,
            nodes: element_nodes,
        }],
        materials: vec![DeckMaterial {
            name: "STEEL".into(),
            elastic: Some((210e9, 0.3)),
            density: Some(7850.0),
            place,
        }],
        sections: vec![DeckSection {
            element_set: 0,
            material: Some(0),
            profile: DeckProfile::Solid { area: None },
            place,
        }],
        boundaries: vec![DeckBoundary { target: Target::Set(0), components: (1, 3), value: 0.0, place }],
        ..Deck::default()
    }
}

/// The ten nodes of one tetrahedron of a cell, on the grid of points.
fn tetrahedron(cell: [usize; 3], (order, is_even): ([usize; 3], bool)) -> [[usize; 3]; 10] {
    let mut corners = [cell.map(|at| 2 * at); 4];
    for (step, axis) in order.into_iter().enumerate() {
        corners[step + 1..].iter_mut().for_each(|corner| corner[axis] += 2);
    }
    if !is_even {
        corners.swap(1, 2);
    }
    std::array::from_fn(|node| match node {
        0..4 => corners[node],
        _ => {
            let [a, b] = EDGES[node - 4];
            std::array::from_fn(|axis| (corners[a][axis] + corners[b][axis]) / 2)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Model;
    use super::*;

    #[test]
    fn every_element_is_the_right_way_round_and_every_node_is_used() {
        // from_deck refuses elements that are turned inside out, and notes nodes without elements.
        let model = Model::from_deck(&tetrahedral_block([3, 2, 2], [3.0, 2.0, 1.0])).unwrap();
        assert!(model.notes().is_empty(), "{:?}", model.notes());
        assert_eq!(model.blocks()[0].len(), 6 * 12);
        assert_eq!(model.equations().count(), 3 * (7 * 5 * 5 - 5 * 5));
    }
}
