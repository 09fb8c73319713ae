-- Sessions of operators in a browser. Neither the operator's key nor the session's token is kept: both stand here
-- as keyed hashes.
CREATE TABLE operator_sessions (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  operator TEXT NOT NULL,
  key_digest TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX operator_sessions_by_expiry ON operator_sessions (expires_at);
