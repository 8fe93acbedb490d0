//! The words of the tables, said for somebody who did not write them.

use super::parts::grouped;
use crate::measures::spoken_percent;
use crate::package::GateLine;

/// A word with hyphens as a reader would write it: `first-appointment` is "First appointment".
pub(super) fn spoken(word: &str) -> String {
    let plain = word.replace(['-', '_'], " ").replace("nhs ", "NHS ");
    let plain = plain.replace("follow up", "follow-up").replace("re referral", "re-referral");
    let mut letters = plain.chars();
    let Some(first) = letters.next() else { return "Not given".into() };
    first.to_uppercase().chain(letters).collect()
}

/// What the name of a gate ends in whose values are shares in per cent.
const PERCENT: &str = "_percent";

/// The name of a gate, its unit at the end set apart. Shares carry theirs with them.
pub(super) fn gate(name: &str) -> String {
    match (name.strip_suffix(PERCENT), name.strip_suffix("_days")) {
        (Some(share), _) => spoken(share),
        (None, Some(days)) => format!("{} (days)", spoken(days)),
        (None, None) => spoken(name),
    }
}

/// What was measured for a gate, of how many, and its ceiling. What there is none of is a dash.
pub(super) fn measured(gate: &GateLine) -> [String; 2] {
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    let is_share = gate.gate.ends_with(PERCENT);
    let ceiling = gate.ceiling.parse().ok();
    let value = match gate.value.parse().ok().filter(|_| is_share) {
        Some(share) => spoken_percent(share, ceiling),
        None => gate.value.clone(),
    };
    let of = if value.is_empty() || gate.denominator.is_empty() {
        value
    } else {
        format!("{value} of {}", gate.denominator.parse().map_or(gate.denominator.clone(), grouped))
    };
    let unit = if is_share && ceiling.is_some() { " %" } else { "" };
    [or_dash(of), or_dash(format!("{}{unit}", gate.ceiling))]
}

/// The value of a figure that is a share of a whole, in per cent; nothing for a plain count.
pub(super) fn share(value: &str, whole: &str) -> String {
    match (value.parse::<f64>(), whole) {
        (_, "" | "0") | (Err(_), _) => String::new(),
        (Ok(value), _) => spoken_percent(value * 100.0, None),
    }
}

/// A clause of the catalogue as a sentence of its own.
pub(super) fn spoken_sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// The mark and the word of a gate's state: the mark differs in shape, so colour is never alone.
pub(super) fn state(state: &str) -> (&'static str, &'static str) {
    match state {
        "green" => ("●", "Green"),
        "red" => ("▲", "Red"),
        "waived" => ("◆", "Waived"),
        _ => ("○", "Not measured"),
    }
}

/// What became of a physical row, in the order of the contract.
pub(super) const DISPOSITIONS: [(&str, &str); 10] = [
    ("used", "belongs to a patient"),
    ("unassigned", "speaks of somebody, but it is not known of whom; worked in review"),
    ("declared", "a declared figure"),
    ("keying", "the second keying of a paper folder"),
    ("reference", "sites and boxes"),
    ("set-aside", "not used; each has a reason under “Exceptions”"),
    ("header", "names of columns"),
    ("preamble", "above the names of columns"),
    ("footer", "totals and notes below the data"),
    ("blank", "empty"),
];

/// Where a referral stands.
pub(super) fn cohort(word: &str) -> &'static str {
    match word {
        "awaiting-triage" => "received, not yet triaged",
        "first-appointment" => "triaged or accepted, never seen",
        "diagnostics" => "waits for a test",
        "in-treatment" => "seen, and not finished",
        "follow-up-due" => "to be seen again; the day has not passed",
        "follow-up-overdue" => "to be seen again; the day has passed",
        "planned-review" => "to be reviewed on a planned day",
        "referred-on" => "sent on to another service, which holds the clock",
        "closed" => "closed",
        "not-transferring" => "stays with the sender",
        _ => "",
    }
}

/// What a row is to its referral.
pub(super) fn relation(word: &str) -> &'static str {
    match word {
        "original" => "the first record of a referral",
        "duplicate" => "another record of the same referral",
        "re-referral" => "referred again",
        "onward" => "sent on from one service to another",
        "keying" => "the second keying of the same paper",
        _ => "",
    }
}

/// What the booking systems and the evidence say.
pub(super) fn classification(word: &str) -> &'static str {
    match word {
        "matched" => "in a booking system, and the evidence agrees",
        "recorded-only" => "in a booking system; no letter, text, diary or call mentions it",
        "unrecorded" => "somebody was told of it, and no booking system holds it",
        "conflict" => "in a booking system, and the evidence says otherwise",
        _ => "",
    }
}

/// What a named person said became of a booking.
pub(super) fn resolution(word: &str) -> &'static str {
    match word {
        "honoured" => "the patient is seen as booked",
        "rebooked" => "the patient comes at another time instead",
        "cancelled" => "it does not take place, and the patient was told",
        _ => "",
    }
}

/// Which side of a conflict a named person said is right.
pub(super) fn holds(word: &str) -> &'static str {
    match word {
        "recorded" => "the booking stands, and what the evidence said otherwise does not",
        "evidence" => "what the evidence says stands instead of the booking",
        _ => "",
    }
}

/// What needs a person's eye about an appointment.
pub(super) fn flag(word: &str) -> &'static str {
    match word {
        "recorded-twice" => "one booking system holds it twice",
        "slot-clash" => "two people in one slot, or one person in two places",
        "closed-site" => "at a site with no successor",
        "orphan" => "belongs to no referral",
        "no-outcome" => "past, and nobody recorded what came of it",
        "none-booked" => "its outcome is another appointment, and none is booked",
        "after-death" => "after the patient’s death",
        "booked-after-transfer" => "booked by a sender on or after the transfer date",
        "starts-after-transfer" => "starts on or after the transfer date",
        _ => "",
    }
}

/// What is waited for.
pub(super) fn wait_type(word: &str) -> (String, &'static str) {
    match word {
        "rtt" => ("Referral to treatment".into(), "consultant-led treatment"),
        "ahp" => ("Allied health professional".into(), "physiotherapy and the like"),
        "diagnostic" => ("Diagnostic".into(), "a test"),
        "follow-up" => ("Follow-up".into(), "to be seen again"),
        "planned" => ("Planned".into(), "a planned review"),
        other => (spoken(other), ""),
    }
}

/// How the declared list and the rebuilt list differ.
pub(super) fn difference(word: &str) -> &'static str {
    match word {
        "declared-not-found" => "Declared, but not waiting by the records",
        "found-not-declared" => "Waiting by the records, but not declared",
        "clock-start-differs" => "On both, with different clock starts",
        "priority-differs" => "On both, with different priorities",
        "declared-twice" => "Declared more than once",
        _ => "",
    }
}

/// Who or what joined a row to its patient.
pub(super) fn joined_by(word: &str) -> &'static str {
    match word {
        "alone" => "the patient has no other row",
        "local-id" => "the same local id in the same system",
        "nhs-number" => "the same NHS number, with a date of birth and a name that agree",
        "model" => "the details agree closely enough",
        "slot" => "the slot of an appointment",
        "decision" => "a person said so",
        _ => "",
    }
}

/// What a decision changed.
pub(super) fn effect(word: &str) -> String {
    match word {
        "held-back" => {
            "Held back: with others it would make one patient of two verified NHS numbers that nobody was shown \
            together. Decide the pair of rows that carry the two numbers, or take back one of the answers"
                .into()
        }
        other => spoken(other),
    }
}

/// How far an NHS number can be relied on.
pub(super) fn number_status(word: &str) -> &'static str {
    match word {
        "verified" => "traced where the source says so, else valid by its check digit",
        "unverified" => "there, and not verified by its source",
        "missing" => "no row gives one",
        "conflict" => "rows carry different verified numbers",
        _ => "",
    }
}

pub(super) fn id_change(word: &str) -> &'static str {
    match word {
        "merged" => "the id ended: rows of it are now of another",
        "split" => "the id lives on, and rows of it are now of a new one",
        "moved" => "the id lives on, and rows of it are now of another that lives on too",
        "ended" => "the id ended: nothing of it is in these sources any more",
        "ended-before" => "the id had ended already; it is never given again",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_in_per_cent_says_so() {
        let check = |gate: &str, value: &str, of: &str, ceiling: &str, expected: [&str; 2]| {
            let text = str::to_owned;
            let [gate, value, denominator, ceiling] = [gate, value, of, ceiling].map(text);
            let (definition, state, worst_source, closes_by) = Default::default();
            let gate = GateLine { gate, definition, state, value, denominator, ceiling, worst_source, closes_by };
            assert_eq!(measured(&gate), expected);
        };
        check("exceptions_percent", "0.281294", "711", "0.5", ["0.28 % of 711", "0.5 %"]);
        check("exceptions_percent", "0.281294", "71100", "", ["0.28 % of 71,100", "–"]);
        check("exceptions_percent", "", "", "2", ["–", "2 %"]);
        check("unreviewed_pairs", "194", "1200", "0", ["194 of 1,200", "0"]);
        check("extract_age_days", "", "3", "7", ["–", "7"]);
        assert_eq!([share("0.975098", "1526"), share("0", "0"), share("12", "")], ["97.5 %", "", ""]);
    }
    use crate::reconcile::{Classification, Cohort, DifferenceKind, Flag, Relation, Side, WaitType};

    #[test]
    fn every_word_is_explained() {
        assert!(Cohort::ALL.iter().all(|it| !cohort(it.word()).is_empty()));
        assert!(Relation::ALL.iter().all(|it| !relation(it.word()).is_empty()));
        assert!(Classification::ALL.iter().all(|it| !classification(it.word()).is_empty()));
        assert!(Flag::ALL.iter().all(|it| !flag(it.word()).is_empty()));
        assert!(["honoured", "rebooked", "cancelled"].iter().all(|it| !resolution(it).is_empty()));
        assert!(Side::ALL.iter().all(|side| !holds(side.word()).is_empty()));
        assert!(WaitType::ALL.iter().all(|it| !wait_type(it.word()).1.is_empty()));
        assert!(DifferenceKind::ALL.iter().all(|it| !difference(it.word()).is_empty()));
    }

    #[test]
    fn a_word_is_spoken_as_people_write_it() {
        assert_eq!(["follow-up-due", "nhs-number", ""].map(spoken), ["Follow-up due", "NHS number", "Not given"]);
        assert_eq!(gate("patients_without_verified_nhs_number_percent"), "Patients without verified NHS number");
        assert_eq!(gate("extract_age_days"), "Extract age (days)");
        assert_eq!(spoken_sentence("ask the provider for the date"), "Ask the provider for the date.");
    }
}
