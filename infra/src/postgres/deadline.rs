//! Time limits of database calls.
//!
//! A connection can die silently, without an error and without an answer. The server's own limits
//! do not help then, so each call has a deadline here, too. A caller that times out drops the connection, and the
//! pool closes it ([`crate::postgres`]).

use std::io;
use std::time::Duration;

/// Time limit of one call. The server stops a statement after five seconds; the rest is network time.
pub(crate) const CALL_TIME_MAX: Duration = Duration::from_secs(12);

/// A call with a deadline.
pub(crate) trait InTime<T, E>: Future<Output = Result<T, E>> + Sized {
    /// Its result, or the error of a lost connection after the deadline.
    fn in_time(self) -> impl Future<Output = Result<T, E>>;
}

impl<C, T, E> InTime<T, E> for C
where
    C: Future<Output = Result<T, E>>,
    E: From<sqlx::Error>,
{
    fn in_time(self) -> impl Future<Output = Result<T, E>> {
        within(CALL_TIME_MAX, self)
    }
}

/// The same for several calls, with their own deadline.
pub(crate) async fn within<T, E: From<sqlx::Error>>(
    time_max: Duration,
    calls: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let no_answer =
        || io::Error::new(io::ErrorKind::TimedOut, "no answer from the database in time");
    tokio::time::timeout(time_max, calls)
        .await
        .unwrap_or_else(|_| Err(E::from(sqlx::Error::Io(no_answer()))))
}

/// Whether an answer did not come in time.
pub(crate) fn is_silent(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

/// Whether the connection is lost, or the server changed its role: what was known of the database
/// may be outdated.
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code {
        // Connection, shutdown, idle timeout, and a server that became a standby.
        Some(code) => {
            code.starts_with("08") || code.starts_with("57P") || code == "25P03" || code == "25006"
        }
        None => matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::WorkerCrashed
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_never_answered_ends_like_a_lost_connection() {
        let silent = std::future::pending::<Result<(), sqlx::Error>>();
        let error = silent.in_time().await.expect_err("nobody answers");
        assert!(is_lost(&error), "{error}");
    }

    #[tokio::test]
    async fn an_answer_that_comes_in_time_is_given_on() {
        let answered = async { Ok::<_, sqlx::Error>(7) }.in_time().await;
        assert_eq!(answered.expect("it was answered"), 7);
        let refused = async { Err::<(), _>(sqlx::Error::RowNotFound) }.in_time().await;
        assert!(!is_lost(&refused.expect_err("it was refused")));
    }
}
