//! Tables and values with their places: each reading either gives what is wanted or notes a mistake.

use super::document::{Document, did_you_mean, nearest, quoted};
use jiff::civil::Date;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A table, its keys already compared with those that are known.
pub(super) struct Table<'d> {
    pub(super) document: &'d Document,
    /// Its name in messages, such as `transition`; empty for the whole file.
    pub(super) name: String,
    pub(super) span: Range<usize>,
    entries: &'d DeTable<'d>,
}

/// One value.
pub(super) struct Item<'d> {
    pub(super) document: &'d Document,
    /// Its name in messages, such as `transition.name`.
    pub(super) name: String,
    pub(super) span: Range<usize>,
    /// Where its key stands; where the value stands, in a list.
    pub(super) key_span: Range<usize>,
    pub(super) value: &'d DeValue<'d>,
}

impl<'d> Table<'d> {
    /// The table that is the whole file.
    pub(super) fn root(document: &'d Document, entries: &'d DeTable<'d>, known: &[&str]) -> Self {
        let table = Table { document, name: String::new(), span: 0..0, entries };
        table.refuse_unknown(known);
        table
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Item<'d>> {
        let (found, value) = self.entries.get_key_value(key)?;
        Some(Item {
            document: self.document,
            name: self.name_of(key),
            span: value.span(),
            key_span: found.span(),
            value: value.get_ref(),
        })
    }

    /// The value of a key that must be there.
    pub(super) fn require(&self, key: &str) -> Option<Item<'d>> {
        let found = self.get(key);
        if found.is_none() {
            let (what, hint) = match self.name.as_str() {
                "" => (format!("the table {} is missing", quoted(key)), format!("add [{key}]")),
                name => (format!("{} is missing from [{name}]", quoted(key)), format!("add {key} = …")),
            };
            self.document.absent(&self.span, what, hint);
        }
        found
    }

    /// A required text; empty after a mistake.
    pub(super) fn required_text(&self, key: &str) -> String {
        self.require(key).and_then(|item| item.text()).unwrap_or_default()
    }

    /// An optional text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key).and_then(|item| item.text())
    }

    /// A required date; the year nought after a mistake.
    pub(super) fn required_date(&self, key: &str) -> Date {
        self.require(key).and_then(|item| item.date()).unwrap_or(Date::ZERO)
    }

    /// A table under this one; an absent one reads as empty of keys, but is `None`.
    pub(super) fn table(&self, key: &str, known: &[&str]) -> Option<Table<'d>> {
        self.get(key).and_then(|item| item.table(known))
    }

    /// The tables of a list of tables; none where it is absent.
    pub(super) fn tables(&self, key: &str, known: &[&str]) -> Vec<Table<'d>> {
        self.get(key).map(|item| item.tables(known)).unwrap_or_default()
    }

    /// Every key with its value.
    pub(super) fn items(&self) -> impl Iterator<Item = (&'d str, Item<'d>)> {
        let keys = self.entries.keys().map(|key| key.get_ref().as_ref());
        keys.filter_map(|key: &'d str| self.get(key).map(|item| (key, item)))
    }

    /// Notes every key that is not one of these.
    pub(super) fn refuse_unknown(&self, known: &[&str]) {
        for key in self.entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let hint = did_you_mean(key.get_ref(), known);
            if self.name.is_empty() {
                // Below a broken header anything may look like a table of its own.
                self.document.absent(&key.span(), format!("unknown table {}", quoted(key.get_ref())), hint);
            } else {
                let what = format!("unknown key {} in [{}]", quoted(key.get_ref()), self.name);
                self.document.mistake(&key.span(), what, hint);
            }
        }
    }

    fn name_of(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

impl<'d> Item<'d> {
    /// Notes a mistake about this value.
    pub(super) fn mistake(&self, what: impl Into<String>, hint: impl Into<String>) {
        self.document.mistake(&self.span, what, hint);
    }

    /// Notes that the value has the wrong type.
    pub(super) fn refuse_type(&self, wanted: &str, hint: impl Into<String>) {
        self.mistake(format!("{} must be {wanted}; here it is {}", quoted(&self.name), type_name(self.value)), hint);
    }

    /// A text that is not blank, white space around it removed.
    pub(super) fn text(&self) -> Option<String> {
        self.exact().map(|text| text.trim().to_owned())
    }

    /// A text that is not blank, to the letter: columns and sheets do end in spaces.
    pub(super) fn exact(&self) -> Option<String> {
        let text = self.any_text()?;
        if text.trim().is_empty() {
            self.mistake(
                format!("{} is empty", quoted(&self.name)),
                "write its value between the quotes, or remove the key",
            );
            return None;
        }
        Some(text.to_owned())
    }

    /// A text, perhaps empty, to the letter.
    pub(super) fn any_text(&self) -> Option<&'d str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.refuse_type("text", format!("write {} = \"…\"", self.key()));
        }
        text
    }

    /// The members of a list, each with its place; nothing for anything else.
    pub(super) fn parts(&self) -> Vec<Item<'d>> {
        let DeValue::Array(list) = self.value else { return Vec::new() };
        let part = |value: &'d toml::Spanned<DeValue<'d>>| Item {
            document: self.document,
            name: self.name.clone(),
            span: value.span(),
            key_span: value.span(),
            value: value.get_ref(),
        };
        list.iter().map(part).collect()
    }

    /// `true` or `false`.
    pub(super) fn truth(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(truth) => Some(*truth),
            _ => {
                self.refuse_type("true or false", "write it without quotes");
                None
            }
        }
    }

    /// A number that is not negative.
    pub(super) fn number(&self) -> Option<f64> {
        let number = match self.value {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|whole| whole as f64)
            }
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => {
                self.refuse_type("a number", "write it without quotes");
                return None;
            }
        };
        let number = number.filter(|number| number.is_finite() && *number >= 0.0);
        if number.is_none() {
            self.mistake(format!("{} must be a number, nought or more", quoted(&self.name)), "");
        }
        number
    }

    /// A probability or a share.
    pub(super) fn share(&self) -> Option<f64> {
        let share = self.number()?;
        if share > 1.0 {
            self.mistake(
                format!("{} must lie between 0 and 1", quoted(&self.name)),
                "write a share, not a percentage: 0.5, not 50",
            );
            return None;
        }
        Some(share)
    }

    /// A whole number from `least` up.
    pub(super) fn whole(&self, least: u64) -> Option<u64> {
        let DeValue::Integer(integer) = self.value else {
            self.refuse_type("a whole number", "write it without quotes and without a point");
            return None;
        };
        let whole = u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|whole| *whole >= least);
        if whole.is_none() {
            self.mistake(format!("{} must be a whole number from {least} up", quoted(&self.name)), "");
        }
        whole
    }

    /// A calendar date, as a TOML date or as a text.
    pub(super) fn date(&self) -> Option<Date> {
        let hint = "write it as 2017-09-30";
        let date = match self.value {
            DeValue::Datetime(toml::value::Datetime { date: Some(date), time: None, offset: None }) => {
                let year = i16::try_from(date.year).ok();
                let (month, day) = (i8::try_from(date.month).ok(), i8::try_from(date.day).ok());
                year.zip(month).zip(day).and_then(|((year, month), day)| Date::new(year, month, day).ok())
            }
            DeValue::String(text) if text.len() == 10 => Date::strptime("%Y-%m-%d", text.as_ref()).ok(),
            DeValue::String(_) => None,
            _ => {
                self.refuse_type("a date without a time", hint);
                return None;
            }
        };
        if date.is_none() {
            self.mistake(format!("{} is not a calendar date", quoted(&self.name)), hint);
        }
        date
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.any_text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refuse_word(text, &known);
        }
        found
    }

    /// Notes that a word is none of those that are known.
    pub(super) fn refuse_word(&self, word: &str, known: &[&str]) {
        let what = format!("{} must be one of {}; here it is {}", quoted(&self.name), known.join(", "), quoted(word));
        let near = nearest(word, known.iter().copied()).map(|near| format!("did you mean {}?", quoted(near)));
        self.mistake(what, near.unwrap_or_default());
    }

    /// A table whose keys are known.
    pub(super) fn table(self, known: &[&str]) -> Option<Table<'d>> {
        let table = self.open_table()?;
        table.refuse_unknown(known);
        Some(table)
    }

    /// A table whose keys are the user's own.
    pub(super) fn open_table(self) -> Option<Table<'d>> {
        match self.value {
            DeValue::Table(entries) => {
                Some(Table { document: self.document, name: self.name, span: self.span, entries })
            }
            _ => {
                self.refuse_type("a table", format!("write [{}] above its keys", self.name));
                None
            }
        }
    }

    /// The tables of a list of tables.
    pub(super) fn tables(self, known: &[&str]) -> Vec<Table<'d>> {
        match self.value {
            DeValue::Array(_) => self.parts().into_iter().filter_map(|item| item.table(known)).collect(),
            _ => {
                self.refuse_type("a list of tables", format!("write [[{}]], with two brackets", self.name));
                Vec::new()
            }
        }
    }

    fn key(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
