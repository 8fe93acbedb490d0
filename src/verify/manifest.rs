//! The lines of a BagIt manifest, and the paths they may name.

/// A digest that a manifest can be made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Algorithm {
    Sha256,
    Sha512,
    /// One that is not computed here, by its name in the manifest's file name.
    Other(String),
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The digest as written.
    pub(super) digest: String,
    /// The path as it stands in the line.
    pub(super) raw: String,
    /// The path it means; `None` when it leads outside the bag.
    pub(super) path: Option<String>,
}

/// `manifest-sha256.txt`: which algorithm, if the name is that of a manifest.
pub(super) fn algorithm(file: &str, prefix: &str) -> Option<Algorithm> {
    let name = file.strip_prefix(prefix)?.strip_suffix(".txt")?;
    if name.is_empty() || name.contains('/') {
        return None;
    }
    let name = name.to_ascii_lowercase();
    Some(match name.replace('-', "").as_str() {
        "sha256" => Algorithm::Sha256,
        "sha512" => Algorithm::Sha512,
        _ => Algorithm::Other(name),
    })
}

impl Algorithm {
    fn digits(&self) -> Option<usize> {
        match self {
            Algorithm::Sha256 => Some(64),
            Algorithm::Sha512 => Some(128),
            Algorithm::Other(_) => None,
        }
    }

    /// One line of somebody's manifest: RFC 8493 (2.1.3) has "one or more linear whitespace characters (spaces or tabs)"
    /// between digest and path; tools that run `md5sum` in binary mode put an asterisk before the path.
    pub(super) fn entry(&self, line: &str, version_1: bool) -> Option<Entry> {
        let (digest, rest) = line.split_once([' ', '\t'])?;
        let path = rest.trim_start_matches([' ', '\t']);
        let path = path.strip_prefix('*').unwrap_or(path);
        let of_hex = !digest.is_empty() && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        let of_length = self.digits().is_none_or(|digits| digits == digest.len());
        let meant = inside(&decoded(path, version_1));
        (of_hex && of_length && !path.is_empty()).then(|| Entry {
            digest: digest.to_ascii_lowercase(),
            raw: path.to_owned(),
            path: meant,
        })
    }

    /// One line of our own manifest: 64 lower-case digits, two spaces, the path in its plainest form.
    pub(super) fn exact_entry(line: &str) -> Option<Entry> {
        let (digest, path) = line.split_at_checked(64)?;
        let path = path.strip_prefix("  ")?;
        let plain = digest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let entry = Algorithm::Sha256.entry(line, true)?;
        let as_written = path == entry.raw && !path.starts_with([' ', '*']);
        (plain && as_written && entry.path.as_deref().is_none_or(|meant| encoded(meant) == path)).then_some(entry)
    }
}

/// RFC 8493 (2.1.3): "If a filepath includes a Line Feed (LF), a Carriage Return (CR), a Carriage-Return Line Feed (CRLF),
/// or a percent sign (%), those characters (and only those) MUST be percent-encoded". Before 1.0 a percent sign was not.
fn decoded(path: &str, version_1: bool) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).map(str::to_ascii_uppercase);
        let character = match code.as_deref() {
            Some("0A") => '\n',
            Some("0D") => '\r',
            Some("25") if version_1 => '%',
            _ => {
                decoded.push('%');
                rest = &rest[at + 1..];
                continue;
            }
        };
        decoded.push(character);
        rest = &rest[at + 3..];
    }
    decoded.push_str(rest);
    decoded
}

fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

/// The path in its plainest form, if it stays inside. A backslash parts folders on some systems, so `..` counts there too.
fn inside(path: &str) -> Option<String> {
    let escapes = path.starts_with(['/', '~', '\\'])
        || path.split(['/', '\\']).any(|part| part == "..")
        || path.as_bytes().get(1) == Some(&b':')
        || path.contains('\0');
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!escapes && !parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest() -> String {
        "0123456789abcdef".repeat(4)
    }

    #[test]
    fn others_may_write_one_space_or_many_and_an_asterisk() {
        for between in [" ", "  ", "\t", " *", "  \t "] {
            let entry = Algorithm::Sha256.entry(&format!("{}{between}data/a b.txt", digest().to_uppercase()), true);
            assert_eq!(entry.map(|entry| entry.path), Some(Some("data/a b.txt".to_owned())), "{between:?}");
        }
        for line in [digest(), format!("{}  ", digest()), "xyz  data/a".into(), "00  data/a".into(), String::new()] {
            assert_eq!(Algorithm::Sha256.entry(&line, true), None, "{line}");
        }
        assert!(Algorithm::Other("md5".into()).entry("00ff  data/a", true).is_some());
    }

    #[test]
    fn ours_have_two_spaces_and_nothing_else() {
        assert!(Algorithm::exact_entry(&format!("{}  data/a.txt", digest())).is_some());
        for bad in [" data/a", "   data/a", "  *data/a", "  ./data/a", "  data//a", "\tdata/a", "  data/%a", ""] {
            assert_eq!(Algorithm::exact_entry(&format!("{}{bad}", digest())), None, "{bad:?}");
        }
        assert_eq!(Algorithm::exact_entry(&format!("{}  data/a", digest().to_uppercase())), None);
    }

    #[test]
    fn paths_stay_inside() {
        let meant = |path: &str| Algorithm::Sha256.entry(&format!("{}  {path}", digest()), true).and_then(|it| it.path);
        for bad in ["../a", "data/../../a", "/etc/passwd", "~/a", "data\\..\\a", "C:/a", "data/a\0b", "\\a"] {
            assert_eq!(meant(bad), None, "{bad:?}");
        }
        assert_eq!(meant("./data/a"), Some("data/a".into()));
        assert_eq!(meant("data/..a"), Some("data/..a".into()));
    }

    #[test]
    fn line_ends_and_percent_signs_are_encoded() {
        assert_eq!(decoded("a%0Ab%0dc%25d%41%", true), "a\nb\rc%d%41%");
        assert_eq!(decoded("a%25", false), "a%25");
        assert_eq!(decoded("é%0A", false), "é\n");
        assert_eq!(decoded("%é", true), "%é");
    }

    #[test]
    fn algorithms_are_read_from_names() {
        assert_eq!(algorithm("manifest-sha256.txt", "manifest-"), Some(Algorithm::Sha256));
        assert_eq!(algorithm("manifest-SHA-512.txt", "manifest-"), Some(Algorithm::Sha512));
        assert_eq!(algorithm("manifest-md5.txt", "manifest-"), Some(Algorithm::Other("md5".into())));
        assert_eq!(algorithm("tagmanifest-sha256.txt", "manifest-"), None);
        assert_eq!(algorithm("manifest-.txt", "manifest-"), None);
    }
}
