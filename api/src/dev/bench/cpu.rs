//! Processor time of a process, and of a whole PostgreSQL server.

use std::fs;
use std::time::Duration;

use anyhow::Context;
use sqlx::{PgPool, Row};

/// Unit in which Linux reports processor time to programs: 10 ms, whatever the kernel uses internally.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of this process since its start.
pub(super) fn of_this_process() -> Option<Duration> {
    Some(Usage::read("self")?.own)
}

/// User and system time of another process since its start. `None` if the process has ended.
pub(super) fn of_process(pid: u32) -> Option<Duration> {
    Some(Usage::read(&pid.to_string())?.own)
}

/// A PostgreSQL server on this machine.
#[derive(Clone, Copy)]
pub(super) struct ServerCpu {
    postmaster: u32,
}

impl ServerCpu {
    /// Returns the server behind `pool`. `None` if its processes are not visible here.
    ///
    /// If the server is on another machine, the backend's id belongs to an unrelated process here. So the process
    /// counts only if its title contains the port of our connection, or says that it serves a Unix socket.
    pub(super) async fn find(pool: &PgPool) -> anyhow::Result<Option<Self>> {
        let row = sqlx::query("SELECT pg_backend_pid() AS pid, inet_client_port() AS port")
            .fetch_one(pool)
            .await
            .context("the server does not say who it is")?;
        let (pid, port): (i32, Option<i32>) = (row.try_get("pid")?, row.try_get("port")?);
        let title = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let is_ours = match port {
            Some(port) => title.contains(&format!("({port})")),
            None => title.starts_with("postgres: ") && title.contains("[local]"),
        };
        let usage = Usage::read(&pid.to_string()).filter(|_| is_ours);
        Ok(usage.map(|usage| Self { postmaster: usage.parent }))
    }

    /// Processor time of all processes of the server since its start.
    ///
    /// This includes ended processes: the postmaster waits for each of them, and the system then adds its
    /// time to that of the postmaster.
    pub(super) fn used(self) -> Option<Duration> {
        let postmaster = Usage::read(&self.postmaster.to_string())?;
        let processes = fs::read_dir("/proc").ok()?.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            Usage::read(
                name.to_str().filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))?,
            )
        });
        let children = processes.filter(|process| process.parent == self.postmaster);
        Some(
            postmaster.own
                + postmaster.ended_children
                + children.map(|it| it.own).sum::<Duration>(),
        )
    }
}

#[derive(Debug, PartialEq)]
struct Usage {
    parent: u32,
    own: Duration,
    ended_children: Duration,
}

impl Usage {
    fn read(process: &str) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// Reads field 4 (parent) and fields 14 to 17: own user and system time, then those of ended children.
    ///
    /// Field 2 is the program's name in brackets and may contain any text, so fields are counted after it.
    fn parse(stat: &str) -> Option<Self> {
        let (_, after_name) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field - 3)?.parse::<u32>().ok();
        Some(Self {
            parent: ticks(4)?,
            own: TICK.checked_mul(ticks(14)? + ticks(15)?)?,
            ended_children: TICK.checked_mul(ticks(16)? + ticks(17)?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 3 7 7 0 -1 4194304 100 0 0 0 250 40 5 6 20 0 1 0 5 6 7";
        let expected = Usage {
            parent: 3,
            own: Duration::from_millis(2_900),
            ended_children: Duration::from_millis(110),
        };
        assert_eq!(Usage::parse(stat), Some(expected));
        assert_eq!(Usage::parse("7 (short) S 1"), None);
    }

    #[test]
    fn our_own_time_is_told() {
        assert!(of_this_process().is_some());
        assert_eq!(of_process(u32::MAX), None);
    }
}
