//! Limits on one-time passwords, for each patient and each phone number.
//!
//! A patient is one subject of one facility. A phone number has the same pseudonym at all facilities of this service,
//! so messages sent by one facility count at the others.

use hip_domain::id::{LinkReference, RequestId, SubjectId};
use hip_domain::otp_limit::{OtpLimit, OtpLimitCommand, OtpLimitError};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::log::dispatch::DispatchError;
use crate::patients::lookup::LookupKey;
use crate::patients::patient_data::demographics;
use crate::port::log::Origin;
use crate::port::vault::VaultError;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// The counters of one link: the streams of the patient and of the phone number.
pub(crate) struct OtpCounters<'p> {
    ports: &'p Ports,
    streams: Vec<StreamId>,
    origin: Origin,
}

impl<'p> OtpCounters<'p> {
    /// The counters of a patient and this phone number.
    pub(crate) async fn of(
        ports: &'p Ports,
        subject: SubjectId,
        mobile: &Phi<String>,
        origin: Origin,
    ) -> Result<Self, VaultError> {
        let lookup = LookupKey::Mobile(mobile.reveal());
        let mobile = ports.vault.service_pseudonym(&lookup).await?;
        let streams =
            vec![StreamId::otp_limit_of_person(subject), StreamId::otp_limit_of_mobile(&mobile)];
        Ok(Self { ports, streams, origin })
    }

    /// The counters of a patient and of their current phone number, if known.
    pub(crate) async fn of_person(
        ports: &'p Ports,
        subject: SubjectId,
        origin: Origin,
    ) -> Result<Self, TaskError> {
        if let Some(mobile) = demographics(ports, subject).await?.mobile {
            return Ok(Self::of(ports, subject, &mobile, origin).await?);
        }
        let streams = vec![StreamId::otp_limit_of_person(subject)];
        Ok(Self { ports, streams, origin })
    }

    /// Counts a message before it is sent. The inner error says why it must not be sent.
    pub(crate) async fn count_send(
        &self,
        link: LinkReference,
        attempt: Uuid,
    ) -> Result<Result<(), OtpLimitError>, TaskError> {
        let (limits, now) = (self.ports.settings.otp, self.ports.clock.now());
        let command = OtpLimitCommand::Send { link, attempt, limits, now };
        let counted = self.count(command, &format!("otp:send:{attempt}")).await?;
        if counted.is_err() {
            // The first counter may have counted an attempt that the second one refused.
            self.take_back(attempt).await?;
        }
        Ok(counted)
    }

    /// Reverses the count of a message that was certainly not sent.
    pub(crate) async fn take_back(&self, attempt: Uuid) -> Result<(), TaskError> {
        let command = OtpLimitCommand::TakeBack { attempt };
        self.tell(command, &format!("otp:back:{attempt}")).await
    }

    /// Counts an OTP before it is checked. `received_at` is the time of receipt, not of processing.
    pub(crate) async fn count_try(
        &self,
        request_id: RequestId,
        received_at: chrono::DateTime<chrono::Utc>,
    ) -> Result<Result<(), OtpLimitError>, TaskError> {
        let limits = self.ports.settings.otp;
        let command = OtpLimitCommand::Try { request_id, limits, now: received_at };
        self.count(command, &format!("otp:try:{request_id}")).await
    }

    /// The OTP of this request was correct: resets the counters of wrong attempts.
    pub(crate) async fn clear(&self, request_id: RequestId) -> Result<(), TaskError> {
        self.tell(OtpLimitCommand::Clear, &format!("otp:clear:{request_id}")).await
    }

    async fn count(
        &self,
        command: OtpLimitCommand,
        key: &str,
    ) -> Result<Result<(), OtpLimitError>, TaskError> {
        for stream in &self.streams {
            let key = format!("{key}:{stream}");
            let dispatcher = &self.ports.dispatcher;
            let counted = dispatcher.execute::<OtpLimit>(stream, command, &key, &self.origin).await;
            match counted {
                Ok(_) => {}
                Err(DispatchError::Refused(why)) => return Ok(Err(why)),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Ok(()))
    }

    async fn tell(&self, command: OtpLimitCommand, key: &str) -> Result<(), TaskError> {
        for stream in &self.streams {
            let key = format!("{key}:{stream}");
            let dispatcher = &self.ports.dispatcher;
            dispatcher.execute::<OtpLimit>(stream, command, &key, &self.origin).await?;
        }
        Ok(())
    }
}
