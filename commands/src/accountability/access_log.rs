//! Records access to patient data before returning it.
//!
//! Once an hour for each who looks, whatever they look at: whoever asks every second is not remembered every
//! second. What was looked at has a stream of its own for it, so that looks at many things do not wait for
//! each other, and so that who has looked at one thing is found by its name alone, also when it is not known
//! any more whose it was.

use chrono::{DateTime, Utc};
use hip_domain::access::{AccessEvent, Filter, Listing, View};
use hip_domain::id::{ClientName, SubjectId};
use hip_domain::stream::StreamId;
use thiserror::Error;

use crate::accountability::access_log_entry::{AccessLogEntry, remember};
use crate::accountability::caller::{COMMAND_LINE, Caller};
use crate::port::history_reader::HistoryError;
use crate::port::log::{Actor, LogError};
use crate::port::{Clock, HistoryReader, Ids, Log};
use crate::ports::Ports;

/// Somebody who looks, and where that is remembered.
pub struct AccessRecorder<'a> {
    log: &'a dyn Log,
    clock: &'a dyn Clock,
    ids: &'a dyn Ids,
    client: ClientName,
    actor: Actor,
}

/// A look could not be remembered. Then nothing is shown.
#[derive(Debug, Error)]
pub enum AccessLogError {
    /// Whose it is cannot be looked up.
    #[error(transparent)]
    Whose(#[from] HistoryError),
    /// The log cannot be written.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl<'a> AccessRecorder<'a> {
    /// Somebody who has shown their key at the door.
    pub fn over_http(ports: &'a Ports, caller: &Caller) -> Self {
        Self {
            log: ports.log.as_ref(),
            clock: ports.clock.as_ref(),
            ids: ports.ids.as_ref(),
            client: caller.name.clone(),
            actor: Actor::Door,
        }
    }

    /// Somebody who may reach the database itself. Who that is, only the system that let them in knows.
    ///
    /// # Panics
    ///
    /// Never: the name has the form of one.
    pub fn from_command_line(log: &'a dyn Log, clock: &'a dyn Clock, ids: &'a dyn Ids) -> Self {
        let client = ClientName::parse(COMMAND_LINE).expect("it has the form of a name");
        Self { log, clock, ids, client, actor: Actor::CommandLine }
    }

    /// Remembers that they look at a person in this way.
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

    /// Records that they are given something of a person: each time, and not once an hour.
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

    /// Remembers that they look at this in this way, as a look at whomever it is about, if that is known.
    /// Whoever was erased stays known by their pseudonym alone.
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

    /// Remembers that they look at a list of many persons' things, narrowed by what of this was said.
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

    /// Names one look in this hour.
    fn key(&self, now: DateTime<Utc>, what: &[&str]) -> String {
        format!("access:{}:{}:{}", self.client, what.join(":"), now.format("%Y%m%d%H"))
    }

    /// Whether that look is in the log already. Asking is a read; only the first look of an hour takes a
    /// place in a commit.
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

/// What is about no one thing lies in the stream of the day.
fn today(now: DateTime<Utc>) -> StreamId {
    StreamId::access(now.date_naive())
}
