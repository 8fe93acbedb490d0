//! Names: a whole name taken apart, second names split off, and entries that are nobody's name.

/// A whole name, taken apart; what it does not say is empty. Personal data.
#[derive(Default, PartialEq, Eq)]
pub(super) struct NameParts {
    pub title: String,
    pub given: String,
    pub other: String,
    pub family: String,
}

const TITLES: [&str; 24] = [
    "mr",
    "mrs",
    "miss",
    "ms",
    "mx",
    "dr",
    "doctor",
    "prof",
    "professor",
    "rev",
    "revd",
    "reverend",
    "sir",
    "dame",
    "lady",
    "lord",
    "master",
    "mstr",
    "fr",
    "father",
    "sister",
    "capt",
    "col",
    "messrs",
];

/// Words that belong to the family name that follows them.
const PARTICLES: [&str; 26] = [
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "du", "dos", "la", "le", "al", "el", "bin", "bint",
    "ibn", "ter", "ten", "st", "saint", "mc", "mac", "o", "ap",
];

/// Takes a whole name apart: `SMITH, John (Mr)`, `Dr J. P. van der Berg`, `O'BRIEN Mary-Anne`, `Mr John Smith`.
pub(super) fn take_apart(full: &str) -> NameParts {
    let (outside, bracketed) = without_brackets(full);
    let mut parts = match outside.split_once(',') {
        Some((family, rest)) => family_first(family, rest),
        None => in_order(&outside),
    };
    for word in bracketed {
        let part = if is_title(&word) { &mut parts.title } else { &mut parts.other };
        append(part, word.trim_end_matches('.'));
    }
    parts
}

/// The first of several given names, and the rest; `None` for one.
pub(super) fn first_and_rest(given: &str) -> Option<(&str, &str)> {
    given.split_once(' ').map(|(first, rest)| (first, rest.trim_start())).filter(|(_, rest)| !rest.is_empty())
}

/// Whether a name is a test entry's. Strict, since a real person must never be caught: every word must be a word of test
/// entries, and one that could be somebody's name is enough to say no. Only what nobody is called, such as the
/// XXTESTPATIENT that marks test patients of national systems, says so whatever stands beside it.
pub(super) fn is_test_entry(given: &str, family: &str, full: &str) -> bool {
    let family = if family.is_empty() { full } else { family };
    let whole = format!("{family} {given}").to_uppercase();
    let words: Vec<&str> = words(&whole).collect();
    let family_words = &words[..words.len() - self::words(given).count()];
    if family_words.iter().any(|word| is_nobodys_name(word)) {
        return true;
    }
    // "Test" alone is a surname.
    let says_so =
        words.iter().any(|word| is_test_word(word)) || words.windows(3).any(|three| three == ["DO", "NOT", "USE"]);
    let fillers = ["PATIENT", "DO", "NOT", "USE", "DONOTUSE", "RECORD"];
    says_so && words != ["TEST"] && words.iter().all(|word| is_test_word(word) || fillers.contains(word))
}

/// Whether a name must be looked at: it has several words, or something that a test entry has. Most names have neither, which one
/// look at their letters tells.
pub(super) fn is_notable(name: &str) -> bool {
    let is_mark = |letter: u8| matches!(letter, b'X' | b'x' | b'Z' | b'z');
    let is_part = |three: &[u8]| [b"EST", b"NOT"].iter().any(|part| three.eq_ignore_ascii_case(*part));
    let bytes = name.as_bytes();
    !name.is_ascii()
        || name.contains(' ')
        || bytes.windows(2).any(|two| two.iter().all(|letter| is_mark(*letter)))
        || bytes.windows(3).any(is_part)
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `TEST`, `ZZZ` and what nobody is called.
fn is_test_word(word: &str) -> bool {
    matches!(word, "TEST" | "TESTING") || marks(word) >= 3 && marks(word) == word.len() || is_nobodys_name(word)
}

/// `XXTEST`, `ZZZTEST`, `TESTPATIENT`, `XXTESTPATIENTABC`
fn is_nobodys_name(word: &str) -> bool {
    let rest = &word[marks(word)..];
    marks(word) >= 2 && rest == "TEST" || marks(word) != 1 && rest.starts_with("TESTPATIENT")
}

/// How many letters X and Z a word starts with.
fn marks(word: &str) -> usize {
    word.len() - word.trim_start_matches(['X', 'Z']).len()
}

/// `SMITH`, ` John Paul` or ` Mr John` or ` John, Mr`
fn family_first(family: &str, rest: &str) -> NameParts {
    let (title, family) = leading_titles(family.split_whitespace().collect());
    let mut parts = NameParts { title, family: family.join(" "), ..NameParts::default() };
    for section in rest.split(',') {
        let (title, words) = leading_titles(section.split_whitespace().collect());
        append(&mut parts.title, &title);
        given_names(&mut parts, &words);
    }
    parts
}

/// Words without a comma. A run of capitals beside words that are not tells the family name; else it is the last word,
/// with its particles.
fn in_order(name: &str) -> NameParts {
    let (title, mut words) = leading_titles(name.split_whitespace().collect());
    let mut parts = NameParts { title, ..NameParts::default() };
    if words.len() > 1 && words.last().is_some_and(|word| is_title(word)) {
        append(&mut parts.title, words.pop().unwrap_or_default().trim_end_matches('.'));
    }
    let (family, given) = family_in_capitals(&words).unwrap_or_else(|| family_last(&words));
    parts.family = family.join(" ");
    given_names(&mut parts, given);
    parts
}

fn given_names(parts: &mut NameParts, words: &[&str]) {
    for word in words {
        if parts.given.is_empty() {
            parts.given.push_str(word);
        } else {
            append(&mut parts.other, word);
        }
    }
}

/// The run of capitals at one end, as `(family, given)`; `None` when capitals tell nothing.
fn family_in_capitals<'w, 'n>(words: &'w [&'n str]) -> Option<(&'w [&'n str], &'w [&'n str])> {
    let capitals = |word: &&str| is_in_capitals(word);
    let first = words.iter().position(capitals)?;
    let last = words.iter().rposition(capitals)?;
    if !words[first..=last].iter().all(|word| capitals(word) || is_particle(word)) {
        return None;
    }
    let start = first - words[..first].iter().rev().take_while(|word| is_particle(word)).count();
    match (&words[..start], &words[last + 1..]) {
        ([], []) => None,
        ([], given) | (given, []) => Some((&words[start..=last], given)),
        _ => None,
    }
}

fn family_last<'w, 'n>(words: &'w [&'n str]) -> (&'w [&'n str], &'w [&'n str]) {
    let Some(last) = words.len().checked_sub(1) else { return (words, words) };
    let particles = words[..last].iter().rev().take_while(|word| is_particle(word)).count();
    // A given name must be left: Van Le and St John are people too.
    let start = if particles < last { last - particles } else { last };
    let (given, family) = words.split_at(start);
    (family, given)
}

/// Two letters or more, all capitals but for a prefix such as Mc, Mac, O' or d'.
fn is_in_capitals(word: &str) -> bool {
    let bare = ["Mc", "Mac", "d'", "D'", "O'"].iter().find_map(|prefix| word.strip_prefix(prefix)).unwrap_or(word);
    bare.chars().filter(|letter| letter.is_alphabetic()).count() >= 2 && !bare.chars().any(char::is_lowercase)
}

fn is_particle(word: &str) -> bool {
    let word = word.trim_end_matches(['.', '\'', '’']).to_lowercase();
    PARTICLES.contains(&word.as_str())
}

/// Whether a word, in whatever letters, is a title.
pub(super) fn is_title(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_lowercase();
    TITLES.contains(&word.as_str())
}

/// Titles at the start, as long as a word is left, and that word.
fn leading_titles(words: Vec<&str>) -> (String, Vec<&str>) {
    let titles = words.iter().take_while(|word| is_title(word)).count();
    let mut title = String::new();
    words[..titles].iter().for_each(|word| append(&mut title, word.trim_end_matches('.')));
    (title, words[titles..].to_vec())
}

fn append(part: &mut String, words: &str) {
    if !part.is_empty() && !words.is_empty() {
        part.push(' ');
    }
    part.push_str(words);
}

/// The text outside round brackets, and the words inside them.
fn without_brackets(full: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0u32);
    for letter in full.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => inside.push(letter),
            _ => outside.push(letter),
        }
        if matches!(letter, '(' | ')') {
            inside.push(' ');
            outside.push(' ');
        }
    }
    (outside, inside.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(full: &str, title: &str, given: &str, other: &str, family: &str) {
        let parts = take_apart(full);
        let found = [parts.title, parts.given, parts.other, parts.family];
        assert_eq!(found, [title, given, other, family], "{full}");
    }

    #[test]
    fn family_name_before_a_comma() {
        check("Mstr Tom Price", "Mstr", "Tom", "", "Price");
        check("SMITH, John (Mr)", "Mr", "John", "", "SMITH");
        check("Smith, Mr John Paul", "Mr", "John", "Paul", "Smith");
        check("Smith, John, Mr", "Mr", "John", "", "Smith");
        check("van der Berg, Anna", "", "Anna", "", "van der Berg");
        check("Smith, Jonathan (Jon)", "", "Jonathan", "Jon", "Smith");
        check("Smith,", "", "", "", "Smith");
        check(", John", "", "John", "", "");
    }

    #[test]
    fn family_name_last_with_its_particles() {
        check("Mr John Smith", "Mr", "John", "", "Smith");
        check("MR JOHN SMITH", "MR", "JOHN", "", "SMITH");
        check("Dr J. P. van der Berg", "Dr", "J.", "P.", "van der Berg");
        check("Mohammed Al Fayed", "", "Mohammed", "", "Al Fayed");
        check("Ali bin Hassan", "", "Ali", "", "bin Hassan");
        check("Mary St. John", "", "Mary", "", "St. John");
        check("Prof. Dr. Ada Byron", "Prof Dr", "Ada", "", "Byron");
        check("Rev Mary Ann Evans", "Rev", "Mary", "Ann", "Evans");
        check("John Smith Mr", "Mr", "John", "", "Smith");
        check("Mrs Smith", "Mrs", "", "", "Smith");
        check("Smith", "", "", "", "Smith");
        check("", "", "", "", "");
    }

    #[test]
    fn a_particle_may_be_somebodys_given_name() {
        check("Van Le", "", "Van", "", "Le");
        check("Al Smith", "", "Al", "", "Smith");
        check("Di Du", "", "Di", "", "Du");
    }

    #[test]
    fn capitals_tell_the_family_name_where_others_have_none() {
        check("O'BRIEN Mary-Anne", "", "Mary-Anne", "", "O'BRIEN");
        check("Mary-Anne O'BRIEN", "", "Mary-Anne", "", "O'BRIEN");
        check("McDONALD Ian James", "", "Ian", "James", "McDONALD");
        check("van der BERG Jan", "", "Jan", "", "van der BERG");
        check("Mr John SMITH JONES", "Mr", "John", "", "SMITH JONES");
        check("J SMITH", "", "J", "", "SMITH");
        check("LI Wei", "", "Wei", "", "LI");
    }

    #[test]
    fn several_given_names_are_told_apart() {
        assert_eq!(first_and_rest("John Paul George"), Some(("John", "Paul George")));
        assert_eq!(first_and_rest("Mary-Anne"), None);
        assert_eq!(first_and_rest(""), None);
    }

    #[track_caller]
    fn check_test(given: &str, family: &str, full: &str, expected: bool) {
        assert_eq!(is_test_entry(given, family, full), expected, "{given} {family} {full}");
        let notable = [given, family, full].iter().any(|name| is_notable(name));
        assert!(notable || !expected, "{given} {family} {full} would not be looked at");
    }

    #[test]
    fn test_entries_are_made_of_nothing_else() {
        for (given, family) in
            [("TEST", "TEST"), ("Test", "Patient"), ("Zzz", "ZZZZ"), ("Test", "XXTEST"), ("DO NOT USE", "Test")]
        {
            check_test(given, family, "", true);
        }
        check_test("", "ZZZ", "", true);
        check_test("", "DO NOT USE", "", true);
        check_test("", "", "TEST, Patient", true);
        check_test("", "", "XXTEST", true);
        check_test("Donotuse", "ZZZTEST", "", true);
        check_test("Physio", "XXTESTPATIENT", "", true);
        check_test("Anna", "XXTESTPATIENT-TNRH", "", true);
        check_test("", "", "TESTPATIENT, Anna", true);
    }

    #[test]
    fn nobody_real_is_a_test_entry() {
        for (given, family) in [
            ("Maria", "Testa"),
            ("Testa", "Test-Smith"),
            ("John", "Test"),
            ("Test", "Smith"),
            ("Patient", "Patience"),
            ("Zza", "Zzz"),
            ("Do", "Not"),
            ("Use", "Do"),
            ("XXTEST", "Smith"),
            ("John", "ZZZ"),
            ("John", "ZZZSmith"),
            ("Anna", "XTestpatient"),
            ("", "Test"),
            ("", "Xtest"),
            ("Xx", "Zz"),
            ("", ""),
        ] {
            check_test(given, family, "", false);
        }
        check_test("", "", "TEST", false);
        check_test("", "", "Testa, Anna", false);
        check_test("", "", "Smith, Test", false);
    }
}
