//! How a medicine is to be taken.

use serde_json::Value;

use super::appointment::as_needed;
use super::timing;
use crate::render::card::{Card, Fact};
use crate::render::words::{concept, each, joined, quantity, range, ratio, text};

/// Adds the only dosage to the card itself; several are cards in it.
pub(super) fn add<'v>(mut card: Card<'v>, dosages: &'v Value, is_order: bool) -> Card<'v> {
    let dosages = dosages.as_array().map_or(&[][..], Vec::as_slice);
    match dosages {
        [] if is_order => card.facts.extend(facts(&Value::Null, true)),
        [one] => card.facts.extend(facts(one, is_order)),
        several => {
            let parts = several.iter().enumerate().map(|(nth, dosage)| {
                let mut part = Card::new(Some(format!("Dosage {}", nth + 1)));
                part.facts = facts(dosage, is_order);
                part
            });
            card.cards.extend(parts);
        }
    }
    card
}

/// Of an order a reader expects a dosage, how often and the route.
fn facts(dosage: &Value, is_order: bool) -> Vec<Fact> {
    let amount = each(&dosage["doseAndRate"], dose);
    let instruction = text(&dosage["patientInstruction"]);
    let words = text(&dosage["text"]);
    // Without words of its own, the structure is the dosage.
    let told = words.clone().or_else(|| amount.clone()).or_else(|| instruction.clone());
    let often = [as_needed(dosage), timing::words(&dosage["timing"])];
    let often = joined(often.into_iter().flatten(), ", ");
    let route = concept(&dosage["route"]);
    let expected = [("Dosage", told), ("How often", often), ("Route", route)];
    let known = [
        ("Dose", amount.filter(|_| words.is_some())),
        ("Instruction", instruction.filter(|_| words.is_some() || is_amount_known(dosage))),
        ("Also", each(&dosage["additionalInstruction"], concept)),
        ("Body site", concept(&dosage["site"])),
        ("Method", concept(&dosage["method"])),
        ("At most", ratio(&dosage["maxDosePerPeriod"])),
        ("At most at once", quantity(&dosage["maxDosePerAdministration"])),
        ("At most in a lifetime", quantity(&dosage["maxDosePerLifetime"])),
    ];
    let expected = expected.into_iter().filter(|(_, value)| is_order || value.is_some());
    let known = known.into_iter().filter(|(_, value)| value.is_some());
    expected.chain(known).map(|(label, value)| Fact { label, value }).collect()
}

fn is_amount_known(dosage: &Value) -> bool {
    dosage["doseAndRate"].as_array().is_some_and(|list| list.iter().any(|one| dose(one).is_some()))
}

/// `500 mg at 5 mL / 1 h (ordered)`.
fn dose(holder: &Value) -> Option<String> {
    let amount = quantity(&holder["doseQuantity"]).or_else(|| range(&holder["doseRange"]));
    let rate = ratio(&holder["rateRatio"])
        .or_else(|| range(&holder["rateRange"]))
        .or_else(|| quantity(&holder["rateQuantity"]));
    let rate = rate.map(|rate| format!("at {rate}"));
    let told = joined(amount.into_iter().chain(rate), " ")?;
    Some(match concept(&holder["type"]) {
        Some(kind) => format!("{told} ({kind})"),
        None => told,
    })
}
