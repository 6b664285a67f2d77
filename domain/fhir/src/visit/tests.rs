use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const OUTPATIENT: &str = include_str!("../../tests/fixtures/outpatient.json");

fn outpatient() -> Value {
    serde_json::from_str(OUTPATIENT).unwrap()
}

fn errors_of(value: &Value) -> Vec<(String, Rule)> {
    let errors = VisitDocument::parse(value.to_string().as_bytes()).unwrap_err();
    errors.into_iter().map(|error| (error.path, error.rule)).collect()
}

fn at(path: &str, rule: Rule) -> (String, Rule) {
    (path.to_owned(), rule)
}

#[test]
fn a_complete_visit_is_read_and_keeps_how_its_numbers_were_written() {
    let visit = VisitDocument::parse(OUTPATIENT.as_bytes()).unwrap();
    let vitals = visit.vitals.as_ref().unwrap();
    assert_eq!(vitals.weight_kg.as_ref().unwrap().as_str(), "81.0");
    assert_eq!(vitals.temperature.as_ref().unwrap().as_str(), "98.60");
    let LabValue::Number(value) = visit.lab_tests[1].components[0].value.as_ref().unwrap() else {
        panic!("a number was written")
    };
    assert_eq!(value.as_str(), "11.20");
    assert_eq!(format!("{visit:?}"), "VisitDocument(‹redacted›)");
}

#[test]
fn all_faults_are_reported_sorted_by_path() {
    let mut visit = outpatient();
    visit["beneficiary"]["abhaNumber"] = json!("91-0000-1001");
    visit["facility"].as_object_mut().unwrap().remove("abdmFacilityId");
    visit["visit"]["visitDate"] = json!("2026-03-02 10:15:00");
    visit["prescriptions"][2].as_object_mut().unwrap().remove("genericName");
    visit["prescriptions"][0]["brand"] = json!("x");
    visit["chiefComplaints"][0]["duration"] = json!("two");
    visit["allergies"] = json!([]);
    visit["vitals"]["temperature"] = json!(986);
    visit["beneficiary"]["gender"] = json!("F");
    assert_eq!(
        errors_of(&visit),
        [
            at("allergies", Rule::MinItems),
            at("beneficiary.abhaNumber", Rule::Pattern),
            at("beneficiary.gender", Rule::Enum),
            at("chiefComplaints[0].duration", Rule::Type),
            at("facility.abdmFacilityId", Rule::Required),
            at("prescriptions[0].brand", Rule::Unknown),
            at("prescriptions[2].genericName", Rule::Required),
            at("visit.visitDate", Rule::Pattern),
            at("vitals.temperature", Rule::Range),
        ]
    );
}

#[test]
fn rules_beyond_the_schema_are_enforced() {
    let cases: [(&str, Value, &str, Rule); 14] = [
        ("/beneficiary/dateOfBirth", json!("2025-02-29"), "beneficiary.dateOfBirth", Rule::Format),
        ("/beneficiary/dateOfBirth", json!("2027"), "beneficiary.dateOfBirth", Rule::Range),
        ("/visit/visitDate", json!("2026-02-31T10:00:00+05:30"), "visit.visitDate", Rule::Format),
        ("/visit/endTime", json!("2026-05-04T09:00:00+05:30"), "visit.endTime", Rule::Range),
        ("/visit/category", json!("  "), "visit.category", Rule::MinLength),
        ("/visit/category", json!("a\u{0}b"), "visit.category", Rule::Format),
        ("/vitals/pulseRate", json!(0), "vitals.pulseRate", Rule::Range),
        ("/vitals/weightKg", json!(-4), "vitals.weightKg", Rule::Range),
        ("/prescriptions/0/quantity", json!(1e16), "prescriptions[0].quantity", Rule::Range),
        (
            "/labTests/1/components/0/value",
            json!(""),
            "labTests[1].components[0].value",
            Rule::MinLength,
        ),
        ("/documents", scan("AAA"), "documents[0].data", Rule::MinLength),
        ("/documents", scan("AAA*"), "documents[0].data", Rule::Format),
        ("/immunizations", doses(2_147_483_648), "immunizations[0].doseNumber", Rule::Range),
        ("/eventId", json!("12"), "eventId", Rule::Format),
    ];
    for (pointer, value, path, rule) in cases {
        let mut visit = outpatient();
        match visit.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => visit[&pointer[1..]] = value,
        }
        assert_eq!(errors_of(&visit), [at(path, rule)], "{pointer}");
    }
}

fn doses(number: u32) -> Value {
    json!([{ "vaccineName": "BCG", "receivedDate": "2026-01-10", "doseNumber": number }])
}

fn scan(data: &str) -> Value {
    json!([{ "title": "Scan", "contentType": "image/png", "data": data }])
}

#[test]
fn an_attachment_may_be_ten_mebibytes_and_no_more() {
    let mut visit = outpatient();
    let mebibytes = 10 * 1024 * 1024 / 3 * 4;
    visit["documents"] = scan(&"A".repeat(mebibytes));
    assert!(VisitDocument::parse(visit.to_string().as_bytes()).is_ok());
    visit["documents"] = scan(&"A".repeat(mebibytes + 8));
    assert_eq!(errors_of(&visit), [at("documents[0].data", Rule::Size)]);
}

#[test]
fn celsius_is_measured_by_the_same_range() {
    let mut visit = outpatient();
    visit["vitals"]["temperature"] = json!(36.8);
    assert_eq!(errors_of(&visit), [at("vitals.temperature", Rule::Range)]);
    visit["vitals"]["temperatureUnit"] = json!("Cel");
    assert!(VisitDocument::parse(visit.to_string().as_bytes()).is_ok());
}

#[test]
fn an_integer_may_be_written_with_a_fraction_of_zero() {
    let text = OUTPATIENT.replace("\"quantity\": 15", "\"quantity\": 15.0");
    let visit = VisitDocument::parse(text.as_bytes()).unwrap();
    assert_eq!(visit.prescriptions[0].quantity, Some(15));
}

#[test]
fn a_field_given_twice_is_refused() {
    let text = OUTPATIENT.replace("\"docFlag\": 9", "\"docFlag\": 9, \"docFlag\": 1");
    let errors = VisitDocument::parse(text.as_bytes()).unwrap_err();
    assert_eq!(errors.as_slice()[0].path, "visit.docFlag");
    assert_eq!(errors.as_slice()[0].rule, Rule::Duplicate);
}

#[test]
fn a_message_never_repeats_what_was_sent() {
    let mut visit = outpatient();
    visit["beneficiary"]["abhaNumber"] = json!("secret-1");
    visit["beneficiary"]["gender"] = json!("secret-2");
    visit["eventId"] = json!("secret-3");
    visit["vitals"]["systolic"] = json!("secret-4");
    visit["schemaVersion"] = json!("secret-5");
    visit["beneficiary"]["dateOfBirth"] = json!("secret-6");
    visit["beneficiary"][&"x".repeat(500)] = json!("secret-7");
    let errors = VisitDocument::parse(visit.to_string().as_bytes()).unwrap_err();
    assert_eq!(errors.as_slice().len(), 7);
    assert!(!errors.to_string().contains("secret"));
    assert!(errors.iter().all(|error| error.path.chars().count() <= "beneficiary.".len() + 65));
}

#[test]
fn a_hostile_document_is_refused_alone_and_at_once() {
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"visit\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    let many = format!("{{\"allergies\":[{}1]}}", "1,".repeat(VALUES_MAX));
    let large = vec![b' '; BYTES_MAX + 1];
    let cases: [(&[u8], Rule); 7] = [
        (deep.as_bytes(), Rule::Depth),
        (nested.as_bytes(), Rule::Depth),
        (many.as_bytes(), Rule::Size),
        (&large, Rule::Size),
        (b"{\"visit\": 1e999}", Rule::Syntax),
        (b"\xff\xfe", Rule::Syntax),
        (b"{} {}", Rule::Syntax),
    ];
    for (bytes, rule) in cases {
        let errors = VisitDocument::parse(bytes).unwrap_err();
        assert_eq!(errors.as_slice().len(), 1);
        assert_eq!(errors.as_slice()[0].rule, rule);
    }
}

#[test]
fn long_names_all_the_way_down_do_not_swell_the_answer() {
    let name = "n".repeat(200_000);
    let open = format!("{{\"{name}\":").repeat(25);
    let blanks = "\" \",".repeat(2_000);
    let text = format!("{open}[{blanks}1]{}", "}".repeat(25));
    let errors = VisitDocument::parse(text.as_bytes()).unwrap_err();
    assert_eq!(errors.as_slice().len(), VisitErrors::MAX);
    assert!(errors.iter().all(|error| error.path.len() < 26 * 70));
}

#[test]
fn errors_in_many_places_are_cut_short() {
    let mut visit = outpatient();
    visit["facility"]["address"] = json!("x".repeat(17 * 1024));
    assert_eq!(errors_of(&visit), [at("facility", Rule::Size)]);
    let mut visit = outpatient();
    let complaint = json!({ "complaint": "x".repeat(700 * 1024) });
    visit["chiefComplaints"] = json!(vec![complaint; 3]);
    assert_eq!(errors_of(&visit), [at("", Rule::Size)]);
}

#[test]
fn no_more_than_fifty_errors_are_kept() {
    let mut visit = outpatient();
    visit["allergies"] = json!(vec![json!({ "type": "dust" }); 2_000]);
    assert_eq!(errors_of(&visit).len(), VisitErrors::MAX);
}

/// Every place in a JSON value, as a pointer.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(name, field)| pointers(field, &format!("{at}/{name}"), all));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), all));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `/prescriptions/2/genericName` as errors write it.
fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(1).fold(String::new(), |path, step| match step.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) if path.is_empty() => step.to_owned(),
        Err(_) => format!("{path}.{step}"),
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(VisitDocument::parse(&bytes).is_err());
    }

    #[test]
    fn a_damaged_text_is_answered(position in 0..OUTPATIENT.len(), byte in any::<u8>()) {
        let mut bytes = OUTPATIENT.as_bytes().to_vec();
        bytes[position] = byte;
        // Accepted or not: what passes the checks also fits the types.
        if let Err(errors) = VisitDocument::parse(&bytes) {
            let message = "does not fit the visit document";
            prop_assert!(errors.iter().all(|error| error.message != message));
        }
    }

    #[test]
    fn a_wrong_type_is_reported_where_it_is(chosen in any::<prop::sample::Index>()) {
        let mut visit = outpatient();
        let mut all = vec![];
        pointers(&visit, "", &mut all);
        let pointer = chosen.get(&all);
        *visit.pointer_mut(pointer).unwrap() = Value::Null;
        let errors = VisitDocument::parse(visit.to_string().as_bytes()).unwrap_err();
        prop_assert_eq!(&errors.as_slice()[0].path, &dotted(pointer));
    }
}
