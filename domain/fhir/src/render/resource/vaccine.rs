//! Vaccine doses.

use serde_json::Value;

use super::notes;
use crate::render::card::Card;
use crate::render::shelf::Shelf;
use crate::render::words::{concept, date, each, party, plain, text};

pub(super) fn given<'v>(shelf: &Shelf<'v>, dose: &'v Value) -> Card<'v> {
    let given = date(&dose["occurrenceDateTime"]).or_else(|| text(&dose["occurrenceString"]));
    let protocol = &dose["protocolApplied"];
    Card::new(concept(&dose["vaccineCode"]))
        .wanted("Given", given)
        .wanted("Status", text(&dose["status"]))
        .wanted("Dose", each(protocol, which))
        .wanted("Lot", text(&dose["lotNumber"]))
        .wanted("Place", party(shelf, &dose["location"]))
        .wanted("Manufacturer", party(shelf, &dose["manufacturer"]))
        .extra("Expires", date(&dose["expirationDate"]))
        .extra("Note", notes(dose))
}

pub(super) fn due(recommendation: &Value) -> Card<'_> {
    let doses = recommendation["recommendation"].as_array().map_or(&[][..], Vec::as_slice);
    Card::new(Some("Doses that are due".to_owned()))
        .wanted("Recommended", date(&recommendation["date"]))
        .with(doses.iter().map(|dose| {
            let vaccine = each(&dose["vaccineCode"], concept);
            Card::new(vaccine.or_else(|| concept(&dose["targetDisease"])))
                .wanted("Due", each(&dose["dateCriterion"], |one| date(&one["value"])))
                .wanted("Status", concept(&dose["forecastStatus"]))
                .wanted("Dose", which(dose))
                .extra("Note", text(&dose["description"]))
        }))
}

/// `2 of 3`.
fn which(holder: &Value) -> Option<String> {
    let number =
        plain(&holder["doseNumberPositiveInt"]).or_else(|| plain(&holder["doseNumberString"]))?;
    let series =
        plain(&holder["seriesDosesPositiveInt"]).or_else(|| plain(&holder["seriesDosesString"]));
    Some(match series {
        Some(series) => format!("{number} of {series}"),
        None => number,
    })
}
