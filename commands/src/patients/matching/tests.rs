use hip_domain::discovery::MatchedBy;

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
        name_latin: None,
        gender: Phi::new("F".to_owned()),
        year_of_birth: Some(Phi::new(1990)),
        mobile: None,
    }
}

fn verdict(query: &DiscoveryQuery, ours: &Demographics) -> Verdict {
    judge(&compare(query, ours), &Thresholds::default())
}

fn by_mobile() -> Verdict {
    Verdict::Recognised { matched_by: vec![MatchedBy::Mobile] }
}

#[test]
fn title_case_and_order_of_a_name_do_not_matter() {
    assert_eq!(verdict(&query("NAIR TEST, kavya", "F", Some(1991), None), &ours()), by_mobile());
}

#[test]
fn somebody_else_of_the_family_is_not_the_patient() {
    for (name, gender, year, difference) in [
        ("Ravi Nair", "M", 1990, Difference::Gender),
        ("Kavya Nair", "F", 1960, Difference::YearOfBirth),
        ("Anu Nair", "F", 1990, Difference::Name),
    ] {
        let verdict = verdict(&query(name, gender, Some(year), None), &ours());
        assert_eq!(verdict, Verdict::Other(difference), "{name}");
    }
}

#[test]
fn an_unknown_figure_contradicts_nothing() {
    for (gender, year) in [("", None), ("U", None), ("f", Some(1992)), ("F", Some(1988))] {
        assert_eq!(verdict(&query("Kavya Nair", gender, year, None), &ours()), by_mobile());
    }
    let mut unknown = ours();
    unknown.gender = Phi::new("U".to_owned());
    unknown.year_of_birth = None;
    assert_eq!(verdict(&query("Kavya Nair", "M", Some(1950), None), &unknown), by_mobile());
}

#[test]
fn a_third_gender_has_three_letters() {
    let mut other = ours();
    other.gender = Phi::new("O".to_owned());
    for gender in ["O", "T", "D"] {
        assert_eq!(verdict(&query("Kavya Nair", gender, None, None), &other), by_mobile());
    }
}

#[test]
fn a_typed_record_number_must_be_this_persons() {
    let other = verdict(&query("Kavya Nair", "F", None, Some("P-78")), &ours());
    assert_eq!(other, Verdict::Other(Difference::RecordNumber));
    let same = verdict(&query("K", "F", None, Some(" p-77 ")), &ours());
    let matched_by = vec![MatchedBy::Mobile, MatchedBy::Mr];
    assert_eq!(same, Verdict::Recognised { matched_by });
}

#[test]
fn the_thresholds_are_the_operators() {
    let comparison = compare(&query("Kavya Nair", "F", Some(1985), None), &ours());
    let generous = Thresholds { year_tolerance: 5, ..Thresholds::default() };
    assert_eq!(judge(&comparison, &generous), by_mobile());
    assert_eq!(judge(&comparison, &Thresholds::default()), Verdict::Other(Difference::YearOfBirth));
}
