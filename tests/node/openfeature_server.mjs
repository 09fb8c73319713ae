// OpenFeature's own client for servers asks what it is told to: node openfeature_server.mjs URL QUESTIONS
// A question is [kind, flag, default, context], or a number of milliseconds to wait. What it learned is one line.
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";

const [url, questions] = process.argv.slice(2);
await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: url }));
const client = OpenFeature.getClient();
const ways = {
  boolean: (...asked) => client.getBooleanDetails(...asked),
  string: (...asked) => client.getStringDetails(...asked),
  number: (...asked) => client.getNumberDetails(...asked),
  object: (...asked) => client.getObjectDetails(...asked),
};
const answers = [];
for (const question of JSON.parse(questions)) {
  if (typeof question === "number") {
    await new Promise((done) => setTimeout(done, question));
    continue;
  }
  const [kind, ...asked] = question;
  const { value, variant, reason, errorCode, errorMessage, flagMetadata } = await ways[kind](...asked);
  answers.push({
    value,
    variant: variant ?? null,
    reason,
    error: errorCode ?? null,
    message: errorMessage ?? null,
    version: flagMetadata?.version ?? null,
  });
}
console.log(JSON.stringify(answers));
