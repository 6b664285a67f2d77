//! Reports and what they rest on.

use serde_json::Value;

use super::{nested, paper};
use crate::render::card::{Card, Picture};
use crate::render::shelf::View;
use crate::render::state;
use crate::render::words::{any_time, concept, date, each, party, text};

pub(super) fn report<'v>(view: View<'_, 'v>, report: &'v Value, depth: usize) -> Card<'v> {
    let list = |name: &str| report[name].as_array().map_or(&[][..], Vec::as_slice);
    let results = list("result").iter().map(|result| nested(view, result, depth + 1));
    let pictures = list("media").iter().map(|one| picture(view, one));
    let papers = list("presentedForm").iter().map(paper::attachment);
    Card::new(concept(&report["code"]))
        .wanted("Taken", any_time(report, "effective"))
        .wanted("Issued", date(&report["issued"]))
        .wanted("Status", text(&report["status"]))
        .wanted("Laboratory", each(&report["performer"], |one| party(view, one)))
        .wanted("Read by", each(&report["resultsInterpreter"], |one| party(view, one)))
        .wanted("Conclusion", text(&report["conclusion"]))
        .extra("Conclusion codes", each(&report["conclusionCode"], concept))
        .extra("Specimen", each(&report["specimen"], |one| concept(&view.at(one)["type"])))
        .with(results)
        .with(pictures)
        .with(papers)
}

fn picture<'v>(view: View<'_, 'v>, link: &'v Value) -> Card<'v> {
    let media = view.at(&link["link"]);
    let content = &media["content"];
    Card::new(text(&content["title"]))
        .extra("Made by", concept(&media["modality"]))
        .wanted("Type", text(&content["contentType"]))
        .extra("Note", text(&link["comment"]))
        .shown(Picture::of(content))
        .void(state::void(media))
}
