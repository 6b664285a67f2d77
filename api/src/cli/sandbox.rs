//! `hip sandbox up`: the twin alone, for whoever writes an integration.

use std::path::Path;

use hip_sandbox::{Options, Sandbox};

use super::{Answer, say, serve};

/// Commands of the twin.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Start it, print its addresses, and keep it until Ctrl-C.
    Up {
        /// Makes ids and draws repeatable.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the gateway listens on 127.0.0.1.
        #[arg(long, default_value_t = 9101)]
        gateway_port: u16,
        /// Where the HIU listens on 127.0.0.1.
        #[arg(long, default_value_t = 9102)]
        hiu_port: u16,
        /// Where callbacks go.
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        bridge_url: String,
        /// A facility to know: service id and name.
        #[arg(long, num_args = 2, default_values = ["IN0610099001", "PHC Ambegaon"])]
        facility: Vec<String>,
    },
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<Answer> {
    let Command::Up { seed, gateway_port, hiu_port, bridge_url, facility } = command;
    let state_dir = data_dir.join("sandbox");
    std::fs::create_dir_all(&state_dir)?;
    let sandbox = Sandbox::start(Options {
        seed,
        state_dir: Some(state_dir),
        gateway_port,
        hiu_port,
        ..Options::default()
    })
    .await?;
    if let [id, name] = facility.as_slice() {
        sandbox.register_facility(id, name);
    }
    sandbox.set_bridge_url(&bridge_url);
    let credentials = sandbox.credentials();
    say(&format!("gateway        {}", sandbox.gateway_url()));
    say(&format!("HIU            {}", sandbox.hiu_push_url()));
    say(&format!("client id      {}", credentials.client_id));
    say(&format!(
        "client secret  {} (a made-up one, of this twin only)",
        credentials.client_secret
    ));
    say(&format!("callbacks to   {bridge_url}"));
    let mut stop = serve::stop_on_signal()?;
    let _ = stop.wait_for(|stop| *stop).await;
    sandbox.stop().await;
    Ok(Answer::Yes)
}
