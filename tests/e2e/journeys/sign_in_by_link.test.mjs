// The link of the mail: mail scanners open it first, people open it in another browser, and it works once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { askForMail } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

const ADDRESS = "demo@echopilot.local";

describe("signing in by link", () => {
  let server, browser;
  before(async () => {
    server = await startServer({ settings: { RATE_LIMITS: "login=off,magic_link=off,magic_link_account=off,verify=off" } });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const script of [true, false]) {
    test(`it works in another browser, after a scanner, and once (scripts ${script ? "on" : "off"})`, async () => {
      const asking = await open(browser, { base: server.base, script });
      const { text } = await askForMail(asking.page, server, ADDRESS);
      const [link] = /https?:\S+\/auth\/verify\?\S+/.exec(text) ?? [];
      assert.ok(link, `a link in: ${text}`);
      const { pathname, search } = new URL(link);
      const path = pathname + search;
      for (const method of ["GET", "HEAD", "GET"]) assert.equal((await fetch(server.base + path, { method })).status, 200);

      const other = await open(browser, { base: server.base, screen: viewport("fold-cover"), script });
      await other.page.goto(path);
      await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
      await other.page.waitForURL((url) => url.pathname === "/app");
      assert.deepEqual(other.guard.problems(), []);

      const late = await open(browser, { base: server.base, script });
      await late.page.goto(path);
      await late.page.getByRole("button", { name: "Sign in", exact: true }).click();
      await late.page.getByRole("link", { name: "Ask for a new link" }).click();
      assert.equal(new URL(late.page.url()).pathname, "/auth/login");
      for (const { context } of [asking, other, late]) await context.close();
    });
  }
});
