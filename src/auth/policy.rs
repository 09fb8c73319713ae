//! Which passwords are refused: short ones, ones that everybody tries first, and ones made of the product's name or
//! of what is known about the customer. Any composition is welcome, and nothing is cut off or trimmed.

use crate::platform::{Email, Fault, Result, Secret};

/// Sorted, in lower case, eight characters and more; see the README beside it.
static COMMON: &str = include_str!("common_passwords/list.txt");

/// In characters, whatever they are.
pub(super) const SHORTEST: usize = 8;
/// In bytes; hashing more would only cost time.
const LONGEST: usize = 1_024;
/// Shorter words are found in ordinary passwords by accident.
const SHORTEST_WORD: usize = 3;
const PRODUCT: &str = "echopilot";

/// Refuse `password` for whoever has this address and name when it is easily guessed; the fault names the field `field`.
pub(super) fn check(field: &'static str, password: &Secret, email: &Email, name: &str) -> Result<()> {
    let text = password.expose();
    if text.chars().count() < SHORTEST {
        return Err(Fault::invalid(field, format!("at least {SHORTEST} characters")));
    }
    if text.len() > LONGEST {
        return Err(Fault::invalid(field, format!("at most {LONGEST} bytes")));
    }
    if is_common(&text.to_lowercase()) {
        return Err(Fault::invalid(
            field,
            "another one: this is among the passwords that are tried first everywhere",
        ));
    }
    if is_made_of(text, &words(email, name)) {
        return Err(Fault::invalid(
            field,
            "another one: this is made of your name, your address or the name EchoPilot",
        ));
    }
    Ok(())
}

/// A binary search over the lines of the list, without an index that would cost memory.
fn is_common(password: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let start = COMMON[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = COMMON[start..].find('\n').map_or(COMMON.len(), |length| start + length);
        match COMMON[start..end].cmp(password) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// What somebody who knows the customer tries first.
fn words(email: &Email, name: &str) -> Vec<String> {
    let address = email.as_str();
    let parts = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
    };
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    // Not the last label: `com` is no word of anybody.
    let domain = domain.rsplit_once('.').map_or("", |(labels, _)| labels);
    let mut words = vec![PRODUCT.to_owned(), address.to_owned(), local.to_owned(), name.to_owned()];
    words.extend([local, domain, name].into_iter().flat_map(parts));
    let bare = |word: &String| word.to_lowercase().trim_matches(is_decoration).to_owned();
    let mut words: Vec<String> =
        words.iter().flat_map(|word| [letters(word), letters(&bare(word))]).collect();
    words.retain(|word| word.chars().count() >= SHORTEST_WORD);
    words
}

/// Whether `password` consists of `words` alone, one or several, in any spelling. Digits and signs at its ends are
/// letters or decoration, as it suits.
fn is_made_of(password: &str, words: &[String]) -> bool {
    let lower = password.to_lowercase();
    let start = letters(&lower[..lower.len() - lower.trim_start_matches(is_decoration).len()]).len();
    let end = letters(&lower[lower.trim_end_matches(is_decoration).len()..]).len();
    let bones = letters(&lower);
    // Where a word may begin: within the decoration, and where another one has ended.
    let mut begins: Vec<bool> = (0..=bones.len()).map(|at| at <= start).collect();
    let mut ends = false;
    for at in 0..bones.len() {
        if begins[at] && bones.is_char_boundary(at) {
            for word in words.iter().filter(|word| bones[at..].starts_with(word.as_str())) {
                begins[at + word.len()] = true;
                ends |= at + word.len() + end >= bones.len();
            }
        }
    }
    ends
}

fn is_decoration(c: char) -> bool {
    !c.is_alphabetic()
}

/// Digits and signs read as the letters they stand for, other signs removed. `l` becomes `i`, since `1` means either.
fn letters(text: &str) -> String {
    let letter = |c: char| match c {
        '0' => Some('o'),
        '1' | '!' | '|' | 'l' => Some('i'),
        '2' => Some('z'),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '6' | '9' => Some('g'),
        '7' | '+' => Some('t'),
        '8' => Some('b'),
        c => c.is_alphabetic().then_some(c),
    };
    text.to_lowercase().chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let email = Email::parse("ada.lovelace@engines.example").unwrap();
        check("new", &Secret::new(password), &email, "Ada King").is_err()
    }

    #[test]
    fn the_list_is_sorted_and_every_line_is_found() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() > 10_000 && COMMON.len() < 400 * 1024);
        assert!(lines.is_sorted() && lines.iter().all(|line| line.len() >= SHORTEST));
        assert!(lines.iter().all(|line| is_common(line) && *line == line.to_lowercase()));
        for absent in ["", "a", "password1x", "zzzzzzzzzzzzzzzz", "\n", "12345678\n", "!"] {
            assert!(!is_common(absent), "{absent:?}");
        }
    }

    #[test]
    fn short_long_and_common_ones_are_refused() {
        for password in ["", "seven77", "1234567", "password1", "PassWord1", "qwertyuiop", "12345678"] {
            assert!(refused(password), "{password}");
        }
        assert!(refused(&"é".repeat(7)) && !refused(&"éü".repeat(4)), "characters are counted, not bytes");
        let long = "correct horse battery staple ".repeat(40);
        assert!(refused(&long) && !refused(&long[..1_024]));
    }

    #[test]
    fn ones_made_of_what_anybody_knows_are_refused() {
        for password in [
            "echopilot",
            "echopilot1",
            "EchoPilot2026!",
            "3ch0p1l0t",
            "echopil07",
            "$3ch0p1l0t$!",
            "__echopilot__",
            "echo-pilot-99",
            "echopilotechopilot",
            "ada.lovelace",
            "ada.lovelace@engines.example",
            "Lovelace1843",
            "l0v3l@ce!!",
            "adaking123",
            "engines!!",
            "AdaEchoPilot",
            "999lovelace999",
        ] {
            assert!(refused(password), "{password}");
        }
        for password in [
            "lovelace likes tea",
            "echo my pilots home",
            "31415926535897",
            "¡¡¡¡¡¡¡¡¡",
            "tr0ub4dor & 3",
            "kingfisher-adamant",
            "' or 1=1 --x",
        ] {
            assert!(!refused(password), "{password}");
        }
    }
}
