//! The state of the model HIP.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

#[derive(Clone, Default)]
pub(super) struct Visit {
    pub(super) code: String,
    pub(super) date: String,
    pub(super) hi_types: Vec<&'static str>,
    pub(super) linked: bool,
    /// Whether its link was sent and has not failed.
    pub(super) asked: bool,
}

#[derive(Clone, Default)]
pub(super) struct Patient {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) year: i64,
    pub(super) mobile: String,
    pub(super) address: Option<String>,
    pub(super) number: Option<String>,
    pub(super) visits: Vec<Visit>,
}

/// A link that waits for the patient's OTP.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) patient: String,
    pub(super) chosen: Value,
    pub(super) otp: String,
    pub(super) tries_left: u32,
}

#[derive(Clone)]
pub(super) struct Consent {
    pub(super) status: String,
    pub(super) detail: Value,
    pub(super) timestamp: String,
}

#[derive(Default)]
pub(super) struct Memory {
    pub(super) bearer: Option<String>,
    /// By beneficiary id.
    pub(super) patients: BTreeMap<String, Patient>,
    /// Link tokens by ABHA address.
    pub(super) tokens: BTreeMap<String, String>,
    /// ABHA addresses for which a token was requested.
    pub(super) asked: BTreeSet<String>,
    /// ABHA addresses whose refused token was deleted once.
    pub(super) redone: BTreeSet<String>,
    pub(super) gone: BTreeSet<String>,
    /// ABHA address and visit code by REQUEST-ID.
    pub(super) sent: BTreeMap<String, (String, String)>,
    /// The offered patient and visit codes, by transaction id of the discovery.
    pub(super) offers: BTreeMap<String, (String, Vec<String>)>,
    pub(super) waiting: BTreeMap<String, Waiting>,
    pub(super) consents: BTreeMap<String, Consent>,
    /// Ids of the accepted transactions.
    pub(super) accepted: BTreeSet<String>,
    /// Queue tokens by counter and ABHA address.
    pub(super) queue: BTreeMap<(String, String), usize>,
}

impl Memory {
    pub(super) fn by_address(&mut self, address: &str) -> Option<&mut Patient> {
        self.patients.values_mut().find(|it| it.address.as_deref() == Some(address))
    }
}
