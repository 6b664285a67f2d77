//! The SMS service, and the text messages that patients receive.
//!
//! A HIP sends OTPs through the SMS service that its operator has chosen. The contract of the network does not
//! specify it. This one requires only a number and a text.

use std::sync::Arc;

use crate::gateway::headers;
use crate::gateway::shape::Shape::{self, Object, Text as TextShape};
use crate::gateway::shape::{Finding, must};
use crate::gateway::text;
use crate::state::text::Text;
use crate::wire::message::{GatewayAnswer, GatewayCall, Refusal};
use crate::world::World;

const MESSAGE: Shape = Object(&[
    must("to", &TextShape(is_mobile_number, "10 digits")),
    must("text", &TextShape(text::is_not_empty, "a text that is not empty")),
]);
/// The received text messages, by mobile number. Cheap to clone.
#[derive(Clone)]
pub struct Sms {
    world: Arc<World>,
}

impl Sms {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world }
    }

    /// The messages to a number so far, oldest first. Only the last ten digits of `to` count.
    pub fn texts(&self, to: &str) -> Vec<Text> {
        let number = national(to);
        self.world.look(|state| state.texts.get(&number).cloned().unwrap_or_default())
    }

    /// Waits until the number has more than `after_count` messages, and returns the OTP of the newest.
    ///
    /// `None` if no message came in time (see [`SandboxOptions::patience`](crate::SandboxOptions::patience)), or if
    /// the newest contains no number of six digits.
    pub async fn wait_for_otp(&self, to: &str, after_count: usize) -> Option<String> {
        let number = national(to);
        let newest = |state: &crate::state::State| {
            let texts = state.texts.get(&number).filter(|texts| texts.len() > after_count)?;
            texts.last().cloned()
        };
        let newest = self.world.wait(self.world.options.patience, newest).await?;
        newest.otp().map(str::to_owned)
    }
}

/// `POST /sms`
pub(crate) fn receive(world: &World, call: &GatewayCall) -> GatewayAnswer {
    if let Err(refusal) = check(call) {
        return refusal.into();
    }
    let member = |name: &str| call.body[name].as_str().unwrap_or_default().to_owned();
    let text = Text { at: call.at, text: member("text") };
    world.change(|state| state.texts.entry(member("to")).or_default().push(text));
    GatewayAnswer::accepted()
}

fn check(call: &GatewayCall) -> Result<(), Refusal> {
    let bearer = call.header("Authorization").and_then(|value| value.strip_prefix("Bearer "));
    if bearer.is_none_or(str::is_empty) {
        return Err(Refusal::flat(401, "401", "Missing Credentials", "no bearer")
            .breach("the provider of text messages wants a bearer"));
    }
    headers::content_type(call)?;
    let findings = MESSAGE.check(&call.body);
    if findings.is_empty() {
        return Ok(());
    }
    let all = findings.iter().map(Finding::sentence).collect::<Vec<_>>().join("; ");
    Err(Refusal::flat(400, "400", "Bad Request", &all).breach(all))
}

fn is_mobile_number(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The last ten digits: the number without country code, spaces and hyphens.
fn national(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(10)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_by_its_last_ten_digits() {
        for number in ["+91 98000-00101", "919800000101", "9800000101"] {
            assert_eq!(national(number), "9800000101");
        }
    }
}
