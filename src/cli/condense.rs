//! `modalsweep condense`.

mod certify;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use faer::Mat;
use modalsweep::condense::{Certificate, Guyan, GuyanOptions, Partition, Recovery, choose_masters, condense};
use modalsweep::io::read_npy;
use modalsweep::matrix::DofNames;

use certify::certify;

use super::failure::Failure;
use super::masters::{MasterSpec, parse};
use super::model::{Model, ModelArgs};
use super::ordering::OrderingChoice;
use super::output::{OutputFolder, OutputFormat};
use super::progress::Display;
use super::summary::{Run, Seconds};
use super::{Common, Outcome};

/// Written last.
const CERTIFICATE: &str = "certificate.json";

/// Matrices among the results, without their endings.
const MATRICES: [&str; 4] = ["stiffness", "mass", "recovery", "loads"];

#[derive(Debug, Args)]
pub struct CondenseArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// Masters: @FILE, a list 1,2,7-12 of equations or 12.1,12.2 of node.component, or auto:N
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    masters: String,
    /// Folder for stiffness, mass, masters.txt and certificate.json
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Also write the recovery matrix T of u_s = T u_m (slaves x masters)
    #[arg(long)]
    recovery: bool,
    /// Loads on the full model to reduce: .npy, equations x cases
    #[arg(long, value_name = "FILE")]
    loads: Option<PathBuf>,
    /// Compute the N lowest modes of the full model, and set the reduced ones beside them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    compare: Option<u32>,
    /// Format of the written matrices
    #[arg(long, value_enum, default_value_t = OutputFormat::Npy)]
    format: OutputFormat,
    /// Order of elimination
    #[arg(long, value_enum, default_value_t = OrderingChoice::Auto)]
    ordering: OrderingChoice,
    /// Pivot ratio K_ii / D_ii above which a DOF counts as not restrained
    #[arg(long, value_name = "RATIO", default_value_t = 1e11, value_parser = pivot_limit)]
    pivot_limit: f64,
}

fn pivot_limit(text: &str) -> Result<f64, String> {
    let limit = text.parse().ok().filter(|limit: &f64| limit.is_finite() && *limit > 1.0);
    limit.ok_or_else(|| "a ratio is a number above 1, such as 1e11".into())
}

impl CondenseArgs {
    /// No result may take the place of an input.
    fn check_overwriting(&self) -> Result<(), Failure> {
        let masters = self.masters.strip_prefix('@').map(PathBuf::from);
        let inputs = self.model.files().into_iter().chain(self.loads.clone()).chain(masters);
        let matrices = MATRICES.iter().flat_map(|name| [format!("{name}.npy"), format!("{name}.mtx")]);
        let results: Vec<PathBuf> = matrices
            .chain(["masters.txt".into(), CERTIFICATE.into()])
            .filter_map(|name| self.output.join(name).canonicalize().ok())
            .collect();
        for input in inputs {
            if input.canonicalize().is_ok_and(|path| results.contains(&path)) {
                return Err(Failure::new(format!(
                    "{}: this input lies where a result would be",
                    input.display()
                ))
                .with_help("choose another folder with -o"));
            }
        }
        Ok(())
    }
}

/// Reads, condenses, certifies, writes, prints.
pub fn run(args: &CondenseArgs, common: &Common) -> Result<Outcome> {
    let started = Instant::now();
    args.check_overwriting()?;
    let folder = OutputFolder::open(&args.output)?;
    let model = args.model.load()?;
    if args.compare.is_some() && model.mass.is_none() {
        return Err(Failure::new("--compare needs the mass matrix").with_help("give it with -m").into());
    }
    let loads = args.loads.as_deref().map(|path| read_loads(path, &model.names)).transpose()?;
    let spec = parse(&args.masters, &model.names)?;
    let mut seconds = Seconds { read: started.elapsed().as_secs_f64(), ..Seconds::default() };

    let started = Instant::now();
    let mut guyan = reduce(args, common, &model, spec, &mut seconds)?;
    let examined = Instant::now();
    let mut certified = certify(&guyan, &model, args.compare.map(|modes| modes as usize), common);
    certified.warnings.extend(model.warnings.iter().cloned());
    let reduced_loads = loads.map(|loads| guyan.reduce_loads(loads.as_ref()));
    seconds.compare = certified.compare_seconds;
    seconds.certificate = examined.elapsed().as_secs_f64() - seconds.compare;
    seconds.compute = started.elapsed().as_secs_f64();

    let started = Instant::now();
    let files = Output { args, model: &model, guyan: &mut guyan, folder }
        .write(&certified.certificate, reduced_loads)?;
    seconds.write = started.elapsed().as_secs_f64();
    Run {
        model: &model,
        guyan: &guyan,
        certificate: &certified.certificate,
        warnings: certified.warnings,
        seconds,
        files,
        folder: &args.output,
    }
    .print(common)?;
    Ok(if certified.comparison_failed { Outcome::SomeFailed } else { Outcome::Done })
}

/// Chooses masters where asked to, and condenses.
fn reduce(
    args: &CondenseArgs,
    common: &Common,
    model: &Model,
    spec: MasterSpec,
    seconds: &mut Seconds,
) -> Result<Guyan, Failure> {
    let started = Instant::now();
    let display = Display::new(common.quiet);
    let nodes = model.names.node_groups();
    let mut options = GuyanOptions::default();
    options.ordering = args.ordering.into();
    options.nodes = nodes.as_deref();
    options.factor.pivot_limit = args.pivot_limit;
    options.memory_limit = common.memory.remaining();
    options.recovery = if args.recovery { Recovery::Keep } else { Recovery::Discard };
    let masters = match spec {
        MasterSpec::List(list) => list,
        MasterSpec::Auto(count) => automatic(model, count, &options, &display)?,
    };
    seconds.masters = started.elapsed().as_secs_f64();
    let in_model = |error| Failure::in_model(&error, &model.names);
    let partition = Partition::new(model.names.size(), &masters).map_err(in_model)?;
    let mass = model.mass.as_ref().map(|mass| &mass.matrix);
    condense(&model.stiffness.matrix, mass, partition, &options, &display).map_err(in_model)
}

fn automatic(
    model: &Model,
    count: usize,
    options: &GuyanOptions,
    display: &Display,
) -> Result<Vec<usize>, Failure> {
    let Some(mass) = &model.mass else {
        return Err(Failure::new("--masters auto:N needs the mass matrix")
            .with_help("give it with -m, or name the masters"));
    };
    choose_masters(&model.stiffness.matrix, &mass.matrix, count, options, display)
        .map_err(|error| Failure::in_model(&error, &model.names))
}

fn read_loads(path: &Path, names: &DofNames) -> Result<Mat<f64>, Failure> {
    let size = names.size();
    let loads = read_npy(path)?;
    let shape = loads.shape().to_vec();
    if loads.ndim() > 2 || shape.first() != Some(&size) {
        return Err(Failure::new(format!(
            "{}: loads of shape {shape:?} for {size} equations",
            path.display()
        ))
        .with_help("loads are equations x cases"));
    }
    let cases = shape.get(1).copied().unwrap_or(1);
    let flat: Vec<f64> = loads.iter().copied().collect();
    if cases == 0 {
        return Err(Failure::new(format!("{}: no load case", path.display()))
            .with_help("loads are equations x cases"));
    }
    if let Some(at) = flat.iter().position(|value| !value.is_finite()) {
        let (dof, case, value) = (names.name(at / cases), at % cases + 1, flat[at]);
        return Err(Failure::new(format!(
            "{}: the load on DOF {dof} in case {case} is {value}",
            path.display()
        ))
        .with_help("loads are finite numbers"));
    }
    Ok(Mat::from_fn(size, cases, |i, j| flat[i * cases + j]))
}

struct Output<'a> {
    args: &'a CondenseArgs,
    model: &'a Model,
    guyan: &'a mut Guyan,
    folder: OutputFolder,
}

impl Output<'_> {
    /// Writes all results; the certificate last, so that a folder with a certificate is whole.
    fn write(mut self, certificate: &Certificate, loads: Option<Mat<f64>>) -> Result<Vec<String>, Failure> {
        self.clear_earlier_results();
        let format = self.args.format;
        self.folder.add_matrix("stiffness", format, self.guyan.stiffness())?;
        if let Some(mass) = self.guyan.mass() {
            self.folder.add_matrix("mass", format, mass)?;
        }
        if self.args.recovery
            && let Some(recovery) = self.guyan.take_recovery()
        {
            self.folder.add_matrix("recovery", format, recovery.as_ref())?;
        }
        if let Some(loads) = loads {
            self.folder.add_matrix("loads", format, loads.as_ref())?;
        }
        let masters = self.guyan.partition().masters().iter();
        let masters: String = masters.map(|&dof| self.model.names.unique_name(dof) + "\n").collect();
        self.folder.add_text("masters.txt", &masters)?;
        self.folder.add_json(CERTIFICATE, certificate)?;
        Ok(self.folder.finish())
    }

    /// What an earlier run left would not belong to this one. Its certificate marks the folder as ours;
    /// without one, files of these names are somebody else's.
    fn clear_earlier_results(&self) {
        if !self.args.output.join(CERTIFICATE).exists() {
            return;
        }
        self.folder.clear(CERTIFICATE);
        for name in MATRICES {
            self.folder.clear(&format!("{name}.npy"));
            self.folder.clear(&format!("{name}.mtx"));
        }
    }
}
