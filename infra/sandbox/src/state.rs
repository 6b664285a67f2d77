//! Everything the twin remembers of one run.

use std::collections::BTreeMap;

use crate::gateway::linking::Links;
use crate::gateway::register::Register;
use crate::gateway::token::TokenLedger;
use crate::hiu::reuse::Used;
use crate::hiu::transaction::Transaction;
use crate::operation::Operation;
use crate::phr::consent::{ConsentRecord, RequestedConsent};
use crate::phr::discovery::DiscoveryRecord;
use crate::phr::link::{ConfirmRecord, InitRecord};
use crate::phr::share::ShareRecord;
use crate::question::Asked;
use crate::sms::Text;
use crate::violation::Violation;

/// One lock guards it all: an operation of the HIP is processed as a whole or not at all.
#[derive(Default)]
pub(crate) struct State {
    /// Where callbacks go, without a trailing slash.
    pub(crate) bridge_url: Option<String>,
    pub(crate) register: Register,
    /// The accepted calls by REQUEST-ID, with the body they had.
    pub(crate) accepted: BTreeMap<(Operation, String), serde_json::Value>,
    /// Every callback by its REQUEST-ID.
    pub(crate) asked: BTreeMap<String, Asked>,
    pub(crate) tokens: TokenLedger,
    pub(crate) links: Links,
    /// By transaction id.
    pub(crate) discoveries: BTreeMap<String, DiscoveryRecord>,
    /// By the REQUEST-ID of the init callback.
    pub(crate) inits: BTreeMap<String, InitRecord>,
    /// By the REQUEST-ID of the confirm callback.
    pub(crate) confirms: BTreeMap<String, ConfirmRecord>,
    /// By the REQUEST-ID of the share callback.
    pub(crate) shares: BTreeMap<String, ShareRecord>,
    /// What HIUs asked for, by consent request id.
    pub(crate) requested: BTreeMap<String, RequestedConsent>,
    /// By consent artefact id.
    pub(crate) consents: BTreeMap<String, ConsentRecord>,
    /// By transaction id.
    pub(crate) transactions: BTreeMap<String, Transaction>,
    /// The HIP's keys and nonces, over all pages of all transactions.
    pub(crate) used: Used,
    /// Text messages by mobile number, ten digits.
    pub(crate) texts: BTreeMap<String, Vec<Text>>,
    pub(crate) violations: Vec<Violation>,
}
