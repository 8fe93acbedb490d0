//! Proposed exclusions: whom each would leave out. They are listed for a person to sign, and leave nobody out here.

use super::closing::Closings;
use super::figures::listed;
use super::{Figure, Item};
use crate::config::{Config, Exclusion};
use crate::reconcile::{Cohort, Reconciled, Referral};
use jiff::Span;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A figure for each exclusion, with the referrals it would leave out.
///
/// "'Not seen in N months' may propose, never perform, a discharge."
pub(super) fn figures(config: &Config, reconciled: &Reconciled, closings: &Closings<'_>) -> Vec<Figure> {
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let mut figures: Vec<Figure> =
        config.exclusions.iter().map(|exclusion| figure(config, reconciled, exclusion, closings)).collect();
    for figure in &mut figures {
        // Two names that differ in signs alone are still two figures.
        let times = names.entry(figure.name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            figure.name = format!("{}.{times}", figure.name);
        }
    }
    figures
}

fn figure(config: &Config, reconciled: &Reconciled, exclusion: &Exclusion, closings: &Closings<'_>) -> Figure {
    let limit = exclusion.rule.get("not_seen_for").and_then(|text| span(text));
    let before = limit.and_then(|limit| config.transition.as_at.checked_sub(limit).ok());
    let proposed = |one: &Referral| before.is_some_and(|before| is_unseen_since(one, before));
    let items = (0u32..).zip(&reconciled.referrals).filter(|(_, one)| proposed(one));
    let items = items.map(|(index, _)| Item::Referral(index)).collect();
    let signed = match exclusion.signed_by.trim() {
        "" if closings.signs(exclusion).is_some() => "signed in review",
        "" => "nobody has signed it",
        _ => "signed",
    };
    let definition =
        format!("Open referrals that the exclusion \"{}\" proposes to leave out; {signed}", exclusion.name);
    listed(&format!("exclusion.{}", slug(&exclusion.name)), &definition, items)
}

/// Open, and neither seen nor received since.
fn is_unseen_since(one: &Referral, before: Date) -> bool {
    let open = !matches!(one.cohort, Cohort::Closed | Cohort::ReferredOn | Cohort::NotTransferring);
    let contact = one.last_seen.map(|seen| seen.date()).or(one.received.map(|received| received.date()));
    open && contact.is_some_and(|contact| contact <= before)
}

/// "6 months": what the config accepts.
fn span(text: &str) -> Option<Span> {
    let (count, unit) = text.trim().split_once(' ')?;
    let count: i64 = count.parse().ok()?;
    match unit.trim_end_matches('s') {
        "day" => Span::new().try_days(count).ok(),
        "week" => Span::new().try_weeks(count).ok(),
        "month" => Span::new().try_months(count).ok(),
        "year" => Span::new().try_years(count).ok(),
        _ => None,
    }
}

fn slug(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::Decisions;
    use crate::reconcile::fixture::{COMMUNITY, World};

    #[test]
    fn whom_an_exclusion_would_leave_out() {
        let check = |limit: &str, referral: &[(&'static str, &str)], expected: u64| {
            let mut world = World::new();
            world.row(COMMUNITY, "p").referral(referral);
            let rule = BTreeMap::from([("not_seen_for".to_owned(), limit.to_owned())]);
            let (name, signed_by) = ("Not seen for long!".into(), String::new());
            world.config.exclusions.push(Exclusion { name, rule, signed_by });
            let (reconciled, none) = (world.reconcile(), Decisions::default());
            let figures = figures(&world.config, &reconciled, &Closings::of(&world.config, &reconciled, &none));
            assert_eq!((figures[0].name.as_str(), figures[0].numerator), ("exclusion.not-seen-for-long", expected));
        };
        check("6 months", &[("received", "2017-03-30")], 1);
        check("6 months", &[("received", "2017-03-31")], 0);
        check("6 months", &[("received", "2017-01-01"), ("last_seen", "2017-08-01")], 0);
        check("6 months", &[("received", "2017-01-01"), ("status", "closed"), ("closed", "2017-02-01")], 0);
        check("3 weeks", &[("received", "2017-09-08")], 1);
        check("99999999 years", &[("received", "2017-09-08")], 0);
    }
}
