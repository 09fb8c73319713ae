"""The official client makes the calls that EchoPilot makes: python stripe_calls.py URL VALUES"""

import json
import sys

import stripe

values = json.loads(sys.argv[2])
client = stripe.StripeClient("sk_test_official", base_addresses={"api": sys.argv[1]}, max_network_retries=0).v1

client.customers.create(values["customer"])
client.billing_portal.sessions.create(values["portal"])
client.checkout.sessions.create(values["checkout"])
client.invoices.create(values["invoice"])
client.invoice_items.create(values["line"])
client.invoices.finalize_invoice(values["line"]["invoice"])
client.invoices.void_invoice(values["line"]["invoice"])
client.refunds.create(values["refund_of_charge"])
client.refunds.create(values["refund_of_intent"])
