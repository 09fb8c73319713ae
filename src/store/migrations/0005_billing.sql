-- The local mirror of what the payment provider knows. Amounts are minor units of the currency.
CREATE TABLE invoices (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  number TEXT NOT NULL,
  description TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  due_at BIGINT,
  hosted_invoice_url TEXT,
  invoice_pdf TEXT,
  observed_at BIGINT NOT NULL
);
CREATE INDEX invoices_by_customer ON invoices (customer_id, issued_at, id);

CREATE TABLE payments (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  invoice_id TEXT REFERENCES invoices (id),
  amount_minor BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX payments_by_customer ON payments (customer_id, created_at);
