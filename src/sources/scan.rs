//! Finds the physical rows of delimited text. A quoted field may hold line ends; a stray quote may not swallow rows.

use super::Finding;
use super::fixity::read_some;
use super::kind::kind;
use crate::values::Digest;
use memchr::{memchr, memchr2, memrchr};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read};
use std::ops::Range;

/// A row may not be longer.
const ROW_BYTES_MAX: usize = 1 << 20;
/// A quoted field that runs on for longer than this, or over more line ends, may never have been closed: it is one field
/// only where the row speaks for it (see [`is_sound`]).
const SHORT_BYTES_MAX: usize = 64 << 10;
const SHORT_LINE_ENDS_MAX: usize = 50;
/// No field is longer. This is also how far a quote is followed that nothing closes.
const QUOTED_BYTES_MAX: usize = 512 << 10;
/// A row does not have more fields over several lines: what opens and closes line after line is not followed for ever.
const REOPENED_MAX: usize = 256;
/// Of the lines in a long field, at most one in so many may look like a row.
const LINES_PER_LIKENESS: usize = 8;
/// A row of fewer cells is narrow.
const NARROW: usize = 8;
const READ_BYTES: usize = 256 << 10;
/// Of a row that is too long, its beginning is kept.
const BEGINNING_BYTES: usize = 2_000;
/// A batch of very long rows is given out sooner.
const BATCH_BYTES: usize = 4 << 20;

/// How fields are parted, and how many a row seems to have (0: not known).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) width: usize,
}

/// Some rows in order: their bytes without line ends, and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct RowBytes {
    bytes: Vec<u8>,
    rows: Vec<(Range<usize>, Option<Fault>)>,
}

/// Why a row must not be split into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// An opening quote that nothing closes.
    StrayQuote,
    /// Longer than a row may be. Only the first of its bytes were kept; this is the digest of all.
    TooLong(Digest),
}

impl RowBytes {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn row(&self, place: usize) -> (&[u8], Option<Fault>) {
        let (range, fault) = &self.rows[place];
        (&self.bytes[range.clone()], *fault)
    }

    fn push(&mut self, bytes: &[u8], fault: Option<Fault>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.rows.push((start..self.bytes.len(), fault));
    }
}

impl From<Fault> for Finding {
    fn from(fault: Fault) -> Finding {
        match fault {
            Fault::StrayQuote => Finding::StrayQuote,
            Fault::TooLong(_) => Finding::RowTooLong,
        }
    }
}

/// Reads UTF-8 by chunks and gives its physical rows. Bytes that are not UTF-8 pass through.
pub(super) struct Scanner<R> {
    pub(super) input: R,
    dialect: Dialect,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(input: R, dialect: Dialect) -> Self {
        Scanner { input, dialect, buffer: Vec::new(), at: 0, ended: false }
    }

    /// At most `rows_max` further rows; none when there are no more.
    pub(super) fn next_rows(&mut self, rows_max: usize) -> io::Result<RowBytes> {
        let mut rows = RowBytes::default();
        self.next_rows_in(&mut rows, rows_max)?;
        Ok(rows)
    }

    /// The same in the place of other rows, whose memory is used again.
    pub(super) fn next_rows_in(&mut self, rows: &mut RowBytes, rows_max: usize) -> io::Result<()> {
        rows.bytes.clear();
        rows.rows.clear();
        while rows.len() < rows_max && rows.bytes.len() < BATCH_BYTES {
            let window = &self.buffer[self.at..];
            if self.ended && window.is_empty() {
                break;
            }
            match measure(window, self.ended, self.dialect) {
                Measure::Row { length, next, stray } => {
                    rows.push(&window[..length], stray.then_some(Fault::StrayQuote));
                    self.at += next;
                }
                Measure::NeedMore if window.len() <= ROW_BYTES_MAX => {
                    // Each time twice as much, so that a long row is not measured as often as it has pieces.
                    let wanted = 2 * window.len();
                    self.fill()?;
                    while !self.ended && self.buffer.len() < wanted {
                        self.fill()?;
                    }
                }
                Measure::NeedMore | Measure::TooLong => {
                    let line = line_end(window, self.ended).map_or(window.len(), |(length, _)| length);
                    let beginning = window[..line.min(BEGINNING_BYTES)].to_vec();
                    let digest = self.pass_over_line()?;
                    rows.push(&beginning, Some(Fault::TooLong(digest)));
                }
            }
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + READ_BYTES, 0);
        let read = read_some(&mut self.input, &mut self.buffer[before..])?;
        self.buffer.truncate(before + read);
        self.ended = read == 0;
        Ok(())
    }

    /// Leaves the rest of a line behind, however long it is, and gives the digest of its bytes.
    fn pass_over_line(&mut self) -> io::Result<Digest> {
        let mut hasher = Sha256::new();
        loop {
            let window = &self.buffer[self.at..];
            if let Some((length, next)) = line_end(window, self.ended) {
                hasher.update(&window[..length]);
                self.at += next;
                return Ok(Digest::from_bytes(hasher.finalize().into()));
            }
            // The last byte may be the first half of a line end.
            let certain = window.len().saturating_sub(1);
            hasher.update(&window[..certain]);
            self.at += certain;
            self.fill()?;
        }
    }
}

enum Measure {
    /// A row of `length` bytes; the one after it begins at `next`.
    Row {
        length: usize,
        next: usize,
        stray: bool,
    },
    NeedMore,
    TooLong,
}

fn measure(window: &[u8], ended: bool, dialect: Dialect) -> Measure {
    let Some((length, next)) = line_end(window, ended) else { return Measure::NeedMore };
    if length > ROW_BYTES_MAX {
        return Measure::TooLong;
    }
    let mut quotes = Quotes::new(dialect);
    quotes.follow(&window[..length]);
    if !quotes.open {
        return Measure::Row { length, next, stray: false };
    }
    match end_of_quoted(window, next, ended, &mut quotes) {
        Some(Some(row)) if row.end <= ROW_BYTES_MAX && (!row.is_long || is_sound(&window[..row.end], dialect)) => {
            Measure::Row { length: row.end, next: row.next, stray: false }
        }
        Some(_) => Measure::Row { length, next, stray: true },
        None => Measure::NeedMore,
    }
}

/// A row over several lines: where it ends, where the next begins, and whether it has a long field.
struct OverLines {
    end: usize,
    next: usize,
    is_long: bool,
}

/// Follows an open quote over further lines. `None`: more bytes are needed. `Some(None)`: the quote is a stray one.
fn end_of_quoted(window: &[u8], first_next: usize, ended: bool, quotes: &mut Quotes) -> Option<Option<OverLines>> {
    let mut from = first_next;
    let mut opened_before = first_next;
    let (mut is_long, mut reopenings) = (false, 0);
    loop {
        if window.len() == from && ended {
            return Some(None);
        }
        let Some((length, next)) = line_end(&window[from..], ended) else {
            return (window.len() - opened_before > QUOTED_BYTES_MAX).then_some(None);
        };
        let reopened = quotes.follow_on(&window[from..from + length]);
        let open_bytes = from + length - opened_before;
        is_long |= quotes.line_ends > SHORT_LINE_ENDS_MAX || open_bytes > SHORT_BYTES_MAX;
        if quotes.stray || open_bytes > QUOTED_BYTES_MAX || reopenings > REOPENED_MAX {
            return Some(None);
        }
        if !quotes.open {
            return Some(Some(OverLines { end: from + length, next: from + next, is_long }));
        }
        if reopened {
            opened_before = from;
            reopenings += 1;
        }
        from += next;
    }
}

/// Whether a row with a long field is a row: it has as many cells as the table's rows, and the lines in the field do not.
/// Where the table's width is not known, the row's own stands for it.
fn is_sound(row: &[u8], dialect: Dialect) -> bool {
    let (mut width, mut fields) = (0, Vec::new());
    let mut at = 0;
    loop {
        let rest = &row[at..];
        let begins = leading_spaces(rest, dialect.delimiter);
        let mut after = 0;
        if rest.get(begins) == Some(&b'"') {
            let mut quotes = Quotes::new(dialect);
            after = begins + 1 + quotes.close_in(&rest[begins + 1..]).unwrap_or(rest.len() - begins - 1);
            fields.push((width, &rest[begins + 1..after]));
        }
        width += 1;
        match rest[after..].iter().position(|&byte| byte == dialect.delimiter) {
            Some(place) => at += after + place + 1,
            None => break,
        }
    }
    let is_long = |field: &[u8]| field.len() > SHORT_BYTES_MAX || lines(field).count() > SHORT_LINE_ENDS_MAX;
    let is_taken_in =
        |&(place, field): &(usize, &[u8])| is_long(field) && holds_rows(field, place, row, (width, dialect.delimiter));
    width > 1 && (dialect.width == 0 || dialect.width == width) && !fields.iter().any(is_taken_in)
}

/// Whether the field at this place of a row has taken other rows in: its first line and its last are both as long as a row
/// without it, or too many of the whole lines between them are. As many commas as a narrow row has stand in many a sentence:
/// there a line must also begin as the row does (or end so, where the field is its beginning), with figures or with letters.
fn holds_rows(field: &[u8], place: usize, row: &[u8], (width, delimiter): (usize, u8)) -> bool {
    let like_row = width - width / 8;
    let edge = |line: &[u8]| {
        let mut pieces = line.split(|&byte| byte == delimiter);
        kind(if place == 0 { pieces.next_back() } else { pieces.next() }.unwrap_or_default())
    };
    let own = (width < NARROW).then(|| edge(row));
    let is_alike = |line: &[u8], cells: usize| cells >= like_row && own.as_ref().is_none_or(|own| edge(line) == *own);
    let count = |line: &[u8]| line.iter().filter(|&&byte| byte == delimiter).count();
    let lines: Vec<&[u8]> = lines(field).collect();
    let [first, inner @ .., last] = lines.as_slice() else { return false };
    let filled = inner.iter().filter(|line| count(line) > 0 || !line.trim_ascii().is_empty()).count();
    let alike = inner.iter().filter(|line| is_alike(line, count(line) + 1)).count();
    let opens = place + 1 + count(first) >= like_row;
    width >= 4 && opens && is_alike(last, count(last) + width - place) || alike * LINES_PER_LIKENESS > filled
}

/// Lines, with the piece after the last line end.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let window = rest?;
        let (length, next) = line_end(window, true)?;
        rest = (length < window.len()).then(|| &window[next..]);
        Some(&window[..length])
    })
}

/// The length of the first line and where the next begins. `None`: not known without more bytes.
fn line_end(window: &[u8], ended: bool) -> Option<(usize, usize)> {
    match memchr2(b'\n', b'\r', window) {
        Some(at) if window[at] == b'\n' => Some((at, at + 1)),
        Some(at) => match window.get(at + 1) {
            Some(b'\n') => Some((at, at + 2)),
            Some(_) => Some((at, at + 1)),
            None => ended.then_some((at, at + 1)),
        },
        None => ended.then_some((window.len(), window.len())),
    }
}

pub(super) fn holds(bytes: &[u8], wanted: u8) -> bool {
    memchr(wanted, bytes).is_some()
}

/// Whether a quoted field is open, line by line. It knows the same grammar as [`super::split`].
struct Quotes {
    dialect: Dialect,
    open: bool,
    /// Line ends, and delimiters, inside the quoted field that is or was last open.
    line_ends: usize,
    delimiters: usize,
    /// A field over several lines was closed in a way that no writer closes one, or holds whole rows.
    stray: bool,
}

impl Quotes {
    fn new(dialect: Dialect) -> Self {
        Quotes { dialect, open: false, line_ends: 0, delimiters: 0, stray: false }
    }

    fn follow(&mut self, line: &[u8]) {
        if holds(line, b'"') {
            self.follow_fields(line);
        }
    }

    /// A line that begins inside a quoted field. True if that field was closed, whatever is open at the line's end.
    fn follow_on(&mut self, line: &[u8]) -> bool {
        self.line_ends += 1;
        match self.close_in(line) {
            None => false,
            Some(rest) => {
                self.follow_fields(&line[rest..]);
                true
            }
        }
    }

    /// The whole of a line, or the rest of one after a closed field (from the delimiter on).
    fn follow_fields(&mut self, line: &[u8]) {
        let delimiter = self.dialect.delimiter;
        let mut at = 0;
        while let Some(quote) = memchr(b'"', &line[at..]).map(|place| at + place) {
            let field = memrchr(delimiter, &line[at..quote]).map_or(at, |place| at + place + 1);
            if field + leading_spaces(&line[field..], delimiter) < quote {
                match memchr(delimiter, &line[quote..]) {
                    Some(place) => at = quote + place + 1,
                    None => return,
                }
                continue;
            }
            (self.open, self.line_ends, self.delimiters) = (true, 0, 0);
            match self.close_in(&line[quote + 1..]) {
                Some(rest) => at = quote + 1 + rest,
                None => return,
            }
            at += usize::from(at < line.len());
        }
    }

    /// Looks for the closing quote; gives the place of the delimiter after it, or the line's end. `None`: still open.
    fn close_in(&mut self, line: &[u8]) -> Option<usize> {
        let delimiters = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == self.dialect.delimiter).count();
        let mut at = 0;
        while let Some(quote) = memchr(b'"', &line[at..]).map(|place| at + place) {
            self.delimiters += delimiters(&line[at..quote]);
            if line.get(quote + 1) != Some(&b'"') {
                return Some(self.closed(line, quote + 1));
            }
            at = quote + 2;
        }
        self.delimiters += delimiters(&line[at..]);
        None
    }

    fn closed(&mut self, line: &[u8], after: usize) -> usize {
        let delimiter = self.dialect.delimiter;
        let rest = &line[after..];
        let spaces = leading_spaces(rest, delimiter);
        let well_closed = rest.get(spaces).is_none_or(|&byte| byte == delimiter);
        // A stray quote in one row is closed by one in the same column of the next: the field then holds a whole
        // row's worth of delimiters for each line end.
        let width = self.dialect.width;
        let swallowed = width >= 4 && self.delimiters >= (width - 1) * self.line_ends;
        if self.line_ends > 0 && (!well_closed || swallowed) {
            self.stray = true;
        }
        self.open = false;
        memchr(delimiter, rest).map_or(line.len(), |place| after + place)
    }
}

/// Spaces and tabs, none of them the delimiter.
pub(super) fn leading_spaces(bytes: &[u8], delimiter: u8) -> usize {
    bytes.iter().take_while(|&&byte| (byte == b' ' || byte == b'\t') && byte != delimiter).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives a few bytes at a time, so that every boundary falls everywhere.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(into.len());
            into[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn scan(input: impl Read, width: usize) -> Vec<(Vec<u8>, bool)> {
        let mut scanner = Scanner::new(input, Dialect { delimiter: b',', width });
        let mut found = Vec::new();
        loop {
            let rows = scanner.next_rows(3).expect("memory can be read");
            if rows.len() == 0 {
                return found;
            }
            for place in 0..rows.len() {
                let (bytes, fault) = rows.row(place);
                found.push((bytes.to_vec(), fault.is_some()));
            }
        }
    }

    /// Stray rows are marked by a leading `!`.
    fn check(text: &str, width: usize, expected: &[&str]) {
        let rows = scan(text.as_bytes(), width).into_iter();
        let shown =
            rows.map(|(bytes, stray)| format!("{}{}", if stray { "!" } else { "" }, String::from_utf8_lossy(&bytes)));
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn each_kind_of_line_end_ends_one_row() {
        check("a\nb\r\nc\rd", 0, &["a", "b", "c", "d"]);
        check("a\n\n\r\nb\n", 0, &["a", "", "", "b"]);
        check("a\r", 0, &["a"]);
        check("", 0, &[]);
    }

    #[test]
    fn a_quoted_field_over_several_lines_is_one_row() {
        check("1,\"a\r\nb\",2\r\n3,c,4\r\n", 3, &["1,\"a\r\nb\",2", "3,c,4"]);
        check("\"a\n\"\"b\"\"\n\",x\ny", 2, &["\"a\n\"\"b\"\"\n\",x", "y"]);
        check("1, \"a\nb\" ,\"c\nd\"\n2", 3, &["1, \"a\nb\" ,\"c\nd\"", "2"]);
    }

    #[test]
    fn a_quote_inside_a_field_is_a_letter() {
        check("5\" nail,x\ny", 2, &["5\" nail,x", "y"]);
    }

    #[test]
    fn a_stray_quote_swallows_no_row() {
        check("1,\"a,b,c\n2,d,e,f\n3,g,h,i\n", 4, &["!1,\"a,b,c", "2,d,e,f", "3,g,h,i"]);
        // Closed where a quoted field of a later row opens.
        check("1,\"a,b,c\n2,\"d\",e,f\n3,g,h,i\n", 4, &["!1,\"a,b,c", "2,\"d\",e,f", "3,g,h,i"]);
        // Closed by another stray quote in the same column: the row would have the right width.
        check("1,\"a,b,c\n2,d\",e,f\n3,g,h,i\n", 4, &["!1,\"a,b,c", "2,d\",e,f", "3,g,h,i"]);
    }

    #[test]
    fn a_quoted_field_has_its_limits() {
        let of_lines = |lines: usize, width| {
            let text = format!("1,\"{}\",2\n3,4,5\n", "\n".repeat(lines));
            scan(text.as_bytes(), width)
        };
        assert_eq!(of_lines(SHORT_LINE_ENDS_MAX, 9).len(), 2);
        // A longer one needs a row that is as wide as the table.
        let rows = of_lines(SHORT_LINE_ENDS_MAX + 1, 9);
        assert_eq!((rows.len(), rows[0].1), (SHORT_LINE_ENDS_MAX + 3, true));
        assert_eq!(of_lines(SHORT_LINE_ENDS_MAX + 1, 3).len(), 2);
        assert_eq!(of_lines(20_000, 0).len(), 2);
        let of_bytes = |bytes: usize, width| {
            let text = format!("1,\"a\n{}\n\",2\n3,4,5\n", "x".repeat(bytes));
            scan(text.as_bytes(), width).len()
        };
        assert_eq!((of_bytes(SHORT_BYTES_MAX + 1, 3), of_bytes(SHORT_BYTES_MAX + 1, 4)), (2, 4));
        assert_eq!((of_bytes(QUOTED_BYTES_MAX - 8, 3), of_bytes(QUOTED_BYTES_MAX + 1, 3)), (2, 4));
    }

    /// A row with a note of so many lines, and how many rows are found of the two.
    #[track_caller]
    fn check_note(line: &str, lines: usize, width: usize, is_one: bool) {
        let end = ",x".repeat(width.saturating_sub(3));
        let text = format!("1,\"Seen\n{}well\",2{end}\n3,4,5{end}\n", format!("{line}\n").repeat(lines));
        let rows = scan(text.as_bytes(), width);
        let expected = if is_one { (2, false) } else { (text.lines().count(), true) };
        assert_eq!((rows.len(), rows[0].1), expected, "{line} {lines} {width}");
        assert_eq!(rows.iter().filter(|(_, stray)| *stray).count(), usize::from(!is_one));
    }

    #[test]
    fn a_long_note_is_one_field() {
        for lines in [60, 500, 5000] {
            check_note("Knee better, sleeps well", lines, 6, true);
            check_note("", lines, 6, true);
            check_note("says \"\"no\"\"", lines, 3, true);
            // Of commas alone a sentence has as many as a narrow row.
            check_note("Knee better, sleeps well, eats, walks, rests, reads, but, alas, no stairs", lines, 3, true);
            check_note("Knee better, eats, walks, rests\nWell\n\nGood", lines / 4, 4, true);
            check_note("Thigh, knee, foot", lines, 3, true);
        }
    }

    #[test]
    fn a_stray_quote_far_from_the_next_swallows_no_row() {
        for lines in [60, 500, 5000] {
            check_note("2,d,e,x,x,x", lines, 6, false);
            check_note("2,d,e\nKnee\n\nHip", lines / 2, 3, false);
            check_note("Knee\n2,d,e,x,x,x", lines / 2, 6, false);
            // The note is the row's first cell.
            let of_first = |line: &str| {
                let text = format!("\"Seen\n{}well\",2017\nx,2018\n", format!("{line}\n").repeat(lines));
                scan(text.as_bytes(), 2).len()
            };
            assert_eq!((of_first("Knee better, sleeps well"), of_first("Knee,2016")), (2, lines + 3));
        }
        // Blank lines up to the next row, and rows whose last cells were left out.
        let far = format!("1,\"a,b,c\n{}2,d\",e,f\n", "\n".repeat(60));
        assert_eq!(scan(far.as_bytes(), 4).len(), 62);
        check_note("2,d,e,f,g,h,i,j,k,l,m,n,o,p,q", 60, 16, false);
    }

    #[test]
    fn a_quote_is_not_followed_again_and_again() {
        // Each line closes a field and opens one, whichever it begins in.
        let text = "\",5\"x,\"\n".repeat(40_000);
        let begun = std::time::Instant::now();
        assert_eq!(scan(text.as_bytes(), 3).len(), 40_000);
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    }

    #[test]
    fn a_row_that_is_too_long_is_left_behind_and_counted() {
        let text = format!("a\n{}\r\nb\n", "x".repeat(3 * ROW_BYTES_MAX));
        let rows = scan(text.as_bytes(), 0);
        let beginning = vec![b'x'; BEGINNING_BYTES];
        assert!(rows == [(b"a".to_vec(), false), (beginning, true), (b"b".to_vec(), false)]);
        let mut scanner = Scanner::new(Trickle(text.as_bytes(), 70_000), Dialect { delimiter: b',', width: 0 });
        let rows = scanner.next_rows(9).expect("memory can be read");
        let expected = Digest::of("x".repeat(3 * ROW_BYTES_MAX).as_bytes());
        assert_eq!(rows.row(1).1, Some(Fault::TooLong(expected)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_given_once_and_in_order(bytes: Vec<u8>, width in 0usize..6) {
            let without_ends = |bytes: &[u8]| bytes.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect::<Vec<_>>();
            let rows = scan(bytes.as_slice(), width);
            prop_assert_eq!(without_ends(&bytes), rows.iter().flat_map(|(row, _)| without_ends(row)).collect::<Vec<_>>());
        }

        #[test]
        fn every_line_is_counted_once(text in "[ab\", \n\r]{0,60}", width in 0usize..6) {
            let lines = |bytes: &[u8]| scan(&bytes.iter().map(|&byte| if byte == b'"' { b'a' } else { byte }).collect::<Vec<_>>()[..], 0).len();
            let inside = |row: &[u8]| if row.is_empty() { 1 } else { lines(row).max(1) + usize::from(row.ends_with(b"\n") || row.ends_with(b"\r")) };
            let rows = scan(text.as_bytes(), width);
            prop_assert_eq!(rows.iter().map(|(row, _)| inside(row)).sum::<usize>(), lines(text.as_bytes()));
        }

        #[test]
        fn where_chunks_end_makes_no_difference(text in "[ab\", \n\r]{0,60}", step in 1usize..7, width in 0usize..6) {
            prop_assert_eq!(scan(Trickle(text.as_bytes(), step), width), scan(text.as_bytes(), width));
        }
    }
}
