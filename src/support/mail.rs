//! The mail of a ticket: to us when it comes, to the customer when it is answered.

use std::time::Duration;

use super::Topic;
use crate::operation::outbox::Mail;
use crate::platform::Email;

/// Delivering it makes sense this long.
pub(super) const WORTH: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A new ticket, for whoever answers. The address stands between angle brackets, by which erasure finds it.
pub(super) fn arrived(
    to: &Email,
    id: &str,
    from: &Email,
    topic: Topic,
    job: Option<&str>,
    message: &str,
) -> Mail {
    let (from, words) = (from.as_str(), topic.words());
    let job = job.map_or_else(String::new, |job| format!("Job: {job}\n"));
    let text = format!("From: <{from}>\nAbout: {words}\n{job}Ticket: {id}\n\n{message}\n");
    let html = format!("<pre>{}</pre>", escaped(&text));
    Mail { to: to.clone(), subject: format!("Support request {id}: {words}"), text, html }
}

/// The answer, for whoever wrote; `page` is where they can read it again.
pub(super) fn answered(to: &Email, page: Option<&str>, message: &str, answer: &str) -> Mail {
    let quoted: Vec<String> = message.lines().map(|line| format!("> {line}")).collect();
    let (more, more_html) = page.map_or_else(Default::default, |page| {
        let html = format!("<p><a href=\"{page}\">All your messages</a></p>");
        (format!("\nAll your messages: {page}\n"), html)
    });
    let text = format!("{answer}\n\nYou wrote:\n{}\n{more}", quoted.join("\n"));
    let html = format!(
        "<p>{}</p><p>You wrote:</p><blockquote>{}</blockquote>{more_html}",
        escaped(answer).replace('\n', "<br>"),
        escaped(message).replace('\n', "<br>"),
    );
    Mail { to: to.clone(), subject: "Your message to EchoPilot was answered".into(), text, html }
}

/// Text that is HTML for itself.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_customer_wrote_is_text_in_both_mails() {
        let (us, them) =
            (Email::parse("help@example.com").unwrap(), Email::parse("ada@example.com").unwrap());
        let hostile = "\"><svg onload=alert(1)> & more";
        for mail in [
            arrived(&us, "01J", &them, Topic::Job, Some("01K"), hostile),
            answered(&them, Some("http://127.0.0.1/app/support"), hostile, hostile),
            answered(&them, None, hostile, hostile),
        ] {
            assert!(mail.text.contains(hostile));
            assert!(mail.html.contains("&quot;&gt;&lt;svg onload=alert(1)&gt; &amp; more"));
            assert!(!mail.html.contains("<svg") && !mail.subject.contains('\n'));
        }
    }
}
