//! The machine on which the measurements run.

use std::fs;
use std::thread::available_parallelism;

use serde::Serialize;

/// The properties of the machine that affect the results.
#[derive(Serialize)]
pub(crate) struct Machine {
    core_count: usize,
    model: Option<String>,
    /// Load average of the last minute, before the first measurement. Near zero on an idle machine.
    load_at_start: Option<f64>,
    /// Load average of the last minute after the last measurement. It includes our own work.
    load_at_end: Option<f64>,
}

impl Machine {
    pub(crate) fn look() -> Self {
        Self {
            core_count: available_parallelism().map_or(1, Into::into),
            model: model(),
            load_at_start: load(),
            load_at_end: None,
        }
    }

    pub(crate) fn look_again(&mut self) {
        self.load_at_end = load();
    }

    pub(crate) fn describe(&self) -> String {
        let model = self.model.as_deref().unwrap_or("an unknown processor");
        let load = self.load_at_start.map_or("unknown".to_owned(), |load| format!("{load:.2}"));
        format!("{} cores of {model}, load {load}", self.core_count)
    }
}

fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

fn model() -> Option<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = cpus.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
