// Signing in with a code from a mail, as people do who have no demo; and what happens when it goes wrong.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, THEMES, viewport } from "../support/browser.mjs";
import { accessibility, sidewaysScroll } from "../support/gates.mjs";
import { withWholePage } from "../support/pages.mjs";
import { shots, startServer } from "../support/server.mjs";

const ADDRESS = "demo@echopilot.local";

describe("signing in by code", () => {
  let server, browser;
  before(async () => {
    // every journey here comes from one address
    server = await startServer({ settings: { RATE_LIMITS: "login=off,magic_link=off,magic_link_account=off,verify=off" } });
    browser = await launch();
    await mkdir(shots(), { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function ask(page, { next = "" } = {}) {
    const earlier = (await server.mails(ADDRESS)).length;
    await page.goto(`/auth/login${next && `?next=${encodeURIComponent(next)}`}`);
    await page.getByLabel("E-mail address").fill(ADDRESS);
    await page.getByRole("button", { name: "E-mail me a code" }).click();
    await page.getByRole("heading", { level: 1, name: "Check your e-mail" }).waitFor();
    for (let turn = 0; turn < 200; turn += 1) {
      const mails = await server.mails(ADDRESS);
      if (mails.length > earlier) return codeOf(mails.at(-1));
      await pause(50);
    }
    throw new Error("no mail came within 10 s");
  }

  function codeOf({ text }) {
    const [code] = /\b\d{4}[ -]?\d{4}\b/.exec(text) ?? [];
    assert.ok(code, `a code in: ${text}`);
    return code.replace(/\D/g, "");
  }

  const another = (code) => String((Number(code) + 1) % 1e8).padStart(8, "0");

  for (const script of [true, false]) {
    test(`the code of the mail leads where one wanted to go, and signing out back (scripts ${script ? "on" : "off"})`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover"), script });
      const code = await ask(page, { next: "/app/invoices" });
      const field = page.getByLabel("Code", { exact: true });
      assert.equal(await field.getAttribute("autocomplete"), "one-time-code");
      assert.equal(await field.getAttribute("inputmode"), "numeric");
      // people copy it with a space in the middle
      await field.fill(`${code.slice(0, 4)} ${code.slice(4)}`);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL((url) => url.pathname === "/app/invoices");

      await page.locator("summary[aria-label^=Account]").click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL((url) => url.pathname === "/auth/login");
      await page.getByText("You are signed out").waitFor();
      await page.goto("/app");
      assert.equal(new URL(page.url()).pathname, "/auth/login", "the session is over");
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  for (const theme of THEMES) {
    test(`a wrong code is told in a summary that has the focus, and at the field (${theme})`, async () => {
      const screen = viewport("fold-cover");
      const { context, page, guard } = await open(browser, { base: server.base, screen, theme });
      const code = await ask(page);
      await withWholePage(page, screen, async () => {
        assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], []);
        await page.screenshot({ path: join(shots(), `login-code-fold-cover-${theme}.png`) });
      });
      await page.getByLabel("Code", { exact: true }).fill(another(code));
      await page.getByRole("button", { name: "Sign in", exact: true }).click();

      const summary = page.getByRole("alert").filter({ hasText: "There is a problem" });
      await summary.waitFor();
      assert.match(await page.title(), /^Error: /);
      assert.ok(await summary.evaluate((element) => element === document.activeElement), "the summary has the focus");
      const words = await summary.getByRole("link").innerText();
      const field = page.getByLabel("Code", { exact: true });
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      const described = (await field.getAttribute("aria-describedby")).split(" ");
      const near = await page.locator(described.map((id) => `#${id}`).join(",")).allInnerTexts();
      assert.ok(near.some((text) => text.includes(words)), `the same words at the field: ${near.join(" | ")}`);
      await withWholePage(page, screen, async () => {
        assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], []);
        await page.screenshot({ path: join(shots(), `login-code-wrong-fold-cover-${theme}.png`) });
      });
      await summary.getByRole("link").click();
      assert.ok(await field.evaluate((element) => element === document.activeElement), "the link leads to the field");

      // the right one still works
      await field.fill(code);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL((url) => url.pathname === "/app");
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  test("what is no address is told in the same way, and what was typed stays", async () => {
    const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover") });
    await page.goto("/auth/login");
    await page.getByLabel("E-mail address").fill("ada@");
    await page.getByRole("button", { name: "E-mail me a code" }).click();
    const summary = page.getByRole("alert").filter({ hasText: "There is a problem" });
    await summary.waitFor();
    assert.ok(await summary.evaluate((element) => element === document.activeElement));
    const field = page.getByLabel("E-mail address");
    assert.equal(await field.inputValue(), "ada@");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.deepEqual([...(await accessibility(page)), ...guard.problems()], []);
    await context.close();
  });

  test("an unknown address gets the same page as a known one", async () => {
    const { context, page } = await open(browser, { base: server.base });
    await page.goto("/auth/login");
    await page.getByLabel("E-mail address").fill("nobody@example.org");
    await page.getByRole("button", { name: "E-mail me a code" }).click();
    await page.getByRole("heading", { level: 1, name: "Check your e-mail" }).waitFor();
    await context.close();
  });

  test("a session that has ended leads to the sign-in, which says so and leads back", async () => {
    const { context, page } = await open(browser, { base: server.base });
    const code = await ask(page);
    await page.getByLabel("Code", { exact: true }).fill(code);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => url.pathname === "/app");
    const cookies = await context.cookies();
    const session = cookies.find(({ httpOnly, value }) => httpOnly && value.split(".").length === 3);
    assert.ok(session, "a session cookie");
    await context.addCookies([{ ...session, value: `${session.value.slice(0, -8)}AAAAAAAA` }]);
    await page.goto("/app/invoices");
    assert.equal(new URL(page.url()).pathname, "/auth/login");
    await page.getByText("Your session has ended").waitFor();
    await page.getByRole("button", { name: "Use the demo account" }).click();
    await page.waitForURL((url) => url.pathname === "/app/invoices");
    await context.close();
  });
});
