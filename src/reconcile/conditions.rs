//! What a condition means: the parts of the body it speaks of.

use super::words::{Agreement, folded, has};

/// A condition by the parts of the body it speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    regions: u32,
    sides: u8,
    text: String,
}

/// Words of a complaint with the region they mean. Words that mean no region are not evidence of anything.
const REGIONS: &[(&str, u32)] = &[
    ("knee", 1),
    ("patell", 1),
    ("acl ", 1),
    ("menisc", 1),
    ("back", 1 << 1),
    ("lumbar", 1 << 1),
    ("lbp ", 1 << 1),
    ("sciatic", 1 << 1),
    ("spin", 1 << 1),
    ("neck", 1 << 2),
    ("cervical", 1 << 2),
    ("shoulder", 1 << 3),
    ("rotator", 1 << 3),
    ("hip ", 1 << 4),
    ("hips ", 1 << 4),
    ("foot", 1 << 5),
    ("feet", 1 << 5),
    ("ankle", 1 << 5),
    ("achill", 1 << 5),
    ("plantar", 1 << 5),
    ("hand", 1 << 6),
    ("wrist", 1 << 6),
    ("carpal", 1 << 6),
    ("thumb", 1 << 6),
    ("finger", 1 << 6),
    ("elbow", 1 << 7),
    ("epicondyl", 1 << 7),
    ("widespread", 1 << 8),
    ("chronic pain", 1 << 8),
    ("fibromyalg", 1 << 8),
    ("inflam", 1 << 9),
    ("rheum", 1 << 9),
    ("vertigo", 1 << 10),
    ("balance", 1 << 10),
    ("fall", 1 << 10),
    ("pelvi", 1 << 11),
    ("post op", 1 << 12),
    ("postop", 1 << 12),
    ("replacement", 1 << 12),
    ("arthroplast", 1 << 12),
];

/// A complaint that names no region and speaks of pain alone is widespread pain.
const PAIN_ALONE: u32 = 1 << 8;
const AFTER_OPERATION: u32 = 1 << 12;

/// Reads a condition.
pub(super) fn condition(text: &str) -> Condition {
    let folded = folded(text);
    let mut regions = REGIONS.iter().filter(|(word, _)| has(&folded, word)).fold(0, |all, (_, region)| all | region);
    if regions == 0 && has(&folded, "pain") {
        regions = PAIN_ALONE;
    }
    let side = |words: [&str; 3], bit: u8| if words.iter().any(|word| has(&folded, word)) { bit } else { 0 };
    let sides =
        side(["left ", "lt ", "l "], 1) | side(["right ", "rt ", "r "], 2) | side(["both ", "bilat", "b l "], 3);
    Condition { regions, sides, text: folded.trim().to_owned() }
}

impl Condition {
    /// Whether two conditions may be one.
    pub(super) fn agreement(&self, other: &Condition) -> Agreement {
        if self.text.is_empty() || other.text.is_empty() {
            return Agreement::Unknown;
        }
        if self.sides != 0 && other.sides != 0 && self.sides & other.sides == 0 {
            return Agreement::Differs;
        }
        if self.text == other.text {
            return Agreement::Same;
        }
        let common = self.regions & other.regions;
        match (self.regions, other.regions) {
            (0, _) | (_, 0) => Agreement::Unknown,
            _ if common == 0 => Agreement::Differs,
            // After an operation on the knee is not any pain of the knee.
            _ if common & !AFTER_OPERATION == 0 => Agreement::Similar,
            (left, right) if left == right => Agreement::Same,
            _ => Agreement::Similar,
        }
    }

    /// Whether both were written in the same words.
    pub(super) fn same_words(&self, other: &Condition) -> bool {
        !self.text.is_empty() && self.text == other.text && self.agreement(other) == Agreement::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_agree_by_region_and_side() {
        let check = |left: &str, right: &str, expected| {
            assert_eq!(condition(left).agreement(&condition(right)), expected, "{left} / {right}");
        };
        check("Low back pain", "Lumbar spine", Agreement::Same);
        check("Knee pain", "Physiotherapy - Knee", Agreement::Same);
        check("Knee pain", "Shoulder", Agreement::Differs);
        check("Left knee", "R knee", Agreement::Differs);
        check("Knee pain", "Post-operative knee", Agreement::Similar);
        check("Knee pain", "", Agreement::Unknown);
        check("Knee pain", "unclear", Agreement::Unknown);
        check("Chronic widespread pain", "Pain Management", Agreement::Same);
        check("?Inflamm. arthritis", "Inflammatory joint disease", Agreement::Same);
        check("Whipping", "Hip", Agreement::Unknown);
    }
}
