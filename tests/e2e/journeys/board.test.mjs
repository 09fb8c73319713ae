// An operator at the dashboard, on a phone and at a desk: runs a task, pauses and resumes one, is told of what happens
// elsewhere, finds a customer, a job and a line of a log.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, open, viewport } from "../support/browser.mjs";
import { accessibility, sidewaysScroll } from "../support/gates.mjs";
import { signInAsOperator, withWholePage } from "../support/pages.mjs";
import { OPERATOR_KEY, shots, startServer } from "../support/server.mjs";

describe("dashboard", () => {
  let server, browser;
  before(async () => {
    // whoever runs these journeys signs in more often than an operator does
    server = await startServer({ settings: { RATE_LIMITS: "login=off" } });
    browser = await launch();
    await mkdir(shots(), { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  // What somebody else does meanwhile.
  const elsewhere = async (path, body) => {
    const headers = { "X-Dash-Key": OPERATOR_KEY, "Content-Type": "application/json" };
    const answer = await fetch(`${server.base}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(Math.floor(answer.status / 100), 2, await answer.text());
  };
  const task = (page, name) =>
    page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3, name, exact: true }) });

  for (const [where, path, first] of [["overview", "/dashboard/v2", "beats-store"], ["automations", "/dashboard/v2/automations", "runs-clean-up"]]) {
    test(`a status strip says what the keys and the pointer are at, and lists it all (${where})`, async () => {
      const screen = viewport("fold-cover");
      const { context, page, guard } = await open(browser, { base: server.base, screen });
      await signInAsOperator(page);
      await elsewhere("/api/scheduler/run", { task: "clean-up" });
      await page.goto(path);
      const strip = page.locator(`svg[data-beats=${first}]`);
      await strip.waitFor();
      const now = page.locator(`svg[data-beats=${first}] + .beat-now`);
      const said = await page.locator(`#${first} li`).allTextContents();
      assert.ok(said.length > 0 && said.every((words) => /UTC: ./.test(words)), said.join("\n"));
      const at = (index) => said[Math.min(Math.max(index, 0), said.length - 1)];
      await strip.focus();
      assert.equal(await now.textContent(), "");
      await page.keyboard.press("ArrowLeft");
      assert.equal(await now.textContent(), at(said.length - 1), "the newest first");
      await page.keyboard.press("ArrowLeft");
      assert.equal(await now.textContent(), at(said.length - 2));
      assert.equal(await strip.locator(".strip-picked").count(), 1);
      await page.screenshot({ path: join(shots(), `board-beat-${where}.png`) });
      const gates = () =>
        withWholePage(page, screen, async () => {
          assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], []);
        });
      await gates();
      await page.keyboard.press("Home");
      assert.equal(await now.textContent(), at(0));
      await page.keyboard.press("Tab");
      assert.equal(await now.textContent(), "");
      assert.equal(await strip.locator(".strip-picked").count(), 0);
      const box = await strip.boundingBox();
      await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2);
      assert.equal(await now.textContent(), at(said.length - 1));
      const lists = page.locator("details", { hasText: /as lists/ });
      await lists.locator("summary").click();
      await page.locator(`#${first}`).getByText(at(said.length - 1)).first().waitFor();
      await gates();
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  for (const name of ["fold-cover", "desktop-1440"]) {
    test(`tasks are run, paused and resumed, and what is done elsewhere is told (${name})`, async () => {
      const screen = viewport(name);
      const { context, page, guard } = await open(browser, { base: server.base, screen });
      const seen = (what) =>
        withWholePage(page, screen, async () => {
          await page.screenshot({ path: join(shots(), `board-${what}-${name}.png`) });
          assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], [], what);
        });
      await signInAsOperator(page);
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      await seen("overview");
      await page.goto("/dashboard/v2/automations");

      await task(page, "clean-up").getByRole("button", { name: /^Run now/ }).click();
      await page.getByText("A run of clean-up was asked for").waitFor();
      // what writes outside is asked about first
      await task(page, "warehouse-sync").getByRole("link", { name: /^Run now/ }).click();
      await page.getByRole("heading", { level: 1, name: "Run warehouse-sync now?" }).waitFor();
      await seen("confirm");
      await page.getByRole("link", { name: "Back to the automations" }).click();
      await task(page, "clean-up").getByText("Ok", { exact: true }).waitFor();

      await task(page, "clean-up").getByRole("button", { name: /^Pause/ }).click();
      await page.getByText("clean-up is paused").waitFor();
      await seen("paused");
      await task(page, "clean-up").getByRole("button", { name: /^Resume/ }).click();
      await page.getByText("clean-up goes on").waitFor();

      await page.evaluate(() => {
        window.told = [];
        document.addEventListener("ep:changed", ({ detail }) => window.told.push(detail.section));
      });
      await page.getByText("Live", { exact: true }).waitFor();
      await elsewhere("/api/scheduler/pause", { task: "reconcile-billing" });
      await page.waitForFunction(() => window.told.includes("automations"), undefined, { timeout: 15_000 });
      await elsewhere("/api/scheduler/resume", { task: "reconcile-billing" });
      // paused, the page is told of nothing and says so
      await page.getByRole("button", { name: /^Pause updates/ }).click();
      await page.locator("[data-live-word]", { hasText: "Paused" }).waitFor();
      await page.reload();
      assert.equal(await page.getByRole("button", { name: /^Pause updates/ }).getAttribute("aria-pressed"), "false");
      await page.getByRole("button", { name: /^Pause updates/, pressed: true }).waitFor();
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });

    test(`a customer, a job and a line of a log are found (${name})`, async () => {
      const screen = viewport(name);
      const { context, page, guard } = await open(browser, { base: server.base, screen });
      const seen = (what) =>
        withWholePage(page, screen, async () => {
          await page.screenshot({ path: join(shots(), `board-${what}-${name}.png`) });
          assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], [], what);
        });
      await signInAsOperator(page);
      await page.goto("/dashboard/v2/customers");
      await page.getByLabel("Address, name or identifier").fill("DEMO@");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("link", { name: "Demo Studio" }).click();
      await page.getByRole("heading", { level: 1, name: "Demo Studio" }).waitFor();
      await page.getByText("DEMO-0003").first().waitFor();
      await seen("customer");
      await page.getByRole("link", { name: "Disable the account" }).click();
      await seen("disable");
      await page.getByRole("button", { name: "Disable the account" }).click();
      await page.getByText("The account is disabled").waitFor();
      await page.getByRole("link", { name: "Enable the account" }).click();
      await page.getByRole("button", { name: "Enable the account" }).click();
      await page.getByText("The account is enabled").waitFor();

      await page.getByRole("link", { name: "Jobs", exact: true }).first().click();
      await page.goto("/dashboard/v2/jobs?q=price+table&status=failed");
      await page.getByRole("link", { name: /^Turn 40 supplier/ }).click();
      await page.getByText("62.0 of 100 is below the 80").waitFor();
      await page.goto("/dashboard/v2/jobs?q=nothing-like-it");
      await page.getByRole("link", { name: "Show all jobs" }).waitFor();
      await seen("no-match");

      await page.goto("/dashboard/v2/logs");
      await page.getByLabel("Log", { exact: true }).selectOption("auth");
      await page.getByLabel("Text").fill("customer_disabled");
      await page.getByLabel("Lines, up to 500").fill("50");
      await page.getByRole("button", { name: "Show lines" }).click();
      const line = page.getByRole("listitem").filter({ hasText: "Customer disabled" }).first();
      await line.click();
      await line.getByRole("link", { name: "All lines of this request" }).click();
      assert.match(page.url(), /file=auth&request_id=/);
      await page.getByText("Customer disabled").first().waitFor();
      await seen("logs");
      await page.getByLabel("Lines, up to 500").fill("501");
      await page.getByRole("button", { name: "Show lines" }).click();
      await page.getByRole("heading", { name: "There is a problem" }).waitFor();
      await seen("logs-wrong");
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }
});
