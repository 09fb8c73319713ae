// From the sign-in page to the invoices, as a customer of the demo does it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, VIEWPORTS } from "../support/browser.mjs";
import { accountLink, countInvoices, signIn } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("signing in", () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const screen of VIEWPORTS.filter(({ name }) => ["fold-cover", "desktop-1440"].includes(name))) {
    test(`the demo account leads to figures and three invoices (${screen.name})`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, screen });
      await signIn(page);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const main = page.getByRole("main");
      assert.match(await main.innerText(), /\d/, "the overview shows figures");
      assert.equal(await accountLink(page, "/app").getAttribute("aria-current"), "page");

      await accountLink(page, "/app/invoices").click();
      await page.waitForURL((url) => url.pathname === "/app/invoices");
      assert.equal(await countInvoices(page), 3);
      const text = await page.getByRole("main").innerText();
      for (const state of [/paid/i, /open/i, /refunded/i]) assert.match(text, state);
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  test("the session is no business of scripts", async () => {
    const { context, page } = await open(browser, { base: server.base });
    await signIn(page);
    const cookies = await context.cookies();
    const readable = cookies.filter(({ httpOnly }) => !httpOnly).map(({ name }) => name);
    assert.ok(cookies.some(({ httpOnly, sameSite }) => httpOnly && sameSite !== "None"), "a session cookie");
    assert.deepEqual(readable.filter((name) => !/^ep_(theme|sidebar|density|view|keys)$/.test(name)), []);
    await context.close();
  });

  test("without a session, the app leads to the sign-in page", async () => {
    const { context, page } = await open(browser, { base: server.base });
    await page.goto("/app/invoices");
    assert.equal(new URL(page.url()).pathname, "/auth/login");
    await page.getByRole("button", { name: "Use the demo account" }).waitFor();
    await context.close();
  });

  test("an unknown address gets the styled page and the true status", async () => {
    const { context, page, guard } = await open(browser, { base: server.base });
    const answer = await page.goto("/no-such-page");
    assert.equal(answer.status(), 404);
    assert.match(answer.headers()["content-type"], /^text\/html/);
    await page.getByRole("heading", { level: 1, name: "Page not found" }).waitFor();
    assert.ok((await page.getByRole("main").getByRole("link").count()) > 0, "a way out");
    assert.ok(await page.evaluate(() => document.styleSheets.length > 0), "styled");
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });
});
