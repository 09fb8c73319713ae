-- What Stripe is asked to do: written down before it is asked, decided when it has answered. A row that is still
-- `started` may have been executed; it is repeated under the same key. Addresses of people do not stand here.
CREATE TABLE stripe_operations (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  caller_key TEXT,
  subject TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL,
  response TEXT,
  error TEXT,
  requested_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  attempts BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL
);
CREATE INDEX stripe_operations_by_subject ON stripe_operations (kind, subject, created_at);
CREATE INDEX stripe_operations_by_caller ON stripe_operations (caller_key);
CREATE INDEX stripe_operations_by_state ON stripe_operations (state, next_try_at);
