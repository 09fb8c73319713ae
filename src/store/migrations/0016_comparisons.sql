-- Whether a comparison with Stripe looked at everything: only then is the whole mirror as old as it.
ALTER TABLE reconciliations ADD COLUMN is_whole BOOLEAN NOT NULL DEFAULT FALSE;
-- A refund may name the charge of a payment.
CREATE INDEX payments_by_charge ON payments (charge_id);
