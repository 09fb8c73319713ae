-- What the scheduler must remember of each task: a restart neither repeats nor forgets.
CREATE TABLE scheduler_tasks (
  name TEXT PRIMARY KEY,
  next_due BIGINT NOT NULL,
  paused_at BIGINT,
  paused_by TEXT,
  streak BIGINT NOT NULL
);
