//! `modes.vtu`: the mesh with the displacements of each mode.

use std::path::Path;

use modalsweep::io::{IoError, VtuArray, VtuCells, VtuMesh, VtuValues, write_vtu};
use modalsweep::model::{HELD, Model};
use modalsweep::modes::Modes;

use super::words::frequency;

/// Writes the file; what a support holds does not move.
pub fn write(model: &Model, modes: &Modes, path: &Path) -> Result<(), IoError> {
    let grid = Grid::new(model);
    let names = names(modes);
    let equations = model.equations().of_node();
    let moved: Vec<_> = (0..names.len())
        .map(|mode| {
            let nodes = &grid.nodes;
            move |point: usize, component: usize| match equations[nodes[point]][component] {
                HELD => 0.0,
                equation => modes.shapes[(equation as usize, mode)],
            }
        })
        .collect();
    let integers = |name, values| VtuArray { name, components: 1, values: VtuValues::Integers(values) };
    let mut point_data = vec![integers("node", &grid.numbers)];
    for (name, moved) in names.iter().zip(&moved) {
        point_data.push(VtuArray { name, components: 3, values: VtuValues::Computed(moved) });
    }
    let elements: Vec<i64> = model.blocks().iter().flat_map(|block| &block.ids).copied().collect();
    let cells: Vec<VtuCells> = model
        .blocks()
        .iter()
        .zip(&grid.cells)
        .map(|(block, nodes)| VtuCells { kind: block.kind, nodes })
        .collect();
    let mesh = VtuMesh { points: &grid.positions, cells: &cells };
    write_vtu(path, &mesh, &point_data, &[integers("element", &elements)])
}

/// `mode 01 849.415 Hz`: in the order of the alphabet.
fn names(modes: &Modes) -> Vec<String> {
    let hertz = modes.frequencies_hz();
    let digits = hertz.len().to_string().len().max(2);
    let numbered = hertz.iter().enumerate();
    numbered.map(|(mode, &hz)| format!("mode {:0digits$} {}", mode + 1, frequency(hz))).collect()
}

/// The nodes that belong to elements.
struct Grid {
    /// Index of the node of each point.
    nodes: Vec<usize>,
    /// Its number.
    numbers: Vec<i64>,
    positions: Vec<[f64; 3]>,
    /// Points of the elements of each block.
    cells: Vec<Vec<u32>>,
}

impl Grid {
    fn new(model: &Model) -> Self {
        let components = model.components_of_nodes();
        let nodes: Vec<usize> = (0..components.len()).filter(|&node| components[node] > 0).collect();
        let point = |&node: &u32| nodes.partition_point(|&other| other < node as usize) as u32;
        let cells = model.blocks().iter().map(|block| block.nodes.iter().map(point).collect()).collect();
        let numbers = nodes.iter().map(|&node| model.node_ids()[node]).collect();
        let positions = nodes.iter().map(|&node| model.positions()[node]).collect();
        Self { cells, numbers, positions, nodes }
    }
}
