//! The report of the demo: a table of its steps, and the document that the HIU received.

use serde_json::Value;

use super::progress::{Progress, Step};
use super::story::StoryResult;
use crate::output::print_line;

pub(super) fn print(progress: &Progress, told: Option<&StoryResult>) {
    progress.finish();
    print_line("");
    table(&progress.steps);
    if let Some(told) = told {
        document(told);
    }
}

fn table(steps: &[Step]) {
    let width = steps.iter().map(|step| step.title.chars().count()).max().unwrap_or(4);
    print_line(&format!("{:<width$}  {:>6}  {:>8}  outcome", "step", "events", "time"));
    print_line(&format!("{:-<width$}  {:->6}  {:->8}  {:-<7}", "", "", "", ""));
    let mut events = 0;
    for step in steps {
        events += step.events_written;
        let (mark, words) = match &step.outcome {
            Ok(words) => ("ok", words),
            Err(words) => ("FAILED", words),
        };
        let took = format!("{:.0} ms", step.took.as_secs_f64() * 1000.0);
        print_line(&format!(
            "{:<width$}  {:>6}  {took:>8}  {mark}: {words}",
            step.title, step.events_written
        ));
    }
    print_line(&format!("{:<width$}  {events:>6}", "all"));
}

/// Title and sections of the first document, as the HIU decrypted it.
fn document(told: &StoryResult) {
    let Some(Ok(bundle)) = told.delivery.pages.first().map(|page| &page.plaintext) else { return };
    let composition = &bundle["entry"][0]["resource"];
    let title = composition["title"].as_str().unwrap_or("a document");
    print_line(&format!("\nThe first document, as the HIU decrypted it: {title}"));
    for section in composition["section"].as_array().into_iter().flatten() {
        let entries = section["entry"].as_array().map_or(0, Vec::len);
        print_line(&format!("  · {} ({entries})", section_title(section)));
    }
}

fn section_title(section: &Value) -> &str {
    let coded = section["code"]["coding"][0]["display"].as_str();
    section["title"].as_str().or(coded).unwrap_or("untitled")
}
