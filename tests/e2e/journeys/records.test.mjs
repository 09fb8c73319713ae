// The palette finds records: a customer's own, all of them for an operator, and says so when it can't.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, resize, viewport } from "../support/browser.mjs";
import { accessibility, sidewaysScroll } from "../support/gates.mjs";
import { openPalette, signedInState } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("records in the palette", () => {
  let server, browser, signedIn;
  before(async () => {
    server = await startServer();
    browser = await launch();
    signedIn = await signedInState(browser, server.base, open);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function palette(path, screen = viewport("desktop-1440")) {
    const opened = await open(browser, { base: server.base, screen, state: signedIn });
    await opened.page.goto(path);
    const dialog = await openPalette(opened.page);
    const field = dialog.getByRole("combobox");
    const records = dialog.locator(".option-record");
    const status = dialog.locator("#palette-count");
    return { ...opened, dialog, field, records, status };
  }

  test("a customer finds invoices by number and by sum, below the commands, and gets to them", async () => {
    const { context, page, guard, field, records, status, dialog } = await palette("/app");
    const asks = [];
    page.on("request", (request) => {
      if (request.url().includes("/palette")) asks.push(new URL(request.url()).searchParams.get("q"));
    });
    await field.pressSequentially("de");
    await page.waitForTimeout(300);
    assert.deepEqual(asks, [], "two letters find everything");
    await field.pressSequentially("mo-0003");
    await records.first().waitFor();
    assert.ok(asks.length <= 3, `${asks.join(", ")}: a question for each pause, not for each letter`);
    assert.match(await records.first().innerText(), /DEMO-0003 · USD 99\.00\s+Invoices: open, /);
    assert.equal(await status.textContent(), "1 result");
    await field.fill("99.00");
    await page.waitForFunction(() => document.querySelectorAll(".option-record").length === 3);
    assert.equal(await status.textContent(), "3 results");
    await field.fill("inv");
    await records.or(status.filter({ hasText: /^\d+ results?$/ })).first().waitFor();
    const order = await dialog.getByRole("option").evaluateAll((all) => all.map((each) => each.classList.contains("option-record")));
    assert.deepEqual(order, [...order].sort(), "commands come first");
    await field.fill("demo-0003");
    await records.first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/app/invoices");
    await page.getByRole("rowheader", { name: "DEMO-0003" }).waitFor();
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("an operator finds customers and payments, and no customer's palette finds another's", async () => {
    const { context, page, guard, field, records } = await palette("/payments");
    await field.fill("demo@");
    await records.first().waitFor();
    assert.match(await records.first().innerText(), /Customers: demo@echopilot\.local/);
    await field.fill("py_demo");
    await records.filter({ hasText: "Payments: py_demo" }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/payments" && url.searchParams.has("customer"));
    const refused = await page.evaluate(async () => (await fetch("/app/palette?q=demo@")).json());
    assert.ok(!JSON.stringify(refused).includes("echopilot.local"));
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("a level holds one kind; Backspace on nothing goes up again", async () => {
    const { context, page, guard, dialog, field, records, status } = await palette("/app");
    await field.fill("Find an invoice");
    await page.keyboard.press("Enter");
    assert.equal(await field.inputValue(), "");
    assert.equal(await dialog.locator("#palette-label").innerText(), "Find in Invoices");
    assert.equal(await status.textContent(), "Type 3 letters or more");
    assert.equal(await dialog.getByRole("option").count(), 0);
    await field.fill("demo");
    await records.first().waitFor();
    assert.equal(await records.count(), 3);
    assert.deepEqual(await accessibility(page, "#palette"), []);
    await field.fill("nothing like this");
    await status.filter({ hasText: "Nothing in Invoices matches" }).waitFor();
    await field.fill("");
    await page.keyboard.press("Backspace");
    assert.match(await dialog.locator("#palette-label").innerText(), /^Find a command/);
    assert.ok((await dialog.getByRole("option").count()) > 4);
    // the command that was used last stands first
    assert.equal((await dialog.getByRole("option").first().innerText()).trim(), "Find an invoice");
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("says when it can't search, keeps the commands, and an older question never wins", async () => {
    const { context, page, field, records, status } = await palette("/app");
    let answer = "fail";
    await page.route("**/app/palette?*", async (route) => {
      if (answer === "fail") return route.abort();
      if (answer === "limited") return route.fulfill({ status: 429, body: "{}" });
      if (route.request().url().includes("slow")) await new Promise((done) => setTimeout(done, 800));
      return route.continue().catch(() => {});
    });
    await field.fill("supp");
    await status.filter({ hasText: "Could not search: no connection" }).waitFor();
    await page.getByRole("option", { name: "Write to Support" }).waitFor();
    answer = "limited";
    await field.fill("suppo");
    await status.filter({ hasText: "Too many searches; wait a minute" }).waitFor();
    answer = "go";
    await field.fill("slow demo");
    await page.waitForTimeout(300);
    await field.fill("demo-0002");
    await records.first().waitFor();
    await page.waitForTimeout(900);
    assert.equal(await status.textContent(), "1 result");
    assert.match(await records.first().innerText(), /DEMO-0002/);
    await context.close();
  });

  test("on a phone with its keyboard open the field and the first results are in sight", async () => {
    const { context, page, guard, dialog, field, records } = await palette("/app", viewport("fold-cover"));
    await field.fill("demo");
    await records.first().waitFor();
    // a keyboard takes the lower half
    await resize(page, { width: 369, height: 400 });
    await page.waitForFunction(() => document.querySelector("#palette").getBoundingClientRect().bottom <= innerHeight);
    for (const part of [field, dialog.getByRole("option").first(), dialog.locator("#palette-count")]) {
      const box = await part.boundingBox();
      assert.ok(box.y >= 0 && box.y + box.height <= 400, JSON.stringify(box));
    }
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    assert.deepEqual([...(await accessibility(page, "#palette")), ...(await sidewaysScroll(page))], []);
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("what is typed is text, whatever it looks like", async () => {
    const { context, page, guard, field, status } = await palette("/app");
    await field.fill('"><img src=x onerror=alert(1)>');
    await status.filter({ hasText: "Nothing matches" }).waitFor();
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });
});
