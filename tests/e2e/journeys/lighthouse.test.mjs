// Mobile speed and accessibility as Lighthouse sees them, median of three runs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open } from "../support/browser.mjs";
import { measure } from "../support/lighthouse.mjs";
import { PAGES, signedInState } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("Lighthouse", () => {
  let server, cookies;
  before(async () => {
    server = await startServer();
    const browser = await launch();
    try {
      ({ cookies } = await signedInState(browser, server.base, open));
    } finally {
      await browser.close();
    }
  });
  after(() => server?.stop());

  for (const page of PAGES.filter(({ lighthouse }) => lighthouse)) {
    const [performance, accessibility, practices = 95] = page.lighthouse;
    test(`${page.name}: performance ${performance}, accessibility ${accessibility}`, async () => {
      // what asks not to be listed can't score in seo, and must not be called public by mistake
      const least = { performance, accessibility, "best-practices": practices, ...(page.found && { seo: 100 }) };
      const { scores, weak } = await measure(`${server.base}${page.path}`, { cookies: page.signedIn ? cookies : [], least });
      console.log(`${page.name}: ${JSON.stringify(scores)}`);
      const told = `${JSON.stringify(scores)}\n${weak.join("\n")}`;
      for (const [category, score] of Object.entries(least)) assert.ok(scores[category] >= score, told);
    });
  }
});
