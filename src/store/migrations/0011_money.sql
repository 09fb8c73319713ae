-- The money mirror. `stripe_objects` keeps what Stripe said last of each object; what pages read (invoices, payments,
-- refunds, subscriptions) is computed from it. docs/BILLING.md tells the rule that orders what is heard.
CREATE TABLE stripe_objects (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  parent TEXT,
  customer_ref TEXT,
  content TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  event_at BIGINT NOT NULL,
  event_rank BIGINT NOT NULL,
  is_fetched BOOLEAN NOT NULL,
  deleted_at BIGINT,
  observed_at BIGINT NOT NULL
);
CREATE INDEX stripe_objects_by_kind ON stripe_objects (kind, created_at);
CREATE INDEX stripe_objects_by_parent ON stripe_objects (parent);
CREATE INDEX stripe_objects_by_customer ON stripe_objects (customer_ref);

-- Which payment (or charge) paid which invoice: told by either side, in any order, and never taken back.
CREATE TABLE payment_links (
  invoice_ref TEXT NOT NULL,
  payment_ref TEXT NOT NULL,
  PRIMARY KEY (invoice_ref, payment_ref)
);
CREATE INDEX payment_links_by_payment ON payment_links (payment_ref);

CREATE TABLE stripe_customers (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  email TEXT,
  deleted_at BIGINT,
  observed_at BIGINT NOT NULL
);
CREATE INDEX stripe_customers_by_customer ON stripe_customers (customer_id);

CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  plan TEXT,
  price_id TEXT,
  status TEXT NOT NULL,
  period_ends_at BIGINT,
  cancels_at_period_end BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  observed_at BIGINT NOT NULL
);
CREATE INDEX subscriptions_by_customer ON subscriptions (customer_id);

CREATE TABLE refunds (
  id TEXT PRIMARY KEY,
  payment_id TEXT REFERENCES payments (id),
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  created_at BIGINT NOT NULL,
  observed_at BIGINT NOT NULL
);
CREATE INDEX refunds_by_payment ON refunds (payment_id);

ALTER TABLE invoices ADD COLUMN payment_id TEXT;
ALTER TABLE payments ADD COLUMN charge_id TEXT;
ALTER TABLE payments ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN failure TEXT;
ALTER TABLE payments ADD COLUMN receipt_url TEXT;
ALTER TABLE payments ADD COLUMN observed_at BIGINT NOT NULL DEFAULT 0;

-- Every webhook that was proved to come from Stripe, as it came.
CREATE TABLE webhook_events (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  api_version TEXT,
  is_live BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  error TEXT,
  applied_at BIGINT,
  payload TEXT NOT NULL
);
CREATE INDEX webhook_events_by_time ON webhook_events (received_at, id);

CREATE TABLE reconciliations (
  id TEXT PRIMARY KEY,
  started_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  since BIGINT,
  applied BOOLEAN NOT NULL,
  counts TEXT NOT NULL,
  drift BIGINT NOT NULL
);
CREATE INDEX reconciliations_by_time ON reconciliations (started_at);
