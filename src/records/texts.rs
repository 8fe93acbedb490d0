//! Every distinct text once.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use rayon::prelude::*;
use std::hash::BuildHasher as _;
use std::hint::black_box;

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
    pages: Vec<Page>,
    count: u32,
    value_bytes: usize,
    /// Symbols by the hash of their text; none once the last text has come.
    index: HashTable<u32>,
    /// Texts that are in no index; each may be there a second time until [`Texts::unify`].
    loose: u32,
    /// Whether texts came since which are in no index at all.
    closed: bool,
}

/// Texts one after the other, none of them empty, before they have symbols.
#[derive(Default)]
pub(super) struct LooseTexts(Page);

/// Symbols that gave way to others when texts that were there twice became one.
pub(super) struct Unified {
    /// In order of the symbols that gave way: those which stay.
    stays: Vec<u32>,
    /// A bit a symbol: whether it gave way; and how many did before the first symbol of the word.
    gone: Vec<(u64, u32)>,
}

/// So many texts one after the other. An arena that grows page by page is never copied, and leaves no holes behind.
#[derive(Default)]
struct Page {
    bytes: String,
    ends: Vec<u32>,
}

const PAGE_TEXTS: usize = 1 << 12;

/// Texts are held against each other in so many passes, each in so many parts that lie in a processor's own cache. What a pass
/// brings together is held in memory at a time.
const PASSES: u8 = 4;
const PARTS: usize = 256;
/// Pieces of the arena that are gone through at the same time; their number does not depend on that of the threads.
const CHUNKS: usize = 16;
/// So many pairs of texts are looked at together.
const FORESEEN: usize = 16;

/// A text that is to be looked for, with its hash: where it lies can be foreseen.
pub(super) fn hash(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}

impl Page {
    fn text(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.bytes[start..self.ends[place] as usize]
    }

    /// The texts in order; empty where one gave way to another.
    fn all(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|place| self.text(place))
    }

    /// The texts with their symbols, of which `first` is the first. What gave way to another has none.
    fn texts(&self, first: u32) -> impl Iterator<Item = (u32, &str)> {
        (first..).zip(self.all()).filter(|(_, text)| !text.is_empty())
    }

    /// Takes out what gave way to others.
    fn drop_gone(&mut self, first: u32, unified: &Unified) {
        let mut bytes = String::with_capacity(self.bytes.len());
        let mut ends = Vec::with_capacity(self.ends.len());
        for place in 0..self.ends.len() {
            if !unified.is_gone(first + place as u32) {
                bytes.push_str(self.text(place));
            }
            ends.push(bytes.len() as u32);
        }
        (self.bytes, self.ends) = (bytes, ends);
    }
}

impl LooseTexts {
    /// Takes all out.
    pub(super) fn clear(&mut self) {
        self.0.bytes.clear();
        self.0.ends.clear();
    }

    /// Adds a text.
    pub(super) fn push(&mut self, text: &str) {
        self.0.bytes.push_str(text);
        self.0.ends.push(u32::try_from(self.0.bytes.len()).expect("some cells are shorter than 4 GiB"));
    }
}

impl Unified {
    /// Of so many symbols; of those that gave way in order, each with that which stays.
    fn new(count: usize, twice: &[(u32, u32)]) -> Self {
        let mut gone = vec![(0, 0); count / 64 + 1];
        twice.iter().for_each(|(symbol, _)| gone[*symbol as usize / 64].0 |= 1 << (symbol % 64));
        let mut before = 0;
        for (bits, first) in &mut gone {
            *first = before;
            before += u64::count_ones(*bits);
        }
        Unified { stays: twice.iter().map(|(_, stays)| *stays).collect(), gone }
    }

    /// The symbol that stays.
    pub(super) fn of(&self, symbol: u32) -> u32 {
        let (bits, before) = self.gone[symbol as usize / 64];
        let bit = 1 << (symbol % 64);
        if bits & bit == 0 { symbol } else { self.stays[(before + (bits & (bit - 1)).count_ones()) as usize] }
    }

    fn is_gone(&self, symbol: u32) -> bool {
        self.gone[symbol as usize / 64].0 & 1 << (symbol % 64) != 0
    }
}

impl Texts {
    /// The symbol of a text; empty text is [`Symbol::NONE`].
    pub fn intern(&mut self, text: &str) -> Symbol {
        self.intern_hashed(hash(text), text)
    }

    /// The same, of a text whose hash is known.
    pub(super) fn intern_hashed(&mut self, hash: u64, text: &str) -> Symbol {
        if text.is_empty() {
            return Symbol::NONE;
        }
        if self.closed || (self.loose == 0 && self.index.len() == self.index.capacity()) {
            self.index_all();
        }
        if let Some(found) = self.find(hash, text) {
            return found;
        }
        let symbol = self.add(text);
        let pages = &self.pages;
        self.index.insert_unique(hash, symbol.0, |symbol| self::hash(slice(pages, *symbol)));
        symbol
    }

    /// Adds texts that are hardly there already: looking would cost more than it is worth. Gives their symbols, in order. Until
    /// [`Texts::unify`] the same text may have several.
    pub(super) fn add_loose(&mut self, texts: &LooseTexts) -> impl Iterator<Item = Symbol> + use<> {
        let Page { bytes, ends } = &texts.0;
        let first = self.count + 1;
        let mut from = (0, 0);
        while from.0 < ends.len() {
            let page = self.open_page();
            let to = ends.len().min(from.0 + PAGE_TEXTS - page.ends.len());
            let (start, end) = (page.bytes.len(), ends[to - 1]);
            page.bytes.push_str(&bytes[from.1 as usize..end as usize]);
            u32::try_from(page.bytes.len()).expect("4,096 cells are shorter than 4 GiB");
            page.ends.extend(ends[from.0..to].iter().map(|end| start as u32 + (end - from.1)));
            self.count = self.count.checked_add((to - from.0) as u32).expect("fewer texts than 4 billion");
            from = (to, end);
        }
        self.loose += ends.len() as u32;
        self.value_bytes += bytes.len();
        (first..).take(ends.len()).map(Symbol)
    }

    /// The symbol of a text that is known; `None` of a text that came never, or not since the arena was closed.
    pub(super) fn find(&self, hash: u64, text: &str) -> Option<Symbol> {
        self.index.find(hash, |symbol| slice(&self.pages, *symbol) == text).map(|found| Symbol(*found))
    }

    /// Looks where a text would lie. When several texts are foreseen before the first is found, memory answers the many
    /// questions in the time of one.
    pub(super) fn foresee(&self, hash: u64) {
        let seen = |symbol: &u32| black_box(ends(&self.pages, *symbol)) == u32::MAX;
        black_box(self.index.find(hash, seen));
    }

    /// A page with room for one more text at least.
    fn open_page(&mut self) -> &mut Page {
        if (self.count as usize).is_multiple_of(PAGE_TEXTS) {
            // Texts that come one after the other are much alike: the next page is hardly copied while it grows.
            let room = self.pages.last_mut().map_or(0, |full| {
                full.bytes.shrink_to_fit();
                full.bytes.len()
            });
            self.pages.push(Page { bytes: String::with_capacity(room), ends: Vec::with_capacity(PAGE_TEXTS) });
        }
        self.pages.last_mut().expect("a page has just been begun where there was none")
    }

    fn add(&mut self, text: &str) -> Symbol {
        let page = self.open_page();
        page.bytes.push_str(text);
        page.ends.push(u32::try_from(page.bytes.len()).expect("4,096 cells are shorter than 4 GiB"));
        self.count = self.count.checked_add(1).expect("fewer texts than 4 billion");
        self.value_bytes += text.len();
        Symbol(self.count)
    }

    /// Makes one of all texts that are there several times: the first stays. Those who hold symbols must take the ones that
    /// stay. `None` where no text is there twice.
    pub(super) fn unify(&mut self) -> Option<Unified> {
        if self.loose == 0 {
            return None;
        }
        self.close();
        self.loose = 0;
        let mut passes = vec![Vec::new(); CHUNKS];
        let mut twice: Vec<(u32, u32)> = (0..PASSES).flat_map(|pass| self.find_twice(pass, &mut passes)).collect();
        twice.par_sort_unstable();
        let unified = Unified::new(self.count as usize, &twice);
        let pages = self.pages.par_iter_mut().enumerate();
        pages.for_each(|(number, page)| {
            let first = (number * PAGE_TEXTS) as u32 + 1;
            if (first..).take(page.ends.len()).any(|symbol| unified.is_gone(symbol)) {
                page.drop_gone(first, &unified);
            }
        });
        self.value_bytes = self.pages.iter().map(|page| page.bytes.len()).sum();
        Some(unified).filter(|unified| !unified.stays.is_empty())
    }

    /// Symbols of texts that came before with a lesser symbol, which is given beside; of the texts whose hashes are looked at
    /// in this pass, which the first pass settles for each text of a chunk of pages. Texts of like hash are brought together
    /// first: then each look is at little memory.
    fn find_twice(&self, pass: u8, passes: &mut [Vec<u8>]) -> Vec<(u32, u32)> {
        let in_chunk = self.pages.len().div_ceil(CHUNKS);
        let pages = self.pages.par_chunks(in_chunk).zip(passes).enumerate();
        let chunks: Vec<Vec<Vec<(u32, u32)>>> = pages
            .map(|(chunk, (pages, passes))| {
                let mut parts = vec![Vec::new(); PARTS];
                let first = (chunk * in_chunk * PAGE_TEXTS) as u32 + 1;
                for (symbol, text) in (first..).zip(pages.iter().flat_map(Page::all)) {
                    let place = (symbol - first) as usize;
                    let hash = match passes.get(place) {
                        Some(settled) if *settled != pass => continue,
                        Some(_) => hash(text),
                        None => {
                            let hash = hash(text);
                            passes.push((hash >> 62) as u8 % PASSES);
                            hash
                        }
                    };
                    if passes[place] == pass && !text.is_empty() {
                        parts[(hash >> 48) as usize % PARTS].push((hash as u32, symbol));
                    }
                }
                parts
            })
            .collect();
        let of_part = |part: usize| chunks.iter().map(move |parts| &*parts[part]);
        (0..PARTS).into_par_iter().flat_map_iter(|part| self.twice_among(of_part(part))).collect()
    }

    /// The same among some texts, given their hashes and symbols. Texts of one hash are nearly always the same: they are held
    /// against each other at the end, where memory answers many questions in the time of one.
    fn twice_among<'t>(&self, texts: impl Iterator<Item = &'t [(u32, u32)]> + Clone) -> Vec<(u32, u32)> {
        let alike = twice_by(texts.clone(), |_, _| true);
        let first = |symbol: u32| slice(&self.pages, symbol).as_bytes().first().copied();
        let are_same = |pair: &(u32, u32)| slice(&self.pages, pair.0) == slice(&self.pages, pair.1);
        let all_are_same = alike.chunks(FORESEEN).all(|pairs| {
            pairs.iter().for_each(|(symbol, stays)| {
                black_box((first(*symbol), first(*stays)));
            });
            pairs.iter().all(are_same)
        });
        if all_are_same { alike } else { twice_by(texts, |symbol, stays| are_same(&(symbol, stays))) }
    }

    /// Gives back the memory that only more texts would need. More may come all the same, at the price of a new index.
    pub fn close(&mut self) {
        self.index = HashTable::new();
        self.closed = true;
    }

    /// A new index with room for twice as many, filled in the order in which the texts lie: that is far faster than the
    /// order of an old index would be.
    fn index_all(&mut self) {
        self.index = HashTable::new();
        self.index = HashTable::with_capacity((self.count as usize * 2).max(64));
        self.closed = false;
        for (page, first) in self.pages.iter().zip((1..).step_by(PAGE_TEXTS)) {
            for (symbol, text) in page.texts(first) {
                self.index.insert_unique(hash(text), symbol, |_| unreachable!("there is room for all"));
            }
        }
    }

    /// The text of a symbol; empty for [`Symbol::NONE`].
    pub fn text(&self, symbol: Symbol) -> &str {
        if symbol.is_some() { slice(&self.pages, symbol.0) } else { "" }
    }

    /// How many symbols were given: distinct texts, and those that gave way to another's ([`Texts::unify`]).
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of the texts themselves.
    pub fn value_bytes(&self) -> usize {
        self.value_bytes
    }
}

/// Symbols whose hash came before with a lesser symbol that is the same, with that one.
fn twice_by<'t>(
    texts: impl Iterator<Item = &'t [(u32, u32)]> + Clone,
    is_same: impl Fn(u32, u32) -> bool,
) -> Vec<(u32, u32)> {
    let mut seen: HashTable<(u32, u32)> = HashTable::with_capacity(texts.clone().map(<[_]>::len).sum());
    let spread = |hash: u32| u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut twice = Vec::new();
    for &(hash, symbol) in texts.flatten() {
        match seen.find(spread(hash), |known| known.0 == hash && is_same(symbol, known.1)) {
            Some((_, stays)) => twice.push((symbol, *stays)),
            None => drop(seen.insert_unique(spread(hash), (hash, symbol), |known| spread(known.0))),
        }
    }
    twice
}

fn split(symbol: u32) -> (usize, usize) {
    let place = symbol as usize - 1;
    (place / PAGE_TEXTS, place % PAGE_TEXTS)
}

fn slice(pages: &[Page], symbol: u32) -> &str {
    let (page, place) = split(symbol);
    pages[page].text(place)
}

fn ends(pages: &[Page], symbol: u32) -> u32 {
    let (page, place) = split(symbol);
    pages[page].ends[place]
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
        let words: Vec<String> = (0..10_000).map(|word| format!("word {word}")).collect();
        let symbols: Vec<Symbol> = words.iter().map(|word| texts.intern(word)).collect();
        for (word, symbol) in words.iter().zip(&symbols) {
            assert_eq!(texts.text(*symbol), word);
            assert_eq!(texts.intern(word), *symbol);
        }
        texts.close();
        let again: Vec<Symbol> = words.iter().map(|word| texts.intern(word)).collect();
        assert_eq!(again, symbols, "a closed arena knows its texts when more come");
        assert_eq!(texts.len(), 10_000);
        assert_eq!(texts.value_bytes(), words.iter().map(String::len).sum::<usize>());
        assert_eq!(texts.intern(""), Symbol::NONE);
        assert_eq!(texts.text(Symbol::NONE), "");
    }

    #[test]
    fn texts_of_one_hash_are_not_the_same_for_that() {
        let mut texts = Texts::default();
        let mut loose = LooseTexts::default();
        ["a", "b", "a", "c", "b"].iter().for_each(|text| loose.push(text));
        assert_eq!(texts.add_loose(&loose).map(Symbol::place).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        let among = |hashes: [u32; 5]| {
            let hashed: Vec<(u32, u32)> = hashes.into_iter().zip(1..).collect();
            texts.twice_among(hashed.chunks(2))
        };
        assert_eq!(among([7, 8, 7, 9, 8]), [(3, 1), (5, 2)]);
        assert_eq!(among([7; 5]), [(3, 1), (5, 2)]);
    }

    #[test]
    fn texts_that_are_there_twice_become_one_and_the_first_stays() {
        let mut texts = Texts::default();
        let word = |word: u32| format!("word {word}");
        let known: Vec<Symbol> = (0..100).map(|number| texts.intern(&word(number))).collect();
        let mut loose = LooseTexts::default();
        (50..9_000).chain(8_000..9_500).for_each(|number| loose.push(&word(number)));
        let added: Vec<Symbol> = texts.add_loose(&loose).collect();
        let last = texts.intern(&word(9_200));
        let unified = texts.unify().expect("some are there twice");
        let symbol = |symbol: Symbol| Symbol::at(unified.of(symbol.place()));
        for (number, known) in (0..).zip(&known) {
            assert_eq!((symbol(*known), texts.text(*known)), (*known, word(number).as_str()));
        }
        for (number, added) in (50..9_000).chain(8_000..9_500).zip(&added) {
            assert_eq!(texts.text(symbol(*added)), word(number));
        }
        assert_eq!((symbol(added[0]), symbol(added[8_950])), (known[50], added[7_950]));
        assert_eq!(symbol(last), added[8_950 + 1_200]);
        assert_eq!(texts.value_bytes(), (0..9_500).map(|number| word(number).len()).sum::<usize>());
        assert_eq!(texts.intern(&word(8_500)), added[8_450], "more may come, and find those that stayed");
        assert!(texts.unify().is_none(), "nothing is there twice any more");
    }
}
