// OpenFeature's own client for browsers does what it is told to: node openfeature_web.mjs URL OPERATOR_KEY STEPS
// A step is an object with one member:
//   context   becomes the context; with the first one all flags are fetched, and asked for again ten times a second
//   fetches   wait for so many more
//   ask       questions, [kind, flag, default] each
//   change    a flag is changed by the operator
//   update    wait until a change of that flag was told
// What it learned is one line of JSON: the answers in order, the flags of each change that was told, each fetch.
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";

const [url, operatorKey, steps] = process.argv.slice(2);
const [answers, updates, fetches] = [[], [], []];
let stale = 0;
const client = OpenFeature.getClient();
client.addHandler(ProviderEvents.ConfigurationChanged, (details) => updates.push(details.flagsChanged));
client.addHandler(ProviderEvents.Stale, () => (stale += 1));

async function noted(request, options) {
  const { context } = await request.clone().json();
  const answer = await fetch(request, options);
  fetches.push({
    context,
    known_tag: request.headers.get("If-None-Match"),
    status: answer.status,
    tag: answer.headers.get("ETag"),
    wait: answer.headers.get("Retry-After"),
    at: Math.round(performance.now()),
  });
  return answer;
}

async function until(happened) {
  for (const end = performance.now() + 20_000; !happened(); ) {
    if (performance.now() > end) {
      throw new Error(`waited in vain: ${JSON.stringify({ steps, answers, updates, fetches })}`);
    }
    await new Promise((done) => setTimeout(done, 10));
  }
}

const ways = {
  boolean: (...asked) => client.getBooleanDetails(...asked),
  string: (...asked) => client.getStringDetails(...asked),
  number: (...asked) => client.getNumberDetails(...asked),
  object: (...asked) => client.getObjectDetails(...asked),
};

const does = {
  async context(context) {
    await OpenFeature.setContext(context);
    if (fetches.length === 0) {
      // Node has no storage of a browser to keep flags in.
      const settings = { baseUrl: url, pollInterval: 100, cacheMode: "disabled", fetchImplementation: noted };
      await OpenFeature.setProviderAndWait(new OFREPWebProvider(settings));
    }
  },
  fetches(count) {
    const before = fetches.length;
    return until(() => fetches.length >= before + count);
  },
  ask(questions) {
    for (const [kind, ...asked] of questions) {
      const { value, variant, reason, errorCode } = ways[kind](...asked);
      answers.push({ value, variant: variant ?? null, reason, error: errorCode ?? null });
    }
  },
  async change(change) {
    const headers = { "Content-Type": "application/json", "X-Dash-Key": operatorKey };
    const answer = await fetch(`${url}/api/flags/set`, { method: "POST", headers, body: JSON.stringify(change) });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
  },
  update: (flag) => until(() => updates.flat().includes(flag)),
};

for (const step of JSON.parse(steps)) {
  const [[name, value]] = Object.entries(step);
  await does[name](value);
}
await OpenFeature.close();
console.log(JSON.stringify({ answers, updates, stale, fetches }));
