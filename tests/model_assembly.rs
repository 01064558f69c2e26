//! Assembly: against CalculiX's matrices, against a plain sum of elements, the same bits on any number of threads; sums
//! of terms against decks with other numbers.

#[path = "support/decks.rs"]
mod decks;

use decks::{data, example, model};
use modalsweep::io::read_matrix;
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::model::{
    Assembly, HELD, MassScheme, Model, ModelErrorKind, Parameter, Property, mass_into, stiffness_into,
};
use modalsweep::parallel::{Silent, with_threads};
use ndarray::Array2;

/// Trusses, beams and solids of two materials that share nodes; some components held.
const MIXED: &str = "\
*NODE
1, 0, 0, 0
2, 1, 0, 0
3, 1, 1, 0.1
4, 0, 1, 0
5, 0, 0.1, 1
6, 1, 0, 1
7, 1.1, 1, 1
8, 0, 1, 1
11, 3, 0.5, 0.5
12, 4, 0.5, 2
13, 0.3, 0.2, 3
14, 2, 2, 2
*ELEMENT, TYPE=C3D8, ELSET=CUBE
1, 1, 2, 3, 4, 5, 6, 7, 8
*ELEMENT, TYPE=C3D4, ELSET=TETS
2, 5, 6, 7, 13
3, 5, 7, 8, 13
*ELEMENT, TYPE=B33, ELSET=BEAMS
10, 7, 11
11, 11, 12
*ELEMENT, TYPE=T3D2, ELSET=BARS
20, 2, 12
21, 3, 14
22, 13, 14
*NSET, NSET=FOOT
1, 2, 3, 4
*MATERIAL, NAME=STEEL
*ELASTIC
200000, 0.3
*DENSITY
8e-9
*MATERIAL, NAME=ALU
*ELASTIC
70000, 0.33
*DENSITY
2.7e-9
*SOLID SECTION, ELSET=CUBE, MATERIAL=STEEL
*SOLID SECTION, ELSET=TETS, MATERIAL=ALU
*SOLID SECTION, ELSET=BARS, MATERIAL=ALU
0.05
*BEAM GENERAL SECTION, ELSET=BEAMS, SECTION=GENERAL, MATERIAL=STEEL
0.02, 3e-5, 1e-5, 5e-5, 6e-5
0, 1, 0.2
*BOUNDARY
FOOT, 2, 3
4, 1
14, 3
12, 5
";

/// The sum over all elements, dense, without any plan.
fn plain_sum(model: &Model, mass: Option<MassScheme>) -> Array2<f64> {
    let equations = model.equations();
    let mut sum = Array2::zeros((equations.count(), equations.count()));
    for block in model.blocks() {
        let properties = &model.sections()[block.section].properties;
        let components = block.kind.components();
        for element in 0..block.len() {
            let own = block.nodes_of(element);
            let nodes: Vec<[f64; 3]> = own.iter().map(|&node| model.positions()[node as usize]).collect();
            let size = own.len() * components;
            let mut matrix = vec![0.0; size * size];
            match mass {
                None => stiffness_into(block.kind, &nodes, properties, &mut matrix),
                Some(scheme) => mass_into(block.kind, scheme, &nodes, properties, &mut matrix),
            }
            let places: Vec<u32> = own
                .iter()
                .flat_map(|&node| &equations.of_node()[node as usize][..components])
                .copied()
                .collect();
            for (i, &row) in places.iter().enumerate() {
                for (j, &col) in places.iter().enumerate().filter(|_| row != HELD) {
                    if col != HELD {
                        sum[[row as usize, col as usize]] += matrix[i * size + j];
                    }
                }
            }
        }
    }
    sum
}

#[track_caller]
fn check_dense(found: &SymmetricMatrix, expected: &Array2<f64>) {
    let largest = found.largest_entry();
    assert!(largest > 0.0);
    for ((row, col), &value) in expected.indexed_iter() {
        let difference = (found.get(row, col) - value).abs();
        assert!(difference <= 1e-15 * largest, "({row}, {col}): {difference:e} of {largest:e}");
    }
}

#[track_caller]
fn check_close(found: &SymmetricMatrix, expected: &SymmetricMatrix, tolerance: f64) {
    assert_eq!(found.row_idx(), expected.row_idx());
    let allowed = tolerance * expected.largest_entry();
    for (place, (a, b)) in found.values().iter().zip(expected.values()).enumerate() {
        assert!((a - b).abs() <= allowed, "entry {place}: {a:e}, {b:e}");
    }
}

/// The 13 digits after the point that CalculiX prints are the limit.
#[test]
fn matrices_of_the_bracket_are_those_that_calculix_exports() {
    let model = example("bracket/bracket.inp");
    let assembly = Assembly::new(&model).unwrap();
    let own = [
        ("sti", assembly.stiffness(&Silent).unwrap()),
        ("mas", assembly.mass(MassScheme::Calculix, &Silent).unwrap()),
    ];
    for (ending, found) in own {
        let file = read_matrix(&data(&format!("bracket/bracket.{ending}.gz"))).unwrap();
        let (expected, _) = SymmetricMatrix::from_contents(&file.contents).unwrap();
        check_close(&found, &expected, 5e-14);
        let labels: Vec<String> = model.equations().labels().iter().map(|label| label.to_string()).collect();
        let names = std::fs::read_to_string(data("bracket/bracket.dof")).unwrap();
        assert!(names.lines().eq(labels.iter().map(String::as_str)));
    }
}

#[test]
fn a_mixed_model_is_the_plain_sum_of_its_elements() {
    let model = model(MIXED);
    let assembly = Assembly::new(&model).unwrap();
    check_dense(&assembly.stiffness(&Silent).unwrap(), &plain_sum(&model, None));
    for scheme in [MassScheme::Consistent, MassScheme::Calculix, MassScheme::Lumped, MassScheme::Abaqus] {
        check_dense(&assembly.mass(scheme, &Silent).unwrap(), &plain_sum(&model, Some(scheme)));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for model in [model(MIXED), example("bracket/bracket.inp")] {
        let run = |threads| {
            with_threads(threads, || {
                let assembly = Assembly::new(&model).unwrap();
                let stiffness = assembly.stiffness(&Silent).unwrap();
                (stiffness, assembly.mass(MassScheme::Consistent, &Silent).unwrap())
            })
            .unwrap()
        };
        let one = run(1);
        for threads in [2, 4] {
            assert!(run(threads) == one, "{threads} threads");
        }
    }
}

#[test]
fn sums_of_terms_are_the_matrices_of_decks_with_other_numbers() {
    let base = model(MIXED);
    let parameters = [
        "CUBE.youngs_modulus",
        "bars.area",
        "BARS.density",
        "BEAMS.youngs_modulus",
        "BEAMS.area",
        "BEAMS.density",
    ]
    .map(|text| text.parse::<Parameter>().unwrap());
    let values = [150e3, 0.08, 5e-9, 1.1e5, 0.03, 4e-9];
    // The same numbers in a deck: each set has a material of its own there.
    let changed = MIXED
        .replace("*SOLID SECTION, ELSET=CUBE, MATERIAL=STEEL", &format!("*MATERIAL, NAME=A\n*ELASTIC\n{}, 0.3\n*DENSITY\n8e-9\n*SOLID SECTION, ELSET=CUBE, MATERIAL=A", values[0]))
        .replace("*SOLID SECTION, ELSET=BARS, MATERIAL=ALU\n0.05", &format!("*MATERIAL, NAME=B\n*ELASTIC\n70000, 0.33\n*DENSITY\n{}\n*SOLID SECTION, ELSET=BARS, MATERIAL=B\n{}", values[2], values[1]))
        .replace("*BEAM GENERAL SECTION, ELSET=BEAMS, SECTION=GENERAL, MATERIAL=STEEL\n0.02", &format!("*MATERIAL, NAME=C\n*ELASTIC\n{}, 0.3\n*DENSITY\n{}\n*BEAM GENERAL SECTION, ELSET=BEAMS, SECTION=GENERAL, MATERIAL=C\n{}", values[3], values[5], values[4]));
    let changed = model(&changed);
    let family =
        Assembly::new(&base).unwrap().affine(&parameters, Some(MassScheme::Consistent), &Silent).unwrap();
    let assembly = Assembly::new(&changed).unwrap();
    check_close(&family.stiffness_at(&values).unwrap(), &assembly.stiffness(&Silent).unwrap(), 1e-14);
    let mass = assembly.mass(MassScheme::Consistent, &Silent).unwrap();
    check_close(&family.mass_at(&values).unwrap(), &mass, 1e-14);
    let nominal: Vec<f64> = family.nominal.iter().map(|value| value.unwrap()).collect();
    assert_eq!(nominal, [200e3, 0.05, 2.7e-9, 200e3, 0.02, 8e-9]);
    // At the deck's own numbers they are its own matrices.
    let own = Assembly::new(&base).unwrap().stiffness(&Silent).unwrap();
    check_close(&family.stiffness_at(&nominal).unwrap(), &own, 1e-14);
}

#[test]
fn a_shear_modulus_given_by_itself_does_not_follow_youngs() {
    // Also where a material is named, which gives the density then.
    for density in ["DENSITY=8e-9", "MATERIAL=STEEL"] {
        let with = |young: f64| {
            MIXED
                .replace("SECTION=GENERAL, MATERIAL=STEEL", &format!("SECTION=GENERAL, {density}"))
                .replace("0, 1, 0.2\n", &format!("0, 1, 0.2\n{young}, 90000\n"))
        };
        let (base, changed) = (model(&with(2e5)), model(&with(3e5)));
        let parameter = Parameter { element_set: "beams".into(), property: Property::YoungsModulus };
        let assembly = Assembly::new(&base).unwrap();
        let family = assembly.affine(&[parameter], Some(MassScheme::Consistent), &Silent).unwrap();
        let expected = Assembly::new(&changed).unwrap().stiffness(&Silent).unwrap();
        check_close(&family.stiffness_at(&[3e5]).unwrap(), &expected, 1e-14);
    }
}

#[test]
fn terms_have_the_same_bits_on_any_number_of_threads() {
    let model = model(MIXED);
    let parameters =
        ["CUBE.youngs_modulus", "BEAMS.area", "BARS.density"].map(|text| text.parse::<Parameter>().unwrap());
    let run = |threads| {
        with_threads(threads, || {
            let assembly = Assembly::new(&model).unwrap();
            let family = assembly.affine(&parameters, Some(MassScheme::Consistent), &Silent).unwrap();
            (family.stiffness, family.mass)
        })
        .unwrap()
    };
    let one = run(1);
    for threads in [2, 4] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

#[test]
fn a_density_is_needed_where_no_parameter_gives_it() {
    let model = model(
        &MIXED
            .replace("SECTION=GENERAL, MATERIAL=STEEL", "SECTION=GENERAL")
            .replace("0, 1, 0.2\n", "0, 1, 0.2\n2e5, 9e4\n"),
    );
    let assembly = Assembly::new(&model).unwrap();
    let affine =
        |text: &str| assembly.affine(&[text.parse().unwrap()], Some(MassScheme::Consistent), &Silent);
    assert!(affine("BEAMS.density").is_ok());
    let error = affine("BEAMS.area").unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::NoDensity { material: "of set BEAMS".into() });
    let family = assembly.affine(&["BEAMS.area".parse().unwrap()], None, &Silent).unwrap();
    assert!(family.mass.is_none() && family.mass_factors.is_empty());
}

#[test]
fn parameters_that_cannot_be_are_refused() {
    let model = model(MIXED);
    let assembly = Assembly::new(&model).unwrap();
    let refuse = |texts: &[&str]| {
        let parameters: Vec<Parameter> = texts.iter().map(|text| text.parse().unwrap()).collect();
        assembly.affine(&parameters, Some(MassScheme::Consistent), &Silent).unwrap_err().kind
    };
    assert_eq!(refuse(&["LEG.density"]), ModelErrorKind::UnknownSet { name: "LEG".into() });
    let overlap = refuse(&["BARS.area", "bars.area"]);
    assert_eq!(overlap.to_string(), "BARS.area and bars.area both change element 20");
    let area = refuse(&["CUBE.area"]);
    assert_eq!(area.to_string(), "CUBE.area: element 1 has no cross-section");
    assert!("CUBE".parse::<Parameter>().is_err());
    assert!("CUBE.poisson".parse::<Parameter>().is_err());
    let family =
        assembly.affine(&["BARS.area".parse().unwrap()], Some(MassScheme::Consistent), &Silent).unwrap();
    let error = family.stiffness_at(&[f64::NAN]).unwrap_err();
    assert!(matches!(error.kind, ModelErrorKind::ParameterValue { parameter: 0, .. }));
    // The larger one is to blame for an overflow.
    let parameters = ["CUBE.youngs_modulus", "BARS.area"].map(|text| text.parse().unwrap());
    let family = assembly.affine(&parameters, Some(MassScheme::Consistent), &Silent).unwrap();
    let error = family.stiffness_at(&[1.0, f64::MAX]).unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::ParameterValue { parameter: 1, value: f64::MAX });
}
