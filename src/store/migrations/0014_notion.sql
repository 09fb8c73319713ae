-- Which page of Notion mirrors which row of ours, and when it was last written.
CREATE TABLE notion_pages (
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  synced_at BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_id)
);
CREATE INDEX notion_pages_by_time ON notion_pages (synced_at);
