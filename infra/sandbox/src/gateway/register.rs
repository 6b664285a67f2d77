//! Registered facilities and ABHA holders.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// A person with an ABHA, with the data of the central register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbhaHolder {
    /// `name@sbx`.
    pub abha_address: String,
    /// 14 digits; hyphens are dropped when it is registered.
    pub abha_number: String,
    /// The full name. Letter case and spaces do not matter in comparisons.
    pub name: String,
    /// `M`, `F`, `O`, `D`, `T` or `U`.
    pub gender: String,
    /// The year of birth, with four digits.
    pub year_of_birth: i32,
    /// The verified mobile number, in any common format.
    pub mobile: String,
}

impl AbhaHolder {
    /// The ABHA number as the integer that link tokens contain.
    pub(crate) fn number(&self) -> Option<u64> {
        self.abha_number.parse().ok()
    }

    /// Whether the demographics of a token request match this holder.
    pub(crate) fn is(&self, name: &str, gender: &str, year_of_birth: i64) -> bool {
        words(&self.name).eq(words(name))
            && self.gender == gender
            && i64::from(self.year_of_birth) == year_of_birth
    }
}

/// The words of a name in lower case, so that spaces and letter case do not matter.
fn words(name: &str) -> impl Iterator<Item = String> {
    name.split_whitespace().map(str::to_lowercase)
}

#[derive(Default)]
pub(crate) struct Register {
    /// Names of facilities by service id.
    facilities: BTreeMap<String, String>,
    /// Holders by ABHA address.
    holders: BTreeMap<String, AbhaHolder>,
    /// ABHA addresses whose holders opted out.
    inactive: BTreeSet<String>,
}

impl Register {
    pub(crate) fn add_facility(&mut self, service_id: &str, name: &str) {
        self.facilities.insert(service_id.to_owned(), name.to_owned());
    }

    pub(crate) fn add_holder(&mut self, mut holder: AbhaHolder) {
        holder.abha_number.retain(|digit| digit != '-');
        self.holders.insert(holder.abha_address.clone(), holder);
    }

    pub(crate) fn set_active(&mut self, abha_address: &str, active: bool) {
        if active {
            self.inactive.remove(abha_address);
        } else {
            self.inactive.insert(abha_address.to_owned());
        }
    }

    pub(crate) fn is_active(&self, abha_address: &str) -> bool {
        !self.inactive.contains(abha_address)
    }

    pub(crate) fn facility_name(&self, service_id: &str) -> Option<&str> {
        self.facilities.get(service_id).map(String::as_str)
    }

    /// Finds a holder by ABHA address; without an address, by ABHA number.
    pub(crate) fn holder(&self, address: Option<&str>, number: Option<u64>) -> Option<&AbhaHolder> {
        match address {
            Some(address) => self.holders.get(address),
            None => self.holders.values().find(|holder| holder.number() == number),
        }
    }

    /// One element of `services` in the answer of `bridge-services`.
    pub(crate) fn service(&self, service_id: &str) -> Option<Value> {
        let name = self.facility_name(service_id)?;
        Some(json!({
            "id": service_id, "name": name, "types": ["HIP"], "active": true, "endpoints": [],
        }))
    }

    pub(crate) fn services(&self) -> Vec<Value> {
        self.facilities.keys().filter_map(|id| self.service(id)).collect()
    }
}
