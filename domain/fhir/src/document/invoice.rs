//! The bill: profile `InvoiceRecord`.

use super::draft::{Draft, Kind, TypeConcept};
use super::section::{self, SectionHead, billing};
use super::source::Source;
use super::{Built, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;

static KIND: Kind = Kind {
    hi_type: HiType::Invoice,
    profile: profile::INVOICE_RECORD,
    type_concept: TypeConcept::Text("Invoice Record"),
    title: "Invoice Record",
};

/// The profile wants exactly one section, and one invoice in it.
static SECTION: SectionHead = SectionHead { title: "Invoice", code: None };

pub(super) fn build(source: &Source<'_>) -> Built {
    let mut draft = Draft::new(&KIND, source);
    let items = billing::items(&mut draft);
    let section = section::one(&SECTION, items).ok_or(SkipReason::NoInvoice)?;
    Ok(vec![draft.finish(vec![section])])
}
