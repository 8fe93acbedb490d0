//! `handover check`.

use super::Voice;
use super::exit::{Failure, Outcome};
use super::run::{exceptions, not_acted_upon, texts};
use super::terminal::{Watcher, print, thousands};
use crate::config::{self, Config};
use crate::measures::{self, by_reason};
use crate::pipeline::{self, Observer as _};
use crate::records::Records;
use crate::sources::Origin;
use std::path::Path;

/// Reads and maps everything and prints what a mapping needs: rows, columns left out, exceptions by reason.
pub(super) fn check(path: &Path, voice: Voice) -> Result<Outcome, Failure> {
    let config = config::load(path)?;
    let mut watcher = Watcher::new(voice);
    config.warnings.iter().for_each(|warning| watcher.warns(warning));
    let records = pipeline::intake(&config, &mut watcher)?;
    drop(watcher);
    if voice.json {
        print(&json(&config, &records).to_string());
    } else if !voice.quiet {
        print(&screen(&config, &records));
    }
    Ok(Outcome::Done)
}

fn source_name(config: &Config, origin: Origin) -> &str {
    match origin {
        Origin::Source(place) => &config.sources[place].id,
        Origin::Sites => "sites",
    }
}

/// Columns of a sheet that the source's mapping does not name.
fn columns_left_out(config: &Config, origin: Origin, header: &[String]) -> Vec<String> {
    let Origin::Source(place) = origin else { return Vec::new() };
    let named = config.sources[place].mapping.column_names();
    let fold = |name: &str| name.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase();
    header
        .iter()
        .filter(|column| !column.is_empty() && !named.iter().any(|name| fold(name) == fold(column)))
        .cloned()
        .collect()
}

fn json(config: &Config, records: &Records) -> serde_json::Value {
    let files: Vec<serde_json::Value> = records
        .intake
        .files
        .iter()
        .flat_map(|file| {
            file.sheets.iter().map(move |sheet| {
                serde_json::json!({
                    "source": source_name(config, file.origin), "file": file.path, "sheet": sheet.name,
                    "rows": sheet.rows, "header_row": sheet.header_row, "format": file.read_as.format,
                    "encoding": file.read_as.encoding, "hidden": sheet.hidden, "mapped": sheet.mapped,
                    "columns_not_mapped": columns_left_out(config, file.origin, &sheet.header),
                })
            })
        })
        .collect();
    let exceptions: Vec<serde_json::Value> = by_reason(&records.exceptions)
        .into_iter()
        .map(|(reason, count)| serde_json::json!({ "reason": reason, "count": count }))
        .collect();
    serde_json::json!({
        "format": 1, "ok": true, "transition": config.transition.name,
        "person_records": records.people.len(), "referral_records": records.referrals.len(),
        "appointment_records": records.appointments.len(), "declared_figures": records.declared.len(),
        "files": files, "exceptions": exceptions, "not_acted_upon": measures::not_acted_upon(config),
        "warnings": texts(&[&config.warnings[..], &pipeline::left_out(config, &records.intake)].concat()),
    })
}

fn screen(config: &Config, records: &Records) -> String {
    let mut lines =
        vec![format!("{} · check · nothing is linked, nothing is written", config.transition.name), String::new()];
    for file in &records.intake.files {
        for sheet in &file.sheets {
            let name =
                if sheet.name.is_empty() { file.path.clone() } else { format!("{} [{}]", file.path, sheet.name) };
            let how = match file.read_as.encoding.as_str() {
                "" => file.read_as.format.to_owned(),
                encoding => format!("{}, {encoding}", file.read_as.format),
            };
            let header = sheet.header_row.map_or("no header".to_owned(), |row| format!("header in row {row}"));
            let source = source_name(config, file.origin);
            lines.push(format!(
                "{source:<18} {:>9} rows   {name}   ({how}; {header})",
                thousands(u64::from(sheet.rows))
            ));
            let left_out = columns_left_out(config, file.origin, &sheet.header);
            if sheet.mapped && !left_out.is_empty() {
                lines.push(format!("{:>36}not mapped: {}", "", left_out.join(", ")));
            }
        }
    }
    lines.push(String::new());
    lines.push(format!(
        "Records: {} of people, {} of referrals, {} of appointments, {} declared figures",
        thousands(records.people.len() as u64),
        thousands(records.referrals.len() as u64),
        thousands(records.appointments.len() as u64),
        thousands(records.declared.len() as u64)
    ));
    lines.extend(exceptions(&by_reason(&records.exceptions)));
    for (slug, _) in by_reason(&records.exceptions).iter().take(8) {
        if let Some(reason) = crate::ledger::Reason::ALL.iter().find(|reason| reason.slug() == *slug) {
            lines.push(format!("  {slug}: {} Next: {}.", reason.sentence(), reason.what_to_do()));
        }
    }
    lines.extend(not_acted_upon(&measures::not_acted_upon(config)));
    lines.join("\n")
}
