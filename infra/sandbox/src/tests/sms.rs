//! Text messages that the SMS service receives.

use serde_json::{Value, json};

use super::setting::Setting;
use crate::{Operation, Peer};

const MOBILE: &str = "9800009901";

fn message(text: &str) -> Value {
    json!({"to": MOBILE, "text": text})
}

#[tokio::test]
async fn the_telephone_shows_what_was_sent_and_the_otp_in_it() {
    let setting = Setting::new().await;
    let sms = setting.sandbox.sms();
    setting.accepted(Operation::Sms, message("482913 is your OTP")).await;
    let (otp, ()) = tokio::join!(
        sms.wait_for_otp("+91-9800009901", 1),
        setting.accepted(Operation::Sms, message("Your OTP is 715204.")),
    );
    assert_eq!(otp.as_deref(), Some("715204"));
    let texts: Vec<String> = sms.texts(MOBILE).into_iter().map(|text| text.text).collect();
    assert_eq!(texts, ["482913 is your OTP", "Your OTP is 715204."]);
    assert_eq!(sms.texts("9800009999"), []);
    let entries = setting.sandbox.journal().snapshot();
    let entry = entries.iter().find(|entry| entry.peer == Peer::Sms).expect("an entry");
    assert_eq!(entry.masked()["body"], json!({"to": MOBILE, "text": "***"}));
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn a_message_without_a_bearer_or_with_another_number_is_refused() {
    let setting = Setting::new().await;
    let bare = setting.call(Operation::Sms).without("Authorization").body(message("1"));
    assert_eq!(bare.send().await.0, 401);
    for body in [json!({"to": "919800009901", "text": "1"}), json!({"to": MOBILE, "text": ""})] {
        assert_eq!(setting.call(Operation::Sms).body(body).send().await.0, 400);
    }
    assert_eq!(setting.rules().len(), 3);
    assert_eq!(setting.sandbox.sms().texts(MOBILE), []);
}

#[tokio::test]
async fn a_provider_that_is_down_delivers_nothing() {
    let setting = Setting::new().await;
    setting.sandbox.faults().refuse(Operation::Sms, 1, 503, Value::Null);
    let caller = setting.call(Operation::Sms).body(message("482913"));
    assert_eq!(caller.send().await.0, 503);
    assert_eq!(setting.sandbox.sms().texts(MOBILE), []);
    assert_eq!(setting.rules(), Vec::<String>::new());
}
