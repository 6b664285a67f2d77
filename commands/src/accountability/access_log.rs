//! Records access to patient data before returning it.
//!
//! The same access by the same client is recorded once an hour, except [`AccessRecorder::given`]. Each resource has
//! its own access log stream. So accesses to different resources do not compete, and the accesses to one resource can
//! be found even after the link to its patient is gone.

use chrono::{DateTime, Utc};
use hip_domain::access::{AccessEvent, Filter, Listing, SignInVia, View};
use hip_domain::id::{ClientName, SubjectId};
use hip_domain::stream::StreamId;
use thiserror::Error;

use crate::accountability::access_log_entry::{AccessLogEntry, remember};
use crate::accountability::caller::{COMMAND_LINE, Caller};
use crate::port::history_reader::HistoryError;
use crate::port::log::{Actor, LogError};
use crate::port::{Clock, HistoryReader, Ids, Log};
use crate::ports::Ports;

/// Records the accesses of one client in the log.
pub struct AccessRecorder<'a> {
    log: &'a dyn Log,
    clock: &'a dyn Clock,
    ids: &'a dyn Ids,
    client: ClientName,
    actor: Actor,
}

/// The access could not be recorded. The caller must then return no data.
#[derive(Debug, Error)]
pub enum AccessLogError {
    /// The patient of the resource could not be looked up.
    #[error(transparent)]
    Whose(#[from] HistoryError),
    /// The log could not be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl<'a> AccessRecorder<'a> {
    /// For a client that authenticated over HTTP.
    pub fn over_http(ports: &'a Ports, caller: &Caller) -> Self {
        Self {
            log: ports.log.as_ref(),
            clock: ports.clock.as_ref(),
            ids: ports.ids.as_ref(),
            client: caller.name.clone(),
            actor: Actor::Door,
        }
    }

    /// For a user of the command line, who has direct access to the database. The log does not know their name.
    ///
    /// # Panics
    ///
    /// Never: the constant is a valid client name.
    pub fn from_command_line(log: &'a dyn Log, clock: &'a dyn Clock, ids: &'a dyn Ids) -> Self {
        let client = ClientName::parse(COMMAND_LINE).expect("it has the form of a name");
        Self { log, clock, ids, client, actor: Actor::CommandLine }
    }

    /// Records that the client reads data of this patient.
    ///
    /// # Errors
    ///
    /// The log cannot be read or written.
    pub async fn patient(&self, view: View, subject: SubjectId) -> Result<(), AccessLogError> {
        let now = self.clock.now();
        let key = self.key(now, &["viewed", view.as_str(), &subject.to_string()]);
        if self.is_known(&key).await? {
            return Ok(());
        }
        let event = AccessEvent::PersonViewed { client: self.client.clone(), view, of: None };
        self.remember(&event, today(now), &key, Some(subject)).await
    }

    /// Records that the client receives data of a patient: each time, not once an hour.
    ///
    /// # Errors
    ///
    /// The log cannot be written.
    pub async fn given(
        &self,
        view: View,
        of: &StreamId,
        subject: Option<SubjectId>,
    ) -> Result<(), AccessLogError> {
        let key = format!("access:{}:{}:{}", self.client, view.as_str(), self.ids.random());
        let (client, of) = (self.client.clone(), of.clone());
        let stream = StreamId::access_to(&of);
        let event = AccessEvent::PersonViewed { client, view, of: Some(of) };
        self.remember(&event, stream, &key, subject).await
    }

    /// Records that the client reads the resource with the stream `of`. The entry names the patient, if the patient
    /// is known. After an erasure only the pseudonym remains.
    ///
    /// # Errors
    ///
    /// The log cannot be read or written.
    pub async fn resource(
        &self,
        evidence: &dyn HistoryReader,
        view: View,
        of: &StreamId,
    ) -> Result<(), AccessLogError> {
        let key = self.key(self.clock.now(), &["viewed", view.as_str(), of.as_str()]);
        if self.is_known(&key).await? {
            return Ok(());
        }
        let whose = evidence.subject_of(of).await?;
        let (client, of) = (self.client.clone(), of.clone());
        let stream = StreamId::access_to(&of);
        let event = AccessEvent::PersonViewed { client, view, of: Some(of) };
        self.remember(&event, stream, &key, whose).await
    }

    /// Records that the client reads a list with data of many patients, and which filters were used.
    ///
    /// # Errors
    ///
    /// The log cannot be read or written.
    pub async fn list(
        &self,
        listing: Listing,
        by: &[(Filter, bool)],
    ) -> Result<(), AccessLogError> {
        let now = self.clock.now();
        let by = by.iter().filter(|(_, is_said)| *is_said).map(|(filter, _)| *filter);
        let by: Vec<Filter> = by.collect();
        let words: Vec<&str> = by.iter().map(|filter| filter.as_str()).collect();
        let key = self.key(now, &["listed", listing.as_str(), &words.join("+")]);
        if self.is_known(&key).await? {
            return Ok(());
        }
        let event = AccessEvent::Listed { client: self.client.clone(), listing, by };
        self.remember(&event, today(now), &key, None).await
    }

    /// Records that a person signed in to the console.
    ///
    /// # Errors
    ///
    /// The log cannot be written.
    pub async fn signed_in(&self, via: SignInVia) -> Result<(), AccessLogError> {
        let event = AccessEvent::SignedIn { client: self.client.clone(), via };
        self.session(&event).await
    }

    /// Records that a person signed out of the console.
    ///
    /// # Errors
    ///
    /// The log cannot be written.
    pub async fn signed_out(&self) -> Result<(), AccessLogError> {
        let event = AccessEvent::SignedOut { client: self.client.clone() };
        self.session(&event).await
    }

    async fn session(&self, event: &AccessEvent) -> Result<(), AccessLogError> {
        let key = format!("access:{}:session:{}", self.client, self.ids.random());
        self.remember(event, today(self.clock.now()), &key, None).await
    }

    /// The idempotency key of this access in the current hour.
    fn key(&self, now: DateTime<Utc>, what: &[&str]) -> String {
        format!("access:{}:{}:{}", self.client, what.join(":"), now.format("%Y%m%d%H"))
    }

    /// Whether this access is already in the log. This is only a read: only the first access of an hour needs an
    /// append.
    async fn is_known(&self, key: &str) -> Result<bool, AccessLogError> {
        Ok(self.log.answered(key).await?.is_some())
    }

    async fn remember(
        &self,
        event: &AccessEvent,
        stream: StreamId,
        key: &str,
        subject: Option<SubjectId>,
    ) -> Result<(), AccessLogError> {
        let (actor, correlation) = (self.actor, self.ids.random());
        let noticed = AccessLogEntry { event, stream, key, correlation, subject, actor };
        Ok(remember(self.log, noticed).await?)
    }
}

/// The stream of the day, for entries that do not belong to one resource.
fn today(now: DateTime<Utc>) -> StreamId {
    StreamId::access(now.date_naive())
}
