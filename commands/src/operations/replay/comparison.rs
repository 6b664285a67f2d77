//! Compares two outgoing messages, member by member.

use hip_domain::outbound::Sent;
use serde::Serialize;

/// A difference in one member. It does not contain the value, because that may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The JSON path of the member, or `target`.
    pub path: String,
    /// The kind of difference.
    pub how: How,
}

/// The kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// Only the new message has the member.
    Added,
    /// Only the earlier message had the member.
    Removed,
    /// The value changed.
    Changed,
}

impl How {
    /// The name as one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// The differences between the earlier message and the new one, sorted by path.
pub(super) fn compare(was: &Sent, would: &Sent) -> Vec<Difference> {
    let of = |sent: &Sent, path: &str| {
        sent.members.iter().find(|(its, _)| its == path).map(|(_, hash)| hash.clone())
    };
    let mut paths: Vec<&str> =
        was.members.iter().chain(&would.members).map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let members = paths.into_iter().filter_map(|path| {
        let how = match (of(was, path), of(would, path)) {
            (None, Some(_)) => How::Added,
            (Some(_), None) => How::Removed,
            (Some(was), Some(would)) if was != would => How::Changed,
            (_, _) => return None,
        };
        Some(Difference { path: path.to_owned(), how })
    });
    let is_elsewhere = was.target != would.target;
    let target = Difference { path: "target".to_owned(), how: How::Changed };
    is_elsewhere.then_some(target).into_iter().chain(members).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_compared_by_their_paths() {
        let sent = |members: &[(&str, &str)]| Sent {
            target: "/x".to_owned(),
            members: members.iter().map(|(p, h)| ((*p).to_owned(), (*h).to_owned())).collect(),
        };
        let was = sent(&[("$.a", "1"), ("$.b", "2"), ("$.d", "4")]);
        let would = sent(&[("$.a", "1"), ("$.b", "3"), ("$.c", "4")]);
        let found: Vec<_> =
            compare(&was, &would).into_iter().map(|one| (one.path, one.how)).collect();
        let expected = [("$.b", How::Changed), ("$.c", How::Added), ("$.d", How::Removed)];
        assert_eq!(found, expected.map(|(path, how)| (path.to_owned(), how)));
    }
}
