-- Which kinds of jobs there are, and which tickets wait, is asked whenever somebody looks.
CREATE INDEX jobs_by_kind ON jobs (kind);
CREATE INDEX support_tickets_by_status ON support_tickets (status, id);
