//! Why key material, a key or a page was refused.

/// Why key material, a key or a page was refused.
///
/// Carries no bytes of any key, nonce or text, so it can be logged as it is. Towards the gateway all
/// of them are one refusal; the variants are for operators who support the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key or nonce isn't standard, padded, one-line base64.
    #[error("not standard padded base64 on one line")]
    Base64,
    /// Blanks stand where `+` belongs: with `+` in their places it would be a key or nonce.
    #[error(
        "blanks stand where '+' belongs; the sender must send JSON, or escape '+' as %2B in a form"
    )]
    LostPlus,
    /// It decodes to base64 again, and only that is a key or nonce.
    #[error("it is base64 of base64; the sender must encode the bytes once")]
    EncodedTwice,
    /// The decoded bytes are none of the five accepted key forms.
    #[error("not one of the accepted public key forms")]
    KeyEncoding,
    /// A coordinate lost its leading zero bytes: 64 bytes, or an SPKI that is one byte short.
    ///
    /// Some peers encode coordinates as minimal integers; about 1 key in 64 of theirs comes out short
    /// and can't be repaired, because nothing says which coordinate was cut.
    #[error("a coordinate was sent without its leading zero byte; the peer must pad to 32 bytes")]
    KeyStrippedZero,
    /// A coordinate is not below the field prime.
    #[error("a coordinate is not reduced modulo the field prime")]
    NotCanonical,
    /// The coordinates don't satisfy the curve equation.
    #[error("the point is not on the curve")]
    NotOnCurve,
    /// The point has order 1, 2, 4 or 8, so every shared secret with it is public.
    #[error("the point has small order")]
    SmallOrder,
    /// The point is a valid key plus a point of small order.
    #[error("the point is outside the prime-order subgroup")]
    MixedOrder,
    /// A nonce isn't exactly 32 bytes.
    #[error("the nonce is not exactly 32 bytes")]
    NonceLength,
    /// The peer's key material expired more than a minute ago.
    #[error("the key material has expired")]
    Expired,
    /// The expiry isn't a moment in a form that is read here.
    #[error("the expiry is not an RFC 3339 moment")]
    BadExpiry,
    /// `cryptoAlg` isn't `ECDH`.
    #[error("cryptoAlg is not ECDH")]
    UnsupportedAlg,
    /// `curve` isn't `Curve25519`. There is no negotiation.
    #[error("curve is not Curve25519")]
    UnsupportedCurve,
    /// A private key isn't in `1..n`, or isn't 1 to 32 bytes (key format X: exactly 32).
    #[error("the private key is out of range")]
    PrivateKeyRange,
    /// The content is shorter than its 16-byte tag.
    #[error("the content is shorter than its tag")]
    CiphertextTooShort,
    /// The content doesn't authenticate: it was altered, or sealed for another key, nonce or secret.
    #[error("the content does not authenticate under these keys and nonces")]
    Tag,
    /// The peer's key or nonce is our own.
    #[error("the peer sent our own key or nonce back")]
    Reflection,
    /// A private key of one key format met a public key of the other.
    #[error("the two keys belong to different key formats")]
    DialectMismatch,
    /// The operating system's random generator failed.
    #[error("the operating system gave no random bytes")]
    Randomness,
}
