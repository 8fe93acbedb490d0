//! Chance, drawn the same on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of chance. Equal seed and stream give equal draws.
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// A number from 0 up to, not including, `count`.
    pub fn below(&mut self, count: usize) -> usize {
        assert!(count > 0, "nothing to draw from");
        usize::try_from(self.0.random_range(0..count as u64)).expect("a count fits")
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// From 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// An element where the first are the commonest, as names are: rank r is drawn about as often as 1 / (r + shift).
    pub fn pick_ranked<'a, T>(&mut self, from: &'a [T], shift: f64) -> &'a T {
        let count = from.len() as f64;
        let rank = shift * ((count + shift) / shift).powf(self.unit()) - shift;
        &from[(rank as usize).min(from.len() - 1)]
    }

    /// The index of one weight.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len() - 1
    }
}
