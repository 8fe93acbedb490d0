//! `head.json`: its counts against the ledger's, its configuration against the run's, and what it commits to.

use super::folder::{Folder, hex, open_file};
use super::ledger::Counts;
use super::problems::{Place, ProblemKind as Kind};
use super::verdict::{Check, Findings, not_asked};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use std::io::Read as _;
use std::path::Path;

const FILE: &str = "head.json";
const MANIFEST: &str = "manifest-sha256.txt";
/// A key's file with its comments is never longer.
const KEY_FILE_BYTES_MAX: u64 = 64 << 10;

#[derive(Deserialize)]
struct Head {
    format: String,
    counts: Counts,
    config_digest: String,
    manifest_commitment: String,
}

fn read(folder: &Folder) -> Result<Head, (Place, &'static str)> {
    let place = Place::file(FILE);
    let bytes = folder.document(FILE).map_err(|_| (place.clone(), "every package has a head.json that can be read"))?;
    let head: Head = serde_json::from_slice(&bytes)
        .map_err(|error| (place.clone().line(error.line() as u64), "not a head's JSON"))?;
    let known =
        head.format == "handover-package/1" && is_digest(&head.config_digest) && is_digest(&head.manifest_commitment);
    if known { Ok(head) } else { Err((place, "a format that is not known here, or a digest that is none")) }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The check `head`.
pub(super) fn judge(folder: &Folder, counts: &Option<Counts>, config_digest: Option<&str>) -> Check {
    let mut findings = Findings::new("head");
    let head = match read(folder) {
        Ok(head) => head,
        Err((place, what)) => {
            findings.add(Kind::DocumentForm, &place, || what.into());
            return findings.close();
        }
    };
    let place = Place::file(FILE);
    findings.count(head.counts.0.len() as u64);
    if let Some(counts) = counts.as_ref().filter(|counts| **counts != head.counts) {
        let differs = |name: &&String| counts.0.get(*name) != head.counts.0.get(*name);
        for name in
            counts.0.keys().chain(head.counts.0.keys().filter(|name| !counts.0.contains_key(*name))).filter(differs)
        {
            let detail = || "audit/ledger.json says otherwise".into();
            findings.add(Kind::HeadDiffers, &place.clone().column(name), detail);
        }
    }
    if config_digest.is_some_and(|digest| digest != head.config_digest) {
        let detail = || "audit/run.json names another configuration".into();
        findings.add(Kind::ConfigDiffers, &place.column("config_digest"), detail);
    }
    match (counts, config_digest) {
        (Some(_), Some(_)) => findings.close(),
        _ => findings.close_unable("there is no ledger or no run to compare the head with"),
    }
}

/// The check `commitment`: with the key, that the manifest is the one committed to.
pub(super) fn judge_commitment(folder: &Folder, key: Option<&Path>) -> Check {
    let Some(key) = key else { return not_asked("commitment", "no key was given") };
    let mut findings = Findings::new("commitment");
    let (Ok(head), Ok(manifest)) = (read(folder), folder.document(MANIFEST)) else {
        return findings.close_unable("there is no head or no manifest to compare");
    };
    let Some(key) = read_key(key) else {
        let detail = || "not a file of 32 bytes, nor one of comments and 64 hexadecimal digits".into();
        findings.add(Kind::KeyUnreadable, &Place::default(), detail);
        return findings.close();
    };
    findings.count(1);
    if commitment(&key, &manifest) != head.manifest_commitment {
        let detail = || "not the manifest that was committed to, or not the key it was committed with".into();
        findings.add(Kind::CommitmentDiffers, &Place::file(FILE).column("manifest_commitment"), detail);
    }
    findings.close()
}

/// Two keyed digests, one within the other, so that the key for commitments is not the key for ids.
fn commitment(key: &[u8; 32], manifest: &[u8]) -> String {
    let for_commitments = keyed(key, &[b"handover/commitments/1"]);
    hex(&keyed(&for_commitments, &[b"manifest", manifest]))
}

/// HMAC-SHA-256 of parts, the length of each before it in eight bytes, the most significant first.
fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn read_key(path: &Path) -> Option<[u8; 32]> {
    let mut bytes = Vec::new();
    open_file(path).ok()?.take(KEY_FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    if let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice()) {
        return Some(key);
    }
    let text = String::from_utf8(bytes).ok()?;
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    let digits = digits.trim();
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut key = [0; 32];
    for (byte, place) in key.iter_mut().zip((0..64).step_by(2)) {
        let pair = &digits[place..place + 2];
        *byte = u8::from_str_radix(pair, 16).ok().filter(|_| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_both_forms() {
        let place = tempfile::tempdir().expect("a folder");
        let read = |bytes: &[u8]| {
            let path = place.path().join("key");
            std::fs::write(&path, bytes).expect("written");
            read_key(&path)
        };
        assert_eq!(read(&[7; 32]), Some([7; 32]));
        assert_eq!(read(format!("# EXAMPLE KEY\n{}\n", "07".repeat(32)).as_bytes()), Some([7; 32]));
        for bad in [&b""[..], &[7; 31], b"0707", format!("+7{}", "07".repeat(31)).as_bytes()] {
            assert_eq!(read(bad), None);
        }
        assert_eq!(read_key(&place.path().join("absent")), None);
    }

    #[test]
    fn a_commitment_made_elsewhere() {
        // Made with Python's hmac and hashlib from the definition.
        let expected = "42e7548ea1dc86b54a168c28de24930ad2c4e0419d31fb091596ea3710963370";
        assert_eq!(commitment(&[7; 32], b"abc  data/a.txt\n"), expected);
    }
}
