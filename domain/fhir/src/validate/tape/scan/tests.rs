use super::super::{Buffers, View};
use super::text::plain_len;
use super::*;

fn read(json: &str, look: impl FnOnce(View<'_>)) {
    let mut buffers = Buffers::default();
    scan(json.as_bytes(), Rules::nrces(), &Limits::default(), &mut buffers).unwrap();
    look(buffers.tape(json).root());
}

fn refusal(json: &[u8], limits: &Limits) -> Option<Refusal> {
    scan(json, Rules::nrces(), limits, &mut Buffers::default()).err()
}

#[test]
fn a_document_is_read_as_it_is_written() {
    read(r#" {"status" : "final", "value":[1.50,-0,2e3,true,null,{}],"_id":{}} "#, |root| {
        assert!(root.is(Name::STATUS, "final"));
        let list = root.member(Name::VALUE).unwrap();
        let literals: Vec<_> = list.members().map(View::literal).collect();
        assert_eq!(literals[..5], ["1.50", "-0", "2e3", "true", "null"]);
        assert_eq!((list.count(), list.members().count()), (6, 6));
        assert!(root.member(Name::ID).is_none());
        assert!(root.sidecar(Name::ID).is_some() && root.has(Name::ID));
        assert_eq!(root.sidecar(Name::ID).unwrap().key(), "_id");
    });
}

#[test]
fn escapes_are_written_out_in_values_and_names() {
    read(r#"{"st\u0061tus":"a\n\"\u00e9\ud83d\ude00/\/"}"#, |root| {
        assert!(root.is(Name::STATUS, "a\n\"é😀//"));
        assert_eq!(root.members().next().unwrap().key(), r"st\u0061tus");
    });
}

#[test]
fn input_that_is_not_json_is_refused() {
    for wrong in [
        "",
        "{",
        "[",
        "]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "01",
        "1.",
        "-",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "\"a",
        "\"\u{1}\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "{} {}",
        "{a:1}",
        "'a'",
        "\u{feff}{}",
        "NaN",
    ] {
        let refused = refusal(wrong.as_bytes(), &Limits::default());
        assert!(matches!(refused, Some(Refusal::Syntax(..))), "{wrong}: {refused:?}");
    }
    assert_eq!(refusal(b"\"\xff\"", &Limits::default()), Some(Refusal::NotUtf8));
}

#[test]
fn input_beyond_the_limits_is_refused() {
    let small = Limits { bytes: 100, depth: 3, values: 5 };
    assert_eq!(refusal(&[b' '; 101], &small), Some(Refusal::TooLarge));
    assert_eq!(refusal(b"[[[[]]]]", &small), Some(Refusal::TooDeep));
    assert_eq!(refusal(b"[[[]]]", &small), None);
    assert_eq!(refusal(b"[1,2,3,4,5]", &small), Some(Refusal::TooManyValues));
    let deep = "[".repeat(100_000);
    let boundless = Limits { bytes: usize::MAX, depth: usize::MAX, values: usize::MAX };
    assert_eq!(refusal(deep.as_bytes(), &boundless), Some(Refusal::TooDeep));
}

#[test]
fn a_text_ends_at_its_first_special_byte_wherever_that_is() {
    for special in [b'"', b'\\', 0x1f, 0] {
        for place in 0..20 {
            let mut bytes = [b'\x80'; 24];
            (bytes[place], bytes[place + 1]) = (special, b'"');
            assert_eq!(plain_len(&bytes), place);
        }
    }
    assert_eq!(plain_len("é🙂~\u{7f} !#[]".repeat(9).as_bytes()), "é🙂~\u{7f} !#[]".len() * 9);
}
