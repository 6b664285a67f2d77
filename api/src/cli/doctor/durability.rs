//! Checks that committed data survives a power loss.

use hip_infra::postgres::durability::Durability;
use sqlx::PgPool;

use super::check::Check;

const NAME: &str = "durability";

pub(super) async fn check(pool: &PgPool) -> Check {
    match Durability::read(pool).await {
        Ok(settings) => judged(&settings),
        Err(error) => Check::failed(NAME, error.to_string(), "check DATABASE_URL"),
    }
}

fn judged(settings: &Durability) -> Check {
    let Durability { fsync, full_page_writes, synchronous_commit, synchronous_standby_names } =
        settings;
    for (name, value) in [
        ("fsync", fsync),
        ("full_page_writes", full_page_writes),
        ("synchronous_commit", synchronous_commit),
    ] {
        if value == "off" {
            let what = format!("{name} is off: a power cut loses what was acknowledged, or more");
            let cure =
                format!("set {name} = on in postgresql.conf, for this database and this role");
            return Check::failed(NAME, what, cure);
        }
    }
    let waits = !synchronous_standby_names.is_empty() && synchronous_commit != "local";
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

    fn shown(settings: [&str; 4]) -> String {
        let [fsync, full_page_writes, synchronous_commit, synchronous_standby_names] =
            settings.map(str::to_owned);
        let settings =
            Durability { fsync, full_page_writes, synchronous_commit, synchronous_standby_names };
        judged(&settings).to_string()
    }

    #[test]
    fn settings_that_lose_commits_at_a_power_cut_are_reported() {
        for (settings, name) in [
            (["off", "on", "on", ""], "fsync is off"),
            (["on", "off", "on", ""], "full_page_writes is off"),
            (["on", "on", "off", "*"], "synchronous_commit is off"),
        ] {
            assert!(shown(settings).contains(name), "{}", shown(settings));
        }
    }

    #[test]
    fn whether_a_standby_has_every_commit_is_said() {
        assert!(shown(["on", "on", "on", "*"]).contains("a commit waits for a standby"));
        for settings in [["on", "on", "on", ""], ["on", "on", "local", "*"]] {
            assert!(shown(settings).contains("no commit waits"), "{}", shown(settings));
        }
    }
}
