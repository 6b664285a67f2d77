//! The patient.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::PartialDate;
use super::values::whole;

/// The patient, as the medical record knows them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Beneficiary {
    /// The number on the patient card: up to 255 of the characters that the network allows in a reference.
    pub beneficiary_id: String,
    /// The registration number; internal to the record system, never leaves in a document.
    pub beneficiary_reg_id: String,
    /// The full name in any script.
    pub name: String,
    /// The full name in Latin letters, as the patient spells it; the network is told this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_latin: Option<String>,
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The father's name; helps to tell patients apart, never leaves in a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub father_name: Option<String>,
    /// As recorded.
    pub gender: Gender,
    /// Known to the year, the month or the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<PartialDate>,
    /// Used when the date of birth is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// Whether the patient has died.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deceased: Option<bool>,
    /// When the patient died.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deceased_date: Option<PartialDate>,
    /// In the words of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marital_status: Option<String>,
    /// As recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// As recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where the patient lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// ABHA number: 14 digits, with or without dashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abha_number: Option<String>,
    /// ABHA address, as `name@abdm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abha_address: Option<String>,
}

/// Where somebody lives.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// House and street.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub line: Vec<String>,
    /// Village or town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    /// Administrative block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// District.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// State.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Six digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_code: Option<String>,
    /// A name, not a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// An age at the time of the visit.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Age {
    /// At least zero.
    #[serde(deserialize_with = "whole::required")]
    pub value: i64,
    /// What the value counts.
    pub unit: AgeUnit,
}

/// What an age counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgeUnit {
    /// Years.
    #[serde(rename = "years")]
    Years,
    /// Months, for infants.
    #[serde(rename = "months")]
    Months,
    /// Days, for newborns.
    #[serde(rename = "days")]
    Days,
    /// Hours, for newborns.
    #[serde(rename = "hours")]
    Hours,
}

/// Administrative gender, as the record has it; read in any letter case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Transgender.
    Transgender,
    /// Any other gender.
    Other,
    /// Not recorded.
    Unknown,
}

impl<'de> Deserialize<'de> for Gender {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        match word.to_ascii_lowercase().as_str() {
            "male" => Ok(Self::Male),
            "female" => Ok(Self::Female),
            "transgender" => Ok(Self::Transgender),
            "other" => Ok(Self::Other),
            "unknown" => Ok(Self::Unknown),
            _ => Err(D::Error::custom("not a gender")),
        }
    }
}
