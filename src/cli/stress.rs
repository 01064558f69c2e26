//! `modalsweep stress`.

mod fields;
mod plan;
mod ranking;
mod recover;
mod report;
mod source;
mod vtu;
mod write;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};
use modalsweep::io::read_npy;
use modalsweep::stress::{Component, EnvelopeOf, StressRecovery};
use ndarray::{Array2, Ix2};

use super::deck::{DeckModel, check_overwriting};
use super::failure::Failure;
use super::output::OutputFolder;
use super::progress::Display;
use super::{Common, Outcome};
use plan::Plan;
use source::Cases;

#[derive(Debug, Args)]
#[command(after_help = "\
Written to DIR: displacements.npy (cases x equations, in the order of dofs.txt); stress.npy (cases x points x 6: xx yy zz \
xy yz zx) and von_mises.npy (cases x points) at the integration points that points.npy names (element, point), in the \
element's own point order; envelope.npy (elements x 4: element, value, case and point that govern, from 1), by element \
number; the static solution adds reactions.npy (cases x supports) and supports.txt, beams add section_forces.npy (cases \
x ends x 6: N V1 V2 T M1 M2) and section_points.npy (element, end).

Displacements that are given follow dofs.txt of this command or of `assemble`: cases x equations, or equations x cases \
where only that fits. C3D8 is the element of Abaqus, with the mean change of volume; CalculiX integrates it plainly and is \
stiffer.")]
pub struct StressArgs {
    /// Mesh deck of Abaqus or CalculiX, .inp or .inp.gz; its *STATIC steps are the load cases
    #[arg(value_name = "DECK.inp")]
    deck: PathBuf,
    /// Displacements or mode shapes instead of a static solution, .npy, cases x equations
    #[arg(short = 'u', long, value_name = "U.npy")]
    displacements: Option<PathBuf>,
    /// What -u holds: displacements take the deck's given displacements where there is one row for each load case
    #[arg(long, value_enum, requires = "displacements")]
    kind: Option<KindChoice>,
    /// Folder for the results
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// What the envelope and the ranking compare: von-mises, max:COMPONENT or min:COMPONENT of xx yy zz xy yz zx
    #[arg(long, value_name = "WHAT", default_value = "von-mises")]
    envelope: EnvelopeChoice,
    /// Keep no stresses but the envelope: memory does not grow with the number of cases
    #[arg(long)]
    envelope_only: bool,
    /// Also write principal.npy (cases x points x 3, largest first) and principal_directions.npy (cases x points x 3 x 3)
    #[arg(long, conflicts_with = "envelope_only")]
    principal: bool,
    /// Covariance of the amplitudes of the modes in -u, .npy, modes x modes: writes rms_von_mises.npy (points)
    #[arg(long, value_name = "C.npy", requires = "displacements", conflicts_with = "envelope_only")]
    covariance: Option<PathBuf>,
    /// What DECK.vtu shows beside the mesh; default all, and the envelope where there are more than 20 cases
    #[arg(long, value_enum)]
    vtu: Option<VtuChoice>,
    /// Elements in the ranked table
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindChoice {
    /// Displacements of load cases
    Displacements,
    /// Mode shapes
    Modes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum VtuChoice {
    /// Displacements and stresses of all cases, averaged at the nodes of each material, and the envelope
    All,
    /// The envelope
    Envelope,
    /// No such file
    None,
}

/// The value of `--envelope`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EnvelopeChoice(EnvelopeOf);

impl FromStr for EnvelopeChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not von-mises, max:xx or min:xx, with xx, yy, zz, xy, yz or zx");
        if text == "von-mises" {
            return Ok(Self(EnvelopeOf::VonMises));
        }
        let (side, name) = text.split_once(':').ok_or_else(wrong)?;
        let component = Component::ALL.into_iter().find(|component| component.name() == name);
        match (side, component) {
            ("max", Some(component)) => Ok(Self(EnvelopeOf::Largest(component))),
            ("min", Some(component)) => Ok(Self(EnvelopeOf::Smallest(component))),
            _ => Err(wrong()),
        }
    }
}

impl EnvelopeChoice {
    /// As a heading.
    fn name(self) -> String {
        match self.0 {
            EnvelopeOf::Largest(component) => format!("largest {}", component.name()),
            EnvelopeOf::Smallest(component) => format!("smallest {}", component.name()),
            _ => "von Mises".into(),
        }
    }

    /// As the array of the .vtu file.
    fn field(self) -> String {
        format!("envelope_{}", self.name().replace(' ', "_").to_lowercase())
    }

    /// As the option has it.
    fn option(self) -> String {
        match self.0 {
            EnvelopeOf::Largest(component) => format!("max:{}", component.name()),
            EnvelopeOf::Smallest(component) => format!("min:{}", component.name()),
            _ => "von-mises".into(),
        }
    }
}

impl StressArgs {
    fn kind(&self) -> KindChoice {
        self.kind.unwrap_or(KindChoice::Displacements)
    }

    /// What the options say against each other.
    fn check_options(&self) -> Result<(), Failure> {
        if self.envelope_only && self.vtu == Some(VtuChoice::All) {
            let message = "--vtu all shows the stresses of all cases, which --envelope-only does not keep";
            return Err(Failure::new(message).with_help("leave out one of the two"));
        }
        Ok(())
    }

    fn check_overwriting(&self, deck: &DeckModel) -> Result<(), Failure> {
        let inputs = deck.files.iter().chain(&self.displacements).chain(&self.covariance);
        check_overwriting(inputs, &self.output, write::results(deck))
    }

    fn read_covariance(&self, modes: usize) -> Result<Option<Array2<f64>>, Failure> {
        let Some(path) = &self.covariance else { return Ok(None) };
        let covariance = read_npy(path)?;
        let shape = covariance.shape().to_vec();
        match covariance.into_dimensionality::<Ix2>() {
            Ok(matrix) if matrix.dim() == (modes, modes) => Ok(Some(matrix)),
            _ => {
                let path = path.display();
                let message = format!("{path}: a covariance of shape {shape:?} for {modes} mode(s)");
                Err(Failure::new(message).with_help("a covariance is modes x modes"))
            }
        }
    }
}

/// Where the time went.
#[derive(Default)]
struct Seconds {
    read: f64,
    assemble: f64,
    stress: f64,
    compute: f64,
    write: f64,
}

/// Adds the seconds that `work` takes to one of them.
pub fn timed<T>(seconds: &mut f64, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    *seconds += started.elapsed().as_secs_f64();
    result
}

/// Reads, solves, recovers, writes, prints.
pub fn run(args: &StressArgs, common: &Common) -> Result<Outcome> {
    args.check_options()?;
    let started = Instant::now();
    let folder = OutputFolder::open(&args.output)?;
    let deck = DeckModel::load(&args.deck)?;
    args.check_overwriting(&deck)?;
    let mut cases = Cases::open(args, &deck)?;
    let covariance = args.read_covariance(cases.count())?;
    let mut seconds = Seconds { read: started.elapsed().as_secs_f64(), ..Seconds::default() };

    let recovery = StressRecovery::new(&deck.model);
    let plan = Plan::new(args, common, &recovery, &cases)?;
    let display = Display::new(common.quiet);
    cases.solve(&deck, common, &mut seconds, &display)?;
    let covariance = covariance.as_ref();
    let mut recovered =
        recover::recover(&plan, &recovery, &mut cases, covariance, &folder, &mut seconds, &display)?;
    let solver_seconds = cases.solution().map_or(0.0, source::solver_seconds);
    seconds.compute = seconds.assemble + solver_seconds + seconds.stress;
    let started = Instant::now();
    let files = write::write(&plan, &deck, &recovery, &cases, &mut recovered, folder)?;
    seconds.write += started.elapsed().as_secs_f64();
    let ranking = ranking::ranked(&recovered.envelope, &recovery, &deck, &cases, args.top);
    let (plan, deck, recovery) = (&plan, &deck, &recovery);
    report::Report { plan, deck, recovery, cases: &cases, recovered: &recovered, ranking, seconds, files }
        .print(common)?;
    Ok(Outcome::Done)
}
