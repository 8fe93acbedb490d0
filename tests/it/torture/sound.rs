//! A sound file of each format, in parts that can be damaged one by one before they are put together.

use flate2::write::GzEncoder;
use std::io::{Cursor, Write as _};

/// Parts by name.
pub type Parts = Vec<(&'static str, Vec<u8>)>;

/// One kind of file.
pub struct Format {
    pub name: &'static str,
    pub file: &'static str,
    pub magic: &'static [u8],
    pub parts: fn() -> Parts,
    pub whole: fn(&Parts) -> Vec<u8>,
}

/// People in each sound file.
pub const PEOPLE: usize = 3;

const ROWS: [[&str; 5]; PEOPLE + 1] = [
    ["Patient ID", "NHS", "Surname", "Forename", "DOB"],
    ["1", "9990001006", "Quillfeather", "Maude", "03/02/1961"],
    ["2", "9990001022", "O'Brien, Zoë", "Ambrose", "14/12/1942"],
    ["3", "9990001030", "Pennywort", "Isaac", "14/10/1943"],
];

pub const FORMATS: &[Format] = &[
    Format { name: "csv", file: "a.csv", magic: b"", parts: text_parts, whole: first },
    Format { name: "utf-16", file: "a.csv", magic: b"\xff\xfe", parts: wide_parts, whole: first },
    Format { name: "xlsx", file: "a.xlsx", magic: b"PK\x03\x04", parts: xlsx_parts, whole: zipped },
    Format { name: "xlsb", file: "a.xlsb", magic: b"PK\x03\x04", parts: xlsb_parts, whole: zipped },
    Format {
        name: "xls",
        file: "a.xls",
        magic: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        parts: xls_parts,
        whole: compound,
    },
    Format { name: "ods", file: "a.ods", magic: b"PK\x03\x04", parts: ods_parts, whole: zipped },
    Format { name: "csv-in-zip", file: "a.zip", magic: b"PK\x03\x04", parts: text_parts, whole: deflated },
    Format { name: "csv-in-gz", file: "a.csv.gz", magic: b"\x1f\x8b\x08\x00", parts: text_parts, whole: gzipped },
];

fn first(parts: &Parts) -> Vec<u8> {
    parts[0].1.clone()
}

fn text() -> String {
    let quoted = |cell: &str| if cell.contains(',') { format!("\"{cell}\"") } else { cell.to_owned() };
    let rows = ROWS.iter().map(|row| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","));
    rows.map(|row| row + "\r\n").collect()
}

fn text_parts() -> Parts {
    vec![("a.csv", text().into_bytes())]
}

fn wide_parts() -> Parts {
    vec![("a.csv", format!("\u{feff}{}", text()).encode_utf16().flat_map(u16::to_le_bytes).collect())]
}

fn archive(parts: &Parts, method: zip::CompressionMethod) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, content) in parts {
        archive.start_file(*name, options).expect("an entry can be begun");
        archive.write_all(content).expect("memory can be written");
    }
    archive.finish().expect("an archive can be closed").into_inner()
}

/// The parts of a package, as they are.
pub fn zipped(parts: &Parts) -> Vec<u8> {
    archive(parts, zip::CompressionMethod::Stored)
}

fn deflated(parts: &Parts) -> Vec<u8> {
    archive(parts, zip::CompressionMethod::Deflated)
}

fn gzipped(parts: &Parts) -> Vec<u8> {
    let mut archive = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    archive.write_all(&parts[0].1).expect("memory can be written");
    archive.finish().expect("an archive can be closed")
}

/// What the first part of a package points to.
pub fn relations(kind: &str, target: &str) -> Vec<u8> {
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    format!("<Relationships><Relationship Id=\"r1\" Type=\"{kinds}/{kind}\" Target=\"{target}\"/></Relationships>")
        .into()
}

fn xlsx_parts() -> Parts {
    let cell = |row: usize, column: usize, cell: &str| {
        let at = format!("{}{}", char::from(b'A' + column as u8), row + 1);
        match column {
            0 if row > 0 => format!("<c r=\"{at}\"><v>{cell}</v></c>"),
            2 => format!("<c r=\"{at}\" t=\"s\"><v>{row}</v></c>"),
            3 => format!("<c r=\"{at}\" t=\"str\"><f>A{}</f><v>{cell}</v></c>", row + 1),
            _ => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
        }
    };
    let row = |(place, row): (usize, &[&str; 5])| {
        let cells: String = row.iter().enumerate().map(|(column, text)| cell(place, column, text)).collect();
        format!("<row r=\"{}\" hidden=\"{}\">{cells}</row>", place + 1, place % 2)
    };
    let rows: String = ROWS.iter().enumerate().map(row).collect();
    let sheet = format!(
        "<worksheet><dimension ref=\"A1:E4\"/><cols><col min=\"5\" max=\"5\" hidden=\"1\"/></cols>\
         <sheetData>{rows}</sheetData><mergeCells count=\"1\"><mergeCell ref=\"E2:E3\"/></mergeCells></worksheet>"
    );
    let texts: String = ROWS.iter().map(|row| format!("<si><t>{}</t></si>", row[2])).collect();
    let styles = "<styleSheet><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/></numFmts>\
                  <cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let further = |relations: Vec<u8>| {
        let relations = String::from_utf8(relations).expect("text");
        let more = ["sharedStrings", "styles"].map(|kind| {
            format!("<Relationship Id=\"{kind}\" Type=\"{kinds}/{kind}\" Target=\"{kind}.xml\"/></Relationships>")
        });
        more.iter().fold(relations, |all, one| all.replace("</Relationships>", one)).into_bytes()
    };
    vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", relations("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            b"<workbook><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".to_vec(),
        ),
        ("xl/_rels/workbook.xml.rels", further(relations("worksheet", "worksheets/sheet1.xml"))),
        ("xl/sharedStrings.xml", format!("<sst count=\"4\" uniqueCount=\"4\">{texts}</sst>").into_bytes()),
        ("xl/styles.xml", styles.into()),
        ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
    ]
}

/// Numbers of four bytes.
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A text of an .xlsb.
pub fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [words(&[units.len() as u32]), units.iter().flat_map(|unit| unit.to_le_bytes()).collect()].concat()
}

/// [MS-XLSB]: a kind and a length in bytes of seven bits, then the data.
pub fn binary(kind: u16, data: &[u8]) -> Vec<u8> {
    let kind = if kind < 0x80 { vec![kind as u8] } else { vec![kind as u8 | 0x80, (kind >> 7) as u8] };
    [kind, vec![(data.len() & 0x7f) as u8 | 0x80, (data.len() >> 7) as u8], data.to_vec()].concat()
}

fn xlsb_parts() -> Parts {
    let mut sheet = [binary(0x81, &[]), binary(0x94, &words(&[0, 3, 0, 4])), binary(0x91, &[])].concat();
    for (place, row) in ROWS.iter().enumerate() {
        let flags = [0, 0, 0, if place == 2 { 0x10 } else { 0 }, 0];
        sheet.extend(binary(0, &[words(&[place as u32, 0]), flags.to_vec()].concat()));
        for (column, cell) in row.iter().enumerate() {
            let at = words(&[column as u32, 0]);
            match cell.parse::<f64>() {
                Ok(number) if column == 0 => sheet.extend(binary(5, &[at, number.to_le_bytes().to_vec()].concat())),
                _ if column == 2 => sheet.extend(binary(7, &[at, words(&[place as u32])].concat())),
                _ => sheet.extend(binary(6, &[at, wide(cell)].concat())),
            }
        }
    }
    sheet.extend([binary(0x92, &[]), binary(0xb0, &words(&[1, 2, 4, 4])), binary(0x82, &[])].concat());
    let bound = binary(0x9c, &[words(&[0, 1]), wide("r1"), wide("S")].concat());
    let book = [binary(0x83, &[]), binary(0x99, &[0; 8]), bound, binary(0x90, &[]), binary(0x9d, &[0; 4])].concat();
    let texts = ROWS.iter().map(|row| binary(0x13, &[vec![0], wide(row[2])].concat()));
    let texts = [binary(0x9f, &words(&[4, 4])), texts.collect::<Vec<_>>().concat(), binary(0xa0, &[])].concat();
    vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", relations("officeDocument", "xl/workbook.bin")),
        ("xl/workbook.bin", book),
        ("xl/_rels/workbook.bin.rels", relations("worksheet", "worksheets/sheet1.bin")),
        ("xl/sharedStrings.bin", texts),
        ("xl/worksheets/sheet1.bin", sheet),
    ]
}

/// [MS-XLS]: a kind and a length of two bytes each, then the data.
pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// Numbers of two bytes.
pub fn halves(halves: &[u16]) -> Vec<u8> {
    halves.iter().flat_map(|half| half.to_le_bytes()).collect()
}

fn xls_parts() -> Parts {
    let begin = |kind: u16| record(0x0809, &halves(&[0x0600, kind, 0, 0, 0, 0, 0, 0]));
    let text = |text: &str| {
        let units: Vec<u16> = text.encode_utf16().collect();
        [halves(&[units.len() as u16]), vec![1], halves(&units)].concat()
    };
    let texts: Vec<u8> = ROWS.iter().flat_map(|row| text(row[2])).collect();
    let globals = |start: u32| {
        [
            begin(5),
            record(0x0042, &halves(&[1200])),
            record(0x0022, &halves(&[0])),
            record(0x0085, &[&start.to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat()),
            record(0x00fc, &[words(&[4, 4]), texts.clone()].concat()),
            record(0x000a, &[]),
        ]
        .concat()
    };
    let mut stream = globals(globals(0).len() as u32);
    stream.extend([begin(0x10), record(0x0200, &[words(&[0, 4]), halves(&[0, 5, 0])].concat())].concat());
    for (place, row) in ROWS.iter().enumerate() {
        stream.extend(record(0x0208, &halves(&[place as u16, 0, 5, 0, 0, 0, 0x20 * (place % 2) as u16, 0])));
        for (column, cell) in row.iter().enumerate() {
            let at = halves(&[place as u16, column as u16, 0]);
            match cell.parse::<f64>() {
                Ok(number) if column == 0 => {
                    stream.extend(record(0x0203, &[at, number.to_le_bytes().to_vec()].concat()))
                }
                _ if column == 2 => stream.extend(record(0x00fd, &[at, words(&[place as u32])].concat())),
                _ => stream.extend(record(0x0204, &[at, text(cell)].concat())),
            }
        }
    }
    stream.extend([record(0x00e5, &halves(&[1, 1, 2, 4, 4])), record(0x000a, &[])].concat());
    stream.resize(stream.len().max(4096), 0);
    vec![("Workbook", stream)]
}

/// [MS-CFB]: a header, one sector of the allocation table, one of the directory, then the stream. The reader's own tests
/// build such a file too: what a library makes for its tests cannot be had from here.
pub fn compound(parts: &Parts) -> Vec<u8> {
    let (name, stream) = (parts[0].0, &parts[0].1[..parts[0].1.len().min(120 * 512)]);
    let sectors = stream.len().div_ceil(512);
    let mut bytes = vec![0_u8; (3 + sectors) * 512];
    let mut put = |at: usize, what: &[u8]| bytes[at..at + what.len()].copy_from_slice(what);
    put(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    put(24, &halves(&[0x3e, 3, 0xfffe, 9, 6]));
    put(44, &words(&[1, 1]));
    put(56, &words(&[0x1000, 0xffff_fffe, 0, 0xffff_fffe, 0]));
    put(76, &[0xff; 436]);
    put(76, &[0; 4]);
    put(512, &[0xff; 512]);
    put(512, &words(&[0xffff_fffd, 0xffff_fffe]));
    for sector in 0..sectors {
        let next = if sector + 1 == sectors { 0xffff_fffe } else { 3 + sector as u32 };
        put(512 + 4 * (2 + sector), &next.to_le_bytes());
    }
    for (place, (name, kind)) in [("Root Entry", 5), (name, 2)].into_iter().enumerate() {
        let at = 1024 + place * 128;
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        put(at, &wide);
        put(at + 64, &[wide.len() as u8 + 2, 0, kind, 1]);
        put(at + 68, &[0xff; 12]);
        put(at + 116, &words(&[0xffff_fffe]));
    }
    put(1024 + 128 + 116, &words(&[2, stream.len() as u32]));
    put(1536, stream);
    bytes
}

fn ods_parts() -> Parts {
    let cell = |cell: &&str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>")
    };
    let row = |row: &[&str; 5]| {
        let cells: String = row.iter().map(cell).collect();
        format!("<table:table-row table:number-rows-repeated=\"1\">{cells}</table:table-row>")
    };
    let rows: String = ROWS.iter().map(row).collect();
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"S\">\
         <table:table-column table:number-columns-repeated=\"5\"/>{rows}\
         <table:table-row table:number-rows-repeated=\"1048572\" table:visibility=\"collapse\">\
         <table:table-cell table:number-columns-repeated=\"1024\" table:number-rows-spanned=\"2\"/></table:table-row>\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    vec![
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml", b"<manifest:manifest/>".to_vec()),
        ("content.xml", content.into_bytes()),
    ]
}
