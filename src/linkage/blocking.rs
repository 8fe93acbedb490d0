//! Blocking: which pairs are worth comparing. A rule's key is a 64-bit hash of some values; units that share a key are
//! compared. Each pair comes out once, with the first rule that found it.

use super::features::Features;
use super::names;
use super::units::Units;
use crate::records::Symbol;
use rayon::prelude::*;

/// A pair of units and the rule that found it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub left: u32,
    pub right: u32,
    pub rule: Rule,
}

/// A blocking rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule(u8);

impl Rule {
    /// No rule: a person spoke of the two.
    pub(super) const DECISION: Rule = Rule(u8::MAX);

    /// What it is called.
    pub fn name(self) -> &'static str {
        let further = self.0.checked_sub(RULES.len() as u8).and_then(|place| FURTHER.get(usize::from(place)));
        RULES.get(usize::from(self.0)).or(further).copied().unwrap_or("decision")
    }
}

/// What one rule did.
#[derive(Clone, Debug)]
pub(super) struct RuleReport {
    pub name: String,
    /// Pairs it found, others' pairs included.
    pub pairs: u64,
    /// Blocks that were split by sex and initial because they were too large.
    pub blocks_split: u64,
    /// Pairs of split blocks that no part holds, and so were not compared by this rule.
    pub pairs_left_out: u64,
}

/// A block above this many units is split by a further key.
const LARGEST_BLOCK: usize = 120;

/// The rules, in order, each with what it calls itself.
const RULES: [&str; 27] = [
    "nhs number",
    "family name + birth date",
    "given name + birth date",
    "postcode + given name",
    "postcode + birth year",
    "family name + given name + birth year",
    "family name + given name + birth day and month",
    "telephone",
    "e-mail",
    "postcode + family name",
    "names exchanged + birth year",
    "sound of family name + birth date, day and month in either order",
    "former family name + birth date",
    "first half of nhs number + birth year",
    "second half of nhs number + birth year",
    "birth date",
    "given name + family name",
    "family name + address",
    "given name + address",
    "start of e-mail",
    "address",
    "family name + birth year",
    "given name + birth year",
    "sounds of both names",
    "address + birth year",
    "family name",
    "given name",
];

/// What rules that are not built in call themselves, in order: blocks that a configuration asks for, then those by columns that
/// are compared unasked.
const FURTHER: [&str; CONFIGURED_NAMES + 6] = [
    "configured block 1",
    "configured block 2",
    "configured block 3",
    "configured block 4",
    "configured block 5",
    "configured block 6",
    "configured block 7",
    "configured block 8",
    "configured block 9",
    "configured block 10",
    "configured block 11",
    "configured block 12",
    "a further configured block",
    "extra column + given name",
    "extra column + family name",
    "extra column + birth year",
    "extra column + postcode",
    "extra column",
    "everybody",
];
/// How many names there are for configured blocks.
const CONFIGURED_NAMES: usize = 13;
/// So few units are compared each with each, unless somebody's care hangs on it.
const EVERYBODY: usize = 1_500;

/// Rules from this one on are wide: each is kept only where its pairs are few for the table.
const FIRST_WIDE: u8 = 15;
/// The pairs that a wide rule may find: so many a unit,
const WIDE_PAIRS_A_UNIT: u64 = 3;
/// or so many in all, which cost next to nothing.
const WIDE_PAIRS: u64 = 100_000;

/// Finds every candidate pair, in order.
pub(super) fn block(features: &Features, units: &Units) -> (Vec<Candidate>, Vec<RuleReport>) {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut reports = Vec::new();
    let comparisons = &features.comparisons;
    let mut look = |rule: Rule, name: String, is_wide: bool, keys: &Keys<'_>| {
        let mut report = run(features, units, (rule, is_wide), keys, &mut candidates);
        report.name = name;
        reports.push(report);
    };
    for (place, block) in comparisons.blocks.iter().enumerate() {
        let rule = Rule((RULES.len() + place.min(CONFIGURED_NAMES - 1)) as u8);
        let on: Vec<&str> = block.iter().map(|column| comparisons.field_of(*column)).collect();
        let kept = |unit: u32, column: usize| Some(units.kept(unit)[column]).filter(|value| value.is_some());
        let key = |unit: u32| {
            let values: Vec<Option<u64>> =
                block.iter().map(|column| kept(unit, *column).map(|value| u64::from(value.place()))).collect();
            [join(&values), None]
        };
        look(rule, format!("{} ({})", rule.name(), on.join(" + ")), false, &key);
    }
    if comparisons.blocks.is_empty() {
        for rule in (0..RULES.len() as u8).map(Rule) {
            let is_wide = rule.0 >= FIRST_WIDE;
            look(rule, rule.name().to_owned(), is_wide, &|unit| keys(features, units, rule, unit));
        }
    }
    if comparisons.blocks.is_empty() && !features.is_care {
        for (comparison, with) in comparisons.added().flat_map(|comparison| (0..5).map(move |with| (comparison, with)))
        {
            let rule = Rule((RULES.len() + CONFIGURED_NAMES + with) as u8);
            let name = rule.name().replace("extra column", comparisons.name(comparison));
            look(rule, name, true, &|unit| [extra_key(units, comparisons.column_of(comparison), with, unit), None]);
        }
        if units.len() <= EVERYBODY {
            let rule = Rule((RULES.len() + FURTHER.len() - 1) as u8);
            reports.push(everybody(units, rule, &mut candidates));
        }
    }
    candidates.shrink_to_fit();
    (candidates, reports)
}

/// The keys of a unit under a rule; at most two.
type Keys<'a> = dyn Fn(u32) -> [Option<u64>; 2] + 'a;

/// A column that is compared unasked, with something else or alone.
fn extra_key(units: &Units, column: usize, with: usize, unit: u32) -> Option<u64> {
    let profile = &units.profiles[unit as usize];
    let symbol = |symbol: Symbol| symbol.is_some().then_some(u64::from(symbol.place()));
    let kept = symbol(units.kept(unit)[column]);
    match with {
        0 => join(&[kept, symbol(profile.given)]),
        1 => join(&[kept, symbol(profile.family)]),
        2 => join(&[kept, profile.birth().map(|birth| birth.0 as u64)]),
        3 => join(&[kept, symbol(profile.postcode)]),
        _ => join(&[kept]),
    }
}

fn everybody(units: &Units, rule: Rule, candidates: &mut Vec<Candidate>) -> RuleReport {
    let all: Vec<u32> = (0..units.len() as u32).collect();
    let mut found = Vec::new();
    pairs(&all, rule, &mut found);
    let pairs = found.len() as u64;
    add_new(candidates, &mut found);
    RuleReport { name: rule.name().to_owned(), pairs, blocks_split: 0, pairs_left_out: 0 }
}

/// Adds the pairs that are not there yet to a list in order, and empties theirs. Merges from the back, so that no third list
/// is needed.
fn add_new(candidates: &mut Vec<Candidate>, found: &mut Vec<Candidate>) {
    found.par_sort_unstable();
    found.dedup();
    let mut known = candidates.iter().map(|candidate| (candidate.left, candidate.right)).peekable();
    found.retain(|candidate| {
        let pair = (candidate.left, candidate.right);
        while known.next_if(|known| *known < pair).is_some() {}
        known.peek() != Some(&pair)
    });
    let Some(last) = found.last().copied() else { return };
    let (mut old, mut new) = (candidates.len(), found.len());
    candidates.resize(old + new, last);
    while new > 0 {
        let place = old + new - 1;
        if old > 0 && candidates[old - 1] > found[new - 1] {
            old -= 1;
            candidates[place] = candidates[old];
        } else {
            new -= 1;
            candidates[place] = found[new];
        }
    }
    found.clear();
}

/// Pairs are added to the list whenever a rule has found so many.
const PORTION: usize = 1 << 22;

/// Adds the pairs of a rule.
fn run(
    features: &Features,
    units: &Units,
    (rule, is_wide): (Rule, bool),
    keys: &Keys<'_>,
    candidates: &mut Vec<Candidate>,
) -> RuleReport {
    let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(units.len());
    keyed.extend((0..units.len() as u32).flat_map(|unit| keys(unit).into_iter().flatten().map(move |key| (key, unit))));
    keyed.par_sort_unstable();
    let mut report = RuleReport { name: String::new(), pairs: 0, blocks_split: 0, pairs_left_out: 0 };
    if is_wide {
        let size = |block: &[(u64, u32)]| block.len() as u64 * (block.len() as u64 - 1) / 2;
        let pairs: u64 = keyed.chunk_by(|left, right| left.0 == right.0).map(size).sum();
        if pairs > WIDE_PAIRS.max(units.len() as u64 * WIDE_PAIRS_A_UNIT) {
            report.pairs_left_out = pairs;
            return report;
        }
    }
    let mut found = Vec::with_capacity(PORTION);
    for block in keyed.chunk_by(|left, right| left.0 == right.0) {
        if found.len() >= PORTION {
            add_new(candidates, &mut found);
        }
        let before = found.len();
        let members: Vec<u32> = block.iter().map(|(_, unit)| *unit).collect();
        if members.len() <= LARGEST_BLOCK {
            pairs(&members, rule, &mut found);
            report.pairs += (found.len() - before) as u64;
            continue;
        }
        report.blocks_split += 1;
        split(features, units, &members, rule, &mut found);
        let whole = members.len() as u64 * (members.len() as u64 - 1) / 2;
        report.pairs_left_out += whole.saturating_sub((found.len() - before) as u64);
        report.pairs += (found.len() - before) as u64;
    }
    add_new(candidates, &mut found);
    report
}

fn pairs(members: &[u32], rule: Rule, found: &mut Vec<Candidate>) {
    for (place, one) in members.iter().enumerate() {
        for other in &members[place + 1..] {
            let (left, right) = (*one.min(other), *one.max(other));
            if left != right {
                found.push(Candidate { left, right, rule });
            }
        }
    }
}

/// Splits a block that is too large by the initial of the given name and the birth year, those without either among all;
/// a part that is still too large is compared within a window of neighbours in the order of names and dates.
fn split(features: &Features, units: &Units, members: &[u32], rule: Rule, found: &mut Vec<Candidate>) {
    let mut keyed: Vec<((u8, i16), u32)> = members
        .iter()
        .map(|unit| {
            let profile = &units.profiles[*unit as usize];
            let initial = features.word(profile.given).bytes().next().unwrap_or(0);
            ((initial, profile.birth().map_or(0, |birth| birth.0)), *unit)
        })
        .collect();
    keyed.sort_unstable();
    for part in keyed.chunk_by(|left, right| left.0 == right.0) {
        let mut part: Vec<u32> = part.iter().map(|(_, unit)| *unit).collect();
        if part.len() <= LARGEST_BLOCK {
            pairs(&part, rule, found);
            continue;
        }
        let order = |unit: &u32| {
            let profile = &units.profiles[*unit as usize];
            (features.word(profile.family), features.word(profile.given), profile.born, features.word(profile.postcode))
        };
        part.sort_by(|left, right| order(left).cmp(&order(right)));
        for place in 0..part.len() {
            let end = (place + 1 + LARGEST_BLOCK / 2).min(part.len());
            for other in place + 1..end {
                pairs(&[part[place], part[other]], rule, found);
            }
        }
    }
}

/// The keys of a unit under a rule; at most two.
fn keys(features: &Features, units: &Units, rule: Rule, unit: u32) -> [Option<u64>; 2] {
    let profile = &units.profiles[unit as usize];
    let birth = profile.birth();
    let exact = profile.birth().filter(|birth| birth.3 == crate::values::Precision::Day);
    let year = birth.map(|birth| birth.0 as u64);
    let day_month = exact.map(|birth| birth.1 as u64 * 32 + birth.2 as u64);
    let sorted_date =
        exact.map(|birth| birth.0 as u64 * 1024 + birth.1.min(birth.2) as u64 * 32 + birth.1.max(birth.2) as u64);
    let date = exact.map(|_| u64::from(profile.born));
    let symbol = |symbol: Symbol| symbol.is_some().then_some(u64::from(symbol.place()));
    let (given, family) = (symbol(profile.given), symbol(profile.family));
    let first = |symbol: Symbol, letters: usize| {
        symbol
            .is_some()
            .then(|| features.word(symbol).bytes().take(letters).fold(0u64, |key, byte| key << 8 | u64::from(byte)))
    };
    let sound =
        |symbol: Symbol| symbol.is_some().then(|| u64::from(u32::from_be_bytes(names::soundex(features.word(symbol)))));
    let number = (profile.number != 0).then_some(profile.number);
    let one = |key: Option<u64>| [key, None];
    match rule.0 {
        0 => {
            // Those that carry numbers of one chain meet on the smallest of them.
            let kin = number.and_then(|number| features.superseded.kin(number));
            [join(&[number]), join(&[kin]).filter(|_| kin != number)]
        }
        1 => one(join(&[first(profile.family, 4), date])),
        2 => one(join(&[first(profile.given, 3), date])),
        3 => one(join(&[symbol(profile.postcode), first(profile.given, 3)])),
        4 => one(join(&[symbol(profile.postcode), year])),
        5 => one(join(&[family, given, year])),
        6 => one(join(&[family, given, day_month])),
        7 => {
            let [mobile, phone] = profile.phones.map(symbol);
            [join(&[mobile]), join(&[phone]).filter(|_| phone != mobile)]
        }
        8 => one(join(&[symbol(profile.email)])),
        9 => one(join(&[symbol(profile.postcode), first(profile.family, 3)])),
        10 => one(join(&[given.min(family), given.max(family), year]).filter(|_| given.is_some() && family.is_some())),
        11 => one(join(&[sound(profile.family), sorted_date])),
        12 => {
            let former = symbol(profile.previous);
            [join(&[family, date]), join(&[former, date])]
        }
        13 => one(join(&[number.map(|number| number / 100_000), year])),
        14 => one(join(&[number.map(|number| number % 100_000), year])),
        15 => one(join(&[date])),
        16 => one(join(&[given.min(family), given.max(family)]).filter(|_| given.is_some() && family.is_some())),
        17 => one(join(&[family, symbol(profile.address)])),
        18 => one(join(&[given, symbol(profile.address)])),
        19 => {
            let mailbox = features.word(profile.email).split('@').next().unwrap_or_default();
            one((mailbox.len() >= 5).then(|| mailbox.bytes().fold(0, |key, byte| mix(key ^ u64::from(byte)))))
        }
        20 => one(join(&[symbol(profile.address)])),
        21 => one(join(&[family, year])),
        22 => one(join(&[given, year])),
        23 => one(join(&[sound(profile.given), sound(profile.family)])),
        24 => one(join(&[symbol(profile.address), year])),
        25 => one(join(&[family])),
        26 => one(join(&[given])),
        _ => unreachable!("as many rules as names"),
    }
}

/// One 64-bit key of several values; none when one is missing.
fn join(values: &[Option<u64>]) -> Option<u64> {
    values.iter().try_fold(0x9e37_79b9_7f4a_7c15u64, |key, value| value.map(|value| mix(key ^ mix(value))))
}

/// The finaliser of SplitMix64: every bit of the input reaches every bit of the output.
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}
