//! An invented county: towns, streets, practices, and the thirteen sites of which nine remain.

use super::dice::Dice;

/// A clinic as the old providers knew it and as the receiver does.
pub struct Site {
    pub code: &'static str,
    pub name: &'static str,
    /// What people write for short.
    pub short: &'static str,
    pub provider: &'static str,
    /// Where its work goes; `None` where nobody has said.
    pub successor: Option<&'static str>,
    pub closes: bool,
}

const fn site(
    code: &'static str,
    name: &'static str,
    short: &'static str,
    provider: &'static str,
    successor: Option<&'static str>,
    closes: bool,
) -> Site {
    Site { code, name, short, provider, successor, closes }
}

/// Sites of the community trust first, then the hospital's.
pub const SITES: [Site; 13] = [
    site("RNU01", "East Thame Health Centre", "E. Thame H.C.", "RNU", Some("NXX01"), false),
    site("RNU02", "Abbotsmere Community Hospital", "Abbotsmere CH", "RNU", Some("NXX02"), false),
    site("RNU03", "Wickenbridge Clinic", "Wickenbridge", "RNU", Some("NXX03"), false),
    site("RNU04", "Harlow Cross Surgery", "Harlow X Surg.", "RNU", Some("NXX04"), false),
    site("RNU05", "Stanmoor Health Centre", "Stanmoor HC", "RNU", Some("NXX05"), false),
    site("RNU06", "Kelverton Community Hospital", "Kelverton CH", "RNU", Some("NXX06"), false),
    site("RNU07", "Ludbrook Clinic", "Ludbrook", "RNU", Some("NXX03"), true),
    site("RNU08", "Fenny Marston Surgery", "Fenny M. Surg.", "RNU", None, true),
    site("RNU09", "Old Dairy Physiotherapy", "Old Dairy", "RNU", None, true),
    site("RTH01", "Thameshire General Hospital", "TGH", "RTH", Some("NXX07"), false),
    site("RTH02", "St Osyth's Orthopaedic Centre", "St Osyths", "RTH", Some("NXX08"), false),
    site("RTH03", "Northgate Hospital", "Northgate", "RTH", Some("NXX09"), false),
    site("RTH04", "Castle Street Outpatients", "Castle St OPD", "RTH", Some("NXX07"), true),
];
pub const COMMUNITY_SITES: usize = 9;

/// Town, outward postcode number.
pub const TOWNS: [(&str, u8); 18] = [
    ("Thame Regis", 1),
    ("Thame Regis", 2),
    ("Thame Regis", 3),
    ("Thame Regis", 4),
    ("Abbotsmere", 5),
    ("Abbotsmere", 6),
    ("Wickenbridge", 7),
    ("Harlow Cross", 8),
    ("Stanmoor", 9),
    ("Kelverton", 10),
    ("Ludbrook", 11),
    ("Fenny Marston", 12),
    ("Great Hinton", 13),
    ("Chalgrave", 14),
    ("Upper Wynford", 15),
    ("Bishop's Oakley", 16),
    ("Sutton Vale", 17),
    ("Marsh Ellery", 18),
];

const STEMS: [&str; 72] = [
    "Acacia",
    "Albert",
    "Alma",
    "Ash",
    "Beech",
    "Birch",
    "Bridge",
    "Brook",
    "Bury",
    "Cedar",
    "Chapel",
    "Cherry",
    "Church",
    "Clarence",
    "Coronation",
    "Cromwell",
    "Dean",
    "Derwent",
    "Eastfield",
    "Elm",
    "Fern",
    "Garden",
    "George",
    "Gladstone",
    "Glebe",
    "Grange",
    "Green",
    "Hawthorn",
    "Hazel",
    "High",
    "Hillside",
    "Holly",
    "Kings",
    "Laburnum",
    "Larch",
    "Laurel",
    "Lime",
    "Lower",
    "Manor",
    "Maple",
    "Meadow",
    "Mill",
    "Nelson",
    "New",
    "Northfield",
    "Oak",
    "Old",
    "Orchard",
    "Park",
    "Pinewood",
    "Poplar",
    "Priory",
    "Queens",
    "Rectory",
    "Regent",
    "Rowan",
    "School",
    "Spring",
    "Station",
    "Sycamore",
    "The Avenue",
    "Tudor",
    "Union",
    "Upper",
    "Victoria",
    "Walnut",
    "Wellington",
    "Westfield",
    "Willow",
    "Windsor",
    "Wood",
    "York",
];
const KINDS: [&str; 10] =
    ["Road", "Street", "Lane", "Avenue", "Close", "Drive", "Gardens", "Way", "Crescent", "Terrace"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub street: String,
    pub town: &'static str,
    pub postcode: String,
}

impl Home {
    pub fn draw(dice: &mut Dice) -> Self {
        let (town, outward) = *dice.pick(&TOWNS);
        let (stem, kind) = (dice.below(STEMS.len()), dice.below(KINDS.len()));
        let number = 1 + dice.below(140);
        let mut street = format!("{number} {} {}", STEMS[stem], KINDS[kind]);
        if dice.chance(0.06) {
            street = format!("Flat {}, {street}", 1 + dice.below(12));
        }
        Self { street, town, postcode: postcode(outward, stem * KINDS.len() + kind, number) }
    }
}

/// One postcode for about twenty doors of one street.
fn postcode(outward: u8, street: usize, number: usize) -> String {
    const LETTERS: [char; 20] =
        ['A', 'B', 'D', 'E', 'F', 'G', 'H', 'J', 'L', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'W', 'X', 'Y', 'Z'];
    let unit = street * 7 + number / 20;
    let (sector, first, last) = (unit / 400 % 10, unit / 20 % 20, unit % 20);
    format!("TX{outward} {sector}{}{}", LETTERS[first], LETTERS[last])
}

/// GP practices: code and name.
pub const PRACTICES: [(&str, &str); 24] = [
    ("K99001", "Thame Regis Medical Centre"),
    ("K99002", "The Abbey Practice"),
    ("K99003", "Wickenbridge Surgery"),
    ("K99004", "Harlow Cross Surgery"),
    ("K99005", "Stanmoor Health Centre"),
    ("K99006", "Kelverton Family Practice"),
    ("K99007", "Ludbrook Surgery"),
    ("K99008", "Fenny Marston Surgery"),
    ("K99009", "Great Hinton Practice"),
    ("K99010", "Chalgrave Medical Centre"),
    ("K99011", "Wynford Valley Surgery"),
    ("K99012", "Oakley Road Practice"),
    ("K99013", "Sutton Vale Surgery"),
    ("K99014", "Ellery House"),
    ("K99015", "St Osyth's Surgery"),
    ("K99016", "Castle Street Practice"),
    ("K99017", "Riverside Medical Group"),
    ("K99018", "Market Square Surgery"),
    ("K99019", "The Old Forge Surgery"),
    ("K99020", "Northgate Practice"),
    ("K99021", "Priory Lane Surgery"),
    ("K99022", "Millbrook Practice"),
    ("K99023", "Eastfield Surgery"),
    ("K99024", "Hillside Medical Centre"),
];

pub const REFERRERS: [&str; 20] = [
    "Dr A Penrose",
    "Dr S Nair",
    "Dr J Holloway",
    "Dr M Okoro",
    "Dr P Lindley",
    "Dr R Chaudhuri",
    "Dr K Bielska",
    "Dr T Venn",
    "Dr L Ashdown",
    "Dr C Marlowe",
    "Dr H Qazi",
    "Dr E Tranter",
    "Dr N Sethi",
    "Dr B Fairweather",
    "Dr D Oyelaran",
    "Dr G Wetherby",
    "Dr F Lacey",
    "Dr I Romanov",
    "Dr V Hartigan",
    "Dr W Ipswich",
];
pub const PHYSIOS: [&str; 12] = [
    "K Burnside",
    "L Amory",
    "T Daventry",
    "S Cheung",
    "R Okello",
    "M Pettifer",
    "J Swinbourne",
    "A Rahman",
    "N Kowal",
    "C Thrale",
    "P Endicott",
    "H Bannerman",
];
pub const CONSULTANTS: [&str; 10] = [
    "Mr D Harcourt",
    "Miss F Abiola",
    "Mr S Venkataraman",
    "Mr P Trelawny",
    "Dr J Musgrave",
    "Dr O Lindqvist",
    "Mr C Baptiste",
    "Ms R Hollins",
    "Mr A Dunmore",
    "Dr Y Farouk",
];
