//! Physical rows of delimited text, counted and split from the definition of a row alone.
//!
//! - A line ends with LF, CR LF or CR; the end of the file ends the last one; nothing after the last end is no line.
//! - A field that begins (after spaces and tabs) with a quote runs to the next quote that is not doubled. While it is
//!   open at a line's end, the row goes on over the next line.
//! - A quote is a stray one, and its line a row by itself, when nothing closes it before the end of the file and within
//!   512 KiB; when, after several lines, it is closed in the middle of a field; when more than 256 lines of its row close a
//!   field and open one; or when it has swallowed whole rows: as many delimiters for each line end as the file's rows usually
//!   have, from three on.
//! - A field over more than 50 line ends, or of more than 64 KiB, must also leave its row with as many fields, from two on,
//!   as the file's rows usually have. And of the lines that lie in it whole and hold something, no more than one in eight may
//!   have as many delimiters as a row, less an eighth; nor may, from four fields on, its first line and its last both. In rows
//!   of fewer than eight fields a line counts (the first aside) only where it also begins as the row does, with figures, with
//!   letters or with signs in the same order; or ends as it does, where the field is the row's first.
//! - A line longer than 1 MiB is a row by itself, and no row is longer.

use super::made::Piece;
use encoding_rs::{CoderResult, Decoder, Encoding};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};

const ROW_BYTES_MAX: usize = 1 << 20;
const OPEN_BYTES_MAX: usize = 512 << 10;
const REOPENED_MAX: usize = 256;
const LONG_BYTES: usize = 64 << 10;
const LONG_LINE_ENDS: usize = 50;
const FEW_FIELDS: usize = 8;
/// The rows from which the usual number of fields is taken.
const SAMPLE_ROWS: usize = 200;
const SAMPLE_BYTES: usize = 256 << 10;
const CHUNK_BYTES: usize = 64 << 10;

/// A line and the characters that end it. A line that is too long is not kept.
#[derive(Debug, Default)]
struct Line {
    text: String,
    end: &'static str,
    too_long: bool,
}

/// Gives decoded lines one by one.
struct Lines<R> {
    input: R,
    decoder: Decoder,
    text: String,
    at: usize,
    ended: bool,
}

/// Gives physical rows one by one; `None` for a row that cannot be split.
pub(super) struct Rows<R> {
    lines: Lines<R>,
    ahead: VecDeque<Line>,
    delimiter: u8,
    /// Fields that a row usually has; 0 while not known.
    width: usize,
}

impl<R: Read> Lines<R> {
    /// Decodes another chunk behind what is left.
    fn fill(&mut self) -> io::Result<()> {
        self.text.drain(..self.at);
        self.at = 0;
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = loop {
            match self.input.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.ended = read == 0;
        let mut rest = &chunk[..read];
        loop {
            self.text.reserve(rest.len().max(16) * 3);
            let (result, taken, _) = self.decoder.decode_to_string(rest, &mut self.text, self.ended);
            rest = &rest[taken..];
            if result == CoderResult::InputEmpty {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> io::Result<Option<Line>> {
        let mut too_long = false;
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(['\n', '\r']);
            // A CR at the very end may be the first half of a line end.
            let certain = end.filter(|end| self.ended || rest.len() > end + 1 || rest.as_bytes()[*end] == b'\n');
            if let Some(end) = certain {
                let mark = if rest[end..].starts_with("\r\n") {
                    "\r\n"
                } else if rest[end..].starts_with('\r') {
                    "\r"
                } else {
                    "\n"
                };
                let too_long = too_long || end > ROW_BYTES_MAX;
                let text = if too_long { String::new() } else { rest[..end].to_owned() };
                self.at += end + mark.len();
                return Ok(Some(Line { text, end: mark, too_long }));
            }
            if self.ended {
                let text = rest.to_owned();
                self.at = self.text.len();
                let any = too_long || !text.is_empty();
                let too_long = too_long || text.len() > ROW_BYTES_MAX;
                return Ok(any.then_some(Line { text, end: "", too_long }));
            }
            if end.is_none() && rest.len() > ROW_BYTES_MAX {
                too_long = true;
                self.at = self.text.len();
            }
            self.fill()?;
        }
    }
}

impl<R: Read> Rows<R> {
    /// Rows that usually have `width` fields (0: not known).
    pub(super) fn new(input: R, encoding: &'static Encoding, delimiter: u8, width: usize) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        let lines = Lines { input, decoder, text: String::new(), at: 0, ended: false };
        Rows { lines, ahead: VecDeque::new(), delimiter, width }
    }

    fn line(&mut self, place: usize) -> io::Result<Option<&Line>> {
        while self.ahead.len() <= place {
            match self.lines.next()? {
                Some(line) => self.ahead.push_back(line),
                None => return Ok(None),
            }
        }
        Ok(self.ahead.get(place))
    }

    /// The next row: `None` at the end, `Some(None)` for one that cannot be split.
    pub(super) fn next(&mut self) -> io::Result<Option<Option<String>>> {
        let Some(first) = self.line(0)? else { return Ok(None) };
        if first.too_long {
            self.ahead.pop_front();
            return Ok(Some(None));
        }
        let lines = if first.text.contains('"') { self.lines_of_row()? } else { Some(1) };
        let Some(lines) = lines else {
            self.ahead.pop_front();
            return Ok(Some(None));
        };
        let mut row = String::new();
        for place in 0..lines {
            let Some(line) = self.ahead.pop_front() else { break };
            row.push_str(&line.text);
            if place + 1 < lines {
                row.push_str(line.end);
            }
        }
        Ok(Some(Some(row)))
    }

    /// How many lines the row at the front takes; `None` when a stray quote stands in its first.
    fn lines_of_row(&mut self) -> io::Result<Option<usize>> {
        let mut reading = Reading::new(self.delimiter, self.width);
        let mut place = 0;
        let (mut bytes, mut open_since) = (0, 0);
        let (mut reopened, mut has_long) = (0, false);
        loop {
            let Some(line) = self.line(place)? else { return Ok(None) };
            let began = bytes;
            bytes += line.text.len();
            if line.too_long {
                return Ok(None);
            }
            let opened_here = reading.line(line.text.as_bytes());
            let open_bytes = bytes.saturating_sub(open_since);
            let in_bounds =
                place == 0 || open_bytes <= OPEN_BYTES_MAX && bytes <= ROW_BYTES_MAX && reopened <= REOPENED_MAX;
            has_long |= place > 0 && (reading.line_ends > LONG_LINE_ENDS || open_bytes > LONG_BYTES);
            if reading.stray || !in_bounds {
                return Ok(None);
            }
            let line_end_bytes = line.end.len();
            bytes += line_end_bytes;
            if reading.state != State::Quoted {
                let lines = self.ahead.iter().take(place + 1);
                return Ok((!has_long || reading.speaks_for_row(lines)).then_some(place + 1));
            }
            if opened_here {
                open_since = if place == 0 { bytes } else { began };
                reopened += usize::from(place > 0);
            }
            reading.field.bytes += line_end_bytes;
            reading.line_ends += 1;
            place += 1;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a field, perhaps after spaces.
    Start,
    /// In a field without quotes, or after one that was not well closed.
    Plain,
    /// In a field with quotes.
    Quoted,
    /// After the closing quote, perhaps after spaces.
    Closed,
}

/// Follows the fields of a row over its lines.
struct Reading {
    delimiter: u8,
    width: usize,
    state: State,
    /// Line ends and delimiters in the quoted field that is, or was last, open.
    line_ends: usize,
    delimiters: usize,
    stray: bool,
    /// Fields that have ended.
    fields: usize,
    field: Field,
    /// Fields in quotes over several lines that were closed.
    over_lines: Vec<Field>,
}

/// A field in quotes.
#[derive(Default)]
struct Field {
    place: usize,
    bytes: usize,
    /// Of each line, what of it stands within the field; `None` where only white space does.
    lines: Vec<Option<Piece>>,
    blank: bool,
    piece: Piece,
}

impl Field {
    fn end_line(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        self.lines.push((!self.blank || piece.delimiters > 0).then_some(piece));
        self.blank = true;
    }

    fn is_long(&self) -> bool {
        self.bytes > LONG_BYTES || self.lines.len() > LONG_LINE_ENDS
    }

    /// Whether rows of so many fields, made as this whole row is, seem to have been swallowed. Lines of prose have as many commas as rows of few fields: of these a line begins, or ends, as the row does.
    fn swallowed(&self, fields: usize, row: &Piece) -> bool {
        let like_row = fields - fields / 8;
        let end = self.lines.len() - 1;
        let edge = |piece: &Piece| if self.place == 0 { piece.last.of.clone() } else { piece.first.of.clone() };
        let made_alike = |piece: &Piece| fields >= FEW_FIELDS || edge(piece) == edge(row);
        let whole: Vec<&Piece> = self.lines[..end].iter().skip(1).flatten().collect();
        let alike = whole.iter().filter(|piece| piece.delimiters + 1 >= like_row && made_alike(piece)).count();
        let first = self.place + self.lines[0].as_ref().map_or(0, |piece| piece.delimiters) + 1;
        let nothing = Piece::default();
        let last = self.lines[end].as_ref().unwrap_or(&nothing);
        let closes = last.delimiters + fields - self.place >= like_row && made_alike(last);
        8 * alike > whole.len() || fields >= 4 && end > 0 && first >= like_row && closes
    }
}

impl Reading {
    fn new(delimiter: u8, width: usize) -> Self {
        Reading {
            delimiter,
            width,
            state: State::Start,
            line_ends: 0,
            delimiters: 0,
            stray: false,
            fields: 0,
            field: Field::default(),
            over_lines: Vec::new(),
        }
    }

    /// Whether a row with a long field is one.
    fn speaks_for_row<'l>(&self, lines: impl Iterator<Item = &'l Line>) -> bool {
        let mut whole = Piece::default();
        for byte in lines.flat_map(|line| line.text.bytes().chain([b'\n'])) {
            whole.see(byte, byte == self.delimiter);
        }
        let fields = self.fields + 1;
        let is_usual = fields > 1 && (self.width == 0 || self.width == fields);
        is_usual && !self.over_lines.iter().any(|field| field.is_long() && field.swallowed(fields, &whole))
    }

    /// Follows one line; true if a quoted field that is open at its end was opened in it.
    fn line(&mut self, line: &[u8]) -> bool {
        if self.state != State::Quoted {
            self.state = State::Start;
        }
        let mut opened_here = false;
        let mut bytes = line.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            let delimits = byte == self.delimiter;
            let blank = matches!(byte, b' ' | b'\t');
            if self.state == State::Quoted {
                self.field.bytes += 1;
                self.field.blank &= byte.is_ascii_whitespace();
            }
            self.state = match self.state {
                State::Quoted if byte == b'"' && bytes.peek() == Some(&b'"') => {
                    bytes.next();
                    self.field.bytes += 1;
                    State::Quoted
                }
                State::Quoted if byte == b'"' => {
                    self.stray |= self.swallowed_rows();
                    self.field.end_line();
                    let closed = std::mem::take(&mut self.field);
                    self.over_lines.extend((self.line_ends > 0).then_some(closed));
                    State::Closed
                }
                State::Quoted => {
                    self.delimiters += usize::from(delimits);
                    // Of its first line it is enough to know how many there are.
                    match self.line_ends {
                        0 => self.field.piece.delimiters += usize::from(delimits),
                        _ => self.field.piece.see(byte, delimits),
                    }
                    State::Quoted
                }
                _ if delimits => {
                    self.fields += 1;
                    State::Start
                }
                State::Start if byte == b'"' => {
                    (self.line_ends, self.delimiters) = (0, 0);
                    self.field = Field { place: self.fields, blank: true, ..Field::default() };
                    opened_here = true;
                    State::Quoted
                }
                State::Start if blank => State::Start,
                State::Closed if blank => State::Closed,
                State::Closed => {
                    self.stray |= self.line_ends > 0;
                    State::Plain
                }
                State::Start | State::Plain => State::Plain,
            };
        }
        if self.state == State::Quoted {
            self.field.end_line();
        }
        opened_here && self.state == State::Quoted
    }

    fn swallowed_rows(&self) -> bool {
        self.line_ends > 0 && self.width >= 4 && self.delimiters >= (self.width - 1) * self.line_ends
    }
}

/// The cells of a row, outer white space trimmed. A quoted field that is not well closed is given as it stands.
pub(super) fn cells(row: &str, delimiter: u8) -> Vec<String> {
    let bytes = row.as_bytes();
    let mut cells = Vec::new();
    let mut start = 0;
    loop {
        let (cell, end) = cell(row, start, delimiter);
        cells.push(cell.trim().to_owned());
        if end >= bytes.len() {
            return cells;
        }
        start = end + 1;
    }
}

/// The cell that starts here, and where the delimiter after it stands.
fn cell(row: &str, start: usize, delimiter: u8) -> (String, usize) {
    let bytes = row.as_bytes();
    let blank = |at: &usize| bytes.get(*at).is_some_and(|byte| matches!(byte, b' ' | b'\t') && *byte != delimiter);
    let to_delimiter = |from: usize| (from..bytes.len()).find(|at| bytes[*at] == delimiter).unwrap_or(bytes.len());
    let quote = (start..).find(|at| !blank(at)).unwrap_or(start);
    if bytes.get(quote) != Some(&b'"') {
        let end = to_delimiter(start);
        return (row[start..end].to_owned(), end);
    }
    let mut inside = String::new();
    let mut from = quote + 1;
    loop {
        let Some(close) = (from..bytes.len()).find(|at| bytes[*at] == b'"') else {
            return (row[start..].to_owned(), bytes.len());
        };
        inside.push_str(&row[from..close]);
        if bytes.get(close + 1) == Some(&b'"') {
            inside.push('"');
            from = close + 2;
            continue;
        }
        let end = to_delimiter(close + 1);
        let well_closed = (close + 1..).find(|at| !blank(at)) == Some(end);
        return if well_closed { (inside, end) } else { (row[start..end].to_owned(), end) };
    }
}

/// The digest of a row: SHA-256 of each cell's text and a unit separator after it; empty cells at the end do not count.
pub(super) fn row_digest(cells: &[String]) -> [u8; 32] {
    let counted = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let mut hasher = Sha256::new();
    for cell in &cells[..counted] {
        hasher.update(cell.as_bytes());
        hasher.update([0x1f]);
    }
    hasher.finalize().into()
}

/// The number of fields that most of the first rows have; of numbers equally common, the greatest.
pub(super) fn usual_width(input: impl Read, encoding: &'static Encoding, delimiter: u8) -> io::Result<usize> {
    let mut rows = Rows::new(input, encoding, delimiter, 0);
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    let mut bytes = 0;
    for _ in 0..SAMPLE_ROWS {
        let Some(row) = rows.next()? else { break };
        let row = row.unwrap_or_default();
        bytes += row.len();
        if bytes > SAMPLE_BYTES {
            break;
        }
        let width = cells(&row, delimiter).len();
        if width > 1 {
            *widths.entry(width).or_default() += 1;
        }
    }
    let usual = widths.into_iter().map(|(width, rows)| (rows, width)).max();
    Ok(usual.map_or(1, |(_, width)| width))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a text, those that cannot be split as `!`.
    fn check_width(text: &str, width: usize, expected: &[&str]) {
        let mut rows = Rows::new(text.as_bytes(), encoding_rs::UTF_8, b',', width);
        let mut found = Vec::new();
        while let Some(row) = rows.next().expect("memory can be read") {
            found.push(row.unwrap_or_else(|| "!".into()));
        }
        assert_eq!(found, expected, "{text:?}");
    }

    fn check(text: &str, expected: &[&str]) {
        check_width(text, 0, expected);
    }

    #[test]
    fn every_line_is_a_row_and_the_last_needs_no_end() {
        check("", &[]);
        check("a\nb", &["a", "b"]);
        check("a\r\nb\r\n", &["a", "b"]);
        check("a\rb\r", &["a", "b"]);
        check("a\n\nb\n\n", &["a", "", "b", ""]);
        check("\u{feff}a\n", &["a"]);
    }

    #[test]
    fn a_quoted_field_over_several_lines_is_one_row() {
        check("x,\"one\r\ntwo\",y\nz\n", &["x,\"one\r\ntwo\",y", "z"]);
        check("x,\"a \"\"b\"\"\n\nc\"\nz", &["x,\"a \"\"b\"\"\n\nc\"", "z"]);
        check("x,5\" nail\ny,6\" nail\n", &["x,5\" nail", "y,6\" nail"]);
        check("\"a\nb\",\"c\nd\"\ne", &["\"a\nb\",\"c\nd\"", "e"]);
    }

    #[test]
    fn a_stray_quote_swallows_nothing() {
        check("x,\"a\nb\nc\n", &["!", "b", "c"]);
        check("\"a\nb\"c,d\ne\n", &["!", "b\"c,d", "e"]);
        let many = format!("\"a{}\"\nb\n", "\n".repeat(51));
        check(&many, &[&["!"][..], &[""; 50], &["!", "b"]].concat());
        let few = format!("\"a{}\"\nb\n", "\n".repeat(50));
        check(&few, &[few.trim_end_matches("\nb\n"), "b"]);
        check_width("1,2,3,\"4\n1,2,3,\"4\nx", 4, &["!", "!", "x"]);
        check_width("1,2,3,\"4\n1,2,3,\"\nx", 4, &["!", "!", "x"]);
        check_width("1,2,3,\"4\n1,2,3\"\nx", 4, &["1,2,3,\"4\n1,2,3\"", "x"]);
    }

    #[test]
    fn a_long_field_is_one_where_its_row_speaks_for_it() {
        let note = |line: &str, width| {
            let end = ",x".repeat(width - 3);
            let text = format!("1,\"Seen\n{}well\",2{end}\n3,4,5{end}\n", format!("{line}\n").repeat(60));
            let mut rows = Rows::new(text.as_bytes(), encoding_rs::UTF_8, b',', width);
            let is_split = rows.next().expect("memory can be read").expect("a row").is_some();
            (is_split, std::iter::from_fn(|| rows.next().expect("memory can be read")).count())
        };
        for line in ["Knee better, sleeps well", "", "says \"\"no\"\""] {
            assert_eq!(note(line, 6), (true, 1), "{line}");
        }
        for line in ["2,d,e,x,x,x", "2,d,e,x,x,x,", "2,\"\",e,x,x,x"] {
            assert_eq!(note(line, 6), (false, 62), "{line}");
        }
        let blank = format!("1,\"a,b,c\n{}2,d\",e,f\n", "\n".repeat(60));
        check_width(&blank, 4, &[&["!"][..], &[""; 60], &["2,d\",e,f"]].concat());
        check_width(&format!("1,\"{}\",2\n", "\n".repeat(60)), 4, &[&["!"][..], &[""; 59], &["!"]].concat());
    }

    #[test]
    fn limits() {
        let long = "x".repeat(ROW_BYTES_MAX + 1);
        check(&format!("a\n{long}\nb"), &["a", "!", "b"]);
        let fits = "x".repeat(ROW_BYTES_MAX);
        check(&format!("{fits}\nb"), &[&fits, "b"]);
        let long = format!("\"a\n{}\",c\nb", "x".repeat(LONG_BYTES));
        check(&long, &[long.trim_end_matches("\nb"), "b"]);
        let open = format!("\"a\n{}\",c\nb", "x".repeat(OPEN_BYTES_MAX));
        let mut lines = open.lines();
        lines.next();
        check(&open, &["!", lines.next().expect("a line"), "b"]);
    }

    #[test]
    fn other_encodings_and_chunks() {
        let text = "Zoë,\"x\r\ny\"\r\n".repeat(20_000);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut rows = Rows::new(wide.as_slice(), encoding_rs::UTF_16LE, b',', 2);
        let mut count = 0;
        while let Some(row) = rows.next().expect("memory can be read") {
            assert_eq!(row.as_deref(), Some("Zoë,\"x\r\ny\""));
            count += 1;
        }
        assert_eq!(count, 20_000);
    }

    #[test]
    fn cells_and_their_digest() {
        let check = |row: &str, expected: &[&str]| assert_eq!(cells(row, b','), expected, "{row}");
        check("a, b ,,c", &["a", "b", "", "c"]);
        check("", &[""]);
        check(" \"a,b\" ,\"say \"\"no\"\"\",\" x \"", &["a,b", "say \"no\"", "x"]);
        check("\"Jo\" Smith,x", &["\"Jo\" Smith", "x"]);
        check("\"open,x", &["\"open,x"]);
        check("a,", &["a", ""]);
        let digest = |cells: &[&str]| row_digest(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        assert_eq!(digest(&["a", "", ""]), digest(&["a"]));
        assert_ne!(digest(&["", "a"]), digest(&["a"]));
        assert_eq!(
            super::super::folder::hex(&digest(&["abc"])),
            super::super::folder::hex(&Sha256::digest("abc\u{1f}"))
        );
    }

    #[test]
    fn the_usual_width_is_that_of_most_rows() {
        let usual = |text: &str| usual_width(text.as_bytes(), encoding_rs::UTF_8, b',').expect("memory can be read");
        assert_eq!(usual("title\na,b,c\n1,2,3\n1,2\n"), 3);
        assert_eq!(usual("a,b\n1,2,3\n"), 3);
        assert_eq!(usual("a\nb\n"), 1);
    }
}
