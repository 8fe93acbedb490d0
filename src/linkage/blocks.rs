//! Blocks: what shares a key, found by the millions. Things are told apart by the first bits of their keys, on all threads, and
//! then, some thousands at a time, in a table that a processor's own cache holds: nothing need be sorted.

use rayon::prelude::*;

/// The blocks of some keys, each of two members at least, those in order.
#[derive(Default)]
pub(super) struct Blocks {
    members: Vec<u32>,
    ends: Vec<u32>,
}

/// In place of a member's place: nothing else has the key.
const ALONE: u32 = u32::MAX;
/// Things are told apart in so many parts,
const PARTS: usize = 256;
/// so many things at a time.
const AT_A_TIME: u32 = 1 << 16;

/// The blocks of all things up to this number, part by part. Every bit of a key must say as much as any other.
pub(super) fn blocks<K: IntoIterator<Item = u64>>(count: usize, keys: impl Fn(u32) -> K + Sync) -> Vec<Blocks> {
    let count = u32::try_from(count).expect("records and units have 32-bit places");
    let firsts: Vec<u32> = (0..count).step_by(AT_A_TIME as usize).collect();
    let of_some = |first: &u32| {
        let things = *first..count.min(first.saturating_add(AT_A_TIME));
        let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(things.len());
        things.for_each(|thing| keyed.extend(keys(thing).into_iter().map(|key| (key, thing))));
        Sorted::by_part(&keyed, PARTS, |(key, _)| (key >> 56) as usize)
    };
    let keyed: Vec<Sorted<(u64, u32)>> = firsts.par_iter().map(of_some).collect();
    let of_part = |part: usize| Blocks::of(&keyed.iter().map(|keyed| keyed.part(part)).collect::<Vec<_>>().concat());
    (0..PARTS).into_par_iter().map(of_part).collect()
}

/// Things sorted by what part they are of; those of one part stay in order.
pub(super) struct Sorted<T> {
    things: Vec<T>,
    starts: Vec<usize>,
}

impl<T: Copy + Default> Sorted<T> {
    /// Sorts things into so many parts.
    pub(super) fn by_part(things: &[T], parts: usize, part: impl Fn(&T) -> usize) -> Self {
        let mut starts = vec![0; parts + 1];
        things.iter().for_each(|thing| starts[part(thing) + 1] += 1);
        (0..parts).for_each(|part| starts[part + 1] += starts[part]);
        let (mut next, mut sorted) = (starts.clone(), vec![T::default(); things.len()]);
        for thing in things {
            let next = &mut next[part(thing)];
            sorted[*next] = *thing;
            *next += 1;
        }
        Sorted { things: sorted, starts }
    }

    /// The things of a part.
    pub(super) fn part(&self, part: usize) -> &[T] {
        &self.things[self.starts[part]..self.starts[part + 1]]
    }
}

/// How many pairs there are of so many.
pub(super) fn pairs_among(count: usize) -> u64 {
    count as u64 * (count as u64 - 1) / 2
}

impl Blocks {
    fn of(keyed: &[(u64, u32)]) -> Self {
        let mask = (keyed.len() * 2).next_power_of_two() - 1;
        let mut table = vec![u32::MAX; mask + 1];
        // By the number of the key, in the order in which keys come.
        let mut known: Vec<(u64, u32)> = Vec::with_capacity(keyed.len());
        let mut numbers = Vec::with_capacity(keyed.len());
        for (key, _) in keyed {
            let mut slot = *key as usize & mask;
            let number = loop {
                match known.get_mut(table[slot] as usize) {
                    None => {
                        table[slot] = known.len() as u32;
                        known.push((*key, 1));
                        break table[slot];
                    }
                    Some((other, count)) if other == key => {
                        *count += 1;
                        break table[slot];
                    }
                    Some(_) => slot = (slot + 1) & mask,
                }
            };
            numbers.push(number);
        }
        let mut blocks = Blocks::default();
        let mut end = 0;
        for (_, count) in &mut known {
            // From here on it is where the next member goes.
            let many = std::mem::replace(count, if *count > 1 { end } else { ALONE });
            if many > 1 {
                end += many;
                blocks.ends.push(end);
            }
        }
        blocks.members = vec![0; end as usize];
        for ((_, thing), number) in keyed.iter().zip(numbers) {
            let next = &mut known[number as usize].1;
            if *next != ALONE {
                blocks.members[*next as usize] = *thing;
                *next += 1;
            }
        }
        blocks
    }

    /// The members of each block.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let members = &self.members[start..*end as usize];
            start = *end as usize;
            members
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocking::mix;
    use super::*;
    use std::collections::BTreeMap;

    proptest::proptest! {
        #[test]
        fn what_shares_a_key_is_a_block(keys in proptest::collection::vec(proptest::collection::vec(0u64..40, 0..3), 0..200)) {
            let mut expected: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
            for (thing, keys) in (0..).zip(&keys) {
                keys.iter().for_each(|key| expected.entry(mix(*key)).or_default().push(thing));
            }
            let mut expected: Vec<Vec<u32>> = expected.into_values().filter(|block| block.len() > 1).collect();
            let of = |thing: u32| keys[thing as usize].iter().map(|key| mix(*key));
            let parts = blocks(keys.len(), of);
            let mut found: Vec<Vec<u32>> = parts.iter().flat_map(Blocks::iter).map(<[u32]>::to_vec).collect();
            found.sort();
            expected.sort();
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
