-- Customers, and who brought whom.
CREATE TABLE customers (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  plan TEXT NOT NULL,
  stripe_customer_id TEXT UNIQUE,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  disabled_at BIGINT
);

CREATE TABLE referrals (
  code TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  referred_customer_id TEXT REFERENCES customers (id),
  status TEXT NOT NULL,
  credit_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  credited_at BIGINT
);
CREATE INDEX referrals_by_customer ON referrals (customer_id, created_at);
