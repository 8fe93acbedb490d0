//! What columns are called, by the field that they fill: sets of words, as `words` gives them.
//!
//! A set marked with `*` says of itself what kind of record the row speaks of; the others count only where something else
//! does. No order is implied within a field: the set that says most of a name wins.

/// A field and the words for it.
pub(super) struct Synonyms {
    /// The table of a mapping.
    pub kind: &'static str,
    /// The field's name there.
    pub field: &'static str,
    /// Sets of words.
    pub sets: &'static [&'static str],
}

macro_rules! table {
    ($($kind:literal { $($field:ident: $($set:literal)|+;)+ })+) => {
        &[$($(Synonyms { kind: $kind, field: stringify!($field), sets: &[$($set),+] },)+)+]
    };
}

/// All of them, in the order of the catalogue of fields.
pub(super) const TABLE: &[Synonyms] = table! {
    "person" {
        local_id: "patient id" | "patient number" | "hospital number" | "hospital id" | "mrn" | "unit number" | "local patient id"
            | "local id" | "pas number" | "pas id" | "rio number" | "system number" | "patient reference" | "id"
            | "patient hospital number" | "case number" | "record id" | "crn" | "local patient id extended" | "district number"
            | "emis number" | "medical record number" | "patient referral" | "patient record number";
        nhs_number: "nhs number" | "nhs" | "nhs id" | "new nhs number" | "nhs reference" | "nhs referral" | "patient nhs number";
        nhs_number_status: "nhs number status" | "nhs status" | "nhs number status code" | "nhs number trace status"
            | "nhs number status indicator code" | "trace status" | "nhs number verified" | "nhs verification status";
        superseded_by: "superseded by" | "replaced by" | "merged into" | "superseded nhs number" | "merged to" | "superseding nhs number";
        traced_on: "traced date" | "traced on" | "trace date" | "nhs number traced date" | "pds trace date";
        family_name: "family name" | "patient family name" | "family" | "person family name";
        given_name: "given name" | "given" | "patient given name" | "known given name";
        other_names: "middle name" | "middle names" | "other names" | "other given name" | "other name" | "middle initial"
            | "second given name" | "second name" | "name middle" | "middle" | "other given names" | "middle initials";
        full_name: "full name" | "patient name" | "name" | "patient" | "addressee" | "patient affected" | "patient full name"
            | "client name" | "recipient" | "recipient name" | "whom" | "affected" | "addressed to" | "service user"
            | "complainant" | "name patient affected";
        title: "title" | "patient title" | "name title";
        previous_family_name: "previous family name" | "previous name" | "birth family name" | "alias family name"
            | "previous family" | "other family name" | "family name birth" | "name previous";
        date_of_birth: "birth date" | "birth" | "patient birth date" | "birth date time";
        date_of_death: "death date" | "death" | "date death" | "death date time" | "patient death date";
        sex: "sex" | "patient sex" | "sex code" | "stated sex code" | "sex at birth";
        address: "address" | "address line" | "address name" | "address number" | "usual address" | "correspondence address"
            | "address 1" | "address 2" | "address 3" | "address 4" | "address 5" | "home address" | "patient address"
            | "address line 1" | "address line 2" | "address line 3" | "address line 4" | "address line 5" | "full address";
        postcode: "postcode" | "patient postcode" | "home postcode" | "usual address postcode" | "address postcode";
        phone: "telephone" | "home telephone" | "telephone number" | "contact number" | "telephone home" | "day telephone"
            | "telephone 1" | "contact telephone" | "patient telephone" | "phone number" | "home number" | "daytime telephone"
            | "contact telephone number" | "home telephone number" | "preferred telephone" | "contact";
        mobile: "mobile" | "mobile telephone" | "mobile number" | "mobile telephone number" | "text number" | "telephone 2"
            | "mobile contact" | "patient mobile" | "telephone mobile" | "mobile contact number";
        email: "email" | "email address" | "patient email" | "contact email" | "home email";
        gp_practice: "gp practice" | "practice" | "practice code" | "gp practice code" | "registered practice" | "registered gp practice"
            | "gp" | "gp code" | "gp organisation code" | "gp organisation" | "referring organisation" | "referring practice"
            | "registered gp" | "usual gp" | "referring practice code" | "gp surgery code" | "patient gp practice"
            | "referring organisation code" | "referrer organisation" | "referrer practice";
        sensitive: "sensitive" | "sensitivity flag" | "sensitive record" | "restricted" | "s flag" | "sensitive flag";
        language: "language" | "main language" | "preferred language" | "spoken language" | "first language" | "language spoken"
            | "language code" | "interpreter language";
        communication_need: "communication need" | "communication needs" | "accessible information" | "communication requirement"
            | "interpreter" | "interpreter required" | "reasonable adjustments";
        guardian: "guardian" | "parent" | "parent name" | "next kin" | "next kin name" | "guardian name" | "carer" | "carer name";
    }
    "referral" {
        local_id: "*referral id" | "*referral number" | "*service request id" | "*referral reference" | "*pathway number"
            | "*referral reference number" | "*referral request id" | "*referral local id" | "*episode number" | "*episode id"
            | "*referral system id";
        ubrn: "*ubrn" | "*ubrn number" | "*booking reference" | "*booking reference number" | "*ers number" | "*ers ubrn"
            | "*unique booking reference number" | "*unique booking reference" | "*choose book reference" | "*ers reference";
        pathway_id: "*pathway id" | "*patient pathway id" | "*ppid" | "*rtt pathway id" | "*upi" | "*pathway reference"
            | "*pathway" | "*unique pathway id";
        pathway_issuer: "*pathway issuer" | "*pathway id issuer" | "*pathway organisation" | "*pathway organisation code"
            | "*patient pathway id issuer" | "*issuer" | "*pathway issuing organisation";
        referred: "*referral date" | "*referred date" | "*referral written date" | "*referral letter date" | "*referred" | "written date"
            | "letter written date" | "*referral made date" | "*referral request date" | "*written referral date" | "*referral made";
        received: "*referral received date" | "*referral received" | "date received" | "received" | "received stamp"
            | "*referral request received date" | "converted" | "date converted" | "*ubrn converted" | "stamp" | "*ubrn conversion date"
            | "*referral date time received" | "stamped received" | "accepted" | "date stamped" | "*referral arrived" | "arrived";
        priority: "*referral priority" | "priority" | "priority code" | "priority type code" | "priority type" | "*referral priority code"
            | "*referral urgent" | "urgent" | "*referral priority type";
        triage_priority: "*triage priority" | "*triaged priority" | "*priority after triage" | "*priority triage" | "*triage priority code"
            | "*clinical priority" | "*triage outcome priority";
        triaged: "*triaged date" | "*triage date" | "*triaged" | "*date triage" | "*triage completed date" | "*triaged on"
            | "*triage completed";
        triaged_by: "*triaged by" | "*triage by" | "*triage clinician" | "*triaging clinician" | "*triaged clinician";
        source_of_referral: "*referral source" | "*source referral" | "source" | "source code" | "*referral source code"
            | "*source referral community" | "*referred from" | "*referral origin";
        specialty: "specialty" | "treatment function" | "treatment function code" | "service" | "specialty code" | "*referral service"
            | "*referral specialty" | "service name" | "team" | "department" | "treatment function name" | "main specialty code"
            | "specialty name" | "*service referred to" | "specialty requested" | "*referral team";
        condition: "*referral reason" | "condition" | "problem" | "clinic type" | "diagnosis" | "presenting problem"
            | "presenting complaint" | "*reason referral" | "presenting condition" | "body part" | "*primary reason referral"
            | "body site" | "*primary reason referral community care" | "main problem" | "condition description" | "provisional diagnosis";
        referrer: "*referrer" | "*referred by" | "*referring clinician" | "*referring gp" | "*referrer name" | "*referring doctor"
            | "*referral by" | "*referring professional" | "*referring consultant" | "*referral from" | "*referral clinician";
        commissioner: "commissioner" | "commissioner code" | "ccg" | "ccg code" | "organisation code commissioner" | "icb"
            | "commissioning organisation" | "organisation id code commissioner" | "commissioning ccg" | "responsible ccg";
        clinician: "*referral consultant" | "consultant" | "consultant name" | "lead clinician" | "responsible clinician"
            | "clinician" | "clinician name" | "named clinician" | "consultant code" | "lead consultant" | "lead professional";
        decided_to_refer: "*decided refer date" | "*decision refer date" | "*decided to refer" | "*decision to refer date"
            | "*decision to refer" | "*onward decision date" | "*decided to refer date";
        referred_on: "*referred on date" | "*date referred on" | "*onward referral date" | "*referred onwards date" | "*onward referred date"
            | "*date onward referral" | "*onward date" | "*onward referral" | "*transferred date";
        referred_on_to: "*referred on to" | "*onward referral to" | "*referred onwards to" | "*onward destination" | "*onward provider"
            | "*referred to" | "*onward to" | "*onward referral destination" | "*transferred to" | "*onward service";
        parent_local_id: "*previous referral id" | "*parent referral id" | "*previous referral number" | "*original referral id"
            | "*linked referral id" | "*parent referral" | "*previous referral" | "*linked referral" | "*original referral number"
            | "*parent referral number";
        status: "*referral status" | "*booking status" | "*referral state" | "*referral open closed" | "*referral request status" | "status"
            | "open closed" | "*pathway status" | "*episode status" | "*referral status code" | "worklist status" | "state";
        closed: "*discharge date" | "closed date" | "*referral closed date" | "*referral end date" | "*referral closed"
            | "*date discharge" | "*service discharge date" | "closed" | "*referral discharge date" | "*discharge" | "end date"
            | "*discharge on" | "closed on" | "*referral ended" | "*discharge date time" | "*episode end date";
        close_reason: "*discharge reason" | "*closed reason" | "*referral closed reason" | "*reason discharge" | "*reason closed"
            | "*end reason" | "*discharge method" | "*referral end reason" | "*discharge reason code" | "*referral discharge reason"
            | "*closed why";
        clock_start: "*clock start" | "*rtt start" | "*rtt clock start" | "*clock start date" | "*rtt start date" | "*rtt period start date"
            | "*rtt clock start date" | "*referral treatment period start date" | "*pathway start date" | "*clock started" | "*wait start date"
            | "*18 week clock start" | "*waiting since" | "*wait started" | "*rtt period start";
        original_received: "*original received date" | "*original received" | "*original referral received date" | "*first received date"
            | "*original referral request received date" | "*original referral date" | "*original referral received";
        rtt_status: "*rtt status" | "*rtt status code" | "*rtt code" | "*rtt period status" | "*referral treatment period status"
            | "*rtt outcome" | "*18 week status" | "*rtt pathway status";
        last_seen: "*last seen" | "*last seen date" | "*date last seen" | "*last contact date" | "*date last attendance" | "*last attendance"
            | "*last contact" | "*last attendance date" | "*last appointment attendance" | "*last seen on" | "*most recent contact";
        review_due: "*review due" | "*review due date" | "*due date" | "*follow up due" | "*next review" | "*follow up due date"
            | "*next review date" | "*review by" | "*date review due" | "*review date" | "*due for review";
    }
    "appointment" {
        local_id: "*appointment id" | "*appointment number" | "*booking id" | "*sch event id" | "*contact id" | "*care contact id"
            | "*slot id" | "*booking number" | "*appointment reference" | "*activity id" | "*schedule id" | "*event id"
            | "*booking reference" | "*attendance id" | "*appointment booking id";
        offered: "*offered date" | "*appointment offered" | "*date offered" | "*offer date" | "*offered" | "*appointment offered date"
            | "*earliest reasonable offer date" | "*appointment offer date" | "*offer made";
        booked: "*booked date" | "*date booked" | "*booked on" | "*appointment booked date" | "*booked" | "*booking date" | "*booking made date"
            | "*date appointment made" | "*appointment made date" | "*booking created date" | "printed" | "letter date" | "date printed"
            | "letter printed" | "*appointment booked" | "*booking made" | "*appointment made" | "*booking made on";
        starts: "*appointment date" | "*appointment" | "*appointment date time" | "*appointment start" | "*appointment start date"
            | "*slot date" | "*slot" | "*contact date" | "*attendance date" | "*care contact date" | "when" | "visit date" | "*slot time"
            | "*appointment start date time" | "*appointment when" | "*clinic date" | "*session date" | "*slot start" | "date time"
            | "*appointment starts on" | "*slot date time" | "when seen";
        site: "clinic" | "venue" | "site" | "location" | "*clinic location" | "*appointment location" | "*clinic name" | "clinic id"
            | "clinic code" | "location code" | "*appointment site" | "site code" | "*clinic site" | "hospital" | "place" | "venue name"
            | "site name" | "*site code treatment" | "*organisation site id treatment" | "location name" | "where" | "clinic venue"
            | "clinic base";
        clinician: "clinician" | "clinician name" | "*appointment clinician" | "seen by" | "*appointment with" | "with" | "staff"
            | "professional" | "staff name" | "*slot holder" | "*care professional" | "consultant" | "health professional"
            | "clinician seen" | "staff member" | "who";
        kind: "*appointment type" | "*first attendance" | "*first attendance code" | "*visit type" | "*contact type" | "*first follow up"
            | "*new follow up" | "*attendance type" | "*slot type" | "*appointment kind" | "*consultation type"
             | "*booking type" | "*first attendance indicator";
        status: "*appointment status" | "*attendance status" | "*attendance" | "*attendance code" | "*booking status" | "*attendance not"
            | "*attendance did not" | "*attendance not code" | "outcome" | "*slot status" | "*visit status"
            | "*appointment state" | "*contact status" | "*appointment outcome" | "*booking outcome" | "status" | "*attendance did not code";
        outcome: "*outcome attendance" | "*attendance outcome" | "outcome code" | "*appointment outcome" | "outcome"
            | "*outcome attendance code" | "*clinic outcome" | "*attendance outcome code" | "*visit outcome";
    }
    "diagnostic" {
        local_id: "*order number" | "*order id" | "*accession number" | "*request number" | "*request id" | "*order" | "*accession"
            | "*test number" | "*sample number" | "*order reference" | "*test request number" | "*test id" | "*order reference number";
        test: "*test" | "*test name" | "*modality" | "*examination" | "*test requested" | "*test description" | "*order description"
            | "*requested test" | "*test type" | "*scan type" | "*test ordered";
        requested: "requested" | "requested date" | "*request date" | "*ordered date" | "ordered" | "*order date" | "*test requested date"
            | "*date requested" | "requested on" | "*request made" | "*request made on" | "*date ordered";
        sent: "sent" | "sent date" | "date sent" | "*request sent" | "sent on" | "dispatched" | "*sent to department" | "*date dispatched";
        expected: "expected" | "expected date" | "*result expected" | "*result due" | "expected by" | "*result due date" | "date expected"
            | "*result expected by" | "expected on";
        resulted: "*resulted" | "*result date" | "*resulted date" | "*reported date" | "*result" | "*result received" | "*report date"
            | "reported" | "*resulted on" | "*date result" | "*result available" | "*date reported" | "reported on";
        reviewed: "reviewed" | "reviewed date" | "*result reviewed" | "*acknowledged" | "*result read" | "*read date" | "*acknowledged date"
            | "*date acknowledged" | "reviewed on" | "read on" | "*viewed" | "*acknowledged on" | "*viewed date" | "date read";
        reviewed_by: "reviewed by" | "*result reviewed by" | "*acknowledged by" | "*read by" | "*viewed by" | "*result read by";
        status: "*request status" | "*order status" | "*result status" | "*test status" | "status" | "*order state" | "state";
    }
    "document" {
        local_id: "*document id" | "*document number" | "*document reference" | "*file id" | "*image id" | "*scan id" | "*document"
            | "*doc id" | "*document local id";
        kind: "*document type" | "*document kind" | "*document description" | "*document category" | "*letter type" | "*file type"
            | "*type document" | "*document class" | "*document title";
        dated: "*document date" | "*event date" | "*document dated" | "*scan date" | "*date document" | "*file date" | "*letter date"
            | "dated" | "*document created date" | "*document event date" | "*document created";
        location: "*file path" | "*path" | "*file location" | "*document location" | "*file name" | "*document path" | "*file" | "*link"
            | "*storage location" | "*document file" | "*image path" | "*document link" | "*storage path";
        bytes: "*file size" | "*size" | "*bytes" | "*document size" | "*size bytes" | "*file size bytes" | "*file bytes";
    }
    "outcome_score" {
        instrument: "*questionnaire" | "*instrument" | "*measure name" | "*prom" | "*outcome measure" | "*score name" | "*prom name"
            | "*questionnaire name" | "*tool" | "*assessment" | "*assessment tool" | "*survey" | "*prom instrument" | "*form used";
        stage: "stage" | "time point" | "timepoint" | "*questionnaire stage" | "*score stage" | "pre post" | "*pathway stage" | "phase"
            | "*assessment stage" | "when scored";
        completed: "completed date" | "date completed" | "completed" | "*questionnaire date" | "*score date" | "*assessment date"
            | "completed on" | "*questionnaire completed date" | "*questionnaire completed" | "*date scored" | "*date assessment";
        answered_by: "completed by" | "*answered by" | "*respondent" | "*questionnaire completed by" | "filled in by" | "*filled by"
            | "*responder" | "*respondent type";
        entered_by: "entered by" | "recorded by" | "input by" | "*data entered by" | "typed by" | "inputter" | "*entry by";
        value: "*index score" | "*score" | "*index" | "*eq 5 d index" | "*score value" | "*total score" | "*index value" | "*utility"
            | "*eq 5 d score" | "*eq 5 d" | "value" | "*health index";
    }
    "concern" {
        local_id: "referral" | "reference" | "*incident id" | "*incident number" | "*complaint number" | "*case reference" | "*concern id"
            | "*web reference" | "*incident reference" | "*complaint id" | "*concern reference" | "*concern number" | "*complaint reference"
            | "*incident referral" | "*complaint referral" | "*concern referral" | "*datix id" | "*datix number" | "*datix reference"
            | "*datix referral";
        raised: "opened" | "opened date" | "*incident date" | "*complaint date" | "*date raised" | "*raised" | "*raised on"
            | "*concern date" | "*date opened" | "*complaint received" | "*complaint received date" | "*reported on" | "logged"
            | "date logged" | "*incident reported date" | "*raised date" | "logged on" | "opened on";
        category: "type" | "category" | "*incident type" | "*complaint type" | "*concern type" | "*incident category" | "*subject"
            | "*complaint subject" | "*complaint category" | "*concern category" | "*complaint about";
        text: "description" | "*incident description" | "*complaint description" | "detail" | "details" | "*concern description"
            | "*complaint details" | "*what happened" | "narrative" | "*concern details" | "*incident details" | "summary" | "notes";
    }
    "paper" {
        box: "*box" | "*box number" | "*box id" | "*carton" | "*crate" | "*box label" | "*box reference" | "*box referral";
        folder: "*folder" | "*folder number" | "*file number" | "*folder id" | "*notes number" | "*wallet" | "*folder in box"
            | "*folder reference" | "*folder referral";
        pass: "*keyed" | "*pass" | "*keying" | "*keying pass" | "*pass number" | "*entry" | "*keying number" | "*keyed pass"
            | "*first second keying" | "*which keying" | "*keyed time";
        keyed_by: "*initials" | "*keyed by" | "*operator" | "*keyer" | "*typist" | "*keyed initials" | "*clerk" | "*transcribed by"
            | "*transcriber";
        image: "*scan" | "*image" | "*scan file" | "*image file" | "*scanned file" | "*image name" | "*scan name" | "*pdf" | "*scanned image";
        unreadable: "*cannot read" | "*unreadable" | "*illegible" | "*not readable" | "*not legible" | "*could not read" | "*cant read"
            | "*unreadable fields" | "*illegible fields";
    }
};

/// Words that leave a name's meaning as it is.
pub(super) const WEAK: &[&str] = &[
    "patient",
    "current",
    "usual",
    "code",
    "description",
    "text",
    "full",
    "details",
    "value",
    "main",
    "number",
    "id",
    "on",
    "registered",
    "recorded",
    "1",
    "legacy",
    "old",
    "field",
    "data",
    "local",
    "nhs",
    "name",
    "type",
    "record",
    "col",
];

/// Every word of the table.
pub(super) fn all_words() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|synonyms| synonyms.sets).flat_map(|set| set.trim_start_matches('*').split(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RecordKind;

    #[test]
    fn every_entry_is_a_field_and_every_set_stands_once_in_it() {
        for synonyms in TABLE {
            let (kind, _) = RecordKind::ALL.iter().find(|(_, name)| *name == synonyms.kind).expect("a kind of record");
            assert!(kind.field(synonyms.field).is_some(), "{}.{}", synonyms.kind, synonyms.field);
            let mut sets: Vec<&str> = synonyms.sets.iter().map(|set| set.trim_start_matches('*')).collect();
            sets.sort();
            sets.dedup();
            assert_eq!(sets.len(), synonyms.sets.len(), "{}.{}", synonyms.kind, synonyms.field);
        }
    }
}
