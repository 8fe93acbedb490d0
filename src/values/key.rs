//! The commitment key, and the subkey that names things.

use super::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32 secret bytes. In no output; wiped from memory when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CommitmentKey {
    bytes: [u8; 32],
    example: bool,
}

/// Why a key file was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// Neither 32 bytes nor 64 hexadecimal digits (comment lines starting with `#` allowed before them).
    Shape,
}

/// The subkey from which ids are derived.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct IdKey([u8; 32]);

impl CommitmentKey {
    /// A key file: 32 bytes as they are, or lines of `#` comments and 64 hexadecimal digits. A comment that holds the
    /// word "example" marks a key that everybody can read.
    pub fn parse(file: &[u8]) -> Result<Self, KeyFault> {
        if let Ok(bytes) = <[u8; 32]>::try_from(file) {
            return Ok(CommitmentKey { bytes, example: false });
        }
        let text = std::str::from_utf8(file).map_err(|_| KeyFault::Shape)?;
        let (comments, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
        let digits = rest.concat();
        let digits = digits.trim();
        if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(KeyFault::Shape);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| KeyFault::Shape)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| KeyFault::Shape)?;
        }
        let example = comments.iter().any(|line| line.to_ascii_lowercase().contains("example"));
        Ok(CommitmentKey { bytes, example })
    }

    /// Whether the file says that this is an example key.
    pub fn is_example(&self) -> bool {
        self.example
    }

    /// The subkey for ids. Commitments use another, so that neither helps to guess the other.
    pub fn id_key(&self) -> IdKey {
        IdKey(mac(&self.bytes, &[b"handover/ids/1"]))
    }

    /// The keyed digest of a manifest, for `head.json`.
    pub fn commit_manifest(&self, manifest: &[u8]) -> [u8; 32] {
        mac(&self.commitments(), &[b"manifest", manifest])
    }

    /// The keyed digest of a row, given the digest of its cells: a plain one could be found by guessing the cells.
    pub fn commit_row(&self, row: &Digest) -> Digest {
        Digest::from_bytes(mac(&self.commitments(), &[b"row", row.bytes()]))
    }

    /// A reference to a row that says nothing about anybody and finds the row again: `T-7K3M…`.
    pub fn reference(&self, row: &Digest) -> String {
        spelt("T", self.commit_row(row).bytes())
    }

    fn commitments(&self) -> [u8; 32] {
        mac(&self.bytes, &[b"handover/commitments/1"])
    }
}

impl IdKey {
    /// `P-7K3M…`: the prefix, then 80 bits of the keyed digest in Crockford's base 32 (16 characters).
    pub fn id(&self, prefix: &str, anchor: &[&str]) -> String {
        let parts: Vec<&[u8]> =
            std::iter::once(prefix.as_bytes()).chain(anchor.iter().map(|part| part.as_bytes())).collect();
        spelt(prefix, &mac(&self.0, &parts))
    }
}

/// A prefix and 80 bits of a keyed digest, in Crockford's base 32.
fn spelt(prefix: &str, digest: &[u8; 32]) -> String {
    let mut id = format!("{prefix}-");
    for five in digest[..10].chunks(5) {
        let bits = five.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            id.push(char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(bits >> (5 * place) & 31) as usize]));
        }
    }
    id
}

/// HMAC-SHA-256 over parts, each preceded by its length so that moving a boundary changes the digest.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl std::fmt::Debug for CommitmentKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CommitmentKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_bytes_and_marked_digits_are_both_keys() {
        let raw = CommitmentKey::parse(&[7; 32]).expect("32 bytes");
        let text = format!("# EXAMPLE KEY\n{}\n", "07".repeat(32));
        let marked = CommitmentKey::parse(text.as_bytes()).expect("64 digits");
        assert!(!raw.is_example() && marked.is_example());
        assert_eq!(raw.id_key().id("P", &["a"]), marked.id_key().id("P", &["a"]));
        for bad in [&b""[..], &[7; 31], &[7; 33], b"0707"] {
            assert_eq!(CommitmentKey::parse(bad).err(), Some(KeyFault::Shape));
        }
    }

    #[test]
    fn ids_and_commitments_use_subkeys_of_their_own() {
        let key = CommitmentKey::parse(&[7; 32]).expect("32 bytes");
        let (ids, commitments) = (key.id_key().0, key.commitments());
        assert!(ids != commitments && ids != key.bytes && commitments != key.bytes);
        // So the same parts give an id that says nothing of a commitment, and the other way round.
        let row = Digest::of(b"a row");
        assert_ne!(mac(&ids, &[b"row", row.bytes()]), *key.commit_row(&row).bytes());
        assert_ne!(mac(&ids, &[b"manifest", b"x"]), key.commit_manifest(b"x"));
        assert_ne!(key.commit_row(&row).bytes(), &key.commit_manifest(row.bytes()));
        // Made with Python's hmac and hashlib from the definition.
        assert_eq!(
            Digest::from_bytes(ids).to_string(),
            "0c84822352c06ccf0d8f58aa9de42a67eec24d1680de1325a9e533cd4f7d3862"
        );
        assert_eq!(
            Digest::from_bytes(commitments).to_string(),
            "90d191db528dabd03f9ad037d6a81247847df7ad9b5a82cc6d2732ce58e81546"
        );
    }

    #[test]
    fn an_id_depends_on_every_part_and_on_where_parts_end() {
        let key = CommitmentKey::parse(&[1; 32]).expect("32 bytes").id_key();
        let ids =
            [key.id("P", &["ab", "c"]), key.id("P", &["a", "bc"]), key.id("R", &["ab", "c"]), key.id("P", &["ab"])];
        for (place, id) in ids.iter().enumerate() {
            assert_eq!(id.len(), 18);
            assert!(!ids[..place].contains(id));
        }
    }
}
