//! What AMRIT had before link tokens.

use super::envelope::Envelope;
use super::session::Session;

/// Linking by an OTP that the gateway sends: it has no such interface any more.
pub(super) async fn auth(_: Session) -> Envelope {
    Envelope::failed(
        "Linking by OTP ended with version 0.5 of the network; use generateLinkToken and linkCareContext",
    )
}

/// It has never done anything.
pub(super) async fn stub(_: Session) -> Envelope {
    Envelope::failed("Failed with generic error")
}
