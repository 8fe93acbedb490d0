//! The words in the name of a column: `DateOfBirth`, `D.O.B.`, `PAT_DOB` and `dateofbirth` all say the same.

use super::synonyms;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What people shorten or write otherwise, and the words that the table of synonyms knows it by.
const WRITTEN_OUT: &[(&str, &str)] = &[
    ("no", "number"),
    ("num", "number"),
    ("nbr", "number"),
    ("nos", "number"),
    ("numb", "number"),
    ("ident", "id"),
    ("identifier", "id"),
    ("identity", "id"),
    ("ids", "id"),
    ("key", "id"),
    ("refno", "reference number"),
    ("dob", "birth date"),
    ("dateofbirth", "birth date"),
    ("birthdate", "birth date"),
    ("birthday", "birth date"),
    ("born", "birth date"),
    ("dod", "death date"),
    ("died", "death date"),
    ("deceased", "death"),
    ("dt", "date"),
    ("dttm", "date time"),
    ("datetime", "date time"),
    ("dts", "date time"),
    ("tm", "time"),
    ("day", "date"),
    ("dates", "date"),
    ("timestamp", "date time"),
    ("start", "start"),
    ("starts", "start"),
    ("started", "start"),
    ("pt", "patient"),
    ("pat", "patient"),
    ("patients", "patient"),
    ("client", "patient"),
    ("person", "patient"),
    ("nhsno", "nhs number"),
    ("nhsnumber", "nhs number"),
    ("nhsnum", "nhs number"),
    ("chi", "nhs number"),
    ("nnn", "nhs number"),
    ("hcn", "nhs number"),
    ("surname", "family name"),
    ("sname", "family name"),
    ("lname", "family name"),
    ("lastname", "family name"),
    ("familyname", "family name"),
    ("last", "last"),
    ("forename", "given name"),
    ("forenames", "given name"),
    ("fname", "given name"),
    ("firstname", "given name"),
    ("givenname", "given name"),
    ("christian", "given"),
    ("initials", "initials"),
    ("gender", "sex"),
    ("salutation", "title"),
    ("prefix", "title"),
    ("pcode", "postcode"),
    ("postal", "postcode"),
    ("zip", "postcode"),
    ("zipcode", "postcode"),
    ("postcd", "postcode"),
    ("addr", "address"),
    ("add", "address"),
    ("street", "address"),
    ("road", "address"),
    ("house", "address"),
    ("town", "address"),
    ("city", "address"),
    ("county", "address"),
    ("locality", "address"),
    ("addressee", "addressee"),
    ("tel", "telephone"),
    ("phone", "telephone"),
    ("telno", "telephone"),
    ("landline", "telephone"),
    ("ph", "telephone"),
    ("mob", "mobile"),
    ("cell", "mobile"),
    ("sms", "mobile"),
    ("mail", "mail"),
    ("gp", "gp"),
    ("surgery", "practice"),
    ("pcp", "gp"),
    ("ref", "referral"),
    ("refs", "referral"),
    ("referrals", "referral"),
    ("rfl", "referral"),
    ("refl", "referral"),
    ("refd", "referred"),
    ("referer", "referrer"),
    ("recd", "received"),
    ("rec", "received"),
    ("rcvd", "received"),
    ("recvd", "received"),
    ("receipt", "received"),
    ("receive", "received"),
    ("urgency", "priority"),
    ("pri", "priority"),
    ("appt", "appointment"),
    ("appts", "appointment"),
    ("appointments", "appointment"),
    ("app", "appointment"),
    ("apt", "appointment"),
    ("attended", "attendance"),
    ("attend", "attendance"),
    ("attendances", "attendance"),
    ("bkd", "booked"),
    ("booking", "booking"),
    ("bookings", "booking"),
    ("loc", "location"),
    ("locn", "location"),
    ("clin", "clinic"),
    ("cons", "consultant"),
    ("hcp", "clinician"),
    ("clinicians", "clinician"),
    ("physio", "clinician"),
    ("physiotherapist", "clinician"),
    ("therapist", "clinician"),
    ("practitioner", "clinician"),
    ("spec", "specialty"),
    ("speciality", "specialty"),
    ("tfc", "treatment function"),
    ("dept", "department"),
    ("disch", "discharge"),
    ("discharged", "discharge"),
    ("dis", "discharge"),
    ("closure", "closed"),
    ("close", "closed"),
    ("ended", "end"),
    ("prev", "previous"),
    ("former", "previous"),
    ("maiden", "previous"),
    ("orig", "original"),
    ("originally", "original"),
    ("desc", "description"),
    ("descr", "description"),
    ("cd", "code"),
    ("stat", "status"),
    ("org", "organisation"),
    ("organization", "organisation"),
    ("organisations", "organisation"),
    ("req", "requested"),
    ("request", "request"),
    ("requests", "request"),
    ("res", "result"),
    ("results", "result"),
    ("reslt", "result"),
    ("exam", "test"),
    ("investigation", "test"),
    ("procedure", "test"),
    ("doc", "document"),
    ("docs", "document"),
    ("filename", "file name"),
    ("filepath", "file path"),
    ("filesize", "file size"),
    ("qty", "count"),
    ("lang", "language"),
    ("comm", "communication"),
    ("diag", "diagnosis"),
    ("triage", "triage"),
    ("triaged", "triaged"),
    ("vetted", "triaged"),
    ("graded", "triaged"),
    ("hosp", "hospital"),
    ("mrn", "mrn"),
    ("nok", "guardian"),
    ("completed", "completed"),
    ("completion", "completed"),
    ("entered", "entered"),
    ("keyer", "keyed by"),
    ("path", "path"),
];

/// Words that say nothing of what a column holds.
const SILENT: &[&str] = &["of", "the", "a", "an", "for", "was", "is", "at", "in", "and", "their", "our", "this", "or"];

/// The words of a column's name, written out, in order; each once.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        if !SILENT.contains(&word) && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    };
    for raw in pieces(name) {
        match written_out(&raw) {
            Some(out) => out.split(' ').for_each(&mut add),
            None => match unglued(&raw) {
                Some(parts) => {
                    parts.iter().for_each(|part| written_out(part).unwrap_or(part).split(' ').for_each(&mut add));
                }
                None => add(&raw),
            },
        }
    }
    join_pairs(&mut words);
    words
}

fn written_out(word: &str) -> Option<&'static str> {
    WRITTEN_OUT.iter().find(|(short, _)| *short == word).map(|(_, out)| *out)
}

/// What two words say together.
fn join_pairs(words: &mut Vec<String>) {
    for (pair, joined) in [
        (["e", "mail"], "email"),
        (["post", "code"], "postcode"),
        (["postcode", "code"], "postcode"),
        (["last", "name"], "family name"),
        (["first", "name"], "given name"),
        (["first", "names"], "given name"),
        (["p", "code"], "postcode"),
        (["f", "name"], "given name"),
        (["s", "name"], "family name"),
        (["l", "name"], "family name"),
    ] {
        if pair.iter().all(|word| words.iter().any(|known| known == word)) {
            let at = words.iter().position(|known| known == pair[0]).unwrap_or_default();
            words.retain(|known| !pair.contains(&known.as_str()));
            let at = at.min(words.len());
            words.splice(at..at, joined.split(' ').map(str::to_owned));
        }
    }
}

/// Parts at signs, at capitals after small letters and at digits; single letters in a row are one word (`D.O.B.`).
fn pieces(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().filter(|sign| !matches!(sign, '\'' | '’')).collect();
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let starts = before.is_some_and(|before| {
            (before.is_lowercase() && letter.is_uppercase())
                || (before.is_uppercase() && letter.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
                || (before.is_numeric() != letter.is_numeric())
        });
        if !letter.is_alphanumeric() || starts {
            pieces.push(std::mem::take(&mut piece));
        }
        if letter.is_alphanumeric() {
            piece.extend(letter.to_lowercase());
        }
    }
    pieces.push(piece);
    together(pieces.into_iter().filter(|piece| !piece.is_empty()).collect())
}

/// `d`, `o`, `b` are one word.
fn together(pieces: Vec<String>) -> Vec<String> {
    let single = |piece: &String| piece.chars().count() == 1 && piece.starts_with(char::is_alphabetic);
    let mut joined: Vec<String> = Vec::new();
    let mut run = false;
    for piece in pieces {
        match joined.last_mut().filter(|_| run && single(&piece)) {
            Some(last) => last.push_str(&piece),
            None => {
                run = single(&piece);
                joined.push(piece);
            }
        }
    }
    joined
}

/// Words that stand in names of columns.
static KNOWN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let out = WRITTEN_OUT.iter().flat_map(|(short, out)| std::iter::once(*short).chain(out.split(' ')));
    out.chain(synonyms::all_words()).filter(|word| word.len() > 1).chain(["of"]).collect()
});

/// `patientid`, `apptdate`: known words without anything between them; the fewest that fit.
fn unglued(word: &str) -> Option<Vec<&str>> {
    if word.len() < 5 || !word.is_ascii() || KNOWN.contains(word) {
        return None;
    }
    // The fewest words that make up the first so many letters, by their starts.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    best[0] = Some((0, 0));
    for end in 2..=word.len() {
        for start in 0..end - 1 {
            if let Some((count, _)) = best[start]
                && KNOWN.contains(&word[start..end])
                && best[end].is_none_or(|(fewest, _)| count + 1 < fewest)
            {
                best[end] = Some((count + 1, start));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, start) = best[end]?;
        parts.push(&word[start..end]);
        end = start;
    }
    parts.reverse();
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(words(name).join(" "), expected, "{name}");
    }

    #[test]
    fn one_thing_in_many_spellings() {
        for name in ["DOB", "D.O.B.", "DateOfBirth", "date_of_birth", "Date of Birth", "dateofbirth", "Birth date"] {
            let mut found = words(name);
            found.sort();
            assert_eq!(found, ["birth", "date"], "{name}");
        }
        for name in ["NHS No", "NHS_NUM", "NHSNumber", "N.H.S. No.", "nhsno", "NHS number"] {
            check(name, "nhs number");
        }
        for name in ["Surname", "Last name", "LAST_NAME", "LastName", "familyname", "NAME_LAST"] {
            let mut found = words(name);
            found.sort();
            assert_eq!(found, ["family", "name"], "{name}");
        }
    }

    #[test]
    fn what_is_shortened_is_written_out() {
        check("Appt Dt", "appointment date");
        check("ApptTime", "appointment time");
        check("Date Rec'd", "date received");
        check("Pt no", "patient number");
        check("Hosp No", "hospital number");
        check("e-mail", "email");
        check("Post Code", "postcode");
        check("PCode", "postcode");
        check("FName", "given name");
        check("apptdate", "appointment date");
        check("patientid", "patient id");
        check("Addr1", "address 1");
        check("Referred on to", "referred on to");
        check("", "");
    }
}
