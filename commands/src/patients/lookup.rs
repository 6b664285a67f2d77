//! Values by which patients and visits are looked up, in normalized form.

/// A personal value that is stored only as a keyed HMAC.
///
/// Two keys with the same kind and [`LookupKey::text`] are equal, in whatever form they were typed.
#[derive(Clone, Copy)]
pub enum LookupKey<'a> {
    /// The facility's own id of a patient.
    Beneficiary(&'a str),
    /// A visit code.
    Visit(&'a str),
    /// Patient reference and care context reference together.
    CareContext(&'a str),
    /// An ABHA address, in any letter case.
    AbhaAddress(&'a str),
    /// An ABHA number, with or without hyphens.
    AbhaNumber(&'a str),
    /// An Indian mobile number, with or without country code.
    Mobile(&'a str),
    /// The digits of an OTP, with the link reference that they belong to.
    Otp(&'a str),
    /// The counter of a facility, as its QR code names it.
    Counter(&'a str),
    /// Content that is compared with earlier content.
    Content(&'a str),
}

impl LookupKey<'_> {
    /// The name of the kind. It is part of the HMAC, so that equal values of different kinds differ.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Beneficiary(_) => "beneficiary",
            Self::Visit(_) => "visit",
            Self::CareContext(_) => "care-context",
            Self::AbhaAddress(_) => "abha-address",
            Self::AbhaNumber(_) => "abha-number",
            Self::Mobile(_) => "mobile",
            Self::Otp(_) => "otp",
            Self::Counter(_) => "counter",
            Self::Content(_) => "content",
        }
    }

    /// The normalized form.
    pub fn text(&self) -> String {
        match self {
            Self::Beneficiary(text)
            | Self::Visit(text)
            | Self::CareContext(text)
            | Self::Otp(text)
            | Self::Counter(text)
            | Self::Content(text) => (*text).to_owned(),
            Self::AbhaAddress(text) => abha_address(text),
            Self::AbhaNumber(text) => digits(text),
            Self::Mobile(text) => mobile(text).unwrap_or_default(),
        }
    }
}

/// Normalizes an ABHA address: lower case, without surrounding spaces.
pub fn abha_address(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

/// Keeps only the digits: ABHA numbers are written with or without hyphens.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The ten digits of an Indian mobile number: `+91-98…`, `098…` and `98…` are equal. `None` if it is not one.
pub fn mobile(text: &str) -> Option<String> {
    let digits = digits(text);
    let national = match digits.len() {
        10 => digits.as_str(),
        11 => digits.strip_prefix('0')?,
        12 => digits.strip_prefix("91")?,
        13 => digits.strip_prefix("091")?,
        14 => digits.strip_prefix("0091")?,
        _ => return None,
    };
    national.starts_with(['6', '7', '8', '9']).then(|| national.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_mobile_number_is_the_same_number() {
        for text in
            ["9800000101", "+919800000101", "+91-98000 00101", "09800000101", "00919800000101"]
        {
            assert_eq!(mobile(text).as_deref(), Some("9800000101"), "{text}");
        }
    }

    #[test]
    fn a_number_that_is_no_indian_mobile_is_none() {
        for text in ["", "12345", "1800000101", "449800000101"] {
            assert_eq!(mobile(text), None, "{text}");
        }
    }
}
