//! Sets of keys of millions of lines, 16 bytes a key.

use sha2::{Digest as _, Sha256};

/// The low bits of an entry hold a tag; the rest is the key's digest.
const TAG: u128 = 0xf;

/// The digest of a key: each part preceded by its length, so that moving a boundary gives another key.
pub(super) fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> u128 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_le_bytes(first) & !TAG
}

/// Keys in order, each with a tag of four bits.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    entries: Vec<u128>,
    /// Where the entries begin whose leading bits are at least this number; the digests are spread evenly.
    starts: Vec<u32>,
    bits: u32,
}

impl KeySet {
    /// Takes keys as they were collected; gives the set, and the keys that occurred more than once.
    pub(super) fn new(mut entries: Vec<u128>) -> (KeySet, Vec<u128>) {
        entries.sort_unstable();
        let mut twice: Vec<u128> =
            entries.windows(2).filter(|pair| pair[0] & !TAG == pair[1] & !TAG).map(|pair| pair[0] & !TAG).collect();
        twice.dedup();
        entries.dedup_by_key(|entry| *entry & !TAG);
        entries.shrink_to_fit();
        // About one entry a bucket, and never so many buckets that they outweigh the entries.
        let bits = entries.len().checked_ilog2().unwrap_or(0).min(24);
        let mut set = KeySet { entries, starts: Vec::new(), bits };
        set.index();
        (set, twice)
    }

    fn index(&mut self) {
        self.starts = vec![0; (1 << self.bits) + 1];
        for entry in &self.entries {
            self.starts[leading(*entry, self.bits) + 1] += 1;
        }
        for place in 1..self.starts.len() {
            self.starts[place] += self.starts[place - 1];
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The place of a key in the order of keys.
    pub(super) fn position(&self, key: u128) -> Option<usize> {
        if self.entries.is_empty() {
            return None;
        }
        let bucket = leading(key, self.bits);
        let (from, to) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let found = self.entries[from..to].binary_search_by_key(&(key & !TAG), |entry| entry & !TAG);
        found.ok().map(|place| from + place)
    }

    pub(super) fn holds(&self, key: u128) -> bool {
        self.position(key).is_some()
    }

    /// The tag of a key.
    pub(super) fn tag(&self, key: u128) -> Option<u8> {
        self.position(key).map(|place| (self.entries[place] & TAG) as u8)
    }
}

/// A key with its tag.
pub(super) fn tagged(key: u128, tag: usize) -> u128 {
    debug_assert!(tag as u128 <= TAG);
    key & !TAG | tag as u128 & TAG
}

fn leading(key: u128, bits: u32) -> usize {
    if bits == 0 { 0 } else { (key >> (128 - bits)) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other() {
        for size in [0, 1, 2, 3, 1000] {
            let text: Vec<String> = (0..size).map(|number| number.to_string()).collect();
            let keys = text.iter().enumerate().map(|(place, text)| tagged(key([text.as_str(), "x"]), place % 10));
            let (set, twice) = KeySet::new(keys.collect());
            assert_eq!((set.len(), twice.len()), (size, 0));
            for (place, text) in text.iter().enumerate() {
                assert_eq!(set.tag(key([text.as_str(), "x"])), Some((place % 10) as u8));
            }
            assert!(!set.holds(key(["absent", "x"])));
        }
    }

    #[test]
    fn keys_that_occur_twice_are_told_whatever_their_tags() {
        let (set, twice) = KeySet::new(vec![tagged(key(["a"]), 1), tagged(key(["b"]), 0), tagged(key(["a"]), 2)]);
        assert_eq!(set.len(), 2);
        assert_eq!(twice, [key(["a"])]);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        assert_ne!(key(["a", ""]), key(["a"]));
    }
}
