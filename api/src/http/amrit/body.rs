//! Request bodies: JSON with AMRIT's members; errors use AMRIT's envelope.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::envelope::Envelope;

/// A parsed body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Envelope;

    async fn from_request(request: Request, state: &S) -> Result<Self, Envelope> {
        // The content type is ignored: AMRIT's clients send various ones.
        let text = String::from_request(request, state).await;
        let members = text.ok().and_then(|text| serde_json::from_str(&text).ok());
        let why = "The request is not a JSON object of texts and numbers";
        members.map(Self).ok_or_else(|| Envelope::failed(why))
    }
}
