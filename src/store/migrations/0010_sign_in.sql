-- One mail holds a code and a link; both are one challenge. `mailed` says whether a mail left the house, which the
-- ceiling of all mail counts.
ALTER TABLE sign_in_codes ADD COLUMN link_hash TEXT;
ALTER TABLE sign_in_codes ADD COLUMN mailed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX sign_in_codes_by_link ON sign_in_codes (link_hash);
CREATE INDEX sign_in_codes_by_mail ON sign_in_codes (mailed, created_at);

-- What it runs on, in a few words, for the customer's list of devices.
ALTER TABLE sessions ADD COLUMN device TEXT;

CREATE TABLE passwords (
  customer_id TEXT PRIMARY KEY REFERENCES customers (id),
  hash TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- Passwords that were tried and not right, by a keyed hash of the address, known or not.
CREATE TABLE sign_in_failures (
  id TEXT PRIMARY KEY,
  account_hash TEXT NOT NULL,
  customer_id TEXT,
  failed_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_account ON sign_in_failures (account_hash, failed_at);
CREATE INDEX sign_in_failures_by_customer ON sign_in_failures (customer_id);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (failed_at);
