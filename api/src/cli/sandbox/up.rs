//! `hip sandbox up`: the simulator alone, for anyone who writes an integration.

use std::path::Path;

use hip_sandbox::{Sandbox, SandboxOptions as SimulatorOptions};

use crate::output::{ExitStatus, print_line};
use crate::stop;

/// Options of `hip sandbox up`.
#[derive(clap::Args)]
pub(crate) struct SandboxUpArgs {
    /// Seed that makes ids and random values repeatable.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Port of the gateway on 127.0.0.1.
    #[arg(long, default_value_t = 9101)]
    gateway_port: u16,
    /// Port of the HIU on 127.0.0.1.
    #[arg(long, default_value_t = 9102)]
    hiu_port: u16,
    /// URL for callbacks.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    bridge_url: String,
    /// A facility: service id and name.
    #[arg(long, num_args = 2, value_names = ["ID", "NAME"], default_values = ["IN0610099001", "PHC Ambegaon"])]
    facility: Vec<String>,
}

pub(super) async fn run(options: SandboxUpArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let SandboxUpArgs { seed, gateway_port, hiu_port, bridge_url, facility } = options;
    let state_dir = data_dir.join("sandbox");
    std::fs::create_dir_all(&state_dir)?;
    let sandbox = Sandbox::start(SimulatorOptions {
        seed,
        state_dir: Some(state_dir),
        gateway_port,
        hiu_port,
        ..SimulatorOptions::default()
    })
    .await?;
    if let [id, name] = facility.as_slice() {
        sandbox.register_facility(id, name);
    }
    sandbox.set_bridge_url(&bridge_url);
    let credentials = sandbox.credentials();
    print_line(&format!("gateway        {}", sandbox.gateway_url()));
    print_line(&format!("HIU            {}", sandbox.hiu_push_url()));
    print_line(&format!("text messages  {}", sandbox.sms_url()));
    print_line(&format!("client id      {}", credentials.client_id));
    print_line(&format!(
        "client secret  {} (a made-up one, of this simulator only)",
        credentials.client_secret
    ));
    print_line(&format!("callbacks to   {bridge_url}"));
    let mut stop = stop::on_signal()?;
    let _ = stop.wait_for(|stop| *stop).await;
    sandbox.stop().await;
    Ok(ExitStatus::Success)
}
