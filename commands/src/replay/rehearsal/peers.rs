//! Peers that take everything, and that nothing reaches.

use std::sync::Arc;

use async_trait::async_trait;
use hip_domain::id::RequestId;
use hip_domain::sensitive::Phi;
use uuid::Uuid;

use crate::port::conversations::ConversationsError;
use crate::port::gateway::{GatewayMessage, SendError};
use crate::port::hiu::PushUrlRefused;
use crate::port::otp_sender::{OtpText, SmsError};
use crate::port::{Conversations, Gateway, Hiu, OtpSender};

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
    async fn push(&self, _: &Phi<String>, _: Phi<String>, _: bool) -> Result<u16, SendError> {
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
