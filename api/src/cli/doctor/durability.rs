//! Checks that committed data survives a power loss.

use sqlx::PgPool;

use super::check::Check;

const NAME: &str = "durability";

/// Reads the settings in a session of this service: they may be set for the server, the database or the role.
pub(super) async fn check(pool: &PgPool) -> Check {
    let settings = sqlx::query_as(
        "SELECT current_setting('fsync'), current_setting('full_page_writes'), \
                current_setting('synchronous_commit'), current_setting('synchronous_standby_names')",
    );
    match settings.fetch_one(pool).await {
        Ok(settings) => judged(settings),
        Err(error) => Check::failed(NAME, error.to_string(), "check DATABASE_URL"),
    }
}

fn judged(settings: (String, String, String, String)) -> Check {
    let (fsync, full_page_writes, synchronous_commit, standbys) = settings;
    for (name, value) in [
        ("fsync", &fsync),
        ("full_page_writes", &full_page_writes),
        ("synchronous_commit", &synchronous_commit),
    ] {
        if value == "off" {
            let what = format!("{name} is off: a power cut loses what was acknowledged, or more");
            let cure =
                format!("set {name} = on in postgresql.conf, for this database and this role");
            return Check::failed(NAME, what, cure);
        }
    }
    let waits = !standbys.is_empty() && synchronous_commit != "local";
    let standbys = if waits {
        "a commit waits for a standby"
    } else {
        "no commit waits for a standby: one that takes over may lack the newest"
    };
    Check::ok(NAME, format!("synchronous_commit is {synchronous_commit}; {standbys}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(settings: [&str; 4]) -> String {
        let [fsync, full_page_writes, synchronous_commit, standbys] = settings.map(str::to_owned);
        judged((fsync, full_page_writes, synchronous_commit, standbys)).to_string()
    }

    #[test]
    fn what_a_power_cut_would_lose_is_not_called_good() {
        for (settings, name) in [
            (["off", "on", "on", ""], "fsync is off"),
            (["on", "off", "on", ""], "full_page_writes is off"),
            (["on", "on", "off", "*"], "synchronous_commit is off"),
        ] {
            assert!(told(settings).contains(name), "{}", told(settings));
        }
    }

    #[test]
    fn whether_a_standby_has_every_commit_is_said() {
        assert!(told(["on", "on", "on", "*"]).contains("a commit waits for a standby"));
        for settings in [["on", "on", "on", ""], ["on", "on", "local", "*"]] {
            assert!(told(settings).contains("no commit waits"), "{}", told(settings));
        }
    }
}
