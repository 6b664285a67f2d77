//! Batches of writes.

use std::collections::BTreeMap;

use hip_commands::port::document_store::{DocumentError, Fields, Put};

/// Maximum number of documents in one call.
const DOCUMENTS_MAX: usize = 1000;

/// Maximum number of bytes in one call, unless a single document is larger.
const BYTES_MAX: usize = 8 << 20;

/// A document, or a tombstone in its place.
#[derive(Clone, Copy)]
pub(super) struct Write<'a> {
    pub(super) key: &'a str,
    pub(super) position: i64,
    pub(super) fields: Option<&'a Fields>,
}

/// Checks the documents, keeps the latest of each key, and splits them into batches in key order.
///
/// The order prevents deadlocks between two writers of the same documents.
pub(super) fn batches(puts: &[Put]) -> Result<Vec<Vec<Write<'_>>>, DocumentError> {
    let mut latest: BTreeMap<&str, &Put> = BTreeMap::new();
    for put in puts {
        put.check()?;
        let kept = latest.entry(&put.key).or_insert(put);
        if kept.position < put.position {
            *kept = put;
        }
    }
    let mut batches: Vec<Vec<Write<'_>>> = Vec::new();
    let mut bytes = 0;
    for (key, Put { position, fields, .. }) in latest {
        let write = Write { key, position: *position, fields: Some(fields) };
        let size = fields.size();
        match batches.last_mut() {
            Some(batch) if batch.len() < DOCUMENTS_MAX && bytes + size <= BYTES_MAX => {
                batch.push(write);
                bytes += size;
            }
            _ => {
                batches.push(vec![write]);
                bytes = size;
            }
        }
    }
    Ok(batches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, position: i64, bytes: usize) -> Put {
        let fields = Fields::new().with("text", "x".repeat(bytes));
        Put { key: key.to_owned(), position, fields }
    }

    #[test]
    fn the_latest_of_a_key_is_sent() {
        let puts = [put("b", 3, 1), put("a", 1, 1), put("b", 5, 1), put("b", 4, 1)];
        let batches = batches(&puts).unwrap();
        let sent: Vec<_> = batches[0].iter().map(|write| (write.key, write.position)).collect();
        assert_eq!(sent, [("a", 1), ("b", 5)]);
    }

    #[test]
    fn a_large_document_is_written_alone() {
        let puts =
            [put("a", 1, 5 << 20), put("b", 1, 5 << 20), put("c", 1, 1), put("d", 1, 9 << 20)];
        let sizes: Vec<usize> = batches(&puts).unwrap().iter().map(Vec::len).collect();
        assert_eq!(sizes, [1, 2, 1]);
    }
}
