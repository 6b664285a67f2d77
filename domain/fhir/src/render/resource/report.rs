//! Reports and what they rest on.

use serde_json::Value;

use super::{nested, notes};
use crate::render::card::{Card, Picture};
use crate::render::shelf::Shelf;
use crate::render::words::{concept, date, each, party, period, plain, quantity, text};

pub(super) fn report<'v>(shelf: &Shelf<'v>, report: &'v Value, depth: usize) -> Card<'v> {
    let taken = date(&report["effectiveDateTime"]).or_else(|| period(&report["effectivePeriod"]));
    let list = |name: &str| report[name].as_array().map_or(&[][..], Vec::as_slice);
    let results = list("result").iter().map(|result| nested(shelf, result, depth + 1));
    let pictures = list("media").iter().map(|one| picture(shelf.at(&one["link"])));
    let papers = list("presentedForm").iter().map(super::paper::attachment);
    Card::new(concept(&report["code"]))
        .wanted("Taken", taken)
        .wanted("Issued", date(&report["issued"]))
        .wanted("Status", text(&report["status"]))
        .wanted("Laboratory", each(&report["performer"], |one| party(shelf, one)))
        .wanted("Read by", each(&report["resultsInterpreter"], |one| party(shelf, one)))
        .wanted("Conclusion", text(&report["conclusion"]))
        .extra("Specimen", each(&report["specimen"], |one| concept(&shelf.at(one)["type"])))
        .with(results)
        .with(pictures)
        .with(papers)
}

fn picture(media: &Value) -> Card<'_> {
    let content = &media["content"];
    Card::new(text(&content["title"]))
        .extra("Made by", concept(&media["modality"]))
        .wanted("Type", text(&content["contentType"]))
        .shown(Picture::of(content))
}

pub(super) fn observation<'v>(shelf: &Shelf<'v>, observation: &'v Value, depth: usize) -> Card<'v> {
    let list = |name: &str| observation[name].as_array().map_or(&[][..], Vec::as_slice);
    let (members, parts) = (list("hasMember"), list("component"));
    let taken =
        date(&observation["effectiveDateTime"]).or_else(|| period(&observation["effectivePeriod"]));
    let mut card = Card::new(concept(&observation["code"]));
    // A panel has no value of its own.
    if members.is_empty() && parts.is_empty() {
        card = card.wanted("Value", value(observation));
    }
    card.wanted("Date", taken)
        .extra("Verdict", each(&observation["interpretation"], concept))
        .extra("Normal", each(&observation["referenceRange"], range))
        .extra("Note", notes(observation))
        .with(
            parts.iter().map(|part| Card::new(concept(&part["code"])).wanted("Value", value(part))),
        )
        .with(members.iter().map(|member| nested(shelf, member, depth + 1)))
}

fn value(holder: &Value) -> Option<String> {
    quantity(&holder["valueQuantity"])
        .or_else(|| text(&holder["valueString"]))
        .or_else(|| concept(&holder["valueCodeableConcept"]))
        .or_else(|| plain(&holder["valueInteger"]))
        .or_else(|| plain(&holder["valueBoolean"]))
        .or_else(|| date(&holder["valueDateTime"]))
}

fn range(range: &Value) -> Option<String> {
    let (low, high) = (quantity(&range["low"]), quantity(&range["high"]));
    text(&range["text"]).or(match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        (Some(low), None) => Some(format!("from {low}")),
        (None, Some(high)) => Some(format!("up to {high}")),
        (None, None) => None,
    })
}

impl<'v> Picture<'v> {
    /// None for what is not a picture, or not what it says: the data ends up in a page.
    pub(super) fn of(attachment: &'v Value) -> Option<Self> {
        let content_type = match attachment["contentType"].as_str()? {
            "image/png" => "image/png",
            "image/jpeg" | "image/jpg" => "image/jpeg",
            _ => return None,
        };
        let data = attachment["data"].as_str()?;
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        data.bytes().all(is_base64).then_some(Self { content_type, data })
    }
}
