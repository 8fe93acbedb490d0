//! Every distinct text once.

use hashbrown::HashTable;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// A text by its place in [`Texts`]; nought is "missing".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// No text.
    pub const NONE: Symbol = Symbol(0);

    /// Whether there is a text.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// Its place, from 1; nought for none.
    pub fn place(self) -> u32 {
        self.0
    }

    /// The symbol at a place that [`Symbol::place`] gave.
    pub fn at(place: u32) -> Symbol {
        Symbol(place)
    }
}

/// An arena of distinct texts. The hash decides only where a text is looked for, never an order that anyone sees:
/// symbols are numbered in the order in which texts arrive.
#[derive(Default)]
pub struct Texts {
    bytes: String,
    ends: Vec<u32>,
    index: HashTable<Entry>,
}

/// A symbol beside half of its text's hash, so that a text is read only where it very likely is the one looked for, and
/// not at all when the table grows.
struct Entry {
    hash: u32,
    symbol: u32,
}

type Hasher = BuildHasherDefault<DefaultHasher>;

/// Half a hash is kept, so half a hash is all that decides the place: the other half repeats it.
fn hash(text: &str) -> (u32, u64) {
    let half = (Hasher::default().hash_one(text) >> 32) as u32;
    (half, whole(half))
}

fn whole(half: u32) -> u64 {
    u64::from(half) << 32 | u64::from(half)
}

impl Texts {
    /// The symbol of a text; empty text is [`Symbol::NONE`]. Panics past 4 GiB of distinct text.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if text.is_empty() {
            return Symbol::NONE;
        }
        let (half, whole_hash) = hash(text);
        let (bytes, ends) = (&self.bytes, &self.ends);
        let is = |entry: &Entry| entry.hash == half && slice(bytes, ends, entry.symbol) == text;
        if let Some(found) = self.index.find(whole_hash, is) {
            return Symbol(found.symbol);
        }
        self.bytes.push_str(text);
        self.ends.push(u32::try_from(self.bytes.len()).expect("distinct text of a run stays below 4 GiB"));
        let symbol = u32::try_from(self.ends.len()).expect("fewer texts than bytes");
        self.index.insert_unique(whole_hash, Entry { hash: half, symbol }, |entry| whole(entry.hash));
        Symbol(symbol)
    }

    /// The symbol of a text that was interned before.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        let (half, whole_hash) = hash(text);
        let is = |entry: &Entry| entry.hash == half && slice(&self.bytes, &self.ends, entry.symbol) == text;
        self.index.find(whole_hash, is).map(|entry| Symbol(entry.symbol))
    }

    /// The text of a symbol; empty for [`Symbol::NONE`].
    pub fn text(&self, symbol: Symbol) -> &str {
        if symbol.is_some() { slice(&self.bytes, &self.ends, symbol.0) } else { "" }
    }

    /// How many distinct texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of the texts themselves.
    pub fn value_bytes(&self) -> usize {
        self.bytes.len()
    }
}

fn slice<'a>(bytes: &'a str, ends: &[u32], symbol: u32) -> &'a str {
    let place = symbol as usize - 1;
    let start = if place == 0 { 0 } else { ends[place - 1] as usize };
    &bytes[start..ends[place] as usize]
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Texts({} redacted)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_symbol_and_come_back() {
        let mut texts = Texts::default();
        let words: Vec<String> = (0..1000).map(|word| format!("word {word}")).collect();
        let symbols: Vec<Symbol> = words.iter().map(|word| texts.intern(word)).collect();
        for (word, symbol) in words.iter().zip(&symbols) {
            assert_eq!(texts.text(*symbol), word);
            assert_eq!(texts.intern(word), *symbol);
            assert_eq!(texts.find(word), Some(*symbol));
        }
        assert_eq!(texts.len(), 1000);
        assert_eq!(texts.intern(""), Symbol::NONE);
        assert_eq!(texts.text(Symbol::NONE), "");
        assert_eq!(texts.find("absent"), None);
    }
}
