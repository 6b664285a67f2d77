//! All state of the simulator for one run.

pub(crate) mod discovery;
pub(crate) mod link;
pub(crate) mod links;
pub(crate) mod share;
pub(crate) mod text;
pub(crate) mod token_ledger;
pub(crate) mod transaction;

use std::collections::BTreeMap;

use crate::gateway::register::Register;
use crate::hiu::reuse::Used;
use crate::phr::consent::{ConsentRecord, RequestedConsent};
use crate::wire::operation::Operation;
use crate::wire::question::ReceivedQuestion;
use crate::wire::violation::Violation;

use self::discovery::DiscoveryRecord;
use self::link::{ConfirmRecord, InitRecord};
use self::links::Links;
use self::share::ShareRecord;
use self::text::Text;
use self::token_ledger::TokenLedger;
use self::transaction::Transaction;

/// One lock guards all state: an operation of the HIP is processed atomically.
#[derive(Default)]
pub(crate) struct State {
    /// Base URL for callbacks, without a trailing slash.
    pub(crate) bridge_url: Option<String>,
    pub(crate) register: Register,
    /// The bodies of the accepted calls, by operation and REQUEST-ID.
    pub(crate) accepted: BTreeMap<(Operation, String), serde_json::Value>,
    /// All callbacks, by REQUEST-ID.
    pub(crate) asked: BTreeMap<String, ReceivedQuestion>,
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
    /// The consent requests of HIUs, by consent request id.
    pub(crate) requested: BTreeMap<String, RequestedConsent>,
    /// By consent artefact id.
    pub(crate) consents: BTreeMap<String, ConsentRecord>,
    /// By transaction id.
    pub(crate) transactions: BTreeMap<String, Transaction>,
    /// The HIP's keys and nonces of all pages of all transactions.
    pub(crate) used: Used,
    /// Text messages by mobile number, ten digits.
    pub(crate) texts: BTreeMap<String, Vec<Text>>,
    pub(crate) violations: Vec<Violation>,
}
