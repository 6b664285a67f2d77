//! What becomes of documents when their visit is amended.

use abdm_fhir::{
    BuildPolicy, Documents, Earlier, HiType, VisitDocument, documents, documents_by, documents_of,
};
use serde_json::{Value, json};

use crate::{STAY, changed, context};

/// The stay as it is now, after `change`, replacing what it yielded as revision 1.
fn amended(change: impl FnOnce(&mut Value)) -> Documents {
    let earlier = VisitDocument::parse(STAY.as_bytes()).unwrap();
    let visit = VisitDocument::parse(changed(STAY, change).as_bytes()).unwrap();
    let earlier = Some(Earlier { visit: &earlier, revision: 1 });
    documents_by(&visit, &context(), &BuildPolicy { earlier, ..BuildPolicy::default() })
}

/// For each document of the kind, its composition.
fn pages(documents: &Documents, hi_type: HiType) -> Vec<Value> {
    let built = documents.built.iter().filter(|built| built.hi_type == hi_type);
    built
        .map(|built| {
            let mut bundle: Value = serde_json::from_str(&built.json).unwrap();
            bundle["entry"][0]["resource"].take()
        })
        .collect()
}

#[test]
fn an_amended_document_names_the_version_that_it_replaces() {
    let documents = amended(|visit| visit["admission"]["advice"] = json!("Rest"));
    let page = pages(&documents, HiType::DischargeSummary).remove(0);
    assert_eq!(
        page["relatesTo"],
        json!([{
            "code": "replaces",
            "targetIdentifier": {
                "system": "https://hip.example.org",
                "value": "40000000000000031-DischargeSummary-1"
            }
        }])
    );
    assert_eq!(page["identifier"]["value"], "40000000000000031-DischargeSummary");
}

#[test]
fn a_document_that_was_not_there_before_replaces_nothing() {
    let documents = amended(|visit| {
        visit["vitals"] = json!({ "pulseRate": 80 });
        visit["labTests"][2]["components"][0]["value"] = json!("Positive");
    });
    assert_eq!(pages(&documents, HiType::WellnessRecord)[0].get("relatesTo"), None);
    let reports = pages(&documents, HiType::DiagnosticReport);
    let replacing: Vec<bool> = reports.iter().map(|page| page.get("relatesTo").is_some()).collect();
    assert_eq!(replacing, [true, true, false, true], "the third test had no result before");
}

#[test]
fn an_earlier_revision_does_not_change_the_ids() {
    let visit = VisitDocument::parse(changed(STAY, |_| {}).as_bytes()).unwrap();
    let ids = |documents: Documents| -> Vec<_> {
        documents.built.into_iter().map(|built| built.id).collect()
    };
    assert_eq!(ids(amended(|_| {})), ids(documents(&visit, &context())));
}

#[test]
fn a_kind_alone_is_built_as_it_is_among_all() {
    let earlier = VisitDocument::parse(STAY.as_bytes()).unwrap();
    let visit = changed(STAY, |visit| visit["visit"]["category"] = json!("General OPD"));
    let visit = VisitDocument::parse(visit.as_bytes()).unwrap();
    let earlier = Some(Earlier { visit: &earlier, revision: 1 });
    let policy = BuildPolicy { earlier, ..BuildPolicy::default() };
    let all = documents_by(&visit, &context(), &policy).built;
    assert!(all.len() > 1, "{}", all.len());
    for hi_type in HiType::ALL {
        let alone = documents_of(hi_type, &visit, &context(), &policy);
        let alone: Vec<_> = alone.iter().map(|built| (built.id, &built.json)).collect();
        let among = all.iter().filter(|built| built.hi_type == hi_type);
        assert_eq!(alone, among.map(|built| (built.id, &built.json)).collect::<Vec<_>>());
    }
}
