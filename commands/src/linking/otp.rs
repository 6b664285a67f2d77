//! One-time passwords: six digits, never stored in plaintext.

use hip_domain::id::{FacilityId, LinkReference, Pseudonym};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::patients::lookup::LookupKey;
use crate::port::vault::VaultError;
use crate::ports::Ports;

/// Derives six digits from a random id. The first digit is never 0, because some messages carry an OTP as a number.
///
/// 122 random bits over 900,000 values: the probabilities of two values differ by less than 2⁻¹⁰⁰.
pub(crate) fn fresh(random: Uuid) -> Zeroizing<String> {
    Zeroizing::new((100_000 + random.as_u128() % 900_000).to_string())
}

/// The stored form: a pseudonym that is bound to the link.
pub(crate) async fn pseudonym(
    ports: &Ports,
    facility: &FacilityId,
    link: LinkReference,
    digits: &str,
) -> Result<Pseudonym, VaultError> {
    let bound = Zeroizing::new(format!("{link}:{digits}"));
    ports.vault.pseudonym(facility, &LookupKey::Otp(&bound)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_otp_has_six_digits_and_begins_with_none_of_them_zero() {
        for n in [0, 1, 899_999, 900_000, u128::MAX] {
            let otp = fresh(Uuid::from_u128(n));
            assert_eq!(otp.len(), 6);
            assert!(!otp.starts_with('0'));
        }
    }
}
