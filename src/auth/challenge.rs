//! What a sign-in mail holds: a code of eight digits (five tries) and a link of 256 bits, two ways to use up one
//! challenge, once and within ten minutes. The store keeps keyed hashes, and counts a try before it looks at the
//! code, so that parallel guesses cannot share one.

use std::time::Duration;

use ring::hmac;

use super::failures;
use super::sql::{
    CODE_ADD, CODE_FORGET, CODE_RETIRE, CODE_TRY, CODE_USE, CODES_MAILED_SINCE, CODES_SINCE, LINK_USE,
};
use crate::config::{Limit, RateGroup, RateLimits};
use crate::operation::Deps;
use crate::platform::{Email, Fault, Result, Secret, Timestamp};
use crate::store::{Tx, args, row};

/// How long a code and its link are good.
pub(super) const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long challenges are counted at most: no limit has a longer window.
const COUNTED: Duration = Duration::from_secs(24 * 3_600);
const TRIES: i64 = 5;
/// Of the secret in a link.
const LINK_BYTES: usize = 32;
/// The same as URL-safe Base64.
const LINK_LENGTH: usize = 43;

/// How many mails may go: to one account, and in total. More are answered alike, but not sent.
#[derive(Clone, Copy)]
pub(super) struct Shares {
    account: Option<Limit>,
    house: Option<Limit>,
}

impl Shares {
    pub(super) fn of(limits: &RateLimits) -> Self {
        Self { account: limits.of(RateGroup::MagicLinkAccount), house: limits.of(RateGroup::Mail) }
    }
}

/// What became of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes out by mail.
    Mailed,
    /// It is stored like any other, but the address may not sign in.
    Unwelcome,
    /// The address has had its share.
    AccountLimited,
    /// So many mails went out in total that no more do for now.
    HouseLimited,
}

impl Fate {
    /// As it stands in the log.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Mailed => "mailed",
            Self::Unwelcome => "unwelcome",
            Self::AccountLimited => "account_limited",
            Self::HouseLimited => "mail_limited",
        }
    }
}

/// A code and a link that are about to be sent.
pub(super) struct Challenge {
    id: String,
    email: Email,
    pub(super) code: String,
    pub(super) link: String,
    code_hash: String,
    link_hash: String,
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
    /// A new challenge for `email`. Its code is good for `browser` alone when a page asked for it; the link is not
    /// bound, since mail is often read on another device, and nobody guesses it.
    pub(super) fn new(deps: &Deps, email: &Email, browser: Option<&Secret>, now: Timestamp) -> Self {
        let (code, link) = (deps.ids.eight_digits(), deps.ids.token(LINK_BYTES));
        let keyed = Keyed::new(deps);
        Self {
            id: deps.ids.ulid_at(now),
            email: email.clone(),
            code_hash: keyed.code(email, &code),
            link_hash: keyed.link(&link),
            browser_hash: browser.map(|browser| keyed.browser(browser)),
            code,
            link,
            now,
        }
    }

    /// Store it in place of any earlier one, unless a share is used up. One for an address that may not sign in is
    /// stored too, so that both ways cost the same.
    pub(super) fn store(&self, tx: &mut Tx<'_>, shares: Shares, welcome: bool) -> Result<Fate> {
        let email = self.email.as_str();
        if let Some(limit) = shares.account {
            let had: i64 = tx.one(CODES_SINCE, args![email, self.now.minus(limit.window)])?;
            if had >= i64::from(limit.count) {
                return Ok(Fate::AccountLimited);
            }
        }
        if let Some(limit) = shares.house {
            let sent: i64 = tx.one(CODES_MAILED_SINCE, args![self.now.minus(limit.window)])?;
            if sent >= i64::from(limit.count) {
                return Ok(Fate::HouseLimited);
            }
        }
        tx.run(CODE_RETIRE, args![email, self.now])?;
        let (id, code, link) = (self.id.as_str(), self.code_hash.as_str(), self.link_hash.as_str());
        let (browser, until) = (self.browser_hash.as_deref(), self.now.plus(LIFETIME));
        tx.run(CODE_ADD, args![id, email, code, link, browser, welcome, self.now, until])?;
        Ok(if welcome { Fate::Mailed } else { Fate::Unwelcome })
    }
}

/// What somebody offers as the secret of a link.
pub(super) struct LinkAttempt {
    link_hash: String,
    now: Timestamp,
}

impl LinkAttempt {
    pub(super) fn new(deps: &Deps, link: &Secret, now: Timestamp) -> Self {
        Self { link_hash: Keyed::new(deps).link(link.expose().trim()), now }
    }

    /// Use the link up; whose it was, when it was good.
    pub(super) fn redeem(&self, tx: &mut Tx<'_>) -> Result<Option<Email>> {
        let email: Option<String> = tx.maybe(LINK_USE, args![self.link_hash.as_str(), self.now])?;
        email.map(|email| Email::parse(&email).map_err(Fault::internal)).transpose()
    }
}

/// Whether `text` has the form of the secret in a link; says nothing of whether it is good.
pub fn is_link_token(text: &str) -> bool {
    text.len() == LINK_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
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

/// Remove challenges and wrong passwords that no limit counts any more; how many challenges.
pub fn clean_up(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    failures::clean_up(tx, now.minus(COUNTED))?;
    tx.run(CODE_FORGET, args![now.minus(COUNTED)])
}

struct Keyed(hmac::Key);

impl Keyed {
    fn new(deps: &Deps) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &deps.root_key.derive("sign-in codes")))
    }

    fn code(&self, email: &Email, code: &str) -> String {
        self.hash(&["code", email.as_str(), code])
    }

    fn link(&self, link: &str) -> String {
        self.hash(&["link", link])
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
