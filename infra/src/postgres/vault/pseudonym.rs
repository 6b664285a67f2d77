//! Keyed HMAC: a mobile number has ten digits, so a plain hash could be guessed in seconds.

use hip_commands::patients::lookup::LookupKey;
use hip_domain::id::Pseudonym;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::envelope::SubjectKey;

/// HMAC-SHA256 with the facility's key, over the kind, a zero byte and the normalised form.
pub(super) fn pseudonym(key: &SubjectKey, lookup: &LookupKey<'_>) -> Pseudonym {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes any key");
    mac.update(lookup.kind().as_bytes());
    mac.update(&[0]);
    mac.update(lookup.text().as_bytes());
    let hex = hex::encode(mac.finalize().into_bytes());
    Pseudonym::parse(hex).expect("an HMAC-SHA256 is 64 hex digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter_and_kinds_stay_apart() {
        let key = SubjectKey::random();
        let of = |lookup| pseudonym(&key, &lookup);
        assert_eq!(
            of(LookupKey::AbhaNumber("91-0000-0000-0101")),
            of(LookupKey::AbhaNumber("91000000000101"))
        );
        assert_eq!(of(LookupKey::AbhaAddress("Asha@sbx")), of(LookupKey::AbhaAddress(" asha@SBX")));
        assert_ne!(of(LookupKey::Visit("9800000101")), of(LookupKey::Mobile("9800000101")));
        assert_ne!(
            of(LookupKey::Visit("1")),
            pseudonym(&SubjectKey::random(), &LookupKey::Visit("1")),
            "another facility, another name"
        );
    }
}
