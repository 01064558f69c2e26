//! `.vtu`: the numbers stand where the head says, in the layout of VTK's file format.

mod io_support;

use io_support::vtu::File;
use io_support::{Folder, check_message};
use modalsweep::io::inp::ElementKind::{B33, C3D4, C3D8, C3D10, C3D20, C3D20R, T3D2};
use modalsweep::io::{VtuArray, VtuCells, VtuMesh, VtuValues, write_vtu};

#[test]
fn arrays_stand_where_the_head_says() {
    let folder = Folder::new();
    let path = folder.path("a.vtu");
    let points = [[0.0, 0.5, -1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, f64::MAX], [2.0; 3]];
    let cells =
        [VtuCells { kind: C3D4, nodes: &[0, 1, 2, 3, 1, 2, 3, 4] }, VtuCells { kind: T3D2, nodes: &[4, 0] }];
    let mesh = VtuMesh { points: &points, cells: &cells };
    let moved = |point: usize, component: usize| (10 * point + component) as f64;
    let stress: Vec<f64> = (0..18).map(f64::from).collect();
    let point_data = [
        VtuArray { name: "displacement", components: 3, values: VtuValues::Computed(&moved) },
        VtuArray { name: "node", components: 1, values: VtuValues::Integers(&[7, 8, 9, -1, i64::MAX]) },
    ];
    let cell_data = [VtuArray { name: "a<b & \"c\"\n", components: 6, values: VtuValues::Reals(&stress) }];
    write_vtu(&path, &mesh, &point_data, &cell_data).unwrap();
    let file = File::read(&path);
    assert!(file.head.contains("<Piece NumberOfPoints=\"5\" NumberOfCells=\"3\">"));
    assert!(file.head.contains("byte_order=\"LittleEndian\" header_type=\"UInt64\""));
    assert_eq!(file.reals("Points"), points.concat());
    assert_eq!(file.integers("connectivity"), [0, 1, 2, 3, 1, 2, 3, 4, 4, 0]);
    assert_eq!(file.integers("offsets"), [4, 8, 10]);
    assert_eq!(file.array("types"), ("UInt8", 1, &[10_u8, 10, 3][..]));
    assert_eq!(file.reals("displacement")[3..7], [10.0, 11.0, 12.0, 20.0]);
    assert_eq!(file.integers("node"), [7, 8, 9, -1, i64::MAX]);
    assert_eq!(file.reals("a&lt;b &amp; &quot;c&quot;?"), stress);
    assert_eq!(file.array("a&lt;b &amp; &quot;c&quot;?").1, 6);
    assert!(file.body.ends_with(b"\n</AppendedData>\n</VTKFile>\n"));
    // Five blocks with their sizes, and nothing between them.
    let sizes = [5 * 24, 10 * 8, 3 * 8, 3, 5 * 24, 5 * 8, 18 * 8];
    let behind: usize = sizes.iter().map(|size| 8 + size).sum();
    assert_eq!(file.body.len(), behind + "\n</AppendedData>\n</VTKFile>\n".len());
}

#[test]
fn cell_types_are_those_of_vtk() {
    let folder = Folder::new();
    let path = folder.path("a.vtu");
    let points = [[0.0; 3]; 20];
    let nodes: Vec<u32> = (0..20).collect();
    // vtkCellType.h: VTK_LINE, VTK_TETRA, VTK_HEXAHEDRON, VTK_QUADRATIC_TETRA, VTK_QUADRATIC_HEXAHEDRON.
    for (kind, number) in
        [(T3D2, 3), (B33, 3), (C3D4, 10), (C3D8, 12), (C3D10, 24), (C3D20, 25), (C3D20R, 25)]
    {
        let cells = [VtuCells { kind, nodes: &nodes[..kind.nodes()] }];
        write_vtu(&path, &VtuMesh { points: &points, cells: &cells }, &[], &[]).unwrap();
        assert_eq!(File::read(&path).array("types").2, [number]);
    }
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_nothing() {
    let folder = Folder::new();
    let path = folder.path("a.vtu");
    let refused = |nodes: &[u32], point_data: &[VtuArray], cell_data: &[VtuArray], message: &str| {
        let cells = [VtuCells { kind: T3D2, nodes }];
        let error =
            write_vtu(&path, &VtuMesh { points: &[[0.0; 3]; 2], cells: &cells }, point_data, cell_data);
        check_message(&error.unwrap_err(), "a.vtu", None, message);
        assert!(folder.names().is_empty());
    };
    let array = |components, values| VtuArray { name: "u", components, values: VtuValues::Reals(values) };
    refused(&[0, 2], &[], &[], "point 3 is outside 1..=2");
    refused(&[0, 1, 1], &[], &[], "`the last T3D2` has 1 values, expected 2");
    refused(&[0, 1], &[array(3, &[0.0; 5])], &[], "`u` has 5 values, expected 6");
    refused(&[0, 1], &[], &[array(1, &[0.0; 2])], "`u` has 2 values, expected 1");
}
