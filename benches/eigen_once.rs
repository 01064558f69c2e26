//! The Rust side of `benches/peers/eigen.py`: makes the matrices, and times one program on them.
//!
//! ```text
//! eigen_once make FAMILY COUNT N SEED OUT.npy             a stack; `chain` also writes OUT.mass.npy
//! eigen_once time KIND PROGRAM THREADS SET IN.npy OUT.npy SECONDS
//! ```
//!
//! `time` solves the whole stack once to warm up, then again and again for about SECONDS, and prints one JSON
//! object with the median seconds of a matrix; OUT.npy gets the eigenvalues, `count x n x 2`. Run by cargo
//! without arguments it does nothing.

mod eigen_programs;

use std::path::Path;
use std::time::Instant;

use eigen_programs::{Problem, kind};
use modalsweep::eigen::InstructionSet;
use modalsweep::eigen::random::{Family, chain_pairs, stack};
use modalsweep::io::{read_npy, write_npy};
use modalsweep::parallel::with_threads;
use ndarray::{Array3, Axis, Ix3};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<(), Error>;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(()),
        ["make", family, count, n, seed, out] => {
            make(family.parse()?, count.parse()?, n.parse()?, seed.parse()?, Path::new(out))
        }
        ["time", kind, program, threads, set, input, out, seconds] => {
            let problem = read(Path::new(input), set)?;
            let seconds = seconds.parse()?;
            with_threads(threads.parse()?, || time(kind, program, &problem, seconds, Path::new(out)))?
        }
        _ => Err("see the head of benches/eigen_once.rs".into()),
    }
}

fn mass_path(path: &Path) -> std::path::PathBuf {
    path.with_extension("mass.npy")
}

fn make(family: Family, count: usize, n: usize, seed: u64, out: &Path) -> Outcome {
    if family == Family::SpringMassChain {
        let (stiffness, mass) = chain_pairs(count, n, seed);
        write_npy(out, stiffness.view())?;
        write_npy(&mass_path(out), mass.view())?;
    } else {
        write_npy(out, stack(family, count, n, seed).view())?;
    }
    Ok(())
}

fn read(path: &Path, set: &str) -> Result<Problem, Error> {
    let stack =
        |path: &Path| -> Result<Array3<f64>, Error> { Ok(read_npy(path)?.into_dimensionality::<Ix3>()?) };
    let mass = mass_path(path);
    Ok(Problem {
        stack: stack(path)?,
        mass: if mass.exists() { Some(stack(&mass)?) } else { None },
        set: if set == "best" { InstructionSet::detect() } else { set.parse()? },
    })
}

fn time(name: &str, program: &str, problem: &Problem, seconds: f64, out: &Path) -> Outcome {
    let (_, prepare) =
        kind(name).programs.iter().find(|(name, _)| *name == program).ok_or("no such program")?;
    let mut work = prepare(problem);
    let mut values = Vec::new();
    work(&mut values);
    let (started, mut times) = (Instant::now(), Vec::new());
    while times.len() < 3 || started.elapsed().as_secs_f64() < seconds {
        values.clear();
        let start = Instant::now();
        work(&mut values);
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let count = problem.stack.len_of(Axis(0));
    println!(
        "{{\"seconds\": {:e}, \"repeats\": {}, \"set\": \"{}\"}}",
        times[times.len() / 2] / count as f64,
        times.len(),
        problem.set
    );
    let numbers = values.iter().flat_map(|value| [value.re, value.im]).collect();
    let found = Array3::from_shape_vec((count, values.len() / count, 2), numbers)?;
    write_npy(out, found.view())?;
    Ok(())
}
