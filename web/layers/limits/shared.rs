//! Counts that all replicas share, in Redis. Each request is one script there, so that two replicas never count past
//! each other, and time is the server's, so that their clocks need not agree.
//!
//! While Redis does not answer, the counts of this process go on: a limit then holds for each replica by itself.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use echopilot_core::config::{Limit, RateGroup};
use echopilot_core::platform::{Fault, ReferenceKey, Result, Secret};
use redis::Script;
use redis::aio::MultiplexedConnection;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::{AddressBlock, Verdict};

/// A request waits for Redis this long at the most, then this process counts for itself.
const PATIENCE: Duration = Duration::from_millis(150);
/// Connecting, or looking whether a connection answers, takes this long at the most.
const CONNECTING: Duration = Duration::from_secs(2);
/// How often a connection that answers is looked at.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);
/// How often a server that does not answer is tried.
const TRIED_EVERY: Duration = Duration::from_secs(1);

/// The times of what passed, newest first: as many as may pass in any window.
const TIMES: &str = r"
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local times = redis.call('LRANGE', KEYS[1], 0, most - 1)
local inside, oldest = 0, now
for _, time in ipairs(times) do
  if now - tonumber(time) >= window then break end
  inside, oldest = inside + 1, tonumber(time)
end
local passed = 0
if inside < most then
  passed, inside = 1, inside + 1
  redis.call('LPUSH', KEYS[1], now)
  redis.call('LTRIM', KEYS[1], 0, most - 1)
  redis.call('PEXPIRE', KEYS[1], window)
end
return {passed, most - inside, math.ceil((window - (now - oldest)) / 1000)}";

/// A window that slides over two fixed ones.
const WINDOWS: &str = r"
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'start', 'current', 'previous')
local start, current, previous = tonumber(kept[1] or now), tonumber(kept[2] or 0), tonumber(kept[3] or 0)
if now - start >= window * 2 then start, current, previous = now, 0, 0
elseif now - start >= window then start, current, previous = start + window, 0, current end
local into = now - start
local used = math.floor(previous * (window - into) / window) + current
local passed = 0
if used < most then passed, current, used = 1, current + 1, used + 1 end
redis.call('HSET', KEYS[1], 'start', start, 'current', current, 'previous', previous)
redis.call('PEXPIRE', KEYS[1], window * 2)
return {passed, math.max(most - used, 0), math.max(math.ceil((window - into) / 1000), 1)}";

/// The shared counts. One task keeps the connection ([`Shared::keep_connected`]), so that no request waits for that.
pub(crate) struct Shared {
    client: redis::Client,
    connection: Mutex<Option<MultiplexedConnection>>,
    failed: Notify,
    references: ReferenceKey,
    times: Script,
    windows: Script,
}

impl Shared {
    /// Counts in the Redis at `url`; nothing is connected yet. Addresses become keyed references there, which are the
    /// same on every replica, since the secret behind them is.
    pub(crate) fn new(url: &Secret, references: ReferenceKey) -> Result<Self> {
        let client = redis::Client::open(url.expose()).map_err(|error| {
            Fault::not_configured("REDIS_URL", "its address can't be used").because(error)
        })?;
        Ok(Self {
            client,
            connection: Mutex::new(None),
            failed: Notify::new(),
            references,
            times: Script::new(TIMES),
            windows: Script::new(WINDOWS),
        })
    }

    /// Count a request; `None` when Redis can't be asked now.
    pub(crate) async fn take(&self, group: RateGroup, address: IpAddr, quota: Limit) -> Option<Verdict> {
        let mut connection = self.connection()?;
        let reference = self.references.reference("address", &AddressBlock::of(address).to_string());
        let script = if quota.count <= 10 { &self.times } else { &self.windows };
        let mut call = script.key(format!("echopilot:limit:{}:{reference}", group.name()));
        call.arg(quota.count).arg(u64::try_from(quota.window.as_millis()).unwrap_or(u64::MAX));
        let asked = timeout(PATIENCE, call.invoke_async::<(u32, u32, u32)>(&mut connection));
        if let Ok(Ok((passed, remaining, reset))) = asked.await {
            return Some(Verdict { group, passed: passed == 1, remaining, reset });
        }
        // The next ones do not wait: the task below connects anew.
        self.keep(None);
        self.failed.notify_one();
        None
    }

    /// Connect when there is no connection, look whether it answers, and say so; for ever.
    pub(crate) async fn keep_connected(&self, say: impl Fn(bool)) {
        loop {
            let answers = self.answers().await;
            say(answers);
            let pause = if answers { LOOKED_AT_EVERY } else { TRIED_EVERY };
            // A failed request ends the pause, but does not begin a storm of tries.
            if answers {
                let _ = timeout(pause, self.failed.notified()).await;
            } else {
                sleep(pause).await;
            }
        }
    }

    async fn answers(&self) -> bool {
        let connection = match self.connection() {
            Some(connection) => Some(connection),
            None => self.connect().await,
        };
        let Some(mut connection) = connection else { return false };
        let ping = redis::cmd("PING");
        let answers =
            matches!(timeout(CONNECTING, ping.query_async::<String>(&mut connection)).await, Ok(Ok(_)));
        self.keep(answers.then_some(connection));
        answers
    }

    async fn connect(&self) -> Option<MultiplexedConnection> {
        timeout(CONNECTING, self.client.get_multiplexed_async_connection()).await.ok()?.ok()
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, connection: Option<MultiplexedConnection>) {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}
