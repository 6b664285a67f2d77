//! Vaccine doses.

use serde_json::Value;

use super::{nested, notes, reasons};
use crate::render::card::Card;
use crate::render::shelf::View;
use crate::render::words::{concept, date, each, mention, party, plain, quantity, text};

pub(super) fn given<'v>(view: View<'_, 'v>, dose: &'v Value, depth: usize) -> Card<'v> {
    let given = date(&dose["occurrenceDateTime"]).or_else(|| text(&dose["occurrenceString"]));
    let reactions = dose["reaction"].as_array().map_or(&[][..], Vec::as_slice);
    Card::new(concept(&dose["vaccineCode"]))
        .wanted("Given", given)
        .wanted("Status", text(&dose["status"]))
        .wanted("Dose", each(&dose["protocolApplied"], which))
        .wanted("Lot", text(&dose["lotNumber"]))
        .wanted("Place", party(view, &dose["location"]))
        .wanted("Manufacturer", party(view, &dose["manufacturer"]))
        .extra("Expires", date(&dose["expirationDate"]))
        .extra("Amount", quantity(&dose["doseQuantity"]))
        .extra("Route", concept(&dose["route"]))
        .extra("Body site", concept(&dose["site"]))
        .extra("By", each(&dose["performer"], |one| party(view, &one["actor"])))
        .extra("Reason", reasons(view, dose))
        .extra("Weakened", (dose["isSubpotent"] == true).then(|| "yes".to_owned()))
        .extra("Note", notes(dose))
        .with(reactions.iter().map(|one| reaction(view, one, depth)))
}

fn reaction<'v>(view: View<'_, 'v>, reaction: &'v Value, depth: usize) -> Card<'v> {
    let detail = &reaction["detail"];
    let known = view.at(detail);
    let card = Card::new(Some("Reaction".to_owned()))
        .wanted("What happened", mention(view, detail))
        .extra("Date", date(&reaction["date"]))
        .extra("Reported by the patient", plain(&reaction["reported"]));
    let is_known = known.is_object();
    card.with(is_known.then(|| nested(view, detail, depth + 1)))
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
                .extra("Reason", each(&dose["forecastReason"], concept))
                .extra("Not to be given", each(&dose["contraindicatedVaccineCode"], concept))
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
