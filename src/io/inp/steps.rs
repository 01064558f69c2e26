//! `*STEP` to `*END STEP`, and the procedures.

use super::deck::{DeckStep, Operation, StepKind};
use super::error::DeckError;
use super::fault::{Fault, Read};
use super::keywords::{allow, misplaced, refuse, refuse_value};
use super::names::key;
use super::reading::{Data, Reading};
use crate::io::keyword::Keyword;
use crate::io::number::{comma_fields, parse_integer, parse_real};

impl Reading {
    pub fn begin_step(&mut self, keyword: &Keyword) -> Read<Data> {
        if self.in_step {
            return Err(misplaced(keyword, "within a step").into());
        }
        allow(keyword, &["NAME", "NLGEOM", "PERTURBATION", "INC", "AMPLITUDE", "EXTRAPOLATION", "UNSYMM"])?;
        match keyword.parameter("NLGEOM").map(key).as_deref() {
            None | Some("NO") => {}
            Some(_) => return Ok(refuse(keyword, "NLGEOM")?),
        }
        if let Some(value) = keyword.parameter("UNSYMM").filter(|value| key(value) != "NO") {
            return Ok(refuse_value(keyword, "UNSYMM", value)?);
        }
        self.in_step = true;
        self.deck.steps.push(DeckStep {
            name: keyword.parameter("NAME").map(str::to_owned),
            kind: StepKind::None,
            is_perturbation: keyword.parameter("PERTURBATION").is_some(),
            boundaries: (Operation::Modify, Vec::new()),
            point_loads: (Operation::Modify, Vec::new()),
            distributed_loads: (Operation::Modify, Vec::new()),
            place: self.place,
        });
        // A title may follow.
        Ok(Data::Anything)
    }

    pub fn end_step(&mut self, _: &Keyword) -> Read<Data> {
        self.in_step = false;
        self.operations = Operations::default();
        self.check_perturbation()?;
        Ok(Data::Nothing)
    }

    /// In a linear perturbation Abaqus forgets what acts in general steps, which would go on here; so nothing may.
    fn check_perturbation(&mut self) -> Read {
        let Some(step) = self.deck.steps.last() else { return Ok(()) };
        let moves = step.boundaries.1.iter().any(|own| own.value != 0.0);
        let given = [
            (step.boundaries.0, moves),
            (step.point_loads.0, !step.point_loads.1.is_empty()),
            (step.distributed_loads.0, !step.distributed_loads.1.is_empty()),
        ];
        let mut goes_on = false;
        for (acts, (operation, is_given)) in self.acting.by_kind.iter_mut().zip(given) {
            *acts &= operation == Operation::Modify;
            goes_on |= *acts;
            *acts |= is_given;
        }
        if goes_on && step.is_perturbation && step.kind == StepKind::Static {
            let parameter = "PERTURBATION and loads of earlier steps".into();
            let error = DeckError::UnsupportedParameter { keyword: "STEP".into(), parameter };
            return Err(Fault::at(step.place, error));
        }
        Ok(())
    }

    pub fn begin_static(&mut self, keyword: &Keyword) -> Read<Data> {
        allow(keyword, &["SOLVER", "DIRECT", "TIMERESET", "TOTALTIMEATSTART", "LONGTERM"])?;
        self.begin_procedure(keyword, StepKind::Static)?;
        Ok(Data::Static)
    }

    /// Its parameters choose the solver, the normalization and what is printed.
    pub fn begin_frequency(&mut self, keyword: &Keyword) -> Read<Data> {
        self.begin_procedure(keyword, StepKind::Frequency { count: None })?;
        Ok(Data::Frequency)
    }

    fn begin_procedure(&mut self, keyword: &Keyword, kind: StepKind) -> Read {
        match self.deck.steps.last_mut() {
            Some(step) if step.kind == StepKind::None => step.kind = kind,
            _ => return Err(DeckError::SecondProcedure { keyword: keyword.title.clone() }.into()),
        }
        Ok(())
    }

    /// Times of increments: all loads act in full at the end.
    pub fn static_line(&self, line: &[u8]) -> Read {
        self.check_only_line()?;
        for field in comma_fields(line).filter(|field| !field.is_empty()) {
            parse_real("time", field)?;
        }
        Ok(())
    }

    /// Refuses a second data line.
    pub fn check_only_line(&self) -> Read {
        match self.block.lines {
            1 => Ok(()),
            _ => Err(DeckError::UnexpectedData { keyword: self.block.keyword.clone() }.into()),
        }
    }

    pub fn frequency_line(&mut self, line: &[u8]) -> Read {
        self.check_only_line()?;
        let field = comma_fields(line).next().unwrap_or_default();
        if !field.is_empty()
            && let Some(step) = self.deck.steps.last_mut()
        {
            step.kind = StepKind::Frequency { count: Some(parse_integer("number of modes", field)?) };
        }
        Ok(())
    }
}

/// What acts when a step ends.
#[derive(Debug, Default)]
pub(super) struct Acting {
    /// Whether displacements, point loads and distributed loads are given.
    by_kind: [bool; 3],
}

/// What `OP=` of the loads of the open step has said so far.
#[derive(Debug, Default)]
pub(super) struct Operations {
    pub boundaries: Option<Operation>,
    pub point_loads: Option<Operation>,
    pub distributed_loads: Option<Operation>,
}

/// The operation of one more keyword of the same kind in a step. The first one decides, as in CalculiX; one that
/// says the contrary is refused, as in Abaqus.
pub(super) fn operation(keyword: &Keyword, known: Option<Operation>) -> Result<Operation, DeckError> {
    let said = match keyword.parameter("OP").map(key).as_deref() {
        None => None,
        Some("MOD") => Some(Operation::Modify),
        Some("NEW") => Some(Operation::New),
        Some(other) => return refuse_value(keyword, "OP", other),
    };
    match (known, said) {
        (Some(known), Some(said)) if known != said => {
            Err(DeckError::MixedOperations { keyword: keyword.title.clone() })
        }
        (known, said) => Ok(known.or(said).unwrap_or_default()),
    }
}
