//! K and M, from files or from a deck.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use clap::ValueEnum;
use modalsweep::factor::FactorError;
use modalsweep::matrix::{DofNames, SymmetricMatrix};
use modalsweep::model::Assembly;
use modalsweep::modes::ModesError;
use modalsweep::parallel::Progress;

use super::super::Common;
use super::super::assemble::MassChoice;
use super::super::deck::{DeckModel, check_memory, check_overwriting};
use super::super::failure::Failure;
use super::super::model::{Model, ModelArgs};
use super::super::stress::timed;
use super::{ModesArgs, write};

/// Bytes an entry of the lower triangle that K and M take beside the pattern, M once more without its zeros.
const BYTES_AN_ENTRY: u64 = 8 + 8 + 16;

/// K and M with the names of their equations.
pub struct Pair {
    origin: Origin,
    /// What makes the results doubtful.
    pub warnings: Vec<String>,
}

enum Origin {
    Files(Box<Model>),
    Deck(Box<Assembled>),
}

/// What was made of a deck.
struct Assembled {
    deck: DeckModel,
    stiffness: SymmetricMatrix,
    mass: SymmetricMatrix,
    names: DofNames,
}

impl Pair {
    /// Reads files, and assembles a deck.
    pub fn load(
        args: &ModesArgs,
        common: &Common,
        assemble_seconds: &mut f64,
        progress: &dyn Progress,
    ) -> Result<Self, Failure> {
        match (&args.deck, &args.stiffness) {
            (Some(path), _) => Self::of_deck(args, path, common, assemble_seconds, progress),
            (None, Some(stiffness)) => Self::of_files(args, stiffness),
            (None, None) => unreachable!("the options ask for one of them"),
        }
    }

    fn of_files(args: &ModesArgs, stiffness: &Path) -> Result<Self, Failure> {
        let others = [&args.mass, &args.dofs, &args.nodes].map(Option::as_deref);
        let files = ModelArgs::of_files(stiffness, others);
        check_overwriting(&files.files(), &args.output, write::results())?;
        let model = files.load()?;
        Ok(Self { warnings: model.warnings.clone(), origin: Origin::Files(Box::new(model)) })
    }

    fn of_deck(
        args: &ModesArgs,
        path: &Path,
        common: &Common,
        seconds: &mut f64,
        progress: &dyn Progress,
    ) -> Result<Self, Failure> {
        args.mass_scheme()?;
        let scheme = args.mass_choice().scheme();
        let deck = DeckModel::load(path).map_err(|failure| match failure.message() {
            message if message.contains("this is no deck") => {
                failure.with_help("a deck begins with a keyword such as *HEADING; matrices go with -k and -m")
            }
            _ => failure,
        })?;
        check_overwriting(&deck.files, &args.output, write::results())?;
        let names = DofNames::labelled(deck.model.equations().labels().to_vec());
        let assemble = || {
            let assembly = Assembly::new(&deck.model)?;
            let bytes = BYTES_AN_ENTRY * assembly.entries() as u64;
            if let Err(failure) = check_memory(common, "the assembly", bytes, "raise --memory") {
                return Ok(Err(failure));
            }
            let stiffness = assembly.stiffness(progress)?;
            let mass = assembly.mass(scheme, progress)?.without_zeros();
            Ok(Ok((stiffness, mass)))
        };
        let (stiffness, mass) = timed(seconds, assemble).map_err(|error| Failure::of_deck(path, error))??;
        let is_preloaded = deck.frequency.is_some_and(|step| step.is_preloaded);
        let warnings = is_preloaded.then(|| {
            format!(
                "{}: *FREQUENCY follows a static step in a *STEP, PERTURBATION: the stiffness that CalculiX takes from \
                 the stresses of that step is left out",
                path.display()
            )
        });
        let assembled = Assembled { deck, stiffness, mass, names };
        Ok(Self { origin: Origin::Deck(Box::new(assembled)), warnings: warnings.into_iter().collect() })
    }

    pub fn stiffness(&self) -> &SymmetricMatrix {
        match &self.origin {
            Origin::Files(model) => &model.stiffness.matrix,
            Origin::Deck(assembled) => &assembled.stiffness,
        }
    }

    pub fn mass(&self) -> &SymmetricMatrix {
        match &self.origin {
            Origin::Files(model) => &model.mass.as_ref().expect("-k requires -m").matrix,
            Origin::Deck(assembled) => &assembled.mass,
        }
    }

    pub fn names(&self) -> &DofNames {
        match &self.origin {
            Origin::Files(model) => &model.names,
            Origin::Deck(assembled) => &assembled.names,
        }
    }

    /// Coordinates of the nodes by their numbers, where they are known.
    pub fn coordinates(&self) -> Option<Cow<'_, HashMap<i64, [f64; 3]>>> {
        match &self.origin {
            Origin::Files(model) => model.coordinates.as_ref().map(Cow::Borrowed),
            Origin::Deck(assembled) => {
                let model = &assembled.deck.model;
                let all = model.node_ids().iter().copied().zip(model.positions().iter().copied());
                Some(Cow::Owned(all.collect()))
            }
        }
    }

    /// The deck, if there is one.
    pub fn deck(&self) -> Option<&DeckModel> {
        match &self.origin {
            Origin::Files(_) => None,
            Origin::Deck(assembled) => Some(&assembled.deck),
        }
    }

    /// The files of K and M, if there is no deck.
    pub fn files(&self) -> Option<&Model> {
        match &self.origin {
            Origin::Files(model) => Some(model),
            Origin::Deck(_) => None,
        }
    }
}

impl ModesArgs {
    /// The scheme of the mass of a deck, where `--mass` names one.
    pub fn mass_scheme(&self) -> Result<Option<MassChoice>, Failure> {
        let Some(given) = self.mass.as_deref().filter(|_| self.deck.is_some()) else { return Ok(None) };
        let given = given.to_string_lossy();
        MassChoice::from_str(&given, false).map(Some).map_err(|_| {
            Failure::new(format!(
                "--mass {given}: the mass of a deck is consistent, calculix, lumped or abaqus"
            ))
            .with_help("a mass matrix in a file goes with -k")
        })
    }

    /// How the mass of a deck is made.
    pub fn mass_choice(&self) -> MassChoice {
        self.mass_scheme().ok().flatten().unwrap_or(MassChoice::Consistent)
    }

    /// The file that an error is about, where that is clear.
    pub fn file_at_fault(&self, error: &ModesError) -> Option<&Path> {
        let own = match error {
            ModesError::NoMass
            | ModesError::NegativeMass { .. }
            | ModesError::IndefiniteMass { .. }
            | ModesError::NegativeMassMotion { .. } => &self.mass,
            ModesError::Singular { .. }
            | ModesError::Indefinite { .. }
            | ModesError::Loose { .. }
            | ModesError::Factor(FactorError::ProbeFailed { .. }) => &self.stiffness,
            _ => return None,
        };
        self.deck.as_deref().or(own.as_deref())
    }
}
