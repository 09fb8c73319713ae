//! `Stripe-Signature`: `t=SECONDS,v1=HEX[,v1=HEX…]`, HMAC-SHA256 of `SECONDS.BODY` over the body as it came. While a
//! secret is being rolled Stripe signs with both, and we accept either.

use std::fmt::Write as _;

use ring::hmac;

use crate::platform::{Code, Fault, Result, Secret, Timestamp};

/// How far the signature's time may be from ours, in both directions: an old one may be a repetition, one from the
/// future was not made by a clock that is right.
const TOLERANCE: i64 = 300;
/// More signatures than a roll of secrets makes are no honest header.
const MOST: usize = 16;

/// Whether `header` proves that `body` was signed lately with one of `secrets`.
pub(super) fn verify(secrets: &[Secret], header: &str, body: &str, now: Timestamp) -> Result<()> {
    let (time, candidates) = parse(header).ok_or_else(|| {
        refused("expected t=SECONDS,v1=SIGNATURE; send the event as Stripe does, with its signature")
    })?;
    if (now.seconds().saturating_sub(time)).saturating_abs() > TOLERANCE {
        return Err(refused("its time is more than five minutes from ours; look at both clocks"));
    }
    let signed = format!("{time}.{body}");
    // Each pair is looked at, so that the time tells nothing.
    let mut fits = false;
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        for candidate in &candidates {
            fits |= hmac::verify(&key, signed.as_bytes(), candidate).is_ok();
        }
    }
    if fits {
        Ok(())
    } else {
        Err(refused("it was not made with a secret of ours; look at STRIPE_WEBHOOK_SECRET"))
    }
}

/// The header for `body`, as Stripe would send it at `now`.
pub fn sign(secret: &Secret, body: &str, now: Timestamp) -> String {
    let time = now.seconds();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mut header = format!("t={time},v1=");
    for byte in hmac::sign(&key, format!("{time}.{body}").as_bytes()).as_ref() {
        let _ = write!(header, "{byte:02x}");
    }
    header
}

fn refused(why: &str) -> Fault {
    Fault::new(Code::Malformed, format!("Stripe-Signature: {why}"))
}

/// The time and every signature of version 1.
fn parse(header: &str) -> Option<(i64, Vec<Vec<u8>>)> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        let (name, value) = part.trim().split_once('=')?;
        match name {
            "t" if time.is_none() => time = Some(value.parse().ok()?),
            "t" => return None,
            "v1" if signatures.len() < MOST => signatures.extend(bytes(value)),
            _ => {}
        }
    }
    (!signatures.is_empty()).then_some((time?, signatures))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn what_was_signed_passes_and_everything_else_does_not() {
        let (one, two) = (Secret::new("whsec_one"), Secret::new("whsec_two"));
        let both = [one.clone(), two.clone()];
        let check =
            |secrets: &[Secret], header: &str, body: &str, now| verify(secrets, header, body, now).is_ok();
        let header = sign(&one, "{}", NOW);
        assert!(check(&both, &header, "{}", NOW));
        assert!(check(&both, &sign(&two, "{}", NOW), "{}", NOW), "either secret during a roll");
        assert!(!check(&[two], &header, "{}", NOW), "another secret");
        assert!(!check(&both, &header, "{ }", NOW), "another body");
        for (seconds, passes) in [(300, true), (301, false), (-300, true), (-301, false)] {
            let now = Timestamp(NOW.millis() + seconds * 1000);
            assert_eq!(check(&both, &header, "{}", now), passes, "{seconds}");
        }
        let wrong = "0".repeat(64);
        assert!(check(&both, &header.replace("v1=", &format!("v1={wrong},v1=")), "{}", NOW), "several");
        for malformed in [
            "",
            "t=1",
            "v1=00",
            &header.replace("v1", "v0"),
            &header.replace("t=", "t=x"),
            &format!("{header},t=1"),
        ] {
            assert!(!check(&both, malformed, "{}", NOW), "{malformed}");
        }
        assert!(!check(&[], &header, "{}", NOW));
    }
}
