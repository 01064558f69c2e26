//! Progress bars on standard error, only where that is a terminal.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use modalsweep::parallel::Progress;

/// Shows the stage at work, or nothing.
pub struct Display {
    bar: Option<Mutex<ProgressBar>>,
}

impl Display {
    pub fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        Self { bar: shown.then(|| Mutex::new(ProgressBar::hidden())) }
    }

    fn with_bar(&self, act: impl FnOnce(&mut ProgressBar)) {
        if let Some(bar) = &self.bar {
            act(&mut bar.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        }
    }
}

impl Progress for Display {
    fn begin(&self, stage: &str, total: u64) {
        let style = ProgressStyle::with_template("{msg:24} [{bar:30}] {pos}/{len} {elapsed}");
        self.with_bar(|bar| {
            *bar = ProgressBar::new(total).with_message(stage.to_string());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(200));
        });
    }

    fn advance(&self, steps: u64) {
        self.with_bar(|bar| bar.inc(steps));
    }

    fn end(&self) {
        self.with_bar(|bar| bar.finish_and_clear());
    }
}
