//! The `.vtu` file: the mesh with displacements and stresses at nodes, and the envelope of the elements.

use std::path::Path;

use modalsweep::io::{IoError, VtuArray, VtuCells, VtuMesh, VtuValues, write_vtu};
use modalsweep::stress::{Envelope, NodalAverage, StressRecovery, StressTensor};

use super::KindChoice;
use super::fields::NodalFields;
use super::plan::Plan;

/// Writes the file.
pub fn write(plan: &Plan, envelope: &Envelope, fields: &NodalFields, path: &Path) -> Result<(), IoError> {
    let grid = Grid::new(envelope.recovery(), &fields.average);
    let rows = fields.average.rows().len();
    let motion = if plan.args.kind() == KindChoice::Modes { "mode" } else { "displacement" };
    let shown = 1..=fields.displacements.dim().0;
    let names: Vec<[String; 3]> = shown
        .map(|case| [format!("{motion}_{case}"), format!("stress_{case}"), format!("von_mises_{case}")])
        .collect();
    let at_row =
        |point: usize, value: &dyn Fn(usize) -> f64| if point < rows { value(point) } else { f64::NAN };
    let moved = |case: usize| {
        let nodes = &grid.nodes;
        move |point: usize, component: usize| fields.displacements[[case, nodes[point] as usize, component]]
    };
    let stress = |case: usize| {
        move |point: usize, component: usize| at_row(point, &|row| fields.stresses[[case, row, component]])
    };
    let von_mises = |case: usize| {
        let tensor =
            move |row: usize| std::array::from_fn(|component| fields.stresses[[case, row, component]]);
        move |point: usize, _: usize| at_row(point, &|row| StressTensor(tensor(row)).von_mises())
    };
    let computed: Vec<_> =
        (0..names.len()).map(|case| (moved(case), stress(case), von_mises(case))).collect();
    let mut point_data =
        vec![VtuArray { name: "node", components: 1, values: VtuValues::Integers(&grid.numbers) }];
    for ([of_motion, of_stress, of_von_mises], (moved, stress, von_mises)) in names.iter().zip(&computed) {
        let array = |name, components, values| VtuArray { name, components, values };
        point_data.push(array(of_motion, 3, VtuValues::Computed(moved)));
        // Only solids have stresses at their nodes.
        if rows > 0 {
            point_data.push(array(of_stress, 6, VtuValues::Computed(stress)));
            point_data.push(array(of_von_mises, 1, VtuValues::Computed(von_mises)));
        }
    }
    let rms = fields.rms_von_mises.as_deref();
    let at_point = |point: usize, _: usize| at_row(point, &|row| rms.map_or(f64::NAN, |rms| rms[row]));
    if rms.is_some() && rows > 0 {
        let values = VtuValues::Computed(&at_point);
        point_data.push(VtuArray { name: "rms_von_mises", components: 1, values });
    }
    let cells = CellData::new(envelope);
    let of_cells: Vec<VtuCells> = grid.cells();
    let mesh = VtuMesh { points: &grid.positions, cells: &of_cells };
    write_vtu(path, &mesh, &point_data, &cells.arrays(&plan.args.envelope.field()))
}

/// Points and cells: nodes once for each material that meets there, those of bars by themselves.
struct Grid<'a> {
    recovery: &'a StressRecovery<'a>,
    average: &'a NodalAverage<'a, 'a>,
    /// Node index of each point.
    nodes: Vec<u32>,
    /// Node number of each point.
    numbers: Vec<i64>,
    positions: Vec<[f64; 3]>,
    /// For each block of bars or beams the points of its elements; empty for solids.
    bars: Vec<Vec<u32>>,
}

impl<'a> Grid<'a> {
    fn new(recovery: &'a StressRecovery<'a>, average: &'a NodalAverage<'a, 'a>) -> Self {
        let model = recovery.model();
        let mut nodes: Vec<u32> = average.rows().iter().map(|&(node, _)| node).collect();
        let bars = || model.blocks().iter().filter(|block| !block.kind.is_solid());
        let mut of_bars: Vec<u32> = bars().flat_map(|block| &block.nodes).copied().collect();
        of_bars.sort_unstable();
        of_bars.dedup();
        let first = nodes.len();
        let point = |node: &u32| (first + of_bars.partition_point(|other| other < node)) as u32;
        let bars = model.blocks().iter().map(|block| match block.kind.is_solid() {
            true => Vec::new(),
            false => block.nodes.iter().map(point).collect(),
        });
        let bars = bars.collect();
        nodes.extend(&of_bars);
        let numbers = nodes.iter().map(|&node| model.node_ids()[node as usize]).collect();
        let positions = nodes.iter().map(|&node| model.positions()[node as usize]).collect();
        Self { recovery, average, nodes, numbers, positions, bars }
    }

    fn cells(&self) -> Vec<VtuCells<'_>> {
        let blocks = self.recovery.model().blocks().iter().enumerate();
        let nodes = |number: usize, is_solid: bool| match is_solid {
            true => self.average.rows_of_block(number),
            false => &self.bars[number],
        };
        blocks
            .map(|(number, block)| VtuCells { kind: block.kind, nodes: nodes(number, block.kind.is_solid()) })
            .collect()
    }
}

/// What is told of each element, in the order of the blocks.
struct CellData {
    elements: Vec<i64>,
    sections: Vec<i64>,
    /// Value and governing case from 1; not a number and 0 where there are no stresses.
    envelope: Vec<f64>,
    cases: Vec<i64>,
}

impl CellData {
    fn new(envelope: &Envelope) -> Self {
        let mut data = Self { elements: vec![], sections: vec![], envelope: vec![], cases: vec![] };
        for (number, block) in envelope.recovery().model().blocks().iter().enumerate() {
            data.elements.extend(&block.ids);
            data.sections.extend(std::iter::repeat_n(block.section as i64 + 1, block.len()));
            let own = envelope.of_block(number);
            data.envelope.extend(own.iter().map(|extreme| extreme.value));
            data.cases.extend(own.iter().map(|extreme| extreme.case as i64 + 1));
            data.envelope.resize(data.elements.len(), f64::NAN);
            data.cases.resize(data.elements.len(), 0);
        }
        data
    }

    fn arrays<'a>(&'a self, envelope: &'a str) -> Vec<VtuArray<'a>> {
        let integers = |name, values| VtuArray { name, components: 1, values: VtuValues::Integers(values) };
        vec![
            integers("element", &self.elements),
            integers("section", &self.sections),
            VtuArray { name: envelope, components: 1, values: VtuValues::Reals(&self.envelope) },
            integers("governing_case", &self.cases),
        ]
    }
}
