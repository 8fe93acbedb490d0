//! Of what the lines of a field in quotes are made, by which rows are told from prose.

/// So much of a text shows of what it is made.
const MADE_OF: usize = 8;

/// A line, or as much of it as stands in one field: its delimiters, and of what it is made before the first and after the
/// last of them.
#[derive(Clone, Default)]
pub(super) struct Piece {
    pub(super) delimiters: usize,
    pub(super) first: Made,
    pub(super) last: Made,
}

impl Piece {
    pub(super) fn see(&mut self, byte: u8, delimits: bool) {
        if delimits {
            self.delimiters += 1;
            self.last = Made::default();
            return;
        }
        self.last.see(byte);
        if self.delimiters == 0 {
            self.first.see(byte);
        }
    }
}

/// Of what a text is made, in order: `9` figures, `a` letters, `x` both together, and signs; its beginning tells.
#[derive(Clone, Default)]
pub(super) struct Made {
    pub(super) of: Vec<u8>,
    /// Whether white space has followed.
    space: bool,
}

impl Made {
    fn see(&mut self, byte: u8) {
        let class = match byte {
            b'"' => return,
            b'0'..=b'9' => b'9',
            _ if byte.is_ascii_alphabetic() || !byte.is_ascii() => b'a',
            _ if byte.is_ascii_whitespace() => {
                self.space = !self.of.is_empty();
                return;
            }
            sign => sign,
        };
        if std::mem::take(&mut self.space) {
            self.push(b' ');
        }
        self.push(class);
    }

    fn push(&mut self, class: u8) {
        let has_room = self.of.len() < MADE_OF;
        match self.of.last_mut() {
            Some(last) if *last == class => {}
            Some(last) if matches!(last, b'9' | b'a' | b'x') && matches!(class, b'9' | b'a') => *last = b'x',
            _ if has_room => self.of.push(class),
            _ => {}
        }
    }
}
