//! The values that no code map and no crosswalk knows, as a table.

use crate::records::UnmappedValue;
use std::borrow::Cow;

/// The table as bytes.
pub(super) fn table(values: &[UnmappedValue]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut line = |cells: [&str; 6]| writer.write_record(cells).expect("writing to memory succeeds");
    line(["source", "file_column", "field", "value", "count", "nearest"]);
    for value in values {
        let near: Vec<String> = value.nearest.iter().map(|near| near.replace(';', ",")).collect();
        let (count, near) = (value.count.to_string(), near.join(";"));
        let cells = [&value.source, &value.file_column, &value.field, &value.value, &count, &near];
        let cells = cells.map(|cell| harmless(cell));
        line([0, 1, 2, 3, 4, 5].map(|place| cells[place].as_ref()));
    }
    writer.into_inner().expect("writing to memory succeeds")
}

/// A spreadsheet takes what begins so for a formula, a negative number aside; a mark before it makes it text. Some take wide
/// signs for the plain ones.
fn harmless(cell: &str) -> Cow<'_, str> {
    let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = cell
        .strip_prefix('-')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    if begins && !is_number { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_take_for_a_formula_is_text() {
        let value = |value: &str, nearest: &[&str]| UnmappedValue {
            source: "clinic".into(),
            file_column: "Priority".into(),
            field: "referral.priority".into(),
            value: value.into(),
            count: 2,
            nearest: nearest.iter().map(|near| (*near).to_owned()).collect(),
        };
        let told = table(&[
            value("=HYPERLINK(1)", &[]),
            value("-1", &[]),
            value("-nan", &[]),
            value("+44", &[]),
            value("＝1+1", &[]),
            value("urg, ent", &["U", "a;b"]),
        ]);
        let expected = "source,file_column,field,value,count,nearest\r\n\
                        clinic,Priority,referral.priority,'=HYPERLINK(1),2,\r\n\
                        clinic,Priority,referral.priority,-1,2,\r\n\
                        clinic,Priority,referral.priority,'-nan,2,\r\n\
                        clinic,Priority,referral.priority,'+44,2,\r\n\
                        clinic,Priority,referral.priority,'＝1+1,2,\r\n\
                        clinic,Priority,referral.priority,\"urg, ent\",2,\"U;a,b\"\r\n";
        assert_eq!(String::from_utf8(told).expect("text"), expected);
    }
}
