// An operator and those who asked for more than the plans offer: one arrives while the page is open, is found and shown
// beside the list where there is room, and is erased after a question.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, viewport } from "../support/browser.mjs";
import { accessibility, sidewaysScroll } from "../support/gates.mjs";
import { signInAsOperator, withWholePage } from "../support/pages.mjs";
import { shots, startServer } from "../support/server.mjs";

describe("leads", () => {
  let server, browser;
  before(async () => {
    server = await startServer({ settings: { RATE_LIMITS: "lead=off,login=off" } });
    browser = await launch();
    await mkdir(shots(), { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function send(email, use_case, company) {
    const body = JSON.stringify({ email, use_case, company });
    const answer = await fetch(`${server.base}/api/lead`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    assert.equal(answer.status, 201);
  }

  for (const name of ["fold-cover", "fold-open", "fold-open-land", "desktop-1440"]) {
    test(`one arrives, is found, shown and erased (${name})`, async () => {
      const screen = viewport(name);
      const { context, page, guard } = await open(browser, { base: server.base, screen });
      const seen = (what) =>
        withWholePage(page, screen, async () => {
          await page.screenshot({ path: join(shots(), `leads-${what}-${name}.png`) });
          assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], [], what);
        });
      await send(`eve-${name}@example.com`, "Answer letters, about 400 of them each day, in the three languages of our customers", null);
      await signInAsOperator(page);
      const menu = page.getByRole("navigation", { name: "Operator" }).filter({ visible: true });
      const more = menu.getByText("More", { exact: true });
      if (await more.isVisible()) await more.click();
      await menu.getByRole("link", { name: "Leads" }).filter({ visible: true }).click();
      await page.getByText("Live", { exact: true }).waitFor();
      await send(`ada-${name}@example.com`, `Sort letters <img src=x onerror=alert(1)> for ${name}`, "Lovelace & Co");
      const row = page.getByRole("row").filter({ hasText: `ada-${name}@` });
      await row.waitFor();
      await seen("list");
      await page.getByLabel("Address, company or words").fill(name);
      await page.getByRole("button", { name: "Search" }).click();
      await row.getByRole("link").click();
      await page.getByRole("heading", { level: 1, name: "Lovelace & Co" }).waitFor();
      const beside = page.locator(".split-list");
      if (screen.width < 600) {
        assert.ok(!(await beside.isVisible()), "on a phone it is a page of its own");
        await page.getByRole("link", { name: "All leads", exact: true }).click();
        assert.equal(new URL(page.url()).searchParams.get("q"), name, "back to the same list");
        await row.getByRole("link").click();
      } else {
        assert.ok(await beside.locator("tr", { hasText: `ada-${name}@` }).getByRole("link").evaluate((link) => link.getAttribute("aria-current") === "page"));
        await beside.locator("tr", { hasText: `eve-${name}@` }).getByRole("link").click();
        await page.getByRole("heading", { level: 1, name: `eve-${name}@example.com` }).waitFor();
        await page.goBack();
      }
      await page.getByRole("heading", { level: 1, name: "Lovelace & Co" }).waitFor();
      await seen("one");
      await page.getByRole("link", { name: "Erase the address" }).click();
      await page.getByRole("heading", { level: 1, name: "Erase this address?" }).waitFor();
      await seen("question");
      await page.getByRole("button", { name: "Erase the address" }).click();
      await page.getByText("The address was erased").waitFor();
      assert.equal(await row.count(), 0);
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  test("keys go to the leads, through the rows and into one", async () => {
    await send("bob@example.com", "Write letters", null);
    const { context, page, guard } = await open(browser, { base: server.base });
    await signInAsOperator(page);
    await page.keyboard.press("g");
    await page.keyboard.press("e");
    await page.waitForURL("**/dashboard/v2/leads");
    await page.keyboard.press("j");
    const first = page.locator("#leads-card tbody tr").first();
    assert.ok(await first.evaluate((row) => row === document.activeElement));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "bob@example.com" }).waitFor();
    // from the row that the page is about to the next one
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !document.querySelector("h1").textContent.startsWith("bob@"));
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("without scripts a lead is found and erased as well", async () => {
    await send("nos@example.com", "No scripts at all", "Plain Ltd");
    const { context, page } = await open(browser, { base: server.base, script: false, screen: viewport("fold-cover") });
    await signInAsOperator(page);
    await page.goto("/dashboard/v2/leads");
    await page.getByLabel("Address, company or words").fill("plain");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "nos@example.com" }).click();
    await page.getByRole("link", { name: "Erase the address" }).click();
    await page.getByRole("button", { name: "Erase the address" }).click();
    await page.getByText("The address was erased").waitFor();
    await context.close();
  });
});
