//! Packages that break their published schemas, one for each thing that a schema asks for.

use super::tiny::{Package, schemas};
use super::{Wrong, check, fixtures};
use serde_json::Value;

fn bent(slug: &'static str, what: String, bend: impl FnOnce(&mut Package)) -> Wrong {
    let mut package = Package::read(&fixtures().join("valid/tiny"));
    bend(&mut package);
    package.describe();
    package.seal();
    Wrong { slug, what, package }
}

/// One package for every constraint of every column, every key and every reference.
pub fn wrong() -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (table, schema) in schemas().clone() {
        let fields = schema["schema"]["fields"].as_array().expect("fields");
        fields.iter().for_each(|field| columns(&table, field, &mut wrong));
        if !schema["schema"]["primaryKey"].is_null() {
            wrong.push(bent("key-duplicate", format!("{table} has a key twice"), |it| {
                let mut lines = it.table(&table);
                lines.push(lines[1].clone());
                it.set_table(&table, lines);
            }));
        }
        for key in schema["schema"]["foreignKeys"].as_array().into_iter().flatten() {
            let column =
                key["fields"].as_array().and_then(|fields| fields.last()).and_then(Value::as_str).expect("a column");
            let nowhere = match column {
                "patient_id" => "P-0000000000000009",
                "appointment_id" => "A-0000000000000009",
                "row" => "99",
                "figure" => "nothing",
                _ => "R-0000000000000009",
            };
            let what = format!("{table}.{column} leads nowhere");
            wrong.push(bent("reference-orphan", what, |it| it.set(&table, 1, column, nowhere)));
        }
        header_and_lines(&table, &mut wrong);
    }
    wrong
}

fn columns(table: &str, field: &Value, wrong: &mut Vec<Wrong>) {
    let name = field["name"].as_str().expect("a name");
    let constraints = &field["constraints"];
    let mut with = |slug, value: &str| {
        wrong.push(bent(slug, format!("{table}.{name} holds {value:?}"), |it| it.set(table, 1, name, value)));
    };
    match field["type"].as_str().expect("a type") {
        "integer" => with("value-type", "1.5"),
        "number" => with("value-type", "many"),
        "boolean" => with("value-type", "yes"),
        _ => {}
    }
    if constraints["required"] == true {
        with("value-missing", "");
    }
    if !constraints["enum"].is_null() {
        with("value-not-allowed", "no such word");
    }
    if !constraints["pattern"].is_null() {
        with("value-form", "other!");
    }
    if let Some(minimum) = constraints["minimum"].as_f64() {
        with("value-range", &(minimum - 1.0).to_string());
    }
    if let Some(maximum) = constraints["maximum"].as_f64() {
        with("value-range", &(maximum + 1.0).to_string());
    }
}

fn header_and_lines(table: &str, wrong: &mut Vec<Wrong>) {
    let path = super::tiny::path_of(table);
    wrong.push(bent("table-header", format!("{table} has another header"), |it| {
        let column = it.table(table)[0][0].clone();
        it.set(table, 0, &column, "other");
    }));
    // Such a line cannot be read back, so the package is not described anew.
    let mut package = Package::read(&fixtures().join("valid/tiny"));
    package.files.get_mut(&path).expect("a table").extend(b"x\n");
    package.seal();
    wrong.push(Wrong { slug: "table-line", what: format!("{table} has a line of one field"), package });
}

#[test]
fn whatever_a_schema_asks_for_is_held_to() {
    let wrong = wrong();
    assert!(wrong.len() > 300, "{} packages", wrong.len());
    wrong.iter().for_each(|wrong| drop(check(wrong)));
}

#[test]
fn other_line_ends_and_other_encodings_are_caught() {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let patients = Package::read(&fixtures().join("valid/tiny")).files["data/tables/patients.csv"].clone();
    let header = text(&patients).find('\n').expect("a header") + 1;
    let below =
        |from: &str, to: &str| text(&patients)[..header].to_owned() + &text(&patients)[header..].replace(from, to);
    for (slug, bytes) in [
        ("table-header", text(&patients).replace('\n', "\r\n").into_bytes()),
        ("table-header", [b"\xef\xbb\xbf", patients.as_slice()].concat()),
        ("table-line", below("\n", "\r\n").into_bytes()),
        ("table-line", below("Smyth", "Sm\u{1}th").bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect()),
    ] {
        let mut package = Package::read(&fixtures().join("valid/tiny"));
        package.files.insert("data/tables/patients.csv".into(), bytes);
        package.seal();
        check(&Wrong { slug, what: "patients.csv in another form".into(), package });
    }
}
