//! Money: whole minor units and a currency, formatted in one place.

use std::fmt::Write as _;

/// An amount in minor units (cents for USD, whole yen for JPY) as people read it: `USD 1,234.50`.
pub fn format_money(minor: i64, currency: &str) -> String {
    let currency = currency.to_ascii_uppercase();
    let decimals = minor_digits(&currency);
    let unit = 10_u64.pow(decimals);
    let absolute = minor.unsigned_abs();
    let mut text = format!("{currency} ");
    if minor < 0 {
        text.push('-');
    }
    text.push_str(&grouped(absolute / unit));
    if decimals > 0 {
        let _ = write!(text, ".{:0width$}", absolute % unit, width = decimals as usize);
    }
    text
}

/// How many digits follow the point (ISO 4217): most currencies two, some none, a few three.
fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// A number with commas between its thousands: `10,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_are_never_guessed_from_size() {
        let cases = [
            (99, "usd", "USD 0.99"),
            (100, "USD", "USD 1.00"),
            (101, "usd", "USD 1.01"),
            (0, "usd", "USD 0.00"),
            (-2_550, "eur", "EUR -25.50"),
            (1_234_567, "usd", "USD 12,345.67"),
            (1_500, "jpy", "JPY 1,500"),
            (1_500, "kwd", "KWD 1.500"),
        ];
        for (minor, currency, text) in cases {
            assert_eq!(format_money(minor, currency), text);
        }
    }
}
