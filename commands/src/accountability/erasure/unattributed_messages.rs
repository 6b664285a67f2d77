//! Messages that identify a patient but were never matched to one, such as a discovery without a result. Each has a
//! data key of its own. These keys are attached to the patient before the patient's keys are destroyed.

use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::inbound::InboundEvent;
use hip_domain::patient::PatientEvent;
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;
use zeroize::Zeroizing;

use crate::log::codec;
use crate::patients::lookup;
use crate::port::eraser::SubjectKeys;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// Attaches the key of every unmatched message of the facility that contains an identifier of the patient.
pub(crate) async fn attach_keys(ports: &Ports, whose: &SubjectKeys) -> Result<(), TaskError> {
    let names = Identifiers::of(ports, whose.subject).await?;
    if names.is_empty() {
        return Ok(());
    }
    let mut after = 0;
    while let Some(page) = ports.eraser.unattributed_messages(&whose.facility, after).await? {
        for position in page.positions {
            if let Some((message, body)) = opened(ports, position).await?
                && names.are_in(&body)
            {
                ports.vault.attach_key(message, whose.subject).await?;
            }
        }
        after = page.up_to;
    }
    Ok(())
}

async fn opened(
    ports: &Ports,
    position: i64,
) -> Result<Option<(SubjectId, Zeroizing<String>)>, TaskError> {
    let Some(recorded) = ports.at(position).await? else { return Ok(None) };
    let Event::Inbound(InboundEvent::Received(received)) = recorded.event else {
        return Ok(None);
    };
    let Sealed::Open(raw) = received.raw else { return Ok(None) };
    Ok(recorded.subject.zip(Some(Zeroizing::new(raw.body))))
}

/// The identifiers that only this patient has: addresses in lower case, numbers as digits only.
#[derive(Default)]
struct Identifiers {
    addresses: Vec<Zeroizing<String>>,
    numbers: Vec<Zeroizing<String>>,
}

impl Identifiers {
    /// All identifiers of the patient in the log that can still be decrypted.
    async fn of(ports: &Ports, subject: SubjectId) -> Result<Self, TaskError> {
        let mut names = Self::default();
        for stored in ports.log.stream(&StreamId::patient(subject), 0).await? {
            let opened = codec::open(ports.vault.as_ref(), &stored).await?.event;
            let Event::Patient(event) = opened else { continue };
            match event {
                PatientEvent::Registered { demographics: Sealed::Open(person), .. }
                | PatientEvent::DemographicsChanged {
                    demographics: Sealed::Open(person), ..
                } => {
                    let mobile = person.mobile.iter();
                    names.numbers.extend(mobile.map(|it| Zeroizing::new(it.reveal().clone())));
                }
                PatientEvent::AbhaAttached { abha: Sealed::Open(abha), .. } => {
                    let address = abha.address.iter();
                    names.addresses.extend(address.map(|it| Zeroizing::new(it.reveal().clone())));
                    let number = abha.number.iter();
                    names.numbers.extend(number.map(|it| Zeroizing::new(it.reveal().clone())));
                }
                PatientEvent::Registered { .. }
                | PatientEvent::DemographicsChanged { .. }
                | PatientEvent::AbhaAttached { .. }
                | PatientEvent::AbhaDetached { .. } => {}
            }
        }
        Ok(names)
    }

    const fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.numbers.is_empty()
    }

    /// Whether the message contains one of them, in any letter case, with or without hyphens and spaces in a number.
    fn are_in(&self, body: &str) -> bool {
        let lower = Zeroizing::new(body.to_ascii_lowercase());
        let close = Zeroizing::new(body.replace(['-', ' '], ""));
        self.addresses.iter().any(|address| holds(&lower, &lookup::abha_address(address)))
            || self.numbers.iter().any(|number| holds(&close, number))
    }
}

/// Whether the text contains the name as a whole word: `kavya@sbx` is not in `akavya@sbx`.
fn holds(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_');
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(name).filter(|_| !name.is_empty()) {
        let (front, back) = (&rest[..at], &rest[at + name.len()..]);
        let left = front.chars().next_back().or(before);
        // An Indian number may start with 0 or 91.
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
        let starts = is_number || !left.is_some_and(is_part);
        if starts && !back.chars().next().is_some_and(is_part) {
            return true;
        }
        before = name.chars().next_back();
        rest = back;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_in_any_spelling_and_nobody_else_is_them() {
        let name = |text: &str| Zeroizing::new(text.to_owned());
        let names = Identifiers {
            addresses: vec![name("kavya.n90@sbx")],
            numbers: vec![name("9845012345")],
        };
        for hers in [
            r#"{"id":"Kavya.N90@SBX"}"#,
            r#"{"value":"+91-98450 12345"}"#,
            r#"{"a":"akavya.n90@sbx","b":"kavya.n90@sbx"}"#,
        ] {
            assert!(names.are_in(hers), "{hers}");
        }
        for other in [r#"{"id":"akavya.n90@sbx"}"#, r#"{"id":"kavya.n90@sbx2"}"#, "98450123456", ""]
        {
            assert!(!names.are_in(other), "{other}");
        }
    }
}
