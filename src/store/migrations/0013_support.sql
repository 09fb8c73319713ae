-- What customers ask of people: help, and to be forgotten.
CREATE TABLE support_tickets (
  id TEXT PRIMARY KEY,
  customer_id TEXT REFERENCES customers (id),
  email TEXT NOT NULL,
  topic TEXT NOT NULL,
  message TEXT NOT NULL,
  job_id TEXT,
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  answered_at BIGINT,
  answer TEXT
);
CREATE INDEX support_tickets_by_customer ON support_tickets (customer_id, created_at, id);
CREATE INDEX support_tickets_by_time ON support_tickets (created_at, id);

-- The row of an erased customer stays as a tombstone: invoices and payments refer to it.
ALTER TABLE customers ADD COLUMN erased_at BIGINT;

CREATE TABLE erasures (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  erased_at BIGINT NOT NULL,
  erased_by TEXT NOT NULL,
  counts TEXT NOT NULL
);
CREATE INDEX erasures_by_customer ON erasures (customer_id);
