-- One piece of AI work for a customer. Cost in millionths of a dollar, scores from 0 to 100.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  kind TEXT NOT NULL,
  task TEXT NOT NULL,
  status TEXT NOT NULL,
  qa_score DOUBLE PRECISION,
  qa_target DOUBLE PRECISION NOT NULL,
  cost_micro BIGINT NOT NULL,
  tokens_in BIGINT NOT NULL,
  tokens_out BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT
);
CREATE INDEX jobs_by_customer ON jobs (customer_id, created_at, id);
CREATE INDEX jobs_by_time ON jobs (created_at, id);
