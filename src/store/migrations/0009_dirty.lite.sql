-- Which rows the warehouse has not seen in their present state: kept by triggers, so that no change is missed whatever
-- the clock says and in whichever order transactions commit. One entry per row; a later change gives it a new number,
-- so a run that read a snapshot removes exactly the entries it has carried. What exists already starts as changed.
--
-- DELETE and INSERT instead of one conflict clause: the clause of an outer statement would override it.
CREATE TABLE warehouse_dirty (
  change_number INTEGER PRIMARY KEY AUTOINCREMENT,
  table_name TEXT NOT NULL,
  row_key TEXT NOT NULL,
  UNIQUE (table_name, row_key)
);

CREATE TRIGGER customers_inserted AFTER INSERT ON customers BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'customers' AND row_key = NEW.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('customers', NEW.id);
END;
CREATE TRIGGER customers_updated AFTER UPDATE ON customers BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'customers' AND row_key IN (OLD.id, NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('customers', NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'customers', OLD.id WHERE OLD.id <> NEW.id;
END;
CREATE TRIGGER customers_deleted AFTER DELETE ON customers BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'customers' AND row_key = OLD.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('customers', OLD.id);
END;
INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'customers', id FROM customers;

CREATE TRIGGER payments_inserted AFTER INSERT ON payments BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'payments' AND row_key = NEW.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('payments', NEW.id);
END;
CREATE TRIGGER payments_updated AFTER UPDATE ON payments BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'payments' AND row_key IN (OLD.id, NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('payments', NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'payments', OLD.id WHERE OLD.id <> NEW.id;
END;
CREATE TRIGGER payments_deleted AFTER DELETE ON payments BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'payments' AND row_key = OLD.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('payments', OLD.id);
END;
INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'payments', id FROM payments;

CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'jobs' AND row_key = NEW.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('jobs', NEW.id);
END;
CREATE TRIGGER jobs_updated AFTER UPDATE ON jobs BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'jobs' AND row_key IN (OLD.id, NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('jobs', NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'jobs', OLD.id WHERE OLD.id <> NEW.id;
END;
CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'jobs' AND row_key = OLD.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('jobs', OLD.id);
END;
INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'jobs', id FROM jobs;

CREATE TRIGGER ops_events_inserted AFTER INSERT ON ops_events BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'ops_events' AND row_key = NEW.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('ops_events', NEW.id);
END;
CREATE TRIGGER ops_events_updated AFTER UPDATE ON ops_events BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'ops_events' AND row_key IN (OLD.id, NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('ops_events', NEW.id);
  INSERT INTO warehouse_dirty (table_name, row_key) SELECT 'ops_events', OLD.id WHERE OLD.id <> NEW.id;
END;
CREATE TRIGGER ops_events_deleted AFTER DELETE ON ops_events BEGIN
  DELETE FROM warehouse_dirty WHERE table_name = 'ops_events' AND row_key = OLD.id;
  INSERT INTO warehouse_dirty (table_name, row_key) VALUES ('ops_events', OLD.id);
END;
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
