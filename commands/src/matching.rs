//! Is this our patient? One, or none.
//!
//! An ABHA address or number that the consent manager vouches for decides alone. A mobile number is
//! shared in families, so it only brings candidates: gender, year of birth and name must agree too,
//! or the facility's own record number must. What a patient typed never decides alone.

use hip_domain::discovery::{DiscoveryQuery, MatchedBy};
use hip_domain::patient::Demographics;

/// Someone who shares a verified mobile number with the patient who asks.
pub struct Suspect<'a> {
    /// Who we think they are.
    pub demographics: &'a Demographics,
}

/// By what a suspect is recognised; nothing, when they are somebody else.
pub fn recognise(
    query: &DiscoveryQuery,
    suspect: &Suspect<'_>,
    year_tolerance: i32,
) -> Option<Vec<MatchedBy>> {
    let ours = suspect.demographics;
    let record_numbers = query.unverified.iter().filter(|(kind, _)| kind == "MR");
    let mut record_numbers = record_numbers.map(|(_, value)| value.reveal().trim()).peekable();
    if record_numbers.peek().is_some() {
        // A record number was typed: it has to be this person's.
        return record_numbers
            .any(|number| number == ours.reference.reveal())
            .then(|| vec![MatchedBy::Mobile, MatchedBy::Mr]);
    }
    let agrees = gender_agrees(query.gender.reveal(), ours.gender.reveal())
        && year_agrees(query, ours, year_tolerance)
        && names_agree(query.name.reveal(), ours.name.reveal());
    agrees.then(|| vec![MatchedBy::Mobile])
}

/// An unknown gender on either side contradicts nothing.
fn gender_agrees(asked: &str, ours: &str) -> bool {
    let unknown = |gender: &str| gender.is_empty() || gender.eq_ignore_ascii_case("U");
    unknown(asked) || unknown(ours) || asked.eq_ignore_ascii_case(ours)
}

/// Years of birth are often guessed at the desk; an unknown one contradicts nothing.
fn year_agrees(query: &DiscoveryQuery, ours: &Demographics, tolerance: i32) -> bool {
    match (&query.year_of_birth, &ours.year_of_birth) {
        (Some(asked), Some(ours)) => (asked.reveal() - ours.reveal()).abs() <= tolerance,
        (None, _) | (_, None) => true,
    }
}

/// Every word of the shorter name stands in the longer one; order and case do not matter.
fn names_agree(asked: &str, ours: &str) -> bool {
    let (asked, ours) = (words(asked), words(ours));
    let (shorter, longer) = if asked.len() <= ours.len() { (asked, ours) } else { (ours, asked) };
    !shorter.is_empty() && shorter.iter().all(|word| longer.contains(word))
}

/// What stands before names and says nothing about who it is.
const TITLES: [&str; 9] = ["dr", "mr", "mrs", "ms", "miss", "shri", "smt", "kumari", "km"];

fn words(name: &str) -> Vec<String> {
    name.split(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '-'))
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !TITLES.contains(&word.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use hip_domain::sensitive::Phi;

    use super::*;

    fn query(name: &str, gender: &str, year: Option<i32>, mr: Option<&str>) -> DiscoveryQuery {
        let unverified =
            mr.map(|number| ("MR".to_owned(), Phi::new(number.to_owned()))).into_iter().collect();
        DiscoveryQuery {
            abha_address: Phi::new("test.person@sbx".to_owned()),
            name: Phi::new(name.to_owned()),
            gender: Phi::new(gender.to_owned()),
            year_of_birth: year.map(Phi::new),
            verified: vec![],
            unverified,
        }
    }

    fn ours() -> Demographics {
        Demographics {
            reference: Phi::new("P-77".to_owned()),
            name: Phi::new("Smt. Kavya Test Nair".to_owned()),
            gender: Phi::new("F".to_owned()),
            year_of_birth: Some(Phi::new(1990)),
            mobile: None,
        }
    }

    fn recognised(query: &DiscoveryQuery) -> Option<Vec<MatchedBy>> {
        recognise(query, &Suspect { demographics: &ours() }, 2)
    }

    #[test]
    fn title_case_and_order_of_a_name_do_not_matter() {
        let query = query("NAIR, kavya", "F", Some(1991), None);
        assert_eq!(recognised(&query), Some(vec![MatchedBy::Mobile]));
    }

    #[test]
    fn somebody_else_of_the_family_is_not_the_patient() {
        for (name, gender, year) in
            [("Ravi Nair", "M", 1990), ("Kavya Nair", "F", 1960), ("Anu Nair", "F", 1990)]
        {
            assert_eq!(recognised(&query(name, gender, Some(year), None)), None, "{name}");
        }
    }

    #[test]
    fn a_typed_record_number_must_be_this_persons() {
        assert!(recognised(&query("Kavya Nair", "F", None, Some("P-78"))).is_none());
        assert_eq!(
            recognised(&query("K", "F", None, Some("P-77"))),
            Some(vec![MatchedBy::Mobile, MatchedBy::Mr])
        );
    }
}
