//! Which encoding a text has, and its text as UTF-8, without a guess at any byte that the encoding does not allow.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// Stands in decoded text for bytes that the encoding does not allow: no UTF-8 text holds this byte, so that the row
/// it stands in cannot pass for text.
const NOT_ALLOWED: u8 = 0xff;
/// Windows-1252 leaves these undefined; the web's reading of it turns them into control characters.
const UNDEFINED_1252: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
const GUESS_BYTES_MAX: usize = 4 << 20;
const READ_BYTES: usize = 64 << 10;

/// So many characters of UTF-8 prove it.
const CERTAIN: u64 = 1000;

/// Counts, over a file, what tells UTF-8 from other encodings.
#[derive(Debug, Default)]
pub(super) struct Utf8Count {
    carry: Vec<u8>,
    /// Characters of more than one byte.
    pub(super) wide: u64,
    /// Byte sequences that UTF-8 does not allow.
    pub(super) broken: u64,
}

impl Utf8Count {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if self.carry.is_empty() && bytes.is_ascii() {
            return;
        }
        let mut joined = std::mem::take(&mut self.carry);
        let mut rest = bytes;
        if !joined.is_empty() {
            joined.extend_from_slice(bytes);
            rest = &joined;
        }
        while let Err(error) = std::str::from_utf8(rest) {
            let (valid, after) = rest.split_at(error.valid_up_to());
            self.count_wide(valid);
            match error.error_len() {
                Some(length) => {
                    self.broken += 1;
                    rest = &after[length..];
                }
                None => {
                    self.carry = after.to_vec();
                    return;
                }
            }
        }
        self.count_wide(rest);
    }

    pub(super) fn end(&mut self) {
        if !std::mem::take(&mut self.carry).is_empty() {
            self.broken += 1;
        }
    }

    fn count_wide(&mut self, valid: &[u8]) {
        self.wide += valid.iter().filter(|&&byte| byte >= 0xc0).count() as u64;
    }

    /// Whether no more of the text need be looked at: so many characters of UTF-8 and nothing else are no accident, and what
    /// is broken after them is damage.
    pub(super) fn is_certain(&self) -> bool {
        self.broken == 0 && self.wide >= CERTAIN
    }

    /// A text with more characters of UTF-8 than broken ones is UTF-8 with damaged rows: text of another encoding
    /// forms such characters next to never.
    fn is_utf8(&self) -> bool {
        self.broken == 0 || self.wide > self.broken
    }
}

/// An encoding that is certain or stated. `None`: only a guess is left.
pub(super) fn known(head: &[u8], stated: Option<&'static Encoding>, count: &Utf8Count) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    stated.or_else(|| utf_16_by_noughts(head)).or_else(|| count.is_utf8().then_some(UTF_8))
}

/// UTF-16 without a byte order mark: every other byte of Western text is nought.
fn utf_16_by_noughts(head: &[u8]) -> Option<&'static Encoding> {
    let noughts = |place: usize| head.chunks_exact(2).filter(|pair| pair[place] == 0).count();
    let pairs = head.len() / 2;
    match (noughts(0), noughts(1)) {
        (0, odd) if odd * 10 >= pairs * 7 && odd > 0 => Some(UTF_16LE),
        (even, 0) if even * 10 >= pairs * 7 && even > 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// The likeliest encoding of a British text that is not UTF-8.
pub(super) fn guess(mut input: impl Read) -> io::Result<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut chunk = vec![0; READ_BYTES];
    let mut fed = 0;
    loop {
        let read = input.read(&mut chunk)?;
        if read == 0 || fed > GUESS_BYTES_MAX {
            detector.feed(&[], true);
            return Ok(detector.guess(Some(b"uk"), Utf8Detection::Deny));
        }
        if !chunk[..read].is_ascii() {
            detector.feed(&chunk[..read], false);
            fed += read;
        }
    }
}

/// Gives text of any encoding as UTF-8.
pub(super) struct Transcoder<R> {
    pub(super) input: R,
    encoding: &'static Encoding,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    at: usize,
    filled: usize,
    ended: bool,
    bom_left: usize,
}

impl<R: Read> Transcoder<R> {
    /// Of a text from its first byte on; a byte order mark is left out.
    pub(super) fn new(input: R, encoding: &'static Encoding, head: &[u8]) -> Self {
        let bom_left = Encoding::for_bom(head).map_or(0, |(_, length)| length);
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let raw = vec![0; if decoder.is_some() { READ_BYTES } else { 8 }];
        Transcoder { input, encoding, decoder, raw, at: 0, filled: 0, ended: false, bom_left }
    }

    fn pass_over_bom(&mut self) -> io::Result<()> {
        while self.bom_left > 0 {
            let read = self.input.read(&mut self.raw[..self.bom_left])?;
            if read == 0 {
                break;
            }
            self.bom_left -= read;
        }
        self.bom_left = 0;
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        let read = self.input.read(&mut self.raw)?;
        (self.at, self.filled, self.ended) = (0, read, read == 0);
        Ok(())
    }

    /// Decodes what there is room for; gives the bytes written.
    fn decode(&mut self, into: &mut [u8]) -> usize {
        let Some(decoder) = &mut self.decoder else { return 0 };
        let source = &self.raw[self.at..self.filled];
        let undefined = |byte: &u8| self.encoding == WINDOWS_1252 && UNDEFINED_1252.contains(byte);
        let stop = source.iter().position(undefined).unwrap_or(source.len());
        if stop == 0 && !source.is_empty() {
            self.at += 1;
            into[0] = NOT_ALLOWED;
            return 1;
        }
        let room = into.len() - 1;
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(&source[..stop], &mut into[..room], self.ended);
        self.at += read;
        match result {
            DecoderResult::Malformed(..) => {
                into[written] = NOT_ALLOWED;
                written + 1
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {
                if self.ended && result == DecoderResult::InputEmpty {
                    self.decoder = None;
                }
                written
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.pass_over_bom()?;
        if self.encoding == UTF_8 {
            return self.input.read(into);
        }
        if into.len() < 16 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "decoding needs room for a character"));
        }
        while self.decoder.is_some() {
            if self.at == self.filled && !self.ended {
                self.fill()?;
            }
            let written = self.decode(into);
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(bytes: &[u8], step: usize) -> Utf8Count {
        let mut count = Utf8Count::default();
        bytes.chunks(step).for_each(|chunk| count.add(chunk));
        count.end();
        count
    }

    fn decode(bytes: &[u8], encoding: &'static Encoding) -> Vec<u8> {
        let mut text = Vec::new();
        let mut transcoder = Transcoder::new(bytes, encoding, bytes);
        let mut buffer = [0; 32];
        loop {
            let read = transcoder.read(&mut buffer).expect("memory can be read");
            if read == 0 {
                assert!(transcoder.input.is_empty(), "all of it was read");
                return text;
            }
            text.extend_from_slice(&buffer[..read]);
        }
    }

    fn utf_16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn characters_are_counted_across_chunks() {
        for step in 1..5 {
            let counted = count("Zoë, Siân, €".as_bytes(), step);
            assert_eq!((counted.wide, counted.broken), (3, 0));
            let counted = count(b"Zo\xeb, Si\xe2n", step);
            assert_eq!((counted.wide, counted.broken), (0, 2));
        }
        assert_eq!(count(b"cut \xe2\x82", 3).broken, 1);
    }

    #[test]
    fn what_is_certain_comes_before_what_is_stated_and_what_is_likely() {
        let check = |bytes: &[u8], stated, expected| assert_eq!(known(bytes, stated, &count(bytes, 64)), expected);
        check(b"\xef\xbb\xbfa", Some(WINDOWS_1252), Some(UTF_8));
        check(b"\xff\xfea\0", None, Some(UTF_16LE));
        check(b"\xfe\xff\0a", Some(UTF_8), Some(UTF_16BE));
        check(b"a", Some(WINDOWS_1252), Some(WINDOWS_1252));
        check("Zoë".as_bytes(), None, Some(UTF_8));
        check(b"Zo\xeb", None, None);
        check(
            "Zoë, Siân, \u{ff}".as_bytes().iter().copied().chain([0xeb]).collect::<Vec<_>>().as_slice(),
            None,
            Some(UTF_8),
        );
        check(&utf_16("Surname,DOB", u16::to_le_bytes), None, Some(UTF_16LE));
        check(&utf_16("Surname,DOB", u16::to_be_bytes), None, Some(UTF_16BE));
    }

    #[test]
    fn british_text_is_taken_for_windows_1252() {
        assert_eq!(guess(&b"Name\nZo\xeb Smith\nSi\xe2n O\x92Neill, \xa312\n"[..]).expect("memory"), WINDOWS_1252);
    }

    #[test]
    fn text_becomes_utf_8_without_its_mark() {
        assert_eq!(decode(b"\xef\xbb\xbfZo\xc3\xab", UTF_8), "Zoë".as_bytes());
        assert_eq!(decode(b"Zo\xeb \x92", WINDOWS_1252), "Zoë ’".as_bytes());
        let long = "Zoë 🩺 ".repeat(50_000);
        assert_eq!(decode(&utf_16(&long, u16::to_le_bytes), UTF_16LE), long.as_bytes());
        assert_eq!(decode(&utf_16(&format!("\u{feff}{long}"), u16::to_be_bytes), UTF_16BE), long.as_bytes());
    }

    #[test]
    fn bytes_that_are_not_allowed_leave_a_mark() {
        assert_eq!(decode(b"a\x81b", WINDOWS_1252), b"a\xffb");
        assert_eq!(decode(b"\x81", WINDOWS_1252), b"\xff");
        assert_eq!(decode(b"a\0\x00\xd8b\0", UTF_16LE), b"a\xffb");
        assert_eq!(decode(b"a\0b", UTF_16LE), b"a\xff");
    }
}
