-- Every version of the flags that was ever in use, so that one can go back, and so that a start with a broken document
-- has the last good one.
CREATE TABLE flag_versions (
  digest TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  body TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE INDEX flag_versions_by_time ON flag_versions (changed_at);
