//! Routes that AMRIT used before link tokens.

use super::envelope::Envelope;
use super::session::Session;

/// Linking by an OTP from the gateway, which no longer has this interface.
pub(super) async fn auth(_: Session) -> Envelope {
    Envelope::failed(
        "Linking by OTP ended with version 0.5 of the network; use generateLinkToken and linkCareContext",
    )
}

/// AMRIT itself always answers with a failure, and nothing of AMRIT depends on it.
pub(super) async fn always_failed(_: Session) -> Envelope {
    Envelope::failed("Failed with generic error")
}
