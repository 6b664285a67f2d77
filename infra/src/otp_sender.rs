//! Whoever sends text messages.

mod console;
mod webhook;

pub use console::ConsoleSender;
pub use webhook::{WebhookSender, WebhookSettings};
