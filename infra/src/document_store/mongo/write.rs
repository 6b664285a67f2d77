//! Writes that replace only what has a lower position.
//!
//! One `update` command for each batch; each statement is an upsert of one key by a pipeline. The server
//! decides atomically whether the stored document stays. (`Client::bulk_write` would need a newer server.)

use hip_commands::port::document_store::{CollectionName, DocumentError};
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};

use super::TIMEOUT;
use super::bson::{POSITION, stored};
use super::fault::{COLLECTION_UUID_MISMATCH, code, fault, refusal};
use super::generations::{self, Place};
use crate::document_store::batch::Write;

const DUPLICATE_KEY: i32 = 11_000;

/// Time limit for replication of a write to a majority.
const MAJORITY_TIMEOUT_MS: i64 = 4000;

/// Maximum number of attempts after a conflict. Writes are idempotent.
const ATTEMPT_COUNT_MAX: u32 = 4;

/// Result of a batch.
#[derive(Debug, PartialEq, Eq)]
enum BatchResult {
    Written,
    /// The collection was renamed, or another writer inserted one of the keys.
    Raced,
    /// A unique field has the value of another document.
    Duplicate,
    Refused(i32),
}

/// Writes a batch.
pub(super) async fn write(
    database: &Database,
    collection: &CollectionName,
    generation: i32,
    writes: &[Write<'_>],
) -> Result<(), DocumentError> {
    let updates: Vec<Bson> = writes.iter().map(|it| statement(it, generation).into()).collect();
    let mut attempt = 1;
    loop {
        let place = generations::place(database, collection, generation).await?;
        let reply = send(database, &place, updates.clone()).await?;
        match outcome(&reply) {
            BatchResult::Written => return Ok(()),
            BatchResult::Raced if attempt < ATTEMPT_COUNT_MAX => attempt += 1,
            BatchResult::Raced => {
                return Err(DocumentError::Unavailable("others write, too".into()));
            }
            BatchResult::Duplicate => return Err(DocumentError::Duplicate(collection.clone())),
            BatchResult::Refused(code) => return Err(refusal(code)),
        }
    }
}

/// Replaces a document with a lower position, or inserts a new one.
fn statement(write: &Write<'_>, generation: i32) -> Document {
    let held = doc! { "$ifNull": [format!("${POSITION}"), i64::MIN] };
    let new = doc! { "$literal": stored(write, generation) };
    let replacement = doc! { "$cond": [{ "$lt": [held, write.position] }, new, "$$ROOT"] };
    doc! {
        "q": { "_id": write.key },
        "u": [{ "$replaceWith": replacement }],
        "upsert": true,
    }
}

/// Sends an `update` command and returns the reply, even if it is an error.
async fn send(
    database: &Database,
    place: &Place,
    updates: Vec<Bson>,
) -> Result<Document, DocumentError> {
    let command = doc! {
        "update": &place.name,
        "updates": updates,
        "ordered": false,
        // Without it a collection that was just renamed would be created again.
        "collectionUUID": &place.uuid,
        "writeConcern": { "w": "majority", "wtimeout": MAJORITY_TIMEOUT_MS },
    };
    match tokio::time::timeout(TIMEOUT, database.run_command(command)).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(error)) => match code(&error) {
            Some(code) => Ok(doc! { "writeErrors": [{ "code": code }] }),
            None => Err(fault(&error)),
        },
        Err(late) => Err(DocumentError::Unavailable(Box::new(late))),
    }
}

/// Evaluates the errors of a reply: of the statements, of the command, or of the write concern.
fn outcome(reply: &Document) -> BatchResult {
    let statements = reply.get_array("writeErrors").map_or(&[][..], Vec::as_slice);
    let errors = statements
        .iter()
        .filter_map(Bson::as_document)
        .chain(reply.get_document("writeConcernError").ok());
    let outcomes: Vec<BatchResult> = errors
        .map(|error| {
            let is_of_key = error.get_document("keyPattern").is_ok_and(|it| it.contains_key("_id"));
            match error.get_i32("code").unwrap_or_default() {
                COLLECTION_UUID_MISMATCH => BatchResult::Raced,
                DUPLICATE_KEY if is_of_key => BatchResult::Raced,
                DUPLICATE_KEY => BatchResult::Duplicate,
                code => BatchResult::Refused(code),
            }
        })
        .collect();
    // Errors that a retry cannot fix come first.
    let is_lasting = |it: &BatchResult| *it != BatchResult::Raced;
    let worst = outcomes.iter().position(is_lasting).unwrap_or(0);
    outcomes.into_iter().nth(worst).unwrap_or(BatchResult::Written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_to_its_end() {
        assert_eq!(outcome(&doc! { "ok": 1, "n": 3 }), BatchResult::Written);
        let on_key = doc! { "code": DUPLICATE_KEY, "keyPattern": { "_id": 1 } };
        let on_field = doc! { "code": DUPLICATE_KEY, "keyPattern": { "requestid": 1 } };
        assert_eq!(outcome(&doc! { "writeErrors": [on_key.clone()] }), BatchResult::Raced);
        assert_eq!(outcome(&doc! { "writeErrors": [on_key, on_field] }), BatchResult::Duplicate);
        let too_few = doc! { "n": 1, "writeConcernError": { "code": 64 } };
        assert_eq!(outcome(&too_few), BatchResult::Refused(64));
    }
}
