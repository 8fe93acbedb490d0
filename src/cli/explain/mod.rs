//! `handover explain`.

mod care;
mod document;
mod page;
mod pair;
mod patient;
mod reasons;

use super::Voice;
use super::exit::{Failure, Outcome};
use super::terminal::{print, print_styled};
use crate::package::Opened;
use crate::package::explain::{ExplainError, Explanation, Shelf, Subject};
use clap::Args;
use page::Page;
use std::path::{Path, PathBuf};

/// What is asked.
#[derive(Debug, Args)]
#[command(after_help = "ID is one of:
  P-…  R-…  A-…            a patient, a referral, an appointment
  P-… P-…                  two patients: every pair of their rows that was compared
  source:file:sheet:row    a row, as exceptions and tables name it (file and sheet may be
                           left out where that leaves no doubt)
  ROW ROW                  two rows: each part of the weight of the pair
  figure:NAME              a figure of the report, such as figure:patients

What is told locates rows and says how comparisons came out. No name, number, address,
complaint or place is shown; dates of care are, where they decide something. Each file
that is read is held to the package's manifest; handover verify judges the whole.

Exit codes: 0 explained; 2 the package holds nothing of that name (the nearest is told);
3 the package cannot be read, or was changed since it was sealed.")]
pub(super) struct Arguments {
    /// The package
    #[arg(required_unless_present = "reason")]
    package: Option<PathBuf>,
    /// What to explain: an id, a row, figure:NAME; two patients or two rows are a pair
    #[arg(value_name = "ID", num_args = 1..=2, required_unless_present = "reason", conflicts_with = "reason")]
    ids: Vec<String>,
    /// What a reason of an exception means, such as date-impossible, and what to do; with a package, where it has it.
    /// Without a slug, every reason there is
    #[arg(long, value_name = "SLUG", num_args = 0..=1, default_missing_value = "")]
    reason: Option<String>,
}

/// Explains one thing of a package, or a reason.
pub(super) fn explain(arguments: &Arguments, voice: Voice) -> Result<Outcome, Failure> {
    if let Some(slug) = &arguments.reason {
        return reasons::explain(slug, arguments.package.as_deref(), voice);
    }
    let (Some(folder), Some(first)) = (&arguments.package, arguments.ids.first()) else {
        return Err(Failure::new(Outcome::Usage, "nothing to explain was named", "give a package and an id"));
    };
    let subject = Subject::parse(first, arguments.ids.get(1).map(String::as_str))?;
    let package = Opened::open(folder).map_err(ExplainError::from)?;
    let explanation = Shelf::new(&package).explain(&subject)?;
    if voice.json {
        print(&document::of(folder, &explanation).to_string());
    } else if !voice.quiet {
        print_styled(&screen(folder, &explanation).into_lines());
    }
    Ok(Outcome::Done)
}

fn screen(folder: &Path, explanation: &Explanation) -> Page {
    let mut page = Page::default();
    match explanation {
        Explanation::Patient(patient) => patient::show(&mut page, folder, patient),
        Explanation::Pair(pair) => pair::show(&mut page, pair),
        Explanation::Row(row) => care::row(&mut page, row),
        Explanation::Referral(referral) => care::referral(&mut page, referral),
        Explanation::Appointment(appointment) => care::appointment(&mut page, appointment),
        Explanation::Figure(figure) => reasons::figure(&mut page, figure),
    }
    page
}
