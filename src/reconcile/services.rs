//! What a specialty means: codes and names of services, and which of them are one service.

use super::words::{Agreement, folded, has};

/// A service by the groups it belongs to, and its treatment function code where it has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Specialty {
    groups: u16,
    code: Option<[u8; 3]>,
}

const MSK: u16 = 1;
const PHYSIO: u16 = 1 << 1;
const ORTHOPAEDIC: u16 = 1 << 2;
const PAIN: u16 = 1 << 3;
const RHEUMATOLOGY: u16 = 1 << 4;
const OCCUPATIONAL: u16 = 1 << 5;
const SPEECH: u16 = 1 << 6;
const PODIATRY: u16 = 1 << 7;
const DIETETICS: u16 = 1 << 8;
const ORTHOTICS: u16 = 1 << 9;
const CARDIOLOGY: u16 = 1 << 10;
const NEUROLOGY: u16 = 1 << 11;
const PAEDIATRIC_SURGERY: u16 = 1 << 12;

/// "Physiotherapy on its own is not consultant-led": these wait for an allied health professional.
const ALLIED_HEALTH: u16 = PHYSIO | OCCUPATIONAL | SPEECH | PODIATRY | DIETETICS | ORTHOTICS;

/// Treatment function codes, with their groups.
const CODES: &[(&[u8; 3], u16)] = &[
    (b"108", ORTHOPAEDIC),
    (b"110", ORTHOPAEDIC),
    (b"111", ORTHOPAEDIC),
    (b"115", ORTHOPAEDIC),
    (b"171", PAEDIATRIC_SURGERY),
    (b"191", PAIN),
    (b"320", CARDIOLOGY),
    (b"400", NEUROLOGY),
    (b"410", RHEUMATOLOGY),
    (b"650", PHYSIO | MSK),
    (b"651", OCCUPATIONAL),
    (b"652", SPEECH),
    (b"653", PODIATRY),
    (b"654", DIETETICS),
    (b"658", ORTHOTICS),
];

/// Words of a service's name, with its groups and, where the word alone says it, its treatment function code.
const SERVICES: &[(&str, u16, Option<&[u8; 3]>)] = &[
    ("physio", PHYSIO | MSK, Some(b"650")),
    ("spinal surg", ORTHOPAEDIC, Some(b"108")),
    ("spin", ORTHOPAEDIC | MSK, None),
    ("orthop", ORTHOPAEDIC, Some(b"110")),
    ("trauma", ORTHOPAEDIC, Some(b"110")),
    ("t o ", ORTHOPAEDIC, Some(b"110")),
    ("pain", PAIN, Some(b"191")),
    ("rheum", RHEUMATOLOGY, Some(b"410")),
    ("occupational", OCCUPATIONAL, Some(b"651")),
    ("speech", SPEECH, Some(b"652")),
    ("podiat", PODIATRY, Some(b"653")),
    ("dietet", DIETETICS, Some(b"654")),
    ("dietit", DIETETICS, Some(b"654")),
    ("orthoti", ORTHOTICS, Some(b"658")),
    ("cardiol", CARDIOLOGY, Some(b"320")),
    ("neurol", NEUROLOGY, Some(b"400")),
];

/// An interface service is a service of its own, whatever else its name says ("MSK Pain Service").
const INTERFACE: &[&str] = &["msk", "musculoskeletal", "musculo skeletal", "mcats", "icats"];

/// Reads a specialty: a code ("110", "C_110", "110 Orthopaedics") or the name of a service.
pub(super) fn specialty(text: &str) -> Specialty {
    let folded = folded(text);
    if let Some(code) = treatment_function(&folded) {
        let groups = CODES.iter().find(|(known, _)| **known == code).map_or(0, |(_, groups)| *groups);
        return Specialty { groups, code: Some(code) };
    }
    let mut found = SERVICES.iter().filter(|(word, ..)| has(&folded, word));
    if INTERFACE.iter().any(|word| has(&folded, word)) {
        let physio = has(&folded, "physio");
        return Specialty { groups: if physio { MSK | PHYSIO } else { MSK }, code: physio.then_some(*b"650") };
    }
    match (found.next(), found.next()) {
        (Some((_, groups, code)), None) => Specialty { groups: *groups, code: code.copied() },
        (Some((_, groups, code)), Some((_, more, _))) => Specialty { groups: groups | more, code: code.copied() },
        (None, _) => Specialty::default(),
    }
}

/// "RTT publications write C_110, C_999 (total), X05": a leading "c" is not part of the code.
fn treatment_function(folded: &str) -> Option<[u8; 3]> {
    let word = folded.split(' ').find(|word| !word.is_empty() && *word != "c")?;
    let code: [u8; 3] = word.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_digit).then_some(code)
}

impl Specialty {
    /// Whether two specialties speak of one service.
    pub(super) fn agreement(self, other: Specialty) -> Agreement {
        if self.code.is_some() && self.code == other.code {
            Agreement::Same
        } else if self.groups == 0 || other.groups == 0 {
            Agreement::Unknown
        } else if self.groups & other.groups != 0 {
            Agreement::Similar
        } else {
            Agreement::Differs
        }
    }

    /// Whether an allied health professional is waited for.
    pub(super) fn is_allied_health(self) -> bool {
        self.groups & ALLIED_HEALTH != 0
    }

    /// Whether the tables know the service.
    pub(super) fn is_known(self) -> bool {
        self.groups != 0 || self.code.is_some()
    }

    /// The treatment function code; empty when not known.
    pub(super) fn code(self) -> String {
        self.code.map(|code| code.iter().map(|byte| char::from(*byte)).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_by_code_and_by_name() {
        let check = |left: &str, right: &str, expected| {
            assert_eq!(specialty(left).agreement(specialty(right)), expected, "{left} / {right}");
            assert_eq!(specialty(right).agreement(specialty(left)), expected, "{right} / {left}");
        };
        check("C_110", "110 Trauma & Orthopaedics", Agreement::Same);
        check("Orthopaedics", "108", Agreement::Similar);
        check("MSK Pain Service", "Physiotherapy", Agreement::Similar);
        check("MSK Spinal Triage", "108", Agreement::Differs);
        check("Orthotics", "Orthopaedics", Agreement::Differs);
        check("", "110", Agreement::Unknown);
        check("Something else", "110", Agreement::Unknown);
        assert_eq!(specialty("MSK Physiotherapy").code(), "650");
        assert_eq!(specialty("MSK Spinal Triage").code(), "");
        assert!(specialty("Podiatry").is_allied_health() && !specialty("MSK Spinal Triage").is_allied_health());
    }
}
