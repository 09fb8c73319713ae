//! Session tokens: JWT (RFC 7519) signed with EdDSA, checked as RFC 8725 asks. The algorithm belongs to the key,
//! the key is found by `kid` in our own set only, and a header with anything else in it is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::KeySet;
use crate::operation::Deps;
use crate::platform::{Fault, Result, Timestamp};

/// What the audience claim says.
const AUDIENCE: &str = "echopilot";
/// What tells a session token from any other kind.
const TYPE: &str = "at+jwt";
/// Longer texts are no tokens of ours.
const LONGEST: usize = 2_048;

/// What a session token says: who issued it, for which customer and session, from when until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) sub: String,
    pub(super) jti: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
    /// We set none; but whoever says when a token begins is taken at their word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    alg: String,
    typ: String,
    kid: String,
}

/// Sign a token for a session.
pub(super) fn issue(
    deps: &Deps,
    keys: &KeySet,
    session_id: &str,
    customer_id: &str,
    until: Timestamp,
) -> Result<String> {
    let claims = Claims {
        iss: deps.base_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: customer_id.to_owned(),
        jti: session_id.to_owned(),
        iat: deps.clock.now().seconds(),
        exp: until.seconds(),
        nbf: None,
    };
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    let signer = keys.signer()?;
    header.kid = Some(signer.kid.clone());
    jsonwebtoken::encode(&header, &claims, &signer.signs).map_err(Fault::internal)
}

/// The claims of a token that we signed and that is in force; `None` for everything else.
pub(super) fn verify(deps: &Deps, keys: &KeySet, token: &str) -> Option<Claims> {
    let head: Head = head(token)?;
    if head.alg != "EdDSA" || head.typ != TYPE {
        return None;
    }
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[deps.base_url.as_str()]);
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // Our own clock decides below, so that a test can turn it; no leeway is given to our own tokens.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(token, keys.verifies.get(&head.kid)?, &rules).ok()?.claims;
    let now = deps.clock.now().seconds();
    (claims.exp > now && claims.nbf.is_none_or(|begins| begins <= now)).then_some(claims)
}

/// The header of something that has the length of a token; it is not to be believed before the signature is.
pub(super) fn head<H: DeserializeOwned>(token: &str) -> Option<H> {
    if token.len() > LONGEST {
        return None;
    }
    let head = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    serde_json::from_slice(&head).ok()
}
