// The frame of operators' pages: side bar, rail and bottom bar by width, choices that hold with and without scripts, keys.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, resize, viewport } from "../support/browser.mjs";
import { sidewaysScroll } from "../support/gates.mjs";
import { signedInState } from "../support/pages.mjs";
import { startServer } from "../support/server.mjs";

describe("the frame", () => {
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

  const visit = (options = {}) => open(browser, { base: server.base, state: signedIn, ...options });
  const SIDE = 'nav.side[aria-label="Operator"]';
  const BAR = 'nav.bar[aria-label="Operator"]';

  test("side bar from 1024, rail from 768, bar below, each with the same places and one of them current", async () => {
    const { context, page, guard } = await visit({ screen: { name: "wide", width: 1440, height: 900, scale: 1, mobile: false } });
    await page.goto("/dashboard/v2/jobs");
    const widths = {};
    for (const [width, shown, hidden] of [[1440, SIDE, BAR], [1024, SIDE, BAR], [1023, SIDE, BAR], [768, SIDE, BAR], [767, BAR, SIDE], [320, BAR, SIDE]]) {
      await resize(page, { width, height: 900 });
      assert.ok(await page.locator(shown).isVisible(), `${shown} at ${width}`);
      assert.ok(!(await page.locator(hidden).isVisible()), `${hidden} at ${width}`);
      widths[width] = (await page.locator(shown).boundingBox()).width;
      assert.equal(await page.locator(`${shown} a[aria-current=page]`).innerText(), "Jobs");
      assert.deepEqual(await sidewaysScroll(page), [], String(width));
    }
    assert.ok(widths[1024] > 200 && widths[1023] < 100 && widths[768] < 100, JSON.stringify(widths));
    for (const height of await page.locator(`${BAR} a, ${BAR} summary`).evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height))) {
      assert.ok(height >= 44, `${height} px`);
    }
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  for (const script of [true, false]) {
    test(`folded, compact and without single keys, on every page (scripts ${script ? "on" : "off"})`, async () => {
      const { context, page, guard } = await visit({ script });
      await page.goto("/dashboard/v2/settings");
      const root = page.locator("html");
      const wide = (await page.locator(SIDE).boundingBox()).width;
      const row = page.locator(".card-body").first();
      const roomy = await row.evaluate((part) => parseFloat(getComputedStyle(part).paddingTop));
      await page.getByRole("button", { name: "Side bar" }).click();
      await page.locator('html[data-sidebar="closed"]').waitFor();
      await page.waitForFunction(([side, most]) => document.querySelector(side).getBoundingClientRect().width < most, [SIDE, wide / 2]);
      assert.equal(await page.getByRole("button", { name: "Side bar" }).getAttribute("aria-expanded"), "false");
      await page.getByRole("main").getByRole("button", { name: "Compact" }).click();
      await page.locator('html[data-density="compact"]').waitFor();
      assert.equal(await page.getByRole("button", { name: "Compact" }).getAttribute("aria-pressed"), "true");
      assert.equal(await page.getByRole("button", { name: "Comfortable" }).getAttribute("aria-pressed"), "false");
      // without motion a change still takes its one millisecond
      await page.waitForFunction((most) => parseFloat(getComputedStyle(document.querySelector(".card-body")).paddingTop) < most, roomy);
      await page.getByRole("main").getByRole("button", { name: "Off" }).click();
      await page.locator('html[data-keys="off"]').waitFor();
      // the place where all is chosen for customers is their list of devices
      for (const path of ["/payments", "/app/sessions"]) {
        await page.goto(path);
        const chosen = await root.evaluate(({ dataset: { density, keys, sidebar } }) => ({ density, keys, sidebar }));
        assert.deepEqual(chosen, { density: "compact", keys: "off", sidebar: "closed" }, path);
      }
      assert.equal(await page.getByRole("button", { name: "Compact" }).getAttribute("aria-pressed"), "true");
      await page.getByRole("main").getByRole("button", { name: "Comfortable" }).click();
      await page.locator('html[data-density="comfortable"]').waitFor();
      const kept = (await context.cookies()).filter(({ name }) => ["ep_density", "ep_keys", "ep_sidebar"].includes(name));
      assert.deepEqual(kept.map(({ sameSite }) => sameSite), ["Lax", "Lax", "Lax"]);
      assert.deepEqual(guard.problems(), []);
      await context.close();
    });
  }

  test("a choice that is none is refused and named", async () => {
    const { context, page } = await visit();
    await page.goto("/dashboard/v2/settings");
    const status = await page.evaluate(async () => {
      const form = document.querySelector('form[action="/choices"]');
      const body = new URLSearchParams(new FormData(form));
      body.set("density", "tiny");
      return (await fetch("/choices", { method: "POST", body })).status;
    });
    assert.equal(status, 422);
    await context.close();
  });

  test("every key of the list does what it says, and none does while somebody types or has switched them off", async () => {
    const { context, page, guard } = await visit();
    await page.goto("/payments");
    const dialog = page.getByRole("dialog", { name: "Keyboard" });
    await page.keyboard.press("?");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.keyboard.press("Control+b");
    await page.locator('html[data-sidebar="closed"]').waitFor();
    await page.keyboard.press("Control+b");
    await page.locator('html[data-sidebar="open"]').waitFor();
    // rows: down to the first, no further than the last, back, and open
    await page.keyboard.press("j");
    const row = page.locator("[data-rows] tbody tr").first();
    assert.ok(await row.evaluate((element) => element === document.activeElement), "j goes to the first row");
    const count = await page.locator("[data-rows] tbody tr").count();
    for (let step = 0; step <= count; step += 1) await page.keyboard.press("j");
    for (let step = 0; step <= count; step += 1) await page.keyboard.press("k");
    assert.ok(await row.evaluate((element) => element === document.activeElement), "k comes back to it");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.has("customer"));
    // letters after g, of places that there are
    for (const link of await page.locator("#keys [data-letter]").evaluateAll((all) => all.map(({ dataset: { letter, href } }) => ({ letter, href })))) {
      await page.goto("/dashboard/v2/settings");
      await page.keyboard.press("g");
      await page.keyboard.press(link.letter);
      await page.waitForURL((url) => url.pathname === link.href);
    }
    // typing
    await page.goto("/dashboard/v2/jobs");
    const search = page.locator('main input[name="q"]');
    await search.focus();
    await page.keyboard.type("?gp");
    // a page that is left is left a moment after the key
    await page.waitForTimeout(200);
    assert.equal(await dialog.isVisible(), false);
    assert.equal(new URL(page.url()).pathname, "/dashboard/v2/jobs");
    assert.equal(await search.inputValue(), "?gp");
    // switched off
    await context.addCookies([{ name: "ep_keys", value: "off", url: server.base, sameSite: "Lax" }]);
    await page.goto("/payments");
    for (const key of ["?", "j", "g", "p", "r"]) await page.keyboard.press(key);
    assert.equal(await dialog.isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement.localName), "body");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Commands" }).waitFor();
    assert.deepEqual(guard.problems(), []);
    await context.close();
  });

  test("a line that is cut is told of, and that it is back", async () => {
    const { context, page } = await visit({ screen: viewport("fold-cover") });
    await page.goto("/payments");
    const banner = page.getByRole("region", { name: "Offline" });
    assert.equal(await banner.isVisible(), false);
    await context.setOffline(true);
    await banner.waitFor();
    await page.locator("#announce").filter({ hasText: "Offline" }).waitFor();
    assert.deepEqual(await sidewaysScroll(page), []);
    await context.setOffline(false);
    await banner.waitFor({ state: "hidden" });
    await page.locator("#announce").filter({ hasText: "Online again" }).waitFor();
    await context.close();
  });
});
