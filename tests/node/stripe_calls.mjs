// The official client makes the calls that EchoPilot makes: node stripe_calls.mjs URL VALUES
import Stripe from "stripe";

const url = new URL(process.argv[2]);
const values = JSON.parse(process.argv[3]);
const stripe = new Stripe("sk_test_official", {
  host: url.hostname,
  port: Number(url.port),
  protocol: "http",
  maxNetworkRetries: 0,
  telemetry: false,
});

await stripe.customers.create(values.customer);
await stripe.billingPortal.sessions.create(values.portal);
await stripe.checkout.sessions.create(values.checkout);
await stripe.invoices.create(values.invoice);
await stripe.invoiceItems.create(values.line);
await stripe.invoices.finalizeInvoice(values.line.invoice);
await stripe.invoices.voidInvoice(values.line.invoice);
await stripe.refunds.create(values.refund_of_charge);
await stripe.refunds.create(values.refund_of_intent);
