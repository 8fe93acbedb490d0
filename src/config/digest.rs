//! The digest of a configuration: of what it says, not of how it is laid out.
//!
//! Every struct is taken apart by name, so that a new setting cannot be left out of the digest unnoticed.

use super::mapping::{Columns, DeclaredMapping, FieldRule, FileFormat, FileLayout, Mapping, PaperMapping};
use super::{
    BlockRule, ClockSettings, ComparisonSetting, Config, EvidenceKind, Exclusion, Kpi, LinkSettings, Overlap,
    SafetySwitch, Source, Standing, Transition, Waiver,
};
use crate::values::Digest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// SHA-256 of the settings as JSON with sorted keys. The folder they lie in does not count.
pub(super) fn of(config: &Config) -> Digest {
    let Config {
        path: _,
        folder: _,
        digest: _,
        warnings: _,
        transition: terms,
        sources,
        link: linking,
        gates,
        waivers,
        kpis,
        overlap,
        clock,
        exclusions,
        safety,
    } = config;
    let Overlap { assumed } = overlap;
    let ClockSettings { day_zero_excluded, hours_elapsed, holidays, added_holidays } = clock;
    let settings = json!({
        "handover_config": 1,
        "transition": transition(terms),
        "sources": sources.iter().map(source).collect::<Vec<_>>(),
        "link": link(linking),
        "gates": gates,
        "waivers": waivers.iter().map(waiver).collect::<Vec<_>>(),
        "kpis": kpis.iter().map(kpi).collect::<Vec<_>>(),
        "overlap": { "assumed": assumed },
        "clock": {
            "day_zero_excluded": day_zero_excluded,
            "hours_elapsed": hours_elapsed,
            "holidays": holidays.word(),
            "added_holidays": added_holidays.iter().map(ToString::to_string).collect::<Vec<_>>(),
        },
        "exclusions": exclusions.iter().map(exclusion).collect::<Vec<_>>(),
        "safety": safety.iter().map(switch).collect::<Vec<_>>(),
    });
    let mut text = String::new();
    write_sorted(&settings, &mut text);
    Digest::of(text.as_bytes())
}

/// JSON without white space, keys in the order of their bytes whatever order the map keeps.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(entries) => {
            let sorted: BTreeMap<&String, &Value> = entries.iter().collect();
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                out.push(if place == 0 { '{' } else { ',' });
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_sorted(value, out);
            }
            out.push_str(if entries.is_empty() { "{}" } else { "}" });
        }
        Value::Array(parts) => {
            for (place, part) in parts.iter().enumerate() {
                out.push(if place == 0 { '[' } else { ',' });
                write_sorted(part, out);
            }
            out.push_str(if parts.is_empty() { "[]" } else { "]" });
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn transition(transition: &Transition) -> Value {
    let Transition { name, from, to, transfer_date, as_at, sites, previous, decisions, key } = transition;
    json!({
        "name": name, "from": from, "to": to, "transfer_date": transfer_date.to_string(), "as_at": as_at.to_string(),
        "sites": sites, "previous": previous, "decisions": decisions, "key": key,
    })
}

fn source(source: &Source) -> Value {
    let Source {
        id,
        path,
        mapping_path,
        mapping: fields,
        provider,
        system,
        service_line,
        standing: weight,
        extracted_at,
        control_rows,
        certified_by,
    } = source;
    json!({
        "id": id, "path": path, "mapping_path": mapping_path, "mapping": mapping(fields), "provider": provider,
        "system": system, "service_line": service_line, "standing": standing(*weight),
        "extracted_at": extracted_at.map(|date| date.to_string()),
        "control_rows": control_rows, "certified_by": certified_by,
    })
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Record => "record",
        Standing::Declared => "declared",
        Standing::Trace => "trace",
        Standing::Evidence(EvidenceKind::Letter) => "evidence/letter",
        Standing::Evidence(EvidenceKind::Text) => "evidence/text",
        Standing::Evidence(EvidenceKind::Diary) => "evidence/diary",
        Standing::Evidence(EvidenceKind::Call) => "evidence/call",
        Standing::Evidence(EvidenceKind::Other) => "evidence/other",
    }
}

fn mapping(mapping: &Mapping) -> Value {
    let Mapping { file, fields, extra, paper, declared } = mapping;
    let FileLayout { format, encoding, delimiter, sheet, header_row, header_rows, end_of_data, fill_merged, dates } =
        file;
    let fields: BTreeMap<String, Value> =
        fields.iter().map(|(field, of)| (format!("{}.{}", field.kind.name(), field.name()), rule(of))).collect();
    let extra: BTreeMap<String, Value> =
        extra.iter().map(|((kind, name), of)| (format!("{}.{name}", kind.name()), rule(of))).collect();
    let paper = paper.as_ref().map(|PaperMapping { double }| json!({ "double": double }));
    let declared = declared.as_ref().map(|declared| {
        let DeclaredMapping { measure, group, period, period_columns, value } = declared;
        json!({ "measure": measure, "group": group, "period": period, "period_columns": period_columns, "value": value })
    });
    let mut layout = json!({
        "format": format.map(format_word), "encoding": encoding, "delimiter": delimiter, "sheet": sheet,
        "header_row": header_row, "end_of_data": end_of_data, "dates": dates,
    });
    // Mappings that do not say so keep the digest that they had before it could be said.
    if *fill_merged {
        layout["fill_merged"] = json!(true);
    }
    if let Some(rows) = header_rows.filter(|rows| *rows > 1) {
        layout["header_rows"] = json!(rows);
    }
    json!({
        "file": layout,
        "fields": fields, "extra": extra, "paper": paper, "declared": declared,
    })
}

fn format_word(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv => "csv",
        FileFormat::Xlsx => "xlsx",
        FileFormat::Xlsb => "xlsb",
        FileFormat::Xls => "xls",
        FileFormat::Ods => "ods",
    }
}

fn rule(rule: &FieldRule) -> Value {
    let FieldRule { columns, codes, dates } = rule;
    let columns = match columns {
        Columns::FirstOf(names) => json!({ "first_of": names }),
        Columns::Join { columns, join } => json!({ "columns": columns, "join": join }),
    };
    json!({ "columns": columns, "codes": codes, "dates": dates })
}

fn link(settings: &LinkSettings) -> Value {
    let LinkSettings { match_at, review_at, model, comparisons, blocks, one_to_one, is_care: _, chooses_columns: _ } =
        settings;
    let comparison = |of: &ComparisonSetting| {
        let ComparisonSetting { field, levels, term_frequency, depends_on: _ } = of;
        json!({ "field": field, "levels": levels, "term_frequency": term_frequency })
    };
    let block = |BlockRule { on }: &BlockRule| json!({ "on": on });
    let mut link = json!({
        "match": match_at, "review": review_at, "model": model,
        "comparisons": comparisons.iter().map(comparison).collect::<Vec<_>>(),
        "blocks": blocks.iter().map(block).collect::<Vec<_>>(),
    });
    if !one_to_one.is_empty() {
        link["one_to_one"] = json!(one_to_one);
    }
    link
}

fn waiver(waiver: &Waiver) -> Value {
    let Waiver { gate, name, role, reason, date } = waiver;
    json!({ "gate": gate, "name": name, "role": role, "reason": reason, "date": date.to_string() })
}

fn kpi(kpi: &Kpi) -> Value {
    let Kpi { name, version, from, to, month, still_open, conditions, within, target } = kpi;
    json!({
        "name": name, "version": version, "from": from, "to": to, "month": month, "still_open": still_open,
        "where": conditions, "within": within, "target": target,
    })
}

fn exclusion(exclusion: &Exclusion) -> Value {
    let Exclusion { name, rule, signed_by } = exclusion;
    json!({ "name": name, "rule": rule, "signed_by": signed_by })
}

fn switch(switch: &SafetySwitch) -> Value {
    let SafetySwitch { rule, off_because } = switch;
    json!({ "rule": rule, "off_because": off_because })
}
