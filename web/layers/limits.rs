//! How often an address may ask. In this process and in memory, bounded whatever comes; with Redis, replicas share
//! the counts of whatever may wait ([`shared`]).
//!
//! Small limits (ten or less) keep the times of what passed, so that exactly that many pass in *any* window:
//! a token bucket would let a sixth sign-in through after twelve seconds. Large ones count by a window that
//! slides over two fixed ones. Operators with a valid key are not asked here.

mod group;
pub(crate) mod shared;
mod table;

use std::hash::Hash;
use std::net::IpAddr;

use echopilot_core::config::{Limit, RateGroup, RateLimits};
use echopilot_core::platform::{Code, Fault, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::address::AddressBlock;
use crate::problem::Problem;
pub(crate) use group::group_of;
use table::{Counters, Log};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) group: RateGroup,
    pub(crate) passed: bool,
    pub(crate) remaining: u32,
    /// Seconds until one more passes, or until all of them do when some are left.
    pub(crate) reset: u32,
}

impl Verdict {
    /// What one too many is told.
    pub(crate) fn refusal(self) -> Problem {
        let seconds = u64::from(self.reset.max(1));
        let fault = Fault::new(Code::Limited, format!("Too many requests; try again in {seconds} seconds"));
        fault.retry_after(seconds).into()
    }
}

/// All counts.
pub(crate) struct Limits {
    quotas: [Option<Limit>; RateGroup::ALL.len()],
    policies: [Option<HeaderValue>; RateGroup::ALL.len()],
    few: Log<5>,
    some: Log<10>,
    many: Counters,
}

/// Tracked at most: 0.9 million addresses with a few times each (30 MB), 0.2 million with up to ten (13 MB),
/// 0.9 million counters (18 MB). Beyond that, the ones that have been quiet longest are forgotten.
const FEW: usize = 14_336;
const SOME: usize = 3_584;
const MANY: usize = 14_336;

impl Limits {
    /// As configured; a group that is off counts nothing.
    pub(crate) fn new(limits: &RateLimits) -> Self {
        let quotas = RateGroup::ALL.map(|group| limits.of(group));
        let policies = RateGroup::ALL.map(|group| {
            let quota = quotas[group as usize]?;
            let text = format!("\"{}\";q={};w={}", group.name(), quota.count, quota.window.as_secs());
            HeaderValue::from_str(&text).ok()
        });
        Self { quotas, policies, few: Log::new(FEW), some: Log::new(SOME), many: Counters::new(MANY) }
    }

    /// Count a request of `address` in `group`; `None` when the group is off.
    pub(crate) fn take(&self, group: RateGroup, address: IpAddr, now: Timestamp) -> Option<Verdict> {
        self.count(group, &AddressBlock::of(address), now)
    }

    /// Count a request for whoever `key` stands for, a user of a flag; `None` when the group is off.
    pub(crate) fn take_key(&self, group: RateGroup, key: &str, now: Timestamp) -> Option<Verdict> {
        self.count(group, &key, now)
    }

    fn count(&self, group: RateGroup, who: &impl Hash, now: Timestamp) -> Option<Verdict> {
        let quota = self.quotas[group as usize]?;
        let key = (group, who);
        let (passed, remaining, reset) = match quota.count {
            0..=5 => self.few.take(&key, quota, now),
            6..=10 => self.some.take(&key, quota, now),
            _ => self.many.take(&key, quota, now),
        };
        Some(Verdict { group, passed, remaining, reset })
    }

    /// What a group may do; `None` when it is off.
    pub(crate) fn quota(&self, group: RateGroup) -> Option<Limit> {
        self.quotas[group as usize]
    }

    /// The fields of draft-ietf-httpapi-ratelimit-headers-09.
    pub(crate) fn write_fields(&self, verdict: &Verdict, headers: &mut HeaderMap) {
        let Some(policy) = &self.policies[verdict.group as usize] else { return };
        let text = format!("\"{}\";r={};t={}", verdict.group.name(), verdict.remaining, verdict.reset);
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(RATE_LIMIT.clone(), value);
            headers.insert(RATE_LIMIT_POLICY.clone(), policy.clone());
        }
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("quotas", &self.quotas).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
