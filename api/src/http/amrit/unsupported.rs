//! What AMRIT had before link tokens.

use super::envelope::Envelope;
use super::session::Session;

/// Linking by an OTP that the gateway sends: it has no such interface any more.
pub(super) async fn auth(_: Session) -> Envelope {
    Envelope::failed(
        "Linking by OTP ended with version 0.5 of the network; use generateLinkToken and linkCareContext",
    )
}

/// In AMRIT it always answers so, and nothing of AMRIT relies on it.
pub(super) async fn always_failed(_: Session) -> Envelope {
    Envelope::failed("Failed with generic error")
}
