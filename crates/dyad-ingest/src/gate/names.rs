//! R1: column names that announce a direct identifier.

/// Tokens that stand for a direct identifier on their own.
const TOKENS: &[&str] = &[
    "name",
    "names",
    "firstname",
    "lastname",
    "surname",
    "forename",
    "givenname",
    "familyname",
    "fullname",
    "nachname",
    "vorname",
    "dob",
    "birth",
    "birthdate",
    "birthday",
    "birthyear",
    "yob",
    "geburtsdatum",
    "geburtstag",
    "address",
    "adresse",
    "street",
    "strasse",
    "postcode",
    "postal",
    "zip",
    "zipcode",
    "plz",
    "phone",
    "telephone",
    "telefon",
    "tel",
    "mobile",
    "cellphone",
    "handy",
    "fax",
    "email",
    "mail",
    "ssn",
    "nino",
    "nhs",
    "mrn",
    "passport",
    "licence",
    "license",
    "npi",
    "ip",
    "ipaddress",
    "mac",
    "url",
    "photo",
    "vin",
    "iban",
];

/// Neighbouring tokens that stand for one together.
const PAIRS: &[(&str, &str)] = &[
    ("first", "name"),
    ("last", "name"),
    ("sur", "name"),
    ("fore", "name"),
    ("e", "mail"),
    ("medical", "record"),
    ("social", "security"),
    ("national", "insurance"),
    ("date", "birth"),
    ("post", "code"),
    ("credit", "card"),
    ("account", "number"),
    ("insurance", "number"),
];

/// Words that turn `mail` and the like into something else: `mail_order`.
const HARMLESS: &[(&str, &str)] = &[("mail", "order"), ("mobile", "app"), ("photo", "task")];

/// The tokens of a name: split at `_ - .` white space and between letters of different case; lower case. Digits at the
/// end of a token are dropped (`phone2`).
pub(crate) fn tokens(name: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut before = None::<char>;
    let chars: Vec<char> = name.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        // camelCase and the last capital of HTTPUrl begin a token.
        let next_lower = chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        let camel = before.is_some_and(|b| {
            c.is_uppercase()
                && (b.is_lowercase() || b.is_numeric() || (b.is_uppercase() && next_lower))
        });
        if !c.is_alphanumeric() || camel {
            tokens.push(std::mem::take(&mut token));
        }
        if c.is_alphanumeric() {
            token.extend(c.to_lowercase());
        }
        before = Some(c);
    }
    tokens.push(token);
    for token in &mut tokens {
        let kept = token.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        token.truncate(kept);
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// Whether a column name contains a token, or two neighbouring tokens, of a direct identifier.
///
/// Whole tokens are compared: `stage` is not `age`, `nameless_scale` is not `name`.
pub(super) fn announces_identifier(name: &str) -> bool {
    let tokens = tokens(name);
    let pair = |list: &[(&str, &str)], i: usize| {
        tokens.get(i + 1).is_some_and(|next| list.iter().any(|(a, b)| *a == tokens[i] && b == next))
    };
    (0..tokens.len())
        .any(|i| (TOKENS.contains(&tokens[i].as_str()) && !pair(HARMLESS, i)) || pair(PAIRS, i))
}

/// Whether a column name says that it holds ages.
pub(super) fn announces_age(name: &str) -> bool {
    tokens(name).iter().any(|token| matches!(token.as_str(), "age" | "ages" | "alter"))
}

/// Whether a column name says that it holds dates.
pub(super) fn announces_date(name: &str) -> bool {
    tokens(name).iter().any(|t| matches!(t.as_str(), "date" | "datum" | "datetime" | "timestamp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_tokens() {
        assert_eq!(tokens("ClientFirstName"), ["client", "first", "name"]);
        assert_eq!(tokens("e-mail.home"), ["e", "mail", "home"]);
        assert_eq!(tokens("NHSNumber"), ["nhs", "number"]);
        assert_eq!(tokens("phone2"), ["phone"]);
        assert_eq!(tokens("wai_s1"), ["wai", "s"]);
    }

    #[test]
    fn whole_tokens_are_compared() {
        for name in [
            "name",
            "last_name",
            "LastName",
            "site_name",
            "client.dob",
            "date_of_birth",
            "BirthDate",
            "street",
            "Post-Code",
            "zip",
            "tel",
            "E-Mail",
            "patient email",
            "SSN",
            "nhs_number",
            "mrn",
            "medical_record_no",
            "passportNo",
            "ip",
            "mac_address",
            "url",
            "VIN",
        ] {
            assert!(announces_identifier(name), "{name}");
        }
        for name in [
            "stage",
            "day",
            "period",
            "year",
            "id",
            "mail_order",
            "nameless_scale",
            "site",
            "therapist",
            "client",
            "session",
            "wai_sr_bond",
            "telic",
            "zipper",
            "maceration",
            "shipment",
            "unbirthed",
            "hotel",
            "ipsative",
            "vintage",
            "streetwise",
            "renamed",
            "alliance_client",
        ] {
            assert!(!announces_identifier(name), "{name}");
        }
        assert!(announces_age("age") && announces_age("client_age") && !announces_age("stage"));
    }
}
