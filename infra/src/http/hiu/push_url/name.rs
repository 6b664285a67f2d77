//! Which names may be the host of a push address. What a name leads to is looked at when it is looked
//! up; these are refused unasked, because who answers for them is not the internet.

/// Ends of names that belong to a machine, a network, a cluster or a cloud, or to nobody.
const PRIVATE_ENDS: &[&str] = &[
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "svc",
    "test",
];

/// The name system knows no longer ones.
const NAME_BYTES_MAX: usize = 253;

/// Whether a name, in small letters, can be one of the open internet: two labels at least, none empty,
/// no dot at the end, and not under an end that is private.
pub(super) fn is_public(name: &str) -> bool {
    let mut labels = name.rsplit('.');
    let Some(last) = labels.next() else { return false };
    let has_empty = name.split('.').any(str::is_empty);
    // No top level is a number; what ends in one was meant as an address.
    let is_name = last.bytes().any(|byte| byte.is_ascii_alphabetic());
    let fits = name.len() <= NAME_BYTES_MAX && !has_empty;
    fits && is_name && labels.next().is_some() && !PRIVATE_ENDS.contains(&last)
}
