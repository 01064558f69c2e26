//! The Rust side of `benches/peers/stress.py`: times one program on files that the script made.
//!
//! ```text
//! stress_once time PROGRAM THREADS FOLDER OUT.npy SECONDS AT_LEAST
//! ```
//!
//! PROGRAM is one of `stress_programs::PROGRAMS`; it reads what it needs from FOLDER (see `stress_data.py`) and makes
//! itself ready, then runs once to warm up unless AT_LEAST is 1, then again and again for about SECONDS. Prints one
//! JSON object with the median seconds of a run; OUT.npy gets what must agree with the other programs. Run by
//! cargo without arguments it does nothing.

mod stress_programs;

use std::path::Path;
use std::time::Instant;

use modalsweep::io::write_npy;
use modalsweep::parallel::with_threads;
use ndarray::ArrayView1;
use stress_programs::{Error, PROGRAMS};

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(()),
        ["time", program, threads, folder, out, seconds, at_least] => {
            let (seconds, at_least) = (seconds.parse()?, at_least.parse()?);
            with_threads(threads.parse()?, || {
                time(program, Path::new(folder), Path::new(out), seconds, at_least)
            })?
        }
        _ => Err("see the head of benches/stress_once.rs".into()),
    }
}

fn time(name: &str, folder: &Path, out: &Path, seconds: f64, at_least: usize) -> Result<(), Error> {
    let (_, prepare) = PROGRAMS.iter().find(|(known, _)| *known == name).ok_or("no such program")?;
    let start = Instant::now();
    let mut program = prepare(folder)?;
    let prepared = start.elapsed().as_secs_f64();
    if at_least > 1 {
        program.run()?;
    }
    let (started, mut times) = (Instant::now(), Vec::new());
    while times.len() < at_least || started.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        program.run()?;
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{{\"seconds\": {:e}, \"repeats\": {}, \"prepare_seconds\": {prepared:e}}}",
        times[times.len() / 2],
        times.len()
    );
    let values = program.result();
    write_npy(out, ArrayView1::from(&values))?;
    Ok(())
}
