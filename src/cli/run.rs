//! `handover run`.

use super::Voice;
use super::exit::{Failure, Outcome};
use super::terminal::{Watcher, print, say, thousands};
use crate::config::Mistake;
use crate::measures::{ContradictedEvents, DecisionCounts, Summary};
use crate::package::{IdTallies, SourceTally};
use crate::pipeline::{self, Finished, Options};
use crate::values::Shown as _;
use std::path::Path;

/// Runs the main job and prints one screen.
pub(super) fn run(config: &Path, options: &Options, voice: Voice) -> Result<Outcome, Failure> {
    options.out.as_deref().map_or(Ok(()), Failure::unless_outside_packages)?;
    let mut watcher = Watcher::new(voice);
    let finished = pipeline::run(config, options, &mut watcher)?;
    let seconds = watcher.seconds();
    drop(watcher);
    if finished.example_key {
        say("warning: the commitment key is the published example; make another before any real data is handed over");
    }
    if voice.json {
        print(&json(&finished).to_string());
    } else if !voice.quiet {
        print(&screen(&finished, seconds));
    }
    Ok(match finished.package {
        Some(_) => Outcome::Done,
        None => {
            say("error: not every gate is green or waived, so there is no final package");
            say("  next: work through the gates above; a dry run (without --final) writes a package at any time");
            Outcome::No
        }
    })
}

fn json(finished: &Finished) -> serde_json::Value {
    serde_json::json!({
        "format": 1,
        "ok": finished.package.is_some(),
        "package": finished.package,
        "report": finished.package.as_ref().map(|package| package.join("data/report.html")),
        "example_key": finished.example_key,
        "ids": finished.ids,
        "source_changes": finished.source_changes,
        "warnings": texts(&finished.warnings),
        "summary": finished.summary,
    })
}

/// The summary that a transition manager reads.
fn screen(finished: &Finished, seconds: f64) -> String {
    let summary = &finished.summary;
    let kind = if summary.final_run { "FINAL" } else { "DRY RUN" };
    let mut lines = vec![format!("{} · {kind} · as at {}", summary.transition, summary.as_at), String::new()];
    lines.push(line("Rows read", summary.rows_read, &where_rows_went(summary)));
    lines.push(line(
        "Patients",
        summary.patients,
        &format!("{} with a verified NHS number", thousands(summary.patients_with_verified_number)),
    ));
    lines.push(line("Referrals", summary.referrals, &format!("of {} records", thousands(summary.referral_records))));
    let classes: Vec<String> =
        summary.appointments_by_class.iter().map(|(class, count)| format!("{} {class}", thousands(*count))).collect();
    lines.push(line("Appointments", summary.appointments, &classes.join(", ")));
    lines.push(line(
        "Unrecorded bookings",
        summary.unrecorded_bookings,
        "known from evidence alone: nobody has a record of them",
    ));
    let unexplained = format!(
        "declared {}, {} differences, {} unexplained",
        thousands(summary.list_declared),
        thousands(summary.list_differences),
        thousands(summary.list_differences_unexplained)
    );
    lines.push(line("Waiting list", summary.list_found, &unexplained));
    lines.push(line("Pairs for review", summary.pairs_for_review, "a person must decide"));
    lines.extend(finished.ids.iter().flat_map(ids));
    lines.extend(rows_since(&finished.source_changes));
    lines.extend(decisions(&summary.decisions));
    lines.push(String::new());
    lines.extend(exceptions(&summary.exceptions));
    lines.push(String::new());
    lines.extend(gates(summary));
    lines.extend(not_acted_upon(&summary.not_acted_upon));
    if let Some(package) = &finished.package {
        lines.push(format!("Package  {}  (holds patient data)", package.shown()));
        lines.push(format!("Report   {}", package.join("data/report.html").shown()));
        lines.push(format!("Check it with: handover verify {}", package.shown()));
    }
    lines.push(format!("Done in {seconds:.1} s"));
    lines.join("\n")
}

/// What became of the ids of the earlier package, a line a kind.
fn ids(tallies: &IdTallies) -> [String; 3] {
    let IdTallies { patients, referrals, appointments } = tallies;
    [("patients", patients), ("referrals", referrals), ("appointments", appointments)].map(|(kind, tally)| {
        let [new, merged, split, ended] = [tally.new, tally.merged, tally.split, tally.ended].map(thousands);
        let more = format!("carried, {new} new, {merged} merged, {split} split, {ended} ended");
        line(&format!("Ids of {kind}"), tally.carried, &more)
    })
}

/// What later extracts changed, in one line; nothing where there is no earlier package.
fn rows_since(sources: &[SourceTally]) -> Option<String> {
    let sum = |part: fn(&SourceTally) -> u64| sources.iter().map(part).sum::<u64>();
    let [added, changed, gone] = [sum(|of| of.added), sum(|of| of.changed), sum(|of| of.gone)].map(thousands);
    let more = format!("as they were, {added} added, {changed} changed, {gone} gone: see tables/source_changes.csv");
    (!sources.is_empty()).then(|| line("Rows since then", sum(|of| of.unchanged), &more))
}

/// Nothing where the journal holds nothing; what needs a person's eye is said in its own line.
fn decisions(counts: &DecisionCounts) -> Vec<String> {
    let some = |count: u64| format!("{} {}", thousands(count), if count == 1 { "decision" } else { "decisions" });
    let list = |events: &[usize]| {
        let numbers: Vec<String> = events.iter().map(usize::to_string).collect();
        format!("{} {}", if events.len() == 1 { "event" } else { "events" }, numbers.join(", "))
    };
    let DecisionCounts { in_effect, row_gone, row_changed, held_back, contradictions, torn_line } = counts;
    let mut lines = Vec::new();
    if *in_effect > 0 {
        lines.push(line("Decisions", *in_effect, "in effect: see tables/review_decisions.csv for what each changed"));
    }
    if !held_back.is_empty() {
        let verb = if held_back.len() == 1 { "is" } else { "are" };
        lines.push(format!(
            "{} {verb} held back: {} would make one patient of two verified NHS numbers that nobody was shown together; decide the pair of rows that carry the two numbers, or take back one of the answers (handover review undo)",
            some(held_back.len() as u64),
            list(held_back)
        ));
    }
    for ContradictedEvents { events, against } in contradictions {
        let verb = if events.len() == 1 { "contradicts another" } else { "contradict others" };
        let count = some(events.len() as u64);
        lines.push(format!(
            "{count} {verb}: {} against {against}; nothing is joined by them until one is taken back in review",
            list(events)
        ));
    }
    for (count, what) in
        [(*row_changed, "a row that has changed since"), (*row_gone, "a row that is not there any more")]
    {
        if count > 0 {
            let verb = if count == 1 { "is" } else { "are" };
            lines.push(format!(
                "{} {verb} about {what}, and without effect: see tables/review_decisions.csv, and decide anew",
                some(count)
            ));
        }
    }
    if let Some(number) = torn_line {
        lines.push(format!("The journal's last line, {number}, is torn: it was never acknowledged and says nothing; if somebody decided just then, decide anew"));
    }
    lines
}

fn line(name: &str, count: u64, more: &str) -> String {
    format!("{name:<20} {:>11}   {more}", thousands(count))
}

fn where_rows_went(summary: &Summary) -> String {
    let order =
        ["used", "unassigned", "declared", "keying", "reference", "set-aside", "header", "preamble", "footer", "blank"];
    let parts =
        order.iter().filter_map(|word| summary.rows.get(word).map(|count| format!("{} {word}", thousands(*count))));
    parts.collect::<Vec<String>>().join(", ")
}

/// At most eight reasons; how many more is said.
pub(super) fn exceptions(counts: &[(&'static str, u64)]) -> Vec<String> {
    const SHOWN: usize = 8;
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut lines = vec![line("Exceptions", all, if counts.is_empty() { "" } else { "by reason:" })];
    lines.extend(counts.iter().take(SHOWN).map(|(slug, count)| format!("{:>32}   {slug}", thousands(*count))));
    if let Some(more) = counts.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("{:>32}   more reasons: see tables/exceptions.csv", more));
    }
    lines
}

/// Warnings as they are said.
pub(super) fn texts(warnings: &[Mistake]) -> Vec<String> {
    warnings.iter().map(Mistake::to_string).collect()
}

/// Settings that nothing obeys, in one line; none when there are none.
pub(super) fn not_acted_upon(settings: &[&str]) -> Option<String> {
    let listed = || format!("Read but not acted upon by this version: {}", settings.join(", "));
    (!settings.is_empty()).then(listed)
}

fn gates(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for state in ["red", "not-measured", "waived", "green"] {
        let names: Vec<&str> = summary.gates.iter().filter(|(_, of)| *of == state).map(|(name, _)| *name).collect();
        if !names.is_empty() {
            lines.push(line(&format!("Gates {state}"), names.len() as u64, &names.join(", ")));
        }
    }
    lines
}
