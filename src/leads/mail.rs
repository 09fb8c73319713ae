//! The mail about a new lead, to whoever answers.

use std::time::Duration;

use crate::operation::outbox::Mail;
use crate::platform::Email;

/// Delivering it makes sense this long.
pub(super) const WORTH: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A new lead. The address stands between angle brackets, by which erasure finds it.
pub(super) fn arrived(to: &Email, id: &str, from: &Email, company: Option<&str>, use_case: &str) -> Mail {
    let from = from.as_str();
    let company = company.map_or_else(String::new, |company| format!("Company: {company}\n"));
    let text = format!("From: <{from}>\n{company}Lead: {id}\n\n{use_case}\n");
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    Mail { to: to.clone(), subject: format!("Lead {id}"), text, html: format!("<pre>{escaped}</pre>") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_is_text() {
        let [us, them] = ["help@example.com", "ada@example.com"].map(|email| Email::parse(email).unwrap());
        let hostile = "\"><svg onload=alert(1)> & more";
        let mail = arrived(&us, "01J", &them, Some(hostile), hostile);
        assert_eq!(mail.text.matches(hostile).count(), 2);
        assert_eq!(mail.html.matches("&quot;&gt;&lt;svg onload=alert(1)&gt; &amp; more").count(), 2);
        assert!(!mail.html.contains("<svg") && mail.text.contains("From: <ada@example.com>"));
    }
}
