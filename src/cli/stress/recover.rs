//! One pass over the cases: stresses to files, and what is kept of them.

use modalsweep::io::{IoError, NpyWriter, SealedFile};
use modalsweep::parallel::Progress;
use modalsweep::stress::{Displacements, Envelope, StressModes, StressRecovery, principal_into};
use ndarray::{Array2, Array3, Array4, ArrayView1, ArrayView2, ArrayView3, ArrayView4, s};

use super::super::failure::Failure;
use super::super::output::OutputFolder;
use super::fields::NodalFields;
use super::plan::{Fields, Plan};
use super::source::Cases;
use super::{Seconds, timed};

/// A place with the largest value there.
#[derive(Clone, Copy)]
pub struct Peak {
    pub value: f64,
    pub element: i64,
    /// From 1.
    pub point: i64,
}

/// The largest values of a case.
pub struct CasePeaks {
    /// Node number and length.
    pub displacement: (i64, f64),
    /// `None` where no element has stresses.
    pub von_mises: Option<Peak>,
}

/// What is left when all cases are done.
pub struct Recovered<'r, 'm> {
    pub peaks: Vec<CasePeaks>,
    pub envelope: Envelope<'r, 'm>,
    /// At each point, where a covariance is given.
    pub rms_von_mises: Option<Vec<f64>>,
    /// What the .vtu file shows at the nodes, where there is one.
    pub nodal: Option<NodalFields<'r, 'm>>,
    /// Results of all cases, written and without their names.
    pub files: Vec<(String, SealedFile)>,
}

/// Recovers the stresses of all cases, chunk by chunk.
pub fn recover<'r, 'm>(
    plan: &Plan,
    recovery: &'r StressRecovery<'m>,
    cases: &mut Cases,
    covariance: Option<&Array2<f64>>,
    folder: &OutputFolder,
    seconds: &mut Seconds,
    progress: &dyn Progress,
) -> Result<Recovered<'r, 'm>, Failure> {
    let mut pass = Pass::new(plan, recovery, covariance.is_some(), folder)?;
    let mut read_seconds = 0.0;
    progress.begin("stresses", plan.cases as u64);
    cases.each_chunk(recovery.model(), plan.chunk, &mut read_seconds, |first, values, displacements| {
        pass.take(first, values, displacements, seconds)?;
        progress.advance(displacements.cases() as u64);
        Ok(())
    })?;
    progress.end();
    seconds.read += read_seconds;
    let rms_von_mises = match (pass.modes.take(), covariance) {
        (Some(stresses), Some(covariance)) => {
            let rms = timed(&mut seconds.stress, || {
                pass.nodal.as_mut().map_or(Ok(()), |nodal| nodal.find_rms(covariance.view()))?;
                Ok(StressModes::from_stresses(stresses).rms_von_mises(covariance.view())?)
            });
            let path = plan.args.covariance.as_deref().unwrap_or_else(|| unreachable!("it was read"));
            Some(rms.map_err(|failure: Failure| failure.in_front(path.display()))?)
        }
        _ => None,
    };
    let files = timed(&mut seconds.write, || pass.writers.seal())?;
    Ok(Recovered { peaks: pass.peaks, envelope: pass.envelope, rms_von_mises, nodal: pass.nodal, files })
}

struct Pass<'r, 'm> {
    recovery: &'r StressRecovery<'m>,
    points: Array2<i64>,
    envelope: Envelope<'r, 'm>,
    peaks: Vec<CasePeaks>,
    /// All stresses, where they are needed at once.
    modes: Option<Array3<f64>>,
    nodal: Option<NodalFields<'r, 'm>>,
    /// von Mises stresses and components of the cases at work.
    buffers: (Array2<f64>, Array3<f64>),
    /// Principal stresses and directions of the cases at work, where they are asked for.
    principal: Option<(Array3<f64>, Array4<f64>)>,
    writers: Writers,
}

impl<'r, 'm> Pass<'r, 'm> {
    fn new(
        plan: &Plan,
        recovery: &'r StressRecovery<'m>,
        keep: bool,
        folder: &OutputFolder,
    ) -> Result<Self, Failure> {
        let points = recovery.point_count();
        let chunk = plan.chunk.min(plan.cases);
        let of_stresses = if plan.args.envelope_only { (0, 0, 6) } else { (chunk, points, 6) };
        Ok(Self {
            recovery,
            points: recovery.points(),
            envelope: Envelope::new(recovery, plan.args.envelope.0),
            peaks: Vec::with_capacity(plan.cases),
            modes: keep.then(|| Array3::zeros((plan.cases, points, 6))),
            nodal: (plan.fields != Fields::None).then(|| NodalFields::new(plan, recovery, keep)),
            buffers: (Array2::zeros((chunk, points)), Array3::zeros(of_stresses)),
            principal: plan
                .args
                .principal
                .then(|| (Array3::zeros((chunk, points, 3)), Array4::zeros((chunk, points, 3, 3)))),
            writers: Writers::create(plan, recovery, folder)?,
        })
    }

    /// Recovers and writes some cases.
    fn take(
        &mut self,
        first: usize,
        values: ArrayView2<f64>,
        displacements: &Displacements,
        seconds: &mut Seconds,
    ) -> Result<(), Failure> {
        let (recovery, count) = (self.recovery, displacements.cases());
        // Taken out, so that the rest stays free; put back for the next cases.
        let (mut von_mises, mut stresses) = std::mem::take(&mut self.buffers);
        timed(&mut seconds.stress, || {
            self.envelope.add(displacements);
            recovery.von_mises_into(displacements, von_mises.slice_mut(s![..count, ..]));
            for case in 0..count {
                self.peaks.push(self.peaks_of(case, displacements, von_mises.row(case)));
            }
        });
        let writers = &mut self.writers;
        timed(&mut seconds.write, || append(&mut writers.displacements, values))?;
        if let Some(writer) = &mut writers.von_mises {
            timed(&mut seconds.write, || append(writer, von_mises.slice(s![..count, ..])))?;
        }
        if let Some(writer) = &mut writers.sections {
            let forces = timed(&mut seconds.stress, || recovery.section_forces(displacements));
            timed(&mut seconds.write, || writer.write(forces.as_slice().expect("made in this order")))?;
        }
        if let Some(writer) = &mut writers.stress {
            let mut own = stresses.slice_mut(s![..count, .., ..]);
            timed(&mut seconds.stress, || recovery.stresses_into(displacements, own.view_mut()));
            timed(&mut seconds.write, || writer.write(own.as_slice().expect("whole cases")))?;
            if let Some((values, directions)) = &mut self.principal {
                let mut values = values.slice_mut(s![..count, .., ..]);
                let mut directions = directions.slice_mut(s![..count, .., .., ..]);
                timed(&mut seconds.stress, || {
                    principal_into(own.view(), values.view_mut(), directions.view_mut());
                });
                timed(&mut seconds.write, || writers.write_principal(values.view(), directions.view()))?;
            }
            timed(&mut seconds.stress, || self.keep(first, displacements, own.view()));
        }
        self.buffers = (von_mises, stresses);
        Ok(())
    }

    fn keep(&mut self, first: usize, displacements: &Displacements, stresses: ArrayView3<f64>) {
        if let Some(modes) = &mut self.modes {
            modes.slice_mut(s![first..first + displacements.cases(), .., ..]).assign(&stresses);
        }
        if let Some(nodal) = &mut self.nodal {
            nodal.take(first, displacements, stresses);
        }
    }

    fn peaks_of(&self, case: usize, displacements: &Displacements, von_mises: ArrayView1<f64>) -> CasePeaks {
        let (node, length) = displacements.largest(case);
        let mut peak: Option<Peak> = None;
        for (&value, point) in von_mises.iter().zip(self.points.rows()) {
            if peak.is_none_or(|peak| value > peak.value) {
                peak = Some(Peak { value, element: point[0], point: point[1] });
            }
        }
        let node = self.recovery.model().node_ids()[node];
        CasePeaks { displacement: (node, length), von_mises: peak }
    }
}

/// The files that grow with the number of cases.
struct Writers {
    displacements: NpyWriter<f64>,
    stress: Option<NpyWriter<f64>>,
    von_mises: Option<NpyWriter<f64>>,
    /// Values and directions.
    principal: Option<[NpyWriter<f64>; 2]>,
    sections: Option<NpyWriter<f64>>,
}

impl Writers {
    fn create(plan: &Plan, recovery: &StressRecovery, folder: &OutputFolder) -> Result<Self, IoError> {
        let (cases, points) = (plan.cases, recovery.point_count());
        let create = |name: &str, shape: &[usize]| NpyWriter::create(&folder.path(name), shape);
        let ends = recovery.section_points().nrows();
        let is_wanted = !plan.args.envelope_only;
        let equations = recovery.model().equations().count();
        Ok(Self {
            displacements: create("displacements.npy", &[cases, equations])?,
            stress: is_wanted.then(|| create("stress.npy", &[cases, points, 6])).transpose()?,
            von_mises: is_wanted.then(|| create("von_mises.npy", &[cases, points])).transpose()?,
            principal: match plan.args.principal {
                true => Some([
                    create("principal.npy", &[cases, points, 3])?,
                    create("principal_directions.npy", &[cases, points, 3, 3])?,
                ]),
                false => None,
            },
            sections: (is_wanted && ends > 0)
                .then(|| create("section_forces.npy", &[cases, ends, 6]))
                .transpose()?,
        })
    }

    fn write_principal(
        &mut self,
        values: ArrayView3<f64>,
        directions: ArrayView4<f64>,
    ) -> Result<(), IoError> {
        let Some([of_values, of_directions]) = &mut self.principal else { return Ok(()) };
        of_values.write(values.as_slice().expect("whole cases"))?;
        of_directions.write(directions.as_slice().expect("whole cases"))
    }

    fn seal(self) -> Result<Vec<(String, SealedFile)>, IoError> {
        let [values, directions] = self.principal.map_or([None, None], |writers| writers.map(Some));
        let all = [
            ("displacements.npy", Some(self.displacements)),
            ("stress.npy", self.stress),
            ("von_mises.npy", self.von_mises),
            ("principal.npy", values),
            ("principal_directions.npy", directions),
            ("section_forces.npy", self.sections),
        ];
        let there = all.into_iter().filter_map(|(name, writer)| Some((name, writer?)));
        there.map(|(name, writer)| Ok((name.to_owned(), writer.seal()?))).collect()
    }
}

fn append(writer: &mut NpyWriter<f64>, values: ArrayView2<f64>) -> Result<(), IoError> {
    match values.as_slice() {
        Some(values) => writer.write(values),
        None => values.rows().into_iter().try_for_each(|row| writer.write(&row.to_vec())),
    }
}
