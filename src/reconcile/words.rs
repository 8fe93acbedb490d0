//! What free text means: tables of words, kept here so that a person can read and correct them in one place.

/// Lower case, letters and digits only, one space between words and at both ends.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    for character in text.chars() {
        match character {
            '\'' | '’' => {}
            _ if character.is_alphanumeric() => folded.extend(character.to_lowercase()),
            _ if folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    folded
}

/// Whether a phrase stands in folded text; its last word may be the beginning of a longer one.
fn has(folded: &str, phrase: &str) -> bool {
    let mut rest = folded;
    while let Some(at) = rest.find(phrase) {
        if rest[..at].ends_with(' ') {
            return true;
        }
        rest = &rest[at + phrase.len()..];
    }
    false
}

/// How a referral ended, by the reason somebody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Treated, declined, died, decided not to treat: what stops a clock.
    Stop,
    /// The patient did not come.
    NotAttended,
    /// Discharged, and nothing says after what.
    Discharged,
    /// Sent on to another service.
    ReferredOn,
    /// Lost, inactive, duplicate, tidied away: what stops no clock.
    Administrative,
    /// No reason, or one these tables do not know.
    Unknown,
}

/// Looked for in this order; the first that is found decides. Administrative reasons come first, because "treatment
/// not started, records lost" speaks of treatment too.
///
/// "Patients re-referred because the record was lost keep the original clock start"; "Stops: 30–36".
const ENDINGS: &[(Ending, &[&str])] = &[
    (
        Ending::Administrative,
        &[
            "record",
            "notes not",
            "notes lost",
            "lost",
            "inactiv",
            "no activity",
            "not seen",
            "unseen",
            "no contact",
            "admin",
            "transfer",
            "migrat",
            "duplicate",
            "entered in error",
            "error",
            "validation",
            "housekeeping",
            "moved to new provider",
            "change of provider",
            "contract",
            "6 month",
            "six month",
            "no response",
        ],
    ),
    (Ending::NotAttended, &["did not attend", "dna", "failed to attend", "non attendance", "was not brought"]),
    (
        Ending::Stop,
        &[
            "treatment complete",
            "completed treatment",
            "treatment finished",
            "treated",
            "after treatment",
            "end of treatment",
            "course complete",
            "goals achieved",
            "goals met",
            "treatment ended",
            "first definitive treatment",
            "decision not to treat",
            "not to treat",
            "no treatment",
            "no further treatment",
            "no further contact",
            "not required",
            "active monitoring",
            "watchful waiting",
            "declin",
            "refused",
            "patient choice",
            "does not want",
            "did not want",
            "withdrew",
            "died",
            "death",
            "deceased",
            "rip",
        ],
    ),
    (Ending::ReferredOn, &["referred", "onward", "refer to", "secondary care"]),
    (Ending::Discharged, &["discharg"]),
];

/// How a referral ended, by its close reason.
pub(super) fn ending(text: &str) -> Ending {
    let folded = folded(text);
    let found = ENDINGS.iter().find(|(_, phrases)| phrases.iter().any(|phrase| has(&folded, phrase)));
    found.map_or(Ending::Unknown, |(ending, _)| *ending)
}

/// A service by the groups it belongs to, and its treatment function code where it has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Specialty {
    groups: u16,
    code: Option<[u8; 3]>,
}

const MSK: u16 = 1;
const PHYSIO: u16 = 1 << 1;
const ORTHOPAEDIC: u16 = 1 << 2;
const PAIN: u16 = 1 << 3;
const RHEUMATOLOGY: u16 = 1 << 4;
const OCCUPATIONAL: u16 = 1 << 5;
const SPEECH: u16 = 1 << 6;
const PODIATRY: u16 = 1 << 7;
const DIETETICS: u16 = 1 << 8;
const ORTHOTICS: u16 = 1 << 9;
const CARDIOLOGY: u16 = 1 << 10;
const NEUROLOGY: u16 = 1 << 11;
const PAEDIATRIC_SURGERY: u16 = 1 << 12;

/// "Physiotherapy on its own is not consultant-led": these wait for an allied health professional.
const ALLIED_HEALTH: u16 = PHYSIO | OCCUPATIONAL | SPEECH | PODIATRY | DIETETICS | ORTHOTICS;

/// Treatment function codes, with their groups.
const CODES: &[(&[u8; 3], u16)] = &[
    (b"108", ORTHOPAEDIC),
    (b"110", ORTHOPAEDIC),
    (b"111", ORTHOPAEDIC),
    (b"115", ORTHOPAEDIC),
    (b"171", PAEDIATRIC_SURGERY),
    (b"191", PAIN),
    (b"320", CARDIOLOGY),
    (b"400", NEUROLOGY),
    (b"410", RHEUMATOLOGY),
    (b"650", PHYSIO | MSK),
    (b"651", OCCUPATIONAL),
    (b"652", SPEECH),
    (b"653", PODIATRY),
    (b"654", DIETETICS),
    (b"658", ORTHOTICS),
];

/// Words of a service's name, with its groups and, where the word alone says it, its treatment function code.
const SERVICES: &[(&str, u16, Option<&[u8; 3]>)] = &[
    ("physio", PHYSIO | MSK, Some(b"650")),
    ("spinal surg", ORTHOPAEDIC, Some(b"108")),
    ("spin", ORTHOPAEDIC | MSK, None),
    ("orthop", ORTHOPAEDIC, Some(b"110")),
    ("trauma", ORTHOPAEDIC, Some(b"110")),
    ("t o ", ORTHOPAEDIC, Some(b"110")),
    ("pain", PAIN, Some(b"191")),
    ("rheum", RHEUMATOLOGY, Some(b"410")),
    ("occupational", OCCUPATIONAL, Some(b"651")),
    ("speech", SPEECH, Some(b"652")),
    ("podiat", PODIATRY, Some(b"653")),
    ("dietet", DIETETICS, Some(b"654")),
    ("dietit", DIETETICS, Some(b"654")),
    ("orthoti", ORTHOTICS, Some(b"658")),
    ("cardiol", CARDIOLOGY, Some(b"320")),
    ("neurol", NEUROLOGY, Some(b"400")),
];

/// An interface service is a service of its own, whatever else its name says ("MSK Pain Service").
const INTERFACE: &[&str] = &["msk", "musculoskeletal", "musculo skeletal", "mcats", "icats"];

/// Reads a specialty: a code ("110", "C_110", "110 Orthopaedics") or the name of a service.
pub(super) fn specialty(text: &str) -> Specialty {
    let folded = folded(text);
    if let Some(code) = treatment_function(&folded) {
        let groups = CODES.iter().find(|(known, _)| **known == code).map_or(0, |(_, groups)| *groups);
        return Specialty { groups, code: Some(code) };
    }
    let mut found = SERVICES.iter().filter(|(word, ..)| has(&folded, word));
    if INTERFACE.iter().any(|word| has(&folded, word)) {
        let physio = has(&folded, "physio");
        return Specialty { groups: if physio { MSK | PHYSIO } else { MSK }, code: physio.then_some(*b"650") };
    }
    match (found.next(), found.next()) {
        (Some((_, groups, code)), None) => Specialty { groups: *groups, code: code.copied() },
        (Some((_, groups, code)), Some((_, more, _))) => Specialty { groups: groups | more, code: code.copied() },
        (None, _) => Specialty::default(),
    }
}

/// "RTT publications write C_110, C_999 (total), X05": a leading "c" is not part of the code.
fn treatment_function(folded: &str) -> Option<[u8; 3]> {
    let word = folded.split(' ').find(|word| !word.is_empty() && *word != "c")?;
    let code: [u8; 3] = word.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_digit).then_some(code)
}

impl Specialty {
    /// Whether two specialties speak of one service.
    pub(super) fn agreement(self, other: Specialty) -> Agreement {
        if self.code.is_some() && self.code == other.code {
            Agreement::Same
        } else if self.groups == 0 || other.groups == 0 {
            Agreement::Unknown
        } else if self.groups & other.groups != 0 {
            Agreement::Similar
        } else {
            Agreement::Differs
        }
    }

    /// Whether an allied health professional is waited for.
    pub(super) fn is_allied_health(self) -> bool {
        self.groups & ALLIED_HEALTH != 0
    }

    /// Whether the tables know the service.
    pub(super) fn is_known(self) -> bool {
        self.groups != 0 || self.code.is_some()
    }

    /// The treatment function code; empty when not known.
    pub(super) fn code(self) -> String {
        self.code.map(|code| code.iter().map(|byte| char::from(*byte)).collect()).unwrap_or_default()
    }
}

/// How far two readings of one thing agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Agreement {
    /// They contradict each other.
    Differs,
    /// One of them says nothing, or nothing that these tables know.
    Unknown,
    /// They have something in common.
    Similar,
    /// They say the same.
    Same,
}

/// A condition by the parts of the body it speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    regions: u32,
    sides: u8,
    text: String,
}

/// Words of a complaint with the region they mean. Words that mean no region are not evidence of anything.
const REGIONS: &[(&str, u32)] = &[
    ("knee", 1),
    ("patell", 1),
    ("acl ", 1),
    ("menisc", 1),
    ("back", 1 << 1),
    ("lumbar", 1 << 1),
    ("lbp ", 1 << 1),
    ("sciatic", 1 << 1),
    ("spin", 1 << 1),
    ("neck", 1 << 2),
    ("cervical", 1 << 2),
    ("shoulder", 1 << 3),
    ("rotator", 1 << 3),
    ("hip ", 1 << 4),
    ("hips ", 1 << 4),
    ("foot", 1 << 5),
    ("feet", 1 << 5),
    ("ankle", 1 << 5),
    ("achill", 1 << 5),
    ("plantar", 1 << 5),
    ("hand", 1 << 6),
    ("wrist", 1 << 6),
    ("carpal", 1 << 6),
    ("thumb", 1 << 6),
    ("finger", 1 << 6),
    ("elbow", 1 << 7),
    ("epicondyl", 1 << 7),
    ("widespread", 1 << 8),
    ("chronic pain", 1 << 8),
    ("fibromyalg", 1 << 8),
    ("inflam", 1 << 9),
    ("rheum", 1 << 9),
    ("vertigo", 1 << 10),
    ("balance", 1 << 10),
    ("fall", 1 << 10),
    ("pelvi", 1 << 11),
    ("post op", 1 << 12),
    ("postop", 1 << 12),
    ("replacement", 1 << 12),
    ("arthroplast", 1 << 12),
];

/// A complaint that names no region and speaks of pain alone is widespread pain.
const PAIN_ALONE: u32 = 1 << 8;
const AFTER_OPERATION: u32 = 1 << 12;

/// Reads a condition.
pub(super) fn condition(text: &str) -> Condition {
    let folded = folded(text);
    let mut regions = REGIONS.iter().filter(|(word, _)| has(&folded, word)).fold(0, |all, (_, region)| all | region);
    if regions == 0 && has(&folded, "pain") {
        regions = PAIN_ALONE;
    }
    let side = |words: [&str; 3], bit: u8| if words.iter().any(|word| has(&folded, word)) { bit } else { 0 };
    let sides =
        side(["left ", "lt ", "l "], 1) | side(["right ", "rt ", "r "], 2) | side(["both ", "bilat", "b l "], 3);
    Condition { regions, sides, text: folded.trim().to_owned() }
}

impl Condition {
    /// Whether two conditions may be one.
    pub(super) fn agreement(&self, other: &Condition) -> Agreement {
        if self.text.is_empty() || other.text.is_empty() {
            return Agreement::Unknown;
        }
        if self.sides != 0 && other.sides != 0 && self.sides & other.sides == 0 {
            return Agreement::Differs;
        }
        if self.text == other.text {
            return Agreement::Same;
        }
        let common = self.regions & other.regions;
        match (self.regions, other.regions) {
            (0, _) | (_, 0) => Agreement::Unknown,
            _ if common == 0 => Agreement::Differs,
            // After an operation on the knee is not any pain of the knee.
            _ if common & !AFTER_OPERATION == 0 => Agreement::Similar,
            (left, right) if left == right => Agreement::Same,
            _ => Agreement::Similar,
        }
    }

    /// Whether both were written in the same words.
    pub(super) fn same_words(&self, other: &Condition) -> bool {
        !self.text.is_empty() && self.text == other.text && self.agreement(other) == Agreement::Same
    }
}

/// Words by which a referrer or a destination is a community hub rather than a practice.
const HUB: &[&str] = &[
    "hub",
    "msk",
    "musculoskeletal",
    "interface",
    "triage",
    "physio",
    "community",
    "assessment service",
    "cats",
    "mcats",
    "icats",
    "podiat",
];

/// Whether a referrer is a community service that sends people on.
pub(super) fn is_hub(text: &str) -> bool {
    let folded = folded(text);
    HUB.iter().any(|word| has(&folded, word))
}

/// First visit or a later one, by what somebody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visit {
    /// The first.
    First,
    /// A later one.
    Later,
}

/// "FIRST ATTENDANCE CODE: 1 first face to face, 2 follow-up face to face, 3 first telephone, 4 follow-up telephone".
pub(super) fn visit(text: &str) -> Option<Visit> {
    let folded = folded(text);
    match folded.trim().trim_start_matches('0') {
        "1" | "3" => return Some(Visit::First),
        "2" | "4" => return Some(Visit::Later),
        _ => {}
    }
    const LATER: &[&str] = &["follow", "fu ", "f u ", "review", "subsequent", "return"];
    const FIRST: &[&str] = &["first", "new ", "initial", "assessment"];
    if LATER.iter().any(|word| has(&folded, word)) {
        Some(Visit::Later)
    } else if FIRST.iter().any(|word| has(&folded, word)) {
        Some(Visit::First)
    } else {
        None
    }
}

/// Several people are meant to be in one slot.
pub(super) fn is_group_session(text: &str) -> bool {
    let folded = folded(text);
    ["group", "class", "school", "hydro", "gym"].iter().any(|word| has(&folded, word))
}

/// What is to follow an attendance, by its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Following {
    /// Nothing: discharged.
    Nothing,
    /// Another appointment was given.
    Given,
    /// Another is to be made, in so many days where it says.
    ToBeMade(Option<u16>),
    /// The outcome does not say.
    Unsaid,
}

/// "OUTCOME OF ATTENDANCE CODE: 1 discharged from consultant's care, 2 another appointment given, 3 appointment to be
/// made later."
pub(super) fn following(outcome: &str) -> Following {
    let folded = folded(outcome);
    match folded.trim().trim_start_matches('0') {
        "1" => return Following::Nothing,
        "2" => return Following::Given,
        "3" => return Following::ToBeMade(None),
        _ => {}
    }
    if has(&folded, "discharg") {
        Following::Nothing
    } else if has(&folded, "appointment given") || has(&folded, "another appointment") || has(&folded, "rebooked") {
        Following::Given
    } else if ["follow", "fu ", "f u ", "review", "see again", "to be made"].iter().any(|word| has(&folded, word)) {
        Following::ToBeMade(interval(&folded))
    } else {
        Following::Unsaid
    }
}

/// "6 weeks", "3/12" (three months, as clinicians write it), "6/52" (six weeks): days, where the text says so.
fn interval(folded: &str) -> Option<u16> {
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    words.windows(2).find_map(|pair| {
        let count: u16 = pair[0].parse().ok().filter(|count| (1..=60).contains(count))?;
        match pair[1] {
            "day" | "days" | "7" => Some(count),
            "week" | "weeks" | "wk" | "wks" | "52" => Some(count * 7),
            "month" | "months" | "mth" | "mths" | "12" => Some(count * 30),
            _ => None,
        }
    })
}

/// A two-digit RTT status ("30", "30 - Start of first definitive treatment"); `None` for anything else.
pub(super) fn rtt_status(text: &str) -> Option<u8> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 2 { text[..2].parse().ok() } else { None }
}

/// Titles and roles that are no part of a name.
const TITLES: &[&str] =
    &["dr", "mr", "mrs", "ms", "miss", "prof", "professor", "sister", "nurse", "physio", "the", "and"];

/// The words of a professional's name that tell one from another; sorted.
pub(super) fn name(text: &str) -> Vec<String> {
    let folded = folded(text);
    let mut words: Vec<String> = folded
        .split(' ')
        .filter(|word| word.chars().count() >= 3 && !TITLES.contains(word))
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words
}

/// Whether two names of professionals may be one: they share a word.
pub(super) fn names_agree(left: &[String], right: &[String]) -> Agreement {
    if left.is_empty() || right.is_empty() {
        Agreement::Unknown
    } else if left.iter().any(|word| right.contains(word)) {
        Agreement::Same
    } else {
        Agreement::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_that_stop_a_clock_and_endings_that_do_not() {
        let check = |text, expected| assert_eq!(ending(text), expected, "{text}");
        check("Treatment complete", Ending::Stop);
        check("Patient declined treatment", Ending::Stop);
        check("Decision not to treat", Ending::Stop);
        check("Deceased", Ending::Stop);
        check("Discharged after treatment", Ending::Stop);
        check("Records not received", Ending::Administrative);
        check("No activity for 6 months", Ending::Administrative);
        check("Not seen for 6 months", Ending::Administrative);
        check("Administrative closure - inactive", Ending::Administrative);
        check("Treatment not started, records lost", Ending::Administrative);
        check("Transferred to new provider", Ending::Administrative);
        check("DNA x1", Ending::NotAttended);
        check("Referred to secondary care", Ending::ReferredOn);
        check("Discharged", Ending::Discharged);
        check("", Ending::Unknown);
        check("scrip", Ending::Unknown);
    }

    #[test]
    fn services_by_code_and_by_name() {
        let check = |left: &str, right: &str, expected| {
            assert_eq!(specialty(left).agreement(specialty(right)), expected, "{left} / {right}");
            assert_eq!(specialty(right).agreement(specialty(left)), expected, "{right} / {left}");
        };
        check("C_110", "110 Trauma & Orthopaedics", Agreement::Same);
        check("Orthopaedics", "108", Agreement::Similar);
        check("MSK Pain Service", "Physiotherapy", Agreement::Similar);
        check("MSK Spinal Triage", "108", Agreement::Differs);
        check("Orthotics", "Orthopaedics", Agreement::Differs);
        check("", "110", Agreement::Unknown);
        check("Something else", "110", Agreement::Unknown);
        assert_eq!(specialty("MSK Physiotherapy").code(), "650");
        assert_eq!(specialty("MSK Spinal Triage").code(), "");
        assert!(specialty("Podiatry").is_allied_health() && !specialty("MSK Spinal Triage").is_allied_health());
    }

    #[test]
    fn conditions_agree_by_region_and_side() {
        let check = |left: &str, right: &str, expected| {
            assert_eq!(condition(left).agreement(&condition(right)), expected, "{left} / {right}");
        };
        check("Low back pain", "Lumbar spine", Agreement::Same);
        check("Knee pain", "Physiotherapy - Knee", Agreement::Same);
        check("Knee pain", "Shoulder", Agreement::Differs);
        check("Left knee", "R knee", Agreement::Differs);
        check("Knee pain", "Post-operative knee", Agreement::Similar);
        check("Knee pain", "", Agreement::Unknown);
        check("Knee pain", "unclear", Agreement::Unknown);
        check("Chronic widespread pain", "Pain Management", Agreement::Same);
        check("?Inflamm. arthritis", "Inflammatory joint disease", Agreement::Same);
        check("Whipping", "Hip", Agreement::Unknown);
    }

    #[test]
    fn what_follows_an_attendance() {
        let check = |text, expected| assert_eq!(following(text), expected, "{text}");
        check("1", Following::Nothing);
        check("02", Following::Given);
        check("Follow-up in 6 weeks", Following::ToBeMade(Some(42)));
        check("review 3/12", Following::ToBeMade(Some(90)));
        check("seen", Following::Unsaid);
    }

    #[test]
    fn an_rtt_status_has_two_digits() {
        assert_eq!(rtt_status("30 - Start of first definitive treatment"), Some(30));
        assert_eq!([rtt_status("3"), rtt_status("300"), rtt_status("")], [None; 3]);
    }
}
