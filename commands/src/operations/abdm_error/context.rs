//! Where a code was seen, or is about to be said.

use hip_domain::outbound::Call;
use serde::Serialize;

/// Where a code was seen, or is about to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// The gateway refuses us a session, or the one we show.
    Session,
    /// The gateway refuses to tell or change what our bridge is.
    Bridge,
    /// The gateway refuses our request for a link token.
    GenerateToken,
    /// The callback with a link token brings an error instead.
    OnGenerateToken,
    /// The gateway refuses our link request.
    LinkCareContext,
    /// The callback says that a care context was not linked.
    OnCareContext,
    /// News of a linked care context are refused, at once or by callback.
    ContextNotify,
    /// A message to a patient without ABHA address is refused, at once or by callback.
    SmsNotify,
    /// The gateway refuses an answer or a report of ours: an on-… call, or the end of a transfer.
    Answer,
    /// We refuse a callback at the door.
    Callback,
    /// We answer a discovery.
    Discovery,
    /// We answer a discovery that fits more than one patient.
    DiscoveryOfSeveral,
    /// We answer the choice of care contexts.
    LinkInit,
    /// We answer a one-time password.
    LinkConfirm,
    /// We answer a one-time password that came too late.
    LinkConfirmExpired,
    /// We answer a consent notification.
    ConsentNotify,
    /// We answer a request for health information.
    DataFlow,
    /// An HIU refuses a page.
    Push,
    /// We answer a patient who shares their profile at a counter.
    ProfileShare,
}

impl Context {
    /// Every context, for tests and for the command line.
    pub const ALL: [Self; 19] = [
        Self::Session,
        Self::Bridge,
        Self::GenerateToken,
        Self::OnGenerateToken,
        Self::LinkCareContext,
        Self::OnCareContext,
        Self::ContextNotify,
        Self::SmsNotify,
        Self::Answer,
        Self::Callback,
        Self::Discovery,
        Self::DiscoveryOfSeveral,
        Self::LinkInit,
        Self::LinkConfirm,
        Self::LinkConfirmExpired,
        Self::ConsentNotify,
        Self::DataFlow,
        Self::Push,
        Self::ProfileShare,
    ];

    /// In words, after "when".
    pub const fn as_words(self) -> &'static str {
        match self {
            Self::Session => "a session is opened or used",
            Self::Bridge => "the bridge is read or changed",
            Self::GenerateToken => "a link token is requested",
            Self::OnGenerateToken => "the answer to a link token request arrives",
            Self::LinkCareContext => "a care context is sent to be linked",
            Self::OnCareContext => "the answer to a link request arrives",
            Self::ContextNotify => "a linked care context has news",
            Self::SmsNotify => "a patient is told by SMS",
            Self::Answer => "the gateway refuses an answer of ours",
            Self::Callback => "we refuse a callback",
            Self::Discovery => "we answer a discovery",
            Self::DiscoveryOfSeveral => "we answer a discovery that fits several patients",
            Self::LinkInit => "we answer the choice of care contexts",
            Self::LinkConfirm => "we answer a one-time password",
            Self::LinkConfirmExpired => "we answer a one-time password that came too late",
            Self::ConsentNotify => "we answer a consent notification",
            Self::DataFlow => "we answer a request for health information",
            Self::Push => "an HIU refuses a page",
            Self::ProfileShare => "we answer a shared profile",
        }
    }

    /// Whether a link request is refused, at once or by callback.
    pub(super) const fn is_link(self) -> bool {
        matches!(self, Self::LinkCareContext | Self::OnCareContext)
    }

    /// The context of a refusal of a call.
    pub const fn of_call(call: &Call) -> Self {
        match call {
            Call::GenerateToken { .. } => Self::GenerateToken,
            Call::LinkCareContext { .. } => Self::LinkCareContext,
            Call::ContextNotify { .. } => Self::ContextNotify,
            Call::SmsNotify { .. } => Self::SmsNotify,
            Call::PushPage { .. } => Self::Push,
            Call::OnDiscover { .. }
            | Call::ConsentOnNotify { .. }
            | Call::OnRequest { .. }
            | Call::NotifyTransfer { .. }
            | Call::OnInit { .. }
            | Call::OnConfirm { .. }
            | Call::OnShare { .. } => Self::Answer,
        }
    }

    /// The context of a refusal of what we post to a path below the gateway's base.
    pub fn of_path(path: &str) -> Self {
        match path {
            "/gateway/v3/sessions" | "/gateway/v3/certs" => Self::Session,
            "/gateway/v3/bridge/url" | "/gateway/v3/bridge-services" => Self::Bridge,
            "/v3/token/generate-token" => Self::GenerateToken,
            "/hip/v3/link/carecontext" => Self::LinkCareContext,
            "/hip/v3/link/context/notify" => Self::ContextNotify,
            "/hip/v3/link/patient/links/sms/notify2" => Self::SmsNotify,
            _ => Self::Answer,
        }
    }
}
