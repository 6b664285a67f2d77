use std::collections::HashSet;

use super::*;

/// All codes that the specification lists for M2, and those observed in the sandbox.
const LISTED: [&str; 83] = [
    "1000", "1001", "1004", "1006", "1007", "1008", "1010", "1012", "1013", "1015", "1016", "1017",
    "1019", "1022", "1023", "1024", "1025", "1026", "1027", "1028", "1030", "1031", "1032", "1033",
    "1034", "1035", "1036", "1037", "1038", "1040", "1041", "1043", "1046", "1047", "1048", "1051",
    "1052", "1055", "1056", "1057", "1059", "1060", "1061", "1062", "1063", "1064", "1065", "1066",
    "1087", "1090", "1092", "1103", "1104", "1105", "1106", "1107", "1108", "1109", "1110", "1111",
    "1112", "1113", "1115", "1120", "1125", "1149", "1170", "1207", "1401", "1402", "1407", "2401",
    "2402", "2403", "2404", "2406", "2429", "2500", "9999", "900900", "900901", "900902", "303001",
];

fn code(text: &str) -> ErrorCode {
    ErrorCode::parse(text).unwrap()
}

#[test]
fn every_code_of_the_contract_says_what_happened_and_what_to_do() {
    for number in LISTED {
        assert!(!meanings(number).is_empty(), "{number}");
        for context in Context::ALL {
            let entry = lookup(&code(number), context);
            let texts = [entry.meaning, entry.what, entry.cure];
            assert!(texts.iter().all(|text| !text.is_empty()), "{number} {context:?}");
        }
    }
}

#[test]
fn a_code_has_one_meaning_in_one_place() {
    let mut seen = HashSet::new();
    for row in table::rows() {
        let places = match row.contexts {
            [] => vec![None],
            contexts => contexts.iter().copied().map(Some).collect(),
        };
        for place in places {
            assert!(seen.insert((row.code, place)), "{} twice in {place:?}", row.code);
        }
    }
}

#[test]
fn error_texts_have_only_characters_that_the_gateway_accepts() {
    for row in table::rows() {
        let meaning = row.entry.meaning;
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-@,. \":/".contains(c);
        assert!(meaning.chars().all(fits) && meaning.len() <= 255, "{}: {meaning}", row.code);
    }
}

#[test]
fn a_number_means_another_thing_in_another_place() {
    let says = |number: &str, context| message(&code(number), context);
    assert_eq!(says("ABDM-1010", Context::Discovery), "Patient not found");
    assert_eq!(says("ABDM-1010", Context::DiscoveryOfSeveral), "Multiple patients found");
    assert_eq!(says("ABDM-1035", Context::LinkConfirm), "Incorrect OTP");
    assert_eq!(says("ABDM-1035", Context::LinkConfirmExpired), "OTP expired");
    assert_eq!(says("ABDM-1035", Context::GenerateToken), "Invalid HIP ID");
    assert_eq!(says("ABDM-1056", Context::LinkConfirm), "Invalid Link Reference Number");
    assert_eq!(says("ABDM-1062", Context::DataFlow), "Consent Not granted");
    assert_eq!(says("ABDM-7777", Context::DataFlow), "Request could not be processed");
}

#[test]
fn advice_follows_from_code_and_context() {
    let of = |number: &str, context| lookup(&code(number), context);
    assert_eq!(of("ABDM-1056", Context::OnCareContext).retry, Retry::AlreadyDone);
    assert_eq!(of("ABDM-1027", Context::OnGenerateToken).retry, Retry::Hold { hold_s: 86_400 });
    assert_eq!(of("ABDM-1092", Context::OnGenerateToken).retry, Retry::Hold { hold_s: 420 });
    for number in ["ABDM-1026", "ABDM-1038", "ABDM-1062", "ABDM-1063", "ABDM-1066"] {
        let entry = of(number, Context::OnCareContext);
        assert_eq!(entry.mark, Some(Mark::LinkTokenRefused), "{number}");
        assert_eq!(entry.retry, Retry::Now, "{number}");
    }
    for number in ["ABDM-1207", "ABDM-1036", "ABDM-1043"] {
        let entry = of(number, Context::OnGenerateToken);
        assert_eq!(entry.mark, Some(Mark::DemographicMismatch), "{number}");
    }
    for number in ["ABDM-1019", "ABDM-1024", "ABDM-1048", "ABDM-1109", "ABDM-9999"] {
        let entry = of(number, Context::OnGenerateToken);
        assert!(matches!(entry.retry, Retry::Later { .. }), "{number}");
    }
    assert_eq!(of("ABDM-1407", Context::GenerateToken).mark, Some(Mark::AbhaDeactivated));
    assert_eq!(of("ABDM-1108", Context::Answer).mark, Some(Mark::Duplicate));
    assert!(matches!(of("ABDM-1108", Context::SmsNotify).retry, Retry::Later { .. }));
}

#[test]
fn a_code_is_found_in_every_spelling() {
    for text in ["1207", "ABDM-1207", "ABDM-1207: ", "abdm-1207"] {
        assert_eq!(meanings(text).len(), 1, "{text}");
    }
    assert!(meanings("ABDM-7777").is_empty());
    assert!(!meanings("3404").is_empty(), "an old code keeps its number");
    assert_eq!(
        lookup(&code("1207"), Context::OnGenerateToken).mark,
        Some(Mark::DemographicMismatch)
    );
}

#[test]
fn a_refusal_without_a_code_is_read_from_its_status() {
    let of = |status| of_refusal(status, None, Context::LinkCareContext);
    for status in [None, Some(401), Some(408), Some(429), Some(500), Some(503)] {
        assert!(matches!(of(status).retry, Retry::Later { .. }), "{status:?}");
    }
    for status in [Some(403), Some(404), Some(409)] {
        assert_eq!(of(status).retry, Retry::AfterFix, "{status:?}");
    }
    assert_eq!(of_refusal(Some(400), None, Context::Answer).retry, Retry::AfterFix);
    assert_eq!(of(Some(401)).mark, Some(Mark::SessionRefused));
    let coded = of_refusal(Some(400), Some(&code("ABDM-1035")), Context::LinkCareContext);
    assert_eq!(coded.meaning, "Invalid HIP ID");
    let unknown = of_refusal(Some(503), Some(&code("X-1")), Context::LinkCareContext);
    assert!(matches!(unknown.retry, Retry::Later { .. }));
}

#[test]
fn an_empty_400_on_a_link_request_passes_and_has_the_same_words_everywhere() {
    let direct = of_refusal(Some(400), None, Context::LinkCareContext);
    assert!(matches!(direct.retry, Retry::Later { first_s: 60.., .. }), "{direct:?}");
    for context in [Context::LinkCareContext, Context::OnCareContext] {
        assert_eq!(lookup(&code("400"), context), direct, "{context:?}");
    }
    assert_eq!(lookup(&code("503"), Context::Answer), of_refusal(Some(503), None, Context::Answer));
    let silent = lookup(&OwnCode::NoAnswer.into(), Context::OnCareContext);
    assert_eq!(silent.meaning, "No answer");
}

#[test]
fn news_right_after_a_link_may_be_refused_and_pass() {
    let entry = lookup(&code("ABDM-1006"), Context::ContextNotify);
    assert!(matches!(entry.retry, Retry::Later { first_s: 30.., .. }), "{entry:?}");
    assert_eq!(lookup(&code("ABDM-1006"), Context::Answer).retry, Retry::AfterFix);
}
