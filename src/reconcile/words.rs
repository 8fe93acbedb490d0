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
pub(super) fn has(folded: &str, phrase: &str) -> bool {
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

/// Several people are meant to be in one slot: a class, a group, or a list of people to telephone.
pub(super) fn is_for_several(text: &str) -> bool {
    let folded = folded(text);
    let several = ["group", "class", "school", "hydro", "gym", "call list", "calls list"];
    several.iter().any(|word| has(&folded, word)) || is_remote(text) && has(&folded, "list ")
}

/// By telephone or over a screen: nobody comes to any place.
pub(super) fn is_remote(text: &str) -> bool {
    let folded = folded(text);
    let words = ["telephone", "phone", "telemed", "telecon", "video", "virtual"];
    // "FIRST ATTENDANCE CODE: 3 first telephone/telemedicine, 4 follow-up telephone/telemedicine."
    matches!(folded.trim().trim_start_matches('0'), "3" | "4") || words.iter().any(|word| has(&folded, word))
}

/// News that an appointment takes the place of an earlier one.
pub(super) fn is_rescheduled(text: &str) -> bool {
    let folded = folded(text);
    let words = [
        "resched",
        "re sched",
        "rearrang",
        "re arrang",
        "rebook",
        "re book",
        "postpon",
        "brought forward",
        "moved",
        "changed",
        "change of",
        "new date",
        "new time",
        "replace",
        "instead",
    ];
    words.iter().any(|word| has(&folded, word))
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

/// What an RTT status does to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockEffect {
    /// It starts one.
    Starts,
    /// One runs on.
    Continues,
    /// It stops one.
    Stops,
    /// None runs.
    NoClock,
}

/// By the national list of status codes. 99, "not yet known", and what is not on the list say nothing.
pub(super) fn clock_effect(code: u8) -> Option<ClockEffect> {
    match code {
        10..=12 => Some(ClockEffect::Starts),
        20 | 21 => Some(ClockEffect::Continues),
        30..=36 => Some(ClockEffect::Stops),
        90..=92 | 98 => Some(ClockEffect::NoClock),
        _ => None,
    }
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

/// The same word, or a slip of the finger in a long one.
fn one_word(left: &str, right: &str) -> bool {
    let long = left.chars().count().min(right.chars().count()) >= 5;
    left == right || long && strsim::damerau_levenshtein(left, right) <= 1
}

/// Whether all that the shorter of two names says stands in the longer: "Tranter" and "Emma Tranter" may be one person,
/// "Anna Smith" and "Ben Smith" may not.
pub(super) fn may_be_one_name(left: &[String], right: &[String]) -> bool {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    !short.is_empty() && short.iter().all(|word| long.iter().any(|other| one_word(word, other)))
}

/// Whether two names of professionals may be one: they share a word.
pub(super) fn names_agree(left: &[String], right: &[String]) -> Agreement {
    if left.is_empty() || right.is_empty() {
        Agreement::Unknown
    } else if left.iter().any(|word| right.iter().any(|other| one_word(word, other))) {
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
    fn what_follows_an_attendance() {
        let check = |text, expected| assert_eq!(following(text), expected, "{text}");
        check("1", Following::Nothing);
        check("02", Following::Given);
        check("Follow-up in 6 weeks", Following::ToBeMade(Some(42)));
        check("review 3/12", Following::ToBeMade(Some(90)));
        check("seen", Following::Unsaid);
    }

    #[test]
    fn professionals_by_name() {
        let check =
            |left, right, expected| assert_eq!(names_agree(&name(left), &name(right)), expected, "{left} / {right}");
        check("Dr E Tranter", "TRANTER, E", Agreement::Same);
        check("Dr E Traanter", "Dr E Tranter", Agreement::Same);
        check("Dr A Hale", "Dr A Hall", Agreement::Differs);
        check("Dr E Tranter", "", Agreement::Unknown);
        let one = |left, right| may_be_one_name(&name(left), &name(right));
        assert!(one("Emma Tranter", "Dr E Tranter") && one("Tranter", "TRANTER, Emma"));
        assert!(!one("Anna Smith", "Ben Smith") && !one("", "Ben Smith"));
    }

    #[test]
    fn lists_to_telephone_and_single_calls() {
        let check =
            |text, remote, several| assert_eq!((is_remote(text), is_for_several(text)), (remote, several), "{text}");
        check("Telephone list", true, true);
        check("Phone triage list - AM", true, true);
        check("Telephone follow-up", true, false);
        check("03", true, false);
        check("First listening visit", false, false);
        check("Back class", false, true);
        check("2", false, false);
    }

    #[test]
    fn an_rtt_status_has_two_digits() {
        assert_eq!(rtt_status("30 - Start of first definitive treatment"), Some(30));
        assert_eq!([rtt_status("3"), rtt_status("300"), rtt_status("")], [None; 3]);
    }
}
