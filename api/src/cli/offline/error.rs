//! `hip error`: what an error code of the network means.

use hip_commands::operations::abdm_error::{self, Context, Entry};
use serde::Serialize;

use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Options of `hip error`.
#[derive(clap::Args)]
pub(crate) struct ErrorArgs {
    /// The code, with or without `ABDM-` in front.
    code: String,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Meaning {
    /// Contexts of this meaning; empty for "anywhere else".
    contexts: &'static [Context],
    #[serde(flatten)]
    entry: Entry,
}

pub(crate) fn run(options: &ErrorArgs) -> ExitStatus {
    let found = abdm_error::meanings(&options.code);
    let meanings: Vec<_> =
        found.into_iter().map(|(contexts, entry)| Meaning { contexts, entry }).collect();
    if options.json {
        print_json_line(&serde_json::json!({ "code": options.code, "meanings": meanings }));
    } else if meanings.is_empty() {
        print_error(&format!("{}: no such code is listed for a HIP", options.code));
    } else {
        let texts: Vec<_> = meanings.iter().map(in_words).collect();
        print_line(&texts.join("\n\n"));
    }
    if meanings.is_empty() { ExitStatus::Negative } else { ExitStatus::Success }
}

fn in_words(Meaning { contexts, entry }: &Meaning) -> String {
    let place = match contexts {
        [] => String::new(),
        contexts => {
            let places: Vec<_> = contexts.iter().map(|context| context.as_words()).collect();
            format!("\n  when   {}", places.join("; "))
        }
    };
    let Entry { meaning, what, cure, retry, .. } = entry;
    let retry = retry.as_words();
    format!("{meaning}{place}\n  what   {what}\n  cure   {cure}\n  retry  {retry}")
}
