//! Whether an invoice adds up.

use super::{Found, WarningRule};
use crate::visit::{Decimal, Invoice, VisitDocument};

/// A rupee: bills are rounded to one.
const ROUNDED: f64 = 1.0;

pub(super) fn check(visit: &VisitDocument, found: &mut Found) {
    let Some(invoice) = &visit.invoice else {
        return;
    };
    let Some((net, gross)) = sums(invoice) else {
        return;
    };
    for (path, total, sum) in [
        ("invoice.totalNet", &invoice.total_net, net),
        ("invoice.totalGross", &invoice.total_gross, gross),
    ] {
        if let Some(stated) = total.nearest().filter(|stated| (stated - sum).abs() > ROUNDED) {
            let text = format!("is {stated:.2}, and the lines come to {sum:.2}");
            found.add(path, WarningRule::InvoiceTotal, text);
        }
    }
}

/// After discount before tax, and with tax; none when a number cannot be read.
fn sums(invoice: &Invoice) -> Option<(f64, f64)> {
    let amount = |amount: &Option<Decimal>| match amount {
        Some(amount) => amount.nearest(),
        None => Some(0.0),
    };
    let (mut net, mut tax) = (0.0, 0.0);
    for line in &invoice.lines {
        net += line.quantity.nearest()? * line.rate.nearest()? - amount(&line.discount)?;
        tax += amount(&line.cgst)? + amount(&line.sgst)?;
    }
    Some((net, net + tax))
}
