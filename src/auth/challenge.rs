//! Sign-in codes: eight digits, ten minutes, five tries, once. The store keeps a keyed hash, and counts a try
//! before it looks at the code, so that parallel guesses cannot share one.

use std::time::Duration;

use ring::hmac;

use super::sql::{CODE_ADD, CODE_FORGET, CODE_RETIRE, CODE_TRY, CODE_USE, CODES_SINCE};
use crate::operation::Deps;
use crate::platform::{Email, Result, Secret, Timestamp};
use crate::store::{Tx, args, row};

/// How long a code is good.
pub(super) const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How many codes an address gets in an hour; more are answered alike, but not sent.
const AN_HOUR: i64 = 10;
const TRIES: i64 = 5;

/// A code that is about to be sent.
pub(super) struct Challenge {
    id: String,
    email: Email,
    pub(super) code: String,
    code_hash: String,
    browser_hash: Option<String>,
    now: Timestamp,
}

struct Tried {
    id: String,
    code_hash: String,
    browser_hash: Option<String>,
}

row! { Tried { id, code_hash, browser_hash } }

impl Challenge {
    /// A new code for `email`, good for `browser` alone when a page asked for it.
    pub(super) fn new(deps: &Deps, email: &Email, browser: Option<&Secret>, now: Timestamp) -> Self {
        let code = deps.ids.eight_digits();
        let keyed = Keyed::new(deps);
        Self {
            id: deps.ids.ulid_at(now),
            email: email.clone(),
            code_hash: keyed.code(email, &code),
            browser_hash: browser.map(|browser| keyed.browser(browser)),
            code,
            now,
        }
    }

    /// Store it in place of any earlier one; false when the address has had its share of this hour.
    pub(super) fn store(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let email = self.email.as_str();
        let since = self.now.minus(Duration::from_secs(3_600));
        let had: i64 = tx.one(CODES_SINCE, args![email, since])?;
        if had >= AN_HOUR {
            return Ok(false);
        }
        tx.run(CODE_RETIRE, args![email, self.now])?;
        let until = self.now.plus(LIFETIME);
        let (id, hash, browser) = (self.id.as_str(), self.code_hash.as_str(), self.browser_hash.as_deref());
        tx.run(CODE_ADD, args![id, email, hash, browser, self.now, until])?;
        Ok(true)
    }
}

/// What somebody offers as the code of `email`.
pub(super) struct Attempt {
    email: Email,
    code_hash: String,
    browser_hash: Option<String>,
    now: Timestamp,
}

impl Attempt {
    pub(super) fn new(
        deps: &Deps,
        email: &Email,
        code: &Secret,
        browser: Option<&Secret>,
        now: Timestamp,
    ) -> Self {
        let keyed = Keyed::new(deps);
        Self {
            email: email.clone(),
            code_hash: keyed.code(email, code.expose().trim()),
            browser_hash: browser.map(|browser| keyed.browser(browser)),
            now,
        }
    }

    /// Count the try. Commit this before [`Attempt::redeem`], or a failed try would be uncounted with it.
    pub(super) fn count(&self, tx: &mut Tx<'_>) -> Result<Option<Right>> {
        let tried: Option<Tried> = tx.maybe(CODE_TRY, args![self.email.as_str(), self.now, TRIES])?;
        Ok(tried.filter(|tried| self.fits(tried)).map(|tried| Right(tried.id)))
    }

    fn fits(&self, tried: &Tried) -> bool {
        let code = Secret::new(tried.code_hash.as_str()).matches(&self.code_hash);
        let browser = match (&tried.browser_hash, &self.browser_hash) {
            (None, _) => true,
            (Some(wanted), Some(offered)) => Secret::new(wanted.as_str()).matches(offered),
            (Some(_), None) => false,
        };
        code && browser
    }
}

/// A code that was right.
#[derive(Clone)]
pub(super) struct Right(String);

impl Right {
    /// Use it up; false when somebody else just has.
    pub(super) fn redeem(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
        Ok(tx.run(CODE_USE, args![self.0.as_str(), now])? == 1)
    }
}

/// Remove codes that ended more than an hour ago (the hour's share counts them); how many.
pub fn clean_up(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    tx.run(CODE_FORGET, args![now.minus(Duration::from_secs(3_600))])
}

struct Keyed(hmac::Key);

impl Keyed {
    fn new(deps: &Deps) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &deps.root_key.derive("sign-in codes")))
    }

    fn code(&self, email: &Email, code: &str) -> String {
        self.hash(&["code", email.as_str(), code])
    }

    fn browser(&self, browser: &Secret) -> String {
        self.hash(&["browser", browser.expose()])
    }

    fn hash(&self, parts: &[&str]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        crate::platform::digest_hex(context.sign().as_ref())
    }
}
