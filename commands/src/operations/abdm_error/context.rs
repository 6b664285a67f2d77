//! The situations in which error codes occur.

use hip_domain::outbound::Call;
use serde::Serialize;

/// The situation in which an error code was received or will be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// The gateway refuses to open a session, or refuses the session token.
    Session,
    /// The gateway refuses to show or change the bridge registration.
    Bridge,
    /// The gateway refuses a request for a link token.
    GenerateToken,
    /// The callback to a token request contains an error.
    OnGenerateToken,
    /// The gateway refuses a link request.
    LinkCareContext,
    /// The callback to a link request reports a failure.
    OnCareContext,
    /// The gateway refuses a notification about a care context, in its response or by callback.
    ContextNotify,
    /// The gateway refuses an SMS notification, in its response or by callback.
    SmsNotify,
    /// The gateway refuses a reply (`on-…`) or a report of a transfer.
    Answer,
    /// This service refuses a callback in its HTTP response.
    Callback,
    /// This service replies to a discovery.
    Discovery,
    /// This service replies to a discovery that matches more than one patient.
    DiscoveryOfSeveral,
    /// This service replies to the selection of care contexts.
    LinkInit,
    /// This service replies to an OTP.
    LinkConfirm,
    /// This service replies to an OTP that arrived too late.
    LinkConfirmExpired,
    /// This service replies to a consent notification.
    ConsentNotify,
    /// This service replies to a health information request.
    DataFlow,
    /// An HIU refuses a page.
    Push,
    /// This service replies to a profile share.
    ProfileShare,
}

impl Context {
    /// All contexts, for tests and for the command line.
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

    /// The context in words that follow "when".
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

    /// Whether it is a refusal of a link request, in the response or by callback.
    pub(super) const fn is_link(self) -> bool {
        matches!(self, Self::LinkCareContext | Self::OnCareContext)
    }

    /// The context in which a refusal of this call is looked up.
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

    /// The context in which a refusal of a POST to this gateway path is looked up.
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
