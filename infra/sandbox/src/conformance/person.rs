//! Fictitious people, new in each run.

use super::context::SuiteContext;
use crate::gateway::register::AbhaHolder;
use crate::run::draw::Draw;

const GIVEN_NAMES: [&str; 12] = [
    "Anjali", "Bhavna", "Chitra", "Deepa", "Esha", "Gauri", "Hema", "Ishita", "Jyoti", "Kamala",
    "Lata", "Meera",
];
const FAMILY_NAMES: [&str; 12] = [
    "Acharya",
    "Bhosale",
    "Chavan",
    "Deshpande",
    "Gaikwad",
    "Joshi",
    "Kulkarni",
    "Mahajan",
    "Nimbalkar",
    "Pawar",
    "Shinde",
    "Wagh",
];

/// A patient of the facility.
#[derive(Clone)]
pub(super) struct Person {
    /// Their entry in the network's register.
    pub(super) holder: AbhaHolder,
    /// The facility's medical record number.
    pub(super) beneficiary_id: String,
    /// The name in the facility's records.
    pub(super) name: String,
}

impl Person {
    pub(super) fn address(&self) -> &str {
        &self.holder.abha_address
    }
}

impl SuiteContext<'_> {
    /// A new person in the network's register.
    pub(super) fn person(&self) -> Person {
        let draw = &self.sandbox.world.draw;
        let given = GIVEN_NAMES[below(draw, GIVEN_NAMES.len())];
        let family = FAMILY_NAMES[below(draw, FAMILY_NAMES.len())];
        let name = format!("{given} {family}");
        let holder = AbhaHolder {
            abha_address: format!("{}.{}@sbx", given.to_lowercase(), digits(draw, 10)),
            abha_number: format!("91{}", digits(draw, 12)),
            name: name.clone(),
            gender: "F".to_owned(),
            year_of_birth: 1950 + i32::try_from(below(draw, 50)).unwrap_or_default(),
            mobile: format!("98{}", digits(draw, 8)),
        };
        self.sandbox.register_abha(holder.clone());
        Person { holder, beneficiary_id: format!("7{}", digits(draw, 11)), name }
    }

    /// A visit code with as many digits as AMRIT's.
    pub(super) fn visit_code(&self) -> String {
        format!("3{}", digits(&self.sandbox.world.draw, 16))
    }
}

fn below(draw: &Draw, count: usize) -> usize {
    let number = u64::from_le_bytes(draw.bytes());
    usize::try_from(number % u64::try_from(count).unwrap_or(1)).unwrap_or_default()
}

fn digits(draw: &Draw, count: usize) -> String {
    (0..count)
        .map(|_| char::from(b'0' + u8::try_from(below(draw, 10)).unwrap_or_default()))
        .collect()
}
