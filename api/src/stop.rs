//! Stops the process in bounded time.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Longer than all parts of the service wait for running work, and shorter than orchestrators wait before
/// they kill.
const STOP_TIME_MAX: Duration = Duration::from_secs(25);

/// Exit status of a process that could not do its work.
pub(crate) const UNABLE: i32 = 3;

/// Turns true on Ctrl-C or a request to terminate. If the process is still running some time later, it is killed.
///
/// Signals are handled on their own thread, so a process that hangs elsewhere can be stopped, too.
pub(crate) fn on_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (tell, stop) = watch::channel(false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut terminate = {
        let _inside = runtime.enter();
        signal(SignalKind::terminate())?
    };
    let listen = move || {
        runtime.block_on(async {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            tell.send_replace(true);
            tokio::time::sleep(STOP_TIME_MAX).await;
        });
        let waited_s = STOP_TIME_MAX.as_secs();
        tracing::error!(waited_s, "a part did not stop in time; the process ends anyway");
        std::process::exit(UNABLE);
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
    Ok(stop)
}
