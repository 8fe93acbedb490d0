//! The same as one JSON document.

use crate::decisions::RowName;
use crate::ledger::Reason;
use crate::linkage::{Compared, Outcome, PairExplanation, title};
use crate::package::Thresholds;
use crate::package::explain::{
    AppointmentExplained, DecisionTold, ExceptionTold, Explanation, FigureExplained, Kin, PairExplained, PairTold,
    PatientExplained, ReferralExplained, RowExplained, UnassignedTold, joined_words,
};
use serde_json::{Value, json};
use std::path::Path;

/// The document.
pub(super) fn of(folder: &Path, explanation: &Explanation) -> Value {
    let mut document = match explanation {
        Explanation::Patient(of) => patient(of),
        Explanation::Pair(of) => pair_of(of),
        Explanation::Row(of) => row_of(of),
        Explanation::Referral(of) => referral(of),
        Explanation::Appointment(of) => appointment(of),
        Explanation::Figure(of) => figure(of),
    };
    (document["format"], document["ok"], document["package"]) = (json!(1), json!(true), json!(folder));
    document
}

fn row(row: &RowName) -> Value {
    json!({ "source": row.source, "file": row.file, "sheet": row.sheet, "row": row.row })
}

fn reason(reason: Option<Reason>) -> Value {
    json!(reason.map(|reason| json!({ "reason": reason.slug(), "sentence": reason.sentence() })))
}

/// Hundredths of a bit as bits.
fn bits(hundredths: i32) -> f64 {
    f64::from(hundredths) / 100.0
}

fn weighed(told: &PairExplanation) -> Value {
    let compared = |of: &Compared| {
        json!({
            "comparison": of.comparison, "title": title(&of.comparison), "level": of.level, "words": of.words(),
            "outcome": match of.outcome {
                Outcome::Agrees => "agrees",
                Outcome::Alike => "alike",
                Outcome::Differs => "differs",
            },
            "condition": of.condition, "m": of.m, "u": of.u, "level_bits": bits(of.level_hundredths),
            "limited": of.is_limited, "frequency_bits": bits(of.frequency_hundredths), "bits": bits(of.total_hundredths),
        })
    };
    json!({
        "prior_bits": bits(told.prior_hundredths), "comparisons": told.made.iter().map(compared).collect::<Vec<_>>(),
        "not_said_by_both": told.not_made, "shared_frequency_bits": bits(told.shared_hundredths), "number_decides_bits": bits(told.raised_hundredths),
        "match_weight": bits(told.total_hundredths), "match_probability": told.probability,
        "words": told.without_scores(),
    })
}

fn pair(told: &PairTold, thresholds: Option<Thresholds>) -> Value {
    json!({
        "left": row(&told.left), "right": row(&told.right), "standing": told.standing, "rule": told.rule,
        "reason": told.reason.map(Reason::slug), "why": told.why(thresholds), "weights": weighed(&told.explanation),
    })
}

fn limits(thresholds: Option<Thresholds>) -> Value {
    json!(thresholds.map(|of| json!({ "match": of.match_at, "review": of.review_at })))
}

fn exceptions(all: &[ExceptionTold]) -> Value {
    let told = |of: &ExceptionTold| {
        json!({
            "at": row(&of.row), "field": of.field, "reason": of.reason.slug(), "sentence": of.reason.sentence(),
            "severity": of.reason.severity().word(), "what_to_do": of.reason.what_to_do(),
        })
    };
    all.iter().map(told).collect()
}

fn decisions(all: &[DecisionTold]) -> Value {
    let told = |of: &DecisionTold| {
        json!({
            "event": of.event.parse::<u64>().ok(), "kind": of.kind, "answer": of.answer, "who": of.who, "at": of.at,
            "standing": of.standing, "effect": of.effect, "rows": of.rows.iter().map(row).collect::<Vec<_>>(),
        })
    };
    all.iter().map(told).collect()
}

fn unassigned(of: &UnassignedTold) -> Value {
    json!({ "at": row(&of.row), "why": reason(of.reason), "candidates": of.candidates })
}

fn words(all: &[(String, String)], name: &str) -> Value {
    all.iter().map(|(id, word)| json!({ "id": id, name: word })).collect()
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn patient(of: &PatientExplained) -> Value {
    let members: Vec<Value> = of
        .members
        .iter()
        .map(|member| {
            json!({
                "at": row(&member.row), "joined_by": member.joined_by, "words": joined_words(&member.joined_by),
                "match_probability": member.probability, "compared_as_one_with": member.stands_for.map(|at| at + 1),
            })
        })
        .collect();
    let edges = of.edges.iter().map(|edge| {
        let mut told = pair(&edge.pair, of.thresholds);
        (told["rows"], told["joins"]) = (json!([edge.left + 1, edge.right + 1]), json!(edge.joins));
        told
    });
    let near = of.near.iter().map(|near| {
        let mut told = pair(&near.pair, of.thresholds);
        (told["own_row"], told["other_patient"]) = (json!(near.member + 1), json!(near.patient));
        told
    });
    let may = of.may_be_theirs.iter().map(|(at, why)| json!({ "at": row(at), "why": reason(*why) }));
    json!({
        "kind": "patient", "id": of.id, "nhs_number_status": of.number_status,
        "service_lines": of.service_lines.split(';').filter(|line| !line.is_empty()).collect::<Vec<_>>(),
        "rows": members, "pairs": edges.collect::<Vec<_>>(), "nearly_joined": near.collect::<Vec<_>>(),
        "may_be_theirs": may.collect::<Vec<_>>(), "thresholds": limits(of.thresholds),
        "decisions": decisions(&of.decisions), "exceptions": exceptions(&of.exceptions),
        "referrals": words(&of.referrals, "cohort"), "appointments": words(&of.appointments, "classification"),
    })
}

fn pair_of(of: &PairExplained) -> Value {
    json!({
        "kind": if of.are_patients { "patients" } else { "rows" }, "ids": of.names, "patients": of.patients,
        "pairs": of.pairs.iter().map(|told| pair(told, of.thresholds)).collect::<Vec<_>>(),
        "thresholds": limits(of.thresholds), "decisions": decisions(&of.decisions),
    })
}

fn row_of(of: &RowExplained) -> Value {
    let patient =
        of.patient.as_ref().map(|(id, sure, by)| json!({ "id": id, "match_probability": sure, "joined_by": by }));
    json!({
        "kind": "row", "at": row(&of.row), "disposition": of.disposition, "set_aside": reason(of.set_aside),
        "patient": patient, "unassigned": of.unassigned.as_ref().map(unassigned), "referrals": words(&of.referrals, "relation"),
        "appointments": words(&of.appointments, "standing"), "exceptions": exceptions(&of.exceptions),
        "decisions": decisions(&of.decisions),
    })
}

fn kin(of: &Kin) -> Value {
    json!({
        "id": of.id, "received": filled(&of.received), "clock_start": filled(&of.clock_start), "cohort": of.cohort,
    })
}

fn referral(of: &ReferralExplained) -> Value {
    let line = &of.line;
    let rows = of.rows.iter().map(|of| {
        json!({
            "at": row(&of.at), "relation": of.relation.map(|known| known.word()),
            "words": of.relation.map(|known| known.sentence()),
            "joined_by": of.joined_by.map(|by| by.word()), "agreed": of.agreed,
        })
    });
    let nearest = of.nearest.as_ref().map(|(other, apart)| {
        let mut told = kin(other);
        told["but"] = json!(apart.why);
        told
    });
    let differences = of.differences.iter().map(|(kind, cause, declared, proof)| {
        json!({
            "difference": kind, "cause": cause, "declared": declared.as_ref().map(row), "proof": proof.as_ref().map(row),
        })
    });
    json!({
        "kind": "referral", "id": line.id, "patient_id": filled(&line.patient), "rows": rows.collect::<Vec<_>>(),
        "clock": {
            "start": filled(&line.clock_start), "rule": line.clock_rule.map(|rule| rule.word()),
            "words": line.clock_rule.map(|rule| rule.sentence()), "received": filled(&line.received),
            "original_received": filled(&line.original_received), "weeks": line.weeks.parse::<u32>().ok(),
            "doubt": line.clock_doubt.map(|doubt| doubt.word()), "otherwise": filled(&line.other_clock_start),
            "otherwise_rule": line.other_clock_rule.map(|rule| rule.word()), "event": line.clock_event.parse::<usize>().ok(),
            "working_days": line.working_days.parse::<u32>().ok(), "weeks_rule": line.weeks_rule.map(|rule| rule.word()),
        },
        "priority": {
            "carried": filled(&line.priority), "rule": line.priority_rule.map(|rule| rule.word()),
            "by_referrer": filled(&line.referrer_priority), "at_triage": filled(&line.triage_priority),
            "triaged": filled(&line.triaged), "triage_signed": line.is_triage_signed,
        },
        "cohort": line.cohort.map(|cohort| cohort.word()), "cohort_words": line.cohort.map(|cohort| cohort.sentence()),
        "status": filled(&line.status), "closed": filled(&line.closed), "rtt_status": filled(&line.rtt_status),
        "last_seen": filled(&line.last_seen), "next_appointment": filled(&line.next_appointment),
        "review_due": filled(&line.review_due), "waits_for": of.waits_for,
        "follows": of.ancestors.iter().map(kin).collect::<Vec<_>>(),
        "followed_by": of.children.iter().map(kin).collect::<Vec<_>>(), "other_referrals": of.others,
        "nearest": nearest, "declared_differences": differences.collect::<Vec<_>>(),
        "appointments": words(&of.appointments, "classification"), "exceptions": exceptions(&of.exceptions),
        "decisions": decisions(&of.decisions),
    })
}

fn appointment(of: &AppointmentExplained) -> Value {
    let rows = of.rows.iter().map(|(at, standing)| json!({ "at": row(at), "standing": standing }));
    let by_slot = of.by_slot.iter().map(|(at, sure)| json!({ "at": row(at), "match_probability": sure }));
    let nearest = of.nearest.as_ref().map(|other| {
        json!({
            "id": other.id, "starts": filled(&other.starts),
            "classification": other.classification.map(|class| class.word()), "but": other.apart.why,
        })
    });
    let resolution = of
        .settled
        .as_ref()
        .map(|said| json!({ "answer": said.how, "to": filled(&said.to), "event": said.event.parse::<usize>().ok() }));
    let held = of.held.as_ref().map(|held| {
        json!({
            "right": held.side.map(|side| side.word()), "event": held.event.parse::<usize>().ok(),
            "starts": held.starts_differed, "site": held.places_differed, "status": held.status_differed,
        })
    });
    let flags = of.flags.iter().map(|flag| json!({ "flag": flag.word(), "words": flag.sentence() }));
    json!({
        "kind": "appointment", "id": of.id, "patient_id": filled(&of.patient), "referral_id": filled(&of.referral),
        "starts": filled(&of.starts), "booked": filled(&of.booked), "status": filled(&of.status),
        "rows": rows.collect::<Vec<_>>(), "classification": of.classification.map(|class| class.word()),
        "classification_words": of.classification.map(|class| class.sentence()),
        "recorded_by": of.recorded_by.map(|by| by.word()), "flags": flags.collect::<Vec<_>>(),
        "differs": { "starts": of.starts_differ, "site": of.places_differ, "status": of.status_differs },
        "differed": held, "unresolved": of.is_unresolved, "resolution": resolution,
        "unassigned": of.unassigned.iter().map(unassigned).collect::<Vec<_>>(), "placed_by_slot": by_slot.collect::<Vec<_>>(),
        "nearest": nearest, "other_appointments": of.others, "exceptions": exceptions(&of.exceptions),
        "decisions": decisions(&of.decisions),
    })
}

fn figure(of: &FigureExplained) -> Value {
    let items = of.items.iter().map(|item| json!({ "kind": item.kind, "item": item.item }));
    json!({
        "kind": "figure", "name": of.name, "definition": of.definition, "numerator": of.numerator,
        "denominator": of.denominator, "value": of.value.parse::<f64>().ok(), "listed_in": filled(&of.listed_in),
        "items": items.collect::<Vec<_>>(),
    })
}
