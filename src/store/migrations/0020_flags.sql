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

-- Who was given which variant, once. Users stand here as keyed hashes only.
CREATE TABLE flag_assignments (
  flag TEXT NOT NULL,
  user_hash TEXT NOT NULL,
  variant TEXT NOT NULL,
  reason TEXT NOT NULL,
  version BIGINT NOT NULL,
  assigned_at BIGINT NOT NULL,
  PRIMARY KEY (flag, user_hash, variant)
);
CREATE INDEX flag_assignments_by_time ON flag_assignments (assigned_at);

-- Who reached which goal, once.
CREATE TABLE flag_conversions (
  flag TEXT NOT NULL,
  goal TEXT NOT NULL,
  user_hash TEXT NOT NULL,
  value DOUBLE PRECISION,
  converted_at BIGINT NOT NULL,
  PRIMARY KEY (flag, goal, user_hash)
);
CREATE INDEX flag_conversions_by_time ON flag_conversions (converted_at);
