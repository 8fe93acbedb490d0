//! Exports as they really come: one invented file for each trait that published statistics, reference files and samples
//! of people were found to have, with what a person sees in it and `profile` must tell.

pub mod books;

use crate::transition::Transition;
use books::{Page, ods, xls, xlsb, xlsx, xlsx_from_1904};
use serde_json::Value;
use std::fs;

/// A file, and what is told of it and of each of its sheets.
struct Export {
    file: &'static str,
    bytes: Vec<u8>,
    told: &'static [&'static str],
}

fn export(file: &'static str, bytes: impl Into<Vec<u8>>, told: &'static [&'static str]) -> Export {
    Export { file, bytes: bytes.into(), told }
}

const PLAIN: Page = Page { name: "", hidden: false, rows: "", merged: &[], hidden_rows: &[] };

fn page(name: &'static str, rows: &'static str) -> Page {
    Page { name, rows, ..PLAIN }
}

#[track_caller]
fn check(exports: &[Export]) {
    let folder = Transition::empty();
    for export in exports {
        fs::write(folder.path().join(export.file), &export.bytes).expect("written");
        let said = folder.handover(&["profile", "--json", export.file]);
        assert_eq!(said.code, 0, "{}: {}", export.file, said.err);
        assert_eq!(told(&said.json()["files"][0]), export.told, "{}", export.file);
    }
}

/// The file in one line, and each sheet in one: its header, its rows that are not data or blank, and what is remarked.
fn told(file: &Value) -> Vec<String> {
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let head = ["format", "encoding", "delimiter", "date_system"].map(|key| words(&file[key]));
    let head = head.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let sheet = |sheet: &Value| {
        let mut line = words(&sheet["sheet"]);
        line.push_str(if sheet["hidden"] == true { " (hidden)" } else { "" });
        line.push_str(&format!(": header {}", sheet["header_row"]));
        let rows = sheet["header_rows"].as_u64().filter(|rows| *rows > 1);
        rows.into_iter().for_each(|rows| line.push_str(&format!(" on {rows} rows")));
        line.push_str(&format!(", data {}", sheet["data"]));
        for kind in ["preamble", "footer", "blank", "header_again", "unusable", "row_limit"] {
            let count = sheet[kind].as_u64().filter(|count| *count > 0);
            count.into_iter().for_each(|count| line.push_str(&format!(", {kind} {count}")));
        }
        for remark in sheet["remarks"].as_array().expect("remarks") {
            let first = remark["first_row"].as_u64().map(|row| format!(" in {row}"));
            line.push_str(&format!("; {}{}", words(&remark["remark"]), first.unwrap_or_default()));
        }
        line
    };
    [head].into_iter().chain(file["sheets"].as_array().expect("sheets").iter().map(sheet)).collect()
}

fn utf_16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|one| u8::try_from(u32::from(one)).expect("a character of Latin-1")).collect()
}

#[test]
fn text_in_other_encodings_with_other_delimiters() {
    check(&[
        // Windows-1252, semicolons, decimal commas, years of two digits, CRLF.
        export(
            "prices.csv",
            windows_1252(
                "Class;Quarter;Date;Année;Average price\r\n3 stars;Européen;01-01-13;2013;0,6115\r\n\
                 All;Saint-Géry;01-02-13;2013;81,204\r\n",
            ),
            &["csv windows-1252 ;", ": header 1, data 2"],
        ),
        // UTF-16 with its mark, fields padded with spaces, one organisation spelt in two ways.
        export(
            "inpatients.csv",
            utf_16(
                "Organisation_code ,Organisation_name,Reporting_period,Patients \r\n\
                 NQ101,St Anne's Hospital   ,2010-11, 12 \r\nNQ1AB,St Annes Hospital,2010-11,7\r\n",
            ),
            &["csv UTF-16LE ,", ": header 1, data 2"],
        ),
        // UTF-8 with its mark; the header padded; thousands separators within quotes.
        export(
            "spend.csv",
            "\u{feff}Department,Date of payment,Supplier,Transaction no, Amount in Sterling \n\
             Health,23-Sep-11,Elm Surgery,Run 23/09/2011,\" 27,275.25 \"\nHealth,06-Sep-11,Oak Care,0081135561,\" 102,809.15 \"\n",
            &["csv UTF-8 ,", ": header 1, data 2"],
        ),
    ]);
}

#[test]
fn text_with_a_header_that_is_none_or_stands_deep() {
    check(&[
        // A list of practices without a header: every field quoted, dates as eight digits, one name in many rows.
        export(
            "practices.csv",
            "\"Z81001\",\"THE SURGERY\",\"Y54\",\"19740401\",\"\",\"A\"\n\"Z81002\",\"THE SURGERY\",\"Y54\",\"19740401\",\"20130331\",\"C\"\n\
             \"ZAA001\",\"THE SURGERY\",\"Y55\",\"20120101\",\"\",\"P\"\n",
            &["csv UTF-8 ,", ": header null, data 3"],
        ),
        // A list of trusts without a header, its last row typed by hand with most of it empty.
        export(
            "trusts.csv",
            "ZX1,ELM AND OAK NHS TRUST,Y55,\"2ND FLOOR, ELM HOUSE\",ZZ99 3VZ,20110701\nZX2,ASH NHS TRUST,Y57,ASH HOUSE,ZZ99 3CZ,20110401\n\
             ZX3,BEECH NHS FOUNDATION TRUST,,,ZZ99 3WZ,\n",
            &["csv UTF-8 ,", ": header null, data 3"],
        ),
        // Three rows of header, full stops where nothing is, sub-totals between columns, empty rows at the end.
        export(
            "weeks.csv",
            "\"\",\"All \",\"\",\"\",\"All \"\n\"\",\"Up to 2 weeks \",\".\",\"Up to 2 weeks \",\".\"\n\
             \"\",\"Over 0 weeks and up to 1 week \",\"Over 1 week and up to 2 weeks \",\".\",\"Total waiting \"\n\
             \"Sep-2011 \",33,29,62,62\n\"Oct-2011 \",32,29,61,61\n\"Nov-2011 \",33,30,63,63\n\n\n",
            &["csv UTF-8 ,", ": header 3, data 3, preamble 2, blank 2; unnamed-column in 4"],
        ),
        // Titles, names and units, where names stand twice without the titles, and where they do not.
        export(
            "measures.csv",
            "Patient,,,Referral,,Measurements,\nID,Surname,Date of birth,ID,Received,Height,Weight\n,,dd/mm/yyyy,,dd/mm/yyyy,cm,kg\n\
             1,Quillfeather,03/02/1961,R1,01/06/2017,163,61\n2,Thistlewood,14/11/1948,R2,02/06/2017,181,80\n3,Pennyfather,15/10/1950,R3,03/06/2017,170,\n",
            &["csv UTF-8 ,", ": header 1 on 3 rows, data 3"],
        ),
        export(
            "units.csv",
            "Patient,,,Measurements,\nPatient ID,Surname,Date of birth,Height,Weight\n,,dd/mm/yyyy,(cm),(kg)\n\
             1,Quillfeather,03/02/1961,163,61\n2,Thistlewood,14/11/1948,181,80\n3,Pennyfather,15/10/1950,170,\n",
            &["csv UTF-8 ,", ": header 2 on 2 rows, data 3, preamble 1"],
        ),
        // A spreadsheet flattened by a program: invented names, NA in every empty cell, days as numbers, notes.
        export(
            "flattened.csv",
            "Contents,...2,...3,...4\n\"Number of deaths, England\",NA,NA,NA\nNA,NA,NA,NA\nNA,NA,NA,NA\n\
             Date,Daily count,By date of registration – all,By date of death\n43895,1,12,0\n43896,2,15,0\n43897,2,16,1\n\
             NA,NA,NA,NA\nFootnotes,NA,NA,NA\nNA,NA,NA,NA\n1 Data is provisional,NA,NA,NA\nNA,NA,NA,NA\n\
             https://example.org/statistics,NA,NA,NA\n2 Counts are cumulative,NA,NA,NA\n",
            &["csv UTF-8 ,", ": header 5, data 3, preamble 4, footer 7"],
        ),
    ]);
}

#[test]
fn text_with_totals_and_samples_of_people() {
    check(&[
        // Columns without a name at the end and one called by a letter, and a row of totals that must not be counted.
        export(
            "monthly.csv",
            "Period,Org Code,Parent Org,Type 1,Other,,,,a\r\nSEP-2024,ZX1,NORTH ,5,402,,,,\r\nSEP-2024,ZX2,SOUTH ,0,2834,,,,\r\n\
             SEP-2024,ZX3,SOUTH ,7,0,,,,\r\nTotal,Total ,Total,12,3236,,,,\r\n",
            &["csv UTF-8 ,", ": header 1, data 3, footer 1"],
        ),
        // A sample with duplicates: spaces before every field, numbers of the records in one of them.
        export(
            "duplicates.csv",
            "rec_id, given_name, surname, street_number, postcode, date_of_birth\nrec-1-org, maude, quillfeather, 8, 4014, 19610203\n\
             rec-1-dup-0, maud, quillfeather, 8, 4014, 19610302\nrec-2-org, , thistlewood, 21, 2120, \n",
            &["csv UTF-8 ,", ": header 1, data 3"],
        ),
        // A sample with as many duplicates of one person as can be: the same in more rows.
        export(
            "more_duplicates.csv",
            "rec_id, given_name, surname, date_of_birth\nrec-1-org, maude, quillfeather, 19610203\n\
             rec-1-dup-0, maud, quillfeather, 19610203\nrec-1-dup-1, maude, quilfeather, 19610203\nrec-1-dup-2, quillfeather, maude, \n",
            &["csv UTF-8 ,", ": header 1, data 4"],
        ),
        // A sample whose truth stands in a column, with gaps.
        export(
            "clusters.csv",
            "unique_id,first_name,surname,dob,city,email,cluster\n0,Maude,Quillfeather,1961-02-03,Ely,m@example.org,0\n\
             1,,Quillfether,1961-02-03,,,0\n2,Ambrose,,1948-11-14,Elyy,a@example.org,1\n",
            &["csv UTF-8 ,", ": header 1, data 3"],
        ),
        // NA for what is missing in a column of dates.
        export(
            "patients.csv",
            "Id,BIRTHDATE,DEATHDATE,GENDER,INCOME\nb9c6,1961-02-03,NA,F,104\nc1f0,1948-11-14,2016-02-01,M,77\nd2e8,1990-01-01,NA,F,12\n",
            &["csv UTF-8 ,", ": header 1, data 3"],
        ),
    ]);
}

/// Titles in the second column, a header on two rows, a row of England above the providers, a hyphen where nothing was
/// sent, notes in the column where the table starts.
const WEEKLY: &str = "\n|Title:|Weekly activity\n\n|Period:|Week ending 07/11/2010\n|Source:|A collection\n\n\
    |||Attendances||Admissions\n|Code|Name|Type 1|All|Emergency\n|-|England|1000|1500|90\n\n\
    |ZX1|Elm Hospital|600|700|50\n|ZX2|Oak Hospital|400|800|40\n|ZX3|Ash Centre|-|-|-\n\n\
    |Notes:\n|A hyphen denotes that nothing was sent\n";

/// The same with rows of data below the notes, which no reader can tell apart: it is told that they are there.
const MAPPED: &str = "\n|Title:|Mapped activity\n\n|SHA|Code|Name|Attendances|Share\n|-|-|England|1500|97\n\n\
    |Q30|ZX1|Elm Hospital|700|97\n|Q31|ZX2|Oak Hospital|800|98\n\n|Notes:\n|1. These figures are mapped\n\n\
    |Q31|ZX4|Birch Hospital|245|100\n|Q36|ZX5|Alder Hospital|264|100\n\n|2. Birch is no general hospital\n";

#[test]
fn old_workbooks_with_titles_above_and_notes_below() {
    // Data from the third column on, a cell of notes over several lines, dates, tables side by side.
    let series = "\n\n|Title:|Attendances\n||Notes:¶1. Figures are estimates¶2. Figures may change\n\n\
        ||Attendances||||Attendances\n||Period|Type 1|All||Period|Type 1|All\n\
        ||@40391|1138652|1500000||@40391|10|20\n||@40422|1150728|1600000||@40422|11|21\n||@40452|1163143|1700000||@40452|12|22\n";
    let chart = "\n||Period|Monthly|Standard\n||@40391|0.9|0.95\n||@40422|0.91|0.95\n||@40452|0.92|0.95\n";
    check(&[
        export(
            "weekly.xls",
            xls(&[page("Data", WEEKLY), page("Acute mapped", MAPPED)], 0),
            &[
                "xls 1900",
                "Data: header 8, data 4, preamble 4, footer 2, blank 5; total-row in 9",
                "Acute mapped: header 4, data 7, preamble 1, footer 1, blank 6; total-among-data in 10",
            ],
        ),
        // Two hidden sheets, one of them without a cell, as one of charts is.
        export(
            "series.xls",
            xls(
                &[
                    page("Activity", series),
                    Page { hidden: true, ..page("Chart Data", chart) },
                    Page { hidden: true, ..page("Charts", "") },
                ],
                0,
            ),
            &[
                "xls 1900",
                "Activity: header 7, data 3, preamble 3, blank 3; tables-side-by-side",
                "Chart Data (hidden): header 2, data 3, blank 1",
                "Charts (hidden): header null, data 0",
            ],
        ),
        // The table is on the last sheet, below prose; weeks run across; the header is of dates; notes with blank rows
        // between them, and a source with its date in cells of their own.
        export(
            "weeks.xls",
            xls(
                &[
                    page("Contents", "\nContents|Weekly figures\n\nMetadata|What they are\n"),
                    page("Terms", "Anybody may use these figures.\n\nThey may change.\n"),
                    page(
                        "Weekly figures",
                        "Contents\nWeekly figures, provisional\n\nWeek number|1|2|3|4\nWeek ended|@40186|@40193|@40200|@40207\n\n\
                         Total deaths, all ages|129|125|117|110\nTotal deaths: average of five|120|126|116|110\nPersons 4\n\
                         Under 1|61|69|66|68\n01-14|24|29|18|21\n15-44|29|33|34|37\n\nFootnotes\n\n1 This average is of five years\n\n\
                         2 Does not include others\n\nSource: a register|Released:|03/01/2011\n",
                    ),
                ],
                0,
            ),
            &[
                "xls 1900",
                "Contents: header null, data 2, blank 2",
                "Terms: header null, data 2, blank 1",
                "Weekly figures: header 5, data 6, preamble 3, footer 4, blank 6",
            ],
        ),
        // The first sheet is empty; codes that look like numbers beside numbers; labels over three columns; a blank row
        // between rows; the number of a note in a cell of its own.
        export(
            "monthly.xls",
            xls(
                &[
                    page("Notes", ""),
                    page(
                        "Figures",
                        "Monthly figures\n\nArea Codes||||Jan-06|Feb-06|Mar-06\n\n|ALL REGISTRATIONS|||491|426|492\n\n\
                         921|ENGLAND|||460|398|460\n\n00EH||Elm UA||104|93|125\n00E1||Oak UA||81|83|94\n20||Ash||531|463|510\n\n\
                         20UB|||Ash North|46|43|50\n\nFootnotes:\n1|This may include people who live abroad\n",
                    ),
                ],
                0,
            ),
            &[
                "xls 1900",
                "Notes: header null, data 0",
                "Figures: header 3, data 6, preamble 1, footer 2, blank 6; unnamed-column in 5",
            ],
        ),
    ]);
}

#[test]
fn days_counted_from_1904() {
    let days = page("Sheet1", "@42735|15\n@42736|16\n10.5|17\n");
    check(&[
        export("days.xls", xls(&[days], 1), &["xls 1904", "Sheet1: header null, data 3"]),
        export("days.xlsx", xlsx_from_1904(days), &["xlsx 1904", "Sheet1: header null, data 3"]),
    ]);
}

#[test]
fn workbooks_of_statistics() {
    let provider = "|||4|5|6\n|Title:|Attendances\n\n|Period:|June 2025\n\n|||Attendances|||Seen\n\
        |Code|Name|Type 1|Type 2|Total|Within 4 hours\n|-|England|90|30|120|80\n\n\
        |ZX1|Elm Hospital|40|10|50|30\n|ZX2|Oak Hospital|30|20|50|40||Elm\n|ZX3|Ash Hospital|20|0|20|10||Oak\n";
    let series = "\n|Title:|Referral to treatment\n\n|Year|Month|Incomplete pathways||||Completed pathways\n\
        |||Median wait|95th percentile|No. > 52 weeks|Total|Median wait|95th percentile|No. > 52 weeks|Total\n\
        |2007/08|@39173|-|-|-|-|-|-|-|-\n||@39203|14.2|52+|578|4187|9.1|50.2|17|310\n\
        ||@39234|13.3|52+|401|3997|9|49.9|16|305\n|2008/09|@39539|6.9|35.1|118|2641|8|40|12|300\n\
        ||@39569|6.5|34.2|117|2600|7.9|39|11|299\n\
        |Notes:\n|1. Median and percentile are estimated\n|2. Admitted pathways are adjusted\n|    were not before\n";
    check(&[
        // Numbers that help above the title, merged headers on two rows, a row of England, cells beside the table, a hidden
        // sheet, a hidden row, and the same attendances on two sheets.
        export(
            "provider.xlsx",
            xlsx(&[
                Page { merged: &[(6, 3, 6, 5)], ..page("Provider", provider) },
                Page { hidden_rows: &[11], ..page("Booked", provider) },
                Page {
                    hidden: true,
                    ..page(
                        "Mapping",
                        "\nOrg code|Region|Name|||System|Code\nZX1|North|Elm Hospital|||Elm and Oak|QZ1\nZX2|South|Oak Hospital|||Ash|QZ2\nZX3|South|Ash Hospital\n",
                    )
                },
            ]),
            &[
                "xlsx 1900",
                "Provider: header 7, data 4, preamble 4, blank 3; total-row in 8; beside-table in 11",
                "Booked: header 7, data 4, preamble 4, blank 3; total-row in 8; beside-table in 11; hidden-row in 11",
                "Mapping (hidden): header 2, data 3, blank 1; tables-side-by-side",
            ],
        ),
        // The year stands once for its months in a merged cell; a hyphen for what was not collected, 52+ among numbers, and
        // notes below without a blank row.
        export(
            "series.xlsx",
            xlsx(&[Page { merged: &[(4, 3, 4, 6), (6, 1, 8, 1), (9, 1, 10, 1)], ..page("Full Time Series", series) }]),
            &[
                "xlsx 1900",
                "Full Time Series: header 4 on 2 rows, data 5, preamble 1, footer 4, blank 2; merged-cells in 7",
            ],
        ),
        // A header on four rows, a narrower table with its own header below, a sheet's name that ends in a space, dashes.
        export(
            "places.xlsx",
            xlsx(&[page(
                "Place of occurrence ",
                "Contents\nFigures – provisional\n\nWeek number|11|12|13|14\nWeek ended|@43903|@43910|@43917|@43924\n\n|North||South\n\
                 |Total deaths|Other deaths|Total deaths|Other deaths\nHome|272|0|256|1\nHospice|55|0|53|0\nElsewhere|24|0|22|0\n\n\
                 Deaths from the first week on\n|North\n|Total deaths|Other deaths\nHome|4023|13\nHospice|803|3\n\n\
                 Footnotes\n\n1 Home is where people live\n\nSource: a register||Released:|7 April\n",
            )]),
            &[
                "xlsx 1900",
                "Place of occurrence : header 7 on 2 rows, data 8, preamble 4, footer 3, blank 6; unnamed-column in 9; total-among-data in 13",
            ],
        ),
        // A pivot first, with its grand total; the rows that it adds up behind it; an empty sheet last.
        export(
            "pivots.xlsx",
            xlsx(&[
                page(
                    "Sheet2",
                    "\n\nRow Labels|Sum of Total|Sum of Within|Sum of Share\nZ56|30|12|1.5\nELM HOSPITAL|30|12|1.5\nC_100|10|5|0.5\n\
                     12.46|10|5|0.5\nC_101|20|7|1\n-|20|7|1\nGrand Total|30|12|1.5\n",
                ),
                page(
                    "Raw Data",
                    "Region Code|Provider Name|Function Code|Total|Within\nZ56|ELM HOSPITAL|C_100|10|5\nZ56|ELM HOSPITAL|C_101|20|7\nZ57|OAK HOSPITAL|C_101|0|0\n",
                ),
                page("Sheet1", ""),
            ]),
            &[
                "xlsx 1900",
                "Sheet2: header 3, data 6, footer 1, blank 2; pivot-table",
                "Raw Data: header 1, data 3",
                "Sheet1: header null, data 0",
            ],
        ),
    ]);
}

#[test]
fn workbooks_of_reference() {
    check(&[
        // Codes that close and what they become, many to one; a sheet for the title that has no cell.
        export(
            "mergers.xlsx",
            xlsx(&[
                page("Title Sheet", ""),
                page(
                    "Mergers",
                    "Legacy (closing) Code|Legacy (closing) Name|New Name|New Code\n00D|Elm|Elm and Oak|84H\n00J|Oak|Elm and Oak|84H\n00C|Ash|Ash Valley|16C\n",
                ),
            ]),
            &["xlsx 1900", "Title Sheet: header null, data 0", "Mergers: header 1, data 3"],
        ),
        // Two lists side by side under merged titles, with notes and actions.
        export(
            "lookup.xlsx",
            xlsx(&[Page {
                merged: &[(1, 0, 1, 3), (1, 5, 1, 7)],
                ..page(
                    "Sheet1",
                    "Preparation|||||Final look-up\nCode|Raw data|Notes|Action||GP code|GP list|CCG\n\
                     Z81001|Elm Surgery|Names inconsistent|Use master||Z81001|Elm and Partners|Ash CCG\n\
                     Z81002|Oak Surgery||None||Z81002|Oak Surgery|Ash CCG\nZ81003||Not in extract|||Z81003|Birch Surgery|Ash CCG\n",
                )
            }]),
            &["xlsx 1900", "Sheet1: header 2, data 3, preamble 1; tables-side-by-side"],
        ),
        // Codes on one sheet and data of another shape on the next; the postcode in a column and in the address; blanks.
        export(
            "indicators.xlsx",
            xlsx(&[
                page(
                    "Indicators",
                    "IndicatorID|Category|IndicatorName\n1|Location|Postcode\n2|Location|Longitude\n3|Area|Rural or Urban?\n",
                ),
                page(
                    "Hospitals",
                    "NHS Board|Location Code|Location Name|Address|Postcode|Longitude|Primary Care Trust\n\
                     Elm|A101H|Elm Hospital|1 Elm Road ZZ99 3VZ|ZZ99 3VZ|-4.6\nOak|B102H|Oak Hospital|2 Oak Road ZZ99 3CZ|ZZ99 3CZ|-3.2\n",
                ),
            ]),
            &["xlsx 1900", "Indicators: header 1, data 3", "Hospitals: header 1, data 2"],
        ),
        // A sheet for each nation, each with columns of its own; shares as 0.768 on one and as 69.7 on another.
        export(
            "nations.xlsx",
            xlsx(&[
                page(
                    "England",
                    "NHS region|Trust|Trust code|% Total <= 4 hours|Waiting 52+ weeks\nNorth|Elm|ZX1|0.768|12\nSouth|Oak|ZX2|0.801|0\n",
                ),
                page(
                    "Wales",
                    "Health Board|Percentage non-breached|Red calls|Total on waiting list\nAsh|69.7|120|4000\nBirch|71.2|99|3100\n",
                ),
            ]),
            &["xlsx 1900", "England: header 1, data 2", "Wales: header 1, data 2"],
        ),
        // As many rows as an .xls has, in a format that could hold more: it was cut.
        export(
            "extract.xlsb",
            xlsb(
                "Full-ext",
                ["Period", "Provider Org Code", "Gt 51 To 52 Weeks SUM 1", "Gt 52 To 53 Weeks SUM 1"],
                65_535,
            ),
            &["xlsb 1900", "Full-ext: header 1, data 65535, row_limit 65536"],
        ),
    ]);
}

#[test]
fn open_document_sheets() {
    check(&[
        // Notes first, then titles above a table with marks for what was withheld and postcodes without a space; each
        // sheet ends in a row that is said to come a million times.
        export(
            "postcodes.ods",
            ods(&[
                page(
                    "Notes",
                    "Notes\nThis worksheet has one table.\nNote number|Note text\n1|Agencies are left out\n2|Figures are rounded\n",
                ),
                page(
                    "Staff",
                    "Table 1: staff by postcode\nThis worksheet has one table.\nSome cells are withheld.\nShorthand is used: [c].\n\
                     Parent department|Organisation|Postcode|Number at senior level|Total number of staff\n\
                     Attorney|Elm Service|ZZ993VZ|10|50\nAttorney|Oak Service|ZZ993CZ|[c]|140\nAttorney|Oak Service|[c]|[c]|[c]\nAttorney|Ash Service|ZZ993WZ|0|480\n",
                ),
            ]),
            &["ods", "Notes: header 3, data 2, preamble 2", "Staff: header 5, data 4, preamble 4"],
        ),
        // Rows that come twelve and eleven times, and one that comes to the end of the sheet.
        export("repeated.ods", ods(&[page("Sheet1", "12×A|B\n11×C|D\n")]), &["ods", "Sheet1: header null, data 23"]),
        // Text that looks like markup, in one cell.
        export(
            "markup.ods",
            ods(&[page("Sheet1", "</text:p><text:p>Look &amp; see</text:p>\n")]),
            &["ods", "Sheet1: header null, data 1"],
        ),
    ]);
}
