//! The members of a patient's document, as pure functions.

use chrono::{DateTime, Utc};
use hip_commands::port::document_store::{FieldValue, Fields, SUBJECT};
use hip_commands::visits::visit_display::visit_of;
use hip_domain::care_context::CareContextFacts;
use hip_domain::id::SubjectId;
use hip_domain::patient::{Abha, Demographics};

use crate::config::Preset;

/// Selects the member names.
pub(super) struct Shape(pub(super) Preset);

/// Sets the demographics, under AMRIT's names.
pub(super) fn with_person(fields: &Fields, person: &Demographics) -> Fields {
    let gender = match person.gender.reveal().as_str() {
        known @ ("M" | "F") => known,
        _ => "O",
    };
    let fields = without(fields, &["phoneNumber", "yearOfBirth"])
        .with("name", person.name.reveal().as_str())
        .with("Gender", gender);
    let fields = match &person.mobile {
        Some(mobile) => fields.with("phoneNumber", mobile.reveal().as_str()),
        None => fields,
    };
    match &person.year_of_birth {
        Some(year) => fields.with("yearOfBirth", year.reveal().to_string()),
        None => fields,
    }
}

/// Sets or removes the ABHA, under AMRIT's names.
pub(super) fn with_abha(fields: &Fields, abha: Option<&Abha>) -> Fields {
    let mut fields = without(fields, &["HealthId", "HealthNumber"]);
    if let Some(address) = abha.and_then(|abha| abha.address.as_ref()) {
        fields = fields.with("HealthId", address.reveal().as_str());
    }
    if let Some(number) = abha.and_then(|abha| abha.number.as_ref()) {
        fields = fields.with("HealthNumber", number.reveal().as_str());
    }
    fields
}

/// Adds a subject of a beneficiary: there is one for each facility. If one of them is erased, the document is removed.
pub(super) fn with_subject(fields: Fields, subject: SubjectId) -> Fields {
    let mut subjects = match fields.get(SUBJECT) {
        Some(FieldValue::List(known)) => known.clone(),
        _ => vec![],
    };
    let subject = FieldValue::Text(subject.to_string());
    if !subjects.contains(&subject) {
        subjects.push(subject);
    }
    fields.with(SUBJECT, subjects)
}

/// The fields without these names.
pub(super) fn without(fields: &Fields, names: &[&str]) -> Fields {
    let kept = fields.iter().filter(|(name, _)| !names.contains(name));
    kept.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

impl Shape {
    const fn list(&self) -> &'static str {
        match self.0 {
            Preset::Amrit => "careContextsList",
            Preset::Hip => "careContexts",
        }
    }

    /// The members that identify a care context: reference and facility.
    const fn identity(&self) -> [&'static str; 2] {
        match self.0 {
            Preset::Amrit => ["ReferenceNumber", "abdmFacilityId"],
            Preset::Hip => ["reference", "facilityId"],
        }
    }

    const fn linked(&self) -> &'static str {
        match self.0 {
            Preset::Amrit => "careContextLinkedDate",
            Preset::Hip => "linkedAt",
        }
    }

    /// Replaces a care context in the list, or appends it. A linked one stays linked.
    pub(super) fn with_care_context(
        &self,
        fields: Fields,
        facts: &CareContextFacts,
        hi_types: &[&str],
        linked_at: Option<DateTime<Utc>>,
    ) -> Fields {
        let mut list = match fields.get(self.list()) {
            Some(FieldValue::List(list)) => list.clone(),
            Some(_) | None => vec![],
        };
        let mut entry = self.entry(facts, hi_types);
        let place = list.iter().position(|it| self.is_same(it, &entry));
        let before = place.and_then(|place| {
            let FieldValue::Fields(before) = &list[place] else { return None };
            before.get(self.linked()).cloned()
        });
        if let Some(linked) = linked_at.map(FieldValue::from).or(before) {
            entry = entry.with(self.linked(), linked);
        }
        match place {
            Some(place) => list[place] = entry.into(),
            None => list.push(entry.into()),
        }
        fields.with(self.list(), list)
    }

    fn entry(&self, facts: &CareContextFacts, hi_types: &[&str]) -> Fields {
        let [reference, facility] = self.identity();
        let entry = Fields::new()
            .with(reference, facts.reference.as_str())
            .with(facility, facts.facility.as_str());
        match self.0 {
            Preset::Amrit => entry.with("Display", visit_of(facts.visited_at)),
            Preset::Hip => {
                let hi_types: Vec<FieldValue> =
                    hi_types.iter().map(|hi_type| (*hi_type).into()).collect();
                entry.with("visitedAt", facts.visited_at).with("hiTypes", hi_types)
            }
        }
    }

    fn is_same(&self, listed: &FieldValue, entry: &Fields) -> bool {
        let FieldValue::Fields(listed) = listed else { return false };
        self.identity().iter().all(|name| listed.get(name) == entry.get(name))
    }
}
