//! Peers that give the recorded responses, and stores that keep nothing.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::outbound::OutboundEvent;
use hip_domain::sensitive::Phi;
use hip_domain::user_link::UserLinkEvent;
use secrecy::SecretString;

use super::scripted_log::ScriptedLog;
use crate::log::codec;
use crate::patients::lookup::LookupKey;
use crate::port::gateway::{GatewayMessage, SendError};
use crate::port::hiu::PushUrlRefused;
use crate::port::link_token_cache::{CacheError, CachedToken, Holder};
use crate::port::log::StoredEvent;
use crate::port::otp_sender::{OtpText, SmsError};
use crate::port::vault::{Opened, VaultError};
use crate::port::{Gateway, Hiu, LinkTokenCache, OtpSender, Vault};
use crate::tasks::handlers::call::EndReason;

/// Gateway, HIUs and SMS service with their recorded responses.
pub(super) struct RecordedPeers {
    pub(super) log: Arc<ScriptedLog>,
    /// Push URLs are checked with the current rules.
    pub(super) hiu: Arc<dyn Hiu>,
}

impl RecordedPeers {
    fn answer(&self) -> Result<u16, SendError> {
        let answer = self.log.outcome().and_then(|event| sent(&event));
        answer.unwrap_or_else(|| {
            self.log.break_off();
            Err(SendError::NO_ANSWER)
        })
    }
}

#[async_trait]
impl Gateway for RecordedPeers {
    async fn send(&self, _: GatewayMessage) -> Result<u16, SendError> {
        self.answer()
    }
}

#[async_trait]
impl Hiu for RecordedPeers {
    async fn push(
        &self,
        _: &Phi<String>,
        _: Phi<String>,
        _: Option<&SecretString>,
    ) -> Result<u16, SendError> {
        self.answer()
    }

    async fn check(&self, push_url: &Phi<String>) -> Result<(), PushUrlRefused> {
        self.hiu.check(push_url).await
    }
}

#[async_trait]
impl OtpSender for RecordedPeers {
    async fn send(&self, _: &Phi<String>, _: &OtpText) -> Result<(), SmsError> {
        let answer = self.log.outcome().and_then(|event| texted(&event));
        answer.unwrap_or_else(|| {
            self.log.break_off();
            Err(SmsError::Transient { status: None })
        })
    }
}

/// The response of a peer, reconstructed from the recorded event.
fn sent(event: &StoredEvent) -> Option<Result<u16, SendError>> {
    let recorded = codec::decode(event).ok()?;
    let Event::Outbound(event) = recorded.event else { return None };
    match event {
        OutboundEvent::Accepted { status, .. } => Some(Ok(status)),
        OutboundEvent::Failed { status, code, next_at, .. } => {
            // The log does not say whether the peer requested this wait.
            let retry_after = (next_at - recorded.recorded_at).to_std().ok();
            Some(Err(SendError::Unavailable { status, code, retry_after }))
        }
        OutboundEvent::Abandoned { status, code, reason, .. } => {
            Some(Err(match (EndReason::from_text(&reason), status, code) {
                (Some(EndReason::GivenUp), status, code) => {
                    SendError::Unavailable { status, code, retry_after: None }
                }
                (Some(EndReason::HadBefore), Some(status), Some(code)) => {
                    SendError::Duplicate { status, code }
                }
                (_, status, code) => SendError::Refused { status, code, reason },
            }))
        }
        OutboundEvent::Planned { .. }
        | OutboundEvent::Attempted { .. }
        | OutboundEvent::Answered { .. }
        | OutboundEvent::Suppressed { .. }
        | OutboundEvent::Resumed { .. }
        | OutboundEvent::ReplayRequested { .. } => None,
    }
}

/// The response of the SMS service, from the recorded text of its error.
fn texted(event: &StoredEvent) -> Option<Result<(), SmsError>> {
    let Event::UserLink(event) = codec::decode(event).ok()?.event else { return None };
    match event {
        UserLinkEvent::OtpSent { .. } => Some(Ok(())),
        UserLinkEvent::OtpFailed { reason, .. } => SmsError::from_text(&reason).map(Err),
        UserLinkEvent::Initiated { .. }
        | UserLinkEvent::OtpIssued { .. }
        | UserLinkEvent::Refused { .. }
        | UserLinkEvent::Confirmed { .. }
        | UserLinkEvent::Linked { .. } => None,
    }
}

/// A vault that attaches no keys.
pub(super) struct ReadOnlyVault(pub(super) Arc<dyn Vault>);

#[async_trait]
impl Vault for ReadOnlyVault {
    async fn open(&self, event: &StoredEvent) -> Result<Opened, VaultError> {
        self.0.open(event).await
    }

    async fn pseudonym(
        &self,
        facility: &FacilityId,
        lookup: &LookupKey<'_>,
    ) -> Result<Pseudonym, VaultError> {
        self.0.pseudonym(facility, lookup).await
    }

    async fn service_pseudonym(&self, lookup: &LookupKey<'_>) -> Result<Pseudonym, VaultError> {
        self.0.service_pseudonym(lookup).await
    }

    async fn attach_key(&self, _: SubjectId, _: SubjectId) -> Result<(), VaultError> {
        Ok(())
    }

    async fn is_erased(&self, subject: SubjectId) -> Result<bool, VaultError> {
        self.0.is_erased(subject).await
    }
}

/// An empty link token cache: the real one contains the current tokens, and the log contains all.
pub(super) struct NoTokens;

#[async_trait]
impl LinkTokenCache for NoTokens {
    async fn put(&self, _: i32, _: &Holder, _: &CachedToken) -> Result<(), CacheError> {
        Ok(())
    }

    async fn get(&self, _: &Holder) -> Result<Option<CachedToken>, CacheError> {
        Ok(None)
    }

    async fn forget(&self, _: i32, _: &Holder, _: i64, _: DateTime<Utc>) -> Result<(), CacheError> {
        Ok(())
    }

    async fn live(&self) -> Result<Option<i32>, CacheError> {
        Ok(None)
    }

    async fn promote(&self, _: i32) -> Result<(), CacheError> {
        Ok(())
    }

    async fn clear_generation(&self, _: i32) -> Result<(), CacheError> {
        Ok(())
    }

    fn outlives_the_process(&self) -> bool {
        false
    }

    async fn ping(&self) -> Result<(), CacheError> {
        Ok(())
    }
}
