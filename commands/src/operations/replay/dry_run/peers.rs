//! Stub peers that accept everything and send nothing.

use std::sync::Arc;

use async_trait::async_trait;
use hip_domain::id::{FacilityId, RequestId, SubjectId};
use hip_domain::sensitive::Phi;
use hip_domain::subject::Purged;
use secrecy::SecretString;
use uuid::Uuid;

use crate::port::correlation_index::CorrelationError;
use crate::port::eraser::{EraserError, RecordCounts, SubjectKeys, UnattributedMessages};
use crate::port::gateway::{GatewayMessage, SendError};
use crate::port::hiu::PushUrlRefused;
use crate::port::otp_sender::{OtpText, SmsError};
use crate::port::{CorrelationIndex, Eraser, Gateway, Hiu, OtpSender};

/// A gateway that accepts every message.
pub(super) struct AcceptAllGateway;

#[async_trait]
impl Gateway for AcceptAllGateway {
    async fn send(&self, _: GatewayMessage) -> Result<u16, SendError> {
        Ok(202)
    }
}

/// An HIU that accepts every page. Push URLs are still checked.
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

/// An SMS service that accepts every OTP.
pub(super) struct NoOtp;

#[async_trait]
impl OtpSender for NoOtp {
    async fn send(&self, _: &Phi<String>, _: &OtpText) -> Result<(), SmsError> {
        Ok(())
    }
}

/// Reports the existing records and destroys nothing.
pub(in crate::operations::replay) struct NoEraser(
    pub(in crate::operations::replay) Arc<dyn Eraser>,
);

#[async_trait]
impl Eraser for NoEraser {
    async fn count_records(&self, whose: &SubjectKeys) -> Result<RecordCounts, EraserError> {
        self.0.count_records(whose).await
    }

    async fn unattributed_messages(
        &self,
        facility: &FacilityId,
        after: i64,
    ) -> Result<Option<UnattributedMessages>, EraserError> {
        self.0.unattributed_messages(facility, after).await
    }

    async fn destroy_keys(&self, whose: &SubjectKeys) -> Result<u64, EraserError> {
        Ok(self.0.count_records(whose).await?.keys)
    }

    async fn clear(&self, _: &SubjectKeys) -> Result<Purged, EraserError> {
        Ok(Purged::default())
    }

    async fn is_purged(&self, _: SubjectId, _: i64) -> Result<bool, EraserError> {
        Ok(true)
    }
}

/// The calls of the real log only. Calls of the dry run have no position to wait for.
pub(super) struct KnownCalls<'a> {
    pub(super) inner: &'a dyn CorrelationIndex,
    pub(super) head: i64,
}

#[async_trait]
impl CorrelationIndex for KnownCalls<'_> {
    async fn calls(
        &self,
        conversation: Uuid,
        position: i64,
    ) -> Result<Vec<RequestId>, CorrelationError> {
        self.inner.calls(conversation, position.min(self.head)).await
    }

    async fn is_due(&self, call: RequestId) -> Result<bool, CorrelationError> {
        self.inner.is_due(call).await
    }
}
