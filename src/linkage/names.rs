//! Names of UK people, made comparable.

use std::collections::{BTreeMap, BTreeSet};

/// A name in plain capital letters: accents and the letters that do not decompose (ł, ø, ß, đ …) folded, apostrophes
/// dropped, everything else that is no letter a space, spaces single.
pub(super) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut gap = false;
    for character in name.chars() {
        let plain = fold_character(character);
        if plain.is_empty() {
            gap |= !matches!(character, '\'' | '’' | '‘' | '`' | '´' | '.');
            continue;
        }
        if gap && !folded.is_empty() {
            folded.push(' ');
        }
        gap = false;
        folded.push_str(plain);
    }
    folded
}

/// The capital letters that stand for a character; empty for what is no letter.
fn fold_character(character: char) -> &'static str {
    const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if character.is_ascii_alphabetic() {
        let place = (character.to_ascii_uppercase() as u8 - b'A') as usize;
        return &CAPITALS[place..=place];
    }
    match character {
        'À'..='Å' | 'à'..='å' | 'Ā' | 'ā' | 'Ă' | 'ă' | 'Ą' | 'ą' => "A",
        'Æ' | 'æ' => "AE",
        'Ç' | 'ç' | 'Ć' | 'ć' | 'Č' | 'č' => "C",
        'Ð' | 'ð' | 'Ď' | 'ď' | 'Đ' | 'đ' => "D",
        'È'..='Ë' | 'è'..='ë' | 'Ē' | 'ē' | 'Ė' | 'ė' | 'Ę' | 'ę' | 'Ě' | 'ě' => "E",
        'Ğ' | 'ğ' | 'Ģ' | 'ģ' => "G",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ī' | 'ī' | 'Į' | 'į' | 'İ' | 'ı' => "I",
        'Ķ' | 'ķ' => "K",
        'Ł' | 'ł' | 'Ľ' | 'ľ' | 'Ļ' | 'ļ' => "L",
        'Ñ' | 'ñ' | 'Ń' | 'ń' | 'Ň' | 'ň' | 'Ņ' | 'ņ' => "N",
        'Ò'..='Ö' | 'ò'..='ö' | 'Ø' | 'ø' | 'Ō' | 'ō' | 'Ő' | 'ő' => "O",
        'Œ' | 'œ' => "OE",
        'Ř' | 'ř' => "R",
        'Ś' | 'ś' | 'Š' | 'š' | 'Ş' | 'ş' | 'Ș' | 'ș' => "S",
        'ß' | 'ẞ' => "SS",
        'Ť' | 'ť' | 'Ţ' | 'ţ' | 'Ț' | 'ț' => "T",
        'Þ' | 'þ' => "TH",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ū' | 'ū' | 'Ů' | 'ů' | 'Ű' | 'ű' | 'Ų' | 'ų' => "U",
        'Ŵ' | 'ŵ' => "W",
        'Ý' | 'ý' | 'Ÿ' | 'ÿ' | 'Ŷ' | 'ŷ' => "Y",
        'Ź' | 'ź' | 'Ż' | 'ż' | 'Ž' | 'ž' => "Z",
        _ => "",
    }
}

/// Words that stand where a given name should be and name nobody.
const NOT_A_NAME: &[&str] = &[
    "ADULT",
    "BABY",
    "BOY",
    "CHILD",
    "FEMALE",
    "GIRL",
    "INFANT",
    "MALE",
    "NEWBORN",
    "NK",
    "NOT KNOWN",
    "TBC",
    "TRIPLET",
    "TWIN",
    "UNKNOWN",
    "UNKNOWN NAME",
    "BABY BOY",
    "BABY GIRL",
    "TWIN I",
    "TWIN II",
    "TWIN ONE",
    "TWIN TWO",
];

/// Titles that stray into name columns.
const TITLES: &[&str] = &["MR", "MRS", "MISS", "MS", "DR", "PROF", "REV", "SIR", "LADY", "MASTER", "MX"];

/// A given name to compare: folded, titles taken off; `None` where it names nobody.
pub(super) fn given(name: &str) -> Option<String> {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(' ').filter(|word| !TITLES.contains(word)).collect();
    let plain = words.join(" ");
    let nobody = NOT_A_NAME.contains(&plain.as_str())
        || ["BABY ", "INFANT ", "TWIN "].iter().any(|start| plain.starts_with(start));
    (!plain.is_empty() && !nobody).then_some(plain)
}

/// A family name to compare: folded, hyphens and spaces one space; `None` where it names nobody.
pub(super) fn family(name: &str) -> Option<String> {
    let folded = fold(name);
    (!folded.is_empty() && !NOT_A_NAME.contains(&folded.as_str())).then_some(folded)
}

/// Short forms and spellings of given names. Weak evidence, both ways; a name is never rewritten.
pub(super) struct Nicknames {
    /// For each form, the formal names it may stand for, itself among them, and whether it is given as a name of its own beside
    /// it: Bob is Robert, but Amy may be Amelia's sister. In the table such a form has an asterisk.
    formal: BTreeMap<String, Vec<(u16, bool)>>,
}

impl Nicknames {
    /// The table that comes with the tool.
    pub(super) fn built_in() -> Self {
        let mut formal: BTreeMap<String, Vec<(u16, bool)>> = BTreeMap::new();
        for (group, line) in include_str!("nicknames.csv").lines().skip(1).enumerate() {
            let group = u16::try_from(group).expect("the table is short");
            for (place, form) in line.split([',', '|']).filter(|form| !form.is_empty()).enumerate() {
                let (form, own) = form.strip_suffix('*').map_or((form, place == 0), |form| (form, true));
                formal.entry(form.to_ascii_uppercase()).or_default().push((group, own));
            }
        }
        Nicknames { formal }
    }

    /// Whether it is a name of the table.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.formal.contains_key(name)
    }

    /// Whether one may stand for the other.
    pub(super) fn related(&self, left: &str, right: &str) -> bool {
        self.shared(left, right).next().is_some()
    }

    /// Whether one may stand for the other, and both are given as names of their own: two people of one family may bear them.
    pub(super) fn may_be_two(&self, left: &str, right: &str) -> bool {
        self.shared(left, right).any(|(one, two)| one && two)
    }

    /// For each name that both may stand for, whether each is a name of its own beside it.
    fn shared<'n>(&'n self, left: &str, right: &str) -> impl Iterator<Item = (bool, bool)> + 'n {
        let of = |name: &str| self.formal.get(name).map_or(&[][..], Vec::as_slice);
        let (left, right) = (of(left), of(right));
        left.iter().flat_map(move |one| right.iter().filter(move |two| one.0 == two.0).map(move |two| (one.1, two.1)))
    }
}

/// Names that are given to many in this country, beside those of [`Nicknames`]. In a small table hardly anybody bears any name:
/// it cannot show that Elise and Eloise are two.
pub(super) fn usual() -> BTreeSet<String> {
    include_str!("given_names.csv").lines().skip(1).map(str::to_ascii_uppercase).collect()
}

/// Soundex, as archives use it: a letter and three digits.
pub(super) fn soundex(name: &str) -> [u8; 4] {
    let code = |letter: u8| match letter {
        b'B' | b'F' | b'P' | b'V' => b'1',
        b'C' | b'G' | b'J' | b'K' | b'Q' | b'S' | b'X' | b'Z' => b'2',
        b'D' | b'T' => b'3',
        b'L' => b'4',
        b'M' | b'N' => b'5',
        b'R' => b'6',
        _ => b'0',
    };
    let mut out = [b'0'; 4];
    let mut letters = name.bytes().filter(u8::is_ascii_uppercase);
    let Some(first) = letters.next() else { return out };
    out[0] = first;
    let (mut place, mut last) = (1, code(first));
    for letter in letters {
        let digit = code(letter);
        if digit != b'0' && digit != last {
            out[place] = digit;
            place += 1;
            if place == out.len() {
                break;
            }
        }
        // H and W do not part two letters of one sound; vowels do.
        if !matches!(letter, b'H' | b'W') {
            last = digit;
        }
    }
    out
}

/// Whether two different names are one slip of the pen apart, or nearly: an edit or swap of neighbours in a name of four
/// letters or more, a Jaro–Winkler similarity of at least 0.93, or two edits between names of one sound (Anna, Hannah).
pub(super) fn close(left: &str, right: &str) -> bool {
    let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
    if shorter < 3 || Look::of(left).is_far(Look::of(right)) {
        return false;
    }
    let edits = strsim::osa_distance(left, right);
    (shorter >= 4 && edits <= 1)
        || (edits <= 2 && longer >= 5 && sounds(left).eq(sounds(right)))
        || strsim::jaro_winkler(left, right) >= 0.93
}

/// The most that the Jaro–Winkler similarity of two texts can be, told from their letters alone.
pub(super) fn jaro_winkler_at_most(left: &str, right: &str) -> f64 {
    let (one, two) = (letters(left), letters(right));
    let [missing, surplus] = [one & !two, two & !one].map(|only| only.count_ones() as usize);
    let matches = left.len().saturating_sub(missing).min(right.len().saturating_sub(surplus)) as f64;
    let jaro = (matches / left.len().max(1) as f64 + matches / right.len().max(1) as f64 + 1.0) / 3.0;
    jaro + 0.4 * (1.0 - jaro)
}

/// Letters of one name that the other has nowhere, on the side that has more of them: each costs an edit.
pub(super) fn apart_at_least(left: &str, right: &str) -> usize {
    let (left, right) = (letters(left), letters(right));
    (left & !right).count_ones().max((right & !left).count_ones()) as usize
}

/// The letters of a folded name, a bit each.
fn letters(name: &str) -> u32 {
    name.bytes().fold(0, |letters, byte| letters | 1 << (byte & 31))
}

/// What is soon told of a name: how long it is, and which letters it has.
#[derive(Clone, Copy, Default)]
pub(super) struct Look {
    letters: u32,
    pub length: u32,
}

/// The bit of a space.
const SPACE: u32 = 1;

impl Look {
    pub(super) fn of(name: &str) -> Self {
        Look { letters: letters(name), length: u32::try_from(name.len()).unwrap_or(u32::MAX) }
    }

    /// Whether two names are too far apart to be [`close`], told from their letters alone, which is soon done: most pairs of
    /// names are. More than two edits, and of a Jaro similarity below what a Jaro–Winkler similarity of 0.93 takes at the least.
    fn is_far(self, other: Look) -> bool {
        let [missing, surplus] = [self.letters & !other.letters, other.letters & !self.letters].map(u32::count_ones);
        if missing.max(surplus) <= 2 {
            return false;
        }
        let matches = f64::from((self.length - missing).min(other.length - surplus));
        (matches / f64::from(self.length) + matches / f64::from(other.length) + 1.0) / 3.0 < JARO_AT_LEAST
    }

    /// Whether two names are neither [`close`] nor [`slips_apart`], have not the [`same_letters`], and share no part.
    pub(super) fn is_unlike(self, other: Look) -> bool {
        (self.letters | other.letters) & SPACE == 0 && self.is_far(other)
    }
}

/// With the bonus for four letters at the start, 0.4 of what is missing, it makes 0.9298.
const JARO_AT_LEAST: f64 = 0.883;

/// Whether two different names are one edit or swap apart, or two in names of five letters or more: as near as slips leave a
/// name, and as near as many names are to one another.
pub(super) fn slips_apart(left: &str, right: &str) -> bool {
    let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
    let edits_at_most = longer * 2 / 5;
    shorter >= 2
        && longer - shorter <= edits_at_most.min(2)
        && apart_at_least(left, right) <= edits_at_most.min(2)
        && strsim::osa_distance(left, right) <= edits_at_most.min(2)
}

/// Whether one of two different names may be a slip in the other.
pub(super) fn is_near(left: &str, right: &str) -> bool {
    close(left, right) || slips_apart(left, right)
}

/// The consonants that are heard, doubled ones once.
fn sounds(name: &str) -> impl Iterator<Item = u8> + '_ {
    let mut last = 0;
    name.bytes().filter(|byte| !b"AEIOUYHW ".contains(byte)).filter_map(move |byte| {
        let sound = match byte {
            b'C' | b'K' | b'Q' => b'K',
            b'S' | b'Z' => b'S',
            other => other,
        };
        (std::mem::replace(&mut last, sound) != sound).then_some(sound)
    })
}

/// Whether a name of several parts and another share a part of three letters or more (double-barrelled in either order).
pub(super) fn shares_part(left: &str, right: &str) -> bool {
    (left.contains(' ') || right.contains(' '))
        && left.split(' ').any(|part| part.len() >= 3 && right.split(' ').any(|other| other == part))
}

/// Whether two names are equal once spaces are gone.
pub(super) fn same_letters(left: &str, right: &str) -> bool {
    left.bytes().filter(|byte| *byte != b' ').eq(right.bytes().filter(|byte| *byte != b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_to_plain_capitals() {
        for (name, expected) in [
            ("O'Brien", "OBRIEN"),
            ("Smith-Jones", "SMITH JONES"),
            ("Wałęsa", "WALESA"),
            ("  van  der Berg ", "VAN DER BERG"),
            ("Müller", "MULLER"),
            ("Strauß", "STRAUSS"),
            ("St. John", "ST JOHN"),
            ("", ""),
        ] {
            assert_eq!(fold(name), expected);
        }
    }

    #[test]
    fn what_names_nobody_is_missing() {
        for name in ["Baby Of Anita", "Baby", "baby boy", "Unknown", "", "Mr", "Twin 1"] {
            assert_eq!(given(name), None, "{name}");
        }
        assert_eq!(given("Mrs Ann").as_deref(), Some("ANN"));
        assert_eq!(given("Babyface").as_deref(), Some("BABYFACE"));
    }

    #[test]
    fn nicknames_go_both_ways_and_never_further() {
        let nicknames = Nicknames::built_in();
        assert!(nicknames.related("BOB", "ROBERT") && nicknames.related("ROBERT", "BOB"));
        assert!(nicknames.related("MOHD", "MUHAMMAD"));
        assert!(!nicknames.related("BOB", "WILLIAM"));
        assert!(!nicknames.related("XYZZY", "XYZZY"));
        for (left, right) in [("AMELIA", "AMY"), ("JONATHAN", "JOHN"), ("LISA", "ELSIE")] {
            assert!(nicknames.related(left, right) && nicknames.may_be_two(right, left), "{left} {right}");
        }
        for (left, right) in [("BOB", "ROBERT"), ("JOHN", "JON"), ("MOHAMMED", "MUHAMMAD"), ("AMY", "MILLY")] {
            assert!(nicknames.related(left, right) && !nicknames.may_be_two(left, right), "{left} {right}");
        }
    }

    #[test]
    fn names_that_are_given_to_many_are_known() {
        let usual = usual();
        assert!(["ELISE", "ELOISE", "EMRE", "IFAN", "KIERAN", "PRIYA"].iter().all(|name| usual.contains(*name)));
        assert!(!usual.contains("ELISEE") && !usual.contains(""));
    }

    #[test]
    fn soundex_as_archives_use_it() {
        for (name, expected) in [
            ("ROBERT", b"R163"),
            ("RUPERT", b"R163"),
            ("TYMCZAK", b"T522"),
            ("PFISTER", b"P236"),
            ("HONEYMAN", b"H555"),
        ] {
            assert_eq!(&soundex(name), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_far_by_its_letters_is_far(left in "[A-F ]{1,9}", right in "[A-FX-Z]{1,9}") {
            if Look::of(&left).is_far(Look::of(&right)) {
                proptest::prop_assert!(strsim::osa_distance(&left, &right) > 2);
                proptest::prop_assert!(strsim::jaro_winkler(&left, &right) < 0.93);
            }
            if left != right && Look::of(&left).is_unlike(Look::of(&right)) {
                let alike = [close, slips_apart, same_letters, shares_part].map(|alike| alike(&left, &right));
                proptest::prop_assert_eq!(alike, [false; 4]);
            }
            proptest::prop_assert!(apart_at_least(&left, &right) <= strsim::osa_distance(&left, &right));
        }
    }

    #[test]
    fn near_names() {
        assert!(close("THOMPSON", "THOMSON") && close("HANNAH", "HANNA") && close("SMITH", "SMIHT"));
        assert!(close("ANNA", "HANNAH"), "one sound, two edits");
        for (left, right) in [("JANE", "JOAN"), ("IAN", "NOAH"), ("SARAH", "KAREN")] {
            assert!(!close(left, right), "{left} {right}");
        }
        assert!(!close("JO", "JON") && !close("AMY", "ANN") && !close("SARAH", "KAREN"));
        assert!(slips_apart("AVA", "VA") && slips_apart("OLIVET", "OILVER") && slips_apart("MX", "MAX"));
        assert!(!slips_apart("ANNE", "JANE") && !slips_apart("J", "JO") && !slips_apart("OLIVER", "OLIVERSON"));
        assert!(shares_part("SMITH JONES", "JONES") && shares_part("SMITH JONES", "JONES SMITH"));
        assert!(!shares_part("SMITH", "SMITH") && !shares_part("DE SOUZA", "DE SILVA"));
    }
}
