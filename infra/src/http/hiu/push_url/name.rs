//! Which host names a push URL may have. Their addresses are checked when they are
//! resolved; these names are rejected without a lookup, because they are not resolved by the public internet.

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

/// Maximum length of a DNS name.
const NAME_BYTES_MAX: usize = 253;

/// Whether a name in lower case can be public: at least two labels, none empty,
/// no dot at the end, and not under a private suffix.
pub(super) fn is_public(name: &str) -> bool {
    let mut labels = name.rsplit('.');
    let Some(last) = labels.next() else { return false };
    let has_empty = name.split('.').any(str::is_empty);
    // No top-level domain is a number; a name that ends in one was meant as an address.
    let is_name = last.bytes().any(|byte| byte.is_ascii_alphabetic());
    let fits = name.len() <= NAME_BYTES_MAX && !has_empty;
    fits && is_name && labels.next().is_some() && !PRIVATE_ENDS.contains(&last)
}
