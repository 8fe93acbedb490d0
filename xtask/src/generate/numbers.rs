//! NHS numbers nobody has: all from ranges that are never issued.

use super::dice::Dice;

/// "Modulus 11: multiply digits 1 to 9 by weights 10 to 2; c = 11 - (sum mod 11); c = 11 becomes 0; c = 10 is invalid."
/// (NHS Data Dictionary, NHS NUMBER.) `None` where no tenth digit makes the number valid.
pub fn check_digit(first_nine: u64) -> Option<u64> {
    let mut rest = first_nine;
    let mut sum = 0;
    for weight in 2..=10 {
        sum += (rest % 10) * weight;
        rest /= 10;
    }
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// Hands out valid numbers, each once: 999… while they last, the rest of 90… for a whole region.
pub struct Allocator {
    first: u64,
    taken: Vec<u64>,
    count: u64,
}

impl Allocator {
    pub fn new(people: u32) -> Self {
        let (first, count) = if people <= 500_000 { (999_000_000, 1_000_000) } else { (900_000_000, 10_000_000) };
        Self { first, taken: vec![0; (count as usize).div_ceil(64)], count }
    }

    pub fn draw(&mut self, dice: &mut Dice) -> u64 {
        let start = dice.below(self.count as usize) as u64;
        self.next_free(start)
    }

    /// The number after this one that is free: twins are registered one after the other.
    pub fn after(&mut self, number: u64) -> u64 {
        self.next_free(number / 10 - self.first + 1)
    }

    fn next_free(&mut self, start: u64) -> u64 {
        for step in 0..self.count {
            let offset = (start + step) % self.count;
            let (word, bit) = ((offset / 64) as usize, offset % 64);
            if self.taken[word] >> bit & 1 == 1 {
                continue;
            }
            if let Some(digit) = check_digit(self.first + offset) {
                self.taken[word] |= 1 << bit;
                return (self.first + offset) * 10 + digit;
            }
        }
        panic!("more people than numbers in the range");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digit_knows_both_edges() {
        assert_eq!(check_digit(401_023_213), Some(7), "the published example");
        assert_eq!(check_digit(943_476_591), Some(9));
        // 999 000 003: 9*(10+9+8) + 3*2 = 249, 249 mod 11 = 7, so 4.
        assert_eq!(check_digit(999_000_003), Some(4));
        let edges: Vec<_> = (999_000_000..999_000_100).map(check_digit).collect();
        assert!(edges.contains(&Some(0)), "eleven becomes nought");
        assert!(edges.contains(&None), "ten is no number at all");
    }

    #[test]
    fn numbers_are_valid_and_never_twice() {
        let mut allocator = Allocator::new(100);
        let mut dice = Dice::new(1, 1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..5_000 {
            let number = allocator.draw(&mut dice);
            let twin = allocator.after(number);
            assert_eq!(check_digit(number / 10), Some(number % 10));
            assert!(seen.insert(number) && seen.insert(twin));
            assert!(number / 10_000_000 == 999);
        }
    }
}
