//! The terms of a transition: how records are linked, what a final handover must meet, what is measured.

use super::document::{did_you_mean, nearest, quoted};
use super::fields::{FieldType, RecordKind};
use super::walk::{Item, Table};
use super::{
    BlockRule, COMPARISON_LEVELS_AT_MOST, COMPARISONS_AT_MOST, ClockSettings, ComparisonSetting, Exclusion,
    GateCeilings, Holidays, Kpi, LISTS_AT_MOST, LinkSettings, Overlap, SafetySwitch, Source, Standing, Waiver,
};
use std::collections::{BTreeMap, BTreeSet};

/// Every gate, by its name in `[gates]`.
const GATES: &[&str] = &[
    "unreviewed_pairs",
    "exceptions_percent",
    "patients_without_verified_nhs_number_percent",
    "unrecorded_appointments_unresolved",
    "declared_differences_unexplained",
    "safety_items_open",
    "paper_folders_outstanding",
    "paper_disagreements_open",
    "exclusions_unsigned",
    "extract_age_days",
];

/// Below this probability of a match, a machine's join is not to be relied on.
const MATCH_USUAL: f64 = 0.9;

/// `[link]`.
pub(super) fn link(root: &Table<'_>, sources: &[Source]) -> LinkSettings {
    let mut settings = LinkSettings::default();
    let keys = ["match", "review", "model", "one_to_one", "comparison", "block"];
    let Some(table) = root.table("link", &keys) else { return settings };
    let share = |key, default| table.get(key).map_or(Some(default), |item| item.share());
    if let (Some(match_at), Some(review_at)) = (share("match", settings.match_at), share("review", settings.review_at))
    {
        (settings.match_at, settings.review_at) = (match_at, review_at);
        if let (true, Some(item)) = (match_at < review_at, table.get("match").or(table.get("review"))) {
            let what = format!("match ({match_at}) is below review ({review_at})");
            item.mistake(
                what,
                "from review up to match people decide, from match up the machine; raise match or lower review",
            );
        }
    }
    if let Some(item) = table.get("match").filter(|_| settings.match_at < MATCH_USUAL) {
        let what = format!("match is {}: records are joined that may well be two people's", settings.match_at);
        item.document.warning(&item.span, what, "a wrong join is the worst that can happen; 0.99 is usual".to_owned());
    }
    settings.model = table.text("model");
    settings.one_to_one = table.get("one_to_one").map(|item| one_to_one(item, sources)).unwrap_or_default();
    let extras: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.mapping.extra.keys())
        .filter(|(kind, _)| *kind == RecordKind::Person)
        .map(|(_, name)| name.as_str())
        .collect();
    let mut fields = BTreeSet::new();
    for table in table.tables("comparison", &["field", "levels", "term_frequency"]) {
        let comparison = comparison(&table, &extras);
        if let (false, Some(item)) = (fields.insert(comparison.field.clone()), table.get("field")) {
            item.mistake(
                format!("{} is compared twice", quoted(&comparison.field)),
                "keep one [[link.comparison]] a field",
            );
        }
        if let (COMPARISONS_AT_MOST, Some(item)) = (settings.comparisons.len(), table.get("field")) {
            let what = format!("more than {COMPARISONS_AT_MOST} comparisons are asked for");
            item.mistake(what, "leave out those that tell people apart least");
        }
        settings.comparisons.push(comparison);
    }
    settings.comparisons.sort_by(|left, right| left.field.cmp(&right.field));
    for table in table.tables("block", &["on"]) {
        let parts = table.require("on").map(|item| list(&item, "a field")).unwrap_or_default();
        let mut on: Vec<String> = parts.into_iter().filter_map(|item| person_field(item, &extras)).collect();
        on.sort();
        settings.blocks.push(BlockRule { on });
    }
    settings.blocks.sort_by(|left, right| left.on.cmp(&right.on));
    settings
}

/// The sources that list each person once: those that are named, or with `true` all whose rows are records or a declared list.
fn one_to_one(item: Item<'_>, sources: &[Source]) -> Vec<String> {
    let mut named: Vec<String> = if item.value.is_array() {
        let source = |item: Item<'_>| {
            let id = item.any_text()?;
            let known: Vec<&str> = sources.iter().map(|source| source.id.as_str()).collect();
            if !known.contains(&id) {
                let what = format!("{} names no source: {}", quoted(&item.name), quoted(id));
                item.mistake(what, did_you_mean(id, &known));
            }
            Some(id.to_owned())
        };
        list(&item, "the id of a source").into_iter().filter_map(source).collect()
    } else if item.truth() == Some(true) {
        let lists = sources.iter().filter(|source| matches!(source.standing, Standing::Record | Standing::Declared));
        lists.map(|source| source.id.clone()).collect()
    } else {
        Vec::new()
    };
    named.sort();
    named.dedup();
    if named.len() > LISTS_AT_MOST {
        item.mistake(
            format!("{} is of more than {LISTS_AT_MOST} sources", quoted(&item.name)),
            "name those whose lists matter",
        );
    }
    named
}

fn comparison(table: &Table<'_>, extras: &BTreeSet<&str>) -> ComparisonSetting {
    let levels = table.require("levels").map(|item| list(&item, "a level")).unwrap_or_default();
    if let (true, Some(item)) = (levels.len() > COMPARISON_LEVELS_AT_MOST, table.get("levels")) {
        let what = format!("{} has more than {COMPARISON_LEVELS_AT_MOST} levels", quoted(&item.name));
        item.mistake(what, "keep those that differ most in what they say");
    }
    ComparisonSetting {
        field: table.require("field").and_then(|item| person_field(item, extras)).unwrap_or_default(),
        levels: levels.into_iter().filter_map(level).collect(),
        term_frequency: table.get("term_frequency").and_then(|item| item.truth()).unwrap_or(false),
        depends_on: None,
    }
}

/// The members of a list that may not be empty.
fn list<'d>(item: &Item<'d>, of: &str) -> Vec<Item<'d>> {
    if !item.value.is_array() {
        item.refuse_type("a list", "write it in square brackets");
    } else if item.parts().is_empty() {
        item.mistake(format!("{} is an empty list", quoted(&item.name)), format!("write at least {of}"));
    }
    item.parts()
}

fn person_field(item: Item<'_>, extras: &BTreeSet<&str>) -> Option<String> {
    let name = item.any_text()?;
    let known = match name.strip_prefix("extra.") {
        Some(extra) => extras.contains(extra),
        None => RecordKind::Person.field(name).is_some(),
    };
    if known {
        return Some(name.to_owned());
    }
    let extras: Vec<String> = extras.iter().map(|extra| format!("extra.{extra}")).collect();
    let fields = RecordKind::Person.fields().iter().map(|(field, _)| *field);
    let hint = match nearest(name, fields.chain(extras.iter().map(String::as_str))) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => "write a field of [person], or extra.NAME for one that a mapping has in [person.extra]".to_owned(),
    };
    item.mistake(format!("{} is no field of a person: {}", quoted(&item.name), quoted(name)), hint);
    None
}

/// A level of agreement, its words one space apart.
fn level(item: Item<'_>) -> Option<String> {
    let text = item.any_text()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let sound = match words.as_slice() {
        ["exact"] => true,
        ["jaro_winkler", least] => least.parse::<f64>().is_ok_and(|least| least > 0.0 && least <= 1.0),
        ["damerau_levenshtein", most] => most.parse::<u8>().is_ok_and(|most| most > 0),
        _ => false,
    };
    if !sound {
        let what = format!("{} has an unknown level: {}", quoted(&item.name), quoted(text));
        item.mistake(what, "levels are \"exact\", \"jaro_winkler 0.88\" and \"damerau_levenshtein 1\"");
    }
    sound.then(|| words.join(" "))
}

/// `[gates]`.
pub(super) fn gates(root: &Table<'_>) -> GateCeilings {
    let Some(table) = root.table("gates", GATES) else { return GateCeilings::new() };
    let mut ceilings = GateCeilings::new();
    for (gate, item) in table.items().filter(|(gate, _)| GATES.contains(gate)) {
        let Some(ceiling) = item.number() else { continue };
        if gate.ends_with("_percent") && ceiling > 100.0 {
            item.mistake(
                format!("{} is more than 100 per cent", quoted(&item.name)),
                "write a percentage from 0 to 100",
            );
        }
        ceilings.insert(gate.to_owned(), ceiling);
    }
    ceilings
}

/// `[[waiver]]`.
pub(super) fn waivers(root: &Table<'_>) -> Vec<Waiver> {
    let tables = root.tables("waiver", &["gate", "name", "role", "reason", "date"]);
    let waiver = |table: &Table<'_>| Waiver {
        gate: table.require("gate").and_then(gate).unwrap_or_default(),
        name: table.required_text("name"),
        role: table.required_text("role"),
        reason: table.required_text("reason"),
        date: table.required_date("date"),
    };
    let mut waivers: Vec<Waiver> = tables.iter().map(waiver).collect();
    waivers.sort_by(|left, right| (&left.gate, &left.name, left.date).cmp(&(&right.gate, &right.name, right.date)));
    waivers
}

fn gate(item: Item<'_>) -> Option<String> {
    let name = item.any_text()?;
    if !GATES.contains(&name) {
        item.mistake(format!("there is no gate {}", quoted(name)), did_you_mean(name, GATES));
        return None;
    }
    Some(name.to_owned())
}

/// `[[kpi]]`.
pub(super) fn kpis(root: &Table<'_>) -> Vec<Kpi> {
    let known = ["name", "version", "from", "to", "month", "still_open", "where", "within", "target"];
    let tables = root.tables("kpi", &known);
    let mut names = BTreeSet::new();
    let mut kpis = Vec::new();
    for table in &tables {
        let kpi = kpi(table);
        if let (false, Some(item)) = (names.insert((kpi.name.clone(), kpi.version.clone())), table.get("name")) {
            item.mistake(format!("there are two KPIs {} of one version", quoted(&kpi.name)), "give each a version");
        }
        kpis.push(kpi);
    }
    kpis.sort_by(|left: &Kpi, right| (&left.name, &left.version).cmp(&(&right.name, &right.version)));
    kpis
}

fn kpi(table: &Table<'_>) -> Kpi {
    let word = |key, words: &[&'static str]| -> String {
        let words: Vec<(&str, &str)> = words.iter().map(|word| (*word, *word)).collect();
        table.get(key).and_then(|item| item.word(&words)).unwrap_or(words[0].0).to_owned()
    };
    Kpi {
        name: table.required_text("name"),
        version: table.text("version").unwrap_or_default(),
        from: table.require("from").and_then(event).unwrap_or_default(),
        to: table.require("to").and_then(event).unwrap_or_default(),
        month: word("month", &["to", "from", "snapshot"]),
        still_open: word("still_open", &["breach-when-over"]),
        conditions: table.get("where").and_then(Item::open_table).map(|table| conditions(&table)).unwrap_or_default(),
        within: table
            .require("within")
            .and_then(|item| span_of_time(item, &["hour", "day", "working day", "week"]))
            .unwrap_or_default(),
        target: table.require("target").and_then(|item| item.share()).unwrap_or_default(),
    }
}

/// Something that happens on a day: a dated field of a referral, an appointment or a diagnostic, or a first attendance.
fn event(item: Item<'_>) -> Option<String> {
    let text = item.any_text()?;
    let kinds = [RecordKind::Referral, RecordKind::Appointment, RecordKind::Diagnostic];
    let dated = |field_type| matches!(field_type, FieldType::Date | FieldType::Moment);
    let fields = kinds.iter().flat_map(|kind| kind.fields().iter().map(move |field| (kind, field)));
    let mut known: Vec<String> = fields
        .filter(|(_, (_, field_type))| dated(*field_type))
        .map(|(kind, (name, _))| format!("{}.{name}", kind.name()))
        .collect();
    known.push("appointment.first_seen".to_owned());
    if known.iter().any(|known| known == text) {
        return Some(text.to_owned());
    }
    let near = nearest(text, known.iter().map(String::as_str)).map(|near| format!("did you mean {}?", quoted(near)));
    let hint = near.unwrap_or_else(|| "write a dated field of a record, such as \"referral.received\"".to_owned());
    item.mistake(format!("{} is no event: {}", quoted(&item.name), quoted(text)), hint);
    None
}

fn conditions(table: &Table<'_>) -> BTreeMap<String, String> {
    let kinds = [RecordKind::Referral, RecordKind::Appointment];
    let mut conditions = BTreeMap::new();
    for (key, item) in table.items() {
        let fields: Vec<_> = kinds.iter().filter_map(|kind| kind.field(key)).collect();
        if fields.is_empty() && !["service_line", "provider"].contains(&key) {
            let known = kinds.iter().flat_map(|kind| kind.fields().iter().map(|(name, _)| *name));
            let near = nearest(key, known).map(|near| format!("did you mean {}?", quoted(near)));
            let hint = near.unwrap_or_else(|| "conditions are on fields of referrals and appointments".to_owned());
            table.document.mistake(&item.key_span, format!("there is no field {} to ask for", quoted(key)), hint);
            continue;
        }
        let Some(word) = item.any_text() else { continue };
        let words = fields.iter().filter_map(|field| match field.field_type() {
            FieldType::Coded(words) => Some(words),
            _ => None,
        });
        let words: Vec<&str> = words.flatten().copied().collect();
        if !words.is_empty() && !words.contains(&word) {
            item.refuse_word(word, &words);
        }
        conditions.insert(key.to_owned(), word.to_owned());
    }
    conditions
}

/// A whole number and a unit, one space apart.
fn span_of_time(item: Item<'_>, units: &[&str]) -> Option<String> {
    let text = item.any_text()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let sound = words.split_first().is_some_and(|(number, unit)| {
        let unit = unit.join(" ");
        let singular = unit.strip_suffix('s').unwrap_or(&unit);
        units.contains(&singular) && number.parse::<u16>().is_ok_and(|number| number > 0)
    });
    if !sound {
        let units: Vec<String> = units.iter().map(|unit| format!("{unit}s")).collect();
        let what = format!("{} is no length of time: {}", quoted(&item.name), quoted(text));
        item.mistake(what, format!("write a whole number and one of {}", units.join(", ")));
    }
    sound.then(|| words.join(" "))
}

/// `[overlap]`.
pub(super) fn overlap(root: &Table<'_>) -> Overlap {
    let table = root.table("overlap", &["assumed"]);
    Overlap { assumed: table.and_then(|table| table.get("assumed")).and_then(|item| item.share()) }
}

/// `[clock]`.
pub(super) fn clock(root: &Table<'_>) -> ClockSettings {
    let table = root.table("clock", &["day_zero", "hours", "holidays", "added_holidays"]);
    let item = |key| table.as_ref().and_then(|table| table.get(key));
    let holidays = [Holidays::England, Holidays::None].map(|known| (known.word(), known));
    let default = ClockSettings::default();
    let added = item("added_holidays").map(|item| list(&item, "one date")).unwrap_or_default();
    let mut added: Vec<_> = added.iter().filter_map(Item::date).collect();
    added.sort_unstable();
    added.dedup();
    ClockSettings {
        day_zero_excluded: item("day_zero")
            .and_then(|item| item.word(&[("excluded", true), ("included", false)]))
            .unwrap_or(default.day_zero_excluded),
        hours_elapsed: item("hours")
            .and_then(|item| item.word(&[("elapsed", true), ("working-days", false)]))
            .unwrap_or(default.hours_elapsed),
        holidays: item("holidays").and_then(|item| item.word(&holidays)).unwrap_or(default.holidays),
        added_holidays: added,
    }
}

/// `[[exclusion]]`.
pub(super) fn exclusions(root: &Table<'_>) -> Vec<Exclusion> {
    let mut names = BTreeSet::new();
    let mut exclusions = Vec::new();
    for table in root.tables("exclusion", &["name", "rule", "signed_by"]) {
        let name = table.required_text("name");
        if let (false, Some(item)) = (names.insert(name.clone()), table.get("name")) {
            item.mistake(format!("there are two exclusions {}", quoted(&name)), "give each its own name");
        }
        let signed_by = table.get("signed_by").and_then(|item| item.any_text()).unwrap_or_default().trim().to_owned();
        exclusions.push(Exclusion { name, rule: exclusion_rule(&table), signed_by });
    }
    exclusions.sort_by(|left, right| left.name.cmp(&right.name));
    exclusions
}

fn exclusion_rule(table: &Table<'_>) -> BTreeMap<String, String> {
    let mut rule = BTreeMap::new();
    let Some(parts) = table.require("rule").and_then(|item| item.table(&["not_seen_for"])) else { return rule };
    let units = ["day", "week", "month", "year"];
    if let Some(limit) = parts.require("not_seen_for").and_then(|item| span_of_time(item, &units)) {
        rule.insert("not_seen_for".to_owned(), limit);
    }
    rule
}

/// `[[safety]]`. Which rules there are is known to `measures`; here only that each switch has a reason.
pub(super) fn safety(root: &Table<'_>) -> Vec<SafetySwitch> {
    let tables = root.tables("safety", &["rule", "off_because"]);
    let switch = |table: &Table<'_>| SafetySwitch {
        rule: table.required_text("rule"),
        off_because: table.required_text("off_because"),
    };
    let mut switches: Vec<SafetySwitch> = tables.iter().map(switch).collect();
    switches.sort_by(|left, right| left.rule.cmp(&right.rule));
    switches
}
