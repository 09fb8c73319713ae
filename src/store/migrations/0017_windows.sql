-- What each replica answered in each full minute. Durations are kept as a histogram, so that the percentiles of longer
-- spans are computed from counts.
CREATE TABLE traffic_minutes (
  began_at BIGINT NOT NULL,
  replica TEXT NOT NULL,
  requests BIGINT NOT NULL,
  server_errors BIGINT NOT NULL,
  limited BIGINT NOT NULL,
  deliveries BIGINT NOT NULL,
  failed_deliveries BIGINT NOT NULL,
  durations BYTEA NOT NULL,
  PRIMARY KEY (began_at, replica)
);

-- How each dependency was found: from when until when it was looked at and found so. Where no row says anything,
-- nobody looked.
CREATE TABLE dependency_spans (
  id TEXT PRIMARY KEY,
  dependency TEXT NOT NULL,
  status TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL
);
CREATE INDEX dependency_spans_by_end ON dependency_spans (until);

-- The queue, and whether any job moved, are asked for often.
CREATE INDEX jobs_by_status ON jobs (status, created_at);
CREATE INDEX jobs_by_start ON jobs (started_at);
CREATE INDEX jobs_by_end ON jobs (finished_at);
