//! Commands of `hip`, run on a world's database as an operator would.

use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::AsyncWriteExt;

use super::World;
use crate::process::hip_binary;

impl World {
    /// Runs a command of `hip` against this world's database; what it has printed.
    ///
    /// # Panics
    ///
    /// When it cannot be run.
    pub async fn hip(&self, arguments: &[&str]) -> Output {
        self.hip_with_input(arguments, "").await
    }

    /// The same, with something on its standard input.
    ///
    /// # Panics
    ///
    /// When it cannot be run, or reads nothing.
    pub async fn hip_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = tokio::process::Command::new(hip_binary());
        command
            .args(arguments)
            .env("DATABASE_URL", &self.launch.database_url)
            .env("HIP_CLIENT_SECRET", &self.launch.client_secret)
            .env("HIP_API_KEY", &self.launch.api_key)
            .env("HIP_DATA_DIR", self.launch.data_dir())
            .envs(self.launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be started");
        let mut stdin = child.stdin.take().expect("it has a standard input");
        if !input.is_empty() {
            stdin.write_all(input.as_bytes()).await.expect("it reads its input");
        }
        drop(stdin);
        child.wait_with_output().await.expect("it ends")
    }

    /// The same, for a command that prints one JSON object a line and must not fail.
    ///
    /// # Panics
    ///
    /// When it fails, or prints something else.
    pub async fn hip_json(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.hip(arguments).await;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (said(&output.stdout), said(&output.stderr));
        assert!(output.status.success(), "{}: {stderr}{stdout}", output.status);
        let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("a line is JSON")).collect()
    }
}
