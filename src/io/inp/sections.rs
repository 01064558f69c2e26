//! `*MATERIAL` with what belongs to it, `*SOLID SECTION` and `*BEAM GENERAL SECTION`.

use super::deck::{BeamShape, DeckBeam, DeckMaterial, DeckProfile, DeckSection};
use super::error::DeckError;
use super::fault::Read;
use super::keywords::{allow, printable, refuse_value};
use super::names::key;
use super::parts::{optional, required};
use super::reading::{Data, Reading};
use crate::io::error::{IoErrorKind, excerpt};
use crate::io::keyword::Keyword;
use crate::io::number::{comma_fields, parse_real};

/// As Abaqus has it.
const DEFAULT_FIRST_AXIS: [f64; 3] = [0.0, 0.0, -1.0];

/// What the keyword of a beam section says.
#[derive(Debug, Clone, Copy)]
pub(super) struct BeamHead {
    element_set: usize,
    material: Option<usize>,
    density: Option<f64>,
    shape: ShapeName,
}

#[derive(Debug, Clone, Copy)]
enum ShapeName {
    General,
    Circle,
    Pipe,
    Rectangle,
}

impl Reading {
    pub fn begin_material(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["NAME"])?;
        let name = required(keyword, "NAME")?;
        if let Some(known) = self.materials.insert(key(name), self.deck.materials.len()) {
            let first = Self::name_place(&self.deck.files, self.deck.materials[known].place, self.place);
            return Err(DeckError::Duplicate { what: "material", name: printable(name), first }.into());
        }
        let material =
            DeckMaterial { name: name.to_owned(), elastic: None, density: None, place: self.place };
        self.deck.materials.push(material);
        Ok(Data::Nothing)
    }

    pub fn begin_elastic(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["TYPE"])?;
        match keyword.parameter("TYPE").map(key) {
            Some(kind) if kind != "ISO" && kind != "ISOTROPIC" => Ok(refuse_value(keyword, "TYPE", &kind)?),
            _ => Ok(Data::Elastic),
        }
    }

    pub fn begin_density(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &[])?;
        Ok(Data::Density)
    }

    pub fn elastic_line(&mut self, line: &[u8]) -> Read {
        let [young, poisson] = self.constants(line, ["Young modulus", "Poisson ratio"])?;
        match self.deck.materials.last_mut() {
            Some(material) if material.elastic.is_none() => material.elastic = Some((young, poisson)),
            _ => return Err(self.given_twice()),
        }
        Ok(())
    }

    pub fn density_line(&mut self, line: &[u8]) -> Read {
        let [density] = self.constants(line, ["density"])?;
        match self.deck.materials.last_mut() {
            Some(material) if material.density.is_none() => material.density = Some(density),
            _ => return Err(self.given_twice()),
        }
        Ok(())
    }

    /// The one line of constants; what follows them is a temperature, or the value of a field.
    fn constants<const N: usize>(&self, line: &[u8], names: [&'static str; N]) -> Read<[f64; N]> {
        let fields: Vec<_> = comma_fields(line).collect();
        if self.block.lines > 1 || fields.iter().skip(N).any(|field| !field.is_empty()) {
            return Err(DeckError::TemperatureDependent { keyword: self.block.keyword.clone() }.into());
        }
        reals(&fields, names)
    }

    fn given_twice(&self) -> super::fault::Fault {
        let keyword = self.block.keyword.clone();
        DeckError::Misplaced { keyword, position: "in a material that has one already" }.into()
    }

    pub fn begin_solid_section(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["ELSET", "MATERIAL"])?;
        let scope = self.parts.current();
        let element_set = self.names.index(scope, required(keyword, "ELSET")?);
        let material = Some(self.names.index(scope, required(keyword, "MATERIAL")?));
        let profile = DeckProfile::Solid { area: None };
        self.deck.sections.push(DeckSection { element_set, material, profile, place: self.place });
        Ok(Data::SolidSection)
    }

    pub fn solid_section_line(&mut self, line: &[u8]) -> Read {
        self.check_only_line()?;
        let field = comma_fields(line).next().unwrap_or_default();
        if let Some(DeckSection { profile: DeckProfile::Solid { area }, .. }) = self.deck.sections.last_mut()
            && !field.is_empty()
        {
            *area = Some(parse_real("area", field)?);
        }
        Ok(())
    }

    pub fn begin_beam_section(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["ELSET", "SECTION", "DENSITY", "MATERIAL", "POISSON"])?;
        let shape = match keyword.parameter("SECTION").map(key).as_deref() {
            None | Some("GENERAL") => ShapeName::General,
            Some("CIRC") => ShapeName::Circle,
            Some("PIPE") => ShapeName::Pipe,
            Some("RECT") => ShapeName::Rectangle,
            Some(other) => return Ok(refuse_value(keyword, "SECTION", other)?),
        };
        let scope = self.parts.current();
        let element_set = self.names.index(scope, required(keyword, "ELSET")?);
        let material = optional(keyword, "MATERIAL")?.map(|name| self.names.index(scope, name));
        let density = keyword.parameter("DENSITY").map(|value| parse_real("DENSITY", value.as_bytes()));
        Ok(Data::Beam(BeamHead { element_set, material, density: density.transpose()?, shape }))
    }

    /// First the dimensions, then the direction n1, then E and G.
    pub fn beam_line(&mut self, line: &[u8], head: BeamHead) -> Read {
        let fields: Vec<_> = comma_fields(line).collect();
        if self.block.lines == 1 {
            let BeamHead { element_set, material, density, shape } = head;
            let shape = shape.read(&fields)?;
            let beam = DeckBeam { shape, first_axis: DEFAULT_FIRST_AXIS, moduli: None, density };
            let (profile, place) = (DeckProfile::Beam(beam), self.block.place);
            self.deck.sections.push(DeckSection { element_set, material, profile, place });
            return Ok(());
        }
        let Some(DeckSection { profile: DeckProfile::Beam(beam), .. }) = self.deck.sections.last_mut() else {
            return Ok(());
        };
        let empty = fields.iter().all(|field| field.is_empty());
        match self.block.lines {
            2 if empty => Ok(()),
            2 => {
                beam.first_axis = direction(&fields)?;
                refuse_rest(&fields, 3)
            }
            3 => {
                let [young, shear] = reals(&fields, ["Young modulus", "shear modulus"])?;
                beam.moduli = Some((young, shear));
                refuse_rest(&fields, 2)
            }
            _ => Err(DeckError::UnexpectedData { keyword: self.block.keyword.clone() }.into()),
        }
    }
}

impl ShapeName {
    fn read(self, fields: &[&[u8]]) -> Read<BeamShape> {
        let (shape, count) = match self {
            Self::General => {
                let [area, i11, i12, i22, torsion] = reals(fields, ["A", "I11", "I12", "I22", "J"])?;
                (BeamShape::General { area, i11, i12, i22, torsion }, 5)
            }
            Self::Circle => {
                let [radius] = reals(fields, ["radius"])?;
                (BeamShape::Circle { radius }, 1)
            }
            Self::Pipe => {
                let [radius, thickness] = reals(fields, ["radius", "thickness"])?;
                (BeamShape::Pipe { radius, thickness }, 2)
            }
            Self::Rectangle => {
                let [first, second] = reals(fields, ["length along n1", "length along n2"])?;
                (BeamShape::Rectangle { first, second }, 2)
            }
        };
        refuse_rest(fields, count)?;
        Ok(shape)
    }
}

fn reals<const N: usize>(fields: &[&[u8]], names: [&'static str; N]) -> Read<[f64; N]> {
    let mut values = [0.0; N];
    for (place, (value, name)) in values.iter_mut().zip(names).enumerate() {
        *value = parse_real(name, fields.get(place).copied().unwrap_or_default())?;
    }
    Ok(values)
}

/// Three components; what is left out is zero, but not all of them.
pub(super) fn direction(fields: &[&[u8]]) -> Read<[f64; 3]> {
    let mut direction = [0.0; 3];
    for (component, field) in direction.iter_mut().zip(fields) {
        if !field.is_empty() {
            *component = parse_real("direction", field)?;
        }
    }
    match direction == [0.0; 3] {
        true => Err(DeckError::ZeroDirection.into()),
        false => Ok(direction),
    }
}

/// Numbers that would mean something else (warping, thermal expansion) may stand there only as zeros.
fn refuse_rest(fields: &[&[u8]], from: usize) -> Read {
    for field in fields.iter().skip(from).filter(|field| !field.is_empty()) {
        if parse_real("number", field)? != 0.0 {
            return Err(IoErrorKind::UnexpectedText { found: excerpt(field) }.into());
        }
    }
    Ok(())
}
