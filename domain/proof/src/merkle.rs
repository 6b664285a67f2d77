//! Merkle trees in the shape of RFC 6962 section 2.1, over SHA-256.
//!
//! A leaf is `SHA-256(0x00 ‖ input)`, a node `SHA-256(0x01 ‖ left ‖ right)`; of `n` leaves the left
//! subtree holds the greatest power of two that is less than `n`.

use sha2::{Digest, Sha256};

use crate::Hash;

/// A tree that grows leaf by leaf and keeps only what its root needs: one hash for each power of two.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Perfect subtrees from left to right, each with the number of its leaves.
    peaks: Vec<(u64, Hash)>,
}

impl Tree {
    /// Adds a leaf on the right.
    pub fn push(&mut self, input: &Hash) {
        let mut grown = (1, leaf(input));
        while let Some((size, left)) = self.peaks.pop_if(|(size, _)| *size == grown.0) {
            grown = (size * 2, node(&left, &grown.1));
        }
        self.peaks.push(grown);
    }

    /// The root; nothing for a tree without leaves.
    pub fn root(&self) -> Option<Hash> {
        let right_to_left = self.peaks.iter().rev().map(|(_, hash)| *hash);
        right_to_left.reduce(|right, left| node(&left, &right))
    }
}

/// What leads from the leaf at `index` to the root: the other side of each step, from below.
/// `None` if there is no such leaf.
pub fn path(inputs: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= inputs.len() {
        return None;
    }
    let (mut inputs, mut index, mut path) = (inputs, index, vec![]);
    while inputs.len() > 1 {
        let (left, right) = inputs.split_at(left_size(inputs.len()));
        let other = if index < left.len() { right } else { left };
        path.push(root(other));
        if index < left.len() {
            inputs = left;
        } else {
            index -= left.len();
            inputs = right;
        }
    }
    path.reverse();
    Some(path)
}

/// The root that a leaf at `index` of `count` and its path lead to; `None` if a path of this
/// length leads nowhere in a tree of this size.
pub(crate) fn climb(input: &Hash, index: u64, count: u64, path: &[Hash]) -> Option<Hash> {
    if index >= count {
        return None;
    }
    // RFC 9162 section 2.1.3.2: `last` is the position of the last leaf, both shrink on the way up.
    let (mut index, mut last) = (index, count - 1);
    let mut hash = leaf(input);
    for other in path {
        if last == 0 {
            return None;
        }
        if index & 1 == 1 || index == last {
            hash = node(other, &hash);
            while index & 1 == 0 && index != 0 {
                (index, last) = (index >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, other);
        }
        (index, last) = (index >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

fn root(inputs: &[Hash]) -> Hash {
    let mut tree = Tree::default();
    for input in inputs {
        tree.push(input);
    }
    tree.root().expect("a subtree has leaves")
}

/// The greatest power of two below `count`, which is at least 2.
fn left_size(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

fn leaf(input: &Hash) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(input).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inputs(count: usize) -> Vec<Hash> {
        (0..count).map(|n| crate::sha256(&n.to_be_bytes())).collect()
    }

    /// The definition of RFC 6962, word by word.
    fn defined(inputs: &[Hash]) -> Hash {
        match inputs {
            [] => unreachable!("a tree has leaves"),
            [one] => leaf(one),
            more => {
                let (left, right) = more.split_at(left_size(more.len()));
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_root_is_the_defined_one_for_every_size() {
        for count in 1..=130 {
            assert_eq!(root(&inputs(count)), defined(&inputs(count)), "{count}");
        }
        assert_eq!(Tree::default().root(), None);
    }

    #[test]
    fn every_leaf_of_every_size_leads_to_the_root() {
        for count in 1..=70 {
            let all = inputs(count);
            for (index, input) in all.iter().enumerate() {
                let path = path(&all, index).unwrap();
                let reached = climb(input, index as u64, count as u64, &path);
                assert_eq!(reached, Some(root(&all)), "{index} of {count}");
            }
            assert_eq!(path(&all, count), None);
        }
    }

    proptest! {
        #[test]
        fn another_place_leaf_or_path_leads_elsewhere(
            count in 2_usize..200, at in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
        ) {
            let all = inputs(count);
            let (at, other) = (at.index(count), other.index(count));
            prop_assume!(at != other);
            let mut way = path(&all, at).unwrap();
            let right = Some(root(&all));
            prop_assert_ne!(climb(&all[at], other as u64, count as u64, &way), right);
            prop_assert_ne!(climb(&all[other], at as u64, count as u64, &way), right);
            way[0][0] ^= 1;
            prop_assert_ne!(climb(&all[at], at as u64, count as u64, &way), right);
            prop_assert_eq!(climb(&all[at], at as u64, count as u64, &way[1..]), None);
        }
    }
}
