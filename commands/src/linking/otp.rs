//! One-time passwords: six digits, never kept in clear.

use hip_domain::id::{FacilityId, LinkReference, Pseudonym};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::patients::lookup::LookupKey;
use crate::port::vault::VaultError;
use crate::ports::Ports;

/// Six digits out of a random id. The first is never 0: the network carries an OTP as a number, too.
///
/// 122 random bits over 900,000 values: no value is likelier than another by more than 2⁻¹⁰⁰.
pub(crate) fn fresh(random: Uuid) -> Zeroizing<String> {
    Zeroizing::new((100_000 + random.as_u128() % 900_000).to_string())
}

/// What is kept of it, bound to the link that it is for.
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
