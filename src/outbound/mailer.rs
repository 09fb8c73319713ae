//! Mail by SMTP (RFC 5321): TLS from the first byte (`smtps`), STARTTLS demanded (`smtp`), or bare on this machine alone.
//!
//! What the server says about one mail is told apart from what it says about us ([`MailFailure`]): a refused mail is
//! over, a busy server or a wrong password is not.

use std::net::IpAddr;
use std::time::{Duration, Instant, UNIX_EPOCH};

use lettre::address::Address;
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use crate::platform::{Clock, Code, Email, Fault, Result, Secret, Timestamp};

/// One step: connecting, or an answer to a command.
const STEP: Duration = Duration::from_secs(10);
/// All steps of a mail together: shorter than the minute for which the outbox gives it to this process.
const WHOLE: Duration = Duration::from_secs(50);
/// The name beside the sender's address.
const SENDER: &str = "EchoPilot";

/// A mail on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The same at each try, so that a receiver can tell that it is the same mail.
    pub id: &'a str,
    /// Whom it goes to.
    pub to: &'a Email,
    /// One line.
    pub subject: &'a str,
    /// The plain text.
    pub text: &'a str,
    /// The same as HTML.
    pub html: &'a str,
    /// When it was written.
    pub written_at: Timestamp,
}

/// Why a mail was not taken.
#[derive(Debug)]
pub enum MailFailure {
    /// This mail never will be, with the reply's code; none when it can't even be offered.
    Refused(Option<u16>),
    /// This one later, with the reply's code.
    Busy(u16),
    /// None at present: no connection, no encryption, or no permission to send.
    Down(Fault),
}

/// What takes mail. The real one, or another in tests.
pub trait Mailer: Send + Sync {
    /// Hand a mail over; on success the server answers for it.
    fn send(&self, letter: &Letter<'_>) -> Result<(), MailFailure>;

    /// Whether mail could be sent now: connects and signs in, but sends nothing.
    fn check(&self) -> Result<()>;
}

/// A mail server.
pub struct Smtp {
    security: Security,
    host: String,
    port: u16,
    credentials: Option<Credentials>,
    from: Email,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte.
    Wrapped,
    /// TLS after STARTTLS, or nothing is sent.
    Upgraded,
    /// None; on this machine alone.
    Bare,
}

impl Smtp {
    /// The server at `url`, as the settings have checked it, and the sender of all mail.
    pub fn new(url: &Secret, from: Email) -> Self {
        let (scheme, rest) = url.expose().split_once("://").unwrap_or(("smtps", url.expose()));
        let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
        let place = place.trim_end_matches('/');
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (place, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let security = match scheme {
            "smtp" if is_this_machine(&host) => Security::Bare,
            "smtp" => Security::Upgraded,
            _ => Security::Wrapped,
        };
        let usual = match security {
            Security::Wrapped => 465,
            Security::Upgraded => 587,
            Security::Bare => 25,
        };
        let credentials = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            Credentials::new(decoded(name), decoded(password))
        });
        Self { security, host, port: port.unwrap_or(usual), credentials, from }
    }

    /// A connection over which mail may be sent.
    fn connect(&self, begun: Instant) -> Result<Connection> {
        let down = |what: &str, error: &Error| {
            Fault::new(Code::Upstream, format!("The mail server can't be used: {what}")).because(cause(error))
        };
        let hello = ClientId::Domain(domain_of(&self.from).to_owned());
        let tls = if self.security == Security::Bare {
            None
        } else {
            let parameters = TlsParameters::new_rustls(self.host.clone());
            Some(parameters.map_err(|error| down("no TLS to its name", &error))?)
        };
        let wrapped = tls.as_ref().filter(|_| self.security == Security::Wrapped);
        let server = (self.host.as_str(), self.port);
        let inner = SmtpConnection::connect(server, Some(STEP), &hello, wrapped, None)
            .map_err(|error| down("no connection", &error))?;
        let mut connection = Connection { inner, begun };
        if let (Security::Upgraded, Some(tls)) = (self.security, &tls) {
            connection
                .step(|inner| inner.starttls(tls, &hello))
                .map_err(|error| down("no STARTTLS", &error))?;
        }
        if let Some(credentials) = &self.credentials {
            let known = [Mechanism::Plain, Mechanism::Login];
            connection
                .step(|inner| inner.auth(&known, credentials))
                .map_err(|error| down("it does not accept the user or password of SMTP_URL", &error))?;
        }
        Ok(connection)
    }
}

impl Mailer for Smtp {
    fn send(&self, letter: &Letter<'_>) -> Result<(), MailFailure> {
        let (Ok(from), Ok(to)) = (self.from.as_str().parse(), letter.to.as_str().parse()) else {
            return Err(MailFailure::Refused(None));
        };
        let message = compose(&from, &to, letter).map_err(MailFailure::Down)?;
        let mut connection = self.connect(Clock::monotonic()).map_err(MailFailure::Down)?;
        connection.step(|inner| inner.command(Mail::new(Some(from), Vec::new()))).map_err(|error| {
            let words = "The mail server can't be used: it does not take the sender EMAIL_FROM";
            MailFailure::Down(Fault::new(Code::Upstream, words).because(cause(&error)))
        })?;
        connection.step(|inner| inner.command(Rcpt::new(to, Vec::new()))).map_err(|error| judged(&error))?;
        connection.step(|inner| inner.command(Data)).map_err(|error| judged(&error))?;
        connection.step(|inner| inner.message(&message)).map_err(|error| judged(&error))?;
        // It is delivered, however the farewell goes.
        let _ = connection.inner.quit();
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let mut connection = self.connect(Clock::monotonic())?;
        if !connection.inner.test_connected() {
            return Err(Fault::new(Code::Upstream, "The mail server can't be used: it does not answer"));
        }
        let _ = connection.inner.quit();
        Ok(())
    }
}

/// A connection and since when it is used.
struct Connection {
    inner: SmtpConnection,
    begun: Instant,
}

impl Connection {
    /// One command and its answer; after a failure the connection is over.
    fn step<T>(&mut self, work: impl FnOnce(&mut SmtpConnection) -> Result<T, Error>) -> Result<T, Error> {
        let left = WHOLE.saturating_sub(self.begun.elapsed()).min(STEP).max(Duration::from_millis(1));
        // A socket that takes no limit fails at the next write.
        let _ = self.inner.set_timeout(Some(left));
        work(&mut self.inner).inspect_err(|_| self.inner.abort())
    }
}

/// What a failure at this mail means. Nothing of the server's words is kept: they quote addresses.
fn judged(error: &Error) -> MailFailure {
    match error.status().map(u16::from) {
        Some(status @ 500..) => MailFailure::Refused(Some(status)),
        Some(status) => MailFailure::Busy(status),
        None => {
            let fault = Fault::new(Code::Upstream, "The mail server broke off");
            MailFailure::Down(fault.because(cause(error)))
        }
    }
}

/// A failure for the log.
fn cause(error: &Error) -> String {
    if let Some(status) = error.status() {
        return format!("reply {status}");
    }
    // What follows was said on this side of the connection.
    let mut words = error.to_string();
    if error.is_response() {
        words.truncate("response error".len());
    }
    words
}

/// The mail as it is sent: both forms, encoded so that every server can take it.
fn compose(from: &Address, to: &Address, letter: &Letter<'_>) -> Result<Vec<u8>> {
    // A line break has no place in a subject, whatever the encoding makes of it.
    let subject: String = letter.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let millis = u64::try_from(letter.written_at.millis()).unwrap_or(0);
    let message = Message::builder()
        .message_id(Some(format!("<{}@{}>", letter.id, from.domain())))
        .date(UNIX_EPOCH + Duration::from_millis(millis))
        .from(Mailbox::new(Some(SENDER.to_owned()), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(subject)
        .multipart(MultiPart::alternative_plain_html(letter.text.to_owned(), letter.html.to_owned()))
        .map_err(Fault::internal)?;
    Ok(message.formatted())
}

fn domain_of(email: &Email) -> &str {
    email.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A part of a URL without its `%XX`; what is none stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = text
            .get(at + 1..at + 3)
            .filter(|digits| byte == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(escaped) = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            plain.push(escaped);
            at += 3;
        } else {
            plain.push(byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(url: &str) -> Smtp {
        Smtp::new(&Secret::new(url), Email::parse("no-reply@example.com").unwrap())
    }

    fn composed(subject: &str, text: &str, html: &str) -> String {
        let to = Email::parse("ada@example.com").unwrap();
        let written_at = Timestamp::parse("2026-03-02T09:30:00Z").unwrap();
        let letter = Letter { id: "01KK", to: &to, subject, text, html, written_at };
        let from = "no-reply@example.com".parse().unwrap();
        let bytes = compose(&from, &to.as_str().parse().unwrap(), &letter).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for (url, security, host, port) in [
            ("smtps://mail.example.com", Security::Wrapped, "mail.example.com", 465),
            ("smtps://127.0.0.1:1465", Security::Wrapped, "127.0.0.1", 1_465),
            ("smtp://mail.example.com", Security::Upgraded, "mail.example.com", 587),
            ("smtp://ada:x@mail.example.com:2525/", Security::Upgraded, "mail.example.com", 2_525),
            ("smtp://localhost.example.com", Security::Upgraded, "localhost.example.com", 587),
            ("smtp://10.0.0.1:25", Security::Upgraded, "10.0.0.1", 25),
            ("smtp://127.0.0.1", Security::Bare, "127.0.0.1", 25),
            ("smtp://localhost:1025", Security::Bare, "localhost", 1_025),
            ("smtp://[::1]:1025", Security::Bare, "::1", 1_025),
            ("smtp://[::1]", Security::Bare, "::1", 25),
        ] {
            let smtp = smtp(url);
            let found = (smtp.security, smtp.host.as_str(), smtp.port);
            assert_eq!(found, (security, host, port), "{url}");
        }
    }

    #[test]
    fn user_and_password_are_decoded() {
        let decoded = smtp("smtps://ada%40example.com:p%40ss%3A+%zz%+1%C3%BC@mail.example.com").credentials;
        let expected = Credentials::new("ada@example.com".into(), "p@ss:+%zz%+1\u{fc}".into());
        assert!(decoded == Some(expected));
        assert!(smtp("smtp://127.0.0.1").credentials.is_none());
    }

    #[test]
    fn a_mail_has_what_every_reader_wants() {
        let mail = composed("Your code", "Plain\nlines", "<p>Rich</p>");
        for part in [
            "Message-ID: <01KK@example.com>\r\n",
            "Date: Mon, 02 Mar 2026 09:30:00 +0000\r\n",
            "From: EchoPilot <no-reply@example.com>\r\n",
            "To: ada@example.com\r\n",
            "Subject: Your code\r\n",
            "MIME-Version: 1.0\r\n",
            "multipart/alternative",
            "Plain\r\nlines",
            "<p>Rich</p>",
        ] {
            assert!(mail.contains(part), "{part:?} is not in {mail}");
        }
        let plain = mail.find("text/plain").unwrap();
        assert!(plain < mail.find("text/html").unwrap(), "the form that readers prefer comes last");
    }

    #[test]
    fn any_text_travels_as_ascii_and_none_becomes_a_header() {
        let long = "\u{fc}".repeat(400);
        let mail =
            composed("Gr\u{fc}\u{df}e \u{2728}\r\nBcc: eve@example.com\nX: y", &long, "<p>\u{1f600}</p>");
        assert!(mail.is_ascii());
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        let names: Vec<&str> =
            head.split("\r\n").filter_map(|line| line.split_once(": ")).map(|it| it.0).collect();
        assert!(!names.contains(&"Bcc") && !names.contains(&"X"), "{head}");
        assert_eq!(names.iter().filter(|name| **name == "To").count(), 1);
        assert!(mail.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])), "{mail}");
        let plain = composed("a\r\nBcc: eve@example.com", "text", "html");
        assert!(plain.contains("Subject: a  Bcc: eve@example.com\r\n"), "{plain}");
    }

    /// A server that knows no STARTTLS, and what it was told.
    fn without_tls() -> (u16, std::thread::JoinHandle<Vec<String>>) {
        use std::io::{BufRead as _, BufReader, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"220 here\r\n").unwrap();
            let mut told = Vec::new();
            for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
                let is_last = line.starts_with("QUIT");
                told.push(line);
                if stream.write_all(b"250 here\r\n").is_err() || is_last {
                    break;
                }
            }
            told
        });
        (port, thread)
    }

    #[test]
    fn without_starttls_nothing_is_told_to_another_machine() {
        let to = Email::parse("ada@example.com").unwrap();
        let letter =
            Letter { id: "1", to: &to, subject: "s", text: "t", html: "h", written_at: Timestamp(0) };
        let send = |security: Security, port: u16| {
            let mut smtp = smtp("smtp://user:password@127.0.0.1");
            (smtp.security, smtp.port, smtp.credentials) = (security, port, None);
            smtp.send(&letter)
        };
        let (port, told) = without_tls();
        assert!(matches!(send(Security::Upgraded, port), Err(MailFailure::Down(_))));
        let told = told.join().unwrap();
        assert!(told.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{told:?}");
        // The same server, spoken to in the clear, hears of the mail.
        let (port, told) = without_tls();
        let _ = send(Security::Bare, port);
        assert!(told.join().unwrap().iter().any(|line| line.contains("ada@example.com")));
    }
}
