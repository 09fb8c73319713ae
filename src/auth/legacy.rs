//! Tokens of the service that EchoPilot replaces: HS256 under a secret and a `kid` of their own, for the time of a
//! migration. Each becomes a session, so that signing out and revoking work as for our own.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use ring::hmac;
use serde::Deserialize;
use ulid::Ulid;

use super::sessions::{self, Found};
use super::sql::SESSION_KNOW;
use super::token::head;
use crate::config::LegacyTokens;
use crate::customers::directory;
use crate::events::{Event, Log};
use crate::operation::Deps;
use crate::platform::{Email, Result, RootKey, Timestamp};
use crate::store::args;

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: String,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    email: Email,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
}

/// A token that the earlier service signed.
struct Proved {
    email: Email,
    until: Timestamp,
    session_id: String,
}

/// The session that `token` stands for; none unless it is a token of the earlier service, in time, of a customer who may
/// sign in.
pub(super) fn open(deps: &Deps, token: &str) -> Result<Option<Found>> {
    let now = deps.clock.now();
    let Some(proved) = deps.settings.legacy_tokens.as_ref().and_then(|legacy| verify(legacy, token, now))
    else {
        return Ok(None);
    };
    let Proved { email, until, session_id } = proved;
    let (found, begun) = deps.store.write(move |tx| {
        let customer = directory::by_email(tx, &email)?.filter(|customer| customer.disabled_at.is_none());
        let Some(customer) = customer else { return Ok((None, false)) };
        let id = session_id.as_str();
        let begun = tx.run(SESSION_KNOW, args![id, customer.id.as_str(), "legacy", now, until])? == 1;
        Ok((Some(sessions::find(tx, id, &customer.id, now)?), begun))
    })?;
    if let Some(session) = found.as_ref().and_then(|found| found.session.as_ref()).filter(|_| begun) {
        let customer = deps.references.reference("customer", &session.profile.customer_id);
        let event = Event::new(Log::Auth, "sign_in_succeeded").field("method", "legacy");
        deps.events.emit(event.field("cust_ref", customer));
    }
    Ok(found)
}

fn verify(legacy: &LegacyTokens, token: &str, now: Timestamp) -> Option<Proved> {
    let end = legacy.until.filter(|end| *end > now)?;
    let head: Head = head(token)?;
    if head.alg != "HS256" || head.kid != legacy.kid || head.crit.is_some() {
        return None;
    }
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_required_spec_claims(&["exp"]);
    rules.validate_aud = false;
    // Our own clock decides below, without leeway.
    rules.validate_exp = false;
    let key = DecodingKey::from_secret(legacy.secret.expose().as_bytes());
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).ok()?.claims;
    let seconds = now.seconds();
    if claims.exp <= seconds || claims.nbf.is_some_and(|begins| begins > seconds) {
        return None;
    }
    let until = Timestamp(claims.exp.saturating_mul(1_000)).min(end);
    Some(Proved { email: claims.email, until, session_id: session_id(legacy, token)? })
}

/// The same for the same token, whatever AUTH_JWT_SECRET is: a session that was ended stays ended. It is made of what
/// the signature covers, so that no other spelling of the signature is another session.
fn session_id(legacy: &LegacyTokens, token: &str) -> Option<String> {
    let (signed, _) = token.rsplit_once('.')?;
    let key = RootKey::new(&legacy.secret).derive("sessions of earlier tokens");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    let bytes = tag.as_ref().first_chunk::<16>()?;
    Some(Ulid::from_bytes(*bytes).to_string())
}
