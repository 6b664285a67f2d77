//! A made-up patient and her visits.

use hip_sandbox::AbhaHolder;
use serde_json::{Value, json};
use uuid::Uuid;

/// The facility of the suite.
pub const FACILITY: &str = "IN0610099001";

/// Everything about her that must never be seen in clear outside an envelope.
pub const SECRETS: [&str; 11] = [
    "Kavya",
    "Nair",
    "kavya.n90",
    "91-7777-1234-5678",
    "91777712345678",
    "9845012345",
    "Migraine",
    "Sumatriptan",
    "Chalakudy",
    "88001234",
    crate::keys::API_KEY,
];

/// Whether a text mentions a secret. A short one must stand as a word: four letters are found in enough base64
/// by chance.
pub fn mentions(text: &str, secret: &str) -> bool {
    const CHANCE_ENDS_AT: usize = 8;
    if secret.len() >= CHANCE_ENDS_AT {
        return text.contains(secret);
    }
    // Next to a hit in base64 there is hardly ever anything else.
    let is_of_a_word = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(secret).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + secret.len()..].chars().next();
        !before.is_some_and(is_of_a_word) && !after.is_some_and(is_of_a_word)
    })
}

/// As the network's register has her.
pub fn abha_holder() -> AbhaHolder {
    AbhaHolder {
        abha_address: "kavya.n90@sbx".to_owned(),
        abha_number: "91777712345678".to_owned(),
        name: "Kavya Nair".to_owned(),
        gender: "F".to_owned(),
        year_of_birth: 1990,
        mobile: "9845012345".to_owned(),
    }
}

/// A visit document; with her ABHA it is linked at once, without it only discovery finds it.
pub fn visit(code: &str, with_abha: bool) -> Value {
    let mut beneficiary = json!({
        "beneficiaryId": "88001234",
        "beneficiaryRegId": "88001234",
        "name": "Kavya Nair",
        "gender": "Female",
        "dateOfBirth": "1990-05-04",
        "phone": "+91 98450 12345",
        "address": { "village": "Chalakudy", "state": "Kerala" },
    });
    if with_abha {
        beneficiary["abhaNumber"] = json!("91-7777-1234-5678");
        beneficiary["abhaAddress"] = json!("kavya.n90@sbx");
    }
    json!({
        "schemaVersion": "1.0",
        // The same visit code is the same push.
        "eventId": Uuid::new_v5(&Uuid::NAMESPACE_OID, code.as_bytes()),
        "visit": {
            "visitCode": code,
            "visitDate": "2026-09-14T10:15:00+05:30",
            "category": "General OPD",
            "docFlag": 9,
        },
        "beneficiary": beneficiary,
        "facility": { "abdmFacilityId": FACILITY, "abdmFacilityName": "PHC Ambegaon" },
        "practitioner": { "userId": "12", "fullName": "Dr. Test Doctor", "employeeId": "E-12" },
        "chiefComplaints": [{ "complaint": "Migraine", "sctCode": "37796009", "sctTerm": "Migraine" }],
        "prescriptions": [{ "genericName": "Sumatriptan", "form": "Tablet", "frequency": "SOS" }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_is_mentioned_as_a_word_only() {
        assert!(mentions(r#"{"name":"Kavya Nair"}"#, "Nair"));
        assert!(mentions("Nair", "Nair") && mentions("(Nair, Kavya)", "Kavya"));
        assert!(mentions("GET /patients/Kavya?surname=Nair", "Kavya"));
        assert!(mentions("surname=Nair", "Nair") && mentions("kavya_Nair-1", "Nair"));
        assert!(!mentions("q0Zr8Nair7/kP", "Nair"), "by chance, in base64");
        assert!(mentions("+919845012345", "9845012345"), "nobody draws ten digits by chance");
        assert!(mentions("mailto:kavya.n90@sbx", "kavya.n90"));
    }
}
