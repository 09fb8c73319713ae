-- Those who asked for more than the plans offer. One row an address, day and use case, whose digest is short enough for
-- an index.
CREATE TABLE leads (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  company TEXT,
  use_case TEXT NOT NULL,
  use_case_digest TEXT NOT NULL,
  day BIGINT NOT NULL,
  consented_at BIGINT,
  created_at BIGINT NOT NULL,
  UNIQUE (email, day, use_case_digest)
);
CREATE INDEX leads_by_time ON leads (created_at, id);
