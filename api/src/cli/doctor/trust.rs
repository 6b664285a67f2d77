//! Checks for settings that trust more than necessary.

use hip_infra::config::{Config, Secrets};

use super::check::Check;

/// Requirements for the bearer of callbacks.
pub(super) fn callbacks(config: &Config, secrets: &Secrets) -> Vec<Check> {
    const NAME: &str = "callback bearer";
    let policy = config.gateway_settings(secrets).bearer;
    let mut checks = Vec::new();
    if policy.issuers.iter().all(|issuer| issuer.trim().is_empty()) {
        let cure = "leave [gateway] issuer out, or name the gateway's";
        checks.push(Check::failed(NAME, "tokens of any issuer are believed", cure));
    }
    if policy.client.is_none() {
        let cure = "leave [gateway] callback_client out, or name the gateway's client";
        checks.push(Check::failed(NAME, "tokens of any client of the network are believed", cure));
    }
    if policy.audience.trim().is_empty() {
        let cure = "leave [gateway] audience out, or name the gateway's";
        checks.push(Check::failed(NAME, "tokens for any audience are believed", cure));
    }
    if checks.is_empty() {
        let what = "issuer, audience and client are those of the gateway";
        checks.push(Check::ok(NAME, what));
    }
    checks
}

/// HIUs to which our session token is sent with a page.
pub(super) fn pages(config: &Config) -> Check {
    const NAME: &str = "push bearer";
    if config.shows_session_to_all() {
        let cure = "set [push] bearer = \"trusted\", and trust HIUs with `hip hiu trust`";
        let what = "the session token is sent to every HIU that names a push address";
        return Check::failed(NAME, what, cure);
    }
    Check::ok(NAME, "the session token is shown to HIUs that are trusted, or to none")
}

/// Whether a consent must be signed.
pub(super) fn consents(requires_signature: bool) -> Check {
    const NAME: &str = "consent signature";
    if requires_signature {
        return Check::ok(NAME, "a consent without one is refused");
    }
    let cure = "set [consent] require_signature = true, which is the default in production";
    Check::warning(NAME, "a consent without one is taken", cure)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::super::check::CheckResult;
    use super::*;

    const GATEWAY: &str = "[gateway]";

    fn config(before: &str, after: &str) -> Config {
        let text = include_str!("../../../../docs/hip.toml");
        assert!(text.contains(before));
        Config::parse(&text.replacen(before, after, 1)).unwrap()
    }

    fn secrets() -> Secrets {
        Secrets::new(SecretString::from("made-up"))
    }

    #[test]
    fn a_bearer_that_proves_less_than_it_can_is_not_called_good() {
        let outcomes = |setting: &str| {
            let config = config(GATEWAY, &format!("{GATEWAY}\n{setting}"));
            let checks = callbacks(&config, &secrets());
            checks.iter().map(|check| check.outcome).collect::<Vec<_>>()
        };
        assert_eq!(outcomes(""), [CheckResult::Ok]);
        assert_eq!(
            outcomes("issuer = [\"https://a.example\", \"https://b.example\"]"),
            [CheckResult::Ok]
        );
        for lax in [
            "issuer = []",
            "issuer = \"\"",
            "issuer = [\" \"]",
            "callback_client = \"\"",
            "audience = \"\"",
        ] {
            assert_eq!(outcomes(lax), [CheckResult::Failed], "{lax}");
        }
        assert_eq!(outcomes("issuer = []\ncallback_client = \"\""), [CheckResult::Failed; 2]);
    }

    #[test]
    fn a_session_token_for_everybody_is_not_called_good() {
        let outcome = |after: &str| pages(&config("bearer = \"trusted\"", after)).outcome;
        assert_eq!(outcome("bearer = \"trusted\""), CheckResult::Ok);
        assert_eq!(outcome("bearer = false"), CheckResult::Ok);
        assert_eq!(outcome("bearer = \"always\""), CheckResult::Failed);
        let (last, one) = ("# attempts_max = 20", "[[hiu]]\nid = \"IN1\"\nbearer = \"always\"");
        assert_eq!(pages(&config(last, one)).outcome, CheckResult::Failed);
    }
}
