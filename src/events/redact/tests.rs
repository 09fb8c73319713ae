use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::Scrubbed;

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| out + &format!("{byte:02x}"))
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02X}"))
}

fn unicode(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| out + &format!("\\u{byte:04x}"))
}

/// Only what must be escaped in a query.
fn form(text: &str) -> String {
    text.chars().fold(String::new(), |out, character| {
        if character.is_ascii_alphanumeric() {
            out + &character.to_string()
        } else {
            out + &percent(&character.to_string())
        }
    })
}

type Encoder = fn(&str) -> String;

const ENCODERS: [(&str, Encoder); 9] = [
    ("plain", |text| text.to_owned()),
    ("percent", percent),
    ("form", form),
    ("form twice", |text| form(&form(text))),
    ("json", unicode),
    ("base64", |text| STANDARD.encode(text)),
    ("base64url", |text| URL_SAFE_NO_PAD.encode(text)),
    ("hex", hex),
    ("percent of base64", |text| percent(&STANDARD.encode(text))),
];

/// Secrets and persons of each kind.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,10}[.+_]?[a-z0-9]{1,10}@[a-z]{2,10}\\.(com|org|example|local|co\\.uk)",
        "(sk|rk)_(live|test)_[A-Za-z0-9]{16,40}",
        "whsec_[A-Za-z0-9]{20,40}",
        "[0-9]{8}",
        "eyJ[A-Za-z0-9_-]{20,40}\\.eyJ[A-Za-z0-9_-]{20,60}\\.[A-Za-z0-9_-]{43}",
        prop::array::uniform32(any::<u8>()).prop_map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
        (prop::sample::select(vec!["4", "51", "37", "6011"]), "[0-9]{14}")
            .prop_map(|(prefix, rest)| card(prefix, &rest)),
    ]
}

/// Complete a card number of 16 digits by its check digit.
fn card(prefix: &str, rest: &str) -> String {
    let body: String = format!("{prefix}{rest}").chars().take(15).collect();
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            if index % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Whether the secret can still be got out of `text` by undoing one encoding or two.
fn survives(secret: &str, text: &str) -> bool {
    ENCODERS.iter().any(|(_, encode)| text.to_lowercase().contains(&encode(secret).to_lowercase()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_secret_survives_in_any_encoding(
        secret in secret(), encoder in 0..ENCODERS.len(),
        before in "(|error: |user |mail to |\\{\"a\":\"|x=1&y=|\u{fc}ber |\\(|<)", after in "(| failed|\"\\}|&z=1|\\)|>|, twice)",
    ) {
        let (name, encode) = ENCODERS[encoder];
        let text = format!("{before}{}{after}", encode(&secret));
        for scrubbed in [Scrubbed::text(&text), Scrubbed::path(&text)] {
            prop_assert!(!survives(&secret, scrubbed.as_str()), "{name}: {text:?} became {scrubbed:?}");
            // Nor does most of it.
            let encoded = encode(&secret);
            if encoded.len() >= 16 {
                let middle = &encoded[encoded.len() / 4..encoded.len() / 4 + encoded.len() / 2];
                prop_assert!(!scrubbed.as_str().contains(middle), "{name}: {text:?} became {scrubbed:?}");
            }
        }
    }

    #[test]
    fn a_document_in_base64_does_not_carry_a_person_through(mail in "[a-z]{3,10}@[a-z]{3,10}\\.com", shift in "[a-z]{0,3}") {
        let encoded = STANDARD.encode(format!("{shift}{{\"email\":\"{mail}\",\"n\":1}}"));
        for text in [format!("/v/{encoded}"), format!("pre{encoded}"), format!("data:text/plain;base64,{encoded}")] {
            let scrubbed = Scrubbed::text(&text);
            let inner: String = (0..4).flat_map(|skip| {
                let kept: Vec<u8> = scrubbed.as_str().bytes().filter(u8::is_ascii_alphanumeric).skip(skip).collect();
                let whole = kept.len() / 4 * 4;
                STANDARD.decode(&kept[..whole]).unwrap_or_default()
            }).map(char::from).collect();
            prop_assert!(!inner.contains(&mail), "{text} became {scrubbed:?}");
        }
    }

    #[test]
    fn any_text_is_taken_and_scrubbing_twice_changes_nothing(text in any::<String>()) {
        let once = Scrubbed::text(&text);
        let twice = Scrubbed::text(once.as_str());
        prop_assert_eq!(once.as_str(), twice.as_str());
        let _ = Scrubbed::path(&text);
    }

    #[test]
    fn dense_text_is_taken(text in "[@%\\\\u0-9a-fA-F=:./_ -]{0,200}") {
        let _ = Scrubbed::text(&text);
        let _ = Scrubbed::path(&text);
    }
}

#[test]
fn what_is_harmless_stays_as_it_is() {
    for text in [
        "connection refused (os error 111)",
        "no such table: customers",
        "could not serialize access due to concurrent update, SQLSTATE 40001",
        "job 01HZX3J7Q8W9E0R1T2Y3V4B5N6 took 1234 ms at 2026-03-01T09:30:00.123Z",
        "request 123e4567-e89b-12d3-a456-426614174000 was refused",
        "/var/lib/echopilot/data/backups/2026-11-23/echopilot.db",
        "127.0.0.1:8080 and [::1]:5432, 1772357400123 ms",
        "src/store/writer.rs:120:13: called `Option::unwrap()`",
        "invalid type: integer `5`, expected a string at line 1 column 12",
        "naïve café 東京 ✓",
        "",
    ] {
        assert_eq!(Scrubbed::text(text).as_str(), text);
    }
    for path in [
        "/api/flags/eval?flag=new_checkout&limit=50",
        "/",
        "/api/jobs/01HZX3J7Q8W9E0R1T2Y3V4B5N6",
        "/a%20b?c=d%2Fe",
    ] {
        assert_eq!(Scrubbed::path(path).as_str(), path);
    }
}

#[test]
fn what_is_masked_says_what_it_was() {
    for (text, masked) in [
        ("mail ada@example.com now", "mail [email] now"),
        ("postgres://echo:p4ss:word@db.local/x", "postgres://[masked]/x"),
        ("Authorization: Bearer abc.def/ghi+j==", "Authorization: [masked] [token]"),
        ("bearer  tok3n", "bearer  [token]"),
        ("key sk_live_51Habc, done", "key [key], done"),
        ("card 4242 4242 4242 4242.", "card [card]."),
        ("your code is 1234-5678", "your code is [code]"),
        (r#"{"password":"correct horse, battery","n":1}"#, r#"{"password":"[masked]","n":1}"#),
        (r#"{\"password\":\"hunter2\"}"#, r#"{\"password\":\"[masked]\"}"#),
        (r#"{"secret":"a\"b","n":1}"#, r#"{"secret":"[masked]","n":1}"#),
        ("cookie: a=b; session=c\nnext", "cookie: [masked]\nnext"),
        ("dash-key=0123, x", "dash-key=[masked], x"),
    ] {
        assert_eq!(Scrubbed::text(text).as_str(), masked, "{text}");
    }
    for (path, masked) in [
        ("/auth/verify?token=abc&next=/app", "/auth/verify?token=[masked]&next=/app"),
        ("/hooks/s3cr3t/run?x=1", "/hooks/[masked]/run?x=1"),
        ("/%68ooks/s3cr3t", "/%68ooks/[masked]"),
        ("/x?t%6Fken=abc&EMAIL=a", "/x?t%6Fken=[masked]&EMAIL=[masked]"),
        ("/l?k=&sig=ab", "/l?k=&sig=[masked]"),
        ("/x?q=ada%40example.com", "/x?q=[masked]"),
        ("/x?from=ada%40example.com", "/x?from=[email]"),
        ("/x/ada@example.com", "/x/[email]"),
    ] {
        assert_eq!(Scrubbed::path(path).as_str(), masked, "{path}");
    }
}

#[test]
fn long_text_is_cut_and_the_cut_shows_nothing() {
    let text = format!("{}ada@example.com{}", "x ".repeat(2_040), " y".repeat(100_000));
    let scrubbed = Scrubbed::text(&text);
    assert!(scrubbed.as_str().len() < 4_200 && scrubbed.as_str().ends_with('…'));
    for length in 4_070..4_110 {
        let text = format!("{} ada.lovelace@example.com tail", "é".repeat(length / 2));
        assert!(!Scrubbed::text(&text).as_str().contains("ada"), "{length}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of how the time grows")]
fn the_time_is_linear_whatever_the_text() {
    let hostile = [
        "@", "a@", "1 ", "A1", "%25", "\\\\", "token=", "eyJ.", "sk_", "=:", "4242-", "@.a", "AAAA/", "://@",
        "bearer ",
    ];
    for piece in hostile {
        let text = piece.repeat(2 * super::LONGEST / piece.len());
        let start = std::time::Instant::now();
        let _ = Scrubbed::text(&text);
        let _ = Scrubbed::path(&text);
        // Quadratic work would take far longer, even unoptimised.
        assert!(start.elapsed().as_millis() < 1_500, "{piece}: {:?}", start.elapsed());
    }
}
