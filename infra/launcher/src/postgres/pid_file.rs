//! Reads `postmaster.pid`: does a server already run on this cluster?

use std::fs;
use std::io;
use std::path::Path;

use rustix::process::{Pid, test_kill_process};

use super::socket_dir::Socket;

/// A running server, as its own lock file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFileEntry {
    pub(crate) pid: Pid,
    pub(crate) port: u16,
    /// Its socket. `None` for servers that earlier versions of this crate started.
    pub(crate) socket: Option<Socket>,
    /// Whether it also listens on its port.
    pub(crate) is_on_loopback: bool,
    /// Whether the server says that it accepts connections.
    pub(crate) is_ready: bool,
}

/// Returns the server that runs on `cluster`. `None` if there is none, or if its file is stale.
///
/// The file of a killed server remains, and its process id may now belong to another process. So the file
/// counts only if that process is named `postgres`, is not a zombie, and does not work in another
/// directory.
pub(crate) fn running(cluster: &Path) -> Option<PidFileEntry> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let running = parse(&text)?;
    is_server_of(running.pid, cluster).then_some(running)
}

/// Removes the file of a server that is not [`running`].
///
/// PostgreSQL removes the file itself if no process has that id. If any process has it, even an unrelated
/// one or a zombie, PostgreSQL refuses to start; in a restarted container this is nearly always so. It also
/// refuses, with or without the file, while processes of the old server use its memory.
pub(crate) fn remove_stale(cluster: &Path) -> io::Result<()> {
    match fs::remove_file(cluster.join("postmaster.pid")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Parses the file: line 1 is the process id, 4 the port, 5 the directory of the socket, 6 the address, 8
/// the state.
///
/// Lines are added while a server starts.
fn parse(text: &str) -> Option<PidFileEntry> {
    let mut lines = text.lines().map(str::trim);
    // Negative: the cluster is open in single-user mode, which serves no client.
    let pid = lines.next()?.parse().ok().filter(|pid| *pid > 0).and_then(Pid::from_raw)?;
    let port = lines.nth(2)?.parse().ok()?;
    let directory = lines.next().filter(|line| !line.is_empty());
    let socket = directory.map(|directory| Socket { directory: directory.into(), port });
    let is_on_loopback = lines.next().is_some_and(|address| !address.is_empty());
    let is_ready = lines.nth(1) == Some("ready");
    Some(PidFileEntry { pid, port, socket, is_on_loopback, is_ready })
}

fn is_server_of(pid: Pid, cluster: &Path) -> bool {
    let process = Path::new("/proc").join(pid.as_raw_pid().to_string());
    let Ok(stat) = fs::read_to_string(process.join("stat")) else {
        // Either the process is gone, or this system has no /proc. Then only its existence can be checked.
        return !Path::new("/proc/self").exists() && test_kill_process(pid).is_ok();
    };
    // `123 (postgres) S …`: the name in brackets, then the state.
    let Some((name, state)) = stat.rsplit_once(')').and_then(|(before, after)| {
        Some((before.split_once('(')?.1, after.trim_start().chars().next()?))
    }) else {
        return false;
    };
    // Only its own user and root may read where a process works.
    let works_elsewhere = fs::read_link(process.join("cwd"))
        .is_ok_and(|directory| fs::canonicalize(cluster).is_ok_and(|own| own != directory));
    name == "postgres" && !matches!(state, 'Z' | 'X') && !works_elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_in_every_stage_of_a_start() {
        let whole =
            "4242\n/var/tmp/x/pg\n1764000000\n5432\n/var/tmp/x/socket\n\n  123 4\nready   \n";
        let expected = PidFileEntry {
            pid: Pid::from_raw(4242).unwrap(),
            port: 5432,
            socket: Some(Socket { directory: "/var/tmp/x/socket".into(), port: 5432 }),
            is_on_loopback: false,
            is_ready: true,
        };
        assert_eq!(parse(whole), Some(expected.clone()));
        let starting = whole.replace("ready   ", "starting");
        assert_eq!(parse(&starting), Some(PidFileEntry { is_ready: false, ..expected.clone() }));
        let earlier = "4242\n/var/tmp/x/pg\n1764000000\n5432\n\n127.0.0.1\n  123 4\nready   \n";
        assert_eq!(
            parse(earlier),
            Some(PidFileEntry { socket: None, is_on_loopback: true, ..expected })
        );
        assert_eq!(parse("4242\n/var/tmp/x/pg\n1764000000\n"), None);
        assert_eq!(parse("-1\n\n\n40001\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn another_process_under_the_old_number_is_no_server() {
        let cluster = tempfile::tempdir().unwrap();
        let own_pid = std::process::id();
        fs::write(cluster.path().join("postmaster.pid"), format!("{own_pid}\n\n\n40001\n"))
            .unwrap();
        assert_eq!(running(cluster.path()), None);
    }
}
