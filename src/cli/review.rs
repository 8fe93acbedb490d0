//! `handover review export` and `handover review import`.

use super::Voice;
use super::exit::{Failure, Outcome};
use super::terminal::{print, say, thousands};
use crate::config;
use crate::decisions::Appended;
use crate::review::{
    self, ExportOptions, Exported, ImportOptions, Imported, Problem, Queue, TakenBack, UndoOptions, Undone,
};
use crate::values::Shown as _;
use clap::{Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum ReviewCommand {
    /// Write a workbook with the questions that the newest dry run leaves to people (it holds patient data)
    Export {
        /// The workbook to write; never over anything
        #[arg(value_name = "FILE.xlsx")]
        workbook: PathBuf,
        /// The configuration, or the folder it is in
        #[arg(default_value = "handover.toml")]
        config: PathBuf,
        /// Which questions; several may be named. Usually all but those for a clinician (safety) and the restricted ones, which stand alone
        #[arg(long = "queue", value_name = "QUEUE")]
        queues: Vec<QueueName>,
        /// The package to draw on; else the newest dry run under packages/ beside the configuration
        #[arg(long)]
        package: Option<PathBuf>,
    },
    /// Read the answers in a workbook and append them to the journal of decisions
    #[command(
        after_help = "Exit codes: 0 every answer was taken; 1 something was refused, and is listed. Then nothing is \
recorded; with --accept-rest the good answers are, and the exit code is still 1."
    )]
    Import {
        /// The workbook with the answers
        #[arg(value_name = "FILE.xlsx")]
        workbook: PathBuf,
        /// The configuration, or the folder it is in
        #[arg(default_value = "handover.toml")]
        config: PathBuf,
        /// Who decided
        #[arg(long)]
        who: String,
        /// The package that the workbook was made from; else it is looked for under packages/
        #[arg(long)]
        package: Option<PathBuf>,
        /// Take the good answers even where others are refused
        #[arg(long)]
        accept_rest: bool,
    },
    /// Take decisions back: the journal is only added to, so this is an event of its own
    Undo {
        /// The configuration, or the folder it is in
        #[arg(default_value = "handover.toml")]
        config: PathBuf,
        /// The number of a decision: its line in the journal, and the column event of review_decisions.csv
        #[arg(long = "event", value_name = "NUMBER", required = true)]
        events: Vec<usize>,
        /// Who takes it back
        #[arg(long)]
        who: String,
        /// Why
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum QueueName {
    /// Pairs of rows in the review band: one person, or two?
    Pairs,
    /// Patients of three rows or more: does a row not belong?
    Clusters,
    /// Rows whose patient is not known: whose are they?
    Unassigned,
    /// What could not be used; repairs are to be accepted or refused
    Exceptions,
    /// Fields on which two keyings of a folder disagree
    Paper,
    /// Differences between declared and rebuilt waiting lists that nothing explains
    Differences,
    /// Future bookings that the receiver's system does not hold: honoured, rebooked or cancelled?
    Bookings,
    /// Bookings that evidence contradicts: which is right, or are they two appointments?
    Conflicts,
    /// Patients referred again: did the earlier clock run on, or was it stopped?
    Clocks,
    /// Open items of the safety list, for a clinician; only when it is named
    Safety,
    /// Pairs that may be one person whose number, name and sex were changed together; by itself only
    Restricted,
}

impl QueueName {
    fn queue(self) -> Queue {
        match self {
            QueueName::Pairs => Queue::Pairs,
            QueueName::Clusters => Queue::Clusters,
            QueueName::Unassigned => Queue::Unassigned,
            QueueName::Exceptions => Queue::Exceptions,
            QueueName::Paper => Queue::Paper,
            QueueName::Differences => Queue::Differences,
            QueueName::Bookings => Queue::Bookings,
            QueueName::Conflicts => Queue::Conflicts,
            QueueName::Clocks => Queue::Clocks,
            QueueName::Safety => Queue::Safety,
            QueueName::Restricted => Queue::Restricted,
        }
    }
}

/// Clerical review.
pub(super) fn review(command: &ReviewCommand, voice: Voice) -> Result<Outcome, Failure> {
    match command {
        ReviewCommand::Export { workbook, config, queues, package } => {
            let queues = queues.iter().map(|name| name.queue()).collect();
            export(workbook, config, &ExportOptions { queues, package: package.clone() }, voice)
        }
        ReviewCommand::Import { workbook, config, who, package, accept_rest } => {
            let (who, at) = (who.clone(), now());
            let options = ImportOptions { package: package.clone(), who, at, accept_rest: *accept_rest };
            import(workbook, config, &options, voice)
        }
        ReviewCommand::Undo { config, events, who, note } => {
            let (who, note, at) = (who.clone(), note.clone(), now());
            undo(config, &UndoOptions { events: events.clone(), who, at, note }, voice)
        }
    }
}

/// Decisions are dated; nothing that a package holds depends on when.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn undo(config: &Path, options: &UndoOptions, voice: Voice) -> Result<Outcome, Failure> {
    let config = config::load(config)?;
    let Undone { appended: Appended { lines, cut }, in_effect_again } = review::undo(&config, options)?;
    let (first, last) = (lines.start, lines.end - 1);
    tell_of_torn_line(cut);
    if voice.json {
        let document = serde_json::json!({
            "format": 1, "ok": true, "taken_back": lines.len(), "lines": [first, last], "torn_line_cut": cut,
            "in_effect_again": in_effect_again,
        });
        print(&document.to_string());
    } else if !voice.quiet {
        let kept = format!("{}, lines {first} to {last}", config.transition.decisions);
        print(&line("Taken back", lines.len(), &kept));
        if !in_effect_again.is_empty() {
            let events: Vec<String> = in_effect_again.iter().map(usize::to_string).collect();
            let what = format!("event {}: what is taken back stood against them", events.join(", "));
            print(&line("In effect again", in_effect_again.len(), &what));
        }
        print("Run handover run again: it is as if they had not been decided");
    }
    Ok(Outcome::Done)
}

/// Nobody was told that what it said was recorded; but somebody may have thought so.
fn tell_of_torn_line(cut: Option<usize>) {
    if let Some(line) = cut {
        say(&format!(
            "warning: the journal's last line, {line}, was torn and has been cut off: it was never acknowledged; if somebody \
             decided just then, decide anew"
        ));
    }
}

fn export(workbook: &Path, place: &Path, options: &ExportOptions, voice: Voice) -> Result<Outcome, Failure> {
    let config = config::load(place)?;
    let exported = review::export(&config, options, workbook)?;
    if voice.json {
        print(&json_of_export(workbook, &exported).to_string());
    } else if !voice.quiet {
        print(&screen_of_export(workbook, place, &exported));
    }
    Ok(Outcome::Done)
}

fn json_of_export(workbook: &Path, exported: &Exported) -> serde_json::Value {
    let queues: Vec<serde_json::Value> = exported
        .queues
        .iter()
        .map(|(queue, questions, reading, more)| {
            serde_json::json!({
                "queue": queue.word(), "questions": questions, "for_reading": reading, "not_in_workbook": more,
            })
        })
        .collect();
    serde_json::json!({
        "format": 1, "ok": true, "workbook": workbook, "package": exported.package, "queues": queues,
        "restricted_pairs": exported.restricted,
    })
}

fn screen_of_export(workbook: &Path, place: &Path, exported: &Exported) -> String {
    let mut lines = Vec::new();
    for (queue, questions, reading, more) in &exported.queues {
        let mut parts = vec!["to answer".to_owned()];
        if *reading > 0 {
            parts.push(format!("{} for reading", thousands(*reading as u64)));
        }
        if *more > 0 {
            parts.push(format!("{} more are not in this workbook", thousands(*more as u64)));
        }
        lines.push(line(queue.word(), *questions, &parts.join(", ")));
    }
    if exported.restricted > 0 {
        lines.push(line("restricted", exported.restricted, "not in this workbook: export them by --queue restricted"));
    }
    lines.push(format!("Made      {}  (holds patient data)", workbook.shown()));
    lines.push(format!("From      {}", exported.package.shown()));
    let place = if place == Path::new("handover.toml") { String::new() } else { format!(" {}", place.shown()) };
    lines.push(format!("Then      handover review import {}{place} --who \"your name\"", workbook.shown()));
    lines.join("\n")
}

fn line(name: &str, count: usize, more: &str) -> String {
    format!("{name:<20} {:>11}   {more}", thousands(count as u64))
}

fn import(workbook: &Path, config: &Path, options: &ImportOptions, voice: Voice) -> Result<Outcome, Failure> {
    let config = config::load(config)?;
    let imported = review::import(&config, options, workbook)?;
    let is_whole = imported.problems.is_empty();
    tell_of_torn_line(imported.cut);
    if voice.json {
        print(&json_of_import(workbook, &imported).to_string());
    } else if !voice.quiet || !is_whole {
        print(&screen_of_import(&config.transition.decisions, &imported));
    }
    if is_whole {
        return Ok(Outcome::Done);
    }
    say(match imported.recorded {
        0 => "error: not everything in the workbook can be taken, so nothing was recorded",
        _ => "error: not everything in the workbook could be taken; the rest was recorded",
    });
    if imported.recorded == 0 {
        say("  next: put right what is listed, or take the good answers with --accept-rest");
    }
    Ok(Outcome::No)
}

fn json_of_import(workbook: &Path, imported: &Imported) -> serde_json::Value {
    let problem = |problem: &Problem| {
        serde_json::json!({
            "sheet": problem.sheet, "line": Some(problem.line).filter(|line| *line > 0), "kind": problem.kind.slug(),
            "what": problem.what, "next": problem.kind.what_to_do(),
        })
    };
    let taken_back =
        |of: &TakenBack| serde_json::json!({ "sheet": of.sheet, "line": of.line, "event": of.event, "by": of.by });
    serde_json::json!({
        "format": 1, "ok": imported.problems.is_empty(), "workbook": workbook, "package": imported.package,
        "recorded": imported.recorded, "superseded": imported.superseding, "decided_already": imported.decided_already,
        "taken_back": imported.taken_back.iter().map(taken_back).collect::<Vec<_>>(),
        "undecided": imported.undecided, "torn_line_cut": imported.cut,
        "notes_without_answer": imported.notes_alone, "contradictions": imported.contradictions,
        "problems": imported.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

/// At most so many problems are listed; how many more is said. The JSON document has them all.
const LISTED: usize = 40;

fn screen_of_import(journal: &str, imported: &Imported) -> String {
    let recorded = match imported.lines.clone() {
        lines if lines.is_empty() => String::new(),
        lines => format!("{journal}, lines {} to {}", lines.start, lines.end - 1),
    };
    let mut lines = vec![
        line("Recorded", imported.recorded, &recorded),
        line("Decided already", imported.decided_already, "the same answer stands in the journal"),
        line("Not decided", imported.undecided, "left empty"),
    ];
    if imported.superseding > 0 {
        let what = "of them: another answer was in effect, and is superseded";
        lines.insert(1, line("Superseding", imported.superseding, what));
    }
    if !imported.taken_back.is_empty() {
        let what = "not recorded again: taken back since this workbook was exported";
        lines.push(line("Taken back", imported.taken_back.len(), what));
        let told = imported.taken_back.iter().take(LISTED);
        lines.extend(told.map(|TakenBack { sheet, line, event, by }| {
            format!("    {sheet}:{line}: recorded by event {event}, taken back by event {by}")
        }));
        lines.push(
            "        to decide so all the same, export a new workbook, or take back the event that did it".into(),
        );
    }
    if imported.notes_alone > 0 {
        lines.push(line("Notes not kept", imported.notes_alone, "there is no answer beside them"));
    }
    if imported.contradictions > 0 {
        let what =
            "cannot all be right, and join nobody until one is taken back: see handover run, then handover review undo";
        lines.push(line("Contradictions", imported.contradictions, what));
    }
    if !imported.problems.is_empty() {
        lines.push(line("Refused", imported.problems.len(), ""));
    }
    for problem in imported.problems.iter().take(LISTED) {
        lines.push(format!("    {problem}"));
        lines.push(format!("        {}", problem.kind.what_to_do()));
    }
    if imported.problems.len() > LISTED {
        let more = imported.problems.len() - LISTED;
        lines.push(format!("    … and {} more: --json lists them all", thousands(more as u64)));
    }
    if imported.recorded > 0 {
        lines.push("Run handover run again: the decisions are obeyed from then on".to_owned());
    }
    lines.join("\n")
}
