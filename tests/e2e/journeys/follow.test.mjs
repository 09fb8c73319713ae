// The log page while lines come: they enter the list as they are asked for, each once, also after a pause and an interruption;
// and the choice of a period by arrow keys.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, viewport } from "../support/browser.mjs";
import { accessibility, sidewaysScroll } from "../support/gates.mjs";
import { signedInState, withWholePage } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("following", () => {
  let server, browser, state;
  before(async () => {
    server = await startServer();
    browser = await launch();
    state = await signedInState(browser, server.base, open);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const ask = (id) => fetch(`${server.base}/health`, { headers: { "X-Request-ID": id } });

  for (const name of ["fold-cover", "fold-open", "desktop-1440"]) {
    test(`lines come, a pause holds them back, and none is lost or doubled (${name})`, async () => {
      const screen = viewport(name);
      const { context, page, guard } = await open(browser, { base: server.base, screen, state });
      const word = `mark-${name}`;
      // with its quotation mark, which the addresses in this page's own lines do not have
      await page.goto(`/dashboard/v2/logs?file=http&text=${encodeURIComponent(`"${word}`)}&n=6`);
      await page.getByText("Live", { exact: true }).waitFor();
      await page.getByRole("heading", { name: "No line fits" }).waitFor();
      const lines = page.locator("#lines-card .line");
      const come = (count) => page.waitForFunction((wanted) => document.querySelectorAll("#lines-card .line").length === wanted, count);
      const ids = async () => (await lines.locator(".line-json").allTextContents()).map((text) => JSON.parse(text).request_id);
      await ask(`${word}-1`);
      await come(1);
      await ask(`${word}-2`);
      await come(2);
      assert.deepEqual(await ids(), [`${word}-2`, `${word}-1`], "newest first");
      await page.locator("#announce").filter({ hasText: /new line/ }).waitFor({ state: "attached" });

      // what somebody reads stays open and where it is
      await lines.last().locator("summary").click();
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await lines.last().getByRole("button", { name: "Copy the line" }).click();
      await page.locator("#announce").filter({ hasText: "The line was copied" }).waitFor({ state: "attached" });
      assert.equal(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())).request_id, `${word}-1`);
      await page.getByRole("button", { name: "Pause updates" }).click();
      await page.getByText("Paused", { exact: true }).waitFor();
      await ask(`${word}-3`);
      await page.waitForTimeout(1500);
      assert.equal(await lines.count(), 2, "a pause is a pause");
      await page.getByRole("button", { name: "Pause updates" }).click();
      await come(3);
      assert.deepEqual(await ids(), [`${word}-3`, `${word}-2`, `${word}-1`]);
      assert.ok(await lines.last().locator("details").evaluate(({ open }) => open));
      await withWholePage(page, screen, async () => assert.deepEqual([...(await accessibility(page)), ...(await sidewaysScroll(page))], []));

      // the list keeps as many lines as were asked for, and the one that is read
      for (let number = 4; number <= 9; number += 1) await ask(`${word}-${number}`);
      await page.waitForFunction((last) => document.querySelector("#lines-card .line-json").textContent.includes(last), `${word}-9`);
      const kept = await ids();
      assert.equal(new Set(kept).size, kept.length, "none twice");
      assert.ok(kept.length <= 7 && kept.includes(`${word}-1`), kept.join(", "));
      assert.equal(await lines.first().locator(".badge").innerText(), "Info");
      assert.match(await lines.first().locator(".badge svg use").getAttribute("href"), /#info$/);
      const link = lines.first().locator("details > p a");
      assert.equal(await link.getAttribute("href"), `/dashboard/v2/logs?file=http&request_id=${word}-9`);

      // read anew by hand the stream goes on behind what is shown
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press("r");
      await come(6);
      await page.getByText("Live", { exact: true }).waitFor();
      await ask(`${word}-last`);
      await page.waitForFunction((last) => document.querySelector("#lines-card .line-json").textContent.includes(last), `${word}-last`);
      const all = await ids();
      assert.deepEqual(all, [`${word}-last`, ...[9, 8, 7, 6, 5].map((number) => `${word}-${number}`)]);
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  test("without scripts the page shows the end and a way to read it anew", async () => {
    const { context, page } = await open(browser, { base: server.base, state, script: false });
    await page.goto("/dashboard/v2/logs?file=http");
    await page.getByRole("link", { name: "Refresh" }).click();
    assert.ok((await page.locator("#lines-card .line").count()) > 0);
    assert.equal(await page.getByRole("button", { name: "Pause updates" }).count(), 0);
    await context.close();
  });

  test("a period is chosen by arrows, and the focus stays with it", async () => {
    const { context, page, guard } = await open(browser, { base: server.base, screen: viewport("fold-cover") });
    await page.goto("/pricing");
    const radios = page.getByRole("radiogroup", { name: "Period" }).getByRole("radio");
    assert.deepEqual(await radios.evaluateAll((all) => all.map((radio) => [radio.getAttribute("aria-checked"), radio.tabIndex])), [["true", 0], ["false", -1]]);
    await radios.first().focus();
    for (const [key, period] of [["ArrowRight", "year"], ["ArrowRight", null], ["ArrowUp", "year"], ["ArrowDown", null]]) {
      await page.keyboard.press(key);
      await page.waitForFunction((wanted) => new URLSearchParams(location.search).get("period") === wanted && document.activeElement?.getAttribute("role") === "radio", period);
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-checked")), "true");
    }
    await page.keyboard.press(" ");
    assert.equal(new URL(page.url()).searchParams.get("period"), null, "what is chosen stays chosen");
    await withWholePage(page, viewport("fold-cover"), async () => assert.deepEqual(await accessibility(page), []));
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });
});
