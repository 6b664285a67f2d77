//! Results of a shadow replay, as text or JSON.

use hip_commands::operations::replay::comparison::{Difference, How};
use hip_commands::operations::replay::shadow::{CallFound, Finding, Looked, ReportSink};
use hip_infra::shadow::Built;
use hip_infra::subscription::rebuild::Compared;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::output::{print_json_line, print_line};

/// The output of the results.
pub(super) struct Report {
    is_json: bool,
    bar: ProgressBar,
}

impl Report {
    pub(super) fn new(is_json: bool) -> Self {
        let style = "{wide_bar} {pos}/{len} events, {per_sec}, {eta} left";
        let style = ProgressStyle::with_template(style).expect("our own template is one");
        Self { is_json, bar: ProgressBar::no_length().with_style(style) }
    }

    /// Prints the read models and a summary.
    pub(super) fn end(&self, looked: &Looked, built: &[(&'static str, Built)]) {
        self.bar.finish_and_clear();
        for (name, built) in built {
            if self.is_json {
                print_json_line(&as_json(name, built));
            } else {
                print_line(&in_words(name, built));
            }
        }
        let models = built.iter().filter(|(_, built)| !built.is_same()).count();
        if self.is_json {
            return print_json_line(&json!({ "looked": looked, "readModelsDifferent": models }));
        }
        let Looked { events, callbacks, effects, calls, differences, .. } = looked;
        print_line(&format!(
            "{events} events, {callbacks} messages of the gateway among them, led to {effects} events and {calls} attempts at calls"
        ));
        let Looked { erased, under_way, not_played, .. } = looked;
        if erased + under_way + not_played > 0 {
            print_line(&format!(
                "passed over: {erased} of erased people, {under_way} still being done, {not_played} replays and erasures"
            ));
        }
        print_line(&format!(
            "something else would follow from {differences}; {models} of {} read models would be different",
            built.len()
        ));
    }
}

impl ReportSink for Report {
    fn found(&mut self, finding: Finding) {
        self.bar.suspend(|| {
            if self.is_json {
                print_json_line(&json!({ "difference": finding }));
            } else {
                tell(&finding);
            }
        });
    }

    fn reached(&mut self, position: i64, last: i64) {
        self.bar.set_length(last.unsigned_abs());
        self.bar.set_position(position.unsigned_abs());
    }
}

fn tell(finding: &Finding) {
    let Finding { position, event, conversation, request_id, .. } = finding;
    let request = request_id.map_or_else(String::new, |id| format!(" of request {id}"));
    print_line(&format!("position {position}: {event}{request}, conversation {conversation}"));
    for fact in &finding.facts {
        let fate = match fact.how {
            How::Added => "would follow, and did not",
            How::Removed => "followed, and would not",
            How::Changed => "would be another",
        };
        print_line(&format!("    {:<32} {fate}", fact.name));
        members(&fact.members);
    }
    for CallFound { kind, request_id, how, members: differences } in &finding.calls {
        let was = request_id.map_or_else(String::new, |id| format!("  {id}"));
        let fate = match how {
            None => "would be called as it was",
            Some(How::Added) => "would be called, and was not",
            Some(How::Removed) => "was called, and would not be",
            Some(How::Changed) => "would be called with other content",
        };
        print_line(&format!("    {kind:<32} {fate}{was}"));
        members(differences);
    }
    if let Some(failure) = &finding.failure {
        print_line(&format!("    it would fail: {failure}"));
    }
}

fn members(differences: &[Difference]) {
    for Difference { path, how } in differences {
        print_line(&format!("        {:<8} {path}", how.as_str()));
    }
}

fn in_words(name: &str, built: &Built) -> String {
    match built {
        Built::Failed(reason) => format!("{name}: cannot be built: {reason}"),
        Built::Compared(tables) => {
            let table = |table: &Compared| {
                let Compared { what, live_rows, next_rows, .. } = table;
                if table.is_same() {
                    format!("{what}: the same, {live_rows} rows")
                } else {
                    format!("{what}: NOT the same, {live_rows} rows, {next_rows} when built today")
                }
            };
            tables.iter().map(table).collect::<Vec<_>>().join("\n")
        }
    }
}

fn as_json(name: &str, built: &Built) -> serde_json::Value {
    let tables = match built {
        Built::Failed(reason) => {
            return json!({ "readModel": name, "same": false, "failure": reason });
        }
        Built::Compared(tables) => tables,
    };
    let table = |table: &Compared| {
        json!({
            "table": table.what,
            "same": table.is_same(),
            "rows": table.live_rows,
            "rowsToday": table.next_rows,
        })
    };
    let tables: Vec<_> = tables.iter().map(table).collect();
    json!({ "readModel": name, "same": built.is_same(), "tables": tables })
}
