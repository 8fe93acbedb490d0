//! Every distinct text once.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher as _;

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
    /// Symbols by the hash of their text; none once the last text has come.
    index: HashTable<u32>,
}

/// An index of fewer texts lies in the caches of any processor.
const FORESEEN_FROM: usize = 1 << 15;

fn hash(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}

impl Texts {
    /// The symbol of a text; empty text is [`Symbol::NONE`]. Panics past 4 GiB of distinct text.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if text.is_empty() {
            return Symbol::NONE;
        }
        if self.index.len() < self.ends.len() || self.index.len() == self.index.capacity() {
            self.index_all();
        }
        let (hash, bytes, ends) = (hash(text), &self.bytes, &self.ends);
        if let Some(found) = self.index.find(hash, |symbol| slice(bytes, ends, *symbol) == text) {
            return Symbol(*found);
        }
        self.bytes.push_str(text);
        self.ends.push(u32::try_from(self.bytes.len()).expect("distinct text of a run stays below 4 GiB"));
        let symbol = u32::try_from(self.ends.len()).expect("fewer texts than bytes");
        self.index.insert_unique(hash, symbol, |_| unreachable!("there is room for one more"));
        Symbol(symbol)
    }

    /// Looks where these texts would lie, all before any is needed: memory answers many such questions in the time of one.
    pub fn foresee<'a>(&self, texts: impl Iterator<Item = &'a str>) {
        if self.index.len() < FORESEEN_FROM {
            return;
        }
        for text in texts {
            let seen = |symbol: &u32| std::hint::black_box(self.ends[*symbol as usize - 1]) == u32::MAX;
            std::hint::black_box(self.index.find(hash(text), seen));
        }
    }

    /// Gives back the memory that only more texts would need. More may come all the same, at the price of a new index.
    pub fn close(&mut self) {
        self.index = HashTable::new();
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// A new index with room for twice as many, filled in the order in which the texts lie: that is far faster than the
    /// order of an old index would be.
    fn index_all(&mut self) {
        self.index = HashTable::new();
        self.index = HashTable::with_capacity((self.ends.len() * 2).max(64));
        for symbol in 1..=self.ends.len() as u32 {
            let text = slice(&self.bytes, &self.ends, symbol);
            self.index.insert_unique(hash(text), symbol, |_| unreachable!("there is room for all"));
        }
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
        }
        texts.close();
        let again: Vec<Symbol> = words.iter().map(|word| texts.intern(word)).collect();
        assert_eq!(again, symbols, "a closed arena knows its texts when more come");
        assert_eq!(texts.len(), 1000);
        assert_eq!(texts.intern(""), Symbol::NONE);
        assert_eq!(texts.text(Symbol::NONE), "");
    }
}
