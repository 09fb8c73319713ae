-- Actions that were proposed to the operators, and what they decided.
CREATE TABLE governance_items (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  why TEXT NOT NULL,
  priority TEXT NOT NULL,
  effort TEXT NOT NULL,
  status TEXT NOT NULL,
  engine TEXT NOT NULL,
  proposed_at BIGINT NOT NULL
);
CREATE INDEX governance_items_by_time ON governance_items (proposed_at, id);
