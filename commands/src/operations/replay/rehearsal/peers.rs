//! Peers that take everything, and that nothing reaches.

use std::sync::Arc;

use async_trait::async_trait;
use hip_domain::id::{FacilityId, RequestId, SubjectId};
use hip_domain::sensitive::Phi;
use hip_domain::subject::Purged;
use secrecy::SecretString;
use uuid::Uuid;

use crate::port::conversations::ConversationsError;
use crate::port::eraser::{EraserError, Holdings, Untied, Whose};
use crate::port::gateway::{GatewayMessage, SendError};
use crate::port::hiu::PushUrlRefused;
use crate::port::otp_sender::{OtpText, SmsError};
use crate::port::{Conversations, Eraser, Gateway, Hiu, OtpSender};

/// No gateway.
pub(super) struct NoGateway;

#[async_trait]
impl Gateway for NoGateway {
    async fn send(&self, _: GatewayMessage) -> Result<u16, SendError> {
        Ok(202)
    }
}

/// No HIU. Whether an address might be called is looked at as ever.
pub(super) struct NoHiu(pub(super) Arc<dyn Hiu>);

#[async_trait]
impl Hiu for NoHiu {
    async fn push(
        &self,
        _: &Phi<String>,
        _: Phi<String>,
        _: Option<&SecretString>,
    ) -> Result<u16, SendError> {
        Ok(202)
    }

    async fn check(&self, push_url: &Phi<String>) -> Result<(), PushUrlRefused> {
        self.0.check(push_url).await
    }
}

/// No telephone.
pub(super) struct NoOtp;

#[async_trait]
impl OtpSender for NoOtp {
    async fn send(&self, _: &Phi<String>, _: &OtpText) -> Result<(), SmsError> {
        Ok(())
    }
}

/// Says what there is of a person, and destroys nothing.
pub(in crate::operations::replay) struct NoEraser(
    pub(in crate::operations::replay) Arc<dyn Eraser>,
);

#[async_trait]
impl Eraser for NoEraser {
    async fn holdings(&self, whose: &Whose) -> Result<Holdings, EraserError> {
        self.0.holdings(whose).await
    }

    async fn untied(
        &self,
        facility: &FacilityId,
        after: i64,
    ) -> Result<Option<Untied>, EraserError> {
        self.0.untied(facility, after).await
    }

    async fn destroy_keys(&self, whose: &Whose) -> Result<u64, EraserError> {
        Ok(self.0.holdings(whose).await?.keys)
    }

    async fn clear(&self, _: &Whose) -> Result<Purged, EraserError> {
        Ok(Purged::default())
    }

    async fn is_let_go(&self, _: SubjectId, _: i64) -> Result<bool, EraserError> {
        Ok(true)
    }
}

/// The calls that there really were: what is only rehearsed has no place in the log to wait for.
pub(super) struct KnownCalls<'a> {
    pub(super) inner: &'a dyn Conversations,
    pub(super) head: i64,
}

#[async_trait]
impl Conversations for KnownCalls<'_> {
    async fn calls(
        &self,
        conversation: Uuid,
        position: i64,
    ) -> Result<Vec<RequestId>, ConversationsError> {
        self.inner.calls(conversation, position.min(self.head)).await
    }

    async fn is_due(&self, call: RequestId) -> Result<bool, ConversationsError> {
        self.inner.is_due(call).await
    }
}
