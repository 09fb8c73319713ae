-- Which rows the warehouse has not seen in their present state: kept by triggers, so that no change is missed whatever
-- the clock says and in whichever order transactions commit. One entry per row; a later change gives it a new number,
-- so a run that read a snapshot removes exactly the entries it has carried. What exists already starts as changed.
--
-- The sequence only makes numbers that differ: a lower one may well commit later.
CREATE SEQUENCE warehouse_changes;
CREATE TABLE warehouse_dirty (
  change_number BIGINT PRIMARY KEY DEFAULT nextval('warehouse_changes'),
  table_name TEXT NOT NULL,
  row_key TEXT NOT NULL,
  UNIQUE (table_name, row_key)
);

-- The search path is kept, so that a change made through a connection with another one is seen too.
CREATE FUNCTION warehouse_mark_dirty() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO warehouse_dirty (table_name, row_key) VALUES (TG_TABLE_NAME, NEW.id)
      ON CONFLICT (table_name, row_key) DO UPDATE SET change_number = EXCLUDED.change_number;
  END IF;
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.id <> NEW.id) THEN
    INSERT INTO warehouse_dirty (table_name, row_key) VALUES (TG_TABLE_NAME, OLD.id)
      ON CONFLICT (table_name, row_key) DO UPDATE SET change_number = EXCLUDED.change_number;
  END IF;
  RETURN NULL;
END
$$;

-- TRUNCATE tells no rows, so all are marked before it.
CREATE FUNCTION warehouse_mark_all_dirty() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO warehouse_dirty (table_name, row_key) SELECT %L, id FROM %I.%I
      ON CONFLICT (table_name, row_key) DO UPDATE SET change_number = EXCLUDED.change_number',
    TG_TABLE_NAME, TG_TABLE_SCHEMA, TG_TABLE_NAME);
  RETURN NULL;
END
$$;

CREATE TRIGGER customers_added_or_gone AFTER INSERT OR DELETE ON customers
  FOR EACH ROW EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER customers_updated AFTER UPDATE ON customers
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER customers_truncated BEFORE TRUNCATE ON customers
  FOR EACH STATEMENT EXECUTE FUNCTION warehouse_mark_all_dirty();
INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'customers', id FROM customers;

CREATE TRIGGER payments_added_or_gone AFTER INSERT OR DELETE ON payments
  FOR EACH ROW EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER payments_updated AFTER UPDATE ON payments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER payments_truncated BEFORE TRUNCATE ON payments
  FOR EACH STATEMENT EXECUTE FUNCTION warehouse_mark_all_dirty();
INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'payments', id FROM payments;

CREATE TRIGGER jobs_added_or_gone AFTER INSERT OR DELETE ON jobs
  FOR EACH ROW EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER jobs_updated AFTER UPDATE ON jobs
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER jobs_truncated BEFORE TRUNCATE ON jobs
  FOR EACH STATEMENT EXECUTE FUNCTION warehouse_mark_all_dirty();
INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'jobs', id FROM jobs;

CREATE TRIGGER ops_events_added_or_gone AFTER INSERT OR DELETE ON ops_events
  FOR EACH ROW EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER ops_events_updated AFTER UPDATE ON ops_events
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION warehouse_mark_dirty();
CREATE TRIGGER ops_events_truncated BEFORE TRUNCATE ON ops_events
  FOR EACH STATEMENT EXECUTE FUNCTION warehouse_mark_all_dirty();
INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'ops_events', id FROM ops_events;

-- Per table: the run that the warehouse is known to hold, and the one that was about to commit there.
CREATE TABLE warehouse_marks (
  table_name TEXT PRIMARY KEY,
  known TEXT,
  pending TEXT
);

-- Runs of the copy and comparisons, so that the state can be told while the warehouse is down.
CREATE TABLE warehouse_syncs (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  run_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  is_full BOOLEAN NOT NULL,
  status TEXT NOT NULL,
  detail TEXT,
  tables TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX warehouse_syncs_by_run ON warehouse_syncs (run_id);
