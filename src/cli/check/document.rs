//! The JSON of `check`. It holds no patient data.

use super::super::run::texts;
use super::{Checked, columns_left_out, may_be_quoted};
use crate::measures;
use crate::pipeline;
use crate::records::{FoundIn, FoundReason};
use serde_json::{Value, json};

/// Everything that the screen tells, whole.
pub(super) fn of(checked: &Checked<'_>) -> Value {
    let (config, records) = (checked.config, checked.records);
    let (found, counts) = (records.found(checked.only), records.counts(checked.only));
    let exceptions: Vec<Value> = found.reasons.iter().map(|of| reason(checked, of, found.rows_of_data)).collect();
    json!({
        "format": 1, "ok": true, "transition": config.transition.name,
        "source": checked.only.map(|origin| checked.source_name(origin)),
        "person_records": counts.people, "referral_records": counts.referrals,
        "appointment_records": counts.appointments, "declared_figures": counts.declared,
        "files": files(checked), "rows_of_data": found.rows_of_data, "exceptions": exceptions,
        "unknown_sites": sites(checked), "not_acted_upon": measures::not_acted_upon(config),
        "warnings": texts(&[&config.warnings[..], &pipeline::left_out(config, &records.intake)].concat()),
        "out": checked.written.map(super::out::Written::document),
    })
}

fn files(checked: &Checked<'_>) -> Vec<Value> {
    let asked = checked.records.intake.files.iter().filter(|file| checked.is_asked(file.origin));
    let sheets = asked.flat_map(|file| {
        file.sheets.iter().map(move |sheet| {
            json!({
                "source": checked.source_name(file.origin), "file": file.path, "sheet": sheet.name,
                "rows": sheet.rows, "header_row": sheet.header_row, "header_rows": sheet.header_rows, "format": file.read_as.format,
                "encoding": file.read_as.encoding, "hidden": sheet.hidden, "mapped": sheet.mapped,
                "columns_not_mapped": columns_left_out(checked.config, file.origin, &sheet.header),
            })
        })
    });
    sheets.collect()
}

fn reason(checked: &Checked<'_>, found: &FoundReason, rows_of_data: u64) -> Value {
    let source = |of: &FoundIn| {
        json!({
            "source": checked.source_name(of.origin), "count": of.exceptions, "rows": of.rows,
            "rows_of_data": of.rows_of_data, "percent": percent(of.rows, of.rows_of_data),
        })
    };
    let field = |(field, count): &(String, u64)| json!({ "field": field, "count": count });
    json!({
        "reason": found.reason.slug(), "count": found.exceptions, "severity": found.reason.severity().word(),
        "rows": found.rows, "percent": percent(found.rows, rows_of_data), "percent_of": "rows of data",
        "sentence": found.reason.sentence(), "what_to_do": found.reason.what_to_do(),
        "source_with_most": found.sources.first().map(|of| checked.source_name(of.origin)),
        "sources": found.sources.iter().map(source).collect::<Vec<Value>>(),
        "fields": found.fields.iter().map(field).collect::<Vec<Value>>(),
    })
}

/// To a hundredth.
fn percent(part: u64, whole: u64) -> Value {
    match whole {
        0 => Value::Null,
        _ => json!(((part * 10_000 + whole / 2) / whole) as f64 / 100.0),
    }
}

fn sites(checked: &Checked<'_>) -> Vec<Value> {
    let site = |(site, rows): (&crate::reconcile::UnknownSite, Vec<_>)| {
        let near: Vec<Value> =
            site.nearest.iter().map(|(code, name)| json!({ "legacy_site": code, "name": name })).collect();
        let value = may_be_quoted(&site.text).then_some(&site.text);
        let first = rows.first().map(|row| super::rows::place(checked, *row, "appointment.site"));
        json!({ "value": value, "count": rows.len(), "first": first, "nearest": near })
    };
    checked.sites().into_iter().map(site).collect()
}
