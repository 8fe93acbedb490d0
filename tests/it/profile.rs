//! `profile`: what it says of the example's exports, and the mappings that it drafts of them under other names.

use crate::transition::{Said, Transition, fixtures};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

/// Sources of the example: the mapping that people wrote, the export, and its sheet.
const SOURCES: &[(&str, &str, &str)] = &[
    ("rnu_community", "rnu_msk_report_1.csv", ""),
    ("rth_patients", "rth_msk_extract_1.xlsx", "Patients"),
    ("rth_referrals", "rth_msk_extract_1.xlsx", "Referrals"),
    ("rth_appointments", "rth_msk_extract_1.xlsx", "Appointments"),
    ("ers", "ers_worklist_1.csv", ""),
    ("nxx_bookings", "nxx_first_bookings_1.txt", ""),
    ("texts", "text_reminders_1.csv", ""),
    ("letters", "letters_sent_1.tsv", ""),
    ("diary", "clinic_diary_1.ods", "Diary"),
    ("paper", "paper_boxes_keyed_1.xlsx", "Keying"),
    ("ice", "ice_outstanding_1.csv", ""),
    ("docman", "docman_index_1.csv", ""),
    ("eq5d", "eq5d_scores_1.csv", ""),
    ("datix", "datix_concerns_1.csv", ""),
    ("rnu_list", "declared_waiting_list_1.xlsx", "Community PTL"),
    ("rth_list", "declared_waiting_list_1.xlsx", "Acute PTL"),
    ("declared_totals", "declared_totals_1.csv", ""),
];

/// Other names for the example's columns, in two ways: as a person at a keyboard and as a database would call them.
const OTHER_NAMES: &[(&str, &str, &str)] = &[
    ("Patient ID", "Hospital Number", "PAT_IDENT"),
    ("NHS number", "N.H.S. No.", "PAT_NHS_NUM"),
    ("NHS Number", "NHS No (new)", "nhs_no"),
    ("NHS No", "Patient's NHS number", "NHSNUM"),
    ("NHS no", "NHS NUMBER", "NhsNo"),
    ("NHSNumber", "NHS no.", "NHS_NUMBER"),
    ("NHS_NUMBER", "NHS number", "NhsNumber"),
    ("NHS_STATUS", "NHS number status", "NhsNumberStatusCode"),
    ("SUPERSEDED_BY", "Replaced by", "SupersededByNhsNo"),
    ("Title", "Salutation", "PAT_TITLE"),
    ("TITLE", "Title", "NameTitle"),
    ("Surname", "Last name", "PAT_SURNAME"),
    ("SURNAME", "Family name", "LastName"),
    ("Forename", "First name", "PAT_FORENAME"),
    ("FORENAME", "Given name", "FirstName"),
    ("Forenames", "First names", "fore_names"),
    ("Firstname", "Forename", "GIVEN_NAME"),
    ("Middle name", "Other names", "MIDDLE_NAMES"),
    ("Previous surname", "Former surname", "PREV_SURNAME"),
    ("NAME_LAST", "Surname", "PersonFamilyName"),
    ("NAME_FIRST", "First name", "PersonGivenName"),
    ("NAME_MIDDLE", "Middle name(s)", "PersonMiddleName"),
    ("NAME_PREVIOUS", "Maiden name", "PreviousFamilyName"),
    ("Patient Name", "Name of patient", "PT_NAME"),
    ("Patient", "Patient's name", "PATIENT_NAME"),
    ("Addressee", "Recipient", "ADDRESSED_TO"),
    ("Name", "Patient name", "FULL_NAME"),
    ("Person affected", "Patient affected", "AFFECTED_PERSON"),
    ("Date of birth", "D.O.B.", "BIRTH_DATE"),
    ("Date of Birth", "Birth date", "PatDob"),
    ("DOB", "Date of birth", "D_O_B"),
    ("Their DOB", "Date of Birth", "DATE_OF_BIRTH"),
    ("DateOfBirth", "Born", "DOB"),
    ("BIRTH_DT", "DOB", "PersonBirthDate"),
    ("DECEASED_DT", "Date of death", "DeathDate"),
    ("Gender", "Sex", "SEX_CODE"),
    ("GENDER", "Sex", "PersonGenderCode"),
    ("SEX_CD", "Gender", "PersonStatedGenderCode"),
    ("Sex", "Gender", "gender_cd"),
    ("House number and road", "Address line 1", "ADDR1"),
    ("Town", "Address line 2", "ADDR2"),
    ("STREET_ADDR", "Street", "AddressLine1"),
    ("CITY", "Town or city", "AddressLine2"),
    ("Address", "Home address", "PT_ADDRESS"),
    ("Postcode", "Post code", "PCODE"),
    ("POSTCODE", "Postal code", "PostCode"),
    ("Their postcode", "Post Code", "POST_CD"),
    ("ZIPCODE", "PCode", "HomePostcode"),
    ("Home telephone", "Tel (home)", "HOME_TEL"),
    ("HOME_PHONE", "Home tel no", "TelephoneHome"),
    ("Mobile telephone", "Mob", "MOBILE_NO"),
    ("MOBILE_PHONE", "Mobile no.", "TelephoneMobile"),
    ("Mobile", "Mobile number", "MOB_TEL"),
    ("Telephone", "Phone no", "TEL_NO"),
    ("Tel", "Telephone", "phone_number"),
    ("Phone", "Mobile number", "TEL"),
    ("Contact no", "Contact telephone", "TELEPHONE"),
    ("Email", "E-mail", "EMAIL_ADDR"),
    ("EMAIL", "Email address", "EMailAddress"),
    ("GP practice code", "Registered practice", "GP_PRACTICE"),
    ("PCP_PRACTICE", "GP surgery", "RegisteredGpPractice"),
    ("Practice", "GP surgery", "GP_PRAC"),
    ("Referring Organisation", "Referring practice", "REFERRING_ORG_CODE"),
    ("Main language", "Preferred language", "SPOKEN_LANG"),
    ("Referral ID", "Referral number", "REF_ID"),
    ("REFERRAL_ID", "Referral no", "ReferralIdentifier"),
    ("Referral No", "Referral ID", "REF_NO"),
    ("Date referral received", "Date rec'd", "REF_RECD_DT"),
    ("Referral received", "Ref. rec'd", "RECEIVED_DATE"),
    ("RECEIVED_DT", "Received", "ReferralReceivedDate"),
    ("Received stamp", "Date stamped received", "RECD_STAMP"),
    ("Converted", "Date converted", "CONVERTED_ON"),
    ("Date of referral", "Ref Date", "REFERRAL_DT"),
    ("Referral Date", "Date referred", "REFERRED_DT"),
    ("Referral date", "Date of referral", "REF_DT"),
    ("WRITTEN_DT", "Date written", "ReferralWrittenDate"),
    ("Referral source", "Source of referral", "REF_SOURCE"),
    ("SOURCE_CD", "Source", "ReferralSourceCode"),
    ("Referrer", "Referred by", "REFERRING_GP"),
    ("REFERRER", "Referring doctor", "ReferrerName"),
    ("Referring Clinician", "Referrer", "REF_BY"),
    ("Referred by", "Referring GP", "REFERRER"),
    ("Referral priority", "Priority", "REF_PRIORITY"),
    ("PRIORITY_CD", "Urgency", "PriorityTypeCode"),
    ("Priority", "Referral priority", "PRIORITY_TYPE"),
    ("TRIAGE_PRIORITY_CD", "Priority after triage", "TriagePriority"),
    ("Date triaged", "Triage date", "TRIAGE_DT"),
    ("TRIAGED_DT", "Triaged", "TriageDate"),
    ("TRIAGED_BY", "Triage clinician", "TriagedBy"),
    ("Referral reason", "Reason for referral", "REF_REASON"),
    ("CONDITION", "Presenting problem", "ReferralReason"),
    ("Problem", "Condition", "DIAGNOSIS"),
    ("Clinic Type", "Condition", "CLINIC_TYPE"),
    ("Service", "Specialty", "SERVICE_NAME"),
    ("Specialty", "Service", "SPEC"),
    ("TREATMENT_FUNCTION_CD", "Speciality", "TreatmentFunction"),
    ("COMMISSIONER", "CCG", "CommissionerCode"),
    ("CONSULTANT", "Responsible clinician", "ConsultantName"),
    ("UBRN", "Booking reference number", "UBRN_NO"),
    ("Pathway ID", "Patient pathway identifier", "PATHWAY_REF"),
    ("PATHWAY_ID", "Pathway number", "PatientPathwayId"),
    ("PATHWAY_ISSUER", "Issuer of pathway", "PathwayIssuer"),
    ("Referral status", "Status of referral", "REF_STATUS"),
    ("REFERRAL_STATUS", "Status", "ReferralState"),
    ("Booking Status", "Worklist status", "BOOKING_STAT"),
    ("Status", "Current status", "STAT"),
    ("Date discharged", "Discharge date", "DISCH_DT"),
    ("CLOSED_DT", "Date closed", "ReferralEndDate"),
    ("Discharge reason", "Reason for discharge", "DISCH_REASON"),
    ("CLOSE_REASON", "Reason closed", "ReferralClosedReason"),
    ("Referred on to", "Onward referral to", "ONWARD_DEST"),
    ("Date referred on", "Onward referral date", "ONWARD_REF_DT"),
    ("Previous referral ID", "Linked referral ID", "PARENT_REFERRAL_ID"),
    ("PREVIOUS_REFERRAL_ID", "Parent referral", "PreviousReferralNo"),
    ("RTT status", "18 week status", "RTT_CODE"),
    ("RTT_STATUS_CD", "RTT status", "RttPeriodStatus"),
    ("RTT start", "Clock start", "RTT_START_DT"),
    ("CLOCK_START_DT", "RTT clock start", "RttStartDate"),
    ("Clock start", "RTT start date", "CLOCK_START"),
    ("ORIG_RECEIVED_DT", "Originally received", "OriginalReceivedDate"),
    ("Last seen", "Last contact date", "LAST_SEEN_DATE"),
    ("LAST_SEEN_DT", "Date last seen", "LastAttendanceDate"),
    ("REVIEW_DUE_DT", "Next review", "ReviewDueDate"),
    ("Appointment ID", "Booking ID", "APPT_ID"),
    ("AppointmentID", "Appt no", "BOOKING_NO"),
    ("SCH_EVENT_ID", "Appointment number", "AppointmentId"),
    ("OFFERED_DT", "Date offered", "OfferDate"),
    ("Date booked", "Booked on", "BOOKED_DT"),
    ("BOOKED_DT", "Booked", "DateBooked"),
    ("BookedOn", "Date booked", "BOOKING_DATE"),
    ("Printed", "Letter date", "PRINTED_DT"),
    ("Appointment date", "Appt date", "APPT_DATE_TIME"),
    ("Appointment", "Appt date and time", "APPT_DTTM"),
    ("APPT_DT_TM", "Appointment", "ApptDateTime"),
    ("ApptDate", "Appt date", "APPOINTMENT_DATE"),
    ("ApptTime", "Appt time", "APPOINTMENT_TIME"),
    ("When", "Date and time", "SLOT_TIME"),
    ("Clinic", "Location", "CLINIC_NAME"),
    ("ClinicID", "Clinic", "LOCATION"),
    ("LOCATION_CD", "Site", "ClinicLocation"),
    ("Venue", "Clinic", "VENUE_NAME"),
    ("Clinician", "Seen by", "CLINICIAN_NAME"),
    ("CLINICIAN", "Clinician", "StaffName"),
    ("HCP", "Clinician", "HCP_NAME"),
    ("Physio", "Therapist", "PHYSIO_NAME"),
    ("FIRST_ATTENDANCE_CD", "First or follow up", "AppointmentType"),
    ("ApptType", "Type of appointment", "VISIT_TYPE"),
    ("Appointment status", "Attendance", "APPT_STATUS"),
    ("ATTENDANCE_CD", "Attended or not", "AttendanceStatus"),
    ("Outcome", "Appointment status", "APPT_STATE"),
    ("OUTCOME_CD", "Outcome", "OutcomeOfAttendance"),
    ("MRN", "Hosp No", "LocalPatientIdentifier"),
    ("Patient No", "Pt number", "PATIENT_ID"),
    ("Pt no", "Patient number", "PT_ID"),
    ("ClientID", "Client number", "RIO_NUMBER"),
    ("Hospital No", "Hosp. number", "MRN"),
    ("Order No", "Request number", "ORDER_ID"),
    ("Test", "Investigation", "TEST_NAME"),
    ("Requested", "Date requested", "REQUEST_DT"),
    ("Sent", "Date sent", "SENT_DT"),
    ("Expected", "Result expected", "EXPECTED_DT"),
    ("Resulted", "Result date", "RESULTED_DT"),
    ("Reviewed", "Date reviewed", "ACKNOWLEDGED_DT"),
    ("Reviewed By", "Acknowledged by", "REVIEWED_BY"),
    ("DocumentID", "Document number", "DOC_ID"),
    ("DocumentType", "Type of document", "DOC_TYPE"),
    ("EventDate", "Document date", "DOC_DT"),
    ("FilePath", "File location", "FILE_NAME"),
    ("FileSize", "Size", "SIZE_BYTES"),
    ("QUESTIONNAIRE", "Instrument", "PromName"),
    ("STAGE", "Time point", "PathwayStage"),
    ("DATE_COMPLETED", "Completed on", "CompletedDate"),
    ("COMPLETED_BY", "Answered by", "FilledInBy"),
    ("ENTERED_BY", "Recorded by", "InputBy"),
    ("INDEX_SCORE", "Score", "IndexValue"),
    ("Ref", "Incident number", "INCIDENT_REF"),
    ("Opened", "Date opened", "INCIDENT_DT"),
    ("Type", "Category", "INCIDENT_TYPE"),
    ("Description", "What happened", "DETAILS"),
    ("Box", "Box number", "BOX_NO"),
    ("Folder", "Folder no", "FOLDER_NUM"),
    ("Keyed", "Keying", "PASS_NO"),
    ("Initials", "Keyed by", "OPERATOR"),
    ("Scan", "Image", "SCAN_FILE"),
    ("Cannot read", "Illegible", "UNREADABLE"),
    ("Activity", "Measure", "INDICATOR"),
    ("Month", "Period", "MONTH_YEAR"),
    ("Count", "Number", "VALUE"),
];

/// The example's exports, their columns under other names.
fn renamed(way: usize) -> (Transition, BTreeMap<String, String>) {
    let names: BTreeMap<String, String> =
        OTHER_NAMES.iter().map(|(name, one, two)| ((*name).to_owned(), [one, two][way].to_string())).collect();
    let folder = Transition::empty();
    for file in SOURCES.iter().map(|(_, file, _)| *file).collect::<BTreeSet<&str>>() {
        let bytes = fs::read(fixtures().join("msk-transfer/sources").join(file)).expect("a source");
        let changed =
            if bytes.starts_with(b"PK") { rename_in_workbook(&bytes, &names) } else { rename_in_text(&bytes, &names) };
        fs::write(folder.path().join(format!("extract_{way}_{file}")), changed).expect("written");
    }
    (folder, names)
}

/// The header is the line that names most columns.
fn rename_in_text(bytes: &[u8], names: &BTreeMap<String, String>) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let cells = |line: &[u8]| {
        let text = String::from_utf8_lossy(line).trim_start_matches('\u{feff}').trim_end().to_owned();
        let sign = [',', '\t', '|'].into_iter().max_by_key(|sign| text.matches(*sign).count()).expect("one");
        (sign, text.split(sign).map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<String>>())
    };
    let known = |line: &[u8]| cells(line).1.iter().filter(|cell| names.contains_key(*cell)).count();
    let header = (0..6).max_by_key(|place| (known(&lines[*place]), 6 - place)).expect("a header");
    let (sign, old) = cells(&lines[header]);
    let new: Vec<String> = old.iter().map(|cell| format!("\"{}\"", names.get(cell).unwrap_or(cell))).collect();
    lines[header] = format!("{}\r\n", new.join(&sign.to_string())).into_bytes();
    lines.concat()
}

/// Every text of a workbook that is a column's name, wherever it stands.
fn rename_in_workbook(bytes: &[u8], names: &BTreeMap<String, String>) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for place in 0..old.len() {
        let mut entry = old.by_index(place).expect("an entry");
        let name = entry.name().expect("a name").to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("read");
        if name.ends_with(".xml") {
            let text = String::from_utf8(content).expect("XML");
            content = rename_in_xml(&text, names).into_bytes();
        }
        new.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        new.write_all(&content).expect("written");
    }
    new.finish().expect("closed").into_inner()
}

fn rename_in_xml(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive('>') {
        let (content, tag) =
            piece.split_once('<').map_or((piece, ""), |(content, _)| (content, &piece[content.len()..]));
        out.push_str(names.get(content).map_or(content, String::as_str));
        out.push_str(tag);
    }
    out
}

/// Fields of a mapping with their columns, sorted.
fn fields_of(mapping: &Path) -> BTreeMap<String, Vec<String>> {
    let table: toml::Table = fs::read_to_string(mapping).expect("a mapping").parse().expect("TOML");
    let mut fields = BTreeMap::new();
    for (kind, value) in table.iter().filter(|(kind, _)| *kind != "file") {
        for (field, rule) in value
            .as_table()
            .expect("a table")
            .iter()
            .filter(|(field, _)| !["extra", "double"].contains(&field.as_str()))
        {
            let columns =
                rule.as_table().map_or(rule, |rule| rule.get("column").or(rule.get("columns")).expect("columns"));
            let mut columns: Vec<String> = match columns {
                toml::Value::Array(several) => {
                    several.iter().map(|one| one.as_str().expect("a name").to_owned()).collect()
                }
                one => vec![one.as_str().expect("a name").to_owned()],
            };
            columns.sort();
            fields.insert(format!("{kind}.{field}"), columns);
        }
    }
    fields
}

fn profile(folder: &Transition) -> Said {
    let mut files: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut arguments = vec!["profile", "--json", "--draft", "drafts"];
    arguments.extend(files.iter().map(String::as_str));
    folder.handover(&arguments)
}

#[test]
fn drafts_find_nine_fields_of_ten_whatever_columns_are_called() {
    for way in [0, 1] {
        let (folder, names) = renamed(way);
        let said = profile(&folder);
        assert_eq!(said.code, 0, "{}", said.err);
        let document = said.json();
        let (mut report, mut poor) = (String::new(), false);
        for (mapping, file, sheet) in SOURCES {
            let drafts = document["drafts"].as_array().expect("drafts").iter();
            let of_source =
                drafts.filter(|draft| draft["file"] == format!("extract_{way}_{file}") && draft["sheet"] == *sheet);
            let mut drafted =
                of_source.map(|draft| fields_of(&folder.path().join(draft["mapping"].as_str().expect("a path"))));
            let drafted = drafted.next().unwrap_or_default();
            let wanted = fields_of(&fixtures().join(format!("msk-transfer/mappings/{mapping}.toml")));
            let renamed = |columns: &Vec<String>| {
                let mut columns: Vec<String> =
                    columns.iter().map(|name| names.get(name).unwrap_or(name).clone()).collect();
                columns.sort();
                columns
            };
            let missed: Vec<&String> = wanted
                .iter()
                .filter(|(field, columns)| drafted.get(*field) != Some(&renamed(columns)))
                .map(|(field, _)| field)
                .collect();
            let share = 100 * (wanted.len() - missed.len()) / wanted.len();
            poor |= share < 90;
            report.push_str(&format!("  {share:>3} % of {mapping}; missed: {missed:?}\n"));
        }
        for file in document["files"].as_array().expect("files") {
            for sheet in file["sheets"].as_array().expect("sheets") {
                assert!(sheet["looks_like"].is_null(), "no preset may help: {}", sheet["looks_like"]);
            }
        }
        assert!(!poor, "names of way {way}:\n{report}");
    }
}

#[test]
fn drafts_of_every_export_pass_the_check_of_a_fresh_transition() {
    let folder = Transition::empty();
    assert_eq!(folder.handover(&["init", "."]).code, 0);
    let mut arguments = vec!["profile".to_owned(), "--json".to_owned(), "--draft".to_owned(), "mappings".to_owned()];
    for file in SOURCES.iter().map(|(_, file, _)| *file).collect::<BTreeSet<&str>>() {
        let to = folder.path().join("sources").join(file);
        fs::copy(fixtures().join("msk-transfer/sources").join(file), to).expect("copied");
        arguments.push(format!("sources/{file}"));
    }
    let said = folder.handover(&arguments.iter().map(String::as_str).collect::<Vec<&str>>());
    assert_eq!(said.code, 0, "{}", said.err);
    let document = said.json();
    let drafts = document["drafts"].as_array().expect("drafts");
    assert_eq!(drafts.len(), SOURCES.len(), "a draft for every sheet");
    let sources: Vec<&str> = drafts.iter().map(|draft| draft["source"].as_str().expect("a table")).collect();
    let config = fs::read_to_string(folder.path().join("handover.toml")).expect("a configuration");
    let (head, rest) =
        (config.split("[[source]]").next().expect("a head"), &config[config.find("[link]").expect("[link]")..]);
    let text = format!("{head}{}\n\n{rest}", sources.join("\n\n"));
    folder.write("handover.toml", &text);
    assert_eq!(folder.handover(&["check"]).code, 2, "who provides it is for a person to say");
    folder.write("handover.toml", &text.replace("(ODS code)", "RNU").replace("(its name)", "a system"));
    let said = folder.handover(&["check", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let found = said.json();
    let shipped = Transition::example();
    fs::remove_file(shipped.path().join("sources/rnu_msk_report_2.csv")).expect("the second file of a source");
    let expected = shipped.handover(&["check", "--json"]).json();
    for figure in ["person_records", "referral_records", "appointment_records", "declared_figures"] {
        assert_eq!(found[figure], expected[figure], "{figure}, as by the mappings that people wrote");
    }
    let again = folder.handover(&arguments.iter().map(String::as_str).collect::<Vec<&str>>());
    assert_eq!(again.code, 2, "a draft never overwrites");
}

/// Cells of an export's column.
fn column(file: &str, header_row: usize, name: &str) -> BTreeSet<String> {
    let bytes = fs::read(fixtures().join("msk-transfer/sources").join(file)).expect("a source");
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let rest: String = text.split_inclusive('\n').skip(header_row - 1).collect();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(rest.as_bytes());
    let place = reader.headers().expect("a header").iter().position(|header| header.ends_with(name)).expect("a column");
    let cells = reader.records().filter_map(|row| row.expect("a row").get(place).map(str::to_owned));
    cells.filter(|cell| cell.len() >= 4).collect()
}

#[test]
fn nothing_that_is_told_is_a_patient_s() {
    let folder = Transition::example();
    let files = ["sources/rnu_msk_report_1.csv", "sources/ers_worklist_1.csv", "sources/datix_concerns_1.csv"];
    let screen = folder.handover(&[&["profile"][..], &files].concat());
    let json = folder.handover(&[&["profile", "--json", "--draft", "drafts"][..], &files].concat());
    let mut told = format!(
        "{}{}{}",
        screen.all(),
        json.all(),
        fs::read_to_string(folder.path().join("drafts/ers_worklist_1.toml")).expect("a draft")
    );
    told.push_str(&fs::read_to_string(folder.path().join("drafts/rnu_msk_report_1.toml")).expect("a draft"));
    let mut values = BTreeSet::new();
    for name in [
        "Patient ID",
        "NHS number",
        "Surname",
        "Date of birth",
        "House number and road",
        "Postcode",
        "Home telephone",
        "Email",
        "Clinician",
        "Referrer",
    ] {
        values.extend(column("rnu_msk_report_1.csv", 5, name));
    }
    for name in ["UBRN", "NHS Number", "Patient Name", "DOB", "Postcode"] {
        values.extend(column("ers_worklist_1.csv", 1, name));
    }
    for name in ["Person affected", "Description", "Contact no"] {
        values.extend(column("datix_concerns_1.csv", 1, name));
    }
    assert!(values.len() > 4_000, "{}", values.len());
    let words: BTreeSet<&str> = told.split(|sign: char| !sign.is_alphanumeric()).collect();
    for value in &values {
        let is_word = value.chars().all(char::is_alphanumeric);
        let leaks = if is_word { words.contains(value.as_str()) } else { told.contains(value.as_str()) };
        assert!(!leaks, "{value}");
    }
}

#[test]
fn rows_without_a_header_are_not_taken_for_one() {
    let folder = Transition::empty();
    folder.write(
        "people.csv",
        "Quillfeather,Maude,Knee,Routine\nThistlewood,Ambrose,Hip,Urgent\nPennyfather,Agnes,Knee,Routine\n",
    );
    let said = folder.handover(&["profile", "people.csv"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("no header that can be told from data, 3 of data"), "{}", said.out);
    assert!(!said.out.contains("Quillfeather") && !said.out.contains("Maude"), "{}", said.out);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let clinic = Transition::clinic();
    clinic.write("note.pdf", "%PDF-1.4");
    let said = clinic.handover(&["profile", "note.pdf", "sources/clinic.csv", "nowhere.csv"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("note.pdf: this is a PDF") && said.err.contains("nowhere.csv"), "{}", said.err);
    assert!(said.out.contains("person.family_name: by name and values"), "{}", said.out);
    let document = clinic.handover(&["profile", "--json", "note.pdf", "sources/clinic.csv"]).json();
    assert_eq!((&document["ok"], document["files"].as_array().map(Vec::len)), (&false.into(), Some(1)));
    assert_eq!(document["unreadable"][0]["file"], "note.pdf");
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    for wrong in
        [&["profile"][..], &["profile", "--nope", "x"], &["profile", "sources/clinic.csv", "--draft", "note.pdf"]]
    {
        assert_eq!(clinic.handover(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn a_draft_says_why_and_leaves_to_people_what_only_they_know() {
    let folder = Transition::empty();
    let mut text = "NHS No,Surname,Date of Birth,Sex,Priority,Referral received,Ward,Date of death\n".to_owned();
    for (at, number) in
        ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069"].iter().enumerate()
    {
        text.push_str(&format!(
            "{number},Quill,0{}/02/1961,{},Soon,2017-09-0{},W{at}x,\n",
            at + 1,
            ["M", "9"][at % 2],
            at + 1
        ));
    }
    text.push_str("9990000077,Quill,03/28/1961,F,R,2017-09-09,W9x,\n");
    folder.write("list.csv", &text);
    let said = folder.handover(&["profile", "--quiet", "list.csv", "--draft", "out"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    insta::assert_snapshot!(fs::read_to_string(folder.path().join("out/list.toml")).expect("a draft"));
}

#[test]
fn hidden_sheets_are_drafted_and_what_is_not_is_told_with_the_reason() {
    let folder = Transition::empty();
    let mut book = rust_xlsxwriter::Workbook::new();
    let tables: [(&str, &[[&str; 2]]); 3] = [
        ("Now", &[["NHS number", "Surname"], ["9990000018", " Quillfeather"], ["9990000026", "Thistlewood"]]),
        ("Before", &[["NHS number ", "Surname"], ["9990000018", "Quillfeather"], ["9990000034", "Pennyfather"]]),
        ("Colours", &[["Level", "Category"], ["red", "warm"], ["blue", "cold"]]),
    ];
    for (name, rows) in tables {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        for (row, cells) in (0..).zip(rows) {
            sheet.write_row(row, 0, cells.iter().copied()).expect("a row");
        }
        sheet.set_hidden(name == "Before");
    }
    book.save(folder.path().join("lists.xlsx")).expect("saved");
    let said = folder.handover(&["profile", "lists.xlsx", "--draft", "drafts"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let draft = |name: &str| fs::read_to_string(folder.path().join("drafts").join(name)).expect("a draft");
    assert!(draft("lists_before.toml").contains("# The workbook hides this sheet: ask whether"));
    assert!(!draft("lists_now.toml").contains("hides"));
    let not_drafted = "Not drafted:\n  lists.xlsx [Colours]: nothing of people,";
    assert!(said.out.contains(not_drafted), "{}", said.out);
    assert!(said.out.contains("1 stand between spaces: read without them"), "{}", said.out);
    assert!(said.out.contains("its name stands between spaces"), "{}", said.out);
}

#[test]
fn the_source_of_a_file_in_an_archive_is_named_from_the_transition() {
    let folder = Transition::empty();
    folder.write("site/handover.toml", "");
    folder.write("site/sources/.keep", "");
    let path = folder.path().join("site/sources/all.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(path).expect("made"));
    archive.start_file("in/people.csv", zip::write::SimpleFileOptions::default()).expect("begun");
    archive.write_all(b"NHS number,Surname\n9990000018,Quillfeather\n9990000026,Thistlewood\n").expect("written");
    archive.finish().expect("closed");
    let said = folder.handover(&["profile", "site/sources/all.zip", "--draft", "site/mappings"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("path = \"sources/all.zip!in/people.csv\""), "{}", said.out);
    assert!(said.out.contains("mapping = \"mappings/people.toml\""), "{}", said.out);
}
