//! The rule "one page, one key" is the compiler's to keep.

#[test]
fn an_exchange_cannot_be_used_twice_or_copied() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
