//! One of several, or nobody.

use hip_domain::discovery::MatchedBy;

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<T> {
    /// Nobody was recognised.
    Nobody,
    /// This one.
    One(T),
    /// So many, and nothing tells them apart.
    Several(usize),
}

/// The one that most identifiers speak for. Two of the same rank are nobody: a list is never
/// answered, and a guess would show one patient's visits to another.
pub fn choose<T>(recognised: Vec<T>, matched_by: impl Fn(&T) -> &[MatchedBy]) -> Choice<T> {
    let most = recognised.iter().map(|one| matched_by(one).len()).max();
    let Some(most) = most else { return Choice::Nobody };
    let mut best = recognised.into_iter().filter(|one| matched_by(one).len() == most);
    match (best.next(), best.count()) {
        (Some(one), 0) => Choice::One(one),
        (Some(_), others) => Choice::Several(others + 1),
        (None, _) => Choice::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(found: &[&'static [MatchedBy]]) -> Choice<&'static [MatchedBy]> {
        choose(found.to_vec(), |one| *one)
    }

    #[test]
    fn the_one_that_most_identifiers_speak_for_is_meant() {
        let both: &[_] = &[MatchedBy::AbhaAddress, MatchedBy::AbhaNumber];
        let one: &[_] = &[MatchedBy::AbhaNumber];
        assert_eq!(chosen(&[one, both, one]), Choice::One(both));
        assert_eq!(chosen(&[one]), Choice::One(one));
    }

    #[test]
    fn two_of_the_same_rank_are_nobody() {
        let one: &[_] = &[MatchedBy::Mobile];
        assert_eq!(chosen(&[one, one]), Choice::Several(2));
        assert_eq!(chosen(&[]), Choice::Nobody);
    }
}
