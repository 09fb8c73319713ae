// Parts of a page that are read anew, and charts that can be walked through: nothing that somebody holds is taken from them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { accessibility } from "../support/gates.mjs";
import { signedInState, withWholePage } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("live parts", () => {
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

  // The chart of the overview as a live part: it has something that opens, something that scrolls and something to focus.
  async function chart(screen = viewport("desktop-1440")) {
    const opened = await open(browser, { base: server.base, screen, state: signedIn });
    const { page } = opened;
    await page.goto("/app");
    await page.locator("#chart").evaluate((part) => {
      part.dataset.live = "/app";
      part.dataset.liveOn = "jobs";
      part.dataset.liveName = "The chart";
    });
    // what stands there is marked, so that a new part can be told from it
    const mark = () => page.locator("#chart").evaluate((part) => (part.dataset.old = "yes"));
    const replaced = () => page.waitForFunction(() => document.querySelector("#chart")?.dataset.old === undefined);
    const asks = [];
    page.on("request", (request) => {
      if (request.resourceType() === "xhr") asks.push(request.url());
    });
    await mark();
    // the served part has no mark of being live, so each new one is given it again
    await page.evaluate(() =>
      document.addEventListener("ep:replaced", ({ detail }) => Object.assign(detail.dataset, { live: "/app", liveOn: "jobs", liveName: "The chart" })),
    );
    const changed = (section) =>
      page.evaluate((name) => document.dispatchEvent(new CustomEvent("ep:changed", { detail: { section: name } })), section);
    return { ...opened, mark, replaced, asks, changed };
  }

  test("a new part keeps the focus, what is open and how far it was scrolled", async () => {
    const { context, page, guard, replaced } = await chart();
    const summary = page.locator("#chart summary");
    await summary.click();
    await page.locator("#chart .data-scroll").evaluate((box) => (box.scrollTop = 120));
    await summary.focus();
    await page.evaluate(() => scrollTo(0, 200));
    const there = await page.evaluate(() => scrollY);
    await page.keyboard.press("r");
    await replaced();
    assert.ok(await summary.evaluate((element) => element === document.activeElement), "the focus");
    assert.ok(await page.locator("#chart details").evaluate(({ open }) => open), "what was open");
    assert.equal(await page.locator("#chart .data-scroll").evaluate(({ scrollTop }) => scrollTop), 120);
    assert.equal(await page.evaluate(() => scrollY), there);
    await page.locator("#announce").filter({ hasText: "The chart was refreshed" }).waitFor();
    await withWholePage(page, viewport("desktop-1440"), async () => assert.deepEqual(await accessibility(page), []));
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("only changes of its own section are asked for, and it speaks at most once in ten seconds", async () => {
    const { context, page, guard, mark, replaced, asks, changed } = await chart();
    await page.evaluate(() => {
      window.told = [];
      new MutationObserver(() => window.told.push(document.querySelector("#announce").textContent)).observe(document.querySelector("#announce"), { childList: true });
    });
    await changed("payments");
    await page.waitForTimeout(200);
    assert.deepEqual(asks, []);
    for (const section of ["jobs", "jobs", undefined]) {
      await mark();
      await changed(section);
      await replaced();
    }
    assert.equal(asks.length, 3);
    assert.equal(await page.evaluate(() => window.told.length), 1);
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("what somebody types into or has marked is left alone", async () => {
    const { context, page, asks, changed } = await chart();
    await page.locator("#chart .card-body").evaluate((body) => {
      const field = document.createElement("input");
      field.id = "typed";
      body.append(field);
    });
    await page.locator("#typed").focus();
    await page.keyboard.type("half a word");
    await changed("jobs");
    await page.waitForTimeout(200);
    assert.equal(await page.locator("#typed").inputValue(), "half a word");
    await page.evaluate(() => {
      document.activeElement.blur();
      getSelection().selectAllChildren(document.querySelector("#chart h2"));
    });
    await changed("jobs");
    await page.waitForTimeout(200);
    assert.deepEqual(asks, []);
    await context.close();
  });

  test("when the server is away the old stays, dimmed, with its age, until it is back", async () => {
    const { context, page, guard, mark, replaced, changed } = await chart(viewport("fold-cover"));
    let answer = 500;
    await page.route("**/app", (route) => (answer === 200 ? route.continue() : answer === 0 ? route.abort() : route.fulfill({ status: answer, body: "" })));
    for (answer of [500, 0]) {
      await changed("jobs");
      await page.locator("#chart.stale .stale-note").filter({ hasText: "less than a minute old" }).waitFor();
      assert.equal(await page.locator("#chart .stale-note").count(), 1);
      assert.equal(await page.locator("#chart").getAttribute("data-old"), "yes", "the old part is still there");
    }
    await page.locator("#announce").filter({ hasText: "Could not be refreshed" }).waitFor();
    await withWholePage(page, viewport("fold-cover"), async () => assert.deepEqual(await accessibility(page), []));
    answer = 200;
    await mark();
    await changed("jobs");
    await replaced();
    assert.equal(await page.locator(".stale, .stale-note").count(), 0);
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("an answer that takes long dims the part, and a newer question calls the older off", async () => {
    const { context, page, mark, replaced, changed } = await chart();
    let wait = 1500;
    await page.route("**/app", async (route) => {
      await new Promise((done) => setTimeout(done, wait));
      await route.continue().catch(() => {});
    });
    await mark();
    await changed("jobs");
    await page.waitForTimeout(100);
    assert.equal(await page.locator("#chart.refetching").count(), 0, "not at once");
    await page.locator("#chart.refetching").waitFor();
    wait = 0;
    await changed("jobs");
    await replaced();
    assert.equal(await page.locator("#chart.refetching").count(), 0);
    await context.close();
  });

  test("the button of the payments refreshes both lists", async () => {
    const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover"), state: signedIn });
    await page.goto("/payments");
    for (const id of ["payments-list", "webhooks-list"]) await page.locator(`#${id}`).evaluate((part) => (part.dataset.old = "yes"));
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.waitForFunction(() => document.querySelectorAll("[data-old]").length === 0);
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  for (const [metric, kind] of [["quality", "line"], ["jobs", "bars"]]) {
    test(`a chart of ${kind} says what the keys and the pointer are at`, async () => {
      const { context, page, guard } = await open(browser, { base: server.base, state: signedIn });
      await page.goto(`/app?metric=${metric}&range=7d&compare=previous`);
      const figure = page.locator(`[data-chart=${kind}]`);
      const now = figure.locator(".chart-now");
      await figure.locator(".chart svg").focus();
      await page.keyboard.press("Home");
      const rows = await figure.locator("tbody tr").evaluateAll((all) => all.map(({ cells }) => [...cells].map(({ textContent }) => textContent)));
      assert.equal(rows.length, 7);
      const names = (await figure.locator("thead th").allTextContents()).slice(1);
      const said = ([label, ...cells]) => `${label}: ${cells.map((cell, index) => `${names[index]} ${cell}`).join(", ")}`;
      assert.equal(await now.textContent(), said(rows[0]));
      await page.keyboard.press("ArrowRight");
      assert.equal(await now.textContent(), said(rows[1]));
      await page.keyboard.press("End");
      await page.keyboard.press("ArrowRight");
      assert.equal(await now.textContent(), said(rows[6]));
      assert.match(await figure.locator(".chart-cross").getAttribute("d"), /^M\d/);
      await page.keyboard.press("Tab");
      assert.equal(await now.textContent(), "");
      const box = await figure.locator(".chart svg").boundingBox();
      await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2);
      assert.equal(await now.textContent(), said(rows[6]));
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }
});
