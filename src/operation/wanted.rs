//! A word that lists are searched for.

use super::outbox::as_pattern;
use crate::platform::{Fault, Result};

/// No address is longer, and nothing else that is looked for.
const LONGEST_WORD: usize = 254;

/// What a word means to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedWord {
    /// For a `LIKE` whose escape is `!`: texts that have the word in them.
    pub pattern: String,
    /// The same as a sum in minor units, where it is one: of a currency with two decimals, and of one without.
    pub amounts: [Option<i64>; 2],
}

impl WantedWord {
    /// The word of an input's field `q`; none when there is nothing in it.
    pub fn parse(q: Option<&str>) -> Result<Option<Self>> {
        let Some(word) = q.map(str::trim).filter(|word| !word.is_empty()) else { return Ok(None) };
        if word.chars().count() > LONGEST_WORD {
            return Err(Fault::invalid("q", format!("expected {LONGEST_WORD} characters at the most")));
        }
        Ok(Some(Self { pattern: format!("%{}%", as_pattern(word)), amounts: amounts(word) }))
    }
}

/// "299" and "299.00" as minor units; a currency before it is left out.
fn amounts(word: &str) -> [Option<i64>; 2] {
    let number = word.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).trim_start();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || !is_number(whole) || !is_number(decimals) {
        return [None, None];
    }
    let Ok(units) = whole.parse::<i64>() else { return [None, None] };
    match decimals.len() {
        0 => [Some(units * 100), Some(units)],
        2 => [decimals.parse::<i64>().ok().map(|cents| units * 100 + cents), None],
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_pattern_and_perhaps_a_sum() {
        let word = |text: &str| WantedWord::parse(Some(text)).unwrap().unwrap();
        assert_eq!(word(" 100%_! ").pattern, "%100!%!_!!%");
        assert_eq!(word("299").amounts, [Some(29_900), Some(299)]);
        assert_eq!(word("USD 299.05").amounts, [Some(29_905), None]);
        for other in ["EP-1042", "1.5", "1.234", ".", "1e5", "-5", "9999999999999999", "٣"] {
            assert_eq!(word(other).amounts, [None, None], "{other}");
        }
        assert_eq!(WantedWord::parse(Some("  ")).unwrap(), None);
        assert_eq!(WantedWord::parse(None).unwrap(), None);
        assert_eq!(WantedWord::parse(Some(&"x".repeat(255))).unwrap_err().fields[0].field, "q");
    }
}
