// Verifies a signature with the official library and makes one: body, signature, secret.
const stripe = require("stripe")("sk_test_nobody");
const [body, ours, secret] = process.argv.slice(2);
stripe.webhooks.constructEvent(body, ours, secret);
console.log(stripe.webhooks.generateTestHeaderString({ payload: body, secret }));
