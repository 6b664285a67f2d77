//! The parts of a service in this process, without calls to other systems.

use hip_infra::config::{Config, Secrets};
use secrecy::SecretString;

use super::flow::Kek;
use crate::app::{App, build_app};
use crate::dev::demo_environment::{API_KEY, FACILITY_ID, FACILITY_NAME};

/// Builds them on the measured server, which holds all data: other stores could contain real data.
pub(super) async fn app(url: &str, kek: &Kek) -> anyhow::Result<App> {
    let text = format!(
        "[gateway]\nbase_url = \"http://127.0.0.1:9\"\nclient_id = \"bench\"\n\
         [[facility]]\nid = {FACILITY_ID:?}\nname = {FACILITY_NAME:?}\n\
         [sms]\nsender = \"webhook\"\nurl = \"http://127.0.0.1:9/\"\n",
    );
    let secrets = Secrets {
        api_key: Some(SecretString::from(API_KEY)),
        kek: Some(kek.secret()),
        ..Secrets::new(SecretString::from("bench"))
    };
    build_app(Config::parse(&text)?, secrets, url).await
}
