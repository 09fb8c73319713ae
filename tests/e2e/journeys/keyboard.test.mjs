// By keyboard alone: sign in, write to support, sign out. And what is typed is text, whatever it looks like.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { signIn } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

const HOSTILE = '"><img src=x onerror=alert(1)>';

describe("by keyboard", () => {
  let server, browser;
  before(async () => {
    server = await startServer({ settings: { RATE_LIMITS: "support=off" } });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  // Tab until what has the focus carries this name, or leads to this path whatever it is called on this screen.
  async function tabTo(page, name, path) {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press("Tab");
      const [there, href] = await page.evaluate(() => {
        const element = document.activeElement;
        const words = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
        return [words.trim(), element.getAttribute("href") ?? ""];
      });
      if (there.startsWith(name) && (path === undefined || href === path)) return;
    }
    throw new Error(`60 steps do not lead to ${name}`);
  }

  for (const name of ["desktop-1440", "fold-open"]) {
    test(`sign in, write to support, sign out (${name})`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, screen: viewport(name) });
      await page.goto("/auth/login");
      await tabTo(page, "Use the demo account");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.pathname === "/app");
      await tabTo(page, "", "/app/support");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.pathname === "/app/support");
      await tabTo(page, "Message");
      await page.keyboard.type("Hello");
      await page.locator("#message-hint").filter({ hasText: "; 5 so far" }).waitFor();
      await page.keyboard.type(`, this is ${name}`);
      await tabTo(page, "Send");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.searchParams.has("sent"));
      await page.getByRole("rowheader").filter({ hasText: `Hello, this is ${name}` }).waitFor();
      assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "", "what was sent is not offered again");
      await tabTo(page, "Account of");
      await page.keyboard.press("Enter");
      await tabTo(page, "Sign out");
      await page.keyboard.press("Enter");
      await page.getByText("You are signed out").waitFor();
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  test("a text survives a reload, and ends with the session", async () => {
    const { context, page } = await open(browser, { base: server.base });
    await signIn(page);
    await page.goto("/app/support");
    await page.getByLabel("Message", { exact: true }).fill("Half a thought");
    await page.reload();
    assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "Half a thought");
    await page.locator("summary[aria-label^=Account]").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out").waitFor();
    await signIn(page);
    await page.goto("/app/support");
    assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "");
    await context.close();
  });

  for (const script of [true, false]) {
    test(`markup in a message and in a job is shown as it was typed (scripts ${script ? "on" : "off"})`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover"), script });
      await signIn(page);
      await page.goto("/app/support");
      await page.getByLabel("Message", { exact: true }).fill(`${HOSTILE} ${script}`);
      await page.getByLabel("Job (optional)").fill(HOSTILE);
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("heading", { name: "There is a problem" }).waitFor();
      assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), `${HOSTILE} ${script}`);
      assert.equal(await page.getByLabel("Job (optional)").inputValue(), HOSTILE);
      await page.getByLabel("Job (optional)").fill("");
      await page.getByRole("button", { name: "Send" }).click();
      await page.waitForURL((url) => url.searchParams.has("sent"));
      await page.getByRole("rowheader").filter({ hasText: `${HOSTILE} ${script}` }).waitFor();
      assert.equal(await page.locator("img").count(), 0);
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }
});
