//! Whole exchanges between random parties, and what must not work between them.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use abdm_fidelius::{
    Error, KeyForm, KeyFormPolicy, KeyFormat, Nonce, PeerMaterial, PrivateKey, PublicKey, SealOnce,
    SealOptions, SealedPage, open,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use proptest::prelude::*;

/// An HIU with its key written in one form.
struct Requester {
    private: PrivateKey,
    nonce: Nonce,
    form: KeyForm,
}

impl Requester {
    fn new(form: KeyForm) -> Self {
        let private = PrivateKey::fresh(form.key_format()).unwrap();
        Self { private, nonce: Nonce::fresh().unwrap(), form }
    }

    fn material(&self) -> PeerMaterial {
        let key = STANDARD.encode(self.private.public_key().encode(self.form).unwrap());
        let nonce = self.nonce.to_base64();
        PeerMaterial::parse("ecdh", "curve25519", &key, &nonce, "2026-09-15", now()).unwrap()
    }

    /// Open a page with nothing but what travels.
    fn open(&self, page: &SealedPage) -> Result<Vec<u8>, Error> {
        let key = PublicKey::parse(page.key_material.key_value())?;
        let nonce = Nonce::parse(page.key_material.nonce())?;
        let content = STANDARD.decode(page.content()).unwrap();
        open(&self.private, &self.nonce, &key, &nonce, &content).map(|text| text.to_vec())
    }
}

fn now() -> DateTime<Utc> {
    "2026-09-15T07:30:00Z".parse().unwrap()
}

fn any_form() -> impl Strategy<Value = KeyForm> {
    prop_oneof![
        Just(KeyForm::Raw),
        Just(KeyForm::SpkiExplicit),
        Just(KeyForm::SpkiNamed),
        Just(KeyForm::X25519Raw),
        Just(KeyForm::X25519Spki),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_requester_reads_what_was_sealed(form in any_form(), text: Vec<u8>, raw: bool) {
        let requester = Requester::new(form);
        let key_form = if raw { KeyFormPolicy::Raw } else { KeyFormPolicy::SpkiExplicit };
        let options = SealOptions { key_form, ..SealOptions::default() };
        let page = SealOnce::with_options(&requester.material(), options).unwrap().seal(&text);
        prop_assert_eq!(page.ciphertext.len(), text.len() + 16);
        prop_assert_eq!(requester.open(&page).unwrap(), text);
    }

    #[test]
    fn one_changed_bit_anywhere_closes_the_page(text: Vec<u8>, at: prop::sample::Index, bit in 0_u8..8) {
        let requester = Requester::new(KeyForm::Raw);
        let mut page = SealOnce::new(&requester.material()).unwrap().seal(&text);
        let at = at.index(page.ciphertext.len());
        page.ciphertext[at] ^= 1 << bit;
        prop_assert_eq!(requester.open(&page), Err(Error::Tag));
    }

    #[test]
    fn a_key_survives_being_written_and_read(form in any_form()) {
        let key = PrivateKey::fresh(form.key_format()).unwrap().public_key();
        let written = key.encode(form).unwrap();
        let read = PublicKey::parse(&STANDARD.encode(&written)).unwrap();
        prop_assert_eq!(read.form(), form);
        prop_assert_eq!(&read, &key);
        prop_assert_eq!(read.encode(form).unwrap(), written);
    }

    #[test]
    fn a_private_key_survives_being_written_and_read(form in any_form()) {
        let private = PrivateKey::fresh(form.key_format()).unwrap();
        let read = PrivateKey::parse(form.key_format(), &private.to_base64()).unwrap();
        prop_assert_eq!(read.public_key(), private.public_key());
    }

    #[test]
    fn no_text_makes_a_parser_panic(key: String, nonce: String, expiry: String) {
        let _ = PeerMaterial::parse("ECDH", "Curve25519", &key, &nonce, &expiry, now());
        let _ = (PublicKey::parse(&key), Nonce::parse(&nonce));
        let _ = (PrivateKey::weierstrass(&key), PrivateKey::x25519(&key));
        prop_assert_eq!(abdm_fidelius::explain::key(&key).accepted, PublicKey::parse(&key).is_ok());
    }

    #[test]
    fn no_bytes_behind_a_good_beginning_make_the_key_parser_panic(
        form in any_form(),
        start in 0_usize..310,
        tail in prop::collection::vec(any::<u8>(), 0..320),
    ) {
        let good = PrivateKey::fresh(form.key_format()).unwrap().public_key().encode(form).unwrap();
        let bytes = [&good[..start.min(good.len())], tail.as_slice()].concat();
        if let Ok(key) = PublicKey::from_encoded(&bytes) {
            prop_assert_eq!(key.encode(key.form()).unwrap(), bytes);
        }
    }

    #[test]
    fn no_expiry_that_looks_right_makes_the_parser_panic(
        expiry in "[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,11})?(Z|[+-][0-9]{2}:[0-9]{2})?)?",
    ) {
        let _ = PeerMaterial::parse("ECDH", "Curve25519", "", "", &expiry, now());
    }
}

#[test]
fn each_exchange_has_its_own_key_and_nonce() {
    let material = Requester::new(KeyForm::Raw).material();
    let (one, other) = (SealOnce::new(&material).unwrap(), SealOnce::new(&material).unwrap());
    assert_ne!(one.key_material().key_value(), other.key_material().key_value());
    assert_ne!(one.key_material().nonce(), other.key_material().nonce());
    assert_ne!(one.seal(b"same").ciphertext, other.seal(b"same").ciphertext);
}

#[test]
fn a_key_is_answered_in_its_own_dialect_and_in_the_form_agreed() {
    use KeyForm::{Raw, SpkiExplicit, SpkiNamed, X25519Raw, X25519Spki};
    for (asked, policy, answered) in [
        (Raw, KeyFormPolicy::SpkiExplicit, SpkiExplicit),
        (SpkiNamed, KeyFormPolicy::SpkiExplicit, SpkiExplicit),
        (SpkiExplicit, KeyFormPolicy::Raw, Raw),
        (X25519Raw, KeyFormPolicy::SpkiExplicit, X25519Raw),
        (X25519Spki, KeyFormPolicy::Raw, X25519Spki),
    ] {
        let options = SealOptions { key_form: policy, ..SealOptions::default() };
        let exchange = SealOnce::with_options(&Requester::new(asked).material(), options).unwrap();
        let sent = PublicKey::parse(exchange.key_material().key_value()).unwrap();
        assert_eq!((sent.form(), exchange.key_material().form()), (answered, answered));
        let bytes = STANDARD.decode(exchange.key_material().key_value()).unwrap();
        assert_eq!(bytes, exchange.key_material().public_key_bytes());
    }
}

#[test]
fn key_material_is_written_as_abdm_publishes_it() {
    let exchange = SealOnce::new(&Requester::new(KeyForm::Raw).material()).unwrap();
    let ours = exchange.key_material();
    let expiry = "2026-09-16T07:30:00.1239Z".parse().unwrap();
    let wanted = serde_json::json!({
        "cryptoAlg": "ECDH",
        "curve": "Curve25519",
        "dhPublicKey": {
            "expiry": "2026-09-16T07:30:00.123Z",
            "parameters": "Curve25519/32byte random key",
            "keyValue": ours.key_value(),
        },
        "nonce": ours.nonce(),
    });
    assert_eq!(ours.to_json(expiry), wanted);
}

#[test]
fn the_checksum_is_md5_of_the_text_in_lower_case() {
    let material = Requester::new(KeyForm::X25519Raw).material();
    let checksum = |text: &[u8]| SealOnce::new(&material).unwrap().seal(text).checksum;
    // Source: RFC 1321, appendix A.5.
    assert_eq!(checksum(b""), "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(checksum(b"message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

#[test]
fn our_own_key_or_nonce_is_not_answered() {
    for form in [KeyForm::Raw, KeyForm::X25519Raw] {
        let requester = Requester::new(form);
        let material = requester.material();
        let fixed = |private: &PrivateKey, nonce: &Nonce| {
            SealOnce::with_fixed(&material, private, nonce, KeyFormPolicy::Raw).err()
        };
        let other = PrivateKey::fresh(form.key_format()).unwrap();
        let nonce = Nonce::fresh().unwrap();
        assert_eq!(fixed(&requester.private, &nonce), Some(Error::Reflection));
        assert_eq!(fixed(&other, &requester.nonce), Some(Error::Reflection));
        assert_eq!(fixed(&other, &nonce), None);
    }
}

#[test]
fn keys_of_different_dialects_do_not_meet() {
    let requester = Requester::new(KeyForm::Raw);
    let foreign = PrivateKey::fresh(KeyFormat::X25519).unwrap();
    let nonce = Nonce::fresh().unwrap();
    let sealed = SealOnce::with_fixed(&requester.material(), &foreign, &nonce, KeyFormPolicy::Raw);
    assert_eq!(sealed.err(), Some(Error::DialectMismatch));

    let page = SealOnce::new(&requester.material()).unwrap().seal(b"text");
    let other = Requester { private: foreign, nonce, form: KeyForm::X25519Raw };
    assert_eq!(other.open(&page), Err(Error::DialectMismatch));
}
