//! What the provider of a test is told.

use std::path::Path;

use hip_sandbox::Sandbox;

use crate::person::FACILITY;

/// Leases are short: the work of a killed process is taken over at once.
pub(super) fn text(
    sandbox: &Sandbox,
    url: &str,
    dir: &Path,
    gateway_lines: &str,
    sections: &str,
) -> String {
    let sections = with_quick_news(sections) + &many_passwords(sections);
    let listen = url.trim_start_matches("http://");
    let gateway = sandbox.gateway_url();
    let client_id = sandbox.credentials().client_id.clone();
    let push = sandbox.hiu_push_url();
    let push = push.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let sms = sandbox.sms_url();
    let kek = dir.join("kek");
    let kek = kek.display();
    format!(
        "listen = {listen:?}\n\
         [gateway]\nbase_url = {gateway:?}\nclient_id = {client_id:?}\n{gateway_lines}\
         [[facility]]\nid = {FACILITY:?}\nname = \"PHC Ambegaon\"\n\
         [keys]\nfile = \"{kek}\"\n\
         [push]\nallow = [{push:?}]\n\
         [sms]\nsender = \"webhook\"\nurl = {sms:?}\n\
         [worker]\nlease_ms = 600\npoll_ms = 100\n\
         {sections}"
    )
}

/// News of a visit go out right after its link, unless a test says otherwise.
fn with_quick_news(sections: &str) -> String {
    const LINKING: &str = "[linking]\n";
    const QUICK: &str = "[linking]\nnews_after_link_s = 0\n";
    if sections.contains("news_after_link_s") {
        return sections.to_owned();
    }
    if sections.contains(LINKING) {
        return sections.replacen(LINKING, QUICK, 1);
    }
    format!("{sections}{QUICK}")
}

/// A story may need several one-time passwords, unless it is about their limits.
fn many_passwords(sections: &str) -> String {
    let is_said = sections.contains("[otp]");
    if is_said { String::new() } else { "[otp]\ncooldown_s = 0\nper_hour_max = 1000\n".to_owned() }
}
