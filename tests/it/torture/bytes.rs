//! Dice that fall the same way every time, and what they do to a file.

/// Random numbers from a name and a number (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(name: &str, case: u64) -> Self {
        let seed = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Dice(seed ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From nought up to, and not reaching, the bound.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn bytes(&mut self, length_max: usize) -> Vec<u8> {
        (0..self.below(length_max)).map(|_| self.next() as u8).collect()
    }

    fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(longest)).min(length)
    }
}

/// Numbers at which programs err.
const EDGES: [u32; 10] = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x000f_ffff, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff];
/// Pieces of text at which readers err.
const PIECES: [&[u8]; 14] = [
    b"\"",
    b"\r",
    b"\n",
    b"\0",
    b",",
    b"\xff",
    b"\xe2\x82",
    b"<",
    b"&#x0;",
    b"]]>",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"XFD1048576",
];

/// One to four injuries.
pub fn damaged(mut bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    for _ in 0..=dice.below(4) {
        bytes = hurt(bytes, dice);
    }
    bytes
}

fn hurt(mut bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    let length = bytes.len();
    match dice.below(8) {
        0 => bytes.truncate(dice.below(length + 1)),
        1 | 2 => {
            for _ in 0..=dice.below(8) {
                let at = dice.below(length);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << dice.below(8));
            }
        }
        3 => {
            let edge = EDGES[dice.below(EDGES.len())].to_le_bytes();
            let (at, width) = (dice.below(length), [1, 2, 4][dice.below(3)]);
            bytes.iter_mut().skip(at).zip(&edge[..width]).for_each(|(byte, edge)| *byte = *edge);
        }
        4 => {
            let gone = dice.range(length, 64);
            bytes.drain(gone);
        }
        5 => {
            let again = bytes[dice.range(length, 256)].to_vec();
            let at = dice.below(length + 1);
            bytes.splice(at..at, again);
        }
        6 => {
            let piece = PIECES[dice.below(PIECES.len())];
            let at = dice.below(length + 1);
            bytes.splice(at..at, piece.iter().copied());
        }
        _ => {
            let at = dice.range(length, 32);
            let noise = dice.bytes(32);
            bytes.splice(at, noise);
        }
    }
    bytes
}
