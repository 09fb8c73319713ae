-- What operations share: stored runs, answers kept for a repeated key, things to deliver, events to tell.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  operation TEXT NOT NULL,
  input TEXT NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  requested_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  outcome TEXT,
  detail TEXT,
  output TEXT
);
CREATE INDEX runs_by_operation ON runs (operation, requested_at);
CREATE INDEX runs_by_state ON runs (state, requested_at);

CREATE TABLE idempotency_keys (
  caller TEXT NOT NULL,
  operation TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  claimed_at BIGINT NOT NULL,
  status BIGINT,
  body TEXT,
  PRIMARY KEY (caller, operation, idempotency_key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (claimed_at);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  last_error TEXT
);
CREATE INDEX outbox_by_due ON outbox (due_at);

CREATE TABLE ops_events (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  summary TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX ops_events_by_time ON ops_events (created_at);
