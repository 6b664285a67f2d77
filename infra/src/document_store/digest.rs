//! A digest of the content of a generation, equal for every store.
//!
//! SHA-256 over each document in key order: key, then fields. A text is its length in bytes
//! and its bytes; a list or a document is its number of elements and the elements; every value has its type
//! before it, and numbers are big-endian. So no two different documents give the same bytes.

use hip_commands::port::document_store::{CollectionDigest, Document, FieldValue, Fields};
use hip_domain::id::Digest;
use sha2::{Digest as _, Sha256};

/// Builds a digest; documents must come in key order.
pub(super) struct Digester {
    count: u64,
    hash: Sha256,
}

impl Digester {
    pub(super) fn new() -> Self {
        Self { count: 0, hash: Sha256::new_with_prefix("hip/documents/1") }
    }

    pub(super) fn add(&mut self, document: &Document) {
        self.count += 1;
        self.text(&document.key);
        self.fields(&document.fields);
    }

    pub(super) fn finish(self) -> CollectionDigest {
        let digest = hex::encode(self.hash.finalize());
        let digest = Digest::parse(digest).expect("a SHA-256 is 64 hex digits");
        CollectionDigest { count: self.count, digest }
    }

    fn value(&mut self, value: &FieldValue) {
        match value {
            FieldValue::Text(text) => {
                self.hash.update(b"t");
                self.text(text);
            }
            FieldValue::Integer(number) => {
                self.hash.update(b"i");
                self.hash.update(number.to_be_bytes());
            }
            FieldValue::Flag(flag) => self.hash.update(if *flag { b"y" } else { b"n" }),
            FieldValue::Time(at) => {
                self.hash.update(b"d");
                self.hash.update(at.timestamp_millis().to_be_bytes());
            }
            FieldValue::List(elements) => {
                self.hash.update(b"l");
                self.length(elements.len());
                for element in elements {
                    self.value(element);
                }
            }
            FieldValue::Fields(fields) => {
                self.hash.update(b"f");
                self.fields(fields);
            }
        }
    }

    fn fields(&mut self, fields: &Fields) {
        let fields = fields.iter();
        self.length(fields.len());
        for (name, value) in fields {
            self.text(name);
            self.value(value);
        }
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.hash.update(text);
    }

    fn length(&mut self, length: usize) {
        let length = u64::try_from(length).expect("a length has 64 bits at most");
        self.hash.update(length.to_be_bytes());
    }
}

/// The digest of one value, to compare it without showing it.
pub(super) fn of_value(value: &FieldValue) -> String {
    let mut digester = Digester::new();
    digester.value(value);
    hex::encode(digester.hash.finalize())
}
