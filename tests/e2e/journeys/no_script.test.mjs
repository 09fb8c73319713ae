// With scripts switched off the pages still do their work.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { accountLink, countInvoices, signIn } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("without scripts", () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const name of ["fold-cover", "desktop-1440"]) {
    test(`sign in, look at the invoices, find the way back (${name})`, async () => {
      const { context, page } = await open(browser, { base: server.base, screen: viewport(name), script: false });
      await signIn(page);
      await accountLink(page, "/app/invoices").click();
      await page.waitForURL((url) => url.pathname === "/app/invoices");
      assert.equal(await countInvoices(page), 3);
      await accountLink(page, "/app").click();
      await page.waitForURL((url) => url.pathname === "/app");
      await context.close();
    });
  }
});
