//! The names people are given, and how they come to be written otherwise.

use super::dice::Dice;
use super::rates::Structure;
use std::collections::BTreeMap;

const SURNAMES: &str = include_str!("../../data/surnames.txt");
const GIVEN: &str = include_str!("../../data/given_names.txt");
const SHORT: &str = include_str!("../../data/short_names.txt");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}

impl Sex {
    pub fn word(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }
}

/// The communities names come from, commonest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Community {
    British,
    SouthAsianMuslim,
    Sikh,
    Hindu,
    Polish,
    AfricanCaribbean,
    Chinese,
    European,
}

const COMMUNITIES: [(Community, &str); 8] = [
    (Community::British, "british"),
    (Community::SouthAsianMuslim, "south-asian-muslim"),
    (Community::Sikh, "sikh"),
    (Community::Hindu, "hindu"),
    (Community::Polish, "polish"),
    (Community::AfricanCaribbean, "african-caribbean"),
    (Community::Chinese, "chinese"),
    (Community::European, "european"),
];

impl Community {
    pub fn draw(dice: &mut Dice, shares: &Structure) -> Self {
        let others = [
            shares.group_south_asian_muslim,
            shares.group_sikh,
            shares.group_hindu,
            shares.group_polish,
            shares.group_african_caribbean,
            shares.group_chinese,
            shares.group_european,
        ];
        let british = (1.0 - others.iter().sum::<f64>()).max(0.0);
        let weights: Vec<f64> = std::iter::once(british).chain(others).collect();
        COMMUNITIES[dice.weighted(&weights)].0
    }

    fn key(self) -> &'static str {
        COMMUNITIES.iter().find(|(community, _)| *community == self).expect("every community has a key").1
    }
}

/// The lists, read once.
pub struct Names {
    surnames: BTreeMap<String, Vec<String>>,
    given: BTreeMap<String, Vec<String>>,
    short: BTreeMap<String, Vec<String>>,
}

impl Names {
    pub fn load() -> Self {
        let short = SHORT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let mut words = line.split_whitespace().map(capitalised);
            words.next().map(|formal| (formal, words.collect()))
        });
        Self { surnames: sections(SURNAMES), given: sections(GIVEN), short: short.collect() }
    }

    pub fn surname(&self, dice: &mut Dice, community: Community) -> String {
        if community == Community::British {
            match dice.weighted(&[0.86, 0.11, 0.03]) {
                1 => return place_name(dice),
                2 => {
                    let (left, right) = (self.plain_surname(dice, community), self.plain_surname(dice, community));
                    if left != right {
                        return format!("{left}-{right}");
                    }
                }
                _ => {}
            }
        }
        self.plain_surname(dice, community)
    }

    fn plain_surname(&self, dice: &mut Dice, community: Community) -> String {
        let list = &self.surnames[community.key()];
        let shift = if community == Community::British { 12.0 } else { 4.0 };
        dice.pick_ranked(list, shift).clone()
    }

    /// A given name of the time. The lists of one community differ by generation.
    pub fn given(&self, dice: &mut Dice, community: Community, sex: Sex, born: i16) -> String {
        let list = &self.given[&self.given_key(community, sex, born)];
        dice.pick_ranked(list, 10.0).clone()
    }

    fn given_key(&self, community: Community, sex: Sex, born: i16) -> String {
        let era = match (community, born) {
            (Community::British, ..1948) => "old",
            (Community::British, ..1986) => "mid",
            (Community::British, _) => "young",
            _ => "any",
        };
        format!("{} {} {era}", sex.word(), community.key())
    }

    /// Whether one is what people of the other name are called: nobody names two children so.
    pub fn are_one(&self, one: &str, other: &str) -> bool {
        let called = |formal: &str, short: &str| {
            self.short.get(formal).is_some_and(|forms| forms.iter().any(|form| form == short))
        };
        one == other || called(one, other) || called(other, one)
    }

    /// What this person is called instead, where there is such a name.
    pub fn short_for(&self, dice: &mut Dice, formal: &str) -> Option<String> {
        self.short.get(formal).map(|forms| dice.pick(forms).clone())
    }
}

fn sections(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = name.to_owned();
        } else {
            lists
                .entry(current.clone())
                .or_default()
                .extend(line.split_whitespace().map(|name| name.replace('_', " ")));
        }
    }
    lists
}

/// Surnames of the long tail, each rare, made as English places were.
fn place_name(dice: &mut Dice) -> String {
    const FIRST: [&str; 70] = [
        "Ash", "Ax", "Bar", "Beck", "Birken", "Black", "Brad", "Bram", "Bris", "Brom", "Buck", "Bur", "Cal", "Car",
        "Chat", "Chel", "Clap", "Cob", "Cold", "Cran", "Crom", "Dan", "Den", "Dray", "Dun", "East", "Eg", "El", "Fair",
        "Farn", "Fen", "Ful", "Gor", "Grim", "Had", "Hal", "Ham", "Har", "Has", "Hax", "Hay", "Heb", "Hen", "Hol",
        "Horn", "Hux", "Ing", "Kel", "Kirk", "Lang", "Lin", "Mar", "Mel", "Mid", "Mor", "Nor", "Old", "Ox", "Pen",
        "Quar", "Rad", "Rush", "Sel", "Shel", "Stan", "Thorn", "Thur", "Wad", "Wal", "Win",
    ];
    const LAST: [&str; 26] = [
        "ton", "ley", "field", "worth", "ham", "ford", "den", "combe", "well", "stead", "by", "croft", "wick", "ridge",
        "shaw", "bourne", "brook", "church", "dale", "grave", "hurst", "land", "more", "stone", "thwaite", "bury",
    ];
    format!("{}{}", dice.pick(&FIRST), dice.pick(&LAST))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The letters a keyboard without accents leaves.
pub fn without_accents(text: &str) -> String {
    const PLAIN: [(&str, char); 12] = [
        ("áàâäãåāą", 'a'),
        ("éèêëēęė", 'e'),
        ("íìîïīı", 'i'),
        ("óòôöõøō", 'o'),
        ("úùûüū", 'u'),
        ("çćč", 'c'),
        ("ñńņ", 'n'),
        ("śšş", 's'),
        ("źżž", 'z'),
        ("ł", 'l'),
        ("ř", 'r'),
        ("ğ", 'g'),
    ];
    text.chars()
        .map(|letter| {
            let small = letter.to_lowercase().next().unwrap_or(letter);
            let plain = PLAIN.iter().find(|(accented, _)| accented.contains(small)).map_or(small, |(_, plain)| *plain);
            if letter.is_uppercase() {
                plain.to_ascii_uppercase()
            } else if plain == small {
                letter
            } else {
                plain
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_long_enough() {
        let names = Names::load();
        let surnames: std::collections::BTreeSet<_> = names.surnames.values().flatten().collect();
        assert!(surnames.len() >= 1_500, "{}", surnames.len());
        for sex in ["male", "female"] {
            let given: std::collections::BTreeSet<_> = names
                .given
                .iter()
                .filter(|(key, _)| key.split(' ').next() == Some(sex))
                .flat_map(|(_, list)| list)
                .collect();
            assert!(given.len() >= 250, "{sex}: {}", given.len());
        }
    }

    #[test]
    fn accents_go_and_letters_stay() {
        assert_eq!(without_accents("Wójcik Łukasz Ní Öztürk O'Neill"), "Wojcik Lukasz Ni Ozturk O'Neill");
    }
}
