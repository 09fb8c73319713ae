//! A schedule in words: `daily at 02:50 UTC`.

/// The forms the schedule uses; `None` for any other, which the test over the schedule refuses.
pub(super) fn describe(expression: &str) -> Option<String> {
    let fields: Vec<&str> = expression.split(' ').collect();
    let [second, minute, hour, "*", "*", weekday] = fields[..] else { return None };
    let number = |text: &str| text.parse::<u8>().ok();
    match (number(minute), number(hour), weekday) {
        (Some(minute), Some(hour), "*") => Some(format!("daily at {hour:02}:{minute:02} UTC")),
        (Some(minute), Some(hour), day) => {
            Some(format!("{} at {hour:02}:{minute:02} UTC", weekday_name(day)?))
        }
        (None, None, "*") if minute == "*" && hour == "*" && second == "0" => Some("every minute".to_owned()),
        (Some(minute), None, "*") => {
            let every = hour.strip_prefix("*/")?;
            Some(format!("every {every} hours at minute {minute}"))
        }
        _ => None,
    }
}

fn weekday_name(short: &str) -> Option<&'static str> {
    const DAYS: [(&str, &str); 7] = [
        ("Mon", "Mondays"),
        ("Tue", "Tuesdays"),
        ("Wed", "Wednesdays"),
        ("Thu", "Thursdays"),
        ("Fri", "Fridays"),
        ("Sat", "Saturdays"),
        ("Sun", "Sundays"),
    ];
    DAYS.iter().find(|(name, _)| *name == short).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_have_words() {
        let cases = [
            ("0 50 2 * * *", Some("daily at 02:50 UTC")),
            ("0 10 1 * * Mon", Some("Mondays at 01:10 UTC")),
            ("0 * * * * *", Some("every minute")),
            ("0 5 */12 * * *", Some("every 12 hours at minute 5")),
            ("0 10 1 * * 1", None),
            ("nonsense", None),
        ];
        for (expression, words) in cases {
            assert_eq!(describe(expression).as_deref(), words, "{expression}");
        }
    }
}
