//! Runs a file of test vectors.
//!
//! The format is `abdm-fidelius-vectors/1`: positive vectors, each a whole exchange, and inputs that
//! must be refused. Keys, nonces and contents are base64; derived values are hexadecimal.

mod exchange;
mod refusal;

use serde::{Deserialize, Serialize};

/// The only format that is understood.
const FORMAT: &str = "abdm-fidelius-vectors/1";

/// Why a file can't be run at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It isn't JSON, or a member has the wrong type.
    #[error("not a vector file")]
    Json(#[from] serde_json::Error),
    /// It is of another format or version.
    #[error("the file's format is not abdm-fidelius-vectors/1")]
    Format,
    /// It holds no vector, so running it would prove nothing.
    #[error("the file holds no vectors")]
    Empty,
}

/// What became of a file. Prints as `97 passed, 0 failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many cases passed in every step.
    pub passed: usize,
    /// The cases that didn't, each with its first failing step.
    pub failed: Vec<Failure>,
}

/// A case that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The vector's name in the file.
    pub name: String,
    /// The step of the exchange, such as `shared secret`.
    pub step: &'static str,
    /// What was wrong there. Vectors are public, so values may appear.
    pub what: String,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed.len())
    }
}

#[derive(Deserialize)]
struct File {
    format: String,
    #[serde(default)]
    vectors: Vec<exchange::Vector>,
    #[serde(default)]
    reject: Vec<refusal::Case>,
}

/// Run every case of a file.
///
/// # Errors
///
/// [`FileError`] if there is nothing to run; failing cases are in the [`Summary`].
pub fn run(json: &str) -> Result<Summary, FileError> {
    let file: File = serde_json::from_str(json)?;
    if file.format != FORMAT {
        return Err(FileError::Format);
    }
    if file.vectors.is_empty() && file.reject.is_empty() {
        return Err(FileError::Empty);
    }
    let mut summary = Summary::default();
    for vector in &file.vectors {
        summary.count(&vector.name, vector.run());
    }
    for case in &file.reject {
        summary.count(&case.name, case.run());
    }
    Ok(summary)
}

impl Summary {
    fn count(&mut self, name: &str, outcome: Result<(), Broken>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(Broken { step, what }) => {
                self.failed.push(Failure { name: name.to_owned(), step, what });
            }
        }
    }
}

/// The first thing that went wrong in a case.
struct Broken {
    step: &'static str,
    what: String,
}

/// Turns an error into a broken step.
trait Step<T> {
    fn step(self, step: &'static str) -> Result<T, Broken>;
}

impl<T, E: std::fmt::Display> Step<T> for Result<T, E> {
    fn step(self, step: &'static str) -> Result<T, Broken> {
        self.map_err(|error| Broken { step, what: error.to_string() })
    }
}

/// Compare what was computed with what the file says, if it says anything.
fn same<T: AsRef<str>>(step: &'static str, ours: &str, theirs: Option<&T>) -> Result<(), Broken> {
    match theirs.map(AsRef::as_ref) {
        Some(theirs) if theirs != ours => {
            Err(Broken { step, what: format!("computed {ours}, the file says {theirs}") })
        }
        _ => Ok(()),
    }
}
