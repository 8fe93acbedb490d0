//! Text that was encoded twice: UTF-8 read as Windows-1252 and written again, so that "é" stands as "Ã©".
//!
//! It is told and never repaired: which bytes were lost on the way cannot be known.

/// Where bytes 80 to 9f stand in Windows-1252; nought where it has none.
const HIGH_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•',
    '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];
/// What does follow a letter in text that is as it should be: "RENÉ’S", "CAFÉ –".
const FOLLOWS_A_LETTER: [char; 14] = ['‘', '’', '“', '”', '–', '—', '…', '\u{a0}', '»', '·', '®', '©', 'º', '´'];

/// Whether a character stands in the text that is one of UTF-8 read as Windows-1252.
pub(super) fn holds_twice_encoded(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let mut rest = text.chars();
    while let Some(first) = rest.next() {
        if !first.is_ascii() && is_twice_encoded(first, rest.clone()) {
            return true;
        }
    }
    false
}

fn is_twice_encoded(first: char, after: impl Iterator<Item = char>) -> bool {
    let Some(lead) = byte_1252(first) else { return false };
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return false,
    };
    let mut bytes = [lead, 0, 0, 0];
    let (mut filled, mut is_odd) = (1, false);
    for character in after.take(length - 1) {
        let Some(byte) = byte_1252(character) else { break };
        bytes[filled] = byte;
        filled += 1;
        is_odd |= !FOLLOWS_A_LETTER.contains(&character);
    }
    // A right quotation mark loses its last byte on the way: Windows-1252 has no place for it.
    if bytes[..2] == [0xe2, 0x80] {
        return true;
    }
    // Â, Ã, Ä and Å begin every accented letter of Europe, and are next to never the last of a word.
    let telling = is_odd || matches!(lead, 0xc2..=0xc5);
    filled == length && telling && std::str::from_utf8(&bytes[..length]).is_ok()
}

/// The byte of a character in Windows-1252, control characters standing for bytes that it leaves undefined.
fn byte_1252(character: char) -> Option<u8> {
    match u32::from(character) {
        code @ 0x80..=0xff => u8::try_from(code).ok(),
        code if code < 0x80 => None,
        _ => HIGH_1252.iter().position(|high| *high == character).map(|place| 0x80 + place as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1252;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(holds_twice_encoded(text), expected, "{text}");
    }

    #[test]
    fn what_was_encoded_twice_is_seen_by_one_character() {
        for plain in ["é", "É", "ü", "ï", "ø", "ß", "ñ", "£", "°", "’", "‘", "“", "”", "–", "—", "…", "€", "™"]
        {
            check(plain, false);
            let twice = WINDOWS_1252.decode_without_bom_handling(plain.as_bytes()).0;
            check(&format!("Zo{twice} Smith"), true);
        }
        for plain in
            ["Łukasz", "Wałęsa", "Ştefan", "Ștefania", "Öğe", "Ŵyn", "Ŷ", "Сергей", "Ελένη", "محمد", "李", "🩺"]
        {
            check(plain, false);
            check(&WINDOWS_1252.decode_without_bom_handling(plain.as_bytes()).0, true);
        }
        check("the \u{201c}clinicâ€", true);
    }

    #[test]
    fn what_is_as_it_should_be_is_let_be() {
        for text in [
            "",
            "O'Neill",
            "Zoë Brontë",
            "JOSÉ",
            "RENÉ’S CLINIC",
            "“CAFÉ”",
            "CAFÉ – BAR",
            "SÃO PAULO",
            "CHÂTEAU",
            "Â",
            "Ã",
            "naïve…",
            "£5",
            "20°",
            "½ day",
            "Señor",
            "«été»",
            "façade®",
            "MUÑOZ’",
            "Strauß”",
            "ÅNGSTRÖM",
            "ÄÖÜ",
            "Nº 5",
            "crème brûlée",
            "â",
            "àé",
            "éè",
            "Łódź",
            "Ångström – Ærø",
            "İstanbul",
        ] {
            check(text, false);
        }
    }
}
