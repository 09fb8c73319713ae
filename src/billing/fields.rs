//! Fields that more than one input has.

use crate::platform::{Fault, Result};

/// What an invoice may ask for, in minor units: Stripe's bounds.
pub(super) const AMOUNTS: std::ops::RangeInclusive<i64> = 50..=99_999_999;

/// Words for people: something, no control characters, not too long.
pub(super) fn words<'t>(field: &str, text: &'t str, longest: usize) -> Result<&'t str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest || text.chars().any(char::is_control) {
        let expected = format!("expected 1 to {longest} characters in one line");
        return Err(Fault::invalid(field, expected));
    }
    Ok(text)
}

/// A currency in lower case.
pub(super) fn currency(text: &str) -> Result<String> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(Fault::invalid("currency", "expected the three letters of a currency, such as usd"))
    }
}

/// An identifier of Stripe's that begins with one of `prefixes`.
pub(super) fn stripe_id(field: &str, text: &str, prefixes: &[&str]) -> Result<()> {
    let known = prefixes.iter().any(|prefix| text.len() > prefix.len() && text.starts_with(prefix));
    let sound = text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if known && sound {
        return Ok(());
    }
    let prefixes = prefixes.iter().map(|prefix| format!("{prefix}…")).collect::<Vec<_>>().join(" or ");
    Err(Fault::invalid(field, format!("expected an identifier of Stripe's such as {prefixes}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stripe_would_refuse_is_refused_here() {
        assert_eq!(words("d", " A month ", 10).unwrap(), "A month");
        for bad in ["", "  ", "a\nb", "12345678901"] {
            assert!(words("d", bad, 10).is_err(), "{bad:?}");
        }
        assert_eq!(currency("USD").unwrap(), "usd");
        for bad in ["", "us", "usdt", "u$d", "€"] {
            assert!(currency(bad).is_err(), "{bad:?}");
        }
        assert!(stripe_id("p", "ch_1A", &["pi_", "ch_"]).is_ok());
        for bad in ["", "ch_", "in_1", "ch_../refunds", "ch_a b", "CH_1"] {
            assert!(stripe_id("p", bad, &["pi_", "ch_"]).is_err(), "{bad:?}");
        }
    }
}
