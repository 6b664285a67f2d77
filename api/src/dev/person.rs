//! The fictitious patients of the campaign and of the benchmarks, each with one visit.

use chrono::{DateTime, TimeDelta, Utc};
use hip_sandbox::AbhaHolder;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dev::demo::visits;

/// A fictitious patient.
pub(in crate::dev) struct Person {
    number: u64,
}

impl Person {
    /// Up to 100 million patients can be distinguished.
    pub(in crate::dev) fn numbered(number: u64) -> Self {
        Self { number: number % 100_000_000 }
    }

    pub(in crate::dev) fn abha_address(&self) -> String {
        format!("patient.{}@sbx", self.number)
    }

    pub(in crate::dev) fn visit_code(&self) -> String {
        format!("4{:08}", self.number)
    }

    /// The patient's entry in the network's register.
    pub(in crate::dev) fn holder(&self) -> AbhaHolder {
        AbhaHolder {
            abha_address: self.abha_address(),
            abha_number: format!("9200{:010}", self.number),
            name: self.name(),
            gender: "F".to_owned(),
            year_of_birth: 1980,
            mobile: self.mobile(),
        }
    }

    /// The push of the visit, which was two hours ago. A repeated push has the same id.
    pub(in crate::dev) fn visit(&self, now: DateTime<Utc>) -> Value {
        let code = self.visit_code();
        let push_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, code.as_bytes());
        let mut visit = visits::visit(&code, push_id, now - TimeDelta::hours(2));
        let number = self.number.to_string();
        let person = &mut visit["beneficiary"];
        person["beneficiaryId"] = json!(number);
        person["beneficiaryRegId"] = json!(number);
        person["name"] = json!(self.name());
        person["phone"] = json!(self.mobile());
        person["dateOfBirth"] = json!("1980-02-17");
        person["abhaNumber"] = json!(format!("92-00{}", self.dashed()));
        person["abhaAddress"] = json!(self.abha_address());
        visit
    }

    fn mobile(&self) -> String {
        format!("98{:08}", self.number)
    }

    fn name(&self) -> String {
        format!("Asha {}", letters(self.number))
    }

    /// Ten digits in the format of an ABHA number after its first four.
    fn dashed(&self) -> String {
        let digits = format!("{:010}", self.number);
        format!("{}-{}-{}", &digits[..2], &digits[2..6], &digits[6..])
    }
}

/// A surname for each number: names have no digits.
fn letters(number: u64) -> String {
    let name: String =
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
    format!("K{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_and_the_hospital_mean_the_same_person() {
        let person = Person::numbered(1_234_567);
        let (holder, visit) = (person.holder(), person.visit(DateTime::UNIX_EPOCH));
        let told = &visit["beneficiary"];
        assert_eq!(told["abhaNumber"], "92-0000-0123-4567");
        assert_eq!(holder.abha_number, "92000001234567");
        assert_eq!(told["name"], json!(holder.name));
        assert_eq!(told["phone"], json!(holder.mobile));
    }
}
